//! The machine of the reference: frames on a stack that continuations copy, one instruction a step.

use std::cell::RefCell;
use std::collections::HashMap;

use abi::primitive::Primitive;
use abi::{tag, text_hash};

use super::literal::of_datum;
use super::number::{Number, compare};
use super::oracle::Oracle;
use super::polls::Polls;
use super::primitive::{apply, wrong};
use super::raw;
use super::value::{Host, Object, Raise, Shower, Value};
use crate::core::ir::{GlobalId, Literal, LiteralId};
use crate::id::{Id, IdVec};
use crate::ssa::ir::{
    BlockId, Callee, CellId, Comparison, Condition, Operation, Procedure, ProcedureId, Switch,
    SwitchKey, Target, Terminator, Unit, ValueId,
};

type Result<T> = std::result::Result<T, Raise>;

/// A call of a procedure: where it is, and what its values are.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) procedure: ProcedureId,
    pub(super) block: BlockId,
    /// How many instructions of the block are done; that of the running call is not.
    pub(super) index: usize,
    values: IdVec<ValueId, Option<Value>>,
    pub(super) polls: Polls,
}

/// What a unit does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    /// Effects in order.
    pub(super) trace: Vec<String>,
    /// The value that the entry returns, or why there is none.
    pub(super) result: Result<String>,
}

/// How a run is watched.
#[derive(Clone, Copy, Default)]
pub(super) struct Watch<'a> {
    /// Holds every value against what analyses say.
    pub(super) oracle: Option<&'a Oracle<'a>>,
    /// Whether polls have to be where they should be.
    pub(super) polls: bool,
}

/// Runs a unit for at most `fuel` steps.
pub(super) fn run(unit: &Unit, fuel: usize, watch: Watch<'_>) -> Outcome {
    let mut machine = Machine {
        unit,
        watch,
        frames: Vec::new(),
        globals: HashMap::new(),
        cells: unit.cells.side_table(Value::Word(tag::UNBOUND)),
        literals: HashMap::new(),
        shower: Shower::default(),
        trace: Vec::new(),
    };
    let result = machine.run(fuel).map(|values| {
        let shown: Vec<String> = values
            .iter()
            .map(|each| machine.shower.show(each))
            .collect();
        shown.join(" ")
    });
    let state = machine.shower.show_all();
    if !matches!(result, Err(Raise::Limit)) {
        machine.trace.push(state);
    }
    Outcome {
        trace: machine.trace,
        result,
    }
}

struct Machine<'a> {
    unit: &'a Unit,
    watch: Watch<'a>,
    frames: Vec<Frame>,
    globals: HashMap<GlobalId, Value>,
    cells: IdVec<CellId, Value>,
    literals: HashMap<LiteralId, Value>,
    shower: Shower,
    trace: Vec<String>,
}

/// What comes after a step.
enum MachineStep {
    Go,
    /// The entry has returned.
    Done(Vec<Value>),
}

impl<'a> Machine<'a> {
    fn run(&mut self, fuel: usize) -> Result<Vec<Value>> {
        self.enter(ProcedureId::ENTRY, None, Vec::new())?;
        for _ in 0..fuel {
            if let MachineStep::Done(values) = self.step()? {
                return Ok(values);
            }
        }
        Err(Raise::Limit)
    }

    fn frame(&self) -> &Frame {
        self.frames.last().expect("the entry has a frame")
    }

    fn frame_mut(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("the entry has a frame")
    }

    fn procedure(&self) -> &'a Procedure {
        &self.unit.procedures[self.frame().procedure]
    }

    fn get(&self, value: ValueId) -> Result<Value> {
        let found = self.frame().values[value].clone();
        found.ok_or_else(|| Raise::Broken(format!("v{} is not defined", value.number())))
    }

    fn get_all(&self, values: &[ValueId]) -> Result<Vec<Value>> {
        values.iter().map(|&value| self.get(value)).collect()
    }

    fn word(&self, value: ValueId) -> Result<u64> {
        match self.get(value)? {
            Value::Raw(word) => Ok(word),
            _ => Err(Raise::Broken(format!("v{} is not raw", value.number()))),
        }
    }

    fn define(&mut self, id: ValueId, value: Value) -> Result<()> {
        if let Some(oracle) = self.watch.oracle {
            oracle.defined(self.frame().procedure, id, &value)?;
        }
        self.frame_mut().values[id] = Some(value);
        Ok(())
    }

    /// Enters a procedure with exactly its parameters.
    fn enter(
        &mut self,
        id: ProcedureId,
        closure: Option<Value>,
        arguments: Vec<Value>,
    ) -> Result<()> {
        let procedure = &self.unit.procedures[id];
        if self.frames.len() > 200 {
            return Err(Raise::Limit);
        }
        self.frames.push(Frame {
            procedure: id,
            block: BlockId::ENTRY,
            index: 0,
            values: procedure.values.side_table(None),
            polls: Polls::default(),
        });
        let own = (procedure.free > 0).then(|| closure.ok_or(())).transpose();
        let own = own.map_err(|()| Raise::Broken("a closure is missing".to_owned()))?;
        let given: Vec<Value> = own.into_iter().chain(arguments).collect();
        let parameters = &procedure.blocks[BlockId::ENTRY].parameters;
        if given.len() != parameters.len() {
            return Err(Raise::Broken("another number of arguments".to_owned()));
        }
        for (&parameter, value) in parameters.iter().zip(given) {
            self.define(parameter, value)?;
        }
        Ok(())
    }

    /// Calls any value.
    fn call(&mut self, callee: &Value, mut arguments: Vec<Value>) -> Result<()> {
        let not_procedure = || wrong(&[callee]);
        match callee.as_object().ok_or_else(not_procedure)? {
            Object::Host(Host::Apply) if !arguments.is_empty() => {
                let callee = arguments.remove(0);
                self.call(&callee, arguments)
            }
            Object::Host(Host::Identity) if arguments.len() == 1 => self.give(arguments),
            Object::Closure(id, free) => {
                if free.borrow().iter().any(Option::is_none) {
                    return Err(Raise::Broken("a closure is called too early".to_owned()));
                }
                let procedure = &self.unit.procedures[*id];
                let required = usize::from(procedure.required);
                let positional = required + usize::from(procedure.optional);
                let fits = arguments.len() >= required
                    && (procedure.rest || arguments.len() <= positional);
                if !fits {
                    return Err(Raise::error("arity", &[]));
                }
                let extra = arguments.split_off(positional.min(arguments.len()));
                arguments.resize(positional, Value::Word(tag::DEFAULT));
                if procedure.rest {
                    arguments.push(Value::list(extra.into_iter()));
                }
                self.enter(*id, Some(callee.clone()), arguments)
            }
            Object::Host(_) => Err(Raise::error("arity", &[])),
            _ => Err(not_procedure()),
        }
    }

    /// Gives values to the call at which the innermost frame stands.
    fn give(&mut self, mut values: Vec<Value>) -> Result<()> {
        let procedure = self.procedure();
        let (id, index) = (self.frame().block, self.frame().index);
        let block = &procedure.blocks[id];
        self.frame_mut().polls.returned = true;
        if let Some(instruction) = block.instructions.get(index) {
            if values.len() != 1 {
                return Err(Raise::error("values", &[]));
            }
            self.frame_mut().index += 1;
            if let Some(result) = instruction.result {
                self.define(result, values.remove(0))?;
            }
            return Ok(());
        }
        let Terminator::CallReceive {
            required,
            rest,
            block,
            ..
        } = &block.terminator
        else {
            return Err(Raise::Broken("values come where no call is".to_owned()));
        };
        let required = usize::from(*required);
        if values.len() < required || !rest && values.len() > required {
            return Err(Raise::error("values", &[]));
        }
        let extra = values.split_off(required);
        if *rest {
            values.push(Value::list(extra.into_iter()));
        }
        self.start(*block, values)
    }

    /// Returns from the innermost frame.
    fn leave(&mut self, values: Vec<Value>) -> Result<MachineStep> {
        self.frames.pop();
        if self.frames.is_empty() {
            return Ok(MachineStep::Done(values));
        }
        self.give(values)?;
        Ok(MachineStep::Go)
    }

    /// Goes on at a block of the innermost frame.
    fn start(&mut self, id: BlockId, arguments: Vec<Value>) -> Result<()> {
        let block = &self.procedure().blocks[id];
        let watches = self.watch.polls;
        let frame = self.frame_mut();
        frame.block = id;
        frame.index = 0;
        if watches {
            frame.polls.starts(id)?;
        }
        for (&parameter, value) in block.parameters.iter().zip(arguments) {
            self.define(parameter, value)?;
        }
        Ok(())
    }

    fn step(&mut self) -> Result<MachineStep> {
        let procedure = self.procedure();
        let (number, id, index) = {
            let frame = self.frame();
            (frame.procedure, frame.block, frame.index)
        };
        let block = &procedure.blocks[id];
        if let Some(oracle) = self.watch.oracle {
            oracle.before(number, (id, index), |value| self.get(value))?;
        }
        let Some(instruction) = block.instructions.get(index) else {
            if self.watch.polls
                && let Terminator::CallReceive { callee, .. } = &block.terminator
            {
                self.note_call(match callee {
                    Callee::Known(callee, _) => Some(*callee),
                    Callee::Value(_) => None,
                });
            }
            return self.terminate(&block.terminator);
        };
        if self.watch.polls {
            self.frame_mut().polls.before(&instruction.operation)?;
        }
        match &instruction.operation {
            Operation::Call(callee, arguments) => {
                self.note_call(None);
                let (callee, arguments) = (self.get(*callee)?, self.get_all(arguments)?);
                self.call(&callee, arguments)?;
            }
            Operation::CallKnown(callee, closure, arguments) => {
                self.note_call(Some(*callee));
                let closure = closure.map(|closure| self.get(closure)).transpose()?;
                let arguments = self.get_all(arguments)?;
                self.enter(*callee, closure, arguments)?;
            }
            operation => {
                let value = self.operate(operation)?;
                self.frame_mut().index += 1;
                if let Some(result) = instruction.result {
                    self.define(result, value)?;
                }
            }
        }
        Ok(MachineStep::Go)
    }

    fn note_call(&mut self, callee: Option<ProcedureId>) {
        if self.watch.polls {
            let does_poll = callee.is_none_or(|callee| {
                crate::ssa::analysis::polls_at_entry(&self.unit.procedures[callee])
            });
            if does_poll {
                self.frame_mut().polls.visited.clear();
            }
        }
    }

    fn operate(&mut self, operation: &Operation) -> Result<Value> {
        let unspecified = Value::Word(tag::UNSPECIFIED);
        Ok(match operation {
            Operation::Literal(literal) => self.literal(*literal)?,
            Operation::Word(word) => Value::of_word(*word),
            Operation::Raw(word) => Value::Raw(*word),
            Operation::GlobalRef(global) => self.global(*global)?,
            Operation::GlobalSet(global, value) | Operation::GlobalDefine(global, value) => {
                let value = self.get(*value)?;
                let text = self.shower.show(&value);
                self.trace.push(format!("{} = {text}", global.number()));
                self.globals.insert(*global, value);
                unspecified
            }
            Operation::CellRef(cell) => self.cells[*cell].clone(),
            Operation::CellSet(cell, value) => {
                self.cells[*cell] = self.get(*value)?;
                unspecified
            }
            Operation::CheckInitialized(value, name) => {
                let value = self.get(*value)?;
                if value.is_word(tag::UNBOUND) {
                    return Err(Raise::error("uninitialized", &[name.to_string()]));
                }
                value
            }
            Operation::Primitive(Primitive::Capture, _) => {
                let below = self.frames.len() - 1;
                Value::object(Object::Continuation(self.frames[..below].to_vec()))
            }
            Operation::Primitive(primitive, operands) => {
                apply(*primitive, &self.get_all(operands)?)?
            }
            Operation::AddSmall(value, small) => {
                let operands = [self.get(*value)?, Value::small(i64::from(*small))];
                apply(Primitive::Add, &operands)?
            }
            Operation::StaticClosure(id) => Value::object(Object::Closure(*id, RefCell::default())),
            Operation::MakeClosure(id, free) => {
                let free = RefCell::new(vec![None; usize::from(*free)]);
                Value::object(Object::Closure(*id, free))
            }
            Operation::ClosureInit(closure, index, value) => {
                let value = self.get(*value)?;
                self.free_variables(*closure, |free| free[usize::from(*index)] = Some(value))?;
                unspecified
            }
            Operation::ClosureRef(closure, index) => {
                let found =
                    self.free_variables(*closure, |free| free[usize::from(*index)].clone())?;
                found.ok_or_else(|| Raise::Broken("a free variable is empty".to_owned()))?
            }
            Operation::Raw1(raw, value) => raw::unary(*raw, &self.get(*value)?)?,
            Operation::Raw2(raw, a, b) => raw::binary(*raw, self.word(*a)?, self.word(*b)?),
            Operation::Poll => unspecified,
            Operation::CallHost(primitive, operands) => {
                let operands = self.get_all(operands)?;
                let shown: Vec<String> =
                    operands.iter().map(|each| self.shower.show(each)).collect();
                self.trace
                    .push(format!("{} {}", primitive.name(), shown.join(" ")));
                unspecified
            }
            Operation::Call(..) | Operation::CallKnown(..) => {
                return Err(Raise::Broken("calls are steps of their own".to_owned()));
            }
        })
    }

    fn free_variables<T>(
        &self,
        closure: ValueId,
        visit: impl FnOnce(&mut Vec<Option<Value>>) -> T,
    ) -> Result<T> {
        match self.get(closure)?.as_object() {
            Some(Object::Closure(_, free)) => Ok(visit(&mut free.borrow_mut())),
            _ => Err(Raise::Broken("not a closure".to_owned())),
        }
    }

    fn global(&mut self, id: GlobalId) -> Result<Value> {
        if let Some(value) = self.globals.get(&id) {
            return Ok(value.clone());
        }
        let record = || Value::object(Object::Record(RefCell::default()));
        let value = match &*self.unit.tables.globals[id].key {
            "apply" => Value::object(Object::Host(Host::Apply)),
            "identity" => Value::object(Object::Host(Host::Identity)),
            "record-type" => record(),
            "count" => Value::small(2),
            "continuation" => Value::boolean(false),
            name => return Err(Raise::error("unbound", &[name.to_owned()])),
        };
        self.globals.insert(id, value.clone());
        Ok(value)
    }

    fn literal(&mut self, id: LiteralId) -> Result<Value> {
        if let Some(known) = self.literals.get(&id) {
            return Ok(known.clone());
        }
        let value = match &self.unit.tables.literals[id] {
            Literal::Word(word) => Value::of_word(*word),
            Literal::Datum(datum) => of_datum(&self.unit.tables.data, datum.0)?,
        };
        self.literals.insert(id, value.clone());
        Ok(value)
    }

    fn jump(&mut self, target: &Target) -> Result<MachineStep> {
        let arguments = self.get_all(&target.arguments)?;
        if let Some(oracle) = self.watch.oracle {
            let (number, from) = (self.frame().procedure, self.frame().block);
            oracle.along(number, from, target, &arguments)?;
        }
        self.start(target.block, arguments)?;
        Ok(MachineStep::Go)
    }

    fn terminate(&mut self, terminator: &Terminator) -> Result<MachineStep> {
        match terminator {
            Terminator::None => Err(Raise::Broken("no terminator".to_owned())),
            Terminator::Jump(target) => self.jump(target),
            Terminator::Branch(condition, yes, no) => {
                let holds = self.holds(condition)?;
                self.jump(if holds { yes } else { no })
            }
            Terminator::Switch(switch) => {
                let value = self.get(switch.value)?;
                let found = key_of(switch, &value)
                    .and_then(|key| switch.cases.iter().find(|(of, _)| i64::from(*of) == key));
                self.jump(found.map_or(&switch.default, |(_, target)| target))
            }
            Terminator::Return(value) => {
                let value = self.get(*value)?;
                self.leave(vec![value])
            }
            Terminator::ReturnValues(values) => {
                let values = self.get_all(values)?;
                self.leave(values)
            }
            Terminator::TailCall(callee, arguments) => {
                let (callee, arguments) = (self.get(*callee)?, self.get_all(arguments)?);
                self.tail_call(&callee, arguments)
            }
            Terminator::TailCallKnown(callee, closure, arguments) => {
                let closure = closure.map(|closure| self.get(closure)).transpose()?;
                let arguments = self.get_all(arguments)?;
                self.frames.pop();
                self.enter(*callee, closure, arguments)?;
                Ok(MachineStep::Go)
            }
            Terminator::TailApply(callee, list) => {
                let (callee, list) = (self.get(*callee)?, self.get(*list)?);
                let arguments = list.items().ok_or_else(|| wrong(&[&list]))?;
                self.tail_call(&callee, arguments)
            }
            Terminator::Reinstate(continuation, values) => {
                let list = self.get(*values)?;
                let values = list.items().ok_or_else(|| wrong(&[&list]))?;
                self.reinstate(*continuation, values)
            }
            Terminator::ReinstateValue(continuation, value) => {
                let value = self.get(*value)?;
                self.reinstate(*continuation, vec![value])
            }
            Terminator::CallReceive {
                callee, arguments, ..
            } => {
                let arguments = self.get_all(arguments)?;
                match callee {
                    Callee::Value(callee) => {
                        let callee = self.get(*callee)?;
                        self.call(&callee, arguments)?;
                    }
                    Callee::Known(callee, closure) => {
                        let closure = closure.map(|closure| self.get(closure)).transpose()?;
                        self.enter(*callee, closure, arguments)?;
                    }
                }
                Ok(MachineStep::Go)
            }
        }
    }

    fn tail_call(&mut self, callee: &Value, arguments: Vec<Value>) -> Result<MachineStep> {
        self.frames.pop();
        if self.frames.is_empty() {
            // The entry's frame is needed for what a procedure of the host gives at once.
            return Err(Raise::Limit);
        }
        self.call(callee, arguments)?;
        Ok(MachineStep::Go)
    }

    fn reinstate(&mut self, continuation: ValueId, values: Vec<Value>) -> Result<MachineStep> {
        let continuation = self.get(continuation)?;
        let Some(Object::Continuation(frames)) = continuation.as_object() else {
            return Err(wrong(&[&continuation]));
        };
        self.frames.clone_from(frames);
        if self.frames.is_empty() {
            return Ok(MachineStep::Done(values));
        }
        self.give(values)?;
        Ok(MachineStep::Go)
    }

    fn holds(&self, condition: &Condition) -> Result<bool> {
        let numbers = |relation: Comparison, a: ValueId, b: Value| {
            let operands = [self.get(a)?, b];
            let primitive = raw::primitive_of(relation);
            apply(primitive, &operands).map(|value| value.is_true())
        };
        let ordered = |relation, a: u64, b: u64, order: fn(u64, u64) -> std::cmp::Ordering| {
            super::number::is_in(relation, Some(order(a, b)))
        };
        Ok(match *condition {
            Condition::True(value) => self.get(value)?.is_true(),
            Condition::Type(test, value) => self.get(value)?.passes(test),
            Condition::Eq(a, b) => self.get(a)?.is_same(&self.get(b)?),
            Condition::EqWord(value, word) => {
                self.get(value)?.immediate() == Some(i64::from(word).cast_unsigned())
            }
            Condition::Compare(relation, a, b) => numbers(relation, a, self.get(b)?)?,
            Condition::CompareSmall(relation, a, small) => {
                numbers(relation, a, Value::small(i64::from(small)))?
            }
            Condition::CompareF64(relation, a, b) => {
                let double = |value| {
                    self.word(value)
                        .map(|word| Number::Flonum(f64::from_bits(word)))
                };
                compare(relation, &double(a)?, &double(b)?)
            }
            Condition::CompareI64(relation, a, b) => {
                ordered(relation, self.word(a)?, self.word(b)?, |a, b| {
                    a.cast_signed().cmp(&b.cast_signed())
                })
            }
            Condition::CompareU64(relation, a, b) => {
                ordered(relation, self.word(a)?, self.word(b)?, |a, b| a.cmp(&b))
            }
        })
    }
}

/// What a switch compares with the keys of its cases.
fn key_of(switch: &Switch, value: &Value) -> Option<i64> {
    match switch.key {
        SwitchKey::Word => value.immediate().map(u64::cast_signed),
        SwitchKey::SymbolHash { shift, bits } => match value {
            Value::Symbol(name) => {
                let hash = text_hash::text_hash(name) >> shift;
                Some((hash & ((1 << bits) - 1)).cast_signed())
            }
            _ => None,
        },
        SwitchKey::StringLength => match value.as_object() {
            Some(Object::String(text)) => Some(text.borrow().len() as i64),
            _ => None,
        },
    }
}
