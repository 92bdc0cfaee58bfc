//! Golden tests of raw arguments and results: SSA in, SSA out.

use super::unbox;
use crate::ssa::parse::parse;
use crate::ssa::pass::eliminate_dead_code;
use crate::ssa::print::print;
use crate::ssa::verify::verify;

fn unboxed(text: &str) -> String {
    let unit = parse(text).unwrap();
    assert_eq!(verify(&unit), []);
    let unit = eliminate_dead_code(unbox(unit));
    assert_eq!(verify(&unit), []);
    print(&unit)
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
fn what_a_comparison_has_let_pass_is_converted_behind_it() {
    let text = unboxed(
        r#"(literals (datum 1.5))
        (procedure "main" 1 0 #f 0 ("x")
          (block b0 (v0) (let v1 (literal 0)) (branch (compare < v0 v1) (b1) (b2)))
          (block b1 () (let v2 (primitive - v0 v1)) (let v3 (primitive * v2 v2)) (return v3))
          (block b2 () (let v4 (primitive - v0 v1)) (return v4)))"#,
    );
    insta::assert_snapshot!(text, @r#"
    (literals (datum 1.5))
    (procedure "main" 1 0 #f 0 ("x")
      (block b0 (v0)
        (let v1 (literal 0))
        (branch (compare < v0 v1) (b1) (b2)))
      (block b1 ()
        (let v5:f64 (real->f64 v0))
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
