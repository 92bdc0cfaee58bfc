//! Captured frames that come back near the end of the stack.

#[path = "support/runtime.rs"]
mod runtime;

use std::fmt::Write as _;

use cozen::{Call, Error, Scheme};
use runtime::runtime_builder;

/// More slots than the stack keeps free below its limit.
const VARIABLES: usize = 20_000;

/// A procedure that captures its continuation while so many variables live, and then sums three of them.
fn large_frame() -> String {
    let mut text = "(define saved #f) (define (id x) x) (define (large) (let* (".to_owned();
    for number in 0..VARIABLES {
        let _ = write!(text, "(v{number} (id {number}))");
    }
    text += ") (let ((r (call/cc (lambda (k) (set! saved k) 0)))) (vector-ref (vector r";
    for number in 0..VARIABLES {
        let _ = write!(text, " v{number}");
    }
    text += ") r))))";
    text
}

/// What `thunk` returns in a run of its own, that many calls deep.
fn nested(scheme: &mut Scheme<'_, '_>, depth: i64, thunk: &str) -> Result<i64, Error> {
    scheme.evaluate(&format!("(down {depth} {thunk})"))
}

#[test]
fn a_large_frame_that_comes_back_at_the_end_of_the_stack_breaks_nothing() {
    let mut runtime = runtime_builder()
        .stack_bytes_max(1 << 20)
        .build()
        .expect("a runtime");
    runtime.enter(|scheme| {
        let call_back = |call: &mut Call<'_, '_>| {
            let thunk = call.argument_handle(0)?;
            let value: i64 = call.scheme().call(&thunk, &[])?;
            call.give(value)
        };
        scheme
            .define_procedure("nested", call_back)
            .expect("a procedure");
        scheme
            .run_text(&large_frame(), "large")
            .expect("a right program");
        scheme
            .run_text("(large)", "large")
            .expect("the frame is captured");
        let down = "(define (down n thunk) (if (= n 0) (nested thunk) (+ 0 (down (- n 1) thunk))))";
        scheme.run_text(down, "down").expect("a right program");
        // The deepest call from which a run of its own can begin.
        let (mut reached, mut failed) = (0, 1 << 20);
        while failed - reached > 1 {
            let depth = i64::midpoint(reached, failed);
            match nested(scheme, depth, "(lambda () 5)") {
                Ok(_) => reached = depth,
                Err(_) => failed = depth,
            }
        }
        assert!(reached > 1000, "{reached} calls");
        for depth in [0, reached / 2, reached - 100, reached] {
            match nested(scheme, depth, "(lambda () (saved 7))") {
                // The frame goes on in the inner run: `(vector-ref v 7)` is variable 6.
                Ok(value) => assert_eq!(value, 6, "{depth} deep"),
                Err(error) => {
                    assert!(depth > reached / 2, "{depth} of {reached} deep: {error}");
                    assert!(error.to_string().contains("stack"), "{error}");
                }
            }
        }
        // All goes on.
        assert_eq!(
            nested(scheme, reached / 2, "(lambda () 5)").expect("it fits"),
            5
        );
    });
}
