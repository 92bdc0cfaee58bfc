//! From SSA to machine code, by the code generator Cranelift.
//!
//! Cranelift makes one machine function for each procedure, and a second one where the procedure needs a general entry
//! of another signature. The frames of these functions look like frames of bytecode. CLIF is Cranelift's intermediate
//! language.
//!
//! 1. `eligible` says which procedures get native code;
//! 2. `kept` finds which values need slots, `slots` which slots they get, and `plan` where values are
//!    at the borders of blocks;
//! 3. `procedure` writes CLIF, block by block, by the small steps of `emitter`, with one file for each
//!    family of operations;
//! 4. `finish` turns Cranelift's output into the linker's input: code with holes, return points
//!    with frame maps, lines, unwind rows.
//!
//! `generate` takes these steps for all procedures of a unit.
//!
//! [`abi::native`] states the agreement with the virtual machine. The compiler knows this crate only
//! by the trait [`NativeGenerator`](compiler::codegen::NativeGenerator), which [`Cranelift`] implements.

#![forbid(unsafe_code)]

mod arithmetic;
mod branch;
mod call;
mod call_place;
mod compile_all;
mod control;
mod eligible;
mod emitter;
mod epilogue;
mod external_names;
mod finish;
mod generate;
mod kept;
mod leaf;
mod likely_doubles;
mod loaded;
mod loop_entry;
mod memory;
mod operation;
mod plan;
mod poll;
mod procedure;
mod raw;
mod record;
mod record_safepoint;
mod safepoints;
mod sequence;
mod signature;
mod slot_addresses;
mod slots;
mod stub_calls;
mod switch;
mod target;
mod type_test;
mod unit_facts;
mod written;

pub use eligible::{Reason, can_be_native};
pub use generate::Cranelift;

#[cfg(test)]
mod random_programs;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tiers_agree;
