//! Tests of native code: the CLIF that Cranelift is given, and the lists made of the machine code.

mod execute;
mod hot_shapes;
mod loops;
mod object_paths;
mod raw_paths;
mod short_paths;
mod type_tests;

use std::fmt::Write as _;

use abi::frame_map::{FrameMap, SlotState};
use compiler::codegen::{NativeOrder, Shared, generate};
use compiler::id::{Id, IdVec};
use compiler::link::native_code::{UnwindRow, UnwindRule};
use compiler::link::unit::LinkUnit;
use compiler::options::Tier;
use compiler::phase_times::PhaseTimes;
use compiler::ssa::analysis::{Graph, Proofs, UnitTypes};
use compiler::ssa::ir::{ProcedureId, Unit};
use compiler::ssa::parse::parse;
use compiler::ssa::pass::PASSES;
use cranelift_codegen::ir::Function;

use super::Cranelift;
use super::eligible::{Reason, choose};
use super::procedure::write_body;
use super::signature::Parameters;
use super::target::{Optimization, target};
use super::unit_facts::{Reach, UnitFacts};

/// A unit needs an entry, which stays bytecode. It gives the second procedure away: what nothing calls
/// would be taken to have arguments of any type that suits.
const ENTRY: &str =
    r#"(procedure "" 0 0 #f 0 () (block b0 () (let v0 (static-closure 1)) (return v0)))"#;

/// The numbers of Fibonacci, by the procedure `number`.
fn fib(number: u32) -> String {
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

/// The code of a unit, native code too.
fn native(unit: &Unit) -> LinkUnit {
    let times = &mut PhaseTimes::default();
    generate(unit, Tier::Native, Some(&Cranelift), times).unwrap()
}

fn unit(text: &str) -> Unit {
    let unit = parse(&format!("{ENTRY} {text}")).unwrap();
    PASSES.iter().fold(unit, |unit, pass| pass.run(unit))
}

/// The second procedure, as Cranelift gets it.
fn written(unit: &Unit) -> Function {
    let mut shared = Shared::new(unit);
    let reach = Reach {
        bodies: unit.procedures.iter().map(Parameters::of_body).collect(),
        reasons: choose(
            unit,
            &NativeOrder::all(Tier::Native),
            &unit.procedures.side_table(false),
        ),
        mostly_doubles: false,
    };
    let graphs: IdVec<ProcedureId, Graph> = unit.procedures.iter().map(Graph::new).collect();
    let facts = UnitFacts {
        reach,
        types: UnitTypes::infer(unit, &graphs),
        proofs: Proofs::new(unit),
    };
    let isa = target(Optimization::Speed);
    let written = write_body(&mut shared, &facts, &*isa, ProcedureId::new(1));
    written.function
}

/// [`written`] without any pass before.
fn function(text: &str) -> Function {
    written(&parse(&format!("{ENTRY} {text}")).unwrap())
}

/// The blocks of the second procedure, as Cranelift gets them.
fn clif(text: &str) -> String {
    let text = written(&unit(text)).display().to_string();
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
    let native = unit.procedures[ProcedureId::new(1)]
        .native
        .as_ref()
        .unwrap();
    for function in &native.functions {
        for point in &function.returns {
            let map = FrameMap::decode(&unit.frame_maps[point.map]).unwrap();
            let letters: String = map.states().map(SlotState::letter).collect();
            let receives = if point.receives { " receives" } else { "" };
            writeln!(text, "{} words [{letters}]{receives}", point.words).unwrap();
        }
    }
    text
}

#[test]
fn values_are_in_slots_where_calls_return() {
    // Two values have the one slot, one after the other; errors have nothing live.
    let unit = native(&unit(&fib(1)));
    insta::assert_snapshot!(return_points(&unit), @r#"
    4 words [rrL]
    4 words [rrL]
    4 words [rrL]
    4 words [rrL]
    4 words [rrL]
    4 words [rrL]
    4 words [rrd]
    "#);
}

#[test]
fn unwinders_find_the_registers_that_a_capturing_procedure_saves_below_its_rbp() {
    let text = r#"(procedure "f" 1 0 #f 0 ("x")
          (block b0 (v0)
            (let v1 (primitive %capture))
            (let v2 (primitive cons v1 v0))
            (return v2)))"#;
    let unit = generate(
        &unit(text),
        Tier::Native,
        Some(&Cranelift),
        &mut PhaseTimes::default(),
    )
    .unwrap();
    let native = unit.procedures[ProcedureId::new(1)]
        .native
        .as_ref()
        .unwrap();
    for function in &native.functions {
        let saved = function.unwind.iter().filter_map(|row| match row.rule {
            UnwindRule::Saved { register, below } => Some((below, register)),
            _ => None,
        });
        let mut saved: Vec<(u32, u16)> = saved.collect();
        saved.sort_unstable();
        // Return word and `rbp` lie above; what is saved stands in one row below.
        let places: Vec<u32> = saved.iter().map(|place| place.0).collect();
        let wanted: Vec<u32> = (0..saved.len() as u32)
            .map(|index| 24 + 8 * index)
            .collect();
        assert_eq!(places, wanted, "{saved:?}");
        let mut registers: Vec<u16> = saved.iter().map(|place| place.1).collect();
        registers.sort_unstable();
        // `rbx`, `r12`, `r13`, `r14`: `rbp` is told by the row for the frame, `r15` never changes.
        assert!(
            registers.is_empty() || registers == [3, 12, 13, 14],
            "{registers:?}"
        );
    }
    let saves = |row: &UnwindRow| matches!(row.rule, UnwindRule::Saved { .. });
    assert!(
        native
            .functions
            .iter()
            .any(|function| function.unwind.iter().any(saves))
    );
}

/// A procedure whose only poll stands behind a block that `ends` like this: the first call on its way.
fn poll_behind(ends: &str) -> String {
    let text = format!(
        r#"(procedure "f" 2 0 #f 0 ("n" "g")
          (block b0 (v0 v1)
            (let v2 (fixnum 0))
            (branch (compare = v0 v2) (b1) (b2)))
          (block b1 () {ends})
          (block b2 ()
            (let v3 (call v1 v0))
            (let v4 (fixnum 1))
            (let v5 (primitive - v0 v4))
            (let v6 (call-known 1 #f v5 v1))
            (let v7 (primitive + v3 v6))
            (return v7)))"#
    );
    return_points(&native(&unit(&text)))
}

#[test]
fn a_poll_behind_a_tail_call_is_a_return_point() {
    let behind_return = poll_behind("(return v0)");
    assert_eq!(poll_behind("(tail-call v1 v0)"), behind_return);
    assert_eq!(poll_behind("(return-values v0 v0)"), behind_return);
}

/// Why a procedure has no native code that does `operation` `count` times and then uses all results.
fn reason_for_live(count: usize, operation: &str) -> Option<Reason> {
    let mut text = format!(r#"{ENTRY} (procedure "p" 1 0 #f 0 ("a") (block b0 (v0)"#);
    let mut results = String::new();
    for value in 1..=count {
        write!(text, " (let v{value} {operation})").unwrap();
        write!(results, " v{value}").unwrap();
    }
    let last = count + 1;
    write!(
        text,
        " (let v{last} (primitive vector{results})) (return v{last})))"
    )
    .unwrap();
    let unit = parse(&text).unwrap();
    choose(
        &unit,
        &NativeOrder::all(Tier::Native),
        &unit.procedures.side_table(false),
    )[ProcedureId::new(1)]
}

#[test]
fn a_procedure_stays_bytecode_if_its_slow_paths_save_very_many_words() {
    // Each sum has a slow path, across which the sums before it live, and what all are made of.
    let sums = |count| reason_for_live(count, "(add-small v0 1)");
    assert_eq!(sums(150), None, "11,325 words");
    assert_eq!(sums(250), Some(Reason::Live), "31,375 words");
}

#[test]
fn calls_may_have_more_live_values_than_slow_paths_up_to_the_size_of_a_frame() {
    let calls = |count| reason_for_live(count, "(call v0)");
    assert_eq!(calls(1000), None);
    assert_eq!(calls(1100), Some(Reason::Frame));
}
