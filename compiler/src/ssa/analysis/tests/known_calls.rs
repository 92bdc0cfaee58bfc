//! Known calls: which calls lead to a procedure, with which closure, and which values the closure
//! holds.

use crate::id::Id;
use crate::ssa::analysis::{KnownCalls, each_known_call, each_known_call_with_place};
use crate::ssa::ir::{BlockId, ProcedureId, Unit, ValueId};
use crate::ssa::parse::parse;

fn unit_of(text: &str) -> Unit {
    parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The entry, with `v1` a closure of `f` that holds `v0`, a procedure `f` of one parameter and
/// one free variable, and `g`.
fn known(entry: &str, f: &str, g: &str) -> KnownCalls {
    KnownCalls::new(&unit_of(&format!(
        "(cells \"c\")
         (procedure \"main\" 1 0 #f 0 (\"x\")
           (block b0 (v0) (let v1 (make-closure 1 1)) (do (closure-init v1 0 v0)) {entry}))
         (procedure \"f\" 1 0 #f 1 (\"x\") (block b0 (v0 v1) {f}))
         (procedure \"g\" {g})"
    )))
}

const F: &str = "(let v2 (closure-ref v0 0)) (return v2)";
const G: &str = "1 0 #f 0 (\"x\") (block b0 (v0) (return v0))";

#[test]
fn a_closure_that_only_known_calls_name_meets_no_other() {
    for entry in [
        "(let v2 (call-known 1 v1 v0)) (return v2)",
        "(tail-call-known 1 v1 v0)",
        "(call-receive (known 1 v1) 1 #f b1 v0)) (block b1 (v3) (return v3)",
    ] {
        let known = known(entry, F, G);
        assert_eq!(known.are_all, [false, true, true], "{entry}");
        assert!(known.closures_are_own, "{entry}");
    }
}

#[test]
fn a_closure_escapes_wherever_else_it_goes() {
    for entry in [
        "(return v1)",
        "(tail-call v1 v0)",
        "(tail-call v0 v1)",
        "(let v2 (call v0 v1)) (return v2)",
        "(do (cell-set! 0 v1)) (return v0)",
        "(let v2 (primitive cons v1 v0)) (return v2)",
        "(let v2 (call-known 2 #f v1)) (return v2)",
        "(tail-call-known 2 #f v1)",
        "(call-receive (known 2 #f) 1 #f b1 v1)) (block b1 (v3) (return v3)",
        "(call-receive v0 1 #f b1 v1)) (block b1 (v3) (return v3)",
        "(jump (b1 v1))) (block b1 (v3) (return v3)",
        "(branch (eq v0 v1) (b1) (b1))) (block b1 () (return v0)",
        // Another procedure is called with it.
        "(let v2 (call-known 2 v1 v0)) (return v2)",
        "(tail-call-known 2 v1 v0)",
        "(call-receive (known 2 v1) 1 #f b1 v0)) (block b1 (v3) (return v3)",
        // It is put where nobody knows whose free variable that is.
        "(do (closure-init v0 0 v1)) (return v0)",
    ] {
        let known = known(entry, F, G);
        assert!(!known.are_all[ProcedureId::new(1)], "{entry}");
    }
}

#[test]
fn the_entry_and_procedures_of_several_arities_are_called_by_others() {
    let calls = "(let v2 (call-known 2 #f v0)) (return v2)";
    assert_eq!(known(calls, F, G).are_all, [false, true, true]);
    for parameters in [
        "0 1 #f 0 (\"x\")",
        "0 0 #t 0 (\"x\")",
        "0 1 #t 0 (\"x\" \"y\")",
    ] {
        let g = format!("{parameters} (block b0 (v0) (return v0))");
        assert!(
            !known(calls, F, &g).are_all[ProcedureId::new(2)],
            "{parameters}"
        );
    }
    assert!(!known("(let v2 (static-closure 2)) (return v2)", F, G).are_all[ProcedureId::new(2)]);
}

#[test]
fn a_free_variable_holds_a_closure_if_all_closures_do() {
    // `g` has one free variable, which is called as a closure of `f`.
    let g = "0 0 #f 1 () (block b0 (v0) (let v1 (closure-ref v0 0)) (let v2 (fixnum 1)) (tail-call-known 1 v1 v2))";
    let with = |others: &str| {
        let entry = format!(
            "(let v2 (make-closure 2 1)) (do (closure-init v2 0 v1)) {others} (tail-call-known 2 v2)"
        );
        known(&entry, F, g)
    };
    let same =
        with("(let v3 (make-closure 2 1)) (do (closure-init v3 0 v1)) (let v4 (call-known 2 v3))");
    assert_eq!(same.are_all, [false, true, true]);
    assert!(same.closures_are_own);
    let other =
        with("(let v3 (make-closure 2 1)) (do (closure-init v3 0 v0)) (let v4 (call-known 2 v3))");
    assert_eq!(other.are_all, [false, false, true]);
    assert!(!other.closures_are_own);
    let turned = with("(do (closure-init v2 0 v0))");
    assert_eq!(turned.are_all, [false, false, true]);
}

#[test]
fn a_closure_that_is_kept_with_others_escapes() {
    let g = "0 0 #f 1 () (block b0 (v0) (let v1 (fixnum 1)) (return v1))";
    let with = |others: &str| {
        let entry = format!(
            "(let v2 (make-closure 2 1)) (do (closure-init v2 0 v1)) {others} (tail-call-known 2 v2)"
        );
        known(&entry, F, g)
    };
    let alone = with("");
    assert_eq!(alone.are_all, [false, true, true]);
    // Nobody reads the free variable; one who did would not know which closure that is.
    let other = with("(let v3 (make-closure 2 1)) (do (closure-init v3 0 v0))");
    assert_eq!(other.are_all, [false, false, true]);
    assert!(other.closures_are_own);
    // A closure of something else may be read as one of `g`.
    let unknown = with("(let v3 (closure-ref v0 0))");
    assert_eq!(unknown.are_all, [false, false, true]);
    assert!(!unknown.closures_are_own);
}

#[test]
fn what_a_free_variable_held_is_followed_into_other_closures() {
    let text = "(procedure \"main\" 1 0 #f 0 (\"x\")
          (block b0 (v0)
            (let v1 (make-closure 1 1)) (do (closure-init v1 0 v0))
            (let v2 (make-closure 2 1)) (do (closure-init v2 0 v1))
            (tail-call-known 2 v2)))
        (procedure \"f\" 0 0 #f 1 () (block b0 (v0) (let v1 (closure-ref v0 0)) (return v1)))
        (procedure \"g\" 0 0 #f 1 ()
          (block b0 (v0)
            (let v1 (closure-ref v0 0))
            (let v2 (make-closure 3 1)) (do (closure-init v2 0 v1))
            (tail-call-known 3 v2)))
        (procedure \"h\" 0 0 #f 1 ()
          (block b0 (v0) (let v1 (closure-ref v0 0)) (tail-call-known 1 v1)))";
    let known = KnownCalls::new(&unit_of(text));
    assert_eq!(known.are_all, [false, true, true, true]);
    assert!(known.closures_are_own);
}

#[test]
fn closures_are_followed_through_several_free_variables() {
    let text = "(procedure \"main\" 1 0 #f 0 (\"x\")
          (block b0 (v0)
            (let v1 (make-closure 1 1)) (do (closure-init v1 0 v0))
            (let v2 (make-closure 2 1)) (do (closure-init v2 0 v1))
            (let v3 (make-closure 3 1)) (do (closure-init v3 0 v2))
            (tail-call-known 3 v3)))
        (procedure \"f\" 0 0 #f 1 () (block b0 (v0) (return v0)))
        (procedure \"g\" 0 0 #f 1 () (block b0 (v0) (let v1 (closure-ref v0 0)) (tail-call-known 1 v1)))
        (procedure \"h\" 0 0 #f 1 ()
          (block b0 (v0) (let v1 (closure-ref v0 0)) (let v2 (closure-ref v1 0)) (tail-call-known 1 v2)))";
    let known = KnownCalls::new(&unit_of(text));
    // `f` gives its own closure away.
    assert_eq!(known.are_all, [false, false, true, true]);
    assert!(known.closures_are_own);
}

#[test]
fn closures_are_own_if_each_is_seen_where_it_is_used() {
    let own = |entry: &str| known(entry, F, G).closures_are_own;
    assert!(own("(return v0)"));
    assert!(own("(let v2 (call-known 2 #f v0)) (return v2)"));
    assert!(own("(let v2 (call-known 1 v1 v0)) (return v2)"));
    assert!(!own("(let v2 (call-known 1 v0 v0)) (return v2)"));
    assert!(!own("(let v2 (call-known 2 v1 v0)) (return v2)"));
    assert!(!own("(let v2 (closure-ref v0 0)) (return v2)"));
    assert!(own("(let v2 (closure-ref v1 0)) (return v2)"));
    assert!(!own("(do (closure-init v0 0 v0)) (return v0)"));
    // What is not own stays so, whatever comes after.
    assert!(!own(
        "(let v2 (call-known 1 v0 v0)) (let v3 (call-known 1 v1 v0)) (return v2)"
    ));
    assert!(!own(
        "(let v2 (closure-ref v0 0)) (let v3 (closure-ref v1 0)) (return v2)"
    ));
    let initialized = "(do (closure-init v0 0 v0)) (let v2 (make-closure 1 1)) (do (closure-init v2 0 v0)) (return v0)";
    assert!(!own(initialized));
}

#[test]
fn known_calls_are_visited_in_order_with_their_places() {
    let text = "(procedure \"f\" 1 0 #f 0 (\"x\")
        (block b0 (v0) (let v1 (call-known 0 v0 v0)) (let v2 (call v0)) (let v3 (call-known 0 #f))
          (call-receive (known 0 v2) 1 #f b1 v1 v2))
        (block b1 (v4) (tail-call-known 0 #f v3 v4))
        (block b2 () (call-receive v0 1 #f b3 v0))
        (block b3 (v5) (return v5)))";
    let unit = unit_of(text);
    let (mut closures, mut places) = (Vec::new(), Vec::new());
    each_known_call(
        &unit.procedures[ProcedureId::ENTRY],
        |callee, closure, arguments| {
            assert_eq!(callee, ProcedureId::ENTRY);
            closures.push((closure.map(Id::number), arguments.to_vec()));
        },
    );
    each_known_call_with_place(
        &unit.procedures[ProcedureId::ENTRY],
        |place, callee, arguments| {
            assert_eq!(callee, ProcedureId::ENTRY);
            places.push((place, arguments.len()));
        },
    );
    let values = |numbers: &[u32]| {
        numbers
            .iter()
            .copied()
            .map(ValueId::new)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        closures,
        [
            (Some(0), values(&[0])),
            (None, values(&[])),
            (Some(2), values(&[1, 2])),
            (None, values(&[3, 4])),
        ]
    );
    let expected = [(0, 0, 1), (0, 2, 0), (0, 3, 2), (1, 0, 2)];
    assert_eq!(
        places,
        expected.map(|(block, index, count)| ((BlockId::new(block), index), count))
    );
}
