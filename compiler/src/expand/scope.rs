//! Scopes inside a top-level form: the local meaning of a name at a depth.
//!
//! Scopes nest like the forms that are expanded. So each name has a stack of meanings, innermost
//! last. The environment of a local macro's definition is always one of the scopes around the
//! macro's use. To look a name up there, the expander leaves out the meanings of deeper scopes.

use super::denotation::Denotation;
use super::name::{Name, NameKind};

/// The scopes around the place being expanded.
#[derive(Debug, Default)]
pub(crate) struct Scopes {
    /// The names that each scope binds, outermost first.
    bound: Vec<Vec<Name>>,
    symbols: Vec<Vec<Meaning>>,
    aliases: Vec<Vec<Meaning>>,
}

#[derive(Debug)]
struct Meaning {
    depth: u32,
    denotation: Denotation,
}

impl Scopes {
    /// How many scopes are open; the innermost has this depth, top level has depth zero.
    pub(crate) fn depth(&self) -> u32 {
        u32::try_from(self.bound.len()).expect("each scope takes memory")
    }

    pub(crate) fn enter(&mut self) {
        self.bound.push(Vec::new());
    }

    pub(crate) fn exit(&mut self) {
        let names = self.bound.pop().expect("each scope is left once");
        for name in names {
            self.meanings(name).pop();
        }
    }

    /// Leaves scopes until so many are open.
    pub(crate) fn exit_to(&mut self, depth: u32) {
        while self.depth() > depth {
            self.exit();
        }
    }

    /// Gives `name` a meaning in the innermost scope. False if the scope already bound it: then the
    /// old meaning is replaced.
    pub(crate) fn bind(&mut self, name: Name, denotation: Denotation) -> bool {
        let depth = self.depth();
        let meanings = self.meanings(name);
        if let Some(last) = meanings.last_mut()
            && last.depth == depth
        {
            last.denotation = denotation;
            return false;
        }
        meanings.push(Meaning { depth, denotation });
        let innermost = self.bound.last_mut();
        innermost
            .expect("top-level names are bound elsewhere")
            .push(name);
        true
    }

    /// The meaning that the innermost scope itself gives `name`.
    pub(crate) fn own(&self, name: Name) -> Option<&Denotation> {
        let last = self.stack(name)?.last()?;
        (last.depth == self.depth()).then_some(&last.denotation)
    }

    /// The meaning of `name` in the scopes up to `depth`.
    pub(crate) fn find(&self, name: Name, depth: u32) -> Option<&Denotation> {
        let meanings = self.stack(name)?;
        let count = match meanings.last() {
            Some(last) if last.depth <= depth => meanings.len(),
            _ => meanings.partition_point(|meaning| meaning.depth <= depth),
        };
        let index = count.checked_sub(1)?;
        Some(&meanings[index].denotation)
    }

    fn stack(&self, name: Name) -> Option<&Vec<Meaning>> {
        match name.kind() {
            NameKind::Symbol(index) => self.symbols.get(index),
            NameKind::Alias(index) => self.aliases.get(index),
        }
    }

    fn meanings(&mut self, name: Name) -> &mut Vec<Meaning> {
        let (stacks, index) = match name.kind() {
            NameKind::Symbol(index) => (&mut self.symbols, index),
            NameKind::Alias(index) => (&mut self.aliases, index),
        };
        if stacks.len() <= index {
            stacks.resize_with(index + 1, Vec::new);
        }
        &mut stacks[index]
    }
}
