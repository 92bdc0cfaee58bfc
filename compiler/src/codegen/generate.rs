//! From a unit in SSA form to a unit for the linker.

use abi::native::Tier;
use abi::tag;

use super::CodegenError;
use super::bytecode::{check_frame_maps, write_bytecode, write_directly};
use super::frame::ProcedureRecord;
use super::native::NativeGenerator;
use super::unit::{Shared, laid_out_definitions};
use crate::checkpoint;
use crate::core::ir::Program;
use crate::id::IdVec;
use crate::image_options::{Frames, Purpose};
use crate::link::unit::{ConstantWord, LinkUnit};
use crate::memory;
use crate::phase_times::PhaseTimes;
use crate::ssa::ir::{ProcedureId, Unit};

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
    for (id, native) in unit.procedures.ids().zip(native) {
        checkpoint::step();
        let procedure = write_bytecode(shared, id, native)?;
        memory::take_all(procedure.code.len(), memory::CODE_BYTE_BYTES);
        procedures.push(procedure);
    }
    times.record("bytecode");
    let library = shared.library_objects();
    let link_unit = LinkUnit {
        procedures,
        frame_maps: std::mem::take(&mut shared.maps.maps),
        constants: std::mem::take(&mut shared.pool.constants),
        symbols: std::mem::take(&mut shared.pool.symbols),
        cells,
        files: unit.tables.files.clone(),
        activations: unit.tables.activations.clone(),
        frames: Frames::default(),
        interface: None,
        purpose: Purpose::default(),
        library,
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
