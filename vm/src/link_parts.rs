//! Links native code that is made while a program runs, at polls.
//!
//! A native part is made elsewhere, perhaps by another thread, and sent here. The next poll links the part to its
//! image. Calls of its procedures are native from then on. Frames that stand in the bytecode of these procedures go on
//! as they are.

use std::sync::Arc;

use gc::ImageId;
use loader::{LinkedBytes, TrustedImage};

use crate::interrupts::LINK_BIT;
use crate::mutator::Mutator;
use crate::native_parts::{GradualSwitch, LinkRefusal};

impl Mutator<'_> {
    /// What became of the native parts that were sent, in the order in which polls found them.
    pub fn native_links(&self) -> &[Result<LinkedBytes, LinkRefusal>] {
        &self.state().native_links
    }

    /// How many frames of bytecode have gone on natively at the end of a turn of a loop.
    pub fn entered_loops(&self) -> u64 {
        self.state().entered_loops.get()
    }

    /// Links the native parts that wait, if any were sent since the last poll. The machine stands at a poll.
    #[inline]
    pub(crate) fn link_at_poll(&mut self) {
        if self.heap().take_interrupts(LINK_BIT) != 0 {
            self.link_waiting_parts();
        }
    }

    #[cold]
    fn link_waiting_parts(&mut self) {
        let waiting = Arc::clone(&self.state().waiting_parts);
        while let Some((image, part)) = waiting.pop() {
            let linked = self.link_part(image, &part);
            self.state_mut().native_links.push(linked);
        }
        self.switch_gradually();
    }

    /// Links a native part to an image. The machine stands at a poll.
    fn link_part(
        &mut self,
        id: ImageId,
        part: &TrustedImage<'_>,
    ) -> Result<LinkedBytes, LinkRefusal> {
        let bytes = part.bytes().len();
        if !part.is_linked() && bytes > self.chargeable_bytes() {
            return Err(LinkRefusal::HeapLimit { bytes });
        }
        let state = self.state_mut();
        let (placement, directory) = (state.placement, state.image_directory.clone());
        let image = state.registry.get_mut(id).ok_or(LinkRefusal::ImageGone)?;
        let linked = image.link_part(part, placement, directory.as_deref())?;
        if let Some(gradual) = &mut state.gradual_switch {
            gradual.images.push((id, GradualSwitch::ROUNDS));
        } else {
            // SAFETY: the machine is this thread's, and stands at a poll: whoever stands at a first instruction has
            // not begun it, or waits inside it for a host procedure and does not read its opcode again.
            unsafe { image.enter_native_code(|_| true) }?;
        }
        let charge = self.heap().charge(linked.bytes, 0);
        if let Some(image) = self.state_mut().registry.get_mut(id) {
            image.hold_charge(charge);
        }
        Ok(linked)
    }

    /// In tests that ask for it, lets some more procedures enter their native code, and comes back at the next poll.
    fn switch_gradually(&mut self) {
        let state = self.state_mut();
        let Some(gradual) = &mut state.gradual_switch else {
            return;
        };
        if gradual.polls > 0 {
            gradual.polls -= 1;
        } else if let Some(&(id, rounds)) = gradual.images.last() {
            gradual.polls = gradual.next() % GradualSwitch::POLLS_MAX;
            let coin = gradual.next();
            let left = rounds.saturating_sub(1);
            if let Some(image) = state.registry.get_mut(id) {
                let chosen = |number: usize| left == 0 || (coin >> (number % 61)).is_multiple_of(8);
                // SAFETY: the machine is this thread's, and stands at a poll: whoever stands at a first
                // instruction has not begun it, or does not read its opcode again.
                let switched = unsafe { image.enter_native_code(chosen) };
                switched.expect("bytecode that was written before can be written");
            }
            gradual.images.pop();
            if left > 0 {
                gradual.images.insert(0, (id, left));
            }
        }
        if !gradual.images.is_empty() {
            self.heap().interrupt().raise(LINK_BIT);
        }
    }
}
