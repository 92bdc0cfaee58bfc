//! What is to become of programs that begin as bytecode: data that the compiler and who makes native code share.

use std::fmt::{self, Debug};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use compiler::expand::SourceText;
use compiler::options::{Options, Tier};
use gc::ImageId;
use loader::TrustedImage;

use crate::boot;
use crate::libraries::FrozenLibraries;
use crate::macro_limits::MacroLimits;
use crate::recorded_files::KeptFiles;

/// Whether programs that begin as bytecode get native code while they run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Jit {
    /// They stay bytecode.
    #[default]
    Off,
    /// They do: a small program before it runs, a larger one while it runs, by another thread.
    On,
    /// For tests: native code is made before the program runs, and its procedures begin to enter it at polls that a
    /// coin with this seed chooses.
    Gradual(u64),
}

impl Jit {
    /// What is left of the choice beside a library in this tier: all that can have native code has it from the start
    /// there. Without a generator of native code, nothing is left.
    pub(crate) fn beside(self, library: Tier) -> Self {
        match library {
            Tier::Bytecode if boot::native_part().is_some() => self,
            _ => Self::Off,
        }
    }
}

/// Of a program with at most so many bytes of bytecode, native code is made before the program runs. That takes 5 ms
/// at most: 2.5 ms for each 1024 bytes, as measured in November 2026.
pub(crate) const AT_ONCE_BYTES: usize = 2048;

/// Native code that the compiler makes apart from an image.
#[derive(Debug)]
pub(crate) enum NativePart {
    /// It was made.
    Made(TrustedImage<'static>),
    /// It would take long.
    PutOff,
    /// No procedure has native code.
    None,
}

/// Native code for a program that was compiled and has not run yet.
#[derive(Debug)]
pub(crate) enum Work {
    /// It is to be made of a text.
    PutOff(PutOff),
    /// It was made.
    Made(TrustedImage<'static>),
}

impl Work {
    /// Native code is to be made of `source` and `files`.
    pub(crate) fn put_off(source: &SourceText, files: Arc<KeptFiles>) -> Self {
        Self::PutOff(PutOff {
            source: source.clone(),
            files,
            library: None,
            keep: None,
        })
    }
}

impl Work {
    /// Says that the text is that of a library.
    pub(crate) fn is_of_library(&mut self, name: &str) {
        if let Self::PutOff(work) = self {
            work.library = Some(name.to_owned());
        }
    }

    /// Lets `keep` have native code that is still to be made.
    pub(crate) fn keep_by(&mut self, keep: Keep) {
        if let Self::PutOff(work) = self {
            work.keep = Some(keep);
        }
    }
}

/// What native code is to be made of.
#[derive(Debug)]
pub(crate) struct PutOff {
    pub(crate) source: SourceText,
    /// What the text imports and includes, as it was when the image was made: files may have changed since, and pipes
    /// are empty.
    pub(crate) files: Arc<KeptFiles>,
    /// The library that the text defines, if it is not a program.
    pub(crate) library: Option<String>,
    /// What becomes of it besides.
    pub(crate) keep: Option<Keep>,
}

/// Keeps a native part for later runs, on the thread that has made it.
pub(crate) struct Keep(pub(crate) Box<dyn FnOnce(&TrustedImage<'static>) + Send>);

impl Debug for Keep {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Keep").finish_non_exhaustive()
    }
}

/// What a thread makes its own compiler of.
#[derive(Clone, Debug)]
pub(crate) struct ThreadCompiler {
    pub(crate) library_paths: Vec<PathBuf>,
    pub(crate) options: Options,
    /// What the limit of the heap leaves.
    pub(crate) memory_bytes: usize,
    pub(crate) macro_limits: MacroLimits,
    /// The libraries that programs were compiled with, if these have images of their own.
    pub(crate) libraries: Option<FrozenLibraries>,
}

type Listen = dyn Fn(&TrustedImage<'static>) + Send + Sync;

/// Learns of the native parts that are made, also on the thread that makes them.
#[derive(Clone, Default)]
pub(crate) struct PartListener(Option<Arc<Listen>>);

impl PartListener {
    pub(crate) fn new(listen: impl Fn(&TrustedImage<'static>) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(listen)))
    }

    pub(crate) fn tell(&self, part: &TrustedImage<'static>) {
        if let Some(listen) = &self.0 {
            listen(part);
        }
    }
}

impl Debug for PartListener {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PartListener")
            .finish_non_exhaustive()
    }
}

/// Work for a thread that has time: what the thread's compiler is made of, whether the runtime is gone, and since when
/// the program runs.
pub(crate) struct LaterWork(pub(crate) Box<DoLater>);

type DoLater = dyn FnOnce(ThreadCompiler, &Arc<AtomicBool>, Instant) + Send;

impl Debug for LaterWork {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("LaterWork").finish_non_exhaustive()
    }
}

/// Makes native code of the programs of a runtime.
pub(crate) trait Maker: Debug {
    /// Begins to make native code for `image`, which has begun to run.
    fn begin(&mut self, image: ImageId, work: Work, compiler: ThreadCompiler);

    /// Does `work`, whose compiler `compiler` makes, when all that has begun is done.
    fn begin_later(&mut self, work: LaterWork, compiler: ThreadCompiler);
}
