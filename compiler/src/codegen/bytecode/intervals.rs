//! Where values are live, as positions in the order of the code.
//!
//! A block starts at an even position. Its instructions follow at distance two, then its
//! terminator. Operands are read at an instruction's position, and its result is written one
//! position later. So the result may take the slot of an operand that is not used again.
//!
//! A walk over the code from its end to its start finds where each value lives. A value that lives on over many
//! blocks is looked at only where it becomes live or is live no more, in the order of the code.

use abi::primitive::{Primitive, PrimitiveClass, ResultType};

use crate::id::IdVec;
use crate::shared_set::SharedSet;
use crate::ssa::analysis::{Flow, Graph, Liveness};
use crate::ssa::ir::{Block, BlockId, Instruction, Operation, Procedure, ValueId};

/// From the first position to before the second.
pub(super) type Segment = (u32, u32);

/// Positions and live ranges of a procedure.
#[derive(Debug)]
pub(super) struct Intervals {
    /// The position of each block.
    pub(super) block_start: IdVec<BlockId, u32>,
    /// Where each value has to be kept, ascending; empty for those that need no slot.
    pub(super) segments: IdVec<ValueId, Vec<Segment>>,
    /// How often each value is used as an operand in a slot.
    pub(super) uses: IdVec<ValueId, u32>,
}

impl Intervals {
    /// The live ranges of all values.
    pub(super) fn new(procedure: &Procedure, graph: &Graph) -> Self {
        let flow = &graph.flow;
        let mut block_start = procedure.blocks.side_table(0);
        let mut position = 0;
        for &block in &flow.order {
            block_start[block] = position;
            position += 2 * (procedure.blocks[block].instructions.len() as u32 + 2);
        }
        let mut intervals = Self {
            block_start,
            segments: procedure.values.side_table(Vec::new()),
            uses: count_uses(procedure, flow),
        };
        let liveness = Liveness::of_uses(procedure, graph, |operation, visit| {
            each_slot_use(operation, visit);
        });
        let mut ends = Ends(procedure.values.side_table(NOT_LIVE));
        let mut live_below = &SharedSet::default();
        let mut border = position;
        for &id in flow.order.iter().rev() {
            intervals.cross_border(border, &liveness.live_out[id], live_below, &mut ends);
            border = intervals.block_start[id];
            intervals.add_block(&procedure.blocks[id], border, &mut ends);
            live_below = &liveness.live_in[id];
        }
        debug_assert!(live_below.is_empty(), "nothing is defined before the entry");
        for segments in &mut intervals.segments {
            segments.reverse();
        }
        intervals
    }

    /// The position of an instruction; the terminator comes after the last.
    pub(super) fn position(&self, block: BlockId, instruction: usize) -> u32 {
        self.block_start[block] + 2 * (instruction as u32 + 1)
    }

    /// Whether the value that `instruction` defines has a slot.
    pub(super) fn result_needs_slot(&self, instruction: &Instruction, result: ValueId) -> bool {
        self.uses[result] > 0 || always_writes(&instruction.operation)
    }

    /// The walk crosses the border between two blocks that follow one another in the code.
    fn cross_border(
        &mut self,
        border: u32,
        live_above: &SharedSet<ValueId>,
        live_below: &SharedSet<ValueId>,
        ends: &mut Ends,
    ) {
        live_below.each_not_in(live_above, |value| {
            let end = ends.take(value);
            self.segments[value].push((border, end));
        });
        live_above.each_not_in(live_below, |value| ends.live_until(value, border));
    }

    fn add_block(&mut self, block: &Block, start: u32, ends: &mut Ends) {
        let terminator = start + 2 * (block.instructions.len() as u32 + 1);
        block
            .terminator
            .each_use(|value| ends.live_until(value, terminator + 1));
        let mut position = terminator;
        for instruction in block.instructions.iter().rev() {
            position -= 2;
            if let Some(result) = instruction.result {
                let end = ends.take(result).max(position + 2);
                if self.result_needs_slot(instruction, result) {
                    let early = writes_before_reading(&instruction.operation);
                    let defined = position + u32::from(!early);
                    self.segments[result].push((defined, end));
                }
            }
            each_slot_use(&instruction.operation, |value| {
                ends.live_until(value, position + 1);
            });
        }
        for &parameter in &block.parameters {
            let end = ends.take(parameter).max(start + 1);
            self.segments[parameter].push((start, end));
        }
    }
}

/// Where the lives of the values end that are live where the walk is.
struct Ends(IdVec<ValueId, u32>);

/// The end of a value that is not live. Nothing lives before the first position.
const NOT_LIVE: u32 = 0;

impl Ends {
    /// The walk meets what keeps `value` alive up to `end`, unless something behind that does.
    fn live_until(&mut self, value: ValueId, end: u32) {
        let known = &mut self.0[value];
        *known = (*known).max(end);
    }

    /// The walk leaves the life of `value`: where it ends, and [`NOT_LIVE`] if nothing uses the value.
    fn take(&mut self, value: ValueId) -> u32 {
        std::mem::replace(&mut self.0[value], NOT_LIVE)
    }
}

/// Calls `visit` with the operands that have to be in slots: not with indices of record fields,
/// which become part of the instruction.
pub(super) fn each_slot_use(operation: &Operation, mut visit: impl FnMut(ValueId)) {
    match operation {
        Operation::Primitive(Primitive::RecordRef | Primitive::RecordSet, operands) => {
            let is_index = |&(place, _): &(usize, &ValueId)| place != RECORD_INDEX_OPERAND;
            let in_slots = operands.iter().enumerate().filter(is_index);
            in_slots.for_each(|(_, &operand)| visit(operand));
        }
        Operation::Primitive(Primitive::Void, _) => {}
        _ => operation.each_use(visit),
    }
}

/// Which operand of `%record-ref` and `%record-set!` is the literal index of the field.
pub const RECORD_INDEX_OPERAND: usize = 2;

fn count_uses(procedure: &Procedure, flow: &Flow) -> IdVec<ValueId, u32> {
    let mut uses = procedure.values.side_table(0);
    let mut count = |value: ValueId| uses[value] += 1;
    for &block in &flow.order {
        let block = &procedure.blocks[block];
        for instruction in &block.instructions {
            each_slot_use(&instruction.operation, &mut count);
        }
        block.terminator.each_use(&mut count);
    }
    uses
}

/// Whether the operation's instruction writes its result even where nothing uses it.
fn always_writes(operation: &Operation) -> bool {
    match operation {
        Operation::Literal(_)
        | Operation::Word(_)
        | Operation::Raw(_)
        | Operation::StaticClosure(_)
        | Operation::GlobalSet(..)
        | Operation::GlobalDefine(..)
        | Operation::CellSet(..)
        | Operation::CheckInitialized(..)
        | Operation::ClosureInit(..)
        | Operation::Poll
        | Operation::Primitive(Primitive::Void, _) => false,
        Operation::Primitive(primitive, _) => {
            primitive.class() != PrimitiveClass::Inline
                || primitive.result() != ResultType::Unspecified
        }
        _ => true,
    }
}

/// Whether the operation becomes several instructions, the first of which writes the result while
/// later ones read operands.
pub(super) fn writes_before_reading(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::Primitive(
            Primitive::MakeRecord
                | Primitive::Not
                | Primitive::NumberEqual
                | Primitive::Less
                | Primitive::LessEqual
                | Primitive::Greater
                | Primitive::GreaterEqual,
            _,
        )
    )
}
