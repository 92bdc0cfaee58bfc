//! Polls: no loop without one, and none too late for what is allocated.

use abi::isa::{BranchOffset, CodeOffset, Count, Index, Instruction as I, Into, Local, MapOffset};
use cozen::CodeProblem;

use crate::{GIVES_VALUE, MAP_LIVE, accept, map_hole, procedure_hole, refused};

const POLL: I = I::Poll { map: MapOffset(0) };
const CONS: I = I::Cons {
    dst: Into(1),
    car: Local(1),
    cdr: Local(1),
};
/// Calls slot 4 with the argument in slot 5.
const CALL: I = I::Call {
    arguments: Count(0),
    dst: abi::isa::IntoReturned(1),
    words: Count(4),
    map: MapOffset(0),
};
const COPY_TO_4: I = I::Copy {
    dst: abi::isa::IntoAny(4),
    src: abi::isa::AnyLocal(1),
};

#[test]
fn loops_without_a_poll_are_refused() {
    let back = I::BranchTrue {
        src: Local(1),
        offset: BranchOffset(-7),
    };
    refused!([(back, &[])], CodeProblem::NoPoll { target: 5 });
    let polled = I::BranchTrue {
        src: Local(1),
        offset: BranchOffset(-12),
    };
    accept(&[(POLL, &[map_hole(MAP_LIVE)]), (polled, &[])]);
    // The poll stands in front of the loop.
    refused!(
        [(POLL, &[map_hole(MAP_LIVE)]), (back, &[])],
        CodeProblem::NoPoll { target: 10 }
    );
}

#[test]
fn a_poll_on_one_way_through_a_loop_is_not_enough() {
    let over = I::BranchTrue {
        src: Local(1),
        offset: BranchOffset(5),
    };
    let back = I::BranchTrue {
        src: Local(1),
        offset: BranchOffset(-19),
    };
    refused!(
        [(over, &[]), (POLL, &[map_hole(MAP_LIVE)]), (back, &[])],
        CodeProblem::NoPoll { target: 5 }
    );
}

#[test]
fn allocation_after_a_call_waits_for_a_poll() {
    let holes = [map_hole(MAP_LIVE)];
    let call = [(COPY_TO_4, &[][..]), (CALL, &[map_hole(MAP_LIVE)])];
    let mut lines = call.to_vec();
    lines.push((CONS, &[]));
    assert_eq!(crate::problem(&lines), CodeProblem::AllocatesUnpolled);
    lines.insert(2, (POLL, &holes));
    accept(&lines);
}

#[test]
fn much_is_not_allocated_between_two_polls() {
    let closure = I::MakeClosure {
        dst: Into(2),
        code: CodeOffset(0),
        free: Count(u16::MAX),
    };
    let hole = &[procedure_hole(6, GIVES_VALUE)][..];
    let lines = vec![(closure, hole); 9];
    let found = crate::problem(&lines);
    assert!(
        matches!(found, CodeProblem::AllocatesMuch { .. }),
        "{found:?}"
    );
    accept(&lines[..7]);
}

#[test]
fn only_fresh_closures_are_initialised() {
    let closure = I::MakeClosure {
        dst: Into(2),
        code: CodeOffset(0),
        free: Count(1),
    };
    let hole = &[procedure_hole(6, GIVES_VALUE)][..];
    let init = I::ClosureInit {
        closure: Local(2),
        index: Index(0),
        src: Local(1),
    };
    accept(&[(closure, hole), (init, &[])]);
    refused!([(init, &[])], CodeProblem::NotTagged { slot: 2 });
    let load = I::LoadSmall {
        dst: Into(2),
        value: abi::isa::Small(0),
    };
    refused!(
        [(load, &[]), (init, &[])],
        CodeProblem::NotFresh { slot: 2 }
    );
    refused!(
        [(closure, hole), (load, &[]), (init, &[])],
        CodeProblem::NotFresh { slot: 2 }
    );
    // The map of the poll calls slot 1 live, so the closure is known no more; a safepoint that keeps it is enough.
    let copy = I::Copy {
        dst: abi::isa::IntoAny(1),
        src: abi::isa::AnyLocal(2),
    };
    let init_1 = I::ClosureInit {
        closure: Local(1),
        index: Index(0),
        src: Local(1),
    };
    refused!(
        [
            (closure, hole),
            (copy, &[]),
            (POLL, &[map_hole(MAP_LIVE)]),
            (init_1, &[])
        ],
        CodeProblem::NotFresh { slot: 1 }
    );
    accept(&[(closure, hole), (copy, &[]), (init_1, &[])]);
}
