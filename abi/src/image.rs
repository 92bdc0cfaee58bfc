//! Images: section names, the image header, the content hash.
//!
//! An image is an ELF64 little-endian `ET_DYN` file. Its memory is up to four segments, each aligned
//! to [`SEGMENT_ALIGN_BYTES`] in memory and packed in the file (`p_offset` and `p_vaddr` agree modulo
//! the alignment, `p_filesz = p_memsz`), in this order of virtual addresses from 0:
//!
//! ```text
//! read-only   ELF header, program headers, image header, relocations, symbol names, frame maps,
//!             native return points, unwind information, pointer-free constants
//! code        procedures: bytecode, then native code
//! constants   literals with pointers: relocated, then sealed read-only. Their pointers lead into
//!             this image only, or are interned symbols
//! cells       every word a value: first the interned symbols, then what the code uses; then, in the
//!             image of a library, its own symbols and global variables
//! ```
//!
//! Pointers in constants and cells are stored as virtual address plus tag; relocation adds the
//! address at which the image was mapped to the words that the relocations name.

/// Alignment of segments in memory, in bytes.
pub const SEGMENT_ALIGN_BYTES: u64 = 64 * 1024;

/// An image of at most so many bytes is a *small* one: its segments follow one another in memory as they do in the file
/// (`p_vaddr` is `p_offset`), so that it may lie beside other images. Small images are made for memory, not for files,
/// and have no native code. All others take more: each segment starts in a granule of its own.
pub const SMALL_IMAGE_BYTES_MAX: u32 = 32 * 1024;

/// Largest extent of an image in memory, in bytes: offsets in instructions are 32 bits.
pub const IMAGE_BYTES_MAX: u64 = 1 << 31;

/// Section names.
pub mod section {
    /// The image header.
    pub const IMAGE: &str = ".cozen.image";
    /// Constants without pointers.
    pub const READ_ONLY: &str = ".rodata";
    /// Frame maps.
    pub const FRAME_MAPS: &str = ".cozen.frame-maps";
    /// Relocations in the encoding of `DT_RELR`. The customary name and section type are not used:
    /// older tools (elfutils 0.188) take them for a mistake.
    pub const RELOCATIONS: &str = ".cozen.relocations";
    /// Names of symbols and the places that refer to them.
    pub const SYMBOLS: &str = ".cozen.symbols";
    /// The table of the symbols that lie in the image.
    pub const OWN_SYMBOLS: &str = ".cozen.own-symbols";
    /// Procedures: bytecode.
    pub const CODE: &str = ".text";
    /// Procedures: native code.
    pub const NATIVE_CODE: &str = ".text.native";
    /// Native return points.
    pub const NATIVE_RETURNS: &str = ".cozen.native-returns";
    /// Unwind information of native code.
    pub const UNWIND: &str = ".eh_frame";
    /// Constants with pointers.
    pub const CONSTANTS: &str = ".data.rel.ro";
    /// Cells.
    pub const CELLS: &str = ".data";
    /// Arities and argument names (not loaded).
    pub const ARITIES: &str = ".cozen.arities";
    /// What the text says of procedures beside that (not loaded).
    pub const PROPERTIES: &str = ".cozen.properties";
    /// Inlined calls (not loaded). `strip` takes a section with such a name for debug information.
    pub const INLINED: &str = ".debug_cozen_inlined";
    /// Procedures, files and lines, where no tool reads them (not loaded).
    pub const PLACES: &str = ".cozen.places";
    /// What the compiler needs to import the image's libraries (not loaded).
    pub const INTERFACE: &str = ".cozen.interface";
    /// The libraries with images of their own that the image needs ([`crate::library_record`]).
    pub const IMPORTS: &str = ".cozen.imports";
    /// What the image of a library was made from ([`crate::library_record`]).
    pub const MADE_FROM: &str = ".cozen.made-from";
}

/// First bytes of the image header.
pub const MAGIC: [u8; 8] = *b"cozenimg";

/// A part of an image's memory, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Virtual address: bytes from the start of the image.
    pub start: u32,
    /// Size in bytes.
    pub bytes: u32,
}

impl Extent {
    /// One past the last byte.
    pub const fn end(self) -> u64 {
        self.start as u64 + self.bytes as u64
    }

    /// Whether `other` lies inside.
    pub const fn contains(self, other: Self) -> bool {
        other.start >= self.start && other.end() <= self.end()
    }
}

/// Bytes of an encoded [`ImageHeader`].
pub const IMAGE_HEADER_BYTES: usize = 136;

/// Offset of the hash in an encoded header, in bytes.
pub const IMAGE_HEADER_HASH_OFFSET: usize = 16;

/// The section `.cozen.image`: right after the program headers, aligned to 8 bytes.
///
/// ```text
/// 0    magic
/// 8    fingerprint: u64
/// 16   hash: u64            content hash, see `ContentHash`
/// 24   entry: u32           virtual address of the entry procedure's header, never 0
/// 28   symbol_count: u32    how many names, and how many of the first cells are symbols
/// 32   fixup_count: u32     how many constants are symbols
/// 36   reserved: u32        zero
/// 40   extents: twelve of them, u32 start and u32 bytes, in the order of the fields
/// ```
///
/// The symbols extent holds, aligned to 4 bytes: `symbol_count` pairs (u32 virtual address, u32 bytes) that
/// lead to the names in UTF-8 inside the read-only segment, one behind the other, then `fixup_count` pairs (u32
/// virtual address of a word of the constants, u32 number of the symbol), ascending.
///
/// # Symbols of its own
///
/// The first image of a runtime, the library, may bring its symbols and global variables as objects: no symbol
/// is interned, and no variable made, when it is loaded. The objects lie in the segment of the cells, behind the cells.
/// Every word there is a header or a value, so that the segment is traced like cells alone. The own symbols
/// extent is a hash table of them, see [`OwnSymbols`]. Such an image has no symbols to be interned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImageHeader {
    /// [`crate::fingerprint::FINGERPRINT`] of the compiler that made the image.
    pub fingerprint: u64,
    /// Content hash.
    pub hash: u64,
    /// Virtual address of the entry procedure's header: a procedure without arguments.
    pub entry: u32,
    /// Number of interned symbols: the first cells.
    pub symbol_count: u32,
    /// Number of constants that are symbols.
    pub fixup_count: u32,
    /// The whole image: `start` is 0.
    pub image: Extent,
    /// The read-only segment.
    pub read_only: Extent,
    /// The code segment.
    pub code: Extent,
    /// The segment of constants with pointers.
    pub constants: Extent,
    /// The cells.
    pub cells: Extent,
    /// The frame maps, inside the read-only segment.
    pub frame_maps: Extent,
    /// The relocations: words in the encoding of `DT_RELR`, inside the read-only segment.
    pub relocations: Extent,
    /// The symbol table described above, inside the read-only segment.
    pub symbols: Extent,
    /// Pointer-free constants (objects), inside the read-only segment.
    pub read_only_objects: Extent,
    /// Native code, inside the code segment.
    pub native_code: Extent,
    /// The table of native return points (see [`crate::native::return_table`]), inside the
    /// read-only segment.
    pub native_returns: Extent,
    /// The table of symbols that lie in the image, inside the read-only segment; empty in all images but that
    /// of a library.
    pub own_symbols: Extent,
}

impl ImageHeader {
    /// Whether the image is a small one: see [`SMALL_IMAGE_BYTES_MAX`].
    pub const fn is_small(&self) -> bool {
        self.image.bytes <= SMALL_IMAGE_BYTES_MAX
    }

    fn extents(&self) -> [Extent; 12] {
        [
            self.image,
            self.read_only,
            self.code,
            self.constants,
            self.cells,
            self.frame_maps,
            self.relocations,
            self.symbols,
            self.read_only_objects,
            self.native_code,
            self.native_returns,
            self.own_symbols,
        ]
    }

    /// The encoding.
    pub fn encode(&self) -> [u8; IMAGE_HEADER_BYTES] {
        let mut bytes = [0; IMAGE_HEADER_BYTES];
        bytes[0..8].copy_from_slice(&MAGIC);
        bytes[8..16].copy_from_slice(&self.fingerprint.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.hash.to_le_bytes());
        bytes[24..28].copy_from_slice(&self.entry.to_le_bytes());
        bytes[28..32].copy_from_slice(&self.symbol_count.to_le_bytes());
        bytes[32..36].copy_from_slice(&self.fixup_count.to_le_bytes());
        for (extent, at) in self.extents().iter().zip((40..).step_by(8)) {
            bytes[at..at + 4].copy_from_slice(&extent.start.to_le_bytes());
            bytes[at + 4..at + 8].copy_from_slice(&extent.bytes.to_le_bytes());
        }
        bytes
    }

    /// Reads the header at the start of `bytes`; `None` if there are too few bytes, the magic bytes
    /// are others, or a reserved field is not zero.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; IMAGE_HEADER_BYTES] = bytes.first_chunk()?;
        let word = |at: usize| {
            u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
        };
        let long = |at: usize| u64::from(word(at)) | u64::from(word(at + 4)) << 32;
        let extent = |number: usize| Extent {
            start: word(40 + 8 * number),
            bytes: word(44 + 8 * number),
        };
        let header = Self {
            fingerprint: long(8),
            hash: long(16),
            entry: word(24),
            symbol_count: word(28),
            fixup_count: word(32),
            image: extent(0),
            read_only: extent(1),
            code: extent(2),
            constants: extent(3),
            cells: extent(4),
            frame_maps: extent(5),
            relocations: extent(6),
            symbols: extent(7),
            read_only_objects: extent(8),
            native_code: extent(9),
            native_returns: extent(10),
            own_symbols: extent(11),
        };
        (header.encode() == *bytes).then_some(header)
    }
}

/// The table of symbols that lie in an image: open addressing with linear probing, at most half full.
///
/// An entry is the virtual address of a symbol (u32, little-endian), or 0. There are as many entries as a power of
/// two. A symbol stands at the first free entry from its hash ([`crate::text_hash`]) on, modulo their number.
pub struct OwnSymbols;

impl OwnSymbols {
    /// Bytes of an entry.
    pub const ENTRY_BYTES: usize = 4;

    /// How many entries the table of so many symbols has; none without symbols.
    pub const fn entry_count(symbol_count: usize) -> usize {
        if symbol_count == 0 {
            0
        } else {
            (2 * symbol_count).next_power_of_two()
        }
    }

    /// The entries to look at for a symbol with this hash, in order, among `entry_count` of them, a power of two.
    pub fn probe(hash: u64, entry_count: usize) -> impl Iterator<Item = usize> {
        let start = hash as usize;
        (0..entry_count).map(move |step| start.wrapping_add(step) & (entry_count - 1))
    }
}

/// The content hash: every step is a bijection of the state, so that two inputs of equal length which
/// differ in one word have different hashes.
///
/// It covers the bytes of the segments as they stand in the file, in the order of their virtual
/// addresses, with the hash itself and the ELF header's `e_shoff`, `e_shnum` and `e_shstrndx` (all
/// that `strip` changes) taken as zero.
///
/// A step waits for the one before. So there are four states, which take the words of a segment in turn: a processor
/// works on all of them at once.
#[derive(Clone, Debug)]
pub struct ContentHash {
    states: [u64; Self::LANES],
}

impl Default for ContentHash {
    fn default() -> Self {
        let start: u64 = 0x9e37_79b9_7f4a_7c15;
        Self {
            states: [1, 2, 3, 4].map(|lane| start.wrapping_mul(lane)),
        }
    }
}

impl ContentHash {
    const LANES: usize = 4;
    /// The first bytes of a segment that are given apart are a multiple of so many.
    pub const BLOCK_BYTES: usize = 8 * Self::LANES;

    /// Adds a segment: its length, then its bytes in words, the last ones padded with zeros.
    pub fn add_segment(&mut self, bytes: &[u8]) {
        self.add_segment_in_parts(&[], bytes);
    }

    /// The same, where the segment's first bytes are given apart from the rest.
    ///
    /// # Panics
    ///
    /// If there is a rest, and the first bytes are no multiple of [`Self::BLOCK_BYTES`].
    pub fn add_segment_in_parts(&mut self, first: &[u8], rest: &[u8]) {
        assert!(
            rest.is_empty() || first.len().is_multiple_of(Self::BLOCK_BYTES),
            "parts of a segment lie at whole blocks"
        );
        self.add_block([(first.len() + rest.len()) as u64, 0, 0, 0]);
        self.add_bytes(first);
        self.add_bytes(rest);
    }

    fn add_bytes(&mut self, bytes: &[u8]) {
        let (blocks, rest) = bytes.as_chunks::<{ Self::BLOCK_BYTES }>();
        for block in blocks {
            self.add_block(words(block));
        }
        if !rest.is_empty() {
            let mut last = [0; Self::BLOCK_BYTES];
            last[..rest.len()].copy_from_slice(rest);
            self.add_block(words(&last));
        }
    }

    #[inline(always)]
    fn add_block(&mut self, words: [u64; Self::LANES]) {
        for (state, word) in self.states.iter_mut().zip(words) {
            *state = mixed(*state, word);
        }
    }

    /// The hash.
    #[must_use]
    pub fn finish(self) -> u64 {
        let [first, others @ ..] = self.states;
        let mut hash = others.into_iter().fold(first, mixed);
        hash ^= hash >> 32;
        hash = hash.wrapping_mul(0xd6e8_feb8_6659_fd93);
        hash ^ hash >> 32
    }
}

/// One step: a bijection of `state`, and of `word`.
#[inline(always)]
const fn mixed(state: u64, word: u64) -> u64 {
    let mixed = (state ^ word).wrapping_mul(0xff51_afd7_ed55_8ccd);
    mixed.rotate_left(29) ^ 0x27d4_eb2f_1656_67c5
}

#[inline(always)]
fn words(block: &[u8; ContentHash::BLOCK_BYTES]) -> [u64; ContentHash::LANES] {
    let chunks = block.as_chunks::<8>().0;
    core::array::from_fn(|lane| u64::from_le_bytes(chunks[lane]))
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn headers_round_trip_and_truncations_are_refused() {
        let header = ImageHeader {
            fingerprint: 1,
            hash: 2,
            entry: 0x10020,
            symbol_count: 3,
            fixup_count: 4,
            cells: Extent {
                start: 0x30000,
                bytes: 64,
            },
            ..ImageHeader::default()
        };
        let bytes = header.encode();
        assert_eq!(ImageHeader::decode(&bytes), Some(header));
        assert_eq!(ImageHeader::decode(&bytes[..IMAGE_HEADER_BYTES - 1]), None);
        let mut other = bytes;
        other[0] ^= 1;
        assert_eq!(ImageHeader::decode(&other), None);
    }

    #[test]
    fn every_flipped_bit_changes_the_hash() {
        let mut bytes: Vec<u8> = (0..77).collect();
        let hash = |bytes: &[u8]| {
            let mut hash = ContentHash::default();
            hash.add_segment(bytes);
            hash.finish()
        };
        let before = hash(&bytes);
        for bit in 0..bytes.len() * 8 {
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_ne!(hash(&bytes), before);
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
    }

    #[test]
    fn words_that_change_places_change_the_hash() {
        let words: Vec<u64> = (1..=13).collect();
        let hash = |words: &[u64]| {
            let mut hash = ContentHash::default();
            let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
            hash.add_segment(&bytes);
            hash.finish()
        };
        for (one, other) in (0..words.len()).flat_map(|one| (0..one).map(move |other| (one, other)))
        {
            let mut swapped = words.clone();
            swapped.swap(one, other);
            assert_ne!(hash(&swapped), hash(&words), "{one} and {other}");
        }
    }

    #[test]
    fn a_segment_in_parts_has_the_hash_of_the_whole() {
        let bytes: Vec<u8> = (0..200).collect();
        for split in [0, 32, 96, 192, 200] {
            let (mut whole, mut parts) = (ContentHash::default(), ContentHash::default());
            whole.add_segment(&bytes);
            let (first, rest) = bytes.split_at(split);
            parts.add_segment_in_parts(first, rest);
            assert_eq!(parts.finish(), whole.finish(), "{split}");
        }
    }
}
