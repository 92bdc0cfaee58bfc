//! One procedure being built: its blocks, and the stacks of steps and operands.

use std::rc::Rc;

use super::context::{Context, Receiver};
use super::step::BuildStep;
use super::unit_builder::UnitBuilder;
use crate::checkpoint;
use crate::core::ir::{ActivationId, ExprId, LambdaId, LastExpression, SourcePlace, VariableId};
use crate::id::IdVec;
use crate::memory;
use crate::ssa::ir::{
    Block, BlockId, Instruction, Operation, Procedure, ProcedureId, Repr, Target, Terminator,
    Value, ValueId,
};

/// A procedure being built.
pub(super) struct ProcedureBuilder<'builder, 'program> {
    pub(super) unit: &'builder mut UnitBuilder<'program>,
    pub(super) id: ProcedureId,
    pub(super) procedure: Procedure,
    /// The procedure's own closure, if it has free variables.
    pub(super) closure: Option<ValueId>,
    /// Where instructions go; `None` behind a terminator.
    pub(super) current: Option<BlockId>,
    /// Where the expression at hand was written.
    pub(super) place: SourcePlace,
    pub(super) steps: Vec<BuildStep>,
    pub(super) operands: Vec<ValueId>,
    /// Variables whose values were loaded; see `BuildStep::EnterArm`.
    pub(super) loaded: Vec<VariableId>,
    /// Lengths of `loaded` at the start of each arm.
    pub(super) arms: Vec<usize>,
}

impl<'builder, 'program> ProcedureBuilder<'builder, 'program> {
    /// The entry procedure, which evaluates the program's body.
    pub(super) fn entry(unit: &'builder mut UnitBuilder<'program>) -> Self {
        let body = unit.program.root();
        // Inlining may have put something of another activation there.
        let entry = unit.tables.activations.get(ActivationId::ENTRY);
        let place = entry.map_or(unit.program.place(body), |entry| entry.definition);
        let mut this = Self::new(unit, ProcedureId::ENTRY, "".into(), place);
        let first = this.new_block();
        let context = match this.unit.program.last_expression {
            LastExpression::TailCall => Context::Tail,
            LastExpression::Value => Context::Jump(this.returning_block()),
            LastExpression::Values => Context::Receive(Receiver {
                block: this.returning_block(),
                required: 0,
                rest: true,
                place,
            }),
        };
        this.current = Some(first);
        this.steps.push(BuildStep::Evaluate(body, context));
        this
    }

    /// A block that returns its parameter.
    fn returning_block(&mut self) -> BlockId {
        let block = self.new_block();
        let value = self.parameter(block, None);
        self.current = Some(block);
        self.terminate(Terminator::Return(value));
        block
    }

    /// The procedure of a lambda.
    pub(super) fn of_lambda(
        unit: &'builder mut UnitBuilder<'program>,
        id: ProcedureId,
        lambda_id: LambdaId,
    ) -> Self {
        let program = unit.program;
        let lambda = program.lambda(lambda_id);
        let mut this = Self::new(unit, id, lambda.name.clone(), lambda.place);
        let narrow = |count: usize| u16::try_from(count).expect("limits were checked");
        this.procedure.required = narrow(lambda.required.len());
        this.procedure.optional = u8::try_from(lambda.optional.len()).expect("limits were checked");
        this.procedure.rest = lambda.rest.is_some();
        this.procedure.free = narrow(lambda.free.len());
        this.procedure.properties.clone_from(&lambda.properties);
        let entry = this.new_block();
        this.current = Some(entry);
        if !lambda.free.is_empty() {
            this.capture(lambda_id);
            let closure = this.parameter(entry, None);
            this.closure = Some(closure);
            if let Some(own) = lambda.self_variable {
                this.bind(own, closure);
            }
        }
        for variable in lambda.parameters() {
            let name = program.variable(variable).name.clone();
            let value = this.parameter(entry, Some(name.clone()));
            this.procedure.parameter_names.push(name);
            this.bind(variable, value);
        }
        let layout = this.unit.layout;
        for &variable in &layout.used_in_loops[lambda_id] {
            this.lookup(variable);
        }
        this.steps
            .push(BuildStep::Evaluate(lambda.body, Context::Tail));
        this
    }

    /// The block behind a call that does not return.
    pub(super) fn never_reached(&mut self) -> BlockId {
        let current = self.current;
        let block = self.returning_block();
        self.current = current;
        block
    }

    fn new(
        unit: &'builder mut UnitBuilder<'program>,
        id: ProcedureId,
        name: Rc<str>,
        place: SourcePlace,
    ) -> Self {
        Self {
            unit,
            id,
            procedure: Procedure {
                name,
                required: 0,
                optional: 0,
                rest: false,
                parameter_names: Vec::new(),
                properties: None,
                result: Repr::Tagged,
                free: 0,
                blocks: IdVec::new(),
                values: IdVec::new(),
                place,
            },
            closure: None,
            current: None,
            place,
            steps: Vec::new(),
            operands: Vec::new(),
            loaded: Vec::new(),
            arms: Vec::new(),
        }
    }

    /// Does all steps; the finished procedure.
    pub(super) fn build(mut self) -> Procedure {
        while let Some(step) = self.steps.pop() {
            checkpoint::step();
            self.take(step);
        }
        debug_assert!(self.operands.is_empty(), "every operand is consumed");
        drop_unreachable(&mut self.procedure);
        self.procedure
    }

    fn take(&mut self, step: BuildStep) {
        match step {
            BuildStep::Evaluate(id, context) => {
                self.place = self.unit.program.place(id);
                self.evaluate(id, context);
            }
            BuildStep::Finish(id, context) => {
                self.place = self.unit.program.place(id);
                self.finish(id, context);
            }
            BuildStep::Enter(block) => self.current = Some(block),
            BuildStep::EnterArm(block) => {
                self.current = Some(block);
                self.arms.push(self.loaded.len());
            }
            BuildStep::OpenArm => self.arms.push(self.loaded.len()),
            BuildStep::LeaveArm => self.leave_arm(),
            BuildStep::Push(value) => self.operands.push(value),
            BuildStep::BindLet(id) => self.bind_let(id),
            BuildStep::Word(word, context) => self.deliver_word(word, context),
        }
    }

    /// A new block without predecessors.
    pub(super) fn new_block(&mut self) -> BlockId {
        self.procedure.blocks.push(Block {
            parameters: Vec::new(),
            instructions: Vec::new(),
            terminator: Terminator::None,
            place: self.place,
        })
    }

    /// A new parameter of a block.
    pub(super) fn parameter(&mut self, block: BlockId, name: Option<Rc<str>>) -> ValueId {
        let value = self.new_value(name);
        self.procedure.blocks[block].parameters.push(value);
        value
    }

    fn new_value(&mut self, name: Option<Rc<str>>) -> ValueId {
        self.procedure.values.push(Value {
            repr: Repr::Tagged,
            name,
        })
    }

    /// The block that takes instructions; behind a terminator one that nothing reaches.
    fn open_block(&mut self) -> BlockId {
        if let Some(block) = self.current {
            return block;
        }
        let block = self.new_block();
        self.current = Some(block);
        block
    }

    /// Adds an instruction without a result.
    pub(super) fn perform(&mut self, operation: Operation) {
        self.push_instruction(operation, None);
    }

    /// Adds an instruction; its result.
    pub(super) fn compute(&mut self, operation: Operation) -> ValueId {
        let result = self.new_value(None);
        self.push_instruction(operation, Some(result));
        result
    }

    fn push_instruction(&mut self, operation: Operation, result: Option<ValueId>) {
        memory::take(memory::INSTRUCTION_BYTES);
        let place = self.place;
        let block = self.open_block();
        self.procedure.blocks[block].instructions.push(Instruction {
            operation,
            result,
            place,
        });
    }

    /// An immediate.
    pub(super) fn word(&mut self, word: u64) -> ValueId {
        self.compute(Operation::Word(word))
    }

    /// Ends the current block.
    pub(super) fn terminate(&mut self, terminator: Terminator) {
        let block = self.open_block();
        let block = &mut self.procedure.blocks[block];
        block.terminator = terminator;
        block.place = self.place;
        self.current = None;
    }

    /// Ends the current block with a jump.
    pub(super) fn jump(&mut self, block: BlockId, arguments: Vec<ValueId>) {
        self.terminate(Terminator::Jump(Target { block, arguments }));
    }

    /// Pushes steps that are to be done in the order in which they are given.
    pub(super) fn schedule(&mut self, steps: &[BuildStep]) {
        self.steps.extend(steps.iter().rev());
    }

    /// Schedules the evaluation of operands, from left to right, and then the rest of `id`.
    pub(super) fn schedule_operands(&mut self, operands: &[ExprId], id: ExprId, context: Context) {
        self.steps.push(BuildStep::Finish(id, context));
        for &operand in operands.iter().rev() {
            self.steps
                .push(BuildStep::Evaluate(operand, Context::Value));
        }
    }

    /// Takes the last `count` operands off the stack, in order.
    pub(super) fn take_operands(&mut self, count: usize) -> Vec<ValueId> {
        let start = self.operands.len() - count;
        self.operands.split_off(start)
    }
}

/// Drops blocks that nothing reaches, and numbers the others anew.
fn drop_unreachable(procedure: &mut Procedure) {
    let mut is_reachable = procedure.blocks.side_table(false);
    let mut pending = vec![BlockId::ENTRY];
    is_reachable[BlockId::ENTRY] = true;
    while let Some(block) = pending.pop() {
        for successor in procedure.blocks[block].terminator.successors() {
            if !std::mem::replace(&mut is_reachable[successor], true) {
                pending.push(successor);
            }
        }
    }
    if is_reachable.iter().all(|&reachable| reachable) {
        return;
    }
    let new_ids = procedure.blocks.renumber(|id| is_reachable[id]);
    let new_id = |id: BlockId| new_ids[id].expect("what is reached leads to what is reached");
    for block in &mut procedure.blocks {
        for target in block.terminator.targets_mut() {
            target.block = new_id(target.block);
        }
        if let Terminator::CallReceive { block, .. } = &mut block.terminator {
            *block = new_id(*block);
        }
    }
}
