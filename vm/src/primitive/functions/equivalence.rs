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
const HASHED_PARTS: usize = 64;

pub(crate) fn equal_hash<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let mut hash = 0_u64;
    let mut pending = vec![args[0]];
    for _ in 0..HASHED_PARTS {
        let Some(value) = pending.pop() else { break };
        if let Some((car, cdr)) = m.pair(value) {
            hash = mix(hash, 1);
            pending.push(cdr);
            pending.push(car);
        } else if let Some(vector) = Object::of_kind(value, Kind::Vector) {
            hash = mix(hash, 2 + vector.size() as u64);
            let hashed = vector.size().min(HASHED_PARTS);
            pending.extend(
                (0..hashed)
                    .rev()
                    .map(|index| vector.field(check::element(index))),
            );
        } else {
            hash = mix(hash, leaf_hash(m, value)?);
        }
    }
    Ok(hash_value(hash))
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
