//! Types across procedures: what is looked at again when something grows, and what is not looked at.

use std::fmt::Write as _;

use super::types::{integers, type_in, unit_of};
use crate::ssa::analysis::{Kinds, Type};
use crate::ssa::ir::Unit;

/// The entry has `v1`, which is one; all procedures have a parameter.
fn unit(entry: &str, f: &str, g: &str, h: &str) -> Unit {
    unit_of(&format!(
        "(cells \"c\")
         (procedure \"main\" 1 0 #f 0 (\"x\") (block b0 (v0) (let v1 (fixnum 1)) {entry}))
         (procedure \"f\" 1 0 #f 0 (\"x\") (block b0 (v0) {f}))
         (procedure \"g\" 1 0 #f 0 (\"x\") (block b0 (v0) {g}))
         (procedure \"h\" 1 0 #f 0 (\"x\") (block b0 (v0) {h}))"
    ))
}

/// As `unit`, but `f` has no parameter: it is a closure of one free variable, which it returns.
fn with_closure(entry: &str, f: &str, g: &str) -> Unit {
    unit_of(&format!(
        "(procedure \"main\" 1 0 #f 0 (\"x\") (block b0 (v0) (let v1 (fixnum 1)) {entry}))
         (procedure \"f\" 0 0 #f 1 () (block b0 (v0) (let v1 (closure-ref v0 0)) {f}))
         (procedure \"g\" 1 0 #f 0 (\"x\") (block b0 (v0) {g}))"
    ))
}

const RETURN: &str = "(return v0)";

#[test]
fn who_reads_a_cell_is_looked_at_whenever_more_is_put_into_it() {
    let calls = "(let v2 (call-known 1 #f v1)) (let v3 (call-known 2 #f v1)) (return v2)";
    let set = |value: u32| format!("(let v1 (fixnum {value})) (do (cell-set! 0 v1))");
    let g = format!("{} (tail-call-known 3 #f v1)", set(5));
    let h = format!("{} (return v1)", set(9));
    let unit = unit(calls, "(let v1 (cell-ref 0)) (return v1)", &g, &h);
    assert_eq!(type_in(&unit, 1, 1), integers(5, 9));
    assert_eq!(type_in(&unit, 0, 2), integers(5, 9));
}

#[test]
fn who_calls_a_procedure_is_looked_at_whenever_its_result_grows() {
    let calls = "(let v2 (call-known 1 #f v1)) (let v3 (call-known 2 #f v2)) (return v2)";
    let g = "(let v1 (fixnum 5)) (let v2 (call-known 1 #f v1)) (return v2)";
    let unit = unit(calls, RETURN, g, RETURN);
    assert_eq!(type_in(&unit, 1, 0), integers(1, 5));
    assert_eq!(type_in(&unit, 2, 2), integers(1, 5));
    assert_eq!(type_in(&unit, 0, 2), integers(1, 5));
}

#[test]
fn a_procedure_is_looked_at_whenever_its_free_variables_grow() {
    let make = "(let v2 (make-closure 1 1)) (do (closure-init v2 0 v1)) (let v3 (call-known 1 v2))";
    let calls = format!("{make} (let v4 (call-known 2 #f v1)) (return v3)");
    let g = format!("(let v1 (fixnum 5)) {make} (return v3)");
    let unit = with_closure(&calls, "(return v1)", &g);
    assert_eq!(type_in(&unit, 1, 0), Type::of_kinds(Kinds::PROCEDURE));
    assert_eq!(type_in(&unit, 1, 1), integers(1, 5));
    assert_eq!(type_in(&unit, 0, 3), integers(1, 5));
}

#[test]
fn what_nobody_calls_gives_nothing() {
    let calls = "(do (cell-set! 0 v1)) (tail-call-known 2 #f v1)";
    let f = "(let v1 (cell-ref 0)) (let v2 (fixnum 9)) (tail-call-known 2 #f v2)";
    let uncalled = unit(calls, f, RETURN, RETURN);
    assert_eq!(type_in(&uncalled, 2, 0), integers(1, 1));
    let made = "(let v2 (make-closure 1 1)) (do (closure-init v2 0 v1)) (tail-call-known 2 #f v1)";
    let f = "(let v2 (fixnum 9)) (tail-call-known 2 #f v2)";
    let uncalled = with_closure(made, f, RETURN);
    assert_eq!(type_in(&uncalled, 2, 0), integers(1, 1));
}

#[test]
fn ranges_between_procedures_grow_freely_three_times() {
    let (mut calls, mut stores) = (String::new(), String::new());
    for (value, high) in [(1, 1), (2, 2), (3, 3), (4, 4), (5, 0xff)] {
        let number = format!("(let v{} (fixnum {value}))", value * 10);
        let call = format!(
            "(let v{} (call-known 1 #f v{}))",
            value * 10 + 1,
            value * 10
        );
        write!(calls, "{number} {call}").unwrap();
        write!(stores, "{number} (do (cell-set! 0 v{}))", value * 10).unwrap();
        let called = unit(&format!("{calls} (return v0)"), RETURN, RETURN, RETURN);
        assert_eq!(type_in(&called, 1, 0), integers(1, high), "{value}");
        let stored = format!("{stores} (let v2 (cell-ref 0)) (return v2)");
        let stored = unit(&stored, RETURN, RETURN, RETURN);
        assert_eq!(type_in(&stored, 0, 2), integers(1, high), "{value}");
    }
}

#[test]
fn a_free_variable_of_another_closure_may_be_anything() {
    // The entry has no closure of its own.
    let entry = "(procedure \"main\" 0 0 #f 0 ()
          (block b0 ()
            (let v0 (fixnum 5)) (let v1 (make-closure 1 1)) (do (closure-init v1 0 v0))
            (let v2 (closure-ref v1 0)) (let v3 (call-known 1 v1)) (return v2)))";
    // That of `f` is not the one from which `v3` comes.
    let f = "(procedure \"f\" 0 0 #f 1 ()
          (block b0 (v0)
            (let v1 (closure-ref v0 0)) (let v2 (make-closure 2 1)) (do (closure-init v2 0 v0))
            (let v3 (closure-ref v2 0)) (return v1)))
        (procedure \"g\" 0 0 #f 1 () (block b0 (v0) (return v0)))";
    let unit = unit_of(&format!("{entry} {f}"));
    assert_eq!(type_in(&unit, 0, 2), Type::ANY);
    assert_eq!(type_in(&unit, 1, 1), integers(5, 5));
    assert_eq!(type_in(&unit, 1, 3), Type::ANY);
}

#[test]
fn closures_are_known_in_whatever_order_their_values_are_numbered() {
    let calls = "(let v3 (call-known 1 v9)) (let v4 (call-known 2 v7)) (tail-call-known 3 v5)";
    let made = |value: u32, procedure: u32| {
        format!(
            "(let v{value} (make-closure {procedure} 1)) (let v{procedure}0 (fixnum {procedure}))
             (do (closure-init v{value} 0 v{procedure}0))"
        )
    };
    let (f, g, h) = (made(9, 1), made(7, 2), made(5, 3));
    let reads = "0 0 #f 1 () (block b0 (v0) (let v1 (closure-ref v0 0)) (return v1))";
    let unit = unit_of(&format!(
        "(procedure \"main\" 0 0 #f 0 () (block b0 () {f} {g} {h} {calls}))
         (procedure \"f\" {reads}) (procedure \"g\" {reads}) (procedure \"h\" {reads})"
    ));
    for procedure in 1..=3 {
        let number = i128::from(procedure);
        assert_eq!(type_in(&unit, procedure, 1), integers(number, number));
    }
}

/// Found by mutation: the check stands in a block with a lower number than the block that reads.
#[test]
fn a_cell_is_checked_in_blocks_of_any_order() {
    let entry = "(jump (b2))) (block b1 () (do (check-initialized v2 \"c\")) (jump (b3)))
        (block b2 () (let v2 (cell-ref 0)) (jump (b1)))
        (block b3 () (do (cell-set! 0 v1)) (return v2)";
    let unit = unit(entry, RETURN, RETURN, RETURN);
    let unbound = Type::of_kinds(Kinds::UNBOUND);
    assert_eq!(type_in(&unit, 0, 2), integers(1, 1).join(unbound));
}

#[test]
fn a_call_of_what_is_not_there_gives_anything() {
    for callee in [4, 5] {
        let calls = format!("(let v2 (call-known {callee} #f v1)) (return v2)");
        let unit = unit(&calls, RETURN, RETURN, RETURN);
        assert_eq!(type_in(&unit, 0, 2), Type::ANY, "{callee}");
    }
}
