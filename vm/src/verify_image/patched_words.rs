//! The words that the loader writes: relocated ones, and those that become symbols, in the order of their addresses.

use std::iter::Peekable;

use loader::ImageView;

/// What the loader does with a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patch {
    /// Adds the image's address.
    Relocated,
    /// Writes a symbol.
    Symbol,
}

/// The words that are written, of which those before the place that was asked for last are forgotten.
pub(super) struct PatchedWords<'image> {
    relocated: Peekable<Box<dyn Iterator<Item = u32> + 'image>>,
    symbols: Peekable<Box<dyn Iterator<Item = u32> + 'image>>,
}

impl<'image> PatchedWords<'image> {
    /// Those of an image.
    pub(super) fn of(view: &ImageView<'image>) -> Self {
        let relocated: Box<dyn Iterator<Item = u32> + 'image> = Box::new(view.relocated_words());
        let symbols: Box<dyn Iterator<Item = u32> + 'image> = Box::new(view.symbol_words());
        Self {
            relocated: relocated.peekable(),
            symbols: symbols.peekable(),
        }
    }

    /// None.
    pub(super) fn none() -> Self {
        let relocated: Box<dyn Iterator<Item = u32> + 'image> = Box::new(std::iter::empty());
        let symbols: Box<dyn Iterator<Item = u32> + 'image> = Box::new(std::iter::empty());
        Self {
            relocated: relocated.peekable(),
            symbols: symbols.peekable(),
        }
    }

    /// The next word that is written.
    pub(super) fn next_address(&mut self) -> u32 {
        let next = |words: &mut Peekable<_>| words.peek().copied().unwrap_or(u32::MAX);
        next(&mut self.relocated).min(next(&mut self.symbols))
    }

    /// What is done with the word at an address that is above all that were asked for.
    pub(super) fn take(&mut self, address: u32) -> Option<Patch> {
        let is_relocated = self.relocated.next_if_eq(&address).is_some();
        let is_symbol = self.symbols.next_if_eq(&address).is_some();
        match (is_relocated, is_symbol) {
            (_, true) => Some(Patch::Symbol),
            (true, false) => Some(Patch::Relocated),
            (false, false) => None,
        }
    }

    /// Forgets the words before an address.
    pub(super) fn skip_to(&mut self, address: u32) {
        while self.relocated.next_if(|&word| word < address).is_some() {}
        while self.symbols.next_if(|&word| word < address).is_some() {}
    }
}
