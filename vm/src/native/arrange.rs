//! Brings the arguments of a call by native code to where a native entry takes them.
//!
//! The driver makes all other calls: of a callee that has no native code or is no procedure, with a
//! wrong number of arguments, or with a very long list.

use abi::native::WIDE_ARGUMENT_WORDS;
use abi::procedure::Arity;
use abi::tag;
use gc::Address;

use crate::interpreter::{Code, REST_UNRESERVED_MAX};
use crate::mutator::Mutator;
use crate::native::crossing::{LEAVES_FOR_APPLY, LEAVES_FOR_CALL, StubAnswer};
use crate::native::waiting::{Waiting, guard};
use crate::value::Value;

/// Arranges the arguments in the mutator, which are the closure and as many as it counts; where the
/// closure takes them.
pub(super) extern "C" fn call(waiting: Waiting) -> StubAnswer {
    guard(waiting, |m| {
        // SAFETY: native code leaves the closure there, and waits.
        let closure = unsafe { m.state().native.live_argument(0).value() };
        let entry = native_entry(closure).ok_or(LEAVES_FOR_CALL)?;
        arrange(m, entry, LEAVES_FOR_CALL)
    })
}

/// Spreads the list in the mutator, behind the closure; where the closure takes its elements.
pub(super) extern "C" fn apply(waiting: Waiting) -> StubAnswer {
    guard(waiting, |m| {
        let context = &m.state().native;
        // SAFETY: native code leaves the closure and a list there, and waits.
        let [closure, list] = [0, 1].map(|index| unsafe { context.live_argument(index).value() });
        let entry = native_entry(closure).ok_or(LEAVES_FOR_APPLY)?;
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

/// A procedure that native code may enter.
#[derive(Clone, Copy)]
struct Entry {
    arity: Arity,
    address: Address,
}

fn native_entry(callee: Value<'_>) -> Option<Entry> {
    let code = Code::of(callee)?;
    Some(Entry {
        address: code.native_entry()?,
        arity: code.arity(),
    })
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
        let rest = (count + 1 - rest_count..=count).rev();
        let rest = rest.fold(Value::NULL, |rest, index| {
            // SAFETY: native code leaves the closure and `count` arguments there, or `apply` has spread a
            // list there; nothing was collected since.
            m.cons(unsafe { context.live_argument(index).value() }, rest)
        });
        context.argument(positional + 1).set(rest.word());
    }
    for place in context.places(positional + 1).skip(count + 1) {
        place.set(tag::DEFAULT);
    }
    Ok(address.word())
}
