//! Walks over frames: on the stack, and captured in chunks.
//!
//! A walk goes from a frame to its caller's frame. The return word of the callee leads to a
//! trailer, or to an entry of a table, which says how many words the caller's frame takes and where
//! its frame map is. A base ends where a return word leads to a stub.

use std::ops::ControlFlow;

use abi::frame_map::{FrameMap, SlotState};
use abi::object_layout::chunk;
use gc::{Address, Slot, Visitor, WORD_BYTES};

use crate::chunk::Chunk;
use crate::frame::{FramePointer, frame_map, slot_address};
use crate::return_word::{ReturnKind, ReturnWord, StubWords};
use crate::stack::{Base, Innermost};

/// A suspended frame.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    /// Its frame pointer.
    pub(crate) fp: FramePointer,
    /// What its slots hold.
    pub(crate) slots: Innermost,
}

/// The lowest word of the frame at `fp`, whose slots hold `slots`.
///
/// # Safety
///
/// As for [`frame_map`], if a map says what the slots hold.
pub(crate) unsafe fn lowest_word(fp: Address, slots: Innermost) -> Address {
    let slot_count = match slots {
        // The callee comes first.
        Innermost::Arguments(count) => count + 1,
        // SAFETY: a map, by the contract of this function.
        Innermost::Map(address) => usize::from(unsafe { frame_map(address) }.slot_count()),
    };
    fp.offset_bytes((slot_count * WORD_BYTES).wrapping_neg())
}

impl Frame {
    /// Shows `visitor` the slots with live values.
    ///
    /// # Safety
    ///
    /// `self` is a suspended frame, and its map describes it.
    unsafe fn trace<V: Visitor>(self, visitor: &mut V) {
        match self.slots {
            Innermost::Arguments(count) => {
                for index in 0..=count {
                    // SAFETY: the frame holds the callee and so many arguments, all values.
                    visitor.slot(unsafe { Slot::new(slot_address(self.fp.address(), index)) });
                }
            }
            Innermost::Map(address) => {
                // SAFETY: the frame's map, by the contract of this function.
                let map = unsafe { frame_map(address) };
                // SAFETY: the map describes the frame, by the contract of this function.
                unsafe { trace_live(self.fp.address(), map, visitor) };
            }
        }
    }

    /// Overwrites the dead slots by `poison`.
    ///
    /// # Safety
    ///
    /// As for [`Self::trace`].
    unsafe fn poison(self, poison: u64) {
        let Innermost::Map(address) = self.slots else {
            return;
        };
        // SAFETY: the frame's map, by the contract of this function.
        let map = unsafe { frame_map(address) };
        for (index, state) in map.states().enumerate() {
            if state == SlotState::Dead {
                // SAFETY: a slot of the frame, which nothing uses any more.
                unsafe { slot_address(self.fp.address(), index).store_word(poison) };
            }
        }
    }
}

/// Shows `visitor` the live slots of the frame at `fp`: four slots a byte of the map.
///
/// # Safety
///
/// A suspended frame is there, and `map` describes it.
#[inline]
unsafe fn trace_live<V: Visitor>(fp: Address, map: FrameMap<'_>, visitor: &mut V) {
    const LIVE: u8 = SlotState::Live as u8;
    for (byte_index, &byte) in map.parts().flatten().enumerate() {
        if byte & byte >> 1 & 0b0101_0101 == 0 {
            continue;
        }
        for index in 0..4 {
            if byte >> (2 * index) & 0b11 == LIVE {
                // SAFETY: the map says that a value is in this slot of the frame.
                visitor.slot(unsafe { Slot::new(slot_address(fp, 4 * byte_index + index)) });
            }
        }
    }
}

/// How far a walk over the stack goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// To the end of the base.
    Base,
    /// To the barrier, if there is one.
    Barrier,
}

/// Calls `visit` with each suspended frame of `base` on the stack, innermost first, and with the
/// return word that leads into it (`None` for the innermost).
pub(crate) fn each_frame(
    base: &Base,
    stubs: StubWords,
    extent: Extent,
    mut visit: impl FnMut(Frame, Option<ReturnWord>) -> ControlFlow<()>,
) {
    let Some(suspended) = base.suspended else {
        return;
    };
    let mut frame = Frame {
        fp: suspended.fp,
        slots: suspended.innermost,
    };
    let mut entered_by = None;
    loop {
        if visit(frame, entered_by).is_break() {
            return;
        }
        let stops =
            extent == Extent::Barrier && base.barrier.is_some_and(|barrier| barrier.fp == frame.fp);
        let Some(word) = return_word(base, stubs, frame.fp).filter(|_| !stops) else {
            return;
        };
        // SAFETY: the frame's return word, barriers apart.
        let fp = unsafe { frame.fp.above(word) };
        (frame, entered_by) = (
            Frame {
                fp,
                slots: Innermost::Map(word.map()),
            },
            Some(word),
        );
    }
}

/// The return word of the frame at `fp`, as it was before any barrier; `None` if no older frame of
/// the base lies on the stack.
#[inline(always)]
pub(crate) fn return_word(base: &Base, stubs: StubWords, fp: FramePointer) -> Option<ReturnWord> {
    let mut word = fp.return_word();
    match stubs.kind(word) {
        ReturnKind::ExitBase | ReturnKind::Underflow => return None,
        ReturnKind::Barrier => {
            word = base
                .barrier
                .expect("a barrier on the stack is known to its base")
                .original;
        }
        ReturnKind::Code => {}
    }
    // SAFETY: return words on the stack were pushed by calls, and their images are kept.
    Some(unsafe { ReturnWord::new(word) })
}

/// Shows `visitor` every root in the frames of `base`.
pub(crate) fn trace_base<V: Visitor>(
    base: &Base,
    stubs: StubWords,
    extent: Extent,
    visitor: &mut V,
) {
    let Some(suspended) = base.suspended else {
        return;
    };
    visitor.code(suspended.pc);
    each_frame(base, stubs, extent, |frame, entered_by| {
        if let Some(word) = entered_by {
            visitor.code(word.address());
        }
        // SAFETY: the walk names suspended frames.
        unsafe { frame.trace(visitor) };
        ControlFlow::Continue(())
    });
}

/// Overwrites the dead slots of the frames of `base`.
pub(crate) fn poison_base(base: &Base, stubs: StubWords, poison: u64) {
    each_frame(base, stubs, Extent::Barrier, |frame, _| {
        // SAFETY: the walk names suspended frames.
        unsafe { frame.poison(poison) };
        ControlFlow::Continue(())
    });
}

/// Shows `visitor` every slot and code address in captured frames.
pub(crate) fn trace_chunk<V: Visitor>(captured: Chunk, visitor: &mut V) {
    let object = captured.address();
    // SAFETY: a chunk leads to another one or to `#f`.
    visitor.slot(unsafe { Slot::new(object.offset_bytes(chunk::NEXT)) });
    if captured.frame_words() == 0 {
        for register in [chunk::HANDLERS, chunk::PARAMETERS] {
            // SAFETY: a chunk without frames holds values of these registers.
            visitor.slot(unsafe { Slot::new(object.offset_bytes(register)) });
        }
        return;
    }
    each_captured_frame(captured, |frame, word| {
        visitor.code(word.address());
        // SAFETY: captured frames are suspended, and the return words that lead into them know their maps.
        unsafe { frame.trace(visitor) };
    });
}

/// Calls `visit` with each frame in a chunk and the return word that leads into it.
pub(crate) fn each_captured_frame(captured: Chunk, mut visit: impl FnMut(Frame, ReturnWord)) {
    let frame_words = captured.frame_words();
    let mut resume = captured.field(chunk::RESUME);
    let frames = captured.address().offset_bytes(chunk::FRAMES);
    let mut offset = 0;
    while offset < frame_words {
        // SAFETY: the words that lead into captured frames are return words of code that the
        // chunk keeps.
        let word = unsafe { ReturnWord::new(resume) };
        offset += word.words();
        // SAFETY: a captured frame ends with its return word, which leads into the next one.
        let fp = unsafe { FramePointer::new(frames.offset_words(offset - 1)) };
        visit(
            Frame {
                fp,
                slots: Innermost::Map(word.map()),
            },
            word,
        );
        resume = fp.return_word();
    }
}
