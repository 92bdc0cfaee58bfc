//! Environments: variables, labels, and the place to which a procedure returns.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::machine::Continuation;
use super::value::Value;
use crate::core::ir::{LabelId, VariableId};

/// What a variable's value is kept in.
pub(super) type Location = Rc<RefCell<Value>>;

/// A list of scopes, the innermost first.
pub(super) type Environment = Option<Rc<Scope>>;

/// What one binding form, or one call, binds.
#[derive(Debug)]
pub(super) struct Scope {
    variables: Vec<(VariableId, Location)>,
    labels: Vec<LabelId>,
    /// Where the procedure returns to whose call this is.
    activation: Option<Continuation>,
    /// How many inits of a `Letrec` have returned.
    pub(super) filled: Cell<usize>,
    outer: Environment,
}

impl Scope {
    /// New locations.
    pub(super) fn new(
        variables: impl IntoIterator<Item = (VariableId, Value)>,
        outer: Environment,
    ) -> Self {
        let locate = |(variable, value)| (variable, Rc::new(RefCell::new(value)));
        Self {
            variables: variables.into_iter().map(locate).collect(),
            labels: Vec::new(),
            activation: None,
            filled: Cell::new(0),
            outer,
        }
    }

    /// The scope of a call that returns to `activation`.
    pub(super) fn of_call(mut self, activation: Continuation) -> Self {
        self.activation = Some(activation);
        self
    }

    /// The scope of labels.
    pub(super) fn of_labels(labels: &[LabelId], outer: Environment) -> Self {
        let mut scope = Self::new([], outer);
        scope.labels = labels.to_vec();
        scope
    }
}

fn scopes(environment: &Environment) -> impl Iterator<Item = &Rc<Scope>> {
    std::iter::successors(environment.as_ref(), |scope| scope.outer.as_ref())
}

/// The location of a variable.
pub(super) fn location(environment: &Environment, variable: VariableId) -> Location {
    let mut bound = scopes(environment).flat_map(|scope| &scope.variables);
    let found = bound.find(|each| each.0 == variable);
    found.expect("variables are used in their scope").1.clone()
}

/// The environment of a label's form.
pub(super) fn of_label(environment: &Environment, label: LabelId) -> Rc<Scope> {
    let found = scopes(environment).find(|scope| scope.labels.contains(&label));
    found
        .expect("jumps stand in the form of their label")
        .clone()
}

/// Where the procedure returns to whose body is evaluated.
pub(super) fn activation(environment: &Environment) -> Continuation {
    scopes(environment)
        .find_map(|scope| scope.activation.clone())
        .unwrap_or_default()
}
