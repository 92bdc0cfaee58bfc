//! Bytecode: procedure headers, instructions with their holes filled, traps as padding.

use abi::isa::Opcode;
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
    let native_entry = procedure.native.as_ref().and_then(|native| {
        let body = layout.first_function(id)?;
        Some(layout.native_functions[body + native.general_entry])
    });
    let given = procedure.header;
    let takes_fixed_count = given.optional == 0 && !given.has_rest();
    ProcedureHeader {
        entry_map: distance(start, entry_map),
        native_entry: native_entry.map_or(0, |entry| distance(start, entry)),
        native_key: if native_entry.is_some() && takes_fixed_count {
            u32::from(given.required) + 1
        } else {
            0
        },
        code_bytes: u32::try_from(procedure.code.len()).expect("the image's size was checked"),
        ..given
    }
    .with_arity_key()
}

/// From one address to another; both lie in an image, so that 32 bits suffice.
const fn distance(from: u32, to: u32) -> i32 {
    to.wrapping_sub(from) as i32
}
