//! Parts of patterns and templates that were compiled before.
//!
//! A text may have one part at many places: by datum labels, or because a program made the form that is evaluated. Such
//! a part may stand for exponentially more pieces than there are. So a part that was compiled is found again, and the
//! places share what came of it. Memory and time grow with the parts, and not with the places that they stand at.

use std::cell::Cell;
use std::collections::HashMap;
use std::hash::Hash;

use super::NESTING_MAX;

/// Parts with fewer pieces are compiled again: most rules have no larger ones, and need no table.
const PIECES_MIN: usize = 64;

/// Parts that were compiled.
pub(super) struct SharedParts<K, P>(HashMap<K, Known<P>>);

/// A part that was compiled.
pub(super) struct Known<P> {
    pub(super) part: P,
    /// Of how many pieces the part consists, one at several places counted at each.
    pub(super) pieces: usize,
    /// How many lists the part is deep.
    pub(super) height: usize,
}

impl<K: Eq + Hash, P> SharedParts<K, P> {
    /// A part that was compiled, unless it would be nested too deep here: then compiling it again finds the place.
    pub(super) fn get(&self, key: &K, nesting: usize) -> Option<&Known<P>> {
        if self.0.is_empty() {
            return None;
        }
        let known = self.0.get(key)?;
        (nesting + known.height <= NESTING_MAX).then_some(known)
    }

    /// Notes a part that was compiled, if it is large.
    pub(super) fn note(&mut self, key: K, size: Size, part: impl FnOnce() -> P) {
        let Size { pieces, height } = size;
        if pieces >= PIECES_MIN {
            let part = part();
            self.0.insert(
                key,
                Known {
                    part,
                    pieces,
                    height,
                },
            );
        }
    }
}

impl<K, P> Default for SharedParts<K, P> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

/// How large a part is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    pieces: usize,
    height: usize,
}

/// How many pieces were compiled, and how deep they are nested.
#[derive(Debug, Default)]
pub(super) struct Extent {
    pieces: Cell<usize>,
    /// The deepest piece of the part that is being compiled.
    deepest: Cell<usize>,
}

/// What there was when a part was begun.
#[derive(Debug)]
pub(super) struct Begun {
    nesting: usize,
    pieces: usize,
    deepest: usize,
}

impl Extent {
    /// Counts pieces that are so deep.
    pub(super) fn enter(&self, nesting: usize, pieces: usize) {
        self.pieces.set(self.pieces.get().saturating_add(pieces));
        self.deepest.set(self.deepest.get().max(nesting));
    }

    /// Begins a part that is so deep.
    pub(super) fn begin(&self, nesting: usize) -> Begun {
        Begun {
            nesting,
            pieces: self.pieces.get(),
            deepest: self.deepest.replace(nesting),
        }
    }

    /// The size of the part that was begun.
    pub(super) fn size_since(&self, begun: &Begun) -> Size {
        Size {
            pieces: self.pieces.get() - begun.pieces,
            height: self.deepest.get() - begun.nesting,
        }
    }

    /// Goes on with the part around.
    pub(super) fn end(&self, begun: &Begun) {
        let deepest = self.deepest.get().max(begun.deepest);
        self.deepest.set(deepest);
    }
}
