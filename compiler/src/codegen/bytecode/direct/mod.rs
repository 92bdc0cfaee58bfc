//! Bytecode of straight forms, right from Core.
//!
//! A *straight* form has neither lambdas nor loops nor assigned variables. It runs once, so nothing is gained by
//! optimizing it, and most of the time of an `eval` would go into passes that find nothing to do. So the code of such a
//! form is written in one walk over Core, without SSA. Its frames, errors and places are those of the way through SSA:
//! the passes over Core that these depend on have run.
//!
//! Before: a program after the passes of stage 1. After: the unit of one procedure, or `None`: the form is not
//! straight, or needs what is not provided for here.
//!
//! Slots are given away as on a stack: a value that is being computed comes to the first free slot, and operands of a
//! call are computed where the callee finds them.
//!
//! # Claim
//!
//! The frame maps are true. `check_frame_maps` compares them with an analysis of the code, in debug builds.

mod emit;
mod expression;
mod liveness;
mod primitive;
mod test;
#[cfg(test)]
mod tests;
mod writer;

pub(in crate::codegen) use writer::write_directly;
