//! The word that polls compare with, and the ways in which other threads raise it.
//!
//! The embedder's code polls by `frame_pointer < poll_limit`. While nobody wants the mutator's
//! attention, the limit is the limit of the stack. So one comparison also finds stack overflow.
//! While somebody wants attention, the limit is `usize::MAX`.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// Shared by a mutator and those who may interrupt it.
#[derive(Debug)]
pub(crate) struct Poll {
    limit: AtomicUsize,
    interrupts: AtomicU32,
    /// Whether a full collection was asked for from outside.
    collection: AtomicBool,
    /// Another mutator that works for this one, and is interrupted with it.
    helper: OnceLock<Arc<Self>>,
}

impl Poll {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            limit: AtomicUsize::new(0),
            interrupts: AtomicU32::new(0),
            collection: AtomicBool::new(false),
            helper: OnceLock::new(),
        })
    }

    #[inline(always)]
    pub(crate) const fn limit(&self) -> &AtomicUsize {
        &self.limit
    }

    pub(crate) fn request(&self) {
        self.limit.store(usize::MAX, Ordering::SeqCst);
    }

    #[inline(always)]
    pub(crate) fn is_requested(&self) -> bool {
        self.limit.load(Ordering::Relaxed) == usize::MAX
    }

    /// Lowers the limit to `stack_limit`, unless somebody waits.
    pub(crate) fn settle(&self, stack_limit: usize) {
        self.limit.store(stack_limit, Ordering::SeqCst);
        if self.interrupts.load(Ordering::SeqCst) != 0 || self.collection.load(Ordering::SeqCst) {
            self.request();
        }
    }

    /// Whether a collection was asked for since the last call.
    pub(crate) fn take_collection(&self) -> bool {
        self.collection.load(Ordering::Relaxed) && self.collection.swap(false, Ordering::SeqCst)
    }

    /// Takes `bits` back; those of them that were raised and not taken yet.
    pub(crate) fn take_interrupts(&self, bits: u32) -> u32 {
        self.interrupts.fetch_and(!bits, Ordering::SeqCst) & bits
    }
}

/// Wants something of a mutator, from any thread or from a signal handler.
#[derive(Clone, Debug)]
pub struct Interrupt(pub(crate) Arc<Poll>);

impl Interrupt {
    /// Sets `bits`, whose meaning is the embedder's, and makes the next poll take its slow path.
    ///
    /// Only stores to atomics: safe in a signal handler.
    pub fn raise(&self, bits: u32) {
        self.0.interrupts.fetch_or(bits, Ordering::SeqCst);
        self.0.request();
        if let Some(helper) = self.0.helper.get() {
            helper.interrupts.fetch_or(bits, Ordering::SeqCst);
            helper.request();
        }
    }

    /// Lets `helper`, a mutator that works for this one, be interrupted together with it. Whether it has no other
    /// helper.
    pub fn also_interrupt(&self, helper: &Self) -> bool {
        self.0.helper.set(Arc::clone(&helper.0)).is_ok()
    }

    /// Asks for a full collection at the next poll. Only stores to atomics, too.
    pub fn request_collection(&self) {
        self.0.collection.store(true, Ordering::SeqCst);
        self.0.request();
    }

    /// Whether a collection was asked for that has not begun. Only loads an atomic.
    pub fn is_collection_requested(&self) -> bool {
        self.0.collection.load(Ordering::SeqCst)
    }

    /// Takes `bits` back; whether one of them was raised and not taken yet.
    pub fn take(&self, bits: u32) -> bool {
        self.0.take_interrupts(bits) != 0
    }

    /// Whether one of `bits` was raised and not taken yet. Only loads an atomic.
    pub fn is_raised(&self, bits: u32) -> bool {
        self.0.interrupts.load(Ordering::SeqCst) & bits != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interrupt_survives_until_it_is_taken() {
        let poll = Poll::new();
        poll.settle(0x1000);
        assert!(!poll.is_requested());
        let interrupt = Interrupt(Arc::clone(&poll));
        interrupt.raise(0b10);
        assert!(interrupt.is_raised(0b10) && !interrupt.is_raised(0b1));
        poll.settle(0x1000);
        assert!(poll.is_requested(), "settling must not lose it");
        assert!(!interrupt.take(0b1), "another bit");
        assert_eq!(poll.take_interrupts(u32::MAX), 0b10);
        interrupt.raise(0b11);
        assert!(interrupt.take(0b1) && !interrupt.take(0b1));
        assert_eq!(poll.take_interrupts(u32::MAX), 0b10);
        assert!(!interrupt.is_raised(0b10));
        poll.settle(0x1000);
        assert!(!poll.is_requested());
    }

    #[test]
    fn a_helper_is_interrupted_together_with_whom_it_works_for() {
        let [interrupt, helper] = [Interrupt(Poll::new()), Interrupt(Poll::new())];
        assert!(interrupt.also_interrupt(&helper) && !interrupt.also_interrupt(&helper));
        interrupt.raise(0b1);
        assert!(interrupt.is_raised(0b1) && helper.is_raised(0b1));
        assert!(helper.0.is_requested());
        helper.raise(0b10);
        assert!(!interrupt.is_raised(0b10), "only in one direction");
    }

    #[test]
    fn a_request_to_collect_survives_until_it_is_taken() {
        let poll = Poll::new();
        let interrupt = Interrupt(Arc::clone(&poll));
        assert!(!poll.take_collection());
        interrupt.request_collection();
        poll.settle(0x1000);
        assert!(poll.is_requested() && interrupt.is_collection_requested());
        assert!(poll.take_collection() && !poll.take_collection());
        poll.settle(0x1000);
        assert!(!poll.is_requested());
    }
}
