//! Safepoints: where a collection may start, and what an instruction needs to run again after one.

use gc::{Address, CollectReason, Outcome};

use crate::frame_walk::lowest_word;
use crate::interpreter::machine::Machine;
use crate::mutator::Mutator;
use crate::stack::{Innermost, Suspended};

/// An instruction that may be run again after a collection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retry {
    /// The map of the frame before the instruction.
    pub(crate) map: Address,
    /// Bytes of the instruction.
    pub(crate) bytes: usize,
}

/// Collects while the frame of `s` stands at a safepoint.
pub(crate) fn collect_at(
    m: &mut Mutator<'_>,
    s: Machine,
    innermost: Innermost,
    reason: CollectReason,
) -> Outcome {
    suspend(m, s, innermost);
    let outcome = m.collect_for(reason);
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

/// Collects if that is due, while the frame of `s` stands at a safepoint.
pub(crate) fn collect_if_due_at(m: &mut Mutator<'_>, s: Machine, innermost: Innermost) -> Outcome {
    suspend(m, s, innermost);
    let outcome = m.collect_if_due();
    m.state_mut().stack.current().suspended = None;
    outcome
}

impl Mutator<'_> {
    /// Opens the stack's headroom, or closes it.
    pub(crate) fn set_in_headroom(&mut self, in_headroom: bool) {
        self.state_mut().stack.in_headroom = in_headroom;
        self.set_stack_reach();
    }

    fn set_stack_reach(&self) {
        let reach = self.state().stack.reach();
        self.heap().set_stack_limit(reach.raw());
    }

    /// Whether the stack has no room for a frame down to `lowest`. All entries of procedures ask this, when they find
    /// the poll limit in their way.
    pub(crate) fn lacks_stack(&mut self, lowest: usize) -> bool {
        if lowest >= self.heap().stack_limit() {
            return false;
        }
        let has_grown = self.state_mut().stack.grow(lowest);
        self.set_stack_reach();
        !has_grown
    }
}
