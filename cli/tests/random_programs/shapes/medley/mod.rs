//! Everything at once: ports, tables, records, parameters, conditions, `eval`, and continuations
//! that are entered again, within one another.
//!
//! Expressions have kinds, so that most of them have a value. Loops count to a number that is
//! written there, and all jumps back share one counter: every program ends.

mod control;
mod effects;
mod leaves;
mod maker;
mod procedures;
mod section;

pub(crate) use section::{interaction, medley, shared};
