//! Expressions, one form after the other.

use abi::tag;

use super::context::{Context, Receiver};
use super::procedure::ProcedureBuilder;
use super::step::BuildStep;
use crate::core::ir::{Expr, ExprId, LabelId, Literal, LiteralId, VariableId};
use crate::ssa::ir::{BlockId, Operation, ValueId};

/// How the paths of an expression with several ends come together.
struct Join {
    /// Where each path takes its value.
    context: Context,
    /// The steps behind all paths.
    after: Vec<BuildStep>,
}

impl ProcedureBuilder<'_, '_> {
    /// Compiles an expression, or schedules its parts and the rest.
    pub(super) fn evaluate(&mut self, id: ExprId, context: Context) {
        let program = self.unit.program;
        match program.expr(id) {
            Expr::Quote(literal) => self.quote(*literal, context),
            Expr::Local(_) | Expr::Lambda(_) if context == Context::Effect => {}
            Expr::Local(variable) => {
                let value = self.lookup(*variable);
                self.deliver(value, context);
            }
            Expr::Lambda(lambda) => {
                let closure = self.closure_of(*lambda);
                self.deliver(closure, context);
            }
            Expr::GlobalRef(global) => {
                let value = self.compute(Operation::GlobalRef(*global));
                self.deliver(value, context);
            }
            Expr::SetLocal(_, part)
            | Expr::GlobalSet(_, part)
            | Expr::GlobalDefine(_, part)
            | Expr::CheckInitialized(_, part) => self.schedule_operands(&[*part], id, context),
            Expr::CallKnown(_, operands) | Expr::Goto(_, operands) => {
                self.schedule_operands(operands, id, context);
            }
            Expr::Call(operator, operands) => {
                self.schedule_operands(operands, id, context);
                self.steps
                    .push(BuildStep::Evaluate(*operator, Context::Value));
            }
            Expr::Primitive(primitive, operands) => {
                self.evaluate_primitive(*primitive, operands, id, context);
            }
            Expr::If(test, consequent, alternative) => {
                self.conditional([*test, *consequent, *alternative], context);
            }
            Expr::Sequence(parts) => self.sequence(parts, context),
            Expr::Let(bindings, body) => {
                self.steps.push(BuildStep::Evaluate(*body, context));
                self.steps.push(BuildStep::BindLet(id));
                for &(_, init) in bindings.iter().rev() {
                    self.steps.push(BuildStep::Evaluate(init, Context::Value));
                }
            }
            Expr::Fix(bindings, body) => {
                self.make_closures(bindings);
                self.steps.push(BuildStep::Evaluate(*body, context));
            }
            Expr::Receive {
                required,
                rest,
                producer,
                body,
            } => self.receive(required, *rest, [*producer, *body], context),
            Expr::Labels(labels, body) => self.labels(labels, *body, context),
            Expr::Letrec(..) => unreachable!("letrec fixing leaves no `Letrec`"),
        }
    }

    /// Finishes an expression whose operands are on the stack.
    pub(super) fn finish(&mut self, id: ExprId, context: Context) {
        let program = self.unit.program;
        match program.expr(id) {
            Expr::SetLocal(variable, _) => {
                let value = self.take_operand();
                let cell = self.unit.layout.cells[*variable]
                    .expect("assigned variables of the top level have cells, others are boxed");
                self.perform(Operation::CellSet(cell, value));
                self.deliver_word(tag::UNSPECIFIED, context);
            }
            Expr::GlobalSet(global, _) => {
                let value = self.take_operand();
                self.perform(Operation::GlobalSet(*global, value));
                self.deliver_word(tag::UNSPECIFIED, context);
            }
            Expr::GlobalDefine(global, _) => {
                let value = self.take_operand();
                self.perform(Operation::GlobalDefine(*global, value));
                self.deliver_word(tag::UNSPECIFIED, context);
            }
            Expr::CheckInitialized(variable, _) => {
                let value = self.take_operand();
                let name = program.variable(*variable).name.clone();
                self.perform(Operation::CheckInitialized(value, name));
                self.deliver(value, context);
            }
            Expr::Call(operator, operands) => {
                let arguments = self.take_operands(operands.len());
                let value = self.take_operand();
                let context = match context {
                    Context::Tail if self.never_returns(id) => Context::Jump(self.never_reached()),
                    context => context,
                };
                if context == Context::Tail && self.keeps_frame(*operator, program.place(id)) {
                    self.call_for_value(Operation::Call(value, arguments), context);
                } else {
                    self.call_value(value, arguments, context);
                }
            }
            Expr::CallKnown(variable, operands) => {
                let arguments = self.take_operands(operands.len());
                self.call_known(*variable, arguments, context);
            }
            Expr::Goto(label, operands) => {
                let arguments = self.take_operands(operands.len());
                let block = self.unit.label_blocks[*label]
                    .expect("labels are jumped to from inside their form");
                self.jump(block, arguments);
            }
            Expr::Primitive(primitive, operands) => {
                self.finish_primitive(*primitive, operands, context);
            }
            other => unreachable!("never scheduled to be finished: {other:?}"),
        }
    }

    /// Takes one operand off the stack.
    pub(super) fn take_operand(&mut self) -> ValueId {
        self.operands
            .pop()
            .expect("an operand is on the stack for each one scheduled")
    }

    fn quote(&mut self, literal: LiteralId, context: Context) {
        match self.unit.tables.literals[literal] {
            Literal::Word(word) => self.deliver_word(word, context),
            Literal::Datum(_) => match context {
                Context::Effect | Context::EffectJump(_) | Context::Test(..) => {
                    self.deliver_word(tag::TRUE, context);
                }
                _ => {
                    let value = self.compute(Operation::Literal(literal));
                    self.deliver(value, context);
                }
            },
        }
    }

    fn sequence(&mut self, parts: &[ExprId], context: Context) {
        let (&last, before) = parts.split_last().expect("a sequence is not empty");
        self.steps.push(BuildStep::Evaluate(last, context));
        for &part in before.iter().rev() {
            self.steps.push(BuildStep::Evaluate(part, Context::Effect));
        }
    }

    /// Splits a context for an expression with several ends.
    fn join(&mut self, context: Context) -> Join {
        match context {
            Context::Value => {
                let block = self.new_block();
                let value = self.parameter(block, None);
                Join {
                    context: Context::Jump(block),
                    after: vec![BuildStep::Enter(block), BuildStep::Push(value)],
                }
            }
            Context::Effect => {
                let block = self.new_block();
                Join {
                    context: Context::EffectJump(block),
                    after: vec![BuildStep::Enter(block)],
                }
            }
            _ => Join {
                context,
                after: Vec::new(),
            },
        }
    }

    fn conditional(&mut self, [test, consequent, alternative]: [ExprId; 3], context: Context) {
        let join = self.join(context);
        let mut steps = Vec::with_capacity(9);
        let mut targets = [BlockId::ENTRY; 2];
        for (target, arm) in targets.iter_mut().zip([consequent, alternative]) {
            if let Some(block) = self.constant_target(arm, join.context) {
                *target = block;
                continue;
            }
            *target = self.new_block();
            steps.push(BuildStep::EnterArm(*target));
            steps.push(BuildStep::Evaluate(arm, join.context));
            steps.push(BuildStep::LeaveArm);
        }
        steps.extend(join.after);
        self.schedule(&steps);
        let [yes, no] = targets;
        self.steps
            .push(BuildStep::Evaluate(test, Context::Test(yes, no)));
    }

    /// Where an arm that is a constant leads, if that takes no code.
    fn constant_target(&self, arm: ExprId, context: Context) -> Option<BlockId> {
        let word = self.literal_word(arm)?;
        match context {
            Context::EffectJump(block) => Some(block),
            Context::Test(_, no) if word == tag::FALSE => Some(no),
            Context::Test(yes, _) => Some(yes),
            _ => None,
        }
    }

    /// The word of an expression that quotes an immediate.
    pub(super) fn literal_word(&self, id: ExprId) -> Option<u64> {
        match self.unit.program.expr(id) {
            Expr::Quote(literal) => match self.unit.tables.literals[*literal] {
                Literal::Word(word) => Some(word),
                Literal::Datum(_) => None,
            },
            _ => None,
        }
    }

    /// A test whose result is wanted as a boolean.
    pub(super) fn boolean(&mut self, id: ExprId, context: Context) {
        let join = self.join(context);
        let [yes, no] = [self.new_block(), self.new_block()];
        let mut steps = vec![
            BuildStep::Evaluate(id, Context::Test(yes, no)),
            BuildStep::Enter(yes),
            BuildStep::Word(tag::TRUE, join.context),
            BuildStep::Enter(no),
            BuildStep::Word(tag::FALSE, join.context),
        ];
        steps.extend(join.after);
        self.schedule(&steps);
    }

    fn receive(
        &mut self,
        required: &[VariableId],
        rest: Option<VariableId>,
        [producer, body]: [ExprId; 2],
        context: Context,
    ) {
        let block = self.new_block();
        for &variable in required.iter().chain(&rest) {
            let value = self.parameter(block, None);
            self.bind(variable, value);
        }
        let receiver = Receiver {
            block,
            required: u16::try_from(required.len()).expect("limits were checked"),
            rest: rest.is_some(),
            place: self.place,
        };
        self.schedule(&[
            BuildStep::Evaluate(producer, Context::Receive(receiver)),
            BuildStep::Enter(block),
            BuildStep::Evaluate(body, context),
        ]);
    }

    fn labels(&mut self, labels: &[LabelId], body: ExprId, context: Context) {
        let program = self.unit.program;
        let join = self.join(context);
        let mut steps = vec![
            BuildStep::OpenArm,
            BuildStep::Evaluate(body, join.context),
            BuildStep::LeaveArm,
        ];
        for &label in labels {
            let block = self.new_block();
            for variable in program.lambda(label).parameters() {
                let value = self.parameter(block, None);
                self.bind(variable, value);
            }
            self.unit.label_blocks[label] = Some(block);
            steps.push(BuildStep::EnterArm(block));
            steps.push(BuildStep::Evaluate(
                program.lambda(label).body,
                join.context,
            ));
            steps.push(BuildStep::LeaveArm);
        }
        steps.extend(join.after);
        self.schedule(&steps);
    }
}
