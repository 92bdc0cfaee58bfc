//! The border to whoever runs the procedures of macros: the compiler knows no machine.
//!
//! A macro's procedure is a unit of its own, which a [`MacroEvaluator`] compiles and runs. Then the evaluator calls
//! the procedure on forms. A form crosses the border as a [`Form`], whose identifiers are numbers of names. What comes
//! back says which parts are those of the form that was given, so that they keep their places in the text.
//!
//! While the procedure runs, the evaluator has a [`MacroHost`], the names and the scopes of the expansion: the
//! procedure asks for fresh identifiers, and whether two identifiers mean the same.

use std::any::Any;
use std::fmt::Debug;
use std::rc::Rc;

use syntax::{DatumKind, Stop};

use crate::core::ir::Program;
use crate::id::define_ids;

define_ids! {
    /// A value that an evaluator keeps.
    pub Kept;
}

/// Compiles and runs the procedures of macros.
pub trait MacroEvaluator: Debug {
    /// Runs `program`, and keeps its value. The host comes back.
    fn evaluate(
        &self,
        program: Program,
        host: Box<dyn MacroHost>,
    ) -> (Result<Evaluated, MacroError>, Box<dyn MacroHost>);

    /// Calls a procedure that was kept on a form. The host comes back.
    fn call(
        &self,
        procedure: Kept,
        form: &Form,
        host: Box<dyn MacroHost>,
    ) -> (Result<Form, MacroError>, Box<dyn MacroHost>);

    /// Whether a program that was evaluated, or the library of the runtime, has defined the global `key`. If the image
    /// of a library defines it, its body runs first.
    ///
    /// # Errors
    ///
    /// That of the body.
    fn is_defined(&self, key: &str) -> Result<bool, MacroError>;
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

/// The expansion that a macro's procedure is part of. Identifiers are numbers of names; an answer is `None` where a
/// number is none of a name.
pub trait MacroHost: Debug {
    /// The identifier that this use of the macro inserts for an identifier of a template. `environment` is the
    /// template's: the numbers of a top level and a depth; `None` is the environment of the macro's definition.
    fn rename(&mut self, name: u32, environment: Option<(u32, u32)>) -> Option<u32>;

    /// The name of a symbol.
    fn symbol(&mut self, text: &str) -> u32;

    /// The identifier that a symbol is where the identifier `context` stands.
    fn in_context_of(&mut self, context: u32, symbol: &str) -> Option<u32>;

    /// An identifier that no other one is.
    fn fresh(&mut self, symbol: &str) -> u32;

    /// Whether two identifiers mean the same here (`free-identifier=?`).
    fn is_same(&self, left: u32, right: u32) -> Option<bool>;

    /// Whether an identifier means here what `expected` means in the environment of a pattern.
    fn is_literal(&self, name: u32, expected: u32, environment: (u32, u32)) -> Option<bool>;

    /// The host itself, for who has lent it.
    fn into_any(self: Box<Self>) -> Box<dyn Any>;
}
