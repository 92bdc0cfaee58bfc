//! Random procedures: at each safepoint the frame maps of both tiers describe the same variables.
//!
//! Both maps are compared with a liveness that this file computes by the textbook, and with each
//! other. They differ, on purpose, in these points alone:
//!
//! * Native code makes immediates, constants and static closures anew where they are used. Bytecode
//!   keeps them in slots.
//! * Bytecode keeps the operands of an instruction that may be run again after a collection. Native
//!   code leaves them to the stub that it has called.
//! * At the end of a loop, bytecode polls behind the copies of the jump, native code before them.
//! * Native code polls where a block starts, for the procedure and not for its caller, and on slow
//!   paths of operations that are no safepoints in bytecode. It has no safepoint where no slow path
//!   is left.
//!
//! Cranelift leaves out code that it finds unreachable, with its safepoints.
//!
//! This test was seen to fail with each of these faults planted, without the other check of
//! bytecode's maps. Faults in native code: a value that only the terminator uses is not live;
//! parameters of a block share a slot; the last value is left out of a call's map. Faults in
//! bytecode: a value that only the terminator uses is not live; a result is live before it is
//! there; raw values are marked as tagged; a poll does not know the parameters behind a jump's
//! copies; a slot is given away while its value is live.

use std::collections::{BTreeMap, BTreeSet};

use abi::frame_map::{FrameMap, SlotState};
use abi::primitive::Primitive;
use compiler::codegen::frame::{Home, Point, ProcedureRecord, SafepointRecord};
use compiler::codegen::{generate, generate_with_record};
use compiler::id::Id;
use compiler::link::unit::{FrameMapId, LinkUnit};
use compiler::options::Tier;
use compiler::ssa::analysis::Flow;
use compiler::ssa::ir::{
    BlockId, Condition, Operation, Procedure, ProcedureId, Repr, Terminator, Unit, ValueId,
};
use proptest::prelude::*;

use super::Cranelift;
use super::kept::is_remade;
use super::random_programs::{Writer, optimized};

/// The procedure behind the entry.
const TESTED: u32 = 1;

type Values = BTreeSet<ValueId>;

/// What is live where, found by going round until nothing changes.
struct Reference<'unit> {
    unit: &'unit Unit,
    procedure: &'unit Procedure,
    at_start: BTreeMap<BlockId, Values>,
}

impl<'unit> Reference<'unit> {
    fn new(unit: &'unit Unit, flow: &Flow) -> Self {
        let procedure = &unit.procedures[ProcedureId::new(TESTED)];
        let mut reference = Self {
            unit,
            procedure,
            at_start: BTreeMap::new(),
        };
        loop {
            let before = reference.at_start.clone();
            for &id in flow.order.iter().rev() {
                let start = reference.before(id, 0);
                reference.at_start.insert(id, start);
            }
            if reference.at_start == before {
                return reference;
            }
        }
    }

    /// What is live before instruction `index` of a block, counting the terminator as the last.
    fn before(&self, id: BlockId, index: usize) -> Values {
        let block = &self.procedure.blocks[id];
        let mut live = self.after(id, index);
        match block.instructions.get(index) {
            Some(instruction) => instruction.operation.each_use(|value| {
                live.insert(value);
            }),
            None => block.terminator.each_use(|value| {
                live.insert(value);
            }),
        }
        live
    }

    /// What is live after it, its own result excepted.
    fn after(&self, id: BlockId, index: usize) -> Values {
        let block = &self.procedure.blocks[id];
        let Some(instruction) = block.instructions.get(index) else {
            let mut live = Values::new();
            for next in block.terminator.successors() {
                let parameters = &self.procedure.blocks[next].parameters;
                let start = self.at_start.get(&next).into_iter().flatten();
                live.extend(start.filter(|value| !parameters.contains(value)));
            }
            return live;
        };
        let mut live = self.before(id, index + 1);
        if let Some(result) = instruction.result {
            live.remove(&result);
        }
        live
    }

    fn at(&self, point: Point) -> Values {
        match point {
            Point::Start(id) => self.at_start[&id].clone(),
            Point::During(id, index) => self.after(id, index as usize),
            Point::Jumping(id) => self.at_start[&self.jump(id).0].clone(),
        }
    }

    /// Where the block's jump leads, and the parameters there with what they become.
    fn jump(&self, id: BlockId) -> (BlockId, Vec<(ValueId, ValueId)>) {
        let Terminator::Jump(target) = &self.procedure.blocks[id].terminator else {
            panic!("only jumps make copies")
        };
        let parameters = &self.procedure.blocks[target.block].parameters;
        let pairs = parameters.iter().zip(&target.arguments);
        (target.block, pairs.map(|(&to, &from)| (to, from)).collect())
    }

    fn operation(&self, point: Point) -> Option<&'unit Operation> {
        let Point::During(id, index) = point else {
            return None;
        };
        let block = &self.procedure.blocks[id];
        let instruction = block.instructions.get(index as usize)?;
        Some(&instruction.operation)
    }

    /// What bytecode keeps for a second run of the instruction.
    fn kept_operands(&self, point: Point) -> Values {
        let mut operands = Values::new();
        if let Some(
            operation @ (Operation::Primitive(..)
            | Operation::AddSmall(..)
            | Operation::CallHost(..)),
        ) = self.operation(point)
        {
            operation.each_use(|value| {
                operands.insert(value);
            });
        }
        if let Point::During(id, index) = point {
            let block = &self.procedure.blocks[id];
            if block.instructions.len() == index as usize
                && let Terminator::Branch(
                    condition @ (Condition::Compare(..) | Condition::CompareSmall(..)),
                    ..,
                ) = &block.terminator
            {
                condition.each_use(|value| {
                    operands.insert(value);
                });
            }
        }
        operands
    }

    /// What native code makes anew.
    fn remade(&self) -> Values {
        let blocks = self.procedure.blocks.iter();
        let instructions = blocks.flat_map(|block| &block.instructions);
        instructions
            .filter(|instruction| is_remade(self.unit, &instruction.operation))
            .filter_map(|instruction| instruction.result)
            .collect()
    }

    /// Safepoints that both tiers have.
    fn common(&self, flow: &Flow) -> Vec<(Point, Point)> {
        let mut points = Vec::new();
        for &id in &flow.order {
            let block = &self.procedure.blocks[id];
            let count = block.instructions.len();
            for (index, instruction) in block.instructions.iter().enumerate() {
                let native = Point::During(id, index as u32);
                let polls_with_jump = instruction.operation == Operation::Poll
                    && index + 1 == count
                    && matches!(block.terminator, Terminator::Jump(_));
                match &instruction.operation {
                    Operation::Poll if polls_with_jump => points.push((Point::Jumping(id), native)),
                    Operation::Call(..)
                    | Operation::CallKnown(..)
                    | Operation::CallHost(..)
                    | Operation::Poll
                    | Operation::Primitive(Primitive::Capture, _) => points.push((native, native)),
                    _ => {}
                }
            }
            if let Terminator::CallReceive { .. } = block.terminator {
                let point = Point::During(id, count as u32);
                points.push((point, point));
            }
        }
        points
    }

    fn is_raw(&self, value: ValueId) -> bool {
        self.procedure.values[value].repr.is_raw()
    }
}

fn states(unit: &LinkUnit, map: FrameMapId) -> Vec<SlotState> {
    let map = FrameMap::decode(&unit.frame_maps[map]).unwrap();
    map.states().collect()
}

/// What the checked tier runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Code {
    Bytecode,
    Native,
}

/// The map names just the slots of the values that were recorded, and no two values have the same.
fn check_map(unit: &LinkUnit, record: &SafepointRecord, code: Code) {
    let states = states(unit, record.map);
    let mut homes = BTreeMap::new();
    assert_eq!(record.strangers, [], "{record:?}");
    for resident in &record.residents {
        if let Home::Slot(slot) = resident.home {
            let before = homes.insert(slot, resident);
            assert!(before.is_none(), "two values in slot {slot}: {record:?}");
            let state = if resident.repr.is_raw() {
                SlotState::Raw
            } else {
                SlotState::Live
            };
            assert_eq!(
                states.get(usize::from(slot)),
                Some(&state),
                "{slot}: {record:?}"
            );
        } else {
            assert!(code == Code::Native && resident.repr.is_raw(), "{record:?}");
        }
    }
    for (slot, state) in (0..).zip(&states) {
        // Native frames have words of the register allocator, which are no one's business.
        let is_named =
            *state == SlotState::Live || *state == SlotState::Raw && code == Code::Bytecode;
        assert!(!is_named || homes.contains_key(&slot), "{slot}: {record:?}");
    }
}

fn values(record: &SafepointRecord) -> BTreeMap<ValueId, Repr> {
    let pairs = (record.residents.iter()).map(|resident| (resident.value, resident.repr));
    let mut found = BTreeMap::new();
    for (value, repr) in pairs {
        assert_eq!(*found.entry(value).or_insert(repr), repr, "{record:?}");
    }
    found
}

/// Checks one tier; its safepoints, each once.
fn check_tier<'r>(
    unit: &LinkUnit,
    records: &'r [SafepointRecord],
    code: Code,
    expected: impl Fn(Point) -> BTreeMap<ValueId, Repr>,
) -> BTreeMap<Point, &'r SafepointRecord> {
    let mut found = BTreeMap::new();
    for record in records {
        check_map(unit, record, code);
        if record.comes_back {
            assert_eq!(values(record), expected(record.at), "{record:?}");
            found.insert(record.at, record);
        } else {
            assert_eq!(record.residents, [], "nothing follows: {record:?}");
        }
    }
    found
}

/// Checks the tested procedure; how many safepoints of both tiers were compared.
fn check(unit: &Unit, link_unit: &LinkUnit, record: &ProcedureRecord) -> usize {
    let flow = Flow::new(&unit.procedures[ProcedureId::new(TESTED)]);
    let reference = Reference::new(unit, &flow);
    let remade = reference.remade();
    let with_repr = |values: Values| -> BTreeMap<ValueId, Repr> {
        let repr = |value: ValueId| reference.procedure.values[value].repr;
        values
            .into_iter()
            .map(|value| (value, repr(value)))
            .collect()
    };
    let in_bytecode = |point| with_repr(&reference.at(point) | &reference.kept_operands(point));
    let in_native = |point| with_repr(&reference.at(point) - &remade);
    let bytecode = check_tier(link_unit, &record.bytecode, Code::Bytecode, in_bytecode);
    let native = check_tier(link_unit, &record.native, Code::Native, in_native);
    // Those that both have, at least, are compared with each other.
    let mut common = reference.common(&flow);
    for (here, _) in &common {
        assert!(bytecode.contains_key(here), "{here:?}");
    }
    common.retain(|(_, there)| native.contains_key(there));
    let shared = bytecode.keys().filter(|&point| native.contains_key(point));
    common.extend(shared.map(|&point| (point, point)));
    common.sort_unstable();
    common.dedup();
    let count = common.len();
    for (here, there) in common {
        let mut moved: Values = values(bytecode[&here]).into_keys().collect();
        if let Point::Jumping(id) = here {
            let (_, copies) = reference.jump(id);
            moved.retain(|value| !copies.iter().any(|(parameter, _)| parameter == value));
            moved.extend(copies.into_iter().map(|(_, argument)| argument));
        }
        let again = &reference.kept_operands(here) - &reference.at(here);
        let described = with_repr(&(&moved - &again) - &remade);
        assert_eq!(described, values(native[&there]), "{here:?}");
    }
    check_entry(&reference, link_unit);
    count
}

/// The map of the entry of the bytecode: what the procedure uses of what it was given.
fn check_entry(reference: &Reference<'_>, link_unit: &LinkUnit) {
    let used = reference.at(Point::Start(BlockId::ENTRY));
    let first = usize::from(reference.procedure.free == 0);
    let parameters = &reference.procedure.blocks[BlockId::ENTRY].parameters;
    let expected = parameters.iter().map(|value| match used.contains(value) {
        false => SlotState::Dead,
        true if reference.is_raw(*value) => SlotState::Raw,
        true => SlotState::Live,
    });
    let entry = states(
        link_unit,
        link_unit.procedures[ProcedureId::new(TESTED)].entry_map,
    );
    assert_eq!(entry[first..], expected.collect::<Vec<_>>());
}

proptest! {
    #[test]
    fn maps_of_both_tiers_describe_the_same_variables(seed in any::<u64>(), blocks in 1..9_usize) {
        let unit = optimized(&Writer::program_with_entry(seed, blocks));
        let (link_unit, records) = generate_with_record(&unit, Tier::Native, Some(&Cranelift)).unwrap();
        prop_assert!(link_unit.procedures[ProcedureId::new(TESTED)].native.is_some());
        check(&unit, &link_unit, &records[ProcedureId::new(TESTED)]);
    }
}

#[test]
fn the_record_names_source_variables_and_changes_no_code() {
    let unit = optimized(&Writer::program_with_entry(7, 6));
    let (recorded, records) = generate_with_record(&unit, Tier::Native, Some(&Cranelift)).unwrap();
    let times = &mut compiler::phase_times::PhaseTimes::default();
    let plain = generate(&unit, Tier::Native, Some(&Cranelift), times).unwrap();
    for (recorded, plain) in recorded.procedures.iter().zip(&plain.procedures) {
        assert_eq!(recorded.code, plain.code);
        assert_eq!(recorded.native, plain.native);
    }
    assert_eq!(recorded.frame_maps, plain.frame_maps);
    for (record, procedure) in records.iter().zip(&unit.procedures) {
        let names = procedure.values.iter().map(|value| value.name.clone());
        assert_eq!(record.names, names.collect::<Vec<_>>());
    }
}

#[test]
fn many_safepoints_and_homes_of_raw_values_are_compared() {
    let (mut compared, mut jumping, mut located) = (0, 0, 0);
    for seed in 1..=500 {
        let unit = optimized(&Writer::program_with_entry(seed * 0x9E37_79B9, 5));
        let (link_unit, records) =
            generate_with_record(&unit, Tier::Native, Some(&Cranelift)).unwrap();
        let record = &records[ProcedureId::new(TESTED)];
        compared += check(&unit, &link_unit, record);
        let is_jump = |record: &&SafepointRecord| matches!(record.at, Point::Jumping(_));
        jumping += record.bytecode.iter().filter(is_jump).count();
        let residents = record.native.iter().flat_map(|record| &record.residents);
        let is_located = |home: Home| home != Home::Unknown;
        located += residents
            .filter(|resident| resident.repr.is_raw() && is_located(resident.home))
            .count();
    }
    assert!(
        compared > 500 && jumping > 30 && located > 3,
        "{compared} {jumping} {located}"
    );
}
