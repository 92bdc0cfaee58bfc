//! Native code that is made while a program runs, in the cache of programs.

use super::cache::Folder;
use super::{err, out};

/// Work that native code of hot procedures does not shorten, so that all native code is made before the program ends.
const LASTS_A_SECOND: &str = "
    (define (wait end) (if (< (current-jiffy) end) (wait end)))
    (wait (+ (current-jiffy) (jiffies-per-second)))";

#[test]
fn native_code_that_was_made_while_a_program_ran_is_kept() {
    let folder = Folder::new("cache-native");
    let small =
        "(define (fib n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2))))) (display (fib 20))";
    folder.file("small.scm", small);
    let said = folder.check(&["small.scm"], "6765");
    assert!(said.contains("stored as"), "{said}");
    let listed = out(&folder.run(&["cache", "list"]));
    assert!(listed.contains(" native   small.scm\n"), "{listed}");
    assert!(folder.check(&["small.scm"], "6765").contains("found as"));
    assert!(
        folder
            .check(&["--jit=off", "small.scm"], "6765")
            .contains("not found")
    );
    // More procedures than native code is made for before the start.
    let procedures = (0..100).map(|number| {
        format!("(define (f{number} l) (if (pair? l) (cons (+ {number} (car l)) (f{number} (cdr l))) l))")
    });
    let calls = (0..100).map(|number| format!("(f{number} '(1 2))"));
    let (procedures, calls) = (
        procedures.collect::<Vec<_>>().join("\n"),
        calls.collect::<Vec<_>>().join(" "),
    );
    let large =
        format!("{procedures}\n{small}\n{LASTS_A_SECOND}\n(display (length (list {calls})))");
    folder.file("large.scm", &large);
    let expected = "6765100";
    let is_native = || {
        let listed = out(&folder.run(&["cache", "list"]));
        listed.contains(" native   large.scm\n")
    };
    // The program may be over before the native code is made.
    let mut runs = 0;
    while runs == 0 || !is_native() {
        folder.check(&["large.scm"], expected);
        runs += 1;
        assert!(runs < 50, "no run was long enough");
    }
    assert!(folder.check(&["large.scm"], expected).contains("found as"));
    let output = folder.run(&["--jit=on", "--native", "small.scm"]);
    assert_eq!(output.status.code(), Some(2), "{}", err(&output));
}

#[test]
fn native_code_is_made_of_the_text_that_the_program_was_made_of() {
    let folder = Folder::new("cache-text");
    let procedures = (0..100).map(|number| {
        format!("(define (f{number} l) (if (pair? l) (cons {number} (f{number} (cdr l))) l))")
    });
    let procedures = procedures.collect::<Vec<_>>().join("\n");
    // What it includes is gone before native code is made, and what would come through a pipe is the program's.
    let program = format!(
        "(include \"part.scm\") (delete-file \"part.scm\") {LASTS_A_SECOND} (display (f0 '(1)))"
    );
    folder.file("program.scm", &program);
    let is_kept = |_| {
        folder.file("part.scm", &procedures);
        let said = folder.check(&["--fresh", "program.scm"], "(0)");
        said.contains("stored with native code as")
    };
    assert!((0..50).any(is_kept), "no run was long enough");
}
