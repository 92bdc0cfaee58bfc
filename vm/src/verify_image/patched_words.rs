//! The words that the loader writes: relocated ones, and those that become symbols, in the order of their addresses.

use loader::{ImageView, RelocatedWords, SymbolWords};

/// What the loader does with a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patch {
    /// Adds the image's address.
    Relocated,
    /// Writes a symbol.
    Symbol,
}

/// The words that are written, of which those that were asked for are forgotten.
pub(super) struct PatchedWords<'image> {
    relocated: RelocatedWords<'image>,
    symbols: SymbolWords<'image>,
    next_relocated: u32,
    next_symbol: u32,
}

/// The address of no word.
const NOWHERE: u32 = u32::MAX;

impl<'image> PatchedWords<'image> {
    /// Those of an image.
    pub(super) fn of(view: &ImageView<'image>) -> Self {
        let mut words = Self {
            relocated: view.relocated_words(),
            symbols: view.symbol_words(),
            next_relocated: 0,
            next_symbol: 0,
        };
        words.advance_relocated();
        words.advance_symbols();
        words
    }

    /// The next word that is written; [`u32::MAX`] if there is none.
    #[inline]
    pub(super) fn next_address(&self) -> u32 {
        self.next_relocated.min(self.next_symbol)
    }

    /// What is done with the word at an address that is above all that were asked for.
    #[inline(always)]
    pub(super) fn take(&mut self, address: u32) -> Option<Patch> {
        if address == self.next_symbol {
            self.advance_symbols();
            if address == self.next_relocated {
                self.advance_relocated();
            }
            Some(Patch::Symbol)
        } else if address == self.next_relocated {
            self.advance_relocated();
            Some(Patch::Relocated)
        } else {
            None
        }
    }

    #[inline]
    fn advance_relocated(&mut self) {
        self.next_relocated = self.relocated.next().unwrap_or(NOWHERE);
    }

    #[inline]
    fn advance_symbols(&mut self) {
        self.next_symbol = self.symbols.next().unwrap_or(NOWHERE);
    }
}
