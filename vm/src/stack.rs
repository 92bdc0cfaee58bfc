//! The stack of a mutator, and its bases.
//!
//! All Scheme frames of a mutator lie on one stack in the arena; it grows down. A *base* is a run
//! of frames between which no Rust frame stands. Each entry from Rust into Scheme starts a base,
//! below the frames of the base that called Rust.

use std::sync::Arc;

use gc::{Address, AddressRange, Arena, ArenaError, WORD_BYTES};

use crate::chunk::Link;
use crate::frame::FramePointer;
use crate::live::Live;

/// Bytes below the limit that are kept for handling the exhaustion of the stack.
pub(crate) const HEADROOM_BYTES: usize = 64 << 10;

/// Bytes below the headroom that nothing uses: frames are written a little before they are checked.
const MARGIN_BYTES: usize = 16 << 10;

/// Bytes below the margin for a captured frame that comes back at the top of a base: the base may begin right at the
/// limit, and nobody asks for the frame's size before. No frame has more slots than instructions can name.
const FRAME_BYTES_MAX: usize = (u16::MAX as usize + 1) * WORD_BYTES;

/// Core dumps hold so much of the stack at first, and twice as much whenever frames need more: the rest was never
/// written. Dumps say of all of it how large they are, although zeroes take no room on a disk.
const DUMPED_BYTES: usize = 1 << 20;

/// The stack may not take more of the arena than one part in so many.
const ARENA_PARTS: usize = 8;

/// Where the innermost frame of a base stopped.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Suspended {
    /// Its frame pointer.
    pub(crate) fp: FramePointer,
    /// Where it goes on: keeps the image.
    pub(crate) pc: Address,
    /// The lowest word that the frame needs, arguments that are being gathered included: nothing from
    /// here up is given away, to other frames or to the system.
    pub(crate) floor: Address,
    /// What its slots hold.
    pub(crate) innermost: Innermost,
}

/// What the slots of the innermost frame hold.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Innermost {
    /// As the frame map at this address says.
    Map(Address),
    /// The callee in slot 0, and so many arguments, all live.
    Arguments(usize),
}

/// The return word that a barrier replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Barrier {
    /// The frame pointer of the frame whose return word it is.
    pub(crate) fp: FramePointer,
    /// The return word, which leads to code.
    pub(crate) original: u64,
}

/// One run of Scheme frames.
#[derive(Debug)]
pub(crate) struct Base {
    /// Tells bases apart, for ever.
    pub(crate) serial: u64,
    /// The frame pointer of its first frame.
    pub(crate) top: FramePointer,
    /// Frames that were captured, where the `underflow` stub leads.
    pub(crate) link: Link,
    /// Frames older than this were seen by a collection and did not run since.
    pub(crate) barrier: Option<Barrier>,
    /// Set while the base does not run: while a host procedure runs, and during a collection.
    pub(crate) suspended: Option<Suspended>,
    /// The registers of winders, handlers and parameters at its start: roots.
    pub(crate) saved: [u64; 3],
}

/// The stack.
#[derive(Debug)]
pub(crate) struct Stack {
    arena: Arc<Arena>,
    range: AddressRange,
    /// The lowest address that core dumps hold.
    dumped_from: Address,
    /// Innermost last.
    pub(crate) bases: Vec<Base>,
    next_serial: u64,
    /// The exhaustion of the stack is being handled.
    pub(crate) in_headroom: bool,
}

impl Stack {
    /// Reserves `bytes` of the arena, or what a part of a small arena allows.
    pub(crate) fn reserve(arena: &Arc<Arena>, bytes: usize) -> Result<Self, ArenaError> {
        let bytes_max = arena.range().bytes() / ARENA_PARTS;
        let bytes = bytes.clamp(4 * HEADROOM_BYTES, bytes_max);
        let range = arena.reserve_stack(bytes + FRAME_BYTES_MAX)?;
        let dumped_bytes = DUMPED_BYTES.min(range.bytes());
        let dumped_from = range.start.offset_bytes(range.bytes() - dumped_bytes);
        arena.dump(AddressRange {
            start: dumped_from,
            ..range
        });
        Ok(Self {
            arena: Arc::clone(arena),
            range,
            dumped_from,
            bases: Vec::new(),
            next_serial: 1,
            in_headroom: false,
        })
    }

    /// No stack: for a heap that cannot have one.
    pub(crate) fn unusable(arena: &Arc<Arena>) -> Self {
        Self {
            arena: Arc::clone(arena),
            range: AddressRange::EMPTY,
            dumped_from: AddressRange::EMPTY.end,
            bases: Vec::new(),
            next_serial: 1,
            in_headroom: false,
        }
    }

    /// The lowest address that frames may take.
    pub(crate) const fn limit(&self) -> Address {
        let reserve = if self.in_headroom {
            MARGIN_BYTES
        } else {
            MARGIN_BYTES + HEADROOM_BYTES
        };
        self.range.start.offset_bytes(FRAME_BYTES_MAX + reserve)
    }

    /// The lowest address that frames may take before [`Self::grow`].
    pub(crate) fn reach(&self) -> Address {
        self.limit().max(self.dumped_from)
    }

    /// Lets frames go down to `lowest`, and core dumps show them. Answers whether the stack is so large.
    pub(crate) fn grow(&mut self, lowest: usize) -> bool {
        if lowest < self.limit().raw() {
            return false;
        }
        let end = self.range.end.raw();
        let mut dumped_bytes = end - self.dumped_from.raw();
        while lowest < end - dumped_bytes {
            dumped_bytes = (2 * dumped_bytes).min(self.range.bytes());
        }
        self.dumped_from = Address::new(end - dumped_bytes);
        let dumped = AddressRange {
            start: self.dumped_from,
            ..self.range
        };
        self.arena.dump(dumped);
        true
    }

    /// Bytes of the stack, without the room for a frame that comes back.
    pub(crate) const fn bytes(&self) -> usize {
        self.range.bytes().saturating_sub(FRAME_BYTES_MAX)
    }

    /// How many words the captured frames of a base may count as: as many as the stack has.
    #[inline(always)]
    pub(crate) const fn captured_words_max(&self) -> usize {
        let more = if self.in_headroom { HEADROOM_BYTES } else { 0 };
        (self.bytes() + more) / WORD_BYTES
    }

    /// The base that runs.
    pub(crate) fn current(&mut self) -> &mut Base {
        self.bases.last_mut().expect("Scheme runs on a base")
    }

    /// Where the first frame of a new base goes.
    fn next_top(&self) -> Address {
        match self.bases.last() {
            Some(base) => {
                base.suspended
                    .expect("a base that calls the host is suspended")
                    .floor
            }
            // Frame pointers are 8 modulo 16.
            None => self.range.end.offset_bytes(8_usize.wrapping_neg()),
        }
    }

    /// Starts a base below the frames of the one that runs, with the return word `exit`; `None` if there is
    /// no room for so many words below that.
    pub(crate) fn push_base(&mut self, saved: [Live; 3], exit: u64, words: usize) -> Option<()> {
        let top = self.next_top();
        let needed_bytes = (words + 1) * WORD_BYTES;
        let has_room = top.raw().saturating_sub(needed_bytes) >= self.limit().raw();
        if !has_room || !self.range.contains(top) {
            return None;
        }
        // SAFETY: the stack has room for the word, above its limit and below all suspended frames.
        unsafe { top.store_word(exit) };
        // SAFETY: the return word was just written; the stub that it leads to is always there.
        let top = unsafe { FramePointer::new(top) };
        let serial = self.next_serial;
        self.next_serial += 1;
        self.bases.push(Base {
            serial,
            top,
            link: Link::NONE,
            barrier: None,
            suspended: None,
            saved: saved.map(Live::bits),
        });
        Some(())
    }

    /// Gives the memory below the innermost frame back to the system.
    ///
    /// **Claim**: what is given back holds nothing that is read again. **What has to hold for that**: each
    /// [`Suspended::floor`] is true, also of frames that are longer than any map, see
    /// [`Innermost::Arguments`].
    pub(crate) fn discard_unused(&self) {
        /// What calls are likely to want again soon.
        const KEPT_BYTES: usize = 1 << 20;
        let lowest = self.bases.last().map_or(self.range.end, |base| {
            base.suspended.map_or(base.top.address(), |suspended| {
                suspended.floor.min(suspended.fp.address())
            })
        });
        let end = lowest.raw().saturating_sub(KEPT_BYTES) & !0xffff;
        if end > self.range.start.raw() {
            let range = AddressRange {
                start: self.range.start,
                end: Address::new(end),
            };
            // SAFETY: chunk-aligned, and below everything that the innermost frame uses.
            unsafe { self.arena.discard(range) };
        }
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        if !self.range.is_empty() {
            // SAFETY: the range came from `reserve_chunks`, and frames die with the stack.
            unsafe { self.arena.release_chunks(self.range) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_that_core_dumps_hold_grows_with_the_frames() {
        let arena = Arc::new(Arena::reserve(1 << 30).expect("address space"));
        let mut stack = Stack::reserve(&arena, 64 << 20).expect("a part of the arena");
        let end = stack.range.end.raw();
        assert_eq!(stack.reach().raw(), end - DUMPED_BYTES);
        assert!(stack.grow(end - DUMPED_BYTES - 8));
        assert_eq!(stack.reach().raw(), end - 2 * DUMPED_BYTES);
        assert!(stack.grow(end - 5 * DUMPED_BYTES));
        assert_eq!(stack.reach().raw(), end - 8 * DUMPED_BYTES);
        let limit = stack.limit().raw();
        assert!(!stack.grow(limit - 8));
        assert!(stack.grow(limit));
        assert_eq!(stack.reach().raw(), limit);
        stack.in_headroom = true;
        assert!(stack.grow(limit - 8));
        assert_eq!(stack.reach().raw(), limit - HEADROOM_BYTES);
    }

    #[test]
    fn a_small_stack_is_in_core_dumps_as_a_whole() {
        let arena = Arc::new(Arena::reserve(1 << 30).expect("address space"));
        let mut stack = Stack::reserve(&arena, 0).expect("a part of the arena");
        assert_eq!(stack.reach(), stack.limit());
        assert!(!stack.grow(stack.limit().raw() - 8));
    }
}
