//! Proofs: which checks may be left out, and which may not.

use abi::tag;

use crate::id::Id;
use crate::ssa::analysis::Proofs;
use crate::ssa::ir::{BlockId, ProcedureId, Unit};
use crate::ssa::parse::parse;

/// A procedure of four parameters, of which the last two are an index and a flonum; `v4` is a
/// pair, `v5` a boxed flonum,
/// `v6` the greatest fixnum, `v7` the least, `v8` an integer that may be no fixnum, `v9` a closure.
fn unit_of(blocks: &str) -> Unit {
    let text = format!(
        "(cells \"c\")
         (procedure \"f\" 4 0 #f 0 (\"x\" \"y\" \"i\" \"z\")
          (block b0 (v0 v1 v2 v3)
            (let v10 (primitive vector-ref v0 v2)) (let v11:f64 (unbox-f64 v3)) (let v12:u64 (unbox-u64 v1))
            (let v4 (primitive cons v0 v1)) (let v5 (box-f64 v11))
            (let v6 (fixnum 1152921504606846975)) (let v7 (fixnum -1152921504606846976))
            (let v8 (box-u64 v12)) (let v9 (make-closure 0 1))
            {blocks}))"
    );
    parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// What is proved about the last block's terminator, or the last instruction before it.
fn proved(blocks: &str, is_terminator: bool) -> String {
    let unit = unit_of(blocks);
    let last = BlockId::from_index(unit.procedures[ProcedureId::ENTRY].blocks.len() - 1);
    let index = unit.procedures[ProcedureId::ENTRY].blocks[last]
        .instructions
        .len()
        - usize::from(!is_terminator);
    let proved = Proofs::new(&unit).at(ProcedureId::ENTRY, last, index);
    proved.names().collect::<Vec<&str>>().join(" ")
}

fn of_operation(operation: &str) -> String {
    proved(&format!("(let v20 {operation}) (return v0)"), false)
}

fn of_effect(operation: &str) -> String {
    proved(&format!("(do {operation}) (return v0)"), false)
}

#[test]
fn what_is_called_is_a_closure_where_it_was_made() {
    assert_eq!(of_operation("(call v9 v0)"), "object");
    assert_eq!(of_operation("(call v0 v0)"), "");
    assert_eq!(of_operation("(call v4 v0)"), "");
    assert_eq!(proved("(tail-call v9 v0)", true), "object");
    assert_eq!(proved("(tail-call v0 v0)", true), "");
    assert_eq!(proved("(return v9)", true), "");
}

#[test]
fn operands_of_arithmetic_are_fixnums_or_flonums() {
    for (a, first) in [
        ("v2", "first-fixnum"),
        ("v5", "first-flonum"),
        ("v8", ""),
        ("v0", ""),
    ] {
        for (b, second) in [
            ("v2", "second-fixnum"),
            ("v5", "second-flonum"),
            ("v8", ""),
            ("v0", ""),
        ] {
            let both = [first, second]
                .map(str::to_owned)
                .into_iter()
                .filter(|name| !name.is_empty());
            let mut names: Vec<String> = both.collect();
            names.sort_by_key(|name| name.ends_with("flonum"));
            let names = names.join(" ");
            assert_eq!(
                of_operation(&format!("(primitive < {a} {b})")),
                names,
                "{a} {b}"
            );
            assert_eq!(
                of_operation(&format!("(primitive quotient {a} {b})")),
                names,
                "{a} {b}"
            );
            let branch = format!("(branch (compare < {a} {b}) (b0) (b0))");
            assert_eq!(proved(&branch, true), names, "{a} {b}");
        }
        let small = format!("(branch (compare-small < {a} 7) (b0) (b0))");
        assert_eq!(proved(&small, true), first, "{a}");
        assert_eq!(
            proved(&format!("(branch (eq-word {a} 8) (b0) (b0))"), true),
            ""
        );
    }
}

#[test]
fn a_branch_proves_nothing_of_what_it_compares_itself() {
    let of = |condition: &str| {
        let text = format!(
            "(branch (true v0) (b1 v4) (b1 v2))) (block b1 (v20) (branch ({condition}) (b0) (b0))"
        );
        proved(&text, true)
    };
    // A pair raises there: behind that branch only the index is left.
    assert_eq!(of("compare < v20 v2"), "second-fixnum");
    assert_eq!(of("compare < v2 v20"), "first-fixnum");
    assert_eq!(of("compare-small < v20 7"), "");
}

#[test]
fn results_of_fixnums_fit_if_their_range_does() {
    let fits = |operation: &str| of_operation(operation).contains("fits-fixnum");
    // `v2` is a length or less, and not negative.
    for (operation, expected) in [
        ("(primitive + v2 v2)", true),
        ("(primitive + v2 v7)", true),
        ("(primitive + v7 v2)", true),
        ("(primitive + v2 v6)", false),
        ("(primitive + v6 v2)", false),
        ("(primitive - v2 v6)", true),
        ("(primitive - v6 v2)", true),
        ("(primitive - v2 v7)", false),
        ("(primitive - v7 v2)", false),
        ("(primitive * v2 v7)", false),
        ("(primitive * v6 v2)", false),
        ("(primitive quotient v2 v2)", false),
        ("(add-small v2 9)", true),
        ("(add-small v6 0)", true),
        ("(add-small v6 1)", false),
        ("(add-small v7 0)", true),
        ("(add-small v7 -1)", false),
        // Of fixnums there are none.
        ("(primitive + v5 v6)", true),
        ("(primitive + v8 v2)", false),
    ] {
        assert_eq!(fits(operation), expected, "{operation}");
    }
    assert_eq!(of_operation("(add-small v2 9)"), "first-fixnum fits-fixnum");
    assert_eq!(of_operation("(add-small v5 9)"), "first-flonum fits-fixnum");
}

#[test]
fn what_is_dereferenced_is_of_its_kind() {
    assert_eq!(of_operation("(primitive car v4)"), "object");
    assert_eq!(of_operation("(primitive car v0)"), "");
    assert_eq!(of_operation("(primitive vector-length v4)"), "");
    assert_eq!(of_operation("(primitive vector-length v0)"), "object");
    // Numbers are no objects that anything is read from.
    assert_eq!(of_operation("(primitive abs v2)"), "");
    assert_eq!(of_operation("(primitive integer->char v2)"), "");
    assert_eq!(of_operation("(primitive null? v2)"), "");
}

#[test]
fn an_index_is_a_fixnum_that_is_not_negative_and_a_byte_a_byte() {
    let reads = |index: &str| of_operation(&format!("(primitive vector-ref v9 {index})"));
    assert_eq!(reads("v2"), "index");
    assert_eq!(reads("v6"), "index");
    for wrong in ["v7", "v8", "v5", "v0"] {
        assert_eq!(reads(wrong), "", "{wrong}");
    }
    for (byte, expected) in [(0, "index"), (255, "index"), (256, ""), (-1, "")] {
        let text = format!(
            "(let v20 (fixnum {byte})) (do (primitive bytevector-u8-set! v1 v2 v20)) (return v0)"
        );
        assert_eq!(proved(&text, false), expected, "{byte}");
    }
    assert_eq!(of_effect("(primitive bytevector-u8-set! v1 v2 v0)"), "");
}

#[test]
fn only_what_is_certainly_no_reference_is_stored_without_a_barrier() {
    let words = [
        (tag::NULL, true),
        (tag::FALSE, true),
        (tag::TRUE, true),
        (tag::character('x'), true),
        (tag::EOF, false),
    ];
    let mut values: Vec<(String, bool)> = words
        .iter()
        .map(|&(word, expected)| (format!("(word {})", word as i64), expected))
        .collect();
    values.push(("(fixnum 7)".to_owned(), true));
    values.push(("(primitive null? v0)".to_owned(), true));
    values.push(("(primitive char->integer v0)".to_owned(), true));
    for wrong in [
        "(box-f64 v11)",
        "(box-u64 v12)",
        "(primitive car v4)",
        "(primitive cons v0 v0)",
    ] {
        values.push((wrong.to_owned(), false));
    }
    for (value, expected) in values {
        for store in [
            "(primitive set-car! v4 v20)",
            "(primitive set-cdr! v4 v20)",
            "(primitive %box-set! v1 v20)",
            "(primitive vector-set! v0 v2 v20)",
            "(primitive %record-set! v0 v1 v2 v20)",
            "(cell-set! 0 v20)",
        ] {
            let text = format!("(let v20 {value}) (do {store}) (return v0)");
            let found = proved(&text, false).contains("stores-immediate");
            assert_eq!(found, expected, "{store} of {value}");
        }
    }
    // Neither is the index what is stored, nor the object.
    assert!(!of_effect("(primitive vector-set! v0 v2 v0)").contains("stores-immediate"));
    assert!(!of_effect("(primitive %record-set! v0 v2 v2 v0)").contains("stores-immediate"));
    assert!(!of_operation("(primitive vector-ref v0 v2)").contains("stores-immediate"));
}

#[test]
fn nothing_is_proved_where_control_does_not_come() {
    let text = "(return v0)) (block b1 () (let v20 (primitive car v4)) (return v0)";
    assert_eq!(proved(text, false), "");
    assert_eq!(
        proved("(return v0)) (block b1 () (tail-call v9 v0)", true),
        ""
    );
}

#[test]
fn nothing_is_proved_of_what_never_comes() {
    let text = "(cells \"c\")
        (procedure \"f\" 1 0 #f 0 (\"x\")
          (block b0 (v0) (let v1 (call-known 1 #f)) (do (cell-set! 0 v1)) (return v0)))
        (procedure \"g\" 0 0 #f 0 () (block b0 () (jump (b0))))";
    let unit = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let proved = Proofs::new(&unit).at(ProcedureId::ENTRY, BlockId::ENTRY, 1);
    assert_eq!(proved.names().collect::<Vec<&str>>(), [""; 0]);
}
