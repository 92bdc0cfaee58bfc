//! Frames: their pointers, slots and maps.

use abi::frame_map::{FrameMap, HEADER_BYTES, bytes_in_front, bytes_in_image};
use gc::{Address, WORD_BYTES};

use crate::return_word::ReturnWord;

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

/// The address so many bytes further down the stack.
#[inline(always)]
pub(crate) const fn below(address: Address, bytes: usize) -> Address {
    address.offset_bytes(bytes.wrapping_neg())
}

/// The place of slot `index`.
#[inline(always)]
pub(crate) const fn slot_address(fp: Address, index: usize) -> Address {
    below(fp, (index + 1) * WORD_BYTES)
}

/// The frame map at `address`.
///
/// # Safety
///
/// A frame map of an image, in the encoding of [`abi::frame_map`], starts there, and stays mapped during `'map`, and so
/// do its blocks.
pub(crate) unsafe fn frame_map<'map>(address: Address) -> FrameMap<'map> {
    let start: *const [u8; HEADER_BYTES] = std::ptr::with_exposed_provenance(address.raw());
    // SAFETY: a map, by the contract of this function, which starts with these bytes.
    let slot_count = u16::from_le_bytes(unsafe { start.read() });
    let (start, bytes) = (start.cast::<u8>(), bytes_in_image(slot_count));
    // SAFETY: a map, by the contract of this function; these are its bytes, read-only.
    let in_front = bytes_in_front(unsafe { std::slice::from_raw_parts(start, bytes) });
    // SAFETY: the map, and what stands in the image between its blocks and the map, by the contract of this function.
    let maps = unsafe { std::slice::from_raw_parts(start.sub(in_front), in_front + bytes) };
    FrameMap::in_image(maps, in_front).expect("images have well-formed frame maps")
}
