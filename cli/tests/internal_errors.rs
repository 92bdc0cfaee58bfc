//! A panic in the compiler becomes an error that calls itself internal, and hurts nothing else.
//!
//! Debug builds panic where `COZEN_PLANT_PANIC` says, in units that have a variable
//! `planted-panic`.

#![cfg(debug_assertions)]

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use cozen::pass_names;

/// One phase of each kind: the expander, a pass of each form, the phases after them.
const PHASES: &[&str] = &[
    "expand",
    "fix-letrec",
    "build",
    "simplify",
    "codegen",
    "link",
];

fn cozen(phase: &str, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_cozen"))
        .args(arguments)
        .env("COZEN_PLANT_PANIC", phase)
        .env_remove("RUST_BACKTRACE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("cozen starts");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(input.as_bytes()).expect("it reads");
    drop(stdin);
    child.wait_with_output().expect("it ends")
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn scratch(name: &str, program: &str) -> PathBuf {
    let name = format!("cozen-internal-{}-{name}.scm", std::process::id());
    let path = std::env::temp_dir().join(name);
    fs::write(&path, program).expect("a writable temporary directory");
    path
}

fn assert_says_it_is_ours(phase: &str, text: &str) {
    let start = format!("internal compiler error in {phase}: a planted fault (compiler/src/");
    assert!(text.contains(&start), "{phase}: {text}");
    assert!(text.contains("please report it"), "{phase}: {text}");
    assert!(!text.contains("panicked at"), "{phase}: {text}");
}

#[test]
fn a_program_that_the_compiler_fails_on_is_refused_with_an_error() {
    let program = "(import (scheme base)) (define (f planted-panic) planted-panic) (f 1)";
    let file = scratch("refused", program);
    let image = file.with_extension("czo");
    let (file, image) = (file.to_str().expect("text"), image.to_str().expect("text"));
    for phase in PHASES {
        for arguments in [
            &["compile", file, "-o", image][..],
            &[file],
            &["--native", file],
        ] {
            let output = cozen(phase, arguments, "");
            assert_eq!(output.status.code(), Some(1), "{phase} {arguments:?}");
            assert_says_it_is_ours(phase, &err(&output));
            assert!(err(&output).contains(file), "{}", err(&output));
            assert!(!fs::exists(image).expect("a readable directory"));
        }
    }
    fs::remove_file(file).expect("it is there");
}

#[test]
fn eval_raises_a_condition_and_the_program_goes_on() {
    let program = "(import (scheme base) (scheme eval) (scheme repl) (scheme write))
(define here (environment '(scheme base)))
(define (try form where)
  (guard (e (#t (write (error-object? e)) (write (error-object-message e)) (newline)))
    (write (eval form where))
    (newline)))
(try '(let ((planted-panic 1)) planted-panic) here)
(try '(let ((x 1)) (+ x 1)) here)
(try '(begin (define planted-panic 1) planted-panic (let ((planted-panic 2)) 3))
     (interaction-environment))
(try '(define-syntax m (syntax-rules () ((_ x) (let ((y x)) y)))) (interaction-environment))
(try '(m 3) (interaction-environment))";
    let file = scratch("eval", program);
    for phase in PHASES {
        for options in [&[][..], &["-O0"], &["--native"], &["--zeal=100"]] {
            let arguments = [options, &[file.to_str().expect("text")]].concat();
            let output = cozen(phase, &arguments, "");
            let text = out(&output);
            assert_eq!(output.status.code(), Some(0), "{phase}: {}", err(&output));
            assert_says_it_is_ours(phase, &text);
            let lines: Vec<&str> = text.lines().collect();
            assert!(lines[0].starts_with("#t\""), "{text}");
            assert_eq!((lines[1], lines[4]), ("2", "3"), "{phase}: {text}");
            assert_eq!(err(&output), "", "{phase}");
        }
    }
    fs::remove_file(file).expect("it is there");
}

#[test]
fn the_prompt_goes_on() {
    let input = "(define x 1)\n(let ((planted-panic 2)) planted-panic)\n(+ x 41)\n";
    for phase in PHASES {
        let output = cozen(phase, &[], input);
        assert_says_it_is_ours(phase, &err(&output));
        assert!(out(&output).contains("42"), "{phase}: {}", out(&output));
    }
}

#[test]
fn a_library_whose_unit_has_no_image_is_expanded_again() {
    let folder = std::env::temp_dir().join(format!("cozen-internal-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a writable temporary directory");
    let library = "(define-library (l) (export f) (import (scheme base))
  (begin (define (f) (let ((planted-panic 1)) (+ planted-panic 41)))))";
    fs::write(folder.join("l.sld"), library).expect("a writable folder");
    let option = format!("--library-path={}", folder.display());

    let twice = cozen("build", &[&option], "(import (l))\n(import (l))\n");
    assert_eq!(
        err(&twice).matches("internal compiler error").count(),
        2,
        "{}",
        err(&twice)
    );

    // The mistake keeps the library from being run, too.
    let mistake = cozen(
        "none",
        &[&option],
        "(begin (import (l)) (if))\n(import (l))\n(f)\n",
    );
    assert!(
        out(&mistake).contains("42"),
        "{}{}",
        out(&mistake),
        err(&mistake)
    );
    fs::remove_dir_all(folder).expect("it is there");
}

#[test]
fn every_pass_can_be_named() {
    for phase in PHASES
        .iter()
        .filter(|phase| !matches!(**phase, "codegen" | "link"))
    {
        assert!(pass_names().any(|name| name == *phase), "{phase}");
    }
}
