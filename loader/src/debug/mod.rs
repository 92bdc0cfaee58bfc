//! Names and lines of an image's code, from the part of the file that is never mapped.

mod lines;
mod procedures;
mod tables;

pub use lines::LineRow;
pub use tables::{CodeOrigin, DebugTables};

#[cfg(test)]
mod tests;
