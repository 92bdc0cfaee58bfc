//! Overflow of the stack, and panics on either side of the stubs.

use std::panic::{AssertUnwindSafe, catch_unwind};

use abi::frame_map::{self, SlotState};
use abi::isa::{Instruction, Local};
use abi::native::{Stub, context};
use abi::procedure::ProcedureHeader;
use compiler::id::Id as _;
use compiler::link::link;
use compiler::link::native_code::{NativeCode, NativeFunction, NativeReturn};
use compiler::link::unit::{FrameMapId, LinkUnit, ProcedureCode};
use cozen::{Call, Error, Retention, Tier, TrustedImage};

use crate::native_runtime;
use crate::runtime::runtime_builder;

#[test]
fn native_recursion_without_end_raises_and_may_be_tried_again() {
    let runtime = runtime_builder()
        .tier(Tier::Native)
        .stack_bytes_max(1 << 20)
        .build();
    runtime.expect("a runtime").enter(|scheme| {
        let program = "
            (define (grow n) (+ 1 (grow n)))
            (define (flonums x) (+ x (flonums (* x 1.5))))
            (define (deep f)
              (guard (e ((error-object? e) (error-object-message e))) (f 1.0)))";
        scheme.run_text(program, "deep.scm").unwrap();
        for _ in 0..3 {
            for call in ["(deep grow)", "(deep flonums)"] {
                let message: String = scheme.evaluate(call).unwrap();
                assert!(message.contains("stack"), "{message}");
            }
        }
        let sum = "(let down ((n 1000)) (if (= n 0) 0 (+ n (down (- n 1)))))";
        assert_eq!(scheme.evaluate::<i64>(sum).unwrap(), 500_500);
    });
}

#[test]
fn a_panic_of_an_embedders_closure_is_a_condition() {
    for tier in [Tier::Native, Tier::Bytecode] {
        let runtime = runtime_builder().tier(tier).build();
        runtime.expect("a runtime").enter(|scheme| {
            scheme
                .define_procedure("careless", |call: &mut Call<'_, '_>| {
                    let index: usize = call.argument(0)?;
                    call.give([10_i64, 20][index])
                })
                .unwrap();
            let program = "
                (define (ask index)
                  (guard (e ((error-object? e) (error-object-message e)))
                    (number->string (+ 1 (careless index)))))";
            scheme.run_text(program, "ask.scm").unwrap();
            for _ in 0..3 {
                let message: String = scheme.evaluate("(ask 7)").unwrap();
                assert!(message.contains("index out of bounds"), "{message}");
                assert_eq!(scheme.evaluate::<String>("(ask 1)").unwrap(), "21");
            }
        });
    }
}

#[test]
fn a_panic_of_a_closure_that_a_closure_called_unwinds_only_the_inner_one() {
    native_runtime().enter(|scheme| {
        scheme
            .define_procedure("careless", |_: &mut Call<'_, '_>| {
                panic!("the inner closure gives up")
            })
            .unwrap();
        scheme
            .define_procedure("call-it", |call: &mut Call<'_, '_>| {
                let procedure = call.argument_handle(0)?;
                let outcome: Result<i64, Error> = call.scheme().call(&procedure, &[]);
                let text = outcome.unwrap_err().to_string();
                call.give(text)
            })
            .unwrap();
        let text: String = scheme
            .evaluate("(call-it (lambda () (+ 1 (careless))))")
            .unwrap();
        assert!(text.contains("the inner closure gives up"), "{text}");
    });
}

/// An image whose entry is native code that asks a stub for a runtime operation that there is not.
fn image_with_a_bug() -> TrustedImage<'static> {
    let stub = context::stub_word(Stub::Runtime).to_le_bytes();
    let code = [
        &[0x55][..],                     // push rbp
        &[0x48, 0x89, 0xe5],             // mov rbp, rsp
        &[0xbf, 0xff, 0xff, 0xff, 0x7f], // mov edi, 0x7fffffff
        &[0x49, 0x8b, 0x87],             // mov rax, [r15 + stub]
        &stub,
        &[0xff, 0xd0], // call rax
        &[0x5d, 0xc3], // pop rbp; ret
    ]
    .concat();
    let map = |states: &[SlotState]| {
        let mut bytes = Vec::new();
        frame_map::encode(states, &mut bytes);
        bytes
    };
    let call_end = code.len() as u32 - 2;
    let function = NativeFunction {
        code,
        align: 16,
        returns: vec![NativeReturn {
            offset: call_end,
            words: 2,
            receives: false,
            is_operation: false,
            map: FrameMapId::new(1),
        }],
        ..NativeFunction::default()
    };
    let mut bytecode = Vec::new();
    for instruction in [
        Instruction::EnterNative {},
        Instruction::ReturnValue { src: Local(1) },
    ] {
        instruction.encode(&mut bytecode);
    }
    let entry = ProcedureCode {
        header: ProcedureHeader {
            frame_bytes: 64,
            ..ProcedureHeader::default()
        },
        code: bytecode,
        native: Some(NativeCode {
            functions: vec![function],
            general_entry: 0,
            loops: Vec::new(),
        }),
        ..ProcedureCode::default()
    };
    let file = link(&LinkUnit {
        procedures: vec![entry].into(),
        frame_maps: vec![map(&[]), map(&[SlotState::Raw])].into(),
        ..LinkUnit::default()
    })
    .expect("the unit is small");
    // SAFETY: the native code calls a stub with a number that the stub checks, and does nothing else.
    unsafe { TrustedImage::vouch(file) }
}

#[test]
fn a_panic_behind_a_stub_goes_on_beyond_native_code() {
    let mut runtime = native_runtime();
    let image = image_with_a_bug();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        runtime.enter(|scheme| scheme.run_image(&image, "bug", Retention::Reached))
    }));
    let panic = outcome.expect_err("there is no such operation");
    let message = panic.downcast_ref::<String>().expect("a panic's text");
    assert!(message.contains("index out of bounds"), "{message}");
    drop(runtime);
    let sum = native_runtime().enter(|scheme| scheme.evaluate::<i64>("(+ 1 2)"));
    assert_eq!(sum.expect("other runtimes go on"), 3);
}

fn is_broken<T>(outcome: &Result<T, Error>) -> bool {
    matches!(outcome, Err(Error::Broken))
}

/// Whether `body` panics, and says that the runtime is broken.
fn refuses<R>(body: impl FnOnce() -> R) -> bool {
    let panic = catch_unwind(AssertUnwindSafe(body)).map(drop);
    let Err(panic) = panic else { return false };
    let message = panic.downcast_ref::<String>().map(String::as_str);
    let message = message.or_else(|| panic.downcast_ref::<&str>().copied());
    message.is_some_and(|message| message.contains("cannot be used any more"))
}

#[test]
fn after_a_panic_that_a_closure_has_caught_the_runtime_refuses_everything() {
    let mut runtime = native_runtime();
    runtime.enter(|scheme| {
        scheme
            .define_procedure("run-bug", |call: &mut Call<'_, '_>| {
                let kept = call.argument_handle(0)?;
                let image = image_with_a_bug();
                let caught = catch_unwind(AssertUnwindSafe(|| {
                    call.scheme().run_image(&image, "bug", Retention::Reached)
                }));
                assert!(caught.is_err());
                assert!(is_broken(&call.argument::<i64>(1)));
                assert!(is_broken(
                    &call.argument_value(0).map(cozen::Value::is_pair)
                ));
                assert!(is_broken(&call.scheme().evaluate::<i64>("(+ 1 2)")));
                assert!(is_broken(&call.scheme().call::<i64>(&kept, &[])));
                assert!(is_broken(
                    &call.scheme().value_of(&kept).map(cozen::Value::is_pair)
                ));
                assert!(is_broken(&call.give(1_i64)));
                // The outer run must not go on, whatever the closure answers.
                Ok(())
            })
            .unwrap();
        let program = "(define gone-on #f)
            (guard (e (#t (set! gone-on #t)))
              (dynamic-wind
                (lambda () 1)
                (lambda () (+ 1 (run-bug (list 1 2) 3)) (set! gone-on #t))
                (lambda () (set! gone-on #t))))";
        let outcome = scheme.run_text(program, "test");
        assert!(is_broken(&outcome), "{outcome:?}");
        assert!(is_broken(&scheme.evaluate::<i64>("(+ 1 2)")));
        assert!(is_broken(
            &scheme.variable("gone-on").map(cozen::Value::is_true)
        ));
        assert!(is_broken(&scheme.result::<i64>()));
        assert!(is_broken(&scheme.flush()));
        assert!(is_broken(
            &scheme.define_procedure("late", |_: &mut Call<'_, '_>| Ok(()))
        ));
        assert!(refuses(|| scheme.value().is_true()));
        assert!(refuses(|| scheme.heap().null().is_null()));
        assert!(refuses(|| scheme.collect()));
    });
    assert!(is_broken(&runtime.flush()));
    drop(runtime);
    let sum = native_runtime().enter(|scheme| scheme.evaluate::<i64>("(+ 1 2)"));
    assert_eq!(sum.expect("other runtimes go on"), 3);
}

#[test]
fn after_a_panic_that_unwound_the_outermost_run_the_runtime_refuses_everything() {
    let mut runtime = native_runtime();
    let image = image_with_a_bug();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        runtime.enter(|scheme| scheme.run_image(&image, "bug", Retention::Reached))
    }));
    assert!(outcome.is_err());
    runtime.enter(|scheme| {
        assert!(is_broken(&scheme.evaluate::<i64>("(+ 1 2)")));
        assert!(is_broken(&scheme.run_image(
            &image,
            "bug",
            Retention::Reached
        )));
        assert!(refuses(|| scheme.heap().null().is_null()));
    });
}
