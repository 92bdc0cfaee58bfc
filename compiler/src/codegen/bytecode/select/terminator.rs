//! How blocks end.

use abi::isa::{
    BranchOffset, CodeOffset, Count, Flag, Instruction, Into, IntoReturned, Local, MapOffset,
};

use super::end_of_block::EndOfBlock;
use super::procedure::{Selector, clamp};
use crate::codegen::bytecode::outgoing::frame_words;
use crate::codegen::bytecode::resolve_moves::Move;
use crate::codegen::bytecode::superinstruction::with_poll;
use crate::codegen::frame::LiveSlots;
use crate::link::unit::FixupTarget;
use crate::ssa::ir::{BlockId, Callee, Condition, Target, Terminator, Truth};

impl Selector<'_, '_> {
    /// Writes the terminator of block `id`; `next` is the block that follows in the code.
    pub(super) fn terminator(&mut self, id: BlockId, end: EndOfBlock, next: Option<BlockId>) {
        let procedure = self.procedure;
        let terminator = &procedure.blocks[id].terminator;
        match terminator {
            Terminator::None => unreachable!("the verifier wants blocks to end"),
            Terminator::Jump(target) => self.jump(target, end, next),
            Terminator::Branch(condition, yes, no) => {
                self.two_way(condition, yes.block, no.block, next);
            }
            Terminator::Switch(switch) => self.switch(switch, next),
            Terminator::Return(value) => {
                let src = self.local(*value);
                self.assembler.emit(Instruction::ReturnValue { src });
            }
            Terminator::Reinstate(continuation, values) => {
                let (continuation, values) = (self.local(*continuation), self.local(*values));
                self.assembler.emit(Instruction::Reinstate {
                    continuation,
                    values,
                });
            }
            Terminator::ReinstateValue(continuation, value) => {
                let (continuation, value) = (self.local(*continuation), self.local(*value));
                self.assembler.emit(Instruction::ReinstateValue {
                    continuation,
                    value,
                });
            }
            Terminator::CallReceive { .. } => self.call_receive(terminator, next),
            _ => self.leave(terminator),
        }
    }

    fn jump(&mut self, target: &Target, end: EndOfBlock, next: Option<BlockId>) {
        let moves = self.jump_moves(&target.arguments, target.block);
        let mut live = self.live();
        for parameter in &self.procedure.blocks[target.block].parameters {
            if self.intervals.uses[*parameter] > 0 {
                self.make_live(*parameter, &mut live);
            }
        }
        self.emit_moves(&moves, &live);
        let label = self.label(target.block);
        let falls = self.falls_into(target.block, next);
        match (end, falls) {
            (EndOfBlock::Polls, true) => {
                let poll = Instruction::Poll { map: MapOffset(0) };
                self.assembler.emit_safepoint(poll, None, live, None);
            }
            (EndOfBlock::Polls, false) if self.loop_branch(target.block, &live, next) => {}
            (EndOfBlock::Polls, false) => {
                let jump = Instruction::JumpPoll {
                    offset: BranchOffset(0),
                    map: MapOffset(0),
                };
                self.assembler.emit_jump_poll(jump, label, live);
            }
            (EndOfBlock::Plain, true) => {}
            (EndOfBlock::Plain, false) => {
                self.assembler.emit_branch(
                    Instruction::Jump {
                        offset: BranchOffset(0),
                    },
                    label,
                );
            }
        }
    }

    /// Writes a poll and the branch that the loop's header `target` consists of, in place of a poll
    /// and a jump to it. `live` is what is live there.
    fn loop_branch(&mut self, target: BlockId, live: &LiveSlots, next: Option<BlockId>) -> bool {
        let procedure = self.procedure;
        let joined = self.forwarded(target);
        let header = &procedure.blocks[joined];
        let Terminator::Branch(condition, yes, no) = &header.terminator else {
            return false;
        };
        if !header.instructions.is_empty() {
            return false;
        }
        // The way that goes round again is the branch's.
        let (truth, again, leave) = if self.loop_depth(yes.block) >= self.loop_depth(no.block) {
            (Truth::Holds, yes, no)
        } else {
            (Truth::Fails, no, yes)
        };
        let Some(branch) = with_poll(self.branch(condition, truth)) else {
            return false;
        };
        self.joined = Some(joined);
        let label = self.label(again.block);
        self.assembler
            .emit_safepoint_branch(branch, label, live.clone());
        if !self.falls_into(leave.block, next) {
            let label = self.label(leave.block);
            self.assembler.emit_branch(
                Instruction::Jump {
                    offset: BranchOffset(0),
                },
                label,
            );
        }
        true
    }

    fn two_way(&mut self, condition: &Condition, yes: BlockId, no: BlockId, next: Option<BlockId>) {
        if self.falls_into(yes, next) {
            let label = self.label(no);
            self.branch_unless(condition, label);
            return;
        }
        let label = self.label(yes);
        self.branch_if(condition, label);
        if !self.falls_into(no, next) {
            let label = self.label(no);
            self.assembler.emit_branch(
                Instruction::Jump {
                    offset: BranchOffset(0),
                },
                label,
            );
        }
    }

    /// Returns of several values and tail calls.
    fn leave(&mut self, terminator: &Terminator) {
        let outgoing = Self::outgoing_of(terminator);
        let first = self.place_operands(outgoing, &LiveSlots::default());
        let count = Count(outgoing.operands.len() as u16);
        match terminator {
            Terminator::ReturnValues(_) => {
                self.assembler.emit(Instruction::ReturnValues {
                    first: Local(first),
                    count,
                });
            }
            Terminator::TailCall(..) => {
                self.assembler
                    .emit(Instruction::TailCall { arguments: count });
            }
            Terminator::TailApply(..) => {
                self.assembler
                    .emit(Instruction::TailApply { arguments: count });
            }
            Terminator::TailCallKnown(procedure, ..) => {
                let call = Instruction::TailCallKnown {
                    target: CodeOffset(0),
                };
                self.assembler
                    .emit_with_operand(call, 1, FixupTarget::Procedure(*procedure));
            }
            _ => unreachable!("written elsewhere"),
        }
    }

    fn call_receive(&mut self, terminator: &Terminator, next: Option<BlockId>) {
        let Terminator::CallReceive {
            callee,
            required,
            rest,
            block,
            received_at,
            ..
        } = terminator
        else {
            unreachable!("only receiving calls are written here")
        };
        let live = self.live();
        let outgoing = Self::outgoing_of(terminator);
        self.place_operands(outgoing, &live);
        let landing = self.landing(*block, &live);
        let words = frame_words(live.live.end());
        let (dst, map) = (IntoReturned(landing), MapOffset(0));
        let (call, target) = match callee {
            Callee::Value(_) => {
                let arguments = Count(outgoing.operands.len() as u16);
                (
                    Instruction::Call {
                        arguments,
                        dst,
                        words: Count(clamp(words)),
                        map,
                    },
                    None,
                )
            }
            Callee::Known(procedure, _) => {
                let target = CodeOffset(0);
                let call = Instruction::CallKnown {
                    target,
                    dst,
                    words: Count(clamp(words)),
                    map,
                };
                (call, Some(FixupTarget::Procedure(*procedure)))
            }
        };
        self.assembler.slots_end = self.assembler.slots_end.max(words + 1);
        self.assembler
            .emit_safepoint(call, target, live.clone(), Some(clamp(words - 1)));
        let (required, rest) = (Count(*required), Flag(u8::from(*rest)));
        self.assembler.set_place(*received_at);
        self.assembler.emit(Instruction::Receive {
            first: Into(landing),
            required,
            rest,
        });
        self.spread(*block, landing, &live);
        if !self.falls_into(*block, next) {
            let label = self.label(*block);
            self.assembler.emit_branch(
                Instruction::Jump {
                    offset: BranchOffset(0),
                },
                label,
            );
        }
    }

    /// Where the values of a receiving call come: right to the parameters that take them if those are
    /// in consecutive slots.
    fn landing(&self, block: BlockId, live: &LiveSlots) -> u16 {
        let parameters = &self.procedure.blocks[block].parameters;
        let Some(&first) = parameters.first() else {
            return clamp(live.live.end());
        };
        let first = self.slot(first);
        let in_place = (first..)
            .zip(parameters)
            .all(|(slot, &value)| self.slot(value) == slot);
        if in_place {
            first
        } else {
            clamp(live.live.end())
        }
    }

    fn spread(&mut self, block: BlockId, landing: u16, live: &LiveSlots) {
        let parameters = &self.procedure.blocks[block].parameters;
        let moves: Vec<Move> = (landing..)
            .zip(parameters)
            .map(|(from, &value)| Move {
                to: self.slot(value),
                from,
            })
            .collect();
        self.emit_moves(&moves, live);
    }
}
