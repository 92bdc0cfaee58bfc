//! Dominators (Lengauer, Tarjan: A Fast Algorithm for Finding Dominators in a Flowgraph, 1979).
//!
//! Nearly all graphs are reducible: each edge that goes back leads to a dominator of its start. There, such edges
//! change no dominators, and the dominator of a block is the nearest common one of its predecessors that come before
//! it. One round over the blocks finds it, in a time of `edges * log blocks` ([`Tree`]). Whether the graph is
//! reducible, the edges that go back say afterwards, as the tree is then.
//!
//! Other graphs take the simple form of the algorithm of Lengauer and Tarjan: with compressed paths, and without
//! balanced trees. It takes a time of `edges * log blocks`, too. The end of a long `or` has an edge from each
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
        Self::of_reducible(flow).unwrap_or_else(|| Self::of_any(flow))
    }

    /// The dominators if the graph is reducible.
    fn of_reducible(flow: &Flow) -> Option<Self> {
        let found = Self::with_immediate(flow, Tree::new(flow).immediate(flow));
        let is_reducible = flow.order.iter().all(|&block| {
            let mut above = flow.predecessors[block].iter();
            above.all(|&tail| !flow.is_retreating(tail, block) || found.dominates(block, tail))
        });
        is_reducible.then_some(found)
    }

    /// The dominators, whatever the graph is.
    fn of_any(flow: &Flow) -> Self {
        let tree = SpanningTree::new(flow);
        let dominators = Search::new(&tree, flow).run();
        let mut immediate: IdVec<BlockId, BlockId> = flow.number.ids().collect();
        for (&block, dominator) in tree.blocks.iter().zip(dominators) {
            immediate[block] = tree.blocks[dominator];
        }
        Self::with_immediate(flow, immediate)
    }

    fn with_immediate(flow: &Flow, immediate: IdVec<BlockId, BlockId>) -> Self {
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

/// The dominator tree of a graph without the edges that go back. The nearest common dominator of two blocks is found by
/// jumps over ever longer ways up (Myers: An Applicative Random-Access Stack, 1983).
struct Tree {
    /// Of the blocks in the order of the graph.
    nodes: Vec<Node>,
}

/// A block of the tree.
#[derive(Clone, Copy)]
struct Node {
    /// The number of the closest dominator.
    above: u32,
    /// The number of a dominator further up.
    jump: u32,
    /// How many dominators it has.
    depth: u32,
}

impl Tree {
    fn new(flow: &Flow) -> Self {
        let entry = Node {
            above: 0,
            jump: 0,
            depth: 0,
        };
        let mut tree = Self {
            nodes: Vec::with_capacity(flow.order.len()),
        };
        tree.nodes.push(entry);
        for (number, &block) in (1..).zip(&flow.order[1..]) {
            let predecessors = flow.predecessors[block].iter();
            let before = predecessors.map(|&above| flow.number[above]);
            let before = before.filter(|&above| above < number);
            let above = before.reduce(|a, b| tree.nearest_common(a, b));
            tree.add(above.expect("a block is reached from one before it"));
        }
        tree
    }

    /// Adds a block below another one.
    fn add(&mut self, above: u32) {
        let parent = self.nodes[above as usize];
        let middle = self.nodes[parent.jump as usize];
        let top = self.nodes[middle.jump as usize];
        let is_even = parent.depth - middle.depth == middle.depth - top.depth;
        self.nodes.push(Node {
            above,
            jump: if is_even { middle.jump } else { above },
            depth: parent.depth + 1,
        });
    }

    fn nearest_common(&self, mut a: u32, mut b: u32) -> u32 {
        let node = |number: u32| &self.nodes[number as usize];
        if node(a).depth < node(b).depth {
            (a, b) = (b, a);
        }
        let depth = node(b).depth;
        while node(a).depth > depth {
            let jump = node(a).jump;
            a = if node(jump).depth >= depth {
                jump
            } else {
                node(a).above
            };
        }
        // Blocks of one depth jump equally far.
        while a != b {
            let (one, other) = (node(a), node(b));
            (a, b) = if one.jump == other.jump {
                (one.above, other.above)
            } else {
                (one.jump, other.jump)
            };
        }
        a
    }

    /// The immediate dominator of each block; the entry's is itself, unreachable blocks' too.
    fn immediate(&self, flow: &Flow) -> IdVec<BlockId, BlockId> {
        let mut immediate: IdVec<BlockId, BlockId> = flow.number.ids().collect();
        for (node, &block) in self.nodes.iter().zip(&flow.order) {
            immediate[block] = flow.order[node.above as usize];
        }
        immediate
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
    let (entry, others) = (flow.order[0], &flow.order[1..]);
    // How many blocks there are from each one down.
    let mut sizes = immediate.side_table(1);
    for &block in others.iter().rev() {
        sizes[immediate[block]] += sizes[block];
    }
    // The number of the next block that is right below each.
    let mut next = immediate.side_table(1);
    let mut walk = immediate.side_table((u32::MAX, u32::MAX));
    walk[entry] = (0, sizes[entry]);
    for &block in others {
        let start = next[immediate[block]];
        next[immediate[block]] += sizes[block];
        next[block] = start + 1;
        walk[block] = (start, start + sizes[block]);
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
                    let found = Dominators::of_any(&graph).dominates(above, below);
                    assert_eq!(
                        found, expected,
                        "{seed}: {above:?} {below:?}, by the other way"
                    );
                }
            }
        }
    }

    #[test]
    fn graphs_are_found_to_be_reducible_where_a_header_dominates_what_goes_back() {
        let is_reducible = |seed: u64| {
            let flow = Flow::new(&procedure(seed));
            let dominators = Dominators::of_any(&flow);
            let is_loop = crate::ssa::analysis::Loops::new(&flow, &dominators).is_reducible();
            assert_eq!(Dominators::of_reducible(&flow).is_some(), is_loop, "{seed}");
            is_loop
        };
        let reducible = (0..2000).filter(|&seed| is_reducible(seed)).count();
        assert!((500..1990).contains(&reducible), "{reducible}");
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
