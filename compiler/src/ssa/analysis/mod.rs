//! Facts about a procedure, or all of them, that several passes need.

mod dominators;
mod flow;
mod graph;
mod known_calls;
mod liveness;
mod loops;
mod types;

pub use dominators::Dominators;
pub use flow::Flow;
pub use graph::Graph;
pub use known_calls::{KnownCalls, each_known_call};
pub use liveness::Liveness;
pub use loops::Loops;
pub use types::{Kinds, Range, Type, Types, UnitTypes, each_requirement};
