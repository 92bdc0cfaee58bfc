//! How a block ends, for those who write its terminator.

/// What a block does before it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EndOfBlock {
    /// It polls.
    Polls,
    /// Nothing more.
    Plain,
}
