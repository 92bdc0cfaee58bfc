//! Live objects in evaluated forms, where a literal alone is not enough.
//!
//! An image asks for a live object by the object's number when the image starts. So a quoted list
//! or vector with live objects in it cannot be a literal: the unit makes it, once, before anything
//! else. Only parts that lead to live objects are made. The other parts stay literals.
//!
//! The runtime keeps a live object as long as the image of its form. A macro at top level outlives
//! its form. So a global that nothing else knows keeps the image.

use std::rc::Rc;

use abi::primitive::Primitive;
use abi::tag;
use syntax::{Data, DatumId, DatumKind};

use super::denotation::{Mutability, TopVariable};
use super::expanded_item::{ExpandedItem, Target};
use super::expander::Expander;
use super::syntax::SyntaxId;
use crate::checkpoint;
use crate::core::ir::{Expr, ExprId, Literal, LiteralId, VariableId};
use crate::core::{LiteralDatum, immediate_word};
use crate::id_map::{IdMap, IdSet};

/// The lists and vectors of a datum that lead to live objects.
struct LiveParts {
    /// The datum, and those that are no rest of exactly one list: each gets a variable. In the order in
    /// which they were reached.
    entries: Vec<DatumId>,
    all: IdSet<DatumId>,
}

impl LiveParts {
    /// `None` if `root` is no list or vector that leads to a live object.
    fn of(data: &Data, root: DatumId) -> Option<Self> {
        let mut parents: IdMap<DatumId, Vec<DatumId>> = IdMap::default();
        let mut rests: IdSet<DatumId> = IdSet::default();
        let mut order = Vec::new();
        let mut live = Vec::new();
        let mut pending = vec![root];
        let mut reached = IdSet::from_iter([root]);
        while let Some(datum) = pending.pop() {
            checkpoint::step();
            order.push(datum);
            let parts: &[DatumId] = match data.kind(datum) {
                DatumKind::Pair(car, cdr) => {
                    rests.insert(*cdr);
                    &[*car, *cdr]
                }
                DatumKind::Vector(items) => items,
                DatumKind::External(_) => {
                    live.push(datum);
                    continue;
                }
                _ => continue,
            };
            for &part in parts.iter().rev() {
                parents.entry(part).or_default().push(datum);
                if reached.insert(part) {
                    pending.push(part);
                }
            }
        }
        let mut all = IdSet::default();
        while let Some(datum) = live.pop() {
            let above = parents.get(&datum).into_iter().flatten();
            live.extend(above.copied().filter(|&parent| all.insert(parent)));
        }
        if !all.contains(&root) {
            return None;
        }
        let is_inner = |datum: &DatumId| {
            let is_pair = data.as_pair(*datum).is_some();
            let is_shared = parents.get(datum).is_some_and(|above| above.len() > 1);
            *datum != root && is_pair && rests.contains(datum) && !is_shared
        };
        let is_entry = |datum: &DatumId| all.contains(datum) && !is_inner(datum);
        let entries = order.into_iter().filter(is_entry).collect();
        Some(Self { entries, all })
    }
}

impl Expander<'_> {
    /// The quotation of a datum of the program, if live objects in it have to be put there.
    pub(super) fn quote_live(&mut self, root: DatumId, at: SyntaxId) -> Option<ExprId> {
        let parts = LiveParts::of(&self.program.data, root)?;
        let mut variables = IdMap::default();
        for &entry in &parts.entries {
            let variable = self.program.add_variable("literal".into());
            variables.insert(entry, variable);
            let nothing = self.word(tag::FALSE, at);
            let (primitive, first) = match self.program.data.kind(entry) {
                DatumKind::Vector(items) => (Primitive::MakeVector, count(items.len())),
                _ => (Primitive::Cons, tag::FALSE),
            };
            let first = self.word(first, at);
            let value = self.add(Expr::Primitive(primitive, vec![first, nothing]), at);
            let target = Some(Target::Local(variable));
            self.first_items.push(ExpandedItem { target, value, at });
        }
        for &entry in &parts.entries {
            self.fill_live(entry, &parts, &variables, at);
        }
        Some(self.add(Expr::Local(variables[&root]), at))
    }

    /// Puts its parts into the list or vector of a variable.
    fn fill_live(
        &mut self,
        entry: DatumId,
        parts: &LiveParts,
        variables: &IdMap<DatumId, VariableId>,
        at: SyntaxId,
    ) {
        if let DatumKind::Vector(items) = self.program.data.kind(entry) {
            let items = items.clone();
            for (index, &item) in items.iter().enumerate() {
                let index = self.word(count(index), at);
                let item = self.live_part(item, variables, at);
                self.fill_with(Primitive::VectorSet, variables[&entry], &[index, item], at);
            }
        } else if let Some((car, cdr)) = self.program.data.as_pair(entry) {
            let car = self.live_part(car, variables, at);
            self.fill_with(Primitive::SetCar, variables[&entry], &[car], at);
            // The pairs that follow and have no variables, up to what does or leads to nothing live.
            let mut items = Vec::new();
            let mut rest = cdr;
            while parts.all.contains(&rest)
                && !variables.contains_key(&rest)
                && let Some((item, next)) = self.program.data.as_pair(rest)
            {
                items.push(self.live_part(item, variables, at));
                rest = next;
            }
            let mut list = self.live_part(rest, variables, at);
            for item in items.into_iter().rev() {
                list = self.add(Expr::Primitive(Primitive::Cons, vec![item, list]), at);
            }
            self.fill_with(Primitive::SetCdr, variables[&entry], &[list], at);
        }
    }

    /// A step that calls `primitive` on the value of a variable and `others`.
    fn fill_with(
        &mut self,
        primitive: Primitive,
        variable: VariableId,
        others: &[ExprId],
        at: SyntaxId,
    ) {
        let mut operands = vec![self.add(Expr::Local(variable), at)];
        operands.extend_from_slice(others);
        let value = self.add(Expr::Primitive(primitive, operands), at);
        let target = None;
        self.first_items.push(ExpandedItem { target, value, at });
    }

    /// A part that has a variable, or leads to nothing live but perhaps itself.
    fn live_part(
        &mut self,
        datum: DatumId,
        variables: &IdMap<DatumId, VariableId>,
        at: SyntaxId,
    ) -> ExprId {
        if let Some(&variable) = variables.get(&datum) {
            return self.add(Expr::Local(variable), at);
        }
        let literal = self.datum_literal(datum);
        self.add(Expr::Quote(literal), at)
    }

    /// The literal of a datum of the program.
    pub(super) fn datum_literal(&mut self, datum: DatumId) -> LiteralId {
        let word = match self.program.data.kind(datum) {
            DatumKind::Null => Some(tag::NULL),
            atom => immediate_word(atom),
        };
        if let Some(word) = word {
            return self.program.add_word(word);
        }
        let literal = Literal::Datum(LiteralDatum(datum));
        self.program.literals.push(literal)
    }

    /// Keeps the image of this unit, if `transformer` of a macro at top level has live objects in it.
    pub(super) fn keep_live_objects(&mut self, transformer: SyntaxId) {
        if !self.syntax.has_live_objects {
            return;
        }
        let data = &mut self.program.data;
        let datum = self.syntax.export(&self.registry.names, transformer, data);
        if LiveParts::of(data, datum).is_none() {
            return;
        }
        let symbol = self.registry.names.symbol("live objects");
        let place = self.environment();
        let mark = self.registry.names.new_mark();
        let name = self.registry.names.alias(symbol, place, mark);
        let key = self.registry.interaction_key(self.top, name);
        self.persists = true;
        let body = self.unspecified(transformer);
        let value = self.simple_closure("live objects".into(), Vec::new(), body, transformer);
        let variable = TopVariable::global(key, Mutability::Mutable);
        let (target, at) = (Some(Target::Global(Rc::new(variable))), transformer);
        self.first_items.push(ExpandedItem { target, value, at });
    }
}

fn count(length: usize) -> u64 {
    tag::fixnum(length as i64).expect("data in memory have fewer than 2^60 parts")
}
