//! Hostile bytecode and data: each check of the verifier has an image that fails it, whose hash is right.

mod calls;
mod code;
mod data;
mod flow;
mod headers;
#[path = "../image_support/mod.rs"]
#[expect(dead_code, reason = "other tests load images")]
mod image_support;
#[path = "../image_support/library.rs"]
mod library_sample;
#[path = "../image_support/native.rs"]
#[expect(dead_code, reason = "other tests link native parts")]
mod native_sample;
mod polls;
mod running;
mod slots;

use abi::frame_map::SlotState;
use abi::isa::{Instruction, Into, Local, Small};
use abi::procedure::{FLAG_RETURNS_RAW, ProcedureHeader};
use compiler::id::Id as _;
use compiler::link::link;
use compiler::link::unit::{
    Constant, ConstantWord, Fixup, FixupTarget, FrameMapId, LinkUnit, ProcedureCode,
};
use compiler::options::Purpose;
use compiler::ssa::ir::ProcedureId;
use cozen::{CodeProblem, Error, VerifyError, verify_image};
use image_support::{map, row, sample_image};

/// An instruction, and its holes: bytes from its end, and what goes there.
type Line<'a> = (Instruction, &'a [(u32, FixupTarget)]);

/// Slots of the frames.
const SLOTS: u32 = 8;

/// The procedures behind the entry. Each takes one argument.
const GIVES_VALUE: u32 = 1;
const GIVES_RAW: u32 = 2;
const TAKES_RAW: u32 = 3;

/// Frame maps, by number.
const MAPS: &[&[SlotState]] = &[
    &[],
    &[SlotState::Unused, SlotState::Live],
    &[SlotState::Unused, SlotState::Raw],
    &[SlotState::Unused, SlotState::Dead],
    &[SlotState::Unused; 9],
];
const MAP_NONE: u32 = 0;
const MAP_LIVE: u32 = 1;
const MAP_RAW: u32 = 2;
const MAP_DEAD: u32 = 3;
const MAP_NINE: u32 = 4;

fn map_hole(map: u32) -> (u32, FixupTarget) {
    (4, FixupTarget::FrameMap(FrameMapId::new(map)))
}

fn procedure_hole(from_end: u32, procedure: u32) -> (u32, FixupTarget) {
    (
        from_end,
        FixupTarget::Procedure(ProcedureId::new(procedure)),
    )
}

fn code_of(lines: &[Line<'_>]) -> (Vec<u8>, Vec<Fixup>) {
    let (mut code, mut fixups) = (Vec::new(), Vec::new());
    for (instruction, holes) in lines {
        instruction.encode(&mut code);
        let end = code.len() as u32;
        fixups.extend(holes.iter().map(|&(from_end, target)| Fixup {
            at: end - from_end,
            end,
            target,
        }));
    }
    (code, fixups)
}

fn procedure(header: ProcedureHeader, entry_map: u32, lines: &[Line<'_>]) -> ProcedureCode {
    let (code, fixups) = code_of(lines);
    let header = ProcedureHeader {
        frame_bytes: 8 * SLOTS,
        ..header
    };
    ProcedureCode {
        header: header.with_arity_key(),
        entry_map: FrameMapId::new(entry_map),
        code,
        fixups,
        lines: vec![row(0, 0, 1, 1)],
        ..ProcedureCode::default()
    }
}

const LOAD_1: Instruction = Instruction::LoadSmall {
    dst: Into(1),
    value: Small(5),
};
const RETURN_1: Instruction = Instruction::ReturnValue { src: Local(1) };

/// Code that loads a value, does what is to be refused, and returns the value.
fn unit(lines: &[Line<'_>]) -> LinkUnit {
    let one = ProcedureHeader {
        required: 1,
        ..ProcedureHeader::default()
    };
    let raw = ProcedureHeader {
        flags: FLAG_RETURNS_RAW,
        ..one
    };
    let mut entry: Vec<Line<'_>> = vec![(LOAD_1, &[])];
    entry.extend_from_slice(lines);
    entry.push((RETURN_1, &[]));
    LinkUnit {
        procedures: vec![
            procedure(ProcedureHeader::default(), MAP_NONE, &entry),
            procedure(one, MAP_LIVE, &[(RETURN_1, &[])]),
            procedure(raw, MAP_LIVE, &[(RETURN_1, &[])]),
            procedure(one, MAP_RAW, &[(LOAD_1, &[]), (RETURN_1, &[])]),
        ]
        .into(),
        frame_maps: MAPS.iter().map(|states| map(states)).collect(),
        constants: vec![Constant::Flonum(1e300)].into(),
        cells: vec![ConstantWord::Word(8)].into(),
        files: vec!["main.scm".into()],
        purpose: Purpose::File,
        ..LinkUnit::default()
    }
}

/// What the verifier says of a unit.
fn verdict(unit: &LinkUnit) -> Result<(), VerifyError> {
    let file = link(unit).expect("the unit is small");
    verdict_on(&file)
}

fn verdict_on(file: &[u8]) -> Result<(), VerifyError> {
    match verify_image(file, "hostile") {
        Ok(image) => {
            assert!(image.is_bytecode_only());
            Ok(())
        }
        Err(Error::Verify { error, .. }) => {
            assert!(!error.to_string().is_empty());
            Err(error)
        }
        Err(Error::Load { error, .. }) => Err(error.into()),
        Err(other) => panic!("{other}"),
    }
}

/// What is wrong with code that stands in the entry.
fn problem(lines: &[Line<'_>]) -> CodeProblem {
    match verdict(&unit(lines)) {
        Err(VerifyError::Code { problem, .. }) => problem,
        other => panic!("{other:?}"),
    }
}

/// Refuses lines of code with a problem.
macro_rules! refused {
    ([$($line:expr),* $(,)?], $pattern:pat) => {{
        let found = $crate::problem(&[$($line),*]);
        assert!(matches!(found, $pattern), "{found:?}");
    }};
}
pub(crate) use refused;

/// Accepts lines of code.
fn accept(lines: &[Line<'_>]) {
    assert_eq!(verdict(&unit(lines)), Ok(()));
}

#[test]
fn good_code_passes() {
    accept(&[]);
    assert_eq!(verdict_on(&sample_image()), Ok(()));
}

#[test]
fn a_changed_image_is_refused_by_its_hash_before_anything_is_verified() {
    let mut file = link(&unit(&[])).expect("the unit is small");
    let last = file.len() / 2;
    file[last] ^= 1;
    assert!(matches!(
        verdict_on(&file),
        Err(VerifyError::Load(_)) | Ok(())
    ));
    let refused = verdict_on(b"\x7fELF");
    assert!(matches!(refused, Err(VerifyError::Load(_))), "{refused:?}");
}
