//! Types: facts of branches, and values that go from block to block and from procedure to
//! procedure.

use std::fmt::Write as _;

use crate::id::{Id, IdVec};
use crate::ssa::analysis::{Graph, Kinds, Range, Type, UnitTypes};
use crate::ssa::ir::{BlockId, ProcedureId, Truth, Unit, ValueId};
use crate::ssa::parse::parse;

pub(super) fn unit_of(text: &str) -> Unit {
    parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The type of a value at the end of the last block of a procedure of `unit`.
pub(super) fn type_in(unit: &Unit, procedure: u32, value: u32) -> Type {
    let graphs: IdVec<ProcedureId, Graph> = unit.procedures.iter().map(Graph::new).collect();
    let types = UnitTypes::infer(unit, &graphs);
    let procedure = ProcedureId::new(procedure);
    let blocks = &unit.procedures[procedure].blocks;
    let last = BlockId::from_index(blocks.len() - 1);
    let end = (last, blocks[last].instructions.len());
    types.procedures[procedure].at(ValueId::new(value), end)
}

/// The same for a procedure of `v0` and `v1`, anything, and `v2`, an index.
fn type_of(value: u32, blocks: &str) -> Type {
    let text = format!(
        "(procedure \"f\" 3 0 #f 0 (\"x\" \"y\" \"i\")
          (block b0 (v0 v1 v2) (let v3 (primitive vector-ref v1 v2)) (let v4 (fixnum 7)) {blocks}))"
    );
    type_in(&unit_of(&text), 0, value)
}

/// The type of a value where a condition holds, or does not.
fn after(value: u32, condition: &str, truth: Truth) -> Type {
    let targets = if truth == Truth::Holds {
        "(b2) (b1)"
    } else {
        "(b1) (b2)"
    };
    type_of(
        value,
        &format!(
            "(branch ({condition}) {targets})) (block b1 () (return v0)) (block b2 () (return v0)"
        ),
    )
}

pub(super) fn integers(low: i128, high: i128) -> Type {
    Type::integer(Range::new(low, high))
}

#[test]
fn conditions_tell_what_a_value_is_and_what_it_is_not() {
    let kinds = |kinds: Kinds| Type::of_kinds(kinds);
    let but = |kinds: Kinds| Type::ANY.without(kinds);
    assert_eq!(after(0, "true v0", Truth::Holds), but(Kinds::FALSE));
    assert_eq!(after(0, "true v0", Truth::Fails), kinds(Kinds::FALSE));
    assert_eq!(after(0, "type pair? v0", Truth::Holds), kinds(Kinds::PAIR));
    assert_eq!(after(0, "type pair? v0", Truth::Fails), but(Kinds::PAIR));
    let null = abi::tag::NULL as i64;
    assert_eq!(
        after(0, &format!("eq-word v0 {null}"), Truth::Holds),
        kinds(Kinds::NULL)
    );
    assert_eq!(
        after(0, &format!("eq-word v0 {null}"), Truth::Fails),
        but(Kinds::NULL)
    );
    // The same word is of the same type, on both sides.
    assert_eq!(after(0, "eq v0 v4", Truth::Holds), integers(7, 7));
    assert_eq!(after(0, "eq v4 v0", Truth::Holds), integers(7, 7));
    assert_eq!(after(0, "eq v0 v4", Truth::Fails), Type::ANY);
    // Nothing is told of others.
    assert_eq!(after(0, "true v3", Truth::Holds), Type::ANY);
    assert_eq!(after(0, "eq v3 v4", Truth::Holds), Type::ANY);
}

#[test]
fn comparisons_tell_both_operands() {
    let length = Range::LENGTH.high;
    for (condition, truth, low, high) in [
        ("compare < v2 v4", Truth::Holds, 0, 6),
        ("compare > v4 v2", Truth::Holds, 0, 6),
        ("compare < v2 v4", Truth::Fails, 7, length),
        ("compare > v4 v2", Truth::Fails, 7, length),
        ("compare <= v2 v4", Truth::Holds, 0, 7),
        ("compare >= v4 v2", Truth::Holds, 0, 7),
        ("compare = v2 v4", Truth::Holds, 7, 7),
        ("compare = v4 v2", Truth::Holds, 7, 7),
        ("compare-small > v2 7", Truth::Holds, 8, length),
        ("compare-small > v2 7", Truth::Fails, 0, 7),
    ] {
        assert_eq!(
            after(2, condition, truth),
            integers(low, high),
            "{condition} {truth:?}"
        );
    }
    // The other operand may be no integer.
    assert_eq!(
        after(2, "compare < v2 v0", Truth::Holds),
        integers(0, length)
    );
}

#[test]
fn comparisons_of_words_tell_of_unsigned_ones() {
    let of = |value: u32, condition: &str, made: &str| {
        let text = format!(
            "(let v5:u64 (unbox-u64 v2)) (let v6:u64 (raw 7)) (let v7:u64 {made}) (branch ({condition}) (b2) (b1)))
             (block b1 () (return v0)) (block b2 () (return v0)"
        );
        type_of(value, &text)
    };
    let word = |condition: &str, made: &str| of(7, condition, made);
    let length = Range::LENGTH.high;
    let same = "(word-and v5 v5)";
    assert_eq!(word("compare-u64 < v7 v6", same), integers(0, 6));
    assert_eq!(word("compare-u64 > v6 v7", same), integers(0, 6));
    assert_eq!(word("compare-u64 >= v7 v6", same), integers(7, length));
    assert_eq!(word("compare-u64 <= v6 v7", same), integers(7, length));
    // A difference may stand for a word that is greater.
    let difference = "(word-subtract v5 v6)";
    assert_eq!(
        word("compare-u64 < v7 v6", difference),
        integers(-7, length - 7)
    );
    assert_eq!(
        word("compare-u64 > v6 v7", difference),
        integers(-7, length - 7)
    );
    // Nor does what is compared with one tell anything.
    let beside = format!("{difference}) (let v8:u64 {same}");
    for condition in ["compare-u64 < v8 v7", "compare-u64 > v7 v8"] {
        assert_eq!(
            of(8, condition, &beside),
            integers(0, length),
            "{condition}"
        );
    }
}

#[test]
fn a_branch_tells_of_what_it_gives() {
    let given = |ends: &str, blocks: &str| {
        type_of(9, &format!("(branch (type pair? v0) {ends})) {blocks}"))
    };
    let other = "(block b1 (v8) (return v8)) (block b2 (v9) (return v9)";
    assert_eq!(given("(b2 v0) (b1 v0)", other), Type::of_kinds(Kinds::PAIR));
    assert_eq!(
        given("(b1 v0) (b2 v0)", other),
        Type::ANY.without(Kinds::PAIR)
    );
    assert_eq!(given("(b1 v0) (b2 v4)", other), integers(7, 7));
    assert_eq!(given("(b2 v3) (b1 v0)", other), Type::ANY);
    // A comparison has not raised where it gives anything.
    let compared = "(branch (compare < v0 v4) (b1 v0) (b1 v0))) (block b1 (v9) (return v9)";
    assert_eq!(type_of(9, compared), Type::REAL);
    // Both ways lead there.
    assert_eq!(
        given("(b1 v0) (b1 v0)", "(block b1 (v9) (return v9)"),
        Type::ANY
    );
}

#[test]
fn an_operation_tells_only_where_it_has_not_raised() {
    let pair = Type::of_kinds(Kinds::PAIR);
    assert_eq!(type_of(0, "(let v5 (primitive car v0)) (return v0)"), pair);
    let beside = "(branch (true v1) (b1) (b2))) (block b1 () (let v5 (primitive car v0)) (return v0)) \
                  (block b2 () (return v0)";
    assert_eq!(type_of(0, beside), Type::ANY);
    let in_front = "(jump (b1))) (block b1 () (let v5 (primitive car v0)) (return v0)";
    let unit = unit_of(&format!(
        "(procedure \"f\" 1 0 #f 0 (\"x\") (block b0 (v0) {in_front}))"
    ));
    let graphs: IdVec<ProcedureId, Graph> = unit.procedures.iter().map(Graph::new).collect();
    let types = UnitTypes::infer(&unit, &graphs);
    let at = |index: usize| {
        types.procedures[ProcedureId::ENTRY].at(ValueId::new(0), (BlockId::new(1), index))
    };
    assert_eq!((at(0), at(1)), (Type::ANY, pair));
    // A branch that compares has not raised behind it.
    let compared = "(branch (compare < v0 v1) (b1) (b1))) (block b1 () (return v0)";
    assert_eq!(type_of(0, compared), Type::REAL);
    assert_eq!(type_of(0, &compared.replace("v0 v1", "v4 v0")), Type::REAL);
    assert_eq!(type_of(0, &compared.replace('<', "=")), Type::number());
}

#[test]
fn what_is_received_may_be_anything() {
    let text = "(call-receive v0 1 #f b1)) (block b1 (v9) (return v9)";
    assert_eq!(type_of(9, text), Type::ANY);
}

#[test]
fn parameters_of_a_loop_are_what_all_turns_give() {
    let text = |next: &str| {
        format!(
            "(jump (b2 v4))) (block b1 () (let v8 {next}) (jump (b2 v8)))
             (block b2 (v9) (branch (true v0) (b1) (b3))) (block b3 () (return v9)"
        )
    };
    assert_eq!(type_of(9, &text("(fixnum 9)")), integers(7, 9));
    assert_eq!(
        type_of(9, &text("(primitive cons v0 v0)")),
        integers(7, 7).join(Type::of_kinds(Kinds::PAIR))
    );
    let counted = type_of(9, &text("(add-small v9 1)"));
    assert_eq!(counted.as_integer().map(|range| range.low), Some(7));
    assert!(
        counted
            .as_integer()
            .is_some_and(|range| range.high > 1 << 59)
    );
}

#[test]
fn ranges_of_parameters_grow_freely_three_times() {
    // One value after the other is given to the last block.
    let joined = |given: &[&str]| {
        let mut text = "(let v5 (primitive char->integer v0)) (let v6 (add-small v5 1000))
            (let v7 (add-small v5 2000)) (let v8 (add-small v5 3000))
            (let v9 (primitive cons v0 v1)) (let v10 (primitive null? v0))
            (let v11 (primitive %make-box v0)) (let v12 (primitive inexact v5))"
            .to_owned();
        let last = given.len() + 1;
        for (next, value) in (1..).zip(given) {
            write!(
                text,
                "(branch (true v3) (b{last} {value}) (b{next}))) (block b{next} () "
            )
            .unwrap();
        }
        write!(text, "(return v0)) (block b{last} (v20) (return v20)").unwrap();
        type_of(20, &text).integer
    };
    let ends_at = |high: i128| Some(Range::new(0, high));
    assert_eq!(joined(&["v4", "v5", "v6", "v7"]), ends_at(0x10_ffff + 2000));
    let among_others = ["v4", "v9", "v10", "v11", "v12", "v5", "v6", "v7"];
    assert_eq!(joined(&among_others), ends_at(0x10_ffff + 2000));
    let four_times = ["v4", "v5", "v6", "v7", "v8"];
    assert_eq!(joined(&four_times), ends_at(Range::FIXNUM.high));
}

#[test]
fn of_each_value_twelve_facts_are_kept_and_each_once() {
    let mut text =
        "(branch (compare-small < v0 999) (b2) (b1))) (block b1 () (return v0))".to_owned();
    for block in 2..20 {
        let (next, limit) = (block + 1, 1000 - block);
        write!(
            text,
            "(block b{block} () (branch (compare-small < v0 {limit}) (b{next}) (b1)))"
        )
        .unwrap();
    }
    text.push_str("(block b20 () (return v0)");
    // One fact is that the value is a real number, which each comparison tells. Eleven limits are kept besides.
    assert_eq!(type_of(0, &text).integer, Some(Range::at_most(988)));
}

#[test]
fn what_is_told_on_two_ways_is_told_on_both() {
    let text = "(branch (true v1) (b1) (b2))) (block b1 () (let v5 (primitive car v0)) (return v0))
        (block b2 () (let v6 (primitive car v0)) (return v0)";
    assert_eq!(type_of(0, text), Type::of_kinds(Kinds::PAIR));
}

/// The entry calls `f` with integers, and `g` with closures of its own.
fn calling(entry: &str, f: &str) -> Unit {
    unit_of(&format!(
        "(cells \"c\" \"d\")
         (procedure \"main\" 1 0 #f 0 (\"x\") (block b0 (v0) (let v1 (fixnum 1)) (let v2 (fixnum 5)) {entry}))
         (procedure \"f\" 1 0 #f 0 (\"x\") (block b0 (v0) {f}))"
    ))
}

#[test]
fn parameters_are_what_known_calls_give_and_results_what_is_returned() {
    let calls = "(let v3 (call-known 1 #f v1)) (let v4 (call-known 1 #f v2)) (return v4)";
    let unit = calling(calls, "(return v0)");
    assert_eq!(type_in(&unit, 1, 0), integers(1, 5));
    assert_eq!(type_in(&unit, 0, 4), integers(1, 5));
    let tail = calling(
        "(let v3 (call-known 1 #f v1)) (tail-call-known 1 #f v2)",
        "(return v0)",
    );
    assert_eq!(type_in(&tail, 1, 0), integers(1, 5));
    let received = calling(
        "(call-receive (known 1 #f) 1 #f b1 v1)) (block b1 (v3) (return v3)",
        "(return v0)",
    );
    assert_eq!(type_in(&received, 1, 0), integers(1, 1));
    let escaping = calling(
        "(let v3 (static-closure 1)) (let v4 (call-known 1 #f v1)) (return v3)",
        "(return v0)",
    );
    assert_eq!(type_in(&escaping, 1, 0), Type::ANY);
}

#[test]
fn results_that_nobody_sees_are_anything() {
    for end in [
        "(return-values v0)",
        "(tail-call v0)",
        "(tail-apply v0 v0)",
        "(let v1 (primitive %capture)) (return v0)",
    ] {
        let unit = calling("(let v3 (call-known 1 #f v1)) (return v3)", end);
        assert_eq!(type_in(&unit, 0, 3), Type::ANY, "{end}");
    }
    let recursive = calling(
        "(let v3 (call-known 1 #f v1)) (return v3)",
        "(branch (true v0) (b1) (b2))) (block b1 () (tail-call-known 1 #f v0)) (block b2 () (return v0)",
    );
    assert_eq!(type_in(&recursive, 0, 3), integers(1, 1));
}

#[test]
fn cells_hold_what_is_set_and_nothing_yet_where_that_is_checked() {
    let cells = |read: &str| {
        calling(
            "(do (cell-set! 0 v1)) (do (cell-set! 1 v0)) (let v3 (call-known 1 #f v1)) (do (cell-set! 0 v2)) (return \
                v3)",
            read,
        )
    };
    let both = integers(1, 5);
    assert_eq!(
        type_in(&cells("(let v1 (cell-ref 0)) (return v1)"), 1, 1),
        both
    );
    assert_eq!(
        type_in(&cells("(let v1 (cell-ref 1)) (return v1)"), 1, 1),
        Type::ANY
    );
    let checked = cells("(let v1 (cell-ref 0)) (let v2 (check-initialized v1 \"c\")) (return v2)");
    let graphs: IdVec<ProcedureId, Graph> = checked.procedures.iter().map(Graph::new).collect();
    let types = UnitTypes::infer(&checked, &graphs);
    let of = |value: u32| types.procedures[ProcedureId::new(1)].of(ValueId::new(value));
    assert_eq!(of(1), both.join(Type::of_kinds(Kinds::UNBOUND)));
    assert_eq!(of(2), both);
    assert_eq!(types.result(ProcedureId::new(1)), both);
}

#[test]
fn free_variables_are_what_is_put_into_closures_that_are_made_for_the_procedure() {
    let unit = |entry: &str, free: &str| {
        unit_of(&format!(
            "(procedure \"main\" 1 0 #f 0 (\"x\")
               (block b0 (v0) (let v1 (fixnum 1)) (let v2 (fixnum 5))
                 (let v3 (make-closure 1 2)) (do (closure-init v3 0 v1)) (do (closure-init v3 1 v0)) {entry}))
             (procedure \"f\" 0 0 #f 2 () (block b0 (v0) (let v1 (closure-ref {free})) (return v1)))"
        ))
    };
    let once = "(tail-call-known 1 v3)";
    assert_eq!(type_in(&unit(once, "v0 0"), 1, 1), integers(1, 1));
    assert_eq!(type_in(&unit(once, "v0 1"), 1, 1), Type::ANY);
    let twice = "(let v4 (make-closure 1 2)) (do (closure-init v4 0 v2)) (let v5 (call-known 1 v4)) (tail-call-known \
        1 v3)";
    assert_eq!(type_in(&unit(twice, "v0 0"), 1, 1), integers(1, 5));
    // The closure itself is one.
    assert_eq!(
        type_in(&unit(once, "v0 0"), 1, 0),
        Type::of_kinds(Kinds::PROCEDURE)
    );
    // Where another closure is given, nothing is known.
    let foreign = "(let v4 (call-known 1 v0)) (tail-call-known 1 v3)";
    assert_eq!(type_in(&unit(foreign, "v0 0"), 1, 1), Type::ANY);
}

#[test]
fn types_are_of_kinds_and_integers_and_may_be_zero() {
    let pair = Type::of_kinds(Kinds::PAIR);
    let list = Kinds::PAIR | Kinds::NULL;
    assert!(pair.is_of(list) && Type::of_kinds(list).is_of(list));
    assert!(!Type::of_kinds(list).is_of(Kinds::PAIR));
    assert!(!Type::NONE.is_of(list) && !Type::FLONUM.is_of(list) && !Type::ANY.is_of(list));
    assert!(!pair.join(Type::FLONUM).is_of(list) && !pair.join(integers(1, 2)).is_of(list));
    for (low, high, expected) in [
        (0, 0, true),
        (-1, 1, true),
        (1, 9, false),
        (-9, -1, false),
        (-3, 0, true),
    ] {
        assert_eq!(
            integers(low, high).may_be_exact_zero(),
            expected,
            "{low} {high}"
        );
    }
    assert!(!Type::FLONUM.may_be_exact_zero() && Type::ANY.may_be_exact_zero());
    assert_eq!(integers(1, 2).as_integer(), Some(Range::new(1, 2)));
    assert_eq!(integers(1, 2).join(Type::FLONUM).as_integer(), None);
    assert_eq!(integers(1, 2).join(pair).as_integer(), None);
    assert_eq!(pair.as_integer(), None);
}

#[test]
fn tests_and_words_that_fail_leave_the_others() {
    let number = Type::number();
    let failed = |test: &str| after(0, &format!("type {test} v0"), Truth::Fails);
    assert_eq!(failed("flonum?").integer, number.integer);
    assert!(!failed("flonum?").flonum);
    let left = failed("exact-integer?");
    assert_eq!((left.flonum, left.integer), (true, None));
    // Some integers are no fixnums.
    assert_eq!(failed("fixnum?"), Type::ANY);
    let truth = "(let v5 (primitive null? v0)) (branch (eq-word v5";
    let blocks = "(b1) (b2))) (block b1 () (return v0)) (block b2 () (return v0)";
    for (word, left) in [
        (abi::tag::TRUE, Kinds::FALSE),
        (abi::tag::FALSE, Kinds::TRUE),
    ] {
        let text = format!("{truth} {}) {blocks}", word as i64);
        assert_eq!(type_of(5, &text), Type::of_kinds(left));
    }
}

#[test]
fn parameters_that_change_places_are_of_each_others_types() {
    let text = "(let v5 (primitive cons v0 v1)) (let v6 (primitive null? v0)) (jump (b2 v4 v5 v6)))
        (block b1 () (jump (b2 v11 v12 v10)))
        (block b2 (v10 v11 v12) (branch (true v0) (b1) (b3))) (block b3 () (return v10)";
    let all = Type::of_kinds(Kinds::PAIR | Kinds::FALSE | Kinds::TRUE).join(integers(7, 7));
    for value in [10, 11, 12] {
        assert_eq!(type_of(value, text), all);
    }
}

#[test]
fn literals_and_new_objects_are_what_they_are() {
    let of = |operation: &str| {
        let unit = unit_of(&format!(
            "(literals (datum 3/2) (datum abc) (datum #(1)) (datum (1)) (datum 18446744073709551615)
               (datum -18446744073709551615) (datum 36893488147419103232) (datum \"s\") (datum 1.5))
             (procedure \"f\" 1 0 #f 0 (\"x\")
               (block b0 (v0) (let v1 (literal 8)) (let v2 {operation}) (return v2)))"
        ));
        type_in(&unit, 0, 2)
    };
    let large = i128::from(u64::MAX);
    let kinds = |kinds: Kinds| Type::of_kinds(kinds);
    assert_eq!(of("(literal 0)"), kinds(Kinds::RATIO));
    assert_eq!(of("(literal 1)"), kinds(Kinds::SYMBOL));
    assert_eq!(of("(literal 2)"), kinds(Kinds::VECTOR));
    assert_eq!(of("(literal 3)"), kinds(Kinds::PAIR));
    assert_eq!(of("(literal 4)"), integers(large, large));
    assert_eq!(of("(literal 5)"), integers(-large, -large));
    assert_eq!(of("(literal 6)"), Type::integer(Range::ALL));
    assert_eq!(of("(literal 7)"), kinds(Kinds::STRING));
    assert_eq!(of("(literal 8)"), Type::FLONUM);
    assert_eq!(of("(primitive list v0)"), kinds(Kinds::PAIR));
    assert_ne!(of("(primitive list)"), kinds(Kinds::PAIR));
    assert_eq!(of("(primitive cons* v0 v1)"), kinds(Kinds::PAIR));
    assert_ne!(of("(primitive cons* v0)"), kinds(Kinds::PAIR));
    assert_ne!(of("(primitive cons*)"), kinds(Kinds::PAIR));
    assert_eq!(of("(primitive %make-box v0)"), kinds(Kinds::BOX));
    assert_eq!(of("(static-closure 0)"), kinds(Kinds::PROCEDURE));
    assert_eq!(of("(primitive floor v1)"), Type::FLONUM);
}
