//! Polls, continuations, traps.

use std::sync::atomic::Ordering;

use abi::condition::ConditionKind;
use abi::isa::{BranchOffset, Into, Local, Opcode};

use crate::continuation::continuation_base;
use crate::error::{Irritant, Raise};
use crate::interpreter::machine::{Machine, MapAtEnd};
use crate::interpreter::raise::{Retry, Staged, fault, go_on_or_retry};
use crate::interpreter::returns::list_of;
use crate::interpreter::safepoint::poll_at;
use crate::mutator::Mutator;
use crate::run::VmError;
use crate::stack::Innermost;
use crate::stubs::CodeTier;
use crate::value::Value;

#[inline(always)]
pub(super) const fn no_operation(_: &mut Mutator<'_>, s: Machine) -> Machine {
    s
}

#[inline(always)]
pub(super) fn poll(m: &mut Mutator<'_>, s: Machine, map: MapAtEnd) -> Machine {
    match poll_if_requested(m, s, map) {
        Ok(()) => s,
        Err(raised) => raised,
    }
}

#[inline(always)]
pub(super) fn jump_poll(
    m: &mut Mutator<'_>,
    s: Machine,
    offset: BranchOffset,
    map: MapAtEnd,
) -> Machine {
    // The branch counts from the end of the instruction, and so does the map.
    match poll_if_requested(m, s, map) {
        Ok(()) => s.jumped(offset),
        Err(raised) => raised,
    }
}

/// A poll; `Err` if it raised.
#[inline(always)]
pub(super) fn poll_if_requested(
    m: &mut Mutator<'_>,
    s: Machine,
    map: MapAtEnd,
) -> Result<(), Machine> {
    if s.fp.addr() >= m.heap().poll_limit().load(Ordering::Relaxed) {
        return Ok(());
    }
    poll_at(m, s, Innermost::Map(s.map(map)))
}

#[inline(always)]
pub(super) fn trap(m: &mut Mutator<'_>, s: Machine) -> Machine {
    fault(m, s, |_| Raise::condition(ConditionKind::Trap, []))
}

#[inline(always)]
pub(super) fn capture(m: &mut Mutator<'_>, s: Machine, dst: Into, map: MapAtEnd) -> Machine {
    match m.capture(s.fp_address(), CodeTier::Bytecode) {
        Ok(continuation) => {
            s.set(dst, continuation);
            s
        }
        Err(full) => {
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
fn reinstate_words(m: &mut Mutator<'_>, s: Machine, continuation: u64, values: Values) -> Machine {
    match reinstate_in_base(m, continuation, values) {
        Reinstated::At(machine) => machine,
        Reinstated::Not(wrong) => wrong_continuation(m, s, continuation, wrong),
    }
}

/// What goes to a continuation: words that are values.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Values {
    /// One value.
    One(u64),
    /// Those in a list.
    List(u64),
}

/// Where a continuation leads.
pub(crate) enum Reinstated {
    /// The machine goes on there, or leaves the base for it.
    At(Machine),
    /// Nowhere.
    Not(WrongContinuation),
}

/// Why something cannot be reinstated.
#[derive(Clone, Copy)]
pub(crate) enum WrongContinuation {
    NotOne,
    Over,
}

/// Makes the base go on at a continuation, a word that is a value, with `values`.
#[inline]
pub(crate) fn reinstate_in_base(
    m: &mut Mutator<'_>,
    continuation: u64,
    values: Values,
) -> Reinstated {
    // SAFETY: callers have just read it from a slot or register.
    let target = unsafe { Value::from_word(continuation) };
    let Some(serial) = continuation_base(target) else {
        return Reinstated::Not(WrongContinuation::NotOne);
    };
    if m.state_mut().stack.current().serial == serial {
        return Reinstated::At(match values {
            Values::One(value) => m.resume_with_one(continuation, value),
            Values::List(list) => m.resume_with_list(continuation, list),
        });
    }
    reinstate_outside(m, (continuation, serial), values)
}

/// Leaves the base for a continuation of another one.
#[cold]
fn reinstate_outside(
    m: &mut Mutator<'_>,
    (continuation, serial): (u64, u64),
    values: Values,
) -> Reinstated {
    let bases = &m.state().stack.bases;
    if bases.iter().all(|base| base.serial != serial) {
        return Reinstated::Not(WrongContinuation::Over);
    }
    let list = match values {
        Values::One(value) => list_of(m, &[value]).word(),
        Values::List(list) => list,
    };
    m.set_escape(continuation, list);
    m.end_run(VmError::Escape);
    Reinstated::At(m.exit_machine())
}

/// Raises what is wrong about a continuation.
#[cold]
pub(crate) fn wrong_continuation(
    m: &mut Mutator<'_>,
    s: Machine,
    continuation: u64,
    wrong: WrongContinuation,
) -> Machine {
    fault(m, s, |_| match wrong {
        WrongContinuation::NotOne => {
            // SAFETY: nothing was collected since the operand was read.
            let target = unsafe { Value::from_word(continuation) };
            Raise::wrong_type("%reinstate", 1, "continuation", target)
        }
        WrongContinuation::Over => {
            let message = "the run that this continuation belongs to is over";
            Raise::condition(ConditionKind::Reentry, [Irritant::Text(message.into())])
        }
    })
}
