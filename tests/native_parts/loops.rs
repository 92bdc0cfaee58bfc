//! Frames of bytecode that go on natively at the end of a turn of a loop.

use cozen::{Error, Jit, Retention, Runtime};

use crate::runtime;

/// How many frames went on natively, and what the program answers: its value as text, or the error with its backtrace.
fn outcome(jit: Jit, text: &str) -> (u64, String) {
    let mut runtime = runtime(jit);
    let answer = match run(&mut runtime, text) {
        Ok(value) => value,
        Err(Error::Raised(raised)) => format!("{}\n{:?}", raised.report, raised.backtrace),
        Err(error) => error.to_string(),
    };
    let entered = runtime.enter(|scheme| scheme.entered_loops());
    (entered, answer)
}

fn run(runtime: &mut Runtime, text: &str) -> Result<String, Error> {
    let text = format!("(import (scheme base) (scheme write) (scheme inexact)) {text}");
    let image = runtime.compile_text(&text, "program")?;
    runtime.enter(|scheme| {
        scheme.run_image(&image, "program", Retention::Reached)?;
        scheme.result::<String>()
    })
}

/// The program says the same with native code that is entered in its loops, which happens.
fn assert_goes_on(text: &str) {
    let text = format!(
        "(define (text value) (let ((port (open-output-string))) (write value port) (get-output-string port))) {text}"
    );
    let (none, wanted) = outcome(Jit::Off, &text);
    assert_eq!(none, 0);
    let mut entered = 0;
    for seed in 0..16 {
        let (count, found) = outcome(Jit::Gradual(seed), &text);
        assert_eq!(found, wanted, "seed {seed}");
        entered += count;
    }
    assert!(entered > 0, "loops were entered: {wanted}");
}

#[test]
fn a_loop_goes_on_with_tagged_values() {
    assert_goes_on(
        "(define (sum n)
           (let loop ((i 0) (s 0) (l '())) (if (< i n) (loop (+ i 1) (+ s i) (cons i l)) (list s (length l)))))
         (text (sum 2000))",
    );
}

#[test]
fn a_loop_goes_on_with_raw_doubles_and_integers() {
    assert_goes_on(
        "(define (area n)
           (let loop ((i 0) (x 0.0) (a 0.0))
             (if (< i n) (loop (+ i 1) (+ x 0.5) (+ a (* x (sqrt x)))) (list x a))))
         (text (area 3000))",
    );
    // A known procedure that returns a raw double, and jumps to another one from its loop.
    assert_goes_on(
        "(define (half x n) (if (= n 0) (* x 0.5) (half (+ x 1.0) (- n 1))))
         (define (grow n) (let loop ((i 0) (x 1.0)) (if (< i n) (loop (+ i 1) (* x 1.0001)) (half x 3))))
         (text (+ (grow 3000) (grow 2000)))",
    );
}

#[test]
fn nested_loops_go_on_and_come_round_again() {
    assert_goes_on(
        "(define v (make-vector 40 0))
         (define (fill! scale)
           (do ((i 0 (+ i 1))) ((= i 40) scale)
             (let ((row (* scale i)))
               (do ((j 0 (+ j 1))) ((= j 30))
                 (vector-set! v i (+ (vector-ref v i) (* 1.5 row j)))))))
         (do ((k 0 (+ k 1))) ((= k 5)) (fill! (inexact k)))
         (text v)",
    );
}

#[test]
fn a_loop_goes_on_with_more_values_than_words_for_arguments() {
    let name = |number: u32| format!(" a{number}");
    let binding = |number: u32| format!("(a{number} (vector-ref v {number}))");
    let names: String = (0..80).map(name).collect();
    let bindings: String = (0..80).map(binding).collect();
    assert_goes_on(&format!(
        "(define (many v n)
           (let ({bindings})
             (let loop ((i 0) (s 0))
               (if (< i n) (loop (+ i 1) (+ s a0 a79 i)) (list s{names})))))
         (text (many (make-vector 80 3) 2000))",
    ));
}

#[test]
fn a_loop_that_calls_goes_on_while_its_callees_are_in_both_tiers() {
    assert_goes_on(
        "(define (f x) (if (pair? x) (car x) (list x)))
         (define (g n) (let loop ((i 0) (s '())) (if (< i n) (loop (+ i 1) (f (cons (f i) s))) s)))
         (text (g 2000))",
    );
}

#[test]
fn a_continuation_enters_a_loop_again_that_went_on() {
    assert_goes_on(
        "(define k #f)
         (define count 0)
         (define (walk n)
           (let loop ((i 0) (s 0))
             (if (< i n)
                 (let ((x (call/cc (lambda (c) (if (= i 500) (set! k c)) i))))
                   (loop (+ i 1) (+ s x)))
                 s)))
         (define first (walk 1000))
         (set! count (+ count 1))
         (if (< count 4) (k (* 1000 count)))
         (text (list count first))",
    );
}

#[test]
fn errors_inside_a_loop_that_went_on_have_the_same_message_and_frames() {
    assert_goes_on(
        "(define (walk v n)
           (let loop ((i 0) (s 0))
             (if (< i n) (loop (+ i 1) (+ s (vector-ref v i))) s)))
         (define (outer v) (cons 1 (walk v 3000)))
         (text (outer (make-vector 2500 1)))",
    );
    assert_goes_on(
        "(define (walk n)
           (let loop ((i 0) (s '()))
             (if (< i n) (loop (+ i 1) (guard (e (#t (cons i s))) (if (odd? i) (raise i) (car i)))) (length s))))
         (text (walk 500))",
    );
}

#[test]
fn a_loop_of_a_program_that_is_large_goes_on_before_all_native_code_is_made() {
    let procedure = |number: u32| {
        format!(
            "(define (f{number} a b) (vector (+ a {number}) (- b a) (* a b) (car (list b a))))
             (set! kept (cons f{number} kept))"
        )
    };
    let mut text = "(define kept '())".to_owned() + &(0..150).map(procedure).collect::<String>();
    // It turns until it has gone on natively, or very long.
    text.push_str(
        "(define (spin n) (let loop ((i 0) (s 0)) (if (< i n) (loop (+ i 1) (+ s (quotient i 3))) s)))
         (number->string (spin 200000000))",
    );
    let mut runtime = runtime(Jit::On);
    let answer = run(&mut runtime, &text).expect("it runs");
    assert_eq!(answer, "6666666566666667");
    runtime.enter(|scheme| {
        assert!(scheme.entered_loops() > 0, "the loop went on natively");
        let links = scheme.native_links().iter();
        let links: Vec<_> = links.map(|link| link.as_ref().expect("linked")).collect();
        // That of the library comes with the first.
        let hot = links[1];
        assert!(hot.loops > 0 && hot.procedures < 20, "{hot:?}");
    });
}
