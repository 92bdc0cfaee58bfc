//! Why an expansion stopped, before its place is looked up.

use super::syntax::SourcePlace;

/// A mistake at a place of a source file.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) place: SourcePlace,
    pub(crate) message: String,
    pub(crate) notes: Vec<String>,
}

/// What parts of the expander answer.
pub(crate) type Result<T> = std::result::Result<T, Box<Failure>>;

impl Failure {
    pub(crate) fn new(place: SourcePlace, message: impl Into<String>) -> Box<Self> {
        Box::new(Self {
            place,
            message: message.into(),
            notes: Vec::new(),
        })
    }

    /// The same with one more note.
    pub(crate) fn note(mut self: Box<Self>, note: impl Into<String>) -> Box<Self> {
        self.notes.push(note.into());
        self
    }
}
