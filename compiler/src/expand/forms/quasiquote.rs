//! `quasiquote`: constants where nothing is unquoted, and calls of list primitives around the rest.

use std::rc::Rc;

use abi::primitive::Primitive;
use abi::tag;

use super::super::denotation::CoreForm;
use super::super::expander::Expander;
use super::super::failure::Result;
use super::super::syntax::{Node, SyntaxId};
use crate::core::ir::{Expr, ExprId};
use crate::id_map::IdSet;

/// A part of a template, and the level of quasiquotation at which it stands there. A macro's argument
/// may stand at several levels of one template, and mean another thing at each.
type Part = (SyntaxId, usize);

/// So many items of a list, or parts of a longer list, are values at once: a frame holds them, and so does the frame
/// map of each call among the items. In a quasiquotation inside another, those of both are.
const ITEMS_MAX: usize = 64;

/// An item of a list, evaluated.
struct Item {
    at: SyntaxId,
    value: ExprId,
    /// Whether its items are the list's.
    is_spliced: bool,
}

/// What a list ends in.
#[derive(Clone, Copy)]
struct End {
    value: ExprId,
    is_null: bool,
}

/// The parts of a template in which something is unquoted.
type Unquoting = Rc<IdSet<Part>>;

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
    fn unquoting(&self, root: Part) -> IdSet<Part> {
        let mut found = IdSet::default();
        let mut entered = IdSet::default();
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
    /// The items are evaluated in their order. A long list is made of parts, as [`Self::append_parts`] says.
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
            let value = expander.pop();
            let end = End { value, is_null };
            let values = expander.pop_many(plan.len());
            let item = |((at, splice), value): ((SyntaxId, Option<_>), _)| Item {
                at,
                value,
                is_spliced: splice.is_some(),
            };
            let items: Vec<Item> = plan.into_iter().zip(values).map(item).collect();
            let list = expander.append_parts(&items, end, id);
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

    /// The list of `items` before an end. A long one is made of parts, and parts of parts, so that no more than
    /// [`ITEMS_MAX`] of each are values at once; each part is copied once for each of these levels.
    ///
    /// ```text
    /// (append (append part (append part …)) (append (append part …) … (cons item … end)))
    /// ```
    fn append_parts(&mut self, items: &[Item], end: End, at: SyntaxId) -> ExprId {
        let mut chunks: Vec<&[Item]> = items.chunks(ITEMS_MAX).collect();
        let last = chunks.pop().unwrap_or_default();
        let mut parts = Vec::with_capacity(chunks.len());
        for chunk in chunks {
            let null = End {
                value: self.word(tag::NULL, at),
                is_null: true,
            };
            parts.push(self.part(chunk, null));
        }
        let tail = self.part(last, end);
        while parts.len() > ITEMS_MAX {
            let groups = parts.chunks(ITEMS_MAX).map(|group| {
                let (&last, others) = group.split_last().expect("no chunk is empty");
                self.append_all(others, last, at)
            });
            parts = groups.collect();
        }
        self.append_all(&parts, tail, at)
    }

    fn append_all(&mut self, lists: &[ExprId], tail: ExprId, at: SyntaxId) -> ExprId {
        lists.iter().rev().fold(tail, |rest, &list| {
            self.add(Expr::Primitive(Primitive::Append2, vec![list, rest]), at)
        })
    }

    /// The list of few items before an end.
    fn part(&mut self, items: &[Item], end: End) -> ExprId {
        let mut list = end.value;
        for (index, item) in items.iter().rev().enumerate() {
            let primitive = match item.is_spliced {
                // What is spliced at the end is the end.
                true if end.is_null && index == 0 => {
                    list = item.value;
                    continue;
                }
                true => Primitive::Append2,
                false => Primitive::Cons,
            };
            let operands = vec![item.value, list];
            list = self.add(Expr::Primitive(primitive, operands), item.at);
        }
        list
    }
}

#[cfg(test)]
mod tests {
    use crate::compile::compile;
    use crate::expand::{LibraryRegistry, SourceText, expand_program};
    use crate::options::Options;

    /// The bytes of the image of quasiquoted lists inside one another.
    fn image_bytes(depth: usize, items: usize) -> usize {
        let item = ",(h x) ".repeat(items);
        let list = (0..depth).fold("x".to_owned(), |inner, _| format!("`({item} ,{inner})"));
        let text = format!("(import (cozen core)) (define (f h x) {list}) (f f 1)");
        let source = SourceText::new("quasiquote.scm", &text);
        let program = expand_program(&mut LibraryRegistry::new(), &source);
        let program = program.expect("the text is right");
        let compiled = compile(program, None, &Options::default());
        compiled.expect("nothing is too large").image.len()
    }

    #[test]
    fn an_image_grows_with_the_values_of_a_quasiquotation() {
        let small = image_bytes(1, 250);
        let long = image_bytes(1, 2000);
        assert!(long < 9 * small, "{small} {long}");
        let deep = image_bytes(8, 250);
        assert!(deep < 12 * small, "{small} {deep}");
    }
}
