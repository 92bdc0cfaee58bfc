//! Data with source positions, in an arena.
//!
//! A datum is an index ([`DatumId`]) into a [`Data`]. The parts of a datum are indices again. So no
//! nesting is too deep to be dropped, compared or written, and circular data (datum labels) are
//! ordinary edges.

mod build;
mod equal;
mod items;
mod write;

use std::collections::HashMap;

pub use build::DataBuilder;
pub use items::Items;

use crate::number::Number;
use crate::span::Span;
use crate::token::Constant;

/// A datum of one [`Data`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DatumId(u32);

/// A symbol of one [`Data`]: equal names have equal ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SymbolId(u32);

impl DatumId {
    /// Its place in the arena, from 0.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

impl SymbolId {
    /// The place of the symbol among those of its [`Data`], in the order of first occurrence.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a datum is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatumKind {
    /// `()`
    Null,
    /// A pair: car and cdr.
    Pair(DatumId, DatumId),
    /// `#t` or `#f`
    Boolean(bool),
    /// `#!eof` and its like.
    Constant(Constant),
    /// A character.
    Character(char),
    /// A number.
    Number(Number),
    /// A string.
    String(Box<str>),
    /// A symbol.
    Symbol(SymbolId),
    /// A vector.
    Vector(Vec<DatumId>),
    /// A bytevector.
    Bytevector(Box<[u8]>),
    /// A live object: an index into a table that whoever made the datum keeps.
    External(u32),
}

#[derive(Clone, Debug)]
struct Node {
    kind: DatumKind,
    span: Span,
}

/// An arena of data.
#[derive(Clone, Debug, Default)]
pub struct Data {
    nodes: Vec<Node>,
    symbol_names: Vec<Box<str>>,
    symbols: HashMap<Box<str>, SymbolId>,
}

impl Data {
    /// An arena without data.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many nodes the arena holds.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether the arena holds nothing.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Whether a live object is among the data.
    pub fn has_externals(&self) -> bool {
        let is_external = |node: &Node| matches!(node.kind, DatumKind::External(_));
        self.nodes.iter().any(is_external)
    }

    /// Adds a datum.
    ///
    /// # Panics
    ///
    /// When the arena holds 2^32 data: source texts are too short for that.
    pub fn push(&mut self, kind: DatumKind, span: Span) -> DatumId {
        let id = u32::try_from(self.nodes.len()).expect("an arena holds fewer than 2^32 data");
        self.nodes.push(Node { kind, span });
        DatumId(id)
    }

    /// Adds a list of `items`, ending in `tail` or else the empty list. Each of its pairs has the
    /// span from its first item to the end of `span`, the first pair all of `span`.
    pub fn push_list(&mut self, items: &[DatumId], tail: Option<DatumId>, span: Span) -> DatumId {
        let mut list = match tail {
            Some(tail) => tail,
            None if items.is_empty() => return self.push(DatumKind::Null, span),
            None => self.push(DatumKind::Null, Span::new(span.end, span.end)),
        };
        for (index, &item) in items.iter().enumerate().rev() {
            let from_item = Span::new(self.span(item).start.min(span.end), span.end);
            let pair_span = if index == 0 { span } else { from_item };
            list = self.push(DatumKind::Pair(item, list), pair_span);
        }
        list
    }

    /// Adds the symbol `name`.
    pub fn push_symbol(&mut self, name: &str, span: Span) -> DatumId {
        let symbol = self.intern(name);
        self.push(DatumKind::Symbol(symbol), span)
    }

    /// The id of the symbol `name`, which need not occur in a datum.
    ///
    /// # Panics
    ///
    /// When the arena holds 2^32 symbols.
    pub fn intern(&mut self, name: &str) -> SymbolId {
        if let Some(&symbol) = self.symbols.get(name) {
            return symbol;
        }
        let id =
            u32::try_from(self.symbol_names.len()).expect("an arena holds fewer than 2^32 symbols");
        self.symbol_names.push(name.into());
        self.symbols.insert(name.into(), SymbolId(id));
        SymbolId(id)
    }

    /// What `datum` is.
    pub fn kind(&self, datum: DatumId) -> &DatumKind {
        &self.nodes[datum.index()].kind
    }

    /// Changes what `datum` is, for everything that refers to it.
    pub fn set_kind(&mut self, datum: DatumId, kind: DatumKind) {
        self.nodes[datum.index()].kind = kind;
    }

    /// Where `datum` stands.
    pub fn span(&self, datum: DatumId) -> Span {
        self.nodes[datum.index()].span
    }

    /// The name of a symbol.
    pub fn symbol_name(&self, symbol: SymbolId) -> &str {
        &self.symbol_names[symbol.index()]
    }

    /// The name of `datum` if it is a symbol.
    pub fn as_symbol(&self, datum: DatumId) -> Option<&str> {
        match self.kind(datum) {
            DatumKind::Symbol(symbol) => Some(self.symbol_name(*symbol)),
            _ => None,
        }
    }

    /// Car and cdr of `datum` if it is a pair.
    pub fn as_pair(&self, datum: DatumId) -> Option<(DatumId, DatumId)> {
        match self.kind(datum) {
            DatumKind::Pair(car, cdr) => Some((*car, *cdr)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
