//! The machine: it holds one expression or some values, and the continuation that takes them.

use std::rc::Rc;

use abi::primitive::Primitive;
use abi::tag;

use super::outcome::{Result, Stop};
use super::primitive::{apply_primitive, apply_standard, wrong_count, wrong_type};
use super::value::{self, Continuation, Environment, Link, Scope, Todo, Value, location};
use crate::core::LiteralDatum;
use crate::core::ir::{Expr, ExprId, LambdaId, Literal, LiteralId, Program, VariableId};

/// How deep calls may be nested: links are dropped one inside the other.
const DEPTH_MAX: usize = 400;

enum State {
    Evaluate(ExprId, Environment),
    Give(Vec<Value>),
}

pub(super) struct Machine<'program> {
    program: &'program Program,
    fuel: usize,
    /// Whether references to variables of `Letrec` are still checked by themselves.
    is_expanded: bool,
    continuation: Continuation,
    pub(super) trace: Vec<String>,
}

impl<'program> Machine<'program> {
    pub(super) fn new(program: &'program Program, fuel: usize) -> Self {
        let order = crate::core::post_order(program, program.root());
        let is_fixed = |id: &ExprId| matches!(program.expr(*id), Expr::Letrec(..));
        Self {
            program,
            fuel,
            is_expanded: order.iter().any(is_fixed),
            continuation: None,
            trace: Vec::new(),
        }
    }

    pub(super) fn run(&mut self) -> Result<String> {
        let mut state = State::Evaluate(self.program.root(), None);
        loop {
            self.fuel = self.fuel.checked_sub(1).ok_or(Stop::Fuel)?;
            state = match state {
                State::Evaluate(id, environment) => self.evaluate(id, environment)?,
                State::Give(values) => {
                    let Some(link) = self.continuation.take() else {
                        let shown: Vec<String> = values.iter().map(Value::show).collect();
                        return Ok(shown.join(" "));
                    };
                    self.continuation.clone_from(&link.next);
                    self.go_on(link.todo.clone(), values)?
                }
            };
        }
    }

    fn push(&mut self, todo: Todo) -> Result<()> {
        let depth = 1 + self.continuation.as_ref().map_or(0, |link| link.depth);
        if depth > DEPTH_MAX {
            return Err(Stop::Fuel);
        }
        let next = self.continuation.take();
        self.continuation = Some(Rc::new(Link { todo, depth, next }));
        Ok(())
    }

    fn evaluate(&mut self, id: ExprId, environment: Environment) -> Result<State> {
        let program = self.program;
        let value = match program.expr(id) {
            Expr::Quote(literal) => self.literal(*literal),
            Expr::Local(variable) => self.read(*variable, &environment)?,
            Expr::GlobalRef(global) => {
                let global = &program.globals[*global];
                if !global.immutable {
                    return Err(Stop::Raise(format!("unbound: {}", global.key)));
                }
                Value::Standard(global.key.clone())
            }
            Expr::Lambda(lambda) => Value::Closure(*lambda, environment),
            &Expr::If(test, consequent, alternative) => {
                self.push(Todo::Choose(consequent, alternative, environment.clone()))?;
                return Ok(State::Evaluate(test, environment));
            }
            Expr::Sequence(_) => return self.sequence(id, 0, environment),
            Expr::Letrec(bindings, _) => {
                let unset = |&(variable, _)| (variable, Value::Word(tag::UNBOUND));
                let scope = Scope::new(bindings.iter().map(unset), environment);
                let environment = Some(Rc::new(scope));
                return self.letrec(id, 0, environment);
            }
            Expr::Fix(bindings, body) => {
                let unset = |&(variable, _)| (variable, Value::Word(tag::UNBOUND));
                let scope = Scope::new(bindings.iter().map(unset), environment);
                let environment = Some(Rc::new(scope));
                for &(variable, lambda) in bindings {
                    let closure = Value::Closure(lambda, environment.clone());
                    *location(&environment, variable).borrow_mut() = closure;
                }
                return Ok(State::Evaluate(*body, environment));
            }
            &Expr::Receive { producer, .. } => {
                self.push(Todo::Receive(id, environment.clone()))?;
                return Ok(State::Evaluate(producer, environment));
            }
            Expr::Labels(labels, body) => {
                let scope = Scope::of_labels(labels, environment);
                return Ok(State::Evaluate(*body, Some(Rc::new(scope))));
            }
            _ => return self.operand(id, environment, Vec::new()),
        };
        Ok(State::Give(vec![value]))
    }

    fn literal(&self, literal: LiteralId) -> Value {
        match self.program.literals[literal] {
            Literal::Word(word) => Value::Word(word),
            Literal::Datum(LiteralDatum(datum)) => {
                Value::Text(self.program.data.to_text(datum).into())
            }
        }
    }

    fn read(&self, variable: VariableId, environment: &Environment) -> Result<Value> {
        let value = location(environment, variable).borrow().clone();
        if self.is_expanded && value.is_word(tag::UNBOUND) {
            return self.uninitialized(variable);
        }
        Ok(value)
    }

    fn uninitialized<T>(&self, variable: VariableId) -> Result<T> {
        let name = &self.program.variable(variable).name;
        Err(Stop::Raise(format!("uninitialized: {name}")))
    }

    fn sequence(&mut self, id: ExprId, from: usize, environment: Environment) -> Result<State> {
        let Expr::Sequence(parts) = self.program.expr(id) else {
            unreachable!("only sequences have parts in order");
        };
        if from + 1 < parts.len() {
            self.push(Todo::Sequence(id, from + 1, environment.clone()))?;
        }
        Ok(State::Evaluate(parts[from], environment))
    }

    fn letrec(&mut self, id: ExprId, from: usize, environment: Environment) -> Result<State> {
        let Expr::Letrec(bindings, body) = self.program.expr(id) else {
            unreachable!("only a `Letrec` has inits in order");
        };
        let Some(&(_, init)) = bindings.get(from) else {
            return Ok(State::Evaluate(*body, environment));
        };
        self.push(Todo::Letrec(id, from, environment.clone()))?;
        Ok(State::Evaluate(init, environment))
    }

    /// What is evaluated before an expression has all its operands.
    fn operands(&self, id: ExprId) -> Vec<ExprId> {
        if let Expr::Let(bindings, _) = self.program.expr(id) {
            return bindings.iter().map(|binding| binding.1).collect();
        }
        let mut parts = Vec::new();
        self.program.each_part(id, |part| parts.push(part));
        parts
    }

    fn operand(&mut self, id: ExprId, environment: Environment, done: Vec<Value>) -> Result<State> {
        match self.operands(id).get(done.len()) {
            Some(&next) => {
                self.push(Todo::Operand(id, environment.clone(), done))?;
                Ok(State::Evaluate(next, environment))
            }
            None => self.finish(id, environment, done),
        }
    }

    fn go_on(&mut self, todo: Todo, values: Vec<Value>) -> Result<State> {
        match todo {
            Todo::Sequence(id, from, environment) => return self.sequence(id, from, environment),
            Todo::Receive(id, environment) => return self.receive(id, environment, values),
            Todo::Consume(procedure) => return self.call(&procedure, values),
            _ => {}
        }
        // One value is wanted here. The machine takes the first one of several; with none, it goes on
        // with what the place of the value has in it.
        let Some(value) = values.first() else {
            return Err(Stop::Unspecified);
        };
        match todo {
            Todo::Operand(id, environment, mut done) => {
                done.push(value.clone());
                self.operand(id, environment, done)
            }
            Todo::Choose(consequent, alternative, environment) => {
                let is_true = value.is_true();
                let arm = if is_true { consequent } else { alternative };
                Ok(State::Evaluate(arm, environment))
            }
            Todo::Letrec(id, index, environment) => {
                let Expr::Letrec(bindings, _) = self.program.expr(id) else {
                    unreachable!("only a `Letrec` has inits in order");
                };
                let scope = environment.as_ref().expect("a `Letrec` has a scope");
                if scope.filled.replace(index + 1) > index {
                    return Err(Stop::Unspecified);
                }
                *location(&environment, bindings[index].0).borrow_mut() = value.clone();
                self.letrec(id, index + 1, environment)
            }
            _ => unreachable!("handled above"),
        }
    }

    /// All operands of an expression have returned.
    fn finish(
        &mut self,
        id: ExprId,
        environment: Environment,
        mut values: Vec<Value>,
    ) -> Result<State> {
        let unspecified = || State::Give(vec![Value::Word(tag::UNSPECIFIED)]);
        match self.program.expr(id) {
            Expr::SetLocal(variable, _) => {
                *location(&environment, *variable).borrow_mut() = values.remove(0);
                Ok(unspecified())
            }
            Expr::GlobalSet(..) | Expr::GlobalDefine(..) => {
                self.trace.push(values[0].show());
                Ok(unspecified())
            }
            Expr::CheckInitialized(variable, _) => {
                if values[0].is_word(tag::UNBOUND) {
                    return self.uninitialized(*variable);
                }
                Ok(State::Give(values))
            }
            Expr::Let(bindings, body) => {
                let variables = bindings.iter().map(|binding| binding.0);
                let scope = Scope::new(variables.zip(values), environment);
                Ok(State::Evaluate(*body, Some(Rc::new(scope))))
            }
            Expr::Call(..) => {
                let operator = values.remove(0);
                self.call(&operator, values)
            }
            Expr::CallKnown(variable, _) => {
                let callee = location(&environment, *variable).borrow().clone();
                let Value::Closure(lambda, outer) = callee else {
                    panic!("known procedures are procedures");
                };
                Ok(self.enter(lambda, outer, values))
            }
            Expr::Goto(label, _) => {
                let lambda = self.program.lambda(*label);
                let outer = Some(value::environment_of_label(&environment, *label));
                let scope = Scope::new(lambda.parameters().zip(values), outer);
                Ok(State::Evaluate(lambda.body, Some(Rc::new(scope))))
            }
            Expr::Primitive(primitive, _) => self.primitive(*primitive, &environment, values),
            other => unreachable!("has no operands: {other:?}"),
        }
    }

    fn primitive(
        &mut self,
        primitive: Primitive,
        environment: &Environment,
        values: Vec<Value>,
    ) -> Result<State> {
        match (primitive, values.as_slice()) {
            (Primitive::Values, _) => Ok(State::Give(values)),
            (Primitive::Apply, [procedure, list]) => self.apply(procedure, list),
            (Primitive::Capture, []) => {
                let continuation = value::activation(environment);
                Ok(State::Give(vec![Value::Continuation(continuation)]))
            }
            (Primitive::ReinstateValue, [continuation, value]) => {
                self.call(continuation, vec![value.clone()])
            }
            (Primitive::Reinstate, [continuation, list]) => self.apply(continuation, list),
            _ => Ok(State::Give(vec![apply_primitive(primitive, &values)?])),
        }
    }

    fn apply(&mut self, procedure: &Value, list: &Value) -> Result<State> {
        match list.items() {
            Some(items) => self.call(procedure, items),
            None => wrong_type(list),
        }
    }

    fn receive(
        &mut self,
        id: ExprId,
        environment: Environment,
        mut values: Vec<Value>,
    ) -> Result<State> {
        let Expr::Receive {
            required,
            rest,
            body,
            ..
        } = self.program.expr(id)
        else {
            unreachable!("only a `Receive` receives");
        };
        let count = required.len();
        if values.len() < count || (rest.is_none() && values.len() > count) {
            return wrong_count();
        }
        let extra = values.split_off(count);
        values.extend(rest.map(|_| Value::list(&extra)));
        let variables = required.iter().chain(rest).copied();
        let scope = Scope::new(variables.zip(values), environment);
        Ok(State::Evaluate(*body, Some(Rc::new(scope))))
    }

    fn call(&mut self, operator: &Value, mut operands: Vec<Value>) -> Result<State> {
        match operator {
            Value::Closure(id, outer) => {
                let lambda = self.program.lambda(*id);
                if !lambda.accepts(operands.len()) {
                    return wrong_count();
                }
                let positional = lambda.required.len() + lambda.optional.len();
                let extra = operands.split_off(positional.min(operands.len()));
                operands.resize(positional, Value::Word(tag::DEFAULT));
                operands.extend(lambda.rest.map(|_| Value::list(&extra)));
                Ok(self.enter(*id, outer.clone(), operands))
            }
            Value::Continuation(continuation) => {
                self.continuation.clone_from(continuation);
                Ok(State::Give(operands))
            }
            Value::Standard(name) => self.call_standard(name, operands),
            other => Err(Stop::Raise(format!("not a procedure: {}", other.show()))),
        }
    }

    fn call_standard(&mut self, name: &Rc<str>, operands: Vec<Value>) -> Result<State> {
        match (&**name, operands.as_slice()) {
            ("call-with-current-continuation", [procedure]) => {
                let continuation = Value::Continuation(self.continuation.clone());
                self.call(procedure, vec![continuation])
            }
            ("call-with-values", [producer, consumer]) => {
                self.push(Todo::Consume(consumer.clone()))?;
                self.call(producer, Vec::new())
            }
            ("values", _) => Ok(State::Give(operands)),
            ("apply", [procedure, items @ .., list]) => {
                let Some(last) = list.items() else {
                    return wrong_type(list);
                };
                let all: Vec<Value> = items.iter().cloned().chain(last).collect();
                self.call(procedure, all)
            }
            _ => Ok(State::Give(vec![apply_standard(name, &operands)?])),
        }
    }

    fn enter(&mut self, id: LambdaId, outer: Environment, operands: Vec<Value>) -> State {
        let lambda = self.program.lambda(id);
        let scope = Scope::new(lambda.parameters().zip(operands), outer);
        let scope = scope.of_call(self.continuation.clone());
        State::Evaluate(lambda.body, Some(Rc::new(scope)))
    }
}
