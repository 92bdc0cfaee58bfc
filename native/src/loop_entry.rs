//! Native code that goes on in a loop: for a frame of bytecode that comes to the end of a turn there.
//!
//! The code is a function of its own: what the procedure does from the start of the loop's block on. It takes the
//! values that are there from the frame's slots, and its own frame takes the place of that frame.
//!
//! # Claim
//!
//! Both tiers are made of the same SSA, so that a frame of bytecode that goes on at the start of a block has the same
//! values as native code there, and what analyses say of the block holds in either. The slots that bytecode has for
//! these values are known ([`compiler::codegen::frame::LoopPoll`]). The plan of the function says which values native
//! code expects in slots and registers at that place; the function brings them there, and then does what native code
//! of the procedure does. A value that lives into the block may be defined again on the way round an outer loop: it is
//! a variable here. Every other value that is used is defined in the function, as no way from the block to the use
//! leads past its definition.

use compiler::codegen::Shared;
use compiler::codegen::frame::Point;
use compiler::id::{Id, IdVec};
use compiler::ssa::analysis::{Graph, Liveness};
use compiler::ssa::ir::{BlockId, Operation, Procedure, ProcedureId, Repr, Unit, ValueId};
use cranelift_codegen::ir::{
    AbiParam, BlockArg, Function, InstBuilder, Signature, UserFuncName, Value, types,
};
use cranelift_codegen::isa::{CallConv, TargetIsa};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};

use super::emitter::Emitter;
use super::kept::is_remade;
use super::plan::Plan;
use super::unit_facts::UnitFacts;
use super::written::{Notes, Written};

/// The namespace of functions that go on in loops: a name for people who read CLIF.
const LOOP_NAMESPACE: u32 = 2;

/// Where bytecode may go on natively in a loop.
#[derive(Clone, Debug)]
pub(super) struct LoopPoints {
    /// The block that goes on.
    block: BlockId,
    /// Offsets of the polls that lead to it, in the procedure's bytecode.
    pub(super) polls: Vec<u32>,
    /// The values that the function takes.
    values: Vec<ValueId>,
    /// Their slots in the frame of bytecode.
    pub(super) slots: Vec<u16>,
    /// Raw words that are the same always, and that bytecode need not have in slots.
    constants: Vec<(ValueId, u64)>,
}

/// The loops of a procedure that frames of bytecode may enter, in the order of their first polls.
pub(super) fn loop_points(shared: &Shared<'_>, id: ProcedureId) -> Vec<LoopPoints> {
    let polls = shared.loop_polls(id);
    if polls.is_empty() {
        return Vec::new();
    }
    let unit = shared.unit();
    let procedure = &unit.procedures[id];
    let needs = Needs::new(unit, procedure);
    let mut found: Vec<LoopPoints> = Vec::new();
    for poll in polls {
        let slot_of = |value| {
            let mut values = poll.values.iter();
            values.find_map(|&(each, slot)| (each == value).then_some(slot))
        };
        let Some(points) = needs.points(poll.block, poll.offset, slot_of) else {
            continue;
        };
        // A value has one slot, wherever it is.
        match found.iter_mut().find(|known| known.block == points.block) {
            Some(known) if known.slots == points.slots => known.polls.push(poll.offset),
            Some(_) => {}
            None => found.push(points),
        }
    }
    found
}

/// What blocks need of the values from before.
struct Needs<'a> {
    procedure: &'a Procedure,
    liveness: Liveness,
    is_used: IdVec<ValueId, bool>,
    is_remade: IdVec<ValueId, bool>,
    constants: IdVec<ValueId, Option<u64>>,
}

impl<'a> Needs<'a> {
    fn new(unit: &Unit, procedure: &'a Procedure) -> Self {
        let mut needs = Self {
            procedure,
            liveness: Liveness::new(procedure, &Graph::in_code_order(procedure)),
            is_used: procedure.values.side_table(false),
            is_remade: procedure.values.side_table(false),
            constants: procedure.values.side_table(None),
        };
        for block in &procedure.blocks {
            let mut note_use = |value: ValueId| needs.is_used[value] = true;
            block.terminator.each_use(&mut note_use);
            for instruction in &block.instructions {
                instruction.operation.each_use(&mut note_use);
            }
            for instruction in &block.instructions {
                let Some(result) = instruction.result else {
                    continue;
                };
                needs.is_remade[result] = is_remade(unit, &instruction.operation);
                if let Operation::Raw(word) = instruction.operation {
                    needs.constants[result] = Some(word);
                }
            }
        }
        needs
    }

    /// The way into `block` from the poll at `offset`, where `slot_of` says which slots hold values; `None` if a value
    /// that native code needs is in no slot.
    fn points(
        &self,
        block: BlockId,
        offset: u32,
        slot_of: impl Fn(ValueId) -> Option<u16>,
    ) -> Option<LoopPoints> {
        let mut points = LoopPoints {
            block,
            polls: vec![offset],
            values: Vec::new(),
            slots: Vec::new(),
            constants: Vec::new(),
        };
        let parameters = &self.procedure.blocks[block].parameters;
        let parameters = parameters.iter().filter(|value| self.is_used[**value]);
        let live = self.liveness.live_in[block].iter();
        for value in live.chain(parameters.copied()) {
            if self.is_remade[value] {
                continue;
            }
            if self.procedure.values[value].repr == Repr::Bool {
                return None;
            }
            match (slot_of(value), self.constants[value]) {
                (Some(slot), _) => {
                    points.values.push(value);
                    points.slots.push(slot);
                }
                (None, Some(word)) => points.constants.push((value, word)),
                (None, None) => return None,
            }
        }
        Some(points)
    }
}

/// Writes the function that goes on in a loop of a procedure.
pub(super) fn write_loop(
    shared: &mut Shared<'_>,
    facts: &UnitFacts<'_>,
    isa: &dyn TargetIsa,
    (id, points): (ProcedureId, &LoopPoints),
) -> Written {
    let unit = shared.unit();
    let procedure = &unit.procedures[id];
    let plan = Plan::entered_at(unit, procedure, points.block);
    let name = UserFuncName::user(LOOP_NAMESPACE, id.number());
    let mut signature = Signature::new(CallConv::Tail);
    signature.returns.push(AbiParam::new(types::I64));
    let mut function = Function::with_name_signature(name, signature);
    let mut context = FunctionBuilderContext::new();
    let code = FunctionBuilder::new(&mut function, &mut context);
    let notes = Emitter::new(code, shared, facts, &plan, id).run_from(points, isa);
    Written { function, notes }
}

impl Emitter<'_, '_> {
    fn run_from(mut self, points: &LoopPoints, isa: &dyn TargetIsa) -> Notes {
        let reached = self.reached_from(points.block);
        let mut pending = self.procedure.blocks.side_table(0);
        pending[points.block] = 1;
        for id in self.procedure.blocks.ids().filter(|&id| reached[id]) {
            for next in self.procedure.blocks[id].terminator.successors() {
                pending[next] += 1;
            }
        }
        self.enter(points);
        self.arrive(points.block, &mut pending);
        for &id in &self.plan.flow.order {
            if reached[id] {
                self.block(id);
                for next in self.procedure.blocks[id].terminator.successors() {
                    self.arrive(next, &mut pending);
                }
            }
        }
        self.finish(isa)
    }

    /// The blocks to which control may come from `start`.
    fn reached_from(&self, start: BlockId) -> IdVec<BlockId, bool> {
        let mut reached = self.procedure.blocks.side_table(false);
        let mut pending = vec![start];
        while let Some(id) = pending.pop() {
            if !std::mem::replace(&mut reached[id], true) {
                pending.extend(self.procedure.blocks[id].terminator.successors());
            }
        }
        reached
    }

    /// Takes the values, polls as an entry does, and brings the values to where the block expects them.
    fn enter(&mut self, points: &LoopPoints) {
        let header = &self.procedure.blocks[points.block];
        let entry = self.code.create_block();
        self.start(entry);
        self.current = points.block;
        self.point = Point::Start(points.block);
        let first = header.instructions.first();
        self.set_place(first.map_or(header.place, |instruction| instruction.place));
        self.carry(
            points
                .values
                .iter()
                .chain(points.constants.iter().map(|it| &it.0)),
        );
        for (&value, index) in points.values.iter().zip(1..) {
            let kind = self.machine_type(value);
            let word = self.load_argument(kind, index);
            self.define(value, word);
        }
        for &(value, word) in &points.constants {
            let word = self.raw_constant(word, value);
            self.define(value, word);
        }
        self.live = self.plan.kept.live_at_start(self.procedure, points.block);
        self.entry_poll();
        for value in self.live.clone() {
            let Some(place) = self.plan.place(value) else {
                continue;
            };
            if self.plan.stored[points.block].contains(place) && !self.stored.contains(place) {
                self.spill(place);
            }
            if self.plan.registers[points.block].contains(place) && !self.registers.contains(place)
            {
                self.reload(place);
            }
        }
        let arguments: Vec<BlockArg> = (header.parameters.iter())
            .map(|&parameter| BlockArg::Value(self.given(points, parameter)))
            .collect();
        let block = self.blocks[points.block];
        self.code.ins().jump(block, &arguments);
    }

    /// What goes to a parameter of the loop's block; nobody reads those that are not used.
    fn given(&mut self, points: &LoopPoints, parameter: ValueId) -> Value {
        let is_constant = |constant: &(ValueId, u64)| constant.0 == parameter;
        if points.values.contains(&parameter) || points.constants.iter().any(is_constant) {
            self.get(parameter)
        } else if self.machine_type(parameter) == types::F64 {
            self.code.ins().f64const(0.0)
        } else {
            self.word(0)
        }
    }
}
