//! Which slots may have been written where a block starts.

use crate::codegen::frame::SlotSet;
use crate::id::IdVec;
use crate::ssa::analysis::Flow;
use crate::ssa::ir::BlockId;

/// What may have been written before each block, given what each block writes; `entry` is what the
/// caller has written.
pub(super) fn written_before(
    flow: &Flow,
    writes: &IdVec<BlockId, SlotSet>,
    entry: SlotSet,
) -> IdVec<BlockId, SlotSet> {
    let mut before = writes.side_table(SlotSet::default());
    before[flow.order[0]] = entry;
    let mut changed = true;
    while changed {
        changed = false;
        for &block in &flow.order {
            let mut set = std::mem::take(&mut before[block]);
            for &from in &flow.predecessors[block] {
                if from == block {
                    changed |= set.extend(&writes[from]);
                } else {
                    changed |= set.extend(&before[from]) | set.extend(&writes[from]);
                }
            }
            before[block] = set;
        }
    }
    before
}
