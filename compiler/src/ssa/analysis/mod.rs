//! Facts about one procedure, or about all of them, that several passes need.

mod allocation;
mod bounds;
mod dominators;
mod entry_poll;
mod fixed_parameters;
mod flonums;
mod flow;
mod graph;
mod known_calls;
mod liveness;
mod loops;
mod proofs;
mod types;
mod walk_back;

#[cfg(test)]
mod tests;

pub use allocation::{Allocation, Allocations, GROUP_BYTES_MAX, allocated_bytes};
pub use dominators::Dominators;
pub use entry_poll::{entry_poll, polls_at_entry};
pub use fixed_parameters::blocks_with_fixed_parameters;
pub use flonums::mentions_flonums;
pub use flow::Flow;
pub use graph::Graph;
pub use known_calls::{KnownCalls, each_known_call, each_known_call_with_place};
pub use liveness::Liveness;
pub use loops::Loops;
pub use proofs::{Proof, Proofs, Proved};
pub use types::{KeptTypes, Kinds, Range, Type, Types, UnitTypes, cannot_raise, each_requirement};
pub use walk_back::{Met, walk_back};
