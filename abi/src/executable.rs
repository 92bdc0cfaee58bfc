//! Executables that carry a program: the slot by which an executable finds the images that were put into it.
//!
//! An executable that can carry a program has one of the sections [`SLOT_SECTIONS`], with an empty [`Slot`]. To put a
//! program into such an executable is to copy it, to append the images in a segment of their own, and to fill the slot.
//! A process that starts reads its slot, and nothing else, to learn whether there is a program.
//!
//! The places in a slot are distances in memory from the start of the slot: so they hold wherever the executable is
//! loaded.

use crate::fingerprint::FINGERPRINT;

/// The section of the slot of an executable that compiles texts, and of one that does not. They have two names, so that
/// a linker can leave one of them out.
pub const SLOT_SECTIONS: [&str; 2] = [".cozen.slot", ".cozen.runtime-slot"];

/// The section of the program's image.
pub const PROGRAM_SECTION: &str = ".cozen.program";

/// The section of the library's image, where the executable has no library of its own.
pub const LIBRARY_SECTION: &str = ".cozen.library";

/// First bytes of a slot.
pub const MAGIC: [u8; 16] = *b"cozen slot 1\0\0\0\0";

/// Bytes of an encoded [`Slot`].
pub const SLOT_BYTES: usize = 80;

/// The executable compiles texts, and has a library of its own.
const HAS_COMPILER: u64 = 1;

/// Where an image stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// From the start of the slot, in bytes; wraps around.
    pub distance: u64,
    /// Size in bytes; 0 if there is no image.
    pub bytes: u64,
}

/// What an executable says of the program in it.
///
/// ```text
/// 0    magic
/// 16   fingerprint: u64
/// 24   flags: u64           1: the executable compiles texts, and has a library of its own
/// 32   library: u64 distance, u64 bytes
/// 48   program: u64 distance, u64 bytes
/// 64   heap_bytes_max: u64  0: no limit
/// 72   stack_bytes_max: u64 0: the usual limit
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// [`FINGERPRINT`] of the executable's runtime.
    pub fingerprint: u64,
    /// Whether the executable compiles texts, and has a library of its own.
    pub has_compiler: bool,
    /// The image of the library.
    pub library: Place,
    /// The image of the program.
    pub program: Place,
    /// The limit of the heap; 0 for none.
    pub heap_bytes_max: u64,
    /// The limit of the stack; 0 for the usual one.
    pub stack_bytes_max: u64,
}

impl Slot {
    /// The slot of an executable without a program.
    pub const fn empty(has_compiler: bool) -> Self {
        const NOWHERE: Place = Place {
            distance: 0,
            bytes: 0,
        };
        Self {
            fingerprint: FINGERPRINT,
            has_compiler,
            library: NOWHERE,
            program: NOWHERE,
            heap_bytes_max: 0,
            stack_bytes_max: 0,
        }
    }

    /// The encoding.
    pub const fn encode(&self) -> [u8; SLOT_BYTES] {
        let words = [
            self.fingerprint,
            if self.has_compiler { HAS_COMPILER } else { 0 },
            self.library.distance,
            self.library.bytes,
            self.program.distance,
            self.program.bytes,
            self.heap_bytes_max,
            self.stack_bytes_max,
        ];
        let mut bytes = [0; SLOT_BYTES];
        bytes.split_at_mut(MAGIC.len()).0.copy_from_slice(&MAGIC);
        let mut index = 0;
        while index < words.len() {
            let at = MAGIC.len() + 8 * index;
            bytes
                .split_at_mut(at)
                .1
                .split_at_mut(8)
                .0
                .copy_from_slice(&words[index].to_le_bytes());
            index += 1;
        }
        bytes
    }

    /// Reads a slot; `None` if the bytes are none.
    pub fn decode(bytes: &[u8; SLOT_BYTES]) -> Option<Self> {
        let (words, _) = bytes.as_chunks::<8>();
        let word = |number: usize| u64::from_le_bytes(words[MAGIC.len() / 8 + number]);
        let place = |number: usize| Place {
            distance: word(number),
            bytes: word(number + 1),
        };
        let slot = Self {
            fingerprint: word(0),
            has_compiler: word(1) == HAS_COMPILER,
            library: place(2),
            program: place(4),
            heap_bytes_max: word(6),
            stack_bytes_max: word(7),
        };
        (slot.encode() == *bytes).then_some(slot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_round_trip_and_other_bytes_are_refused() {
        let slot = Slot {
            library: Place {
                distance: 5_u64.wrapping_neg(),
                bytes: 6,
            },
            program: Place {
                distance: 0x10000,
                bytes: 7,
            },
            heap_bytes_max: 8,
            stack_bytes_max: 9,
            ..Slot::empty(true)
        };
        let bytes = slot.encode();
        assert_eq!(Slot::decode(&bytes), Some(slot));
        for at in [0, 24] {
            let mut other = bytes;
            other[at] ^= 2;
            assert_eq!(Slot::decode(&other), None);
        }
    }
}
