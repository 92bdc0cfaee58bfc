//! The primitives: Rust procedures that images name by number.
//!
//! A *leaf* takes bounded time, never blocks and never runs Scheme; it may be run again after a
//! collection, and so reserves what it needs ([`Mutator::reserve`](crate::Mutator::reserve)) before
//! its first side effect. A *host* primitive may run Scheme, and collect.

pub(crate) mod claim;
pub(crate) mod control;
mod entry;
pub(crate) mod functions;
mod host;
pub(crate) mod images;
pub(crate) mod procedure;
pub(crate) mod record;
pub(crate) mod weakness;

pub use entry::Leaf;
pub(crate) use entry::{Entry, entry};
