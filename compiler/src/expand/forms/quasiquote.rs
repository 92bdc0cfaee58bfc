//! `quasiquote`: constants where nothing is unquoted, and calls of list primitives around the rest.

use std::collections::HashSet;
use std::rc::Rc;

use abi::primitive::Primitive;

use super::super::denotation::CoreForm;
use super::super::expander::Expander;
use super::super::failure::Result;
use super::super::syntax::{Node, SyntaxId};
use crate::core::ir::Expr;

/// The parts of a template in which something is unquoted.
type Unquoting = Rc<HashSet<SyntaxId>>;

impl Expander<'_> {
    pub(super) fn quasiquote(&mut self, id: SyntaxId) -> Result<()> {
        let operands = self.operands(id, CoreForm::Quasiquote, 1, 1)?;
        let unquoting = Rc::new(self.unquoting(operands[0]));
        self.template(operands[0], 1, &unquoting)
    }

    /// Finds all pairs, vectors and names in a template that contain an `unquote` or
    /// `unquote-splicing`, or are one. What is unquoted is no part of the template.
    fn unquoting(&self, root: SyntaxId) -> HashSet<SyntaxId> {
        let mut found = HashSet::new();
        // Parts come after the wholes that contain them.
        let mut order = vec![(root, 1)];
        let mut seen = HashSet::from([root]);
        let mut next = 0;
        while let Some(&(id, level)) = order.get(next) {
            next += 1;
            let inner = match self.tagged(id) {
                Some((CoreForm::Quasiquote, _)) => level + 1,
                Some(_) if level == 1 => {
                    found.insert(id);
                    continue;
                }
                Some(_) => level - 1,
                None => level,
            };
            let mut visit = |part: SyntaxId| {
                if seen.insert(part) {
                    order.push((part, inner));
                }
            };
            match self.syntax.node(id) {
                Node::Pair(car, cdr) => {
                    visit(*car);
                    visit(*cdr);
                }
                Node::Vector(items) => items.iter().for_each(|&item| visit(item)),
                _ => {}
            }
        }
        for &(id, _) in order.iter().rev() {
            let is_unquoting = match self.syntax.node(id) {
                Node::Pair(car, cdr) => found.contains(car) || found.contains(cdr),
                Node::Vector(items) => items.iter().any(|item| found.contains(item)),
                _ => false,
            };
            if is_unquoting {
                found.insert(id);
            }
        }
        found
    }

    /// Leaves the value of a template at a level of quasiquotation.
    fn template(&mut self, id: SyntaxId, level: usize, unquoting: &Unquoting) -> Result<()> {
        if !unquoting.contains(&id) {
            let value = self.quote(id, id);
            self.push_value(value);
            return Ok(());
        }
        let node = self.syntax.node(id).clone();
        match node {
            Node::Vector(items) => {
                self.then(move |expander| {
                    let list = expander.pop();
                    expander.finish(Expr::Primitive(Primitive::ListToVector, vec![list]), id);
                    Ok(())
                });
                let place = self.syntax.place(id);
                let null = self.syntax.push(Node::Null, place);
                self.template_list(&items, null, level, unquoting);
                Ok(())
            }
            Node::Pair(..) => match (self.tagged(id), level) {
                (Some((CoreForm::Unquote, operand)), 1) => {
                    self.later(operand);
                    Ok(())
                }
                (Some((CoreForm::UnquoteSplicing, _)), 1) => Err(self.failure(
                    id,
                    "unquote-splicing: expected only inside a list or vector",
                )),
                (tagged, _) => {
                    let level = match tagged {
                        Some((CoreForm::Quasiquote, _)) => level + 1,
                        Some(_) => level - 1,
                        None => level,
                    };
                    self.template_pairs(id, level, unquoting);
                    Ok(())
                }
            },
            _ => {
                let value = self.quote(id, id);
                self.push_value(value);
                Ok(())
            }
        }
    }

    /// `(unquote operand)` and its relatives.
    fn tagged(&self, id: SyntaxId) -> Option<(CoreForm, SyntaxId)> {
        let form = self.head_form(id)?;
        if !matches!(
            form,
            CoreForm::Unquote | CoreForm::UnquoteSplicing | CoreForm::Quasiquote
        ) {
            return None;
        }
        match self.syntax.proper_list(id)?.as_slice() {
            &[_, operand] => Some((form, operand)),
            _ => None,
        }
    }

    fn template_pairs(&mut self, id: SyntaxId, level: usize, unquoting: &Unquoting) {
        let mut items = Vec::new();
        let mut rest = id;
        while let Some((car, cdr)) = self.syntax.as_pair(rest) {
            // A tail that is an unquotation, or constant, ends the list of items.
            if rest != id && (self.tagged(rest).is_some() || !unquoting.contains(&rest)) {
                break;
            }
            items.push(car);
            rest = cdr;
        }
        self.template_list(&items, rest, level, unquoting);
    }

    fn template_list(
        &mut self,
        items: &[SyntaxId],
        tail: SyntaxId,
        level: usize,
        unquoting: &Unquoting,
    ) {
        let mut splices = Vec::with_capacity(items.len());
        for &item in items {
            let tagged = if level == 1 { self.tagged(item) } else { None };
            splices.push(match tagged {
                Some((CoreForm::UnquoteSplicing, operand)) => Some(operand),
                _ => None,
            });
        }
        let plan: Vec<_> = items.iter().copied().zip(splices).collect();
        let parts = plan.clone();
        let is_null = matches!(self.syntax.node(tail), Node::Null);
        self.then(move |expander| {
            let mut list = expander.pop();
            let mut is_empty = is_null;
            for (item, splice) in plan.into_iter().rev() {
                let value = expander.pop();
                let primitive = match splice {
                    Some(_) => Primitive::Append2,
                    None => Primitive::Cons,
                };
                // What is spliced at the end is the end.
                list = match splice {
                    Some(_) if is_empty => value,
                    _ => expander.add(Expr::Primitive(primitive, vec![value, list]), item),
                };
                is_empty = false;
            }
            expander.push_value(list);
            Ok(())
        });
        let shared = Rc::clone(unquoting);
        self.then(move |expander| expander.template(tail, level, &shared));
        for (item, splice) in parts.into_iter().rev() {
            if let Some(operand) = splice {
                self.later(operand);
            } else {
                let unquoting = Rc::clone(unquoting);
                self.then(move |expander| expander.template(item, level, &unquoting));
            }
        }
    }
}
