//! Instructions and their operands.

use abi::isa::{
    BranchOffset, Count, DataOffset, Flag, Instruction as I, Into, Local, MapOffset, Opcode,
    PrimitiveOperand, Small, TestOperand, Word, Word32,
};
use abi::primitive::Primitive;
use compiler::id::Id as _;
use compiler::link::unit::{ConstantId, FixupTarget, LinkUnit};
use compiler::ssa::ir::{CellId, ProcedureId};
use cozen::{CodeProblem, VerifyError};

use crate::{
    GIVES_RAW, GIVES_VALUE, MAP_LIVE, accept, map_hole, procedure_hole, refused, unit, verdict,
};

/// The problem of a unit whose entry has these bytes.
fn problem_of_bytes(code: &[u8]) -> CodeProblem {
    let mut unit: LinkUnit = unit(&[]);
    let entry = &mut unit.procedures[ProcedureId::new(0)];
    entry.code = code.to_vec();
    entry.fixups.clear();
    match verdict(&unit) {
        Err(VerifyError::Code { problem, .. }) => problem,
        other => panic!("{other:?}"),
    }
}

#[test]
fn bytes_that_are_no_instructions_are_refused() {
    assert_eq!(
        problem_of_bytes(&[0xff]),
        CodeProblem::Opcode { opcode: 0xff }
    );
    let found = problem_of_bytes(&[Opcode::ReturnValue as u8, 0]);
    assert_eq!(found, CodeProblem::Truncated);
}

#[test]
fn instructions_of_the_machine_are_refused() {
    refused!([(I::ExitBase {}, &[])], CodeProblem::MachineOnly);
    refused!([(I::Underflow {}, &[])], CodeProblem::MachineOnly);
    refused!([(I::ReturnBarrier {}, &[])], CodeProblem::MachineOnly);
    refused!([(I::ReturnToNative {}, &[])], CodeProblem::MachineOnly);
    refused!([(I::EnterLoop {}, &[])], CodeProblem::MachineOnly);
    refused!([(I::EnterNative {}, &[])], CodeProblem::EnterNative);
    accept(&[(I::NoOperation {}, &[])]);
}

#[test]
fn code_that_runs_out_of_its_procedure_is_refused() {
    let mut load = Vec::new();
    crate::LOAD_1.encode(&mut load);
    assert_eq!(problem_of_bytes(&load), CodeProblem::FallsOut);
    assert_eq!(problem_of_bytes(&[]), CodeProblem::FallsOut);
}

#[test]
fn branches_to_where_no_instruction_starts_are_refused() {
    for (distance, offset) in [(1, 11), (-4, 6), (1000, 1010), (-1000, -990), (3, 13)] {
        let jump = I::Jump {
            offset: BranchOffset(distance),
        };
        let target = i64::from(offset);
        let found = crate::problem(&[(jump, &[])]);
        assert_eq!(found, CodeProblem::BranchTarget { target });
    }
    accept(&[(
        I::Jump {
            offset: BranchOffset(0),
        },
        &[],
    )]);
}

#[test]
fn switches_without_their_tables_are_refused() {
    let src = Local(1);
    let jump = (
        I::Jump {
            offset: BranchOffset(0),
        },
        &[][..],
    );
    let switch = I::SwitchWord {
        src,
        base: Word32(0),
        shift: Small(3),
        count: Count(1),
    };
    refused!(
        [(switch, &[]), jump],
        CodeProblem::Table {
            found: 1,
            expected: 2
        }
    );
    let switch = I::SwitchStringLength {
        src,
        base: Word32(0),
        count: Count(500),
    };
    refused!(
        [(switch, &[]), jump],
        CodeProblem::Table {
            found: 1,
            expected: 501
        }
    );
    let search = I::SwitchSearch {
        src,
        count: Count(1),
    };
    refused!(
        [(search, &[]), jump],
        CodeProblem::Table {
            found: 0,
            expected: 1
        }
    );
    for (shift, bits) in [(0, -1), (0, 16), (-1, 1), (61, 1)] {
        let switch = I::SwitchSymbol {
            src,
            shift: Small(shift),
            bits: Small(bits),
        };
        let found = crate::problem(&[(switch, &[])]);
        assert_eq!(found, CodeProblem::SwitchBits { bits, shift });
    }
    let switch = I::SwitchWord {
        src,
        base: Word32(0),
        shift: Small(3),
        count: Count(0),
    };
    accept(&[(switch, &[]), jump]);
}

#[test]
fn constants_and_cells_that_are_not_there_are_refused() {
    let constant = I::LoadConstant {
        dst: Into(2),
        constant: DataOffset(2),
    };
    let hole = (4, FixupTarget::Constant(ConstantId::new(0)));
    accept(&[(
        I::LoadConstant {
            dst: Into(2),
            constant: DataOffset(0),
        },
        &[hole],
    )]);
    refused!([(constant, &[])], CodeProblem::Constant { .. });
    let cell = |from| I::LoadCell {
        dst: Into(2),
        cell: DataOffset(from),
    };
    accept(&[(cell(0), &[(4, FixupTarget::Cell(CellId::new(0)))])]);
    refused!([(cell(0), &[])], CodeProblem::Cell { .. });
    refused!([(cell(i32::MIN), &[])], CodeProblem::Cell { .. });
}

#[test]
fn immediates_that_are_no_values_are_refused() {
    for word in [
        abi::tag::MANY_VALUES,
        abi::tag::TAG_OBJECT,
        abi::tag::POISON,
        7,
    ] {
        let load = I::LoadWord {
            dst: Into(2),
            word: Word(word),
        };
        assert_eq!(crate::problem(&[(load, &[])]), CodeProblem::Word { word });
    }
    refused!(
        [(I::ReturnWord { word: Word32(2) }, &[])],
        CodeProblem::Word { word: 2 }
    );
}

#[test]
fn primitives_that_are_not_called_so_are_refused() {
    let leaf = |primitive: Primitive| I::Leaf1 {
        dst: Into(2),
        primitive: PrimitiveOperand(primitive.index()),
        a: Local(1),
        map: MapOffset(0),
    };
    let hole = &[map_hole(MAP_LIVE)][..];
    accept(&[(leaf(Primitive::Length), hole)]);
    // One with two arguments, one that is an instruction, one that runs Scheme.
    for primitive in [Primitive::IsEqual, Primitive::Car, Primitive::Exit] {
        refused!(
            [(leaf(primitive), hole)],
            CodeProblem::Primitive { count: 1, .. }
        );
    }
    let claim = I::Leaf2 {
        dst: Into(2),
        primitive: PrimitiveOperand(Primitive::CheckClaim.index()),
        a: Local(1),
        b: Local(1),
        map: MapOffset(0),
    };
    refused!([(claim, hole)], CodeProblem::Primitive { count: 2, .. });
    let unknown = I::Leaf1 {
        dst: Into(2),
        primitive: PrimitiveOperand(u16::MAX),
        a: Local(1),
        map: MapOffset(0),
    };
    refused!(
        [(unknown, hole)],
        CodeProblem::Primitive {
            number: u16::MAX,
            ..
        }
    );
}

#[test]
fn tests_and_flags_that_there_are_not_are_refused() {
    let test = I::TypeTest {
        dst: Into(2),
        src: Local(1),
        test: TestOperand(200),
    };
    refused!([(test, &[])], CodeProblem::TypeTest { number: 200 });
    let receive = I::Receive {
        first: Into(1),
        required: Count(1),
        rest: Flag(2),
    };
    refused!([(receive, &[])], CodeProblem::Flag { flag: 2 });
}

#[test]
fn closures_of_what_is_no_procedure_or_takes_raw_words_are_refused() {
    let closure = I::MakeClosure1 {
        dst: Into(2),
        code: abi::isa::CodeOffset(16),
        a: Local(1),
    };
    accept(&[(closure, &[procedure_hole(6, GIVES_VALUE)])]);
    refused!([(closure, &[])], CodeProblem::NoProcedure { .. });
    for procedure in [GIVES_RAW, crate::TAKES_RAW] {
        refused!(
            [(closure, &[procedure_hole(6, procedure)])],
            CodeProblem::ClosureOfRaw { .. }
        );
    }
}
