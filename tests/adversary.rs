//! Embedders without unsafe code try to break a runtime: each is answered by a clean error.
//!
//! What the compiler refuses is in `tests/compile_fail`. A panic inside a run, which only code that was
//! vouched for wrongly can cause, is tried in `tests/native_code/faults.rs`.
#![forbid(unsafe_code)]

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use cozen::{Call, Error, Handle, Runtime};

fn runtime() -> Runtime {
    Runtime::new().expect("a runtime")
}

/// Defines `call-and`, which calls its argument and goes on as `then` says.
fn define_call_and(
    scheme: &mut cozen::Scheme<'_, '_>,
    then: impl Fn(Result<(), Error>) -> Result<(), Error> + 'static,
) {
    scheme
        .define_procedure("call-and", move |call: &mut Call<'_, '_>| {
            let procedure = call.argument_handle(0)?;
            let outcome = call.scheme().call::<()>(&procedure, &[]);
            then(outcome)
        })
        .expect("the library makes host procedures");
}

#[test]
fn an_escape_that_is_swallowed_hurts_nobody() {
    runtime().enter(|scheme| {
        define_call_and(scheme, |outcome| {
            assert!(matches!(outcome, Err(Error::Escape)));
            Ok(())
        });
        let program = "(call/cc (lambda (k) (call-and (lambda () (k 1))) (list 2)))";
        assert_eq!(scheme.evaluate::<Vec<i64>>(program).unwrap(), [2]);
        scheme.collect();
        assert_eq!(scheme.evaluate::<Vec<i64>>(program).unwrap(), [2]);
    });
}

#[test]
fn an_escape_out_of_nowhere_is_an_error() {
    runtime().enter(|scheme| {
        scheme
            .define_procedure("leave", |_: &mut Call<'_, '_>| Err(Error::Escape))
            .unwrap();
        let error = scheme.evaluate::<()>("(leave)").unwrap_err();
        assert!(error.to_string().contains("escaped to nowhere"), "{error}");
        assert_eq!(scheme.evaluate::<i64>("(+ 1 2)").unwrap(), 3);
    });
}

#[test]
fn an_escape_that_comes_too_late_finds_its_run_over() {
    runtime().enter(|scheme| {
        let late = Rc::new(RefCell::new(None));
        let kept = Rc::clone(&late);
        define_call_and(scheme, move |outcome| {
            *kept.borrow_mut() = outcome.err();
            Ok(())
        });
        scheme
            .define_procedure("leave", move |_: &mut Call<'_, '_>| {
                Err(late.borrow_mut().take().unwrap_or(Error::Escape))
            })
            .unwrap();
        let swallow = "(call/cc (lambda (k) (call-and (lambda () (k 1))) 5))";
        assert_eq!(scheme.evaluate::<i64>(swallow).unwrap(), 5);
        scheme.collect();
        // The run that the continuation belongs to has returned.
        let outcome = scheme.evaluate::<i64>("(leave)");
        assert!(matches!(outcome, Err(Error::Escape)), "{outcome:?}");
        scheme.collect();
        assert_eq!(scheme.evaluate::<i64>("(+ 1 2)").unwrap(), 3);
    });
}

#[test]
fn handles_name_nothing_in_another_runtime() {
    let mut one = runtime();
    let mut two = runtime();
    let handle: Handle = one.enter(|one| {
        one.run_text("(list 1 2 3)", "test").unwrap();
        one.handle(one.value())
    });
    two.enter(|two| {
        let found = two.value_of(&handle).map(cozen::Value::is_pair);
        assert!(matches!(found, Err(Error::ForeignHandle)), "{found:?}");
        let called = two.call::<()>(&handle, &[]);
        assert!(matches!(called, Err(Error::ForeignHandle)), "{called:?}");
    });
    drop(one);
    two.enter(|two| {
        let found = two.value_of(&handle).map(cozen::Value::is_pair);
        assert!(matches!(found, Err(Error::ForeignHandle)), "{found:?}");
        two.collect();
    });
}

#[test]
fn handles_and_interrupts_outlive_their_runtime() {
    let mut runtime = runtime();
    let handle = runtime.enter(|scheme| scheme.handle(scheme.value()));
    let interrupt = runtime.interrupt();
    drop(runtime);
    interrupt.request();
    assert!(interrupt.is_requested());
    drop(handle);
}

#[test]
fn a_handle_that_is_not_a_procedure_cannot_be_called() {
    runtime().enter(|scheme| {
        scheme.run_text("'(not a procedure)", "test").unwrap();
        let handle = scheme.handle(scheme.value());
        let called = scheme.call::<()>(&handle, &[&1_i64]);
        assert!(matches!(called, Err(Error::Raised(_))), "{called:?}");
    });
}

#[test]
fn an_argument_that_was_not_given_is_an_error() {
    runtime().enter(|scheme| {
        scheme
            .define_procedure("third", |call: &mut Call<'_, '_>| {
                let missing = call.argument_value(usize::MAX).map(cozen::Value::is_pair);
                assert!(matches!(missing, Err(Error::MissingArgument { .. })));
                let third: i64 = call.argument(2)?;
                call.give(third)
            })
            .unwrap();
        let error = scheme.evaluate::<i64>("(third 1 2)").unwrap_err();
        assert!(error.to_string().contains("was not given"), "{error}");
        assert_eq!(scheme.evaluate::<i64>("(third 1 2 3)").unwrap(), 3);
    });
}

#[test]
fn a_closure_that_panics_between_runs_is_a_condition_and_the_runtime_goes_on() {
    runtime().enter(|scheme| {
        scheme
            .define_procedure("fall", |call: &mut Call<'_, '_>| {
                call.scheme().run_text("(define fallen 1)", "fall")?;
                panic!("on the way")
            })
            .unwrap();
        let error = scheme.evaluate::<()>("(fall)").unwrap_err();
        assert!(error.to_string().contains("on the way"), "{error}");
        scheme.collect();
        assert_eq!(scheme.evaluate::<i64>("(+ fallen 2)").unwrap(), 3);
    });
}

#[test]
fn an_inner_panic_that_a_closure_outlives_hurts_nobody() {
    let other = Rc::new(RefCell::new(runtime()));
    runtime().enter(|scheme| {
        let asked = Rc::clone(&other);
        scheme
            .define_procedure("ask", move |call: &mut Call<'_, '_>| {
                let n: i64 = asked
                    .borrow_mut()
                    .enter(|other| other.evaluate("(raise (list 1 2 3))"))?;
                call.give(n)
            })
            .unwrap();
        scheme
            .define_procedure("fall", |_: &mut Call<'_, '_>| panic!("on the way"))
            .unwrap();
        scheme
            .define_procedure("careful", |call: &mut Call<'_, '_>| {
                let text: String = call.argument(0)?;
                let inner = catch_unwind(AssertUnwindSafe(|| call.scheme().evaluate::<i64>(&text)));
                assert!(matches!(inner, Ok(Err(Error::Raised(_)))), "{inner:?}");
                call.give(7)
            })
            .unwrap();
        for inner in ["(ask)", "(fall)", "(map (lambda (x) (fall)) '(1))"] {
            let program = format!("(list (careful {inner:?}) (careful {inner:?}))");
            assert_eq!(scheme.evaluate::<Vec<i64>>(&program).unwrap(), [7, 7]);
            scheme.collect();
        }
        assert_eq!(scheme.evaluate::<i64>("(+ 1 2)").unwrap(), 3);
    });
}

#[test]
fn what_broke_another_runtime_does_not_break_this_one() {
    runtime().enter(|scheme| {
        scheme
            .define_procedure("ask", |_: &mut Call<'_, '_>| Err(Error::Broken))
            .unwrap();
        let program = "(guard (e (#t 42)) (ask))";
        assert_eq!(scheme.evaluate::<i64>(program).unwrap(), 42);
        scheme
            .define_procedure("leave", |_: &mut Call<'_, '_>| Err(Error::Escape))
            .unwrap();
        let program = "(guard (e (#t 43)) (leave))";
        assert_eq!(scheme.evaluate::<i64>(program).unwrap(), 43);
    });
}

#[test]
fn operands_that_panic_leave_no_run_behind() {
    let mut runtime = runtime();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        runtime.enter(|scheme| scheme.apply(|_| panic!("no operands")))
    }));
    assert!(outcome.is_err());
    runtime.enter(|scheme| {
        scheme.collect();
        assert_eq!(scheme.evaluate::<i64>("(+ 1 2)").unwrap(), 3);
    });
}

#[test]
fn what_is_passed_between_runtimes_is_copied() {
    let mut two = runtime();
    runtime().enter(|one| {
        let list: Vec<i64> = one.evaluate("(list 1 2 3)").unwrap();
        two.enter(|two| {
            let heap = two.heap();
            let copy = heap.make(&list);
            assert_eq!(heap.written(copy).unwrap(), "(1 2 3)");
            two.collect();
        });
        one.collect();
    });
}

#[test]
fn a_list_without_end_is_no_vector() {
    runtime().enter(|scheme| {
        let deep = "(let loop ((i 0) (l '())) (if (= i 1000000) l (loop (+ i 1) (list l))))";
        scheme.run_text(deep, "test").unwrap();
        assert!(scheme.result::<Vec<Vec<i64>>>().is_err());
        scheme.collect();
    });
}
