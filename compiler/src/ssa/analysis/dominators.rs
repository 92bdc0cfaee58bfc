//! Dominators (Cooper, Harvey, Kennedy: A Simple, Fast Dominance Algorithm, 2001).
//!
//! Claim: `above` dominates `below` if and only if every path from the entry to `below` goes
//! through `above`, for all cycles that the graph may have. Paths through a continuation count: a
//! continuation comes back to a call's return, with the values that were defined before the call.

use super::Flow;
use crate::id::IdVec;
use crate::ssa::ir::BlockId;

/// The dominator tree of the reachable blocks.
#[derive(Clone, Debug)]
pub struct Dominators {
    /// The immediate dominator of each block; the entry's is itself, unreachable blocks' too.
    immediate: IdVec<BlockId, BlockId>,
    /// Entry and exit numbers of a walk over the tree: an ancestor's enclose its descendants'.
    walk: IdVec<BlockId, (u32, u32)>,
}

impl Dominators {
    /// The dominators of the graph.
    ///
    /// # Panics
    ///
    /// If `flow` is not the graph of a procedure: its order starts with the entry.
    pub fn new(flow: &Flow) -> Self {
        let mut immediate = flow.number.side_table(None);
        let entry = flow.order[0];
        immediate[entry] = Some(entry);
        let mut changed = true;
        while changed {
            changed = false;
            for &block in &flow.order[1..] {
                let mut known = flow.predecessors[block]
                    .iter()
                    .copied()
                    .filter(|&block| immediate[block].is_some());
                let first = known
                    .next()
                    .expect("a reachable block follows another in the order");
                let meet = known.fold(first, |a, b| intersect(flow, &immediate, a, b));
                if immediate[block] != Some(meet) {
                    immediate[block] = Some(meet);
                    changed = true;
                }
            }
        }
        let immediate: IdVec<BlockId, BlockId> = immediate
            .entries()
            .map(|(block, dominator)| dominator.unwrap_or(block))
            .collect();
        let walk = number_tree(flow, &immediate);
        Self { immediate, walk }
    }

    /// The closest dominator of `block` other than itself; `None` for the entry.
    pub fn immediate(&self, block: BlockId) -> Option<BlockId> {
        let dominator = self.immediate[block];
        (dominator != block).then_some(dominator)
    }

    /// Whether all ways to `below` go through `above`, or the two are the same.
    pub fn dominates(&self, above: BlockId, below: BlockId) -> bool {
        let (start, end) = self.walk[above];
        let (inner, _) = self.walk[below];
        start <= inner && inner < end
    }
}

fn intersect(
    flow: &Flow,
    immediate: &IdVec<BlockId, Option<BlockId>>,
    mut a: BlockId,
    mut b: BlockId,
) -> BlockId {
    let number = |block: BlockId| flow.number[block];
    let up = |block: BlockId| immediate[block].expect("visited before");
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

fn number_tree(flow: &Flow, immediate: &IdVec<BlockId, BlockId>) -> IdVec<BlockId, (u32, u32)> {
    let mut children = immediate.side_table(Vec::new());
    for &block in &flow.order[1..] {
        children[immediate[block]].push(block);
    }
    let mut walk = immediate.side_table((u32::MAX, u32::MAX));
    let mut clock = 0;
    let mut stack = vec![(flow.order[0], 0)];
    while let Some((block, next)) = stack.pop() {
        if next == 0 {
            walk[block].0 = clock;
            clock += 1;
        }
        if let Some(&child) = children[block].get(next) {
            stack.push((block, next + 1));
            stack.push((child, 0));
        } else {
            walk[block].1 = clock;
        }
    }
    walk
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::ssa::ir::{Procedure, ProcedureId};
    use crate::ssa::parse::parse;

    const BLOCKS: u32 = 8;

    /// A procedure of eight blocks that lead to one another as `seed` says.
    fn procedure(seed: u64) -> Procedure {
        let mut state = seed;
        let mut next = |below: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let mut blocks = String::new();
        for number in 0..BLOCKS {
            let parameters = if number == 0 { "v0" } else { "" };
            let mut other = || 1 + next(u64::from(BLOCKS) - 1);
            let (a, b) = (other(), other());
            let end = match next(6) {
                0 => "(return v0)".to_owned(),
                1 | 2 => format!("(jump (b{a}))"),
                _ => format!("(branch (true v0) (b{a}) (b{b}))"),
            };
            let _ = write!(blocks, "(block b{number} ({parameters}) {end})");
        }
        let text = format!("(procedure \"f\" 1 0 #f 0 (\"x\") {blocks})");
        parse(&text).expect("a unit").procedures[ProcedureId::ENTRY].clone()
    }

    /// Blocks that the entry reaches by ways that do not go through `avoided`.
    fn reached(procedure: &Procedure, avoided: Option<BlockId>) -> IdVec<BlockId, bool> {
        let mut seen = procedure.blocks.side_table(false);
        let mut pending = vec![BlockId::ENTRY];
        while let Some(block) = pending.pop() {
            if Some(block) != avoided && !std::mem::replace(&mut seen[block], true) {
                pending.extend(procedure.blocks[block].terminator.successors());
            }
        }
        seen
    }

    #[test]
    fn a_block_dominates_what_is_reached_through_it_alone() {
        for seed in 0..2000 {
            let procedure = procedure(seed);
            let graph = Flow::new(&procedure);
            let dominators = Dominators::new(&graph);
            let all = reached(&procedure, None);
            for above in graph.order.iter().copied() {
                let without = reached(&procedure, Some(above));
                for below in graph.order.iter().copied() {
                    let expected = all[below] && !without[below];
                    let found = dominators.dominates(above, below);
                    assert_eq!(found, expected, "{seed}: {above:?} {below:?}");
                }
            }
        }
    }
}
