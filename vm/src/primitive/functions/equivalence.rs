//! Equivalence (R7RS 6.1) and the hashes that go with it.

use std::cmp::Ordering;
use std::collections::HashMap;

use abi::tag::Kind;
use syntax::{Stop, Supervisor};

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

/// How many parts are compared before shared and circular structure is watched for.
const UNWATCHED_PARTS: usize = 1 << 16;

/// Classes of objects that were found, or are assumed, to be equal: union-find by address.
///
/// Two objects whose comparison has begun are put into one class: meeting both again needs no
/// second look, so that circular structure ends and shared structure costs what it holds (Adams and
/// Dybvig: Efficient Nondestructive Equality Checking for Trees and Graphs, 2008).
#[derive(Default)]
struct Classes(HashMap<u64, u64>);

impl Classes {
    fn find(&mut self, mut word: u64) -> u64 {
        while let Some(&parent) = self.0.get(&word) {
            if let Some(&grandparent) = self.0.get(&parent) {
                self.0.insert(word, grandparent);
            }
            word = parent;
        }
        word
    }

    /// Makes one class of two; false if they were one already.
    fn join(&mut self, a: u64, b: u64) -> bool {
        let (a, b) = (self.find(a), self.find(b));
        if a != b {
            self.0.insert(a, b);
        }
        a != b
    }
}

/// `equal?`, which ends for circular structures too.
///
/// # Errors
///
/// [`Stop`], of large structures.
pub(crate) fn equal<'m>(m: &'m Mutator<'_>, a: Value<'m>, b: Value<'m>) -> Result<bool, Stop> {
    let mut pending = Vec::new();
    let mut parts = 0;
    let mut classes = Classes::default();
    let mut next = Some((a, b));
    while let Some((mut a, mut b)) = next {
        while !eqv(a, b) {
            let has_parts = a.is_pair() || a.is_kind(Kind::Vector);
            parts += 1;
            if parts % UNWATCHED_PARTS == 0 {
                m.check()?;
            }
            if has_parts && parts > UNWATCHED_PARTS && !classes.join(a.word(), b.word()) {
                break;
            }
            let (Some((car, cdr)), Some((other_car, other_cdr))) = (m.pair(a), m.pair(b)) else {
                if same_object(a, b, &mut pending) {
                    break;
                }
                return Ok(false);
            };
            if !eqv(car, other_car) {
                pending.push((car, other_car));
            }
            (a, b) = (cdr, other_cdr);
        }
        next = pending.pop();
    }
    Ok(true)
}

/// Whether two objects with headers have equal contents, of which the parts go to `pending`.
fn same_object<'m>(a: Value<'m>, b: Value<'m>, pending: &mut Vec<(Value<'m>, Value<'m>)>) -> bool {
    let (Some(x), Some(y)) = (Object::of(a), Object::of(b)) else {
        return false;
    };
    match (x.kind(), y.kind()) {
        (Kind::String, Kind::String) => {
            let (x, y) = (StringObject::of(a), StringObject::of(b));
            x.zip(y).is_some_and(|(x, y)| x.is_equal(y))
        }
        (Kind::Bytevector, Kind::Bytevector) => x.bytes() == y.bytes(),
        (Kind::Vector, Kind::Vector) if x.size() == y.size() => {
            let element = |index| {
                (
                    x.field(check::element(index)),
                    y.field(check::element(index)),
                )
            };
            pending.extend((0..x.size()).rev().map(element));
            true
        }
        _ => false,
    }
}

pub(crate) fn is_eqv<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    Ok(Value::boolean(eqv(args[0], args[1])))
}

pub(crate) fn is_equal<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    Ok(Value::boolean(equal(m, args[0], args[1])?))
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
            hash = mix(hash, leaf_hash(value));
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
fn leaf_hash(value: Value<'_>) -> u64 {
    let Some(object) = Object::of(value) else {
        return value.word();
    };
    match object.kind() {
        Kind::String => StringObject::of(value).map_or(0, StringObject::content_hash),
        // All of these are `eqv?`, whatever their bits.
        Kind::Flonum if as_flonum(value).is_some_and(f64::is_nan) => 6,
        Kind::Bytevector | Kind::Flonum => object
            .bytes()
            .iter()
            .fold(3, |hash, byte| mix(hash, u64::from(byte.get()))),
        Kind::Bignum => object
            .limbs()
            .iter()
            .fold(4, |hash, limb| mix(hash, limb.get())),
        Kind::Ratnum | Kind::Compnum => {
            let part = |index| leaf_hash(object.field(check::element(index)));
            mix(mix(5, part(0)), part(1))
        }
        _ => identity_hash(value),
    }
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
