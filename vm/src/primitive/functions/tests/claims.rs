//! Claims of the optimizer: those that hold pass, the others stop with their text.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::super as f;
use crate::testing::{answer, mutator};

/// Kind, number, flonums?, least and greatest integer, integers?, kinds: a claim as text.
fn claim(rest: &str, elements: [&str; 6]) -> String {
    let [kind, number, flonum, low, high, integers] = elements;
    format!("#({kind} \"proof of test\" {number} {flonum} {low} {high} {integers} 4) {rest}")
}

/// What a check says that stops; nothing if it passes.
fn stops(arguments: &str) -> String {
    let m = mutator();
    let check = AssertUnwindSafe(|| answer(&m, f::check_claim, arguments));
    match catch_unwind(check) {
        Ok(_) => String::new(),
        Err(panic) => *panic.downcast::<String>().expect("a formatted message"),
    }
}

#[track_caller]
fn hold(claims: &[String]) {
    for claim in claims {
        assert_eq!(stops(claim), "", "{claim}");
    }
}

#[track_caller]
fn stop(claims: &[String]) {
    for claim in claims {
        assert!(stops(claim).contains("proof of test"), "{claim}");
    }
}

#[test]
fn a_member_of_the_claimed_set_passes_and_nothing_else() {
    let small = ["0", "0", "#f", "-3", "9", "1"];
    hold(&["-3", "9", "(1)"].map(|value| claim(value, small)));
    stop(
        &[
            "-4",
            "10",
            "1e300",
            "1.5",
            "()",
            "1/2",
            "18446744073709551616",
        ]
        .map(|v| claim(v, small)),
    );
    let endless = [
        "0",
        "0",
        "#t",
        "#f",
        "340282366920938463463374607431768211455",
        "1",
    ];
    let huge = [
        "-1e300",
        "-36893488147419103232",
        "340282366920938463463374607431768211455",
    ];
    hold(&huge.map(|value| claim(value, endless)));
    stop(&["340282366920938463463374607431768211456".to_owned()].map(|v| claim(&v, endless)));
    stop(&["0"].map(|value| claim(value, ["0", "0", "#t", "#f", "#f", "0"])));
}

#[test]
fn a_raw_word_is_given_in_halves() {
    let all_ones = "4294967295 4294967295";
    hold(&[claim(all_ones, ["1", "0", "#f", "-1", "0", "1"])]);
    stop(&[claim(
        all_ones,
        ["1", "0", "#f", "0", "9223372036854775807", "1"],
    )]);
    hold(&[claim(
        all_ones,
        ["2", "0", "#f", "0", "18446744073709551615", "1"],
    )]);
    stop(&[claim(
        all_ones,
        ["2", "0", "#f", "0", "18446744073709551614", "1"],
    )]);
    stop(&[claim(all_ones, ["2", "0", "#f", "#f", "#f", "0"])]);
}

#[test]
fn a_raw_word_is_what_is_claimed_modulo_two_to_the_64th() {
    let of = |kind: &'static str, low: &str, high: &str| {
        let least = "0 2147483648";
        claim(least, [kind, "0", "#f", low, high, "1"])
    };
    let (minus, plus) = ("-9223372036854775808", "9223372036854775808");
    hold(&["1", "2"].map(|kind| of(kind, minus, minus)));
    hold(&["1", "2"].map(|kind| of(kind, plus, plus)));
    hold(&[of("2", "27670116110564327424", "27670116110564327425")]);
    hold(&[of("2", "#f", "0"), of("1", "0", "#f")]);
    stop(&["1", "2"].map(|kind| of(kind, "-9223372036854775807", "9223372036854775807")));
    stop(&[of("2", "27670116110564327425", "27670116110564327426")]);
}

#[test]
fn an_index_is_below_the_length() {
    let claims = |objects: &[&str]| -> Vec<String> {
        let of = |object: &&str| claim(object, ["3", "0", "#f", "0", "0", "0"]);
        objects.iter().map(of).collect()
    };
    hold(&claims(&["#(a b) 1", "\"ab\" 1", "#u8(1 2) 0"]));
    stop(&claims(&[
        "#(a b) 2", "\"ab\" 2", "#u8() 0", "#(a) -1", "#(a) 0.0", "(a) 0",
    ]));
}

#[test]
fn sums_differences_and_products_of_fixnums_fit_or_do_not() {
    let claims = |operands: &[(&str, &str)]| -> Vec<String> {
        let of = |&(number, operands): &(&str, &str)| {
            claim(operands, ["4", number, "#f", "0", "0", "0"])
        };
        operands.iter().map(of).collect()
    };
    let greatest = "1152921504606846975";
    let (least, more) = ("-1152921504606846976", "1152921504606846976");
    hold(&claims(&[
        ("0", &format!("{greatest} 0")),
        ("1", &format!("{least} 0")),
        ("2", &format!("{greatest} 1")),
        ("0", &format!("{more} 1")),
        ("0", "1.5 2"),
    ]));
    stop(&claims(&[
        ("0", &format!("{greatest} 1")),
        ("1", &format!("{least} 1")),
        ("2", &format!("{least} -1")),
    ]));
}

#[test]
fn what_is_stored_without_a_barrier_is_no_reference_or_goes_into_a_young_object() {
    let claims = |kind: &'static str, values: &[&str]| -> Vec<String> {
        let of = |value: &&str| claim(value, [kind, "0", "#f", "0", "0", "0"]);
        values.iter().map(of).collect()
    };
    hold(&claims("5", &["7", "1.5", "#\\a", "()"]));
    stop(&claims("5", &["(a)", "\"s\"", "1e300", "symbol"]));
    hold(&claims("6", &["(a)", "#(b)"]));
    stop(&claims("6", &["symbol"]));
    stop(&claims("7", &["#(a)"]));
}
