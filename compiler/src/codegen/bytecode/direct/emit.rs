//! Instructions, joins of control, and what is live at safepoints.

use abi::isa::{BranchOffset, Instruction, Into, Local, MapOffset, Small, Word};
use abi::tag;

use super::writer::Writer;
use crate::codegen::bytecode::assembler::Label;
use crate::codegen::frame::{LiveSlots, SlotSet};
use crate::core::ir::ExprId;

/// A place that branches lead to.
pub(super) struct Join {
    label: Label,
    /// What holds at the branches so far, if there are any.
    arrived: Option<State>,
}

/// What the code so far has done, on some way to a place.
struct State {
    /// Slots that were written.
    written: SlotSet,
    /// Whether a call may have returned since the last poll.
    returned: bool,
}

impl Writer<'_> {
    /// A place for branches that come later.
    pub(super) fn join(&mut self) -> Join {
        Join {
            label: self.assembler.new_label(),
            arrived: None,
        }
    }

    /// Notes a branch from here to `join`; its label.
    pub(super) fn arrive(&self, join: &mut Join) -> Label {
        match &mut join.arrived {
            Some(state) => {
                state.written.extend(&self.assembler.written);
                state.returned |= self.returned;
            }
            None => {
                join.arrived = Some(State {
                    written: self.assembler.written.clone(),
                    returned: self.returned,
                });
            }
        }
        join.label
    }

    /// Jumps to `join`, if control gets here.
    pub(super) fn jump(&mut self, join: &mut Join) {
        if self.is_reachable {
            let label = self.arrive(join);
            let offset = BranchOffset(0);
            self.assembler
                .emit_branch(Instruction::Jump { offset }, label);
            self.is_reachable = false;
        }
    }

    /// Goes on at `join`; whether control gets there.
    pub(super) fn bind(&mut self, join: Join) -> bool {
        self.assembler.bind(join.label);
        let Some(state) = join.arrived else {
            return self.is_reachable;
        };
        if self.is_reachable {
            self.assembler.written.extend(&state.written);
            self.returned |= state.returned;
        } else {
            self.assembler.written = state.written;
            self.returned = state.returned;
        }
        self.is_reachable = true;
        true
    }

    /// What follows comes from the place of `id`.
    pub(super) fn at(&mut self, id: ExprId) {
        let place = self.program.place(id);
        self.assembler.set_place(place);
    }

    /// What is live during the operation of `id`, its operands and result excepted.
    pub(super) fn live(&self, id: ExprId) -> LiveSlots {
        let mut live = LiveSlots {
            live: self.pending.clone(),
            ..LiveSlots::default()
        };
        for variable in self.liveness.members(self.liveness.after[id]) {
            live.live.insert(self.slots[variable]);
        }
        live
    }

    /// What is live during the operation of `id`, which may be run again, its result excepted.
    pub(super) fn live_with(&self, id: ExprId, operands: &[Local]) -> LiveSlots {
        let mut live = self.live(id);
        for operand in operands {
            live.live.insert(operand.0);
        }
        live
    }

    /// Polls in front of an operation that allocates, if a call may have returned since the last poll.
    pub(super) fn poll_before(&mut self, id: ExprId, operands: &[Local]) {
        if std::mem::take(&mut self.returned) {
            self.at(id);
            let live = self.live_with(id, operands);
            let poll = Instruction::Poll { map: MapOffset(0) };
            self.assembler.emit_safepoint(poll, None, live, None);
        }
    }

    /// Loads an immediate, fixnum or flonum into the first free slot.
    pub(super) fn load_word(&mut self, word: u64) {
        let dst = Into(self.depth);
        let small = tag::is_fixnum(word).then(|| i16::try_from(tag::fixnum_value(word)).ok());
        self.assembler.emit(match small.flatten() {
            Some(value) => Instruction::LoadSmall {
                dst,
                value: Small(value),
            },
            None => Instruction::LoadWord {
                dst,
                word: Word(word),
            },
        });
    }

    /// Keeps the value in the first free slot for an operation that comes later.
    pub(super) fn keep(&mut self) -> Local {
        let slot = self.depth;
        self.pending.insert(slot);
        self.depth += 1;
        Local(slot)
    }

    /// Gives back all slots from `start` on.
    pub(super) fn release(&mut self, start: u16) {
        for slot in start..self.depth {
            self.pending.remove(slot);
        }
        self.depth = start;
    }
}
