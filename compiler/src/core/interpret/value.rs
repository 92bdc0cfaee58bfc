//! Values of the reference, and the environments and continuations that they hold.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use abi::tag;

use crate::core::ir::{ExprId, LabelId, LambdaId, VariableId};

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Word(u64),
    /// A quoted symbol or string.
    Text(Rc<str>),
    Pair(Rc<[RefCell<Value>; 2]>),
    Box(Rc<RefCell<Value>>),
    Closure(LambdaId, Environment),
    Continuation(Continuation),
    /// A standard procedure, by name.
    Standard(Rc<str>),
}

/// A list of what is left to do, the next first.
pub(super) type Continuation = Option<Rc<Link>>;

#[derive(Debug)]
pub(super) struct Link {
    pub(super) todo: Todo,
    pub(super) depth: usize,
    pub(super) next: Continuation,
}

/// What is done with values.
#[derive(Clone, Debug)]
pub(super) enum Todo {
    /// One more operand of an expression.
    Operand(ExprId, Environment, Vec<Value>),
    /// A test.
    Choose(ExprId, ExprId, Environment),
    /// The parts of a sequence from an index on.
    Sequence(ExprId, usize, Environment),
    /// The init with this index.
    Letrec(ExprId, usize, Environment),
    /// Any number of values.
    Receive(ExprId, Environment),
    /// Any number of values are the operands of a procedure.
    Consume(Value),
}

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

/// How deep a value is shown.
const DEPTH_MAX: usize = 8;

impl Value {
    pub(super) fn is_true(&self) -> bool {
        !self.is_word(tag::FALSE)
    }

    pub(super) fn is_word(&self, word: u64) -> bool {
        matches!(self, Self::Word(own) if *own == word)
    }

    pub(super) fn is_procedure(&self) -> bool {
        matches!(
            self,
            Self::Closure(..) | Self::Continuation(_) | Self::Standard(_)
        )
    }

    pub(super) fn cons(car: Self, cdr: Self) -> Self {
        Self::Pair(Rc::new([RefCell::new(car), RefCell::new(cdr)]))
    }

    pub(super) fn list(items: &[Self]) -> Self {
        Self::list_with_tail(items, Self::Word(tag::NULL))
    }

    pub(super) fn list_with_tail(items: &[Self], tail: Self) -> Self {
        let cons = |rest, item: &Self| Self::cons(item.clone(), rest);
        items.iter().rev().fold(tail, cons)
    }

    /// The items of a proper list.
    pub(super) fn items(&self) -> Option<Vec<Self>> {
        let mut items = Vec::new();
        let mut rest = self.clone();
        while let Self::Pair(pair) = &rest {
            if items.len() > 1000 {
                return None;
            }
            items.push(pair[0].borrow().clone());
            let next = pair[1].borrow().clone();
            rest = next;
        }
        rest.is_word(tag::NULL).then_some(items)
    }

    /// Identity; procedures have none.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Word(left), Self::Word(right)) => left == right,
            (Self::Text(left), Self::Text(right)) => left == right,
            (Self::Pair(left), Self::Pair(right)) => Rc::ptr_eq(left, right),
            (Self::Box(left), Self::Box(right)) => Rc::ptr_eq(left, right),
            _ => false,
        }
    }

    /// The value as text; procedures are all alike.
    pub(super) fn show(&self) -> String {
        self.show_to(DEPTH_MAX)
    }

    fn show_to(&self, depth: usize) -> String {
        match self {
            _ if depth == 0 => "...".into(),
            Self::Word(word) if tag::is_fixnum(*word) => tag::fixnum_value(*word).to_string(),
            Self::Word(word) => format!("#{word}"),
            Self::Text(text) => text.to_string(),
            Self::Pair(pair) => {
                let [car, cdr] = [0, 1].map(|half: usize| pair[half].borrow().show_to(depth - 1));
                format!("({car} . {cdr})")
            }
            Self::Box(_) => "box".into(),
            Self::Closure(..) | Self::Continuation(_) | Self::Standard(_) => "procedure".into(),
        }
    }
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
pub(super) fn environment_of_label(environment: &Environment, label: LabelId) -> Rc<Scope> {
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
