//! Ports: buffers of bytes, in front of files, strings and bytevectors.
//!
//! Text is UTF-8 in the buffer. Bytes that are not UTF-8 read as U+FFFD, one for each part that
//! cannot be continued. Input is consumed only when an operation has succeeded, so that the
//! operation can run again after a collection. Output is complete before its first byte leaves.

pub(crate) mod file;
pub(crate) mod flag;
pub(crate) mod input;
mod open;
pub(crate) mod open_files;
pub(crate) mod output;
mod prompt;
pub(crate) mod utf8;

pub use file::message as system_message;
pub use input::Filled;
pub use open::LostOutput;
pub(crate) use open::{close, flush_all, open_file, remember, standard};
pub use prompt::InputError;
pub use utf8::LineColumn;
