//! Edge splitting: gives every edge of a branch a block of its own if it carries arguments or goes
//! back.
//!
//! Before: any unit. After: only jumps carry arguments. Every cycle goes through a jump that goes
//! back, and a poll can stand in front of this jump.
//!
//! ```text
//! branch c b1(v1) b2   =>   branch c b3 b2;  b3: jump b1(v1)
//! ```
//!
//! # Claim
//!
//! A new block only jumps, with the arguments of the edge for which it stands. In an order of
//! blocks, an edge that goes back has a jump on it afterwards.

use crate::id::Id;
use crate::ssa::analysis::Flow;
use crate::ssa::ir::{Block, BlockId, Procedure, Target, Terminator, Unit};

/// Splits edges in all procedures of `unit`.
#[must_use]
pub fn split_edges(mut unit: Unit) -> Unit {
    unit.procedures.iter_mut().for_each(split_in);
    unit
}

fn split_in(procedure: &mut Procedure) {
    let flow = Flow::new(procedure);
    for &id in &flow.order {
        let mut blocks_end = procedure.blocks.len();
        let block = &mut procedure.blocks[id];
        let place = block.place;
        let mut added = Vec::new();
        if matches!(
            block.terminator,
            Terminator::Branch(..) | Terminator::Switch(_)
        ) {
            for target in block.terminator.targets_mut() {
                if target.arguments.is_empty() && !flow.is_retreating(id, target.block) {
                    continue;
                }
                let new = Target {
                    block: BlockId::from_index(blocks_end),
                    arguments: Vec::new(),
                };
                let terminator = Terminator::Jump(std::mem::replace(target, new));
                let (parameters, instructions) = (Vec::new(), Vec::new());
                added.push(Block {
                    parameters,
                    instructions,
                    terminator,
                    place,
                });
                blocks_end += 1;
            }
        }
        procedure.blocks.extend(added);
    }
}

#[cfg(test)]
mod tests {
    use super::split_edges;
    use crate::ssa::golden::after;

    #[test]
    fn branches_that_carry_arguments_or_go_back_get_blocks() {
        let text = after(
            &[split_edges],
            r#"(procedure "f" 1 0 #f 0 ("x")
              (block b0 (v0) (jump (b1 v0)))
              (block b1 (v1)
                (let v2 (primitive cdr v1))
                (branch (type pair? v2) (b1 v2) (b2)))
              (block b2 () (return v1)))"#,
        );
        insta::assert_snapshot!(text, @r#"
        (procedure "f" 1 0 #f 0 ("x")
          (block b0 (v0)
            (jump (b1 v0)))
          (block b1 (v1)
            (let v2 (primitive cdr v1))
            (branch (type pair? v2) (b3) (b2)))
          (block b2 ()
            (return v1))
          (block b3 ()
            (jump (b1 v2))))
        "#);
    }

    #[test]
    fn jumps_and_branches_without_arguments_stay() {
        let before = r#"(procedure "f" 1 0 #f 0 ("x")
  (block b0 (v0)
    (branch (type pair? v0) (b1) (b2)))
  (block b1 ()
    (let v1 (primitive car v0))
    (jump (b3 v1)))
  (block b2 ()
    (jump (b3 v0)))
  (block b3 (v2)
    (let v3 (primitive cdr v2))
    (jump (b3 v3))))
"#;
        assert_eq!(after(&[split_edges], before), before);
    }
}
