//! The events of a parser, for a builder that makes data of them.

use crate::number::Number;
use crate::span::Span;
use crate::supervisor::{Stop, Supervisor, Unsupervised};
use crate::token::Constant;

/// A datum without parts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Leaf<'a> {
    /// `#t` or `#f`
    Boolean(bool),
    /// `#!eof` and its like.
    Constant(Constant),
    /// A character.
    Character(char),
    /// A number.
    Number(&'a Number),
    /// A string's content.
    String(&'a str),
    /// A symbol's name.
    Symbol(&'a str),
    /// A bytevector's content.
    Bytevector(&'a [u8]),
}

/// What comes after the last datum of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListEnd {
    /// A closing parenthesis.
    Closed,
    /// A dot, and a datum: the tail.
    Tail,
}

/// Makes data from a [`Parser`](crate::Parser)'s events, on a stack of unfinished data.
///
/// The events are those of a stack machine: leaves are pushed; a compound takes its parts off the
/// stack and pushes itself. So a builder on a moving heap keeps what is unfinished in one rooted
/// stack. The parser guarantees that the parts are there. When it answers an error, or drops a
/// datum halfway, the builder's stack keeps what was pushed: [`start`](Self::start) clears it.
pub trait DatumBuilder {
    /// A finished datum.
    type Datum;

    /// Who is asked while a long text is parsed.
    fn supervisor(&self) -> &dyn Supervisor {
        &Unsupervised
    }

    /// The parser holds so many bytes for the data that are not complete: it says so now and then.
    ///
    /// # Errors
    ///
    /// [`Stop::Full`]: the parser passes it on.
    fn parser_holds(&mut self, bytes: usize) -> Result<(), Stop> {
        let _ = bytes;
        Ok(())
    }

    /// A new datum begins at top level: forget unfinished data and labels.
    fn start(&mut self);

    /// Pushes a datum without parts.
    fn leaf(&mut self, leaf: Leaf<'_>, span: Span);

    /// Takes `count` data off the stack, of which the last was pushed last, and one more after
    /// them, the tail, if the list ends with one; pushes the list of them. Zero data make the empty
    /// list. A list with a tail has at least one datum before the tail.
    fn list(&mut self, count: usize, end: ListEnd, span: Span);

    /// Takes `count` data off the stack, pushes a vector of them.
    fn vector(&mut self, count: usize, span: Span);

    /// Takes one datum off the stack and forgets it (it was commented out).
    fn discard(&mut self);

    /// `#label=` was read: references to it may come before [`define_label`](Self::define_label).
    fn reserve_label(&mut self, label: u64, span: Span);

    /// The datum on top of the stack, which stays, is what `label` stands for.
    fn define_label(&mut self, label: u64);

    /// Pushes what `label` stands for, or a placeholder if that is still unknown. Every placeholder
    /// is inside the datum that its label stands for.
    fn reference_label(&mut self, label: u64, span: Span);

    /// Takes the only datum off the stack, complete, with its placeholders replaced.
    fn finish(&mut self) -> Self::Datum;
}
