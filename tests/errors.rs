//! Errors go where errors go: to other threads, and into whatever boxes them; each says what caused it.

use std::error::Error as StandardError;

use cozen::{Error, Retention, Runtime, TrustedImage};

fn is_error_of_any_thread<E: StandardError + Send + Sync + 'static>() {}

#[test]
fn errors_of_all_crates_can_be_sent_and_shared() {
    is_error_of_any_thread::<Error>();
    is_error_of_any_thread::<cozen::Raised>();
    is_error_of_any_thread::<cozen::Diagnostic>();
    is_error_of_any_thread::<cozen::LoadError>();
    is_error_of_any_thread::<cozen::VmBuildError>();
    is_error_of_any_thread::<abi::isa::DecodeError>();
    is_error_of_any_thread::<gc::ArenaError>();
    is_error_of_any_thread::<gc::Full>();
    is_error_of_any_thread::<gc::HeapError>();
    is_error_of_any_thread::<gc::Sealed>();
    is_error_of_any_thread::<syntax::NumberError>();
    is_error_of_any_thread::<syntax::SyntaxError>();
    is_error_of_any_thread::<syntax::SyntaxErrorKind>();
    is_error_of_any_thread::<vm::FrontendError>();
    is_error_of_any_thread::<vm::VmError>();
    is_error_of_any_thread::<compiler::compile::CompileError>();
    is_error_of_any_thread::<compiler::core::VerifyError>();
    is_error_of_any_thread::<compiler::internal_error::InternalError>();
    is_error_of_any_thread::<compiler::parse_error::ParseError>();
}

#[test]
fn an_object_that_was_raised_may_be_dropped_by_another_thread() {
    let mut runtime = Runtime::new().expect("a runtime");
    let raise = |runtime: &mut Runtime| {
        runtime.enter(|scheme| scheme.evaluate::<()>("(raise (list 1 2))").unwrap_err())
    };
    let (first, second) = (raise(&mut runtime), raise(&mut runtime));
    let text = std::thread::spawn(move || first.to_string());
    assert!(text.join().expect("no panic").contains("(1 2)"));
    let dropped = std::thread::spawn(move || drop(second));
    runtime.enter(|scheme| {
        for _ in 0..20 {
            scheme.collect();
        }
    });
    dropped.join().expect("no panic");
    let sum: i64 = runtime.enter(|scheme| scheme.evaluate("(+ 1 2)").expect("it runs"));
    assert_eq!(sum, 3);
}

#[test]
fn an_error_says_what_caused_it() {
    let mut runtime = Runtime::new().expect("a runtime");
    let missing = std::path::Path::new("/nonexistent/program.scm");
    let error = runtime.compile_file(missing).expect_err("it is not there");
    let cause = error.source().expect("the system said why");
    assert!(cause.is::<std::io::Error>(), "{cause}");
    assert_eq!(error.with_causes(), format!("{error}: {cause}"));

    // SAFETY: the loader refuses these bytes before it maps anything.
    let script = unsafe { TrustedImage::vouch(b"#!/bin/sh".as_slice()) };
    let refused =
        runtime.enter(|scheme| scheme.run_image(&script, "hello.czo", Retention::Reached));
    let error = refused.expect_err("it is no image");
    let cause = error.source().expect("the loader said why");
    assert!(cause.is::<cozen::LoadError>(), "{cause}");
    assert_eq!(error.to_string(), "hello.czo is refused");
}
