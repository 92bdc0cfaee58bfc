//! Complex numbers of two doubles: their arithmetic and elementary functions.
//!
//! After Kahan, Branch Cuts for Complex Elementary Functions, or Much Ado About Nothing's Sign Bit
//! (1987): on a cut, the sign of a zero says from which side the argument comes.

use std::f64::consts::{FRAC_PI_2, LN_2, PI};

/// A complex number of two doubles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pair {
    pub(super) real: f64,
    pub(super) imaginary: f64,
}

/// The number of these parts.
#[inline(always)]
pub(super) const fn pair(real: f64, imaginary: f64) -> Pair {
    Pair { real, imaginary }
}

/// Beyond this, the exponential of a real part is split, so that it overflows no earlier than the result.
const SPLIT_EXPONENT: f64 = 700.0;
/// Beyond this, hyperbolic sine and cosine differ by less than half a unit of the last place.
const HYPERBOLIC_MAX: f64 = 22.0;
/// Squares of numbers between the reciprocal of this and this are normal doubles.
const SQUARE_SAFE_MAX: f64 = 1e150;

impl Pair {
    #[inline]
    pub(super) fn add(self, other: Self) -> Self {
        pair(self.real + other.real, self.imaginary + other.imaginary)
    }

    #[inline]
    pub(super) fn subtract(self, other: Self) -> Self {
        pair(self.real - other.real, self.imaginary - other.imaginary)
    }

    #[inline]
    pub(super) fn multiply(self, other: Self) -> Self {
        pair(
            self.real * other.real - self.imaginary * other.imaginary,
            self.real * other.imaginary + self.imaginary * other.real,
        )
    }

    /// `i` times the number.
    fn turned_left(self) -> Self {
        pair(-self.imaginary, self.real)
    }

    /// `-i` times the number.
    fn turned_right(self) -> Self {
        pair(self.imaginary, -self.real)
    }

    fn conjugate(self) -> Self {
        pair(self.real, -self.imaginary)
    }

    pub(super) fn is_infinite(self) -> bool {
        self.real.is_infinite() || self.imaginary.is_infinite()
    }

    fn is_finite(self) -> bool {
        self.real.is_finite() && self.imaginary.is_finite()
    }

    /// The quotient, without overflow on the way (Smith, Algorithm 116, 1962); zeros and infinities
    /// as in C, Annex G.
    pub(super) fn divide(self, other: Self) -> Self {
        if other.real == 0.0 && other.imaginary == 0.0 {
            return pair(self.real / other.real, self.imaginary / other.real);
        }
        if other.is_infinite() && self.is_finite() {
            let unit = |part: f64| f64::from(u8::from(part.is_infinite())).copysign(part);
            let direction = pair(unit(other.real), -unit(other.imaginary));
            let turned = self.multiply(direction);
            return pair(0.0 * turned.real, 0.0 * turned.imaginary);
        }
        if other.real.abs() >= other.imaginary.abs() {
            let ratio = other.imaginary / other.real;
            let divisor = other.real + other.imaginary * ratio;
            pair(
                (self.real + self.imaginary * ratio) / divisor,
                (self.imaginary - self.real * ratio) / divisor,
            )
        } else {
            let ratio = other.real / other.imaginary;
            let divisor = other.real * ratio + other.imaginary;
            pair(
                (self.real * ratio + self.imaginary) / divisor,
                (self.imaginary * ratio - self.real) / divisor,
            )
        }
    }

    pub(super) fn exponential(self) -> Self {
        let (sine, cosine) = self.imaginary.sin_cos();
        let scaled = |magnitude: f64| {
            // No infinity times zero.
            let imaginary = if self.imaginary == 0.0 {
                self.imaginary
            } else {
                magnitude * sine
            };
            pair(magnitude * cosine, imaginary)
        };
        if self.real <= SPLIT_EXPONENT || self.real.is_infinite() || self.imaginary == 0.0 {
            return scaled(self.real.exp());
        }
        let half = (self.real / 2.0).exp();
        let result = scaled(half);
        pair(result.real * half, result.imaginary * half)
    }

    pub(super) fn logarithm(self) -> Self {
        pair(
            self.logarithm_of_magnitude(),
            self.imaginary.atan2(self.real),
        )
    }

    fn logarithm_of_magnitude(self) -> f64 {
        let (x, y) = (self.real.abs(), self.imaginary.abs());
        let (high, low) = if x >= y { (x, y) } else { (y, x) };
        if (0.5..=2.0).contains(&high) && low <= 2.0 {
            // Near one, where the logarithm of a rounded magnitude would be noise.
            let excess = (high - 1.0) * (high + 1.0) + low * low;
            if excess > -0.5 {
                return excess.ln_1p() / 2.0;
            }
        }
        if high.is_infinite() {
            return f64::INFINITY;
        }
        if (1.0 / SQUARE_SAFE_MAX..=SQUARE_SAFE_MAX).contains(&high) {
            return x.hypot(y).ln();
        }
        // Out of range of the hypotenuse: a power of two aside.
        let shift = if high > 1.0 { -600 } else { 600 };
        let factor = 2_f64.powi(shift);
        (x * factor).hypot(y * factor).ln() - f64::from(shift) * LN_2
    }

    /// The root with a real part that is not negative; on the cut, the sign of the imaginary part
    /// stays.
    pub(super) fn square_root(self) -> Self {
        let (x, y) = (self.real, self.imaginary);
        if x == 0.0 && y == 0.0 {
            return pair(0.0, y);
        }
        if y.is_infinite() {
            return pair(f64::INFINITY, y);
        }
        if x.is_infinite() {
            let small = if y.is_nan() { y } else { 0.0 };
            return if x > 0.0 {
                pair(x, small.copysign(y))
            } else {
                pair(small, f64::INFINITY.copysign(y))
            };
        }
        let largest = x.abs().max(y.abs());
        let (down, up) = if largest > SQUARE_SAFE_MAX {
            (2_f64.powi(-4), 4.0)
        } else if largest < 1.0 / SQUARE_SAFE_MAX {
            (2_f64.powi(200), 2_f64.powi(-100))
        } else {
            (1.0, 1.0)
        };
        let (x, y) = (x * down, y * down);
        let root = f64::midpoint(x.abs(), x.hypot(y)).sqrt();
        let other = y.abs() / root / 2.0;
        if x >= 0.0 {
            pair(root * up, other.copysign(y) * up)
        } else {
            pair(other * up, root.copysign(y) * up)
        }
    }

    pub(super) fn sine(self) -> Self {
        let (sine, cosine) = self.real.sin_cos();
        let (hyperbolic_sine, hyperbolic_cosine) = hyperbolic(self.imaginary);
        pair(
            product(hyperbolic_cosine, sine),
            product(hyperbolic_sine, cosine),
        )
    }

    pub(super) fn cosine(self) -> Self {
        let (sine, cosine) = self.real.sin_cos();
        let (hyperbolic_sine, hyperbolic_cosine) = hyperbolic(self.imaginary);
        pair(
            product(hyperbolic_cosine, cosine),
            -product(hyperbolic_sine, sine),
        )
    }

    pub(super) fn tangent(self) -> Self {
        let Self { real, imaginary } = self;
        if imaginary.abs() > HYPERBOLIC_MAX {
            if imaginary.is_infinite() && !real.is_finite() {
                // C99 G.6.2.6 leaves the sign of this zero open.
                let zero = if real.is_nan() { 0.0 } else { real.recip() };
                return pair(zero, 1_f64.copysign(imaginary));
            }
            let (sine, cosine) = real.sin_cos();
            let small = 4.0 * sine * cosine * (-2.0 * imaginary.abs()).exp();
            return pair(small, 1_f64.copysign(imaginary));
        }
        let tangent = real.tan();
        let secant_square = 1.0 + tangent * tangent;
        let (sine, cosine) = hyperbolic(imaginary);
        if tangent.is_infinite() {
            return pair(0.0_f64.copysign(tangent), cosine / sine);
        }
        let divisor = 1.0 + secant_square * sine * sine;
        pair(tangent / divisor, secant_square * cosine * sine / divisor)
    }

    /// The roots of `1 - z` and `1 + z`.
    fn roots_beside_one(self) -> (Self, Self) {
        let less = pair(1.0 - self.real, -self.imaginary);
        let more = pair(1.0 + self.real, self.imaginary);
        (less.square_root(), more.square_root())
    }

    /// Whether the number is so large that its square counts, and not its distance from one.
    fn is_far(self) -> bool {
        self.real.abs().max(self.imaginary.abs()) > SQUARE_SAFE_MAX
    }

    /// The logarithm of twice the magnitude: of a number that [is far](Self::is_far), the height of the inverse sine
    /// and cosine.
    fn far_height(self) -> f64 {
        LN_2 + self.logarithm_of_magnitude()
    }

    pub(super) fn inverse_sine(self) -> Self {
        if self.is_far() {
            let real = self.real.atan2(self.imaginary.abs());
            return pair(real, self.far_height().copysign(self.imaginary));
        }
        let (less, more) = self.roots_beside_one();
        let height = less.conjugate().multiply(more).imaginary;
        pair(self.real.atan2(less.multiply(more).real), height.asinh())
    }

    pub(super) fn inverse_cosine(self) -> Self {
        if self.is_far() {
            let real = self.imaginary.abs().atan2(self.real);
            return pair(real, self.far_height().copysign(-self.imaginary));
        }
        let (less, more) = self.roots_beside_one();
        let height = more.conjugate().multiply(less).imaginary;
        pair(2.0 * less.real.atan2(more.real), height.asinh())
    }

    pub(super) fn inverse_tangent(self) -> Self {
        self.turned_left()
            .inverse_hyperbolic_tangent()
            .turned_right()
    }

    fn inverse_hyperbolic_tangent(self) -> Self {
        let large = f64::MAX.sqrt() / 4.0;
        let small = 1.0 / large;
        // By symmetry: the real part is positive, and the number conjugated.
        let sign = 1_f64.copysign(self.real);
        let (x, y) = (self.real * sign, -self.imaginary * sign);
        let (real, imaginary) = if x > large || y.abs() > large {
            (real_part_of_reciprocal(x, y), FRAC_PI_2.copysign(y))
        } else if is_one(x) && y == 0.0 {
            (f64::INFINITY, y)
        } else if is_one(x) {
            let distance = 2_f64.hypot(y);
            (
                (distance.sqrt() / y.abs().sqrt()).ln(),
                (FRAC_PI_2 + (y.abs() / 2.0).atan()).copysign(y) / 2.0,
            )
        } else {
            let height = y.abs() + small;
            let square = height * height;
            let distance = (1.0 - x) * (1.0 - x) + square;
            (
                (4.0 * x / distance).ln_1p() / 4.0,
                (2.0 * y).atan2((1.0 - x) * (1.0 + x) - square) / 2.0,
            )
        };
        pair(sign * real, -sign * imaginary)
    }
}

/// The real part of the reciprocal of a number with a positive real part and a large magnitude: no power of the
/// magnitude leaves the range of doubles.
fn real_part_of_reciprocal(real: f64, imaginary: f64) -> f64 {
    let half = (real / 2.0).hypot(imaginary / 2.0);
    if half.is_infinite() {
        return 0.0;
    }
    real / 2.0 / half / half / 2.0
}

fn is_one(value: f64) -> bool {
    value.to_bits() == 1_f64.to_bits()
}

/// A product in which a second factor of zero wins over an infinity or NaN.
pub(super) fn product(a: f64, b: f64) -> f64 {
    if b == 0.0 && a.is_nan() {
        b
    } else if b == 0.0 && a.is_infinite() {
        b.copysign(a * b.signum())
    } else {
        a * b
    }
}

/// Hyperbolic sine and cosine.
fn hyperbolic(value: f64) -> (f64, f64) {
    (value.sinh(), value.cosh())
}

/// Sine and cosine of `turns` half turns: exact at multiples of a quarter.
pub(super) fn sine_cosine_of_half_turns(turns: f64) -> (f64, f64) {
    let turns = turns % 2.0;
    let quarter = (turns * 2.0).round();
    let rest = (turns - quarter / 2.0) * PI;
    let (sine, cosine) = rest.sin_cos();
    // Zeros are positive.
    match (quarter as i64).rem_euclid(4) {
        0 => (sine, cosine),
        1 => (cosine, 0.0 - sine),
        2 => (0.0 - sine, -cosine),
        _ => (-cosine, sine),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn distance(a: Pair, b: Pair) -> f64 {
        (a.real - b.real).hypot(a.imaginary - b.imaginary)
    }

    /// Values of C's functions on both sides of their cuts, as Python's `cmath` gives them, and where C99 G.6
    /// says more, as C does: function, argument, value.
    const VALUES: &str = include_str!("complex_values.txt");

    #[test]
    fn functions_agree_with_those_of_c() {
        for line in VALUES.lines() {
            let (name, numbers) = line.split_once(' ').expect("a function and numbers");
            let numbers: Vec<f64> = numbers
                .split(' ')
                .map(|text| text.parse().expect("a number"))
                .collect();
            let argument = pair(numbers[0], numbers[1]);
            let expected = pair(numbers[2], numbers[3]);
            let found = match name {
                "exp" => argument.exponential(),
                "log" => argument.logarithm(),
                "sqrt" => argument.square_root(),
                "sin" => argument.sine(),
                "cos" => argument.cosine(),
                "tan" => argument.tangent(),
                "asin" => argument.inverse_sine(),
                "acos" => argument.inverse_cosine(),
                "atan" => argument.inverse_tangent(),
                _ => panic!("no function {name}"),
            };
            let tolerance = 4e-15 * expected.real.hypot(expected.imaginary);
            assert!(distance(found, expected) <= tolerance, "{line}: {found:?}");
            for (found, expected) in [
                (found.real, expected.real),
                (found.imaginary, expected.imaginary),
            ] {
                let is_same_zero = found.to_bits() == expected.to_bits();
                assert!(expected != 0.0 || is_same_zero, "{line}: {found:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn inverse_functions_lead_back(real in -20.0..20.0, imaginary in -20.0..20.0) {
            let z = pair(real, imaginary);
            let close = |found: Pair| distance(found, z) <= 1e-12 * (1.0 + real.hypot(imaginary));
            prop_assert!(close(z.square_root().multiply(z.square_root())));
            prop_assert!(close(z.logarithm().exponential()));
            prop_assert!(close(z.inverse_sine().sine()));
            prop_assert!(close(z.inverse_cosine().cosine()));
            prop_assert!(close(z.divide(pair(3.0, -7.0)).multiply(pair(3.0, -7.0))));
        }

        #[test]
        fn tangents_lead_back(real in -1.5..1.5, imaginary in -3.0..3.0) {
            let z = pair(real, imaginary);
            prop_assert!(distance(z.tangent().inverse_tangent(), z) <= 1e-12);
        }
    }

    #[test]
    fn division_survives_extremes() {
        let huge = pair(1e300, 1e300);
        assert_eq!(huge.divide(huge), pair(1.0, 0.0));
        assert!(pair(1.0, 0.0).divide(pair(0.0, 0.0)).real.is_infinite());
        let infinite = pair(f64::INFINITY, f64::INFINITY);
        assert_eq!(pair(1.0, 1.0).divide(infinite), pair(0.0, 0.0));
    }

    #[test]
    fn roots_and_logarithms_survive_extremes() {
        let root = pair(1e308, 1e308).square_root();
        assert!((root.real / 1.098_684_113_467_81e154 - 1.0).abs() < 1e-14);
        let tiny = pair(0.0, 5e-324).square_root();
        assert!((tiny.real - tiny.imaginary).abs() < 1e-170 && tiny.real > 1e-162);
        let logarithm = pair(1e308, 1e308).logarithm().real;
        assert!((logarithm - 709.542_782_232_446).abs() < 1e-12);
        let near_one = pair(1.0, 1e-10).logarithm().real;
        assert!((near_one / 5e-21 - 1.0).abs() < 1e-12);
        assert!(pair(710.0, 0.0).exponential().imaginary.abs() <= 0.0);
        // asin 1e308 is pi/2 - i (ln 2 + ln 1e308).
        let height = pair(1e308, -0.0).inverse_sine().imaginary;
        assert!((height + 709.889_355_822_726).abs() < 1e-12);
        let height = pair(-1e200, 1e308).inverse_cosine().imaginary;
        assert!((height + 709.889_355_822_726).abs() < 1e-12);
    }

    #[test]
    fn half_turns_are_exact_at_quarters() {
        assert_eq!(sine_cosine_of_half_turns(0.5), (1.0, 0.0));
        assert!(is_one(-sine_cosine_of_half_turns(1.0).1));
        assert_eq!(sine_cosine_of_half_turns(3.5), (-1.0, 0.0));
        assert!(is_one(-sine_cosine_of_half_turns(-0.5).0));
        let (sine, cosine) = sine_cosine_of_half_turns(1.0 / 3.0);
        assert!((sine - 0.75_f64.sqrt()).abs() < 1e-15 && (cosine - 0.5).abs() < 1e-15);
    }
}
