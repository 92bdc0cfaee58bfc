//! How much code a unit may become, in pieces: the text's length bounds that neither where macros expand, nor where
//! parts are shared (by datum labels, or in a form that is evaluated).

use std::cell::Cell;

/// Pieces that every unit may become, and more for each piece that its source consists of.
const PIECES_MIN: usize = 1 << 22;
const PIECES_PER_SOURCE_PIECE: usize = 200;

/// What a unit is told that becomes more.
pub(crate) const TOO_MUCH: &str =
    "macro expansion does not end, or macros and shared parts make too much code";

/// The pieces that are left: those that macros make, and the visits to pieces as they are expanded.
#[derive(Debug)]
pub(crate) struct Budget(Cell<usize>);

impl Budget {
    /// That of a unit without source so far.
    pub(crate) const fn new() -> Self {
        Self(Cell::new(PIECES_MIN))
    }

    /// One that binds nothing: for rules that were compiled before.
    pub(crate) const fn unlimited() -> Self {
        Self(Cell::new(usize::MAX))
    }

    /// Allows for source of so many pieces.
    pub(crate) fn extend(&self, source_pieces: usize) {
        let more = source_pieces.saturating_mul(PIECES_PER_SOURCE_PIECE);
        self.0.set(self.0.get().saturating_add(more));
    }

    /// How many pieces are left.
    pub(crate) const fn left(&self) -> usize {
        self.0.get()
    }

    /// Takes pieces, or all that are left; whether there were enough.
    pub(crate) fn take(&self, pieces: usize) -> bool {
        let left = self.0.get();
        self.0.set(left.saturating_sub(pieces));
        pieces <= left
    }
}
