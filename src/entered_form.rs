//! A form of a prompt, between the reader and whoever runs it.

/// A form as it was entered.
#[derive(Debug, PartialEq, Eq)]
pub struct EnteredForm {
    /// Its text.
    pub text: String,
    /// Whether an earlier `#!fold-case` holds for it.
    pub folds_case: bool,
}
