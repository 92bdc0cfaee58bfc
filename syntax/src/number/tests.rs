//! Tests of number syntax and printing.

use dashu_int::{IBig, UBig};
use proptest::prelude::*;

use super::{Integer, Number, NumberError, parse::parse, parse::parse_number};

/// What a text reads as, written again.
fn reads_as(text: &str) -> String {
    parse_number(text, 10).map_or_else(|| "none".to_owned(), |number| number.to_string())
}

#[test]
fn exact_integers_of_any_size() {
    assert_eq!(reads_as("0"), "0");
    assert_eq!(reads_as("-17"), "-17");
    assert_eq!(reads_as("+17"), "17");
    assert_eq!(reads_as("-9223372036854775808"), "-9223372036854775808");
    assert_eq!(
        parse_number("-9223372036854775808", 10),
        Some(Number::from(i64::MIN))
    );
    assert_eq!(
        reads_as("123456789012345678901234567890"),
        "123456789012345678901234567890"
    );
    assert_eq!(reads_as("000000000000000000000000000001"), "1");
    assert_eq!(reads_as("1_000"), "none");
}

#[test]
fn radix_and_exactness_prefixes() {
    assert_eq!(reads_as("#xff"), "255");
    assert_eq!(reads_as("#XFF"), "255");
    assert_eq!(reads_as("#b-101"), "-5");
    assert_eq!(reads_as("#o17"), "15");
    assert_eq!(reads_as("#d10"), "10");
    assert_eq!(reads_as("#e1.5"), "3/2");
    assert_eq!(reads_as("#e1e3"), "1000");
    assert_eq!(reads_as("#e1.25e-2"), "1/80");
    assert_eq!(reads_as("#e-0.5"), "-1/2");
    assert_eq!(reads_as("#i1/2"), "0.5");
    assert_eq!(reads_as("#x#i1/2"), "0.5");
    assert_eq!(reads_as("#i#x10"), "16.0");
    assert_eq!(reads_as("#i-0"), "-0.0");
    assert_eq!(reads_as("#i1/0"), "+inf.0");
    assert_eq!(reads_as("#x#x1"), "none");
    assert_eq!(reads_as("#e#i1"), "none");
    assert_eq!(reads_as("#x"), "none");
    assert_eq!(reads_as("#"), "none");
    assert_eq!(parse_number("ff", 16), Some(Number::from(255)));
    assert_eq!(parse_number("#d10", 16), Some(Number::from(10)));
    assert_eq!(parse_number("1e2", 16), Some(Number::from(0x1e2)));
    assert_eq!(parse_number("zz", 36), Some(Number::from(35 * 36 + 35)));
    assert_eq!(parse_number("1", 37), None);
}

#[test]
fn fractions_are_in_lowest_terms() {
    assert_eq!(reads_as("1/2"), "1/2");
    assert_eq!(reads_as("-6/4"), "-3/2");
    assert_eq!(reads_as("4/2"), "2");
    assert_eq!(reads_as("0/5"), "0");
    assert_eq!(parse("1/0", 10), Err(NumberError::DivisionByZero));
    assert_eq!(reads_as("1/-2"), "none");
    assert_eq!(reads_as("1/"), "none");
    assert_eq!(reads_as("/2"), "none");
    assert_eq!(reads_as("1.5/2"), "none");
}

#[test]
fn decimals_are_the_nearest_double() {
    assert_eq!(reads_as("1."), "1.0");
    assert_eq!(reads_as(".5"), "0.5");
    assert_eq!(reads_as("-.5e1"), "-5.0");
    assert_eq!(reads_as("1e3"), "1000.0");
    assert_eq!(reads_as("1E3"), "1000.0");
    assert_eq!(reads_as("1e+3"), "1000.0");
    assert_eq!(reads_as("-0.0"), "-0.0");
    assert_eq!(reads_as("1e400"), "+inf.0");
    assert_eq!(reads_as("1e-400"), "0.0");
    assert_eq!(
        reads_as("2.2250738585072014e-308"),
        "2.2250738585072014e-308"
    );
    assert_eq!(reads_as("1e99999999999999999999"), "+inf.0");
    for none in [
        ".", "+", "-", "e5", ".e5", "1e", "1e+", "1.2.3", "--1", "1 ", "", "+.", "...",
    ] {
        assert_eq!(reads_as(none), "none", "{none}");
    }
}

#[test]
fn long_decimals_are_the_nearest_double() {
    let (zeros, nines) = ("0".repeat(5000), "9".repeat(5000));
    // Exactly between one and the next double, and a little more.
    let tie = "1.00000000000000011102230246251565404236316680908203125";
    for text in [
        format!("{nines}."),
        format!("0.{nines}"),
        format!("0.{zeros}25"),
        format!("{zeros}25.5"),
        format!("25{zeros}.5e-5000"),
        format!("-0.{zeros}25e5001"),
        format!("1e-{zeros}7"),
        format!("1e+{zeros}7"),
        format!("1e{nines}"),
        format!("1e-{nines}"),
        format!("0e{nines}"),
        format!("-0.{zeros}"),
        format!("{tie}{zeros}"),
        format!("{tie}{zeros}1"),
        format!("{}{zeros}1e-5000", &tie.replace('.', "")),
        format!("4.9{nines}e-324"),
        format!("1.7976931348623158{nines}e308"),
    ] {
        let expected: f64 = text.parse().unwrap();
        let found = parse_number(&text, 10);
        assert_eq!(found, Some(Number::Flonum(expected)), "{}", &text[..9]);
    }
    assert_eq!(parse_number(&format!("1e{zeros}x"), 10), None);
}

#[test]
fn exponents_may_ask_for_a_precision() {
    for text in ["1s2", "1F2", "1d2", "1L2", "1.0e2", "#d1f+2"] {
        assert_eq!(reads_as(text), "100.0", "{text}");
    }
    assert_eq!(reads_as("#e1d2"), "100");
    assert_eq!(reads_as("1.5-1l-1i"), "1.5-0.1i");
    for none in ["1s", "f2", "1d+", "1x2", "1s2s2"] {
        assert_eq!(reads_as(none), "none", "{none}");
    }
}

#[test]
fn other_radices_have_points_too() {
    assert_eq!(reads_as("#b1.1"), "1.5");
    assert_eq!(reads_as("#x-f.8"), "-15.5");
    assert_eq!(reads_as("#e#o.4"), "1/2");
    assert_eq!(reads_as("#b-.0"), "-0.0");
    assert_eq!(reads_as("#b."), "none");
    assert_eq!(reads_as("#b1.2"), "none");
    assert_eq!(reads_as("#x1.8+1.8i"), "1.5+1.5i");
}

#[test]
fn infinities_and_nans() {
    assert_eq!(reads_as("+inf.0"), "+inf.0");
    assert_eq!(reads_as("-INF.0"), "-inf.0");
    assert_eq!(reads_as("-nan.0"), "+nan.0");
    assert_eq!(reads_as("inf.0"), "none");
    assert_eq!(parse("#e+inf.0", 10), Err(NumberError::NotExact));
}

#[test]
fn complex_numbers() {
    assert_eq!(reads_as("1+2i"), "1+2i");
    assert_eq!(reads_as("+i"), "+i");
    assert_eq!(reads_as("-i"), "-i");
    assert_eq!(reads_as("1-i"), "1-i");
    assert_eq!(reads_as("-2.5i"), "-2.5i");
    assert_eq!(reads_as("1/2-3/4i"), "1/2-3/4i");
    assert_eq!(reads_as("1+0i"), "1");
    assert_eq!(reads_as("1.5+2i"), "1.5+2i");
    assert_eq!(reads_as("+inf.0-nan.0i"), "+inf.0+nan.0i");
    assert_eq!(reads_as("+inf.0i"), "+inf.0i");
    assert_eq!(reads_as("1@0"), "1");
    assert_eq!(reads_as("1@2"), "-0.4161468365471424+0.9092974268256817i");
    assert_eq!(reads_as("#i1+2i"), "1.0+2.0i");
    assert_eq!(reads_as("#i-i"), "0.0-1.0i");
    assert_eq!(reads_as("#e1.5+2i"), "3/2+2i");
    for none in [
        "1+2", "1+2i3", "i", "1i", "1+i2", "1@", "@1", "1@2i", "1+2ii", "1+-2i", "++i",
    ] {
        assert_eq!(reads_as(none), "none", "{none}");
    }
}

#[test]
fn short_texts_cannot_fill_the_memory() {
    assert_eq!(
        parse("#e1e1000000000", 10),
        Err(NumberError::ExponentTooLarge)
    );
    assert_eq!(
        parse("#e1e-1000000000", 10),
        Err(NumberError::ExponentTooLarge)
    );
    assert_eq!(
        parse("#e1e99999999999999999999", 10),
        Err(NumberError::ExponentTooLarge)
    );
    assert_eq!(reads_as("#e0e-99999999999999999999"), "0");
}

#[test]
fn exact_numbers_have_a_hundred_thousand_digits_and_more() {
    assert_eq!(
        parse("#e1.25e100000", 10),
        Ok(Number::Integer(multiple_of_power(125, 99_998)))
    );
    let Ok(Number::Ratio(ratio)) = parse("#e3e-100000", 10) else {
        panic!("a fraction");
    };
    assert_eq!(ratio.numerator, Integer::Small(3));
    assert_eq!(ratio.denominator, multiple_of_power(1, 100_000));
    assert_eq!(reads_as("#e1.50e1"), "15");
    assert_eq!(reads_as("#e12.50e-1"), "5/4");
    assert_eq!(parse("#e1e100001", 10), Err(NumberError::ExponentTooLarge));
}

fn multiple_of_power(factor: u8, exponent: usize) -> Integer {
    Integer::from(IBig::from(
        UBig::from(factor) * UBig::from(10_u8).pow(exponent),
    ))
}

#[test]
fn flonums_print_shortest() {
    for (value, text) in [
        (1.0, "1.0"),
        (-0.1, "-0.1"),
        (123.456, "123.456"),
        (1_234_567_890.0, "1234567890.0"),
        (1e10, "1e10"),
        (123_456_789_012_345_680_000.0, "1.2345678901234568e20"),
        (1e20, "1e20"),
        (1e21, "1e21"),
        (1.5e100, "1.5e100"),
        (0.001, "0.001"),
        (0.00123, "0.00123"),
        (1e-4, "1e-4"),
        (1.5e-4, "1.5e-4"),
        (1e-7, "1e-7"),
        (1e-8, "1e-8"),
        (1.25e-10, "1.25e-10"),
        (5e-324, "5e-324"),
        (0.0, "0.0"),
    ] {
        assert_eq!(Number::Flonum(value).to_string(), text);
    }
}

#[test]
fn large_fractions_round_to_even_once() {
    // Halfway between two doubles, and a little above.
    assert_eq!(reads_as("#i9007199254740993"), "9.007199254740992e15");
    assert_eq!(
        reads_as("#i90071992547409930000000001/10000000000"),
        "9.007199254740994e15"
    );
    assert_eq!(reads_as("#i1/3"), "0.3333333333333333");
    let huge = format!("#i1{}/1{}", "0".repeat(400), "0".repeat(399));
    assert_eq!(reads_as(&huge), "10.0");
    let tiny = format!("#i1/1{}", "0".repeat(400));
    assert_eq!(reads_as(&tiny), "0.0");
    let subnormal = format!("#i5/1{}", "0".repeat(324));
    assert_eq!(reads_as(&subnormal), "5e-324");
    let overflow = format!("#i1{}/3", "0".repeat(400));
    assert_eq!(reads_as(&overflow), "+inf.0");
}

#[test]
fn numbers_are_equal_as_eqv_says() {
    assert_ne!(Number::from(1), Number::from(1.0));
    assert_ne!(Number::from(0.0), Number::from(-0.0));
    assert_eq!(Number::from(f64::NAN), Number::from(f64::NAN));
}

proptest! {
    #[test]
    fn flonums_come_back(bits in any::<u64>()) {
        let value = Number::Flonum(f64::from_bits(bits));
        prop_assert_eq!(parse_number(&value.to_string(), 10), Some(value));
    }

    #[test]
    fn integers_come_back_in_every_radix(value in any::<i64>(), radix in 2_u32..=36) {
        let number = Integer::Small(value);
        prop_assert_eq!(parse_number(&number.to_text(radix), radix), Some(Number::Integer(number)));
    }

    #[test]
    fn exact_and_inexact_agree(bits in any::<u64>()) {
        let value = f64::from_bits(bits);
        prop_assume!(value.is_finite());
        // `{:e}` is exact to the shortest digits, so this reads a ratio and rounds it.
        let exact = parse_number(&format!("#e{value:e}"), 10).expect("a decimal");
        prop_assert_eq!(Number::Flonum(exact.to_f64() + 0.0), Number::Flonum(value + 0.0));
    }

    #[test]
    fn any_text_is_a_number_or_not(text in "[-+#0-9a-fixA-F./@]{0,24}", radix in 0_u32..40) {
        if let Some(number) = parse_number(&text, radix) {
            prop_assert_eq!(parse_number(&number.to_string(), 10), Some(number));
        }
    }
}
