//! Which variables of a library its macros may assign, wherever the macros are used.
//!
//! A library takes a variable for a constant if no code of the library assigns it. That is sound
//! only if no macro can assign the variable later, in another unit. A template may assign a
//! variable by itself. Or the template gives the variable away: to a macro that may assign an
//! operand, or to an operator that the use of the macro chooses. The place of the variable in the
//! template says whether the template gives it away. A variable counts as assigned if this cannot
//! be decided.
//!
//! The runtime's own libraries are judged by their own assignments only: none of their macros gives
//! a variable to something that assigns it.

use std::rc::Rc;

use super::denotation::{CoreForm, Denotation, Macro};
use super::expander::Expander;
use super::name::{LexicalEnvironment, TopId};
use super::resolver::Meaning;
use super::syntax_rules::{Element, Rule, Template};
use crate::id_map::IdMap;

/// What the inserted names of a rule mean where its macro was defined.
type Meanings = Vec<Option<Denotation>>;

/// Whether a macro may assign an operand.
type Verdicts = IdMap<*const Macro, bool>;

/// What a part of a template may assign.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Assigned {
    /// What stands as the target of a `set!`.
    Targets,
    /// Any name.
    Anything,
}

impl Expander<'_> {
    /// Marks the variables of the library `top` that `macros` of it may assign.
    pub(super) fn mark_assigned_by_macros(&mut self, top: TopId, macros: &[Rc<Macro>]) {
        let verdicts = if self.registry.is_boot {
            Verdicts::default()
        } else {
            self.verdicts(macros)
        };
        for definition in macros {
            let body = self.registry.macro_body(definition);
            for rule in body.rules().into_iter().flat_map(|rules| &rules.rules) {
                self.mark_assigned_by(rule, body.environment, &verdicts, top);
            }
        }
        // What procedures of macros insert, they insert by templates.
        let templates = self.templates.iter().filter(|template| template.top == top);
        for template in templates {
            self.mark_assigned_by(&template.rule, template.environment, &verdicts, top);
        }
    }

    /// Marks the variables of the library `top` that the template of `rule` may assign.
    fn mark_assigned_by(
        &self,
        rule: &Rule,
        environment: LexicalEnvironment,
        verdicts: &Verdicts,
        top: TopId,
    ) {
        let meanings = self.meanings(environment, rule);
        let judge = Judge {
            verdicts,
            is_boot: self.registry.is_boot,
            makes_macros: is_inserted(&meanings, CoreForm::SyntaxRules),
            meanings: &meanings,
            top,
        };
        let gives_set = !judge.is_boot && judge.mentions_set(&rule.template);
        let assigned = if gives_set {
            Assigned::Anything
        } else {
            Assigned::Targets
        };
        judge.visit(&rule.template, assigned);
    }

    fn meanings(&self, environment: LexicalEnvironment, rule: &Rule) -> Meanings {
        let meaning = |&name| match self.resolver().resolve_in(name, environment) {
            Meaning::Known(denotation) => Some(denotation),
            Meaning::Unbound(..) => None,
        };
        rule.inserted.iter().map(meaning).collect()
    }

    /// Judges `macros` and all that they may expand to.
    fn verdicts(&mut self, macros: &[Rc<Macro>]) -> Verdicts {
        let mut verdicts = Verdicts::default();
        let mut uses: Vec<(*const Macro, *const Macro)> = Vec::new();
        let mut pending = macros.to_vec();
        while let Some(definition) = pending.pop() {
            let address = Rc::as_ptr(&definition);
            if verdicts.contains_key(&address) {
                continue;
            }
            let body = self.registry.macro_body(&definition);
            // A procedure may do anything.
            let mut assigns = body.rules().is_none();
            for rule in body.rules().into_iter().flat_map(|rules| &rules.rules) {
                let meanings = self.meanings(body.environment, rule);
                assigns |= is_inserted(&meanings, CoreForm::Set) || calls_operand(&rule.template);
                for meaning in meanings.into_iter().flatten() {
                    if let Denotation::Macro(used) = meaning {
                        uses.push((address, Rc::as_ptr(&used)));
                        pending.push(used);
                    }
                }
            }
            verdicts.insert(address, assigns);
        }
        loop {
            let mut has_changed = false;
            for (user, used) in &uses {
                if verdicts[used] && !verdicts[user] {
                    verdicts.insert(*user, true);
                    has_changed = true;
                }
            }
            if !has_changed {
                return verdicts;
            }
        }
    }
}

fn is_inserted(meanings: &Meanings, form: CoreForm) -> bool {
    let mut meanings = meanings.iter().flatten();
    meanings.any(|meaning| matches!(meaning, Denotation::Core(core) if *core == form))
}

/// Whether a list begins with an operand of the macro, and goes on.
fn calls_operand(template: &Template) -> bool {
    let (elements, tail) = match template {
        Template::List(elements, tail) => (elements, Some(&**tail)),
        Template::Vector(elements) => (elements, None),
        _ => return false,
    };
    let begins = matches!(
        elements.first().map(|first| &first.template),
        Some(Template::Variable(_))
    );
    let goes_on = elements.len() > 1 || !matches!(tail, Some(Template::Null));
    begins && goes_on
        || elements
            .iter()
            .any(|element| calls_operand(&element.template))
        || tail.is_some_and(calls_operand)
}

/// What a form does with its parts.
enum Role {
    /// It evaluates them, or binds them.
    Safe,
    /// The second part is assigned.
    Set,
    /// Parts may be assigned.
    MayAssign,
    /// The first list among its parts consists of lists that no operator begins; `do` has one more.
    Bindings,
    /// All its parts are lists that no operator begins.
    Clauses,
}

/// Looks at the template of one rule.
struct Judge<'a> {
    verdicts: &'a Verdicts,
    is_boot: bool,
    /// Whether the rule's names may be pattern variables of macros that it makes.
    makes_macros: bool,
    meanings: &'a Meanings,
    top: TopId,
}

impl Judge<'_> {
    /// Whether `set!` stands elsewhere than at the head of a list, so that something else may get it.
    fn mentions_set(&self, template: &Template) -> bool {
        let is_set = |template: &Template| {
            matches!(template, Template::Name(index)
                if matches!(self.meanings[*index], Some(Denotation::Core(CoreForm::Set))))
        };
        let (elements, tail) = match template {
            Template::List(elements, tail) => (elements, Some(&**tail)),
            Template::Vector(elements) => (elements, None),
            _ => return is_set(template),
        };
        let skipped = usize::from(
            elements
                .first()
                .is_some_and(|first| is_set(&first.template)),
        );
        let mut others = elements.iter().skip(skipped);
        others.any(|element| self.mentions_set(&element.template))
            || tail.is_some_and(|tail| self.mentions_set(tail))
    }

    /// Marks what is assigned in `template`, of which `assigned` may be assigned.
    fn visit(&self, template: &Template, assigned: Assigned) {
        match template {
            Template::Name(index) if assigned == Assigned::Anything => self.mark(*index),
            Template::Vector(elements) => self.visit_all(elements, assigned),
            Template::List(elements, tail) => {
                let Some((first, others)) = elements.split_first() else {
                    return self.visit(tail, assigned);
                };
                self.visit(&first.template, assigned);
                let role = self.role(&first.template);
                let assigned = match role {
                    Role::MayAssign => Assigned::Anything,
                    _ => assigned,
                };
                self.visit_others(&role, others, assigned);
                self.visit(tail, assigned);
            }
            _ => {}
        }
    }

    fn visit_all(&self, elements: &[Element], assigned: Assigned) {
        for element in elements {
            self.visit(&element.template, assigned);
        }
    }

    fn visit_others(&self, role: &Role, others: &[Element], assigned: Assigned) {
        if let (Role::Set, Some(Template::Name(index))) =
            (role, others.first().map(|first| &first.template))
        {
            self.mark(*index);
        }
        let is_list = |element: &Element| matches!(element.template, Template::List(..));
        let bindings = others.iter().position(is_list);
        for (index, element) in others.iter().enumerate() {
            match role {
                Role::Bindings if bindings == Some(index) => {
                    self.visit_lists(&element.template, assigned);
                }
                Role::Clauses => self.visit_list(&element.template, assigned),
                _ => self.visit(&element.template, assigned),
            }
        }
    }

    /// A list of lists that no operator begins.
    fn visit_lists(&self, template: &Template, assigned: Assigned) {
        if let Template::List(elements, _) = template {
            for element in elements.iter() {
                self.visit_list(&element.template, assigned);
            }
        }
    }

    /// A list that no operator begins.
    fn visit_list(&self, template: &Template, assigned: Assigned) {
        match template {
            Template::List(elements, tail) => {
                self.visit_all(elements, assigned);
                self.visit(tail, assigned);
            }
            other => self.visit(other, assigned),
        }
    }

    /// What a form does whose head is `head`.
    fn role(&self, head: &Template) -> Role {
        let meaning = match head {
            Template::Name(index) => &self.meanings[*index],
            Template::Variable(_) if !self.is_boot => return Role::MayAssign,
            _ => return Role::Safe,
        };
        match meaning {
            Some(Denotation::Core(form)) => match form {
                CoreForm::Set => Role::Set,
                CoreForm::Let
                | CoreForm::LetStar
                | CoreForm::Letrec
                | CoreForm::LetrecStar
                | CoreForm::LetValues
                | CoreForm::LetStarValues
                | CoreForm::Do => Role::Bindings,
                CoreForm::Cond | CoreForm::Case | CoreForm::CaseLambda => Role::Clauses,
                _ => Role::Safe,
            },
            Some(Denotation::Macro(definition)) => {
                let verdict = self.verdicts.get(&Rc::as_ptr(definition));
                match verdict {
                    Some(true) => Role::MayAssign,
                    _ => Role::Safe,
                }
            }
            None if self.makes_macros && !self.is_boot => Role::MayAssign,
            _ => Role::Safe,
        }
    }

    fn mark(&self, index: usize) {
        if let Some(Denotation::Top(variable)) = &self.meanings[index]
            && variable.is_owned_by(self.top)
        {
            variable.set_mutable();
        }
    }
}
