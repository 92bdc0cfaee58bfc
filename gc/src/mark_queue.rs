//! Objects to be marked where they are: a stack, and before it a short queue.
//!
//! What leaves the stack waits in the queue, while the processor fetches it. (Cher, Hosking
//! and Vitek: Software prefetching for mark-sweep garbage collection, 2004.)

use crate::address::Address;
use crate::platform::prefetch::prefetch;

/// Objects under way to the cache, at most. A power of two.
const QUEUE_LENGTH: usize = 16;

/// Objects of the old space that were reached, and not marked and traced yet.
#[derive(Debug)]
pub(crate) struct MarkQueue {
    stack: Vec<Address>,
    queue: [Address; QUEUE_LENGTH],
    /// Where in `queue` the next object is, and how many are.
    first: usize,
    count: usize,
}

impl MarkQueue {
    /// Nothing to be marked.
    pub(crate) const fn new() -> Self {
        Self {
            stack: Vec::new(),
            queue: [Address::new(0); QUEUE_LENGTH],
            first: 0,
            count: 0,
        }
    }

    /// Adds an object.
    #[inline(always)]
    pub(crate) fn push(&mut self, object: Address) {
        self.stack.push(object);
    }

    /// Takes an object.
    #[inline(always)]
    pub(crate) fn pop(&mut self) -> Option<Address> {
        while self.count < QUEUE_LENGTH
            && let Some(object) = self.stack.pop()
        {
            prefetch(object);
            self.queue[(self.first + self.count) % QUEUE_LENGTH] = object;
            self.count += 1;
        }
        if self.count == 0 {
            return None;
        }
        let object = self.queue[self.first];
        self.first = (self.first + 1) % QUEUE_LENGTH;
        self.count -= 1;
        Some(object)
    }
}
