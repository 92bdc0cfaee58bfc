//! Images: parsing, checking, mapping, relocating, finding by address, unmapping.
//!
//! ```text
//! TrustedImage ─ ImageView::parse ─► checked ─ load ─► LoadedImage ─► Registry
//! bytes            structure, hash              map, relocate,          address -> image, place
//!                                               symbols, tiers,
//!                                               seal, register
//! ```
//!
//! Native code that is made later comes as a native part, which [`LoadedImage::link_part`] brings behind its image.
//!
//! The loader knows ELF and the image header. The loader never looks at a value or an instruction. It gives the names
//! of symbols to a [`Host`]. For each name, the host returns the word of the interned symbol.
//!
//! The loader checks structure and hash. The loader does not check code: [`load`] takes a [`TrustedImage`], for whose
//! code the caller vouches. Nothing is mapped before every check has passed. Names and lines for tools come from parts
//! of the file that are never mapped. Damage to these parts costs names and lines, and nothing else.

mod contents;
mod debug;
mod elf;
mod error;
mod executable;
pub mod fuzzing;
mod image;
mod kept;
mod link_part;
mod load;
mod map;
mod map_part;
mod native_map;
mod options;
mod parse;
mod part;
mod part_view;
mod registry;
mod relative_relocations;
mod relocate;
mod segment;
mod symbols;
mod trust;
mod validate;
mod validate_native;

pub use contents::{Contents, Procedure};
pub use debug::{
    CodeOrigin, DebugTables, FrameState, LineRow, RecordProcedure, SourceFrame, source_name,
};
pub use error::LoadError;
pub use executable::executable_bytes;
pub use image::{ImageView, RelocatedWords, SymbolWords};
pub use link_part::LinkedBytes;
pub use load::{Host, LoadedImage, OwnSymbolTable, load};
pub use native_map::{NativeReturn, is_native_code, native_return_at};
pub use options::{LoadOptions, Placement};
pub use parse::unloaded_section;
pub use registry::Registry;
pub use segment::SegmentKind;
pub use trust::TrustedImage;
