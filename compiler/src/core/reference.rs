//! A plain evaluator of Core, against which the passes are tested.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use abi::primitive::Primitive;
use abi::tag;

use super::ir::{Expr, ExprId, LambdaId, Literal, Program, VariableId};

/// A value.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Word(u64),
    Pair(Rc<(Value, Value)>),
    Box(Rc<RefCell<Value>>),
    Closure(LambdaId, Frame),
}

impl Value {
    fn is_true(&self) -> bool {
        !matches!(self, Self::Word(tag::FALSE))
    }

    /// The value as text; procedures are all alike.
    fn show(&self) -> String {
        match self {
            Self::Word(word) if tag::is_fixnum(*word) => tag::fixnum_value(*word).to_string(),
            Self::Word(word) => format!("#{word}"),
            Self::Pair(pair) => format!("({} . {})", pair.0.show(), pair.1.show()),
            Self::Box(_) => "box".into(),
            Self::Closure(..) => "procedure".into(),
        }
    }
}

/// The variables of one activation, and those around it.
pub(crate) type Frame = Rc<Scope>;

#[derive(Debug, Default)]
pub(crate) struct Scope {
    variables: RefCell<HashMap<VariableId, Rc<RefCell<Value>>>>,
    outer: Option<Frame>,
}

impl Scope {
    fn inside(outer: &Frame) -> Frame {
        Rc::new(Self {
            variables: RefCell::default(),
            outer: Some(outer.clone()),
        })
    }

    fn bind(&self, variable: VariableId, value: Value) {
        self.variables
            .borrow_mut()
            .insert(variable, Rc::new(RefCell::new(value)));
    }

    fn location(&self, variable: VariableId) -> Rc<RefCell<Value>> {
        match self.variables.borrow().get(&variable) {
            Some(location) => location.clone(),
            None => self.outer.as_ref().expect("bound").location(variable),
        }
    }
}

/// Why an evaluation has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Too many steps, or too deep.
    Fuel,
    /// An error.
    Raise,
    /// An error that passes need not keep: a variable of a `Letrec` used before its init, or another number
    /// of values than one where one is wanted.
    Unspecified,
}

/// What a program does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// The value as text.
    pub(crate) result: Result<String, Stop>,
    /// What was assigned to global variables, in order.
    pub(crate) trace: Vec<String>,
}

/// Evaluates a program; `is_strict` only after expansion.
pub(crate) fn evaluate(program: &Program, fuel: usize, is_strict: bool) -> Outcome {
    let mut machine = Machine {
        program,
        fuel,
        depth: 0,
        trace: Vec::new(),
        is_strict,
    };
    let result = machine
        .value(program.root(), &Frame::default())
        .map(|value| value.show());
    Outcome {
        result,
        trace: machine.trace,
    }
}

enum Flow {
    Values(Vec<Value>),
    Jump(LambdaId, Vec<Value>),
}

struct Machine<'program> {
    program: &'program Program,
    fuel: usize,
    depth: usize,
    trace: Vec<String>,
    /// Whether an assignment before the init counts as an error: not where passes make inits of them.
    is_strict: bool,
}

type Evaluated<T> = Result<T, Stop>;

impl Machine<'_> {
    fn value(&mut self, id: ExprId, frame: &Frame) -> Evaluated<Value> {
        match self.flow(id, frame)? {
            Flow::Values(mut values) if values.len() == 1 => Ok(values.remove(0)),
            Flow::Values(_) => Err(Stop::Unspecified),
            Flow::Jump(..) => panic!("a jump out of a place that wants a value"),
        }
    }

    fn values(&mut self, ids: &[ExprId], frame: &Frame) -> Evaluated<Vec<Value>> {
        ids.iter().map(|&id| self.value(id, frame)).collect()
    }

    fn flow(&mut self, id: ExprId, frame: &Frame) -> Evaluated<Flow> {
        if self.fuel == 0 || self.depth > 200 {
            return Err(Stop::Fuel);
        }
        self.fuel -= 1;
        self.depth += 1;
        let flow = self.step(id, frame);
        self.depth -= 1;
        flow
    }

    fn step(&mut self, id: ExprId, frame: &Frame) -> Evaluated<Flow> {
        let program = self.program;
        let value = match program.expr(id) {
            Expr::Quote(literal) => match program.literals[literal.0 as usize] {
                Literal::Word(word) => Value::Word(word),
                Literal::Datum(_) => panic!("only immediates are generated"),
            },
            Expr::Local(variable) => match &*frame.location(*variable).borrow() {
                Value::Word(tag::UNBOUND) => return Err(Stop::Unspecified),
                value => value.clone(),
            },
            Expr::SetLocal(variable, value) => {
                let value = self.value(*value, frame)?;
                let is_early = |old: &Value| matches!(old, Value::Word(tag::UNBOUND));
                let location = frame.location(*variable);
                if self.is_strict && is_early(&location.borrow()) {
                    return Err(Stop::Unspecified);
                }
                *location.borrow_mut() = value;
                Value::Word(tag::UNSPECIFIED)
            }
            Expr::CheckInitialized(_, value) => self.value(*value, frame)?,
            Expr::GlobalSet(_, value) => {
                let value = self.value(*value, frame)?;
                self.trace.push(value.show());
                Value::Word(tag::UNSPECIFIED)
            }
            Expr::GlobalRef(_) | Expr::GlobalDefine(..) => return Err(Stop::Raise),
            Expr::If(test, consequent, alternative) => {
                let arm = if self.value(*test, frame)?.is_true() {
                    consequent
                } else {
                    alternative
                };
                return self.flow(*arm, frame);
            }
            Expr::Sequence(parts) => {
                let (last, before) = parts.split_last().unwrap();
                for &part in before {
                    self.flow(part, frame)?;
                }
                return self.flow(*last, frame);
            }
            Expr::Lambda(lambda) => Value::Closure(*lambda, frame.clone()),
            Expr::Primitive(Primitive::Values, operands) => {
                return Ok(Flow::Values(self.values(operands, frame)?));
            }
            Expr::Primitive(primitive, operands) => {
                let operands = self.values(operands, frame)?;
                apply_primitive(*primitive, &operands)?
            }
            Expr::Call(operator, operands) => {
                let operator = self.value(*operator, frame)?;
                let operands = self.values(operands, frame)?;
                return self.call(&operator, operands);
            }
            Expr::CallKnown(variable, operands) => {
                let callee = frame.location(*variable).borrow().clone();
                let operands = self.values(operands, frame)?;
                let Value::Closure(lambda, outer) = callee else {
                    panic!("known procedures are procedures");
                };
                return self.enter(lambda, &outer, &operands);
            }
            Expr::Goto(label, operands) => {
                return Ok(Flow::Jump(*label, self.values(operands, frame)?));
            }
            _ => return self.binding_form(id, frame),
        };
        Ok(Flow::Values(vec![value]))
    }

    fn binding_form(&mut self, id: ExprId, outer: &Frame) -> Evaluated<Flow> {
        let frame = &Scope::inside(outer);
        match self.program.expr(id) {
            Expr::Let(bindings, body) => {
                for &(variable, init) in bindings {
                    let value = self.value(init, outer)?;
                    frame.bind(variable, value);
                }
                self.flow(*body, frame)
            }
            Expr::Letrec(bindings, body) => {
                for &(variable, _) in bindings {
                    frame.bind(variable, Value::Word(tag::UNBOUND));
                }
                for &(variable, init) in bindings {
                    let value = self.value(init, frame)?;
                    *frame.location(variable).borrow_mut() = value;
                }
                self.flow(*body, frame)
            }
            Expr::Fix(bindings, body) => {
                for &(variable, lambda) in bindings {
                    frame.bind(variable, Value::Closure(lambda, frame.clone()));
                }
                self.flow(*body, frame)
            }
            Expr::Receive {
                required,
                rest,
                producer,
                body,
            } => {
                let Flow::Values(values) = self.flow(*producer, outer)? else {
                    panic!("a jump out of a producer");
                };
                if values.len() < required.len()
                    || (rest.is_none() && values.len() > required.len())
                {
                    return Err(Stop::Raise);
                }
                bind_all(frame, required, *rest, &values);
                self.flow(*body, frame)
            }
            Expr::Labels(labels, body) => {
                let mut flow = self.flow(*body, frame)?;
                loop {
                    match flow {
                        Flow::Jump(label, values) if labels.contains(&label) => {
                            let frame = &Scope::inside(frame);
                            bind_all(frame, &self.program.lambda(label).required, None, &values);
                            flow = self.flow(self.program.lambda(label).body, frame)?;
                        }
                        flow => return Ok(flow),
                    }
                }
            }
            other => panic!("no binding form: {other:?}"),
        }
    }

    fn call(&mut self, operator: &Value, mut operands: Vec<Value>) -> Evaluated<Flow> {
        let Value::Closure(id, outer) = operator else {
            return Err(Stop::Raise);
        };
        let lambda = self.program.lambda(*id);
        if !lambda.accepts(operands.len()) {
            return Err(Stop::Raise);
        }
        let positional = lambda.required.len() + lambda.optional.len();
        let extra = operands.split_off(positional.min(operands.len()));
        operands.resize(positional, Value::Word(tag::DEFAULT));
        operands.extend(lambda.rest.map(|_| list(&extra)));
        self.enter(*id, outer, &operands)
    }

    fn enter(&mut self, id: LambdaId, outer: &Frame, operands: &[Value]) -> Evaluated<Flow> {
        let frame = Scope::inside(outer);
        let lambda = self.program.lambda(id);
        for (parameter, operand) in lambda.parameters().zip(operands) {
            frame.bind(parameter, operand.clone());
        }
        self.flow(lambda.body, &frame)
    }
}

fn bind_all(frame: &Frame, required: &[VariableId], rest: Option<VariableId>, values: &[Value]) {
    for (&variable, value) in required.iter().zip(values) {
        frame.bind(variable, value.clone());
    }
    if let Some(rest) = rest {
        frame.bind(rest, list(&values[required.len()..]));
    }
}

fn list(items: &[Value]) -> Value {
    items
        .iter()
        .rev()
        .fold(Value::Word(tag::NULL), |rest, item| {
            Value::Pair(Rc::new((item.clone(), rest)))
        })
}

fn apply_primitive(primitive: Primitive, operands: &[Value]) -> Evaluated<Value> {
    let truth = |value| Ok(Value::Word(tag::boolean(value)));
    match (primitive, operands) {
        (Primitive::Not, [value]) => truth(!value.is_true()),
        (Primitive::IsNull, [value]) => truth(matches!(value, Value::Word(tag::NULL))),
        (Primitive::IsPair, [value]) => truth(matches!(value, Value::Pair(_))),
        (Primitive::IsDefault, [value]) => truth(matches!(value, Value::Word(tag::DEFAULT))),
        (Primitive::Cons, [car, cdr]) => Ok(Value::Pair(Rc::new((car.clone(), cdr.clone())))),
        (Primitive::List, items) => Ok(list(items)),
        (Primitive::Car, [Value::Pair(pair)]) => Ok(pair.0.clone()),
        (Primitive::Cdr, [Value::Pair(pair)]) => Ok(pair.1.clone()),
        (Primitive::MakeBox, [value]) => Ok(Value::Box(Rc::new(RefCell::new(value.clone())))),
        (Primitive::BoxRef, [Value::Box(content)]) => Ok(content.borrow().clone()),
        (Primitive::BoxSet, [Value::Box(content), value]) => {
            *content.borrow_mut() = value.clone();
            Ok(Value::Word(tag::UNSPECIFIED))
        }
        (_, [Value::Word(left), Value::Word(right)])
            if tag::is_fixnum(*left) && tag::is_fixnum(*right) =>
        {
            arithmetic(
                primitive,
                tag::fixnum_value(*left),
                tag::fixnum_value(*right),
            )
        }
        _ => Err(Stop::Raise),
    }
}

fn arithmetic(primitive: Primitive, left: i64, right: i64) -> Evaluated<Value> {
    let word = match primitive {
        Primitive::Add => tag::fixnum(left + right),
        Primitive::Subtract => tag::fixnum(left - right),
        Primitive::Multiply => left.checked_mul(right).and_then(tag::fixnum),
        Primitive::Less => Some(tag::boolean(left < right)),
        Primitive::NumberEqual => Some(tag::boolean(left == right)),
        other => panic!("not generated: {other:?}"),
    };
    // What would be a bignum counts as an error here.
    word.map(Value::Word).ok_or(Stop::Raise)
}
