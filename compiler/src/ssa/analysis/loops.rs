//! Natural loops: headers and nesting depths.
//!
//! Two natural loops with different headers are disjoint, or one contains the other. So inner loops are found first,
//! and a loop around them meets each of them as one block: the work grows with the edges, not with the edges times the
//! depth (Tarjan, Testing flow graph reducibility, 1974).
//!
//! Claim: the blocks of a loop are the blocks from which control reaches the header again without
//! leaving the blocks that the header dominates. So an operation in no other block than these belongs to
//! a turn. A cycle with two ways in is no loop here. So a depth of zero proves only one thing: moving
//! code there costs no turns that are known of. `tests::graphs` fails where this is false.

use super::{Dominators, Flow};
use crate::id::IdVec;
use crate::ssa::ir::BlockId;

/// Which loops each block is in.
#[derive(Clone, Debug)]
pub struct Loops {
    /// How many loops enclose each block.
    pub depth: IdVec<BlockId, u32>,
    /// The header of the innermost loop around each block; a header's own loop included.
    pub innermost: IdVec<BlockId, Option<BlockId>>,
    /// Whether a block is the header of a loop.
    pub is_header: IdVec<BlockId, bool>,
    /// The header of the next loop around the loop of each header.
    around: IdVec<BlockId, Option<BlockId>>,
    /// The number of each header, where those of the loops inside follow.
    number: IdVec<BlockId, u32>,
    /// How many headers each loop has, its own and those inside.
    headers: IdVec<BlockId, u32>,
    /// Whether each cycle has a header that dominates all of it.
    is_reducible: bool,
}

impl Loops {
    /// The loops of the graph; a cycle that no block dominates is none.
    pub fn new(flow: &Flow, dominators: &Dominators) -> Self {
        let mut loops = Self {
            depth: flow.number.side_table(0),
            innermost: flow.number.side_table(None),
            is_header: flow.number.side_table(false),
            around: flow.number.side_table(None),
            number: flow.number.side_table(0),
            headers: flow.number.side_table(0),
            is_reducible: true,
        };
        let mut merged = Merged(flow.number.ids().collect());
        // Inner headers come after outer ones.
        for &header in flow.order.iter().rev() {
            let retreating = flow.predecessors[header].iter().copied();
            let retreating = retreating.filter(|&tail| flow.is_retreating(tail, header));
            let (tails, others): (Vec<BlockId>, Vec<BlockId>) =
                retreating.partition(|&tail| dominators.dominates(header, tail));
            loops.is_reducible &= others.is_empty();
            if !tails.is_empty() {
                loops.is_header[header] = true;
                loops.innermost[header] = Some(header);
                loops.claim(flow, header, tails, &mut merged);
            }
        }
        loops.count_headers(flow);
        loops.number_headers(flow);
        loops
    }

    /// Whether `block` is in the loop of `header`, itself or in a loop inside.
    pub fn contains(&self, header: BlockId, block: BlockId) -> bool {
        let inner = self.innermost[block].map(|inner| self.number[inner]);
        let first = self.number[header];
        inner.is_some_and(|inner| (first..first + self.headers[header]).contains(&inner))
    }

    /// The header of the innermost loop around `block`; around the loop of `block` if `block` is a header.
    pub fn around(&self, block: BlockId) -> Option<BlockId> {
        if self.is_header[block] {
            self.around[block]
        } else {
            self.innermost[block]
        }
    }

    /// Whether each cycle is a loop: what goes around once has met everything in the cycle.
    pub fn is_reducible(&self) -> bool {
        self.is_reducible
    }

    fn count_headers(&mut self, flow: &Flow) {
        for &block in flow.order.iter().rev() {
            if self.is_header[block] {
                self.headers[block] += 1;
                if let Some(header) = self.around[block] {
                    self.headers[header] += self.headers[block];
                }
            }
        }
    }

    /// Numbers the headers, and finds how deep blocks are in loops: outer loops come first.
    fn number_headers(&mut self, flow: &Flow) {
        // For each loop the number of the next loop inside.
        let mut next = self.number.side_table(0);
        let mut next_outermost = 0;
        for &block in &flow.order {
            let around = self.around(block);
            self.depth[block] = around.map_or(0, |header| self.depth[header]);
            if self.is_header[block] {
                self.depth[block] += 1;
                let place = around.map_or(&mut next_outermost, |header| &mut next[header]);
                self.number[block] = *place;
                *place += self.headers[block];
                next[block] = self.number[block] + 1;
            }
        }
    }

    /// Merges the blocks and loops of a loop with its header.
    fn claim(&mut self, flow: &Flow, header: BlockId, tails: Vec<BlockId>, merged: &mut Merged) {
        let mut pending = tails;
        while let Some(block) = pending.pop() {
            let inner = merged.find(block);
            if inner == header {
                continue;
            }
            if self.is_header[inner] {
                self.around[inner] = Some(header);
            } else {
                self.innermost[inner] = Some(header);
            }
            merged.0[inner] = header;
            pending.extend(&flow.predecessors[inner]);
        }
    }
}

/// What each block was merged with: itself, or a header.
struct Merged(IdVec<BlockId, BlockId>);

impl Merged {
    /// The header of the largest loop around `block` that was found yet, or `block` itself.
    fn find(&mut self, mut block: BlockId) -> BlockId {
        while self.0[block] != block {
            let up = self.0[self.0[block]];
            self.0[block] = up;
            block = up;
        }
        block
    }
}
