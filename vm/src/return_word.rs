//! Return words: the words that calls push, in both tiers, and the words of stubs in their place.
//!
//! A stub of bytecode leads to one instruction of the machine. A call's trailer stands in front of
//! the stub (see [`abi::procedure`]). All trailers are zeros, except the trailer for the border
//! below native code. So a return to a stub needs no test: it leaves the frame pointer where it is,
//! and the value in slot 0 of the frame that returned. Stubs of native code are machine code, see
//! [`crate::native::stubs`]. Bytecode returns only to stubs of bytecode, native code only to stubs
//! of native code.

use abi::frame_map::HEADER_BYTES;
use abi::isa::Opcode;
use abi::procedure::{TRAILER_BYTES, TRAILER_DST_BEFORE, TRAILER_MAP_BEFORE, TRAILER_WORDS_BEFORE};
use gc::Address;

use crate::native::word_to_bytecode;

const STUB_BYTES: usize = 2 * TRAILER_BYTES;

/// The stubs of bytecode, in this order.
const OPCODES: [Opcode; 4] = [
    Opcode::ExitBase,
    Opcode::Underflow,
    Opcode::ReturnBarrier,
    Opcode::ReturnToNative,
];
const TO_NATIVE: usize = 3;

/// Words of the border frame between native code and the bytecode that it called.
pub(crate) const BORDER_BELOW_NATIVE_WORDS: usize = 6;
/// The slot of that frame where bytecode leaves its result: it held the callee's return word.
pub(crate) const BORDER_VALUE_SLOT: u16 = 5;
/// Words of the border frame between bytecode and the native code that it called.
pub(crate) const BORDER_BELOW_BYTECODE_WORDS: usize = 2;

/// Two bits a slot: five raw slots.
const MAP_BELOW_NATIVE: [u8; HEADER_BYTES + 2] = [5, 0, 0b1010_1010, 0b10];
/// No slots.
const MAP_BELOW_BYTECODE: [u8; HEADER_BYTES] = [0, 0];

/// The stubs, back to back: trailer, opcode, padding. Then the maps of the border frames.
#[repr(C, align(16))]
struct Stubs {
    code: [u8; OPCODES.len() * STUB_BYTES],
    map_below_native: [u8; MAP_BELOW_NATIVE.len()],
    map_below_bytecode: [u8; MAP_BELOW_BYTECODE.len()],
}

static STUBS: Stubs = Stubs {
    code: stub_code(),
    map_below_native: MAP_BELOW_NATIVE,
    map_below_bytecode: MAP_BELOW_BYTECODE,
};

const fn stub_code() -> [u8; OPCODES.len() * STUB_BYTES] {
    let mut bytes = [0; OPCODES.len() * STUB_BYTES];
    let mut stub = 0;
    while stub < OPCODES.len() {
        let word = stub * STUB_BYTES + TRAILER_BYTES;
        bytes[word] = OPCODES[stub] as u8;
        let mut byte = word + 1;
        while byte < (stub + 1) * STUB_BYTES {
            bytes[byte] = Opcode::Trap as u8;
            byte += 1;
        }
        stub += 1;
    }
    let word = TO_NATIVE * STUB_BYTES + TRAILER_BYTES;
    bytes[word - TRAILER_DST_BEFORE] = BORDER_VALUE_SLOT as u8;
    bytes[word - TRAILER_WORDS_BEFORE] = BORDER_BELOW_NATIVE_WORDS as u8;
    // The maps follow the code, less than 256 bytes away.
    bytes[word - TRAILER_MAP_BEFORE] = (bytes.len() - word) as u8;
    bytes
}

/// What a return word leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReturnKind {
    /// Code of an image, or across a border: a frame of which the size and the map are known.
    Code,
    /// Out of the interpreter: this is the first frame of a base.
    ExitBase,
    /// The next older frame was captured.
    Underflow,
    /// The original return word stands in the base's barrier.
    Barrier,
}

/// What kind of code returns through a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CodeTier {
    Bytecode,
    Native,
}

/// The return words of the stubs. A copy is cheap; they never change.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StubWords {
    first: u64,
    native: NativeStubWords,
    to_bytecode: u64,
}

/// The return words of stubs of native code that go on in Rust.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NativeStubWords {
    pub(crate) underflow: u64,
    pub(crate) barrier: u64,
}

impl StubWords {
    pub(crate) fn new(native: NativeStubWords) -> Self {
        Self {
            first: (STUBS.code.as_ptr().expose_provenance() + TRAILER_BYTES) as u64,
            native,
            to_bytecode: word_to_bytecode(),
        }
    }

    #[inline(always)]
    pub(crate) const fn exit_base(self) -> u64 {
        self.first
    }

    #[inline(always)]
    pub(crate) const fn underflow(self, tier: CodeTier) -> u64 {
        match tier {
            CodeTier::Bytecode => self.first + STUB_BYTES as u64,
            CodeTier::Native => self.native.underflow,
        }
    }

    #[inline(always)]
    pub(crate) const fn barrier(self, tier: CodeTier) -> u64 {
        match tier {
            CodeTier::Bytecode => self.first + 2 * STUB_BYTES as u64,
            CodeTier::Native => self.native.barrier,
        }
    }

    /// From bytecode into the border frame below native code.
    #[inline(always)]
    pub(crate) const fn return_to_native(self) -> u64 {
        self.first + (TO_NATIVE * STUB_BYTES) as u64
    }

    /// From native code into the border frame below bytecode.
    #[inline(always)]
    pub(crate) const fn return_to_bytecode(self) -> u64 {
        self.to_bytecode
    }

    /// Whether `word` leads into a border frame.
    pub(crate) const fn is_border(self, word: u64) -> bool {
        word == self.return_to_native() || word == self.return_to_bytecode()
    }

    /// What `word` leads to.
    #[inline(always)]
    pub(crate) const fn kind(self, word: u64) -> ReturnKind {
        match word.wrapping_sub(self.first) {
            0 => ReturnKind::ExitBase,
            offset if offset == STUB_BYTES as u64 => ReturnKind::Underflow,
            offset if offset == 2 * STUB_BYTES as u64 => ReturnKind::Barrier,
            _ if word == self.native.underflow => ReturnKind::Underflow,
            _ if word == self.native.barrier => ReturnKind::Barrier,
            _ => ReturnKind::Code,
        }
    }

    /// What kind of code returns through `word`.
    ///
    /// # Safety
    ///
    /// `word` is the return word of a frame, and its image is kept.
    #[inline(always)]
    pub(crate) unsafe fn tier(self, word: u64) -> CodeTier {
        let stubs = [self.native.underflow, self.native.barrier, self.to_bytecode];
        // SAFETY: a return word whose image is kept, by the contract of this function.
        if stubs.contains(&word) || unsafe { loader::is_native_code(Address::from_word(word)) } {
            CodeTier::Native
        } else {
            CodeTier::Bytecode
        }
    }
}

/// A return word that leads to a frame, and what is known of that frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ReturnWord {
    address: Address,
    words: u16,
    flags: u16,
    tier: CodeTier,
    map: Address,
}

impl ReturnWord {
    /// # Safety
    ///
    /// `word` is a return point of code that stays mapped, or leads into a border frame.
    #[inline(always)]
    pub(crate) unsafe fn new(word: u64) -> Self {
        let address = Address::from_word(word);
        if word == word_to_bytecode() {
            return Self::into_border(address);
        }
        // SAFETY: a return point of code that stays mapped, by the contract of this function.
        if let Some(point) = unsafe { loader::native_return_at(address) } {
            return Self {
                address,
                words: point.words,
                flags: point.flags,
                tier: CodeTier::Native,
                map: point.map,
            };
        }
        // SAFETY: what is no native code is bytecode.
        let trailer = unsafe { Trailer::new(word) };
        Self {
            address,
            words: trailer.words() as u16,
            flags: 0,
            tier: CodeTier::Bytecode,
            map: trailer.map(),
        }
    }

    #[cold]
    fn into_border(address: Address) -> Self {
        Self {
            address,
            words: BORDER_BELOW_BYTECODE_WORDS as u16,
            flags: 0,
            tier: CodeTier::Native,
            map: Address::new(STUBS.map_below_bytecode.as_ptr().expose_provenance()),
        }
    }

    #[inline(always)]
    pub(crate) const fn address(self) -> Address {
        self.address
    }

    /// Words of the caller's frame, its return word included.
    #[inline(always)]
    pub(crate) const fn words(self) -> usize {
        self.words as usize
    }

    /// The frame map of the caller's frame.
    #[inline(always)]
    pub(crate) const fn map(self) -> Address {
        self.map
    }

    /// Flags of native return points, see [`abi::native::return_table`].
    pub(crate) const fn flags(self) -> u16 {
        self.flags
    }

    /// What kind of code returns through the word.
    #[inline(always)]
    pub(crate) const fn tier(self) -> CodeTier {
        self.tier
    }

    /// The trailer of a word of bytecode.
    pub(crate) fn trailer(self) -> Trailer {
        assert_eq!(
            self.tier,
            CodeTier::Bytecode,
            "bytecode returns to bytecode"
        );
        Trailer(self.address)
    }
}

/// A return word of bytecode, and its trailer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Trailer(Address);

impl Trailer {
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
        u16::from_le_bytes(self.bytes(TRAILER_DST_BEFORE))
    }

    /// Words of the caller's frame, its return word included.
    #[inline(always)]
    pub(crate) fn words(self) -> usize {
        usize::from(u16::from_le_bytes(self.bytes(TRAILER_WORDS_BEFORE)))
    }

    /// The frame map of the caller's frame.
    #[inline(always)]
    fn map(self) -> Address {
        let distance = i32::from_le_bytes(self.bytes(TRAILER_MAP_BEFORE));
        self.0.offset_bytes(distance as isize as usize)
    }

    #[inline(always)]
    fn bytes<const N: usize>(self, bytes_before: usize) -> [u8; N] {
        let place: *const [u8; N] = std::ptr::with_exposed_provenance(self.0.raw() - bytes_before);
        // SAFETY: whoever made `self` promised a trailer in mapped memory before this address; a
        // byte array has no alignment.
        unsafe { place.read() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::frame_map;
    use abi::frame_map::SlotState;

    #[test]
    fn stubs_are_told_apart_and_have_trailers_of_zeros() {
        use CodeTier::Bytecode;
        let stubs = StubWords::new(crate::native::stubs::return_words());
        let all = [
            (stubs.exit_base(), ReturnKind::ExitBase, Opcode::ExitBase),
            (
                stubs.underflow(Bytecode),
                ReturnKind::Underflow,
                Opcode::Underflow,
            ),
            (
                stubs.barrier(Bytecode),
                ReturnKind::Barrier,
                Opcode::ReturnBarrier,
            ),
        ];
        for (word, kind, opcode) in all {
            assert_eq!(stubs.kind(word), kind);
            // SAFETY: a trailer of zeros stands before each stub's instruction.
            let stub = unsafe { Trailer::new(word) };
            assert_eq!(
                (stub.dst(), stub.words(), stub.map()),
                (0, 0, stub.address())
            );
            assert_eq!(opcode_at(word), opcode as u8);
        }
        assert_eq!(stubs.kind(stubs.exit_base() + 1), ReturnKind::Code);
    }

    #[test]
    fn stubs_of_native_code_replace_words_of_native_code() {
        use CodeTier::Native;
        let stubs = StubWords::new(crate::native::stubs::return_words());
        assert_eq!(stubs.kind(stubs.underflow(Native)), ReturnKind::Underflow);
        assert_eq!(stubs.kind(stubs.barrier(Native)), ReturnKind::Barrier);
        for word in [
            stubs.underflow(Native),
            stubs.barrier(Native),
            stubs.return_to_bytecode(),
        ] {
            // SAFETY: these words lead to stubs of native code.
            assert_eq!(unsafe { stubs.tier(word) }, Native);
        }
        // SAFETY: the word leads into the border frame below native code.
        let tier = unsafe { stubs.tier(stubs.return_to_native()) };
        assert_eq!(tier, CodeTier::Bytecode);
    }

    #[test]
    fn border_frames_are_raw() {
        let stubs = StubWords::new(crate::native::stubs::return_words());
        assert_eq!(
            opcode_at(stubs.return_to_native()),
            Opcode::ReturnToNative as u8
        );
        for (word, words, slots, tier) in [
            (stubs.return_to_native(), 6, 5, CodeTier::Bytecode),
            (stubs.return_to_bytecode(), 2, 0, CodeTier::Native),
        ] {
            assert_eq!(stubs.kind(word), ReturnKind::Code);
            assert!(stubs.is_border(word));
            // SAFETY: stubs that lead into border frames.
            let word = unsafe { ReturnWord::new(word) };
            assert_eq!((word.words(), word.tier()), (words, tier));
            // SAFETY: the map of a border frame.
            let map = unsafe { frame_map(word.map()) };
            assert_eq!(map.states().count(), slots);
            assert!(map.states().all(|state| state == SlotState::Raw));
        }
    }

    fn opcode_at(word: u64) -> u8 {
        let place: *const u8 = std::ptr::with_exposed_provenance(word as usize);
        // SAFETY: tests name words of this file, which lead to bytes of `STUBS`.
        unsafe { place.read() }
    }
}
