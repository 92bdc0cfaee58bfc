//! From SSA to bytecode and its frame maps, procedure by procedure.
//!
//! 1. `intervals` numbers the instructions and finds where each value is live;
//! 2. `allocate_slots` gives each value a slot. It joins values that jumps hand to each other, and
//!    places operands of calls where the callee will find them (`outgoing`, `frame_in_use`);
//! 3. `live_sweep` says which slots are live at each instruction, and `select` writes instructions with the
//!    `assembler`. `resolve_moves` orders the copies that are left,
//!    and `superinstruction` fuses instructions that often follow one another;
//! 4. `written_before` says what else frames may hold, so that safepoints become frame maps;
//! 5. `write` makes of this what the linker wants.
//!
//! `direct` writes the code of forms that run once, right from Core.
//!
//! `check_frame_maps` compares the frame maps with another analysis.

mod allocate_slots;
mod assembler;
mod check_frame_maps;
mod direct;
mod frame_in_use;
mod intervals;
mod live_sweep;
mod outgoing;
mod primitive_instruction;
mod resolve_moves;
mod select;
mod superinstruction;
mod write;
mod written_before;

pub use check_frame_maps::{Disagreement, check_frame_maps};
pub(super) use direct::write_directly;
pub use intervals::RECORD_INDEX_OPERAND;
pub(super) use write::write_bytecode;
