//! Golden tests of raw arguments and results: SSA in, SSA out.

use super::unbox;
use crate::ssa::golden::after;
use crate::ssa::ir::Unit;
use crate::ssa::pass::{eliminate_dead_code, select_small, simplify, split_edges};

/// What stands before the pass where numbers are concerned, and what cleans up after it.
const PASSES: &[fn(Unit) -> Unit] = &[
    simplify,
    select_small,
    eliminate_dead_code,
    split_edges,
    unbox,
    eliminate_dead_code,
];

fn unboxed(text: &str) -> String {
    after(&[unbox, eliminate_dead_code], text)
}

/// A caller, and `power`: x * y, n times.
fn power(caller: &str) -> String {
    format!(
        r#"(literals (datum 1.5))
        (procedure "main" 1 0 #f 0 ("n")
          (block b0 (v0) (let v1 (literal 0)) {caller}))
        (procedure "power" 2 0 #f 0 ("x" "n")
          (block b0 (v0 v1) (branch (compare-small = v1 0) (b1) (b2)))
          (block b1 () (let v2 (primitive + v0 v0)) (return v2))
          (block b2 ()
            (let v3 (primitive * v0 v0))
            (let v4 (add-small v1 -1))
            (tail-call-known 1 #f v3 v4)))"#
    )
}

#[test]
fn known_calls_give_and_get_doubles() {
    let text = unboxed(&power("(tail-call-known 1 #f v1 v0)"));
    insta::assert_snapshot!(text, @r#"
    (literals (datum 1.5))
    (procedure "main" 1 0 #f 0 ("n")
      (block b0 (v0)
        (let v2:f64 (raw 4609434218613702656))
        (let v3:f64 (call-known 1 #f v2 v0))
        (let v4 (box-f64 v3))
        (return v4)))
    (procedure "power" 2 0 #f 0 ("x" "n")
      (result f64)
      (block b0 (v0:f64 v1)
        (branch (compare-small = v1 0) (b1) (b2)))
      (block b1 ()
        (let v2:f64 (f64-add v0 v0))
        (return v2))
      (block b2 ()
        (let v3:f64 (f64-multiply v0 v0))
        (let v4 (add-small v1 -1))
        (tail-call-known 1 #f v3 v4)))
    "#);
}

#[test]
fn procedures_that_escape_take_and_give_tagged_values() {
    let before = power("(let v2 (static-closure 1)) (tail-call v2 v1 v0)");
    let text = unboxed(&before);
    assert!(text.contains("(block b0 (v0 v1)") && !text.contains("(result"));
}

#[test]
fn arguments_that_are_not_always_flonums_stay_tagged() {
    let text = unboxed(&power(
        "(let v2 (call-known 1 #f v1 v0)) (let v3 (call-known 1 #f v0 v2)) (return v3)",
    ));
    assert!(!text.contains("f64"), "{text}");
}

#[test]
fn continuations_that_are_captured_take_tagged_results() {
    let text = unboxed(
        r#"(cells "k")
        (literals (datum 1.5))
        (procedure "main" 0 0 #f 0 ()
          (block b0 ()
            (let v0 (literal 0))
            (let v1 (call-known 1 #f v0))
            (let v2 (primitive * v1 v1))
            (return v2)))
        (procedure "f" 1 0 #f 0 ("x")
          (block b0 (v0)
            (let v1 (primitive %capture))
            (do (cell-set! 0 v1))
            (let v2 (primitive * v0 v0))
            (return v2)))"#,
    );
    insta::assert_snapshot!(text, @r#"
    (cells "k")
    (literals (datum 1.5))
    (procedure "main" 0 0 #f 0 ()
      (block b0 ()
        (let v3:f64 (raw 4609434218613702656))
        (let v1 (call-known 1 #f v3))
        (let v2 (primitive * v1 v1))
        (return v2)))
    (procedure "f" 1 0 #f 0 ("x")
      (block b0 (v0:f64)
        (let v1 (primitive %capture))
        (do (cell-set! 0 v1))
        (let v2:f64 (f64-multiply v0 v0))
        (let v3 (box-f64 v2))
        (return v3)))
    "#);
}

#[test]
fn what_a_test_has_let_pass_is_converted_behind_it() {
    let text = unboxed(
        r#"(literals (datum 1.5))
        (procedure "main" 1 0 #f 0 ("x")
          (block b0 (v0) (let v1 (literal 0)) (branch (type flonum? v0) (b1) (b2)))
          (block b1 () (let v2 (primitive - v0 v1)) (let v3 (primitive * v2 v2)) (return v3))
          (block b2 () (let v4 (primitive - v0 v1)) (return v4)))"#,
    );
    insta::assert_snapshot!(text, @r#"
    (literals (datum 1.5))
    (procedure "main" 1 0 #f 0 ("x")
      (block b0 (v0)
        (let v1 (literal 0))
        (branch (type flonum? v0) (b1) (b2)))
      (block b1 ()
        (let v5:f64 (unbox-f64 v0))
        (let v6:f64 (raw 4609434218613702656))
        (let v2:f64 (f64-subtract v5 v6))
        (let v3:f64 (f64-multiply v2 v2))
        (let v7 (box-f64 v3))
        (return v7))
      (block b2 ()
        (let v4 (primitive - v0 v1))
        (return v4)))
    "#);
}

/// An infinity less a large integer is an infinity, but the integer's nearest double is one too.
#[test]
fn what_may_lie_beyond_all_doubles_is_not_converted() {
    let before = r#"(literals (datum 1.5))
(procedure "main" 1 0 #f 0 ("x")
  (block b0 (v0)
    (let v1 (literal 0))
    (branch (compare < v0 v1) (b1) (b2)))
  (block b1 ()
    (let v2 (primitive - v0 v1))
    (return v2))
  (block b2 ()
    (return v0)))
"#;
    assert_eq!(unboxed(before), before);
}

#[test]
fn what_may_be_anything_is_not_converted() {
    let before = r#"(literals (datum 1.5))
(procedure "main" 1 0 #f 0 ("x")
  (block b0 (v0)
    (let v1 (literal 0))
    (let v2 (primitive - v0 v1))
    (let v3 (primitive * v2 v1))
    (return v3)))
"#;
    assert_eq!(unboxed(before), before);
}

#[test]
fn fowler_noll_vo_stays_in_words() {
    let text = after(
        PASSES,
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
        after(PASSES, &text)
    };
    assert!(quotient("(fixnum 0)").contains("(primitive / v0 v1)"));
    assert!(quotient("(fixnum 2)").contains("f64-divide"));
}

#[test]
fn sums_of_flonums_stay_doubles() {
    let text = after(
        PASSES,
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
    assert_eq!(after(PASSES, before), before);
}

/// A loop that counts in words below `limit`, and sums products of doubles.
fn sum_of_products(limit: &str) -> String {
    after(
        PASSES,
        &format!(
            r#"(literals (datum 0.0) (datum 1.5) (datum 12000000000000000000))
            (procedure "sum" 0 0 #f 0 ()
              (block b0 ()
                (let v0 (literal 0))
                (let v1 (fixnum 0))
                (jump (b1 v1 v0)))
              (block b1 (v2 v3)
                (let v4 {limit})
                (branch (compare < v2 v4) (b2) (b3)))
              (block b2 ()
                (let v5 (literal 1))
                (let v6 (primitive * v2 v5))
                (let v7 (primitive + v3 v6))
                (let v8 (add-small v2 1))
                (jump (b1 v8 v7)))
              (block b3 () (return v3)))"#
        ),
    )
}

#[test]
fn a_raw_word_becomes_a_double_where_one_is_wanted() {
    let text = sum_of_products("(fixnum 100)");
    insta::assert_snapshot!(text, @r#"
    (literals (datum 0.0) (datum 1.5) (datum 12000000000000000000))
    (procedure "sum" 0 0 #f 0 ()
      (block b0 ()
        (let v9:u64 (raw 0))
        (let v10:f64 (raw 0))
        (jump (b1 v9 v10)))
      (block b1 (v2:u64 v3:f64)
        (let v11:u64 (raw 100))
        (branch (compare-u64 < v2 v11) (b2) (b3)))
      (block b2 ()
        (let v12:f64 (i64->f64 v2))
        (let v13:f64 (raw 4609434218613702656))
        (let v6:f64 (f64-multiply v12 v13))
        (let v7:f64 (f64-add v3 v6))
        (let v14:u64 (raw 1))
        (let v8:u64 (word-add v2 v14))
        (jump (b1 v8 v7)))
      (block b3 ()
        (let v15 (box-f64 v3))
        (return v15)))
    "#);
}

#[test]
fn a_raw_word_beyond_the_signed_ones_becomes_a_double_by_its_value() {
    let text = sum_of_products("(literal 2)");
    insta::assert_snapshot!(text, @r#"
    (literals (datum 0.0) (datum 1.5) (datum 12000000000000000000))
    (procedure "sum" 0 0 #f 0 ()
      (block b0 ()
        (let v9:u64 (raw 0))
        (let v10:f64 (raw 0))
        (jump (b1 v9 v10)))
      (block b1 (v2:u64 v3:f64)
        (let v11:u64 (raw -6446744073709551616))
        (branch (compare-u64 < v2 v11) (b2) (b3)))
      (block b2 ()
        (let v12 (box-u64 v2))
        (let v13:f64 (real->f64 v12))
        (let v14:f64 (raw 4609434218613702656))
        (let v6:f64 (f64-multiply v13 v14))
        (let v7:f64 (f64-add v3 v6))
        (let v15:u64 (raw 1))
        (let v8:u64 (word-add v2 v15))
        (jump (b1 v8 v7)))
      (block b3 ()
        (let v16 (box-f64 v3))
        (return v16)))
    "#);
}

#[test]
fn a_signed_integer_known_only_where_it_is_used_becomes_a_word_there() {
    // Behind `bitwise-and`, the string is no longer possible.
    let text = after(
        PASSES,
        r#"(literals (datum "text") (datum 18446744073709551615) (datum 1099511627776))
        (procedure "f" 1 0 #f 0 ("x")
          (block b0 (v0) (branch (true v0) (b1) (b2)))
          (block b1 () (let v1 (fixnum -3)) (jump (b3 v1)))
          (block b2 () (let v2 (literal 0)) (jump (b3 v2)))
          (block b3 (v3)
            (let v4 (fixnum 255))
            (let v5 (primitive bitwise-and v3 v4))
            (let v6 (literal 2))
            (let v7 (primitive * v3 v6))
            (let v8 (literal 1))
            (let v9 (primitive bitwise-and v7 v8))
            (let v10 (primitive cons v5 v9))
            (return v10)))"#,
    );
    insta::assert_snapshot!(text, @r#"
    (literals (datum "text") (datum 18446744073709551615) (datum 1099511627776))
    (procedure "f" 1 0 #f 0 ("x")
      (block b0 (v0)
        (branch (true v0) (b1) (b2)))
      (block b1 ()
        (let v1 (fixnum -3))
        (jump (b3 v1)))
      (block b2 ()
        (let v2 (literal 0))
        (jump (b3 v2)))
      (block b3 (v3)
        (let v4 (fixnum 255))
        (let v5 (primitive bitwise-and v3 v4))
        (let v11:i64 (unbox-i64 v3))
        (let v12:u64 (raw 1099511627776))
        (let v7:u64 (word-multiply v11 v12))
        (let v13 (box-u64 v7))
        (let v10 (primitive cons v5 v13))
        (return v10)))
    "#);
}

/// The length of `v0` less five, which goes on to `b2` where it is not negative.
const LESS: &str = "(let v1 (primitive bytevector-length v0)) (let v2 (add-small v1 -5))
    (branch (compare-small < v2 0) (b1) (b2))";

/// A unit with 2^64 - 1, and a factor beyond fixnums.
fn unboxed_words(procedures: &str) -> String {
    let literals = "(literals (datum 18446744073709551615) (datum 14695981039346656037))";
    after(PASSES, &format!("{literals} {procedures}"))
}

/// A loop that starts with what `first` makes of the length less five.
fn hash_from(first: &str, given: &str) -> String {
    unboxed_words(&format!(
        r#"(procedure "hash" 1 0 #f 0 ("bytes")
          (block b0 (v0) {LESS})
          (block b1 () (return v2))
          (block b2 () (let v3 (literal 0)) {first} (jump (b3 v1 {given})))
          (block b3 (v4 v5) (branch (compare-small = v4 0) (b5) (b4)))
          (block b4 ()
            (let v6 (literal 1))
            (let v7 (primitive * v5 v6))
            (let v8 (primitive bitwise-and v7 v3))
            (let v9 (add-small v4 -1))
            (jump (b3 v9 v8)))
          (block b5 () (return v5)))"#
    ))
}

/// Found by random units: a signed word came where an unsigned one was wanted.
#[test]
fn what_is_not_negative_at_a_jump_is_an_unsigned_word_there() {
    let text = hash_from("", "v2");
    assert!(text.contains(":u64 (unbox-u64 v2)"), "{text}");
}

#[test]
fn a_signed_word_under_the_mask_of_all_bits_is_an_unsigned_one() {
    let text = hash_from("(let v10 (primitive bitwise-and v2 v3))", "v10");
    assert!(text.contains("v10:u64 (word-and "), "{text}");
}

#[test]
fn what_is_not_negative_at_a_call_is_an_unsigned_word_there() {
    for call in [
        "(let v3 (call-known 1 #f v2)) (return v3)",
        "(tail-call-known 1 #f v2)",
    ] {
        let text = unboxed_words(&format!(
            r#"(procedure "main" 1 0 #f 0 ("bytes")
              (block b0 (v0) {LESS}) (block b1 () (return v2)) (block b2 () {call}))
            (procedure "mix" 1 0 #f 0 ("h")
              (block b0 (v0)
                (let v1 (literal 1))
                (let v2 (primitive * v0 v1))
                (let v3 (literal 0))
                (let v4 (primitive bitwise-and v2 v3))
                (branch (compare-small = v4 0) (b1) (b2)))
              (block b1 () (return v4))
              (block b2 () (tail-call-known 1 #f v4)))"#
        ));
        assert!(text.contains(":u64 (unbox-u64 v2)"), "{text}");
    }
}

#[test]
fn what_is_not_negative_where_it_is_returned_is_an_unsigned_word_there() {
    let text = unboxed_words(&format!(
        r#"(procedure "main" 1 0 #f 0 ("bytes")
          (block b0 (v0)
            (let v1 (call-known 1 #f v0))
            (let v2 (primitive * v1 v1))
            (let v3 (literal 0))
            (let v4 (primitive bitwise-and v2 v3))
            (return v4)))
        (procedure "mix" 1 0 #f 0 ("bytes")
          (block b0 (v0) {LESS})
          (block b1 ()
            (let v3 (literal 1))
            (let v4 (primitive * v1 v3))
            (let v5 (literal 0))
            (let v6 (primitive bitwise-and v4 v5))
            (return v6))
          (block b2 () (return v2)))"#
    ));
    assert!(text.contains(":u64 (unbox-u64 v2)"), "{text}");
}
