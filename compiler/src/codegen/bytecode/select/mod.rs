//! Instruction selection: from SSA and slots to instructions.

mod branch;
mod closure;
mod end_of_block;
mod operation;
mod primitive;
mod procedure;
mod record;
mod switch;
mod terminator;

pub(super) use branch::{comparing_branch, eq_branch, true_branch, type_branch};
pub(super) use procedure::{Entry, SelectedProcedure, Selector};
