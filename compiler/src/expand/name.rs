//! Identifiers: symbols, and the aliases by which hygiene works.
//!
//! Each expansion of a macro gives every symbol that its template inserts a fresh *alias*. The
//! alias remembers the symbol and the environment of the macro's definition. A binding form may
//! bind an alias like any name. If no form binds it, the alias means what its inner name means in
//! the remembered environment (Clinger & Rees 1991, "Macros that work").

use std::collections::HashMap;
use std::rc::Rc;

use crate::id::define_ids;

/// An identifier: a symbol or an alias.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Name(u32);

/// Set in a [`Name`] that is an alias.
const ALIAS: u32 = 1 << 31;

impl Name {
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LexicalEnvironment {
    pub(crate) top: TopId,
    pub(crate) depth: u32,
}

/// What an alias stands for where nothing binds it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Alias {
    pub(crate) inner: Name,
    pub(crate) environment: LexicalEnvironment,
}

/// About how many bytes a symbol takes: its text, and its entries in both tables.
const SYMBOL_BYTES: usize = 96;

/// All names of a registry.
#[derive(Debug, Default)]
pub(crate) struct Names {
    symbols: Vec<Rc<str>>,
    ids: HashMap<Rc<str>, u32>,
    aliases: Vec<Alias>,
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

    /// A fresh alias.
    pub(crate) fn alias(&mut self, inner: Name, environment: LexicalEnvironment) -> Name {
        let index = u32::try_from(self.aliases.len()).expect("aliases take memory");
        assert!(index < ALIAS, "aliases take memory");
        self.aliases.push(Alias { inner, environment });
        Name(index | ALIAS)
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
    }
}
