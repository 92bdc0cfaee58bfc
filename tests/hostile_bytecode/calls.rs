//! Calls and returns.

use abi::isa::{
    AnyLocal, CodeOffset, Count, Instruction as I, IntoAny, IntoRaw, IntoReturned, Local,
    MapOffset, PrimitiveOperand, Word,
};
use abi::primitive::Primitive;
use cozen::CodeProblem;

use crate::{
    GIVES_RAW, GIVES_VALUE, MAP_LIVE, MAP_NONE, SLOTS, TAKES_RAW, accept, map_hole, procedure_hole,
    refused,
};

const fn copy_to(slot: u16) -> I {
    I::Copy {
        dst: IntoAny(slot),
        src: AnyLocal(1),
    }
}

const fn call(arguments: u16, words: u16) -> I {
    I::Call {
        arguments: Count(arguments),
        dst: IntoReturned(1),
        words: Count(words),
        map: MapOffset(0),
    }
}

#[test]
fn frames_of_callees_start_inside_the_frame_at_an_even_word() {
    for words in [0, 3, 10] {
        let slot = words.min(7);
        let lines = [
            (copy_to(slot), &[][..]),
            (call(0, words), &[map_hole(MAP_NONE)]),
        ];
        let found = crate::problem(&lines);
        let wanted = CodeProblem::FrameWords {
            words,
            slots: SLOTS,
        };
        // Word 10 lies outside the frame: nothing can stand there.
        let outside = CodeProblem::Slot {
            slot: 10,
            slots: SLOTS,
        };
        assert!(found == wanted || found == outside, "{found:?}");
    }
    accept(&[(copy_to(4), &[]), (call(0, 4), &[map_hole(MAP_LIVE)])]);
}

#[test]
fn a_map_at_a_call_ends_in_front_of_the_return_word() {
    refused!(
        [(copy_to(2), &[]), (call(0, 2), &[map_hole(MAP_LIVE)])],
        CodeProblem::MapSlots {
            map_slots: 2,
            slots: 1
        }
    );
}

#[test]
fn calls_have_what_they_call_and_its_arguments() {
    refused!(
        [(call(0, 4), &[map_hole(MAP_LIVE)])],
        CodeProblem::NotTagged { slot: 4 }
    );
    refused!(
        [(copy_to(4), &[]), (call(1, 4), &[map_hole(MAP_LIVE)])],
        CodeProblem::NotTagged { slot: 5 }
    );
    refused!(
        [(
            I::TailCall {
                arguments: Count(1)
            },
            &[]
        )],
        CodeProblem::NotTagged { slot: 0 }
    );
    refused!(
        [
            (copy_to(0), &[]),
            (
                I::TailApply {
                    arguments: Count(2)
                },
                &[]
            )
        ],
        CodeProblem::NotTagged { slot: 2 }
    );
    let host = I::CallHost {
        primitive: PrimitiveOperand(Primitive::Exit.index()),
        first: Local(2),
        count: Count(1),
        dst: IntoReturned(1),
        words: Count(4),
        map: MapOffset(0),
    };
    refused!(
        [(host, &[map_hole(MAP_LIVE)])],
        CodeProblem::NotTagged { slot: 2 }
    );
    accept(&[(copy_to(2), &[]), (host, &[map_hole(MAP_LIVE)])]);
}

#[test]
fn the_result_of_a_call_goes_into_the_frame() {
    let call = I::Call {
        arguments: Count(0),
        dst: IntoReturned(8),
        words: Count(4),
        map: MapOffset(0),
    };
    refused!(
        [(copy_to(4), &[]), (call, &[map_hole(MAP_LIVE)])],
        CodeProblem::Slot {
            slot: 8,
            slots: SLOTS
        }
    );
}

#[test]
fn what_lies_in_the_callees_frame_is_gone_after_a_call() {
    let read = I::Car {
        dst: abi::isa::Into(2),
        pair: Local(4),
    };
    refused!(
        [
            (copy_to(4), &[]),
            (call(0, 4), &[map_hole(MAP_LIVE)]),
            (read, &[])
        ],
        CodeProblem::NotTagged { slot: 4 }
    );
}

const fn call_known(dst: u16) -> I {
    I::CallKnown {
        target: CodeOffset(0),
        dst: IntoReturned(dst),
        words: Count(4),
        map: MapOffset(0),
    }
}

#[test]
fn known_calls_give_what_the_procedure_takes() {
    let holes = |procedure| [procedure_hole(12, procedure), map_hole(MAP_LIVE)];
    let gives_value = holes(GIVES_VALUE);
    refused!(
        [(call_known(1), &gives_value)],
        CodeProblem::NotTagged { slot: 5 }
    );
    accept(&[(copy_to(5), &[]), (call_known(1), &gives_value)]);
    let takes_raw = holes(TAKES_RAW);
    refused!(
        [(call_known(1), &takes_raw)],
        CodeProblem::NotWritten { slot: 5 }
    );
    let raw_5 = I::LoadRaw {
        dst: IntoRaw(5),
        word: Word(3),
    };
    accept(&[(raw_5, &[]), (call_known(1), &takes_raw)]);
    refused!(
        [(raw_5, &[]), (call_known(1), &gives_value)],
        CodeProblem::NotTagged { slot: 5 }
    );
    let nowhere = [map_hole(MAP_LIVE)];
    refused!(
        [(copy_to(5), &[]), (call_known(1), &nowhere)],
        CodeProblem::NoProcedure { .. }
    );
}

#[test]
fn a_raw_result_is_no_value() {
    let holes = [procedure_hole(12, GIVES_RAW), map_hole(MAP_LIVE)];
    refused!(
        [(copy_to(5), &[]), (call_known(1), &holes)],
        CodeProblem::NotTagged { slot: 1 }
    );
    accept(&[(copy_to(5), &[]), (call_known(2), &holes)]);
}

#[test]
fn a_tail_call_gives_what_its_procedure_is_to_give() {
    let tail = I::TailCallKnown {
        target: CodeOffset(0),
    };
    let raw = [procedure_hole(4, GIVES_RAW)];
    refused!([(tail, &raw)], CodeProblem::ResultKind);
    accept(&[(tail, &[procedure_hole(4, GIVES_VALUE)])]);
}
