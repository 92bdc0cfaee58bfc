//! Patterns and templates as data, for procedures: `(cozen syntax)` in the library matches and fills in.
//!
//! | pattern | datum |
//! |---|---|
//! | anything | `#t` |
//! | a variable | its slot |
//! | `()` | `()` |
//! | a pair | a pair of patterns |
//! | a literal | `#(0 name symbol top depth)`: the name's number, and the numbers of the pattern's environment |
//! | an atom | `#(1 datum)` |
//! | a vector | `#(2 list-pattern)` |
//! | `p ... q ... . r` | `#(3 p first-slot slot-count (q ...) q-count r)` |
//!
//! | template | datum |
//! |---|---|
//! | a variable | its slot |
//! | `()` | `()` |
//! | a pair | a pair of templates |
//! | an inserted name | `#(0 name symbol top depth)` |
//! | an atom | `#(1 datum)` |
//! | a vector | `#(2 list-template)` |
//! | `t ... . rest` | `#(3 t ((slot ...) ...) rest)`: for each ellipsis, outermost first, the slots walked in step |

use syntax::{Data, DatumId, DatumKind, Integer, Number, Span};

use super::super::name::{LexicalEnvironment, Name, Names};
use super::{Element, ListPattern, Pattern, Rule, Template};
use crate::id::Id as _;

/// A pattern as a datum of `data`.
pub(crate) fn encode_pattern(
    pattern: &Pattern,
    environment: LexicalEnvironment,
    names: &Names,
    data: &mut Data,
) -> DatumId {
    Encoder {
        data,
        names,
        environment,
    }
    .pattern(pattern)
}

/// A template as a datum of `data`.
pub(crate) fn encode_template(
    rule: &Rule,
    environment: LexicalEnvironment,
    names: &Names,
    data: &mut Data,
) -> DatumId {
    let mut encoder = Encoder {
        data,
        names,
        environment,
    };
    encoder.template(&rule.template, rule)
}

struct Encoder<'a> {
    data: &'a mut Data,
    names: &'a Names,
    environment: LexicalEnvironment,
}

impl Encoder<'_> {
    fn push(&mut self, kind: DatumKind) -> DatumId {
        self.data.push(kind, Span::default())
    }

    fn number(&mut self, number: i64) -> DatumId {
        self.push(DatumKind::Number(Number::Integer(Integer::Small(number))))
    }

    fn count(&mut self, count: usize) -> DatumId {
        self.number(i64::try_from(count).unwrap_or(i64::MAX))
    }

    fn list(&mut self, items: &[DatumId]) -> DatumId {
        self.data.push_list(items, None, Span::default())
    }

    fn name(&mut self, name: Name) -> DatumId {
        let text = self.names.text(name);
        let symbol = self.data.push_symbol(text, Span::default());
        let LexicalEnvironment { top, depth } = self.environment;
        let parts = vec![
            self.number(0),
            self.number(i64::from(name.number())),
            symbol,
            self.number(i64::from(top.number())),
            self.number(i64::from(depth)),
        ];
        self.push(DatumKind::Vector(parts))
    }

    fn atom(&mut self, atom: &DatumKind) -> DatumId {
        let datum = self.push(atom.clone());
        let parts = vec![self.number(1), datum];
        self.push(DatumKind::Vector(parts))
    }

    fn vector(&mut self, list: DatumId) -> DatumId {
        let parts = vec![self.number(2), list];
        self.push(DatumKind::Vector(parts))
    }

    fn pattern(&mut self, pattern: &Pattern) -> DatumId {
        match pattern {
            Pattern::Any => self.push(DatumKind::Boolean(true)),
            Pattern::Variable(slot) => self.count(*slot),
            Pattern::Literal(name) => self.name(*name),
            Pattern::Null => self.push(DatumKind::Null),
            Pattern::Atom(atom) => self.atom(atom),
            Pattern::List(list) => self.list_pattern(list),
            Pattern::Vector(list) => {
                let list = self.list_pattern(list);
                self.vector(list)
            }
        }
    }

    fn list_pattern(&mut self, list: &ListPattern) -> DatumId {
        let before: Vec<DatumId> = list.before.iter().map(|item| self.pattern(item)).collect();
        let mut tail = self.pattern(&list.tail);
        if let Some(repeated) = &list.repeated {
            let after: Vec<DatumId> = repeated
                .after
                .iter()
                .map(|item| self.pattern(item))
                .collect();
            let parts = vec![
                self.number(3),
                self.pattern(&repeated.pattern),
                self.count(repeated.slots.start),
                self.count(repeated.slots.len()),
                self.list(&after),
                self.count(after.len()),
                tail,
            ];
            tail = self.push(DatumKind::Vector(parts));
        }
        self.pairs(&before, tail)
    }

    fn pairs(&mut self, items: &[DatumId], tail: DatumId) -> DatumId {
        let items = items.iter().rev();
        items.fold(tail, |rest, &item| self.push(DatumKind::Pair(item, rest)))
    }

    fn template(&mut self, template: &Template, rule: &Rule) -> DatumId {
        match template {
            Template::Variable(slot) => self.count(*slot),
            Template::Name(index) => self.name(rule.inserted[*index]),
            Template::Null => self.push(DatumKind::Null),
            Template::Atom(atom) => self.atom(atom),
            Template::List(elements, tail) => {
                let tail = self.template(tail, rule);
                self.elements(elements, tail, rule)
            }
            Template::Vector(elements) => {
                let null = self.push(DatumKind::Null);
                let list = self.elements(elements, null, rule);
                self.vector(list)
            }
        }
    }

    fn elements(&mut self, elements: &[Element], tail: DatumId, rule: &Rule) -> DatumId {
        let mut rest = tail;
        for element in elements.iter().rev() {
            let item = self.template(&element.template, rule);
            rest = if element.repeats.is_empty() {
                self.push(DatumKind::Pair(item, rest))
            } else {
                let mut repeats = Vec::with_capacity(element.repeats.len());
                for slots in &element.repeats {
                    let slots: Vec<DatumId> = slots.iter().map(|&slot| self.count(slot)).collect();
                    repeats.push(self.list(&slots));
                }
                let parts = vec![self.number(3), item, self.list(&repeats), rest];
                self.push(DatumKind::Vector(parts))
            };
        }
        rest
    }
}
