//! Allocations: sizes of objects, and which of them share a reservation.

use crate::ssa::analysis::{Allocations, allocated_bytes};
use crate::ssa::ir::{BlockId, ProcedureId, Unit};
use crate::ssa::parse::parse;

/// A procedure of two parameters, which has `v2`, a double, and then `instructions`.
fn unit_of(instructions: &str) -> Unit {
    let text = format!(
        "(cells \"c\") (literals (datum 1)) (procedure \"f\" 2 0 #f 0 (\"x\" \"y\") \
         (block b0 (v0 v1) (let v2:f64 (unbox-f64 v0)) {instructions} (return v0)))"
    );
    parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Offset and reserved bytes of each allocation.
fn places(instructions: &str) -> Vec<(u32, u32)> {
    let unit = unit_of(instructions);
    let procedure = &unit.procedures[ProcedureId::ENTRY];
    let allocations = Allocations::new(procedure);
    (0..procedure.blocks[BlockId::ENTRY].instructions.len())
        .filter_map(|index| allocations.at(BlockId::ENTRY, index))
        .map(|each| (each.offset, each.reserved_bytes))
        .collect()
}

/// `count` operands.
fn operands(count: usize) -> String {
    "v0 ".repeat(count)
}

#[test]
fn objects_have_a_header_their_words_and_whole_units_of_alignment() {
    let bytes = |operation: &str| {
        let unit = unit_of(&format!("(let v3 {operation})"));
        allocated_bytes(
            &unit.procedures[ProcedureId::ENTRY].blocks[BlockId::ENTRY].instructions[1].operation,
        )
    };
    let primitive =
        |name: &str, count: usize| bytes(&format!("(primitive {name} {})", operands(count)));
    assert_eq!(primitive("cons", 2), Some(16));
    assert_eq!(primitive("%make-box", 1), Some(16));
    assert_eq!(bytes("(make-closure 0 1)"), Some(32));
    for count in 0..9_usize {
        let words = |words: usize| Some((words * 8).next_multiple_of(16) as u32);
        let pairs = |pairs: usize| Some(pairs as u32 * 16).filter(|&bytes| bytes > 0);
        assert_eq!(primitive("list", count), pairs(count), "{count}");
        assert_eq!(
            primitive("cons*", count),
            pairs(count.saturating_sub(1)),
            "{count}"
        );
        assert_eq!(
            primitive("vector", count),
            words(1 + count).filter(|_| count > 0),
            "{count}"
        );
        // The first operand is the type.
        assert_eq!(
            primitive("%make-record", count + 1),
            words(2 + count),
            "{count}"
        );
    }
    assert_eq!(primitive("car", 1), None);
    assert_eq!(primitive("list", 256), Some(4096));
    assert_eq!(primitive("list", 257), None);
}

#[test]
fn a_group_has_no_more_bytes_than_the_limit() {
    let row = |count: usize| {
        let list = operands(count);
        places(&format!(
            "(let v3 (primitive list {list})) (let v4 (primitive cons v0 v1)) (let v5 (primitive cons v0 v1))"
        ))
    };
    assert_eq!(row(254), [(0, 4096), (4064, 0), (4080, 0)]);
    assert_eq!(row(255), [(0, 4096), (4080, 0), (0, 16)]);
    assert_eq!(row(256), [(0, 4096), (0, 32), (16, 0)]);
}

/// They are made in no other way: a call cannot take what it does not know.
#[test]
fn closures_and_records_larger_than_a_group_are_groups_by_themselves() {
    let record = |count: usize| format!("(let v4 (primitive %make-record {}))", operands(count));
    let row = |middle: &str| {
        places(&format!(
            "(let v3 (primitive cons v0 v1)) {middle} (let v5 (primitive cons v0 v1))"
        ))
    };
    assert_eq!(row(&record(510)), [(0, 16), (0, 4096), (0, 16)]);
    assert_eq!(row(&record(511)), [(0, 16), (0, 4096), (0, 16)]);
    assert_eq!(row(&record(512)), [(0, 16), (0, 4112), (0, 16)]);
    assert_eq!(row(&record(5000)), [(0, 16), (0, 40_016), (0, 16)]);
    let closure = |free: u16| row(&format!("(let v4 (make-closure 0 {free}))"));
    assert_eq!(closure(508), [(0, 4096), (16, 0), (0, 16)]);
    assert_eq!(closure(510), [(0, 16), (0, 4096), (0, 16)]);
    assert_eq!(closure(600), [(0, 16), (0, 4816), (0, 16)]);
    assert_eq!(closure(65_535), [(0, 16), (0, 524_304), (0, 16)]);
}

#[test]
fn a_record_whose_type_may_be_none_starts_a_group() {
    let row = "(let v3 (primitive cons v0 v1)) (let v4 (primitive %make-record v0 v1)) \
               (let v5 (primitive cons v0 v1))";
    assert_eq!(places(row), [(0, 16), (0, 48), (32, 0)]);
}

#[test]
fn what_neither_raises_nor_collects_nor_allocates_leaves_a_group_open() {
    for between in [
        "(let v4 (literal 0))",
        "(let v4 (fixnum 1))",
        "(let v4:f64 (raw 1))",
        "(let v4 (cell-ref 0))",
        "(let v4 (static-closure 0))",
        "(do (closure-init v0 0 v1))",
        "(let v4 (closure-ref v0 0))",
        "(let v4:f64 (f64-add v2 v2))",
        "(let v4:f64 (f64-negate v2))",
        "(let v4:f64 (f64-sqrt v2))",
        "(let v4:f64 (f64-abs v2))",
        "(let v4:f64 (i64->f64 v2))",
        "(let v4 (primitive null? v0))",
        "(let v4 (primitive eq? v0 v1))",
        "(do (primitive %check-claim v0 v1))",
    ] {
        let row =
            format!("(let v3 (primitive cons v0 v1)) {between} (let v5 (primitive cons v0 v1))");
        assert_eq!(places(&row), [(0, 32), (16, 0)], "{between}");
    }
}

#[test]
fn what_may_raise_collect_or_allocate_ends_a_group() {
    for between in [
        "(let v4 (box-f64 v2))",
        "(let v4:f64 (unbox-f64 v0))",
        "(let v4:f64 (real->f64 v0))",
        "(let v4 (global-ref 0))",
        "(do (global-set! 0 v0))",
        "(do (cell-set! 0 v0))",
        "(let v4 (check-initialized v0 \"x\"))",
        "(let v4 (call-known 0 #f v0))",
        "(let v4 (call-host car v0))",
        "(let v4 (primitive car v0))",
        "(let v4 (primitive set-car! v0 v1))",
        // A leaf: its operands may have to be boxed, and so may those of an inline primitive.
        "(let v4 (primitive eqv? v0 v1))",
        "(let v4 (primitive eq? v0 v2))",
        "(let v4 (primitive list))",
    ] {
        let row =
            format!("(let v3 (primitive cons v0 v1)) {between} (let v5 (primitive cons v0 v1))");
        assert_eq!(places(&row), [(0, 16), (0, 16)], "{between}");
    }
}
