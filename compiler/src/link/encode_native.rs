//! The native code of an image: functions with their holes filled, traps between them, and the table of
//! return points.

use abi::native::return_table::{self, FLAG_OPERATION, FLAG_RECEIVES, ReturnPoint};

use super::layout::Layout;
use super::native_code::{NativeFixup, NativeTarget};
use super::unit::LinkUnit;

/// `int3`: what stands where no function is.
const TRAP: u8 = 0xcc;

/// Encodes all functions.
pub(super) fn encode(unit: &LinkUnit, layout: &Layout) -> Vec<u8> {
    let extent = layout.header.native_code;
    let mut bytes = vec![TRAP; extent.bytes as usize];
    for (function, &address) in unit.native_functions().zip(&layout.native_functions) {
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
        NativeTarget::Image(target) => layout.target(target),
        NativeTarget::Body(procedure) => layout
            .body(procedure)
            .expect("native code leads to bodies of procedures that have one"),
    };
    target.wrapping_add_signed(fixup.addend).wrapping_sub(hole)
}

/// Encodes the table of return points.
pub(super) fn encode_returns(unit: &LinkUnit, layout: &Layout) -> Vec<u8> {
    let start = layout.header.native_code.start;
    let points: Vec<ReturnPoint> = unit
        .native_functions()
        .zip(&layout.native_functions)
        .flat_map(|(function, &address)| {
            function.returns.iter().map(move |point| ReturnPoint {
                offset: address - start + point.offset,
                words: point.words,
                flags: (u16::from(point.receives) * FLAG_RECEIVES)
                    | (u16::from(point.is_operation) * FLAG_OPERATION),
                map: layout.frame_maps[point.map],
            })
        })
        .collect();
    return_table::encode(&points)
}
