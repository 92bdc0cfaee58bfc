//! A program that runs with its libraries in images of their own is compiled once more while it runs, together with
//! them: the optimizer then looks across the border, and the next run finds the better image.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use compiler::expand::{SentText, SourceText};
use loader::TrustedImage;

use crate::cache::Origin;
use crate::error::Error;
use crate::frontend::Frontend;
use crate::jit::{Jit, PartListener, ThreadCompiler};
use crate::recorded_program::Recorded;
use crate::thread_compiler::Compiling;

/// How long a program has run before that is worth it.
const DELAY: Duration = Duration::from_millis(500);

/// Keeps a program for later runs, on the thread that has compiled it.
type KeepWhole = Box<dyn FnOnce(&TrustedImage<'static>, Option<&[u8]>, &Origin) + Send>;

/// A program that is to be compiled together with its libraries.
pub(crate) struct WholeProgram {
    text: SentText,
    keep: KeepWhole,
}

impl std::fmt::Debug for WholeProgram {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = formatter.debug_struct("WholeProgram");
        shown
            .field("name", &self.text.name())
            .finish_non_exhaustive()
    }
}

impl WholeProgram {
    /// The program `source`, which `keep` is to have.
    pub(crate) fn new(
        source: &SourceText,
        keep: impl FnOnce(&TrustedImage<'static>, Option<&[u8]>, &Origin) + Send + 'static,
    ) -> Self {
        Self {
            text: SentText::new(source),
            keep: Box::new(keep),
        }
    }

    /// Compiles the program, unless the runtime that runs it is gone before. What goes wrong tells nobody anything
    /// new: the program runs as it is.
    pub(crate) fn compile(
        self,
        compiler: ThreadCompiler,
        is_over: &Arc<AtomicBool>,
        begun: Instant,
    ) {
        if !is_over.load(Ordering::Relaxed) {
            thread::sleep((begun + DELAY).saturating_duration_since(Instant::now()));
        }
        if is_over.load(Ordering::Relaxed) {
            return;
        }
        // All libraries are expanded in, those that procedures of macros call, too.
        let compiler = ThreadCompiler {
            libraries: None,
            ..compiler
        };
        let Compiling {
            frontend,
            memory_bytes,
            ..
        } = Compiling::new(compiler, is_over);
        let mut frontend = frontend
            .with_jit(Jit::On, PartListener::default())
            .with_native_code_at_once();
        // A mistake in a file that has changed meanwhile is the next run's.
        let _ = self.compile_by(&mut frontend, memory_bytes);
    }

    fn compile_by(self, frontend: &mut Frontend, memory_bytes: usize) -> Result<(), Error> {
        let source = self.text.source();
        let Recorded {
            image,
            dependencies,
            is_unrepeatable,
            warnings,
        } = frontend.compile_recorded(&source, memory_bytes)?;
        if is_unrepeatable {
            return Ok(());
        }
        let origin = Origin {
            name: source.name.to_string(),
            dependencies,
            warnings,
            lacks_native_code: false,
        };
        let part = frontend.native_part().map(TrustedImage::bytes);
        (self.keep)(&image, part, &origin);
        Ok(())
    }
}
