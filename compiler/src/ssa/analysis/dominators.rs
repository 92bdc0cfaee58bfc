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
use crate::id::{IdVec, define_ids};
use crate::lists::Lists;
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

define_ids! {
    /// A reachable block, by its place in the order of a depth-first search.
    TreeNumber;
}

impl TreeNumber {
    /// The entry.
    const ROOT: Self = Self(0);
}

/// The reachable blocks in the order of a depth-first search.
struct SpanningTree {
    blocks: IdVec<TreeNumber, BlockId>,
    /// Of the reachable blocks.
    number: IdVec<BlockId, Option<TreeNumber>>,
    /// From where each block was reached first; the entry's is itself.
    parent: IdVec<TreeNumber, TreeNumber>,
}

impl SpanningTree {
    fn new(flow: &Flow) -> Self {
        let mut edges = Vec::with_capacity(flow.order.len());
        for &block in &flow.order {
            edges.extend(flow.predecessors[block].iter().map(|&above| (above, block)));
        }
        let successors = Lists::new(flow.number.len(), &edges);
        let mut tree = Self {
            blocks: IdVec::new(),
            number: flow.number.side_table(None),
            parent: IdVec::new(),
        };
        let mut pending = vec![(flow.order[0], TreeNumber::ROOT)];
        while let Some((block, parent)) = pending.pop() {
            if tree.number[block].is_some() {
                continue;
            }
            let number = tree.blocks.push(block);
            tree.number[block] = Some(number);
            tree.parent.push(parent);
            pending.extend(successors[block].iter().map(|&next| (next, number)));
        }
        tree
    }

    /// The blocks other than the entry.
    fn others(&self) -> impl DoubleEndedIterator<Item = TreeNumber> + use<> {
        self.blocks.ids().skip(1)
    }
}

/// The search for immediate dominators.
struct Search<'a> {
    tree: &'a SpanningTree,
    flow: &'a Flow,
    /// The semidominator of each block, once it is known; the block itself before.
    semi: IdVec<TreeNumber, TreeNumber>,
    /// The block with the least semidominator on the way that was compressed.
    label: IdVec<TreeNumber, TreeNumber>,
    /// The next block up in the forest of blocks that were looked at; none at its roots.
    ancestor: IdVec<TreeNumber, Option<TreeNumber>>,
    /// The blocks that were passed while a way was compressed.
    way: Vec<TreeNumber>,
    /// How many blocks were passed in all.
    #[cfg(test)]
    passed: usize,
}

impl<'a> Search<'a> {
    fn new(tree: &'a SpanningTree, flow: &'a Flow) -> Self {
        Self {
            tree,
            flow,
            semi: tree.blocks.ids().collect(),
            label: tree.blocks.ids().collect(),
            ancestor: tree.blocks.side_table(None),
            way: Vec::new(),
            #[cfg(test)]
            passed: 0,
        }
    }

    /// The immediate dominator of each block; the entry's is itself.
    fn run(&mut self) -> IdVec<TreeNumber, TreeNumber> {
        let tree = self.tree;
        let mut dominator = tree.blocks.side_table(TreeNumber::ROOT);
        // The blocks with each semidominator: the last one that was found, and for each the one before.
        let mut last_with: IdVec<TreeNumber, Option<TreeNumber>> = tree.blocks.side_table(None);
        let mut one_before = last_with.clone();
        for block in tree.others().rev() {
            for &above in &self.flow.predecessors[tree.blocks[block]] {
                let above = tree.number[above].expect("a predecessor is reachable");
                let least = self.least(above);
                self.semi[block] = self.semi[block].min(self.semi[least]);
            }
            one_before[block] = last_with[self.semi[block]].replace(block);
            let parent = tree.parent[block];
            self.ancestor[block] = Some(parent);
            let mut waiting = last_with[parent].take();
            while let Some(below) = waiting {
                waiting = one_before[below];
                let least = self.least(below);
                // That of `least`, which comes before `below`, where the semidominators differ.
                dominator[below] = if self.semi[least] < self.semi[below] {
                    least
                } else {
                    parent
                };
            }
        }
        for block in tree.others() {
            if dominator[block] != self.semi[block] {
                dominator[block] = dominator[dominator[block]];
            }
        }
        dominator
    }

    /// The block with the least semidominator on the way up from one in the forest, its root left out.
    fn least(&mut self, block: TreeNumber) -> TreeNumber {
        let Some(mut above) = self.ancestor[block] else {
            return block;
        };
        let mut top = block;
        while let Some(next) = self.ancestor[above] {
            self.way.push(top);
            (top, above) = (above, next);
        }
        #[cfg(test)]
        {
            self.passed += self.way.len();
        }
        while let Some(passed) = self.way.pop() {
            // `top` is the last one below the root; what was passed is compressed from there down.
            if self.semi[self.label[top]] < self.semi[self.label[passed]] {
                self.label[passed] = self.label[top];
            }
            self.ancestor[passed] = self.ancestor[top];
            top = passed;
        }
        self.label[block]
    }
}

fn number_tree(flow: &Flow, immediate: &IdVec<BlockId, BlockId>) -> IdVec<BlockId, (u32, u32)> {
    let others = flow.order[1..].iter();
    let edges: Vec<(BlockId, BlockId)> = others.map(|&block| (immediate[block], block)).collect();
    let children = Lists::new(immediate.len(), &edges);
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

    /// Blocks that all lead to the last one, as the tests of a long `or` do.
    fn long_or(tests: u32) -> Procedure {
        let mut blocks = String::new();
        for number in 0..tests {
            let parameters = if number == 0 { "v0" } else { "" };
            let (next, end) = (number + 1, tests + 1);
            let _ = write!(
                blocks,
                "(block b{number} ({parameters}) (branch (true v0) (b{end}) (b{next})))"
            );
        }
        let _ = write!(blocks, "(block b{tests} () (return v0))");
        let _ = write!(blocks, "(block b{} () (return v0))", tests + 1);
        let text = format!("(procedure \"f\" 1 0 #f 0 (\"x\") {blocks})");
        parse(&text).expect("a unit").procedures[ProcedureId::ENTRY].clone()
    }

    #[test]
    fn a_block_with_very_many_ways_in_is_no_longer_way_for_each() {
        let passed = |tests| {
            let procedure = long_or(tests);
            let flow = Flow::new(&procedure);
            let end = procedure.blocks.ids().last().expect("there are blocks");
            assert_eq!(Dominators::new(&flow).immediate(end), Some(BlockId::ENTRY));
            let tree = SpanningTree::new(&flow);
            let mut search = Search::new(&tree, &flow);
            search.run();
            search.passed
        };
        for tests in [1000, 20_000] {
            // Two edges lead from each block. Compressed ways are logarithmic; without compression, each edge would
            // lead up through half the blocks.
            let edges = 2 * tests as usize;
            let passed = passed(tests);
            assert!(passed < 4 * edges, "{tests}: {passed}");
        }
    }
}
