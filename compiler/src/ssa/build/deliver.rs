//! How the value of an expression gets to where its context wants it.

use abi::primitive::Primitive;
use abi::tag;

use super::context::{Context, Receiver};
use super::helper::Helper;
use super::procedure::ProcedureBuilder;
use crate::ssa::ir::{
    BlockId, Callee, Condition, Operation, ProcedureId, Target, Terminator, ValueId,
};

impl ProcedureBuilder<'_, '_> {
    /// Brings the one value of an expression to where it goes.
    pub(super) fn deliver(&mut self, value: ValueId, context: Context) {
        match context {
            Context::Value => self.operands.push(value),
            Context::Effect => {}
            Context::Tail => self.terminate(Terminator::Return(value)),
            Context::Jump(block) => self.jump(block, vec![value]),
            Context::EffectJump(block) => self.jump(block, Vec::new()),
            Context::Test(consequent, alternative) => {
                self.branch(Condition::True(value), consequent, alternative);
            }
            Context::Receive(receiver) => self.give(vec![value], receiver),
        }
    }

    /// Brings an immediate to where it goes.
    pub(super) fn deliver_word(&mut self, word: u64, context: Context) {
        match context {
            Context::Effect => {}
            Context::EffectJump(block) => self.jump(block, Vec::new()),
            Context::Test(consequent, alternative) => {
                let taken = if word == tag::FALSE {
                    alternative
                } else {
                    consequent
                };
                self.jump(taken, Vec::new());
            }
            _ => {
                let value = self.word(word);
                self.deliver(value, context);
            }
        }
    }

    /// Brings several values, or none, to where they go.
    pub(super) fn deliver_values(&mut self, values: Vec<ValueId>, context: Context) {
        match context {
            _ if values.len() == 1 => self.deliver(values[0], context),
            Context::Effect => {}
            Context::EffectJump(block) => self.jump(block, Vec::new()),
            Context::Tail => self.terminate(Terminator::ReturnValues(values)),
            Context::Receive(receiver) => self.give(values, receiver),
            Context::Value | Context::Jump(_) | Context::Test(..) => {
                let helper = self.values_helper(values.len());
                let value = self.compute(Operation::CallKnown(helper, None, values));
                self.deliver(value, context);
            }
        }
    }

    /// Ends the current block with a branch.
    pub(super) fn branch(&mut self, condition: Condition, yes: BlockId, no: BlockId) {
        let to = |block| Target {
            block,
            arguments: Vec::new(),
        };
        self.terminate(Terminator::Branch(condition, to(yes), to(no)));
    }

    /// Gives known values to a receiver.
    fn give(&mut self, mut values: Vec<ValueId>, receiver: Receiver) {
        let required = usize::from(receiver.required);
        let fits = values.len() == required || (receiver.rest && values.len() > required);
        if !fits {
            let helper = self.values_helper(values.len());
            self.call_receiver(Callee::Known(helper, None), values, receiver);
            return;
        }
        if receiver.rest {
            let extra = values.split_off(required);
            values.push(self.list(extra));
        }
        self.jump(receiver.block, values);
    }

    fn list(&mut self, items: Vec<ValueId>) -> ValueId {
        if items.is_empty() {
            return self.word(tag::NULL);
        }
        self.compute(Operation::Primitive(Primitive::List, items))
    }

    fn values_helper(&mut self, count: usize) -> ProcedureId {
        let count = u16::try_from(count).expect("limits were checked");
        self.unit.helper(Helper::Values(count))
    }

    /// Calls for the values of a receiver.
    pub(super) fn call_receiver(
        &mut self,
        callee: Callee,
        arguments: Vec<ValueId>,
        receiver: Receiver,
    ) {
        let landing = self.new_block();
        let count = usize::from(receiver.required) + usize::from(receiver.rest);
        let values = (0..count).map(|_| self.parameter(landing, None)).collect();
        self.terminate(Terminator::CallReceive {
            callee,
            arguments,
            required: receiver.required,
            rest: receiver.rest,
            block: landing,
            received_at: receiver.place,
        });
        self.current = Some(landing);
        self.jump(receiver.block, values);
    }
}
