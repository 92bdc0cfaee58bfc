//! The code segment: procedure headers, bytecode with its holes filled, traps as padding.

use abi::isa::Opcode;
use abi::procedure::{PROCEDURE_HEADER_BYTES, ProcedureHeader};

use super::layout::{Layout, procedure_bytes};
use super::unit::{Fixup, FixupTarget, LinkUnit, ProcedureCode};

/// Encodes all procedures.
pub(super) fn encode(unit: &LinkUnit, layout: &Layout) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(layout.header.code.bytes as usize);
    for (procedure, &start) in unit.procedures.iter().zip(&layout.procedures) {
        let first = bytes.len();
        bytes.extend_from_slice(&header(procedure, start, layout).encode());
        bytes.extend_from_slice(&procedure.code);
        let code = &mut bytes[first + PROCEDURE_HEADER_BYTES..];
        let code_start = start + PROCEDURE_HEADER_BYTES as u32;
        for fixup in &procedure.fixups {
            let distance = distance(code_start + fixup.end, target_address(fixup, layout));
            let at = fixup.at as usize;
            code[at..at + 4].copy_from_slice(&distance.to_le_bytes());
        }
        bytes.resize(
            first + procedure_bytes(procedure.code.len()) as usize,
            Opcode::Trap as u8,
        );
    }
    bytes
}

fn header(procedure: &ProcedureCode, start: u32, layout: &Layout) -> ProcedureHeader {
    let entry_map = layout.frame_maps[procedure.entry_map as usize];
    ProcedureHeader {
        entry_map: distance(start, entry_map),
        native_entry: 0,
        code_bytes: u32::try_from(procedure.code.len()).expect("the image's size was checked"),
        ..procedure.header
    }
    .with_arity_key()
}

fn target_address(fixup: &Fixup, layout: &Layout) -> u32 {
    match fixup.target {
        FixupTarget::Procedure(index) => layout.procedures[index as usize],
        FixupTarget::Constant(index) => layout.constants[index as usize],
        FixupTarget::SymbolCell(index) => layout.symbol_cell(index),
        FixupTarget::Cell(index) => layout.cell(index),
        FixupTarget::FrameMap(index) => layout.frame_maps[index as usize],
    }
}

/// From one address to another; both lie in an image, so that 32 bits suffice.
const fn distance(from: u32, to: u32) -> i32 {
    to.wrapping_sub(from) as i32
}
