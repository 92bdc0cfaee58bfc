//! The rules of SSA, checked after each pass in debug builds.

mod closures;
mod violation;

use abi::primitive::{Effect, Primitive};
use abi::{tag, text_hash};

pub use violation::{Violation, ViolationKind};

use super::analysis::{Dominators, Flow};
use super::ir::{
    BlockId, Callee, Condition, Operation, Procedure, ProcedureId, RawUnary, Repr, Switch,
    SwitchKey, Terminator, Unit, ValueId,
};
use crate::id::IdVec;

/// All rules that `unit` breaks.
#[must_use]
pub fn verify(unit: &Unit) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (id, procedure) in unit.procedures.entries() {
        let found = verify_procedure(unit, procedure);
        violations.extend(found.into_iter().map(|(block, kind)| Violation {
            procedure: id,
            block,
            kind,
        }));
    }
    violations
}

type Found = Vec<(BlockId, ViolationKind)>;

fn verify_procedure(unit: &Unit, procedure: &Procedure) -> Found {
    let mut found = Found::new();
    check_structure(procedure, &mut found);
    if found.is_empty() {
        let flow = Flow::new(procedure);
        let mut checker = Checker {
            unit,
            procedure,
            dominators: Dominators::new(&flow),
            defined: procedure.values.side_table(None),
            found,
        };
        checker.collect_definitions(&flow);
        flow.order
            .iter()
            .for_each(|&block| checker.check_block(block, &flow));
        found = checker.found;
    }
    found
}

/// What has to hold before the graph can be looked at.
fn check_structure(procedure: &Procedure, found: &mut Found) {
    for (id, block) in procedure.blocks.entries() {
        if block.terminator == Terminator::None {
            found.push((id, ViolationKind::NoTerminator));
        }
        for next in block
            .terminator
            .successors()
            .filter(|&next| !procedure.blocks.contains(next))
        {
            found.push((id, ViolationKind::NoSuchBlock(next)));
        }
        if block
            .terminator
            .successors()
            .any(|next| next == BlockId::ENTRY)
        {
            found.push((id, ViolationKind::JumpToEntry));
        }
    }
    let parameters = usize::from(procedure.free > 0)
        + usize::from(procedure.required)
        + usize::from(procedure.optional)
        + usize::from(procedure.rest);
    if procedure
        .blocks
        .get(BlockId::ENTRY)
        .is_none_or(|entry| entry.parameters.len() != parameters)
    {
        found.push((BlockId::ENTRY, ViolationKind::EntryParameters));
    }
}

struct Checker<'a> {
    unit: &'a Unit,
    procedure: &'a Procedure,
    dominators: Dominators,
    /// Block and place of each definition; parameters have place 0, instructions from 1.
    defined: IdVec<ValueId, Option<(BlockId, usize)>>,
    found: Found,
}

impl Checker<'_> {
    fn report(&mut self, block: BlockId, kind: ViolationKind) {
        self.found.push((block, kind));
    }

    fn repr(&self, value: ValueId) -> Repr {
        self.procedure.values[value].repr
    }

    fn collect_definitions(&mut self, flow: &Flow) {
        for &id in &flow.order {
            let block = &self.procedure.blocks[id];
            let parameters = block.parameters.iter().map(|&value| (value, 0));
            let results = (1..)
                .zip(&block.instructions)
                .filter_map(|(place, each)| each.result.map(|result| (result, place)));
            for (value, place) in parameters.chain(results) {
                if self.defined[value].replace((id, place)).is_some() {
                    self.report(id, ViolationKind::DefinedTwice(value));
                }
            }
        }
    }

    fn check_use(&mut self, id: BlockId, place: usize, value: ValueId) {
        let is_defined = match self.defined.get(value) {
            Some(&Some((block, at))) if block == id => at < place,
            Some(&Some((block, _))) => self.dominators.dominates(block, id),
            _ => false,
        };
        if !is_defined {
            self.report(id, ViolationKind::NotDefined(value));
        }
    }

    fn want(&mut self, id: BlockId, value: ValueId, repr: Repr) {
        if self.repr(value) != repr {
            self.report(id, ViolationKind::Repr(value, repr));
        }
    }

    fn want_word(&mut self, id: BlockId, value: ValueId) {
        if !matches!(self.repr(value), Repr::I64 | Repr::U64) {
            self.report(id, ViolationKind::Repr(value, Repr::U64));
        }
    }

    fn check_block(&mut self, id: BlockId, flow: &Flow) {
        let procedure = self.procedure;
        let block = &procedure.blocks[id];
        let errors_before = self.found.len();
        for (place, instruction) in (1..).zip(&block.instructions) {
            instruction
                .operation
                .each_use(|value| self.check_use(id, place, value));
        }
        let end = block.instructions.len() + 1;
        block
            .terminator
            .each_use(|value| self.check_use(id, end, value));
        if self.found.len() > errors_before {
            return;
        }
        for instruction in &block.instructions {
            self.check_operation(id, &instruction.operation, instruction.result);
        }
        self.check_terminator(id, &block.terminator, flow);
        closures::check_closures(block, |kind| self.found.push((id, kind)));
    }

    fn check_operation(&mut self, id: BlockId, operation: &Operation, result: Option<ValueId>) {
        let result_repr = match operation {
            Operation::Raw(_) => result.map_or(Repr::I64, |result| self.repr(result)),
            Operation::Raw1(RawUnary::I64ToF64, word) => {
                self.want_word(id, *word);
                Repr::F64
            }
            Operation::Raw1(raw, value) => {
                let (operand, result) = raw.reprs();
                self.want(id, *value, operand);
                result
            }
            Operation::Raw2(raw, a, b) if raw.is_f64() => {
                self.want(id, *a, Repr::F64);
                self.want(id, *b, Repr::F64);
                Repr::F64
            }
            Operation::Raw2(_, a, b) => {
                self.want_word(id, *a);
                self.want_word(id, *b);
                result.map_or(Repr::I64, |result| self.repr(result))
            }
            // Claims about raw words are about their halves, which are words of fixnums.
            Operation::Primitive(Primitive::CheckClaim, _) => Repr::Tagged,
            Operation::CallKnown(callee, closure, arguments) => {
                self.check_known_call(id, *callee, *closure, arguments)
            }
            _ => {
                operation.each_use(|value| self.want(id, value, Repr::Tagged));
                Repr::Tagged
            }
        };
        if let Some(result) = result {
            self.want(id, result, result_repr);
        }
        match operation {
            Operation::Primitive(primitive, operands) => {
                self.check_primitive(id, *primitive, operands);
            }
            Operation::StaticClosure(made) => self.check_closure(id, *made),
            _ => {}
        }
    }

    /// Arguments are represented as the callee's parameters are; how its result is.
    fn check_known_call(
        &mut self,
        id: BlockId,
        callee: ProcedureId,
        closure: Option<ValueId>,
        arguments: &[ValueId],
    ) -> Repr {
        if let Some(closure) = closure {
            self.want(id, closure, Repr::Tagged);
        }
        let Some(known) = self.unit.procedures.get(callee) else {
            return Repr::Tagged;
        };
        let parameters = known.parameters();
        if parameters.len() != arguments.len() {
            self.report(id, ViolationKind::CallArguments(callee));
        }
        for (&parameter, &argument) in parameters.iter().zip(arguments) {
            self.want(id, argument, known.values[parameter].repr);
        }
        known.result
    }

    fn check_closure(&mut self, id: BlockId, made: ProcedureId) {
        let Some(known) = self.unit.procedures.get(made) else {
            return;
        };
        let is_raw = |value: &ValueId| known.values[*value].repr.is_raw();
        if known.result.is_raw() || known.parameters().iter().any(is_raw) {
            self.report(id, ViolationKind::RawEscapes(made));
        }
    }

    /// Control leaves the procedure with a result of this representation.
    fn check_result(&mut self, id: BlockId, given: Repr) {
        if given != self.procedure.result {
            self.report(id, ViolationKind::RawResult(given));
        }
    }

    fn check_primitive(&mut self, id: BlockId, primitive: Primitive, operands: &[ValueId]) {
        let transfers = primitive.effect() == Effect::Control && primitive != Primitive::Capture;
        let needs_index = matches!(primitive, Primitive::RecordRef | Primitive::RecordSet);
        let has_index = || {
            operands
                .get(2)
                .is_some_and(|&value| self.is_small_index(value))
        };
        if transfers || !primitive.accepts(operands.len()) || (needs_index && !has_index()) {
            self.report(id, ViolationKind::Primitive(primitive));
        }
    }

    fn is_small_index(&self, value: ValueId) -> bool {
        let Some(Some((block, place))) = self.defined.get(value) else {
            return false;
        };
        let instructions = &self.procedure.blocks[*block].instructions;
        let definition = place
            .checked_sub(1)
            .map(|place| &instructions[place].operation);
        let word = definition.and_then(|operation| self.unit.immediate_word(operation));
        word.is_some_and(|word| {
            tag::is_fixnum(word) && u16::try_from(tag::fixnum_value(word)).is_ok()
        })
    }

    fn check_terminator(&mut self, id: BlockId, terminator: &Terminator, flow: &Flow) {
        for target in terminator.targets() {
            let parameters = &self.procedure.blocks[target.block].parameters;
            if parameters.len() != target.arguments.len() {
                self.report(id, ViolationKind::ArgumentCount(target.block));
                continue;
            }
            for (&parameter, &argument) in parameters.iter().zip(&target.arguments) {
                self.want(id, argument, self.repr(parameter));
            }
        }
        match terminator {
            Terminator::None | Terminator::Jump(_) => {}
            Terminator::Branch(condition, ..) => self.check_condition(id, condition),
            Terminator::Switch(switch) => {
                self.want(id, switch.value, Repr::Tagged);
                if !has_right_keys(switch) {
                    self.report(id, ViolationKind::SwitchKeys);
                }
            }
            Terminator::Return(value) => self.want(id, *value, self.procedure.result),
            Terminator::TailCallKnown(callee, closure, arguments) => {
                let given = self.check_known_call(id, *callee, *closure, arguments);
                self.check_result(id, given);
            }
            Terminator::CallReceive {
                callee,
                arguments,
                required,
                rest,
                block,
                ..
            } => {
                let parameters = self.procedure.blocks[*block].parameters.len();
                let wanted = usize::from(*required) + usize::from(*rest);
                if parameters != wanted || flow.predecessors[*block].len() != 1 {
                    self.report(id, ViolationKind::ReceivingBlock(*block));
                }
                match callee {
                    Callee::Known(callee, closure) => {
                        let given = self.check_known_call(id, *callee, *closure, arguments);
                        if given.is_raw() {
                            self.report(id, ViolationKind::RawResult(given));
                        }
                    }
                    Callee::Value(_) => {
                        terminator.each_use(|value| self.want(id, value, Repr::Tagged));
                    }
                }
            }
            other => {
                other.each_use(|value| self.want(id, value, Repr::Tagged));
                self.check_result(id, Repr::Tagged);
            }
        }
    }

    fn check_condition(&mut self, id: BlockId, condition: &Condition) {
        match condition {
            Condition::CompareF64(..) => {
                condition.each_use(|value| self.want(id, value, Repr::F64));
            }
            Condition::CompareI64(..) | Condition::CompareU64(..) => {
                condition.each_use(|value| self.want_word(id, value));
            }
            _ => condition.each_use(|value| self.want(id, value, Repr::Tagged)),
        }
    }
}

fn has_right_keys(switch: &Switch) -> bool {
    let is_possible = |key: i32| match switch.key {
        SwitchKey::Word => !tag::is_reference(i64::from(key).cast_unsigned()),
        SwitchKey::SymbolHash { bits, .. } => key >= 0 && key >> bits == 0,
        SwitchKey::StringLength => key >= 0,
    };
    let in_range = match switch.key {
        SwitchKey::SymbolHash { shift, bits } => {
            bits <= SwitchKey::BITS_MAX && u32::from(shift) + u32::from(bits) <= text_hash::BITS
        }
        _ => true,
    };
    let keys: Vec<i32> = switch.cases.iter().map(|&(key, _)| key).collect();
    in_range
        && !keys.is_empty()
        && keys.is_sorted_by(|a, b| a < b)
        && keys.into_iter().all(is_possible)
}

#[cfg(test)]
mod tests {
    use super::super::parse::parse;
    use super::*;
    use crate::id::Id as _;

    fn kinds(blocks: &str) -> Vec<ViolationKind> {
        let unit = parse(&format!("(procedure \"f\" 1 0 #f 0 (\"x\") {blocks})")).unwrap();
        verify(&unit)
            .into_iter()
            .map(|violation| violation.kind)
            .collect()
    }

    #[test]
    fn a_well_formed_procedure_passes() {
        assert_eq!(
            kinds("(block b0 (v0) (let v1 (add-small v0 1)) (return v1))"),
            []
        );
    }

    #[test]
    fn uses_must_be_dominated_by_definitions() {
        let branches = "(block b0 (v0) (branch (true v0) (b1) (b2)))
            (block b1 () (let v1 (fixnum 1)) (jump (b2))) (block b2 () (return v1))";
        assert_eq!(
            kinds(branches),
            [ViolationKind::NotDefined(ValueId::new(1))]
        );
    }

    #[test]
    fn values_are_defined_once_and_used_as_what_they_are() {
        let twice = "(block b0 (v0) (let v1 (fixnum 1)) (let v1 (fixnum 2)) (return v1))";
        assert_eq!(kinds(twice), [ViolationKind::DefinedTwice(ValueId::new(1))]);
        let raw = "(block b0 (v0) (let v1:f64 (unbox-f64 v0)) (return v1))";
        assert_eq!(
            kinds(raw),
            [ViolationKind::Repr(ValueId::new(1), Repr::Tagged)]
        );
    }

    #[test]
    fn raw_words_go_only_where_they_are_expected() {
        let kinds_beside = |callee: &str, blocks: &str| {
            let text = format!(
                "(procedure \"f\" 1 0 #f 0 (\"x\") {blocks})
                 (procedure \"g\" 1 0 #f 0 (\"x\") {callee})"
            );
            let kinds = verify(&parse(&text).unwrap()).into_iter();
            kinds.map(|violation| violation.kind).collect::<Vec<_>>()
        };
        let raw = "(result f64) (block b0 (v0:f64) (return v0))";
        let right = "(block b0 (v0) (let v1:f64 (unbox-f64 v0)) (let v2:f64 (call-known 1 #f v1))
            (let v3 (box-f64 v2)) (return v3))";
        assert_eq!(kinds_beside(raw, right), []);
        assert_eq!(
            kinds_beside(raw, "(block b0 (v0) (tail-call-known 1 #f v0))"),
            [
                ViolationKind::Repr(ValueId::new(0), Repr::F64),
                ViolationKind::RawResult(Repr::F64)
            ]
        );
        assert_eq!(
            kinds_beside(
                raw,
                "(block b0 (v0) (let v1 (static-closure 1)) (return v1))"
            ),
            [ViolationKind::RawEscapes(ProcedureId::new(1))]
        );
        let unknown = "(result f64) (block b0 (v0) (tail-call v0 v0))";
        assert_eq!(
            kinds_beside(unknown, "(block b0 (v0) (tail-call-known 1 #f))"),
            [
                ViolationKind::CallArguments(ProcedureId::new(1)),
                ViolationKind::RawResult(Repr::F64),
                ViolationKind::RawResult(Repr::Tagged)
            ]
        );
    }

    #[test]
    fn jumps_fit_their_targets() {
        let blocks = "(block b0 (v0) (jump (b1))) (block b1 (v1) (return v1))";
        assert_eq!(
            kinds(blocks),
            [ViolationKind::ArgumentCount(BlockId::new(1))]
        );
        assert_eq!(
            kinds("(block b0 (v0) (jump (b7)))"),
            [ViolationKind::NoSuchBlock(BlockId::new(7))]
        );
        assert_eq!(kinds("(block b0 () (none))").len(), 2);
    }

    #[test]
    fn nothing_jumps_to_the_entry() {
        for end in ["(jump (b0 v0))", "(branch (true v0) (b0 v0) (b1))"] {
            let blocks = format!("(block b0 (v0) {end}) (block b1 () (return v0))");
            assert_eq!(kinds(&blocks), [ViolationKind::JumpToEntry], "{end}");
        }
    }

    #[test]
    fn switches_have_keys_in_order_that_values_can_have() {
        let switched = |switch: &str| {
            let blocks = format!("(block b0 (v0) (switch {switch} (else (b1))))");
            kinds(&format!("{blocks} (block b1 () (return v0))"))
        };
        assert_eq!(switched("(word v0) (8 (b1)) (16 (b1))"), []);
        assert_eq!(switched("(symbol-hash 9 1 v0) (0 (b1)) (1 (b1))"), []);
        for wrong in [
            "(word v0)",
            "(word v0) (16 (b1)) (8 (b1))",
            "(word v0) (8 (b1)) (8 (b1))",
            "(word v0) (2 (b1))",
            "(symbol-hash 9 1 v0) (2 (b1))",
            "(symbol-hash 0 13 v0) (2 (b1))",
            "(symbol-hash 59 2 v0) (2 (b1))",
            "(string-length v0) (-1 (b1))",
        ] {
            assert_eq!(switched(wrong), [ViolationKind::SwitchKeys], "{wrong}");
        }
    }

    #[test]
    fn record_fields_are_literal() {
        let blocks = "(block b0 (v0) (let v1 (primitive %record-ref v0 v0 v0)) (return v1))";
        assert_eq!(
            kinds(blocks),
            [ViolationKind::Primitive(Primitive::RecordRef)]
        );
    }
}
