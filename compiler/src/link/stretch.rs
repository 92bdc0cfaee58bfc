//! Stretches of code that tools know by name: the bytecode of a procedure, or a function of native
//! code.

use abi::procedure::PROCEDURE_HEADER_BYTES;

use super::layout::Layout;
use super::unit::{LineRow, LinkUnit, ProcedureCode};

/// A stretch of code that belongs to one procedure.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch<'unit> {
    pub(super) procedure: &'unit ProcedureCode,
    pub(super) is_native: bool,
    /// Virtual address.
    pub(super) start: u32,
    /// Header included.
    pub(super) bytes: u64,
    /// What precedes the code that the offsets of `lines` count from.
    pub(super) header_bytes: u32,
    pub(super) lines: &'unit [LineRow],
}

/// All stretches of the file, ascending by address: bytecode, unless the file is a native part, then native code.
pub(super) fn stretches<'unit>(
    unit: &'unit LinkUnit,
    layout: &'unit Layout,
) -> impl Iterator<Item = Stretch<'unit>> {
    let count = if layout.is_part {
        0
    } else {
        unit.procedures.len()
    };
    let bytecode = (unit.procedures.iter().zip(&layout.procedures)).take(count);
    let bytecode = bytecode.map(|(procedure, &start)| Stretch {
        procedure,
        is_native: false,
        start,
        bytes: (PROCEDURE_HEADER_BYTES + procedure.code.len()) as u64,
        header_bytes: PROCEDURE_HEADER_BYTES as u32,
        lines: &procedure.lines,
    });
    let functions = unit.procedures.iter().flat_map(|procedure| {
        let functions = procedure.native.iter().flat_map(|native| &native.functions);
        functions.map(move |function| (procedure, function))
    });
    let native = functions.zip(&layout.native_functions);
    bytecode.chain(native.map(|((procedure, function), &start)| Stretch {
        procedure,
        is_native: true,
        start,
        bytes: function.code.len() as u64,
        header_bytes: 0,
        lines: &function.lines,
    }))
}
