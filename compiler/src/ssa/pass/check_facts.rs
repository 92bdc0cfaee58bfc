//! Distrust: checks the claims of analyses where code relies on them.
//!
//! Before: the SSA that code is generated from. After: the same, or, if the unit wants checks
//! ([`Unit::checks_facts`]), the same with checks. A check stands in front of every operation and
//! terminator, for each type and proof that code generation may use there. A check stands behind
//! every definition, for the type of the value. A check that fails stops the process, and names the
//! claim, the value and the place. The generated code is otherwise the code that it would be
//! without checks. So a wrong fact is found before it does harm.
//!
//! ```text
//! v2 = vector-ref v0 v1   =>   check v0 is a vector; check v1 is from 0 to 9; check v1 is an index of v0;
//!                              v2 = vector-ref v0 v1
//! ```
//!
//! Claim: the analyses find the same about the unit with checks as without. Checks tell the
//! analyses nothing, so the analyses can only find less. `codegen` relies on what it finds itself.

use std::collections::BTreeMap;

use abi::claim::ClaimKind;
use abi::primitive::Primitive;

use crate::id::{Id, IdVec};
use crate::ssa::analysis::{Graph, Proof, Proofs, Proved, Range, Type, Types, UnitTypes};
use crate::ssa::claim::{Claim, ClaimWriter, reason};
use crate::ssa::ir::{
    BlockId, Callee, Condition, Instruction, InstructionPlace, Operation, Procedure, ProcedureId,
    Terminator, Unit, ValueId,
};
use crate::ssa::primitive_facts::stored_operand;
use crate::ssa::print::operation_text;

/// Checks what is claimed about all procedures of `unit`, if it wants that.
#[must_use]
pub fn check_facts(mut unit: Unit) -> Unit {
    if !unit.checks_facts {
        return unit;
    }
    let claims = claims_of(&unit);
    for (id, claims) in unit.procedures.ids().zip(claims) {
        insert(&mut unit, id, claims);
    }
    unit
}

/// Claims in front of an instruction of a block; behind the last one where there is no such place.
type Claims = BTreeMap<(BlockId, usize), Vec<Claim>>;

fn claims_of(unit: &Unit) -> IdVec<ProcedureId, Claims> {
    let graphs: IdVec<ProcedureId, Graph> = unit.procedures.iter().map(Graph::new).collect();
    let types = UnitTypes::infer(unit, &graphs);
    let proofs = Proofs::of_types(unit, &graphs, &types);
    let collect = |(id, procedure): (ProcedureId, &Procedure)| {
        let collector = Collector {
            unit,
            procedure,
            id,
            types: &types.procedures[id],
            proofs: &proofs,
            constants: constants(procedure),
            claimed: BTreeMap::new(),
            claims: Claims::new(),
        };
        collector.run(&graphs[id].flow.order)
    };
    unit.procedures.entries().map(collect).collect()
}

/// Which values are constants: what is claimed of those is what they are.
fn constants(procedure: &Procedure) -> IdVec<ValueId, bool> {
    let mut constants = procedure.values.side_table(false);
    for block in &procedure.blocks {
        for instruction in &block.instructions {
            if let Some(result) = instruction.result {
                constants[result] = matches!(
                    instruction.operation,
                    Operation::Literal(_)
                        | Operation::Word(_)
                        | Operation::Raw(_)
                        | Operation::StaticClosure(_)
                );
            }
        }
    }
    constants
}

/// The operation that claims are about.
#[derive(Clone, Copy)]
struct Site<'text> {
    at: InstructionPlace,
    /// How it is written.
    text: &'text str,
}

/// Collects the claims about one procedure.
struct Collector<'a> {
    unit: &'a Unit,
    procedure: &'a Procedure,
    id: ProcedureId,
    types: &'a Types<'a>,
    proofs: &'a Proofs,
    constants: IdVec<ValueId, bool>,
    /// Which type was claimed last of a value, in the block that is looked at.
    claimed: BTreeMap<ValueId, Type>,
    claims: Claims,
}

impl Collector<'_> {
    fn run(mut self, order: &[BlockId]) -> Claims {
        for &id in order {
            self.block(id);
        }
        self.claims
    }

    fn block(&mut self, id: BlockId) {
        let block = &self.procedure.blocks[id];
        self.claimed.clear();
        for &parameter in &block.parameters {
            let known = self.types.of(parameter);
            self.member(parameter, known, (id, 0), "as a parameter of its block");
        }
        let fused = fused_predicate(block);
        for (index, instruction) in block.instructions.iter().enumerate() {
            let operation = &instruction.operation;
            let text = operation_text(operation);
            let at = (id, index);
            let proved = self.proofs.at(self.id, id, index);
            let names: Vec<&str> = std::iter::once("its type").chain(proved.names()).collect();
            let because = reason(&names.join(", "), &text);
            operation.each_use(|value| {
                let known = self.types.at(value, at);
                self.member(value, known, at, &because);
            });
            self.proofs_of(instruction, proved, Site { at, text: &text });
            if let Some(result) = instruction.result
                && fused != Some(index)
            {
                let known = self.types.of(result);
                self.member(
                    result,
                    known,
                    (id, index + 1),
                    &format!("the value of {text}"),
                );
            }
        }
        self.terminator(id, fused);
    }

    fn terminator(&mut self, id: BlockId, fused: Option<usize>) {
        let block = &self.procedure.blocks[id];
        let end = block.instructions.len();
        let polls =
            (block.instructions.last()).is_some_and(|last| last.operation == Operation::Poll);
        // A poll becomes one instruction with the jump, and a predicate one with the branch.
        let before = fused.unwrap_or(if polls { end - 1 } else { end });
        let tested = fused.and_then(|index| block.instructions[index].result);
        block.terminator.each_use(|value| {
            if Some(value) != tested {
                let known = self.types.at(value, (id, end));
                self.member(
                    value,
                    known,
                    (id, before),
                    "its type at the end of its block",
                );
            }
        });
        match &block.terminator {
            Terminator::TailCallKnown(procedure, Some(closure), _) => {
                self.closure_of(*procedure, *closure, (id, before));
            }
            Terminator::CallReceive {
                callee: Callee::Known(procedure, Some(closure)),
                ..
            } => self.closure_of(*procedure, *closure, (id, before)),
            _ => {}
        }
    }

    /// Claims that `value` is a `known` at a place, unless that was said in this block.
    fn member(&mut self, value: ValueId, known: Type, at: InstructionPlace, reason: &str) {
        if self.constants[value] || self.claimed.get(&value) == Some(&known) {
            return;
        }
        self.claimed.insert(value, known);
        if let Some(claim) = Claim::of_type(self.procedure, value, known, reason) {
            self.claims.entry(at).or_default().push(claim);
        }
    }

    fn claim(&mut self, at: InstructionPlace, claim: Claim) {
        self.claims.entry(at).or_default().push(claim);
    }

    /// What is proved of an operation beyond the types of its operands.
    fn proofs_of(&mut self, instruction: &Instruction, proved: Proved, site: Site<'_>) {
        let Site { at, text } = site;
        match &instruction.operation {
            Operation::Primitive(primitive, operands) => {
                self.access(*primitive, operands, proved, site);
                if let &[a, b] = &operands[..] {
                    let fits = self.fits(instruction, proved);
                    if let Some(number) = arithmetic_number(*primitive).filter(|_| fits) {
                        self.fits_fixnum(&[a, b], None, number, site);
                    }
                }
            }
            Operation::AddSmall(value, small) if self.fits(instruction, proved) => {
                self.fits_fixnum(&[*value], Some(*small), 0, site);
            }
            Operation::CellSet(_, value) if proved.has(Proof::StoresImmediate) => {
                self.no_reference(*value, site);
            }
            Operation::ClosureInit(closure, ..) => {
                let text = reason("initialization without a barrier", text);
                self.claim(at, Claim::new(ClaimKind::Young, &[*closure], text));
            }
            Operation::CallKnown(procedure, Some(closure), _) => {
                self.closure_of(*procedure, *closure, at);
            }
            _ => {}
        }
    }

    fn access(
        &mut self,
        primitive: Primitive,
        operands: &[ValueId],
        proved: Proved,
        site: Site<'_>,
    ) {
        if proved.has(Proof::InBounds) {
            let text = reason("in-bounds", site.text);
            let claim = Claim::new(ClaimKind::InBounds, &operands[..2], text);
            self.claim(site.at, claim);
        }
        if proved.has(Proof::StoresImmediate)
            && let Some(&stored) = stored_operand(primitive).and_then(|place| operands.get(place))
        {
            self.no_reference(stored, site);
        }
    }

    fn no_reference(&mut self, value: ValueId, site: Site<'_>) {
        let text = reason("stores-immediate", site.text);
        self.claim(site.at, Claim::new(ClaimKind::NoReference, &[value], text));
    }

    /// Whether code does arithmetic without looking for overflow.
    fn fits(&self, instruction: &Instruction, proved: Proved) -> bool {
        let known = instruction.result.map(|result| self.types.of(result));
        let fits = known.and_then(Type::as_integer);
        proved.has(Proof::FitsFixnum) || fits.is_some_and(|range| range.is_within(Range::FIXNUM))
    }

    fn fits_fixnum(
        &mut self,
        about: &[ValueId],
        constant: Option<i16>,
        number: u16,
        site: Site<'_>,
    ) {
        let claim = Claim {
            number,
            constant,
            ..Claim::new(
                ClaimKind::FitsFixnum,
                about,
                reason("fits-fixnum", site.text),
            )
        };
        self.claim(site.at, claim);
    }

    fn closure_of(&mut self, procedure: ProcedureId, closure: ValueId, at: InstructionPlace) {
        let known = &self.unit.procedures[procedure];
        if self.constants[closure] || known.free == 0 {
            return;
        }
        let text = format!(
            "v{} is a closure of {:?}, which is called",
            closure.number(),
            known.name
        );
        let claim = Claim {
            number: known.free,
            ..Claim::new(ClaimKind::Closure, &[closure], text)
        };
        self.claim(at, claim);
    }
}

/// The last instruction, if the branch behind it tests its value: code generation may make both one.
fn fused_predicate(block: &crate::ssa::ir::Block) -> Option<usize> {
    let last = block.instructions.last()?;
    let Terminator::Branch(Condition::True(tested), ..) = block.terminator else {
        return None;
    };
    (last.result == Some(tested)).then(|| block.instructions.len() - 1)
}

/// How a claim names an operation.
fn arithmetic_number(primitive: Primitive) -> Option<u16> {
    match primitive {
        Primitive::Add => Some(0),
        Primitive::Subtract => Some(1),
        Primitive::Multiply => Some(2),
        _ => None,
    }
}

/// Puts the checks of `claims` into a procedure.
fn insert(unit: &mut Unit, id: ProcedureId, mut claims: Claims) {
    let procedure = &mut unit.procedures[id];
    for (id, block) in procedure.blocks.entries_mut() {
        let instructions = std::mem::take(&mut block.instructions);
        let mut places: Vec<_> = instructions.iter().map(|each| each.place).collect();
        places.push(block.place);
        let mut instructions = instructions.into_iter();
        for (index, place) in places.into_iter().enumerate() {
            let mut writer = ClaimWriter::new(&mut unit.tables, &mut procedure.values, place);
            for claim in claims.remove(&(id, index)).unwrap_or_default() {
                writer.write(&claim);
            }
            block.instructions.extend(writer.finish());
            block.instructions.extend(instructions.next());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ssa::parse::parse;
    use crate::ssa::print::print;
    use crate::ssa::verify::verify;

    #[derive(Clone, Copy, PartialEq, Eq)]
    enum Checks {
        Wanted,
        Unwanted,
    }

    /// The claims that are checked in a procedure of two arguments, a line each.
    fn claims(blocks: &str, checks: Checks) -> String {
        let text = format!("(procedure \"f\" 2 0 #f 0 (\"v\" \"i\") {blocks})");
        let mut unit = parse(&text).unwrap();
        unit.checks_facts = checks == Checks::Wanted;
        let before = print(&unit);
        let unit = check_facts(unit);
        assert!(verify(&unit).is_empty());
        if checks == Checks::Unwanted {
            assert_eq!(print(&unit), before);
        }
        let data = unit.tables.literals.iter().map(|literal| match literal {
            crate::core::ir::Literal::Datum(datum) => match unit.tables.data.kind(datum.0) {
                syntax::DatumKind::Vector(elements) => {
                    unit.tables.data.to_text(elements[abi::claim::TEXT])
                }
                _ => String::new(),
            },
            crate::core::ir::Literal::Word(_) => String::new(),
        });
        data.collect::<Vec<_>>().join("\n")
    }

    const LOOP: &str = r"(block b0 (v0 v1)
          (let v2 (primitive vector-length v0))
          (let v3 (fixnum 0))
          (jump (b1 v3)))
        (block b1 (v4) (branch (compare < v4 v2) (b2) (b3)))
        (block b2 ()
          (do (primitive vector-set! v0 v4 v3))
          (let v5 (add-small v4 1))
          (do (poll))
          (jump (b1 v5)))
        (block b3 () (return v1))";

    #[test]
    fn what_code_generation_relies_on_is_checked_in_front() {
        insta::assert_snapshot!(claims(LOOP, Checks::Wanted), @r#"
        "v2 is an integer from 0 to 281474976710655, the value of (primitive vector-length v0)"
        "v4 is an integer from 0 to 1152921504606846975, as a parameter of its block"
        "v2 is an integer from 0 to 281474976710655, its type at the end of its block"
        "v0 is a vector, its type, object, index, in-bounds, stores-immediate in (primitive vector-set! v0 v4 v3)"
        "v4 is an integer from 0 to 281474976710654, its type, object, index, in-bounds, stores-immediate in (primitive vector-set! v0 v4 v3)"
        "in-bounds in (primitive vector-set! v0 v4 v3)"
        "stores-immediate in (primitive vector-set! v0 v4 v3)"
        "fits-fixnum in (add-small v4 1)"
        "v5 is an integer from 1 to 281474976710655, the value of (add-small v4 1)"
        "#);
    }

    #[test]
    fn units_that_do_not_ask_for_checks_stay_as_they_are() {
        assert_eq!(claims(LOOP, Checks::Unwanted), "");
    }

    #[test]
    fn raw_words_are_checked_by_halves_and_predicates_stay_next_to_their_branch() {
        let text = claims(
            r"(block b0 (v0 v1)
                (let v2:u64 (unbox-u64 v0))
                (let v3 (primitive eqv? v0 v1))
                (branch (true v3) (b1) (b2)))
              (block b1 () (let v4 (box-u64 v2)) (return v4))
              (block b2 () (return v0))",
            Checks::Wanted,
        );
        insta::assert_snapshot!(text, @r#"
        "v2 is an integer from 0 to 18446744073709551615, the value of (unbox-u64 v0)"
        "v0 is an integer from 0 to 18446744073709551615, its type in (primitive eqv? v0 v1)"
        "v2 is an integer from 0 to 18446744073709551615, its type in (box-u64 v2)"
        "v4 is an integer from 0 to 18446744073709551615, the value of (box-u64 v2)"
        "v0 is an integer from 0 to 18446744073709551615, its type at the end of its block"
        "#);
    }
}
