//! What a program does, and why an evaluation has no value.

/// Why an evaluation has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// It needs too many steps, or goes too deep.
    Fuel,
    /// An error: its kind, and what is to blame.
    Raise(String),
    /// What passes need not keep: an init of a `Letrec` returned twice, so that its variable may have one
    /// location or two; another number of values than one came where one is wanted (R7RS 6.10).
    Unspecified,
}

/// What a program does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// The values as text.
    pub(crate) result: Result<String>,
    /// What was assigned to global variables, in order.
    pub(crate) trace: Vec<String>,
}

/// What a part of an evaluation answers.
pub(super) type Result<T> = std::result::Result<T, Stop>;
