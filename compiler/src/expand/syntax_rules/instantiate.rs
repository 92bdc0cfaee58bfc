//! Filling in a template.

use super::super::budget::TOO_MUCH;
use super::super::failure::{Failure, Result};
use super::super::name::Name;
use super::super::syntax::{FileSpan, Node, Syntax, SyntaxId};
use super::matching::Matched;
use super::{Element, Rule, Template};

/// The use of a macro.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Site {
    /// Where it stands; what is inserted is placed there.
    pub(crate) place: FileSpan,
    /// How many nodes may be made.
    pub(crate) budget: usize,
}

/// Fills in the template of `rule` with what its pattern matched.
///
/// `rename` makes the fresh alias of an inserted name.
pub(crate) fn instantiate(
    syntax: &mut Syntax,
    rule: &Rule,
    mut slots: Vec<Matched>,
    site: Site,
    rename: &mut dyn FnMut(Name) -> Name,
) -> Result<SyntaxId> {
    let Site { place, budget } = site;
    let first_copy = slots.len() - rule.copies.len();
    for (index, &slot) in rule.copies.iter().enumerate() {
        slots[first_copy + index] = slots[slot].clone();
    }
    let aliases = rule.inserted.iter().map(|_| None).collect();
    let limit = syntax.len().saturating_add(budget);
    let mut filler = Filler {
        syntax,
        rule,
        slots,
        place,
        limit,
        aliases,
        rename,
    };
    filler.fill(&rule.template)
}

struct Filler<'a> {
    syntax: &'a mut Syntax,
    rule: &'a Rule,
    slots: Vec<Matched>,
    place: FileSpan,
    limit: usize,
    aliases: Vec<Option<Name>>,
    rename: &'a mut dyn FnMut(Name) -> Name,
}

impl Filler<'_> {
    fn fill(&mut self, template: &Template) -> Result<SyntaxId> {
        if self.syntax.len() >= self.limit {
            return Err(Failure::new(self.place, TOO_MUCH));
        }
        let node = match template {
            Template::Variable(slot) => {
                return match self.slots[*slot] {
                    Matched::One(id) => Ok(id),
                    _ => Err(self.uneven()),
                };
            }
            Template::Name(index) => Node::Name(self.alias(*index)),
            Template::Null => Node::Null,
            Template::Atom(atom) => Node::Atom(atom.clone()),
            Template::List(elements, tail) => {
                let items = self.elements(elements)?;
                let tail = self.fill(tail)?;
                return Ok(self.syntax.push_list(&items, tail, self.place));
            }
            Template::Vector(elements) => Node::Vector(self.elements(elements)?.into()),
        };
        Ok(self.syntax.push(node, self.place))
    }

    fn alias(&mut self, index: usize) -> Name {
        if let Some(alias) = self.aliases[index] {
            return alias;
        }
        let alias = (self.rename)(self.rule.inserted[index]);
        self.aliases[index] = Some(alias);
        alias
    }

    fn elements(&mut self, elements: &[Element]) -> Result<Vec<SyntaxId>> {
        let mut items = Vec::with_capacity(elements.len());
        for element in elements {
            self.repeat(&element.template, &element.repeats, &mut items)?;
        }
        Ok(items)
    }

    fn repeat(
        &mut self,
        template: &Template,
        repeats: &[Vec<usize>],
        items: &mut Vec<SyntaxId>,
    ) -> Result<()> {
        let Some((walked, inner)) = repeats.split_first() else {
            items.push(self.fill(template)?);
            return Ok(());
        };
        let mut rows = Vec::with_capacity(walked.len());
        for &slot in walked {
            match std::mem::take(&mut self.slots[slot]) {
                Matched::Many(row) => rows.push(row),
                _ => return Err(self.uneven()),
            }
        }
        let count = rows.first().map_or(0, Vec::len);
        if rows.iter().any(|row| row.len() != count) {
            return Err(self.uneven());
        }
        for index in 0..count {
            for (&slot, row) in walked.iter().zip(&rows) {
                self.slots[slot] = row[index].clone();
            }
            self.repeat(template, inner, items)?;
        }
        for (&slot, row) in walked.iter().zip(rows) {
            self.slots[slot] = Matched::Many(row);
        }
        Ok(())
    }

    fn uneven(&self) -> Failure {
        let message = "macro: variables under one ellipsis matched different numbers of forms";
        Failure::new(self.place, message)
    }
}
