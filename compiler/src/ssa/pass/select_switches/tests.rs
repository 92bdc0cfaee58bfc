//! Golden tests: tests of one value in, switches out.

use std::fmt::Write as _;

use super::select_switches;
use crate::ssa::golden::after;
use crate::ssa::pass::simplify;

/// The blocks of the only procedure, after the pass and the simplification that cleans up after it.
fn switched(text: &str) -> String {
    after(&[select_switches, simplify], text)
}

/// A procedure of `x` that returns 1 if one of `tests` of `v0` holds, else `v0`.
fn with_tests(literals: &str, tests: &[&str]) -> String {
    let mut text = format!("{literals}(procedure \"p\" 1 0 #f 0 (\"x\")");
    let (other, one) = (tests.len(), tests.len() + 1);
    for (number, test) in tests.iter().enumerate() {
        let parameters = if number == 0 { "v0" } else { "" };
        let next = number + 1;
        write!(
            text,
            " (block b{number} ({parameters}) {test} (b{one}) (b{next})))"
        )
        .unwrap();
    }
    write!(text, " (block b{other} () (return v0))").unwrap();
    write!(
        text,
        " (block b{one} () (let v99 (fixnum 1)) (return v99)))"
    )
    .unwrap();
    text
}

#[test]
fn immediates_are_told_apart_by_one_switch() {
    let tests = [
        "(branch (eq-word v0 8)",
        "(branch (eq-word v0 16)",
        "(branch (eq-word v0 8)",
        "(branch (type null? v0)",
        "(branch (eq-word v0 -24)",
        "(branch (eq-word v0 24)",
    ];
    insta::assert_snapshot!(switched(&with_tests("", &tests)), @r#"
    (procedure "p" 1 0 #f 0 ("x")
      (block b0 (v0)
        (switch (word v0) (-24 (b2)) (8 (b2)) (16 (b2)) (24 (b2)) (518 (b2)) (else (b1))))
      (block b1 ()
        (return v0))
      (block b2 ()
        (let v99 (fixnum 1))
        (return v99)))
    "#);
}

#[test]
fn few_tests_stay() {
    let before = with_tests(
        "",
        &[
            "(branch (eq-word v0 8)",
            "(branch (eq-word v0 16)",
            "(branch (eq-word v0 24)",
            "(branch (eq-word v0 32)",
        ],
    );
    assert!(!switched(&before).contains("switch"));
}

#[test]
fn symbols_are_told_apart_by_bits_of_their_hashes_and_then_compared() {
    let tests = [
        "(let v1 (literal 0)) (branch (eq v0 v1)",
        "(let v2 (literal 1)) (branch (eq v2 v0)",
        "(branch (eq-word v0 6)",
        "(let v3 (literal 2)) (branch (eq v0 v3)",
        "(let v4 (literal 3)) (branch (eq v0 v4)",
        "(let v5 (literal 4)) (branch (eq v0 v5)",
    ];
    let literals = "(literals (datum a) (datum b) (datum c) (datum d) (datum a))";
    assert!(!switched(&with_tests(literals, &tests)).contains("switch"));
    let literals = "(literals (datum a) (datum b) (datum c) (datum d) (datum e))";
    insta::assert_snapshot!(switched(&with_tests(literals, &tests)), @r#"
    (literals (datum a) (datum b) (datum c) (datum d) (datum e))
    (procedure "p" 1 0 #f 0 ("x")
      (block b0 (v0)
        (let v1 (literal 0))
        (branch (eq-word v0 6) (b2) (b8)))
      (block b1 ()
        (return v0))
      (block b2 ()
        (let v99 (fixnum 1))
        (return v99))
      (block b3 ()
        (let v100 (literal 3))
        (branch (eq v0 v100) (b2) (b1)))
      (block b4 ()
        (let v101 (literal 0))
        (branch (eq v0 v101) (b2) (b1)))
      (block b5 ()
        (let v102 (literal 1))
        (branch (eq v0 v102) (b2) (b1)))
      (block b6 ()
        (let v103 (literal 4))
        (branch (eq v0 v103) (b2) (b1)))
      (block b7 ()
        (let v104 (literal 2))
        (branch (eq v0 v104) (b2) (b1)))
      (block b8 ()
        (switch (symbol-hash 0 4 v0) (7 (b3)) (8 (b4)) (10 (b5)) (12 (b6)) (15 (b7)) (else (b1)))))
    "#);
}

#[test]
fn members_of_literal_lists_are_tests() {
    let tests = ["(let v1 (literal 0)) (let v2 (primitive memv v0 v1)) (branch (true v2)"];
    let of = |list: &str| switched(&with_tests(&format!("(literals (datum {list}))"), &tests));
    insta::assert_snapshot!(of("(1 2 3 4 9)"), @r#"
    (literals (datum (1 2 3 4 9)))
    (procedure "p" 1 0 #f 0 ("x")
      (block b0 (v0)
        (let v1 (literal 0))
        (switch (word v0) (8 (b2)) (16 (b2)) (24 (b2)) (32 (b2)) (72 (b2)) (else (b1))))
      (block b1 ()
        (return v0))
      (block b2 ()
        (let v99 (fixnum 1))
        (return v99)))
    "#);
    for other in [
        "(1 2 3.5 4 5 6)",
        "(1 2 \"a\" 4 5)",
        "(1 2 3 4 5 . 6)",
        "(1 2 3 4)",
        "(1 2 3 4 99999999999)",
    ] {
        assert!(!of(other).contains("switch"), "{other}");
    }
}

#[test]
fn what_is_found_in_a_list_stays_if_it_is_used() {
    let text = r#"(literals (datum (1 2 3 4 5)))
        (procedure "p" 1 0 #f 0 ("x")
          (block b0 (v0)
            (let v1 (literal 0))
            (let v2 (primitive memv v0 v1))
            (branch (true v2) (b1) (b2)))
          (block b1 () (return v2))
          (block b2 () (return v0)))"#;
    assert!(!switched(text).contains("switch"));
}

#[test]
fn numbers_that_are_no_fixnums_go_through_the_tests() {
    let tests = [
        "(branch (compare-small = v0 1)",
        "(branch (compare-small = v0 2)",
        "(branch (compare-small = v0 3)",
        "(branch (compare-small = v0 4)",
        "(branch (compare-small = v0 5)",
    ];
    insta::assert_snapshot!(switched(&with_tests("", &tests)), @r#"
    (procedure "p" 1 0 #f 0 ("x")
      (block b0 (v0)
        (switch (word v0) (8 (b6)) (16 (b6)) (24 (b6)) (32 (b6)) (40 (b6)) (else (b8))))
      (block b1 ()
        (branch (compare-small = v0 2) (b6) (b2)))
      (block b2 ()
        (branch (compare-small = v0 3) (b6) (b3)))
      (block b3 ()
        (branch (compare-small = v0 4) (b6) (b4)))
      (block b4 ()
        (branch (compare-small = v0 5) (b6) (b5)))
      (block b5 ()
        (return v0))
      (block b6 ()
        (let v99 (fixnum 1))
        (return v99))
      (block b7 ()
        (branch (compare-small = v0 1) (b6) (b1)))
      (block b8 ()
        (branch (type fixnum? v0) (b5) (b7))))
    "#);
}

#[test]
fn codes_of_one_character_are_one_value() {
    let tests = [
        "(let v1 (primitive char->integer v0)) (branch (compare-small = v1 40)",
        "(let v2 (primitive char->integer v0)) (branch (compare-small = v2 41)",
        "(let v3 (primitive char->integer v0)) (branch (compare-small = v3 42)",
        "(let v4 (primitive char->integer v0)) (branch (compare-small = v4 43)",
        "(let v5 (primitive char->integer v0)) (branch (compare-small = v5 44)",
    ];
    insta::assert_snapshot!(switched(&with_tests("", &tests)), @r#"
    (procedure "p" 1 0 #f 0 ("x")
      (block b0 (v0)
        (let v1 (primitive char->integer v0))
        (switch (word v1) (320 (b2)) (328 (b2)) (336 (b2)) (344 (b2)) (352 (b2)) (else (b1))))
      (block b1 ()
        (return v0))
      (block b2 ()
        (let v99 (fixnum 1))
        (return v99)))
    "#);
}

#[test]
fn strings_are_told_apart_by_length_first_and_others_raise() {
    let tests = [
        "(let v1 (literal 0)) (let v2 (primitive %string=? v0 v1)) (branch (true v2)",
        "(let v3 (literal 1)) (let v4 (primitive %string=? v0 v3)) (branch (true v4)",
        "(let v5 (literal 2)) (let v6 (primitive %string=? v5 v0)) (branch (true v6)",
    ];
    let literals = "(literals (datum \"ab\") (datum \"cd\") (datum \"λ\"))";
    insta::assert_snapshot!(switched(&with_tests(literals, &tests)), @r#"
    (literals (datum "ab") (datum "cd") (datum "λ"))
    (procedure "p" 1 0 #f 0 ("x")
      (block b0 (v0)
        (let v1 (literal 0))
        (switch (string-length v0) (1 (b3)) (2 (b5)) (else (b6))))
      (block b1 ()
        (return v0))
      (block b2 ()
        (let v99 (fixnum 1))
        (return v99))
      (block b3 ()
        (let v100 (literal 2))
        (let v101 (primitive %string=? v0 v100))
        (branch (true v101) (b2) (b1)))
      (block b4 ()
        (let v102 (literal 1))
        (let v103 (primitive %string=? v0 v102))
        (branch (true v103) (b2) (b1)))
      (block b5 ()
        (let v104 (literal 0))
        (let v105 (primitive %string=? v0 v104))
        (branch (true v105) (b2) (b4)))
      (block b6 ()
        (let v106 (literal 0))
        (let v107 (primitive %string=? v0 v106))
        (branch (true v107) (b2) (b1))))
    "#);
}

#[test]
fn blocks_that_do_more_than_test_end_a_chain() {
    let tests = [
        "(branch (eq-word v0 8)",
        "(branch (eq-word v0 16)",
        "(do (primitive set-car! v0 v0)) (branch (eq-word v0 24)",
        "(branch (eq-word v0 32)",
        "(branch (eq-word v0 40)",
        "(branch (eq-word v0 48)",
    ];
    assert!(!switched(&with_tests("", &tests)).contains("switch"));
}
