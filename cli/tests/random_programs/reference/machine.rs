//! The machine: an expression or a value, and a continuation.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::core::{Core, Guard, Key};
use super::expand::Expander;
use super::prelude::PRELUDE;
use super::value::{Condition, Port, Value};
use super::{control, names};
use crate::datum::{Datum, parse};

/// Why there is no reference for a program.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It is no program, or uses what the reference does not know.
    NotUnderstood(String),
    /// A condition that nothing catches.
    Raised,
    /// It evaluates an object as code, or looks at what is written of one: that is Cozen's own.
    OfObject,
    TooManySteps,
}

type Location = Rc<RefCell<Value>>;

/// Locations by variable, innermost first.
pub(crate) type Environment = Option<Rc<Bound>>;

pub(crate) struct Bound {
    key: Key,
    location: Location,
    outer: Environment,
}

pub(crate) type Continuation = Option<Rc<Frame>>;

/// What to do with a value, and the continuation behind that.
pub(crate) struct Frame {
    pub(super) task: Task,
    pub(super) next: Continuation,
}

pub(super) enum Task {
    Branch(Rc<Core>, Rc<Core>, Environment),
    /// The parts of a sequence from this one on.
    Continue(Rc<[Rc<Core>]>, usize, Environment),
    /// Values of the parts of a call so far.
    Operand(Rc<[Rc<Core>]>, Option<Rc<Done>>, usize, Environment),
    Store(Location, bool),
    Define(Rc<str>),
    Receive(Value),
    Guard(Rc<Guard>, Environment),
    /// The clauses of a guard that was left.
    Clauses(Rc<Guard>, Environment),
    /// The handler that is there while a thunk runs.
    Handler(Value),
    /// While a handler runs, handlers are those of this continuation.
    Outside(Continuation),
    /// What a handler returns comes here: `raise` does not return.
    Handled {
        may_return: bool,
    },
    RaiseAgain(Value),
    /// Before the thunk of `dynamic-wind`: the three procedures.
    Winding(Rc<[Value; 3]>),
    /// While the thunk of `dynamic-wind` runs.
    Wind(Rc<[Value; 3]>),
    /// What comes here is dropped for this value.
    Give(Value),
    Travel(Rc<Travel>, usize),
    /// Parameters and their values while a thunk runs.
    Parameters(Rc<[(Value, Value)]>),
}

/// From one continuation to another one: thunks of `dynamic-wind`, and then the value.
pub(super) struct Travel {
    pub(super) thunks: Vec<(Value, Continuation)>,
    pub(super) target: Continuation,
    pub(super) value: Value,
}

pub(super) struct Done {
    value: Value,
    before: Option<Rc<Done>>,
}

pub(super) enum State {
    Evaluate(Rc<Core>, Environment),
    Return(Value),
    Apply(Value, Vec<Value>),
    Raise(Value),
    /// The handler may return.
    RaiseContinuable(Value),
    Refuse(&'static str),
    /// An object is written to a string, or evaluated.
    Skip,
}

pub(crate) struct Machine {
    pub(super) globals: BTreeMap<Rc<str>, Location>,
    pub(super) expander: Expander,
    pub(super) output: String,
    /// The parameter `current-output-port`.
    pub(super) output_port: Rc<(Value, Value)>,
    steps: usize,
}

/// What a program of these forms prints.
pub(crate) fn run(forms: &[Datum], steps: usize) -> Result<String, Failure> {
    let mut expander = Expander::default();
    let prelude = parse(PRELUDE);
    let mut program = Vec::new();
    for form in prelude.iter().chain(forms) {
        program.extend(expander.top_level(form).map_err(Failure::NotUnderstood)?);
    }
    let console = Value::Port(Rc::new(Port::Console));
    let output_port = Rc::new((console, Value::Primitive("values")));
    let output_location = Location::new(Value::Parameter(output_port.clone()).into());
    let mut machine = Machine {
        globals: BTreeMap::from([("current-output-port".into(), output_location)]),
        expander,
        output: String::new(),
        output_port,
        steps,
    };
    // A program's definitions are those of one body.
    for core in &program {
        if let Core::Define(name, _) = core {
            machine
                .globals
                .insert(name.clone(), Location::new(Value::Unbound.into()));
        }
    }
    let is_known = |name: &str| machine.globals.contains_key(name) || names::named(name).is_some();
    if let Some(name) = machine.expander.used.iter().find(|name| !is_known(name)) {
        let why = format!("an unknown variable: {name}");
        return Err(Failure::NotUnderstood(why));
    }
    let program: Vec<Rc<Core>> = program.into_iter().map(Rc::new).collect();
    if !program.is_empty() {
        machine.run(Rc::new(Core::Sequence(program.into())))?;
    }
    Ok(machine.output)
}

pub(crate) fn wrong() -> Value {
    Value::Condition(Rc::new(Condition {
        message: None,
        irritants: Value::Null,
    }))
}

fn find(environment: &Environment, key: &Key) -> Location {
    let mut rest = environment;
    while let Some(bound) = rest {
        if bound.key == *key {
            return bound.location.clone();
        }
        rest = &bound.outer;
    }
    panic!("the expander knows every variable: {key:?}");
}

pub(super) fn bind(environment: &Environment, key: &Key, value: Value) -> Environment {
    let bound = Bound {
        key: key.clone(),
        location: Rc::new(RefCell::new(value)),
        outer: environment.clone(),
    };
    Environment::from(Rc::new(bound))
}

pub(super) fn push(task: Task, next: Continuation) -> Continuation {
    Continuation::from(Rc::new(Frame { task, next }))
}

fn value_of(location: &Location) -> State {
    match &*location.borrow() {
        Value::Unbound => State::Raise(wrong()),
        value => State::Return(value.clone()),
    }
}

impl Machine {
    fn run(&mut self, program: Rc<Core>) -> Result<(), Failure> {
        let mut continuation = None;
        let mut state = State::Evaluate(program, None);
        loop {
            self.steps = self.steps.checked_sub(1).ok_or(Failure::TooManySteps)?;
            state = match state {
                State::Evaluate(core, environment) => {
                    self.evaluate(&core, environment, &mut continuation)
                }
                State::Return(value) => {
                    let Some(frame) = continuation.take() else {
                        return Ok(());
                    };
                    continuation.clone_from(&frame.next);
                    self.resume(&frame.task, value, &mut continuation)
                }
                State::Apply(procedure, arguments) => {
                    self.apply(&procedure, arguments, &mut continuation)
                }
                State::Raise(condition) => {
                    control::raise(condition, false, &mut continuation).ok_or(Failure::Raised)?
                }
                State::RaiseContinuable(condition) => {
                    control::raise(condition, true, &mut continuation).ok_or(Failure::Raised)?
                }
                State::Skip => return Err(Failure::OfObject),
                State::Refuse(why) => return Err(Failure::NotUnderstood(why.to_owned())),
            };
        }
    }

    fn evaluate(&mut self, core: &Core, environment: Environment, k: &mut Continuation) -> State {
        match core {
            Core::Constant(value) => State::Return(value.clone()),
            Core::Local(key) => value_of(&find(&environment, key)),
            Core::Global(name) => self.global(name),
            Core::Lambda(lambda) => {
                State::Return(Value::Closure(Rc::new((lambda.clone(), environment))))
            }
            Core::CaseLambda(lambdas) => {
                let closures = lambdas
                    .iter()
                    .map(|lambda| Value::Closure(Rc::new((lambda.clone(), environment.clone()))));
                State::Return(Value::Cases(closures.collect()))
            }
            Core::SetLocal(key, value) => {
                *k = push(Task::Store(find(&environment, key), true), k.take());
                State::Evaluate(value.clone(), environment)
            }
            Core::Initialize(key, value) => {
                *k = push(Task::Store(find(&environment, key), false), k.take());
                State::Evaluate(value.clone(), environment)
            }
            Core::SetGlobal(name, value) => {
                let Some(location) = self.globals.get(name) else {
                    return State::Raise(wrong());
                };
                *k = push(Task::Store(location.clone(), true), k.take());
                State::Evaluate(value.clone(), environment)
            }
            Core::Define(name, value) => {
                *k = push(Task::Define(name.clone()), k.take());
                State::Evaluate(value.clone(), environment)
            }
            Core::If(test, then, other) => {
                let task = Task::Branch(then.clone(), other.clone(), environment.clone());
                *k = push(task, k.take());
                State::Evaluate(test.clone(), environment)
            }
            Core::Sequence(parts) => sequence(parts, 0, environment, k),
            Core::Call(parts) => {
                let task = Task::Operand(parts.clone(), None, 0, environment.clone());
                *k = push(task, k.take());
                State::Evaluate(parts[0].clone(), environment)
            }
            Core::Body(keys, body) => {
                let mut inner = environment;
                for key in keys.iter() {
                    inner = bind(&inner, key, Value::Unbound);
                }
                State::Evaluate(body.clone(), inner)
            }
            Core::Guard(guard) => {
                let task = Task::Guard(guard.clone(), environment.clone());
                *k = push(task, k.take());
                State::Evaluate(guard.body.clone(), environment)
            }
        }
    }

    fn global(&self, name: &Rc<str>) -> State {
        match (self.globals.get(name), names::named(name)) {
            (Some(location), _) => value_of(location),
            (None, Some(name)) => State::Return(Value::Primitive(name)),
            (None, None) => State::Raise(wrong()),
        }
    }

    fn resume(&mut self, task: &Task, value: Value, k: &mut Continuation) -> State {
        if let (Value::Values(values), Task::Receive(consumer)) = (&value, task) {
            return State::Apply(consumer.clone(), values.to_vec());
        }
        if let Some(state) = control::resume(task, &value, k) {
            return state;
        }
        if let (Value::Values(_), false) = (&value, matches!(task, Task::Continue(..))) {
            return State::Refuse("other than one value");
        }
        match task {
            Task::Branch(then, other, environment) => {
                let next = if value.is_true() { then } else { other };
                State::Evaluate(next.clone(), environment.clone())
            }
            Task::Continue(parts, index, environment) => {
                sequence(parts, *index, environment.clone(), k)
            }
            Task::Operand(parts, before, index, environment) => {
                let done = Some(Rc::new(Done {
                    value,
                    before: before.clone(),
                }));
                let next = index + 1;
                if next < parts.len() {
                    let task = Task::Operand(parts.clone(), done, next, environment.clone());
                    *k = push(task, k.take());
                    return State::Evaluate(parts[next].clone(), environment.clone());
                }
                let mut values = Vec::new();
                let mut rest = &done;
                while let Some(done) = rest {
                    values.push(done.value.clone());
                    rest = &done.before;
                }
                let procedure = values.pop().expect("a call has an operator");
                values.reverse();
                State::Apply(procedure, values)
            }
            Task::Store(location, must_be_bound) => {
                if *must_be_bound && matches!(&*location.borrow(), Value::Unbound) {
                    return State::Raise(wrong());
                }
                *location.borrow_mut() = value;
                State::Return(Value::Unspecified)
            }
            Task::Define(name) => {
                let location = self.globals.entry(name.clone()).or_default_location();
                *location.borrow_mut() = value;
                State::Return(Value::Unspecified)
            }
            Task::Receive(consumer) => State::Apply(consumer.clone(), vec![value]),
            _ => unreachable!("`control::resume` knows the rest"),
        }
    }
}

trait OrDefaultLocation<'a> {
    fn or_default_location(self) -> &'a mut Location;
}

impl<'a> OrDefaultLocation<'a> for std::collections::btree_map::Entry<'a, Rc<str>, Location> {
    fn or_default_location(self) -> &'a mut Location {
        self.or_insert_with(|| Rc::new(RefCell::new(Value::Unbound)))
    }
}

fn sequence(
    parts: &Rc<[Rc<Core>]>,
    index: usize,
    environment: Environment,
    k: &mut Continuation,
) -> State {
    if index + 1 < parts.len() {
        let task = Task::Continue(parts.clone(), index + 1, environment.clone());
        *k = push(task, k.take());
    }
    State::Evaluate(parts[index].clone(), environment)
}

pub(super) fn one_or_many(mut values: Vec<Value>) -> Value {
    if values.len() == 1 {
        values.remove(0)
    } else {
        Value::Values(Rc::new(values))
    }
}
