//! Where a machine is: samples, which other threads ask for. `sample_at_poll` takes them.

use std::sync::{Arc, Mutex, PoisonError};

use gc::{ImageId, Interrupt};

use crate::interrupts::SAMPLE_BIT;

/// Where a frame stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SampledFrame {
    /// The image whose code runs.
    pub image: ImageId,
    /// A virtual address inside the instruction, or the last byte of it. Native parts lie behind the code of their
    /// image.
    pub address: u32,
}

/// The frames of a machine when it polled, innermost first: those of the current run, as far as they are not many.
pub type Sample = Arc<[SampledFrame]>;

/// The last sample of a machine, and how many were taken.
#[derive(Debug, Default)]
pub(crate) struct LastSample(Mutex<(u64, Option<Sample>)>);

impl LastSample {
    pub(crate) fn set(&self, sample: Sample) {
        // A sample is whole after every operation: a panic of another holder breaks nothing.
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *last = (last.0 + 1, Some(sample));
    }

    fn get(&self) -> (u64, Option<Sample>) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// Asks a machine where it is, from any thread.
#[derive(Clone, Debug)]
pub struct Sampler {
    last: Arc<LastSample>,
    interrupt: Interrupt,
    /// How many samples were taken when this one was asked last.
    seen: u64,
}

impl Sampler {
    pub(crate) const fn new(last: Arc<LastSample>, interrupt: Interrupt) -> Self {
        Self {
            last,
            interrupt,
            seen: 0,
        }
    }

    /// Has the machine take a sample at its next poll.
    pub fn request(&self) {
        self.interrupt.raise(SAMPLE_BIT);
    }

    /// The last sample, if it was taken since this was asked before.
    pub fn take(&mut self) -> Option<Sample> {
        let (count, sample) = self.last.get();
        let is_new = std::mem::replace(&mut self.seen, count) != count;
        sample.filter(|_| is_new)
    }
}
