//! Where an expander stands among the phases, and the templates that procedures of macros fill in: data.

use std::rc::Rc;

use super::denotation::TopVariable;
use super::name::{LexicalEnvironment, TopId};
use super::syntax::SyntaxId;
use super::syntax_rules::Rule;
use crate::core::ir::VariableId;
use crate::id_map::IdSet;

/// A template that procedures fill in.
#[derive(Clone, Debug)]
pub(crate) struct TemplateUse {
    pub(crate) top: TopId,
    pub(crate) environment: LexicalEnvironment,
    pub(crate) rule: Rc<Rule>,
}

/// Where an expander stands among the phases.
#[derive(Debug, Default)]
pub(crate) struct Phase {
    /// 0 for what the unit itself runs.
    pub(crate) number: u32,
    /// The unit around this one.
    pub(crate) outer_unit: u32,
    /// Variables of libraries of the unit around this one.
    pub(crate) wanted: Vec<VariableId>,
    /// Definitions around the macro that are expanded once more.
    pub(crate) lifted: Vec<(Rc<TopVariable>, SyntaxId)>,
    /// The items that libraries of the unit consist of, from one index to another.
    pub(crate) libraries: Vec<(usize, usize)>,
    /// The variables of libraries that are defined where macros run.
    pub(crate) instantiated: IdSet<VariableId>,
}
