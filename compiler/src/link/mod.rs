//! The linker: from code and data to an ELF image.
//!
//! ```text
//! LinkUnit ─ constants ─► objects placed ─ layout ─► addresses ─ encode_*, relocation, symbols ─► segments
//!          └ debug_info, inlined_calls ─► sections for tools ──────────────────── write_elf ─► bytes
//! ```
//!
//! Every step depends on the unit alone and iterates in the unit's order: equal units give equal
//! bytes.

mod constants;
mod debug_info;
mod encode_bytecode;
mod encode_native;
mod error;
mod fixup;
mod frame_maps;
mod inlined_calls;
mod layout;
mod library_objects;
pub mod native_code;
mod pipeline;
mod procedure_name;
mod relocation;
mod stretch;
mod symbols;
pub mod unit;
mod unwind;
mod write_elf;

pub use error::LinkError;
pub use pipeline::link;
