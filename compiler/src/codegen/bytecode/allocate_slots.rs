//! Slots for values.
//!
//! Parameters of the procedure stay where the caller left them. A value that a jump hands to a
//! block parameter is joined with the parameter, unless both are live at the same time. Then the
//! allocator takes the joined values by the end of their life, latest first. Each value gets the
//! lowest slot that is free while the value lives. When a value comes whose life ends as the
//! operand of a call, all values that outlive the call have their slots. So it is known where the
//! callee's frame will start, and the operand can be computed right there.

use std::cmp::Reverse;

use super::frame_in_use::FrameInUse;
use super::intervals::{Intervals, Segment};
use super::outgoing::{self, Area, Outgoing};
use crate::id::IdVec;
use crate::ssa::analysis::{Flow, Loops};
use crate::ssa::ir::{BlockId, Procedure, Terminator, ValueId};

/// The slot of each value that needs one.
///
/// # Errors
///
/// The number of slots, if slots cannot be numbered with 16 bits.
pub(super) fn allocate_slots(
    procedure: &Procedure,
    flow: &Flow,
    loops: &Loops,
    intervals: &Intervals,
) -> Result<IdVec<ValueId, Option<u16>>, usize> {
    let mut classes = Classes::new(intervals);
    classes.fix_parameters(procedure);
    classes.join_jumps(procedure, flow, loops);
    let hints = find_hints(procedure, flow, intervals, &mut classes);
    let slots = assign(procedure, &mut classes, &hints)?;
    Ok((procedure.values.ids())
        .map(|value| slots[classes.find(value)])
        .collect())
}

/// Values that share a slot. One of them stands for the class.
struct Classes {
    parent: IdVec<ValueId, ValueId>,
    segments: IdVec<ValueId, Vec<Segment>>,
    fixed: IdVec<ValueId, Option<u16>>,
}

impl Classes {
    fn new(intervals: &Intervals) -> Self {
        let segments = intervals.segments.clone();
        Self {
            parent: segments.ids().collect(),
            fixed: segments.side_table(None),
            segments,
        }
    }

    fn find(&mut self, mut value: ValueId) -> ValueId {
        while self.parent[value] != value {
            let up = self.parent[value];
            self.parent[value] = self.parent[up];
            value = up;
        }
        value
    }

    fn end(&self, class: ValueId) -> u32 {
        self.segments[class].last().map_or(0, |segment| segment.1)
    }

    fn fix_parameters(&mut self, procedure: &Procedure) {
        let first = u16::from(procedure.free == 0);
        for (slot, parameter) in (first..).zip(&procedure.blocks[BlockId::ENTRY].parameters) {
            self.fixed[*parameter] = Some(slot);
        }
    }

    /// Joins arguments of jumps with parameters, those of the innermost loops first.
    fn join_jumps(&mut self, procedure: &Procedure, flow: &Flow, loops: &Loops) {
        let mut sources = flow.order.clone();
        sources.sort_by_key(|block| Reverse(loops.depth[*block]));
        for source in sources {
            for target in procedure.blocks[source].terminator.targets() {
                let parameters = &procedure.blocks[target.block].parameters;
                for (&parameter, &argument) in parameters.iter().zip(&target.arguments) {
                    self.join(parameter, argument);
                }
            }
        }
    }

    fn join(&mut self, a: ValueId, b: ValueId) {
        let (a, b) = (self.find(a), self.find(b));
        if a == b || (self.fixed[a].is_some() && self.fixed[b].is_some()) {
            return;
        }
        let (few, many) = if self.segments[a].len() < self.segments[b].len() {
            (a, b)
        } else {
            (b, a)
        };
        let holder = &self.segments[many];
        let mut few_segments = self.segments[few].iter();
        if few_segments.any(|&segment| overlaps_ascending(holder, segment)) {
            return;
        }
        let joined = std::mem::take(&mut self.segments[few]);
        let holder = &mut self.segments[many];
        if joined.len() <= FEW_SEGMENTS {
            for segment in joined {
                let next = holder.partition_point(|other| *other < segment);
                holder.insert(next, segment);
            }
        } else {
            holder.extend(joined);
            holder.sort_unstable();
        }
        self.parent[few] = many;
        self.fixed[many] = self.fixed[many].or(self.fixed[few]);
    }
}

/// So many segments are put one by one among many, which then are not sorted anew.
const FEW_SEGMENTS: usize = 4;

fn overlaps_ascending(segments: &[Segment], (start, end): Segment) -> bool {
    let next = segments.partition_point(|segment| segment.1 <= start);
    segments.get(next).is_some_and(|segment| segment.0 < end)
}

/// Where a class would best be.
#[derive(Clone, Copy)]
enum Hint {
    /// Operand number `.2` (-1 is the closure) of the instruction at position `.0`.
    Operand(u32, Area, i32),
    /// Parameter number `.1` of a block that takes the values of a call.
    Received(BlockId, u32),
}

fn find_hints(
    procedure: &Procedure,
    flow: &Flow,
    intervals: &Intervals,
    classes: &mut Classes,
) -> IdVec<ValueId, Option<Hint>> {
    let mut hints: IdVec<ValueId, Option<Hint>> = procedure.values.side_table(None);
    let mut note =
        |position: u32, outgoing: Outgoing<'_>, hints: &mut IdVec<ValueId, Option<Hint>>| {
            let numbered = (0..).zip(outgoing.operands.iter().copied());
            for (number, value) in outgoing
                .closure
                .map(|value| (-1, value))
                .into_iter()
                .chain(numbered)
            {
                let class = classes.find(value);
                if classes.end(class) == position + 1 && hints[class].is_none() {
                    hints[class] = Some(Hint::Operand(position, outgoing.area, number));
                }
            }
        };
    for &id in &flow.order {
        let block = &procedure.blocks[id];
        for (index, instruction) in block.instructions.iter().enumerate() {
            if let Some(outgoing) = outgoing::of_operation(&instruction.operation) {
                note(intervals.position(id, index), outgoing, &mut hints);
            }
        }
        if let Some(outgoing) = outgoing::of_terminator(&block.terminator) {
            note(
                intervals.position(id, block.instructions.len()),
                outgoing,
                &mut hints,
            );
        }
    }
    for &id in &flow.order {
        let Terminator::CallReceive { block, .. } = procedure.blocks[id].terminator else {
            continue;
        };
        for (number, &value) in (0..).zip(&procedure.blocks[block].parameters) {
            let class = classes.find(value);
            hints[class] = hints[class].or(Some(Hint::Received(block, number)));
        }
    }
    hints
}

fn assign(
    procedure: &Procedure,
    classes: &mut Classes,
    hints: &IdVec<ValueId, Option<Hint>>,
) -> Result<IdVec<ValueId, Option<u16>>, usize> {
    let is_class = |value: &ValueId| classes.parent[*value] == *value;
    // Fixed ones first, then by their end. The keys lie beside the values: the sort of a million looks nothing up.
    let mut order: Vec<(bool, Reverse<_>, ValueId)> = (procedure.values.ids())
        .filter(is_class)
        .filter(|&class| !classes.segments[class].is_empty())
        .map(|class| {
            (
                classes.fixed[class].is_none(),
                Reverse(classes.end(class)),
                class,
            )
        })
        .collect();
    order.sort_unstable();
    let mut slots = procedure.values.side_table(None);
    let mut frame = FrameInUse::default();
    for (_, _, class) in order {
        let segments = &classes.segments[class];
        let slot = if let Some(slot) = classes.fixed[class] {
            usize::from(slot)
        } else {
            frame.descend(classes.end(class) - 1);
            let hinted = hints[class]
                .and_then(|hint| hinted_slot(procedure, hint, &mut frame, &slots, &classes.parent));
            let wanted = hinted.filter(|&slot| frame.is_free(slot, segments));
            wanted.unwrap_or_else(|| frame.lowest_free(segments))
        };
        frame.occupy(slot, segments);
        slots[class] = Some(u16::try_from(slot).map_err(|_| frame.slot_count())?);
    }
    Ok(slots)
}

fn hinted_slot(
    procedure: &Procedure,
    hint: Hint,
    frame: &mut FrameInUse,
    slots: &IdVec<ValueId, Option<u16>>,
    parent: &IdVec<ValueId, ValueId>,
) -> Option<usize> {
    match hint {
        Hint::Operand(position, area, number) => {
            let used_end = frame.used_end_across(position);
            area.first_operand(used_end)
                .checked_add_signed(number as isize)
        }
        Hint::Received(block, number) => {
            let parameters = &procedure.blocks[block].parameters;
            (0..)
                .zip(parameters)
                .find_map(|(other, value): (i64, &ValueId)| {
                    let slot = slots[root(parent, *value)]?;
                    usize::try_from(i64::from(slot) + i64::from(number) - other).ok()
                })
        }
    }
}

fn root(parent: &IdVec<ValueId, ValueId>, mut value: ValueId) -> ValueId {
    while parent[value] != value {
        value = parent[value];
    }
    value
}
