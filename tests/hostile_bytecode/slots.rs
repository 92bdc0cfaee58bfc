//! Slots: what they hold, and what frame maps say of it.

use abi::isa::{
    AnyLocal, BranchOffset, Count, Instruction as I, Into, IntoAny, IntoRaw, Local, MapOffset,
    RawLocal, Small, Word,
};
use cozen::CodeProblem;

use crate::{LOAD_1, MAP_DEAD, MAP_LIVE, MAP_NINE, MAP_RAW, SLOTS, accept, map_hole, refused};

const RAW_2: I = I::LoadRaw {
    dst: IntoRaw(2),
    word: Word(3),
};

#[test]
fn slots_outside_the_frame_are_refused() {
    let load = I::LoadSmall {
        dst: Into(8),
        value: Small(0),
    };
    refused!(
        [(load, &[])],
        CodeProblem::Slot {
            slot: 8,
            slots: SLOTS
        }
    );
    let cdr = I::Cdr {
        dst: Into(2),
        pair: Local(u16::MAX),
    };
    refused!([(cdr, &[])], CodeProblem::Slot { slot: 0xffff, .. });
    let receive = I::Receive {
        first: Into(1),
        required: Count(9),
        rest: abi::isa::Flag(0),
    };
    refused!([(receive, &[])], CodeProblem::Slot { slot: 8, .. });
}

#[test]
fn slots_that_hold_no_value_are_not_read_as_values() {
    let boxed = I::MakeBox {
        dst: Into(3),
        src: Local(2),
    };
    refused!([(boxed, &[])], CodeProblem::NotTagged { slot: 2 });
    refused!(
        [(RAW_2, &[]), (boxed, &[])],
        CodeProblem::NotTagged { slot: 2 }
    );
    let values = I::ReturnValues {
        first: Local(1),
        count: Count(2),
    };
    refused!([(values, &[])], CodeProblem::NotTagged { slot: 2 });
    let raw = I::F64Add {
        dst: IntoRaw(1),
        a: RawLocal(1),
        b: RawLocal(1),
    };
    refused!([(raw, &[])], CodeProblem::NotTagged { slot: 1 });
}

#[test]
fn slots_that_were_not_written_are_not_read() {
    let add = I::F64Add {
        dst: IntoRaw(3),
        a: RawLocal(1),
        b: RawLocal(2),
    };
    refused!([(add, &[])], CodeProblem::NotWritten { slot: 2 });
    let copy = I::Copy {
        dst: IntoAny(3),
        src: AnyLocal(2),
    };
    refused!([(copy, &[])], CodeProblem::NotWritten { slot: 2 });
    accept(&[(RAW_2, &[]), (copy, &[])]);
}

#[test]
fn the_second_part_of_an_instruction_sees_what_the_first_has_written() {
    let loads = |dst, pair2| I::CarCdr {
        dst: Into(dst),
        pair: Local(1),
        dst2: Into(3),
        pair2: Local(pair2),
    };
    accept(&[(loads(2, 2), &[])]);
    refused!([(loads(3, 2), &[])], CodeProblem::NotTagged { slot: 2 });
}

#[test]
fn what_only_one_way_writes_is_not_known_where_ways_meet() {
    // One way loads slot 2, the other one jumps over that.
    let load = I::LoadSmall {
        dst: Into(2),
        value: Small(0),
    };
    let branch = I::BranchTrue {
        src: Local(1),
        offset: BranchOffset(5),
    };
    let read = I::Car {
        dst: Into(3),
        pair: Local(2),
    };
    refused!(
        [(branch, &[]), (load, &[]), (read, &[])],
        CodeProblem::NotTagged { slot: 2 }
    );
    accept(&[(load, &[]), (branch, &[]), (load, &[]), (read, &[])]);
}

#[test]
fn what_a_loop_takes_away_is_not_known_at_its_head() {
    // The first turn reads a value in slot 2; the end of each turn writes a raw word there.
    let load = I::LoadSmall {
        dst: Into(2),
        value: Small(0),
    };
    let read = I::Car {
        dst: Into(3),
        pair: Local(2),
    };
    let poll = I::Poll { map: MapOffset(0) };
    let turn = |back: i32| I::BranchTrue {
        src: Local(1),
        offset: BranchOffset(-back),
    };
    let lines = [
        (load, &[][..]),
        (read, &[]),
        (poll, &[map_hole(MAP_LIVE)]),
        (RAW_2, &[]),
    ];
    let back = 5 + 5 + 11 + 7;
    let mut with_raw = lines.to_vec();
    with_raw.push((turn(back), &[]));
    assert_eq!(
        crate::problem(&with_raw),
        CodeProblem::NotTagged { slot: 2 }
    );
    let mut with_value = lines[..3].to_vec();
    with_value.extend([(load, &[][..]), (turn(5 + 5 + 5 + 7), &[])]);
    accept(&with_value);
}

#[test]
fn frame_maps_that_are_none_are_refused() {
    refused!(
        [(I::Poll { map: MapOffset(0) }, &[])],
        CodeProblem::NoMap { .. }
    );
    refused!(
        [(
            I::Poll {
                map: MapOffset(i32::MAX)
            },
            &[]
        )],
        CodeProblem::NoMap { .. }
    );
}

#[test]
fn frame_maps_that_say_what_is_not_so_are_refused() {
    let poll = I::Poll { map: MapOffset(0) };
    refused!(
        [(poll, &[map_hole(MAP_NINE)])],
        CodeProblem::MapSlots {
            map_slots: 9,
            slots: SLOTS
        }
    );
    let raw_1 = I::LoadRaw {
        dst: IntoRaw(1),
        word: Word(3),
    };
    refused!(
        [(raw_1, &[]), (poll, &[map_hole(MAP_LIVE)])],
        CodeProblem::MapLive { slot: 1 }
    );
    let lines = [
        (poll, &[map_hole(MAP_DEAD)][..]),
        (poll, &[map_hole(MAP_RAW)]),
    ];
    assert_eq!(crate::problem(&lines), CodeProblem::MapRaw { slot: 1 });
}

#[test]
fn what_a_map_calls_dead_or_raw_is_no_value_afterwards() {
    let poll = I::Poll { map: MapOffset(0) };
    for map in [MAP_DEAD, MAP_RAW] {
        refused!(
            [(poll, &[map_hole(map)])],
            CodeProblem::NotTagged { slot: 1 }
        );
    }
    accept(&[(poll, &[map_hole(MAP_LIVE)])]);
    accept(&[(poll, &[map_hole(MAP_DEAD)]), (LOAD_1, &[])]);
}

#[test]
fn an_operand_of_an_instruction_that_may_run_again_is_live_in_its_map() {
    let add = I::AddSmall {
        dst: Into(2),
        a: Local(1),
        value: Small(1),
        map: MapOffset(0),
    };
    refused!(
        [(add, &[map_hole(MAP_DEAD)]), (LOAD_1, &[])],
        CodeProblem::NotTagged { slot: 1 }
    );
    accept(&[(add, &[map_hole(MAP_LIVE)])]);
}
