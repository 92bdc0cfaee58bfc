//! Flonums: which units have any.

use abi::tag;

use crate::ssa::analysis::mentions_flonums;
use crate::ssa::parse::parse;

#[test]
fn a_unit_has_flonums_if_a_constant_is_one_or_one_is_made() {
    let flonum = tag::flonum(1.5).expect("small flonums are words");
    let has = |operation: &str| {
        let text = format!(
            "(literals (datum 1.5) (datum 3/2) (datum \"1.5\") (word 8) (word {}))
             (procedure \"f\" 1 0 #f 0 (\"x\") (block b0 (v0) (let v1 {operation}) (return v1)))",
            flonum as i64
        );
        mentions_flonums(&parse(&text).unwrap_or_else(|error| panic!("{text}: {error}")))
    };
    assert!(has("(literal 0)"));
    assert!(!has("(literal 1)") && !has("(literal 2)") && !has("(literal 3)"));
    assert!(has(&format!("(word {})", flonum as i64)));
    assert!(!has("(fixnum 1)") && !has(&format!("(word {})", tag::NULL as i64)));
    assert!(has("(primitive inexact v0)"));
    assert!(!has("(primitive exact v0)") && !has("(primitive + v0 v0)"));
    assert!(!has("(call v0)"));
    // One is enough, wherever that is.
    assert!(has("(literal 1)) (let v2 (literal 0)"));
    assert!(has("(literal 0)) (let v2 (literal 1)"));
    assert!(has("(literal 4)"));
}
