//! The reasons for which an expansion stops, before their places are looked up.

use super::syntax::FileSpan;

/// A mistake at a place of a source file; one word wide, since every step may answer it.
#[derive(Debug)]
pub(crate) struct Failure(Box<Mistake>);

#[derive(Debug)]
pub(crate) struct Mistake {
    pub(crate) place: FileSpan,
    pub(crate) message: String,
    pub(crate) notes: Vec<String>,
}

/// What parts of the expander answer.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    pub(crate) fn new(place: FileSpan, message: impl Into<String>) -> Self {
        Self(Box::new(Mistake {
            place,
            message: message.into(),
            notes: Vec::new(),
        }))
    }

    /// The same with one more note.
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.add_note(note);
        self
    }

    pub(crate) fn add_note(&mut self, note: impl Into<String>) {
        self.0.notes.push(note.into());
    }

    /// The same with another beginning of the message, if it begins with `from`.
    pub(crate) fn renamed(mut self, from: &str, to: &str) -> Self {
        if let Some(rest) = self.0.message.strip_prefix(from) {
            self.0.message = format!("{to}{rest}");
        }
        self
    }

    /// Where the mistake is.
    pub(crate) const fn place(&self) -> FileSpan {
        self.0.place
    }

    pub(crate) fn into_mistake(self) -> Mistake {
        *self.0
    }
}
