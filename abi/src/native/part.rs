//! Native parts: native code for an image of bytecode, made apart from the image and linked to it while it runs.
//!
//! A native part is an ELF64 little-endian `ET_DYN` file with two segments, which lie behind those of its image. All
//! its addresses are virtual addresses of the image. So native code reaches the cells, the constants and the
//! procedures of the image by distances that are known when the part is made, and the part has no relocations.
//!
//! ```text
//! read-only   ELF header, program headers, part header, entries, loops, frame maps, native return points, unwind rows
//! code        native code
//! ```
//!
//! The first segment starts at a granule ([`SEGMENT_ALIGN_BYTES`](crate::image::SEGMENT_ALIGN_BYTES)) behind the image,
//! the second at a later granule, and each at the same offset inside its granule as in the file. An image may get
//! several parts, whose granules are apart.

use alloc::vec::Vec;

use crate::image::Extent;
use crate::isa::Opcode;

/// First bytes of the part header.
pub const MAGIC: [u8; 8] = *b"cozenprt";

/// The section of the part header.
pub const SECTION: &str = ".cozen.native-part";

/// The section of the entries.
pub const ENTRIES_SECTION: &str = ".cozen.native-entries";

/// The section of the entries of loops.
pub const LOOPS_SECTION: &str = ".cozen.native-loops";

/// Bytes of native parts for each byte of bytecode, at most. Five are usual.
const ROOM_BYTES_PER_BYTE: u64 = 32;

/// Bytes of the native parts of the smallest image, at most.
const ROOM_BYTES_LEAST: u64 = 4 << 20;

/// Bytes of address space for the native parts of an image with so much bytecode. The part with all of its native code
/// starts where the room does; parts with some of it, which are made before, lie behind the middle.
pub const fn room_bytes(bytecode: Extent) -> u64 {
    ROOM_BYTES_LEAST + ROOM_BYTES_PER_BYTE * bytecode.bytes as u64
}

/// Bytes of an encoded [`PartHeader`].
pub const PART_HEADER_BYTES: usize = 80;

/// Offset of the hash in an encoded header, in bytes: where an image header has its own.
pub const PART_HEADER_HASH_OFFSET: usize = crate::image::IMAGE_HEADER_HASH_OFFSET;

/// What stands after the program headers of a native part, aligned to 8 bytes.
///
/// ```text
/// 0    magic
/// 8    fingerprint: u64
/// 16   hash: u64            content hash of the part, see `ContentHash`
/// 24   image_hash: u64      content hash of the image
/// 32   read_only, code, entries, frame_maps, native_returns, loops: extents (u32 start, u32 bytes)
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PartHeader {
    /// The fingerprint of the formats.
    pub fingerprint: u64,
    /// The part's content hash.
    pub hash: u64,
    /// The content hash of the image that the part is linked to.
    pub image_hash: u64,
    /// The read-only segment.
    pub read_only: Extent,
    /// The code segment: native code alone.
    pub code: Extent,
    /// The entries, inside the read-only segment.
    pub entries: Extent,
    /// The frame maps that the image does not have, inside the read-only segment.
    pub frame_maps: Extent,
    /// The table of return points, inside the read-only segment ([`super::return_table`]).
    pub native_returns: Extent,
    /// The entries of loops, inside the read-only segment.
    pub loops: Extent,
}

impl PartHeader {
    const fn extents(&self) -> [Extent; 6] {
        [
            self.read_only,
            self.code,
            self.entries,
            self.frame_maps,
            self.native_returns,
            self.loops,
        ]
    }

    /// The encoding.
    pub fn encode(&self) -> [u8; PART_HEADER_BYTES] {
        let mut bytes = [0; PART_HEADER_BYTES];
        bytes[0..8].copy_from_slice(&MAGIC);
        bytes[8..16].copy_from_slice(&self.fingerprint.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.hash.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.image_hash.to_le_bytes());
        for (extent, at) in self.extents().iter().zip((32..).step_by(8)) {
            bytes[at..at + 4].copy_from_slice(&extent.start.to_le_bytes());
            bytes[at + 4..at + 8].copy_from_slice(&extent.bytes.to_le_bytes());
        }
        bytes
    }

    /// Reads the header at the start of `bytes`; `None` if there are too few, or the magic bytes are others.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; PART_HEADER_BYTES] = bytes.first_chunk()?;
        let extent = |number: usize| Extent {
            start: word(bytes, 32 + 8 * number),
            bytes: word(bytes, 36 + 8 * number),
        };
        let header = Self {
            fingerprint: long(bytes, 8),
            hash: long(bytes, 16),
            image_hash: long(bytes, 24),
            read_only: extent(0),
            code: extent(1),
            entries: extent(2),
            frame_maps: extent(3),
            native_returns: extent(4),
            loops: extent(5),
        };
        (header.encode() == *bytes).then_some(header)
    }
}

/// Bytes of an encoded [`NativeEntry`].
pub const ENTRY_BYTES: usize = 12;

/// A procedure of the image for which the part has native code. A part has its entries in the order of the procedures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NativeEntry {
    /// Virtual address of the procedure's header.
    pub procedure: u32,
    /// Virtual address of the general entry.
    pub entry: u32,
    /// What [`crate::procedure::ProcedureHeader::native_key`] becomes.
    pub key: u32,
}

impl NativeEntry {
    /// The encoding.
    pub fn encode(&self) -> [u8; ENTRY_BYTES] {
        let mut bytes = [0; ENTRY_BYTES];
        bytes[0..4].copy_from_slice(&self.procedure.to_le_bytes());
        bytes[4..8].copy_from_slice(&self.entry.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.key.to_le_bytes());
        bytes
    }

    /// All entries that `bytes` hold.
    pub fn decode_all(bytes: &[u8]) -> impl Iterator<Item = Self> {
        bytes.chunks_exact(ENTRY_BYTES).map(|bytes| Self {
            procedure: word(bytes, 0),
            entry: word(bytes, 4),
            key: word(bytes, 8),
        })
    }
}

/// A native entry into a loop: where a frame of bytecode goes on that comes to the end of a turn.
///
/// The native code there takes the words of `slots`, in this order, in argument places 1 and up, and stands in for the
/// rest of the procedure. It returns a double as its bits.
///
/// ```text
/// 0    poll: u32, entry: u32, count of slots: u32
/// 12   slots: u16 each, and two zeros if their count is odd
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoopEntry {
    /// Virtual address of the poll at the end of the turn: one of [`is_end_of_turn`].
    pub poll: u32,
    /// Virtual address of the native code.
    pub entry: u32,
    /// Slots of the frame of bytecode that hold values there, tagged and raw.
    pub slots: Vec<u16>,
}

/// Bytes of an encoded [`LoopEntry`] before its slots.
const LOOP_BYTES: usize = 12;

impl LoopEntry {
    /// Bytes of the encoding of an entry with so many slots.
    pub const fn bytes(slot_count: usize) -> usize {
        LOOP_BYTES + (2 * slot_count).next_multiple_of(4)
    }

    /// Appends the encoding.
    pub fn encode(&self, bytes: &mut Vec<u8>) {
        for word in [self.poll, self.entry, self.slots.len() as u32] {
            bytes.extend(word.to_le_bytes());
        }
        bytes.extend(self.slots.iter().flat_map(|slot| slot.to_le_bytes()));
        bytes.resize(bytes.len().next_multiple_of(4), 0);
    }

    /// All entries that `bytes` hold; `None` if they are cut short.
    pub fn decode_all(mut bytes: &[u8]) -> Option<Vec<Self>> {
        let mut entries = Vec::new();
        while !bytes.is_empty() {
            let head: &[u8; LOOP_BYTES] = bytes.first_chunk()?;
            let [poll, entry, count] = [0, 4, 8].map(|at| word(head, at));
            let slot_bytes = (count as usize).checked_mul(2)?;
            let slots = bytes[LOOP_BYTES..].get(..slot_bytes)?.as_chunks().0;
            let slots = slots.iter().map(|&slot| u16::from_le_bytes(slot)).collect();
            entries.push(Self { poll, entry, slots });
            bytes = bytes.get(LOOP_BYTES + slot_bytes.next_multiple_of(4)..)?;
        }
        Some(entries)
    }
}

/// Whether an instruction is the poll at the end of a turn of a loop, over which a loader may write `enter_loop`.
pub const fn is_end_of_turn(opcode: u8) -> bool {
    macro_rules! opcodes {
        ($( $both:ident = $Both:ident: $branch:ident = $Branch:ident
            { $( $operand:ident: $kind:ident ),* } $( $map:ident )?; )*) => {
            matches!(
                Opcode::from_byte(opcode),
                Some(Opcode::Poll | Opcode::JumpPoll $( | Opcode::$Both )*)
            )
        };
    }
    crate::for_each_polled_branch!(opcodes)
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn long(bytes: &[u8], at: usize) -> u64 {
    u64::from(word(bytes, at)) | u64::from(word(bytes, at + 4)) << 32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_round_trip_and_truncations_are_refused() {
        let header = PartHeader {
            fingerprint: 1,
            hash: 2,
            image_hash: 3,
            read_only: Extent {
                start: 0x40000,
                bytes: 900,
            },
            native_returns: Extent {
                start: 0x40100,
                bytes: 48,
            },
            ..PartHeader::default()
        };
        let bytes = header.encode();
        assert_eq!(PartHeader::decode(&bytes), Some(header));
        assert_eq!(PartHeader::decode(&bytes[..PART_HEADER_BYTES - 1]), None);
        let mut other = bytes;
        other[0] ^= 1;
        assert_eq!(PartHeader::decode(&other), None);
    }

    #[test]
    fn entries_round_trip() {
        let entries = [1, 2].map(|number| NativeEntry {
            procedure: 0x10000 * number,
            entry: 0x50000 + number,
            key: number,
        });
        let bytes = entries.map(|entry| entry.encode()).concat();
        assert!(NativeEntry::decode_all(&bytes).eq(entries));
    }

    #[test]
    fn entries_of_loops_round_trip_and_truncations_are_refused() {
        let entries = [vec![1, 2, 3], vec![], vec![7, 8]].map(|slots| LoopEntry {
            poll: 0x1_0000,
            entry: 0x5_0000,
            slots,
        });
        let mut bytes = Vec::new();
        for entry in &entries {
            entry.encode(&mut bytes);
        }
        assert_eq!(LoopEntry::decode_all(&bytes).as_deref(), Some(&entries[..]));
        for end in [1, 11, 13, 18, bytes.len() - 1] {
            assert_eq!(LoopEntry::decode_all(&bytes[..end]), None, "{end}");
        }
    }

    #[test]
    fn loops_end_in_polls_alone() {
        assert!(is_end_of_turn(Opcode::JumpPoll as u8));
        assert!(is_end_of_turn(Opcode::PollBranchLess as u8));
        assert!(!is_end_of_turn(Opcode::PollCons as u8));
        assert!(!is_end_of_turn(Opcode::EnterLoop as u8));
    }
}
