//! Facts about a procedure that several passes need.

mod dominators;
mod flow;
mod liveness;
mod loops;
mod types;

pub use dominators::Dominators;
pub use flow::Flow;
pub use liveness::Liveness;
pub use loops::Loops;
pub use types::{Range, Type, Types};
