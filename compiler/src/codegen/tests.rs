//! Golden tests: SSA in, instructions and frame maps out.

use std::fmt::Write as _;

use abi::frame_map::{FrameMap, SlotState};
use abi::isa::{Opcode, disassemble};

use super::{check_frame_maps, generate};
use crate::id::Id;
use crate::link::unit::{FixupTarget, LinkUnit};
use crate::options::Tier;
use crate::phase_times::PhaseTimes;
use crate::ssa::ir::ProcedureId;
use crate::ssa::parse::parse;
use crate::ssa::pass::PASSES;
use crate::ssa::verify::verify;

/// Runs all passes and code generation.
fn compile(text: &str) -> LinkUnit {
    let mut unit = parse(text).unwrap();
    assert_eq!(verify(&unit), []);
    for pass in PASSES {
        unit = pass.run(unit);
        assert_eq!(verify(&unit), [], "after {}", pass.name);
    }
    let unit = generate(&unit, Tier::Bytecode, None, &mut PhaseTimes::default()).unwrap();
    assert_eq!(check_frame_maps(&unit), []);
    unit
}

/// Instructions of a procedure; safepoints with the states of their slots.
pub(in crate::codegen) fn listing(unit: &LinkUnit, procedure: u32) -> String {
    let code = &unit.procedures[ProcedureId::new(procedure)];
    let mut text = String::new();
    for line in disassemble(&code.code).unwrap() {
        let end = line.offset + line.instruction.opcode().instruction_bytes();
        let holes = code.fixups.iter().filter(|fixup| fixup.end as usize == end);
        let words: Vec<&str> = line.text.split(' ').filter(|word| !is_hole(word)).collect();
        write!(text, "{}: {}", line.offset, words.join(" ")).unwrap();
        for hole in holes {
            match hole.target {
                FixupTarget::FrameMap(number) => {
                    let map = FrameMap::decode(&unit.frame_maps[number]).unwrap();
                    let letters: String = map.states().map(SlotState::letter).collect();
                    write!(text, " [{letters}]").unwrap();
                }
                FixupTarget::Procedure(id) => write!(text, " Procedure({})", id.number()).unwrap(),
                FixupTarget::SymbolCell(id) => {
                    write!(text, " SymbolCell({})", id.number()).unwrap();
                }
                FixupTarget::Constant(id) => write!(text, " Constant({})", id.number()).unwrap(),
                FixupTarget::Cell(id) => write!(text, " Cell({})", id.number()).unwrap(),
            }
        }
        text.push('\n');
        assert_ne!(line.instruction.opcode(), Opcode::Trap);
    }
    text
}

fn is_hole(word: &str) -> bool {
    ["code:", "data:", "map:"]
        .iter()
        .any(|prefix| word.starts_with(prefix))
}

/// Fibonacci numbers, by two calls of procedure `number`, which it is.
pub(super) fn fib(number: u32) -> String {
    format!(
        r#"(procedure "fib" 1 0 #f 0 ("n")
          (block b0 (v0)
            (let v1 (fixnum 2))
            (branch (compare < v0 v1) (b1) (b2)))
          (block b1 () (return v0))
          (block b2 ()
            (let v2 (fixnum 1))
            (let v3 (primitive - v0 v2))
            (let v4 (call-known {number} #f v3))
            (let v5 (fixnum 2))
            (let v6 (primitive - v0 v5))
            (let v7 (call-known {number} #f v6))
            (let v8 (primitive + v4 v7))
            (return v8)))"#
    )
}

#[test]
fn fib_takes_eight_instructions() {
    let unit = compile(&fib(0));
    insta::assert_snapshot!(listing(&unit, 0), @r"
    0: branch_not_less_small s1 2 ->16 [-L]
    13: return_value s1
    16: add_small s5 s1 -1 [-L]
    27: call_known s0 words=4 Procedure(0) [-L-]
    40: add_small s3 s1 -2 [LL---d]
    51: call_known s1 words=2 Procedure(0) [L]
    64: add s0 s0 s1 [LL-d-d]
    75: return_value s0
    ");
}

#[test]
fn a_loop_keeps_its_variables_in_place() {
    let unit = compile(
        r#"(procedure "sum" 1 0 #f 0 ("n")
          (block b0 (v0)
            (let v1 (fixnum 0))
            (jump (b1 v0 v1)))
          (block b1 (v2 v3)
            (let v4 (fixnum 0))
            (branch (compare = v2 v4) (b2) (b3)))
          (block b2 () (return v3))
          (block b3 ()
            (let v5 (fixnum 1))
            (let v6 (primitive - v2 v5))
            (let v7 (primitive + v3 v2))
            (jump (b1 v6 v7))))"#,
    );
    insta::assert_snapshot!(listing(&unit, 0), @r"
    0: load_small s0 0
    5: branch_equal_small s1 0 ->53 [LL]
    18: add s0 s0 s1 [LL]
    29: add_small s1 s1 -1 [LL]
    40: poll_branch_not_equal_small s1 0 ->18 [LL]
    53: return_value s0
    ");
}

#[test]
fn operands_of_nested_calls_are_computed_in_place() {
    let unit = compile(
        r#"(globals "f" "g" "h")
        (procedure "nest" 2 0 #f 0 ("x" "y")
          (block b0 (v0 v1)
            (let v2 (global-ref 1))
            (let v3 (call v2 v0))
            (let v4 (global-ref 2))
            (let v5 (call v4 v1))
            (let v6 (global-ref 0))
            (let v7 (call v6 v3 v5))
            (let v8 (primitive cons v7 v7))
            (return v8)))"#,
    );
    insta::assert_snapshot!(listing(&unit, 0), @r"
    0: load_cell s3 SymbolCell(0)
    7: leaf1 s3 %location s3 [-LLL]
    18: store_cell s3 Cell(0)
    25: load_cell s3 SymbolCell(1)
    32: leaf1 s3 %location s3 [-LLL]
    43: store_cell s3 Cell(1)
    50: load_cell s3 SymbolCell(2)
    57: leaf1 s3 %location s3 [-LLL]
    68: store_cell s3 Cell(2)
    75: location_ref s4 Cell(0)
    82: copy s5 s1
    87: call arguments=1 s3 words=4 [-dL]
    98: location_ref s6 Cell(1)
    105: copy s7 s2
    110: call arguments=1 s4 words=6 [-ddLd]
    121: location_ref s2 Cell(2)
    128: call arguments=2 s0 words=2 [-]
    139: poll_cons s0 s0 s0 [Lddddddd]
    150: return_value s0
    ");
}

#[test]
fn values_of_a_receiving_call_arrive_where_they_are_used() {
    let unit = compile(
        r#"(procedure "p" 2 0 #f 0 ("f" "x")
          (block b0 (v0 v1)
            (call-receive v0 2 #t b1 v1 v1))
          (block b1 (v2 v3 v4)
            (let v5 (primitive cons v2 v4))
            (let v6 (call v1 v3 v5))
            (return v6)))"#,
    );
    insta::assert_snapshot!(listing(&unit, 0), @r"
    0: copy3 s4 s1 s5 s2 s6 s2
    13: call arguments=2 s3 words=4 [-dL]
    24: receive s3 required=2 rest=1
    30: copy3 s0 s3 s3 s4 s1 s5
    43: poll_cons s4 s0 s1 [LLLLddd]
    54: call arguments=2 s0 words=2 [d]
    65: return_value s0
    ");
}

#[test]
fn arguments_that_change_places_go_through_a_temporary() {
    let unit = compile(
        r#"(procedure "p" 2 0 #f 0 ("a" "b")
          (block b0 (v0 v1) (tail-call-known 0 #f v1 v0)))"#,
    );
    insta::assert_snapshot!(listing(&unit, 0), @r"
    0: copy3 s3 s1 s1 s2 s2 s3
    13: tail_call_known Procedure(0)
    ");
}

#[test]
fn raw_arguments_and_results_stay_raw_in_their_slots() {
    let unit = compile(
        r#"(procedure "main" 2 0 #f 0 ("x" "y")
          (block b0 (v0 v1)
            (let v2:f64 (unbox-f64 v0))
            (let v3:f64 (call-known 1 #f v1 v2))
            (let v4:f64 (call-known 1 #f v0 v3))
            (let v5:f64 (f64-add v3 v4))
            (let v6 (box-f64 v5))
            (return v6)))
        (procedure "half" 2 0 #f 0 ("list" "x")
          (result f64)
          (block b0 (v0 v1:f64)
            (let v2:f64 (raw 4602678819172646912))
            (let v3:f64 (f64-multiply v1 v2))
            (branch (type null? v0) (b1) (b2)))
          (block b1 () (return v3))
          (block b2 () (let v4 (primitive cdr v0)) (tail-call-known 1 #f v4 v3)))"#,
    );
    insta::assert_snapshot!(listing(&unit, 0), @r"
    0: unbox_f64 r6 s1
    5: copy s5 s2
    10: call_known s0 words=4 Procedure(1) [-Ld]
    23: copy2 s3 s1 s4 s0
    32: call_known s1 words=2 Procedure(1) [r]
    45: f64_add r0 r0 r1
    52: poll [rdddddd]
    57: box_f64 s0 r0
    62: return_value s0
    ");
    insta::assert_snapshot!(listing(&unit, 1), @r"
    0: load_raw r0 0x3fe0000000000000
    11: f64_multiply r2 r2 r0
    18: branch_not_null s1 ->28
    25: return_value s2
    28: cdr s1 s1
    33: tail_call_known Procedure(1)
    ");
    let entry = &unit.frame_maps[unit.procedures[ProcedureId::new(1)].entry_map];
    let states: String = FrameMap::decode(entry)
        .unwrap()
        .states()
        .map(SlotState::letter)
        .collect();
    assert_eq!(states, "-Lr");
}

#[test]
fn a_frame_that_is_too_large_is_refused_by_name() {
    let operands = " v0".repeat(70_000);
    let text = format!(
        "(procedure \"huge\" 1 0 #f 0 (\"x\") (block b0 (v0) (let v1 (primitive list{operands})) (return v1)))"
    );
    let error = generate(
        &parse(&text).unwrap(),
        Tier::Bytecode,
        None,
        &mut PhaseTimes::default(),
    )
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "procedure \"huge\" needs 70000 slots; a frame has at most 65535"
    );
}

#[test]
fn closures_take_their_free_variables_in_one_instruction() {
    let unit = compile(
        r#"(procedure "outer" 2 0 #f 0 ("a" "b")
          (block b0 (v0 v1)
            (let v2 (make-closure 1 2))
            (do (closure-init v2 0 v1))
            (do (closure-init v2 1 v0))
            (return v2)))
        (procedure "inner" 0 0 #f 2 ()
          (block b0 (v0)
            (let v1 (closure-ref v0 0))
            (let v2 (closure-ref v0 1))
            (let v3 (primitive cons v1 v2))
            (return v3)))
        (procedure "itself" 1 0 #f 0 ("a")
          (block b0 (v0)
            (let v1 (make-closure 1 2))
            (do (closure-init v1 0 v1))
            (do (closure-init v1 1 v0))
            (return v1)))"#,
    );
    let opcodes = |procedure: u32| {
        let lines = disassemble(&unit.procedures[ProcedureId::new(procedure)].code).unwrap();
        let opcodes = lines.iter().map(|line| line.instruction.opcode());
        opcodes.collect::<Vec<_>>()
    };
    assert_eq!(opcodes(0), [Opcode::MakeClosure2, Opcode::ReturnValue]);
    assert_eq!(
        opcodes(2),
        [
            Opcode::MakeClosure,
            Opcode::ClosureInit,
            Opcode::ClosureInit,
            Opcode::ReturnValue
        ]
    );
}

/// Found by reading: `#f` was written over the operand of `not` before that was tested.
#[test]
fn what_is_written_before_operands_are_read_takes_none_of_their_slots() {
    for operation in ["(primitive not v0)", "(primitive < v0 v0)"] {
        let unit = compile(&format!(
            r#"(procedure "f" 1 0 #f 0 ("x")
              (block b0 (v0)
                (let v1 (primitive cons v0 v0))
                (let v2 {operation})
                (let v3 (primitive cons v1 v2))
                (return v3)))"#
        ));
        let text = listing(&unit, 0);
        let writes = |slot: &str| text.contains(&format!("load_word {slot} "));
        assert!(writes("s2") && !writes("s1"), "{text}");
    }
}
