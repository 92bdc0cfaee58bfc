//! Large operations against those of `dashu-int`, and against each other.

use std::cell::Cell;

use dashu_int::UBig;
use dashu_int::ops::{BitTest, DivRem, Gcd};

use super::*;
use crate::supervisor::{Stop, Supervisor, Unsupervised};

/// Limbs without a pattern, from a seed (`SplitMix64`: Steele, Lea and Flood 2014).
fn random(limbs: usize, seed: u64) -> UBig {
    let mut state = seed;
    let words: Vec<u64> = (0..limbs)
        .map(|_| {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = state;
            mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^ mixed >> 31
        })
        .collect();
    UBig::from_words(&words)
}

/// Numbers that make carries: all bits are ones, or one is.
fn extreme(limbs: usize) -> [UBig; 2] {
    [
        UBig::ones(limbs * LIMB_BITS),
        UBig::ONE << (limbs * LIMB_BITS - 1),
    ]
}

fn pairs(a: usize, b: usize) -> Vec<(UBig, UBig)> {
    let [ones_a, power_a] = extreme(a);
    let [ones_b, power_b] = extreme(b);
    vec![
        (random(a, 1), random(b, 2)),
        (ones_a.clone(), ones_b.clone()),
        (ones_a, power_b),
        (power_a, ones_b),
    ]
}

#[test]
fn products_are_those_of_the_library() {
    let lengths = [
        (33_001, 33_001),
        (70_000, 20_000),
        (90_000, 7),
        (50_001, 26_000),
    ];
    for (a, b) in lengths {
        for (x, y) in pairs(a, b) {
            let product = multiply(&x, &y, &Unsupervised).expect("nobody stops it");
            assert!(product == &x * &y, "{a} by {b} limbs");
        }
        let x = random(a, 3);
        assert!(square(&x, &Unsupervised) == Ok(x.sqr()), "{a} limbs");
    }
}

/// By hand: also what is longer than one transform may be is cut, and this is how.
#[test]
fn halves_and_transforms_agree() {
    for (a, b) in [(40_000, 40_000), (50_001, 33_003), (33_000, 32_999)] {
        for (x, y) in pairs(a, b) {
            let (x, y) = (x.as_words(), y.as_words());
            let mut halves = vec![1; x.len() + y.len()];
            let mut transform = vec![2; x.len() + y.len()];
            multiply::multiply_halves(&mut halves, x, y, &Unsupervised).expect("nobody stops it");
            transform::multiply_into(&mut transform, x, y, &Unsupervised).expect("as above");
            assert!(halves == transform, "{a} by {b} limbs");
        }
    }
}

#[test]
fn transforms_of_a_few_limbs_are_products() {
    for (a, b) in [(1, 1), (2, 1), (3, 3), (17, 15), (100, 60)] {
        for (x, y) in pairs(a, b) {
            let mut product = vec![3; a + b];
            transform::multiply_into(&mut product, x.as_words(), y.as_words(), &Unsupervised)
                .expect("nobody stops it");
            assert_eq!(UBig::from_words(&product), &x * &y, "{a} by {b} limbs");
        }
    }
}

#[test]
fn quotients_are_those_of_the_library() {
    let lengths = [
        (40_000, 20_000),
        (40_000, 35_000),
        (40_000, 9_000),
        (40_000, 3),
        (33_000, 32_990),
        (50_000, 8_193),
        (17_000, 17_000),
        (100, 200),
    ];
    for (a, b) in lengths {
        for (index, (x, y)) in pairs(a, b).into_iter().enumerate() {
            let (quotient, rest) = divide(&x, &y, &Unsupervised).expect("nobody stops it");
            assert!(
                &quotient * &y + &rest == x && rest < y,
                "{a} by {b} limbs, {index}"
            );
        }
        let (x, y) = (random(a, 18), random(b, 19));
        let found = divide(&x, &y, &Unsupervised).expect("nobody stops it");
        assert!(found == x.div_rem(y), "{a} by {b} limbs");
    }
    let power = |bits: usize| UBig::ONE << bits;
    let found = divide(&power(64 * 30_000), &power(64 * 15_000), &Unsupervised);
    assert!(found == Ok((power(64 * 15_000), UBig::ZERO)));
    // Quotients whose digits are the largest ones.
    let divisor = random(20_000, 4);
    let product = &divisor * UBig::ones(20_000 * LIMB_BITS);
    let (quotient, rest) =
        divide(&(&product + &divisor - UBig::ONE), &divisor, &Unsupervised).expect("as above");
    assert!(quotient == UBig::ones(20_000 * LIMB_BITS) && rest == &divisor - UBig::ONE);
}

#[test]
fn roots_are_exact() {
    for limbs in [16_385, 20_000, 30_001] {
        for value in [
            random(limbs, 5),
            random(limbs, 6) >> 37,
            UBig::ones(limbs * LIMB_BITS),
        ] {
            let (root, rest) = square_root(&value, &Unsupervised).expect("nobody stops it");
            assert!(rest <= &root << 1, "{limbs}");
            assert!(&root * &root + rest == value, "{limbs}");
        }
        let exact = random(limbs / 2, 7);
        let square = exact.sqr();
        assert!(square_root(&square, &Unsupervised) == Ok((exact.clone(), UBig::ZERO)));
        let below = square_root(&(square - UBig::ONE), &Unsupervised).expect("as above");
        assert!(below.0 == exact - UBig::ONE);
    }
    for degree in [3, 7, 1000] {
        let value = random(3_000, 8);
        let found = root(&value, degree, &Unsupervised).expect("nobody stops it");
        assert!(
            found.pow(degree) <= value && (found + UBig::ONE).pow(degree) > value,
            "{degree}"
        );
    }
    assert_eq!(
        root(&random(2_000, 9), 1 << 30, &Unsupervised),
        Ok(UBig::ONE)
    );
}

#[test]
fn powers_are_those_of_the_library() {
    for (base, exponent) in [
        (3_u32, 200_000),
        (10, 100_003),
        (1 << 20, 70_001),
        (0xffff_fffb, 40_000),
    ] {
        let base = UBig::from(base);
        assert!(
            power(&base, exponent, &Unsupervised) == Ok(base.pow(exponent)),
            "{base}^{exponent}"
        );
    }
    let base = random(1_500, 10);
    for exponent in 0..4 {
        assert!(
            power(&base, exponent, &Unsupervised) == Ok(base.pow(exponent)),
            "{exponent}"
        );
    }
}

#[test]
fn common_divisors_are_those_of_the_library() {
    let factor = random(1_000, 11);
    for (a, b) in [(2_500, 2_400), (4_000, 2_100), (3_000, 1), (2_100, 2_100)] {
        let (x, y) = (random(a, 12), random(b, 13));
        assert!(
            common_divisor(&x, &y, &Unsupervised) == Ok((&x).gcd(&y)),
            "{a}, {b}"
        );
        let (x, y) = (x * &factor, y * &factor);
        assert!(
            common_divisor(&x, &y, &Unsupervised) == Ok((&x).gcd(&y)),
            "{a}, {b}"
        );
    }
    let (large, zero) = (random(3_000, 14), UBig::ZERO);
    assert!(common_divisor(&zero, &large, &Unsupervised) == Ok(large.clone()));
    assert!(common_divisor(&large, &large, &Unsupervised) == Ok(large.clone()));
    // Neighbours of Fibonacci numbers: all quotients are one.
    let (mut a, mut b) = (UBig::ONE, UBig::ONE);
    while b.bit_len() < 2_100 * LIMB_BITS {
        (a, b) = (b.clone(), a + b);
    }
    assert!(common_divisor(&a, &b, &Unsupervised) == Ok(UBig::ONE));
}

#[test]
fn digits_lead_back() {
    for (limbs, radix) in [
        (2_000, 10),
        (9_000, 10),
        (9_000, 16),
        (9_000, 2),
        (8_500, 32),
        (5_000, 36),
        (7_777, 3),
    ] {
        let value = random(limbs, 15);
        let text = to_digits(&value, radix, &Unsupervised).expect("nobody stops it");
        assert!(
            text == value.in_radix(radix).to_string(),
            "{limbs} limbs in radix {radix}"
        );
        assert!(
            from_digits(&text, radix, &Unsupervised) == Ok(Some(value)),
            "{limbs}, {radix}"
        );
    }
    // Digits that are zeros where numbers are split.
    for zeros in [1 << 14, (1 << 15) - 1, 1 << 15, 100_000] {
        let value = UBig::from(10_u8).pow(zeros);
        let text = to_digits(&value, 10, &Unsupervised).expect("nobody stops it");
        assert!(text == format!("1{}", "0".repeat(zeros)), "{zeros}");
        assert!(
            from_digits(&text, 10, &Unsupervised) == Ok(Some(value)),
            "{zeros}"
        );
    }
    let leading = format!("{}12", "0".repeat(50_000));
    assert_eq!(
        from_digits(&leading, 10, &Unsupervised),
        Ok(Some(UBig::from(12_u8)))
    );
    assert_eq!(
        from_digits(&format!("{leading}a"), 10, &Unsupervised),
        Ok(None)
    );
    assert_eq!(from_digits("", 10, &Unsupervised), Ok(None));
}

type Operation<'a> = Box<dyn Fn(&dyn Supervisor) -> Result<(), Stop> + 'a>;

/// Stops at a question, or grants no more than so many bytes.
#[derive(Debug)]
struct Strict {
    checks: Cell<usize>,
    bytes_max: usize,
}

impl Supervisor for Strict {
    fn check(&self) -> Result<(), Stop> {
        let left = self.checks.get().checked_sub(1).ok_or(Stop::Interrupted)?;
        self.checks.set(left);
        Ok(())
    }

    fn reserve(&self, bytes: usize) -> Result<(), Stop> {
        if bytes > self.bytes_max {
            return Err(Stop::Full { bytes });
        }
        Ok(())
    }
}

#[test]
fn all_operations_ask_for_memory_and_can_be_stopped() {
    let (x, y) = (random(40_000, 16), random(20_000, 17));
    let text = to_digits(&y, 10, &Unsupervised).expect("nobody stops it");
    let operations: [Operation<'_>; 8] = [
        Box::new(|s| multiply(&x, &y, s).map(drop)),
        Box::new(|s| divide(&x, &y, s).map(drop)),
        Box::new(|s| square_root(&x, s).map(drop)),
        Box::new(|s| root(&y, 3, s).map(drop)),
        Box::new(|s| power(&UBig::from(7_u8), 500_000, s).map(drop)),
        Box::new(|s| common_divisor(&x, &y, s).map(drop)),
        Box::new(|s| to_digits(&y, 10, s).map(drop)),
        Box::new(|s| from_digits(&text, 10, s).map(drop)),
    ];
    for (index, operation) in operations.iter().enumerate() {
        let supervisor = |checks, bytes_max| Strict {
            checks: Cell::new(checks),
            bytes_max,
        };
        for checks in 0..3 {
            let found = operation(&supervisor(checks, usize::MAX));
            assert_eq!(
                found,
                Err(Stop::Interrupted),
                "operation {index} after {checks}"
            );
        }
        let found = operation(&supervisor(usize::MAX, 1 << 16));
        assert!(
            matches!(found, Err(Stop::Full { .. })),
            "operation {index}: {found:?}"
        );
    }
}
