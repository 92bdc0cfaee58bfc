//! A compiler on a thread of its own, which compiles as that of a runtime does.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use compiler::expand::CompiledLibraries;
use syntax::{Stop, Supervisor};

use crate::frontend::Frontend;
use crate::jit::ThreadCompiler;
use crate::libraries::{Libraries, SharedLibraries};

/// What a compilation may take, in bytes.
const MEMORY_BYTES_MAX: usize = 512 << 20;

/// A compiler on this thread.
pub(crate) struct Compiling {
    pub(crate) frontend: Frontend,
    /// The libraries that have images of their own.
    pub(crate) libraries: Option<Rc<dyn CompiledLibraries>>,
    /// What a compilation may take, in bytes.
    pub(crate) memory_bytes: usize,
}

impl Compiling {
    /// As `compiler` says, until the runtime is gone.
    pub(crate) fn new(compiler: ThreadCompiler, is_over: &Arc<AtomicBool>) -> Self {
        let ThreadCompiler {
            library_paths,
            options,
            memory_bytes,
            macro_limits,
            libraries,
        } = compiler;
        let mut frontend =
            Frontend::standard(library_paths, options).with_macro_limits(macro_limits);
        frontend.supervise_by(UntilOver(Arc::clone(is_over)));
        let libraries = libraries.map(|libraries| {
            // Procedures of macros run their bodies, too.
            frontend.libraries = Libraries::thaw(&libraries);
            let libraries = SharedLibraries(Rc::clone(&frontend.libraries));
            let libraries: Rc<dyn CompiledLibraries> = Rc::new(libraries);
            libraries
        });
        Self {
            frontend,
            libraries,
            memory_bytes: memory_bytes.min(MEMORY_BYTES_MAX),
        }
    }
}

/// Ends a compilation when the runtime is gone.
#[derive(Debug)]
struct UntilOver(Arc<AtomicBool>);

impl Supervisor for UntilOver {
    fn check(&self) -> Result<(), Stop> {
        if self.0.load(Ordering::Relaxed) {
            return Err(Stop::Interrupted);
        }
        Ok(())
    }

    /// What the compiler needs for a moment is little beside what its allowance counts.
    fn reserve(&self, _bytes: usize) -> Result<(), Stop> {
        Ok(())
    }
}
