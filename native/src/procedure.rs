//! One procedure: its body as a Cranelift function, block by block.

use abi::primitive::Primitive;
use compiler::codegen::Shared;
use compiler::codegen::frame::Point;
use compiler::id::{Id, IdSet, IdVec};
use compiler::ssa::ir::{
    BlockId, Callee, Condition, Operation, ProcedureId, Target, Terminator, ValueId,
};
use cranelift_codegen::ir::{BlockArg, Function, InstBuilder, UserFuncName, types};
use cranelift_codegen::isa::TargetIsa;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};

use super::call_place::CallPlace;
use super::emitter::Emitter;
use super::external_names::import_body;
use super::kept::KeptId;
use super::leaf::is_predicate;
use super::plan::Plan;
use super::signature::{Closure, Parameters, argument_place, type_of};
use super::slots::read_at_end;
use super::unit_facts::{Reach, UnitFacts};
use super::written::{Notes, Written};

/// Writes the body of a procedure.
pub(super) fn write_body(
    shared: &mut Shared<'_>,
    facts: &UnitFacts<'_>,
    isa: &dyn TargetIsa,
    id: ProcedureId,
) -> Written {
    let unit = shared.unit();
    let procedure = &unit.procedures[id];
    let plan = Plan::new(unit, procedure);
    let parameters = &facts.reach.bodies[id];
    let name = UserFuncName::user(0, id.number());
    let mut function = Function::with_name_signature(name, parameters.signature());
    if shared.is_recorded() {
        function.dfg.collect_debug_info();
    }
    let mut context = FunctionBuilderContext::new();
    let code = FunctionBuilder::new(&mut function, &mut context);
    let emitter = Emitter::new(code, shared, facts, &plan, id);
    let notes = emitter.run(parameters, isa);
    Written { function, notes }
}

impl<'unit> Emitter<'_, 'unit> {
    fn run(mut self, parameters: &Parameters, isa: &dyn TargetIsa) -> Notes {
        self.set_place(self.procedure.place);
        self.entry(parameters);
        let predecessors = self.plan.flow.predecessors.iter();
        let mut pending: IdVec<BlockId, usize> = predecessors.map(<[BlockId]>::len).collect();
        // The way from the caller.
        pending[BlockId::ENTRY] += 1;
        self.arrive(BlockId::ENTRY, &mut pending);
        for &id in &self.plan.flow.order {
            self.block(id);
            for next in self.procedure.blocks[id].terminator.successors() {
                self.arrive(next, &mut pending);
            }
        }
        self.finish(isa)
    }

    /// Ends the function.
    pub(super) fn finish(self, isa: &dyn TargetIsa) -> Notes {
        let Self {
            code,
            places,
            recorder,
            ..
        } = self;
        code.finalize(isa.frontend_config());
        let safepoints = recorder.map_or(Vec::new(), |recorder| recorder.safepoints);
        Notes { places, safepoints }
    }

    /// Counts a way to `block`; after the last, Cranelift may know that there are no more.
    pub(super) fn arrive(&mut self, block: BlockId, pending: &mut IdVec<BlockId, usize>) {
        pending[block] -= 1;
        if pending[block] == 0 {
            self.code.seal_block(self.blocks[block]);
        }
    }

    /// Takes the arguments, and jumps to the first block: which loops may lead to as well.
    fn entry(&mut self, parameters: &Parameters) {
        let block = self.code.create_block();
        self.code.append_block_params_for_function_params(block);
        self.start(block);
        let mut given = self.code.block_params(block).to_vec().into_iter();
        let mut values = self.procedure.blocks[BlockId::ENTRY]
            .parameters
            .clone()
            .into_iter();
        if parameters.closure == Closure::Passed
            && let (Some(closure), Some(word)) = (values.next(), given.next())
        {
            self.define(closure, word);
        }
        for (index, value) in values.enumerate() {
            let word = if parameters.in_register[index] {
                given.next().expect("one for each register")
            } else {
                self.load_argument(type_of(parameters.reprs[index]), index + 1)
            };
            self.define(value, word);
        }
        let arguments = self.procedure.blocks[BlockId::ENTRY].parameters.clone();
        self.jump(&Target {
            block: BlockId::ENTRY,
            arguments,
        });
    }

    pub(super) fn block(&mut self, id: BlockId) {
        let block = &self.procedure.blocks[id];
        self.current = id;
        self.point = Point::Start(id);
        self.code.switch_to_block(self.blocks[id]);
        self.registers.clone_from(&self.plan.registers[id]);
        self.stored.clone_from(&self.plan.stored[id]);
        for &parameter in &block.parameters {
            let kind = self.machine_type(parameter);
            let word = self.code.append_block_param(self.blocks[id], kind);
            self.define(parameter, word);
        }
        let first = block.instructions.first();
        self.set_place(first.map_or(block.place, |instruction| instruction.place));
        if self.plan.kept.poll == Some(id) && !self.goes_on {
            self.live = self.plan.kept.live_at_start(self.procedure, id);
            self.entry_poll();
        }
        let live_after = self.plan.kept.live_after(self.procedure, id);
        for (index, (instruction, live)) in block.instructions.iter().zip(live_after).enumerate() {
            self.index = index;
            let is_remade = |value: ValueId| self.remade[value].is_some();
            if instruction.result.is_some_and(is_remade) {
                continue;
            }
            self.point = Point::During(id, index as u32);
            self.set_place(instruction.place);
            self.live = live;
            self.fused = self.predicate_of_branch(id, index);
            if self.fused.is_some() {
                continue;
            }
            let word = self.operation(&instruction.operation, instruction.result);
            if let (Some(result), Some(word)) = (instruction.result, word) {
                self.define(result, word);
            }
        }
        self.index = block.instructions.len();
        self.point = Point::During(id, self.index as u32);
        self.set_place(block.place);
        self.live.clone_from(&self.plan.kept.live_out[id]);
        self.terminator(id);
    }

    /// The predicate that instruction `index` is, if only the branch right behind it uses its value.
    pub(super) fn predicate_of_branch(
        &self,
        id: BlockId,
        index: usize,
    ) -> Option<(Primitive, &'unit [ValueId])> {
        let block = &self.procedure.blocks[id];
        let instruction = &block.instructions[index];
        let Terminator::Branch(Condition::True(tested), ..) = block.terminator else {
            return None;
        };
        match &instruction.operation {
            Operation::Primitive(primitive, operands)
                if is_predicate(*primitive)
                    && index + 1 == block.instructions.len()
                    && instruction.result == Some(tested)
                    && self.plan.kept.is_used_once(tested) =>
            {
                Some((*primitive, operands))
            }
            _ => None,
        }
    }

    fn terminator(&mut self, id: BlockId) {
        let terminator = &self.procedure.blocks[id].terminator;
        match terminator {
            Terminator::Jump(target) => {
                self.settle(id);
                self.jump(target);
            }
            Terminator::Branch(condition, yes, no) => {
                self.settle(id);
                let target = |target: &Target| self.blocks[target.block];
                let (yes, no) = (target(yes), target(no));
                self.branch(condition, yes, no);
            }
            Terminator::Switch(switch) => {
                self.settle(id);
                self.switch(switch);
            }
            Terminator::Return(value) => {
                let word = self.get(*value);
                self.return_word(word);
            }
            Terminator::ReturnValues(values) => self.return_values(values),
            Terminator::TailCall(callee, arguments) => {
                self.tail_call(&Callee::Value(*callee), arguments);
            }
            Terminator::TailCallKnown(procedure, closure, arguments) => {
                self.tail_call(&Callee::Known(*procedure, *closure), arguments);
            }
            Terminator::CallReceive { block, .. } => {
                let values = self.call_receive(terminator);
                self.settle(id);
                let arguments: Vec<BlockArg> = values.into_iter().map(BlockArg::Value).collect();
                let block = self.blocks[*block];
                self.code.ins().jump(block, &arguments);
            }
            Terminator::TailApply(procedure, list) => self.tail_apply(*procedure, *list),
            Terminator::Reinstate(continuation, values) => self.reinstate(*continuation, *values),
            Terminator::ReinstateValue(continuation, value) => {
                self.reinstate_value(*continuation, *value);
            }
            Terminator::None => unreachable!("complete procedures have complete blocks"),
        }
    }

    fn jump(&mut self, target: &Target) {
        let words: Vec<BlockArg> = target
            .arguments
            .iter()
            .map(|&argument| BlockArg::Value(self.get(argument)))
            .collect();
        let block = self.blocks[target.block];
        self.code.ins().jump(block, &words);
    }

    /// Whether what is live behind block `id`, and what its end reads, has slots of its own.
    fn keeps_what_end_needs(&self, id: BlockId) -> bool {
        let mut values = read_at_end(&self.procedure.blocks[id]);
        values.extend(&self.plan.kept.live_out[id]);
        values.sort_unstable();
        values.dedup();
        self.plan.has_own_slots(&values)
    }

    /// Brings values to where the blocks that follow expect them.
    fn settle(&mut self, id: BlockId) {
        debug_assert!(
            self.plan.store_at_end[id].is_empty() || self.keeps_what_end_needs(id),
            "values that are stored before a loop share no slot with what is live or read behind that"
        );
        for &value in &self.plan.store_at_end[id] {
            if let Some(place) = self.plan.place(value)
                && !self.stored.contains(place)
            {
                self.spill(place);
                self.stored.insert(place);
            }
        }
        let wanted: Vec<IdSet<KeptId>> = self.procedure.blocks[id]
            .terminator
            .successors()
            .map(|next| self.plan.registers[next].clone())
            .collect();
        for &value in &self.plan.kept.live_out[id] {
            if let Some(place) = self.plan.place(value)
                && !self.registers.contains(place)
                && wanted.iter().any(|registers| registers.contains(place))
            {
                self.reload(place);
            }
        }
    }
}

/// A function that takes the arguments of a general entry and jumps to the body.
pub(super) fn write_general_entry(reach: &Reach, isa: &dyn TargetIsa, id: ProcedureId) -> Written {
    let body = &reach.bodies[id];
    let general = Parameters::general(body.reprs.len());
    let name = UserFuncName::user(1, id.number());
    let mut function = Function::with_name_signature(name, general.signature());
    let mut context = FunctionBuilderContext::new();
    let mut code = FunctionBuilder::new(&mut function, &mut context);
    let block = code.create_block();
    code.append_block_params_for_function_params(block);
    code.switch_to_block(block);
    code.seal_block(block);
    let given = code.block_params(block).to_vec();
    let mut words = Vec::new();
    if body.closure == Closure::Passed {
        words.push(given[0]);
    }
    for (index, &repr) in body.reprs.iter().enumerate() {
        if !body.in_register[index] {
            continue;
        }
        let flags = cranelift_codegen::ir::MemFlagsData::trusted();
        let word = if general.in_register[index] {
            given[index + 1]
        } else {
            let (base, offset) = argument_place(&mut code, index + 1);
            code.ins().load(types::I64, flags, base, offset)
        };
        words.push(if type_of(repr) == types::F64 {
            let flags = cranelift_codegen::ir::MemFlagsData::new();
            code.ins().bitcast(types::F64, flags, word)
        } else {
            word
        });
    }
    let callee = import_body(&mut code, body, id);
    if type_of(body.result) == types::F64 {
        code.set_srcloc(cranelift_codegen::ir::SourceLoc::new(0));
        let call = code.ins().call(callee, &words);
        let double = code.inst_results(call)[0];
        let flags = cranelift_codegen::ir::MemFlagsData::new();
        let bits = code.ins().bitcast(types::I64, flags, double);
        code.ins().return_(&[bits]);
    } else {
        code.ins().return_call(callee, &words);
    }
    code.finalize(isa.frontend_config());
    Written {
        function,
        notes: Notes {
            places: vec![CallPlace::default()],
            ..Notes::default()
        },
    }
}
