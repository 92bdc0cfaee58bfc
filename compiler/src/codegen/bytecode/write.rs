//! From one procedure to its bytecode.

use std::rc::Rc;

use abi::procedure::{FLAG_REST, FLAG_RETURNS_RAW, ProcedureHeader};

use super::select::{Entry, SelectedProcedure, Selector};
use crate::codegen::CodegenError;
use crate::codegen::unit::Shared;
use crate::link::native_code::NativeCode;
use crate::link::unit::ProcedureCode;
use crate::ssa::ir::{Procedure, ProcedureId};

/// Bytes of a slot.
pub(super) const SLOT_BYTES: u32 = 8;

/// Writes the bytecode of procedure `id`. If the procedure has `native` code, bytecode goes there first.
///
/// # Errors
///
/// Any [`CodegenError`] but [`CodegenError::NoNativeGenerator`].
pub(in crate::codegen) fn write_bytecode(
    shared: &mut Shared<'_>,
    id: ProcedureId,
    native: Option<NativeCode>,
) -> Result<ProcedureCode, CodegenError> {
    let procedure = &shared.unit.procedures[id];
    let entry = match native {
        Some(_) => Entry::Native,
        None if shared.is_linked_later => Entry::LinkedLater,
        None => Entry::Bytecode,
    };
    let selected = Selector::new(shared, procedure)?.run(id, entry)?;
    Ok(procedure_code(procedure, selected, native))
}

/// The finished bytecode of a procedure, for the linker.
fn procedure_code(
    procedure: &Procedure,
    selected: SelectedProcedure,
    native: Option<NativeCode>,
) -> ProcedureCode {
    let SelectedProcedure {
        assembler,
        entry_map,
    } = selected;
    let mut flags = 0;
    if procedure.rest {
        flags |= FLAG_REST;
    }
    if procedure.result.is_raw() {
        flags |= FLAG_RETURNS_RAW;
    }
    let header = ProcedureHeader {
        required: procedure.required,
        optional: procedure.optional,
        flags,
        frame_bytes: assembler.slots_end as u32 * SLOT_BYTES,
        ..ProcedureHeader::default()
    };
    ProcedureCode {
        name: Rc::clone(&procedure.name),
        place: procedure.place,
        parameters: procedure.parameter_names.clone(),
        properties: procedure.properties.clone(),
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
