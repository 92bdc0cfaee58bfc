//! A library without compiler runs images. CI runs this test with and without the features.

use abi::image::section;
use cozen::inspect::ImageView;
use cozen::{Retention, Runtime, TrustedImage};

/// The image of the Scheme library, whose interface says what programs may import.
static BOOT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/boot.czo"));

/// The image of a program, made elsewhere.
fn compiled(text: &str) -> TrustedImage<'static> {
    let view = ImageView::parse(BOOT).expect("the boot image is whole");
    let interface = view
        .unloaded_section(section::INTERFACE)
        .expect("the boot image has its interface");
    let mut registry = compiler::expand::LibraryRegistry::from_interface(interface);
    registry.make_images();
    let source = compiler::expand::SourceText::new("program.scm", text);
    let program = compiler::expand::expand_program(&mut registry, &source).expect("a good program");
    let options = compiler::options::Options::default();
    let compiled = compiler::compile::compile(program, None, &options);
    let image = compiled.expect("a small program").image;
    // SAFETY: the compiler has made it.
    unsafe { TrustedImage::vouch(image) }
}

#[test]
fn an_image_runs_and_its_value_is_there() {
    let image = compiled(
        "(import (scheme base)) (define (fact n) (if (= n 0) 1 (* n (fact (- n 1))))) (fact 20)",
    );
    let mut runtime = Runtime::new().expect("a runtime");
    let value: i64 = runtime.enter(|scheme| {
        let run = scheme.run_image(&image, "program.czo", Retention::Reached);
        run.expect("it runs");
        scheme.result().expect("an integer of 64 bits")
    });
    assert_eq!(value, 2_432_902_008_176_640_000);
}

#[test]
fn an_image_that_nobody_vouches_for_is_verified_and_runs() {
    let image = compiled("(import (scheme base)) (apply + (map car '((1) (2) (39))))").into_bytes();
    let verified = cozen::verify_image(&image, "program.czo").expect("the compiler made it");
    let mut runtime = Runtime::new().expect("a runtime");
    let value: i64 = runtime.enter(|scheme| {
        let run = scheme.run_image(&verified, "program.czo", Retention::Reached);
        run.expect("it runs");
        scheme.result().expect("an integer of 64 bits")
    });
    assert_eq!(value, 42);
}

#[test]
fn eval_works_or_raises_a_condition() {
    let image = compiled(
        "(import (scheme base) (scheme eval))
         (guard (e ((error-object? e) (error-object-message e)))
           (number->string (eval '(+ 1 2) (environment '(scheme base)))))",
    );
    let mut runtime = Runtime::new().expect("a runtime");
    let answer: String = runtime.enter(|scheme| {
        let run = scheme.run_image(&image, "program.czo", Retention::Reached);
        run.expect("it runs");
        scheme.result().expect("a string")
    });
    if cfg!(feature = "compiler") {
        assert_eq!(answer, "3");
    } else {
        assert!(answer.contains("no compiler"), "{answer}");
    }
}
