//! From SSA to code: bytecode and its frame maps.
//!
//! Before: the passes of [`crate::ssa::pass`] have run, so that branches carry no arguments and
//! polls are placed. [`bytecode::generate`] then goes over each procedure:
//!
//! 1. `intervals` numbers the instructions and finds where each value is live;
//! 2. `allocate_slots` gives each value a slot. It joins values that jumps hand to each other, and
//!    places operands of calls where the callee will find them;
//! 3. `select` writes instructions. `resolve_moves` orders the copies that are left, and
//!    `superinstruction` fuses instructions that often follow one another;
//! 4. `frame_states` turns the records of safepoints into frame maps.
//!
//! A [`NativeGenerator`], of another crate, makes machine code of the same procedures.
//! [`separate_entry`] runs before, so that the work of the entry has native code, too.
//! [`frame_record`] says, if asked, which values the slots of frame maps hold.

mod allocate_slots;
mod assembler;
pub mod bytecode;
pub mod check_frame_maps;
mod error;
pub mod frame_record;
mod frame_states;
mod intervals;
mod literal_pool;
mod native_generator;
mod outgoing;
mod resolve_moves;
mod select;
mod separate_entry;
mod slot_set;
mod superinstruction;

pub use error::CodegenError;
pub use intervals::RECORD_INDEX_OPERAND;
pub use native_generator::NativeGenerator;
pub use select::Shared;
pub use separate_entry::separate_entry;

#[cfg(test)]
mod tests;
