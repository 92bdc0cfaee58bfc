//! Unboxed doubles and words.

use abi::tag;

use crate::error::Raise;
use crate::interpreter::data::wrong_type;
use crate::interpreter::enter::fault;
use crate::interpreter::executed::Executed;
use crate::interpreter::machine::Machine;
use crate::interpreter::operand::{Into, IntoRaw, Local, RawLocal};
use crate::live::Live;
use crate::mutator::Mutator;
use crate::number;

macro_rules! double_operations {
    ($( $name:ident |$a:ident, $b:ident| $result:expr; )*) => { $(
        #[inline(always)]
        pub(super) fn $name(
            _: &mut Mutator<'_>, s: Machine, dst: IntoRaw, a: RawLocal, b: RawLocal,
        ) -> Machine {
            let ($a, $b) = (s.f64(a), s.f64(b));
            s.set_f64(dst, $result);
            s
        }
    )* };
}

double_operations! {
    f64_add |a, b| a + b;
    f64_subtract |a, b| a - b;
    f64_multiply |a, b| a * b;
    f64_divide |a, b| a / b;
}

macro_rules! double_functions {
    ($( $name:ident |$a:ident| $result:expr; )*) => { $(
        #[inline(always)]
        pub(super) fn $name(
            _: &mut Mutator<'_>, s: Machine, dst: IntoRaw, src: RawLocal,
        ) -> Machine {
            let $a = s.f64(src);
            s.set_f64(dst, $result);
            s
        }
    )* };
}

double_functions! {
    f64_negate |a| -a;
    f64_sqrt |a| a.sqrt();
    f64_abs |a| a.abs();
}

macro_rules! word_operations {
    ($( $name:ident |$a:ident, $b:ident| $result:expr; )*) => { $(
        #[inline(always)]
        pub(super) fn $name(
            _: &mut Mutator<'_>, s: Machine, dst: IntoRaw, a: RawLocal, b: RawLocal,
        ) -> Machine {
            let ($a, $b) = (s.raw(a), s.raw(b));
            s.set_raw(dst, $result);
            s
        }
    )* };
}

word_operations! {
    word_add |a, b| a.wrapping_add(b);
    word_subtract |a, b| a.wrapping_sub(b);
    word_multiply |a, b| a.wrapping_mul(b);
    word_and |a, b| a & b;
    word_or |a, b| a | b;
    word_xor |a, b| a ^ b;
    word_shift_left |a, b| a.wrapping_shl(b as u32);
    word_shift_right |a, b| a.wrapping_shr(b as u32);
    word_shift_right_signed |a, b| a.cast_signed().wrapping_shr(b as u32).cast_unsigned();
}

#[inline(always)]
pub(super) fn i64_to_f64(_: &mut Mutator<'_>, s: Machine, dst: IntoRaw, src: RawLocal) -> Machine {
    s.set_f64(dst, s.raw(src).cast_signed() as f64);
    s
}

#[inline(always)]
pub(super) fn unbox_f64(m: &mut Mutator<'_>, s: Machine, dst: IntoRaw, src: Local) -> Executed {
    let live = s.get(src);
    let word = live.bits();
    if tag::is_self_tagged_flonum(word) {
        s.set_f64(dst, tag::flonum_value(word));
        return Ok(s);
    }
    Err(unbox_slowly(m, s, dst, live))
}

#[cold]
#[inline(never)]
fn unbox_slowly(m: &mut Mutator<'_>, s: Machine, dst: IntoRaw, word: Live) -> Machine {
    // SAFETY: the word was live when it was passed, and nothing was collected since.
    match number::heap::as_flonum(unsafe { word.value() }) {
        Some(double) => {
            s.set_f64(dst, double);
            s
        }
        None => wrong_type(m, s, "flonum", 1, "flonum", word),
    }
}

#[inline(always)]
pub(super) fn real_to_f64(m: &mut Mutator<'_>, s: Machine, dst: IntoRaw, src: Local) -> Executed {
    let live = s.get(src);
    let word = live.bits();
    if tag::is_self_tagged_flonum(word) {
        s.set_f64(dst, tag::flonum_value(word));
        return Ok(s);
    }
    if tag::is_fixnum(word) {
        s.set_f64(dst, tag::fixnum_value(word) as f64);
        return Ok(s);
    }
    Err(real_slowly(m, s, dst, live))
}

#[cold]
#[inline(never)]
fn real_slowly(m: &mut Mutator<'_>, s: Machine, dst: IntoRaw, word: Live) -> Machine {
    // SAFETY: the word was live when it was passed, and nothing was collected since.
    match number::heap::to_f64(m, unsafe { word.value() }) {
        Some(double) => {
            s.set_f64(dst, double);
            s
        }
        None => wrong_type(m, s, "inexact", 1, "real number", word),
    }
}

#[inline(always)]
pub(super) fn box_f64(m: &mut Mutator<'_>, s: Machine, dst: Into, src: RawLocal) -> Executed {
    #[cold]
    #[inline(never)]
    fn apart(m: &mut Mutator<'_>, s: Machine, dst: Into, src: RawLocal) -> Machine {
        s.set(dst, Live::of(m.flonum(s.f64(src))));
        s
    }

    let Some(word) = tag::flonum(s.f64(src)) else {
        return Err(apart(m, s, dst, src));
    };
    // SAFETY: a flonum.
    s.set(dst, unsafe { Live::new(word) });
    Ok(s)
}

#[inline(always)]
pub(super) fn unbox_i64(m: &mut Mutator<'_>, s: Machine, dst: IntoRaw, src: Local) -> Executed {
    #[inline(never)]
    fn apart(m: &mut Mutator<'_>, s: Machine, dst: IntoRaw, src: Local) -> Machine {
        let word = s.get(src);
        // SAFETY: the word was read just now.
        let integer = number::heap::as_i64(unsafe { word.value() });
        unboxed(m, s, dst, integer.map(i64::cast_unsigned), word)
    }

    let word = s.get(src);
    if !tag::is_fixnum(word.bits()) {
        return Err(apart(m, s, dst, src));
    }
    s.set_raw(dst, tag::fixnum_value(word.bits()).cast_unsigned());
    Ok(s)
}

#[inline(always)]
pub(super) fn unbox_u64(m: &mut Mutator<'_>, s: Machine, dst: IntoRaw, src: Local) -> Executed {
    #[inline(never)]
    fn apart(m: &mut Mutator<'_>, s: Machine, dst: IntoRaw, src: Local) -> Machine {
        let word = s.get(src);
        // SAFETY: the word was read just now.
        let integer = number::heap::as_u64(unsafe { word.value() });
        unboxed(m, s, dst, integer, word)
    }

    let word = s.get(src);
    if !tag::is_fixnum(word.bits()) || word.bits().cast_signed() < 0 {
        return Err(apart(m, s, dst, src));
    }
    s.set_raw(dst, word.bits() >> tag::TAG_BITS);
    Ok(s)
}

fn unboxed(
    m: &mut Mutator<'_>,
    s: Machine,
    dst: IntoRaw,
    integer: Option<u64>,
    word: Live,
) -> Machine {
    if let Some(integer) = integer {
        s.set_raw(dst, integer);
        return s;
    }
    fault(m, s, |_| {
        // SAFETY: the word was live when it was passed, and nothing was collected since.
        let value = unsafe { word.value() };
        if value.is_fixnum() || value.is_kind(tag::Kind::Bignum) {
            Raise::out_of_range("exact-integer", 1, value, i64::MIN..=i64::MAX)
        } else {
            Raise::wrong_type("exact-integer", 1, "exact integer", value)
        }
    })
}

#[inline(always)]
pub(super) fn box_i64(m: &mut Mutator<'_>, s: Machine, dst: Into, src: RawLocal) -> Executed {
    #[inline(never)]
    fn apart(m: &mut Mutator<'_>, s: Machine, dst: Into, src: RawLocal) -> Machine {
        s.set(
            dst,
            Live::of(number::heap::from_i64(m, s.raw(src).cast_signed())),
        );
        s
    }

    let Some(word) = tag::fixnum(s.raw(src).cast_signed()) else {
        return Err(apart(m, s, dst, src));
    };
    s.set(dst, Live::fixnum_word(word));
    Ok(s)
}

#[inline(always)]
pub(super) fn box_u64(m: &mut Mutator<'_>, s: Machine, dst: Into, src: RawLocal) -> Executed {
    #[inline(never)]
    fn apart(m: &mut Mutator<'_>, s: Machine, dst: Into, src: RawLocal) -> Machine {
        s.set(dst, Live::of(number::heap::from_u64(m, s.raw(src))));
        s
    }

    let Some(word) = i64::try_from(s.raw(src)).ok().and_then(tag::fixnum) else {
        return Err(apart(m, s, dst, src));
    };
    s.set(dst, Live::fixnum_word(word));
    Ok(s)
}
