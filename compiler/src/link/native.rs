//! The native code of an image: functions with their holes filled, traps between them, and the table of
//! return points.

use abi::native::return_table::{self, FLAG_RECEIVES, ReturnPoint};

use super::code::target_address;
use super::layout::{Layout, NATIVE_CODE_ALIGN_BYTES};
use super::native_code::{NativeFixup, NativeFunction, NativeTarget};
use super::unit::LinkUnit;

/// `int3`: what stands where no function is.
const TRAP: u8 = 0xcc;

/// The functions of a unit, in the order in which they are laid out.
pub(super) fn functions(unit: &LinkUnit) -> impl Iterator<Item = &NativeFunction> {
    unit.procedures
        .iter()
        .filter_map(|procedure| procedure.native.as_ref())
        .flat_map(|native| &native.functions)
}

/// Where each function starts if the code starts at `start`, and where the last one ends with the
/// trap behind it: no call returns to the end of the code.
pub(super) fn place(unit: &LinkUnit, start: u64) -> (Vec<u64>, u64) {
    let mut next = start;
    let mut starts = Vec::new();
    for function in functions(unit) {
        let align = u64::from(function.align.max(1));
        assert!(
            align <= NATIVE_CODE_ALIGN_BYTES,
            "functions lie in cache lines"
        );
        next = next.next_multiple_of(align);
        starts.push(next);
        next += function.code.len() as u64;
    }
    let end = if starts.is_empty() { start } else { next + 1 };
    (starts, end)
}

/// Encodes all functions.
pub(super) fn encode(unit: &LinkUnit, layout: &Layout) -> Vec<u8> {
    let extent = layout.header.native_code;
    let mut bytes = vec![TRAP; extent.bytes as usize];
    for (function, &address) in functions(unit).zip(&layout.native_functions) {
        let start = (address - extent.start) as usize;
        let code = &mut bytes[start..start + function.code.len()];
        code.copy_from_slice(&function.code);
        for fixup in &function.fixups {
            let at = fixup.at as usize;
            let filled = filled(fixup, address + fixup.at, layout);
            code[at..at + 4].copy_from_slice(&filled.to_le_bytes());
        }
    }
    bytes
}

/// What goes into the hole at `hole`; all addresses lie in an image, so that 32 bits suffice.
fn filled(fixup: &NativeFixup, hole: u32, layout: &Layout) -> u32 {
    let target = match fixup.target {
        NativeTarget::Image(target) => target_address(target, layout),
        NativeTarget::Body(procedure) => layout
            .body(procedure)
            .expect("native code leads to bodies of procedures that have one"),
    };
    target.wrapping_add_signed(fixup.addend).wrapping_sub(hole)
}

/// How many return points there are.
pub(super) fn return_count(unit: &LinkUnit) -> usize {
    functions(unit).map(|function| function.returns.len()).sum()
}

/// Encodes the table of return points.
pub(super) fn encode_returns(unit: &LinkUnit, layout: &Layout) -> Vec<u8> {
    let start = layout.header.native_code.start;
    let points: Vec<ReturnPoint> = functions(unit)
        .zip(&layout.native_functions)
        .flat_map(|(function, &address)| {
            function.returns.iter().map(move |point| ReturnPoint {
                offset: address - start + point.offset,
                words: point.words,
                flags: if point.receives { FLAG_RECEIVES } else { 0 },
                map: layout.frame_maps[point.map],
            })
        })
        .collect();
    return_table::encode(&points)
}
