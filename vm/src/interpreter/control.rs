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
    match m.capture(s.fp_address()) {
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
    // SAFETY: it was in a slot of the running frame, as a value.
    let target = unsafe { Value::from_word(continuation) };
    let Some(serial) = continuation_base(target) else {
        return fault(m, s, |_| {
            // SAFETY: nothing was collected since the operand was read.
            let target = unsafe { Value::from_word(continuation) };
            Raise::wrong_type("%reinstate", 1, "continuation", target)
        });
    };
    let bases = &m.state().stack.bases;
    let Some(index) = bases.iter().position(|base| base.serial == serial) else {
        return fault(m, s, |_| {
            let message = "the run that this continuation belongs to is over";
            Raise::condition(ConditionKind::Reentry, [Irritant::Text(message.into())])
        });
    };
    if index + 1 < bases.len() {
        m.set_escape(continuation, values);
        m.end_run(VmError::Escape);
        return m.exit_machine();
    }
    m.resume_with_list(continuation, values)
}
