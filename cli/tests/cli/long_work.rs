//! Long work of primitives and of the compiler: an interrupt ends the work at once, and the memory that the work takes
//! on the way counts towards the limit of the heap.

use std::io::Read as _;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::{err, out};

/// Expressions that take seconds in one primitive, or in the compiler.
const LONG: [&str; 19] = [
    "(number->string (expt 3 30000000))",
    "(let loop ((n 3)) (loop (* n n)))",
    "(expt 7 200000000)",
    "(quotient (expt 3 60000000) (expt 7 5000000))",
    "(gcd (expt 3 3000000) (+ 1 (expt 7 1500000)))",
    "(exact-integer-sqrt (expt 3 60000001))",
    "(string->number (make-string 60000000 #\\7))",
    "(let loop ((x 1/3)) (loop (+ x (* x x))))",
    "(write (let loop ((i 0) (x '(1))) (if (= i 60) x (loop (+ i 1) (cons x x)))) (open-output-string))",
    "(read (open-input-string (make-string 10000000 #\\()))",
    "(read (open-input-string (make-string 20000000 #\\7)))",
    "(let loop () (equal? (make-vector 3000000 1) (make-vector 3000000 1)) (loop))",
    "(let ((s (make-string 40000000 #\\a)) (t (make-string 40000000 #\\a))) (let loop () (string-ci=? s t) (loop)))",
    "(let ((s (make-string 40000000 #\\a))) (let loop () (string-foldcase s) (loop)))",
    "(let ((b (make-bytevector 40000000 7))) (let loop () (write b (open-output-string)) (loop)))",
    "(let ((s (string-append (make-string 60000000 #\\1) \".5\"))) (let loop () (string->number s) (loop)))",
    "(let loop () (eval (list 'quote (make-list 3000000 1)) (interaction-environment)) (loop))",
    "(let loop () (guard (e ((error-object? e) (if (not (string=? (error-object-message e) \"interrupted\")) (loop)) \
        (raise e))) \
        (eval '(let-syntax ((f (syntax-rules () ((_ x ...) (begin (f x x ...) (f x ...)))))) (f 1)) \
              (interaction-environment))))",
    "(let loop ((i 0) (rules '(a)))
       (if (< i 60)
           (loop (+ i 1) (list rules rules))
           (let again ()
             (guard (e (#t #t))
               (eval `(let-syntax ((m (syntax-rules () ((_ x) ',rules)))) 1) (interaction-environment)))
             (again))))",
];

/// How long a program runs on after SIGINT. The limit is 0.2 s on a quiet machine with an optimized build.
const ANSWER_MAX: Duration = Duration::from_secs(3);

fn interrupt(tier: &[&str], expression: &str) {
    interrupt_after(Duration::from_millis(300), tier, expression);
}

fn interrupt_after(delay: Duration, tier: &[&str], expression: &str) {
    let program = format!("(display \"ready\") (flush-output-port) {expression}");
    let mut child = Command::new(env!("CARGO_BIN_EXE_cozen"))
        .args(tier)
        .args(["-e", &program])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("cozen starts");
    let mut ready = [0; 5];
    let output = child.stdout.as_mut().expect("piped");
    output.read_exact(&mut ready).expect("it says that it runs");
    thread::sleep(delay);
    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::INT).expect("it runs");
    let start = Instant::now();
    let output = child.wait_with_output().expect("it ends");
    let elapsed = start.elapsed();
    assert!(elapsed < ANSWER_MAX, "{expression}: {elapsed:?}");
    assert_eq!(
        output.status.code(),
        Some(130),
        "{expression}: {}",
        err(&output)
    );
    assert!(
        err(&output).contains("interrupted"),
        "{expression}: {}",
        err(&output)
    );
}

#[test]
fn an_interrupt_ends_long_work_of_bytecode() {
    for expression in LONG {
        interrupt(&[], expression);
    }
}

#[test]
fn an_interrupt_ends_the_reading_of_a_number_when_its_digits_are_all_there() {
    let expression = "(read (open-input-string (make-string 20000000 #\\7)))";
    interrupt_after(Duration::from_secs(3), &[], expression);
}

#[test]
fn an_interrupt_ends_long_work_of_native_code() {
    for expression in LONG {
        interrupt(&["--native"], expression);
    }
}

/// Expressions whose results, or what leads to them, exceed any heap of 64 MB.
const LARGE: [&str; 15] = [
    "(let loop ((n 3)) (loop (* n n)))",
    "(expt 3 (expt 10 9))",
    "(expt 3 (expt 10 100))",
    "(expt 2 (expt 10 10))",
    "(expt 1/3 (expt 10 9))",
    "(let loop ((x 1/3)) (loop (* x x)))",
    "(number->string (expt 3 100000000) 2)",
    "(string->number (make-string 20000000 #\\7))",
    "(exact-integer-sqrt (expt 3 200000000))",
    "(read (open-input-string (make-string 10000000 #\\')))",
    "(read (open-input-string (make-string 10000000 #\\()))",
    "(let loop ((n 1000)) (read-line (open-input-string (make-string n #\\a))) (loop (* n 2)))",
    "(let loop ((n 1000)) (string->symbol (make-string n #\\a)) (loop (* n 2)))",
    "(let loop ((n 1000)) (string-upcase (make-string n #\\a)) (loop (* n 2)))",
    "(write (let loop ((i 0) (x '(1))) (if (= i 60) x (loop (+ i 1) (cons x x)))) (open-output-string))",
];

/// What the process takes besides the heap, and the collector for what lives twice.
const RESIDENT_BYTES_MAX: u64 = 3 * (64 << 20);

#[test]
fn memory_of_long_work_counts_towards_the_limit() {
    for tier in [&[][..], &["--native"]] {
        for expression in LARGE {
            let program = format!(
                "(define (answer) (guard (e (#t (condition-kind e))) {expression})) \
                 (define (condition-kind e) (if (error-object? e) (error-object-message e) e)) \
                 (write (answer)) (newline) \
                 (call-with-input-file \"/proc/self/status\" (lambda (port) \
                   (let loop ((line (read-line port))) \
                     (if (not (eof-object? line)) \
                         (begin (if (string=? (substring line 0 5) \"VmHWM\") (write-string line)) \
                                (loop (read-line port)))))))"
            );
            let start = Instant::now();
            let output = Command::new(env!("CARGO_BIN_EXE_cozen"))
                .args(tier)
                .args(["--heap-max=64M", "-e", &program])
                .output()
                .expect("cozen starts");
            let text = out(&output);
            assert!(output.status.success(), "{expression}: {}", err(&output));
            assert!(text.contains("heap"), "{expression}: {text}");
            let kilobytes = text
                .split_whitespace()
                .rev()
                .nth(1)
                .and_then(|word| word.parse::<u64>().ok());
            let bytes = kilobytes.expect(&text) << 10;
            assert!(
                bytes < RESIDENT_BYTES_MAX,
                "{expression}: {bytes} bytes, {:?}",
                start.elapsed()
            );
        }
    }
}
