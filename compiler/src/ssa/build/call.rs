//! Calls and primitives.

use abi::primitive::{Effect, Primitive, PrimitiveClass, ResultType};
use abi::tag;

use super::condition::Selection;
use super::context::Context;
use super::helper::Helper;
use super::procedure::ProcedureBuilder;
use crate::core::ir::{CallPosition, Expr, ExprId, SourcePlace, VariableId};
use crate::ssa::ir::{Callee, Operation, Terminator, ValueId};

impl ProcedureBuilder<'_, '_> {
    pub(super) fn call_value(
        &mut self,
        operator: ValueId,
        arguments: Vec<ValueId>,
        context: Context,
    ) {
        match context {
            Context::Tail => self.terminate(Terminator::TailCall(operator, arguments)),
            Context::Receive(receiver) => {
                self.call_receiver(Callee::Value(operator), arguments, receiver);
            }
            _ => self.call_for_value(Operation::Call(operator, arguments), context),
        }
    }

    /// Whether the call `id` raises for certain. The caller's frame then stays, so that the backtrace shows it.
    pub(super) fn never_returns(&self, id: ExprId) -> bool {
        let program = self.unit.program;
        let Expr::Call(operator, operands) = program.expr(id) else {
            return false;
        };
        match program.expr(*operator) {
            Expr::Local(variable) => self.unit.layout.fixed[*variable]
                .is_some_and(|lambda| !program.lambda(lambda).accepts(operands.len())),
            Expr::GlobalRef(global) => self.unit.tables.globals[*global].never_returns(),
            _ => false,
        }
    }

    /// Whether a call of `operator` in tail position leaves the caller's frame for backtraces, and goes on in this
    /// procedure.
    ///
    /// The text decides: a procedure that has got into the place of the operator later is tail-called, so that all
    /// levels show the same frames.
    pub(super) fn keeps_frame(&self, operator: ExprId, call: SourcePlace) -> bool {
        match self.unit.program.expr(operator) {
            Expr::GlobalRef(global) => {
                self.unit.tables.globals[*global].returns_itself && call.call == CallPosition::Inner
            }
            _ => false,
        }
    }

    pub(super) fn call_known(
        &mut self,
        variable: VariableId,
        arguments: Vec<ValueId>,
        context: Context,
    ) {
        let (procedure, closure) = self.known_callee(variable);
        match context {
            Context::Tail => {
                self.terminate(Terminator::TailCallKnown(procedure, closure, arguments));
            }
            Context::Receive(receiver) => {
                self.call_receiver(Callee::Known(procedure, closure), arguments, receiver);
            }
            _ => self.call_for_value(Operation::CallKnown(procedure, closure, arguments), context),
        }
    }

    /// A call that goes on in this procedure, with one value or without looking at the values.
    pub(super) fn call_for_value(&mut self, call: Operation, context: Context) {
        match context {
            Context::Effect => self.perform(call),
            Context::EffectJump(block) => {
                self.perform(call);
                self.jump(block, Vec::new());
            }
            _ => {
                let value = self.compute(call);
                self.deliver(value, context);
            }
        }
    }

    pub(super) fn evaluate_primitive(
        &mut self,
        primitive: Primitive,
        operands: &[ExprId],
        id: ExprId,
        context: Context,
    ) {
        let selection = self.select(primitive, operands);
        match (selection, context) {
            (Selection::AddSmall(part, _), _) => self.schedule_operands(&[part], id, context),
            (Selection::Not(part), Context::Test(yes, no)) => {
                self.evaluate_again(part, Context::Test(no, yes));
            }
            (Selection::Not(part), Context::Effect) => self.evaluate_again(part, context),
            (Selection::Not(_) | Selection::Compare(..) | Selection::CompareSmall(..), _)
                if !matches!(context, Context::Test(..)) =>
            {
                self.boolean(id, context);
            }
            (selection, Context::Test(..)) => match selection.operands() {
                Some(few) => self.schedule_operands(&few, id, context),
                None => self.schedule_operands(operands, id, context),
            },
            _ => self.schedule_operands(operands, id, context),
        }
    }

    fn evaluate_again(&mut self, id: ExprId, context: Context) {
        self.steps
            .push(super::step::BuildStep::Evaluate(id, context));
    }

    pub(super) fn finish_primitive(
        &mut self,
        primitive: Primitive,
        operands: &[ExprId],
        context: Context,
    ) {
        let selection = self.select(primitive, operands);
        if operands
            .get(1)
            .is_some_and(|&second| selection.takes_only(second))
        {
            self.place.written = self.place.written.with_argument_if_open(2);
        }
        if let Context::Test(yes, no) = context
            && let Some(few) = selection.operands()
        {
            let values = self.take_operands(few.len());
            let condition = selection.condition(&values);
            self.branch(condition, yes, no);
            return;
        }
        if let Selection::AddSmall(_, value) = selection {
            let operand = self.take_operand();
            let sum = self.compute(Operation::AddSmall(operand, value));
            self.deliver(sum, context);
            return;
        }
        let values = self.take_operands(operands.len());
        match primitive {
            Primitive::Values => self.deliver_values(values, context),
            Primitive::Apply => self.apply(operands[0], values, context),
            Primitive::Reinstate => {
                self.reinstate(Terminator::Reinstate(values[0], values[1]), context);
            }
            Primitive::ReinstateValue => {
                self.reinstate(Terminator::ReinstateValue(values[0], values[1]), context);
            }
            _ => self.call_primitive(primitive, values, context),
        }
    }

    fn call_primitive(&mut self, primitive: Primitive, values: Vec<ValueId>, context: Context) {
        if primitive.effect() == Effect::Total && context == Context::Effect {
            return;
        }
        let operation = if primitive.class() == PrimitiveClass::Host {
            Operation::CallHost(primitive, values)
        } else {
            Operation::Primitive(primitive, values)
        };
        if primitive.result() == ResultType::Unspecified {
            self.perform(operation);
            self.deliver_word(tag::UNSPECIFIED, context);
        } else {
            let value = self.compute(operation);
            self.deliver(value, context);
        }
    }

    fn apply(&mut self, procedure: ExprId, values: Vec<ValueId>, context: Context) {
        if context == Context::Tail && !self.keeps_frame(procedure, self.place) {
            self.terminate(Terminator::TailApply(values[0], values[1]));
            return;
        }
        let helper = self.unit.helper(Helper::Apply);
        match context {
            Context::Receive(receiver) => {
                self.call_receiver(Callee::Known(helper, None), values, receiver);
            }
            _ => self.call_for_value(Operation::CallKnown(helper, None, values), context),
        }
    }

    fn reinstate(&mut self, reinstate: Terminator, context: Context) {
        self.terminate(reinstate);
        if context == Context::Value {
            let nothing = self.word(tag::UNSPECIFIED);
            self.operands.push(nothing);
        }
    }
}
