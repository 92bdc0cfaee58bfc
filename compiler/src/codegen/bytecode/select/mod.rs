//! Instruction selection: from SSA and slots to instructions.

mod branch;
mod closure;
mod operation;
mod primitive;
mod procedure;
mod record;
mod switch;
mod terminator;

pub(super) use procedure::{Entry, SelectedProcedure, Selector};
