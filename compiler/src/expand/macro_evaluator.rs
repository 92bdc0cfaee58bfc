//! The border to whoever runs the procedures of macros: the compiler knows no machine.
//!
//! A macro's procedure is a unit of its own, which a [`MacroEvaluator`] compiles and runs. Then the evaluator calls the
//! procedure on forms. A form crosses the border as a [`Form`], whose identifiers are numbers of names. What comes back
//! says which parts are those of the form that was given, so that they keep their places in the text.
//!
//! While the procedure runs, the evaluator has the names and the scopes of the expansion ([`MacroContext`]): the procedure
//! asks for fresh identifiers, and whether two identifiers mean the same.

use std::fmt::Debug;
use std::rc::Rc;

use syntax::{DatumKind, Stop};

use super::name::{LexicalEnvironment, Mark, Name, TopId};
use super::registry::LibraryRegistry;
use super::resolver::Resolver;
use super::scope::Scopes;
use crate::core::ir::Program;
use crate::id::{Id as _, define_ids};

define_ids! {
    /// A value that an evaluator keeps.
    pub Kept;
}

/// Compiles and runs the procedures of macros.
pub trait MacroEvaluator: Debug {
    /// Runs `program`, and keeps its value. The context comes back.
    fn evaluate(
        &self,
        program: Program,
        context: MacroContext,
    ) -> (Result<Evaluated, MacroError>, MacroContext);

    /// Calls a procedure that was kept on a form. The context comes back.
    fn call(
        &self,
        procedure: Kept,
        form: &Form,
        context: MacroContext,
    ) -> (Result<Form, MacroError>, MacroContext);

    /// Whether a program that was evaluated, or the library of the runtime, has defined the global `key`.
    fn is_defined(&self, key: &str) -> bool;
}

/// What a program was evaluated to.
#[derive(Debug)]
pub struct Evaluated {
    /// The value.
    pub value: Kept,
    /// What it is.
    pub kind: EvaluatedKind,
}

/// What a value is to macros.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EvaluatedKind {
    /// A procedure.
    Procedure,
    /// A procedure that `make-variable-transformer` has wrapped.
    VariableTransformer,
    /// Anything else, as `write` shows it.
    Other(String),
}

/// Why the procedure of a macro has no result.
#[derive(Debug)]
pub enum MacroError {
    /// It raised something: what a report says of that.
    Raised(String),
    /// It was stopped, as the compilation is.
    Stopped(Stop),
    /// The machine has broken an invariant of its own.
    Fault(String),
}

/// A form on its way to the procedure of a macro, or back. The parts of a node stand before it.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// All parts; the last one is the form.
    pub nodes: Vec<FormNode>,
}

/// A part of a form: indices are those of other parts.
#[derive(Clone, Debug)]
pub enum FormNode {
    /// `()`.
    Null,
    /// A pair.
    Pair(u32, u32),
    /// A vector.
    Vector(Vec<u32>),
    /// An identifier.
    Identifier {
        /// The number of its name.
        name: u32,
        /// The symbol at its bottom.
        text: Rc<str>,
    },
    /// A datum without parts.
    Atom(Rc<DatumKind>),
    /// What only the compiler can look into: circular data, live objects.
    Opaque,
    /// On the way back: the part with this index of the form that was given.
    Same(u32),
    /// On the way back: a symbol that is no identifier.
    Symbol(String),
}

/// The expansion that a macro's procedure is part of.
#[derive(Debug)]
pub struct MacroContext {
    pub(super) registry: LibraryRegistry,
    pub(super) scopes: Scopes,
    /// Where the use of the macro stands.
    pub(super) site: LexicalEnvironment,
    /// Where the macro was defined.
    pub(super) definition: LexicalEnvironment,
    pub(super) mark: Mark,
}

impl MacroContext {
    /// The identifier that this use of the macro inserts for an identifier of a template. `environment` is the
    /// template's: the numbers of a top level and a depth; `None` is the environment of the macro's definition.
    pub fn rename(&mut self, name: u32, environment: Option<(u32, u32)>) -> Option<u32> {
        let name = self.registry.names.of_number(name)?;
        let environment = match environment {
            Some((top, depth)) => self.environment(top, depth)?,
            None => self.definition,
        };
        let names = &mut self.registry.names;
        Some(
            names
                .remembered_alias(name, environment, self.mark)
                .number(),
        )
    }

    /// The name of a symbol.
    pub fn symbol(&mut self, text: &str) -> u32 {
        self.registry.names.symbol(text).number()
    }

    /// The identifier that a symbol is where the identifier `context` stands.
    pub fn in_context_of(&mut self, context: u32, symbol: &str) -> Option<u32> {
        let context = self.registry.names.of_number(context)?;
        let symbol = self.registry.names.symbol(symbol);
        Some(self.registry.names.in_context_of(context, symbol).number())
    }

    /// An identifier that no other one is.
    pub fn fresh(&mut self, symbol: &str) -> u32 {
        let symbol = self.registry.names.symbol(symbol);
        let mark = self.registry.names.new_mark();
        let alias = self.registry.names.alias(symbol, self.definition, mark);
        alias.number()
    }

    /// Whether two identifiers mean the same here (`free-identifier=?`).
    pub fn is_same(&self, left: u32, right: u32) -> Option<bool> {
        let [left, right] = [left, right].map(|number| self.registry.names.of_number(number));
        Some(self.resolver().is_same(left?, self.site, right?))
    }

    /// Whether an identifier means here what `literal` means in the environment of a pattern.
    pub fn is_literal(&self, name: u32, literal: u32, environment: (u32, u32)) -> Option<bool> {
        let [name, literal] = [name, literal].map(|number| self.registry.names.of_number(number));
        let environment = self.environment(environment.0, environment.1)?;
        Some(self.resolver().is_same(literal?, environment, name?))
    }

    fn resolver(&self) -> Resolver<'_> {
        Resolver::new(&self.registry, &self.scopes, self.site)
    }

    fn environment(&self, top: u32, depth: u32) -> Option<LexicalEnvironment> {
        let top = TopId::new(top);
        let is_known = self.registry.has_top(top);
        is_known.then_some(LexicalEnvironment { top, depth })
    }
}

/// The numbers of an environment, for [`MacroContext::rename`].
pub(super) fn environment_numbers(environment: LexicalEnvironment) -> (i64, i64) {
    (
        i64::from(environment.top.number()),
        i64::from(environment.depth),
    )
}

/// The number of a name, as a literal.
pub(super) fn name_number(name: Name) -> i64 {
    i64::from(name.number())
}
