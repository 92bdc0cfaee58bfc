//! `quasiquote`: constants where nothing is unquoted, and calls of list primitives around the rest.

use std::collections::HashSet;
use std::rc::Rc;

use abi::primitive::Primitive;
use abi::tag;

use super::super::denotation::CoreForm;
use super::super::expander::Expander;
use super::super::failure::Result;
use super::super::syntax::{Node, SyntaxId};
use crate::core::ir::Expr;

/// A part of a template, and the level of quasiquotation at which it stands there. A macro's argument
/// may stand at several levels of one template, and mean another thing at each.
type Part = (SyntaxId, usize);

/// So many items of a list are values at once at most: a frame holds them. A longer list is made of parts.
const ITEMS_MAX: usize = 4096;

/// The parts of a template in which something is unquoted.
type Unquoting = Rc<HashSet<Part>>;

impl Expander<'_> {
    pub(super) fn quasiquote(&mut self, id: SyntaxId) -> Result<()> {
        let operands = self.operands(id, CoreForm::Quasiquote, 1, 1)?;
        let unquoting = Rc::new(self.unquoting((operands[0], 1)));
        self.template(operands[0], 1, &unquoting)
    }

    /// Finds all pairs and vectors in a template that contain an `unquote` or `unquote-splicing` of
    /// level 1, or are one. What is unquoted is no part of the template.
    ///
    /// Parts may be shared: a whole is looked at after all its parts, whatever else contains them.
    fn unquoting(&self, root: Part) -> HashSet<Part> {
        let mut found = HashSet::new();
        let mut entered = HashSet::new();
        // With a part, whether its own parts have been looked at.
        let mut pending = vec![(root, false)];
        while let Some((part, is_done)) = pending.pop() {
            if !is_done && !entered.insert(part) {
                continue;
            }
            match self.parts(part) {
                None => {
                    found.insert(part);
                }
                Some(parts) if is_done => {
                    if parts.iter().any(|part| found.contains(part)) {
                        found.insert(part);
                    }
                }
                Some(parts) => {
                    pending.push((part, true));
                    pending.extend(parts.into_iter().map(|part| (part, false)));
                }
            }
        }
        found
    }

    /// What a part of a template consists of; `None` for an unquotation of level 1.
    fn parts(&self, (id, level): Part) -> Option<Vec<Part>> {
        let inner = self.inner_level((id, level))?;
        Some(match self.syntax.node(id) {
            Node::Pair(car, cdr) => vec![(*car, inner), (*cdr, inner)],
            Node::Vector(items) => items.iter().map(|&item| (item, inner)).collect(),
            _ => Vec::new(),
        })
    }

    /// The level at which the parts of a part stand; `None` in an unquotation of level 1.
    fn inner_level(&self, (id, level): Part) -> Option<usize> {
        match self.tagged(id) {
            Some((CoreForm::Quasiquote, _)) => Some(level + 1),
            Some(_) => (level > 1).then(|| level - 1),
            None => Some(level),
        }
    }

    /// Leaves the value of a template at a level of quasiquotation.
    fn template(&mut self, id: SyntaxId, level: usize, unquoting: &Unquoting) -> Result<()> {
        self.visit(id)?;
        if !unquoting.contains(&(id, level)) {
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
                self.template_list((id, level), &items, null, unquoting);
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
                _ => {
                    let level = self.inner_level((id, level)).unwrap_or(level);
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
            if rest != id && (self.tagged(rest).is_some() || !unquoting.contains(&(rest, level))) {
                break;
            }
            items.push(car);
            rest = cdr;
        }
        self.template_list((id, level), &items, rest, unquoting);
    }

    /// Leaves the list of the items of `id` and of a tail.
    ///
    /// ```text
    /// `(,a ,@b ,c)   =>   (cons a (append b (cons c '())))
    /// ```
    ///
    /// The items are evaluated in their order. A long list is `(append part rest)`, where the part is a list of the
    /// first items.
    fn template_list(
        &mut self,
        (id, level): Part,
        items: &[SyntaxId],
        tail: SyntaxId,
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
            for (part, items) in plan.chunks(ITEMS_MAX).enumerate().rev() {
                let is_last = (part + 1) * ITEMS_MAX >= plan.len();
                let rest = (!is_last).then(|| {
                    is_empty = true;
                    let null = expander.word(tag::NULL, id);
                    std::mem::replace(&mut list, null)
                });
                for &(item, splice) in items.iter().rev() {
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
                if let Some(rest) = rest {
                    list = expander.add(Expr::Primitive(Primitive::Append2, vec![list, rest]), id);
                }
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
