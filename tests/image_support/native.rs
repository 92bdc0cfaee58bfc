//! The sample with native code, assembled by hand.

use abi::frame_map::SlotState;
use abi::isa::{Instruction, Local, Opcode};
use compiler::id::Id as _;
use compiler::link::native_code::{
    NativeApart, NativeCode, NativeFixup, NativeFunction, NativeReturn, NativeTarget, UnwindRow,
    UnwindRule,
};
use compiler::link::unit::{FixupTarget, FrameMapId, LinkUnit};
use compiler::link::{link, link_apart};
use compiler::ssa::ir::CellId;

use crate::image_support::{map, row, sample_unit, second};

/// Where the body's call returns, from its start.
pub(crate) const RETURN_OFFSET: u32 = 9;

/// The sample; its second procedure has native code: a body that calls itself, and an adapter that is
/// its general entry.
pub(crate) fn native_unit() -> LinkUnit {
    let mut unit = sample_unit();
    unit.frame_maps.push(map(&[SlotState::Raw]));
    unit.procedures[second()].code.clear();
    for instruction in [
        Instruction::EnterNative {},
        Instruction::ReturnValue { src: Local(1) },
    ] {
        instruction.encode(&mut unit.procedures[second()].code);
    }
    unit.procedures[second()].lines.truncate(1);
    unit.procedures[second()].native = Some(NativeCode {
        functions: vec![body(), adapter()],
        general_entry: 1,
        loops: Vec::new(),
    });
    unit
}

fn body() -> NativeFunction {
    let code = [
        &[0x55][..],                     // push rbp
        &[0x48, 0x89, 0xe5],             // mov rbp, rsp
        &[0xe8, 0, 0, 0, 0],             // call body
        &[0x48, 0x8b, 0x05, 0, 0, 0, 0], // mov rax, [rip + cell]
        &[0x5d, 0xc3],                   // pop rbp; ret
    ];
    NativeFunction {
        code: code.concat(),
        align: 32,
        fixups: vec![
            fixup(5, NativeTarget::Body(second())),
            fixup(12, NativeTarget::Image(FixupTarget::Cell(CellId::new(1)))),
        ],
        returns: vec![NativeReturn {
            offset: RETURN_OFFSET,
            words: 2,
            receives: true,
            is_operation: false,
            map: FrameMapId::new(2),
        }],
        lines: vec![row(0, 1, 10, 2), row(9, 1, 12, 5)],
        unwind: vec![
            UnwindRow {
                offset: 1,
                rule: UnwindRule::FramePushed,
            },
            UnwindRow {
                offset: 4,
                rule: UnwindRule::FrameSet,
            },
        ],
    }
}

fn adapter() -> NativeFunction {
    NativeFunction {
        code: vec![0xe9, 0, 0, 0, 0], // jmp body
        align: 1,
        fixups: vec![fixup(1, NativeTarget::Body(second()))],
        lines: vec![row(0, 1, 10, 2)],
        ..NativeFunction::default()
    }
}

/// A hole that counts from its own end, as those of jumps do.
const fn fixup(at: u32, target: NativeTarget) -> NativeFixup {
    NativeFixup {
        at,
        addend: -4,
        target,
    }
}

/// The sample as an image of bytecode, and its native code as a native part. One frame map is the part's.
pub(crate) fn native_apart() -> (Vec<u8>, Vec<u8>) {
    let (unit, native) = unit_apart();
    let (image, part) = link_apart(unit, native).expect("the sample is small");
    (image, part.expect("a procedure has native code"))
}

/// What [`native_apart`] links.
pub(crate) fn unit_apart() -> (LinkUnit, NativeApart) {
    let mut unit = native_unit();
    unit.procedures[second()].code[0] = Opcode::NoOperation as u8;
    let procedures = unit.procedures.iter_mut();
    let native = NativeApart {
        procedures: procedures
            .map(|procedure| procedure.native.take())
            .collect(),
        bytecode_maps: unit.frame_maps.len() - 1,
    };
    (unit, native)
}

pub(crate) fn native_image() -> Vec<u8> {
    link(&native_unit()).expect("the sample is small")
}
