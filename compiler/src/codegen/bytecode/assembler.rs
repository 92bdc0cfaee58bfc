//! The code of a procedure while it is written: instructions, branches to labels, holes,
//! safepoints.

use abi::isa::{Instruction, MapOffset, Opcode, Operand as _, OperandValue};

use super::superinstruction::{combined, loads_twice};
use crate::codegen::frame::{LiveSlots, SlotSet};
use crate::core::ir::SourcePlace;
use crate::id::{IdVec, define_ids};
use crate::link::unit::{Fixup, FixupTarget, FrameMapId, LineRow};
use crate::ssa::ir::BlockId;

define_ids! {
    /// A place in the code that branches lead to.
    pub(super) Label;
}

/// Bytes of the operand that leads to a frame map: always the last.
const MAP_BYTES: u32 = MapOffset::BYTES as u32;

/// A safepoint, to become a frame map.
#[derive(Clone, Debug)]
pub(super) struct Safepoint {
    /// What is live.
    pub(super) slots: LiveSlots,
    /// What may have been written in its block before it.
    pub(super) written: SlotSet,
    /// The block.
    pub(super) block: BlockId,
    /// Index of the instruction in the block; none in what comes before the first block.
    pub(super) index: Option<u32>,
    /// Slots that the map covers; as many as are in use if the frame is not suspended.
    pub(super) slot_count: Option<u16>,
    /// Index of the fixup that takes the map's number.
    pub(super) fixup: usize,
    /// Offset of the instruction.
    pub(super) start: u32,
}

/// Code and what belongs to it.
#[derive(Debug)]
pub(super) struct Assembler {
    /// Bytes with zeros in holes.
    pub(super) code: Vec<u8>,
    /// Holes in order.
    pub(super) fixups: Vec<Fixup>,
    /// Safepoints in order.
    pub(super) safepoints: Vec<Safepoint>,
    /// Line rows in order.
    pub(super) lines: Vec<LineRow>,
    /// Slots that the current block has written so far.
    pub(super) written: SlotSet,
    /// One more than the greatest slot named so far.
    pub(super) slots_end: usize,
    /// How many instructions were written, those counted that became parts of others.
    pub(super) written_count: usize,
    /// Index of the instruction that is being written in its block.
    pub(super) index: Option<u32>,
    block: BlockId,
    labels: IdVec<Label, Option<usize>>,
    branches: Vec<(usize, usize, Label)>,
    place: Option<SourcePlace>,
    /// The last instruction and its offset, unless a branch may lead behind it.
    previous: Option<(usize, Instruction)>,
}

impl Assembler {
    /// No code yet, in the first block.
    pub(super) fn new() -> Self {
        Self {
            code: Vec::new(),
            fixups: Vec::new(),
            safepoints: Vec::new(),
            lines: Vec::new(),
            written: SlotSet::default(),
            slots_end: 0,
            written_count: 0,
            index: None,
            block: BlockId::ENTRY,
            labels: IdVec::new(),
            branches: Vec::new(),
            place: None,
            previous: None,
        }
    }

    /// A label that leads nowhere yet.
    pub(super) fn new_label(&mut self) -> Label {
        self.labels.push(None)
    }

    /// Makes `label` lead here.
    pub(super) fn bind(&mut self, label: Label) {
        self.labels[label] = Some(self.code.len());
        self.previous = None;
    }

    /// Starts a block: nothing is written yet.
    pub(super) fn start_block(&mut self, block: BlockId) {
        self.block = block;
        self.written = SlotSet::default();
    }

    /// What follows comes from `place`.
    pub(super) fn set_place(&mut self, place: SourcePlace) {
        let waiting = self.place.map(|place| place.line_and_name());
        let last = self.lines.last().map(LineRow::line_and_name);
        if !place.needs_row_behind(waiting.or(last)) {
            return;
        }
        let known = |row: &LineRow| *row == LineRow::new(row.offset, place);
        self.place = (!self.lines.last().is_some_and(known)).then_some(place);
    }

    /// Appends an instruction without safepoint, or makes one of it and the instruction before it.
    pub(super) fn emit(&mut self, instruction: Instruction) {
        let before = self.previous.and_then(|(start, previous)| {
            Some((start, previous, combined(previous, instruction)?))
        });
        match before {
            Some((start, previous, both)) => self.replace(start, previous, both),
            None => self.append(instruction),
        }
    }

    fn append(&mut self, instruction: Instruction) {
        self.start_row();
        self.previous = Some((self.code.len(), instruction));
        instruction.encode(&mut self.code);
        self.note_slots(&instruction);
    }

    /// Writes `both` over `previous`, the last instruction, which starts at `start`.
    fn replace(&mut self, start: usize, previous: Instruction, both: Instruction) {
        let old_end = self.code.len() as u32;
        self.code.truncate(start);
        both.encode(&mut self.code);
        self.note_slots(&both);
        self.previous = Some((start, both));
        let end = self.code.len() as u32;
        for fixup in self.fixups.iter_mut().rev() {
            if fixup.end != old_end {
                break;
            }
            fixup.end = end;
            if let FixupTarget::FrameMap(_) = fixup.target {
                fixup.at = end - MAP_BYTES;
            }
        }
        // Where the operands of its second part start, an instruction that can raise takes on the line
        // of that part.
        if loads_twice(both) {
            let second = start + previous.opcode().instruction_bytes();
            self.start_row_at(second as u32);
        }
    }

    /// Appends a branch or jump to `label`; its offset is taken from there.
    pub(super) fn emit_branch(&mut self, instruction: Instruction, label: Label) {
        self.emit(instruction);
        let end = self.code.len();
        self.branches.push((end - 4, end, label));
    }

    /// Appends an instruction whose last operand leads to `target`.
    pub(super) fn emit_with_last(&mut self, instruction: Instruction, target: FixupTarget) {
        self.append(instruction);
        let end = self.code.len() as u32;
        self.fixups.push(Fixup {
            at: end - 4,
            end,
            target,
        });
    }

    /// Appends an instruction whose operand at byte `at` of it leads to `target`.
    pub(super) fn emit_with_operand(
        &mut self,
        instruction: Instruction,
        at: u32,
        target: FixupTarget,
    ) {
        let start = self.code.len() as u32;
        self.append(instruction);
        self.fixups.push(Fixup {
            at: start + at,
            end: self.code.len() as u32,
            target,
        });
    }

    /// Appends a safepoint; `target` fills its first operand, if that is an offset.
    pub(super) fn emit_safepoint(
        &mut self,
        instruction: Instruction,
        target: Option<FixupTarget>,
        slots: LiveSlots,
        slot_count: Option<u16>,
    ) {
        let written = self.written.clone();
        let start = self.code.len() as u32;
        self.append(instruction);
        let end = self.code.len() as u32;
        if let Some(target) = target {
            self.fixups.push(Fixup {
                at: start + 1,
                end,
                target,
            });
        }
        let fixup = self.fixups.len();
        self.fixups.push(Fixup {
            at: end - 4,
            end,
            target: FixupTarget::FrameMap(FrameMapId::PENDING),
        });
        let (block, index) = (self.block, self.index);
        self.safepoints.push(Safepoint {
            slots,
            written,
            block,
            index,
            slot_count,
            fixup,
            start,
        });
    }

    /// Appends a branch that is a safepoint: its last operands are distance and frame map.
    pub(super) fn emit_safepoint_branch(
        &mut self,
        instruction: Instruction,
        label: Label,
        slots: LiveSlots,
    ) {
        self.emit_safepoint(instruction, None, slots, None);
        let end = self.code.len();
        self.branches.push((end - 2 * 4, end, label));
    }

    /// Appends a jump that is a safepoint.
    pub(super) fn emit_jump_poll(
        &mut self,
        instruction: Instruction,
        label: Label,
        slots: LiveSlots,
    ) {
        let start = self.code.len();
        self.emit_safepoint(instruction, None, slots, None);
        self.branches.push((start + 1, self.code.len(), label));
    }

    /// Fills in the distances of all branches.
    pub(super) fn resolve_branches(&mut self) {
        for &(at, end, label) in &self.branches {
            let target = self.labels[label].expect("every label was bound");
            let distance = i32::try_from(target as i64 - end as i64)
                .expect("the size of the code is checked first");
            self.code[at..at + 4].copy_from_slice(&distance.to_le_bytes());
        }
    }

    fn start_row(&mut self) {
        self.start_row_at(self.code.len() as u32);
    }

    fn start_row_at(&mut self, offset: u32) {
        if let Some(place) = self.place.take() {
            self.lines.push(LineRow::new(offset, place));
        }
    }

    fn note_slots(&mut self, instruction: &Instruction) {
        self.written_count += 1;
        let (written, slots_end) = (&mut self.written, &mut self.slots_end);
        instruction.each_operand(|_, operand| {
            let (slot, is_written) = match operand {
                OperandValue::Into(slot) => (slot.0, true),
                OperandValue::IntoReturned(slot) => (slot.0, true),
                OperandValue::IntoRaw(slot) => (slot.0, true),
                OperandValue::IntoAny(slot) => (slot.0, true),
                OperandValue::Local(slot) => (slot.0, false),
                OperandValue::RawLocal(slot) => (slot.0, false),
                OperandValue::AnyLocal(slot) => (slot.0, false),
                _ => return,
            };
            *slots_end = (*slots_end).max(usize::from(slot) + 1);
            if is_written {
                written.insert(slot);
            }
        });
        if let Instruction::Receive {
            first,
            required,
            rest,
        } = *instruction
        {
            let count = usize::from(required.0) + usize::from(rest.0);
            for slot in (first.0..=u16::MAX).take(count) {
                written.insert(slot);
                *slots_end = (*slots_end).max(usize::from(slot) + 1);
            }
        }
        debug_assert_ne!(
            instruction.opcode(),
            Opcode::Trap,
            "traps are for debuggers"
        );
    }
}
