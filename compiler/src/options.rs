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

/// Which procedures get native code besides their bytecode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tier {
    /// None.
    #[default]
    Bytecode,
    /// All that can have some.
    Native,
    /// A seeded coin decides for each: for tests of the borders between them.
    Mixed(u64),
}

impl Tier {
    /// Whether procedure `number` of a unit is to have native code.
    #[must_use]
    pub const fn is_native(self, number: u32) -> bool {
        match self {
            Self::Bytecode => false,
            Self::Native => true,
            Self::Mixed(seed) => {
                // The finalizer of SplitMix64 (Steele, Lea, Flood 2014).
                let mut word =
                    seed.wrapping_add(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(number as u64 + 1));
                word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
                (word ^ word >> 31) & 1 != 0
            }
        }
    }
}

/// Choices for a compilation; the default is what users want.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Which passes run.
    pub level: Level,
    /// What gets native code.
    pub tier: Tier,
    /// After the pass of this name, the program is kept as text. A pass that the level leaves out shows
    /// what it would have been given.
    pub dump_after: Option<String>,
    /// After so many rewrites of a unit, passes that could be left out do no more.
    pub rewrites_max: Option<u64>,
}
