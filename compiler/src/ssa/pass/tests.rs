//! Golden tests: SSA in, SSA out.

use super::{
    delay_updates, eliminate_common, eliminate_dead_code, hoist_constants, place_polls,
    select_small, simplify, split_edges, unbox,
};
use crate::ssa::ir::Unit;
use crate::ssa::parse::parse;
use crate::ssa::print::print;
use crate::ssa::verify::verify;

/// The text after `passes`.
fn after(passes: &[fn(Unit) -> Unit], text: &str) -> String {
    let mut unit = parse(text).unwrap();
    assert_eq!(verify(&unit), []);
    for pass in passes {
        unit = pass(unit);
        assert_eq!(verify(&unit), [], "{}", print(&unit));
    }
    print(&unit)
}

const TO_UNBOX: &[fn(Unit) -> Unit] = &[
    simplify,
    select_small,
    eliminate_dead_code,
    split_edges,
    unbox,
    eliminate_dead_code,
];

#[test]
fn fowler_noll_vo_stays_in_words() {
    let text = after(
        TO_UNBOX,
        r#"(literals (datum 14695981039346656037) (datum 18446744073709551615))
        (procedure "hash" 1 0 #f 0 ("bytes")
          (block b0 (v0)
            (let v1 (fixnum 0))
            (let v2 (literal 0))
            (jump (b1 v1 v2)))
          (block b1 (v3 v4)
            (let v5 (primitive bytevector-length v0))
            (branch (compare = v3 v5) (b2) (b3)))
          (block b2 () (return v4))
          (block b3 ()
            (let v6 (primitive bytevector-u8-ref v0 v3))
            (let v7 (primitive bitwise-xor v4 v6))
            (let v8 (fixnum 1099511628211))
            (let v9 (primitive * v7 v8))
            (let v10 (literal 1))
            (let v11 (primitive bitwise-and v9 v10))
            (let v12 (add-small v3 1))
            (jump (b1 v12 v11))))"#,
    );
    insta::assert_snapshot!(text, @r#"
    (literals (datum 14695981039346656037) (datum 18446744073709551615))
    (procedure "hash" 1 0 #f 0 ("bytes")
      (block b0 (v0)
        (let v1 (fixnum 0))
        (let v13:u64 (raw -3750763034362895579))
        (jump (b1 v1 v13)))
      (block b1 (v3 v4:u64)
        (let v5 (primitive bytevector-length v0))
        (branch (compare = v3 v5) (b2) (b3)))
      (block b2 ()
        (let v14 (box-u64 v4))
        (return v14))
      (block b3 ()
        (let v6 (primitive bytevector-u8-ref v0 v3))
        (let v15:u64 (unbox-u64 v6))
        (let v7:u64 (word-xor v4 v15))
        (let v16:u64 (raw 1099511628211))
        (let v9:u64 (word-multiply v7 v16))
        (let v12 (add-small v3 1))
        (jump (b1 v12 v9))))
    "#);
}

#[test]
fn flonums_are_not_divided_raw_by_what_may_be_exact_zero() {
    let quotient = |divisor: &str| {
        let text = format!(
            r#"(literals (datum 1.5))
            (procedure "quotient" 0 0 #f 0 ()
              (block b0 ()
                (let v0 (literal 0))
                (let v1 {divisor})
                (let v2 (primitive / v0 v1))
                (return v2)))"#
        );
        after(TO_UNBOX, &text)
    };
    assert!(quotient("(fixnum 0)").contains("(primitive / v0 v1)"));
    assert!(quotient("(fixnum 2)").contains("f64-divide"));
}

#[test]
fn sums_of_flonums_stay_doubles() {
    let text = after(
        TO_UNBOX,
        r#"(literals (datum 100.0) (datum 0.0) (datum 1.0))
        (procedure "sum" 0 0 #f 0 ()
          (block b0 ()
            (let v0 (literal 0))
            (let v1 (literal 1))
            (jump (b1 v0 v1)))
          (block b1 (v2 v3)
            (let v4 (literal 1))
            (branch (compare < v2 v4) (b2) (b3)))
          (block b2 () (return v3))
          (block b3 ()
            (let v5 (literal 2))
            (let v6 (primitive - v2 v5))
            (let v7 (primitive + v2 v3))
            (jump (b1 v6 v7))))"#,
    );
    insta::assert_snapshot!(text, @r#"
    (literals (datum 100.0) (datum 0.0) (datum 1.0))
    (procedure "sum" 0 0 #f 0 ()
      (block b0 ()
        (let v8:f64 (raw 4636737291354636288))
        (let v9:f64 (raw 0))
        (jump (b1 v8 v9)))
      (block b1 (v2:f64 v3:f64)
        (let v10:f64 (raw 0))
        (branch (compare-f64 < v2 v10) (b2) (b3)))
      (block b2 ()
        (let v11 (box-f64 v3))
        (return v11))
      (block b3 ()
        (let v12:f64 (raw 4607182418800017408))
        (let v6:f64 (f64-subtract v2 v12))
        (let v7:f64 (f64-add v2 v3))
        (jump (b1 v6 v7))))
    "#);
}

#[test]
fn what_may_be_something_else_stays_tagged() {
    let before = r#"(procedure "sum" 2 0 #f 0 ("a" "b")
  (block b0 (v0 v1)
    (let v2 (primitive + v0 v1))
    (let v3 (primitive bitwise-and v2 v1))
    (return v3)))
"#;
    assert_eq!(after(TO_UNBOX, before), before);
}

#[test]
fn polls_stand_where_returns_could_allocate() {
    let text = after(
        &[split_edges, place_polls],
        r#"(globals "f")
        (procedure "p" 1 0 #f 0 ("x")
          (block b0 (v0)
            (let v1 (global-ref 0))
            (let v2 (call v1 v0))
            (branch (true v2) (b1) (b2)))
          (block b1 ()
            (let v3 (primitive cons v2 v0))
            (let v4 (primitive cons v3 v0))
            (return v4))
          (block b2 ()
            (let v5 (primitive cdr v0))
            (let v6 (primitive + v5 v2))
            (return v6)))"#,
    );
    insta::assert_snapshot!(text, @r#"
    (globals "f")
    (procedure "p" 1 0 #f 0 ("x")
      (block b0 (v0)
        (let v1 (global-ref 0))
        (let v2 (call v1 v0))
        (branch (true v2) (b1) (b2)))
      (block b1 ()
        (do (poll))
        (let v3 (primitive cons v2 v0))
        (let v4 (primitive cons v3 v0))
        (return v4))
      (block b2 ()
        (let v5 (primitive cdr v0))
        (let v6 (primitive + v5 v2))
        (return v6)))
    "#);
}

#[test]
fn blocks_that_only_test_a_constant_are_passed_by() {
    let text = after(
        &[simplify, eliminate_dead_code],
        r#"(procedure "p" 2 0 #f 0 ("x" "y")
          (block b0 (v0 v1)
            (branch (type pair? v0) (b1) (b2)))
          (block b1 () (let v2 (word 6)) (jump (b3 v2)))
          (block b2 () (let v3 (word 262)) (jump (b3 v3)))
          (block b3 (v4) (branch (true v4) (b4) (b5)))
          (block b4 () (jump (b6 v0)))
          (block b5 () (return v1))
          (block b6 (v5) (return v5)))"#,
    );
    insta::assert_snapshot!(text, @r#"
    (procedure "p" 2 0 #f 0 ("x" "y")
      (block b0 (v0 v1)
        (branch (type pair? v0) (b1) (b2)))
      (block b1 ()
        (return v1))
      (block b2 ()
        (return v0)))
    "#);
}

#[test]
fn parameters_used_beyond_their_block_keep_it() {
    let text = after(
        &[simplify],
        r#"(procedure "p" 2 0 #f 0 ("x" "y")
          (block b0 (v0 v1)
            (branch (type pair? v0) (b1) (b2)))
          (block b1 () (let v2 (word 6)) (jump (b3 v2)))
          (block b2 () (jump (b3 v1)))
          (block b3 (v4) (branch (true v4) (b4) (b5)))
          (block b4 () (return v4))
          (block b5 () (return v1)))"#,
    );
    insta::assert_snapshot!(text, @r#"
    (procedure "p" 2 0 #f 0 ("x" "y")
      (block b0 (v0 v1)
        (branch (type pair? v0) (b1) (b2 v1)))
      (block b1 ()
        (let v2 (word 6))
        (jump (b2 v2)))
      (block b2 (v4)
        (branch (true v4) (b3) (b4)))
      (block b3 ()
        (return v4))
      (block b4 ()
        (return v1)))
    "#);
}

#[test]
fn constants_leave_loops_unless_they_are_copied_anyway() {
    let text = after(
        &[hoist_constants],
        r#"(procedure "p" 1 0 #f 0 ("x")
          (block b0 (v0) (jump (b1 v0)))
          (block b1 (v1)
            (let v2 (fixnum 3))
            (let v3 (primitive vector-ref v1 v2))
            (let v4 (fixnum 3))
            (let v5 (primitive vector-ref v3 v4))
            (let v6 (fixnum 9))
            (let v7 (call v5 v6))
            (jump (b1 v7))))"#,
    );
    insta::assert_snapshot!(text, @r#"
    (procedure "p" 1 0 #f 0 ("x")
      (block b0 (v0)
        (let v2 (fixnum 3))
        (jump (b1 v0)))
      (block b1 (v1)
        (let v3 (primitive vector-ref v1 v2))
        (let v5 (primitive vector-ref v3 v2))
        (let v6 (fixnum 9))
        (let v7 (call v5 v6))
        (jump (b1 v7))))
    "#);
}

#[test]
fn updates_wait_for_the_last_use_of_the_old_value() {
    let text = after(
        &[delay_updates],
        r#"(procedure "p" 2 0 #f 0 ("x" "y")
          (block b0 (v0 v1) (jump (b1 v0 v1)))
          (block b1 (v2 v3)
            (let v4 (add-small v2 1))
            (let v5 (primitive + v3 v2))
            (jump (b1 v4 v5))))"#,
    );
    insta::assert_snapshot!(text, @r#"
    (procedure "p" 2 0 #f 0 ("x" "y")
      (block b0 (v0 v1)
        (jump (b1 v0 v1)))
      (block b1 (v2 v3)
        (let v5 (primitive + v3 v2))
        (let v4 (add-small v2 1))
        (jump (b1 v4 v5))))
    "#);
}

#[test]
fn updates_do_not_pass_calls() {
    let before = r#"(procedure "p" 2 0 #f 0 ("x" "y")
  (block b0 (v0 v1)
    (jump (b1 v0 v1)))
  (block b1 (v2 v3)
    (let v4 (add-small v2 1))
    (let v5 (call v3 v2))
    (jump (b1 v4 v5))))
"#;
    assert_eq!(after(&[delay_updates], before), before);
}

#[test]
fn what_is_known_is_not_computed_or_tested_again() {
    let text = after(
        &[eliminate_common, simplify],
        r#"(procedure "p" 1 0 #f 0 ("x")
          (block b0 (v0) (branch (type pair? v0) (b1) (b2)))
          (block b1 ()
            (let v1 (primitive car v0))
            (let v2 (primitive car v0))
            (let v3 (primitive + v1 v2))
            (let v4 (primitive + v1 v1))
            (let v5 (primitive cons v3 v4))
            (branch (type pair? v0) (b3) (b2)))
          (block b2 () (return v0))
          (block b3 () (return v5)))"#,
    );
    insta::assert_snapshot!(text, @r#"
    (procedure "p" 1 0 #f 0 ("x")
      (block b0 (v0)
        (branch (type pair? v0) (b1) (b2)))
      (block b1 ()
        (let v1 (primitive car v0))
        (let v3 (primitive + v1 v1))
        (let v5 (primitive cons v3 v3))
        (return v5))
      (block b2 ()
        (return v0)))
    "#);
}

#[test]
fn what_may_be_written_is_read_again() {
    let before = r#"(procedure "p" 2 0 #f 0 ("x" "y")
  (block b0 (v0 v1)
    (let v2 (primitive car v0))
    (do (primitive set-car! v1 v0))
    (let v3 (primitive car v0))
    (let v4 (primitive cons v2 v3))
    (return v4)))
"#;
    assert_eq!(after(&[eliminate_common], before), before);
}

#[test]
fn what_nothing_needs_goes_and_what_may_raise_stays() {
    let text = after(
        &[eliminate_dead_code],
        r#"(procedure "f" 1 0 #f 0 ("x")
          (block b0 (v0)
            (let v1 (primitive cons v0 v0))
            (let v2 (primitive car v0))
            (let v3 (primitive cons v1 v1))
            (jump (b1 v1 v0)))
          (block b1 (v4 v5) (return v5)))"#,
    );
    insta::assert_snapshot!(text, @r#"
    (procedure "f" 1 0 #f 0 ("x")
      (block b0 (v0)
        (let v2 (primitive car v0))
        (jump (b1 v0)))
      (block b1 (v5)
        (return v5)))
    "#);
}

#[test]
fn branches_that_carry_arguments_or_go_back_get_blocks() {
    let text = after(
        &[split_edges],
        r#"(procedure "f" 1 0 #f 0 ("x")
          (block b0 (v0) (jump (b1 v0)))
          (block b1 (v1)
            (let v2 (primitive cdr v1))
            (branch (type pair? v2) (b1 v2) (b2)))
          (block b2 () (return v1)))"#,
    );
    insta::assert_snapshot!(text, @r#"
    (procedure "f" 1 0 #f 0 ("x")
      (block b0 (v0)
        (jump (b1 v0)))
      (block b1 (v1)
        (let v2 (primitive cdr v1))
        (branch (type pair? v2) (b3) (b2)))
      (block b2 ()
        (return v1))
      (block b3 ()
        (jump (b1 v2))))
    "#);
}

#[test]
fn operations_on_constants_hold_them() {
    let text = after(
        &[select_small],
        r#"(procedure "f" 1 0 #f 0 ("x")
          (block b0 (v0)
            (let v1 (fixnum 1))
            (let v2 (primitive - v0 v1))
            (let v3 (primitive null? v2))
            (branch (true v3) (b1) (b2)))
          (block b1 () (branch (compare < v1 v2) (b2) (b3)))
          (block b2 () (let v4 (fixnum 100000)) (let v5 (primitive + v2 v4)) (return v5))
          (block b3 () (return v2)))"#,
    );
    insta::assert_snapshot!(text, @r#"
    (procedure "f" 1 0 #f 0 ("x")
      (block b0 (v0)
        (let v1 (fixnum 1))
        (let v2 (add-small v0 -1))
        (let v3 (primitive null? v2))
        (branch (type null? v2) (b1) (b2)))
      (block b1 ()
        (branch (compare-small > v2 1) (b2) (b3)))
      (block b2 ()
        (let v4 (fixnum 100000))
        (let v5 (primitive + v2 v4))
        (return v5))
      (block b3 ()
        (return v2)))
    "#);
}
