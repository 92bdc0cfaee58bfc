//! Natural loops: headers and nesting depths.
//!
//! Claim: the blocks of a loop are the blocks from which control reaches the header again without
//! leaving the blocks that the header dominates. A cycle with two ways in is no loop here. So a
//! depth of zero proves only one thing: moving code there costs no turns that are known of.

use super::{Dominators, Flow};
use crate::ssa::ir::BlockId;

/// Which loops each block is in.
#[derive(Clone, Debug)]
pub struct Loops {
    /// How many loops enclose each block.
    pub depth: Vec<u32>,
    /// The header of the innermost loop around each block; a header's own loop included.
    pub innermost: Vec<Option<BlockId>>,
    /// Whether a block is the header of a loop.
    pub is_header: Vec<bool>,
}

impl Loops {
    /// The loops of the graph; a cycle that no block dominates is none.
    pub fn new(flow: &Flow, dominators: &Dominators) -> Self {
        let count = flow.number.len();
        let mut loops = Self {
            depth: vec![0; count],
            innermost: vec![None; count],
            is_header: vec![false; count],
        };
        let mut seen_for = vec![u32::MAX; count];
        // Inner headers come after outer ones: the last to claim a block is its innermost loop.
        for &header in &flow.order {
            let tails: Vec<BlockId> = flow.predecessors[header.0 as usize]
                .iter()
                .copied()
                .filter(|&tail| dominators.dominates(header, tail))
                .collect();
            if !tails.is_empty() {
                loops.is_header[header.0 as usize] = true;
                loops.claim(flow, header, tails, &mut seen_for);
            }
        }
        loops
    }

    /// Walks up from the tails: the header dominates them, so all ways up come to it.
    fn claim(&mut self, flow: &Flow, header: BlockId, tails: Vec<BlockId>, seen: &mut [u32]) {
        let mut pending = tails;
        while let Some(block) = pending.pop() {
            let index = block.0 as usize;
            if std::mem::replace(&mut seen[index], header.0) == header.0 {
                continue;
            }
            self.depth[index] += 1;
            self.innermost[index] = Some(header);
            if block != header {
                pending.extend(&flow.predecessors[index]);
            }
        }
    }
}
