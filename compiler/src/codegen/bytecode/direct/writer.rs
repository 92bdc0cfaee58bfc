//! The code of a straight form while it is written, and the unit that becomes of it.

use abi::frame_map::SlotState;
use abi::isa::{DataOffset, Instruction, Into, Local, MapOffset, PrimitiveOperand, Word};
use abi::primitive::Primitive;
use abi::procedure::ProcedureHeader;
use abi::tag;

use super::liveness::Liveness;
use crate::checkpoint;
use crate::codegen::bytecode::assembler::Assembler;
use crate::codegen::bytecode::check_frame_maps::check_frame_maps;
use crate::codegen::bytecode::write::SLOT_BYTES;
use crate::codegen::frame::{FrameMaps, LiveSlots, SlotSet};
use crate::codegen::unit::LiteralPool;
use crate::core::ir::{ActivationId, GlobalId, Program, SourcePlace, VariableId};
use crate::id::IdVec;
use crate::link::unit::{ConstantWord, FixupTarget, LinkUnit, ProcedureCode};
use crate::memory;
use crate::ssa::ir::CellId;

/// The unit of the straight form that `program` is; `None` if the program is not one.
pub(in crate::codegen) fn write_directly(program: &Program) -> Option<LinkUnit> {
    if !program.lambdas.is_empty() {
        return None;
    }
    let liveness = Liveness::of(program)?;
    let mut writer = Writer::new(program, liveness);
    writer.prologue();
    writer.finish(program.root());
    writer.into_unit()
}

/// A form that is being written.
pub(super) struct Writer<'program> {
    pub(super) program: &'program Program,
    pub(super) liveness: Liveness,
    pub(super) assembler: Assembler,
    pub(super) pool: LiteralPool,
    maps: FrameMaps,
    cells: IdVec<CellId, ConstantWord>,
    global_cells: Vec<(GlobalId, CellId)>,
    pub(super) external_cells: Vec<(u32, CellId)>,
    /// The slots of variables.
    pub(super) slots: IdVec<VariableId, u16>,
    /// The first slot that nothing holds: values come there.
    pub(super) depth: u16,
    /// Slots of operands whose operation comes later.
    pub(super) pending: SlotSet,
    /// Whether a call may have returned since the last poll.
    pub(super) returned: bool,
    /// Whether control gets to where code is being written.
    pub(super) is_reachable: bool,
    /// Whether the form needs something that is not provided for here.
    pub(super) is_refused: bool,
}

impl<'program> Writer<'program> {
    fn new(program: &'program Program, liveness: Liveness) -> Self {
        let mut cells = IdVec::new();
        let mut cell = || cells.push(ConstantWord::Word(tag::FALSE));
        let global_cells = liveness.globals.iter().map(|&global| (global, cell()));
        let global_cells = global_cells.collect();
        let external_cells = liveness.externals.iter().map(|&object| (object, cell()));
        let external_cells = external_cells.collect();
        Self {
            program,
            assembler: Assembler::new(),
            pool: LiteralPool::default(),
            maps: FrameMaps::default(),
            cells,
            global_cells,
            external_cells,
            slots: program.variables.side_table(0),
            liveness,
            depth: 0,
            pending: SlotSet::default(),
            returned: false,
            is_reachable: true,
            is_refused: false,
        }
    }

    /// Where the form starts.
    pub(super) fn entry_place(&self) -> SourcePlace {
        let entry = self.program.activations.get(ActivationId::ENTRY);
        entry.map_or_else(
            || self.program.place(self.program.root()),
            |entry| entry.definition,
        )
    }

    /// The cell of a global variable.
    pub(super) fn cell_of(&self, global: GlobalId) -> FixupTarget {
        let found = self.global_cells.iter().find(|(each, _)| *each == global);
        let (_, cell) = found.expect("globals that occur were collected");
        FixupTarget::Cell(*cell)
    }

    /// Looks up the locations of globals, and live objects, and keeps them in cells.
    fn prologue(&mut self) {
        for (global, cell) in self.global_cells.clone() {
            let symbol = self.pool.symbol(&self.program.global(global).key);
            let load = Instruction::LoadCell {
                dst: Into(0),
                cell: DataOffset(0),
            };
            self.assembler
                .emit_with_last(load, FixupTarget::SymbolCell(symbol));
            self.look_up(Primitive::Location, cell);
        }
        for (object, cell) in self.external_cells.clone() {
            let word = tag::fixnum(i64::from(object)).expect("32 bits fit a fixnum");
            let load = Instruction::LoadWord {
                dst: Into(0),
                word: Word(word),
            };
            self.assembler.emit(load);
            self.look_up(Primitive::External, cell);
        }
    }

    /// Puts what the primitive answers for slot 0 into a cell.
    fn look_up(&mut self, primitive: Primitive, cell: CellId) {
        let find = Instruction::Leaf1 {
            dst: Into(0),
            primitive: PrimitiveOperand(primitive.index()),
            a: Local(0),
            map: MapOffset(0),
        };
        let mut live = LiveSlots::default();
        live.hold(0, 1);
        self.assembler.emit_safepoint(find, None, live, None);
        let store = Instruction::StoreCell {
            cell: DataOffset(0),
            src: Local(0),
        };
        self.assembler
            .emit_with_operand(store, 1, FixupTarget::Cell(cell));
    }

    fn into_unit(mut self) -> Option<LinkUnit> {
        checkpoint::step();
        if self.is_refused || self.assembler.slots_end > usize::from(u16::MAX) {
            return None;
        }
        self.assembler.resolve_branches();
        for safepoint in &self.assembler.safepoints {
            let map = self
                .maps
                .map_of(&safepoint.slots, &safepoint.written, safepoint.slot_count);
            self.assembler.fixups[safepoint.fixup].target = FixupTarget::FrameMap(map);
        }
        memory::take_all(self.assembler.code.len(), memory::CODE_BYTE_BYTES);
        let header = ProcedureHeader {
            frame_bytes: self.assembler.slots_end as u32 * SLOT_BYTES,
            ..ProcedureHeader::default()
        };
        let entry = ProcedureCode {
            place: self.entry_place(),
            header: header.with_arity_key(),
            entry_map: self.maps.intern(&[SlotState::Unused]),
            code: self.assembler.code,
            fixups: self.assembler.fixups,
            lines: self.assembler.lines,
            ..ProcedureCode::default()
        };
        let unit = LinkUnit {
            procedures: IdVec::from_iter([entry]),
            frame_maps: self.maps.maps,
            constants: self.pool.constants,
            symbols: self.pool.symbols,
            cells: self.cells,
            files: self.program.files.clone(),
            activations: self.program.activations.clone(),
            ..LinkUnit::default()
        };
        if cfg!(debug_assertions) {
            let disagreements = check_frame_maps(&unit);
            assert!(
                disagreements.is_empty(),
                "wrong frame maps: {disagreements:#?}"
            );
        }
        Some(unit)
    }
}
