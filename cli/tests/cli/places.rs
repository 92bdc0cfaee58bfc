//! Where errors happened: the place, the name and the frames that messages show, at every level and in both tiers.

use super::everywhere::message_everywhere;
use super::{Scratch, cozen, err, text};

/// What standard error says of `program`, the same in all configurations.
fn message(name: &str, program: &str) -> String {
    let scratch = Scratch::new(name);
    scratch.file("program.scm", program);
    message_everywhere(&scratch.0, "program.scm")
}

#[test]
fn inlined_procedures_have_frames() {
    let program = "(import (scheme base) (scheme write))
(define (first-of l) (car l))
(define (main n)
  (+ 1 (first-of n)))
(display (main 5))";
    assert_eq!(
        message("inlined", program),
        "program.scm:2:22: car: expected pair as argument 1, found 5
 2 | (define (first-of l) (car l))
   |                      ^
backtrace, innermost first:
  first-of at program.scm:2:22
  main at program.scm:4:8
  (toplevel) at program.scm:5:10
"
    );
}

#[test]
fn accessors_fail_where_they_are_called_and_under_their_own_name() {
    let program = "(import (scheme base))
(define-record-type point (make-point x y) point? (x point-x) (y point-y set-point-y!))
(define (width p) (point-x p))
(define (area p) (* (width p) 2))
";
    assert_eq!(
        message("accessor", &format!("{program}(area (cons 1 2))")),
        "program.scm:3:19: point-x: expected point as argument 1 (p), found (1 . 2)
 3 | (define (width p) (point-x p))
   |                   ^
backtrace, innermost first:
  width at program.scm:3:19
  area at program.scm:4:21
  (toplevel) at program.scm:5:1
"
    );
    let modifier = message("modifier", &format!("{program}(set-point-y! (list 1) 2)"));
    assert!(
        modifier.starts_with(
            "program.scm:5:1: set-point-y!: expected point as argument 1, found (1)\n"
        ),
        "{modifier}"
    );
    let first_class = message("first-class", &format!("{program}(map point-x '(1))"));
    assert!(
        first_class
            .starts_with("program.scm:5:1: point-x: expected point as argument 1, found 1\n"),
        "{first_class}"
    );
    let count = message(
        "count",
        &format!("{program}(define (f) (make-point 1))\n(list (f))"),
    );
    assert!(
        count.starts_with("program.scm:5:13: make-point: expected 2 arguments, found 1\n"),
        "{count}"
    );
}

#[test]
fn tail_calls_leave_no_frame_and_loops_have_one() {
    let program = "(import (scheme base))
(define (sum l)
  (let loop ((l l) (total 0))
    (if (null? l)
        total
        (loop (cdr l) (+ total (car l))))))
(define (checked l) (sum l))
(define (main l) (+ 1 (checked l)))
(main (list 1 'x))";
    assert_eq!(
        message("tail-calls", program),
        "program.scm:6:23: +: expected number as argument 2, found x
 6 |         (loop (cdr l) (+ total (car l))))))
   |                       ^
backtrace, innermost first:
  loop at program.scm:6:23
  main at program.scm:8:23
  (toplevel) at program.scm:9:1
"
    );
}

#[test]
fn errors_in_evaluated_code_name_what_was_written() {
    let raised = |form: &str| {
        let program = format!(
            "(import (scheme base) (scheme eval))
(eval '{form} (environment '(scheme base)))"
        );
        let text = message("evaluated", &program);
        let first = text.lines().next().unwrap_or_default();
        first.replace("program.scm:2:1: ", "")
    };
    for (form, wanted) in [
        ("(+ 3 5 #f)", "+: expected number as argument 3, found #f"),
        ("(+ 8 #f)", "+: expected number as argument 2, found #f"),
        (
            "(zero? 'a)",
            "zero?: expected number as argument 1, found a",
        ),
        ("(cadr '(1))", "cadr: expected pair as argument 1, found ()"),
        (
            "(let ((x (cadr '(1 2)))) (car x))",
            "car: expected pair as argument 1, found 2",
        ),
        (
            "(> (vector-ref (vector 1 'b) 1) 2)",
            ">: expected real number as argument 1, found b",
        ),
    ] {
        assert_eq!(raised(form), wanted, "{form}");
    }
}

#[test]
fn procedures_that_raise_last_have_a_frame() {
    let program = "(import (scheme base))
(define (fail x) (error \"bad:\" x))
(define (main) (list (fail 1)))
(main)";
    assert_eq!(
        message("error", program),
        "program.scm:2:18: bad: 1
 2 | (define (fail x) (error \"bad:\" x))
   |                  ^
backtrace, innermost first:
  fail at program.scm:2:18
  main at program.scm:3:22
  (toplevel) at program.scm:4:1
"
    );
}

#[test]
fn procedures_without_a_name_are_called_by_their_place() {
    let program = "(import (scheme base))
(define (call f) (+ 1 (f 5)))
(call (lambda (x)
        (+ 2 (car x))))";
    assert_eq!(
        message("lambda", program),
        "program.scm:4:14: car: expected pair as argument 1, found 5
 4 |         (+ 2 (car x))))
   |              ^
backtrace, innermost first:
  lambda@program.scm:3:7 at program.scm:4:14
  call at program.scm:2:23
  (toplevel) at program.scm:3:1
"
    );
}

#[test]
fn the_program_is_blamed_before_the_library() {
    let program = "(import (scheme base))
(define (use l) (list (map car l)))
(use (list '(1) 2))";
    let message = message("library", program);
    let (own, inside) = message
        .split_once("inside the library, innermost first:\n")
        .expect("both parts");
    assert_eq!(
        own,
        "program.scm:2:23: car: expected pair as argument 1, found 2
 2 | (define (use l) (list (map car l)))
   |                       ^
backtrace, innermost first:
  use at program.scm:2:23
  (toplevel) at program.scm:3:1
"
    );
    assert!(inside.starts_with("  car\n  map at (cozen)/"), "{inside}");
}

#[test]
fn a_mistake_in_a_file_that_is_read_has_the_place_in_that_file() {
    let scratch = Scratch::new("read-errors");
    let bad = scratch.file("bad.scm", "(define a 1)\n  (if)\n");
    let data = scratch.file("data.txt", "one\n(two #\\xyzzy)\n");
    let load = format!(
        "(import (scheme base) (scheme load))\n(load \"{}\")",
        text(&bad)
    );
    let include = format!("(import (scheme base))\n(include \"{}\")", text(&bad));
    let read = format!(
        "(import (scheme base) (scheme read) (scheme file))
(define (skip p) (read p) (cons 1 (read p)))
(list (skip (open-input-file \"{}\")))",
        text(&data)
    );
    let if_line = "2:3: if: expected 2 or 3 operands, found 0\n 2 |   (if)\n   |   ^";
    for (program, file, wanted) in [
        (&load, &bad, if_line),
        (&include, &bad, if_line),
        (&read, &data, "2:6: unknown character name `xyzzy`"),
    ] {
        let program = scratch.file("program.scm", program);
        let output = cozen(&[text(&program)]);
        assert_eq!(output.status.code(), Some(1));
        let wanted = format!("{}:{wanted}", text(file));
        assert!(err(&output).starts_with(&wanted), "{}", err(&output));
    }
    let program = scratch.file("program.scm", &read);
    let message = err(&cozen(&[text(&program)]));
    let frame = format!("\n  skip at {}:2:35\n", text(&program));
    assert!(message.contains(" 2 | (two #\\xyzzy)\n"), "{message}");
    assert!(message.contains(&frame), "{message}");
}

#[test]
fn a_form_of_a_file_that_is_loaded_has_a_frame() {
    let scratch = Scratch::new("loaded-frames");
    scratch.file(
        "program.scm",
        "(import (scheme base) (scheme load))\n(load \"loaded.scm\")",
    );
    scratch.file("loaded.scm", "(define (f x) (car x))\n(f 1)");
    assert_eq!(
        message_everywhere(&scratch.0, "program.scm"),
        "loaded.scm:1:15: car: expected pair as argument 1, found 1
 1 | (define (f x) (car x))
   |               ^
backtrace, innermost first:
  f at loaded.scm:1:15
  (toplevel) at loaded.scm:2:1
  (toplevel) at program.scm:2:1
"
    );
}
