//! The live values at each safepoint and their places, for callers that ask
//! ([`compiler::codegen::frame`]).
//!
//! Tagged values stand in the slots of the plan. The register allocator places raw values. Each raw
//! value gets a label, and the register allocator tells the place of each label.

use compiler::codegen::frame::{Home, Point, Resident};
use compiler::id::Id;
use compiler::ssa::analysis::{Graph, Liveness, Met, walk_back};
use compiler::ssa::ir::{Procedure, ValueId};
use cranelift_codegen::CompiledCode;
use cranelift_codegen::LabelValueLoc;
use cranelift_codegen::ir::{StackSlot, ValueLabel};

use super::call_place::Listed;

/// What is recorded while a procedure is written.
pub(super) struct Recorder {
    liveness: Liveness,
    /// In the order in which code was written.
    pub(super) safepoints: Vec<Planned>,
}

/// What a safepoint finds in the frame.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Planned {
    /// Where it is in SSA.
    pub(super) at: Point,
    /// What is live; the slots of what is tagged.
    pub(super) values: Vec<(Resident, Option<StackSlot>)>,
}

/// A call in finished code.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReturningCall {
    /// How it is listed.
    pub(super) listed: Listed,
    /// Where it is in SSA.
    pub(super) at: Point,
    /// Where it returns to, in bytes.
    pub(super) offset: u32,
}

impl Recorder {
    /// Starts to record `procedure`.
    pub(super) fn new(procedure: &Procedure) -> Self {
        Self {
            liveness: Liveness::new(procedure, &Graph::new(procedure)),
            safepoints: Vec::new(),
        }
    }

    /// The raw values that are live at `point`, in the order of their numbers; those that only the
    /// instruction there uses are not.
    pub(super) fn raw_values(&self, procedure: &Procedure, point: Point) -> Vec<ValueId> {
        let (block, index) = match point {
            Point::Start(block) => (block, None),
            Point::During(block, index) => (block, Some(index as usize)),
            Point::Jumping(_) => unreachable!("native code polls before it jumps"),
        };
        let content = &procedure.blocks[block];
        let mut found: Vec<ValueId> = self.liveness.live_out[block].iter().collect();
        let mut is_there = index == Some(content.instructions.len());
        walk_back(content, |met| match met {
            _ if is_there => {}
            Met::Instruction(number, instruction) => {
                found.retain(|&value| Some(value) != instruction.result);
                is_there = index == Some(number);
            }
            Met::Use(value) => found.push(value),
            Met::End(_) | Met::BeforeEnd => {}
        });
        found.retain(|value| procedure.values[*value].repr.is_raw());
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// What is there where a call returns, where `slot_of` says in which slots
/// of the frame Cranelift's slots and offsets from the caller's frame are.
pub(super) fn residents(
    planned: &[Planned],
    returning: ReturningCall,
    compiled: &CompiledCode,
    slot_of: impl Fn(StackSlot) -> u16,
) -> Vec<Resident> {
    let ReturningCall { listed, at, offset } = returning;
    let is_there = listed != Listed::Raising;
    let planned = planned.iter().find(|planned| planned.at == at && is_there);
    let values = planned.map_or(&[][..], |planned| &planned.values[..]);
    let located = |(resident, slot): &(Resident, Option<StackSlot>)| {
        let home = match slot {
            Some(slot) => Home::Slot(slot_of(*slot)),
            None => raw_home(resident.value, offset, compiled),
        };
        Resident { home, ..*resident }
    };
    let mut residents: Vec<Resident> = values.iter().map(located).collect();
    residents.sort_by_key(|resident| resident.home);
    residents
}

fn raw_home(value: ValueId, offset: u32, compiled: &CompiledCode) -> Home {
    let ranges = compiled.value_labels_ranges.get(&label(value));
    let range =
        (ranges.into_iter().flatten()).find(|range| range.start <= offset && offset < range.end);
    match range.map(|range| range.loc) {
        Some(LabelValueLoc::Reg(register)) => register
            .to_real_reg()
            .map_or(Home::Unknown, |register| Home::Register(register.hw_enc())),
        // The first slot is below the return word and the saved frame pointer's caller.
        Some(LabelValueLoc::CFAOffset(below)) => {
            u16::try_from(-below / 8 - 2).map_or(Home::Unknown, Home::Slot)
        }
        None => Home::Unknown,
    }
}

/// What the register allocator knows a value by.
pub(super) fn label(value: ValueId) -> ValueLabel {
    ValueLabel::from_u32(value.number())
}
