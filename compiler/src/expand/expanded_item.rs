//! What a definition defines, and the expanded definitions and expressions of a body or unit.

use std::rc::Rc;

use super::denotation::TopVariable;
use super::syntax::SyntaxId;
use crate::core::ir::{ExprId, VariableId};

/// What a definition defines.
#[derive(Clone)]
pub(crate) enum Target {
    /// A variable of this unit.
    Local(VariableId),
    /// A variable of this unit's library that is defined as a global too.
    Exported(VariableId, Rc<TopVariable>),
    /// A global only.
    Global(Rc<TopVariable>),
    /// A variable of the program that is defined already.
    Again(VariableId),
}

/// A definition or expression of a body or unit, expanded.
pub(crate) struct ExpandedItem {
    pub(crate) target: Option<Target>,
    pub(crate) value: ExprId,
    pub(crate) at: SyntaxId,
}
