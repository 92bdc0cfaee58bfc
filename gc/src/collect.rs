//! One collection: its phases in order.

use crate::object_model::Scope;

/// Why a collection runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CollectReason {
    /// Enough was allocated; the policy decides the scope.
    Due,
    /// [`Mutator::reserve`](crate::Mutator::reserve) answered that this many bytes do not fit.
    Full {
        /// The bytes asked for.
        bytes: usize,
    },
    /// Somebody wishes it.
    Forced(Scope),
}

/// How a collection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    /// There is room.
    Done,
    /// What lives and what is asked for exceed the heap's maximum: raise a condition. The heap is
    /// in order, and the program may go on with less.
    Exhausted {
        /// The bytes asked for.
        needed_bytes: usize,
    },
}
