//! Natural loops: headers and nesting depths.
//!
//! Claim: the blocks of a loop are the blocks from which control reaches the header again without
//! leaving the blocks that the header dominates. A cycle with two ways in is no loop here. So a
//! depth of zero proves only one thing: moving code there costs no turns that are known of.

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
}

impl Loops {
    /// The loops of the graph; a cycle that no block dominates is none.
    pub fn new(flow: &Flow, dominators: &Dominators) -> Self {
        let mut loops = Self {
            depth: flow.number.side_table(0),
            innermost: flow.number.side_table(None),
            is_header: flow.number.side_table(false),
        };
        let mut claimed_for = flow.number.side_table(None);
        // Inner headers come after outer ones: the last to claim a block is its innermost loop.
        for &header in &flow.order {
            let tails: Vec<BlockId> = flow.predecessors[header]
                .iter()
                .copied()
                .filter(|&tail| dominators.dominates(header, tail))
                .collect();
            if !tails.is_empty() {
                loops.is_header[header] = true;
                loops.claim(flow, header, tails, &mut claimed_for);
            }
        }
        loops
    }

    /// Counts a loop. `claimed_for` names the header that claimed each block last.
    fn claim(
        &mut self,
        flow: &Flow,
        header: BlockId,
        tails: Vec<BlockId>,
        claimed_for: &mut IdVec<BlockId, Option<BlockId>>,
    ) {
        let mut pending = tails;
        while let Some(block) = pending.pop() {
            if claimed_for[block].replace(header) == Some(header) {
                continue;
            }
            self.depth[block] += 1;
            self.innermost[block] = Some(header);
            if block != header {
                pending.extend(&flow.predecessors[block]);
            }
        }
    }
}
