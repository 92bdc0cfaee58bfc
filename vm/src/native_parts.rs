//! Native code that is made while a program runs: how it gets to the machine. `link_parts` links it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use gc::{ImageId, Interrupt};
use loader::{LoadError, TrustedImage};
use thiserror::Error;

use crate::interrupts::LINK_BIT;

/// Parts that were sent and not linked yet.
#[derive(Debug, Default)]
pub(crate) struct WaitingParts(Mutex<VecDeque<(ImageId, TrustedImage<'static>)>>);

impl WaitingParts {
    fn push(&self, image: ImageId, part: TrustedImage<'static>) {
        // A queue is whole after every operation: a panic of another holder breaks nothing.
        let mut parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        parts.push_back((image, part));
    }

    pub(crate) fn pop(&self) -> Option<(ImageId, TrustedImage<'static>)> {
        let mut parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        parts.pop_front()
    }
}

/// Sends native parts to a machine, from any thread.
#[derive(Clone, Debug)]
pub struct NativeParts {
    waiting: Arc<WaitingParts>,
    interrupt: Interrupt,
}

impl NativeParts {
    pub(crate) const fn new(waiting: Arc<WaitingParts>, interrupt: Interrupt) -> Self {
        Self { waiting, interrupt }
    }

    /// Has the machine link `part` to `image` at its next poll.
    pub fn send(&self, image: ImageId, part: TrustedImage<'static>) {
        self.waiting.push(image, part);
        self.interrupt.raise(LINK_BIT);
    }
}

/// Why native code was not linked. The program runs on without it.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum LinkRefusal {
    /// The image is gone.
    #[error("the image is gone")]
    ImageGone,
    /// The limit of the heap leaves too little.
    #[error("{bytes} bytes of native code are too much for the heap's limit")]
    HeapLimit {
        /// What the part would take.
        bytes: usize,
    },
    /// The loader refuses the part.
    #[error(transparent)]
    Load(#[from] LoadError),
}

/// For tests: procedures begin to enter their native code one after the other, at polls that a coin chooses.
#[derive(Debug)]
pub(crate) struct GradualSwitch {
    random: u64,
    /// Images with procedures that do not enter their native code yet, and for how many rounds more.
    pub(crate) images: Vec<(ImageId, u32)>,
    /// How many polls pass before the next round.
    pub(crate) polls: u64,
}

impl GradualSwitch {
    /// After so many rounds, all procedures enter their native code.
    pub(crate) const ROUNDS: u32 = 12;
    /// The most polls between two rounds.
    pub(crate) const POLLS_MAX: u64 = 40;

    pub(crate) const fn new(seed: u64) -> Self {
        Self {
            random: seed ^ 0x9e37_79b9_7f4a_7c15,
            images: Vec::new(),
            polls: 0,
        }
    }

    /// The next random number (Marsaglia, Xorshift RNGs, 2003).
    pub(crate) const fn next(&mut self) -> u64 {
        let mut word = if self.random == 0 { 1 } else { self.random };
        word ^= word << 13;
        word ^= word >> 7;
        word ^= word << 17;
        self.random = word;
        word
    }
}
