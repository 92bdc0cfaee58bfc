//! Stubs: return words that lead to one instruction of the machine's own.
//!
//! In front of each instruction stands a call's trailer of zeros (see [`abi::procedure`]), so that a
//! return to a stub needs no test: it leaves the frame pointer where it is, and the value in slot 0
//! of the frame that returned.

use abi::isa::Opcode;
use abi::procedure::{TRAILER_BYTES, TRAILER_DST_BEFORE, TRAILER_MAP_BEFORE, TRAILER_WORDS_BEFORE};
use gc::Address;

const STUB_BYTES: usize = 2 * TRAILER_BYTES;

/// The stubs, back to back: trailer, opcode, padding.
#[repr(C, align(16))]
struct Stubs([u8; 3 * STUB_BYTES]);

static STUBS: Stubs = Stubs({
    let mut bytes = [Opcode::Trap as u8; 3 * STUB_BYTES];
    let opcodes = [Opcode::ExitBase, Opcode::Underflow, Opcode::ReturnBarrier];
    let mut stub = 0;
    while stub < opcodes.len() {
        let mut byte = 0;
        while byte < TRAILER_BYTES {
            bytes[stub * STUB_BYTES + byte] = 0;
            byte += 1;
        }
        bytes[stub * STUB_BYTES + TRAILER_BYTES] = opcodes[stub] as u8;
        stub += 1;
    }
    bytes
});

/// What a return word leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReturnKind {
    /// Code of an image.
    Code,
    /// Out of the interpreter: this is the first frame of a base.
    ExitBase,
    /// The next older frame was captured.
    Underflow,
    /// The original return word stands in the base's barrier.
    Barrier,
}

/// The return words of the stubs. A copy is cheap; they never change.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StubWords {
    first: u64,
}

impl StubWords {
    pub(crate) fn new() -> Self {
        Self {
            first: (STUBS.0.as_ptr().expose_provenance() + TRAILER_BYTES) as u64,
        }
    }

    #[inline(always)]
    pub(crate) const fn exit_base(self) -> u64 {
        self.first
    }

    #[inline(always)]
    pub(crate) const fn underflow(self) -> u64 {
        self.first + STUB_BYTES as u64
    }

    #[inline(always)]
    pub(crate) const fn barrier(self) -> u64 {
        self.first + 2 * STUB_BYTES as u64
    }

    /// What `word` leads to.
    #[inline(always)]
    pub(crate) const fn kind(self, word: u64) -> ReturnKind {
        match word.wrapping_sub(self.first) {
            0 => ReturnKind::ExitBase,
            offset if offset == STUB_BYTES as u64 => ReturnKind::Underflow,
            offset if offset == 2 * STUB_BYTES as u64 => ReturnKind::Barrier,
            _ => ReturnKind::Code,
        }
    }
}

/// A return word that leads to code, and its trailer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ReturnWord(Address);

impl ReturnWord {
    /// # Safety
    ///
    /// `word` stands behind a call's trailer in code that stays mapped, or in a stub.
    #[inline(always)]
    pub(crate) const unsafe fn new(word: u64) -> Self {
        Self(Address::from_word(word))
    }

    #[inline(always)]
    pub(crate) const fn address(self) -> Address {
        self.0
    }

    /// The slot of the caller that takes the result.
    #[inline(always)]
    pub(crate) fn dst(self) -> u16 {
        u16::from_le_bytes(self.trailer(TRAILER_DST_BEFORE))
    }

    /// Words of the caller's frame, its return word included.
    #[inline(always)]
    pub(crate) fn words(self) -> usize {
        usize::from(u16::from_le_bytes(self.trailer(TRAILER_WORDS_BEFORE)))
    }

    /// The frame map of the caller's frame.
    #[inline(always)]
    pub(crate) fn map(self) -> Address {
        let distance = i32::from_le_bytes(self.trailer(TRAILER_MAP_BEFORE));
        self.0.offset_bytes(distance as isize as usize)
    }

    #[inline(always)]
    fn trailer<const N: usize>(self, bytes_before: usize) -> [u8; N] {
        let place: *const [u8; N] = std::ptr::with_exposed_provenance(self.0.raw() - bytes_before);
        // SAFETY: whoever made `self` promised a trailer in mapped memory before this address; a
        // byte array has no alignment.
        unsafe { place.read() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stubs_are_told_apart_and_have_trailers_of_zeros() {
        let stubs = StubWords::new();
        let all = [
            (stubs.exit_base(), ReturnKind::ExitBase, Opcode::ExitBase),
            (stubs.underflow(), ReturnKind::Underflow, Opcode::Underflow),
            (stubs.barrier(), ReturnKind::Barrier, Opcode::ReturnBarrier),
        ];
        for (word, kind, opcode) in all {
            assert_eq!(stubs.kind(word), kind);
            // SAFETY: a stub.
            let stub = unsafe { ReturnWord::new(word) };
            assert_eq!(
                (stub.dst(), stub.words(), stub.map()),
                (0, 0, stub.address())
            );
            let place: *const u8 = std::ptr::with_exposed_provenance(word as usize);
            // SAFETY: the instruction of a stub.
            assert_eq!(unsafe { place.read() }, opcode as u8);
        }
        assert_eq!(stubs.kind(stubs.barrier() + 1), ReturnKind::Code);
    }
}
