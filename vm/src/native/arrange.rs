//! Brings the arguments of a call by native code to where a native entry takes them.
//!
//! The driver makes all other calls: of a callee that has no native code or is no procedure, with a
//! wrong number of arguments, or with a very long list.

use std::cell::Cell;

use abi::native::WIDE_ARGUMENT_WORDS;
use abi::object_layout::closure;
use abi::procedure::{ARITY_OFFSET, Arity, NATIVE_ENTRY_OFFSET};
use abi::tag::{self, Kind};
use gc::Address;

use crate::interpreter::REST_UNRESERVED_MAX;
use crate::mutator::Mutator;
use crate::native::call_stubs::{LEAVES_FOR_APPLY, LEAVES_FOR_CALL};
use crate::native::slow_path::guard;
use crate::native::stubs::Answer;
use crate::object::Object;
use crate::value::Value;

/// Arranges the arguments in the mutator, which are the closure and as many as it counts; where the
/// closure takes them.
pub(super) extern "C" fn call(mutator: usize) -> Answer {
    guard(mutator, |m| {
        let closure = m.state().native.argument(0);
        let entry = native_entry(word_in(m, closure)).ok_or(LEAVES_FOR_CALL)?;
        arrange(m, entry, LEAVES_FOR_CALL)
    })
}

/// Spreads the list in the mutator, behind the closure; where the closure takes its elements.
pub(super) extern "C" fn apply(mutator: usize) -> Answer {
    guard(mutator, |m| {
        let context = &m.state().native;
        let entry = native_entry(word_in(m, context.argument(0))).ok_or(LEAVES_FOR_APPLY)?;
        let list = word_in(m, context.argument(1));
        // Nothing is written before it is known that the list is one, and short enough.
        let mut count = 0;
        let mut rest = list;
        while let Some((_, cdr)) = m.pair(rest) {
            (rest, count) = (cdr, count + 1);
            // The closure has a place as well, and places have numbers of 16 bits.
            if count + 1 >= WIDE_ARGUMENT_WORDS {
                return Err(LEAVES_FOR_APPLY);
            }
        }
        let makes_list = entry.arity.has_rest && count > REST_UNRESERVED_MAX;
        if !rest.is_null() || makes_list {
            return Err(LEAVES_FOR_APPLY);
        }
        for (element, place) in m.elements(list).zip(context.places(count + 1).skip(1)) {
            place.set(element.word());
        }
        context.argument_count.set(count as u64);
        // The arguments are where those of a call are by now.
        arrange(m, entry, LEAVES_FOR_CALL)
    })
}

fn word_in<'m>(_: &'m Mutator<'_>, place: &Cell<u64>) -> Value<'m> {
    // SAFETY: native code left a value there, and nothing was collected since.
    unsafe { Value::from_word(place.get()) }
}

/// A procedure that native code may enter.
#[derive(Clone, Copy)]
struct Entry {
    arity: Arity,
    address: Address,
}

fn native_entry(callee: Value<'_>) -> Option<Entry> {
    let code = Object::of_kind(callee, Kind::Closure)?.field(closure::CODE);
    let code = Address::from_word(code.word());
    // SAFETY: code addresses lead to procedure headers, which are aligned to 16 bytes.
    let distance = unsafe { field(code, NATIVE_ENTRY_OFFSET) }.cast_signed();
    if distance == 0 {
        return None;
    }
    Some(Entry {
        // SAFETY: as above.
        arity: Arity::from_word(unsafe { field(code, ARITY_OFFSET) }),
        address: code.offset_bytes(distance as isize as usize),
    })
}

/// A field of the procedure header at `code`.
///
/// # Safety
///
/// A procedure header is mapped there.
unsafe fn field(code: Address, offset: usize) -> u32 {
    let field: *const u32 = std::ptr::with_exposed_provenance(code.raw() + offset);
    // SAFETY: passed on to the caller.
    u32::from_le(unsafe { field.read() })
}

/// Fills in optional arguments and makes a list of the rest.
///
/// # Errors
///
/// What the driver does instead: nothing was changed then.
fn arrange(m: &Mutator<'_>, entry: Entry, leaves: u64) -> Result<u64, u64> {
    let Entry { arity, address } = entry;
    let context = &m.state().native;
    let count = context.argument_count.get() as usize;
    let required = usize::from(arity.required);
    let positional = required + usize::from(arity.optional);
    if count < required || (count > positional && !arity.has_rest) {
        return Err(LEAVES_FOR_CALL);
    }
    if arity.has_rest {
        let rest_count = count.saturating_sub(positional);
        if rest_count > REST_UNRESERVED_MAX {
            // The driver asks the collector first.
            return Err(leaves);
        }
        let places = context.places(count + 1).rev().take(rest_count);
        let rest = places.fold(Value::NULL, |rest, place| m.cons(word_in(m, place), rest));
        context.argument(positional + 1).set(rest.word());
    }
    for place in context.places(positional + 1).skip(count + 1) {
        place.set(tag::DEFAULT);
    }
    Ok(address.word())
}
