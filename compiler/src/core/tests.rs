//! Text in, text out.

use super::golden::flat;
use super::{Stage, VerifyError, parse, verify};
use crate::id::Id;
use crate::parse_error::ParseError;

#[test]
fn text_is_read_and_written_alike() {
    for text in [
        "(fix ((f.0 (lambda f.0 (x.1 %optional y.2 %rest z.3) (+ x.1 1)))) (call f.0 2))",
        "(let ((x@0 (quote (a \"b\" . #(1 2.5))))) (begin (set! x@0 #\\a) (set-global! (global y) ()) (word unbound)))",
        "(labels ((loop.0 (i.0) (if (< i.0 10) (goto loop.0 (+ i.0 1)) i.0))) (goto loop.0 0))",
        "(receive (a.0 %rest b.1) (call (immutable values)) (define-global (global x) (values a.0 b.1)))",
        "(letrec ((f.0 (lambda _.0 () (check-initialized f.0 f.0)))) (lambda _.1 (%rest x.1) 1.5))",
        "(fix ((f.0 (lambda f.0 (x.1) (%free y.2) (call-known f.0 y.2)))) -7)",
        "(lambda _.0 () (%free f.1) (%through (x.0 f.1) (y.2 f.1)) (cons x.0 y.2))",
    ] {
        assert_eq!(flat(&parse(text).unwrap()), text);
    }
}

#[test]
fn what_is_not_core_is_refused() {
    let message = |text| parse(text).err().map(|error| error.to_string());
    assert_eq!(
        message("(if 1 2)").as_deref(),
        Some("expected a form of Core, found (if 1 2)")
    );
    assert_eq!(
        message("x").as_deref(),
        Some("expected a name and number, found x")
    );
    assert!(matches!(parse("(if"), Err(ParseError::Syntax(_))));
}

#[test]
fn the_verifier_finds_what_is_wrong() {
    let errors = |stage, text: &str| verify(&parse(text).unwrap(), stage);
    let id = super::ir::VariableId::new(0);
    assert_eq!(errors(Stage::Expanded, "x.0"), [VerifyError::Unbound(id)]);
    assert_eq!(
        errors(Stage::Expanded, "(let ((x.0 1)) (let ((x.0 2)) 3))"),
        [VerifyError::BoundTwice(id)]
    );
    assert!(!errors(Stage::Fixed, "(letrec ((x.0 1)) x.0)").is_empty());
    assert!(
        !errors(
            Stage::Fixed,
            "(labels ((l.0 () (+ 1 (goto l.0)))) (goto l.0))"
        )
        .is_empty()
    );
    assert!(!errors(Stage::Expanded, "(car 1 2)").is_empty());
    assert_eq!(
        errors(Stage::Closed, "(let ((x.0 1)) (lambda _.0 () x.0))"),
        [VerifyError::NotCaptured(id, super::ir::LambdaId::new(0))]
    );
    let through = |free: &str, held: &str| {
        let text = format!(
            "(lambda _.0 (x.0 y.1) (fix ((f.2 (lambda f.1 () (%free {held}) {held}))) \
             (lambda _.2 () (%free {free}) (%through (x.0 f.2)) x.0)))"
        );
        errors(Stage::Closed, &text)
    };
    let not_reached = [VerifyError::NotReached(id, super::ir::LambdaId::new(2))];
    assert_eq!(through("f.2", "x.0"), []);
    assert_eq!(through("f.2", "y.1"), not_reached);
    assert_eq!(through("y.1", "x.0"), not_reached);
    assert_eq!(through("x.0 f.2", "x.0"), not_reached);
}

#[test]
fn deep_programs_need_no_stack() {
    let depth: usize = 100_000;
    for (start, end) in [
        ("(car ", ")"),
        ("(if (car 1) 1 ", ")"),
        ("(begin (car 1) ", ")"),
        ("(call (immutable f) ", ")"),
        ("(call (lambda _.# () ", "))"),
        ("(lambda _.# () ", ")"),
        ("(let ((x.# (car 1))) ", ")"),
        ("(letrec ((f.# (lambda _.# () (call f.#)))) ", ")"),
        ("(receive (x.#) (call (immutable f)) ", ")"),
    ] {
        let mut text = String::new();
        for number in 0..depth {
            text += &start.replace('#', &number.to_string());
        }
        text += "1";
        text += &end.repeat(depth);
        let mut program = parse(&text).unwrap();
        for pass in crate::compile::CORE_PASSES {
            program = (pass.run)(program);
        }
        assert!(verify(&program, Stage::Closed).is_empty());
        assert!(!program.to_text().is_empty());
        assert!(crate::ssa::build(program).is_ok());
    }
}
