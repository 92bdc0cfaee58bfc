//! Native code apart from its image: entries into loops, and orders one after the other.

use abi::frame_map::{FrameMap, SlotState};
use compiler::codegen::{ApartOrders, NativeOrder, NativeProcedures, Procedures, generate_apart};
use compiler::id::{Id, IdVec};
use compiler::link::link;
use compiler::link::unit::LinkUnit;
use compiler::options::Tier;
use compiler::phase_times::PhaseTimes;
use compiler::ssa::ir::{ProcedureId, Unit};

use super::unit;
use crate::Cranelift;

/// What was made for an order, and its frame maps.
type Made = (NativeProcedures, Vec<Vec<u8>>);

/// Orders, the last first, and what was made for each.
struct Orders {
    wanted: Vec<NativeOrder>,
    made: Vec<Made>,
}

impl ApartOrders for Orders {
    fn next(&mut self) -> Option<NativeOrder> {
        self.wanted.pop()
    }

    fn take(&mut self, native: NativeProcedures, maps: &[Vec<u8>]) {
        self.made.push((native, maps.to_vec()));
    }
}

/// The bytecode of `unit`, and what is made for `orders`, the last first.
fn made(unit: &Unit, orders: &[NativeOrder]) -> (LinkUnit, Vec<Made>) {
    let times = &mut PhaseTimes::default();
    let (code, mut apart) = generate_apart(unit, false, times).expect("bytecode");
    let mut orders = Orders {
        wanted: orders.to_vec(),
        made: Vec::new(),
    };
    apart.native(&Cranelift, &mut orders).expect("native code");
    (code, orders.made)
}

/// A loop in a loop: the outer one counts up to `n`, the inner one adds doubles. The second procedure calls the third.
const LOOPS: &str = r#"(procedure "p" 2 0 #f 0 ("n" "x")
      (block b0 (v0 v1)
        (let v2 (fixnum 0))
        (jump (b1 v2 v1)))
      (block b1 (v3 v4)
        (branch (compare < v3 v0) (b2) (b5)))
      (block b2 ()
        (let v5 (fixnum 0))
        (jump (b3 v5 v4)))
      (block b3 (v6 v7)
        (branch (compare < v6 v3) (b4) (b6)))
      (block b4 ()
        (let v8 (fixnum 1))
        (let v9 (primitive + v6 v8))
        (let v10 (primitive cons v7 v6))
        (jump (b3 v9 v10)))
      (block b5 ()
        (let v13 (call-known 2 #f v4))
        (return v13))
      (block b6 ()
        (let v11 (fixnum 1))
        (let v12 (primitive + v3 v11))
        (jump (b1 v12 v7))))
    (procedure "q" 1 0 #f 0 ("y")
      (block b0 (v0)
        (let v1 (primitive cons v0 v0))
        (return v1)))"#;

fn these(unit: &Unit, members: &[u32]) -> Procedures {
    let mut these = unit.procedures.side_table(false);
    for &member in members {
        these[ProcedureId::new(member)] = true;
    }
    Procedures::These(these)
}

fn with_loops(unit: &Unit, members: &[u32]) -> NativeOrder {
    NativeOrder {
        tier: Tier::Native,
        procedures: these(unit, members),
        loops: these(unit, members),
    }
}

/// The procedures that have native code.
fn native(made: &NativeProcedures) -> Vec<u32> {
    let entries = made.entries();
    let entries = entries.filter(|(_, native)| native.is_some());
    entries.map(|(id, _)| id.number()).collect()
}

#[test]
fn each_loop_has_an_entry_that_takes_what_the_map_of_its_poll_calls_live() {
    let unit = unit(LOOPS);
    let (code, made) = made(&unit, &[with_loops(&unit, &[1])]);
    let procedure = &code.procedures[ProcedureId::new(1)];
    let native = made[0].0[ProcedureId::new(1)]
        .as_ref()
        .expect("native code");
    assert_eq!(native.loops.len(), 2, "the outer and the inner");
    for entry in &native.loops {
        assert!(entry.function > native.general_entry);
        assert!(!native.functions[entry.function].code.is_empty());
        let mut fixups = procedure.fixups.iter();
        let map = fixups.find_map(|fixup| match fixup.target {
            compiler::link::unit::FixupTarget::FrameMap(map) if fixup.at > entry.poll => Some(map),
            _ => None,
        });
        let map = FrameMap::decode(&code.frame_maps[map.expect("polls have maps")]).expect("a map");
        let states = map.states().zip(0..);
        let live: Vec<u16> = states
            .filter(|(state, _)| matches!(state, SlotState::Live | SlotState::Raw))
            .map(|(_, slot)| slot)
            .collect();
        let mut slots = entry.slots.clone();
        slots.sort_unstable();
        assert_eq!(slots, live);
    }
}

#[test]
fn native_code_does_not_depend_on_what_was_made_before() {
    let unit = unit(LOOPS);
    let all = NativeOrder::all(Tier::Native);
    let (alone, only) = made(&unit, std::slice::from_ref(&all));
    let orders = [
        all.clone(),
        with_loops(&unit, &[1]),
        with_loops(&unit, &[2]),
        all,
    ];
    let (code, several) = made(&unit, &orders);
    let images = [code, alone].map(|unit| link(&unit).expect("the unit is small"));
    assert!(images[0] == images[1]);
    assert_eq!(several.len(), 4);
    assert!(several[0] == only[0] && several[3] == only[0]);
    assert_eq!(native(&several[1].0), [2]);
    assert_eq!(native(&several[2].0), [1]);
    assert_eq!(native(&several[3].0), [1, 2]);
}

#[test]
fn an_order_without_procedures_makes_nothing() {
    let unit = unit(LOOPS);
    let none: IdVec<ProcedureId, bool> = unit.procedures.side_table(false);
    let order = NativeOrder {
        tier: Tier::Native,
        procedures: Procedures::These(none),
        loops: Procedures::All,
    };
    let (_, made) = made(&unit, &[order]);
    assert_eq!(native(&made[0].0), [0; 0]);
    assert!(made[0].1.is_empty(), "frame maps");
}
