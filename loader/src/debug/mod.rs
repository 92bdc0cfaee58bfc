//! Names and lines of an image's code, from the part of the file that is never mapped.

mod frames;
mod lines;
mod origin;
mod procedures;
mod sequences;
mod source_name;
mod tables;

pub use frames::{FrameState, SourceFrame};
pub use lines::LineRow;
pub use origin::CodeOrigin;
pub use source_name::source_name;
pub use tables::{DebugTables, RecordProcedure};

#[cfg(test)]
mod tests;
