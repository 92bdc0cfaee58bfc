//! Memory and files: what nothing refers to is given back, and limits bind.

use std::fs::OpenOptions;
use std::process::{Command, Output};

use crate::{IMPORTS, Scratch, cozen, err, out, text};

/// What a program prints, run with these options, in bytecode and native code.
fn outputs(name: &str, options: &[&str], program: &str) -> [Output; 2] {
    let scratch = Scratch::new(name);
    let file = scratch.file("program.scm", program);
    [&[][..], &["--native"]].map(|tier| cozen(&[options, tier, &[text(&file)]].concat()))
}

#[test]
fn symbols_without_end_fit_a_small_heap() {
    let program = "(do ((i 0 (+ i 1))) ((= i 200000)) (string->symbol (number->string i)))
        (display (eq? 'symbol (string->symbol \"symbol\")))";
    for output in outputs(
        "symbols",
        &["--heap-max=8M"],
        &format!("{IMPORTS}{program}"),
    ) {
        assert_eq!(out(&output), "#t", "{}", err(&output));
    }
}

#[test]
fn a_program_goes_on_when_it_drops_what_filled_its_heap() {
    let program = "(import (scheme eval))
        (define kept '())
        (define (fill make)
          (guard (e (#t (set! kept '()) (write (error-object? e))))
            (let loop ((i 0)) (set! kept (cons (make i) kept)) (loop (+ i 1)))))
        (fill (lambda (i) (string->symbol (number->string i))))
        (fill (lambda (i) (make-vector 10 i)))
        (fill (lambda (i) (make-string 100000 #\\a)))
        (fill (lambda (i) (open-output-string)))
        (fill (lambda (i) (environment `(rename (scheme base) (car ,(string->symbol (number->string i)))))))
        (do ((i 0 (+ i 1))) ((= i 100000)) (string->symbol (number->string i)))
        (display (length (map vector (make-list 1000 1))))";
    for output in outputs(
        "goes-on",
        &["--heap-max=8M"],
        &format!("{IMPORTS}{program}"),
    ) {
        assert_eq!(out(&output), "#t#t#t#t#t1000", "{}", err(&output));
    }
}

#[test]
fn environments_without_end_fit_a_small_heap() {
    let program = "(import (scheme eval))
        (define (sets i) `(prefix (scheme base) ,(string->symbol (string-append (number->string i) \":\"))))
        (define kept (environment '(prefix (scheme base) kept:)))
        (do ((i 0 (+ i 1))) ((= i 3000)) (environment (sets i)))
        (display (eval '(kept:+ 1 2) kept))";
    for output in outputs(
        "environments",
        &["--heap-max=4M"],
        &format!("{IMPORTS}{program}"),
    ) {
        assert_eq!(out(&output), "3", "{}", err(&output));
    }
}

/// A procedure with so many variables, each of which lives across the collections behind it.
fn deep_nest(levels: usize) -> String {
    let each = |part: &dyn Fn(usize) -> String| (0..levels).map(part).collect::<String>();
    let bindings = each(&|level| {
        let collects = if level % 100 == 0 {
            "(collect-garbage)"
        } else {
            ""
        };
        format!("(let ((v{level} (list x {level}))) {collects}")
    });
    let uses = each(&|level| format!("(cadr v{level}) "));
    let ends = ")".repeat(levels + 1);
    format!(
        "{IMPORTS}(import (cozen memory))
        (define (g) (if (pair? (list 1)) (collect-garbage)))
        (define (f x) {bindings} (g) (+ {uses}{ends})
        (display (f 'x))"
    )
}

#[test]
fn values_in_a_frame_of_hundreds_of_slots_survive_collections() {
    let program = deep_nest(800);
    for options in [&[][..], &["--zeal=paced"], &["-O0"]] {
        for output in outputs("large-frame", options, &program) {
            assert_eq!(out(&output), "319600", "{options:?}: {}", err(&output));
        }
    }
}

#[test]
fn frame_maps_of_a_deep_nest_take_little_more_than_the_depth() {
    let scratch = Scratch::new("deep-nest");
    let sizes = [1000, 2000].map(|levels| {
        let file = scratch.file("nest.scm", &deep_nest(levels));
        let image = scratch.0.join("nest.czo");
        let output = cozen(&["compile", "--no-native", text(&file), "-o", text(&image)]);
        assert!(output.status.success(), "{}", err(&output));
        image.metadata().expect("it was made").len()
    });
    assert!(sizes[1] < 3 * sizes[0], "{sizes:?}");
}

/// Each round keeps what it made before the heap was exhausted, and handles that.
#[test]
fn a_program_that_keeps_more_each_time_its_heap_is_exhausted_ends() {
    for kept in ["i", "(make-vector 1000 i)"] {
        let program = format!(
            "(define kept '())
            (let rounds ((i 0))
              (guard (e (#t #f)) (let loop () (set! kept (cons {kept} kept)) (loop)))
              (if (< i 40) (rounds (+ i 1)) (display \"all\")))"
        );
        for output in outputs(
            "keeps-more",
            &["--heap-max=8M"],
            &format!("{IMPORTS}{program}"),
        ) {
            assert_eq!(out(&output), "");
            let message = ": the heap was exhausted again, and what is kept fills its reserve\n";
            assert!(err(&output).contains(message), "{}", err(&output));
            assert!(err(&output).contains("rounds at"), "{}", err(&output));
        }
    }
}

#[test]
fn files_of_ports_that_nothing_refers_to_are_closed() {
    let scratch = Scratch::new("dropped-ports");
    let data = scratch.file("data.txt", "data");
    let written = scratch.0.join("written.txt");
    let program = format!(
        "(import (scheme base) (scheme file) (scheme write))
        (do ((i 0 (+ i 1))) ((= i 300)) (open-input-file {data:?}))
        (do ((i 0 (+ i 1))) ((= i 300)) (write 'text (open-output-file {written:?})))
        (define ports '())
        (define caught
          (guard (e ((file-error? e) 'caught))
            (do () (#f) (set! ports (cons (open-input-file {data:?}) ports)))))
        (set! ports '())
        (write (list caught (read-line (open-input-file {data:?}))))"
    );
    let file = scratch.file("program.scm", &program);
    let output = Command::new("sh")
        .args(["-c", "ulimit -n 100; exec \"$0\" \"$1\""])
        .args([env!("CARGO_BIN_EXE_cozen"), text(&file)])
        .output()
        .expect("the shell starts");
    assert_eq!(out(&output), "(caught \"data\")", "{}", err(&output));
    assert_eq!(
        std::fs::read_to_string(written).expect("it was written"),
        "text"
    );
}

#[test]
fn texts_are_loaded_and_included_where_no_descriptor_is_left() {
    let scratch = Scratch::new("texts-without-descriptors");
    let part = scratch.file("part.scm", "(write 'part)");
    let program = format!(
        "(import (scheme base) (scheme file) (scheme write) (scheme load) (scheme eval) (scheme repl))
        (define (drop-ports)
          (guard (e ((file-error? e) #f)) (do ((i 0 (+ i 1))) ((= i 97)) (open-input-file {part:?}))))
        (define (report thunk) (guard (e ((file-error? e) (write (error-object-message e)))) (thunk)))
        (drop-ports)
        (load {part:?})
        (drop-ports)
        (eval '(include {part:?}) (interaction-environment))
        (report (lambda () (load \"/\")))
        (report (lambda () (open-input-file \"/\")))
        (define kept '())
        (report (lambda () (do () (#f) (set! kept (cons (open-input-file {part:?}) kept)))))
        (report (lambda () (load {part:?})))"
    );
    let file = scratch.file("program.scm", &program);
    let output = Command::new("sh")
        .args(["-c", "ulimit -n 100; exec \"$0\" \"$1\""])
        .args([env!("CARGO_BIN_EXE_cozen"), text(&file)])
        .output()
        .expect("the shell starts");
    let messages = ["is a directory", "too many open files"];
    let [directory, many] = messages.map(|message| format!("{message:?}").repeat(2));
    assert_eq!(
        out(&output),
        format!("partpart{directory}{many}"),
        "{}",
        err(&output)
    );
}

/// Fills the heap by an expression of `i`, each value of which is kept, and prints what came of it and how
/// much memory the process had at most, in KiB.
fn hogging(expression: &str) -> String {
    format!(
        "(import (scheme base) (scheme write) (scheme file) (scheme eval) (scheme repl))
        (define (peak)
          (call-with-input-file \"/proc/self/status\"
            (lambda (port)
              (let loop ((line (read-line port)))
                (if (and (> (string-length line) 6) (string=? \"VmHWM:\" (string-copy line 0 6)))
                    line
                    (loop (read-line port)))))))
        (define kept '())
        (define (hog)
          (let loop ((i 0)) (set! kept (cons {expression} kept)) (loop (+ i 1))))
        (define outcome
          (guard (e ((error-object? e) (set! kept '()) (error-object-message e))) (hog)))
        (write-string outcome)
        (newline)
        (write-string (peak))"
    )
}

#[test]
fn what_a_program_keeps_outside_its_heap_is_limited_too() {
    const LIMIT_KIB: u64 = 16 << 10;
    // The program, the library and the compiler.
    const BASE_KIB: u64 = 24 << 10;
    let expressions = [
        "(vector i i i)",
        "(make-string 5000 #\\x)",
        "(make-bytevector 100000 1)",
        "(string->symbol (number->string i))",
        "(open-output-string)",
        "(call-with-current-continuation (lambda (k) k))",
        "(eval (list 'lambda '() i) (interaction-environment))",
        "(eval (list 'quote (make-vector (* 1000 i) 1.5)) (interaction-environment))",
        "(eval (list 'quote (vector->list (make-vector (* 1000 i) i))) (interaction-environment))",
        "(environment '(scheme base) `(prefix (scheme write) ,(string->symbol (number->string i))))",
        "(eval '(let-syntax ((m (syntax-rules () ((_ x) (vector x x x x x x x x)))))
                 (m (m (m (m (m (m (m 1))))))))
               (interaction-environment))",
    ];
    for expression in expressions {
        for output in outputs("hogs", &["--heap-max=16M"], &hogging(expression)) {
            let text = out(&output);
            let (outcome, peak) = text.split_once('\n').unwrap_or_default();
            assert!(
                outcome.starts_with("heap exhausted"),
                "{expression}: {text}{}",
                err(&output)
            );
            let peak: String = peak.chars().filter(char::is_ascii_digit).collect();
            let peak: u64 = peak.parse().expect("a number of KiB");
            assert!(peak < 2 * LIMIT_KIB + BASE_KIB, "{expression}: {peak} KiB");
        }
    }
}

#[test]
fn compiling_a_program_counts_towards_the_limit() {
    let scratch = Scratch::new("compile-limit");
    let literal = "(a 1 \"s\") ".repeat(100_000);
    let file = scratch.file(
        "large.scm",
        &format!("(import (scheme base)) (define x '({literal}))"),
    );
    let output = cozen(&["--no-native", "--heap-max=8M", text(&file)]);
    assert!(
        err(&output).contains("large.scm: to compile it takes more than the"),
        "{}",
        err(&output)
    );
    assert_eq!(output.status.code(), Some(2));
    let output = cozen(&["--no-native", "--heap-max=256M", text(&file)]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
}

/// Code for `eval` that has the same list at both ends of each of its lists: 2^60 calls.
const SHARED_CALLS: &str = "(import (scheme base) (scheme eval) (scheme repl) (scheme write))
    (define calls
      (let loop ((i 0) (l 1)) (if (= i 60) l (loop (+ i 1) (list '+ l l)))))
    (define (try form)
      (guard (e (#t (write-string (error-object-message e)) (newline)))
        (eval form (interaction-environment))))
    (try calls)
    (try (list 'if calls 1))
    (write (eval '(+ 1 2) (interaction-environment)))";

#[test]
fn code_with_shared_parts_exhausts_the_heap_and_no_more() {
    for output in outputs("shared-code", &["--heap-max=32M"], SHARED_CALLS) {
        let exhausted = "heap exhausted: bytes wanted, and the limit:";
        assert_eq!(out(&output), format!("{exhausted}\n{exhausted}\n3"));
    }
    let [output, _] = outputs("shared-code", &[], SHARED_CALLS);
    assert!(
        out(&output).contains("shared parts make too much code\n"),
        "{}",
        err(&output)
    );
}

/// How many MiB a program has at most while it is compiled with this much heap; `None` if the compiler refuses it.
/// Checks of claims, which a run of all tests may ask for, would take memory of their own.
fn compilation_mib(options: &[&str], program: &str) -> Option<u64> {
    let peak = "(call-with-input-file \"/proc/self/status\"
        (lambda (port)
          (let loop ((line (read-line port)))
            (if (string=? \"VmHWM:\" (string-copy line 0 6)) (write-string line) (loop (read-line port))))))";
    let scratch = Scratch::new("compilation");
    let file = scratch.file("program.scm", &format!("{program}\n{peak}"));
    let output = Command::new(env!("CARGO_BIN_EXE_cozen"))
        .args([options, &[text(&file)]].concat())
        .env_remove("COZEN_CHECK_FACTS")
        .output()
        .expect("cozen starts");
    let digits: String = out(&output).chars().filter(char::is_ascii_digit).collect();
    if digits.is_empty() {
        assert!(
            err(&output).contains("to compile it takes more than the"),
            "{}",
            err(&output)
        );
        return None;
    }
    Some(digits.parse::<u64>().expect("a number of KiB") >> 10)
}

#[test]
fn what_the_compiler_counts_is_about_what_it_takes() {
    const LIMIT_MIB: u64 = 32;
    const BASE_MIB: u64 = 24;
    let definitions = |count: usize, definition: &str| -> String {
        let numbered = (0..count).map(|index| definition.replace('%', &index.to_string()));
        numbered.collect()
    };
    for (definition, count) in [
        (
            "(define-record-type r% (m% a b) r%? (a a%) (b b% c%))",
            4000,
        ),
        (
            "(define c% (case-lambda ((a) a) ((a b c d e f g h . i) b)))",
            4000,
        ),
        ("(define x% '(1 2 3 4 5 6 7 8 9 a b c d e f g h i))", 10_000),
        (
            "(define (f% x) (map (lambda (y) (for-each (lambda (z) (g% x y z)) x)) x))",
            8000,
        ),
    ] {
        let program = definitions(count, definition);
        for tier in ["--no-native", "--native"] {
            let refused = compilation_mib(&[tier, "--heap-max=32M"], &program);
            assert_eq!(refused, None, "{definition}");
            // A sixteenth of that is allowed, and takes no more than the limit.
            let part = definitions(count / 16, definition);
            let peak = compilation_mib(&[tier, "--heap-max=32M"], &part).expect(definition);
            assert!(peak < LIMIT_MIB + BASE_MIB, "{definition}: {peak} MiB");
        }
    }
    // A literal costs the same whether the code around it becomes native or not.
    let literal = format!("(define x '({}))", "1 2 3 a b c ".repeat(10_000));
    for tier in ["--no-native", "--native"] {
        assert!(compilation_mib(&[tier, "--heap-max=32M"], &literal).is_some());
    }
}

#[test]
fn a_report_reads_no_more_of_a_file_than_it_shows() {
    // No system has the memory to read it whole.
    const LONG_BYTES: u64 = 1 << 43;
    let program = "(import (scheme base) (scheme read) (scheme file))
        (read (open-input-file \"/dev/zero\"))";
    for output in outputs("endless-file", &["--heap-max=16M"], program) {
        assert_eq!(output.status.code(), Some(1));
        assert!(
            err(&output).starts_with("/dev/zero:1:1: unexpected"),
            "{}",
            err(&output)
        );
    }
    let scratch = Scratch::new("long-line");
    let long = scratch.file("long.txt", "\n  )\n");
    let file = OpenOptions::new().write(true).open(&long);
    let file = file.expect("it was written just now");
    file.set_len(LONG_BYTES)
        .expect("the system has files with holes");
    let program = format!(
        "(import (scheme base) (scheme read) (scheme file)) (read (open-input-file {long:?}))"
    );
    for output in outputs("long-line-read", &["--heap-max=16M"], &program) {
        assert!(
            err(&output).contains("\n 2 |   )\n   |   ^"),
            "{}",
            err(&output)
        );
    }
}

#[test]
fn the_least_limit_is_enough_for_a_small_program_in_each_tier() {
    let sum = "(import (scheme base) (scheme write)) (display (apply + (make-list 1000 1)))";
    for output in outputs("least", &["--heap-max=2M"], sum) {
        assert_eq!(out(&output), "1000", "{}", err(&output));
    }
    for output in outputs("less", &["--heap-max=2097151"], sum) {
        assert!(err(&output).contains("too small: the library needs 2097152"));
        assert_eq!(output.status.code(), Some(2));
    }
}
