//! What a caller can choose.

/// Choices for a compilation; the default is what users want.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// After the pass of this name, the program is kept as text.
    pub dump_after: Option<String>,
}
