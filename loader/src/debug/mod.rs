//! Names and lines of an image's code, from the part of the file that is never mapped.

mod frames;
mod lines;
mod procedures;
mod tables;

pub use frames::{FrameState, SourceFrame};
pub use lines::LineRow;
pub use tables::{CodeOrigin, DebugTables, RecordProcedure};

#[cfg(test)]
mod tests;
