//! The command as a process: its input, its status, signals, pipes and limits.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::process::{Command, Output, Stdio};

use crate::{IMPORTS, Scratch, cozen, cozen_with_input, err, out, text};

#[test]
fn a_program_may_come_from_standard_input() {
    let program =
        format!("{IMPORTS}(import (scheme process-context))(display (command-line)) (car 5)");
    let output = cozen_with_input(&["-", "one"], &program);
    assert_eq!(out(&output), "(- one)");
    assert!(err(&output).starts_with("stdin:2:"), "{}", err(&output));
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_program_may_come_through_a_pipe_with_a_name() {
    let script = "\"$COZEN\" <(printf '(import (scheme base) (scheme write)) (display (+ 1 2))')";
    let output = Command::new("bash")
        .args(["-c", script])
        .env("COZEN", env!("CARGO_BIN_EXE_cozen"))
        .output()
        .expect("bash starts");
    assert_eq!(out(&output), "3", "{}", err(&output));
}

#[test]
fn an_image_is_run_by_its_name() {
    let scratch = Scratch::new("image-by-name");
    let program = "(import (scheme base) (scheme write) (scheme process-context)) (display (cdr (command-line)))";
    let file = scratch.file("program.scm", program);
    let image = scratch.0.join("program.czo");
    let output = cozen(&["compile", text(&file), "-o", text(&image)]);
    assert!(output.status.success(), "{}", err(&output));
    assert_eq!(
        out(&cozen(&["--trust", text(&image), "x", "--y"])),
        "(x --y)"
    );
}

#[test]
fn the_image_never_takes_the_place_of_its_source() {
    let scratch = Scratch::new("image-over-source");
    let file = scratch.file("program.czo", "(import (scheme base))");
    let link = scratch.0.join("link");
    std::os::unix::fs::symlink(&file, &link).expect("a link");
    for arguments in [&["-o", text(&file)][..], &["-o", text(&link)], &[]] {
        let output = cozen(&[&["compile", text(&file)], arguments].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(err(&output).contains("is the source"), "{}", err(&output));
    }
    let kept = std::fs::read_to_string(&file).expect("it is there");
    assert_eq!(kept, "(import (scheme base))");
}

#[test]
fn a_program_gets_arguments_that_are_no_text() {
    let program = "(import (scheme base) (scheme write) (scheme process-context)) (write (cdr (command-line)))";
    let scratch = Scratch::new("no-text");
    let file = scratch.file("program.scm", program);
    let output = Command::new(env!("CARGO_BIN_EXE_cozen"))
        .arg(&file)
        .arg(std::ffi::OsStr::from_bytes(b"a\xffb"))
        .output()
        .expect("cozen starts");
    assert_eq!(out(&output), "(\"a\u{fffd}b\")", "{}", err(&output));
}

#[test]
fn a_character_is_ready_when_all_of_it_is_there() {
    let program = "(import (scheme base) (scheme write))
        (define (say x) (write x) (newline) (flush-output-port))
        (say 'ready)
        (let loop () (say (char-ready?)) (let ((c (read-char))) (say c) (if (char? c) (loop))))";
    let scratch = Scratch::new("char-ready");
    let file = scratch.file("program.scm", program);
    let mut child = Command::new(env!("CARGO_BIN_EXE_cozen"))
        .arg(&file)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("cozen starts");
    let mut input = child.stdin.take().expect("piped");
    let mut output = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut said = || output.next().expect("it goes on").expect("text");
    input.write_all(b"\xce").expect("it reads");
    assert_eq!(said(), "ready");
    assert_eq!(said(), "#f");
    input.write_all(b"\xbbxy").expect("it reads");
    assert_eq!(
        ["#\\λ", "#t", "#\\x", "#t", "#\\y"].map(|_| said()),
        ["#\\λ", "#t", "#\\x", "#t", "#\\y"]
    );
    assert_eq!(said(), "#f");
    drop(input);
    assert_eq!(said(), "#<eof>");
    child.wait().expect("it ends");
}

#[test]
fn a_word_that_is_neither_file_nor_command_is_named() {
    let output = cozen(&["disasemble", "x"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        err(&output),
        "cozen: disasemble is neither a file nor a command: the commands are compile, build, run, disassemble, \
         readelf, size, verify, strip, pagemap, smaps, images, cache\n"
    );
}

/// Starts `cozen`, waits until it has written `ready`, and interrupts it.
fn interrupted(arguments: &[&str]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_cozen"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("cozen starts");
    let mut ready = [0; 5];
    child
        .stdout
        .as_mut()
        .expect("piped")
        .read_exact(&mut ready)
        .expect("it says that it runs");
    std::thread::sleep(std::time::Duration::from_millis(20));
    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::INT).expect("it runs");
    child.wait_with_output().expect("it ends")
}

#[test]
fn an_interrupt_ends_with_its_status_whatever_the_program_handles() {
    for loops in [
        "(let loop () (loop))",
        "(let again () (guard (e (#t (again))) (let loop () (loop))))",
        "(let again () (with-exception-handler (lambda (e) (again)) (lambda () (let loop () (loop)))))",
        "(let again () (with-exception-handler (lambda (e) (again)) (lambda () (car 1))))",
        "(let again () (dynamic-wind (lambda () #f) (lambda () (let loop () (loop))) (lambda () (again))))",
        "(let again () (guard (e (#t (again))) (read-char) (again)))",
    ] {
        let program = format!("(begin (display \"ready\") (flush-output-port) {loops})");
        for options in [&[][..], &["--native"]] {
            let output = interrupted(&[options, &["-e", &program]].concat());
            assert_eq!(output.status.code(), Some(130), "{loops}");
            assert!(err(&output).contains("interrupted"), "{}", err(&output));
        }
    }
}

#[test]
fn an_interrupt_ends_a_prompt_that_waits_for_a_pipe() {
    use std::os::unix::process::ExitStatusExt as _;
    let mut child = Command::new(env!("CARGO_BIN_EXE_cozen"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("cozen starts");
    let mut standard_input = child.stdin.take().expect("piped");
    standard_input
        .write_all(b"(display \"ready\")\n")
        .expect("it reads");
    let mut ready = [0; 5];
    let standard_output = child.stdout.as_mut().expect("piped");
    standard_output
        .read_exact(&mut ready)
        .expect("it evaluates");
    std::thread::sleep(std::time::Duration::from_millis(100));
    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::INT).expect("it runs");
    let output = child.wait_with_output().expect("it ends");
    drop(standard_input);
    assert_eq!(output.status.signal(), Some(2));
}

/// Runs `cozen` with `input`; nobody reads its standard output.
fn cozen_unread(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_cozen"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("cozen starts");
    drop(child.stdout.take());
    let mut standard_input = child.stdin.take().expect("piped");
    // The end of the process may come before that of its input.
    let _ = standard_input.write_all(input.as_bytes());
    drop(standard_input);
    child.wait_with_output().expect("it ends")
}

#[test]
fn output_that_nobody_reads_ends_a_program_quietly() {
    let endless = "(let loop () (display \"line\\n\") (loop))";
    // The end flushes what nobody reads.
    let flushed = "(display (make-string 100000 #\\x))";
    let forms = "(display \"abc\")\n".repeat(100);
    for output in [
        cozen_unread(&["-e", endless], ""),
        cozen_unread(&["-e", flushed], ""),
        cozen_unread(&[], &forms),
    ] {
        assert_eq!(
            (err(&output).as_str(), output.status.code()),
            ("", Some(141))
        );
    }
    // Another error is told.
    let output = cozen_unread(&["-e", "(open-input-file \"/nonexistent\")"], "");
    assert!(err(&output).contains("/nonexistent"), "{}", err(&output));
    assert_eq!(output.status.code(), Some(1));
    // A program can handle the error, as that of any other file.
    let handled = format!("(guard (e ((file-error? e) (exit 7))) {endless})");
    assert_eq!(cozen_unread(&["-e", &handled], "").status.code(), Some(7));
}

#[test]
fn a_small_stack_of_the_system_is_enough() {
    let arguments =
        "-O2 --native -e '(define (f n) (if (= n 0) 0 (+ 1 (f (- n 1)))))' -e '(f 1000000)'";
    for kibibytes in [64, 128, 1000] {
        let script = format!("ulimit -s {kibibytes}; exec \"$COZEN\" {arguments}");
        let output = Command::new("bash")
            .args(["-c", &script])
            .env("COZEN", env!("CARGO_BIN_EXE_cozen"))
            .output()
            .expect("bash starts");
        assert_eq!(out(&output), "1000000\n", "{}", err(&output));
    }
}
