//! Calls of host primitives, which may run Scheme.

use abi::condition::ConditionKind;
use abi::object_layout::location;
use abi::tag::Kind;
use gc::WORD_BYTES;

use crate::chunk::Continuation;
use crate::collect::heap_exhausted;
use crate::ending::VmError;
use crate::ending::{Handle, HostError};
use crate::error::Raise;
use crate::interpreter::enter::enter;
use crate::interpreter::enter::fault;
use crate::interpreter::machine::Machine;
use crate::interpreter::operand::{Count, IntoReturned, Local, MapAtEnd, PrimitiveOperand};
use crate::interpreter::reinstate::resume_with_list;
use crate::live::Live;
use crate::mutator::Mutator;
use crate::object::Object;
use crate::primitive::{Entry, entry};
use crate::stack::{Innermost, Suspended};

// Not part of the executor, which would keep a frame for the call (see `dispatch`).
#[inline(never)]
pub(super) fn call_host(
    m: &mut Mutator<'_>,
    s: Machine,
    primitive: PrimitiveOperand,
    first: Local,
    count: Count,
    dst: IntoReturned,
    words: Count,
    map: MapAtEnd,
) -> Machine {
    let floor = s
        .fp_address()
        .offset_bytes((usize::from(words.number()) * WORD_BYTES).wrapping_neg());
    let pc = s.inside();
    let innermost = Innermost::Map(s.map(map));
    let suspended = Suspended {
        fp: s.fp(),
        pc,
        floor,
        innermost,
    };
    let call = HostCall {
        primitive,
        arguments: s.values(first, count),
        suspended,
        dst,
    };
    run_host(m, s, call)
}

/// A call of a host primitive.
pub(crate) struct HostCall<Arguments> {
    pub(crate) primitive: PrimitiveOperand,
    pub(crate) arguments: Arguments,
    /// Where the frame that calls stops meanwhile.
    pub(crate) suspended: Suspended,
    /// The slot for the result.
    pub(crate) dst: IntoReturned,
}

/// Calls a host primitive from the frame of `s`; if it returns, the result is in its slot, and the machine
/// stands where it stood.
#[inline(never)]
pub(crate) fn run_host(
    m: &mut Mutator<'_>,
    s: Machine,
    call: HostCall<impl ExactSizeIterator<Item = Live>>,
) -> Machine {
    let HostCall {
        primitive,
        arguments,
        suspended,
        dst,
    } = call;
    let function = match entry(primitive.0) {
        Some(Entry::Host { function, arity }) if arity.contains(&arguments.len()) => *function,
        _ => return fault(m, s, |_| Raise::condition(ConditionKind::Trap, [])),
    };
    let state = m.state_mut();
    let outer_start = state.host_arguments_start;
    let start = state.host_arguments.len();
    state.host_arguments.extend(arguments.map(Live::bits));
    state.host_arguments_start = start;
    state.stack.current().suspended = Some(suspended);
    state.result.set(Live::UNSPECIFIED.bits());
    let outcome = function(m);
    let state = m.state_mut();
    state.stack.current().suspended = None;
    state.host_arguments.truncate(start);
    state.host_arguments_start = outer_start;
    let serial = state.stack.current().serial;
    let was_interrupted = state
        .interrupted_base
        .take_if(|base| *base == serial)
        .is_some();
    match outcome {
        Ok(()) => {
            let result = Live::of(m.result());
            // SAFETY: the operand names a slot for the result.
            unsafe { s.set_slot(dst.number(), result) };
            s
        }
        Err(error) if was_interrupted && !error.ends_runs() => {
            let places = m.places(m.return_addresses(s, usize::from(u8::MAX)));
            fail(m, s, HostError::Interrupted { places })
        }
        Err(error) => fail(m, s, error),
    }
}

/// Goes on after a host primitive without a result.
#[cold]
fn fail(m: &mut Mutator<'_>, s: Machine, error: HostError) -> Machine {
    match error {
        HostError::Broken => {
            m.end_run(VmError::Broken);
            m.exit_machine()
        }
        HostError::Escape => escape(m, s),
        HostError::Exit(status) => {
            m.end_run(VmError::Exit(status));
            m.exit_machine()
        }
        HostError::Uncaught { object, places } => {
            m.end_run(VmError::Uncaught { object, places });
            m.exit_machine()
        }
        HostError::Interrupted { places } => {
            m.end_run(VmError::Interrupted { places });
            m.exit_machine()
        }
        HostError::Raise(object) if !m.owns(&object) => fault(m, s, |_| {
            let message = "a host procedure raised an object of another heap";
            Raise::other("host", message, &[])
        }),
        HostError::Raise(object) => raise_object(m, s, object),
        HostError::Message(message) => fault(m, s, |_| Raise::other("host", message, &[])),
        HostError::Condition(condition) => fault(m, s, |_| condition.into()),
        HostError::HeapExhausted { needed_bytes } => {
            fault(m, s, |m| heap_exhausted(m, needed_bytes).into())
        }
    }
}

/// Goes on at the continuation of an escape, or leaves this run too.
fn escape(m: &mut Mutator<'_>, s: Machine) -> Machine {
    let (continuation, values) = m.take_escape();
    // SAFETY: the word was read just now.
    let target = unsafe { continuation.value() };
    let Some(found) = Continuation::of(target) else {
        // A host procedure invented the escape, or has it from another machine.
        let message = "a host procedure escaped to nowhere";
        return fault(m, s, |_| Raise::other("host", message, &[]));
    };
    if found.base() == m.state_mut().stack.current().serial {
        return resume_with_list(m, found, values);
    }
    m.set_escape(continuation, values);
    m.end_run(VmError::Escape);
    m.exit_machine()
}

/// Calls the library's `raise`, or ends the run if there is none.
fn raise_object(m: &mut Mutator<'_>, s: Machine, object: Handle) -> Machine {
    let raise = {
        let symbol = m.intern("raise");
        let location = Object::of_kind(m.location_of(symbol), Kind::Location);
        let value = location.map(|location| location.field(location::VALUE));
        value
            .filter(|value| value.is_kind(Kind::Closure))
            .map(Live::of)
    };
    let Some(raise) = raise else {
        let places = m.places(m.return_addresses(s, usize::from(u8::MAX)));
        m.end_run(VmError::Uncaught { object, places });
        return m.exit_machine();
    };
    let object = Live::of(m.rooted(&object));
    // SAFETY: nothing of the frame is needed any more; below its limit, the stack has room for more than
    // these two slots.
    unsafe {
        s.set_slot(0, raise);
        s.set_slot(1, object);
    }
    // SAFETY: both slots were just written.
    unsafe { enter(m, s, 1) }
}
