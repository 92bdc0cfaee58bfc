//! Loop-invariant code: moves operations that give the same in every turn in front of the loop.
//!
//! Before: edges are split. After: an operation whose operands come from outside of a loop stands
//! in front of the loop in three cases:
//!
//! * It neither raises nor reads anything that changes.
//! * It reads, and nothing in the loop writes.
//! * It may raise, and it is the first thing with an effect that entering the loop does. Then it
//!   raises what it would have raised, at the same time.
//!
//! An operation that reads and may raise must meet both of the last two conditions.
//!
//! ```text
//! b0: jump b1(v2);  b1(v3): v4 = vector-length v0; branch v3 < v4 ...; ...jump b1(v5)
//!   =>  b0: v4 = vector-length v0; jump b1(v2);  b1(v3): branch v3 < v4 ...; ...jump b1(v5)
//! ```
//!
//! # Claim
//!
//! A loop's header runs at least once when control comes to the block before it. So the first
//! operation of the header may raise in front of the loop: no effect came before it. An operation
//! that reads may go only if nothing in the loop writes, calls, or captures. An operation that
//! neither raises nor reads may go from any block, whether the block runs or not.

use std::collections::HashMap;

use abi::primitive::{Effect, Primitive, PrimitiveClass};

use super::eliminate_common::may_write;
use crate::core::ir::GlobalId;
use crate::id::IdVec;
use crate::rewrites::Rewrites;
use crate::ssa::analysis::Graph;
use crate::ssa::ir::{
    BlockId, Instruction, Operation, Procedure, RawUnary, Terminator, Unit, ValueId,
};

/// Hoists in all procedures of `unit`.
#[must_use]
pub fn hoist_invariants(mut unit: Unit) -> Unit {
    let globals = unit.tables.globals.iter();
    let immutable: IdVec<GlobalId, bool> = globals.map(|global| global.immutable).collect();
    for procedure in &mut unit.procedures {
        hoist_in(procedure, &immutable, &mut unit.rewrites);
    }
    unit
}

fn hoist_in(procedure: &mut Procedure, immutable: &IdVec<GlobalId, bool>, rewrites: &mut Rewrites) {
    let graph = Graph::new(procedure);
    let mut headers = graph.flow.order.clone();
    headers.retain(|header| graph.loops.is_header[*header]);
    // Inner loops come first, so that what leaves them can leave outer ones too.
    headers.reverse();
    let mut inside = procedure.values.side_table(false);
    for header in headers {
        if let Some(before) = way_in(procedure, &graph, header) {
            let blocks = graph.blocks_of_loop(header);
            Hoister::new(procedure, blocks, header, immutable, &mut inside).run(before, rewrites);
        }
    }
}

/// The block that alone leads into a loop, if it leads nowhere else.
fn way_in(procedure: &Procedure, graph: &Graph, header: BlockId) -> Option<BlockId> {
    let predecessors = graph.flow.predecessors[header].iter().copied();
    let mut outside = predecessors.filter(|&tail| !graph.dominators.dominates(header, tail));
    let before = outside.next()?;
    let jumps = matches!(procedure.blocks[before].terminator, Terminator::Jump(_));
    (outside.next().is_none() && jumps).then_some(before)
}

/// When an operation may be done earlier.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mobility {
    /// Always: it neither raises nor reads what changes.
    Free,
    /// It may raise.
    Raises,
    /// It may raise, and reads what may be written.
    Reads,
    /// It loads a constant: it goes where it is needed.
    Constant,
    /// Never.
    None,
}

/// Moves operations of one loop.
struct Hoister<'a> {
    procedure: &'a mut Procedure,
    immutable: &'a IdVec<GlobalId, bool>,
    header: BlockId,
    /// The blocks of the loop, in order.
    blocks: Vec<BlockId>,
    /// Values that are defined in the loop. [`Self::new`] marks them, and [`Self::run`] takes the marks away: between
    /// two loops there are none.
    inside: &'a mut IdVec<ValueId, bool>,
    /// The loads of those of them that are constants.
    constants: HashMap<ValueId, Instruction>,
    writes: bool,
    hoisted: Vec<Instruction>,
}

impl<'a> Hoister<'a> {
    fn new(
        procedure: &'a mut Procedure,
        blocks: Vec<BlockId>,
        header: BlockId,
        immutable: &'a IdVec<GlobalId, bool>,
        inside: &'a mut IdVec<ValueId, bool>,
    ) -> Self {
        let mut constants = HashMap::new();
        let mut writes = false;
        for id in &blocks {
            let block = &procedure.blocks[*id];
            block
                .parameters
                .iter()
                .for_each(|value| inside[*value] = true);
            for instruction in &block.instructions {
                writes |= may_write(&instruction.operation);
                if let Some(result) = instruction.result {
                    inside[result] = true;
                    if is_constant(&instruction.operation) {
                        constants.insert(result, instruction.clone());
                    }
                }
            }
            writes |= matches!(block.terminator, Terminator::CallReceive { .. });
        }
        Self {
            procedure,
            immutable,
            header,
            blocks,
            inside,
            constants,
            writes,
            hoisted: Vec::new(),
        }
    }

    fn run(mut self, before: BlockId, rewrites: &mut Rewrites) {
        for index in 0..self.blocks.len() {
            self.block(self.blocks[index], rewrites);
        }
        let is_changed = !self.hoisted.is_empty();
        for id in self.blocks {
            let block = &mut self.procedure.blocks[id];
            if is_changed {
                let inside = &*self.inside;
                let stays = |each: &Instruction| each.result.is_none_or(|result| inside[result]);
                block.instructions.retain(stays);
            }
            let results = block.instructions.iter().filter_map(|each| each.result);
            for value in results.chain(block.parameters.iter().copied()) {
                self.inside[value] = false;
            }
        }
        let target = &mut self.procedure.blocks[before].instructions;
        target.append(&mut self.hoisted);
    }

    /// Finds what leaves a block: its results are no longer `inside`.
    fn block(&mut self, id: BlockId, rewrites: &mut Rewrites) {
        // Whether entering the loop does what comes next before anything that can be noticed.
        let mut is_first = id == self.header;
        for index in 0..self.procedure.blocks[id].instructions.len() {
            let instruction = &self.procedure.blocks[id].instructions[index];
            let mobility = self.mobility(&instruction.operation);
            let may_go = match mobility {
                Mobility::Free => true,
                Mobility::Raises => is_first,
                Mobility::Reads => is_first && !self.writes,
                Mobility::Constant | Mobility::None => false,
            };
            let is_hoisted = may_go
                && instruction.result.is_some()
                && self.is_invariant(instruction)
                && rewrites.allow();
            if is_hoisted {
                let instruction = instruction.clone();
                self.hoist(instruction);
            } else {
                is_first &= matches!(mobility, Mobility::Free | Mobility::Constant);
            }
        }
    }

    /// Whether all operands come from outside, or are constants, at least one of the first.
    fn is_invariant(&self, instruction: &Instruction) -> bool {
        let mut from_outside = matches!(
            instruction.operation,
            Operation::GlobalRef(_) | Operation::CellRef(_)
        );
        let mut invariant = true;
        instruction.operation.each_use(|value| {
            if !self.inside[value] {
                from_outside = true;
            } else if !self.constants.contains_key(&value) {
                invariant = false;
            }
        });
        from_outside && invariant
    }

    /// Moves an instruction and the constants that it uses.
    fn hoist(&mut self, instruction: Instruction) {
        instruction.operation.each_use(|value| {
            if self.inside[value]
                && let Some(load) = self.constants.get(&value)
            {
                self.inside[value] = false;
                self.hoisted.push(load.clone());
            }
        });
        if let Some(result) = instruction.result {
            self.inside[result] = false;
        }
        self.hoisted.push(instruction);
    }

    fn mobility(&self, operation: &Operation) -> Mobility {
        match operation {
            _ if is_constant(operation) => Mobility::Constant,
            Operation::StaticClosure(_) | Operation::ClosureRef(..) | Operation::Raw2(..) => {
                Mobility::Free
            }
            Operation::Raw1(unary, _) => match unary {
                RawUnary::F64Negate | RawUnary::F64Sqrt | RawUnary::F64Abs | RawUnary::I64ToF64 => {
                    Mobility::Free
                }
                RawUnary::UnboxF64
                | RawUnary::RealToF64
                | RawUnary::UnboxI64
                | RawUnary::UnboxU64 => Mobility::Raises,
                RawUnary::BoxF64 | RawUnary::BoxI64 | RawUnary::BoxU64 => Mobility::None,
            },
            Operation::AddSmall(..) | Operation::CheckInitialized(..) => Mobility::Raises,
            Operation::GlobalRef(global) if self.immutable[*global] => Mobility::Raises,
            Operation::GlobalRef(_) | Operation::CellRef(_) => Mobility::Reads,
            Operation::Primitive(primitive, _) => primitive_mobility(*primitive),
            _ => Mobility::None,
        }
    }
}

fn is_constant(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::Word(_) | Operation::Raw(_) | Operation::Literal(_)
    )
}

fn primitive_mobility(primitive: Primitive) -> Mobility {
    let is_inline = primitive.class() == PrimitiveClass::Inline;
    match primitive.effect() {
        Effect::Total if is_inline => Mobility::Free,
        Effect::Total | Effect::Partial => Mobility::Raises,
        Effect::Read if is_inline => Mobility::Reads,
        _ => Mobility::None,
    }
}

#[cfg(test)]
mod tests {
    use super::hoist_invariants;
    use crate::ssa::golden::after;

    fn hoisted(text: &str) -> String {
        after(&[hoist_invariants], text)
    }

    #[test]
    fn what_entering_the_loop_does_first_leaves_it() {
        let text = hoisted(
            r#"(procedure "f" 2 0 #f 0 ("v" "x")
              (block b0 (v0 v1) (let v2 (fixnum 0)) (jump (b1 v2)))
              (block b1 (v3)
                (let v4 (primitive vector-length v0))
                (let v5 (fixnum 2))
                (let v6 (primitive quotient v4 v5))
                (branch (compare < v3 v6) (b2) (b3)))
              (block b2 ()
                (let v7 (primitive eq? v0 v1))
                (let v8 (primitive car v1))
                (let v9 (add-small v3 1))
                (jump (b1 v9)))
              (block b3 () (return v3)))"#,
        );
        insta::assert_snapshot!(text, @r#"
        (procedure "f" 2 0 #f 0 ("v" "x")
          (block b0 (v0 v1)
            (let v2 (fixnum 0))
            (let v4 (primitive vector-length v0))
            (let v5 (fixnum 2))
            (let v6 (primitive quotient v4 v5))
            (let v7 (primitive eq? v0 v1))
            (jump (b1 v2)))
          (block b1 (v3)
            (branch (compare < v3 v6) (b2) (b3)))
          (block b2 ()
            (let v8 (primitive car v1))
            (let v9 (add-small v3 1))
            (jump (b1 v9)))
          (block b3 ()
            (return v3)))
        "#);
    }

    #[test]
    fn reads_stay_in_loops_that_write_and_what_raises_stays_behind_effects() {
        let before = r#"(globals "g")
(procedure "f" 2 0 #f 0 ("v" "x")
  (block b0 (v0 v1)
    (jump (b1 v1)))
  (block b1 (v2)
    (let v3 (global-ref 0))
    (let v4 (call v3 v2))
    (let v5 (primitive vector-length v0))
    (let v6 (primitive + v0 v1))
    (jump (b1 v4))))
"#;
        assert_eq!(hoisted(before), before);
    }
}
