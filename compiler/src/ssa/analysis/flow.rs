//! The control-flow graph: predecessors, and an order in which most blocks come after their
//! predecessors.
//!
//! Claim: a fact that [`Flow::facts_of_blocks`] tells of a block holds of each value whenever
//! control enters the block, because only one edge leads to the block. Two edges of one branch to
//! the same block count as two.

use crate::id::IdVec;
use crate::lists::Lists;
use crate::ssa::ir::{BlockId, Condition, Procedure, SwitchKey, Terminator, Truth};

/// Predecessors and reverse postorder of the blocks that the entry reaches.
#[derive(Clone, Debug)]
pub struct Flow {
    /// Where control comes from, for each block; a block that branches twice to another comes twice.
    pub predecessors: Lists<BlockId, BlockId>,
    /// Reachable blocks, the entry first; every block but loop headers comes after its predecessors.
    pub order: Vec<BlockId>,
    /// The place of each block in `order`; `u32::MAX` for unreachable ones.
    pub number: IdVec<BlockId, u32>,
}

impl Flow {
    /// The graph of `procedure`, in which the first successor of a branch comes next.
    pub fn new(procedure: &Procedure) -> Self {
        Self::with_priority(procedure, |_| 0)
    }

    /// The graph of `procedure`. Of two successors the one with the higher priority comes next;
    /// the first one where they are equal.
    pub fn with_priority(procedure: &Procedure, priority: impl Fn(BlockId) -> u32) -> Self {
        let order = reverse_postorder(procedure, priority);
        let mut number = procedure.blocks.side_table(u32::MAX);
        for (place, &block) in order.iter().enumerate() {
            number[block] = place as u32;
        }
        Self {
            predecessors: find_predecessors(procedure, &order),
            order,
            number,
        }
    }

    /// Whether the entry reaches `block`.
    pub fn is_reachable(&self, block: BlockId) -> bool {
        self.number[block] != u32::MAX
    }

    /// Whether an edge goes back: every cycle has such an edge.
    pub fn is_retreating(&self, from: BlockId, to: BlockId) -> bool {
        self.number[to] <= self.number[from]
    }

    /// What is known in each block to which only one edge leads, of a branch or switch: the condition, and
    /// whether it holds. Of the entry nothing: calls lead there too.
    pub fn facts_of_blocks(
        &self,
        procedure: &Procedure,
    ) -> IdVec<BlockId, Option<(Condition, Truth)>> {
        let mut facts = procedure.blocks.side_table(None);
        let mut tell = |block: BlockId, condition: Condition, truth: Truth| {
            if self.predecessors[block].len() == 1 && block != self.order[0] {
                facts[block] = Some((condition, truth));
            }
        };
        for &id in &self.order {
            match &procedure.blocks[id].terminator {
                Terminator::Branch(condition, yes, no) => {
                    tell(yes.block, condition.clone(), Truth::Holds);
                    tell(no.block, condition.clone(), Truth::Fails);
                }
                Terminator::Switch(switch) if switch.key == SwitchKey::Word => {
                    for (key, target) in &switch.cases {
                        tell(
                            target.block,
                            Condition::EqWord(switch.value, *key),
                            Truth::Holds,
                        );
                    }
                }
                _ => {}
            }
        }
        facts
    }
}

fn find_predecessors(procedure: &Procedure, order: &[BlockId]) -> Lists<BlockId, BlockId> {
    Lists::of_each(procedure.blocks.len(), |visit| {
        for &block in order {
            let terminator = &procedure.blocks[block].terminator;
            terminator.each_successor(|next| visit(next, block));
        }
    })
}

fn reverse_postorder(procedure: &Procedure, priority: impl Fn(BlockId) -> u32) -> Vec<BlockId> {
    // The successors of the blocks on the stack that are still to be visited, those of the last block last.
    let mut pending: Vec<BlockId> = Vec::with_capacity(2 * procedure.blocks.len());
    let push_successors = |pending: &mut Vec<BlockId>, block: BlockId| {
        let first = pending.len();
        let terminator = &procedure.blocks[block].terminator;
        terminator.each_successor(|next| pending.push(next));
        // What is visited last comes first in the result; the list is taken from its end.
        if pending.len() > first + 1 {
            pending[first..].sort_by_key(|&next| std::cmp::Reverse(priority(next)));
        }
        (block, first)
    };
    let mut seen = procedure.blocks.side_table(false);
    let mut postorder = Vec::with_capacity(procedure.blocks.len());
    let entry = BlockId::ENTRY;
    seen[entry] = true;
    let mut stack = Vec::with_capacity(procedure.blocks.len());
    stack.push(push_successors(&mut pending, entry));
    while let Some(&(block, first)) = stack.last() {
        let next = (pending.len() > first).then(|| pending.pop()).flatten();
        if let Some(next) = next {
            if !std::mem::replace(&mut seen[next], true) {
                stack.push(push_successors(&mut pending, next));
            }
        } else {
            postorder.push(block);
            stack.pop();
        }
    }
    postorder.reverse();
    postorder
}
