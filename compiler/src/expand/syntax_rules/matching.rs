//! Matching a use of a macro against a pattern.

use super::super::name::Name;
use super::super::syntax::{Node, Syntax, SyntaxId};
use super::{ListPattern, Pattern};

/// What a slot holds.
#[derive(Clone, Debug, Default)]
pub(crate) enum Matched {
    #[default]
    Nothing,
    One(SyntaxId),
    /// One for each repetition.
    Many(Vec<Matched>),
}

/// Matches `id`. `is_literal` says whether a name of the use means what a literal of the rules means.
pub(crate) fn match_pattern(
    syntax: &Syntax,
    pattern: &Pattern,
    id: SyntaxId,
    slots: &mut [Matched],
    is_literal: &dyn Fn(Name, Name) -> bool,
) -> bool {
    let mut matcher = Matcher {
        syntax,
        slots,
        is_literal,
    };
    matcher.matches(pattern, id)
}

struct Matcher<'a> {
    syntax: &'a Syntax,
    slots: &'a mut [Matched],
    is_literal: &'a dyn Fn(Name, Name) -> bool,
}

impl Matcher<'_> {
    fn matches(&mut self, pattern: &Pattern, id: SyntaxId) -> bool {
        match (pattern, self.syntax.node(id)) {
            (Pattern::Variable(slot), _) => {
                self.slots[*slot] = Matched::One(id);
                true
            }
            (Pattern::Literal(literal), Node::Name(name)) => (self.is_literal)(*literal, *name),
            (Pattern::Any, _) | (Pattern::Null, Node::Null) => true,
            (Pattern::Atom(expected), Node::Atom(found)) => expected == found,
            (Pattern::List(list), _) => self.list(list, id),
            (Pattern::Vector(list), Node::Vector(items)) => {
                let items = items.clone();
                self.items(list, &items)
            }
            _ => false,
        }
    }

    fn list(&mut self, pattern: &ListPattern, id: SyntaxId) -> bool {
        let mut rest = id;
        for before in &pattern.before {
            let Some((car, cdr)) = self.syntax.as_pair(rest) else {
                return false;
            };
            if !self.matches(before, car) {
                return false;
            }
            rest = cdr;
        }
        if pattern.repeated.is_none() {
            return self.matches(&pattern.tail, rest);
        }
        let list = self.syntax.list(rest);
        self.repeated(pattern, &list.items) && self.matches(&pattern.tail, list.tail)
    }

    fn items(&mut self, pattern: &ListPattern, items: &[SyntaxId]) -> bool {
        let count = pattern.before.len();
        if items.len() < count || pattern.repeated.is_none() && items.len() != count {
            return false;
        }
        let (before, rest) = items.split_at(count);
        self.each(&pattern.before, before) && self.repeated(pattern, rest)
    }

    /// Matches the items from the repeated pattern on: all that the patterns after it leave.
    fn repeated(&mut self, pattern: &ListPattern, items: &[SyntaxId]) -> bool {
        let Some(repeated) = &pattern.repeated else {
            return items.is_empty();
        };
        let Some(count) = items.len().checked_sub(repeated.after.len()) else {
            return false;
        };
        let (items, after) = items.split_at(count);
        let mut rows = vec![Vec::with_capacity(count); repeated.slots.len()];
        for &item in items {
            if !self.matches(&repeated.pattern, item) {
                return false;
            }
            let slots = self.slots[repeated.slots.clone()].iter_mut();
            for (row, slot) in rows.iter_mut().zip(slots) {
                row.push(std::mem::take(slot));
            }
        }
        let slots = self.slots[repeated.slots.clone()].iter_mut();
        for (row, slot) in rows.into_iter().zip(slots) {
            *slot = Matched::Many(row);
        }
        self.each(&repeated.after, after)
    }

    fn each(&mut self, patterns: &[Pattern], items: &[SyntaxId]) -> bool {
        let mut pairs = patterns.iter().zip(items);
        pairs.all(|(pattern, &item)| self.matches(pattern, item))
    }
}
