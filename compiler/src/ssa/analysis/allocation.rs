//! Allocations that are made together: with one step of the allocation pointer and one check of its
//! limit.
//!
//! This is a side table for native code, made from the SSA that code is generated from. Bytecode
//! ignores the table. The objects of a group are made in one block. Nothing stands between the
//! first object and the last that could start a collection, raise, or allocate in another way. So
//! nobody can see the memory of objects that are not made yet. The first object of a group reserves
//! the bytes of all, and the others take their places in these bytes.
//!
//! Claim: between the first object of a group and the last, the collector does not run and no
//! condition is raised. The objects take the bytes that the first object reserves, and no two
//! objects overlap. So an operation may stand between them only if it never raises, for any
//! operands, and never calls out of the code (`may_stand_between`). A group ends with its block:
//! nobody jumps into the block, or out of it through a continuation.
//!
//! ```text
//! v2 = cons v0 v1; v3 = make-closure f 1; closure-init v3 0 v2; v4 = car v3; v5 = cons v4 v4
//!   =>  v2: first of 48 bytes, at 0;  v3: at 16;  v5: first of 16 bytes, at 0
//! ```

use abi::object_layout::{OBJECT_ALIGN_BYTES, PAYLOAD, WORD_BYTES, boxed, closure, pair, record};
use abi::primitive::{Effect, Primitive, PrimitiveClass};

use crate::id::IdVec;
use crate::ssa::ir::{BlockId, Operation, Procedure, RawUnary, Repr, ValueId};

/// A group of several objects takes no more than this, so that what is allocated between two polls stays
/// bounded by the code's size. What takes more may have to lie among the large objects.
pub const GROUP_BYTES_MAX: u32 = 1 << 12;

/// Where an object goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allocation {
    /// Bytes that have to be reserved first: those of the whole group at its first object, else 0.
    pub reserved_bytes: u32,
    /// Bytes from the start of the group to the object.
    pub offset: u32,
    /// Bytes of the object.
    pub bytes: u32,
}

/// The allocations of a procedure whose size is known.
#[derive(Clone, Debug, Default)]
pub struct Allocations {
    /// By block and instruction.
    of: IdVec<BlockId, Vec<Option<Allocation>>>,
}

impl Allocations {
    /// Groups the allocations of `procedure`.
    pub fn new(procedure: &Procedure) -> Self {
        let blocks = procedure.blocks.iter();
        Self {
            of: blocks
                .map(|block| {
                    let mut grouper = Grouper::default();
                    for instruction in &block.instructions {
                        grouper.add(procedure, &instruction.operation);
                    }
                    grouper.close();
                    grouper.found
                })
                .collect(),
        }
    }

    /// Where the object that an instruction makes goes; `None` if it makes none, or one whose size is not
    /// known here.
    pub fn at(&self, block: BlockId, index: usize) -> Option<Allocation> {
        self.of[block][index]
    }
}

/// Bytes of the object that an operation makes, if it always makes one of this size inline.
///
/// Closures and records are always made inline: no primitive makes them from a list of operands.
pub fn allocated_bytes(operation: &Operation) -> Option<u32> {
    let words = |before: usize, count: usize| {
        (before + count * WORD_BYTES).next_multiple_of(OBJECT_ALIGN_BYTES)
    };
    let bytes = match operation {
        Operation::MakeClosure(_, free) => closure::bytes(usize::from(*free)),
        Operation::Primitive(Primitive::Cons, _) => pair::BYTES,
        Operation::Primitive(Primitive::MakeBox, _) => words(boxed::VALUE, 1),
        Operation::Primitive(Primitive::List, elements) if !elements.is_empty() => {
            pair::BYTES * elements.len()
        }
        Operation::Primitive(Primitive::ConsStar, operands) if operands.len() > 1 => {
            pair::BYTES * (operands.len() - 1)
        }
        Operation::Primitive(Primitive::Vector, elements) if !elements.is_empty() => {
            words(PAYLOAD, elements.len())
        }
        Operation::Primitive(Primitive::MakeRecord, operands) => {
            words(record::FIELDS, operands.len() - 1)
        }
        _ => return None,
    };
    let bytes = u32::try_from(bytes).ok()?;
    let has_no_other_way = matches!(
        operation,
        Operation::MakeClosure(..) | Operation::Primitive(Primitive::MakeRecord, _)
    );
    (bytes <= GROUP_BYTES_MAX || has_no_other_way).then_some(bytes)
}

#[derive(Default)]
struct Grouper {
    found: Vec<Option<Allocation>>,
    /// The place of the open group's first object, and the bytes of all so far.
    open: Option<(usize, u32)>,
}

impl Grouper {
    fn add(&mut self, procedure: &Procedure, operation: &Operation) {
        let Some(bytes) = allocated_bytes(operation) else {
            if !may_stand_between(procedure, operation) {
                self.close();
            }
            self.found.push(None);
            return;
        };
        // The type of a record may be none: that raises.
        let may_raise = matches!(operation, Operation::Primitive(Primitive::MakeRecord, _));
        let fits = |(_, taken): (usize, u32)| taken + bytes <= GROUP_BYTES_MAX;
        if may_raise || !self.open.is_none_or(fits) {
            self.close();
        }
        let (first, offset) = self.open.unwrap_or((self.found.len(), 0));
        self.open = Some((first, offset + bytes));
        self.found.push(Some(Allocation {
            reserved_bytes: 0,
            offset,
            bytes,
        }));
    }

    /// Lets the first of the open group reserve the bytes of all.
    fn close(&mut self) {
        if let Some((first, bytes)) = self.open.take()
            && let Some(allocation) = &mut self.found[first]
        {
            allocation.reserved_bytes = bytes;
        }
    }
}

/// Whether an operation neither raises nor starts a collection, nor allocates.
fn may_stand_between(procedure: &Procedure, operation: &Operation) -> bool {
    let is_tagged = |value: &ValueId| procedure.values[*value].repr == Repr::Tagged;
    match operation {
        Operation::Literal(_)
        | Operation::Word(_)
        | Operation::Raw(_)
        | Operation::CellRef(_)
        | Operation::StaticClosure(_)
        | Operation::ClosureInit(..)
        | Operation::ClosureRef(..)
        | Operation::Raw2(..)
        // Checks look, and do nothing else: groups are what they are without them.
        | Operation::Primitive(Primitive::CheckClaim, _) => true,
        Operation::Raw1(unary, _) => matches!(
            unary,
            RawUnary::F64Negate | RawUnary::F64Sqrt | RawUnary::F64Abs | RawUnary::I64ToF64
        ),
        Operation::Primitive(primitive, operands) => {
            primitive.effect() == Effect::Total
                && primitive.class() == PrimitiveClass::Inline
                && operands.iter().all(is_tagged)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ssa::ir::ProcedureId;
    use crate::ssa::parse::parse;

    /// Offset and reserved bytes of each allocation in the first block.
    fn places(instructions: &str) -> Vec<(u32, u32)> {
        let text = format!(
            "(procedure \"f\" 2 0 #f 0 (\"x\" \"y\") (block b0 (v0 v1) {instructions} (return v2)))"
        );
        let unit = parse(&text).unwrap();
        let procedure = &unit.procedures[ProcedureId::ENTRY];
        let allocations = Allocations::new(procedure);
        (0..procedure.blocks[BlockId::ENTRY].instructions.len())
            .filter_map(|index| allocations.at(BlockId::ENTRY, index))
            .map(|each| (each.offset, each.reserved_bytes))
            .collect()
    }

    #[test]
    fn objects_made_in_a_row_are_reserved_together() {
        let row = "(let v2 (primitive cons v0 v1)) (let v3 (make-closure 0 3))
            (do (closure-init v3 0 v2)) (let v4 (fixnum 1)) (let v5 (primitive list v4 v4 v3))";
        assert_eq!(places(row), [(0, 16 + 48 + 48), (16, 0), (64, 0)]);
    }

    #[test]
    fn what_raises_calls_or_polls_ends_a_group() {
        for between in [
            "(let v3 (primitive car v2))",
            "(let v3 (call v0))",
            "(do (poll))",
            "(let v3 (add-small v0 1))",
            "(let v3 (primitive vector))",
        ] {
            let row = format!(
                "(let v2 (primitive cons v0 v1)) {between} (let v4 (primitive cons v0 v2))"
            );
            assert_eq!(places(&row), [(0, 16), (0, 16)], "{between}");
        }
    }
}
