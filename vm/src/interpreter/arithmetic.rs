//! Arithmetic on any numbers: fixnums and self-tagged flonums here, the rest in [`crate::number`].

use abi::tag::{self, TAG_BITS};

use crate::error::Raise;
use crate::interpreter::enter::go_on_or_retry;
use crate::interpreter::executed::Executed;
use crate::interpreter::machine::Machine;
use crate::interpreter::operand::{Into, Local, MapAtEnd, Opcode, Small, small};
use crate::interpreter::safepoint::Retry;
use crate::interpreter::stage::stage;
use crate::live::Live;
use crate::mutator::Mutator;
use crate::number;
use crate::value::Value;

type Operation =
    for<'m> fn(&'m Mutator<'_>, Value<'m>, Value<'m>, &'static str) -> Result<Value<'m>, Raise<'m>>;

/// What an arithmetic instruction does when it has no short way.
struct Slow {
    operation: Operation,
    who: &'static str,
    opcode: Opcode,
}

impl Slow {
    #[cold]
    #[inline(never)]
    fn compute(&self, m: &mut Mutator<'_>, s: Machine, a: Live, b: Live, map: MapAtEnd) -> Machine {
        let staged = {
            let m = &*m;
            // SAFETY: both words were live when they were passed, and nothing was collected since.
            let (a, b) = unsafe { (a.value(), b.value()) };
            match (self.operation)(m, a, b, self.who) {
                Ok(value) => {
                    // Read again rather than passed, so that the short way need not keep it.
                    // SAFETY: all arithmetic instructions start with the slot for the result, and this
                    // is the one that the machine stands behind.
                    let dst = unsafe { s.first_operand(self.opcode.instruction_bytes()) };
                    s.set(dst, Live::of(value));
                    return s;
                }
                Err(raise) => stage(m, s, raise),
            }
        };
        let retry = Retry {
            map: s.map(map),
            bytes: self.opcode.instruction_bytes(),
        };
        go_on_or_retry(m, s, staged, retry)
    }
}

/// Both doubles, if both words are self-tagged flonums.
#[inline(always)]
fn doubles(a: u64, b: u64) -> Option<(f64, f64)> {
    (tag::is_self_tagged_flonum(a) && tag::is_self_tagged_flonum(b))
        .then(|| (tag::flonum_value(a), tag::flonum_value(b)))
}

/// Integer and double of two operands, where the result needs no memory.
macro_rules! arithmetic {
    ($( $name:ident $opcode:ident $who:literal $slow:path,
        |$a:ident, $b:ident| $fixnums:expr, |$x:ident, $y:ident| $flonums:expr; )*) => { $(
        #[inline(always)]
        pub(super) fn $name(
            m: &mut Mutator<'_>, s: Machine, dst: Into, a: Local, b: Local, map: MapAtEnd,
        ) -> Executed {
            let (first, second) = (s.get(a), s.get(b));
            let (a, b) = (first.bits(), second.bits());
            let result = if tag::is_fixnum(a | b) {
                let ($a, $b) = (a.cast_signed(), b.cast_signed());
                $fixnums
            } else if let Some(($x, $y)) = doubles(a, b) {
                $flonums
            } else {
                None
            };
            if let Some(word) = result {
                // SAFETY: what the operations compute from fixnums and flonums is one.
                s.set(dst, unsafe { Live::new(word) });
                return Ok(s);
            }
            let slow = &const { Slow { operation: $slow, who: $who, opcode: Opcode::$opcode } };
            Err(slow.compute(m, s, first, second, map))
        }
    )* };
}

arithmetic! {
    add Add "+" number::add,
        |a, b| a.checked_add(b).map(i64::cast_unsigned), |x, y| tag::flonum(x + y);
    subtract Subtract "-" number::subtract,
        |a, b| a.checked_sub(b).map(i64::cast_unsigned), |x, y| tag::flonum(x - y);
    multiply Multiply "*" number::multiply,
        |a, b| (a >> TAG_BITS).checked_mul(b).map(i64::cast_unsigned), |x, y| tag::flonum(x * y);
    divide Divide "/" number::divide,
        |a, b| exact_quotient(a, b), |x, y| tag::flonum(x / y);
    quotient Quotient "quotient" number::quotient,
        |a, b| a.checked_div(b).and_then(tag::fixnum), |_x, _y| None;
    remainder Remainder "remainder" number::remainder,
        |a, b| a.checked_rem(b).map(i64::cast_unsigned), |_x, _y| None;
    modulo Modulo "modulo" number::modulo,
        |a, b| floor_remainder(a, b), |_x, _y| None;
    bit_and BitAnd "bitwise-and" number::bit_and,
        |a, b| Some((a & b).cast_unsigned()), |_x, _y| None;
    bit_or BitOr "bitwise-ior" number::bit_or,
        |a, b| Some((a | b).cast_unsigned()), |_x, _y| None;
    bit_xor BitXor "bitwise-xor" number::bit_xor,
        |a, b| Some((a ^ b).cast_unsigned()), |_x, _y| None;
    shift Shift "arithmetic-shift" number::shift,
        |a, b| shifted(a, b >> TAG_BITS), |_x, _y| None;
}

/// The fixnum word of the quotient of two fixnum words, if it is an integer.
#[inline(always)]
fn exact_quotient(a: i64, b: i64) -> Option<u64> {
    let remainder = a.checked_rem(b)?;
    if remainder == 0 {
        tag::fixnum(a.checked_div(b)?)
    } else {
        None
    }
}

/// The fixnum word of the remainder that has the divisor's sign.
#[inline(always)]
fn floor_remainder(a: i64, b: i64) -> Option<u64> {
    let remainder = a.checked_rem(b)?;
    let wraps = remainder != 0 && (remainder ^ b) < 0;
    Some(if wraps { remainder + b } else { remainder }.cast_unsigned())
}

/// The fixnum word `a` shifted by `count` bits, to the left if that is positive.
#[inline(always)]
fn shifted(a: i64, count: i64) -> Option<u64> {
    if count < 0 {
        let down = a >> count.unsigned_abs().min(63);
        return Some(down.cast_unsigned() & !tag::TAG_MASK);
    }
    let shifted = a.checked_shl(u32::try_from(count).ok()?)?;
    (shifted >> count == a).then_some(shifted.cast_unsigned())
}

#[inline(always)]
pub(super) fn add_small(
    m: &mut Mutator<'_>,
    s: Machine,
    dst: Into,
    a: Local,
    value: Small,
    map: MapAtEnd,
) -> Executed {
    #[cold]
    #[inline(never)]
    fn apart(m: &mut Mutator<'_>, s: Machine, a: Live, value: Small, map: MapAtEnd) -> Machine {
        const ADD: Slow = Slow {
            operation: number::add,
            who: "+",
            opcode: Opcode::AddSmall,
        };
        const SUBTRACT: Slow = Slow {
            operation: number::subtract,
            who: "-",
            opcode: Opcode::AddSmall,
        };
        let b = small(value);
        if value.0 < 0 {
            // A negative addend is what `(- a value)` is compiled to.
            let subtrahend = Live::fixnum_word(b.bits().wrapping_neg());
            return SUBTRACT.compute(m, s, a, subtrahend, map);
        }
        ADD.compute(m, s, a, b, map)
    }

    let (a, b) = (s.get(a), small(value));
    if tag::is_fixnum(a.bits())
        && let Some(sum) = a.bits().cast_signed().checked_add(b.bits().cast_signed())
    {
        // SAFETY: the sum of two fixnum words is one.
        s.set(dst, unsafe { Live::new(sum.cast_unsigned()) });
        return Ok(s);
    }
    Err(apart(m, s, a, value, map))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(value: i64) -> i64 {
        value << TAG_BITS
    }

    fn value(word: Option<u64>) -> Option<i64> {
        word.map(tag::fixnum_value)
    }

    #[test]
    fn shifts_leave_what_does_not_fit_to_the_slow_path() {
        assert_eq!(value(shifted(word(3), 4)), Some(48));
        assert_eq!(value(shifted(word(-3), 59)), None);
        assert_eq!(value(shifted(word(1), 60)), None);
        assert_eq!(value(shifted(word(1), 100)), None);
        assert_eq!(value(shifted(word(0), 70)), None);
        assert_eq!(value(shifted(word(-5), -1)), Some(-3));
        assert_eq!(value(shifted(word(5), -1000)), Some(0));
        assert_eq!(value(shifted(word(-5), i64::MIN >> 3)), Some(-1));
    }

    #[test]
    fn quotients_and_remainders_follow_the_report() {
        assert_eq!(value(exact_quotient(word(12), word(-4))), Some(-3));
        assert_eq!(value(exact_quotient(word(12), word(5))), None);
        assert_eq!(value(exact_quotient(word(12), 0)), None);
        assert_eq!(value(floor_remainder(word(-7), word(2))), Some(1));
        assert_eq!(value(floor_remainder(word(7), word(-2))), Some(-1));
        assert_eq!(value(floor_remainder(word(6), word(-2))), Some(0));
        assert_eq!(
            exact_quotient(word(tag::FIXNUM_MIN), word(-1)),
            None,
            "a bignum"
        );
    }
}
