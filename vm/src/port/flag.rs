//! The bits of a port's `FLAGS`. The first six are what `%port-has?` asks for.

/// Input comes from it.
pub(crate) const INPUT: i64 = 1;
/// Output goes to it.
pub(crate) const OUTPUT: i64 = 2;
/// It is for characters.
pub(crate) const TEXTUAL: i64 = 4;
/// It is for bytes.
pub(crate) const BINARY: i64 = 8;
/// It was not closed for input.
pub(crate) const INPUT_OPEN: i64 = 16;
/// It was not closed for output.
pub(crate) const OUTPUT_OPEN: i64 = 32;
/// Output leaves at the end of each line.
pub(crate) const LINE_BUFFERED: i64 = 64;
/// Output leaves at once.
pub(crate) const UNBUFFERED: i64 = 128;
/// The reader folds case (`#!fold-case`).
pub(crate) const FOLD_CASE: i64 = 256;
/// The descriptor belongs to the process: it is never closed.
pub(crate) const STANDARD: i64 = 512;
/// There is no file behind it.
pub(crate) const IN_MEMORY: i64 = 1024;
/// Its text has not begun yet, which may begin with a byte order mark.
pub(crate) const AT_START: i64 = 4096;
/// `char-ready?` has found the end of the input, which whoever reads next is still to find.
pub(crate) const END_FOUND: i64 = 2048;
