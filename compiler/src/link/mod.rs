//! The linker: from code and data to an ELF image.
//!
//! ```text
//! LinkUnit ─ constants ─► objects placed ─ layout ─► addresses ─ encode_*, relocation, symbols ─► segments
//!          └ debug_info or places, inlined_calls ─► sections for tools ────────── write_elf ─► bytes
//! ```
//!
//! `native_part` does the same for native code that is linked to its image later, from the image's layout on.
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
mod native_part;
mod pipeline;
mod places;
mod procedure_name;
mod relocation;
mod stretch;
mod symbols;
pub mod unit;
mod unwind;
mod write_elf;

pub use error::LinkError;
pub use native_part::{LinkedImage, PartPlace, link_apart};
pub use pipeline::link;
