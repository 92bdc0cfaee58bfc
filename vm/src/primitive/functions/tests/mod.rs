//! Tests of the leaf primitives: arguments and results as text.

mod claims;
mod long;
mod numbers;
mod ports;
mod strings;
mod structures;

use crate::primitive::Leaf;
use crate::testing::{answer, answer_with_zeal, mutator};

/// Each `leaf`, called with the data in the first text, answers the second; under zeal too.
fn expect(cases: &[(Leaf, &str, &str)]) {
    let m = mutator();
    for &(leaf, arguments, expected) in cases {
        assert_eq!(
            answer(&m, leaf, arguments),
            expected,
            "arguments {arguments}"
        );
        let with_zeal = answer_with_zeal(leaf, arguments);
        assert_eq!(with_zeal, expected, "arguments {arguments} under zeal");
    }
}
