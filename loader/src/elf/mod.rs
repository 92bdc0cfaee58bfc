//! ELF structures, one to a file: bounds-checked reads of the fields that images use.

mod header;
mod layout;
mod program_header;
mod section;

pub(crate) use header::{ElfHeader, NOT_HASHED};
pub(crate) use layout::ELF_HEADER_BYTES;
pub(crate) use program_header::{LoadedSegment, LoadedSegments, PF_R, PF_W, PF_X};
pub(crate) use section::{SectionTable, Sections, string_at};
