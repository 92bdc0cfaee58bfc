//! Rewriting to raw values: operations, and conversions at the borders.

use super::candidates::{Facts, RawOperation, is_exact_word, raw_takes_tagged};
use super::components::Choice;
use super::signatures::UnitFacts;
use crate::core::ir::SourcePlace;
use crate::id::IdVec;
use crate::id_map::IdMap;
use crate::ssa::analysis::{Graph, Range};
use crate::ssa::ir::{
    BlockId, Callee, Condition, Instruction, Operation, Procedure, ProcedureId, RawBinary,
    RawUnary, Repr, Target, Terminator, Value, ValueId,
};

/// Makes all chosen values of a procedure raw, and its result.
pub(super) fn rewrite(
    procedure: &mut Procedure,
    id: ProcedureId,
    graph: &Graph,
    facts: &UnitFacts,
    choice: &Choice,
) {
    let chosen = &choice.values[id];
    for (value, repr) in procedure.values.iter_mut().zip(chosen) {
        if let Some(repr) = *repr {
            value.repr = repr;
        }
    }
    procedure.result = choice.results[id].unwrap_or(Repr::Tagged);
    let mut rewriter = Rewriter {
        facts: &facts.procedures[id],
        choice,
        chosen,
        result: choice.results[id],
        depth: &graph.loops.depth,
        values: std::mem::take(&mut procedure.values),
        same: chosen.side_table(None),
        at_definition: IdMap::default(),
        converted_at_definition: IdMap::default(),
        converted_here: IdMap::default(),
        block: BlockId::ENTRY,
        index: 0,
        instructions: Vec::new(),
        place: SourcePlace::default(),
    };
    for &id in &graph.flow.order {
        rewriter.block(procedure, id);
    }
    let Rewriter {
        values,
        at_definition,
        ..
    } = rewriter;
    procedure.values = values;
    insert_after_definitions(procedure, at_definition);
}

struct Rewriter<'a> {
    facts: &'a Facts,
    choice: &'a Choice,
    /// How each value is represented.
    chosen: &'a IdVec<ValueId, Option<Repr>>,
    /// How the procedure's result is represented.
    result: Option<Repr>,
    /// How many loops enclose each block.
    depth: &'a IdVec<BlockId, u32>,
    values: IdVec<ValueId, Value>,
    /// Values that others are the same as.
    same: IdVec<ValueId, Option<ValueId>>,
    /// Conversions to be inserted after the definitions of values.
    at_definition: IdMap<ValueId, Vec<Instruction>>,
    converted_at_definition: IdMap<(ValueId, Repr), ValueId>,
    /// Conversions in the current block.
    converted_here: IdMap<(ValueId, RawUnary), ValueId>,
    block: BlockId,
    /// Of the instruction that is being rewritten; the terminator's is their number.
    index: usize,
    instructions: Vec<Instruction>,
    place: SourcePlace,
}

impl Rewriter<'_> {
    fn block(&mut self, procedure: &mut Procedure, id: BlockId) {
        self.block = id;
        self.converted_here.clear();
        let block = &mut procedure.blocks[id];
        let place = block.place;
        let mut terminator = std::mem::replace(&mut block.terminator, Terminator::None);
        self.index = 0;
        for instruction in std::mem::take(&mut block.instructions) {
            self.place = instruction.place;
            self.instruction(instruction);
            self.index += 1;
        }
        self.place = place;
        self.terminator(procedure, &mut terminator);
        let block = &mut procedure.blocks[id];
        block.terminator = terminator;
        block.instructions = std::mem::take(&mut self.instructions);
    }

    fn instruction(&mut self, mut instruction: Instruction) {
        let repr = instruction.result.and_then(|result| self.chosen[result]);
        if let Operation::CallKnown(callee, _, arguments) = &mut instruction.operation {
            self.arguments(*callee, arguments);
            return self.call(instruction, repr);
        }
        let (Some(result), Some(repr)) = (instruction.result, repr) else {
            instruction
                .operation
                .each_use_mut(|value| *value = self.tagged(*value));
            self.instructions.push(instruction);
            return;
        };
        let raw = self.facts.operations[result].expect("chosen values have one");
        let operation = match raw {
            RawOperation::Unary(unary, a) if raw_takes_tagged(raw) => {
                Operation::Raw1(unary, self.tagged(a))
            }
            RawOperation::Unary(unary, a) => Operation::Raw1(unary, self.raw(a, repr)),
            RawOperation::Binary(RawBinary::WordAnd, a, b) if self.is_full_mask(b) => {
                match self.alias(result, a) {
                    Some(operation) => operation,
                    None => return,
                }
            }
            RawOperation::Binary(RawBinary::WordAnd, a, b) if self.is_full_mask(a) => {
                match self.alias(result, b) {
                    Some(operation) => operation,
                    None => return,
                }
            }
            RawOperation::Binary(binary, a, b) => {
                Operation::Raw2(binary, self.raw(a, repr), self.raw(b, repr))
            }
            RawOperation::Constant(binary, a, bits) => {
                let a = self.raw(a, repr);
                Operation::Raw2(binary, a, self.constant(bits, repr))
            }
            RawOperation::Parameter | RawOperation::Call(_) => {
                unreachable!("neither parameters nor calls come here")
            }
        };
        self.instructions.push(Instruction {
            operation,
            ..instruction
        });
    }

    /// Gives a known procedure what it takes.
    fn arguments(&mut self, callee: ProcedureId, arguments: &mut [ValueId]) {
        let choice = self.choice;
        let parameters = &choice.parameters[callee];
        for (argument, repr) in arguments.iter_mut().zip(parameters) {
            *argument = match *repr {
                Some(repr) => self.handed_over(*argument, repr),
                None => self.tagged(*argument),
            };
        }
    }

    /// A known call, whose result is wanted as `repr` says.
    fn call(&mut self, mut instruction: Instruction, repr: Option<Repr>) {
        let Operation::CallKnown(callee, ..) = instruction.operation else {
            unreachable!("known calls alone come here")
        };
        let given = self.choice.results[callee];
        let (Some(given), Some(result), None) = (given, instruction.result, repr) else {
            self.instructions.push(instruction);
            return;
        };
        let raw = self.new_value(given);
        instruction.result = Some(raw);
        let place = instruction.place;
        self.instructions.push(instruction);
        self.instructions.push(Instruction {
            operation: Operation::Raw1(boxing(given), raw),
            result: Some(result),
            place,
        });
    }

    fn is_full_mask(&self, value: ValueId) -> bool {
        let range = self.facts.types[value].as_integer();
        range == Some(Range::only(i128::from(u64::MAX)))
    }

    /// Lets `value` be the word of `other`. If that is a signed one, an operation makes an unsigned one of it.
    fn alias(&mut self, value: ValueId, other: ValueId) -> Option<Operation> {
        let word = self.raw(other, Repr::U64);
        if self.values[word].repr == Repr::U64 {
            self.same[value] = Some(word);
            return None;
        }
        let mask = self.constant(u64::MAX, Repr::U64);
        Some(Operation::Raw2(RawBinary::WordAnd, word, mask))
    }

    fn terminator(&mut self, procedure: &Procedure, terminator: &mut Terminator) {
        match terminator {
            Terminator::Jump(Target { block, arguments }) => {
                let parameters = &procedure.blocks[*block].parameters;
                for (parameter, argument) in parameters.iter().zip(arguments) {
                    *argument = match self.chosen[*parameter] {
                        Some(repr) => self.handed_over(*argument, repr),
                        None => self.tagged(*argument),
                    };
                }
            }
            Terminator::Branch(condition, ..) => self.condition(condition),
            Terminator::Return(value) => {
                *value = match self.result {
                    Some(repr) => self.handed_over(*value, repr),
                    None => self.tagged(*value),
                };
            }
            Terminator::TailCallKnown(callee, closure, arguments) => {
                self.arguments(*callee, arguments);
                let given = self.choice.results[*callee];
                if let (Some(repr), None) = (given, self.result) {
                    let arguments = std::mem::take(arguments);
                    let call = Operation::CallKnown(*callee, *closure, arguments);
                    let raw = self.push(call, repr);
                    let boxed = self.push(Operation::Raw1(boxing(repr), raw), Repr::Tagged);
                    *terminator = Terminator::Return(boxed);
                }
            }
            Terminator::CallReceive {
                callee: Callee::Known(callee, _),
                arguments,
                ..
            } => self.arguments(*callee, arguments),
            other => other.each_use_mut(|value| *value = self.tagged(*value)),
        }
    }

    fn condition(&mut self, condition: &mut Condition) {
        let place = (self.block, self.index);
        let Some((repr, a, b)) = self.facts.raw_condition(condition, self.chosen, place) else {
            condition.each_use_mut(|value| *value = self.tagged(*value));
            return;
        };
        let a = self.raw(a, repr);
        let (relation, b) = match (&condition, b) {
            (Condition::Compare(relation, ..), Some(b)) => (*relation, self.raw(b, repr)),
            (Condition::CompareSmall(relation, _, small), _) => {
                let bits = match repr {
                    Repr::F64 => f64::from(*small).to_bits(),
                    _ => i64::from(*small) as u64,
                };
                (*relation, self.constant(bits, repr))
            }
            _ => unreachable!("only comparisons have raw forms"),
        };
        *condition = match repr {
            Repr::F64 => Condition::CompareF64(relation, a, b),
            _ => Condition::CompareU64(relation, a, b),
        };
    }

    fn new_value(&mut self, repr: Repr) -> ValueId {
        self.values.push(Value { repr, name: None })
    }

    fn push(&mut self, operation: Operation, repr: Repr) -> ValueId {
        let result = self.new_value(repr);
        let place = self.place;
        self.instructions.push(Instruction {
            operation,
            result: Some(result),
            place,
        });
        result
    }

    fn constant(&mut self, bits: u64, repr: Repr) -> ValueId {
        self.push(Operation::Raw(bits), repr)
    }

    /// `value` as a parameter or the result takes it, to which it is handed over.
    ///
    /// A word takes only what lies within unsigned words. Where more is known of a tagged value than at its
    /// definition, it is one there, and is converted there.
    fn handed_over(&mut self, value: ValueId, repr: Repr) -> ValueId {
        let is_tagged = self.chosen[value].is_none();
        let is_constant = self.facts.constant(value, repr).is_some();
        if repr == Repr::U64 && is_tagged && !is_constant && !self.facts.is_exact_word(value) {
            return self.convert_here(value, RawUnary::UnboxU64);
        }
        self.raw(value, repr)
    }

    /// `value` in a raw representation; a word may come as a signed one.
    fn raw(&mut self, value: ValueId, repr: Repr) -> ValueId {
        match self.chosen[value] {
            Some(chosen) if chosen == repr => {
                return self.same[value].unwrap_or(value);
            }
            Some(_) => return self.double_of_word(value),
            None => {}
        }
        if let Some(bits) = self.facts.constant(value, repr) {
            return self.constant(bits, repr);
        }
        let local = self.facts.local_type(value, (self.block, self.index));
        let known = local.unwrap_or(self.facts.types[value]);
        let unbox = match repr {
            Repr::F64 if known.is_flonum() => RawUnary::UnboxF64,
            Repr::F64 => RawUnary::RealToF64,
            _ if is_exact_word(known) => RawUnary::UnboxU64,
            _ => RawUnary::UnboxI64,
        };
        if local.is_some() {
            return self.convert_here(value, unbox);
        }
        self.convert_at_definition(value, unbox, repr)
    }

    /// A chosen word as a double: no flonum is ever wanted as a word.
    fn double_of_word(&mut self, value: ValueId) -> ValueId {
        let range = self.facts.types[value].as_integer();
        if range.is_some_and(|range| range.is_within(Range::I64)) {
            let word = self.raw(value, Repr::U64);
            return self.convert_here(word, RawUnary::I64ToF64);
        }
        let tagged = self.tagged(value);
        self.convert_here(tagged, RawUnary::RealToF64)
    }

    /// `value` as a tagged word.
    fn tagged(&mut self, value: ValueId) -> ValueId {
        let Some(repr) = self.chosen[value] else {
            return value;
        };
        let source = self.same[value].unwrap_or(value);
        let conversion = boxing(repr);
        let home = self.facts.block_of[value];
        let depth = |block: BlockId| self.depth[block];
        if depth(home) < depth(self.block) && source == value {
            return self.convert_at_definition(value, conversion, Repr::Tagged);
        }
        self.convert_here(source, conversion)
    }

    fn convert_here(&mut self, value: ValueId, conversion: RawUnary) -> ValueId {
        if let Some(&known) = self.converted_here.get(&(value, conversion)) {
            return known;
        }
        let converted = self.push(Operation::Raw1(conversion, value), conversion.reprs().1);
        self.converted_here.insert((value, conversion), converted);
        converted
    }

    fn convert_at_definition(
        &mut self,
        value: ValueId,
        conversion: RawUnary,
        repr: Repr,
    ) -> ValueId {
        if let Some(&known) = self.converted_at_definition.get(&(value, repr)) {
            return known;
        }
        let repr_made = conversion.reprs().1;
        let converted = self.new_value(repr_made);
        let operation = Operation::Raw1(conversion, value);
        let instruction = Instruction {
            operation,
            result: Some(converted),
            place: self.place,
        };
        self.at_definition
            .entry(value)
            .or_default()
            .push(instruction);
        self.converted_at_definition
            .insert((value, repr), converted);
        converted
    }
}

fn boxing(repr: Repr) -> RawUnary {
    if repr == Repr::F64 {
        RawUnary::BoxF64
    } else {
        RawUnary::BoxU64
    }
}

fn insert_after_definitions(
    procedure: &mut Procedure,
    mut at_definition: IdMap<ValueId, Vec<Instruction>>,
) {
    if at_definition.is_empty() {
        return;
    }
    for block in &mut procedure.blocks {
        let mut instructions = Vec::with_capacity(block.instructions.len());
        for parameter in &block.parameters {
            instructions.extend(at_definition.remove(parameter).unwrap_or_default());
        }
        for instruction in std::mem::take(&mut block.instructions) {
            let result = instruction.result;
            instructions.push(instruction);
            if let Some(result) = result {
                instructions.extend(at_definition.remove(&result).unwrap_or_default());
            }
        }
        block.instructions = instructions;
    }
}
