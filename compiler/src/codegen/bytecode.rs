//! From a unit in SSA form to a unit for the linker.

use std::rc::Rc;

use abi::procedure::{FLAG_REST, ProcedureHeader};
use abi::tag;
use syntax::DatumKind;

use super::CodegenError;
use super::check_frame_maps::check_frame_maps;
use super::frame_record::ProcedureRecord;
use super::native_generator::NativeGenerator;
use super::select::{SelectedProcedure, Selector, Shared};
use crate::core::ir::{GlobalId, Literal, LiteralId};
use crate::id::IdVec;
use crate::link::native_code::NativeCode;
use crate::link::unit::{ConstantWord, LinkUnit, ProcedureCode};
use crate::options::Tier;
use crate::phase_times::PhaseTimes;
use crate::ssa::ir::{CellId, Operation, Procedure, ProcedureId, Unit};

/// Bytes of a slot.
const SLOT_BYTES: u32 = 8;

/// Compiles all procedures of `unit` to bytecode, and has `generator` make native code too for those that `tier`
/// names. The branches of the unit carry no arguments. What both took goes to `times`.
///
/// # Errors
///
/// A frame or a literal that the image cannot express; native code without a generator.
///
/// # Panics
///
/// In debug builds, if a frame map contradicts the code: that is a bug of code generation.
pub fn generate(
    unit: &Unit,
    tier: Tier,
    generator: Option<&dyn NativeGenerator>,
    times: &mut PhaseTimes,
) -> Result<LinkUnit, CodegenError> {
    generate_from(&mut Shared::new(unit), tier, generator, times)
}

/// The same, and what stands where in the frames of each procedure.
///
/// # Errors
///
/// As [`generate`].
///
/// # Panics
///
/// As [`generate`].
pub fn generate_with_record(
    unit: &Unit,
    tier: Tier,
    generator: Option<&dyn NativeGenerator>,
) -> Result<(LinkUnit, IdVec<ProcedureId, ProcedureRecord>), CodegenError> {
    let mut shared = Shared::new(unit);
    shared.record = Some(unit.procedures.iter().map(ProcedureRecord::new).collect());
    let link_unit = generate_from(&mut shared, tier, generator, &mut PhaseTimes::default())?;
    Ok((link_unit, shared.record.unwrap_or_default()))
}

fn generate_from(
    shared: &mut Shared<'_>,
    tier: Tier,
    generator: Option<&dyn NativeGenerator>,
    times: &mut PhaseTimes,
) -> Result<LinkUnit, CodegenError> {
    let unit = shared.unit;
    let mut cells = unit.cells.side_table(ConstantWord::Word(tag::UNBOUND));
    let operations = unit
        .procedures
        .iter()
        .flat_map(|procedure| &procedure.blocks)
        .flat_map(|block| &block.instructions)
        .map(|instruction| &instruction.operation);
    operations.for_each(|operation| shared.collect_cells(operation, &mut cells));
    times.resume();
    let native = match (tier, generator) {
        (Tier::Bytecode, _) => unit.procedures.side_table(None),
        (_, Some(generator)) => generator.generate(shared, tier)?,
        (_, None) => return Err(CodegenError::NoNativeGenerator),
    };
    times.record("native-code");
    let mut procedures = IdVec::new();
    for ((id, procedure), native) in unit.procedures.entries().zip(native) {
        let selected = Selector::new(shared, procedure)?.run(id, native.is_some())?;
        procedures.push(procedure_code(procedure, selected, native));
    }
    times.record("bytecode");
    let link_unit = LinkUnit {
        procedures,
        frame_maps: std::mem::take(&mut shared.maps.maps),
        constants: std::mem::take(&mut shared.pool.constants),
        symbols: std::mem::take(&mut shared.pool.symbols),
        cells,
        files: unit.tables.files.clone(),
        interface: None,
    };
    if cfg!(debug_assertions) {
        let disagreements = check_frame_maps(&link_unit);
        assert!(
            disagreements.is_empty(),
            "wrong frame maps: {disagreements:#?}"
        );
    }
    Ok(link_unit)
}

impl Shared<'_> {
    /// Gives what the entry has to look up a cell.
    fn collect_cells(&mut self, operation: &Operation, cells: &mut IdVec<CellId, ConstantWord>) {
        match operation {
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
            self.global_cells.push((global, made));
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

fn procedure_code(
    procedure: &Procedure,
    selected: SelectedProcedure,
    native: Option<NativeCode>,
) -> ProcedureCode {
    let SelectedProcedure {
        assembler,
        entry_map,
    } = selected;
    let header = ProcedureHeader {
        required: procedure.required,
        optional: procedure.optional,
        flags: if procedure.rest { FLAG_REST } else { 0 },
        frame_bytes: assembler.slots_end as u32 * SLOT_BYTES,
        ..ProcedureHeader::default()
    };
    ProcedureCode {
        name: Rc::clone(&procedure.name),
        parameters: procedure.parameter_names.clone(),
        raw_parameters: procedure
            .parameters()
            .iter()
            .map(|parameter| procedure.values[*parameter].repr.is_raw())
            .collect(),
        returns_raw: procedure.result.is_raw(),
        header: header.with_arity_key(),
        entry_map,
        code: assembler.code,
        fixups: assembler.fixups,
        lines: assembler.lines,
        native,
    }
}
