//! The check of a claim that the optimizer made: see [`abi::claim`].
//!
//! A claim that does not hold is a bug of the compiler. A handler of the program must not take it.
//! So the check raises nothing: it panics with the claim, the value and the place.

use std::cmp::Ordering;

use abi::claim::{self, ClaimKind, kinds};
use abi::object_layout::{PAYLOAD, WORD_BYTES};
use abi::tag::{self, Kind};

use crate::arguments::Args;
use crate::error::Raise;
use crate::interpreter::Machine;
use crate::mutator::Mutator;
use crate::number::heap::{as_flonum, as_i128, compare_integers, integer_sign};
use crate::object::Object;
use crate::object::string::StringObject;
use crate::value::Value;

/// Bits of the low half of a raw word.
const HALF_BITS: u32 = 32;

/// `(%check-claim claim value)`, `(%check-claim claim value value)`
///
/// # Panics
///
/// If the claim does not hold.
#[expect(
    clippy::unnecessary_wraps,
    reason = "all primitives have one signature"
)]
pub(crate) fn check_claim<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> Result<Value<'m>, Raise<'m>> {
    let claim = Object::of_kind(args[0], Kind::Vector).map(Claim);
    let claim = claim.expect("the compiler states claims as vectors");
    if !claim.holds(m, args) {
        // SAFETY: this is a leaf primitive.
        let machine = unsafe { m.running_machine() };
        broken_claim(m, machine, &what_is_broken(m, claim, args));
    }
    Ok(Value::UNSPECIFIED)
}

/// A claim.
#[derive(Clone, Copy)]
struct Claim<'m>(Object<'m>);

impl<'m> Claim<'m> {
    fn element(self, place: usize) -> Value<'m> {
        self.0.field(PAYLOAD + place * WORD_BYTES)
    }

    fn number(self, place: usize) -> i64 {
        let number = self.element(place).as_fixnum();
        number.expect("the compiler writes a fixnum here")
    }

    fn kind(self) -> ClaimKind {
        ClaimKind::ALL[self.number(claim::KIND) as usize]
    }

    fn holds(self, m: &'m Mutator<'_>, args: Args<'m>) -> bool {
        match self.kind() {
            ClaimKind::Member => self.has_member(args[1]),
            ClaimKind::SignedWord | ClaimKind::UnsignedWord => self.has_word(self.word(args)),
            ClaimKind::InBounds => is_index(args[1], args[2]),
            ClaimKind::FitsFixnum => self.fits(args[1], args[2]),
            ClaimKind::NoReference => !tag::is_reference(args[1].word()),
            ClaimKind::Young => m.is_young(args[1]),
            ClaimKind::Closure => Object::of_kind(args[1], Kind::Closure)
                .is_some_and(|closure| closure.size() as i64 == 1 + self.number(claim::NUMBER)),
        }
    }

    /// The raw word of which both halves are given.
    fn word(self, args: Args<'m>) -> i128 {
        let half = |index: usize| args[index].as_fixnum().expect("a half is a fixnum") as u64;
        let word = half(1) | half(2) << HALF_BITS;
        if self.kind() == ClaimKind::SignedWord {
            i128::from(word.cast_signed())
        } else {
            i128::from(word)
        }
    }

    fn has_member(self, value: Value<'m>) -> bool {
        if as_flonum(value).is_some() {
            return self.element(claim::FLONUM).is_true();
        }
        if integer_sign(value).is_some() {
            return self.has_integer(value);
        }
        self.number(claim::KINDS) & i64::from(kind_of(value)) != 0
    }

    /// Whether the set has an integer that is the word modulo 2^64: sums and products wrap around.
    fn has_word(self, word: i128) -> bool {
        let bound = |place: usize| as_i128(self.element(place));
        let (Some(low), Some(high)) = (bound(claim::LOW), bound(claim::HIGH)) else {
            return self.number(claim::INTEGER) == 1;
        };
        let above = (word as u64).wrapping_sub(low as u64);
        self.number(claim::INTEGER) == 1 && low.saturating_add(i128::from(above)) <= high
    }

    fn has_integer(self, value: Value<'m>) -> bool {
        let within = |place: usize, beyond: Ordering| {
            let bound = self.element(place);
            !bound.is_true() || compare_integers(value, bound).is_some_and(|order| order != beyond)
        };
        self.number(claim::INTEGER) == 1
            && within(claim::LOW, Ordering::Less)
            && within(claim::HIGH, Ordering::Greater)
    }

    /// Whether the result of an operation on two fixnums is a fixnum.
    fn fits(self, a: Value<'m>, b: Value<'m>) -> bool {
        let (Some(a), Some(b)) = (a.as_fixnum(), b.as_fixnum()) else {
            return true;
        };
        let (a, b) = (i128::from(a), i128::from(b));
        let result = match self.number(claim::NUMBER) {
            0 => a + b,
            1 => a - b,
            _ => a * b,
        };
        (i128::from(tag::FIXNUM_MIN)..=i128::from(tag::FIXNUM_MAX)).contains(&result)
    }
}

/// The bit of a value that is no flonum and no exact integer.
fn kind_of(value: Value<'_>) -> u32 {
    match value.word() {
        tag::NULL => return kinds::NULL,
        tag::FALSE => return kinds::FALSE,
        tag::TRUE => return kinds::TRUE,
        tag::UNBOUND => return kinds::UNBOUND,
        _ if value.is_pair() => return kinds::PAIR,
        _ if value.as_char().is_some() => return kinds::CHARACTER,
        _ => {}
    }
    match value.kind() {
        Some(Kind::Ratnum) => kinds::RATIO,
        Some(Kind::Compnum) => kinds::COMPLEX,
        Some(Kind::Symbol) => kinds::SYMBOL,
        Some(Kind::String) => kinds::STRING,
        Some(Kind::Vector) => kinds::VECTOR,
        Some(Kind::Bytevector) => kinds::BYTEVECTOR,
        Some(Kind::Closure) => kinds::PROCEDURE,
        Some(Kind::Record) => kinds::RECORD,
        Some(Kind::Box) => kinds::BOX,
        _ => kinds::OTHER,
    }
}

/// Whether `index` is that of an element of `object`.
fn is_index(object: Value<'_>, index: Value<'_>) -> bool {
    let length = match object.kind() {
        Some(Kind::Vector | Kind::Bytevector) => Object::of(object).map(Object::size),
        _ => StringObject::of(object).map(StringObject::length),
    };
    index
        .as_index()
        .zip(length)
        .is_some_and(|(at, end)| at < end)
}

#[cold]
fn what_is_broken<'m>(m: &'m Mutator<'_>, claim: Claim<'m>, args: Args<'m>) -> String {
    let text = StringObject::of(claim.element(claim::TEXT));
    let text = text.map(|text| text.all().collect::<String>());
    let found = match claim.kind() {
        ClaimKind::SignedWord | ClaimKind::UnsignedWord => claim.word(args).to_string(),
        _ => {
            let values = args.iter().skip(1).map(|value| describe(m, value));
            values.collect::<Vec<_>>().join(", ")
        }
    };
    let text = text.unwrap_or_default();
    format!("{text}: found {found}")
}

/// Stops because the claim `text` does not hold where the machine stands.
///
/// # Panics
///
/// Always: that is a bug of the compiler.
#[cold]
pub(crate) fn broken_claim(m: &Mutator<'_>, machine: Option<Machine>, text: &str) -> ! {
    let addresses = machine.map(|machine| m.return_addresses(machine, 2));
    let place = m.places(addresses.unwrap_or_default()).into_iter().next();
    let place = place.unwrap_or_default();
    panic!(
        "the compiler claims what is not so: {text}, in {} at {}:{}:{}",
        place
            .name
            .as_deref()
            .unwrap_or("a procedure without a name"),
        place.file.as_deref().unwrap_or("unknown file"),
        place.line,
        place.column,
    );
}

fn describe(m: &Mutator<'_>, value: Value<'_>) -> String {
    if let Some(double) = as_flonum(value) {
        return format!("the flonum {double}");
    }
    if let Some(integer) = as_i128(value) {
        return integer.to_string();
    }
    if let Some(name) = m.symbol_name(value) {
        return format!("the symbol {name}");
    }
    match (value.kind(), value.is_pair()) {
        (Some(kind), _) => format!("an object of kind {kind:?}"),
        (None, true) => "a pair".to_owned(),
        (None, false) => format!("the word {:#x}", value.word()),
    }
}
