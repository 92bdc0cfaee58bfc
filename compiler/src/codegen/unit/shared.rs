//! What the procedures of a unit share, in both kinds of code.

use abi::frame_map::SlotState;
use abi::tag;
use syntax::{Data, DatumId, DatumKind};

use super::laid_out::Definitions;
use super::literal_pool::LiteralPool;
use crate::codegen::CodegenError;
use crate::codegen::frame::{FrameMaps, LoopPoll, ProcedureRecord, SafepointRecord};
use crate::core::ir::{GlobalId, Literal, LiteralId};
use crate::id::IdVec;
use crate::id_map::IdMap;
use crate::link::unit::{
    Constant, ConstantId, ConstantWord, FrameMapId, LibraryObjects, NameId, StaticLocation,
};
use crate::ssa::ir::{CellId, Operation, ProcedureId, Unit};

/// What the procedures of a unit share, in both kinds of code: constants, symbols, frame maps, cells.
#[derive(Debug)]
pub struct Shared<'unit> {
    /// The unit.
    pub(in crate::codegen) unit: &'unit Unit,
    /// Its data.
    pub(in crate::codegen) pool: LiteralPool,
    /// Its frame maps.
    pub(in crate::codegen) maps: FrameMaps,
    /// The cells of global variables that the entry looks up, in the order of their numbers.
    pub(in crate::codegen) global_cells: Vec<(GlobalId, CellId)>,
    /// The cell of each global variable that occurs.
    pub(in crate::codegen) cell_of_global: IdVec<GlobalId, Option<CellId>>,
    /// The cells of live objects in literals, by the object's number.
    pub(in crate::codegen) external_cells: Vec<(u32, CellId)>,
    /// The same, to look them up.
    pub(in crate::codegen) cell_of_external: IdMap<u32, CellId>,
    /// Of a library, the variables whose values stand in the image. Then all of its variables lie there.
    pub(in crate::codegen) definitions: Option<Definitions>,
    /// Whether native code is linked to the image while that runs. A loader writes over the first instruction of a
    /// procedure then, so that no branch may lead there.
    pub(in crate::codegen) is_linked_later: bool,
    /// The polls at the ends of turns, for each procedure whose bytecode was written, if native code may be linked
    /// later.
    pub(in crate::codegen) loops: IdVec<ProcedureId, Vec<LoopPoll>>,
    /// What stands where, for each procedure, if that is asked for.
    pub(in crate::codegen) record: Option<IdVec<ProcedureId, ProcedureRecord>>,
}

impl<'unit> Shared<'unit> {
    /// Nothing yet of what the procedures of `unit` need.
    pub fn new(unit: &'unit Unit) -> Self {
        Self {
            unit,
            pool: LiteralPool::default(),
            maps: FrameMaps::default(),
            global_cells: Vec::new(),
            cell_of_global: unit.tables.globals.side_table(None),
            external_cells: Vec::new(),
            cell_of_external: IdMap::default(),
            definitions: None,
            is_linked_later: false,
            loops: unit.procedures.side_table(Vec::new()),
            record: None,
        }
    }

    /// The unit whose code is made.
    pub fn unit(&self) -> &'unit Unit {
        self.unit
    }

    /// Whether the value of a global variable stands in the image: no code defines the variable.
    pub fn is_laid_out(&self, global: GlobalId) -> bool {
        let definitions = self.definitions.as_ref();
        definitions.is_some_and(|definitions| definitions.contains_key(&global))
    }

    /// What the image brings along of a library.
    pub(in crate::codegen) fn library_objects(&mut self) -> Option<LibraryObjects> {
        let definitions = self.definitions.take()?;
        let mut locations = Vec::new();
        for global in self.unit.tables.globals.ids() {
            let (cell, definition) = (self.cell_of_global[global], definitions.get(&global));
            if cell.is_none() && definition.is_none() {
                continue;
            }
            let name = self.pool.symbol(&self.unit.tables.globals[global].key);
            let value = match definition {
                Some(&procedure) => {
                    ConstantWord::Constant(self.constant(Constant::Closure(procedure)))
                }
                None => ConstantWord::Word(tag::UNBOUND),
            };
            locations.push(StaticLocation { cell, name, value });
        }
        let names = self.pool.symbols.clone();
        let names = names.into_iter().map(Constant::String);
        Some(LibraryObjects {
            names: names.map(|name| self.constant(name)).collect(),
            locations,
        })
    }

    /// The number of a constant of the image, which is made once.
    pub fn constant(&mut self, constant: Constant) -> ConstantId {
        self.pool.constant(constant)
    }

    /// The word of a literal, whose constants are made once.
    ///
    /// # Errors
    ///
    /// A literal that an image cannot express.
    pub fn datum(&mut self, data: &Data, datum: DatumId) -> Result<ConstantWord, CodegenError> {
        self.pool.datum(data, datum)
    }

    /// The number of the symbol `name`.
    pub fn symbol(&mut self, name: &str) -> NameId {
        self.pool.symbol(name)
    }

    /// The number of the frame map with these states.
    pub fn frame_map(&mut self, states: &[SlotState]) -> FrameMapId {
        self.maps.intern(states)
    }

    /// The cell of a global variable, if the unit mentions it.
    pub fn cell_of_global(&self, global: GlobalId) -> Option<CellId> {
        self.cell_of_global[global]
    }

    /// The cell of a live object in literals, by the object's number, if the unit mentions it.
    pub fn cell_of_external(&self, object: u32) -> Option<CellId> {
        self.cell_of_external.get(&object).copied()
    }

    /// The polls at the ends of turns in a procedure's bytecode, if native code may go on there.
    pub fn loop_polls(&self, procedure: ProcedureId) -> &[LoopPoll] {
        &self.loops[procedure]
    }

    /// Whether [`Self::record_native`] is to be told what stands where.
    pub fn is_recorded(&self) -> bool {
        self.record.is_some()
    }

    /// Notes what stands where at a safepoint of a procedure's native code, if that is recorded.
    pub fn record_native(&mut self, procedure: ProcedureId, safepoint: SafepointRecord) {
        if let Some(record) = &mut self.record {
            record[procedure].native.push(safepoint);
        }
    }

    /// Gives all that the entry has to look up cells; what each cell of the unit holds at first.
    pub(in crate::codegen) fn collect_all_cells(&mut self) -> IdVec<CellId, ConstantWord> {
        let unit = self.unit;
        let mut cells = unit.cells.side_table(ConstantWord::Word(tag::UNBOUND));
        let blocks = unit
            .procedures
            .iter()
            .flat_map(|procedure| &procedure.blocks);
        for instruction in blocks.flat_map(|block| &block.instructions) {
            self.collect_cells(&instruction.operation, &mut cells);
        }
        cells
    }

    /// Gives what the entry has to look up a cell.
    fn collect_cells(&mut self, operation: &Operation, cells: &mut IdVec<CellId, ConstantWord>) {
        match operation {
            Operation::GlobalDefine(global, _) if self.is_laid_out(*global) => {}
            Operation::GlobalRef(global)
            | Operation::GlobalSet(global, _)
            | Operation::GlobalDefine(global, _) => self.collect_global(*global, cells),
            Operation::Literal(literal) => self.collect_external(*literal, cells),
            _ => {}
        }
    }

    fn collect_global(&mut self, global: GlobalId, cells: &mut IdVec<CellId, ConstantWord>) {
        let cell = &mut self.cell_of_global[global];
        if cell.is_none() {
            let made = cells.push(ConstantWord::Word(tag::FALSE));
            *cell = Some(made);
            // The cells of a library hold their variables from the start.
            if self.definitions.is_none() {
                self.global_cells.push((global, made));
            }
        }
    }

    fn collect_external(&mut self, literal: LiteralId, cells: &mut IdVec<CellId, ConstantWord>) {
        let tables = &self.unit.tables;
        let Literal::Datum(datum) = &tables.literals[literal] else {
            return;
        };
        let DatumKind::External(object) = tables.data.kind(datum.0) else {
            return;
        };
        if !self.cell_of_external.contains_key(object) {
            let cell = cells.push(ConstantWord::Word(tag::FALSE));
            self.cell_of_external.insert(*object, cell);
            self.external_cells.push((*object, cell));
        }
    }
}
