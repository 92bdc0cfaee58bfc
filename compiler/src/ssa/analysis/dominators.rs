//! Dominators (Lengauer, Tarjan: A Fast Algorithm for Finding Dominators in a Flowgraph, 1979).
//!
//! This is the simple form of the algorithm: with compressed paths, and without balanced trees. It
//! takes a time of `edges * log blocks` for every graph. The end of a long `or` has an edge from each
//! of its tests: an algorithm that walks up the tree for each edge takes quadratic time there.
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
        let tree = SpanningTree::new(flow);
        let dominators = Search::new(&tree, flow).run();
        let mut immediate: IdVec<BlockId, BlockId> = flow.number.ids().collect();
        for (&block, dominator) in tree.blocks.iter().zip(dominators) {
            immediate[block] = tree.blocks[dominator];
        }
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

/// The reachable blocks in the order of a depth-first search. Its numbers are indices of `blocks`.
struct SpanningTree {
    blocks: Vec<BlockId>,
    /// The number of each reachable block.
    number: IdVec<BlockId, usize>,
    /// From where each block was reached first; the entry's is itself.
    parent: Vec<usize>,
}

impl SpanningTree {
    fn new(flow: &Flow) -> Self {
        let mut successors = flow.number.side_table(Vec::new());
        for &block in &flow.order {
            for &above in &flow.predecessors[block] {
                successors[above].push(block);
            }
        }
        let mut tree = Self {
            blocks: Vec::with_capacity(flow.order.len()),
            number: flow.number.side_table(usize::MAX),
            parent: Vec::with_capacity(flow.order.len()),
        };
        let mut pending = vec![(flow.order[0], 0)];
        while let Some((block, parent)) = pending.pop() {
            if tree.number[block] != usize::MAX {
                continue;
            }
            let number = tree.blocks.len();
            tree.number[block] = number;
            tree.blocks.push(block);
            tree.parent.push(parent);
            pending.extend(successors[block].iter().map(|&next| (next, number)));
        }
        tree
    }
}

/// No number of a block.
const NOWHERE: usize = usize::MAX;

/// The search for immediate dominators, by numbers of the spanning tree.
struct Search<'a> {
    tree: &'a SpanningTree,
    flow: &'a Flow,
    /// The semidominator of each block, once it is known; the block itself before.
    semi: Vec<usize>,
    /// The block with the least semidominator on the way that was compressed.
    label: Vec<usize>,
    /// The next block up in the forest of blocks that were looked at.
    ancestor: Vec<usize>,
    /// The blocks that were passed while a way was compressed.
    way: Vec<usize>,
}

impl<'a> Search<'a> {
    fn new(tree: &'a SpanningTree, flow: &'a Flow) -> Self {
        let count = tree.blocks.len();
        Self {
            tree,
            flow,
            semi: (0..count).collect(),
            label: (0..count).collect(),
            ancestor: vec![NOWHERE; count],
            way: Vec::new(),
        }
    }

    /// The immediate dominator of each block; the entry's is itself.
    fn run(mut self) -> Vec<usize> {
        let tree = self.tree;
        let count = tree.blocks.len();
        let mut dominator = vec![0; count];
        let mut buckets = vec![Vec::new(); count];
        for block in (1..count).rev() {
            for above in &self.flow.predecessors[tree.blocks[block]] {
                let least = self.least(tree.number[*above]);
                self.semi[block] = self.semi[block].min(self.semi[least]);
            }
            buckets[self.semi[block]].push(block);
            let parent = tree.parent[block];
            self.ancestor[block] = parent;
            for below in std::mem::take(&mut buckets[parent]) {
                let least = self.least(below);
                // That of `least`, which comes before `below`, where the semidominators differ.
                dominator[below] = if self.semi[least] < self.semi[below] {
                    least
                } else {
                    parent
                };
            }
        }
        for block in 1..count {
            if dominator[block] != self.semi[block] {
                dominator[block] = dominator[dominator[block]];
            }
        }
        dominator
    }

    /// The block with the least semidominator on the way up from one in the forest, its root left out.
    fn least(&mut self, number: usize) -> usize {
        if self.ancestor[number] == NOWHERE {
            return number;
        }
        let mut top = number;
        while self.ancestor[self.ancestor[top]] != NOWHERE {
            self.way.push(top);
            top = self.ancestor[top];
        }
        while let Some(passed) = self.way.pop() {
            let above = self.ancestor[passed];
            if self.semi[self.label[above]] < self.semi[self.label[passed]] {
                self.label[passed] = self.label[above];
            }
            self.ancestor[passed] = self.ancestor[above];
        }
        self.label[number]
    }
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

    #[test]
    fn a_block_with_very_many_ways_in_has_its_dominator_in_linear_time() {
        // Quadratic time would take more than a minute.
        const TESTS: u32 = 200_000;
        let mut blocks = String::new();
        for number in 0..TESTS {
            let parameters = if number == 0 { "v0" } else { "" };
            let (next, end) = (number + 1, TESTS + 1);
            let _ = write!(
                blocks,
                "(block b{number} ({parameters}) (branch (true v0) (b{end}) (b{next})))"
            );
        }
        let _ = write!(blocks, "(block b{TESTS} () (return v0))");
        let _ = write!(blocks, "(block b{} () (return v0))", TESTS + 1);
        let text = format!("(procedure \"f\" 1 0 #f 0 (\"x\") {blocks})");
        let procedure = parse(&text).expect("a unit").procedures[ProcedureId::ENTRY].clone();
        let flow = Flow::new(&procedure);
        let dominators = Dominators::new(&flow);
        let end = procedure.blocks.ids().last().expect("there are blocks");
        assert_eq!(dominators.immediate(end), Some(BlockId::ENTRY));
    }
}
