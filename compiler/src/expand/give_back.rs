//! Gives back what no program can name any more: libraries that others took the place of.
//!
//! Another library may take the name of a library. The old library stays as long as something refers to it: an
//! environment that has imported the old library, the exports of a third library, or a macro, which looks for names
//! where the macro was defined. So environments are marked from the roots on, as by a collector. The marking starts
//! when the number of environments has doubled since the last marking, and so takes constant time for each
//! environment.

use std::collections::HashSet;
use std::rc::Rc;

use super::denotation::{Denotation, Macro};
use super::name::{Name, Names, TopId};
use super::registry::{Library, LibraryRegistry, Run};
use super::syntax_rules::SyntaxRules;
use super::tops::Tops;
use crate::id::IdVec;
use crate::id_map::IdSet;

/// So many new environments are not worth a look.
const TOPS_MIN: usize = 64;

impl LibraryRegistry {
    /// Gives back environments and globals that nothing leads to, if many environments were added. The result has the
    /// keys of these globals: no later unit refers to them, and no global gets such a key again.
    ///
    /// No unit is being expanded, and the last one that was is to run.
    pub(crate) fn give_back(&mut self) -> Vec<Rc<str>> {
        if self.tops.added_count() < self.tops.kept_count().max(TOPS_MIN) {
            return Vec::new();
        }
        let mut reached = Reached {
            names: &self.names,
            tops: &self.tops,
            has_top: self.tops.side_table(false),
            pending: Vec::new(),
            macros: IdSet::default(),
            keys: HashSet::new(),
        };
        (self.environments.tops()).for_each(|top| reached.mark_top(top));
        (self.tops.kept_ids()).for_each(|top| reached.mark_top(top));
        (self.libraries.values()).for_each(|library| reached.mark_library(library));
        let before = self.unit_libraries.iter();
        let before = before.filter_map(|(_, before)| before.as_ref());
        before.for_each(|library| reached.mark_library(library));
        self.interfaces.each_met(|met| reached.mark_macro(met));
        reached.mark_pending();
        let Reached { has_top, keys, .. } = reached;
        self.tops.retain(|top| has_top[top]);
        self.recount();
        self.forget_pending();
        self.keys.forget(|key| keys.contains(key))
    }
}

/// What was found so far.
struct Reached<'a> {
    names: &'a Names,
    tops: &'a Tops,
    has_top: IdVec<TopId, bool>,
    /// Environments whose bindings were not looked at yet.
    pending: Vec<TopId>,
    macros: IdSet<*const Macro>,
    /// Keys of globals.
    keys: HashSet<Rc<str>>,
}

impl Reached<'_> {
    fn mark_pending(&mut self) {
        while let Some(top) = self.pending.pop() {
            let top = &self.tops[top];
            top.names().for_each(|name| self.mark_name(name));
            let bound = top.bound().chain(top.superseded());
            bound.for_each(|denotation| self.mark(denotation));
        }
    }

    fn mark_library(&mut self, library: &Library) {
        let Library::Ready(exports, run) = library else {
            return;
        };
        for (name, denotation) in exports.iter() {
            self.mark_name(*name);
            self.mark(denotation);
        }
        if let Run::Pending(key) = run {
            self.keys.insert(Rc::clone(key));
        }
    }

    fn mark(&mut self, denotation: &Denotation) {
        match denotation {
            Denotation::Macro(definition) => self.mark_macro(definition),
            Denotation::Top(variable) => {
                self.keys.insert(Rc::clone(variable.key()));
            }
            Denotation::Core(_) | Denotation::Local(_) | Denotation::Pattern(_) => {}
        }
    }

    fn mark_macro(&mut self, definition: &Rc<Macro>) {
        let Some(body) = definition.body() else {
            return;
        };
        if self.macros.insert(Rc::as_ptr(definition)) {
            self.mark_top(body.environment.top);
            if let Some(rules) = body.rules() {
                self.mark_rules(rules);
            }
        }
    }

    fn mark_rules(&mut self, rules: &SyntaxRules) {
        self.mark_name(rules.ellipsis);
        (rules.literals.iter()).for_each(|&literal| self.mark_name(literal));
        for rule in &rules.rules {
            (rule.variables.iter()).for_each(|variable| self.mark_name(variable.name));
            (rule.inserted.iter()).for_each(|&name| self.mark_name(name));
        }
    }

    /// Where nothing binds an alias, it is looked for where the macro that made it was defined.
    fn mark_name(&mut self, mut name: Name) {
        while let Some(alias) = self.names.as_alias(name) {
            self.mark_top(alias.environment.top);
            name = alias.inner;
        }
    }

    fn mark_top(&mut self, top: TopId) {
        if !std::mem::replace(&mut self.has_top[top], true) {
            self.pending.push(top);
        }
    }
}
