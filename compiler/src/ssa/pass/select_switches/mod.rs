//! Switches: tests of one value, one after another, become one many-way branch.
//!
//! Before: small forms are selected. After: no value is compared with several immediates, symbols
//! or literal strings one after another, where a switch is quicker. The tests are those of `case`,
//! those of `eq?`, `eqv?`, `=`, `char=?` and `string=?` with literals, and those of `memq`, `memv`
//! and `member` in literal lists.
//!
//! ```text
//! branch (eq-word v0 8) b2 b3;  b3: branch (eq-word v0 16) b4 b5;  b5: branch (eq-word v0 24) b6 b7; ...
//!   =>  switch (word v0) (8 b2) (16 b4) (24 b6) ... (else b7)
//! ```
//!
//! A value that is not a fixnum still goes through the tests by `=`: it may be another number, or
//! wrong. A switch looks at the length of a string first, and at some bits of the hash of a symbol.
//! Then it compares the string or the symbol.
//!
//! # Claim
//!
//! The blocks behind the first test only test, and only the test before leads to each of them. So
//! the switch leaves out only tests whose outcome the key tells. Of equal keys the first counts. A
//! value for which a test would raise goes to that test.

mod chain;
mod rewrite;
#[cfg(test)]
mod tests;

use crate::ssa::Tables;
use crate::ssa::analysis::Flow;
use crate::ssa::ir::{Procedure, Unit};

use chain::{Chain, Survey};

/// Selects switches in all procedures of `unit`.
#[must_use]
pub fn select_switches(mut unit: Unit) -> Unit {
    for procedure in &mut unit.procedures {
        for chain in find_chains(procedure, &mut unit.tables) {
            if unit.rewrites.allow() {
                rewrite::rewrite(procedure, &unit.tables, chain);
            }
        }
    }
    unit
}

fn find_chains(procedure: &Procedure, tables: &mut Tables) -> Vec<Chain> {
    let flow = Flow::new(procedure);
    let mut survey = Survey::new(procedure, tables, &flow);
    let mut is_taken = procedure.blocks.side_table(false);
    let mut chains = Vec::new();
    for &head in &flow.order {
        if is_taken[head] {
            continue;
        }
        if let Some((chain, blocks)) = survey.chain_from(head)
            && rewrite::is_worth_it(&chain)
        {
            for block in blocks {
                is_taken[block] = true;
            }
            chains.push(chain);
        }
    }
    chains
}
