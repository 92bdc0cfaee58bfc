//! What a source location of Cranelift stands for: a place in the source, and how a call there is listed.

use compiler::codegen::frame::Point;
use compiler::core::ir::SourcePlace;

/// How a call is entered in the table of return points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Listed {
    /// As one for one value.
    #[default]
    Ordinary,
    /// As one for any number of values.
    Receiving,
    /// As one for one value, of a stub that calls no procedure.
    Operation,
    /// The same, and the value never comes: nothing is live behind it.
    Raising,
    /// Not at all: a tail call, or one during which no frame is looked at.
    Never,
}

/// Where code comes from, and what its calls are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct CallPlace {
    pub(super) place: SourcePlace,
    pub(super) listed: Listed,
    /// Where it is in SSA, if what is live is recorded.
    pub(super) point: Option<Point>,
}
