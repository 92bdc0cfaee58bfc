//! Looking into images, for tools such as a disassembler: what stands where, and what it is called.
//!
//! An image says the same only to the release that made it: these formats change with any release.

mod page_map;

pub use abi::{fingerprint, frame_map, image, isa, native, procedure};
pub use loader::{Contents, DebugTables, ImageView, Procedure};
pub use page_map::{PAGE_BYTES, PageMap, PageMapError};
