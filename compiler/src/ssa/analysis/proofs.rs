//! Proofs about operands: checks that code generation may leave out.
//!
//! This is a side table, made from the SSA that code is generated from. An operation means the same
//! with the table and without it. Bytecode ignores the table: every instruction checks the data
//! that it dereferences. Native code leaves out the checks that would always pass.
//!
//! Claim: whenever control is at an instruction about which something is proved, the check would
//! pass. All proofs come from types at the place (`types/infer.rs`) and from `bounds.rs`. These
//! files say what has to be shown there. Here:
//!
//! * A fact that the instruction itself tells holds only behind the instruction, so that nothing
//!   proves itself.
//! * [`Proof::FitsFixnum`] is about operands that are fixnums. If a type has other members, too,
//!   only its fixnums count.
//! * [`Proof::StoresImmediate`] is about the stored value, never about the object. Whether an
//!   object is still young changes with each safepoint, so no proof speaks of it.
//! * Where control never comes, everything counts as proved.
//!
//! ```text
//! branch (compare < i (vector-length v)) yes no;  yes: x = vector-ref v i; y = car p; z = cdr p
//!   =>  vector-ref: object, index, in-bounds;  cdr: object
//! ```

use abi::primitive::Primitive;

use super::Graph;
use super::bounds::{Bounds, is_indexed};
use super::types::{Kinds, Range, Type, Types, UnitTypes, each_requirement};
use crate::id::IdVec;
use crate::ssa::ir::{
    BlockId, Condition, InstructionPlace, Operation, Procedure, ProcedureId, Terminator, Unit,
    ValueId,
};
use crate::ssa::primitive_facts::{comparison_of, is_arithmetic, stored_operand};

/// A check that always passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Proof {
    /// The first operand is an object of the kind that the accessor wants: a pair, vector, string,
    /// bytevector, box or record (of whichever type). The operand of a call is a closure.
    Object = 0,
    /// The index of an accessor is a fixnum that is not negative, the byte to be stored a byte.
    Index = 1,
    /// The index lies inside the object.
    InBounds = 2,
    /// The first operand of arithmetic or a comparison is a fixnum.
    FirstFixnum = 3,
    /// The second operand is.
    SecondFixnum = 4,
    /// The first operand is a flonum.
    FirstFlonum = 5,
    /// The second operand is.
    SecondFlonum = 6,
    /// The result is a fixnum if the operands are.
    FitsFixnum = 7,
    /// What is stored is no reference: the store needs no barrier.
    StoresImmediate = 8,
}

impl Proof {
    /// All, with their names in dumps.
    pub const ALL: [(Self, &str); 9] = [
        (Self::Object, "object"),
        (Self::Index, "index"),
        (Self::InBounds, "in-bounds"),
        (Self::FirstFixnum, "first-fixnum"),
        (Self::SecondFixnum, "second-fixnum"),
        (Self::FirstFlonum, "first-flonum"),
        (Self::SecondFlonum, "second-flonum"),
        (Self::FitsFixnum, "fits-fixnum"),
        (Self::StoresImmediate, "stores-immediate"),
    ];
}

/// All proofs about one instruction or terminator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Proved(u16);

impl Proved {
    /// Whether there is this one.
    pub const fn has(self, proof: Proof) -> bool {
        self.0 >> proof as u8 & 1 == 1
    }

    fn add(&mut self, proof: Proof, holds: bool) {
        self.0 |= u16::from(holds) << proof as u8;
    }

    /// Names of all, in order.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let all = Proof::ALL.into_iter();
        all.filter(move |(proof, _)| self.has(*proof))
            .map(|(_, name)| name)
    }
}

/// Proofs about all procedures of a unit. Owns what it holds: threads may share it.
#[derive(Clone, Debug, Default)]
pub struct Proofs {
    /// By procedure, block, and place in it; the terminator comes behind the last instruction.
    of: IdVec<ProcedureId, IdVec<BlockId, Vec<Proved>>>,
}

impl Proofs {
    /// What can be proved about `unit`.
    pub fn new(unit: &Unit) -> Self {
        let graphs: IdVec<ProcedureId, Graph> = unit.procedures.iter().map(Graph::new).collect();
        Self::of_types(unit, &graphs, &UnitTypes::infer(unit, &graphs))
    }

    /// What the types of `unit` prove, of whose procedures `graphs` are the shapes.
    pub fn of_types(
        unit: &Unit,
        graphs: &IdVec<ProcedureId, Graph>,
        types: &UnitTypes<'_>,
    ) -> Self {
        let prove = |(id, procedure): (ProcedureId, &Procedure)| {
            let prover = Prover::new(procedure, &graphs[id], &types.procedures[id]);
            prover.run()
        };
        Self {
            of: unit.procedures.entries().map(prove).collect(),
        }
    }

    /// What is proved about an instruction, or, where `place` is their number, a terminator.
    pub fn at(&self, procedure: ProcedureId, block: BlockId, place: usize) -> Proved {
        self.of[procedure][block][place]
    }
}

/// Finds the proofs about one procedure.
struct Prover<'a> {
    procedure: &'a Procedure,
    graph: &'a Graph,
    types: &'a Types<'a>,
    bounds: Bounds<'a>,
}

impl<'a> Prover<'a> {
    fn new(procedure: &'a Procedure, graph: &'a Graph, types: &'a Types<'a>) -> Self {
        Self {
            procedure,
            graph,
            types,
            bounds: Bounds::new(procedure, graph, types),
        }
    }

    fn run(&self) -> IdVec<BlockId, Vec<Proved>> {
        let blocks = self.procedure.blocks.entries();
        blocks
            .map(|(id, block)| {
                if !self.graph.flow.is_reachable(id) {
                    return vec![Proved::default(); block.instructions.len() + 1];
                }
                let instructions = block.instructions.iter().enumerate();
                let mut proved: Vec<Proved> = instructions
                    .map(|(index, each)| self.operation((id, index), each))
                    .collect();
                let end = (id, block.instructions.len());
                proved.push(self.terminator(end, &block.terminator));
                proved
            })
            .collect()
    }

    fn operation(
        &self,
        place: InstructionPlace,
        instruction: &crate::ssa::ir::Instruction,
    ) -> Proved {
        let mut proved = Proved::default();
        match &instruction.operation {
            Operation::AddSmall(value, small) => {
                self.numbers(place, *value, None, &mut proved);
                let by = Range::only(i128::from(*small));
                let sum = self.fixnums(*value, place).plus(by);
                proved.add(Proof::FitsFixnum, sum.is_within(Range::FIXNUM));
            }
            Operation::Call(callee, _) => {
                let callee = self.types.at(*callee, place);
                proved.add(Proof::Object, callee.is_of(Kinds::PROCEDURE));
            }
            Operation::Primitive(primitive, operands) => match operands[..] {
                [a, b] if is_arithmetic(*primitive) || comparison_of(*primitive).is_some() => {
                    self.numbers(place, a, Some(b), &mut proved);
                    let fits = self.fits_fixnum(place, *primitive, a, b);
                    proved.add(Proof::FitsFixnum, fits);
                }
                _ => self.access(place, &instruction.operation, &mut proved),
            },
            Operation::CellSet(_, value) => {
                proved.add(Proof::StoresImmediate, self.is_immediate(*value, place));
            }
            _ => {}
        }
        proved
    }

    /// An operation that dereferences its first operand.
    fn access(&self, place: InstructionPlace, operation: &Operation, proved: &mut Proved) {
        let Operation::Primitive(primitive, operands) = operation else {
            return;
        };
        let mut required = Vec::new();
        each_requirement(operation, |value, is| required.push((value, is)));
        let holds = |&(value, is): &(ValueId, Type)| self.types.at(value, place).is_within(is);
        let Some((first, rest)) = required.split_first() else {
            return;
        };
        if Some(&first.0) != operands.first() || first.1.integer.is_some() {
            return;
        }
        proved.add(Proof::Object, holds(first));
        if is_indexed(*primitive) {
            let fixnums = Type::integer(Range::new(0, Range::FIXNUM.high));
            let is_index = self.types.at(operands[1], place).is_within(fixnums);
            proved.add(Proof::Index, is_index && rest[1..].iter().all(holds));
            let is_inside = is_index && self.bounds.is_inside(operands[0], operands[1], place);
            proved.add(Proof::InBounds, is_inside);
        }
        if let Some(stored) = stored_operand(*primitive) {
            let stored = operands[stored];
            proved.add(Proof::StoresImmediate, self.is_immediate(stored, place));
        }
    }

    fn terminator(&self, place: InstructionPlace, terminator: &Terminator) -> Proved {
        let mut proved = Proved::default();
        match terminator {
            Terminator::Branch(Condition::Compare(_, a, b), ..) => {
                self.numbers(place, *a, Some(*b), &mut proved);
            }
            Terminator::Branch(Condition::CompareSmall(_, a, _), ..) => {
                self.numbers(place, *a, None, &mut proved);
            }
            Terminator::TailCall(callee, _) => {
                let callee = self.types.at(*callee, place);
                proved.add(Proof::Object, callee.is_of(Kinds::PROCEDURE));
            }
            _ => {}
        }
        proved
    }

    fn numbers(
        &self,
        place: InstructionPlace,
        a: ValueId,
        b: Option<ValueId>,
        proved: &mut Proved,
    ) {
        let first = self.types.at(a, place);
        proved.add(Proof::FirstFixnum, is_fixnum(first));
        proved.add(Proof::FirstFlonum, first.is_flonum());
        if let Some(b) = b {
            let second = self.types.at(b, place);
            proved.add(Proof::SecondFixnum, is_fixnum(second));
            proved.add(Proof::SecondFlonum, second.is_flonum());
        }
    }

    /// Which fixnums a value may be.
    fn fixnums(&self, value: ValueId, place: InstructionPlace) -> Range {
        let range = self.types.at(value, place).integer;
        let fixnums = range.and_then(|range| range.meet(Range::FIXNUM));
        fixnums.unwrap_or(Range::only(0))
    }

    fn fits_fixnum(
        &self,
        place: InstructionPlace,
        primitive: Primitive,
        a: ValueId,
        b: ValueId,
    ) -> bool {
        let (a, b) = (self.fixnums(a, place), self.fixnums(b, place));
        let range = match primitive {
            Primitive::Add => a.plus(b),
            Primitive::Subtract => a.plus(b.negate()),
            Primitive::Multiply => a.of_corners(b, i128::checked_mul),
            _ => return false,
        };
        range.is_within(Range::FIXNUM)
    }

    fn is_immediate(&self, value: ValueId, place: InstructionPlace) -> bool {
        let known = self.types.at(value, place);
        let immediates = Kinds::NULL | Kinds::FALSE | Kinds::TRUE | Kinds::CHARACTER;
        let is_small = known
            .integer
            .is_none_or(|range| range.is_within(Range::FIXNUM));
        !known.flonum && is_small && known.kinds.is_within(immediates) && !known.is_none()
    }
}

fn is_fixnum(known: Type) -> bool {
    known
        .as_integer()
        .is_some_and(|range| range.is_within(Range::FIXNUM))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Id;
    use crate::ssa::parse::parse;
    use crate::ssa::print::operation_text;

    /// What is proved about the first procedure: a line an instruction about which anything is.
    fn proved(text: &str) -> String {
        let unit = parse(text).unwrap();
        let proofs = Proofs::new(&unit);
        let mut lines = Vec::new();
        for (id, block) in (0..)
            .map(BlockId::new)
            .zip(&unit.procedures[ProcedureId::ENTRY].blocks)
        {
            for place in 0..=block.instructions.len() {
                let names: Vec<&str> = proofs.at(ProcedureId::ENTRY, id, place).names().collect();
                let what = block.instructions.get(place).map_or_else(
                    || format!("end of b{}", id.number()),
                    |instruction| operation_text(&instruction.operation),
                );
                if !names.is_empty() {
                    lines.push(format!("{what}: {}", names.join(" ")));
                }
            }
        }
        lines.join("\n")
    }

    #[test]
    fn a_loop_over_a_vector_needs_no_checks_of_the_index() {
        let text = proved(
            r#"(procedure "f" 1 0 #f 0 ("v")
              (block b0 (v0)
                (let v1 (fixnum 0))
                (let v2 (primitive vector-length v0))
                (jump (b1 v1)))
              (block b1 (v3) (branch (compare < v3 v2) (b2) (b3)))
              (block b2 ()
                (let v4 (primitive vector-ref v0 v3))
                (let v5 (primitive car v4))
                (let v6 (primitive cdr v4))
                (do (primitive vector-set! v0 v3 v1))
                (let v7 (add-small v3 1))
                (jump (b1 v7)))
              (block b3 () (return v1)))"#,
        );
        insta::assert_snapshot!(text, @r"
        end of b1: first-fixnum second-fixnum
        (primitive vector-ref v0 v3): object index in-bounds
        (primitive cdr v4): object
        (primitive vector-set! v0 v3 v1): object index in-bounds stores-immediate
        (add-small v3 1): first-fixnum fits-fixnum
        ");
    }

    #[test]
    fn what_may_be_outside_or_anything_is_checked() {
        let text = proved(
            r#"(procedure "f" 3 0 #f 0 ("v" "i" "x")
              (block b0 (v0 v1 v2)
                (let v3 (primitive vector-length v0))
                (branch (compare < v1 v3) (b1) (b2)))
              (block b1 ()
                (let v4 (primitive vector-ref v0 v1))
                (let v5 (primitive car v2))
                (let v6 (primitive + v1 v2))
                (return v6))
              (block b2 () (let v7 (primitive vector-ref v0 v1)) (return v7)))"#,
        );
        insta::assert_snapshot!(text, @r"
        end of b0: second-fixnum
        (primitive vector-ref v0 v1): object
        (primitive + v1 v2): first-fixnum fits-fixnum
        (primitive vector-ref v0 v1): object
        ");
    }

    #[test]
    fn branches_tell_what_arithmetic_gets() {
        let text = proved(
            r#"(procedure "f" 2 0 #f 0 ("x" "y")
              (block b0 (v0 v1) (branch (type fixnum? v0) (b1) (b2)))
              (block b1 ()
                (let v2 (add-small v0 1))
                (let v3 (fixnum 255))
                (let v4 (primitive bitwise-and v0 v3))
                (let v5 (primitive + v4 v3))
                (return v5))
              (block b2 () (branch (type flonum? v1) (b3) (b4)))
              (block b3 () (let v6 (primitive * v1 v0)) (return v6))
              (block b4 () (return v1)))"#,
        );
        insta::assert_snapshot!(text, @r"
        (add-small v0 1): first-fixnum
        (primitive bitwise-and v0 v3): first-fixnum second-fixnum
        (primitive + v4 v3): first-fixnum second-fixnum fits-fixnum
        (primitive * v1 v0): first-flonum fits-fixnum
        ");
    }
}
