//! What a caller can choose.

/// How much the compiler does so that programs run fast. What they print is the same on every level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// `-O0`: only the passes without which there is no image.
    None,
    /// `-O1`: those too that cost little and keep every procedure what it is.
    Basic,
    /// `-O2`: all passes.
    #[default]
    Full,
}

/// Choices for a compilation; the default is what users want.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Which passes run.
    pub level: Level,
    /// After the pass of this name, the program is kept as text. A pass that the level leaves out shows
    /// what it would have been given.
    pub dump_after: Option<String>,
}
