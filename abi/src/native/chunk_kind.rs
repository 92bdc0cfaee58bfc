//! The kinds of chunks in the arena's side table, as bytes that native code looks at.

/// Addresses with the same bits from this one on have the same kind.
pub const CHUNK_SHIFT: i64 = 16;
/// Young objects: the bytes of the nursery are not written, and no object lies in what is free.
pub const NURSERY: u8 = 0;
/// Old objects of which none is large, pinned or in an image.
pub const OLD: u8 = 2;
/// One large young object.
pub const LARGE_YOUNG: u8 = 5;
