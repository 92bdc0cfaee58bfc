//! Loop peeling: copies the first turn of a loop where that makes a loop variable a flonum.
//!
//! Before: any unit. After: if all turns but the first give a loop variable a flonum, the first
//! turn is a copy of its own, so that the variable has one type in the loop. The copy takes along
//! the blocks that only the loop leads to. So no value is needed behind both. An exact number that
//! comes in stays exact as long as the program wants it: results do not change.
//!
//! ```text
//! b0: jump b1(v0);  b1(v1): branch v1 < 0.0 b2 b3;  b3: v2 = v1 - 1.0; jump b1(v2)
//!   =>  b0: jump b4(v0);  b4(v3): branch v3 < 0.0 b5 b6;  b6: v4 = v3 - 1.0; jump b1(v4)
//!       b1(v1): branch v1 < 0.0 b2 b3;  b3: v2 = v1 - 1.0; jump b1(v2)
//! ```
//!
//! # Claim
//!
//! The copy is the header and everything that the header dominates. So no value of the copy is used
//! elsewhere, except as an argument. Paths from outside lead to the copy. The back edges of the
//! copy lead to the original, with the copy's values.

use crate::id::{Id, IdVec};
use crate::rewrites::Rewrites;
use crate::ssa::analysis::{Graph, KeptTypes, Type, Types, mentions_flonums};
use crate::ssa::ir::{Block, BlockId, Procedure, ProcedureId, Unit, ValueId};

/// How many instructions are copied at most.
const INSTRUCTIONS_MAX: usize = 120;

/// Peels loops in all procedures of `unit`.
#[must_use]
pub fn peel_loops(mut unit: Unit, kept: &mut KeptTypes) -> Unit {
    if !mentions_flonums(&unit) {
        return unit;
    }
    let chosen = kept.with(&unit, |graphs, types| -> IdVec<ProcedureId, Vec<BlockId>> {
        let chosen = unit
            .procedures
            .entries()
            .map(|(id, procedure)| worth_peeling(procedure, &graphs[id], &types.procedures[id]));
        chosen.collect()
    });
    for (procedure, headers) in unit.procedures.iter_mut().zip(chosen) {
        if !headers.is_empty() {
            peel_all(procedure, headers, &mut unit.rewrites);
        }
    }
    unit
}

/// Peels the loops of `headers`, inner ones first.
fn peel_all(procedure: &mut Procedure, mut headers: Vec<BlockId>, rewrites: &mut Rewrites) {
    let mut graph = Graph::new(procedure);
    let sizes = sizes(procedure, &graph);
    headers.retain(|header| sizes[*header] <= INSTRUCTIONS_MAX);
    // Blocks of which the graph is not right any more.
    let mut changed = procedure.blocks.side_table(false);
    for header in headers {
        let mut blocks = region(&graph, header);
        if blocks.iter().any(|block| changed[*block]) {
            graph = Graph::new(procedure);
            changed = procedure.blocks.side_table(false);
            blocks = region(&graph, header);
        }
        if !peel(procedure, &graph, &blocks, rewrites) {
            continue;
        }
        for block in blocks {
            changed[block] = true;
            for next in procedure.blocks[block].terminator.successors() {
                // The graph knows no copies.
                if let Some(changed) = changed.get_mut(next) {
                    *changed = true;
                }
            }
        }
    }
}

/// How many instructions there are in each block and those that it dominates.
fn sizes(procedure: &Procedure, graph: &Graph) -> IdVec<BlockId, usize> {
    let mut sizes = procedure.blocks.side_table(0);
    for &block in graph.flow.order.iter().rev() {
        sizes[block] += size(procedure, block);
        if let Some(above) = graph.dominators.immediate(block) {
            sizes[above] += sizes[block];
        }
    }
    sizes
}

fn size(procedure: &Procedure, block: BlockId) -> usize {
    procedure.blocks[block].instructions.len() + 1
}

/// The blocks that `header` dominates, which is first.
fn region(graph: &Graph, header: BlockId) -> Vec<BlockId> {
    let mut blocks = graph.flow.order.clone();
    blocks.retain(|&block| graph.dominators.dominates(header, block));
    blocks
}

/// Headers of loops with a variable that is a flonum from the second turn on, inner ones first.
fn worth_peeling(procedure: &Procedure, graph: &Graph, types: &Types<'_>) -> Vec<BlockId> {
    let mut headers = graph.flow.order.clone();
    headers.retain(|&header| graph.loops.is_header[header] && header != BlockId::ENTRY);
    headers.reverse();
    headers.retain(|&header| {
        let parameters = &procedure.blocks[header].parameters;
        (0..parameters.len()).any(|index| {
            let known = types.of(parameters[index]);
            !known.is_flonum() && given_back(procedure, graph, types, header, index).is_flonum()
        })
    });
    headers
}

/// What the turns of a loop give its variable for the next ones.
fn given_back(
    procedure: &Procedure,
    graph: &Graph,
    types: &Types<'_>,
    header: BlockId,
    index: usize,
) -> Type {
    let mut given = Type::NONE;
    for &tail in &graph.flow.predecessors[header] {
        if !graph.dominators.dominates(header, tail) {
            continue;
        }
        for target in procedure.blocks[tail].terminator.targets() {
            if target.block == header {
                let argument = target.arguments[index];
                given = given.join(types.at_edge(argument, tail, header));
            }
        }
    }
    given
}

/// Copies a region, unless it is too large; what comes to its header from outside goes to the copy,
/// whose jumps back go to the header. Whether it was done.
fn peel(
    procedure: &mut Procedure,
    graph: &Graph,
    region: &[BlockId],
    rewrites: &mut Rewrites,
) -> bool {
    let header = region[0];
    let instructions: usize = region.iter().map(|&block| size(procedure, block)).sum();
    if instructions > INSTRUCTIONS_MAX || !rewrites.allow() {
        return false;
    }
    let mut copier = Copier::new(procedure, region);
    let copies: Vec<Block> = region
        .iter()
        .map(|block| copier.block(&procedure.blocks[*block], header))
        .collect();
    let copy = copier.blocks[header].expect("the header is copied");
    for &id in &graph.flow.predecessors[header] {
        if !graph.dominators.dominates(header, id) {
            let targets = procedure.blocks[id].terminator.targets_mut();
            for target in targets.filter(|target| target.block == header) {
                target.block = copy;
            }
        }
    }
    procedure.blocks.extend(copies);
    true
}

/// Makes copies of blocks with values of their own.
struct Copier {
    blocks: IdVec<BlockId, Option<BlockId>>,
    values: IdVec<ValueId, Option<ValueId>>,
}

impl Copier {
    /// Makes names for the copies of all blocks of `region` and of the values that they define.
    fn new(procedure: &mut Procedure, region: &[BlockId]) -> Self {
        let mut copier = Self {
            blocks: procedure.blocks.side_table(None),
            values: procedure.values.side_table(None),
        };
        let first = procedure.blocks.next_id().number();
        for (number, &id) in (first..).zip(region) {
            copier.blocks[id] = Some(BlockId::new(number));
            let block = &procedure.blocks[id];
            let results = block.instructions.iter().filter_map(|each| each.result);
            for value in block.parameters.iter().copied().chain(results) {
                let copy = procedure.values[value].clone();
                copier.values[value] = Some(procedure.values.push(copy));
            }
        }
        copier
    }

    fn value(&self, value: ValueId) -> ValueId {
        let copy = self.values.get(value).copied().flatten();
        copy.unwrap_or(value)
    }

    /// The copy of a block; jumps to `header` stay.
    fn block(&mut self, block: &Block, header: BlockId) -> Block {
        let mut copy = block.clone();
        for parameter in &mut copy.parameters {
            *parameter = self.value(*parameter);
        }
        for instruction in &mut copy.instructions {
            let operation = &mut instruction.operation;
            operation.each_use_mut(|value| *value = self.value(*value));
            instruction.result = instruction.result.map(|result| self.value(result));
        }
        copy.terminator
            .each_use_mut(|value| *value = self.value(*value));
        for target in copy.terminator.successors_mut() {
            if *target != header {
                *target = self.blocks[*target].unwrap_or(*target);
            }
        }
        copy
    }
}

#[cfg(test)]
mod tests {
    use super::{KeptTypes, peel_loops};
    use crate::ssa::golden::after;

    fn peeled(text: &str) -> String {
        after(&[|unit| peel_loops(unit, &mut KeptTypes::default())], text)
    }

    #[test]
    fn the_first_turn_takes_what_is_not_known_to_be_a_flonum() {
        let text = peeled(
            r#"(literals (datum 1.5))
            (procedure "sum" 1 0 #f 0 ("n")
              (block b0 (v0) (let v1 (literal 0)) (jump (b1 v0 v1)))
              (block b1 (v2 v3) (branch (compare < v2 v1) (b2) (b3)))
              (block b2 () (return v3))
              (block b3 ()
                (let v4 (primitive - v2 v1))
                (let v5 (primitive + v2 v3))
                (jump (b1 v4 v5))))"#,
        );
        insta::assert_snapshot!(text, @r#"
        (literals (datum 1.5))
        (procedure "sum" 1 0 #f 0 ("n")
          (block b0 (v0)
            (let v1 (literal 0))
            (jump (b4 v0 v1)))
          (block b1 (v2 v3)
            (branch (compare < v2 v1) (b2) (b3)))
          (block b2 ()
            (return v3))
          (block b3 ()
            (let v4 (primitive - v2 v1))
            (let v5 (primitive + v2 v3))
            (jump (b1 v4 v5)))
          (block b4 (v6 v7)
            (branch (compare < v6 v1) (b5) (b6)))
          (block b5 ()
            (return v7))
          (block b6 ()
            (let v8 (primitive - v6 v1))
            (let v9 (primitive + v6 v7))
            (jump (b1 v8 v9))))
        "#);
    }

    #[test]
    fn the_copies_of_switches_lead_to_copies() {
        let text = peeled(
            r#"(literals (datum 1.5))
            (procedure "sum" 2 0 #f 0 ("n" "k")
              (block b0 (v0 v1) (let v2 (literal 0)) (jump (b1 v0)))
              (block b1 (v3) (branch (compare < v3 v2) (b2) (b4)))
              (block b2 ()
                (let v4 (primitive + v3 v2))
                (switch (word v1) (8 (b3)) (16 (b5)) (else (b1 v4))))
              (block b3 () (return v4))
              (block b4 () (return v3))
              (block b5 () (jump (b1 v4))))"#,
        );
        insta::assert_snapshot!(text, @r#"
        (literals (datum 1.5))
        (procedure "sum" 2 0 #f 0 ("n" "k")
          (block b0 (v0 v1)
            (let v2 (literal 0))
            (jump (b6 v0)))
          (block b1 (v3)
            (branch (compare < v3 v2) (b2) (b4)))
          (block b2 ()
            (let v4 (primitive + v3 v2))
            (switch (word v1) (8 (b3)) (16 (b5)) (else (b1 v4))))
          (block b3 ()
            (return v4))
          (block b4 ()
            (return v3))
          (block b5 ()
            (jump (b1 v4)))
          (block b6 (v5)
            (branch (compare < v5 v2) (b7) (b10)))
          (block b7 ()
            (let v6 (primitive + v5 v2))
            (switch (word v1) (8 (b8)) (16 (b9)) (else (b1 v6))))
          (block b8 ()
            (return v6))
          (block b9 ()
            (jump (b1 v6)))
          (block b10 ()
            (return v5)))
        "#);
    }

    #[test]
    fn loops_that_stay_as_they_are_keep_their_first_turn() {
        // The variable is a flonum from the start, or never known to be one.
        for first in ["v1", "v0"] {
            let before = format!(
                r#"(literals (datum 1.5))
(procedure "f" 1 0 #f 0 ("n")
  (block b0 (v0)
    (let v1 (literal 0))
    (jump (b1 {first})))
  (block b1 (v2)
    (let v3 (primitive + v2 v2))
    (branch (true v3) (b1 v3) (b2)))
  (block b2 ()
    (return v2)))
"#
            );
            assert_eq!(peeled(&before), before);
        }
    }
}
