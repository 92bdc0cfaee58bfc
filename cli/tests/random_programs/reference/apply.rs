//! Calls of procedures.

use std::rc::Rc;

use super::control::{self, TOP_LEVEL};
use super::core::{Core, Lambda};
use super::machine::{
    Continuation, Environment, Machine, State, Task, bind, one_or_many, push, wrong,
};
use super::primitives;
use super::value::{Condition, Port, RecordOperation, Style, Value};

impl Machine {
    pub(super) fn apply(
        &mut self,
        procedure: &Value,
        arguments: Vec<Value>,
        k: &mut Continuation,
    ) -> State {
        match procedure {
            Value::Closure(closure) => enter(&closure.0, &closure.1, &arguments),
            Value::Cases(closures) => {
                let fits = |case: &&Value| match case {
                    Value::Closure(closure) => takes(&closure.0, arguments.len()),
                    _ => false,
                };
                match closures.iter().find(fits) {
                    Some(closure) => State::Apply(closure.clone(), arguments),
                    None => State::Raise(wrong()),
                }
            }
            Value::Continuation(continuation) => {
                control::jump(continuation.clone(), one_or_many(arguments), k)
            }
            Value::Again(again) => control::raise_again(again, k),
            Value::Parameter(parameter) if arguments.is_empty() => {
                State::Return(control::parameter(parameter, k))
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
        let is_environment = |value: &Value| matches!(value, Value::Environment(_));
        if name != "eval" && arguments.iter().any(is_environment) {
            return State::Refuse("an environment that `eval` does not have");
        }
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
            ("raise-continuable", [condition]) => State::RaiseContinuable(condition.clone()),
            ("error", [message, irritants @ ..]) => {
                let condition = Condition {
                    message: Some(message.clone()),
                    irritants: Value::list(irritants),
                };
                State::Raise(Value::Condition(Rc::new(condition)))
            }
            ("with-exception-handler", [handler, thunk]) => {
                *k = push(Task::Handler(handler.clone()), k.take());
                State::Apply(thunk.clone(), Vec::new())
            }
            ("dynamic-wind", [before, thunk, after]) => {
                let procedures = Rc::new([before.clone(), thunk.clone(), after.clone()]);
                *k = push(Task::Winding(procedures), k.take());
                State::Apply(before.clone(), Vec::new())
            }
            ("%with-parameters", [parameters, values, thunk]) => {
                with_parameters(parameters, values, thunk, k)
            }
            ("environment", names) => environment(names),
            ("eval", [expression, Value::Environment(is_interaction)]) => {
                self.eval(expression, *is_interaction)
            }
            ("eval", [_, _]) => State::Refuse("`eval` in no environment"),
            (
                "call/cc"
                | "call-with-current-continuation"
                | "call-with-values"
                | "apply"
                | "raise"
                | "raise-continuable"
                | "error"
                | "with-exception-handler"
                | "dynamic-wind"
                | "eval",
                _,
            ) => State::Raise(wrong()),
            ("display" | "write" | "write-char" | "write-string", [_]) | ("newline", []) => {
                arguments.push(control::parameter(&self.output_port, k));
                self.answer(name, &arguments)
            }
            _ => self.answer(name, &arguments),
        }
    }

    fn answer(&mut self, name: &'static str, arguments: &[Value]) -> State {
        if let ("write" | "display", [value, Value::Port(port)]) = (name, arguments)
            && !matches!(**port, Port::Console)
            && value.written(Style::Write).contains("#<")
        {
            return State::Skip;
        }
        if let ("error-object-irritants", [Value::Condition(condition)]) = (name, arguments)
            && condition.message.is_none()
        {
            return State::Skip;
        }
        match primitives::apply(name, arguments, &mut self.output) {
            Some(value) => State::Return(value),
            None => State::Raise(wrong()),
        }
    }

    /// A form that no expander understands is a condition.
    fn eval(&mut self, form: &Value, is_interaction: bool) -> State {
        let Some(form) = form.as_datum() else {
            return State::Skip;
        };
        let Ok(parts) = self.expander.top_level(&form) else {
            return State::Raise(wrong());
        };
        let is_definition = |core: &Core| matches!(core, Core::Define(..));
        if !is_interaction && parts.iter().any(is_definition) {
            return State::Raise(wrong());
        }
        let parts: Vec<Rc<Core>> = parts.into_iter().map(Rc::new).collect();
        if parts.is_empty() {
            return State::Return(Value::Unspecified);
        }
        State::Evaluate(Rc::new(Core::Sequence(parts.into())), TOP_LEVEL)
    }
}

/// The one environment of libraries that programs evaluate in.
fn environment(names: &[Value]) -> State {
    let names = names.iter().map(|name| name.written(Style::Write));
    match names.collect::<Vec<_>>().join(" ").as_str() {
        "(scheme base) (scheme write)" => State::Return(Value::Environment(false)),
        _ => State::Refuse("other libraries"),
    }
}

fn with_parameters(
    parameters: &Value,
    values: &Value,
    thunk: &Value,
    k: &mut Continuation,
) -> State {
    let (Some(parameters), Some(values)) = (parameters.elements(), values.elements()) else {
        return State::Raise(wrong());
    };
    let pairs: Vec<(Value, Value)> = parameters.into_iter().zip(values).collect();
    *k = push(Task::Parameters(pairs.into()), k.take());
    State::Apply(thunk.clone(), Vec::new())
}

fn takes(lambda: &Lambda, count: usize) -> bool {
    let least = lambda.parameters.len();
    count == least || count > least && lambda.rest.is_some()
}

fn enter(lambda: &Rc<Lambda>, environment: &Environment, arguments: &[Value]) -> State {
    let count = lambda.parameters.len();
    if !takes(lambda, arguments.len()) {
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
