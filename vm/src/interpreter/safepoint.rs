//! Safepoints: the actions at a place where a collection may start.

use abi::condition::ConditionKind;
use gc::{CollectReason, Outcome};

use crate::error::{Irritant, Raise};
use crate::frame_walk::lowest_word;
use crate::interpreter::machine::Machine;
use crate::interpreter::raise::{fault, heap_exhausted};
use crate::mutator::Mutator;
use crate::stack::{Innermost, Suspended};

/// Collects while the frame of `s` stands at a safepoint.
pub(crate) fn collect_at(
    m: &mut Mutator<'_>,
    s: Machine,
    innermost: Innermost,
    reason: CollectReason,
) -> Outcome {
    suspend(m, s, innermost);
    let outcome = m.heap_mut().collect(reason);
    m.state_mut().stack.current().suspended = None;
    outcome
}

fn suspend(m: &mut Mutator<'_>, s: Machine, innermost: Innermost) {
    let fp = s.fp();
    // The image is kept by the instruction, not by what may come after it.
    let pc = s.inside();
    m.state_mut().stack.current().suspended = Some(Suspended {
        fp,
        pc,
        // SAFETY: the map of the instruction at which the frame stands, or of the procedure's entry.
        floor: unsafe { lowest_word(fp.address(), innermost) },
        innermost,
    });
}

/// The slow path of every poll: collects if that is due, then handles interrupts. `Err` if a
/// condition took the frame's place.
#[cold]
#[inline(never)]
pub(crate) fn poll_at(
    m: &mut Mutator<'_>,
    s: Machine,
    innermost: Innermost,
) -> Result<(), Machine> {
    suspend(m, s, innermost);
    let outcome = m.heap_mut().collect_if_due();
    m.state_mut().stack.current().suspended = None;
    if let Outcome::Exhausted { needed_bytes } = outcome {
        return Err(fault(m, s, |m| heap_exhausted(m, needed_bytes)));
    }
    if m.heap().take_interrupts() != 0 {
        return Err(fault(m, s, |_| {
            Raise::condition(ConditionKind::Interrupted, [])
        }));
    }
    Ok(())
}

/// The frame of `s` needs more stack than there is.
#[cold]
#[inline(never)]
pub(crate) fn stack_exhausted(m: &mut Mutator<'_>, s: Machine) -> Machine {
    let bytes = m.state().stack.bytes() as i64;
    let exhausted = || Raise::condition(ConditionKind::StackExhausted, [Irritant::Integer(bytes)]);
    if m.state().stack.in_headroom {
        m.fail("the stack was exhausted again while that was handled");
        return m.exit_machine();
    }
    m.set_in_headroom(true);
    fault(m, s, |_| exhausted())
}

impl Mutator<'_> {
    /// Opens the stack's headroom, or closes it.
    pub(crate) fn set_in_headroom(&mut self, in_headroom: bool) {
        self.state_mut().stack.in_headroom = in_headroom;
        let limit = self.state().stack.limit();
        self.heap().set_stack_limit(limit.raw());
    }
}
