//! From SSA to code: bytecode and its frame maps, and native code.
//!
//! Before: the passes of [`crate::ssa::pass`] have run, so that branches carry no arguments and
//! polls are placed. [`generate`] then goes over each procedure:
//!
//! * `unit` is what the procedures share. [`separate_entry`] runs before, so that the work of the entry
//!   has native code, too;
//! * `frame` says what frames hold at safepoints: frame maps, and for callers that ask the values in them;
//! * `bytecode` writes bytecode;
//! * `apart` makes bytecode whose native code is made apart from it, in parts;
//! * `native` has the trait [`NativeGenerator`], by which another crate makes machine code of the same
//!   procedures.

mod apart;
mod bytecode;
mod error;
pub mod frame;
mod generate;
mod native;
mod unit;

pub use apart::{Apart, ApartOrders, generate_apart};
pub use bytecode::{Disagreement, RECORD_INDEX_OPERAND, check_frame_maps};
pub use error::CodegenError;
pub use generate::{generate, generate_directly, generate_library, generate_with_record};
pub use native::{NativeGenerator, NativeOrder, NativeOrders, NativeProcedures, Procedures};
pub use unit::{Shared, separate_entry};

#[cfg(test)]
mod tests;
