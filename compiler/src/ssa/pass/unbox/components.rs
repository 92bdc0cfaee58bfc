//! Which candidates become raw: all of a group of values that flow into each other, or none of
//! them.
//!
//! Values flow through jumps, known calls and returns.

use super::candidates::{Facts, RawOperation, raw_takes_tagged};
use super::signatures::{UnitFacts, each_call};
use crate::id::{Id, IdVec, define_ids};
use crate::rewrites::Rewrites;
use crate::ssa::analysis::{Graph, Loops, Range};
use crate::ssa::ir::{
    BlockId, Callee, Condition, Instruction, InstructionPlace, Operation, Procedure, ProcedureId,
    Repr, Terminator, Unit, ValueId,
};

/// Work saved or spent, in tenths of an instruction.
type Work = i64;

/// Saved by arithmetic on raw instead of tagged doubles.
const SAVED_F64: Work = 15;
/// Saved by arithmetic on words instead of fixnums.
const SAVED_WORD: Work = 2;
/// Saved by arithmetic on words instead of bignums.
const SAVED_BIGNUM: Work = 200;
/// Spent on unboxing.
const UNBOX: Work = 10;
/// Spent on boxing what fits a tagged word.
const BOX: Work = 12;
/// Spent on a call instead of a tail call.
const CALL: Work = 20;
/// Spent on making a bignum.
const BOX_BIGNUM: Work = 100;
/// How many times more a loop runs than what is around it, as a power of two.
const LOOP_SHIFT: u32 = 3;
/// Loops deeper than this count as if they were this deep.
const DEPTH_MAX: u32 = 6;

/// How everything is to be represented.
pub(super) struct Choice {
    /// For each procedure the values that are to be raw.
    pub(super) values: IdVec<ProcedureId, IdVec<ValueId, Option<Repr>>>,
    /// The results of procedures that are to be raw.
    pub(super) results: IdVec<ProcedureId, Option<Repr>>,
    /// For each procedure the parameters of its entry that are to be raw.
    pub(super) parameters: IdVec<ProcedureId, Vec<Option<Repr>>>,
    /// Whether something in a procedure has to change.
    concerned: IdVec<ProcedureId, bool>,
}

impl Choice {
    /// Chooses among the candidates of `facts`.
    pub(super) fn new(
        unit: &Unit,
        graphs: &IdVec<ProcedureId, Graph>,
        facts: &UnitFacts,
        rewrites: &mut Rewrites,
    ) -> Self {
        let mut groups = Groups::new(facts);
        for (id, procedure) in unit.procedures.entries() {
            groups.link(unit, id, procedure);
        }
        for (id, procedure) in unit.procedures.entries() {
            Weigher {
                unit,
                groups: &mut groups,
                id,
                facts: &facts.procedures[id],
                loops: &graphs[id].loops,
                depth: u32::from(calls_itself(id, procedure)),
            }
            .weigh(procedure, graphs[id].flow.order.as_slice());
        }
        let values: IdVec<ProcedureId, IdVec<ValueId, Option<Repr>>> = facts
            .procedures
            .entries()
            .map(|(id, each)| {
                each.candidates
                    .entries()
                    .map(|(value, repr)| {
                        let node = groups.node(id, value);
                        repr.filter(|_| groups.is_raw(node, rewrites))
                    })
                    .collect()
            })
            .collect();
        let results: IdVec<ProcedureId, Option<Repr>> = facts
            .results
            .entries()
            .map(|(id, repr)| {
                let node = groups.result(id);
                repr.filter(|_| groups.is_raw(node, rewrites))
            })
            .collect();
        let raw_parameters = |(id, procedure): (ProcedureId, &Procedure)| {
            let parameters = procedure.parameters().iter();
            parameters.map(|&parameter| values[id][parameter]).collect()
        };
        let parameters = unit.procedures.entries().map(raw_parameters).collect();
        let mut choice = Self {
            values,
            results,
            parameters,
            concerned: IdVec::new(),
        };
        choice.concerned = unit
            .procedures
            .ids()
            .map(|id| choice.is_concerned(unit, id))
            .collect();
        choice
    }

    /// Whether something in a procedure has to change.
    pub(super) fn concerns(&self, id: ProcedureId) -> bool {
        self.concerned[id]
    }

    fn is_concerned(&self, unit: &Unit, id: ProcedureId) -> bool {
        let mut concerned =
            self.results[id].is_some() || self.values[id].iter().any(Option::is_some);
        each_call(&unit.procedures[id], |_, call| {
            let callee = call.callee;
            concerned |= self.results[callee].is_some()
                || self.parameters[callee].iter().any(Option::is_some);
        });
        concerned
    }
}

/// Values and results of all procedures, as nodes that are joined to groups.
struct Groups<'a> {
    facts: &'a UnitFacts,
    /// The number of the first node of each procedure's values.
    bases: IdVec<ProcedureId, u32>,
    /// The number of the first node of the results.
    results: u32,
    parent: IdVec<NodeId, NodeId>,
    /// How many nodes a group has, at its root.
    size: IdVec<NodeId, u32>,
    saved: IdVec<NodeId, Work>,
    /// Of groups that gain, whether they may change.
    decided: IdVec<NodeId, Option<bool>>,
}

/// A node, and what its value is to be represented as.
#[derive(Clone, Copy)]
struct Candidate {
    node: NodeId,
    repr: Option<Repr>,
}

define_ids! {
    /// A value or a result.
    NodeId;
}

impl<'a> Groups<'a> {
    fn new(facts: &'a UnitFacts) -> Self {
        let mut bases = IdVec::new();
        let mut results = 0;
        for each in &facts.procedures {
            bases.push(results);
            results += each.candidates.len() as u32;
        }
        let size = IdVec::filled(results as usize + facts.results.len(), 1);
        Self {
            facts,
            bases,
            results,
            parent: size.ids().collect(),
            saved: size.side_table(0),
            decided: size.side_table(None),
            size,
        }
    }

    fn node(&self, id: ProcedureId, value: ValueId) -> NodeId {
        NodeId::new(self.bases[id] + value.number())
    }

    fn result(&self, procedure: ProcedureId) -> NodeId {
        NodeId::new(self.results + procedure.number())
    }

    fn find(&self, mut node: NodeId) -> NodeId {
        while self.parent[node] != node {
            node = self.parent[node];
        }
        node
    }

    /// Joins two nodes that are candidates for the same.
    fn join(&mut self, a: Candidate, b: Candidate) {
        if a.repr.is_none() || a.repr != b.repr {
            return;
        }
        let (a, b) = (self.find(a.node), self.find(b.node));
        if a == b {
            return;
        }
        let is_smaller = self.size[a] < self.size[b];
        let (few, many) = if is_smaller { (a, b) } else { (b, a) };
        self.parent[few] = many;
        self.size[many] += self.size[few];
    }

    fn add(&mut self, node: NodeId, work: Work) {
        let group = self.find(node);
        self.saved[group] += work;
    }

    /// Whether the group of a candidate is to be raw: one rewrite for all of it.
    fn is_raw(&mut self, node: NodeId, rewrites: &mut Rewrites) -> bool {
        let group = self.find(node);
        if self.saved[group] <= 0 {
            return false;
        }
        *self.decided[group].get_or_insert_with(|| rewrites.allow())
    }

    fn link(&mut self, unit: &Unit, id: ProcedureId, procedure: &Procedure) {
        let all = self.facts;
        let facts = &all.procedures[id];
        let base = self.bases[id];
        let of = |value: ValueId| Candidate {
            node: NodeId::new(base + value.number()),
            repr: facts.candidates[value],
        };
        for (value, raw) in facts.operations.entries() {
            if let Some(raw) = raw.filter(|&raw| !raw_takes_tagged(raw)) {
                raw.operands()
                    .for_each(|operand| self.join(of(value), of(operand)));
            }
        }
        let result_of = |groups: &Self, procedure: ProcedureId| Candidate {
            node: groups.result(procedure),
            repr: all.results[procedure],
        };
        let own_result = result_of(self, id);
        for block in &procedure.blocks {
            for target in block.terminator.targets() {
                let parameters = &procedure.blocks[target.block].parameters;
                for (&parameter, &argument) in parameters.iter().zip(&target.arguments) {
                    self.join(of(parameter), of(argument));
                }
            }
            match &block.terminator {
                Terminator::Return(value) => self.join(of(*value), own_result),
                Terminator::TailCallKnown(callee, ..) => {
                    let given = result_of(self, *callee);
                    self.join(given, own_result);
                }
                _ => {}
            }
        }
        each_call(procedure, |_, call| {
            let callee = call.callee;
            let parameters = unit.procedures[callee].parameters();
            for (&parameter, &argument) in parameters.iter().zip(call.arguments) {
                let parameter = Candidate {
                    node: self.node(callee, parameter),
                    repr: all.procedures[callee].candidates[parameter],
                };
                self.join(parameter, of(argument));
            }
            if let Some(result) = call.result {
                let given = result_of(self, callee);
                self.join(given, of(result));
            }
        });
    }
}

/// Weighs what raw values save in one procedure against what conversions cost.
struct Weigher<'w, 'a> {
    unit: &'w Unit,
    groups: &'w mut Groups<'a>,
    id: ProcedureId,
    facts: &'a Facts,
    loops: &'w Loops,
    /// Counts as so many loops around the procedure.
    depth: u32,
}

fn calls_itself(id: ProcedureId, procedure: &Procedure) -> bool {
    let mut found = false;
    each_call(procedure, |_, call| {
        found |= call.callee == id;
    });
    found
}

impl Weigher<'_, '_> {
    fn weigh(&mut self, procedure: &Procedure, order: &[BlockId]) {
        for &id in order {
            let block = &procedure.blocks[id];
            let weight = self.weight_of(id);
            for instruction in &block.instructions {
                self.weigh_instruction(instruction, weight);
            }
            let end = (id, block.instructions.len());
            self.weigh_terminator(procedure, &block.terminator, end, weight);
        }
    }

    /// How often a block runs when the unit runs, about.
    fn weight_of(&self, block: BlockId) -> Work {
        let depth = self.loops.depth[block] + self.depth;
        1 << (LOOP_SHIFT * depth.min(DEPTH_MAX))
    }

    fn candidate(&self, value: ValueId) -> Option<Repr> {
        self.facts.candidates[value]
    }

    fn weigh_instruction(&mut self, instruction: &Instruction, weight: Work) {
        if let Operation::CallKnown(callee, _, arguments) = &instruction.operation {
            self.weigh_arguments(*callee, arguments, weight);
            let given = self.groups.facts.results[*callee];
            let is_raw = |result| self.candidate(result).is_some();
            if given.is_some() && instruction.result.is_some_and(|result| !is_raw(result)) {
                let node = self.groups.result(*callee);
                self.groups.add(node, -BOX * weight);
            }
            return;
        }
        match instruction
            .result
            .filter(|&result| self.candidate(result).is_some())
        {
            Some(result) => self.weigh_operation(result, weight),
            None => instruction
                .operation
                .each_use(|value| self.charge_boxing(value, weight)),
        }
    }

    fn weigh_arguments(&mut self, callee: ProcedureId, arguments: &[ValueId], weight: Work) {
        let parameters = self.unit.procedures[callee].parameters();
        for (&parameter, &argument) in parameters.iter().zip(arguments) {
            let facts = &self.groups.facts.procedures[callee];
            match facts.candidates[parameter] {
                Some(repr) => {
                    let node = self.groups.node(callee, parameter);
                    self.charge_unboxing(node, argument, repr, weight);
                }
                None => self.charge_boxing(argument, weight),
            }
        }
    }

    fn add(&mut self, value: ValueId, work: Work) {
        let node = self.groups.node(self.id, value);
        self.groups.add(node, work);
    }

    fn weigh_operation(&mut self, result: ValueId, weight: Work) {
        let raw = self.facts.operations[result].expect("candidates have operations");
        let repr = self.candidate(result).expect("a candidate");
        self.add(result, self.saved_by(result, repr) * weight);
        if raw != RawOperation::Parameter && !raw_takes_tagged(raw) {
            let node = self.groups.node(self.id, result);
            for operand in raw.operands() {
                self.charge_unboxing(node, operand, repr, weight);
            }
        }
    }

    /// What working with `value` saves when it is raw.
    fn saved_by(&self, value: ValueId, repr: Repr) -> Work {
        if repr == Repr::F64 {
            SAVED_F64
        } else if self.is_fixnum(value) {
            SAVED_WORD
        } else {
            SAVED_BIGNUM
        }
    }

    /// A tagged value is converted for `user`.
    fn charge_unboxing(&mut self, user: NodeId, operand: ValueId, repr: Repr, weight: Work) {
        let is_raw = self.candidate(operand) == Some(repr);
        if !is_raw && self.facts.constant(operand, repr).is_none() {
            self.groups.add(user, -UNBOX * weight);
        }
        let range = self.facts.types[operand].as_integer();
        // Signed words become doubles without being boxed.
        if !is_raw && !range.is_some_and(|range| range.is_within(Range::I64)) {
            self.charge_boxing(operand, weight);
        }
    }

    /// A value that is boxed for a use in a deeper loop is boxed where it is defined.
    fn charge_boxing(&mut self, value: ValueId, weight: Work) {
        let Some(repr) = self.candidate(value) else {
            return;
        };
        let home = self.facts.block_of[value];
        let home_weight = self.weight_of(home);
        let spent = if repr == Repr::F64 || self.is_fixnum(value) {
            BOX
        } else {
            BOX_BIGNUM
        };
        self.add(value, -spent * weight.min(home_weight));
    }

    fn weigh_terminator(
        &mut self,
        procedure: &Procedure,
        terminator: &Terminator,
        place: InstructionPlace,
        weight: Work,
    ) {
        let own_result = self.id;
        let all = self.groups.facts;
        match terminator {
            Terminator::Jump(target) => {
                let parameters = &procedure.blocks[target.block].parameters;
                for (&parameter, &argument) in parameters.iter().zip(&target.arguments) {
                    match self.candidate(parameter) {
                        Some(repr) => {
                            let node = self.groups.node(self.id, parameter);
                            self.charge_unboxing(node, argument, repr, weight);
                        }
                        None => self.charge_boxing(argument, weight),
                    }
                }
            }
            Terminator::Return(value) => match all.results[self.id] {
                Some(repr) => {
                    let node = self.groups.result(own_result);
                    self.charge_unboxing(node, *value, repr, weight);
                }
                None => self.charge_boxing(*value, weight),
            },
            Terminator::TailCallKnown(callee, _, arguments) => {
                self.weigh_arguments(*callee, arguments, weight);
                if all.results[self.id].is_none() && all.results[*callee].is_some() {
                    let node = self.groups.result(*callee);
                    self.groups.add(node, -(BOX + CALL) * weight);
                }
            }
            Terminator::CallReceive {
                callee: Callee::Known(callee, _),
                arguments,
                ..
            } => {
                self.weigh_arguments(*callee, arguments, weight);
            }
            Terminator::Branch(condition, ..) => self.weigh_condition(condition, place, weight),
            other => other.each_use(|value| self.charge_boxing(value, weight)),
        }
    }

    fn weigh_condition(&mut self, condition: &Condition, place: InstructionPlace, weight: Work) {
        let candidates = &self.facts.candidates;
        let Some((repr, a, b)) = self.facts.raw_condition(condition, candidates, place) else {
            condition.each_use(|value| self.charge_boxing(value, weight));
            return;
        };
        self.add(a, self.saved_by(a, repr) * weight);
        if let Some(operand) = b {
            self.add(operand, self.saved_by(operand, repr) * weight);
            let node = self.groups.node(self.id, a);
            self.charge_unboxing(node, operand, repr, weight);
        }
    }

    fn is_fixnum(&self, value: ValueId) -> bool {
        let range = self.facts.types[value].as_integer();
        range.is_some_and(|range| range.is_within(Range::FIXNUM))
    }
}
