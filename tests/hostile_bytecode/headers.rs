//! Procedure headers, and what else an image is not to have.

use abi::frame_map::SlotState;
use abi::procedure::{ENTRY_MAP_OFFSET, FLAG_RETURNS_RAW, FRAME_BYTES_OFFSET};
use compiler::id::Id as _;
use compiler::link::link;
use compiler::link::unit::{FrameMapId, LinkUnit};
use compiler::ssa::ir::ProcedureId;
use cozen::inspect::ImageView;
use cozen::{HeaderProblem, VerifyError};
use loader::SegmentKind;
use loader::fuzzing::load_image::repair;

use crate::image_support::map;
use crate::library_sample::library_unit;
use crate::native_sample::native_image;
use crate::{GIVES_VALUE, MAP_NINE, unit, verdict, verdict_on};

/// What is wrong with the header of a procedure after a change.
fn problem(change: impl FnOnce(&mut LinkUnit)) -> HeaderProblem {
    let mut unit = unit(&[]);
    change(&mut unit);
    match verdict(&unit) {
        Err(VerifyError::Header { problem, .. }) => problem,
        other => panic!("{other:?}"),
    }
}

const SECOND: fn() -> ProcedureId = || ProcedureId::new(GIVES_VALUE);

#[test]
fn headers_that_cannot_be_are_refused() {
    let found = problem(|unit| unit.procedures[SECOND()].header.flags = 4);
    assert_eq!(found, HeaderProblem::Flags { flags: 4 });
    for frame_bytes in [0, 8, 20] {
        let found = problem(|unit| unit.procedures[SECOND()].header.frame_bytes = frame_bytes);
        let wanted = HeaderProblem::FrameSize {
            frame_bytes,
            parameters: 1,
        };
        assert_eq!(found, wanted);
    }
    // The last parameters would have no slots with numbers of 16 bits.
    let found = problem(|unit| {
        let header = &mut unit.procedures[SECOND()].header;
        (header.required, header.optional) = (u16::MAX, 3);
        *header = header.with_arity_key();
        header.frame_bytes = 8 << 17;
    });
    assert!(
        matches!(found, HeaderProblem::FrameSize { parameters, .. } if parameters == 0x1_0002),
        "{found:?}"
    );
}

#[test]
fn entry_maps_that_cannot_be_are_refused() {
    let set = |map: u32| {
        move |unit: &mut LinkUnit| unit.procedures[SECOND()].entry_map = FrameMapId::new(map)
    };
    assert!(matches!(
        problem(set(MAP_NINE)),
        HeaderProblem::EntryMap { .. }
    ));
    let found = problem(|unit| {
        let states = [SlotState::Unused, SlotState::Live, SlotState::Live];
        unit.frame_maps.push(map(&states));
        set(unit.frame_maps.len() as u32 - 1)(unit);
    });
    assert_eq!(
        found,
        HeaderProblem::EntryMapSlot {
            slot: 2,
            parameters: 1
        }
    );
    let found = problem(|unit| {
        unit.frame_maps.push(map(&[SlotState::Raw]));
        set(unit.frame_maps.len() as u32 - 1)(unit);
    });
    assert_eq!(
        found,
        HeaderProblem::EntryMapSlot {
            slot: 0,
            parameters: 1
        }
    );
}

#[test]
fn an_entry_with_raw_words_is_refused() {
    let found = problem(|unit| {
        unit.procedures[ProcedureId::new(0)].header.flags = FLAG_RETURNS_RAW;
    });
    assert_eq!(found, HeaderProblem::EntryRaw);
}

/// An image with a word of the second procedure's header replaced.
fn with_header_word(offset: usize, word: u32) -> Vec<u8> {
    let mut file = link(&unit(&[])).expect("the unit is small");
    let view = ImageView::parse(&file).expect("the sample is well-formed");
    let second = view.contents().procedures().nth(1).expect("there are four");
    let start = view.header().code.start;
    let code = view.segment(SegmentKind::Code);
    let code_offset = code.as_ptr() as usize - file.as_ptr() as usize;
    let at = code_offset + (second.address - start) as usize + offset;
    file[at..at + 4].copy_from_slice(&word.to_le_bytes());
    repair(&mut file);
    file
}

#[test]
fn an_entry_map_outside_the_maps_is_refused() {
    let found = verdict_on(&with_header_word(ENTRY_MAP_OFFSET, 16));
    let is_refused = |problem| matches!(problem, HeaderProblem::EntryMap { .. });
    assert!(
        matches!(found, Err(VerifyError::Header { problem, .. }) if is_refused(problem)),
        "{found:?}"
    );
    assert_eq!(
        verdict_on(&with_header_word(FRAME_BYTES_OFFSET, 64)),
        Ok(())
    );
}

#[test]
fn bytecode_with_gaps_is_refused() {
    const CODE_BYTES_OFFSET: usize = 20;
    for bytes in [1000, 1 << 30] {
        let found = verdict_on(&with_header_word(CODE_BYTES_OFFSET, bytes));
        assert!(
            matches!(found, Err(VerifyError::NoProcedure { .. })),
            "{found:?}"
        );
    }
}

#[test]
fn an_image_with_symbols_of_its_own_is_refused() {
    let file = link(&library_unit()).expect("the sample is well formed");
    let found = verdict_on(&file);
    assert!(
        matches!(found, Err(VerifyError::OwnSymbols { .. })),
        "{found:?}"
    );
}

#[test]
fn native_code_does_not_keep_bytecode_from_being_verified() {
    let found = verdict_on(&native_image());
    assert!(!matches!(found, Err(VerifyError::Load(_))), "{found:?}");
}
