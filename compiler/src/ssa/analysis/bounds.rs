//! Which indices are below the length of the object that they index.
//!
//! Three facts show that an index is: an access with the same index went well before; a comparison
//! with the length says so; or a loop counts down from the length, or up from zero to the length.
//! Lengths never change. An index and its raw word are the same here.
//!
//! Claim: an index that this analysis calls inside is below the length of the object that the
//! operand names when the access is done, if types say that the index is a fixnum and not negative.
//! The following has to be shown:
//!
//! * Accesses and comparisons are about the same object and the same index, and all paths to the
//!   place go through them. In SSA that is enough, in loops too. Proof: let `P` dominate `Q`. A
//!   path from a definition that dominates `P` to `Q` goes through `P`. So no value that `P` names
//!   is defined anew between the last time at `P` and `Q`.
//! * A statement about a loop variable is shown by induction over the turns. The object has to be
//!   the same from one turn to the next. So its definition strictly dominates the loop's header
//!   ([`Bounds::is_fixed`]). Then no path from the header back to the header passes the definition.
//! * An index, and a word that the index was boxed from or unboxed to, are the same modulo 2^64,
//!   and both are words of 64 bits. So where one is a fixnum that is not negative, the other is,
//!   too. A sum of words is a sum of numbers only where it cannot wrap around (`Bounds::note`).

use abi::primitive::{Primitive, ResultType};

use super::Graph;
use super::types::{Range, Types, precedes};
use crate::id::IdVec;
use crate::id_map::IdMap;
use crate::ssa::ir::{
    BlockId, Comparison, Condition, InstructionPlace, Operation, Procedure, RawBinary, RawUnary,
    Truth, ValueId,
};

/// What is known of the indices of a procedure.
pub(super) struct Bounds<'a> {
    procedure: &'a Procedure,
    graph: &'a Graph,
    types: &'a Types<'a>,
    /// Of what a value is the length.
    length_of: IdMap<ValueId, ValueId>,
    /// Where an object was accessed with an index.
    accesses: IdMap<(ValueId, ValueId), Vec<InstructionPlace>>,
    /// What each value is another form of.
    source: IdVec<ValueId, ValueId>,
    /// Values that are others plus a constant, and where they are computed.
    sums: IdMap<ValueId, (ValueId, i64, InstructionPlace)>,
    /// Raw constants.
    constants: IdMap<ValueId, i64>,
    /// For loop variables: their loop's header, and which of its parameters they are.
    variables: IdMap<ValueId, (BlockId, usize)>,
    /// The block that defines each value.
    home: IdMap<ValueId, BlockId>,
}

impl<'a> Bounds<'a> {
    pub(super) fn new(procedure: &'a Procedure, graph: &'a Graph, types: &'a Types<'a>) -> Self {
        let mut bounds = Self {
            procedure,
            graph,
            types,
            length_of: IdMap::default(),
            accesses: IdMap::default(),
            source: procedure.values.ids().collect(),
            sums: IdMap::default(),
            constants: IdMap::default(),
            variables: IdMap::default(),
            home: IdMap::default(),
        };
        for &id in &graph.flow.order {
            let block = &procedure.blocks[id];
            // What a receiving block gets no jump gives; with one predecessor that block heads no loop.
            if graph.loops.is_header[id] && id != graph.flow.order[0] {
                let numbered = block.parameters.iter().copied().zip(0..);
                bounds
                    .variables
                    .extend(numbered.map(|(value, index)| (value, (id, index))));
            }
            let results = block.instructions.iter().filter_map(|each| each.result);
            let defined = block.parameters.iter().copied().chain(results);
            bounds.home.extend(defined.map(|value| (value, id)));
            for (index, instruction) in block.instructions.iter().enumerate() {
                bounds.note((id, index), &instruction.operation, instruction.result);
            }
        }
        bounds
    }

    fn note(&mut self, place: InstructionPlace, operation: &Operation, result: Option<ValueId>) {
        match (operation, result) {
            (Operation::Primitive(primitive, operands), result) => {
                if let (Some(result), true) = (result, is_length(*primitive)) {
                    self.length_of.insert(result, operands[0]);
                }
                if is_indexed(*primitive) {
                    let key = (operands[0], self.source[operands[1]]);
                    let places = self.accesses.entry(key).or_default();
                    places.push((place.0, place.1 + 1));
                }
            }
            (Operation::AddSmall(value, small), Some(result)) => {
                let sum = (self.source_of(*value), i64::from(*small), place);
                self.sums.insert(result, sum);
            }
            (Operation::Raw(bits), Some(result)) => {
                self.constants.insert(result, *bits as i64);
            }
            (Operation::Raw2(RawBinary::WordAdd, a, b), Some(result)) => {
                let range = self.types.at(*a, place).as_integer();
                // Neither the word nor the sum stands for another number modulo 2^64.
                if let (Some(&by), Some(range)) = (self.constants.get(b), range)
                    && range.is_within(Range::U64)
                    && range.plus(Range::only(by.into())).is_within(Range::U64)
                {
                    self.sums.insert(result, (self.source_of(*a), by, place));
                }
            }
            (
                Operation::Raw1(
                    RawUnary::BoxU64 | RawUnary::BoxI64 | RawUnary::UnboxU64 | RawUnary::UnboxI64,
                    value,
                ),
                Some(result),
            ) => self.source[result] = self.source_of(*value),
            _ => {}
        }
    }

    fn source_of(&self, value: ValueId) -> ValueId {
        self.source[value]
    }

    fn is_length_of(&self, value: ValueId, object: ValueId) -> bool {
        self.length_of.get(&self.source_of(value)) == Some(&object)
    }

    /// Whether an index that is not negative is below the length of `object` at a place.
    pub(super) fn is_inside(
        &self,
        object: ValueId,
        index: ValueId,
        place: InstructionPlace,
    ) -> bool {
        let index = self.source_of(index);
        let earlier = self.accesses.get(&(object, index));
        let is_before = |at: &InstructionPlace| precedes(&self.graph.dominators, *at, place);
        earlier.is_some_and(|places| places.iter().any(is_before))
            || self.is_compared(object, index, place)
            || self.counts_down(object, index)
    }

    /// Whether conditions say that `index` is below the length.
    fn is_compared(&self, object: ValueId, index: ValueId, place: InstructionPlace) -> bool {
        let mut found = false;
        let mut differs = false;
        self.types.each_condition(index, place, |condition, truth| {
            let Some((relation, a, b)) = relation_of(condition, truth) else {
                return;
            };
            let (a, b) = (self.source_of(a), self.source_of(b));
            found |= relation == Comparison::Less && a == index && self.is_length_of(b, object);
            found |= relation == Comparison::Greater && b == index && self.is_length_of(a, object);
            differs |= relation == Comparison::Equal
                && (a == index && self.is_length_of(b, object)
                    || b == index && self.is_length_of(a, object));
        });
        found || differs && self.counts_up(object, index)
    }

    /// Whether `object` is the same object in all turns of a loop, from the first on.
    fn is_fixed(&self, object: ValueId, header: BlockId) -> bool {
        let home = self.home.get(&object);
        home.is_some_and(|&home| home != header && self.graph.dominators.dominates(home, header))
    }

    /// Calls `visit` with what a loop variable gets and from where; whether it is one of a loop in which
    /// `object` stays the same.
    fn each_given(
        &self,
        object: ValueId,
        variable: ValueId,
        mut visit: impl FnMut(ValueId, BlockId),
    ) -> bool {
        let Some(&(header, index)) = self.variables.get(&variable) else {
            return false;
        };
        if !self.is_fixed(object, header) {
            return false;
        }
        for &tail in &self.graph.flow.predecessors[header] {
            for target in self.procedure.blocks[tail].terminator.targets() {
                if target.block == header {
                    visit(self.source_of(target.arguments[index]), tail);
                }
            }
        }
        true
    }

    /// Whether a loop variable starts below the length and is never increased.
    fn counts_down(&self, object: ValueId, variable: ValueId) -> bool {
        let mut all = true;
        let is_variable = self.each_given(object, variable, |given, _| {
            let is_below = match self.sums.get(&given) {
                Some(&(of, by, _)) => by < 0 && (of == variable || self.is_length_of(of, object)),
                None => given == variable,
            };
            all &= is_below;
        });
        is_variable && all
    }

    /// Whether a loop variable starts at zero and is increased by one only where it differs from the
    /// length: so it never passes it.
    fn counts_up(&self, object: ValueId, variable: ValueId) -> bool {
        let mut all = true;
        let is_variable = self.each_given(object, variable, |given, tail| {
            let end = self.procedure.blocks[tail].instructions.len();
            let known = self.types.at(given, (tail, end)).as_integer();
            let is_zero = known.and_then(Range::single) == Some(0);
            let is_next = self.sums.get(&given).is_some_and(|&(of, by, place)| {
                of == variable && by == 1 && self.is_told_apart(object, variable, place)
            });
            all &= is_zero || is_next || given == variable;
        });
        is_variable && all
    }

    /// Whether a condition says that `index` is not the length, or is below it.
    fn is_told_apart(&self, object: ValueId, index: ValueId, place: InstructionPlace) -> bool {
        let mut found = false;
        self.types.each_condition(index, place, |condition, truth| {
            if let Some((relation, a, b)) = relation_of(condition, truth) {
                let (a, b) = (self.source_of(a), self.source_of(b));
                found |= a == index
                    && self.is_length_of(b, object)
                    && matches!(relation, Comparison::Less | Comparison::Equal)
                    || b == index
                        && self.is_length_of(a, object)
                        && matches!(relation, Comparison::Greater | Comparison::Equal);
            }
        });
        found
    }
}

/// What a decided condition says of two numbers: `Less` or `Greater` strictly, and `Equal` for: not equal.
fn relation_of(condition: &Condition, truth: Truth) -> Option<(Comparison, ValueId, ValueId)> {
    let (Condition::Compare(relation, a, b) | Condition::CompareU64(relation, a, b)) = *condition
    else {
        return None;
    };
    let told = match (relation, truth) {
        (Comparison::Less, Truth::Holds) | (Comparison::GreaterEqual, Truth::Fails) => {
            Comparison::Less
        }
        (Comparison::Greater, Truth::Holds) | (Comparison::LessEqual, Truth::Fails) => {
            Comparison::Greater
        }
        (Comparison::Equal, Truth::Fails) => Comparison::Equal,
        _ => return None,
    };
    Some((told, a, b))
}

fn is_length(primitive: Primitive) -> bool {
    primitive.result() == ResultType::Length
}

/// Whether a primitive takes an object and an index into it.
pub(super) fn is_indexed(primitive: Primitive) -> bool {
    primitive.operand_types().has_index()
}

#[cfg(test)]
mod tests {
    use crate::id::Id;
    use crate::ssa::analysis::{Proof, Proofs};
    use crate::ssa::ir::{BlockId, ProcedureId};
    use crate::ssa::parse::parse;

    /// Whether the access to a vector in the second block of a loop over it is in bounds.
    fn in_bounds(start: &str, stop: &str, step: i32) -> bool {
        let text = format!(
            "(procedure \"f\" 2 0 #f 0 (\"v\" \"x\")
              (block b0 (v0 v1) (let v2 (primitive vector-length v0)) (let v3 {start}) (jump (b1 v3)))
              (block b1 (v4) (branch ({stop}) (b3) (b2)))
              (block b2 ()
                (let v5 (primitive vector-ref v0 v4))
                (let v6 (add-small v4 {step}))
                (jump (b1 v6)))
              (block b3 () (return v1)))"
        );
        let proofs = Proofs::new(&parse(&text).unwrap());
        proofs
            .at(ProcedureId::ENTRY, BlockId::new(2), 0)
            .has(Proof::InBounds)
    }

    #[test]
    fn loops_from_zero_to_the_length_stay_inside() {
        assert!(in_bounds("(fixnum 0)", "compare = v4 v2", 1));
        assert!(in_bounds("(fixnum 0)", "compare >= v4 v2", 3));
        assert!(in_bounds("(fixnum 5)", "compare >= v4 v2", 1));
    }

    #[test]
    fn loops_that_may_pass_the_length_are_checked() {
        assert!(!in_bounds("(fixnum 0)", "compare = v4 v2", 2));
        assert!(!in_bounds("(fixnum 1)", "compare = v4 v2", 1));
        assert!(!in_bounds("(fixnum 0)", "compare > v4 v2", 1));
        assert!(!in_bounds("(fixnum 0)", "compare >= v4 v1", 1));
    }

    /// Found by reading: `v` of this turn is no longer `v` of the next one.
    #[test]
    fn objects_that_change_in_the_loop_are_checked() {
        let of_header = |next: &str, given: &str| {
            let text = format!(
                "(procedure \"f\" 3 0 #f 0 (\"v\" \"w\" \"x\")
                  (block b0 (v0 v1 v2) (let v3 {given}) (jump (b1 v3 v0)))
                  (block b1 (v4 v5)
                    (let v6 (primitive vector-length v5))
                    (branch (compare = v4 v6) (b3) (b2)))
                  (block b2 ()
                    (let v7 (primitive vector-ref v5 v4))
                    (let v8 (add-small v4 1))
                    (jump (b1 v8 {next})))
                  (block b3 () (return v2)))"
            );
            let proofs = Proofs::new(&parse(&text).unwrap());
            proofs
                .at(ProcedureId::ENTRY, BlockId::new(2), 0)
                .has(Proof::InBounds)
        };
        assert!(!of_header("v1", "(fixnum 0)"));
        // Nor is a parameter of the header that stays the same, which passes before take out.
        assert!(!of_header("v5", "(fixnum 0)"));
    }

    #[test]
    fn objects_that_are_made_in_the_loop_are_checked() {
        let text = "(procedure \"f\" 2 0 #f 0 (\"b\" \"x\")
              (block b0 (v0 v1) (let v2 (fixnum 0)) (jump (b1 v2)))
              (block b1 (v3)
                (let v4 (primitive %box-ref v0))
                (let v5 (primitive vector-length v4))
                (branch (compare = v3 v5) (b3) (b2)))
              (block b2 ()
                (let v6 (primitive vector-ref v4 v3))
                (let v7 (add-small v3 1))
                (jump (b1 v7)))
              (block b3 () (return v1)))";
        let proofs = Proofs::new(&parse(text).unwrap());
        let proved = proofs.at(ProcedureId::ENTRY, BlockId::new(2), 0);
        assert!(proved.has(Proof::Index) && !proved.has(Proof::InBounds));
    }

    #[test]
    fn objects_of_an_outer_loop_stay_the_same_in_the_inner_one() {
        let text = "(procedure \"f\" 2 0 #f 0 (\"v\" \"x\")
              (block b0 (v0 v1) (let v2 (fixnum 0)) (jump (b1 v0)))
              (block b1 (v3) (let v4 (primitive vector-length v3)) (jump (b2 v2)))
              (block b2 (v5) (branch (compare = v5 v4) (b4) (b3)))
              (block b3 ()
                (let v6 (primitive vector-ref v3 v5))
                (let v7 (add-small v5 1))
                (jump (b2 v7)))
              (block b4 () (jump (b1 v1))))";
        let proofs = Proofs::new(&parse(text).unwrap());
        let proved = proofs.at(ProcedureId::ENTRY, BlockId::new(3), 0);
        assert!(proved.has(Proof::InBounds));
    }

    #[test]
    fn loops_from_below_the_length_to_zero_stay_inside() {
        assert!(in_bounds("(add-small v2 -1)", "compare-small < v4 0", -1));
        assert!(!in_bounds("(add-small v2 0)", "compare-small < v4 0", -1));
        assert!(!in_bounds("(add-small v2 -1)", "compare-small < v4 0", 1));
        assert!(!in_bounds("(add-small v1 -1)", "compare-small < v4 0", -1));
    }
}
