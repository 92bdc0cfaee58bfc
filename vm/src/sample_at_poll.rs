//! Takes samples of where the machine is, at polls.
//!
//! A sample costs the program one slow path of a poll. Nothing is counted while nobody asks.

use gc::Address;

use crate::frame_walk::return_word;
use crate::interpreter::Machine;
use crate::interrupts::SAMPLE_BIT;
use crate::mutator::Mutator;
use crate::samples::{Sample, SampledFrame};

/// How many frames a sample tells of at most.
const FRAMES_MAX: usize = 16;

impl Mutator<'_> {
    /// Takes a sample, if one was asked for since the last poll. The machine stands at a poll, in the frame of `s`.
    #[inline]
    pub(crate) fn sample_at_poll(&self, s: impl FnOnce(&Self) -> Machine) {
        if self.heap().take_interrupts(SAMPLE_BIT) != 0 {
            let frames = self.frames_of(s(self));
            self.state().last_sample.set(frames);
        }
    }

    #[cold]
    fn frames_of(&self, s: Machine) -> Sample {
        let mut frames = Vec::with_capacity(FRAMES_MAX);
        let mut add = |end: Address| {
            // The instruction ends there.
            let inside = Address::new(end.raw().saturating_sub(1));
            let registry = &self.state().registry;
            let found = registry.image_at(inside);
            let frame = found.and_then(|image| {
                Some(SampledFrame {
                    image: image.id(),
                    address: image.virtual_address(inside)?,
                })
            });
            frames.extend(frame);
            frames.len() < FRAMES_MAX
        };
        add(s.pc_address());
        let state = self.state();
        let mut fp = s.fp();
        if let Some(base) = state.stack.bases.last() {
            while let Some(word) = return_word(base, state.stubs, fp) {
                if !add(word.address()) {
                    break;
                }
                // SAFETY: the frame's return word, barriers apart.
                fp = unsafe { fp.above(word) };
            }
        }
        frames.into()
    }
}
