//! From a unit in SSA form to a unit for the linker.

use std::rc::Rc;

use abi::native::Tier;

use super::CodegenError;
use super::bytecode::{check_frame_maps, write_bytecode, write_directly};
use super::frame::ProcedureRecord;
use super::native::{NativeGenerator, NativeOrder, OneOrder};
use super::unit::{Shared, laid_out_definitions};
use crate::checkpoint;
use crate::core::ir::Program;
use crate::id::IdVec;
use crate::image_options::{Frames, Purpose};
use crate::link::native_code::NativeCode;
use crate::link::unit::{
    Constant, ConstantId, ConstantWord, FrameMapId, LibraryObjects, LinkUnit, NameId, ProcedureCode,
};
use crate::memory;
use crate::phase_times::PhaseTimes;
use crate::ssa::ir::{CellId, ProcedureId, Unit};

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

/// The unit of a program of stage 1 that has neither lambdas nor loops, right from Core; `None` for other programs,
/// and those few that need SSA all the same.
///
/// # Panics
///
/// As [`generate`].
pub fn generate_directly(program: &Program) -> Option<LinkUnit> {
    write_directly(program)
}

/// As [`generate`], for a library whose symbols and variables are to lie in the image
/// ([`Purpose::Library`]).
///
/// # Errors
///
/// As [`generate`].
///
/// # Panics
///
/// As [`generate`].
pub fn generate_library(
    unit: &Unit,
    tier: Tier,
    generator: Option<&dyn NativeGenerator>,
    times: &mut PhaseTimes,
) -> Result<LinkUnit, CodegenError> {
    let mut shared = Shared::new(unit);
    shared.definitions = Some(laid_out_definitions(unit));
    generate_from(&mut shared, tier, generator, times)
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
    let cells = shared.collect_all_cells();
    times.resume();
    let native = native_code(shared, tier, generator)?;
    times.record("native-code");
    let procedures = bytecode(shared, native)?;
    times.record("bytecode");
    let library = shared.library_objects();
    let generated = Generated {
        procedures,
        cells,
        library,
    };
    let data = SharedData {
        frame_maps: std::mem::take(&mut shared.maps.maps),
        constants: std::mem::take(&mut shared.pool.constants),
        symbols: std::mem::take(&mut shared.pool.symbols),
    };
    Ok(finished(shared.unit, generated, data))
}

fn native_code(
    shared: &mut Shared<'_>,
    tier: Tier,
    generator: Option<&dyn NativeGenerator>,
) -> Result<IdVec<ProcedureId, Option<NativeCode>>, CodegenError> {
    match (tier, generator) {
        (Tier::Bytecode, _) => Ok(shared.unit.procedures.side_table(None)),
        (_, Some(generator)) => {
            let mut order = OneOrder::new(NativeOrder::all(tier));
            generator.generate(shared, &mut order)?;
            Ok(order.native)
        }
        (_, None) => Err(CodegenError::NoNativeGenerator),
    }
}

pub(super) fn bytecode(
    shared: &mut Shared<'_>,
    native: IdVec<ProcedureId, Option<NativeCode>>,
) -> Result<IdVec<ProcedureId, ProcedureCode>, CodegenError> {
    let mut procedures = IdVec::new();
    for (id, native) in shared.unit.procedures.ids().zip(native) {
        checkpoint::step();
        let procedure = write_bytecode(shared, id, native)?;
        memory::take_all(procedure.code.len(), memory::CODE_BYTE_BYTES);
        procedures.push(procedure);
    }
    Ok(procedures)
}

/// What was made of a unit, beside what its procedures share.
pub(super) struct Generated {
    pub(super) procedures: IdVec<ProcedureId, ProcedureCode>,
    pub(super) cells: IdVec<CellId, ConstantWord>,
    pub(super) library: Option<LibraryObjects>,
}

/// What the procedures of a unit share, in the end.
pub(super) struct SharedData {
    pub(super) frame_maps: IdVec<FrameMapId, Vec<u8>>,
    pub(super) constants: IdVec<ConstantId, Constant>,
    pub(super) symbols: IdVec<NameId, Rc<str>>,
}

pub(super) fn finished(unit: &Unit, generated: Generated, data: SharedData) -> LinkUnit {
    let tables = &unit.tables;
    let link_unit = LinkUnit {
        procedures: generated.procedures,
        frame_maps: data.frame_maps,
        constants: data.constants,
        symbols: data.symbols,
        cells: generated.cells,
        files: tables.files.clone(),
        activations: tables.activations.clone(),
        frames: Frames::default(),
        interface: None,
        records: Vec::new(),
        purpose: Purpose::default(),
        library: generated.library,
    };
    if cfg!(debug_assertions) {
        let disagreements = check_frame_maps(&link_unit);
        assert!(
            disagreements.is_empty(),
            "wrong frame maps: {disagreements:#?}"
        );
    }
    link_unit
}
