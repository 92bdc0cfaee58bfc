//! The few forms that the machine knows.

use std::rc::Rc;

use super::value::Value;

/// A variable: its name, and the mark of the expansion that brought it in.
pub(crate) type Key = (Rc<str>, u32);

pub(crate) enum Core {
    Constant(Value),
    Local(Key),
    Global(Rc<str>),
    Lambda(Rc<Lambda>),
    SetLocal(Key, Rc<Core>),
    SetGlobal(Rc<str>, Rc<Core>),
    /// Gives the location of a body's variable its first value.
    Initialize(Key, Rc<Core>),
    Define(Rc<str>, Rc<Core>),
    If(Rc<Core>, Rc<Core>, Rc<Core>),
    Sequence(Rc<[Rc<Core>]>),
    Call(Rc<[Rc<Core>]>),
    /// Fresh locations without values.
    Body(Rc<[Key]>, Rc<Core>),
    CaseLambda(Rc<[Rc<Lambda>]>),
    Guard(Rc<Guard>),
}

/// What is raised in the body becomes the value of the variable, and the handler takes over.
pub(crate) struct Guard {
    pub(crate) variable: Key,
    /// Holds a procedure that raises the condition again, where it was raised.
    pub(crate) again: Key,
    pub(crate) handler: Rc<Core>,
    pub(crate) body: Rc<Core>,
}

pub(crate) struct Lambda {
    pub(crate) parameters: Vec<Key>,
    pub(crate) rest: Option<Key>,
    pub(crate) body: Rc<Core>,
}

impl Core {
    /// Whether one of the variables is named in it.
    pub(crate) fn names(&self, keys: &[Key]) -> bool {
        match self {
            Self::Constant(_) | Self::Global(_) => false,
            Self::Local(key) => keys.contains(key),
            Self::SetLocal(key, value) | Self::Initialize(key, value) => {
                keys.contains(key) || value.names(keys)
            }
            Self::SetGlobal(_, value) | Self::Define(_, value) => value.names(keys),
            Self::Lambda(lambda) => lambda.body.names(keys),
            Self::If(test, then, other) => [test, then, other].iter().any(|part| part.names(keys)),
            Self::Sequence(parts) | Self::Call(parts) => parts.iter().any(|part| part.names(keys)),
            Self::Body(_, body) => body.names(keys),
            Self::CaseLambda(lambdas) => lambdas.iter().any(|lambda| lambda.body.names(keys)),
            Self::Guard(guard) => guard.handler.names(keys) || guard.body.names(keys),
        }
    }
}
