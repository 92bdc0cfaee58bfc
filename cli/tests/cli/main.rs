//! The command line, as a user meets it: uses that work, and the message for each kind of bad
//! input.

mod build;
mod cache;
mod cached_native_code;
mod everywhere;
mod in_turn;
mod library_images;
mod limits;
mod long_work;
mod memory;
mod places;
mod places_everywhere;
mod process;
mod prompt;
mod tools;
mod trust;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use cozen::pass_names;

/// A directory of its own for each test, removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("cozen-cli-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).expect("a writable temporary directory");
        Self(path)
    }

    fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, content).expect("a writable temporary directory");
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn cozen(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cozen"))
        .args(arguments)
        .output()
        .expect("cozen starts")
}

fn cozen_with_input(arguments: &[&str], input: &str) -> Output {
    cozen_with_bytes(arguments, input.as_bytes())
}

fn cozen_with_bytes(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_cozen"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("cozen starts");
    child
        .stdin
        .take()
        .expect("piped")
        .write_all(input)
        .expect("it reads");
    child.wait_with_output().expect("it ends")
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("temporary paths are Unicode")
}

/// Runs `program` and asserts that it fails with `status` and that its errors contain each of `parts`.
fn assert_fails(name: &str, options: &[&str], program: &str, status: i32, parts: &[&str]) {
    let scratch = Scratch::new(name);
    let file = scratch.file("program.scm", program);
    let output = cozen(&[options, &[text(&file)]].concat());
    assert_eq!(output.status.code(), Some(status), "{}", err(&output));
    for part in parts {
        assert!(
            err(&output).contains(part),
            "{part:?} is missing in:\n{}",
            err(&output)
        );
    }
}

const IMPORTS: &str = "(import (scheme base) (scheme write))\n";

#[test]
fn a_program_runs_with_its_arguments() {
    let scratch = Scratch::new("arguments");
    let program = "(import (scheme base) (scheme write) (scheme process-context))
        (write (cdr (command-line))) (newline) (exit 7)";
    let file = scratch.file("program.scm", program);
    let output = cozen(&[text(&file), "one", "--two"]);
    assert_eq!(out(&output), "(\"one\" \"--two\")\n");
    assert_eq!(output.status.code(), Some(7));
}

#[test]
fn a_compiled_program_is_the_same_every_time_and_runs() {
    let scratch = Scratch::new("compile");
    let program = format!("{IMPORTS}(define (f x) (* x 3)) (display (map f '(1 2 3)))");
    let file = scratch.file("program.scm", &program);
    let (first, second) = (scratch.0.join("a.czo"), scratch.0.join("b.czo"));
    for image in [&first, &second] {
        let output = cozen(&["compile", text(&file), "-o", text(image)]);
        assert!(output.status.success(), "{}", err(&output));
    }
    assert_eq!(fs::read(&first).unwrap(), fs::read(&second).unwrap());
    assert_eq!(out(&cozen(&["run", text(&first)])), "(3 6 9)");
    assert_eq!(out(&cozen(&["run", "--no-mmap", text(&first)])), "(3 6 9)");
}

#[test]
fn disassembly_shows_instructions_lines_and_slot_states() {
    let scratch = Scratch::new("disassemble");
    let program = format!(
        "{IMPORTS}(define (fill n) (let loop ((i 0) (l '())) (if (= i n) l (loop (+ i 1) (cons i l)))))
        (display (length (fill 10)))"
    );
    let file = scratch.file("program.scm", &program);
    let output = cozen(&["disassemble", text(&file)]);
    assert!(output.status.success(), "{}", err(&output));
    for part in ["fill", "procedure (toplevel)", "cons", "program.scm:2"] {
        assert!(
            out(&output).contains(part),
            "{part:?} is missing in:\n{}",
            out(&output)
        );
    }
}

#[test]
fn passes_are_dumped_by_name_and_unknown_ones_are_refused() {
    let scratch = Scratch::new("dump");
    let file = scratch.file("program.scm", &format!("{IMPORTS}(display (+ 1 2))"));
    let output = cozen(&["--dump-after=no-such-pass", text(&file)]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("no-such-pass"), "{}", err(&output));
    let said = err(&output);
    let offered: Vec<&str> = said.split_whitespace().collect();
    for pass in pass_names() {
        let count = offered.iter().filter(|&&name| name == pass).count();
        assert_eq!(count, 1, "{pass} in:\n{said}");
    }
    let output = cozen(&["--dump-after=close", text(&file)]);
    assert!(out(&output).contains("display"), "{}", out(&output));
    assert!(
        out(&output).ends_with('3'),
        "the program runs: {}",
        out(&output)
    );
}

#[test]
fn a_missing_file_is_named() {
    let output = cozen(&["/nonexistent/program.scm"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        err(&output).contains("/nonexistent/program.scm"),
        "{}",
        err(&output)
    );
}

#[test]
fn malformed_source_is_shown_with_its_place() {
    let program = format!("{IMPORTS}(define (f x)\n  (if x");
    assert_fails("unbalanced", &[], &program, 1, &["program.scm:", "end of"]);
    let program = format!("{IMPORTS}(if)\n");
    assert_fails(
        "if",
        &[],
        &program,
        1,
        &["program.scm:2:1", "if", "(if)", "^"],
    );
}

#[test]
fn a_type_error_names_procedure_argument_and_place() {
    let program = format!("{IMPORTS}(define (f x)\n  (+ 1 (car x)))\n(display (f 5))\n");
    assert_fails(
        "type",
        &[],
        &program,
        1,
        &["program.scm:3:", "car", "pair", "5", "backtrace"],
    );
}

#[test]
fn each_part_of_a_superinstruction_has_its_line() {
    let program = |arguments: &str| {
        format!(
            "{IMPORTS}(define (f x y)\n  (cons (car x)\n    (cdr y)))\n\
             (define v (vector f))\n(write ((vector-ref v 0) {arguments}))\n"
        )
    };
    let first = program("5 '(1)");
    assert_fails("first", &[], &first, 1, &["program.scm:3:", "car"]);
    let second = program("'(1) 5");
    assert_fails("second", &[], &second, 1, &["program.scm:4:", "cdr"]);
}

#[test]
fn an_unbound_variable_is_named() {
    let output = cozen(&["-e", "(no-such-variable 1)"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        err(&output).contains("no-such-variable"),
        "{}",
        err(&output)
    );
}

#[test]
fn a_name_that_nothing_defines_is_warned_of_and_raises_when_it_is_used() {
    let program = format!("{IMPORTS}(define (never) (no-such-name 1))\n(display 1)");
    let scratch = Scratch::new("unbound");
    let file = scratch.file("program.scm", &program);
    let image = scratch.0.join("program.czo");
    let warning = "program.scm:2:18: warning: unbound variable `no-such-name`";
    let output = cozen(&[text(&file)]);
    assert_eq!(
        (out(&output).as_str(), output.status.code()),
        ("1", Some(0))
    );
    assert!(err(&output).contains(warning), "{}", err(&output));
    let output = cozen(&["compile", text(&file), "-o", text(&image)]);
    assert!(err(&output).contains(warning), "{}", err(&output));
    let output = cozen(&[text(&image)]);
    assert_eq!((out(&output).as_str(), err(&output).as_str()), ("1", ""));
    let output = cozen(&["--unbound=error", text(&file)]);
    assert_eq!((out(&output).as_str(), output.status.code()), ("", Some(1)));
    assert!(
        err(&output).contains("program.scm:2:18: unbound variable `no-such-name`"),
        "{}",
        err(&output)
    );
    let output = cozen(&["--unbound=maybe", text(&file)]);
    assert!(
        err(&output).contains("--unbound: expected warn or error"),
        "{}",
        err(&output)
    );

    // A name is warned of once.
    let uses = "(+ (no-such-name 1) (other-name 2) (no-such-name 3) no-such-name)";
    let file = scratch.file(
        "uses.scm",
        &format!("{IMPORTS}(define (never)\n {uses})\n(display 1)"),
    );
    let output = cozen(&[text(&file)]);
    let warnings = err(&output);
    assert_eq!(warnings.matches("warning: ").count(), 2, "{warnings}");
    assert!(
        warnings.contains("uses.scm:3:6: warning: unbound"),
        "{warnings}"
    );
    assert!(
        warnings.contains("\n note: it is also mentioned at 2 other places\n"),
        "{warnings}"
    );

    let program = format!("{IMPORTS}(display 1)\n(define (f) (+ 1 no-such-name))\n(display (f))");
    for options in [&[][..], &["-O0"], &["--native"]] {
        let parts = ["program.scm:3:", "unbound variable no-such-name"];
        assert_fails("unbound-used", options, &program, 1, &parts);
    }
    let program = format!("{IMPORTS}(display 1)\n(set! no-such-name 5)");
    assert_fails(
        "unbound-set",
        &[],
        &program,
        1,
        &["program.scm:3:1", "no-such-name"],
    );
}

#[test]
fn a_text_that_is_loaded_defines_names_of_the_program() {
    let scratch = Scratch::new("load");
    let loaded = scratch.file("loaded.scm", "(define loaded 7) (define (twice x) (* 2 x))");
    let program = format!(
        "{IMPORTS}(import (scheme load))\n(load {:?})\n(display (twice loaded))",
        text(&loaded)
    );
    let file = scratch.file("program.scm", &program);
    for option in ["-O0", "-O2", "--native"] {
        let output = cozen(&[option, text(&file)]);
        assert_eq!(out(&output), "14", "{}", err(&output));
    }
}

#[test]
fn a_wrong_argument_count_names_the_procedure() {
    let program =
        format!("{IMPORTS}(define (two a b) a)\n(define v (vector two))\n((vector-ref v 0) 1)\n");
    assert_fails("count", &[], &program, 1, &["two", "argument"]);
}

#[test]
fn an_exhausted_heap_is_a_condition() {
    let program = format!("{IMPORTS}(let loop ((l '())) (loop (cons l (make-vector 10 l))))");
    assert_fails("heap", &["--heap-max=32M"], &program, 1, &["heap"]);
    let program = format!(
        "{IMPORTS}(display (guard (e (#t 'caught)) (let loop ((l '())) (loop (cons l (make-vector 10 l))))))"
    );
    let scratch = Scratch::new("heap-guard");
    let file = scratch.file("program.scm", &program);
    let output = cozen(&["--heap-max=32M", text(&file)]);
    assert_eq!(out(&output), "caught", "{}", err(&output));
}

#[test]
fn an_exhausted_stack_is_a_condition() {
    let program = format!("{IMPORTS}(define (f x) (+ 1 (f x)))\n(f 1)");
    assert_fails("stack", &["--stack-max=1M"], &program, 1, &["stack"]);
}

#[test]
fn images_that_are_foreign_truncated_or_altered_are_refused() {
    let scratch = Scratch::new("refused");
    let file = scratch.file("program.scm", &format!("{IMPORTS}(display \"hello\")"));
    let image = scratch.0.join("program.czo");
    assert!(
        cozen(&["compile", text(&file), "-o", text(&image)])
            .status
            .success()
    );
    let bytes = fs::read(&image).unwrap();
    // An image of another version leads to its source.
    fs::remove_file(&file).unwrap();
    let damaged = scratch.0.join("damaged.czo");
    let refused = |content: &[u8]| {
        fs::write(&damaged, content).unwrap();
        let output = cozen(&["run", text(&damaged)]);
        assert_eq!(output.status.code(), Some(2), "{}", err(&output));
        assert!(err(&output).contains("damaged.czo"), "{}", err(&output));
        assert_eq!(out(&output), "");
    };
    refused(b"");
    refused(b"#!/bin/sh\n");
    refused(&fs::read(env!("CARGO_BIN_EXE_cozen")).unwrap());
    refused(&bytes[..bytes.len() / 2]);
    refused(&bytes[..200]);
    // Program headers, image header, code: all of them are mapped.
    for at in [100, 300, 500] {
        let mut flipped = bytes.clone();
        flipped[at] ^= 4;
        refused(&flipped);
    }
}

#[test]
fn statistics_are_printed_on_request() {
    let output = cozen(&[
        "--gc-stats",
        "-e",
        "(length (vector->list (make-vector 1000 1)))",
    ]);
    assert_eq!(out(&output), "1000\n");
    assert!(err(&output).contains("minor"), "{}", err(&output));
}

#[test]
fn zeal_changes_nothing_that_a_program_prints() {
    let program = "(define (tree n) (if (= n 0) '() (cons (tree (- n 1)) (tree (- n 1)))))
        (define (count t) (if (null? t) 1 (+ (count (car t)) (count (cdr t)))))
        (count (tree 6))";
    assert_eq!(out(&cozen(&["--zeal", "-e", program])), "64\n");
    assert_eq!(out(&cozen(&["--zeal=7", "-e", program])), "64\n");
    assert_eq!(out(&cozen(&["--zeal=paced:3", "-e", program])), "64\n");
}

#[test]
fn disassembly_shows_native_code_beside_what_it_comes_from() {
    let scratch = Scratch::new("disassemble-native");
    let program = format!(
        "{IMPORTS}(define (count l) (if (null? l) 0 (+ 1 (count (cdr l)))))\n(display (count (list 1 2)))"
    );
    let file = scratch.file("program.scm", &program);
    let output = cozen(&["--native", "disassemble", text(&file)]);
    assert!(output.status.success(), "{}", err(&output));
    for part in [
        "; (procedure \"count\"",
        "enter_native",
        "native count",
        "general entry",
        "stub primitive",
        "poll-limit",
        "push rbp",
        " words",
        "program.scm:2",
    ] {
        assert!(
            out(&output).contains(part),
            "{part:?} is missing in:\n{}",
            out(&output)
        );
    }
    let image = scratch.0.join("program.czo");
    for option in ["--native", "--no-native"] {
        let output = cozen(&[option, "compile", text(&file), "-o", text(&image)]);
        assert!(output.status.success(), "{}", err(&output));
        let listing = out(&cozen(&["disassemble", text(&image)]));
        assert_eq!(listing.contains("native count"), option == "--native");
        assert_eq!(out(&cozen(&["--trust", "run", text(&image)])), "2");
        let bytecode = cozen(&["--trust", "run", "--no-native", text(&image)]);
        assert_eq!(out(&bytecode), "2", "{}", err(&bytecode));
    }
}

#[test]
fn native_code_is_the_same_every_time() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../benches/programs/records.scm");
    let scratch = Scratch::new("deterministic-native");
    let images = ["one.czo", "two.czo"].map(|name| {
        let image = scratch.0.join(name);
        let output = cozen(&["--native", "compile", text(&file), "-o", text(&image)]);
        assert!(output.status.success(), "{}", err(&output));
        fs::read(image).expect("it was just written")
    });
    assert!(images[0] == images[1]);
}

#[test]
fn phases_are_timed_on_request() {
    let scratch = Scratch::new("times");
    let file = scratch.file("program.scm", &format!("{IMPORTS}(display (+ 1 2))"));
    let output = cozen(&["--time-passes", text(&file)]);
    assert_eq!(out(&output), "3");
    for part in ["program.scm", "expand", "inline", "link", "total", " ms "] {
        assert!(
            err(&output).contains(part),
            "{part:?} is missing in:\n{}",
            err(&output)
        );
    }
}

#[test]
fn an_unknown_tier_in_the_environment_is_named() {
    let environments = [
        [("COZEN_TIER", "fast"), ("COZEN_TIER_SEED", "1")],
        [("COZEN_TIER", "mixed"), ("COZEN_TIER_SEED", "heads")],
    ];
    for environment in environments {
        let output = Command::new(env!("CARGO_BIN_EXE_cozen"))
            .args(["-e", "1"])
            .envs(environment)
            .output()
            .expect("cozen starts");
        assert_eq!(output.status.code(), Some(2));
        let message = err(&output);
        let is_named = message.contains("fast") || message.contains("heads");
        assert!(is_named && message.contains("COZEN_TIER"), "{message}");
    }
}

#[test]
fn the_environment_can_ask_for_checks_of_claims_and_is_named_where_it_asks_for_something_else() {
    let run = |wanted: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_cozen"))
            .args(["-e", "(+ 1 2)"])
            .env("COZEN_CHECK_FACTS", wanted)
            .output();
        output.expect("cozen starts")
    };
    assert_eq!(run("1").status.code(), Some(0));
    let refused = run("yes");
    assert_eq!(refused.status.code(), Some(2));
    let message = err(&refused);
    assert!(
        message.contains("COZEN_CHECK_FACTS: expected 0 or 1, found yes"),
        "{message}"
    );
}

#[test]
fn errors_name_the_procedure_and_argument_that_were_written() {
    let program = |expression: &str| {
        let scratch = Scratch::new(&format!("written-{}", expression.len()));
        let text = format!("(import (scheme base) (scheme cxr)) (define (f x y) {expression})");
        let file = scratch.file("a.scm", &format!("{text} (f 'wrong 7) (f 8 'wrong)"));
        err(&cozen(&[file.to_str().expect("a UTF-8 path")]))
    };
    for (expression, wanted) in [
        ("(cadr x)", "cadr: expected pair as argument 1"),
        ("(cadddr x)", "cadddr: expected pair as argument 1"),
        ("(car (cdr x))", "cdr: expected pair as argument 1"),
        ("(map caar (list x y))", "caar: expected pair as argument 1"),
        ("(> x y)", ">: expected real number as argument 1"),
        ("(> y x)", ">: expected real number as argument 2"),
        ("(<= 5 x)", "<=: expected real number as argument 2"),
        ("(< 1 y x)", "<: expected real number as argument 3"),
        ("(- x)", "-: expected number as argument 1"),
        ("(- x 1)", "-: expected number as argument 1"),
        ("(/ x)", "/: expected number as argument 1"),
        ("(+ y y x)", "+: expected number as argument 3"),
        ("(zero? x)", "zero?: expected number as argument 1"),
        (
            "(positive? x)",
            "positive?: expected real number as argument 1",
        ),
        (
            "(char<? #\\a x)",
            "char<?: expected character as argument 2",
        ),
        ("(floor-remainder y 0)", "floor-remainder: "),
        (
            "(map truncate-remainder (list x) (list y))",
            "truncate-remainder: expected integer as argument 1",
        ),
    ] {
        let found = program(expression);
        assert!(found.contains(wanted), "{expression}: {found}");
        assert!(found.contains("a.scm:1:"), "{expression}: {found}");
    }
}

#[test]
fn a_standard_error_that_takes_nothing_changes_no_status() {
    let full = || fs::File::create("/dev/full").expect("a device of every Linux");
    for (arguments, status) in [(["-e", "(car 1)"], 1), (["--no-such-option", "-e"], 2)] {
        let ended = Command::new(env!("CARGO_BIN_EXE_cozen"))
            .args(arguments)
            .stderr(full())
            .status()
            .expect("cozen starts");
        assert_eq!(ended.code(), Some(status), "{arguments:?}");
    }
}

#[test]
fn a_primitive_that_was_passed_on_is_shown_without_a_place() {
    let output = cozen(&["-e", "(apply vector-ref (list (vector 1 2) 7))"]);
    let errors = err(&output);
    assert!(
        errors.contains(":1:1: vector-ref: expected argument 2"),
        "{errors}"
    );
    assert!(errors.contains("\n  vector-ref\n"), "{errors}");
}

#[test]
fn mistakes_in_text_and_errors_of_programs_look_alike() {
    for (program, message, carets) in [
        ("(if)", "if: expected 2 or 3 operands, found 0", "^^^^"),
        (
            "(if",
            "unexpected end of input in a list, expected `)`",
            "^",
        ),
        ("(car 1)", "car: expected pair as argument 1, found 1", "^"),
    ] {
        let errors = err(&cozen(&["-e", program]));
        let wanted = format!("-e:1:1: {message}\n 1 | {program}\n   | {carets}\n");
        assert!(errors.starts_with(&wanted), "{errors}");
    }
}
