//! The reasons for which an image is refused.

use gc::ArenaError;
use thiserror::Error;

use crate::segment::SegmentKind;

/// An image that is not loaded: each check has its variant. Addresses are virtual: bytes from the
/// start of the image; offsets are bytes from the start of the file.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoadError {
    /// A structure reaches past the end of the file.
    #[error(
        "{what} at offset {offset:#x} needs {needed_bytes} bytes, but only {available_bytes} remain"
    )]
    Truncated {
        /// The structure.
        what: &'static str,
        /// Where it starts.
        offset: u64,
        /// Its size.
        needed_bytes: u64,
        /// What the file has from there on.
        available_bytes: u64,
    },
    /// The first four bytes are not the ELF magic number.
    #[error("not an ELF file (magic bytes {found:02x?})")]
    NotElf {
        /// What was there.
        found: [u8; 4],
    },
    /// The file is not a 64-bit one.
    #[error("ELF class {found} instead of 2 (64 bits)")]
    WrongClass {
        /// `EI_CLASS`.
        found: u8,
    },
    /// The file is not little-endian.
    #[error("ELF byte order {found} instead of 1 (little-endian)")]
    WrongByteOrder {
        /// `EI_DATA`.
        found: u8,
    },
    /// The file is of another type.
    #[error("ELF type {found} instead of 3 (shared object)")]
    WrongType {
        /// `e_type`.
        found: u16,
    },
    /// The file is for another machine.
    #[error("ELF machine {found} instead of {expected}")]
    WrongMachine {
        /// `e_machine`.
        found: u16,
        /// That of this machine.
        expected: u16,
    },
    /// Another field of the ELF header has a value that images do not have.
    #[error("ELF header field {field} is {found}, but images have {expected}")]
    WrongHeaderField {
        /// The field's name in the specification.
        field: &'static str,
        /// Its value.
        found: u64,
        /// The value in images.
        expected: u64,
    },
    /// There are more or fewer loaded segments than the image header says.
    #[error("{found} loaded segments instead of {expected}")]
    SegmentCount {
        /// Program headers of type `PT_LOAD`.
        found: usize,
        /// Segments with bytes, as the image header says.
        expected: usize,
    },
    /// The image header does not stand after the program headers, or is damaged.
    #[error("no image header at offset {offset:#x}")]
    NoImageHeader {
        /// Where it should be.
        offset: u64,
    },
    /// The image was made for another instruction set, or other layouts.
    #[error("image has fingerprint {found:#018x}, this runtime has {expected:#018x}")]
    FingerprintMismatch {
        /// The image's.
        found: u64,
        /// This runtime's.
        expected: u64,
    },
    /// An image without this segment cannot run.
    #[error("there is no {segment} segment")]
    SegmentMissing {
        /// The segment.
        segment: SegmentKind,
    },
    /// A segment without bytes has an address.
    #[error("the empty {segment} segment has address {start:#x} instead of 0")]
    EmptySegmentPlaced {
        /// The segment.
        segment: SegmentKind,
        /// Its address.
        start: u32,
    },
    /// A segment allows other accesses than it should.
    #[error("the {segment} segment has access flags {found:#x} instead of {expected:#x}")]
    SegmentFlags {
        /// The segment.
        segment: SegmentKind,
        /// `p_flags`.
        found: u32,
        /// What they should be.
        expected: u32,
    },
    /// Program header and image header disagree about a segment.
    #[error(
        "the {segment} segment is {found_bytes} bytes at {found_start:#x} in its program header, {expected_bytes} at \
            {expected_start:#x} in the image header"
    )]
    SegmentExtent {
        /// The segment.
        segment: SegmentKind,
        /// `p_vaddr`.
        found_start: u64,
        /// `p_memsz`.
        found_bytes: u64,
        /// The image header's address.
        expected_start: u32,
        /// The image header's size.
        expected_bytes: u32,
    },
    /// A segment is not wholly in the file.
    #[error(
        "the {segment} segment has {file_bytes} bytes in the file, but {memory_bytes} in memory"
    )]
    SegmentSizes {
        /// The segment.
        segment: SegmentKind,
        /// `p_filesz`.
        file_bytes: u64,
        /// `p_memsz`.
        memory_bytes: u64,
    },
    /// A segment cannot be mapped from where it is.
    #[error(
        "the {segment} segment at offset {offset:#x} cannot be mapped at {start:#x} with alignment {align_bytes:#x}"
    )]
    SegmentAlignment {
        /// The segment.
        segment: SegmentKind,
        /// `p_offset`.
        offset: u64,
        /// `p_vaddr`.
        start: u64,
        /// `p_align`.
        align_bytes: u64,
    },
    /// A segment shares a granule of memory, or bytes of the file, with the one before.
    #[error("the {segment} segment at {start:#x}, offset {offset:#x}, overlaps the one before")]
    SegmentOverlap {
        /// The segment.
        segment: SegmentKind,
        /// Its address.
        start: u64,
        /// Its offset.
        offset: u64,
    },
    /// The size of the image is not where its last segment ends, or beyond the limit.
    #[error(
        "the image takes {found_bytes} bytes from {start:#x}, but its segments end at {end:#x} (at most {end_max:#x})"
    )]
    ImageExtent {
        /// The image header's address, which should be 0.
        start: u32,
        /// The image header's size.
        found_bytes: u32,
        /// Where the last segment ends.
        end: u64,
        /// Where it may end at most.
        end_max: u64,
    },
    /// A table lies outside the segment that it belongs to.
    #[error("{table}: {bytes} bytes at {start:#x} reach out of its segment")]
    TableOutside {
        /// The table.
        table: &'static str,
        /// Its address.
        start: u32,
        /// Its size.
        bytes: u32,
    },
    /// Native code needs pages of its own, which the segments of a small image have not.
    #[error("{bytes} bytes of native code in a small image")]
    NativeCodeInSmallImage {
        /// Size of the native code.
        bytes: u32,
    },
    /// Something is not aligned as it must be.
    #[error("{what} at {address:#x} is not aligned to {align_bytes} bytes")]
    Misaligned {
        /// What.
        what: &'static str,
        /// Its address, or one past its end.
        address: u64,
        /// The alignment.
        align_bytes: u64,
    },
    /// The bytes of the segments are not those that were written.
    #[error(
        "the contents have hash {found:#018x}, the header says {expected:#018x}: the file was changed or damaged"
    )]
    HashMismatch {
        /// The hash of the segments.
        found: u64,
        /// The hash in the header.
        expected: u64,
    },
    /// The entry procedure's header does not lie in the code.
    #[error("the entry {entry:#x} lies outside the code ({start:#x} to {end:#x})")]
    EntryOutside {
        /// The entry's address.
        entry: u32,
        /// Where the code starts.
        start: u32,
        /// Where it ends.
        end: u64,
    },
    /// There is no procedure header at the entry.
    #[error("there is no procedure header at the entry {entry:#x}")]
    EntryInvalid {
        /// The entry's address.
        entry: u32,
    },
    /// The entry procedure wants arguments, but gets none.
    #[error("the entry procedure takes arguments ({required} required, {optional} optional)")]
    EntryTakesArguments {
        /// Required ones.
        required: u16,
        /// Optional ones.
        optional: u8,
    },
    /// The entry procedure's frame map is not one.
    #[error("the entry procedure has no frame map at {address:#x}")]
    EntryMapInvalid {
        /// Where it should be.
        address: i64,
    },
    /// The relocations start with a bitmap, or their addresses do not ascend.
    #[error("relocation entry {index} ({entry:#x}) is out of order")]
    RelocationOrder {
        /// The entry's number, from 0.
        index: usize,
        /// The entry.
        entry: u64,
    },
    /// A relocated word lies neither in the constants nor in the cells.
    #[error("relocated word at {address:#x} lies outside constants and cells")]
    RelocationOutside {
        /// Its address.
        address: u64,
    },
    /// A relocated word leads out of the image.
    #[error("relocated word at {address:#x} leads to {target:#x}, outside the image")]
    RelocationTarget {
        /// Its address.
        address: u64,
        /// Where it leads.
        target: u64,
    },
    /// The symbol table has another size than its counts say.
    #[error(
        "the symbol table has {found_bytes} bytes, but {symbol_count} symbols and {fixup_count} fixups take \
            {expected_bytes}"
    )]
    SymbolTableSize {
        /// Its size.
        found_bytes: u32,
        /// How many symbols there should be.
        symbol_count: u32,
        /// How many fixups there should be.
        fixup_count: u32,
        /// What they take.
        expected_bytes: u64,
    },
    /// A symbol's name lies outside the read-only segment.
    #[error(
        "the name of symbol {symbol} ({bytes} bytes at {start:#x}) lies outside the read-only segment"
    )]
    SymbolNameOutside {
        /// The symbol's number.
        symbol: u32,
        /// Where its name starts.
        start: u32,
        /// The name's size.
        bytes: u32,
    },
    /// A symbol's name shares bytes with the one before it, or stands in front of it.
    #[error(
        "the name of symbol {symbol} starts at {start:#x}, before the end of the last name ({next:#x})"
    )]
    SymbolNameOverlap {
        /// The symbol's number.
        symbol: u32,
        /// Where its name starts.
        start: u32,
        /// The first place where it may start.
        next: u32,
    },
    /// A symbol's name is not UTF-8.
    #[error("the name of symbol {symbol} at {start:#x} is not UTF-8 (byte {valid_bytes})")]
    SymbolNameNotUtf8 {
        /// The symbol's number.
        symbol: u32,
        /// Where its name starts.
        start: u32,
        /// How many bytes are.
        valid_bytes: usize,
    },
    /// There are more symbols than cells.
    #[error("{symbol_count} symbols, but the cells take only {cell_bytes} bytes")]
    SymbolCells {
        /// How many symbols.
        symbol_count: u32,
        /// Bytes of all cells.
        cell_bytes: u32,
    },
    /// A constant that is to become a symbol is none.
    #[error("symbol fixup {fixup} at {address:#x} lies outside the constants, or out of order")]
    FixupPlace {
        /// The fixup's number.
        fixup: u32,
        /// The word's address.
        address: u32,
    },
    /// A constant is to become a symbol that does not exist.
    #[error("symbol fixup {fixup} names symbol {symbol} of {symbol_count}")]
    FixupSymbol {
        /// The fixup's number.
        fixup: u32,
        /// The symbol's number.
        symbol: u32,
        /// How many there are.
        symbol_count: u32,
    },
    /// The table of the image's own symbols is none.
    #[error(
        "{bytes} bytes at {start:#x} are no table of own symbols, beside {symbol_count} symbols to be interned"
    )]
    OwnSymbolTable {
        /// Where it starts.
        start: u32,
        /// Its size.
        bytes: u32,
        /// How many symbols are to be interned; an image has either kind.
        symbol_count: u32,
    },
    /// A symbol of the image's own lies outside the cells.
    #[error("own symbol {entry} at {address:#x} lies outside the cells")]
    OwnSymbol {
        /// The entry of the table.
        entry: usize,
        /// The address that stands there.
        address: u32,
    },
    /// The image brings symbols of its own, but the heap has symbols already, or the image is not to stay.
    #[error("an image with symbols of its own must be a runtime's first image, and pinned")]
    OwnSymbolsRefused,
    /// The table of native return points is not one, or there is no native code.
    #[error("{bytes} bytes are no table of return points of {code_bytes} bytes of native code")]
    NativeReturnTable {
        /// The table's size.
        bytes: u32,
        /// Bytes of native code.
        code_bytes: u32,
    },
    /// A native return point lies outside the native code or cannot be found, or its frame is none.
    #[error(
        "the native return point at {offset:#x} with {words} words and frame map {map:#x} is invalid"
    )]
    NativeReturn {
        /// Bytes from the start of the native code.
        offset: u32,
        /// Words of its frame.
        words: u16,
        /// Where its frame map should be.
        map: u32,
    },
    /// A procedure's native entry lies outside the native code.
    #[error(
        "the procedure at {procedure:#x} has its native entry at {target:#x}, outside the code"
    )]
    NativeEntry {
        /// The address of its header.
        procedure: u32,
        /// Where its native entry should be.
        target: i64,
    },
    /// A native entry into a loop leads to no native code, stands at no poll at the end of a turn, or takes a slot that
    /// holds no value there.
    #[error("the loop whose turn ends at {poll:#x} has no native entry at {entry:#x}")]
    LoopEntry {
        /// Where the poll should be.
        poll: u32,
        /// Where the native code should be.
        entry: u32,
    },
    /// Something in front of the native code is no procedure.
    #[error("there is no procedure behind {address:#x}, but the native code is farther")]
    ProcedureInvalid {
        /// Where the procedures end.
        address: u32,
    },
    /// A native part lies where another part of its image does.
    #[error("the native part at {start:#x} lies over the part at {other:#x}")]
    PartOverOther {
        /// Where it starts.
        start: u32,
        /// Where the other starts.
        other: u32,
    },
    /// Nobody vouches for the machine code of a native part.
    #[error("a native part is machine code, and nobody vouches for it")]
    PartNotVouched,
    /// The part header of a native part does not stand after the program headers, or is damaged.
    #[error("no part header at offset {offset:#x}")]
    NoPartHeader {
        /// Where it should be.
        offset: u64,
    },
    /// A native part was made for another image.
    #[error(
        "the native part belongs to an image with hash {found:#018x}, and not to {expected:#018x}"
    )]
    PartOfOtherImage {
        /// The hash of the part's image.
        found: u64,
        /// The hash of the image that it was to be linked to.
        expected: u64,
    },
    /// The address space that was reserved behind an image does not suffice for a native part, if any was.
    #[error("the native part ends at {end:#x}, but the room behind its image at {room_end:#x}")]
    PartBeyondRoom {
        /// One past the part's last address.
        end: u64,
        /// One past the last address that is the image's.
        room_end: u64,
    },
    /// There is no room for the image.
    #[error("no room for the image")]
    NoRoom(#[from] ArenaError),
    /// The system refused something.
    #[error("{operation} failed (system error {code})")]
    System {
        /// What was asked of it.
        operation: &'static str,
        /// The system's error number.
        code: i32,
    },
}
