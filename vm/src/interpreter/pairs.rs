//! Pairs.

use abi::object_layout::pair;
use gc::Sealed;

use crate::interpreter::data::{immutable, wrong_type};
use crate::interpreter::executed::{Executed, here_or_apart};
use crate::interpreter::known::{Fresh, Pair};
use crate::interpreter::machine::Machine;
use crate::interpreter::operand::{Into, Local};
use crate::live::Live;
use crate::mutator::Mutator;

#[inline(always)]
pub(super) fn cons(m: &mut Mutator<'_>, s: Machine, dst: Into, car: Local, cdr: Local) -> Executed {
    let is_short = m.heap().has_room(pair::BYTES);
    here_or_apart!(is_short, make_pair(m, s, dst: Into, car: Local, cdr: Local))
}

#[inline(always)]
fn make_pair(m: &mut Mutator<'_>, s: Machine, dst: Into, car: Local, cdr: Local) -> Machine {
    let fresh = Fresh::pair(m);
    fresh.init(pair::CAR, s.get(car));
    fresh.init(pair::CDR, s.get(cdr));
    // SAFETY: both words were written.
    s.set(dst, unsafe { fresh.finish() });
    s
}

#[inline(always)]
pub(super) fn car(m: &mut Mutator<'_>, s: Machine, dst: Into, pair: Local) -> Executed {
    s.set(dst, car_of(m, s, pair)?);
    Ok(s)
}

#[inline(always)]
pub(super) fn cdr(m: &mut Mutator<'_>, s: Machine, dst: Into, pair: Local) -> Executed {
    s.set(dst, cdr_of(m, s, pair)?);
    Ok(s)
}

/// The car, or the machine that raises; so are the next two.
#[inline(always)]
pub(super) fn car_of(m: &mut Mutator<'_>, s: Machine, pair: Local) -> Result<Live, Machine> {
    pair_word(m, s, pair, pair::CAR, "car")
}

#[inline(always)]
pub(super) fn cdr_of(m: &mut Mutator<'_>, s: Machine, pair: Local) -> Result<Live, Machine> {
    pair_word(m, s, pair, pair::CDR, "cdr")
}

#[inline(always)]
fn pair_word(
    m: &mut Mutator<'_>,
    s: Machine,
    pair: Local,
    offset: usize,
    who: &'static str,
) -> Result<Live, Machine> {
    let word = s.get(pair);
    match Pair::of(word) {
        Some(pair) => Ok(pair.field(offset).load()),
        None => Err(wrong_type(m, s, who, 1, "pair", word)),
    }
}

/// A word of pairs.
#[derive(Clone, Copy)]
enum PairWord {
    Car,
    Cdr,
}

impl PairWord {
    #[inline(always)]
    const fn offset(self) -> usize {
        match self {
            Self::Car => pair::CAR,
            Self::Cdr => pair::CDR,
        }
    }

    /// The procedure that sets it.
    const fn setter(self) -> &'static str {
        match self {
            Self::Car => "set-car!",
            Self::Cdr => "set-cdr!",
        }
    }
}

#[inline(always)]
pub(super) fn set_car(m: &mut Mutator<'_>, s: Machine, pair: Local, src: Local) -> Executed {
    set_pair_word(m, s, pair, PairWord::Car, src)
}

#[inline(always)]
pub(super) fn set_cdr(m: &mut Mutator<'_>, s: Machine, pair: Local, src: Local) -> Executed {
    set_pair_word(m, s, pair, PairWord::Cdr, src)
}

#[inline(always)]
fn set_pair_word(
    m: &mut Mutator<'_>,
    s: Machine,
    pair: Local,
    which: PairWord,
    src: Local,
) -> Executed {
    /// Old objects are changed often: so the executor goes on after this one.
    #[inline(never)]
    fn outside_nursery(
        m: &mut Mutator<'_>,
        s: Machine,
        pair: Pair,
        which: PairWord,
        value: Live,
    ) -> Machine {
        match pair.field(which.offset()).store_outside_nursery(m, value) {
            Ok(()) => s,
            Err(Sealed) => immutable(m, s, which.setter(), pair.live()),
        }
    }

    let word = s.get(pair);
    let Some(pair) = Pair::of(word) else {
        return Err(wrong_type(m, s, which.setter(), 1, "pair", word));
    };
    let value = s.get(src);
    if pair.field(which.offset()).store_in_nursery(m, value) {
        return Ok(s);
    }
    Ok(outside_nursery(m, s, pair, which, value))
}
