//! From rules back to text: for interfaces and messages.

use std::rc::Rc;

use syntax::{Data, DatumId, DatumKind, Span};

use super::super::name::{Name, Names};
use super::{Element, ListPattern, Pattern, Rule, SyntaxRules, Template};

/// The pattern of a rule, with the name of its macro.
pub(crate) fn write_pattern(rule: &Rule, name: &str, names: &Names) -> String {
    let mut data = Data::new();
    let mut spell = |name: Name| Rc::clone(names.text(name));
    let mut writer = Writer {
        data: &mut data,
        ellipsis: "...".into(),
        spell: &mut spell,
        rule,
    };
    let operands = writer.pattern(&rule.pattern);
    let head = data.push_symbol(name, Span::default());
    let whole = data.push(DatumKind::Pair(head, operands), Span::default());
    data.to_text(whole)
}

/// The rules as `(syntax-rules ellipsis (literal ...) (pattern template) ...)` in `data`; `spell`
/// chooses what each name is written as.
pub(crate) fn write_rules(
    rules: &SyntaxRules,
    data: &mut Data,
    spell: &mut dyn FnMut(Name) -> Rc<str>,
) -> DatumId {
    let span = Span::default();
    let ellipsis = spell(rules.ellipsis);
    let literals: Vec<DatumId> = rules
        .literals
        .iter()
        .map(|&literal| data.push_symbol(&spell(literal), span))
        .collect();
    let mut parts = vec![
        data.push_symbol("syntax-rules", span),
        data.push_symbol(&ellipsis, span),
        data.push_list(&literals, None, span),
    ];
    for rule in &rules.rules {
        let mut writer = Writer {
            data,
            ellipsis: Rc::clone(&ellipsis),
            spell,
            rule,
        };
        let operands = writer.pattern(&rule.pattern);
        let template = writer.template(&rule.template);
        let keyword = data.push_symbol("_", span);
        let pattern = data.push(DatumKind::Pair(keyword, operands), span);
        parts.push(data.push_list(&[pattern, template], None, span));
    }
    data.push_list(&parts, None, span)
}

struct Writer<'a> {
    data: &'a mut Data,
    ellipsis: Rc<str>,
    spell: &'a mut dyn FnMut(Name) -> Rc<str>,
    rule: &'a Rule,
}

impl Writer<'_> {
    fn push(&mut self, kind: DatumKind) -> DatumId {
        self.data.push(kind, Span::default())
    }

    fn name(&mut self, name: Name) -> DatumId {
        let text = (self.spell)(name);
        self.data.push_symbol(&text, Span::default())
    }

    fn ellipsis(&mut self) -> DatumId {
        self.data.push_symbol(&self.ellipsis, Span::default())
    }

    fn pattern(&mut self, pattern: &Pattern) -> DatumId {
        match pattern {
            Pattern::Any => self.data.push_symbol("_", Span::default()),
            Pattern::Variable(slot) => self.name(self.rule.variables[*slot].name),
            Pattern::Literal(name) => self.name(*name),
            Pattern::Null => self.push(DatumKind::Null),
            Pattern::Atom(atom) => self.push((**atom).clone()),
            Pattern::List(list) => {
                let items = self.list_pattern(list);
                let tail = self.pattern(&list.tail);
                self.data.push_list(&items, Some(tail), Span::default())
            }
            Pattern::Vector(list) => {
                let items = self.list_pattern(list);
                self.push(DatumKind::Vector(items))
            }
        }
    }

    fn list_pattern(&mut self, list: &ListPattern) -> Vec<DatumId> {
        let mut items: Vec<DatumId> = list.before.iter().map(|item| self.pattern(item)).collect();
        if let Some(repeated) = &list.repeated {
            items.push(self.pattern(&repeated.pattern));
            items.push(self.ellipsis());
            for item in &repeated.after {
                items.push(self.pattern(item));
            }
        }
        items
    }

    fn template(&mut self, template: &Template) -> DatumId {
        match template {
            Template::Variable(slot) => self.name(self.rule.variables[*slot].name),
            Template::Name(index) => {
                let inserted = self.rule.inserted[*index];
                let name = self.name(inserted);
                if self.data.as_symbol(name) != Some(&*self.ellipsis) {
                    return name;
                }
                // An ellipsis that is inserted was escaped.
                let ellipsis = self.ellipsis();
                self.data
                    .push_list(&[ellipsis, name], None, Span::default())
            }
            Template::Null => self.push(DatumKind::Null),
            Template::Atom(atom) => self.push((**atom).clone()),
            Template::List(elements, tail) => {
                let items = self.elements(elements);
                let tail = self.template(tail);
                self.data.push_list(&items, Some(tail), Span::default())
            }
            Template::Vector(elements) => {
                let items = self.elements(elements);
                self.push(DatumKind::Vector(items))
            }
        }
    }

    fn elements(&mut self, elements: &[Element]) -> Vec<DatumId> {
        let mut items = Vec::with_capacity(elements.len());
        for element in elements {
            items.push(self.template(&element.template));
            for _ in &element.repeats {
                items.push(self.ellipsis());
            }
        }
        items
    }
}
