//! Bytecode: procedure headers, instructions with their holes filled, traps as padding.

use abi::isa::Opcode;
use abi::native::part::NativeEntry;
use abi::procedure::{PROCEDURE_HEADER_BYTES, ProcedureHeader};

use super::layout::{Layout, procedure_bytes};
use super::unit::{LinkUnit, ProcedureCode};
use crate::ssa::ir::ProcedureId;

/// Encodes all procedures.
pub(super) fn encode(unit: &LinkUnit, layout: &Layout) -> Vec<u8> {
    let mut bytes = Vec::new();
    for ((id, procedure), &start) in unit.procedures.entries().zip(&layout.procedures) {
        let first = bytes.len();
        let header = header(procedure, id, start, layout);
        bytes.extend_from_slice(&header.encode());
        bytes.extend_from_slice(&procedure.code);
        let code = &mut bytes[first + PROCEDURE_HEADER_BYTES..];
        let code_start = start + PROCEDURE_HEADER_BYTES as u32;
        for fixup in &procedure.fixups {
            let distance = distance(code_start + fixup.end, layout.target(fixup.target));
            let at = fixup.at as usize;
            code[at..at + 4].copy_from_slice(&distance.to_le_bytes());
        }
        bytes.resize(
            first + procedure_bytes(procedure.code.len()) as usize,
            Opcode::Trap as u8,
        );
    }
    let native = layout.header.native_code;
    if native.bytes > 0 {
        let bytecode_bytes = native.start - layout.header.code.start;
        bytes.resize(bytecode_bytes as usize, Opcode::Trap as u8);
    }
    bytes
}

fn header(
    procedure: &ProcedureCode,
    id: ProcedureId,
    start: u32,
    layout: &Layout,
) -> ProcedureHeader {
    let entry_map = layout.frame_maps[procedure.entry_map];
    let native = native_entry(procedure, id, layout);
    ProcedureHeader {
        entry_map: distance(start, entry_map),
        native_entry: native.map_or(0, |native| distance(start, native.entry)),
        native_key: native.map_or(0, |native| native.key),
        code_bytes: u32::try_from(procedure.code.len()).expect("the image's size was checked"),
        ..procedure.header
    }
    .with_arity_key()
}

/// Where native code of a procedure is entered, if there is any.
pub(super) fn native_entry(
    procedure: &ProcedureCode,
    id: ProcedureId,
    layout: &Layout,
) -> Option<NativeEntry> {
    let native = procedure.native.as_ref()?;
    let body = layout.first_function(id)?;
    let header = procedure.header;
    let takes_fixed_count = header.optional == 0 && !header.has_rest();
    Some(NativeEntry {
        procedure: layout.procedures[id],
        entry: layout.native_functions[body + native.general_entry],
        key: if takes_fixed_count {
            u32::from(header.required) + 1
        } else {
            0
        },
    })
}

/// From one address to another; both lie in an image, so that 32 bits suffice.
const fn distance(from: u32, to: u32) -> i32 {
    to.wrapping_sub(from) as i32
}
