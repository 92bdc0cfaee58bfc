//! Golden tests of hot shapes: SSA in, CLIF out; and what is listed of the machine code.

use std::collections::HashMap;
use std::fmt::Write as _;

use abi::frame_map::{FrameMap, SlotState};

use super::eligible::choose;
use super::procedure::write_body;
use super::signature::Parameters;
use super::{Reach, target};
use crate::codegen::bytecode::generate;
use crate::codegen::frame_states::FrameMaps;
use crate::codegen::literal_pool::LiteralPool;
use crate::codegen::select::Shared;
use crate::link::unit::LinkUnit;
use crate::options::Tier;
use crate::phase_times::PhaseTimes;
use crate::ssa::analysis::{Graph, Proofs, UnitTypes};
use crate::ssa::ir::Unit;
use crate::ssa::parse::parse;
use crate::ssa::pass::PASSES;

/// A unit needs an entry, which stays bytecode.
const ENTRY: &str = r#"(procedure "" 0 0 #f 0 () (block b0 () (let v0 (fixnum 0)) (return v0)))"#;

fn unit(text: &str) -> Unit {
    let unit = parse(&format!("{ENTRY} {text}")).unwrap();
    PASSES.iter().fold(unit, |unit, pass| (pass.run)(unit))
}

/// The blocks of the second procedure, as Cranelift gets them.
fn clif(text: &str) -> String {
    let unit = unit(text);
    let mut shared = Shared {
        unit: &unit,
        pool: LiteralPool::default(),
        maps: FrameMaps::default(),
        global_cells: Vec::new(),
        cell_of_global: vec![None; unit.tables.globals.len()],
        external_cells: Vec::new(),
        cell_of_external: HashMap::new(),
    };
    let reach = Reach {
        bodies: unit.procedures.iter().map(Parameters::of_body).collect(),
        reasons: choose(&unit, Tier::Native, &vec![false; unit.procedures.len()]),
    };
    let graphs: Vec<Graph> = unit.procedures.iter().map(Graph::new).collect();
    let types = UnitTypes::infer(&unit, &graphs);
    let proofs = Proofs::new(&unit);
    let written = write_body(
        &mut shared,
        (&reach, &types, &proofs),
        &*target::target(),
        1,
    );
    let text = written.function.display().to_string();
    let mut blocks = String::new();
    for line in text.lines() {
        // Behind the column of source places.
        let line = line.get(32..).unwrap_or_default().trim_end();
        if line.starts_with("block") || line.starts_with("    ") {
            // Constants are shown behind each use.
            if !line.contains(" = iconst") {
                writeln!(blocks, "{line}").unwrap();
            }
        }
    }
    blocks
}

/// Return points of the second procedure's functions.
fn return_points(unit: &LinkUnit) -> String {
    let mut text = String::new();
    let native = unit.procedures[1].native.as_ref().unwrap();
    for function in &native.functions {
        for point in &function.returns {
            let map = FrameMap::decode(&unit.frame_maps[point.map as usize]).unwrap();
            let letters: String = map.states().map(SlotState::letter).collect();
            let receives = if point.receives { " receives" } else { "" };
            writeln!(text, "{} words [{letters}]{receives}", point.words).unwrap();
        }
    }
    text
}

const FIB: &str = r#"(procedure "fib" 1 0 #f 0 ("n")
          (block b0 (v0)
            (let v1 (fixnum 2))
            (branch (compare < v0 v1) (b1) (b2)))
          (block b1 () (return v0))
          (block b2 ()
            (let v2 (fixnum 1))
            (let v3 (primitive - v0 v2))
            (let v4 (call-known 1 #f v3))
            (let v5 (fixnum 2))
            (let v6 (primitive - v0 v5))
            (let v7 (call-known 1 #f v6))
            (let v8 (primitive + v4 v7))
            (return v8)))"#;

const CONS: &str = r#"(procedure "twice" 1 0 #f 0 ("x")
  (block b0 (v0)
    (let v1 (primitive cons v0 v0))
    (return v1)))"#;

#[test]
fn values_are_in_slots_where_calls_return() {
    // Both slots are never live at once with the same value; errors have nothing live.
    let unit = generate(&unit(FIB), Tier::Native, &mut PhaseTimes::default()).unwrap();
    insta::assert_snapshot!(return_points(&unit), @r"
    4 words [rdL]
    4 words [rLd]
    4 words [rdL]
    4 words [rdL]
    4 words [rdL]
    4 words [rLd]
    4 words [rdd]
    ");
}

#[test]
fn a_pair_is_made_with_one_comparison() {
    insta::assert_snapshot!(clif(CONS), @r"
    block1(v0: i64):
        jump block0(v0)
    block0(v1: i64):
        v2 = get_pinned_reg.i64
        v3 = load.i64 notrap aligned v2+16
        v4 = atomic_load.i64 notrap aligned v3
        v5 = get_stack_pointer.i64
        v6 = icmp ult v5, v4
        brif v6, block2, block3(v1)
    block2 cold:
        v7 = stack_addr.i64 ss0
        store.i64 notrap v1, v7
        v8 = get_pinned_reg.i64
        v9 = load.i64 notrap aligned v8+176
        v10 = call_indirect sig0, v9(), stack_map=[i64 @ ss0+0]
        v11 = stack_addr.i64 ss0
        v12 = load.i64 notrap v11
        jump block3(v12)
    block3(v13: i64):
        v15 = get_pinned_reg.i64
        v16 = load.i64 notrap aligned v15
        v18 = iadd v16, v17  ; v17 = 16
        v19 = load.i64 notrap aligned v15+8
        v20 = icmp ugt v18, v19
        brif v20, block5, block6
    block6:
        store.i64 notrap aligned v18, v15
        jump block4(v16)
    block5 cold:
        v22 = get_pinned_reg.i64
        store notrap aligned v21, v22+64  ; v21 = 16
        v23 = get_pinned_reg.i64
        v24 = load.i64 notrap aligned v23+184
        call_indirect sig1, v24()
        v25 = get_pinned_reg.i64
        v26 = load.i64 notrap aligned v25+64
        jump block4(v26)
    block4(v14: i64):
        store.i64 notrap aligned v13, v14
        store.i64 notrap aligned v13, v14+8
        v28 = iadd v14, v27  ; v27 = 2
        return v28
    ");
}
