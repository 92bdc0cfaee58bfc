//! Core: a program as a tree, scoped, close to source.
//!
//! Expressions live in an arena and name each other by [`ExprId`]. Every variable is bound in
//! exactly one place. Every lambda stands in exactly one place. A pass may leave arena entries
//! behind that the program does not reach.
//!
//! The forms come in three stages, which the verifier checks:
//!
//! 1. after expansion: no `Fix`, `Labels`, `Goto`, `ClosureRef`, `StaticRef`; `Letrec` is allowed;
//! 2. after letrec fixing and contification: no `Letrec`; `Fix`, `Labels`, `Goto` are allowed; no
//!    `SetLocal` after assignment conversion;
//! 3. after closure conversion ([`Program::closed`]): every lambda lists its free variables, and
//!    known calls are `CallKnown`. After closure sharing, a closure reaches some free variables
//!    through another closure.

use std::rc::Rc;

use abi::primitive::Primitive;
use abi::properties::ProcedureProperties;
use syntax::{Data, DatumId};

use super::activation::Activations;
pub use super::place::{ActivationId, CallPosition, LineAndName, SourcePlace};
use crate::diagnostic::Diagnostic;
use crate::id::{IdVec, define_ids};
use crate::rewrites::Rewrites;

define_ids! {
    /// An index into [`Program::exprs`].
    pub ExprId;

    /// An index into [`Program::variables`].
    pub VariableId;

    /// An index into [`Program::lambdas`].
    pub LambdaId;

    /// An index into [`Program::literals`].
    pub LiteralId;

    /// An index into [`Program::globals`].
    pub GlobalId;
}

/// A whole compilation unit.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// All expressions.
    pub exprs: IdVec<ExprId, Expr>,
    /// Where each expression comes from; as long as `exprs`.
    pub spans: IdVec<ExprId, SourcePlace>,
    /// All local variables.
    pub variables: IdVec<VariableId, Variable>,
    /// All lambdas.
    pub lambdas: IdVec<LambdaId, Lambda>,
    /// All quoted data.
    pub literals: IdVec<LiteralId, Literal>,
    /// The arena of quoted data that are not immediates.
    pub data: Data,
    /// All global variables that the unit names.
    pub globals: IdVec<GlobalId, Global>,
    /// The names of the source files that places refer to.
    pub files: Vec<Rc<str>>,
    /// Their texts, for messages; a file without a text has an empty one.
    pub texts: Vec<Rc<str>>,
    /// The activations that places refer to; empty before the pass `name-activations`.
    pub activations: Activations,
    /// What the entry procedure evaluates; its value is the unit's value.
    pub body: Option<ExprId>,
    /// Whether closure conversion has run.
    pub closed: bool,
    /// How the entry evaluates its last expression.
    pub last_expression: LastExpression,
    /// Whether that evaluates the rest of a text, of which the unit is the first part.
    pub goes_on: bool,
    /// Counts what passes do.
    pub rewrites: Rewrites,
    /// What is doubtful about the text, but no mistake for certain.
    pub warnings: Vec<Diagnostic>,
    /// Libraries with images of their own that the unit imports, in the order in which their bodies run.
    pub libraries: Vec<NeededLibrary>,
    /// Sections that tools and compilers look for in the image.
    pub records: Vec<(&'static str, Vec<u8>)>,
}

impl Program {
    /// Chooses how the entry evaluates its last expression. If that is the rest of a text, and one value is wanted, it
    /// is a tail call: the frame of the forms that have run is not in the way.
    pub fn set_last_expression(&mut self, how: LastExpression) {
        self.last_expression = match how {
            LastExpression::Value if self.goes_on => LastExpression::TailCall,
            how => how,
        };
    }
}

/// A library that the image of a unit needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeededLibrary {
    /// Its name.
    pub name: Rc<str>,
    /// The hash of its interface.
    pub hash: Rc<str>,
}

/// How the entry of a unit evaluates its last expression.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LastExpression {
    /// By a tail call, as `eval` has to (R7RS 3.5).
    #[default]
    TailCall,
    /// While its frame stays, so that errors show where in the text they happened. The first value is the
    /// unit's.
    Value,
    /// While its frame stays. The list of all values is the unit's.
    Values,
}

/// A local variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// For people; not unique.
    pub name: Rc<str>,
    /// Whether some `SetLocal` assigns it (kept true to the program by passes that remove one).
    pub assigned: bool,
    /// Bound by the unit's top level, evaluated once: such a variable lives in an image cell where
    /// procedures use it, and so is never free in a closure.
    pub top_level: bool,
}

/// A global variable: a location that units share, found by its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Global {
    /// The symbol that names the location.
    pub key: Rc<str>,
    /// Whether it is known never to change once defined (an export of a library).
    pub immutable: bool,
    /// Whether it is immutable and known to name a procedure that [returns itself](super::returning).
    pub returns_itself: bool,
}

/// A quoted datum. Literals never change: equal ones may be one.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// A fixnum, flonum that is self-tagged, character or special constant: its word.
    Word(u64),
    /// Anything else: a datum of [`Program::data`].
    Datum(LiteralDatum),
}

/// A datum of [`Program::data`] (later of [`crate::ssa::Tables::data`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LiteralDatum(pub DatumId);

/// A procedure.
#[derive(Clone, Debug)]
pub struct Lambda {
    /// For people; empty if there is none.
    pub name: Rc<str>,
    /// Parameters that must be given.
    pub required: Vec<VariableId>,
    /// Parameters that may be given (`DEFAULT` where they are not).
    pub optional: Vec<VariableId>,
    /// The list of all further arguments.
    pub rest: Option<VariableId>,
    /// The body.
    pub body: ExprId,
    /// After closure conversion: what a closure of it holds, in order.
    pub free: Vec<VariableId>,
    /// After closure sharing: variables that a closure of it does not hold, each with the one of `free`
    /// whose closure holds it; ascending. That one is bound by `Fix`.
    pub through: Vec<(VariableId, VariableId)>,
    /// After closure conversion: the variable that stands for the procedure itself inside its body
    /// (its closure, slot 0), where it is bound by `Fix`.
    pub self_variable: Option<VariableId>,
    /// Where it was written, in its own activation.
    pub place: SourcePlace,
    /// What made it.
    pub origin: LambdaOrigin,
    /// What the text says of it beside the parameters, if anything.
    pub properties: Option<Rc<ProcedureProperties>>,
}

/// What made a lambda.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LambdaOrigin {
    /// A form of the text.
    #[default]
    Text,
    /// A definition of a record type.
    RecordType,
    /// A `case-lambda`, to choose the clause.
    CaseLambda,
}

/// A label of a loop or join point: an index into [`Program::lambdas`], whose body runs in the frame
/// of the procedure around it.
pub type LabelId = LambdaId;

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// A literal.
    Quote(LiteralId),
    /// A local variable.
    Local(VariableId),
    /// Assignment to a local variable; unspecified value.
    SetLocal(VariableId, ExprId),
    /// A global variable; raises if it is unbound.
    GlobalRef(GlobalId),
    /// Assignment to a global variable; raises if it is unbound.
    GlobalSet(GlobalId, ExprId),
    /// Definition of a global variable.
    GlobalDefine(GlobalId, ExprId),
    /// Conditional.
    If(ExprId, ExprId, ExprId),
    /// All in order; the value (or values) of the last. Never empty.
    Sequence(Vec<ExprId>),
    /// Parallel binding: the inits are evaluated in any order, each for one value.
    Let(Vec<(VariableId, ExprId)>, ExprId),
    /// Sequential recursive binding (`letrec*`, bodies with definitions).
    Letrec(Vec<(VariableId, ExprId)>, ExprId),
    /// A closure.
    Lambda(LambdaId),
    /// Mutually recursive procedures: no variable of a `Fix` is ever assigned.
    Fix(Vec<(VariableId, LambdaId)>, ExprId),
    /// A call; operator and operands in any order.
    Call(ExprId, Vec<ExprId>),
    /// A call of a procedure bound by `Fix` whose arity fits (rest arguments already consed); the
    /// variable is the one that `Fix` binds.
    CallKnown(VariableId, Vec<ExprId>),
    /// A primitive that accepts this many operands. `values`, `%apply`, `%capture` and `%reinstate` too.
    Primitive(Primitive, Vec<ExprId>),
    /// The values of the first expression are bound to the variables (the last one to a list of the
    /// rest), for the body.
    Receive {
        /// One value each.
        required: Vec<VariableId>,
        /// A list of all further values.
        rest: Option<VariableId>,
        /// Any number of values.
        producer: ExprId,
        /// The body.
        body: ExprId,
    },
    /// Code in the same frame with several entries (loops, join points): lambdas without optional and rest
    /// parameters whose bodies, and the last expression, may `Goto` any of them from tail position (with
    /// respect to this form).
    Labels(Vec<LabelId>, ExprId),
    /// Jump to a label with arguments; never returns.
    Goto(LabelId, Vec<ExprId>),
    /// Raises `uninitialized-variable` where the variable (bound by `Letrec`) has no value yet.
    CheckInitialized(VariableId, ExprId),
}
