//! What code generation knows of a whole unit.
//!
//! * `shared`: constants, symbols, frame maps and cells, each once for all procedures;
//! * `literal_pool`: the constants and symbols among them;
//! * `laid_out`: which procedures of a library stand in its image;
//! * `separate_entry`: gives the loops of the entry a procedure of their own.

mod laid_out;
mod literal_pool;
mod separate_entry;
mod shared;

pub(in crate::codegen) use laid_out::laid_out_definitions;
pub(in crate::codegen) use literal_pool::LiteralPool;
pub use separate_entry::separate_entry;
pub use shared::Shared;
