//! Identifiers: symbols, and the aliases by which hygiene works.
//!
//! Each expansion of a macro gives every symbol that its template inserts a fresh *alias*. The
//! alias remembers the symbol and the environment of the macro's definition. A binding form may
//! bind an alias like any name. If no form binds it, the alias means what its inner name means in
//! the remembered environment (Clinger & Rees 1991, "Macros that work").

use std::collections::HashMap;
use std::rc::Rc;

use crate::id::define_ids;
use crate::id_map::IdMap;

/// An identifier: a symbol or an alias.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Name(u32);

/// Set in a [`Name`] that is an alias.
const ALIAS: u32 = 1 << 31;

impl Name {
    /// A number for [`Names::of_number`].
    pub(crate) const fn number(self) -> u32 {
        self.0
    }

    /// The index among the symbols, or among the aliases.
    pub(crate) fn kind(self) -> NameKind {
        if self.0 & ALIAS == 0 {
            NameKind::Symbol(self.0 as usize)
        } else {
            NameKind::Alias((self.0 & !ALIAS) as usize)
        }
    }
}

/// What a name is, with its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NameKind {
    Symbol(usize),
    Alias(usize),
}

define_ids! {
    /// An index of a top-level environment.
    pub(crate) TopId;
}

impl TopId {
    /// The environment of a registry that exists first.
    pub(crate) const FIRST: Self = Self(0);
}

/// An environment that encloses the place being expanded: the scopes up to `depth` above the
/// top-level environment `top`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct LexicalEnvironment {
    pub(crate) top: TopId,
    pub(crate) depth: u32,
}

/// One use of a macro: all aliases that the use makes have its mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Mark(u32);

/// What an alias stands for where nothing binds it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Alias {
    pub(crate) inner: Name,
    pub(crate) environment: LexicalEnvironment,
    pub(crate) mark: Mark,
}

/// About how many bytes a symbol takes: its text, and its entries in both tables.
const SYMBOL_BYTES: usize = 96;

/// All names of a registry.
#[derive(Debug, Default)]
pub(crate) struct Names {
    symbols: Vec<Rc<str>>,
    ids: HashMap<Rc<str>, u32>,
    aliases: Vec<Alias>,
    marks: u32,
    /// The aliases that procedures have made, which make one for a name again.
    remembered: IdMap<(Name, LexicalEnvironment, Mark), Name>,
}

impl Names {
    /// The name of the symbol `text`.
    pub(crate) fn symbol(&mut self, text: &str) -> Name {
        if let Some(&id) = self.ids.get(text) {
            return Name(id);
        }
        let id = u32::try_from(self.symbols.len()).expect("symbols take memory");
        assert!(id < ALIAS, "symbols take memory");
        let text: Rc<str> = text.into();
        self.symbols.push(Rc::clone(&text));
        self.ids.insert(text, id);
        Name(id)
    }

    /// A mark that no alias has.
    pub(crate) fn new_mark(&mut self) -> Mark {
        self.marks = self.marks.wrapping_add(1);
        Mark(self.marks)
    }

    /// A fresh alias.
    pub(crate) fn alias(
        &mut self,
        inner: Name,
        environment: LexicalEnvironment,
        mark: Mark,
    ) -> Name {
        let index = u32::try_from(self.aliases.len()).expect("aliases take memory");
        assert!(index < ALIAS, "aliases take memory");
        self.aliases.push(Alias {
            inner,
            environment,
            mark,
        });
        Name(index | ALIAS)
    }

    /// The alias that a use of a macro with this mark makes of `inner`: the same one each time.
    pub(crate) fn remembered_alias(
        &mut self,
        inner: Name,
        environment: LexicalEnvironment,
        mark: Mark,
    ) -> Name {
        if let Some(&known) = self.remembered.get(&(inner, environment, mark)) {
            return known;
        }
        let alias = self.alias(inner, environment, mark);
        self.remembered.insert((inner, environment, mark), alias);
        alias
    }

    /// The name that `symbol` would be where `context` stands: what inserted `context` inserts the same alias.
    pub(crate) fn in_context_of(&mut self, context: Name, symbol: Name) -> Name {
        let mut chain = Vec::new();
        let mut name = context;
        while let NameKind::Alias(index) = name.kind() {
            chain.push(index);
            name = self.aliases[index].inner;
        }
        let chain = chain.into_iter().rev();
        chain.fold(symbol, |inner, index| self.neighbour(index, inner))
    }

    /// The alias of `inner` that the use has made which has made the alias `index`.
    fn neighbour(&mut self, index: usize, inner: Name) -> Name {
        let Alias {
            environment, mark, ..
        } = self.aliases[index];
        // The aliases that rules make at one use are neighbours.
        let is_wanted = |alias: &Alias| alias.inner == inner && alias.environment == environment;
        let has_mark = |alias: &&Alias| alias.mark == mark;
        let before = self.aliases[..index].iter().rev().take_while(has_mark);
        let behind = self.aliases[index..].iter().take_while(has_mark);
        let known = before
            .zip(1..)
            .find(|(alias, _)| is_wanted(alias))
            .map(|(_, distance)| index - distance)
            .or_else(|| {
                let mut behind = behind.zip(index..);
                behind
                    .find(|(alias, _)| is_wanted(alias))
                    .map(|(_, index)| index)
            });
        match known {
            Some(index) => Name(index as u32 | ALIAS),
            None => self.remembered_alias(inner, environment, mark),
        }
    }

    /// The name with this number, if there is one.
    pub(crate) fn of_number(&self, number: u32) -> Option<Name> {
        let name = Name(number);
        let is_known = match name.kind() {
            NameKind::Symbol(index) => index < self.symbols.len(),
            NameKind::Alias(index) => index < self.aliases.len(),
        };
        is_known.then_some(name)
    }

    /// What `name` stands for if it is an alias.
    pub(crate) fn as_alias(&self, name: Name) -> Option<Alias> {
        match name.kind() {
            NameKind::Symbol(_) => None,
            NameKind::Alias(index) => Some(self.aliases[index]),
        }
    }

    /// The symbol at the bottom of aliases.
    pub(crate) fn base(&self, mut name: Name) -> Name {
        while let Some(alias) = self.as_alias(name) {
            name = alias.inner;
        }
        name
    }

    /// The text of the symbol at the bottom of aliases.
    pub(crate) fn text(&self, name: Name) -> &Rc<str> {
        let NameKind::Symbol(index) = self.base(name).kind() else {
            unreachable!("the base of a name is a symbol");
        };
        &self.symbols[index]
    }

    /// How many symbols there are.
    pub(crate) fn symbol_count(&self) -> usize {
        self.symbols.len()
    }

    /// Forgets the symbols after the first `count`, to which nothing refers any more.
    pub(crate) fn truncate_symbols(&mut self, count: usize) {
        for text in self.symbols.drain(count..) {
            self.ids.remove(&text);
        }
    }

    /// About how many bytes are kept.
    pub(crate) fn retained_bytes(&self) -> usize {
        self.symbols.len() * SYMBOL_BYTES + self.aliases.len() * size_of::<Alias>()
    }

    /// How many aliases there are.
    pub(crate) fn alias_count(&self) -> usize {
        self.aliases.len()
    }

    /// Forgets the aliases after the first `count`, to which nothing refers any more.
    pub(crate) fn truncate_aliases(&mut self, count: usize) {
        self.aliases.truncate(count);
        let is_kept = |name: Name| match name.kind() {
            NameKind::Symbol(_) => true,
            NameKind::Alias(index) => index < count,
        };
        if !self.remembered.is_empty() {
            self.remembered.retain(|_, name| is_kept(*name));
        }
    }
}
