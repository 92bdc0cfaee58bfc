//! Byte offsets inside objects, from the object's (untagged) address.
//!
//! Objects start at multiples of [`OBJECT_ALIGN_BYTES`]. A pair is two words and has no header; all
//! others start with a [`Header`](crate::tag::Header). The collector walks memory linearly: a first
//! word with the header tag gives the size, any other first word is the car of a pair.

/// Alignment and size granule of all objects.
pub const OBJECT_ALIGN_BYTES: usize = 16;
/// Bytes of a word.
pub const WORD_BYTES: usize = 8;

/// Pairs: two values.
pub mod pair {
    /// The car.
    pub const CAR: usize = 0;
    /// The cdr.
    pub const CDR: usize = 8;
    /// Bytes of a pair.
    pub const BYTES: usize = 16;
}

/// Offset of the first payload word or byte of every object with a header.
pub const PAYLOAD: usize = 8;

/// Complex numbers: two real ones.
pub mod compnum {
    /// The real part.
    pub const REAL: usize = 8;
    /// The imaginary part, never an exact zero.
    pub const IMAGINARY: usize = 16;
}

/// Strings: `units` refers to a `Units8` or `Units32` (every character fits one unit; capacity may
/// exceed the length), `length` is a fixnum, in characters, `hash` a fixnum or `#f` when not computed.
pub mod string {
    /// The content.
    pub const UNITS: usize = 8;
    /// Characters, a fixnum.
    pub const LENGTH: usize = 16;
    /// Hash of the content, a fixnum; `#f` if not known.
    pub const HASH: usize = 24;
    /// Size field of the header.
    pub const WORDS: u64 = 3;
}

/// Symbols. Interned ones are pinned: they never move.
pub mod symbol {
    /// A literal string; `#f` never.
    pub const NAME: usize = 8;
    /// Hash of the name, a fixnum.
    pub const HASH: usize = 16;
    /// The global variable of this name: a location, or `#f`.
    pub const LOCATION: usize = 24;
    /// Size field of the header.
    pub const WORDS: u64 = 3;
}

/// Closures. The code word is the address of a [`crate::procedure::ProcedureHeader`] (a multiple of
/// 16, so that it also reads as a fixnum); it lies in the code segment of an image, which it keeps.
pub mod closure {
    /// The code address.
    pub const CODE: usize = 8;
    /// The first free variable.
    pub const FREE: usize = 16;

    /// Bytes of a closure with so many free variables.
    pub const fn bytes(free_count: usize) -> usize {
        (FREE + free_count * super::WORD_BYTES).next_multiple_of(super::OBJECT_ALIGN_BYTES)
    }
}

/// Records.
pub mod record {
    /// The record type: itself a record, see [`super::record_type`].
    pub const TYPE: usize = 8;
    /// The first field.
    pub const FIELDS: usize = 16;
}

/// Record types are records whose type is the one record type of record types (which is its own).
pub mod record_type {
    /// A symbol.
    pub const NAME: usize = 16;
    /// A vector of symbols: all fields, inherited ones first.
    pub const FIELD_NAMES: usize = 24;
    /// The parent type, or `#f`.
    pub const PARENT: usize = 32;
    /// Any value: `%record-type-properties`.
    pub const PROPERTIES: usize = 40;
    /// Size field of the header.
    pub const WORDS: u64 = 5;
}

/// Boxes (assigned variables).
pub mod boxed {
    /// The value.
    pub const VALUE: usize = 8;
    /// Size field of the header.
    pub const WORDS: u64 = 1;
}

/// Global variables.
pub mod location {
    /// The value, or `UNBOUND`.
    pub const VALUE: usize = 8;
    /// A symbol.
    pub const NAME: usize = 16;
    /// Size field of the header.
    pub const WORDS: u64 = 2;
}

/// Guardians: two lists.
pub mod guardian {
    /// Registered objects: a list.
    pub const REGISTERED: usize = 8;
    /// Objects found unreachable: a list.
    pub const READY: usize = 16;
    /// Size field of the header.
    pub const WORDS: u64 = 2;
}

/// Environments for `eval`.
pub mod environment {
    /// The number of an environment of the compiler.
    pub const NUMBER: usize = 8;
    /// Size field of the header.
    pub const WORDS: u64 = 1;
}

/// Weak pairs and ephemerons.
pub mod weak_pair {
    /// The weak reference (the key of an ephemeron).
    pub const CAR: usize = 8;
    /// The strong reference (the value of an ephemeron).
    pub const CDR: usize = 16;
    /// Size field of the header.
    pub const WORDS: u64 = 2;
}

/// Frames copied out of a stack, innermost first, exactly as they stood there; nothing in them says
/// where. The frames end at the object's end, rounded down by `PADDING` words.
pub mod chunk {
    use crate::tag::{Header, Kind};

    /// The next older chunk, or `#f`.
    pub const NEXT: usize = 8;
    /// A fixnum. Its low `OFFSET_BITS` bits say where the next older frames start in `NEXT`: words from its
    /// `FRAMES`. The rest is how many words of stack the older frames count as; 0 in a chunk without frames.
    pub const NEXT_OFFSET: usize = 16;
    /// See `NEXT_OFFSET`.
    pub const OFFSET_BITS: u32 = 24;
    /// The return word that leads into the innermost frame of this chunk, a code address; in a chunk
    /// without frames, the serial number of the base that it belongs to, a fixnum.
    pub const RESUME: usize = 24;
    /// How many words of frames there are, a fixnum.
    pub const FRAME_WORDS: usize = 32;
    /// How many of them the innermost frame has, a fixnum.
    pub const FIRST_WORDS: usize = 40;
    /// The first word of frames.
    pub const FRAMES: usize = 48;
    /// Words of the payload before the frames.
    pub const PREFIX_WORDS: u64 = 5;
    /// In a chunk without frames: the exception handlers.
    pub const HANDLERS: usize = FRAMES;
    /// In a chunk without frames: the bindings of parameters.
    pub const PARAMETERS: usize = FRAMES + 8;
    /// In a chunk without frames that native code made: what `rbx r12 r13 r14` are to hold, raw.
    pub const NATIVE_REGISTERS: usize = FRAMES + 16;
    /// Words of the payload after the prefix in a chunk without frames.
    pub const REGISTER_WORDS: u64 = 2;
    /// The same where native code made the chunk.
    pub const NATIVE_REGISTER_WORDS: u64 = REGISTER_WORDS + 4;
    /// The header of a chunk without frames that native code made. Some chunks with frames have the
    /// same, but a code address in `RESUME`: the two words together tell a continuation and its base.
    pub const NATIVE_HEADER: u64 =
        Header::new(Kind::Chunk, PREFIX_WORDS + NATIVE_REGISTER_WORDS).word();
}

/// Ports. Text ports hold a string's units as UTF-8 bytes in `BUFFER`.
pub mod port {
    /// A fixnum of `PORT_*` bits, see the virtual machine.
    pub const FLAGS: usize = 8;
    /// A file descriptor as a fixnum, or -1.
    pub const DESCRIPTOR: usize = 16;
    /// A bytevector.
    pub const BUFFER: usize = 24;
    /// Next byte to read or write in the buffer, a fixnum.
    pub const POSITION: usize = 32;
    /// End of what is valid in the buffer, a fixnum.
    pub const END: usize = 40;
    /// Zero-based line of the character at `COUNTED`, a fixnum.
    pub const LINE: usize = 48;
    /// Zero-based column of the character at `COUNTED`, a fixnum.
    pub const COLUMN: usize = 56;
    /// A string, for messages.
    pub const NAME: usize = 64;
    /// Up to where lines and columns were counted in the buffer, a fixnum.
    pub const COUNTED: usize = 72;
    /// Size field of the header.
    pub const WORDS: u64 = 9;
}

/// `eq` hash tables (addresses are hashed; the collector reports when keys move).
pub mod table {
    /// A vector of keys and values in turn (open addressing); of a weak table, of ephemerons and `#f`. In a large
    /// table, of keys that were not young when they came, or have been moved since.
    pub const ENTRIES: usize = 8;
    /// Used entries, a fixnum.
    pub const COUNT: usize = 16;
    /// Which addresses may have changed since the last rehash: [`STALE_NONE`], [`STALE_YOUNG`] or [`STALE_ALL`].
    pub const STALE: usize = 24;
    /// Whether entries go with their keys: `#t` or `#f`.
    pub const WEAK: usize = 32;
    /// As `ENTRIES`, for keys that were young when they came; `#f` if there are none, and in small tables.
    pub const YOUNG: usize = 40;
    /// Used entries of `YOUNG`, a fixnum. `COUNT` has them, too.
    pub const YOUNG_COUNT: usize = 48;
    /// Size field of the header.
    pub const WORDS: u64 = 6;

    /// In `STALE`: no address has changed.
    pub const STALE_NONE: u64 = crate::tag::FALSE;
    /// In `STALE`: those of objects that were young may have changed.
    pub const STALE_YOUNG: u64 = crate::tag::NULL;
    /// In `STALE`: all addresses may have changed.
    pub const STALE_ALL: u64 = crate::tag::TRUE;
}
