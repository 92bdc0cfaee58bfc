//! `syntax-rules` (R7RS 4.3.2): patterns and templates are compiled once, then matched and filled
//! in.
//!
//! Parts of patterns and templates are shared where the text shares them.
//!
//! Lists are matched in loops. Only nesting recurses, and [`mod@compile`] refuses nesting deeper than
//! [`NESTING_MAX`].

mod compile;
mod encode;
mod instantiate;
mod matching;
mod shared_parts;
mod write;

use std::rc::Rc;

use syntax::DatumKind;

use super::name::Name;

pub(crate) use compile::{
    CompiledPattern, Surroundings, compile, compile_pattern, compile_template,
};
pub(crate) use encode::{encode_pattern, encode_template};
pub(crate) use instantiate::{Site, instantiate};
pub(crate) use matching::{Matched, match_pattern};
pub(crate) use write::{write_pattern, write_rules};

/// How deeply patterns and templates may nest.
pub(crate) const NESTING_MAX: usize = 400;

/// The rules of a macro.
#[derive(Debug)]
pub(crate) struct SyntaxRules {
    /// The identifier that repeats.
    pub(crate) ellipsis: Name,
    /// Identifiers that match only themselves.
    pub(crate) literals: Vec<Name>,
    pub(crate) rules: Vec<Rule>,
}

/// A pattern and what its matches are replaced by.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    /// What follows the macro's name in a use.
    pub(crate) pattern: Pattern,
    pub(crate) template: Template,
    /// The pattern variables, by slot; those at the end are copies of others.
    pub(crate) variables: Vec<PatternVariable>,
    /// The slots whose copies the last slots are.
    pub(crate) copies: Vec<usize>,
    /// The names that the template inserts.
    pub(crate) inserted: Vec<Name>,
}

/// A variable of a pattern.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PatternVariable {
    pub(crate) name: Name,
    /// How many ellipses it is under.
    pub(crate) rank: usize,
}

#[derive(Clone, Debug)]
pub(crate) enum Pattern {
    /// `_`: anything.
    Any,
    /// Anything, to be kept in this slot.
    Variable(usize),
    /// An identifier that means the same.
    Literal(Name),
    Null,
    /// A datum that is `equal?`.
    Atom(Rc<DatumKind>),
    List(Rc<ListPattern>),
    /// A vector whose items match as a list.
    Vector(Rc<ListPattern>),
}

/// A pattern for a list or vector.
#[derive(Debug)]
pub(crate) struct ListPattern {
    pub(crate) before: Vec<Pattern>,
    pub(crate) repeated: Option<Repeated>,
    /// After the last pair; [`Pattern::Null`] for proper lists and vectors.
    pub(crate) tail: Pattern,
}

/// A pattern before an ellipsis, and what comes after it.
#[derive(Debug)]
pub(crate) struct Repeated {
    pub(crate) pattern: Pattern,
    /// The slots that the pattern fills.
    pub(crate) slots: std::ops::Range<usize>,
    pub(crate) after: Vec<Pattern>,
}

#[derive(Clone, Debug)]
pub(crate) enum Template {
    /// What this slot holds.
    Variable(usize),
    /// An inserted name: an index into [`Rule::inserted`].
    Name(usize),
    Null,
    Atom(Rc<DatumKind>),
    List(Rc<[Element]>, Rc<Template>),
    Vector(Rc<[Element]>),
}

/// An item of a template's list, with the ellipses that follow it.
#[derive(Debug)]
pub(crate) struct Element {
    pub(crate) template: Template,
    /// For each ellipsis, outermost first: the slots that are walked in step.
    pub(crate) repeats: Vec<Vec<usize>>,
}
