//! Tests of the tower, by the reader's notation.

use std::cmp::Ordering;
use std::f64::consts::PI;

use proptest::prelude::*;
use syntax::Unsupervised;

use super::exact::{Exact, Rounding};
use super::real::{Division, Real};
use super::text::write_number;
use super::tower::{Number, shift};
use super::transcendental::{self, Function};
use super::{Problem, expected, power, root};

fn number(text: &str) -> Number {
    Number::from(&syntax::parse_number(text, 10).expect("a number"))
}

fn real(text: &str) -> Real {
    number(text).real(1).expect("a real number").clone()
}

fn text(number: &Number) -> String {
    write_number(number, 10, &Unsupervised).unwrap()
}

#[test]
fn sums_products_and_quotients_keep_exactness() {
    assert_eq!(
        text(&number("1/3").add(&number("1/6"), &Unsupervised).unwrap()),
        "1/2"
    );
    assert_eq!(
        text(&number("1/2").add(&number("0.25"), &Unsupervised).unwrap()),
        "0.75"
    );
    assert_eq!(
        text(
            &number("2/3")
                .multiply(&number("3/2"), &Unsupervised)
                .unwrap()
        ),
        "1"
    );
    assert_eq!(
        text(&number("6").divide(&number("-4"), &Unsupervised).unwrap()),
        "-3/2"
    );
    assert_eq!(
        text(&number("0").multiply(&number("1.5"), &Unsupervised).unwrap()),
        "0.0"
    );
    assert_eq!(
        text(
            &number("1+2i")
                .multiply(&number("1-2i"), &Unsupervised)
                .unwrap()
        ),
        "5"
    );
    assert_eq!(
        text(
            &number("1+2i")
                .divide(&number("3+4i"), &Unsupervised)
                .unwrap()
        ),
        "11/25+2/25i"
    );
    assert_eq!(
        number("1").divide(&number("0"), &Unsupervised).unwrap_err(),
        Problem::DivisionByZero
    );
    assert_eq!(
        text(&number("1").divide(&number("0.0"), &Unsupervised).unwrap()),
        "+inf.0"
    );
}

#[test]
fn comparison_does_not_round() {
    let large = number("9007199254740993");
    assert_eq!(
        large.compare(&number("9007199254740992.0"), &Unsupervised),
        Ok(Some(Ordering::Greater))
    );
    assert_eq!(
        number("1/3").compare(&number(".3333333333333333"), &Unsupervised),
        Ok(Some(Ordering::Greater))
    );
    assert_eq!(
        number("1").compare(&number("+nan.0"), &Unsupervised),
        Ok(None)
    );
    assert_eq!(
        number("1").compare(&number("-inf.0"), &Unsupervised),
        Ok(Some(Ordering::Greater))
    );
    assert_eq!(
        number("1").compare(&number("+i"), &Unsupervised),
        Err(expected(2, "real number"))
    );
    assert!(number("1").is_equal(&number("1.0")) && !number("1").is_eqv(&number("1.0")));
    assert!(number("0.0").is_equal(&number("-0.0")) && !number("0.0").is_eqv(&number("-0.0")));
    assert!(number("+nan.0").is_eqv(&number("+nan.0")));
}

#[test]
fn integer_division_is_that_of_the_report() {
    let cases = [
        ("5", "2", ["2", "1", "2", "1"]),
        ("-5", "2", ["-2", "-1", "-3", "1"]),
        ("5", "-2", ["-2", "1", "-3", "-1"]),
        ("-5", "-2", ["2", "-1", "2", "-1"]),
        ("-5", "2.0", ["-2.0", "-1.0", "-3.0", "1.0"]),
    ];
    let divisions = [
        Division::TruncateQuotient,
        Division::TruncateRemainder,
        Division::FloorQuotient,
        Division::FloorRemainder,
    ];
    for (a, b, results) in cases {
        for (division, result) in divisions.into_iter().zip(results) {
            let found = number(a)
                .integer_divide(&number(b), division, &Unsupervised)
                .unwrap();
            assert_eq!(text(&found), result, "{division:?} of {a} and {b}");
        }
    }
    let halves = number("1/2").integer_divide(&number("2"), Division::FloorQuotient, &Unsupervised);
    assert_eq!(halves.unwrap_err(), expected(1, "integer"));
}

#[test]
fn rounding_ties_go_to_even() {
    let cases = [
        ("7/2", ["3", "4", "3", "4"]),
        ("-7/2", ["-4", "-3", "-3", "-4"]),
        ("5/2", ["2", "3", "2", "2"]),
        ("-4.3", ["-5.0", "-4.0", "-4.0", "-4.0"]),
        ("3.5", ["3.0", "4.0", "3.0", "4.0"]),
    ];
    let roundings = [
        Rounding::Floor,
        Rounding::Ceiling,
        Rounding::Truncate,
        Rounding::Round,
    ];
    for (value, results) in cases {
        for (rounding, result) in roundings.into_iter().zip(results) {
            assert_eq!(
                text(&number(value).round(rounding, &Unsupervised).unwrap()),
                result,
                "{rounding:?} {value}"
            );
        }
    }
}

#[test]
fn roots_and_powers_are_exact_where_they_can_be() {
    let root = |value: &str| text(&root::square_root(&number(value), &Unsupervised).unwrap());
    assert_eq!(root("16"), "4");
    assert_eq!(root("1/4"), "1/2");
    assert_eq!(root("2"), "1.4142135623730951");
    assert_eq!(root("16.0"), "4.0");
    assert_eq!(root("-4"), "+2i");
    assert_eq!(root("-0.0"), "-0.0");
    let power = |base: &str, exponent: &str| {
        power::power(&number(base), &number(exponent), &Unsupervised).map(|power| text(&power))
    };
    assert_eq!(
        power("2", "100").unwrap(),
        "1267650600228229401496703205376"
    );
    assert_eq!(power("2", "-2").unwrap(), "1/4");
    assert_eq!(power("-2/3", "3").unwrap(), "-8/27");
    assert_eq!(power("2.0", "3").unwrap(), "8.0");
    assert_eq!(power("4", "1/2").unwrap(), "2");
    assert_eq!(power("4", "0.5").unwrap(), "2.0");
    assert_eq!(power("0", "0").unwrap(), "1");
    assert_eq!(power("0", "0.0").unwrap(), "1.0");
    assert_eq!(power("+i", "2").unwrap(), "-1");
    assert_eq!(power("-1", "100000000000000000000001").unwrap(), "-1");
    assert_eq!(power("0", "-1").unwrap_err(), Problem::DivisionByZero);
    let (root, rest) = root::integer_square_root(&number("17"), &Unsupervised).unwrap();
    assert_eq!(
        (root.to_string(), rest.to_string()),
        ("4".into(), "1".into())
    );
    assert!(root::integer_square_root(&number("-1"), &Unsupervised).is_err());
}

#[test]
fn transcendental_functions_of_exact_zero_and_one_are_exact() {
    let apply = |function, value: &str| {
        text(&transcendental::apply(function, &number(value), &Unsupervised).unwrap())
    };
    assert_eq!(apply(Function::Exp, "0"), "1");
    assert_eq!(apply(Function::Sin, "0"), "0");
    assert_eq!(apply(Function::Cos, "0"), "1");
    assert_eq!(apply(Function::Acos, "1"), "0");
    assert_eq!(apply(Function::Exp, "0.0"), "1.0");
    assert_eq!(apply(Function::Asin, "+nan.0"), "+nan.0");
    assert_eq!(
        text(&transcendental::logarithm(&number("1"), &Unsupervised).unwrap()),
        "0"
    );
    assert!(
        text(&transcendental::logarithm(&number("-1"), &Unsupervised).unwrap())
            .ends_with("3.141592653589793i")
    );
    let huge = power::power(&number("10"), &number("400"), &Unsupervised).unwrap();
    let logarithm = transcendental::logarithm(&huge, &Unsupervised)
        .unwrap()
        .real(1)
        .unwrap()
        .to_f64();
    assert!((logarithm - 400.0 * std::f64::consts::LN_10).abs() < 1e-9);
    assert_eq!(
        text(
            &transcendental::angle(&real("0"), &real("1"), &Unsupervised)
                .unwrap()
                .into()
        ),
        "0"
    );
    assert_eq!(
        text(
            &transcendental::magnitude(&number("3+4i"), &Unsupervised)
                .unwrap()
                .into()
        ),
        "5"
    );
}

/// Of a text in which `H` stands for ten to the 400th, and `D` for twice as much.
fn huge(text: &str) -> Number {
    let zeros = "0".repeat(400);
    number(
        &text
            .replace('H', &format!("1{zeros}"))
            .replace('D', &format!("2{zeros}")),
    )
}

fn assert_parts(found: &Number, real: f64, imaginary: f64) {
    let (a, b) = found.parts();
    for (part, wanted) in [(a.to_f64(), real), (b.to_f64(), imaginary)] {
        let is_near = (part - wanted).abs() <= 1e-14 * wanted.abs();
        assert!(is_near, "{found:?}, not {real} and {imaginary}");
        assert_eq!(
            part.is_sign_negative(),
            wanted.is_sign_negative(),
            "{found:?}"
        );
    }
}

/// Their doubles are infinities or zeros.
#[test]
fn exact_numbers_out_of_the_range_of_doubles_have_angles() {
    let angle = |y: &str, x: &str| {
        let (y, x) = (huge(y), huge(x));
        let (y, x) = (y.real(1).expect("real"), x.real(1).expect("real"));
        Number::from(transcendental::angle(y, x, &Unsupervised).unwrap())
    };
    let half = 0.5_f64.atan();
    for (y, x, wanted) in [
        ("H", "D", half),
        ("-H", "D", -half),
        ("H", "-D", PI - half),
        ("-H", "-D", half - PI),
        ("1/D", "1/H", half),
        ("-1/D", "-1/H", half - PI),
        ("1", "H", 0.0),
        ("-1", "-H", -PI),
        ("H", "1", PI / 2.0),
        ("-1/H", "-1", -PI),
        ("H", "+inf.0", 0.0),
        ("H", "0.0", PI / 2.0),
        ("1/H", "0.0", PI / 2.0),
        ("1/H", "-0.0", PI / 2.0),
        ("0", "-0.0", PI),
        ("+inf.0", "H", PI / 2.0),
        ("-0.0", "-H", -PI),
    ] {
        assert_parts(&angle(y, x), wanted, 0.0);
    }
}

#[test]
fn exact_numbers_out_of_the_range_of_doubles_have_logarithms_and_roots() {
    let logarithm = |text: &str| transcendental::logarithm(&huge(text), &Unsupervised).unwrap();
    let far = 400.0 * std::f64::consts::LN_10;
    assert_parts(&logarithm("H+Di"), far + 5_f64.ln() / 2.0, 2_f64.atan());
    assert_parts(
        &logarithm("1/D-1/Hi"),
        1.25_f64.ln() / 2.0 - far,
        -2_f64.atan(),
    );
    assert_parts(&logarithm("-H+1.0i"), far, PI);
    assert_parts(&logarithm("H-0.0i"), far, -0.0);
    let root = |text: &str| root::square_root(&huge(text), &Unsupervised).unwrap();
    // The root of 1+i.
    let (real, imaginary) = (1.098_684_113_467_809_9, 0.455_089_860_562_227_3);
    assert_parts(&root("H+Hi"), real * 1e200, imaginary * 1e200);
    assert_parts(&root("1/H-1/Hi"), real * 1e-200, -imaginary * 1e-200);
    assert_parts(&root("-H-0.0i"), 0.0, -1e200);
    assert_parts(&root("H-0.0i"), 1e200, -0.0);
}

#[test]
fn inverse_functions_reach_beyond_doubles() {
    let apply =
        |function, text: &str| transcendental::apply(function, &huge(text), &Unsupervised).unwrap();
    let (far, half) = (400.0 * std::f64::consts::LN_10 + 2_f64.ln(), 0.5_f64.atan());
    assert_parts(&apply(Function::Asin, "H"), PI / 2.0, -far);
    assert_parts(&apply(Function::Asin, "-H"), -PI / 2.0, far);
    assert_parts(&apply(Function::Acos, "H"), 0.0, far);
    assert_parts(&apply(Function::Acos, "-H"), PI, -far);
    let further = far + 5_f64.ln() / 2.0;
    assert_parts(&apply(Function::Asin, "H+Di"), half, further);
    assert_parts(&apply(Function::Acos, "H-Di"), PI / 2.0 - half, further);
    for (text, sine, cosine) in [
        ("+inf.0", (PI / 2.0, true), (0.0, false)),
        ("-inf.0", (-PI / 2.0, false), (PI, true)),
        ("1.0+inf.0i", (0.0, false), (PI / 2.0, true)),
        ("+inf.0-inf.0i", (PI / 4.0, true), (PI / 4.0, false)),
    ] {
        for (function, (real, is_below)) in [(Function::Asin, sine), (Function::Acos, cosine)] {
            let (a, b) = apply(function, text).parts();
            assert!(
                (a.to_f64() - real).abs() < 1e-15,
                "{function:?} {text}: {a:?}"
            );
            let wanted = if is_below {
                f64::NEG_INFINITY
            } else {
                f64::INFINITY
            };
            assert_eq!(
                b.to_f64().to_bits(),
                wanted.to_bits(),
                "{function:?} {text}"
            );
        }
    }
}

#[test]
fn complex_functions_agree_with_known_values() {
    let close = |function, value: &str, real: f64, imaginary: f64| {
        let (a, b) = transcendental::apply(function, &number(value), &Unsupervised)
            .unwrap()
            .parts();
        let distance = (a.to_f64() - real).hypot(b.to_f64() - imaginary);
        assert!(distance < 1e-12, "{function:?} {value}: {a:?} {b:?}");
    };
    close(Function::Exp, "0+3.141592653589793i", -1.0, 0.0);
    close(
        Function::Sin,
        "1+i",
        1.298_457_581_415_977,
        0.634_963_914_784_736,
    );
    close(
        Function::Asin,
        "1+i",
        0.666_239_432_492_515,
        1.061_275_061_905_036,
    );
    close(
        Function::Atan,
        "1+i",
        1.017_221_967_897_851,
        0.402_359_478_108_525,
    );
    let root = root::square_root(&number("3+4i"), &Unsupervised)
        .unwrap()
        .parts();
    assert!((root.0.to_f64() - 2.0).abs() < 1e-15 && (root.1.to_f64() - 1.0).abs() < 1e-15);
}

#[test]
fn rationalize_finds_the_simplest() {
    let simplest = |value: &str, tolerance: &str| {
        text(&Number::from(
            real(value)
                .rationalize(&real(tolerance), &Unsupervised)
                .unwrap(),
        ))
    };
    assert_eq!(simplest("3/10", "1/10"), "1/3");
    assert_eq!(simplest(".3", "1/10"), "0.3333333333333333");
    assert_eq!(simplest("-3/10", "1/10"), "-1/3");
    assert_eq!(simplest("1/10", "1/5"), "0");
    assert_eq!(simplest("7", "0"), "7");
    assert_eq!(simplest("+inf.0", "1"), "+inf.0");
}

#[test]
fn divisors_and_extremes() {
    let divisor = |a: &str, b: &str| {
        text(
            &real(a)
                .common_divisor(&real(b), &Unsupervised)
                .unwrap()
                .into(),
        )
    };
    let multiple = |a: &str, b: &str| {
        text(
            &real(a)
                .common_multiple(&real(b), &Unsupervised)
                .unwrap()
                .into(),
        )
    };
    assert_eq!(divisor("32", "-36"), "4");
    assert_eq!(multiple("32", "-36"), "288");
    assert_eq!(multiple("32.0", "-36"), "288.0");
    assert_eq!(divisor("0", "0"), "0");
    assert_eq!(divisor("0", "5"), "5");
    assert_eq!(multiple("0", "5"), "0");
    let greatest =
        |a: &str, b: &str| text(&real(a).maximum(&real(b), &Unsupervised).unwrap().into());
    let least = |a: &str, b: &str| text(&real(a).minimum(&real(b), &Unsupervised).unwrap().into());
    assert_eq!(least("3.0", "4"), "3.0");
    assert_eq!(greatest("3", "4"), "4");
    assert_eq!(greatest("3.9", "4"), "4.0");
    assert_eq!(greatest("4", "+nan.0"), "+nan.0");
}

#[test]
fn digits_come_in_every_radix() {
    assert_eq!(
        write_number(&number("-255"), 16, &Unsupervised).unwrap(),
        "-ff"
    );
    assert_eq!(
        write_number(&number("3/4"), 2, &Unsupervised).unwrap(),
        "11/100"
    );
    assert_eq!(write_number(&number("35"), 36, &Unsupervised).unwrap(), "z");
    assert_eq!(
        write_number(&number("0.5"), 2, &Unsupervised).unwrap(),
        "0.1"
    );
    assert_eq!(
        write_number(&number("1.5+2.5i"), 2, &Unsupervised).unwrap(),
        "1.1+10.1i"
    );
    for written in [
        "+i",
        "-i",
        "1-i",
        "1/2+3/4i",
        "1.5-2.0i",
        "0.0+nan.0i",
        "+inf.0-inf.0i",
    ] {
        assert_eq!(text(&number(written)), written);
    }
}

fn integer(value: i128) -> Number {
    Number::from(dashu_int::IBig::from(value))
}

/// Integers that are doubles, often of 52 bits or more.
fn double_integer() -> impl Strategy<Value = f64> {
    let bits = prop_oneof![Just(2_u32), 30..54_u32];
    (any::<i64>(), bits, prop_oneof![Just(0), Just(1), 0..80_i32])
        .prop_map(|(value, bits, exponent)| (value >> (63 - bits)) as f64 * 2_f64.powi(exponent))
}

/// The results of dividing these are the doubles next to the exact results.
fn assert_divides_as_exact(a: f64, b: f64) {
    let exact = |value| Real::Exact(Exact::from_f64(value).expect("an integer"));
    for division in [
        Division::TruncateQuotient,
        Division::TruncateRemainder,
        Division::FloorQuotient,
        Division::FloorRemainder,
    ] {
        let wanted = exact(a)
            .integer_divide(&exact(b), division, &Unsupervised)
            .unwrap();
        for (x, y) in [
            (Real::Flonum(a), Real::Flonum(b)),
            (exact(a), Real::Flonum(b)),
            (Real::Flonum(a), exact(b)),
        ] {
            let found = x.integer_divide(&y, division, &Unsupervised).unwrap();
            assert!(!found.is_exact());
            let order = found.compare(&Real::Flonum(wanted.to_f64()), &Unsupervised);
            assert_eq!(order, Ok(Some(Ordering::Equal)), "{division:?} {a} {b}");
        }
    }
}

#[test]
fn quotients_of_large_flonums_are_integers() {
    // Three times the divisor is no double.
    assert_divides_as_exact(18_915_118_434_956_096.0, 6_305_039_478_318_698.0);
    assert_divides_as_exact(-18_915_118_434_956_096.0, 6_305_039_478_318_698.0);
    // The sum of both is no double.
    assert_divides_as_exact(-9_007_199_254_740_991.0, 3_602_879_701_896_397.0);
    let large = number("1152921504606846977").real(1).unwrap().clone();
    let rest = large.integer_divide(&Real::Flonum(3.0), Division::FloorRemainder, &Unsupervised);
    assert_eq!(text(&rest.unwrap().into()), "2.0");
}

proptest! {
    #[test]
    fn doubles_are_exact_and_come_back(bits in any::<u64>()) {
        let value = f64::from_bits(bits);
        match Exact::from_f64(value) {
            Some(exact) => prop_assert_eq!(exact.to_f64().to_bits(), (value + 0.0).to_bits()),
            None => prop_assert!(!value.is_finite()),
        }
    }

    #[test]
    fn integers_that_are_doubles_divide_as_exact_ones(
        a in double_integer(),
        b in double_integer(),
        quotient in 1..9_u32,
    ) {
        prop_assume!(a != 0.0 && b != 0.0);
        assert_divides_as_exact(a, b);
        assert_divides_as_exact(f64::from(quotient) * b + 2.0, b);
    }

    #[test]
    fn integers_add_multiply_and_compare_as_machine_integers(a: i64, b: i64) {
        let (a, b) = (i128::from(a), i128::from(b));
        prop_assert!(integer(a).add(&integer(b), &Unsupervised).unwrap().is_eqv(&integer(a + b)));
        prop_assert!(integer(a).multiply(&integer(b), &Unsupervised).unwrap().is_eqv(&integer(a * b)));
        prop_assert_eq!(integer(a).compare(&integer(b), &Unsupervised), Ok(Some(a.cmp(&b))));
    }

    #[test]
    fn shifts_round_down(value: i64, amount in 0_i64..63) {
        let big = dashu_int::IBig::from(value);
        prop_assert_eq!(shift(&big, -amount), dashu_int::IBig::from(value >> amount));
        prop_assert_eq!(shift(&big, amount), dashu_int::IBig::from(i128::from(value) << amount));
    }

    #[test]
    fn fractions_to_double_are_nearest(a in 1_i64..1 << 53, b in 1_i64..1 << 53) {
        let ratio = integer(i128::from(a)).divide(&integer(i128::from(b)), &Unsupervised).unwrap();
        // Both operands are doubles exactly, so that the division rounds once.
        let nearest = ratio.real(1).unwrap().to_f64();
        prop_assert_eq!(nearest.to_bits(), (a as f64 / b as f64).to_bits());
    }

    #[test]
    fn division_gives_back_the_dividend(a: i64, b in any::<i64>().prop_filter("divisor", |b| *b != 0)) {
        let (a, b) = (integer(i128::from(a)), integer(i128::from(b)));
        for (quotient, remainder) in [
            (Division::TruncateQuotient, Division::TruncateRemainder),
            (Division::FloorQuotient, Division::FloorRemainder),
        ] {
            let quotient = a.integer_divide(&b, quotient, &Unsupervised).unwrap();
            let remainder = a.integer_divide(&b, remainder, &Unsupervised).unwrap();
            let product = quotient.multiply(&b, &Unsupervised).unwrap();
            prop_assert!(product.add(&remainder, &Unsupervised).unwrap().is_eqv(&a));
        }
    }
}
