//! A function in CLIF, and what is known of its calls.

use cranelift_codegen::ir::Function;

use super::call_place::CallPlace;
use super::record::Planned;

/// A function in CLIF.
pub(super) struct Written {
    /// The function.
    pub(super) function: Function,
    /// What is known of its calls.
    pub(super) notes: Notes,
}

/// What is known of the calls of a function.
#[derive(Default)]
pub(super) struct Notes {
    /// What source locations mean.
    pub(super) places: Vec<CallPlace>,
    /// What is live at safepoints, if it is recorded.
    pub(super) safepoints: Vec<Planned>,
}
