//! Indices: which accesses are in bounds, by earlier ones, by comparisons, and by loops.

use crate::id::Id;
use crate::ssa::analysis::{Proof, Proofs};
use crate::ssa::ir::{BlockId, ProcedureId, Truth};
use crate::ssa::parse::parse;

/// Whether the last access to `v0` in the last block of a procedure of `v0` to `v5` is in bounds:
/// `v0` and `v1` are vectors,
/// `v2` and `v3` indices into others, `v4` and `v5` anything. The lengths of `v0` and `v1` are
/// `v6` and `v7`.
fn in_bounds(blocks: &str) -> bool {
    let text = format!(
        "(procedure \"f\" 6 0 #f 0 (\"v\" \"w\" \"i\" \"j\" \"x\" \"y\")
          (block b0 (v0 v1 v2 v3 v4 v5)
            (let v6 (primitive vector-length v0)) (let v7 (primitive vector-length v1))
            (let v8 (primitive vector-ref v5 v2)) (let v9 (primitive vector-ref v5 v3))
            (let v10:u64 (unbox-u64 v6)) (let v11:u64 (unbox-u64 v7))
            (let v12:u64 (unbox-u64 v2)) (let v13:u64 (unbox-u64 v3))
            (let v14 (fixnum 0)) (let v15:u64 (raw 1)) (let v16:u64 (raw 0))
            {blocks}))"
    );
    let unit = parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let last = BlockId::from_index(unit.procedures[ProcedureId::ENTRY].blocks.len() - 1);
    let index = unit.procedures[ProcedureId::ENTRY].blocks[last]
        .instructions
        .len()
        - 1;
    let proved = Proofs::new(&unit).at(ProcedureId::ENTRY, last, index);
    assert!(
        proved.has(Proof::Index),
        "what decides is not the index: {text}"
    );
    proved.has(Proof::InBounds)
}

const RELATIONS: [&str; 5] = ["=", "<", "<=", ">", ">="];

/// Whether `a relation b`, or its contrary, says that `a` is below `b`.
fn is_below(relation: &str, truth: Truth) -> bool {
    matches!(
        (relation, truth),
        ("<", Truth::Holds) | (">=", Truth::Fails)
    )
}

/// The relation with its operands the other way round.
fn turned(relation: &str) -> &str {
    match relation {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        same => same,
    }
}

#[test]
fn an_access_proves_the_next_one_with_the_same_index_of_the_same_object() {
    let after = |first: &str| {
        in_bounds(&format!(
            "(let v20 {first}) (let v21 (primitive vector-ref v0 v2)) (return v4)"
        ))
    };
    assert!(after("(primitive vector-ref v0 v2)"));
    assert!(!after("(primitive vector-ref v0 v3)"));
    assert!(!after("(primitive vector-ref v1 v2)"));
    assert!(!after("(primitive cons v0 v2)"));
    let written =
        "(do (primitive vector-set! v0 v2 v4)) (let v21 (primitive vector-ref v0 v2)) (return v4)";
    assert!(in_bounds(written));
    let behind = "(let v20 (primitive vector-ref v0 v2)) (jump (b1)))
        (block b1 () (let v21 (primitive vector-ref v0 v2)) (return v4)";
    assert!(in_bounds(behind));
    // The last block only follows the one before it in the text.
    let beside = "(branch (true v4) (b1) (b2)))
        (block b1 () (let v20 (primitive vector-ref v0 v2)) (return v4))
        (block b2 () (let v21 (primitive vector-ref v0 v2)) (return v4)";
    assert!(!in_bounds(beside));
}

#[test]
fn strings_and_bytevectors_have_indices_too() {
    for (kind, short, value) in [
        ("string", "string", "v5"),
        ("bytevector", "bytevector-u8", "v14"),
    ] {
        let last = format!("(let v21 (primitive {short}-ref v4 v2)) (return v4)");
        let proved = |first: &str| in_bounds(&format!("{first} {last}"));
        assert!(proved(&format!("(let v20 (primitive {short}-ref v4 v2))")));
        assert!(proved(&format!(
            "(do (primitive {short}-set! v4 v2 {value}))"
        )));
        assert!(!proved(""));
        let compared = format!(
            "(let v17 (primitive {kind}-length v4)) (branch (compare < v2 v17) (b2) (b1)))
             (block b1 () (return v4))
             (block b2 () {last}"
        );
        assert!(in_bounds(&compared));
    }
}

#[test]
fn a_word_that_an_index_was_unboxed_to_is_the_same_index() {
    for word in ["u64", "i64"] {
        let text = |object: &str| {
            format!(
                "(let v20 (primitive vector-ref {object} v2))
                 (let v21:{word} (unbox-{word} v2)) (let v22 (box-{word} v21))
                 (let v23 (primitive vector-ref v0 v22)) (return v4)"
            )
        };
        assert!(in_bounds(&text("v0")), "{word}");
        assert!(!in_bounds(&text("v1")), "{word}");
    }
}

#[test]
fn comparisons_say_that_an_index_is_below_the_length() {
    for (compare, index, length, other_index, other_length) in [
        ("compare", "v19", "v6", "v3", "v7"),
        ("compare-u64", "v18", "v10", "v13", "v11"),
    ] {
        for relation in RELATIONS {
            for truth in [Truth::Holds, Truth::Fails] {
                let targets = if truth == Truth::Holds {
                    "(b2) (b1)"
                } else {
                    "(b1) (b2)"
                };
                // What words are compared with is no index itself, but an index is boxed from it.
                let from_word = "(let v18:u64 (word-and v12 v13)) (let v19 (box-u64 v18))";
                let from_number = "(let v19 (add-small v2 0))";
                let made = if compare == "compare" {
                    from_number
                } else {
                    from_word
                };
                let proved = |a: &str, b: &str| {
                    in_bounds(&format!(
                        "{made} (branch ({compare} {relation} {a} {b}) {targets}))
                         (block b1 () (return v4))
                         (block b2 () (let v21 (primitive vector-ref v0 v19)) (return v4)"
                    ))
                };
                let what = format!("{compare} {relation} {truth:?}");
                let turned_about = is_below(turned(relation), truth);
                assert_eq!(proved(index, length), is_below(relation, truth), "{what}");
                assert_eq!(proved(length, index), turned_about, "{what}");
                for (a, b) in [
                    (index, other_length),
                    (other_index, length),
                    (other_length, index),
                    (length, other_index),
                ] {
                    assert!(!proved(a, b), "{what} {a} {b}");
                }
            }
        }
    }
}

#[test]
fn what_is_read_from_an_object_is_not_its_length() {
    for read in ["vector-ref v0 v3", "%box-ref v0", "length v0"] {
        let text = format!(
            "(let v17 (primitive {read})) (branch (compare < v2 v17) (b2) (b1)))
             (block b1 () (return v4))
             (block b2 () (let v21 (primitive vector-ref v0 v2)) (return v4)"
        );
        assert!(!in_bounds(&text), "{read}");
    }
}

/// What is below the length says nothing of the length as an index.
#[test]
fn the_length_is_no_index() {
    for condition in ["compare < v2 v6", "compare > v6 v2"] {
        let text = format!(
            "(let v20 (primitive vector-ref v5 v6)) (branch ({condition}) (b2) (b1)))
             (block b1 () (return v4))
             (block b2 () (let v21 (primitive vector-ref v0 v6)) (return v4)"
        );
        assert!(!in_bounds(&text), "{condition}");
    }
}

#[test]
fn loops_that_count_up_to_the_length_stay_below() {
    let up = |start: &str, end: &str, next: &str| {
        in_bounds(&format!(
            "(let v19 {start}) (jump (b1 v19)))
             (block b1 (v20) (branch ({end}) (b2) (b3)))
             (block b2 () (return v4))
             (block b3 () (branch (true v4) (b4) (b6)))
             (block b4 () (branch (true v5) (b5) (b7)))
             (block b5 () (let v22 {next}) (jump (b1 v22)))
             (block b6 () (jump (b1 v20)))
             (block b7 () (let v25 (primitive vector-ref v5 v20)) (let v24 (primitive vector-ref v0 v20)) (return v4)"
        ))
    };
    let zero = "(add-small v14 0)";
    assert!(up(zero, "compare = v20 v6", "(add-small v20 1)"));
    assert!(up(zero, "compare = v6 v20", "(add-small v20 1)"));
    assert!(!up(zero, "compare = v20 v7", "(add-small v20 1)"));
    assert!(!up(zero, "compare = v3 v6", "(add-small v20 1)"));
    assert!(!up(zero, "compare = v6 v3", "(add-small v20 1)"));
    assert!(!up(zero, "compare = v7 v20", "(add-small v20 1)"));
    assert!(!up(zero, "compare > v20 v6", "(add-small v20 1)"));
    assert!(!up(zero, "compare = v20 v6", "(add-small v20 2)"));
    assert!(!up(zero, "compare = v20 v6", "(add-small v3 1)"));
    assert!(!up(
        "(add-small v14 1)",
        "compare = v20 v6",
        "(add-small v20 1)"
    ));
}

#[test]
fn where_a_loop_ends_the_variable_is_the_length() {
    let text = "(jump (b1 v14)))
         (block b1 (v20) (branch (compare = v20 v6) (b3) (b2)))
         (block b2 () (let v22 (add-small v20 1)) (jump (b1 v22)))
         (block b3 () (let v25 (primitive vector-ref v5 v20)) (let v24 (primitive vector-ref v0 v20)) (return v4)";
    assert!(!in_bounds(text));
}

/// The variable differs from a length where the access is, but grows where another comparison was
/// made.
#[test]
fn the_comparison_at_the_access_is_with_the_length_of_the_object() {
    let proved = |here: &str| {
        in_bounds(&format!(
            "(jump (b1 v14)))
             (block b1 (v20) (branch ({here}) (b2) (b6)))
             (block b2 () (return v4))
             (block b3 () (branch (compare = v20 v6) (b4) (b5)))
             (block b4 () (return v4))
             (block b5 () (let v22 (add-small v20 1)) (jump (b1 v22)))
             (block b6 () (branch (true v4) (b3) (b7)))
             (block b7 () (let v25 (primitive vector-ref v5 v20)) (let v24 (primitive vector-ref v0 v20)) (return v4)"
        ))
    };
    assert!(proved("compare = v20 v6") && proved("compare = v6 v20"));
    assert!(!proved("compare = v20 v7") && !proved("compare = v7 v20"));
    assert!(!proved("compare = v3 v6") && !proved("compare = v6 v3"));
    assert!(!proved("compare = v3 v7") && !proved("true v5"));
}

/// The variable differs from the length where the access is, but grows where perhaps it does not.
#[test]
fn loops_grow_where_the_variable_was_told_from_the_length() {
    let proved = |test: &str, truth: Truth| {
        let targets = if truth == Truth::Holds {
            "(b5) (b6)"
        } else {
            "(b6) (b5)"
        };
        in_bounds(&format!(
            "(jump (b1 v14)))
             (block b1 (v20) (branch (true v4) (b2) (b4)))
             (block b2 () (branch (compare = v20 v6) (b3) (b7)))
             (block b3 () (return v4))
             (block b4 () (branch ({test}) {targets}))
             (block b5 () (let v22 (add-small v20 1)) (jump (b1 v22)))
             (block b6 () (return v4))
             (block b7 () (let v25 (primitive vector-ref v5 v20)) (let v24 (primitive vector-ref v0 v20)) (return v4)"
        ))
    };
    for relation in RELATIONS {
        for truth in [Truth::Holds, Truth::Fails] {
            let differs = |relation: &str| {
                is_below(relation, truth) || relation == "=" && truth == Truth::Fails
            };
            let found = |a: &str, b: &str| proved(&format!("compare {relation} {a} {b}"), truth);
            assert_eq!(
                found("v20", "v6"),
                differs(relation),
                "{relation} {truth:?}"
            );
            assert_eq!(
                found("v6", "v20"),
                differs(turned(relation)),
                "{relation} {truth:?}"
            );
            for (a, b) in [("v20", "v7"), ("v7", "v20"), ("v3", "v6"), ("v6", "v3")] {
                assert!(!found(a, b), "{relation} {truth:?} {a} {b}");
            }
        }
    }
    assert!(!proved("true v5", Truth::Holds));
}

#[test]
fn loops_that_count_down_start_below_the_length() {
    let down = |start: &str, next: &str| {
        in_bounds(&format!(
            "(let v19 {start}) (jump (b1 v19)))
             (block b1 (v20) (branch (compare-small < v20 0) (b2) (b3)))
             (block b2 () (return v4))
             (block b3 () (branch (true v4) (b4) (b6)))
             (block b4 () (branch (true v5) (b5) (b7)))
             (block b5 () (let v22 {next}) (jump (b1 v22)))
             (block b6 () (jump (b1 v20)))
             (block b7 () (let v25 (primitive vector-ref v5 v20)) (let v24 (primitive vector-ref v0 v20)) (return v4)"
        ))
    };
    assert!(down("(add-small v6 -1)", "(add-small v20 -1)"));
    assert!(down("(add-small v6 -3)", "(add-small v20 -2)"));
    assert!(!down("(add-small v6 0)", "(add-small v20 -1)"));
    assert!(!down("(add-small v7 -1)", "(add-small v20 -1)"));
    assert!(!down("(add-small v6 -1)", "(add-small v2 -1)"));
    assert!(!down("(add-small v6 -1)", "(fixnum 7)"));
    assert!(!down("(fixnum 7)", "(add-small v20 -1)"));
}

#[test]
fn loops_over_words_stay_below_as_those_over_numbers_do() {
    let proved = |next: &str| {
        in_bounds(&format!(
            "(let v18:u64 (raw 2)) (jump (b1 v16)))
             (block b1 (v20:u64) (branch (compare-u64 = v20 v10) (b2) (b3)))
             (block b2 () (return v4))
             (block b3 () (branch (true v4) (b4) (b5)))
             (block b4 () (let v22:u64 {next}) (jump (b1 v22)))
             (block b5 () (let v23 (box-u64 v20)) (let v21 (primitive vector-ref v5 v23))
               (let v24 (primitive vector-ref v0 v23)) (return v4)"
        ))
    };
    // Nothing says that this does not wrap around.
    assert!(!proved("(word-add v20 v15)"));
    assert!(!proved("(word-add v20 v18)"));
    assert!(!proved("(word-add v15 v20)"));
    assert!(!proved("(word-subtract v20 v15)"));
    assert!(!proved("(word-add v20 v13)"));
}

#[test]
fn loops_over_words_count_up_where_the_word_is_below_the_length() {
    let proved = |next: &str| {
        in_bounds(&format!(
            "(let v18:u64 (raw 2)) (jump (b1 v16)))
             (block b1 (v20:u64) (branch (compare-u64 = v20 v10) (b2) (b3)))
             (block b2 () (return v4))
             (block b3 () (branch (true v4) (b4) (b6)))
             (block b4 () (branch (compare-u64 < v20 v10) (b5) (b2)))
             (block b5 () (let v22:u64 {next}) (jump (b1 v22)))
             (block b6 () (let v23 (box-u64 v20)) (let v21 (primitive vector-ref v5 v23))
               (let v24 (primitive vector-ref v0 v23)) (return v4)"
        ))
    };
    assert!(proved("(word-add v20 v15)"));
    assert!(!proved("(word-add v20 v18)"));
}

#[test]
fn words_that_may_wrap_around_are_no_sums() {
    for by in ["-1", "-4611686018427387904"] {
        let text = format!(
            "(let v18:u64 (raw {by})) (let v19:u64 (word-add v10 v18)) (jump (b1 v19)))
             (block b1 (v20:u64) (let v23 (box-u64 v20)) (branch (true v4) (b2) (b3)))
             (block b2 () (let v22:u64 (word-add v20 v18)) (jump (b1 v22)))
             (block b3 () (let v21 (primitive vector-ref v5 v23))
               (let v24 (primitive vector-ref v0 v23)) (return v4)"
        );
        assert!(!in_bounds(&text), "{by}");
        // Boxing and unboxing brings what has wrapped around among the unsigned words.
        let text = format!(
            "(let v18:u64 (raw {by})) (let v17:u64 (word-add v10 v18))
             (let v25 (box-u64 v17)) (let v19:u64 (unbox-u64 v25)) (jump (b1 v19)))
             (block b1 (v20:u64) (let v23 (box-u64 v20)) (branch (true v4) (b2) (b3)))
             (block b2 () (let v22:u64 (word-add v20 v18))
               (let v26 (box-u64 v22)) (let v27:u64 (unbox-u64 v26)) (jump (b1 v27)))
             (block b3 () (let v21 (primitive vector-ref v5 v23))
               (let v24 (primitive vector-ref v0 v23)) (return v4)"
        );
        assert!(!in_bounds(&text), "{by}, boxed");
    }
}

#[test]
fn what_is_received_may_be_outside() {
    let text = "(call-receive v4 1 #f b1)) (block b1 (v20) (let v21 (primitive vector-ref v5 v20))
        (let v24 (primitive vector-ref v0 v20)) (return v4)";
    assert!(!in_bounds(text));
}

#[test]
fn objects_made_behind_the_header_are_not_the_same_in_the_next_turn() {
    let text = "(jump (b1 v14)))
         (block b1 (v20) (jump (b2)))
         (block b2 () (let v17 (primitive %box-ref v5)) (let v18 (primitive vector-length v17))
           (branch (compare = v20 v18) (b3) (b4)))
         (block b3 () (return v4))
         (block b4 () (branch (true v4) (b5) (b6)))
         (block b5 () (let v22 (add-small v20 1)) (jump (b1 v22)))
         (block b6 () (let v25 (primitive vector-ref v5 v20)) (let v24 (primitive vector-ref v17 v20)) (return v4)";
    assert!(!in_bounds(text));
}

#[test]
fn what_a_branch_gives_to_other_blocks_is_not_given_to_the_loop() {
    let text = "(jump (b1 v14)))
         (block b1 (v20) (branch (compare = v20 v6) (b2) (b3)))
         (block b2 () (return v4))
         (block b3 () (let v22 (add-small v20 1)) (branch (true v4) (b1 v22) (b4 v3)))
         (block b4 (v23) (let v25 (primitive vector-ref v5 v20)) (let v24 (primitive vector-ref v0 v20)) (return v4)";
    assert!(in_bounds(text));
}
