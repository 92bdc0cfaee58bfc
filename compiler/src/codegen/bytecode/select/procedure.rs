//! One procedure: its blocks in order, and the live values at each safepoint.

use abi::frame_map::SlotState;
use abi::isa::{
    AnyLocal, DataOffset, Instruction, Into, IntoAny, Local, MapOffset, PrimitiveOperand, Word,
};
use abi::primitive::Primitive;

use super::end_of_block::EndOfBlock;
use crate::codegen::CodegenError;
use crate::codegen::bytecode::allocate_slots::allocate_slots;
use crate::codegen::bytecode::assembler::{Assembler, Label};
use crate::codegen::bytecode::intervals::Intervals;
use crate::codegen::bytecode::live_sweep::LiveSweep;
use crate::codegen::bytecode::outgoing::{self, Area, Outgoing};
use crate::codegen::bytecode::resolve_moves::{Move, resolve_moves};
use crate::codegen::bytecode::written_before::{WrittenBlock, written_before};
use crate::codegen::frame::{LiveSlots, SlotSet};
use crate::codegen::unit::Shared;
use crate::id::IdVec;
use crate::link::unit::{FixupTarget, FrameMapId};
use crate::ssa::analysis::{Flow, Graph, Loops};
use crate::ssa::ir::{BlockId, CellId, Operation, Procedure, ProcedureId, Terminator, ValueId};

/// Where calls of a procedure lead that come to its bytecode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::codegen::bytecode) enum Entry {
    /// On to its native code.
    Native,
    /// To the bytecode itself.
    Bytecode,
    /// To the bytecode itself, until a loader writes `enter_native` over its first instruction.
    LinkedLater,
}

/// The code of a procedure.
pub(in crate::codegen::bytecode) struct SelectedProcedure {
    /// Code, holes and lines.
    pub(in crate::codegen::bytecode) assembler: Assembler,
    /// Number of the entry's frame map.
    pub(in crate::codegen::bytecode) entry_map: FrameMapId,
}

/// Writes one procedure.
pub(in crate::codegen::bytecode) struct Selector<'a, 'unit> {
    pub(super) shared: &'a mut Shared<'unit>,
    pub(super) procedure: &'unit Procedure,
    pub(super) assembler: Assembler,
    pub(super) intervals: Intervals,
    sweep: LiveSweep,
    pub(super) slots: IdVec<ValueId, Option<u16>>,
    /// Words of values that are immediates.
    pub(super) words: IdVec<ValueId, Option<u64>>,
    labels: IdVec<BlockId, Label>,
    /// Where blocks that do nothing lead.
    forward: IdVec<BlockId, BlockId>,
    /// The block whose work the block that is being written does at its end.
    pub(super) joined: Option<BlockId>,
    flow: Flow,
    loops: Loops,
}

impl<'a, 'unit> Selector<'a, 'unit> {
    /// Analyses `procedure` and gives its values slots.
    ///
    /// # Errors
    ///
    /// [`CodegenError::FrameTooLarge`].
    pub(in crate::codegen::bytecode) fn new(
        shared: &'a mut Shared<'unit>,
        procedure: &'unit Procedure,
    ) -> Result<Self, CodegenError> {
        let graph = Graph::in_code_order(procedure);
        let intervals = Intervals::new(procedure, &graph);
        let Graph { flow, loops, .. } = graph;
        let slots = allocate_slots(procedure, &flow, &loops, &intervals).map_err(|slots| {
            CodegenError::FrameTooLarge {
                name: procedure.name.to_string(),
                place: procedure.place,
                slots,
            }
        })?;
        let words = shared.unit.immediate_words(procedure);
        let mut assembler = Assembler::new();
        let labels = procedure
            .blocks
            .iter()
            .map(|_| assembler.new_label())
            .collect();
        let mut selector = Self {
            shared,
            procedure,
            assembler,
            sweep: LiveSweep::new(procedure, &intervals, &slots),
            intervals,
            slots,
            words,
            labels,
            forward: IdVec::new(),
            joined: None,
            flow,
            loops,
        };
        selector.forward = selector.find_forwards();
        Ok(selector)
    }

    /// Writes the whole procedure, which is `id` of its unit; `prologue` writes what comes before the
    /// first block of the unit's entry.
    ///
    /// # Errors
    ///
    /// Any [`CodegenError`].
    pub(in crate::codegen::bytecode) fn run(
        mut self,
        id: ProcedureId,
        entry: Entry,
    ) -> Result<SelectedProcedure, CodegenError> {
        let order: Vec<BlockId> = self
            .flow
            .order
            .iter()
            .copied()
            .filter(|&block| self.is_kept(block))
            .collect();
        let mut blocks = self.procedure.blocks.side_table(WrittenBlock::default());
        for (place, &block) in order.iter().enumerate() {
            self.assembler.start_block(block);
            if place == 0 && entry == Entry::Native {
                self.assembler.emit(Instruction::EnterNative {});
            }
            if entry == Entry::LinkedLater
                && self.assembler.code.is_empty()
                && (place > 0 || self.is_branched_to(block))
            {
                self.assembler.emit(Instruction::NoOperation {});
            }
            if place == 0 && id == ProcedureId::ENTRY {
                self.prologue();
            }
            self.block(block, order.get(place + 1).copied())?;
            blocks[block] = WrittenBlock {
                writes: std::mem::take(&mut self.assembler.written),
                joined: self.joined.take(),
            };
        }
        let parameters = self.procedure.blocks[BlockId::ENTRY].parameters.len();
        let first = usize::from(self.procedure.free == 0);
        self.assembler.slots_end = self.assembler.slots_end.max(first + parameters);
        if self.assembler.slots_end > usize::from(u16::MAX) {
            return Err(CodegenError::FrameTooLarge {
                name: self.procedure.name.to_string(),
                place: self.procedure.place,
                slots: self.assembler.slots_end,
            });
        }
        if i32::try_from(self.assembler.code.len()).is_err() {
            return Err(CodegenError::CodeTooLarge {
                name: self.procedure.name.to_string(),
                place: self.procedure.place,
                bytes: self.assembler.code.len(),
            });
        }
        self.assembler.resolve_branches();
        self.fill_in_maps(&blocks);
        self.record(id);
        self.note_loops(id);
        let entry_map = self.entry_map();
        Ok(SelectedProcedure {
            assembler: self.assembler,
            entry_map,
        })
    }

    /// Whether a block leads to the code of `block`.
    fn is_branched_to(&self, block: BlockId) -> bool {
        let mut leading = self.flow.order.iter().filter(|&&from| self.is_kept(from));
        leading.any(|&from| {
            let terminator = &self.procedure.blocks[from].terminator;
            terminator
                .successors()
                .any(|to| self.forwarded(to) == block)
        })
    }

    /// Looks up the locations of globals, and objects of the frontend, and keeps them in cells.
    fn prologue(&mut self) {
        let temporary = self.procedure.blocks[BlockId::ENTRY].parameters.len() as u16 + 1;
        let (dst, local) = (Into(temporary), Local(temporary));
        let look_up = |selector: &mut Self, primitive: Primitive, cell: CellId| {
            let mut live = selector.parameter_slots();
            live.live.insert(temporary);
            let primitive = PrimitiveOperand(primitive.index());
            let find = Instruction::Leaf1 {
                dst,
                primitive,
                a: local,
                map: MapOffset(0),
            };
            selector.assembler.emit_safepoint(find, None, live, None);
            let store = Instruction::StoreCell {
                cell: DataOffset(0),
                src: local,
            };
            selector
                .assembler
                .emit_with_operand(store, 1, FixupTarget::Cell(cell));
        };
        for (global, cell) in self.shared.global_cells.clone() {
            let symbol = self
                .shared
                .pool
                .symbol(&self.shared.unit.tables.globals[global].key);
            let load = Instruction::LoadCell {
                dst,
                cell: DataOffset(0),
            };
            self.assembler
                .emit_with_last(load, FixupTarget::SymbolCell(symbol));
            look_up(self, Primitive::Location, cell);
        }
        for (external, cell) in self.shared.external_cells.clone() {
            let word = abi::tag::fixnum(i64::from(external)).expect("32 bits fit a fixnum");
            self.assembler.emit(Instruction::LoadWord {
                dst,
                word: Word(word),
            });
            look_up(self, Primitive::External, cell);
        }
    }

    /// What the caller left for this procedure, as far as it is used.
    fn parameter_slots(&self) -> LiveSlots {
        let mut slots = LiveSlots::default();
        for parameter in &self.procedure.blocks[BlockId::ENTRY].parameters {
            if self.intervals.uses[*parameter] > 0 {
                self.make_live(*parameter, &mut slots);
            }
        }
        slots
    }

    fn entry_map(&mut self) -> FrameMapId {
        let live = self.parameter_slots();
        let mut states = Vec::new();
        if self.procedure.free == 0 {
            states.push(SlotState::Unused);
        }
        for _ in &self.procedure.blocks[BlockId::ENTRY].parameters {
            let slot = states.len() as u16;
            states.push(match (live.live.contains(slot), live.raw.contains(slot)) {
                (true, true) => SlotState::Raw,
                (true, false) => SlotState::Live,
                (false, _) => SlotState::Dead,
            });
        }
        self.shared.maps.intern(&states)
    }

    fn fill_in_maps(&mut self, blocks: &IdVec<BlockId, WrittenBlock>) {
        let mut entry = SlotSet::default();
        let first = u16::from(self.procedure.free == 0);
        for (slot, _) in (first..).zip(&self.procedure.blocks[BlockId::ENTRY].parameters) {
            entry.insert(slot);
        }
        let before = written_before(self.procedure, &self.flow, &self.loops, blocks, &entry);
        for safepoint in &self.assembler.safepoints {
            let mut written = safepoint.written.clone();
            written.extend(&before[safepoint.block]);
            let maps = &mut self.shared.maps;
            let map = maps.map_of(&safepoint.slots, &written, safepoint.slot_count);
            self.assembler.fixups[safepoint.fixup].target = FixupTarget::FrameMap(map);
        }
    }

    fn block(&mut self, id: BlockId, next: Option<BlockId>) -> Result<(), CodegenError> {
        self.assembler.bind(self.labels[id]);
        let block = &self.procedure.blocks[id];
        let (end_of_block, count) = if ends_in_poll(&block.instructions, &block.terminator) {
            (EndOfBlock::Polls, block.instructions.len() - 1)
        } else {
            (EndOfBlock::Plain, block.instructions.len())
        };
        let mut done = 0;
        for (index, instruction) in block.instructions.iter().enumerate().take(count) {
            if index < done {
                continue;
            }
            self.sweep.advance(self.intervals.position(id, index));
            self.assembler.set_place(instruction.place);
            self.assembler.index = Some(index as u32);
            if let Some(initialised) = self.filled_closure(&block.instructions[index..]) {
                done = index + 1 + initialised;
                continue;
            }
            let result = instruction
                .result
                .filter(|&result| self.intervals.result_needs_slot(instruction, result));
            self.operation(&instruction.operation, result)?;
        }
        let end = block.instructions.len();
        self.sweep.advance(self.intervals.position(id, end));
        self.assembler.set_place(block.place);
        self.assembler.index = Some(end as u32);
        self.terminator(id, end_of_block, next);
        Ok(())
    }

    /// What is live behind the instruction or terminator that is being written, its result and parameters of
    /// successors excepted.
    pub(super) fn live(&self) -> LiveSlots {
        self.sweep.live().clone()
    }

    /// The first slot behind those that are [`live`](Self::live).
    pub(super) fn live_end(&self) -> usize {
        self.sweep.live().live.end()
    }

    /// Adds the slot of `value`.
    pub(super) fn make_live(&self, value: ValueId, slots: &mut LiveSlots) {
        let slot = self.slot(value);
        slots.live.insert(slot);
        if self.procedure.values[value].repr.is_raw() {
            slots.raw.insert(slot);
        } else {
            slots.raw.remove(slot);
        }
    }

    /// The slot of a value that has one.
    pub(super) fn slot(&self, value: ValueId) -> u16 {
        self.slots[value].expect("a value that is used has a slot")
    }

    /// The slot of a value as an operand.
    pub(super) fn local(&self, value: ValueId) -> Local {
        Local(self.slot(value))
    }

    /// Where code for `block` stands.
    pub(super) fn label(&self, block: BlockId) -> Label {
        self.labels[self.forward[block]]
    }

    /// The block whose code stands for that of `block`.
    pub(super) fn forwarded(&self, block: BlockId) -> BlockId {
        self.forward[block]
    }

    /// How many loops `block` lies in.
    pub(super) fn loop_depth(&self, block: BlockId) -> u32 {
        self.loops.depth[block]
    }

    /// Whether control falls from a block into `block` if `next` is the next in the code.
    pub(super) fn falls_into(&self, block: BlockId, next: Option<BlockId>) -> bool {
        Some(self.forward[block]) == next
    }

    /// Copies operands to where an instruction wants them; the slot of the first. Slots that are
    /// live afterwards are left alone.
    pub(super) fn place_operands(&mut self, outgoing: Outgoing<'_>, live: &LiveSlots) -> u16 {
        let first = outgoing.area.first_operand(live.live.end());
        let end = first + outgoing.operands.len();
        self.assembler.slots_end = self.assembler.slots_end.max(end);
        if end > usize::from(u16::MAX) {
            // The frame is refused when its size is checked.
            return 0;
        }
        let mut moves = Vec::with_capacity(outgoing.operands.len() + 1);
        if let Some(closure) = outgoing.closure {
            moves.push(Move {
                to: clamp(first - 1),
                from: self.slot(closure),
            });
        }
        for (to, &operand) in (first..).zip(outgoing.operands) {
            moves.push(Move {
                to: clamp(to),
                from: self.slot(operand),
            });
        }
        if outgoing.area == Area::Callee {
            self.assembler.slots_end = self.assembler.slots_end.max(first);
        }
        self.emit_moves(&moves, live);
        clamp(first)
    }

    /// Writes copies that happen at once and leave what is `live` alone.
    pub(super) fn emit_moves(&mut self, moves: &[Move], live: &LiveSlots) {
        let named = moves.iter().flat_map(|each| [each.to, each.from]).max();
        let temporary = live
            .live
            .end()
            .max(named.map_or(0, |slot| usize::from(slot) + 1));
        for each in resolve_moves(moves, clamp(temporary)) {
            let (dst, src) = (IntoAny(each.to), AnyLocal(each.from));
            self.assembler.emit(Instruction::Copy { dst, src });
        }
    }

    /// The copies that a jump makes.
    pub(super) fn jump_moves(&self, arguments: &[ValueId], target: BlockId) -> Vec<Move> {
        let parameters = &self.procedure.blocks[target].parameters;
        let pairs = parameters.iter().zip(arguments);
        pairs
            .filter(|&(&parameter, _)| self.intervals.uses[parameter] > 0)
            .map(|(&to, &from)| Move {
                to: self.slot(to),
                from: self.slot(from),
            })
            .filter(|each| each.to != each.from)
            .collect()
    }

    fn is_kept(&self, block: BlockId) -> bool {
        self.forward[block] == block
    }

    /// Finds blocks that only jump on without copies.
    fn find_forwards(&self) -> IdVec<BlockId, BlockId> {
        let mut forward: IdVec<BlockId, BlockId> = self.procedure.blocks.ids().collect();
        // Targets come first here, except for back edges, which carry polls.
        for &id in self.flow.order.iter().rev() {
            let block = &self.procedure.blocks[id];
            let Terminator::Jump(target) = &block.terminator else {
                continue;
            };
            let writes_nothing = block.instructions.is_empty()
                && self.jump_moves(&target.arguments, target.block).is_empty();
            if writes_nothing && id != BlockId::ENTRY && forward[target.block] != id {
                forward[id] = forward[target.block];
            }
        }
        forward
    }

    /// Whether anything wants consecutive operands: used by what writes terminators.
    pub(super) fn outgoing_of(terminator: &Terminator) -> Outgoing<'_> {
        outgoing::of_terminator(terminator).expect("the terminator has operands by place")
    }
}

/// A slot number; too large ones are found by the check of the frame's size.
pub(super) fn clamp(slot: usize) -> u16 {
    u16::try_from(slot).unwrap_or(u16::MAX)
}

/// Whether the block's last instruction is a poll that its jump can make.
pub(super) fn ends_in_poll(
    instructions: &[crate::ssa::ir::Instruction],
    terminator: &Terminator,
) -> bool {
    matches!(terminator, Terminator::Jump(_))
        && instructions
            .last()
            .is_some_and(|last| last.operation == Operation::Poll)
}
