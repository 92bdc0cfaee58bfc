//! Code for which it would take too long, or too much memory, to find out what slots hold.

use abi::isa::{BranchOffset, Instruction as I, Into, Local, MapOffset, Small};
use compiler::id::Id as _;
use compiler::ssa::ir::ProcedureId;
use cozen::{CodeProblem, VerifyError};

use crate::{LOAD_1, Line, MAP_LIVE, accept, map_hole, unit, verdict};

/// Loops in loops. A turn of each begins with a poll and loads slot 2, runs the next one, and goes back without a poll.
/// Only the innermost one does not load slot 2: its head learns that in the first round, the head around it in the
/// second one, and so on.
fn nest(levels: i32) -> Vec<I> {
    const TURN_BYTES: i32 = 7 + 5 + 5;
    const JUMP_BYTES: i32 = 5;
    let load = I::LoadSmall {
        dst: Into(2),
        value: Small(0),
    };
    let mut code = vec![load];
    for level in 0..levels {
        let inside = levels - level - 1;
        // Behind this branch: the poll, the load, what is inside, and the jump back.
        let rest = 5 + 5 + inside * (TURN_BYTES + JUMP_BYTES) + JUMP_BYTES;
        code.push(I::BranchTrue {
            src: Local(1),
            offset: BranchOffset(rest),
        });
        code.push(I::Poll { map: MapOffset(0) });
        code.push(if inside == 0 { LOAD_1 } else { load });
    }
    for level in (0..levels).rev() {
        let turn = (levels - level) * (TURN_BYTES + JUMP_BYTES);
        code.push(I::Jump {
            offset: BranchOffset(-turn),
        });
    }
    code
}

fn lines<'a>(code: &[I], hole: &'a [(u32, compiler::link::unit::FixupTarget)]) -> Vec<Line<'a>> {
    let holes = |instruction: &I| match instruction {
        I::Poll { .. } => hole,
        _ => &[],
    };
    code.iter()
        .map(|instruction| (*instruction, holes(instruction)))
        .collect()
}

#[test]
fn loops_that_learn_from_each_other_for_ever_are_refused() {
    let hole = [map_hole(MAP_LIVE)];
    accept(&lines(&nest(1), &hole));
    accept(&lines(&nest(200), &hole));
    let found = crate::problem(&lines(&nest(300), &hole));
    assert!(matches!(found, CodeProblem::Flow { .. }), "{found:?}");
}

#[test]
fn branches_across_frames_that_take_too_much_memory_are_refused() {
    let verdict_on_branches = |count: i32| {
        let mut code = vec![I::LoadSmall {
            dst: Into(u16::MAX - 1),
            value: Small(0),
        }];
        for index in 0..count {
            let rest = 7 * (count - index - 1) + index;
            code.push(I::BranchTrue {
                src: Local(1),
                offset: BranchOffset(rest),
            });
        }
        code.extend((0..count).map(|_| I::NoOperation {}));
        let mut unit = unit(&lines(&code, &[]));
        unit.procedures[ProcedureId::new(0)].header.frame_bytes = 8 << 16;
        verdict(&unit)
    };
    assert_eq!(verdict_on_branches(1000), Ok(()));
    let found = verdict_on_branches(5000);
    let is_flow = |problem| matches!(problem, CodeProblem::Flow { .. });
    assert!(
        matches!(found, Err(VerifyError::Code { problem, .. }) if is_flow(problem)),
        "{found:?}"
    );
}
