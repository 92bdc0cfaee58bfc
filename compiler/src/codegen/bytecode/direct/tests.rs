//! Straight forms, and forms that are none.

use super::write_directly;
use crate::codegen::bytecode::check_frame_maps;
use crate::codegen::tests::listing;
use crate::core::ir::LastExpression;
use crate::core::parse;
use crate::core::pass::{integrate_primitives, keep_callers, name_activations};
use crate::link::unit::LinkUnit;

fn unit(text: &str, last_expression: LastExpression) -> Option<LinkUnit> {
    let mut program = parse(text).unwrap();
    program.last_expression = last_expression;
    let program = keep_callers(integrate_primitives(name_activations(program)));
    write_directly(&program)
}

/// Forms that are straight whatever becomes of their values.
const STRAIGHT: &[&str] = &[
    "0",
    "(quote \"text\")",
    "(global x)",
    "(define-global (global x) 1)",
    "(call (global f) 1 (call (global g) 2))",
    "(if (call (global f)) (call (immutable car) (global x)) #f)",
    "(let ((x.0 (call (global f))) (y.1 2)) (begin (call (global g) y.1) (call (global h) x.0)))",
    "(let ((x.0 (call (global f)))) (if x.0 x.0 (call (immutable cons) (call (global g)) 1)))",
    "(call (immutable not) (call (immutable <) (global x) (call (global f)) 3))",
    "(if (call (immutable not) (if (global x) (global y) #f)) (call (global f)) 2)",
    "(call (immutable list) 1 2 (call (global f)) 4 5)",
    "(begin (call (immutable vector-set!) (global v) 0 1) (if #t 1 (global x)))",
    "(call (immutable call-with-current-continuation) (global f))",
    "(call (immutable error) (quote \"no\"))",
];

#[test]
fn straight_forms_have_code_with_true_frame_maps() {
    for text in STRAIGHT {
        for last in [
            LastExpression::TailCall,
            LastExpression::Value,
            LastExpression::Values,
        ] {
            let unit = unit(text, last).unwrap_or_else(|| panic!("{text} is straight"));
            assert_eq!(check_frame_maps(&unit), [], "{text}");
        }
    }
}

#[test]
fn other_forms_have_none() {
    for text in [
        "(lambda f.0 (x.0) x.0)",
        "(let ((x.0 1)) (begin (set! x.0 2) x.0))",
        "(letrec ((x.0 1)) x.0)",
        "(call (immutable apply) (global f) (global x))",
        "(if (if (global x) #t #t) 1 2)",
    ] {
        assert!(unit(text, LastExpression::TailCall).is_none(), "{text}");
    }
    let deep = format!("{}0{}", "(call (global f) ".repeat(200), ")".repeat(200));
    assert!(unit(&deep, LastExpression::TailCall).is_none());
}

#[test]
fn operands_are_computed_where_the_callee_finds_them() {
    let text = "(call (global f) (call (global g) 1) 2)";
    let unit = unit(text, LastExpression::TailCall).unwrap();
    let found = listing(&unit, 0);
    let found: Vec<&str> = found
        .lines()
        .map(|line| line.split_once(": ").unwrap().1)
        .collect();
    let prologue = 2 * 3;
    assert_eq!(
        found[prologue..],
        [
            "location_ref s0 Cell(1)",
            "location_ref s2 Cell(0)",
            "load_small s3 1",
            "call arguments=1 s1 words=2 [L]",
            "load_small s2 2",
            "tail_call arguments=2",
        ]
    );
}

#[test]
fn a_poll_stands_between_a_return_and_an_allocation() {
    let text = "(call (immutable cons) (call (global f)) 1)";
    let unit = unit(text, LastExpression::TailCall).unwrap();
    let found = listing(&unit, 0);
    // The poll and the allocation are one instruction.
    assert!(found.contains(": poll_cons s0 s0 s1 [LL"), "{found}");
}
