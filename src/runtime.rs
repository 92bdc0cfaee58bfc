//! A runtime: a heap, a machine, a compiler if there is one.

#[cfg(feature = "compiler")]
use std::cell::RefMut;
#[cfg(feature = "compiler")]
use std::path::Path;

#[cfg(feature = "compiler")]
use compiler::expand::SourceText;
#[cfg(feature = "compiler")]
use loader::TrustedImage;
use vm::Vm;

use crate::error::Error;
#[cfg(feature = "compiler")]
use crate::frontend::{Frontend, FrontendCell};
use crate::scheme::Scheme;
#[cfg(feature = "compiler")]
use crate::texts::read_source;

/// A Scheme runtime. Any number of them live side by side; they share nothing.
#[derive(Debug)]
pub struct Runtime {
    vm: Vm,
    /// The compiler, if the runtime has one.
    #[cfg(feature = "compiler")]
    frontend: Option<FrontendCell>,
}

impl Runtime {
    /// A runtime whose library is still to be loaded.
    pub(crate) fn of(vm: Vm) -> Self {
        Self {
            vm,
            #[cfg(feature = "compiler")]
            frontend: None,
        }
    }

    /// Gives the runtime a compiler.
    #[cfg(feature = "compiler")]
    pub(crate) fn with_frontend(mut self, frontend: FrontendCell) -> Self {
        self.frontend = Some(frontend);
        self
    }

    /// Enters the runtime: `body` may evaluate, call and look at values, none of which leaves.
    ///
    /// If a panic unwinds a run, because of a mistake in the runtime, the runtime cannot be used any more:
    /// every method of [`Scheme`] that answers a result answers [`Error::Broken`] then, and the others
    /// panic. (A panic of a Rust closure that Scheme calls is a condition.)
    pub fn enter<R>(&mut self, body: impl for<'a, 'id> FnOnce(&mut Scheme<'a, 'id>) -> R) -> R {
        #[cfg(feature = "compiler")]
        let frontend = self.frontend.clone();
        // SAFETY: `Scheme` and what it hands out show values with the brand of their heap only, and take only
        // such values: the type checker refuses those of another runtime.
        unsafe {
            self.vm.enter(|mutator| {
                body(&mut Scheme {
                    mutator,
                    #[cfg(feature = "compiler")]
                    frontend,
                })
            })
        }
    }

    /// Writes out what ports still hold back.
    ///
    /// # Errors
    ///
    /// As [`Scheme::flush`].
    #[expect(
        clippy::redundant_closure_for_method_calls,
        reason = "the method by itself is not general enough in its lifetimes"
    )]
    pub fn flush(&mut self) -> Result<(), Error> {
        self.enter(|scheme| scheme.flush())
    }

    /// What interrupts the machine.
    #[cfg(feature = "compiler")]
    pub(crate) fn gc_interrupt(&self) -> gc::Interrupt {
        self.vm.interrupt()
    }

    /// Stops what the runtime is running, from any thread.
    pub fn interrupt(&self) -> Interrupt {
        Interrupt(self.vm.interrupt())
    }

    /// The image of the program, or of the forms, in a source file; for [`Scheme::run_image`].
    ///
    /// # Errors
    ///
    /// [`Error::File`], [`Error::Syntax`]; [`Error::CompilationExhausted`] if the limit of the heap does not allow it.
    #[cfg(feature = "compiler")]
    pub fn compile_file(&mut self, file: &Path) -> Result<TrustedImage<'static>, Error> {
        let source = read_source(file)?;
        self.compile(&source)
    }

    /// The image of the program, or of the forms, in a text that messages call `name`; for
    /// [`Scheme::run_image`]. All forms are expanded before the first one runs: see [`Scheme::run_text`] for forms that
    /// bring macros for others.
    ///
    /// # Errors
    ///
    /// [`Error::Syntax`]; [`Error::CompilationExhausted`] if the limit of the heap does not allow it.
    #[cfg(feature = "compiler")]
    pub fn compile_text(&mut self, text: &str, name: &str) -> Result<TrustedImage<'static>, Error> {
        self.compile(&SourceText::new(name, text))
    }

    /// The compiler.
    ///
    /// # Errors
    ///
    /// [`Error::NoCompiler`].
    #[cfg(feature = "compiler")]
    pub(crate) fn frontend(&self) -> Result<RefMut<'_, Frontend>, Error> {
        let frontend = self.frontend.as_ref().ok_or(Error::NoCompiler)?;
        Ok(frontend.borrow_mut())
    }

    #[cfg(feature = "compiler")]
    fn compile(&mut self, source: &SourceText) -> Result<TrustedImage<'static>, Error> {
        self.compile_by(|frontend, memory_bytes| frontend.compile_source(source, memory_bytes))
    }

    #[cfg(feature = "compiler")]
    pub(crate) fn compile_by<T>(
        &mut self,
        compile: impl Fn(&mut Frontend, usize) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.enter(|scheme| {
            scheme.begin()?;
            scheme.settle_libraries();
            let compiled = scheme.with_memory(compile);
            scheme.frontend()?.hold_globals();
            compiled
        })
    }
}

/// Wants something of a runtime that runs, from any thread or a signal handler.
#[derive(Clone, Debug)]
pub struct Interrupt(gc::Interrupt);

impl Interrupt {
    /// Ends the call that the runtime is running, at the next safepoint, with [`Error::Interrupted`]. The program
    /// cannot prevent it: no handler is called, and no `after` procedure of a `dynamic-wind`. Only stores to
    /// atomics: safe in a signal handler.
    ///
    /// A call is what [`Scheme::evaluate`], [`Scheme::call`] and their like begin outside of host procedures; the
    /// compilation of a text is part of it. A request while the runtime runs nothing is forgotten when the next
    /// call begins. A host procedure that a call inside it was interrupted for may still give a result: then the
    /// outer call goes on.
    ///
    /// A handler must be installed with `SA_ONSTACK`, and the thread must have an alternate stack (the
    /// standard library gives each of its threads one): native code runs with the machine's stack pointer
    /// on the stack of Scheme frames, where a handler has less room than it may take.
    pub fn request(&self) {
        self.0.raise(vm::INTERRUPT_BIT);
    }

    /// Makes the runtime collect the whole heap at its next safepoint, and go on. Only stores to atomics.
    pub fn request_collection(&self) {
        self.0.request_collection();
    }

    /// Whether a collection was asked for that has not begun. Only loads an atomic.
    pub fn is_collection_requested(&self) -> bool {
        self.0.is_collection_requested()
    }

    /// Whether a request waits for the next safepoint. Only loads an atomic.
    pub fn is_requested(&self) -> bool {
        self.0.is_raised(vm::INTERRUPT_BIT)
    }
}
