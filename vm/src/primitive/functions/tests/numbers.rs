//! Numbers: the primitives, and numbers in the heap.

use std::cmp::Ordering;

use dashu_int::IBig;
use proptest::prelude::*;
use syntax::Unsupervised;

use super::super as f;
use super::expect;
use crate::number::heap::{
    as_i64, as_integer, as_number, as_u64, from_i64, from_integer, from_number, from_u64,
};
use crate::number::real::Real;
use crate::number::{self, tower::Number};
use crate::testing::{mutator, show};
use crate::value::Value;

#[test]
fn arithmetic_answers_what_the_report_says() {
    expect(&[
        (f::floor_quotient, "-7 2", "-4"),
        (f::floor_quotient, "-7 2.0", "-4.0"),
        (f::bitwise_not, "10", "-11"),
        (f::bit_count, "12", "2"),
        (f::bit_count, "-1", "0"),
        (f::integer_length, "-128", "7"),
        (f::integer_length, "36893488147419103232", "66"),
        (f::max2, "1 2.5", "2.5"),
        (f::max2, "3 2.5", "3.0"),
        (f::min2, "3 2", "2"),
        (f::gcd2, "32 -36", "4"),
        (f::lcm2, "32 -36", "288"),
        (f::abs, "-1152921504606846976", "1152921504606846976"),
        (f::abs, "-1/2", "1/2"),
        (f::floor, "-4.3", "-5.0"),
        (f::round, "7/2", "4"),
        (f::round, "3.5", "4.0"),
        (f::truncate, "-4.3", "-4.0"),
        (f::ceiling, "5", "5"),
        (f::numerator, "6/4", "3"),
        (f::denominator, "0.5", "2.0"),
        (f::exact, "2.5", "5/2"),
        (f::exact, "1e18", "1000000000000000000"),
        (f::exact, "1e30", "1000000000000000019884624838656"),
        (
            f::exact,
            "+inf.0",
            "<wrong-type: exact, 1, finite number, +inf.0>",
        ),
        (f::inexact, "1/3", "0.3333333333333333"),
        (
            f::inexact,
            "100000000000000000000001",
            "1.0000000000000001e23",
        ),
        (f::square, "1/3", "1/9"),
        (f::square, "1e200", "+inf.0"),
        (f::exact_rational_approximation, "3/10 1/10", "1/3"),
        (f::make_rectangular, "1 2.0", "1+2.0i"),
        (f::make_rectangular, "1 0", "1"),
        (f::make_polar, "2 0", "2"),
        (f::real_part, "1+2i", "1"),
        (f::imag_part, "1.5", "0"),
        (f::magnitude, "-5", "5"),
        (f::angle, "-1", "3.141592653589793"),
        (f::angle, "1", "0"),
        (f::abs, "+i", "<wrong-type: abs, 1, real number, +i>"),
        (f::abs, "a", "<wrong-type: abs, 1, number, a>"),
    ]);
}

#[test]
fn roots_and_powers() {
    expect(&[
        (f::sqrt, "16", "4"),
        (f::sqrt, "2.25", "1.5"),
        (f::sqrt, "-1", "+i"),
        (f::expt, "2 100", "1267650600228229401496703205376"),
        (f::expt, "2 0.5", "1.4142135623730951"),
        (f::expt, "0 -1", "<division-by-zero: expt>"),
        (f::exact_integer_sqrt, "17", "(4 . 1)"),
        (
            f::exact_integer_sqrt,
            "-1",
            "<wrong-type: exact-integer-sqrt, 1, exact nonnegative integer, -1>",
        ),
        (f::exp, "0", "1"),
        (f::log1, "1", "0"),
        (f::log1, "0", "-inf.0"),
        (f::atan2, "0 1", "0"),
        (f::atan2, "1 0", "1.5707963267948966"),
        (f::atan2, "0 0", "<division-by-zero: atan>"),
    ]);
}

#[test]
fn powers_that_cannot_fit_ask_for_memory_first() {
    let m = mutator();
    for arguments in ["2 1000000000000", "3/2 100000000000000000000"] {
        let answer = crate::testing::answer(&m, f::expt, arguments);
        assert!(answer.starts_with("<full "), "{answer}");
    }
    let shift = number::shift(
        &m,
        Value::count(1),
        Value::count(1 << 50),
        "arithmetic-shift",
    );
    assert!(show(&m, &shift).starts_with("<full "));
    let zero = number::shift(&m, Value::ZERO, Value::count(1 << 50), "arithmetic-shift");
    assert_eq!(show(&m, &zero), "0");
    let ones = number::shift(
        &m,
        from_i64(&m, -1),
        from_i64(&m, -(1 << 59)),
        "arithmetic-shift",
    );
    assert_eq!(show(&m, &ones), "-1");
}

#[test]
fn predicates_know_the_tower() {
    expect(&[
        (f::is_integer, "3.0", "#t"),
        (f::is_integer, "3.5", "#f"),
        (f::is_integer, "x", "#f"),
        (f::is_rational, "+inf.0", "#f"),
        (f::is_rational, "1/3", "#t"),
        (f::is_complex, "1", "#t"),
        (f::is_exact, "1.0", "#f"),
        (f::is_inexact, "1.5+2.0i", "#t"),
        (f::is_exact, "x", "<wrong-type: exact?, 1, number, x>"),
        (f::is_nan, "+nan.0", "#t"),
        (f::is_finite, "1e300", "#t"),
        (f::is_infinite, "1.0-inf.0i", "#t"),
        (f::is_zero, "-0.0", "#t"),
        (f::is_positive, "1/2", "#t"),
        (f::is_negative, "+nan.0", "#f"),
        (f::is_odd, "100000000000000000001", "#t"),
        (f::is_even, "2.0", "#t"),
        (f::is_even, "1/2", "<wrong-type: even?, 1, integer, 1/2>"),
    ]);
}

#[test]
fn numbers_become_text_and_text_numbers() {
    expect(&[
        (f::number_to_string, "255 16", "\"ff\""),
        (f::number_to_string, "1e21 10", "\"1e21\""),
        (
            f::number_to_string,
            "1 37",
            "<out-of-range: number->string, 2, 37, 2, 36>",
        ),
        (f::string_to_number, "\"1e3\" 10", "1000.0"),
        (f::string_to_number, "\"-zz\" 36", "-1295"),
        (f::string_to_number, "\"1+\" 10", "#f"),
        (f::string_to_number, "\"1/0\" 10", "#f"),
        (f::digit_value, "#\\٣", "3"),
        (f::char_upcase, "#\\ß", "#\\ß"),
        (f::is_char_numeric, "#\\5", "#t"),
    ]);
}

#[test]
fn words_go_in_and_out() {
    let m = mutator();
    for integer in [0, -1, i64::MIN, i64::MAX, 1 << 60, -(1 << 60)] {
        assert_eq!(as_i64(from_i64(&m, integer)), Some(integer));
    }
    for integer in [0, 1, u64::MAX, 1 << 63] {
        assert_eq!(as_u64(from_u64(&m, integer)), Some(integer));
    }
    assert_eq!(as_i64(from_u64(&m, 1 << 63)), None);
    assert_eq!(as_u64(from_i64(&m, -1)), None);
    assert_eq!(as_u64(from_i64(&m, i64::MIN)), None);
}

fn integers() -> impl Strategy<Value = IBig> {
    let limb = prop_oneof![Just(0_u64), Just(u64::MAX), any::<u64>()];
    (any::<bool>(), prop::collection::vec(limb, 0..7)).prop_map(|(is_negative, limbs)| {
        let magnitude = IBig::from(dashu_int::UBig::from_words(&limbs));
        if is_negative { -magnitude } else { magnitude }
    })
}

proptest! {
    #[test]
    fn instructions_agree_with_big_integers(a in integers(), b in integers()) {
        let m = mutator();
        let (x, y) = (from_integer(&m, &a).unwrap(), from_integer(&m, &b).unwrap());
        let of = |value: Value<'_>| as_integer(value).unwrap();
        prop_assert_eq!(of(x), a.clone());
        prop_assert_eq!(of(number::add(&m, x, y, "+").unwrap()), &a + &b);
        prop_assert_eq!(of(number::subtract(&m, x, y, "-").unwrap()), &a - &b);
        prop_assert_eq!(of(number::multiply(&m, x, y, "*").unwrap()), &a * &b);
        prop_assert_eq!(of(number::bit_and(&m, x, y, "and").unwrap()), &a & &b);
        prop_assert_eq!(of(number::bit_xor(&m, x, y, "xor").unwrap()), &a ^ &b);
        prop_assert_eq!(number::compare(&m, x, y, "<").unwrap(), Some(a.cmp(&b)));
        prop_assert_eq!(number::equal(&m, x, y, "=").unwrap(), a == b);
        if b != IBig::ZERO {
            let quotient = of(number::quotient(&m, x, y, "quotient").unwrap());
            let remainder = of(number::remainder(&m, x, y, "remainder").unwrap());
            prop_assert_eq!(quotient * &b + remainder, a.clone());
            let ratio = number::divide(&m, x, y, "/").unwrap();
            let back = number::multiply(&m, ratio, y, "*").unwrap();
            prop_assert_eq!(of(back), a);
        }
    }

    #[test]
    fn mixed_comparison_is_exact(a: i64, b: f64) {
        let m = mutator();
        let (x, y) = (from_i64(&m, a), m.flonum(b));
        let expected = Number::from(a).compare(&Number::from(b), &Unsupervised).unwrap();
        prop_assert_eq!(number::compare(&m, x, y, "<").unwrap(), expected);
        prop_assert_eq!(number::equal(&m, y, x, "=").unwrap(), expected == Some(Ordering::Equal));
    }

    #[test]
    fn all_numbers_survive_the_heap(real: f64, imaginary: f64) {
        let m = mutator();
        let number = Number::rectangular(
            Real::Flonum(real),
            Real::Flonum(imaginary),
        );
        let value = from_number(&m, &number).unwrap();
        prop_assert!(as_number(value).unwrap().is_eqv(&number));
    }
}
