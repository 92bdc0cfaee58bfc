//! Looking into images, for tools such as a disassembler: what stands where, and what it is called.
//!
//! An image says the same only to the release that made it: these formats change with any release.

mod constants;
mod describe;
mod page_map;
mod process;
mod sections;
mod size;
mod verify;

pub use abi::{fingerprint, frame_map, image, isa, native, procedure};
pub use constants::{ConstantObject, Constants};
pub use describe::{Description, FRAME_MAP_LEGEND, describe};
pub use loader::{Contents, DebugTables, ImageView, Procedure, SegmentKind};
pub use page_map::{PAGE_BYTES, PageMap, PageMapError};
pub use process::{ImageMemory, MappedRegion, ProcessMemory};
pub use sections::{FileSection, program_in, sections};
pub use size::{CodeBytes, ProcedureBytes, Sizes};
pub use verify::{Verified, verify};
