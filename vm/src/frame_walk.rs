//! Walks over frames: on the stack, and captured in chunks.
//!
//! A walk goes from a frame to its caller's frame. The return word of the callee leads to a
//! trailer, or to an entry of a table, which says how many words the caller's frame takes and where
//! its frame map is. A base ends where a return word leads to a stub.

use std::ops::ControlFlow;

use abi::frame_map::{FrameMap, HEADER_BYTES, SlotState, state_bytes};
use abi::object_layout::chunk;
use gc::{Address, Slot, Visitor, WORD_BYTES};

use crate::chunk::Chunk;
use crate::stack::{Barrier, Base, Innermost};
use crate::stubs::{ReturnKind, ReturnWord, StubWords};

/// After a return through a barrier, the next one is put so many bytes up the stack.
const BARRIER_STEP_BYTES: usize = 8 << 10;

/// The frame pointer of a frame, on the stack or captured in a chunk: its return word stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FramePointer(Address);

impl FramePointer {
    /// # Safety
    ///
    /// While the result is used, `address` is that of the return word of a frame; what it leads to, and
    /// the frames above to the end of the base or chunk, are kept.
    #[inline(always)]
    pub(crate) const unsafe fn new(address: Address) -> Self {
        Self(address)
    }

    /// Where the return word is.
    #[inline(always)]
    pub(crate) const fn address(self) -> Address {
        self.0
    }

    /// The return word, a barrier's if one stands there.
    #[inline(always)]
    pub(crate) fn return_word(self) -> u64 {
        // SAFETY: the return word of a frame stands there, says the type.
        unsafe { self.0.load_word() }
    }

    /// Replaces the return word.
    ///
    /// # Safety
    ///
    /// The frame is on the stack, and `word` leads to where it may return to.
    #[inline(always)]
    pub(crate) unsafe fn set_return_word(self, word: u64) {
        // SAFETY: a word of a frame on the stack, by the contract of this function.
        unsafe { self.0.store_word(word) };
    }

    /// The frame above, that goes on after a return.
    ///
    /// # Safety
    ///
    /// `word` is this frame's return word, as it was before any barrier.
    #[inline(always)]
    pub(crate) unsafe fn above(self, word: ReturnWord) -> Self {
        Self(self.0.offset_words(word.words()))
    }
}

/// A suspended frame.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    /// Its frame pointer.
    pub(crate) fp: FramePointer,
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
    for (byte_index, &byte) in map.state_bytes().iter().enumerate() {
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

/// Puts the original return word back where `base` has a barrier.
pub(crate) fn remove_barrier(base: &mut Base) {
    if let Some(Barrier { fp, original }) = base.barrier.take() {
        // SAFETY: the frame is still suspended or running, else the barrier were gone.
        unsafe { fp.set_return_word(original) };
    }
}

/// Moves the barrier of `base` to its innermost frame: everything older was just seen.
pub(crate) fn renew_barrier(base: &mut Base, stubs: StubWords) {
    remove_barrier(base);
    if let Some(suspended) = base.suspended {
        install_barrier(base, stubs, suspended.fp);
    }
}

fn install_barrier(base: &mut Base, stubs: StubWords, fp: FramePointer) {
    if let Some(word) = return_word(base, stubs, fp) {
        base.barrier = Some(Barrier {
            fp,
            original: word.address().word(),
        });
        // SAFETY: a frame of the base, which is on the stack; the base knows the original word.
        unsafe { fp.set_return_word(stubs.barrier(word.tier())) };
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
pub(crate) fn pass_barrier(base: &mut Base, stubs: StubWords, fp: FramePointer) -> ReturnWord {
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
        // SAFETY: the frame's return word, barriers apart.
        older = unsafe { older.above(word) };
        if older.address().bytes_after(fp.address()) >= BARRIER_STEP_BYTES {
            break;
        }
    }
    install_barrier(base, stubs, older);
    original
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
