//! Walks over frames: on the stack, and captured in chunks.
//!
//! A walk goes from a frame to its caller's frame. The return word of the callee leads to a
//! trailer, or to an entry of a table, which says how many words the caller's frame takes and where
//! its frame map is. A base ends where a return word leads to a stub.

use std::ops::ControlFlow;

use abi::frame_map::{FrameMap, HEADER_BYTES, SlotState, state_bytes};
use abi::object_layout::chunk;
use gc::{Address, Slot, Visitor, WORD_BYTES};

use crate::stack::{Barrier, Base, Innermost};
use crate::stubs::{ReturnKind, ReturnWord, StubWords};

/// After a return through a barrier, the next one is put so many bytes up the stack.
const BARRIER_STEP_BYTES: usize = 8 << 10;

/// A suspended frame.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    /// Its frame pointer.
    pub(crate) fp: Address,
    /// What its slots hold.
    pub(crate) slots: Innermost,
}

/// The place of slot `index`.
#[inline(always)]
pub(crate) const fn slot_address(fp: Address, index: usize) -> Address {
    fp.offset_bytes(((index + 1) * WORD_BYTES).wrapping_neg())
}

/// The frame map at `address`.
///
/// # Safety
///
/// A frame map in the encoding of [`abi::frame_map`] starts there, and stays mapped during `'map`.
pub(crate) unsafe fn frame_map<'map>(address: Address) -> FrameMap<'map> {
    let start: *const [u8; HEADER_BYTES] = std::ptr::with_exposed_provenance(address.raw());
    // SAFETY: the caller promises a map, which starts with these bytes.
    let slot_count = u16::from_le_bytes(unsafe { start.read() });
    let bytes = HEADER_BYTES + state_bytes(slot_count);
    // SAFETY: the caller promises a map; these are its bytes, read-only.
    let encoded = unsafe { std::slice::from_raw_parts(start.cast::<u8>(), bytes) };
    FrameMap::decode(encoded).expect("images have well-formed frame maps")
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
        // SAFETY: passed on to the caller.
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
                    visitor.slot(Slot::new(slot_address(self.fp, index)));
                }
            }
            Innermost::Map(address) => {
                // SAFETY: passed on to the caller.
                let map = unsafe { frame_map(address) };
                trace_live(self.fp, map, visitor);
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
        // SAFETY: passed on to the caller.
        let map = unsafe { frame_map(address) };
        for (index, state) in map.states().enumerate() {
            if state == SlotState::Dead {
                // SAFETY: a slot of the frame, which nothing uses any more.
                unsafe { slot_address(self.fp, index).store_word(poison) };
            }
        }
    }
}

/// Shows `visitor` the live slots of the frame at `fp`: four slots a byte of the map.
#[inline]
fn trace_live<V: Visitor>(fp: Address, map: FrameMap<'_>, visitor: &mut V) {
    const LIVE: u8 = SlotState::Live as u8;
    for (byte_index, &byte) in map.state_bytes().iter().enumerate() {
        if byte & byte >> 1 & 0b0101_0101 == 0 {
            continue;
        }
        for index in 0..4 {
            if byte >> (2 * index) & 0b11 == LIVE {
                visitor.slot(Slot::new(slot_address(fp, 4 * byte_index + index)));
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
        let fp = frame.fp.offset_words(word.words());
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
pub(crate) fn return_word(base: &Base, stubs: StubWords, fp: Address) -> Option<ReturnWord> {
    // SAFETY: callers name a frame of the base, which has a return word there.
    let mut word = unsafe { fp.load_word() };
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

/// Puts the original return word back where `base` has a barrier.
pub(crate) fn remove_barrier(base: &mut Base) {
    if let Some(Barrier { fp, original }) = base.barrier.take() {
        // SAFETY: the frame is still suspended or running, else the barrier were gone.
        unsafe { fp.store_word(original) };
    }
}

/// Moves the barrier of `base` to its innermost frame: everything older was just seen.
pub(crate) fn renew_barrier(base: &mut Base, stubs: StubWords) {
    remove_barrier(base);
    if let Some(suspended) = base.suspended {
        install_barrier(base, stubs, suspended.fp);
    }
}

fn install_barrier(base: &mut Base, stubs: StubWords, fp: Address) {
    if let Some(word) = return_word(base, stubs, fp) {
        base.barrier = Some(Barrier {
            fp,
            original: word.address().word(),
        });
        // SAFETY: the return word of a frame of the base.
        unsafe { fp.store_word(stubs.barrier(word.tier())) };
    }
}

/// The return word that a barrier replaced, if `word` is that of the base's barrier.
pub(crate) fn barrier_original(base: &Base, stubs: StubWords, word: u64) -> Option<u64> {
    if stubs.kind(word) != ReturnKind::Barrier {
        return None;
    }
    let barrier = base.barrier;
    Some(
        barrier
            .expect("a barrier on the stack is known to its base")
            .original,
    )
}

/// Takes the barrier of `base` away, through which the frame at `fp` is returning, and puts one up
/// some older frame. The original return word.
pub(crate) fn pass_barrier(base: &mut Base, stubs: StubWords, fp: Address) -> ReturnWord {
    let barrier = base
        .barrier
        .expect("a barrier on the stack is known to its base");
    assert_eq!(
        barrier.fp, fp,
        "the barrier stands where the return went through"
    );
    remove_barrier(base);
    let original = return_word(base, stubs, fp).expect("barriers replace words that lead to code");
    let mut older = fp;
    while let Some(word) = return_word(base, stubs, older) {
        older = older.offset_words(word.words());
        if older.bytes_after(fp) >= BARRIER_STEP_BYTES {
            break;
        }
    }
    install_barrier(base, stubs, older);
    original
}

/// Shows `visitor` every slot and code address in captured frames.
///
/// # Safety
///
/// `object` is an initialised chunk.
pub(crate) unsafe fn trace_chunk<V: Visitor>(object: Address, visitor: &mut V) {
    visitor.slot(Slot::new(object.offset_bytes(chunk::NEXT)));
    // SAFETY: passed on to the caller.
    if unsafe { object.offset_bytes(chunk::FRAME_WORDS).load_word() } == NO_FRAMES {
        visitor.slot(Slot::new(object.offset_bytes(chunk::HANDLERS)));
        visitor.slot(Slot::new(object.offset_bytes(chunk::PARAMETERS)));
        return;
    }
    // SAFETY: passed on to the caller.
    unsafe {
        each_captured_frame(object, |frame, word| {
            visitor.code(word.address());
            frame.trace(visitor);
        });
    }
}

/// Calls `visit` with each frame in a chunk and the return word that leads into it.
///
/// # Safety
///
/// `object` is an initialised chunk.
pub(crate) unsafe fn each_captured_frame(
    object: Address,
    mut visit: impl FnMut(Frame, ReturnWord),
) {
    // SAFETY: passed on to the caller.
    let frame_words = unsafe { object.offset_bytes(chunk::FRAME_WORDS).load_word() };
    let frame_words = abi::tag::fixnum_value(frame_words) as usize;
    // SAFETY: as above.
    let mut resume = unsafe { object.offset_bytes(chunk::RESUME).load_word() };
    let frames = object.offset_bytes(chunk::FRAMES);
    let mut offset = 0;
    while offset < frame_words {
        // SAFETY: the words that lead into captured frames are return words of code that the
        // chunk keeps.
        let word = unsafe { ReturnWord::new(resume) };
        offset += word.words();
        let fp = frames.offset_words(offset - 1);
        visit(
            Frame {
                fp,
                slots: Innermost::Map(word.map()),
            },
            word,
        );
        // SAFETY: a captured frame ends with its return word.
        resume = unsafe { fp.load_word() };
    }
}

/// What a chunk without frames has in `FRAME_WORDS`.
const NO_FRAMES: u64 = match abi::tag::fixnum(0) {
    Some(word) => word,
    None => unreachable!(),
};
