//! Environments at top level: of libraries, programs and interactions.

use std::collections::HashMap;
use std::rc::Rc;

use super::denotation::Denotation;
use super::name::Name;
use crate::id_map::IdMap;

/// What an environment belongs to.
#[derive(Clone, Debug)]
pub(crate) enum TopKind {
    /// Definitions make globals, which may be defined again; unbound names may be bound later.
    Interaction {
        /// What the keys of its globals begin with.
        prefix: Rc<str>,
    },
    Program,
    /// A library, by its name as it is written.
    Library(Rc<str>),
}

impl TopKind {
    /// The environment in a message.
    pub(crate) fn description(&self) -> String {
        match self {
            Self::Interaction { .. } => "the interaction environment".to_owned(),
            Self::Program => "the program".to_owned(),
            Self::Library(name) => format!("library {name}"),
        }
    }
}

/// What import sets provide, by the texts of symbols.
pub(crate) type Provided = HashMap<Rc<str>, Denotation>;

/// A part of the text of a program: from one definition of a name that was defined before to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Epoch(u32);

/// A top-level environment.
#[derive(Debug)]
pub(crate) struct TopEnvironment {
    kind: TopKind,
    bindings: IdMap<Name, Denotation>,
    /// The library that each imported name comes from.
    imports: IdMap<Name, Rc<str>>,
    /// What names meant before they were defined anew, each with the epoch in which that ended.
    superseded: IdMap<Name, Vec<(Epoch, Denotation)>>,
    /// How often names were defined anew.
    last_epoch: Epoch,
    /// Where in the text names are looked up.
    epoch: Epoch,
    /// The libraries of the runtime whose exports are bound where no binding takes their place, the first ones
    /// first.
    inherited: Vec<Rc<str>>,
    /// What import sets provide in an environment that is made of them.
    provided: Option<Provided>,
    /// Whether it is that of a library that was expanded to its end.
    is_whole: bool,
    /// Whether procedures of macros may look for names here, whoever defines the macros.
    is_kept: bool,
}

impl TopEnvironment {
    pub(crate) fn new(kind: TopKind) -> Self {
        Self {
            kind,
            bindings: IdMap::default(),
            imports: IdMap::default(),
            superseded: IdMap::default(),
            last_epoch: Epoch::default(),
            epoch: Epoch::default(),
            inherited: Vec::new(),
            provided: None,
            is_whole: false,
            is_kept: false,
        }
    }

    /// The environment of what import sets provide, to which nothing is added.
    pub(crate) fn of_sets(prefix: Rc<str>, provided: Provided) -> Self {
        Self {
            provided: Some(provided),
            ..Self::new(TopKind::Interaction { prefix })
        }
    }

    /// Whether it is an environment of import sets.
    pub(crate) fn is_of_sets(&self) -> bool {
        self.provided.is_some()
    }

    /// What import sets provide as this symbol.
    pub(crate) fn provided(&self, symbol: &str) -> Option<&Denotation> {
        self.provided.as_ref()?.get(symbol)
    }

    pub(crate) fn kind(&self) -> &TopKind {
        &self.kind
    }

    /// What a name is bound to, by other means than inheritance.
    pub(crate) fn find(&self, name: Name) -> Option<&Denotation> {
        if self.epoch < self.last_epoch
            && let Some(before) = self.superseded.get(&name)
            && let Some((_, denotation)) = before.iter().find(|&&(end, _)| self.epoch < end)
        {
            return Some(denotation);
        }
        self.bindings.get(&name)
    }

    pub(crate) fn inherited(&self) -> &[Rc<str>] {
        &self.inherited
    }

    /// Binds what a library exports, where no binding takes its place, after those inherited before. Nothing is
    /// looked at until it is asked for.
    pub(crate) fn inherit(&mut self, library: Rc<str>) {
        self.inherited.push(library);
    }

    pub(crate) fn bind(&mut self, name: Name, denotation: Denotation) {
        self.imports.remove(&name);
        self.bindings.insert(name, denotation);
    }

    /// Binds a name that a program or library defines. If a definition before it bound the name, the text before
    /// it keeps that meaning (R7RS 5.4).
    pub(crate) fn define(&mut self, name: Name, denotation: Denotation) {
        if matches!(self.kind, TopKind::Program)
            && !self.imports.contains_key(&name)
            && let Some(before) = self.bindings.remove(&name)
        {
            self.last_epoch.0 += 1;
            self.epoch = self.last_epoch;
            let superseded = self.superseded.entry(name).or_default();
            superseded.push((self.last_epoch, before));
        }
        self.bind(name, denotation);
    }

    /// The epoch after the definitions so far.
    pub(crate) fn last_epoch(&self) -> Epoch {
        self.last_epoch
    }

    /// Looks names up as the text of `epoch` means them.
    pub(crate) fn set_epoch(&mut self, epoch: Epoch) {
        self.epoch = epoch;
    }

    /// Binds a name that is imported from `library`. The last import counts, as in Guile, Gauche and chibi.
    /// Answers the other library from which it was imported with another meaning; none in an interaction.
    pub(crate) fn import(
        &mut self,
        name: Name,
        denotation: Denotation,
        library: &Rc<str>,
    ) -> Option<Rc<str>> {
        let before = self.bindings.get(&name);
        let is_other = before.is_some_and(|bound| !bound.is_same(&denotation));
        self.bindings.insert(name, denotation);
        let replaced = self.imports.insert(name, Rc::clone(library));
        replaced.filter(|_| is_other && !matches!(self.kind, TopKind::Interaction { .. }))
    }

    /// Whether the name is bound by an import into a program or library, which may not assign it then.
    pub(crate) fn is_import(&self, name: Name) -> bool {
        !matches!(self.kind, TopKind::Interaction { .. }) && self.imports.contains_key(&name)
    }

    /// Forgets all names.
    pub(crate) fn forget(&mut self) {
        self.bindings = IdMap::default();
        self.imports = IdMap::default();
        self.superseded = IdMap::default();
    }

    /// Procedures of macros may look for names here from now on.
    pub(crate) fn keep(&mut self) {
        self.is_kept = true;
    }

    /// Whether procedures of macros may look for names here.
    pub(crate) fn is_kept(&self) -> bool {
        self.is_kept
    }

    /// The library was expanded to its end: others may import it.
    pub(crate) fn set_whole(&mut self) {
        self.is_whole = true;
    }

    /// Whether no other unit, and no whole library, refers to it.
    pub(crate) fn is_private(&self) -> bool {
        match self.kind {
            TopKind::Interaction { .. } => false,
            TopKind::Program => true,
            TopKind::Library(_) => !self.is_whole,
        }
    }

    /// How many names are bound.
    pub(crate) fn binding_count(&self) -> usize {
        self.bindings.len()
    }

    /// What is bound, in no order.
    pub(crate) fn bound(&self) -> impl Iterator<Item = &Denotation> {
        let provided = self.provided.iter().flat_map(Provided::values);
        self.bindings.values().chain(provided)
    }

    /// What names meant before they were defined anew, in no order.
    pub(crate) fn superseded(&self) -> impl Iterator<Item = &Denotation> {
        let before = self.superseded.values().flatten();
        before.map(|(_, denotation)| denotation)
    }

    /// The names that are bound, in no order.
    pub(crate) fn names(&self) -> impl Iterator<Item = Name> {
        self.bindings.keys().copied()
    }
}
