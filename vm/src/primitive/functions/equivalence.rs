//! Equivalence (R7RS 6.1) and the hashes that go with it.

use std::cell::Cell;
use std::cmp::Ordering;

use abi::tag::Kind;
use syntax::Stop;

use super::check;
use crate::arguments::Args;
use crate::error::PrimitiveResult;
use crate::mutator::Mutator;
use crate::number::heap::{as_flonum, as_number, compare_integers};
use crate::object::Object;
use crate::object::string::StringObject;
use crate::value::Value;

/// `eqv?`
#[inline]
pub(crate) fn eqv<'m>(a: Value<'m>, b: Value<'m>) -> bool {
    a == b || is_number_object(a) && is_number_object(b) && numbers_eqv(a, b)
}

/// Whether it is a number that lies in the heap: others are `eqv?` only if identical.
fn is_number_object(value: Value<'_>) -> bool {
    matches!(
        value.kind(),
        Some(Kind::Bignum | Kind::Flonum | Kind::Ratnum | Kind::Compnum)
    )
}

#[inline(never)]
fn numbers_eqv(a: Value<'_>, b: Value<'_>) -> bool {
    if let Some(order) = compare_integers(a, b) {
        return order == Ordering::Equal;
    }
    match (as_number(a), as_number(b)) {
        (Some(a), Some(b)) => a.is_eqv(&b),
        _ => false,
    }
}

pub(crate) fn is_eqv<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    Ok(Value::boolean(eqv(args[0], args[1])))
}

/// How many parts of a structure its hash depends on.
const HASHED_PARTS: usize = 1024;

pub(crate) fn equal_hash<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let mut hash = 0_u64;
    add_structure(m, args[0], &mut hash, HASHED_PARTS)?;
    Ok(hash_value(hash))
}

/// Adds `value` to `hash`, with so many of its parts at most: how many parts are left. A part in front of others takes
/// no more than its share, so that a long part does not hide what stands behind it; of a long vector, both ends count.
/// The share is half of what is left at most, and the last part is no deeper than the whole. So this is as deep as the
/// logarithm of `parts`.
///
/// # Errors
///
/// [`Stop::Interrupted`].
fn add_structure<'m>(
    m: &'m Mutator<'_>,
    mut value: Value<'m>,
    hash: &mut u64,
    mut parts: usize,
) -> Result<usize, Stop> {
    loop {
        let Some(mut left) = parts.checked_sub(1) else {
            return Ok(0);
        };
        if let Some((car, cdr)) = m.pair(value) {
            *hash = mix(*hash, 1);
            let share = left.div_ceil(2);
            left -= share - add_structure(m, car, hash, share)?;
            (value, parts) = (cdr, left);
            continue;
        }
        let Some(vector) = Object::of_kind(value, Kind::Vector) else {
            *hash = mix(*hash, leaf_hash(m, value)?);
            return Ok(left);
        };
        *hash = mix(*hash, 2 + vector.size() as u64);
        let count = vector.size().min(left);
        let Some(last) = vector.size().checked_sub(1).filter(|_| count > 0) else {
            return Ok(left);
        };
        let at_start = count.div_ceil(2);
        let at_end = vector.size() - (count - at_start);
        let places = (0..at_start).chain(at_end..vector.size());
        for (number, place) in places.take(count - 1).enumerate() {
            let share = left / (count - number);
            let element = vector.field(check::element(place));
            left -= share - add_structure(m, element, hash, share)?;
        }
        (value, parts) = (vector.field(check::element(last)), left);
    }
}

pub(crate) fn eq_hash<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    Ok(hash_value(mix(0, identity_hash(args[0]))))
}

/// Combines a hash with one more word (after Knuth's multiplicative hashing).
pub(crate) const fn mix(hash: u64, word: u64) -> u64 {
    let mixed = (hash.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ mixed >> 32
}

fn hash_value(hash: u64) -> Value<'static> {
    Value::count((hash >> 5) as usize)
}

/// A hash that agrees with `equal?`, of what has no parts.
///
/// # Errors
///
/// [`Stop::Interrupted`].
fn leaf_hash(m: &Mutator<'_>, value: Value<'_>) -> Result<u64, Stop> {
    let Some(object) = Object::of(value) else {
        return Ok(value.word());
    };
    Ok(match object.kind() {
        Kind::String => match StringObject::of(value) {
            Some(string) => string.content_hash(m)?,
            None => 0,
        },
        // All of these are `eqv?`, whatever their bits.
        Kind::Flonum if as_flonum(value).is_some_and(f64::is_nan) => 6,
        Kind::Bytevector | Kind::Flonum => {
            let (bytes, mut hash) = (object.bytes(), 3);
            m.in_parts(0..bytes.len(), |part| {
                let bytes = bytes[part].iter().map(Cell::get);
                hash = bytes.fold(hash, |hash, byte| mix(hash, u64::from(byte)));
            })?;
            hash
        }
        Kind::Bignum => object
            .limbs()
            .iter()
            .fold(4, |hash, limb| mix(hash, limb.get())),
        Kind::Ratnum | Kind::Compnum => {
            let part = |index| leaf_hash(m, object.field(check::element(index)));
            mix(mix(5, part(0)?), part(1)?)
        }
        _ => identity_hash(value),
    })
}

/// A hash that never changes: not of the address, which does.
fn identity_hash(value: Value<'_>) -> u64 {
    match Object::of(value) {
        Some(object) if object.kind() == Kind::Symbol => {
            object.field(abi::object_layout::symbol::HASH).word()
        }
        // Size and kind; the flags may change.
        Some(object) => object.header().word() >> abi::tag::HEADER_KIND_SHIFT,
        None if value.is_pair() => abi::tag::TAG_PAIR,
        None => value.word(),
    }
}
