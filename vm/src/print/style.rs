//! The ways to write values.

/// How values are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// Strings and characters as themselves, datum labels for cycles.
    Display,
    /// As `read` wants it, datum labels for cycles.
    Write,
    /// As `read` wants it, datum labels for everything that occurs more than once.
    WriteShared,
}
