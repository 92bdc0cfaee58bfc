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

use abi::primitive::{Effect, Primitive, PrimitiveClass};

use super::eliminate_common::may_write;
use crate::checkpoint;
use crate::core::ir::GlobalId;
use crate::id::IdVec;
use crate::id_map::IdMap;
use crate::rewrites::Rewrites;
use crate::ssa::analysis::{Flow, Graph, Loops};
use crate::ssa::ir::{
    Block, BlockId, Instruction, Operation, Procedure, RawUnary, Terminator, Unit, ValueId,
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
    let Graph { flow, loops, .. } = &graph;
    if !loops.is_header.iter().any(|&is_header| is_header) {
        return;
    }
    let ways_in = find_ways_in(procedure, &graph);
    let blocks = find_blocks(&graph, &ways_in);
    let mut hoister = Hoister::new(procedure, immutable, loops, &graph.flow);
    // Inner loops come first, so that what leaves them can leave outer ones too.
    for &header in flow.order.iter().rev() {
        if let Some(before) = ways_in[header] {
            hoister.hoist_from(header, &blocks[header], before, rewrites);
        }
    }
    hoister.take_away();
}

/// For each header the block that alone leads into its loop, if it leads nowhere else.
fn find_ways_in(procedure: &Procedure, graph: &Graph) -> IdVec<BlockId, Option<BlockId>> {
    let mut ways_in = procedure.blocks.side_table(None);
    for &header in &graph.flow.order {
        if graph.loops.is_header[header] {
            ways_in[header] = way_in(procedure, graph, header);
        }
    }
    ways_in
}

/// The block that alone leads into a loop, if it leads nowhere else.
fn way_in(procedure: &Procedure, graph: &Graph, header: BlockId) -> Option<BlockId> {
    let predecessors = graph.flow.predecessors[header].iter().copied();
    let mut outside = predecessors.filter(|&tail| !graph.dominators.dominates(header, tail));
    let before = outside.next()?;
    let jumps = matches!(procedure.blocks[before].terminator, Terminator::Jump(_));
    (outside.next().is_none() && jumps).then_some(before)
}

/// The blocks that each loop with a way in has for itself, in order: those in a loop inside of it are that loop's.
fn find_blocks(
    graph: &Graph,
    ways_in: &IdVec<BlockId, Option<BlockId>>,
) -> IdVec<BlockId, Vec<BlockId>> {
    let mut blocks = ways_in.side_table(Vec::new());
    // The innermost loop with a way in around each block.
    let mut owners: IdVec<BlockId, Option<BlockId>> = ways_in.side_table(None);
    for &id in &graph.flow.order {
        let around = graph.loops.around(id);
        let outer = around.and_then(|header| owners[header]);
        owners[id] = ways_in[id].map_or(outer, |_| Some(id));
        if let Some(owner) = owners[id] {
            blocks[owner].push(id);
        }
    }
    blocks
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

/// Moves operations of a procedure's loops. What stays in a loop is not looked at again for the loops around it:
/// something in the loop holds it there.
struct Hoister<'a> {
    procedure: &'a mut Procedure,
    immutable: &'a IdVec<GlobalId, bool>,
    loops: &'a Loops,
    /// The block of each value. An instruction that was moved still stands where it was, too, until
    /// [`Self::take_away`].
    homes: IdVec<ValueId, BlockId>,
    /// The loads of constants in loops.
    constants: IdMap<ValueId, Instruction>,
    /// For each header whether anything in its loop writes.
    writes: IdVec<BlockId, bool>,
    has_moved: bool,
}

/// The loop that is looked at.
#[derive(Clone, Copy)]
struct Place {
    header: BlockId,
    /// Where what leaves the loop goes.
    before: BlockId,
}

impl<'a> Hoister<'a> {
    fn new(
        procedure: &'a mut Procedure,
        immutable: &'a IdVec<GlobalId, bool>,
        loops: &'a Loops,
        flow: &Flow,
    ) -> Self {
        let mut homes = procedure.values.side_table(BlockId::ENTRY);
        let mut constants = IdMap::default();
        let mut writes = procedure.blocks.side_table(false);
        // What is in a loop comes after its header.
        for &id in flow.order.iter().rev() {
            let block = &procedure.blocks[id];
            (block.parameters.iter()).for_each(|&parameter| homes[parameter] = id);
            for instruction in &block.instructions {
                let Some(result) = instruction.result else {
                    continue;
                };
                homes[result] = id;
                if loops.depth[id] > 0 && is_constant(&instruction.operation) {
                    constants.insert(result, instruction.clone());
                }
            }
            if let Some(header) = loops.innermost[id] {
                writes[header] |= block_writes(block);
            }
            if loops.is_header[id]
                && let Some(outer) = loops.around(id)
            {
                writes[outer] |= writes[id];
            }
        }
        Self {
            procedure,
            immutable,
            loops,
            homes,
            constants,
            writes,
            has_moved: false,
        }
    }

    /// Moves what may leave a loop in front of it.
    fn hoist_from(
        &mut self,
        header: BlockId,
        blocks: &[BlockId],
        before: BlockId,
        rewrites: &mut Rewrites,
    ) {
        let mut hoisted = Vec::new();
        for &id in blocks {
            checkpoint::step();
            self.block(id, Place { header, before }, rewrites, &mut hoisted);
        }
        self.has_moved |= !hoisted.is_empty();
        let target = &mut self.procedure.blocks[before].instructions;
        target.append(&mut hoisted);
    }

    /// Takes instructions away from where they were before they were moved.
    fn take_away(self) {
        if !self.has_moved {
            return;
        }
        for (id, block) in self.procedure.blocks.entries_mut() {
            let stays =
                |each: &Instruction| each.result.is_none_or(|result| self.homes[result] == id);
            block.instructions.retain(stays);
        }
    }

    /// Finds what leaves a block.
    fn block(
        &mut self,
        id: BlockId,
        place: Place,
        rewrites: &mut Rewrites,
        hoisted: &mut Vec<Instruction>,
    ) {
        // Whether entering the loop does what comes next before anything that can be noticed.
        let mut is_first = id == place.header;
        for index in 0..self.procedure.blocks[id].instructions.len() {
            let instruction = &self.procedure.blocks[id].instructions[index];
            if instruction
                .result
                .is_some_and(|result| self.homes[result] != id)
            {
                continue;
            }
            let mobility = self.mobility(&instruction.operation);
            let may_go = match mobility {
                Mobility::Free => true,
                Mobility::Raises => is_first,
                Mobility::Reads => is_first && !self.writes[place.header],
                Mobility::Constant | Mobility::None => false,
            };
            let is_hoisted = may_go
                && instruction.result.is_some()
                && self.is_invariant(instruction, place.header)
                && rewrites.allow();
            if is_hoisted {
                let instruction = instruction.clone();
                self.hoist(instruction, place, hoisted);
            } else {
                is_first &= matches!(mobility, Mobility::Free | Mobility::Constant);
            }
        }
    }

    /// Whether all operands come from outside, or are constants, at least one of the first.
    fn is_invariant(&self, instruction: &Instruction, header: BlockId) -> bool {
        let mut from_outside = matches!(
            instruction.operation,
            Operation::GlobalRef(_) | Operation::CellRef(_)
        );
        let mut invariant = true;
        instruction.operation.each_use(|value| {
            if !self.loops.contains(header, self.homes[value]) {
                from_outside = true;
            } else if !self.constants.contains_key(&value) {
                invariant = false;
            }
        });
        from_outside && invariant
    }

    /// Moves an instruction and the constants that it uses.
    fn hoist(&mut self, instruction: Instruction, place: Place, hoisted: &mut Vec<Instruction>) {
        instruction.operation.each_use(|value| {
            if self.loops.contains(place.header, self.homes[value])
                && let Some(load) = self.constants.get(&value)
            {
                self.homes[value] = place.before;
                hoisted.push(load.clone());
            }
        });
        if let Some(result) = instruction.result {
            self.homes[result] = place.before;
        }
        hoisted.push(instruction);
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

fn block_writes(block: &Block) -> bool {
    let mut operations = block.instructions.iter().map(|each| &each.operation);
    matches!(block.terminator, Terminator::CallReceive { .. }) || operations.any(may_write)
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
