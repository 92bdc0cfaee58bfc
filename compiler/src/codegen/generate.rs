//! From a unit in SSA form to a unit for the linker.

use abi::native::Tier;

use super::CodegenError;
use super::bytecode::{check_frame_maps, write_bytecode, write_directly};
use super::frame::ProcedureRecord;
use super::native::NativeGenerator;
use super::unit::{Shared, laid_out_definitions};
use crate::checkpoint;
use crate::core::ir::Program;
use crate::id::IdVec;
use crate::image_options::{Frames, Purpose};
use crate::link::native_code::{NativeApart, NativeCode};
use crate::link::unit::{ConstantWord, LibraryObjects, LinkUnit, ProcedureCode};
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

/// Which native code is made apart from an image.
#[derive(Clone, Copy, Debug)]
pub struct NativeChoice<'generator> {
    /// Which procedures get some.
    pub tier: Tier,
    /// Who makes it.
    pub generator: Option<&'generator dyn NativeGenerator>,
    /// In a unit with more bytes of bytecode, no procedure does.
    pub bytecode_bytes_max: Option<usize>,
}

/// As [`generate`], or as [`generate_library`]. The unit has bytecode only; its native code, which is linked to the
/// image while that runs, stands beside it. Whether there is any does not change the bytecode. There is none if it
/// needs data that the bytecode does not need: messages of checks of facts do.
///
/// # Errors
///
/// As [`generate`].
///
/// # Panics
///
/// As [`generate`].
pub fn generate_apart(
    unit: &Unit,
    is_library: bool,
    choice: NativeChoice<'_>,
    times: &mut PhaseTimes,
) -> Result<(LinkUnit, NativeApart), CodegenError> {
    let mut shared = Shared::new(unit);
    if is_library {
        shared.definitions = Some(laid_out_definitions(unit));
    }
    shared.is_linked_later = true;
    let cells = shared.collect_all_cells();
    times.resume();
    let procedures = bytecode(&mut shared, unit.procedures.side_table(None))?;
    let library = shared.library_objects();
    times.record("bytecode");
    let (constants, symbols) = (shared.pool.constants.len(), shared.pool.symbols.len());
    let bytecode_maps = shared.maps.maps.len();
    let code_bytes = procedures.iter().map(|procedure| procedure.code.len());
    let code_bytes: usize = code_bytes.sum();
    let is_put_off = (choice.bytecode_bytes_max).is_some_and(|bytes_max| code_bytes > bytes_max);
    let tier = if is_put_off {
        Tier::Bytecode
    } else {
        choice.tier
    };
    let mut native = native_code(&mut shared, tier, choice.generator)?;
    times.record("native-code");
    let pool = &mut shared.pool;
    if (constants, symbols) != (pool.constants.len(), pool.symbols.len()) {
        // The image is what it is without native code, and has no place for what that needs besides.
        pool.constants.truncate(constants);
        pool.symbols.truncate(symbols);
        native = unit.procedures.side_table(None);
    }
    let generated = Generated {
        procedures,
        cells,
        library,
    };
    let link_unit = finished(&mut shared, generated);
    let native = NativeApart {
        procedures: native,
        bytecode_maps,
        is_put_off,
    };
    Ok((link_unit, native))
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
    Ok(finished(shared, generated))
}

fn native_code(
    shared: &mut Shared<'_>,
    tier: Tier,
    generator: Option<&dyn NativeGenerator>,
) -> Result<IdVec<ProcedureId, Option<NativeCode>>, CodegenError> {
    match (tier, generator) {
        (Tier::Bytecode, _) => Ok(shared.unit.procedures.side_table(None)),
        (_, Some(generator)) => generator.generate(shared, tier),
        (_, None) => Err(CodegenError::NoNativeGenerator),
    }
}

fn bytecode(
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
struct Generated {
    procedures: IdVec<ProcedureId, ProcedureCode>,
    cells: IdVec<CellId, ConstantWord>,
    library: Option<LibraryObjects>,
}

fn finished(shared: &mut Shared<'_>, generated: Generated) -> LinkUnit {
    let tables = &shared.unit.tables;
    let link_unit = LinkUnit {
        procedures: generated.procedures,
        frame_maps: std::mem::take(&mut shared.maps.maps),
        constants: std::mem::take(&mut shared.pool.constants),
        symbols: std::mem::take(&mut shared.pool.symbols),
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
