//! The values in the slots of frame maps, for callers that ask, and for native code that goes on in a loop.
//!
//! Liveness was found by walking from uses to definitions, and says which slots are live. The live
//! ranges by which slots were given away say which value a slot holds.

use abi::native::part::is_end_of_turn;

use super::procedure::Selector;
use crate::codegen::bytecode::assembler::Safepoint;
use crate::codegen::bytecode::outgoing::{self, Area};
use crate::codegen::frame::{Home, LoopPoll, Point, Resident, SafepointRecord};
use crate::link::unit::FixupTarget;
use crate::ssa::ir::{Instruction, ProcedureId, Terminator};

impl Selector<'_, '_> {
    /// Records the safepoints of a procedure, if that is asked for; their maps are known.
    pub(super) fn record(&mut self, id: ProcedureId) {
        if self.shared.record.is_none() {
            return;
        }
        let safepoints = self.assembler.safepoints.iter();
        let records: Vec<SafepointRecord> = safepoints
            .filter_map(|safepoint| self.safepoint_record(safepoint))
            .collect();
        if let Some(record) = &mut self.shared.record {
            record[id].bytecode = records;
        }
    }

    /// Notes the polls at the ends of turns, if native code may be linked later.
    pub(super) fn note_loops(&mut self, id: ProcedureId) {
        if !self.shared.is_linked_later {
            return;
        }
        let safepoints = self.assembler.safepoints.iter();
        self.shared.loops[id] = safepoints
            .filter_map(|safepoint| self.loop_poll(safepoint))
            .collect();
    }

    fn loop_poll(&self, safepoint: &Safepoint) -> Option<LoopPoll> {
        let (id, index) = (safepoint.block, safepoint.index?);
        let block = &self.procedure.blocks[id];
        let is_end = index as usize == block.instructions.len();
        let Terminator::Jump(target) = &block.terminator else {
            return None;
        };
        let opcode = self.assembler.code[safepoint.start as usize];
        if !is_end || !is_end_of_turn(opcode) {
            return None;
        }
        let start = self.intervals.block_start[target.block];
        let values = self.residents(safepoint, None, start).into_iter();
        let mut values: Vec<_> = values
            .filter_map(|resident| match resident.home {
                Home::Slot(slot) => Some((resident.value, slot)),
                Home::Register(_) | Home::Unknown => None,
            })
            .collect();
        values.sort_unstable_by_key(|&(_, slot)| slot);
        Some(LoopPoll {
            offset: safepoint.start,
            block: target.block,
            values,
        })
    }

    fn safepoint_record(&self, safepoint: &Safepoint) -> Option<SafepointRecord> {
        let (id, index) = (safepoint.block, safepoint.index?);
        let block = &self.procedure.blocks[id];
        let is_end = index as usize == block.instructions.len();
        let (at, position) = if is_end && let Terminator::Jump(target) = &block.terminator {
            let start = self.intervals.block_start[target.block];
            (Point::Jumping(id), start)
        } else {
            let position = self.intervals.position(id, index as usize);
            (Point::During(id, index), position)
        };
        let instruction = block.instructions.get(index as usize);
        let mut residents = self.residents(safepoint, instruction, position);
        let copied = self.copied_operands(safepoint, instruction);
        // What was in the slots of the copies and is not used again is there no more.
        residents.retain(|resident| copied.iter().all(|copy| copy.home != resident.home));
        residents.extend(copied);
        residents.sort_by_key(|resident| resident.home);
        let is_known =
            |slot: u16| (residents.iter()).any(|resident| resident.home == Home::Slot(slot));
        let fixup = &self.assembler.fixups[safepoint.fixup];
        let FixupTarget::FrameMap(map) = fixup.target else {
            unreachable!("a safepoint's hole leads to its map")
        };
        Some(SafepointRecord {
            at,
            offset: fixup.end,
            map,
            comes_back: true,
            strangers: (safepoint.slots.live.iter())
                .filter(|&slot| !is_known(slot))
                .collect(),
            residents,
        })
    }

    /// The values whose live ranges say that they are in the live slots at `position`.
    fn residents(
        &self,
        safepoint: &Safepoint,
        instruction: Option<&Instruction>,
        position: u32,
    ) -> Vec<Resident> {
        let result = instruction.and_then(|instruction| instruction.result);
        let values = self.procedure.values.ids();
        values
            .filter(|&value| Some(value) != result)
            .filter(|value| {
                let mut segments = self.intervals.segments[*value].iter();
                segments.any(|&(start, end)| start <= position && position < end)
            })
            .filter_map(|value| {
                let slot = self.slots[value]?;
                let is_live = safepoint.slots.live.contains(slot);
                is_live.then(|| Resident::new(self.procedure, value, Home::Slot(slot)))
            })
            .collect()
    }

    /// The operands that were copied to the last of the live slots, where the instruction finds them
    /// if it is run again.
    fn copied_operands(
        &self,
        safepoint: &Safepoint,
        instruction: Option<&Instruction>,
    ) -> Vec<Resident> {
        let outgoing = instruction
            .and_then(|instruction| outgoing::of_operation(&instruction.operation))
            .filter(|outgoing| outgoing.area == Area::Region);
        let Some(outgoing) = outgoing else {
            return Vec::new();
        };
        let first = safepoint.slots.live.end() - outgoing.operands.len();
        (first as u16..)
            .zip(outgoing.operands)
            .map(|(slot, &operand)| Resident::new(self.procedure, operand, Home::Slot(slot)))
            .collect()
    }
}
