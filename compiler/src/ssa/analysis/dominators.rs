//! Dominators (Cooper, Harvey, Kennedy: A Simple, Fast Dominance Algorithm, 2001).

use super::Flow;
use crate::ssa::ir::BlockId;

/// The dominator tree of the reachable blocks.
#[derive(Clone, Debug)]
pub struct Dominators {
    /// The immediate dominator of each block; the entry's is itself, unreachable blocks' too.
    immediate: Vec<BlockId>,
    /// Entry and exit numbers of a walk over the tree: an ancestor's enclose its descendants'.
    walk: Vec<(u32, u32)>,
}

impl Dominators {
    /// The dominators of the graph.
    ///
    /// # Panics
    ///
    /// If `flow` is not the graph of a procedure: its order starts with the entry.
    pub fn new(flow: &Flow) -> Self {
        let mut immediate: Vec<Option<BlockId>> = vec![None; flow.number.len()];
        let entry = flow.order[0];
        immediate[entry.0 as usize] = Some(entry);
        let mut changed = true;
        while changed {
            changed = false;
            for &block in &flow.order[1..] {
                let mut known = flow.predecessors[block.0 as usize]
                    .iter()
                    .copied()
                    .filter(|block| immediate[block.0 as usize].is_some());
                let first = known
                    .next()
                    .expect("a reachable block follows another in the order");
                let meet = known.fold(first, |a, b| intersect(flow, &immediate, a, b));
                if immediate[block.0 as usize] != Some(meet) {
                    immediate[block.0 as usize] = Some(meet);
                    changed = true;
                }
            }
        }
        let immediate: Vec<BlockId> = immediate
            .into_iter()
            .enumerate()
            .map(|(block, dominator)| dominator.unwrap_or(BlockId(block as u32)))
            .collect();
        let walk = number_tree(flow, &immediate);
        Self { immediate, walk }
    }

    /// The closest dominator of `block` other than itself; `None` for the entry.
    pub fn immediate(&self, block: BlockId) -> Option<BlockId> {
        let dominator = self.immediate[block.0 as usize];
        (dominator != block).then_some(dominator)
    }

    /// Whether all ways to `below` go through `above`, or the two are the same.
    pub fn dominates(&self, above: BlockId, below: BlockId) -> bool {
        let (start, end) = self.walk[above.0 as usize];
        let (inner, _) = self.walk[below.0 as usize];
        start <= inner && inner < end
    }
}

fn intersect(
    flow: &Flow,
    immediate: &[Option<BlockId>],
    mut a: BlockId,
    mut b: BlockId,
) -> BlockId {
    let number = |block: BlockId| flow.number[block.0 as usize];
    let up = |block: BlockId| immediate[block.0 as usize].expect("visited before");
    while a != b {
        while number(a) > number(b) {
            a = up(a);
        }
        while number(b) > number(a) {
            b = up(b);
        }
    }
    a
}

fn number_tree(flow: &Flow, immediate: &[BlockId]) -> Vec<(u32, u32)> {
    let mut children = vec![Vec::new(); immediate.len()];
    for &block in &flow.order[1..] {
        children[immediate[block.0 as usize].0 as usize].push(block);
    }
    let mut walk = vec![(u32::MAX, u32::MAX); immediate.len()];
    let mut clock = 0;
    let mut stack = vec![(flow.order[0], 0)];
    while let Some((block, next)) = stack.pop() {
        let index = block.0 as usize;
        if next == 0 {
            walk[index].0 = clock;
            clock += 1;
        }
        if let Some(&child) = children[index].get(next) {
            stack.push((block, next + 1));
            stack.push((child, 0));
        } else {
            walk[index].1 = clock;
        }
    }
    walk
}
