//! The choices of an embedder about a runtime.

use std::path::PathBuf;

use abi::native::Tier;
#[cfg(feature = "compiler")]
use compiler::options::Level;
use gc::Zeal;

#[cfg(feature = "compiler")]
use crate::compiler_report::{CompilerReport, Listener};
use crate::error::Error;
use crate::runtime::Runtime;

/// Options of a [`Runtime`]; start from [`Runtime::builder`].
#[derive(Clone, Debug, Default)]
pub struct RuntimeBuilder {
    pub(crate) heap_bytes_max: Option<usize>,
    pub(crate) stack_bytes_max: Option<usize>,
    pub(crate) zeal: Option<Zeal>,
    pub(crate) read_images: bool,
    pub(crate) image_directory: Option<PathBuf>,
    #[cfg(feature = "compiler")]
    pub(crate) library_paths: Vec<PathBuf>,
    pub(crate) command_line: Vec<String>,
    pub(crate) tier: Option<Tier>,
    pub(crate) native_library: bool,
    #[cfg(feature = "compiler")]
    pub(crate) compiler: compiler::options::Options,
    #[cfg(feature = "compiler")]
    pub(crate) listener: Listener,
}

impl RuntimeBuilder {
    /// The heap may not exceed this, the stack excluded; beyond, a condition is raised.
    #[must_use]
    pub const fn heap_bytes_max(mut self, bytes: usize) -> Self {
        self.heap_bytes_max = Some(bytes);
        self
    }

    /// The stack may not exceed this; beyond, a condition is raised.
    #[must_use]
    pub const fn stack_bytes_max(mut self, bytes: usize) -> Self {
        self.stack_bytes_max = Some(bytes);
        self
    }

    /// Stress mode: collect at places where nobody needs a collection, move everything, poison what is dead,
    /// verify the heap.
    #[must_use]
    pub const fn zeal(mut self, zeal: Zeal) -> Self {
        self.zeal = Some(zeal);
        self
    }

    /// Read images into memory instead of mapping them.
    #[must_use]
    pub const fn read_images(mut self, read: bool) -> Self {
        self.read_images = read;
        self
    }

    /// Keep the images that run as files in this directory, from where they are mapped, so that `perf` and
    /// debuggers find their symbols: see `PROCESS.gdb` there. Nobody else may be able to write to it.
    #[must_use]
    pub fn keep_images(mut self, directory: impl Into<PathBuf>) -> Self {
        self.image_directory = Some(directory.into());
        self
    }

    /// Also look for libraries in this directory.
    #[cfg(feature = "compiler")]
    #[must_use]
    pub fn library_path(mut self, directory: impl Into<PathBuf>) -> Self {
        self.library_paths.push(directory.into());
        self
    }

    /// What `(command-line)` returns.
    #[must_use]
    pub fn command_line(mut self, words: impl IntoIterator<Item = String>) -> Self {
        self.command_line = words.into_iter().collect();
        self
    }

    /// Tell `listen` what the compiler says besides the image: what [`Self::dump_after`], [`Self::time_passes`]
    /// and [`Self::stop_after_rewrite`] ask for. An error of `listen` ends the compilation with it.
    #[cfg(feature = "compiler")]
    #[must_use]
    pub fn compiler_reports(
        mut self,
        listen: impl Fn(&CompilerReport<'_>) -> Result<(), Error> + Send + Sync + 'static,
    ) -> Self {
        self.listener = Listener::new(listen);
        self
    }

    /// Report the program after this pass of the compiler, to who listens to [`Self::compiler_reports`].
    #[cfg(feature = "compiler")]
    #[must_use]
    pub fn dump_after(mut self, pass: impl Into<String>) -> Self {
        self.compiler.dump_after = Some(pass.into());
        self
    }

    /// Let passes of the compiler that can be left out do only so many rewrites of each program, and
    /// report which one did the last: to find the one that miscompiles it.
    #[cfg(feature = "compiler")]
    #[must_use]
    pub const fn stop_after_rewrite(mut self, count: u64) -> Self {
        self.compiler.rewrites_max = Some(count);
        self
    }

    /// How much the compiler does so that programs run fast.
    #[cfg(feature = "compiler")]
    #[must_use]
    pub const fn level(mut self, level: Level) -> Self {
        self.compiler.level = level;
        self
    }

    /// Which procedures get native code when they are compiled, and run it.
    #[must_use]
    pub const fn tier(mut self, tier: Tier) -> Self {
        self.tier = Some(tier);
        self
    }

    /// If no tier is chosen: run the native code of the library, too. It pays for programs that have
    /// native code themselves; programs of bytecode are faster with a library of bytecode.
    #[must_use]
    pub const fn native_library(mut self, native: bool) -> Self {
        self.native_library = native;
        self
    }

    /// Check in all code that is compiled what the optimizer claims about values, and panic with the claim, the
    /// value and the place where one does not hold: a claim removes a check, so a wrong one breaks memory or
    /// gives wrong answers. Code runs many times slower.
    #[cfg(feature = "compiler")]
    #[must_use]
    pub const fn check_facts(mut self, check: bool) -> Self {
        self.compiler.check_facts = check;
        self
    }

    /// Report how long each phase of the compiler took.
    #[cfg(feature = "compiler")]
    #[must_use]
    pub const fn time_passes(mut self, report: bool) -> Self {
        self.compiler.time_passes = report;
        self
    }

    /// Makes the runtime.
    ///
    /// # Errors
    ///
    /// [`Error::Memory`] if the system refuses the address space, [`Error::Setup`] if the heap's limit is too low.
    pub fn build(self) -> Result<Runtime, Error> {
        Runtime::with_options(self)
    }
}
