//! The choices of a caller of the compiler.

pub use abi::native::Tier;

pub use crate::image_options::{Frames, Purpose};

use crate::codegen::NativeGenerator;

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

/// What becomes of names that neither the program or library defines nor an import provides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnboundNames {
    /// They are mistakes.
    Refused,
    /// [`Program::warnings`](crate::core::ir::Program::warnings) tells of them. Who uses one finds it in the
    /// interaction environment, or raises `unbound-variable`.
    #[default]
    Warned,
}

/// Into which loops frames of bytecode may come that go on natively.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoopEntries {
    /// Into none: native code is there before the program runs.
    #[default]
    None,
    /// Into all.
    All,
}

/// Choices for a compilation; the default is what users want.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which passes run.
    pub level: Level,
    /// Which procedures get native code besides their bytecode.
    pub tier: Tier,
    /// Native code does not become a part of the image, but a part of its own, which is linked to the image while that
    /// runs ([`crate::compile::Compiled::native_part`]). Whether there is such a part does not change the image.
    pub native_apart: bool,
    /// Of a unit with more bytes of bytecode, no such part is made yet: see
    /// [`Compiled::is_native_part_put_off`](crate::compile::Compiled::is_native_part_put_off).
    pub bytecode_bytes_max: Option<usize>,
    /// Whether the part has entries into loops.
    pub loop_entries: LoopEntries,
    /// What the image is made for.
    pub purpose: Purpose,
    /// Who makes native code.
    pub native_generator: Option<&'static dyn NativeGenerator>,
    /// After the pass of this name, the program is kept as text. A pass that the level leaves out shows
    /// what it would have been given.
    pub dump_after: Option<String>,
    /// Callers print [`Compiled::times`](crate::compile::Compiled::times).
    pub time_passes: bool,
    /// The code checks what analyses claim, and stops the process at a claim that does not hold.
    pub check_facts: bool,
    /// Which frames backtraces show.
    pub frames: Frames,
    /// For who expands texts.
    pub unbound_names: UnboundNames,
    /// After so many rewrites of a unit, passes that could be left out do no more.
    pub rewrites_max: Option<u64>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            level: Level::default(),
            tier: Tier::Bytecode,
            native_apart: false,
            bytecode_bytes_max: None,
            loop_entries: LoopEntries::None,
            purpose: Purpose::default(),
            native_generator: None,
            dump_after: None,
            time_passes: false,
            check_facts: false,
            frames: Frames::default(),
            unbound_names: UnboundNames::default(),
            rewrites_max: None,
        }
    }
}
