//! Polls, continuations, traps.

use std::sync::atomic::Ordering;

use abi::condition::ConditionKind;
use abi::isa::{BranchOffset, Into, Local, Opcode};

use crate::continuation::continuation_base;
use crate::error::{Irritant, Raise};
use crate::interpreter::machine::{Machine, MapAtEnd};
use crate::interpreter::raise::{Retry, Staged, fault, go_on_or_retry};
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
    reinstate_words(m, s, s.get(continuation), s.get(values))
}

#[inline(never)]
fn reinstate_words(m: &mut Mutator<'_>, s: Machine, continuation: u64, values: u64) -> Machine {
    match reinstate_in_base(m, continuation, values) {
        Reinstated::At(machine) => machine,
        Reinstated::Not(wrong) => wrong_continuation(m, s, continuation, wrong),
    }
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

/// Makes the base go on at a continuation with the values in a list, two words that are values.
#[inline]
pub(crate) fn reinstate_in_base(m: &mut Mutator<'_>, continuation: u64, values: u64) -> Reinstated {
    // SAFETY: callers have just read it from a slot or register.
    let target = unsafe { Value::from_word(continuation) };
    let Some(serial) = continuation_base(target) else {
        return Reinstated::Not(WrongContinuation::NotOne);
    };
    if m.state_mut().stack.current().serial == serial {
        return Reinstated::At(m.resume_with_list(continuation, values));
    }
    let bases = &m.state().stack.bases;
    if bases.iter().all(|base| base.serial != serial) {
        return Reinstated::Not(WrongContinuation::Over);
    }
    m.set_escape(continuation, values);
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
