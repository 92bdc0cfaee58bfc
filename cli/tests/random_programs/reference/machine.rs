//! The machine: an expression or a value, and a continuation.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::core::{Core, Key, Lambda};
use super::expand::Expander;
use super::primitives;
use super::value::{Condition, RecordOperation, Value};
use crate::datum::{Datum, parse};

/// Why there is no reference for a program.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It is no program, or uses what the reference does not know.
    NotUnderstood(String),
    /// A condition that nothing catches.
    Raised,
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
    task: Task,
    next: Continuation,
}

enum Task {
    Branch(Rc<Core>, Rc<Core>, Environment),
    /// The parts of a sequence from this one on.
    Continue(Rc<[Rc<Core>]>, usize, Environment),
    /// Values of the parts of a call so far.
    Operand(Rc<[Rc<Core>]>, Option<Rc<Done>>, usize, Environment),
    Store(Location, bool),
    Define(Rc<str>),
    Receive(Value),
    Guard(Key, Rc<Core>, Environment),
}

struct Done {
    value: Value,
    before: Option<Rc<Done>>,
}

enum State {
    Evaluate(Rc<Core>, Environment),
    Return(Value),
    Apply(Value, Vec<Value>),
    Raise(Value),
    Refuse(&'static str),
}

/// Procedures that call procedures.
const PRELUDE: &str = "
(define (map f list . more)
  (if (null? more)
      (let next ((l list) (made '()))
        (if (null? l) (reverse made) (next (cdr l) (cons (f (car l)) made))))
      (let next ((l list) (m (car more)) (made '()))
        (if (or (null? l) (null? m))
            (reverse made)
            (next (cdr l) (cdr m) (cons (f (car l) (car m)) made))))))
(define (for-each f list)
  (let next ((l list)) (if (null? l) 'done (begin (f (car l)) (next (cdr l))))))
(define (vector-map f v) (list->vector (map f (vector->list v))))
(define (vector-for-each f v) (for-each f (vector->list v)))
(define (hash-table-update!/default table key f value)
  (hash-table-set! table key (f (hash-table-ref/default table key value))))";

pub(crate) struct Machine {
    globals: BTreeMap<Rc<str>, Location>,
    pub(crate) output: String,
    steps: usize,
}

/// What a program of these forms prints.
pub(crate) fn run(forms: &[Datum], steps: usize) -> Result<String, Failure> {
    let mut expander = Expander::default();
    let mut machine = Machine {
        globals: BTreeMap::new(),
        output: String::new(),
        steps,
    };
    let prelude = parse(PRELUDE);
    let mut program = Vec::new();
    for form in prelude.iter().chain(forms) {
        program.extend(expander.top_level(form).map_err(Failure::NotUnderstood)?);
    }
    // A program's definitions are those of one body.
    for core in &program {
        if let Core::Define(name, _) = core {
            machine
                .globals
                .insert(name.clone(), Location::new(Value::Unbound.into()));
        }
    }
    let is_known =
        |name: &str| machine.globals.contains_key(name) || primitives::named(name).is_some();
    if let Some(name) = expander.used.iter().find(|name| !is_known(name)) {
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
    Value::Condition(Rc::new(Condition { message: None }))
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

fn bind(environment: &Environment, key: &Key, value: Value) -> Environment {
    let bound = Bound {
        key: key.clone(),
        location: Rc::new(RefCell::new(value)),
        outer: environment.clone(),
    };
    Environment::from(Rc::new(bound))
}

fn push(task: Task, next: Continuation) -> Continuation {
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
                    let Some(state) = handler(condition, &mut continuation) else {
                        return Err(Failure::Raised);
                    };
                    state
                }
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
            Core::Guard(key, handler, body) => {
                let task = Task::Guard(key.clone(), handler.clone(), environment.clone());
                *k = push(task, k.take());
                State::Evaluate(body.clone(), environment)
            }
        }
    }

    fn global(&self, name: &Rc<str>) -> State {
        match (self.globals.get(name), primitives::named(name)) {
            (Some(location), _) => value_of(location),
            (None, Some(name)) => State::Return(Value::Primitive(name)),
            (None, None) => State::Raise(wrong()),
        }
    }

    fn resume(&mut self, task: &Task, value: Value, k: &mut Continuation) -> State {
        if let (Value::Values(values), Task::Receive(consumer)) = (&value, task) {
            return State::Apply(consumer.clone(), values.to_vec());
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
            Task::Guard(..) => State::Return(value),
        }
    }

    fn apply(&mut self, procedure: &Value, arguments: Vec<Value>, k: &mut Continuation) -> State {
        match procedure {
            Value::Closure(closure) => enter(&closure.0, &closure.1, &arguments),
            Value::Continuation(continuation) => {
                k.clone_from(continuation);
                State::Return(one_or_many(arguments))
            }
            Value::RecordOperation(operation) => operate(operation, &arguments),
            Value::Primitive(name) => self.apply_primitive(name, arguments, k),
            _ => State::Raise(wrong()),
        }
    }

    fn apply_primitive(
        &mut self,
        name: &'static str,
        mut arguments: Vec<Value>,
        k: &mut Continuation,
    ) -> State {
        match (name, &arguments[..]) {
            ("call/cc" | "call-with-current-continuation", [receiver]) => {
                State::Apply(receiver.clone(), vec![Value::Continuation(k.clone())])
            }
            ("call-with-values", [producer, consumer]) => {
                *k = push(Task::Receive(consumer.clone()), k.take());
                State::Apply(producer.clone(), Vec::new())
            }
            ("values", _) => State::Return(one_or_many(arguments)),
            ("apply", [_, _, ..]) => {
                let last = arguments.pop().expect("two at least");
                let Some(rest) = last.elements() else {
                    return State::Raise(wrong());
                };
                let procedure = arguments.remove(0);
                arguments.extend(rest);
                State::Apply(procedure, arguments)
            }
            ("raise", [condition]) => State::Raise(condition.clone()),
            ("error", [message, ..]) => {
                let message = Some(message.clone());
                State::Raise(Value::Condition(Rc::new(Condition { message })))
            }
            (
                "call/cc"
                | "call-with-current-continuation"
                | "call-with-values"
                | "apply"
                | "raise"
                | "error",
                _,
            ) => State::Raise(wrong()),
            _ => match primitives::apply(name, &arguments, &mut self.output) {
                Some(value) => State::Return(value),
                None => State::Raise(wrong()),
            },
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

fn one_or_many(mut values: Vec<Value>) -> Value {
    if values.len() == 1 {
        values.remove(0)
    } else {
        Value::Values(Rc::new(values))
    }
}

fn enter(lambda: &Rc<Lambda>, environment: &Environment, arguments: &[Value]) -> State {
    let count = lambda.parameters.len();
    if arguments.len() < count || arguments.len() > count && lambda.rest.is_none() {
        return State::Raise(wrong());
    }
    let mut inner = environment.clone();
    for (key, value) in lambda.parameters.iter().zip(arguments) {
        inner = bind(&inner, key, value.clone());
    }
    if let Some(key) = &lambda.rest {
        inner = bind(&inner, key, Value::list(&arguments[count..]));
    }
    State::Evaluate(lambda.body.clone(), inner)
}

/// The handler of the innermost guard, in that guard's continuation.
fn handler(condition: Value, k: &mut Continuation) -> Option<State> {
    loop {
        let frame = k.take()?;
        k.clone_from(&frame.next);
        if let Task::Guard(key, handler, environment) = &frame.task {
            let inner = bind(environment, key, condition);
            return Some(State::Evaluate(handler.clone(), inner));
        }
    }
}

fn operate(operation: &RecordOperation, arguments: &[Value]) -> State {
    let made = match (operation, arguments) {
        (RecordOperation::Make { kind, fields, size }, _) if fields.len() == arguments.len() => {
            let mut values = vec![Value::Boolean(false); *size];
            for (&field, argument) in fields.iter().zip(arguments) {
                values[field] = argument.clone();
            }
            Some(Value::Record(Rc::new((*kind, values.into()))))
        }
        (RecordOperation::Is { kind }, [value]) => {
            let is = matches!(value, Value::Record(record) if record.0 == *kind);
            Some(Value::Boolean(is))
        }
        (RecordOperation::Get { kind, field }, [Value::Record(record)]) if record.0 == *kind => {
            Some(record.1.borrow()[*field].clone())
        }
        (RecordOperation::Set { kind, field }, [Value::Record(record), value])
            if record.0 == *kind =>
        {
            record.1.borrow_mut()[*field] = value.clone();
            Some(Value::Unspecified)
        }
        _ => None,
    };
    made.map_or_else(|| State::Raise(wrong()), State::Return)
}
