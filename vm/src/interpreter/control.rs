//! Polls, continuations, traps.

use abi::condition::ConditionKind;

use crate::chunk::Continuation;
use crate::continuation::NotCaptured;
use crate::ending::VmError;
use crate::error::Raise;
use crate::interpreter::enter::{fault, go_on_or_retry, poll_at, stack_exhausted};
use crate::interpreter::executed::{Ending, Executed};
use crate::interpreter::machine::Machine;
use crate::interpreter::operand::{BranchOffset, Into, Local, MapAtEnd, Opcode};
use crate::interpreter::reinstate::{resume_with_list, resume_with_one};
use crate::interpreter::returns::list_of;
use crate::interpreter::safepoint::Retry;
use crate::interpreter::stage::Staged;
use crate::live::Live;
use crate::mutator::Mutator;
use crate::return_word::CodeTier;
use crate::stack::{Base, Innermost};

#[inline(always)]
pub(super) const fn no_operation(_: &mut Mutator<'_>, s: Machine) -> Machine {
    s
}

#[inline(always)]
pub(super) fn poll(m: &mut Mutator<'_>, s: Machine, map: MapAtEnd) -> Executed {
    if is_poll_due(m, s) {
        return Err(poll_slowly(m, s, map).machine());
    }
    Ok(s)
}

#[inline(always)]
pub(super) fn jump_poll(
    m: &mut Mutator<'_>,
    s: Machine,
    offset: BranchOffset,
    map: MapAtEnd,
) -> Executed {
    /// The branch counts from the end of the instruction, and so does the map.
    #[cold]
    #[inline(never)]
    fn apart(m: &mut Mutator<'_>, s: Machine, offset: BranchOffset, map: MapAtEnd) -> Machine {
        match poll_slowly(m, s, map) {
            Ok(s) => s.jumped(offset),
            Err(raised) => raised,
        }
    }

    if is_poll_due(m, s) {
        return Err(apart(m, s, offset, map));
    }
    Ok(s.jumped(offset))
}

/// Whether a poll in the frame of `s` takes its slow path.
#[inline(always)]
pub(super) fn is_poll_due(m: &Mutator<'_>, s: Machine) -> bool {
    s.fp_address().raw() < m.heap().poll_limit()
}

/// The slow path of a poll. `Err`: the machine that raises.
#[cold]
#[inline(never)]
pub(super) fn poll_slowly(m: &mut Mutator<'_>, s: Machine, map: MapAtEnd) -> Executed {
    poll_at(m, s, Innermost::Map(s.map(map)))?;
    Ok(s)
}

#[inline(always)]
pub(super) fn trap(m: &mut Mutator<'_>, s: Machine) -> Machine {
    fault(m, s, |_| Raise::condition(ConditionKind::Trap, []))
}

// Not part of the executor, which would keep a frame for what a capture answers (see `dispatch`).
#[inline(never)]
pub(super) fn capture(m: &mut Mutator<'_>, s: Machine, dst: Into, map: MapAtEnd) -> Machine {
    // SAFETY: the frame that runs, of bytecode.
    match unsafe { m.capture(s.fp(), CodeTier::Bytecode) } {
        Ok(continuation) => {
            s.set(dst, continuation);
            s
        }
        Err(NotCaptured::TooDeep) => stack_exhausted(m, s),
        Err(NotCaptured::Full(full)) => {
            let retry = Retry {
                map: s.map(map),
                bytes: Opcode::Capture.instruction_bytes(),
            };
            go_on_or_retry(m, s, Staged::Full(full.bytes), retry)
        }
    }
}

#[inline(always)]
pub(super) fn reinstate(
    m: &mut Mutator<'_>,
    s: Machine,
    continuation: Local,
    values: Local,
) -> Machine {
    let values = Values::List(s.get(values));
    reinstate_words(m, s, s.get(continuation), values)
}

#[inline(always)]
pub(super) fn reinstate_value(
    m: &mut Mutator<'_>,
    s: Machine,
    continuation: Local,
    value: Local,
) -> Machine {
    let value = Values::One(s.get(value));
    reinstate_words(m, s, s.get(continuation), value)
}

#[inline(never)]
fn reinstate_words(m: &mut Mutator<'_>, s: Machine, continuation: Live, values: Values) -> Machine {
    match reinstate_in_base(m, continuation, values) {
        Reinstated::At(machine) => machine,
        Reinstated::NotOne => not_a_continuation(m, s, continuation),
        Reinstated::NoList(values) => no_list_of_values(m, s, values),
    }
}

/// What goes to a continuation.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Values {
    /// One value.
    One(Live),
    /// Those in a list.
    List(Live),
}

/// Where a continuation leads.
pub(crate) enum Reinstated {
    /// The machine goes on there, or leaves the base for it.
    At(Machine),
    /// Nowhere: it is none.
    NotOne,
    /// Nowhere: this should be a list of values.
    NoList(Live),
}

/// Makes the base go on at a continuation, a word that is a value, with `values`. Where the run of the
/// continuation is over, the frames go on in this run: what they return is this run's result.
#[inline]
pub(crate) fn reinstate_in_base(
    m: &mut Mutator<'_>,
    continuation: Live,
    values: Values,
) -> Reinstated {
    // SAFETY: the word was live when it was passed, and nothing was collected since.
    let target = unsafe { continuation.value() };
    let Some(found) = Continuation::of(target) else {
        return Reinstated::NotOne;
    };
    if let Values::List(list) = values {
        // SAFETY: the word was live when it was passed, and nothing was collected since.
        let is_list = m.list_length(unsafe { list.value() }).is_some();
        if !is_list {
            return Reinstated::NoList(list);
        }
    }
    let serial = found.base();
    let is_elsewhere = |base: &Base| base.serial == serial;
    if m.state_mut().stack.current().serial == serial
        || !m.state().stack.bases.iter().any(is_elsewhere)
    {
        return Reinstated::At(match values {
            Values::One(value) => resume_with_one(m, found, value),
            Values::List(list) => resume_with_list(m, found, list),
        });
    }
    Reinstated::At(leave_for_outer(m, continuation, values))
}

/// Leaves the base for a continuation of an outer one.
#[cold]
fn leave_for_outer(m: &mut Mutator<'_>, continuation: Live, values: Values) -> Machine {
    let list = match values {
        Values::One(value) => Live::of(list_of(m, &[value])),
        Values::List(list) => list,
    };
    m.set_escape(continuation, list);
    m.end_run(VmError::Escape);
    m.exit_machine()
}

/// Raises that what should go to a continuation is no list.
#[cold]
pub(crate) fn no_list_of_values(m: &mut Mutator<'_>, s: Machine, found: Live) -> Machine {
    fault(m, s, |_| {
        // SAFETY: the word was live when it was passed, and nothing was collected since.
        let values = unsafe { found.value() };
        Raise::wrong_type("%reinstate", 2, "list", values)
    })
}

/// Raises that something is no continuation.
#[cold]
pub(crate) fn not_a_continuation(m: &mut Mutator<'_>, s: Machine, found: Live) -> Machine {
    fault(m, s, |_| {
        // SAFETY: the word was live when it was passed, and nothing was collected since.
        let target = unsafe { found.value() };
        Raise::wrong_type("%reinstate", 1, "continuation", target)
    })
}
