//! The choices of an embedder about a runtime.

#[cfg(feature = "compiler")]
use std::cell::RefCell;
#[cfg(feature = "compiler")]
use std::path::Path;
use std::path::PathBuf;
#[cfg(feature = "compiler")]
use std::rc::Rc;
#[cfg(feature = "compiler")]
use std::sync::Arc;

use abi::native::Tier;
#[cfg(feature = "compiler")]
use compiler::options::{Level, Purpose, UnboundNames};
use gc::{ImageId, Zeal};
use loader::TrustedImage;
use vm::{Growth, Retention, Vm, VmOptions};
#[cfg(feature = "compiler")]
use vm::{NativeParts, Sampler};

use crate::boot;
#[cfg(feature = "compiler")]
use crate::cache::{Choices, ProgramCache};
#[cfg(feature = "compiler")]
use crate::compiler_report::{CompilerReport, Listener};
use crate::embedded::EmbeddedProgram;
use crate::error::Error;
use crate::files::has_native_code;
#[cfg(feature = "compiler")]
use crate::frontend::Frontend;
#[cfg(feature = "compiler")]
use crate::frontend_hook::SharedFrontend;
#[cfg(feature = "compiler")]
use crate::jit::{Jit, PartListener};
#[cfg(feature = "compiler")]
use crate::macro_limits::MacroLimits;
#[cfg(feature = "compiler")]
use crate::make_native::ThreadMaker;
use crate::no_compiler::NoCompiler;
#[cfg(feature = "compiler")]
use crate::program::Program;
use crate::runtime::Runtime;
use crate::scheme::Scheme;

/// The least limit of a heap: what the library takes, and room to work.
const HEAP_BYTES_MIN: usize = 2 << 20;

/// Options of a [`Runtime`]; start from [`Runtime::builder`].
#[derive(Clone, Debug, Default)]
pub struct RuntimeBuilder {
    heap_bytes_max: Option<usize>,
    stack_bytes_max: Option<usize>,
    zeal: Option<Zeal>,
    read_images: bool,
    image_directory: Option<PathBuf>,
    #[cfg(feature = "compiler")]
    library_paths: Vec<PathBuf>,
    command_line: Vec<String>,
    tier: Option<Tier>,
    native_library: bool,
    #[cfg(feature = "compiler")]
    jit: Jit,
    #[cfg(feature = "compiler")]
    part_listener: PartListener,
    #[cfg(feature = "compiler")]
    compiler: compiler::options::Options,
    #[cfg(feature = "compiler")]
    listener: Listener,
    #[cfg(feature = "compiler")]
    trusts_library_images: bool,
}

impl RuntimeBuilder {
    /// What a program makes may not take more: its objects; the images of its forms and of the text that it loads;
    /// tables for its symbols, environments and guardians; what is compiled while it runs. Beyond, a condition is
    /// raised. The stack, the library, and what the embedder compiles by itself are not counted. While a full
    /// collection copies, there may be two copies of what it copied already.
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

    /// Trust images of libraries that are found in files, native code and all. Without this, they are verified, and
    /// run as bytecode.
    ///
    /// # Safety
    ///
    /// This version of Cozen has written all such images below the folders of libraries, and nobody has changed them.
    #[cfg(feature = "compiler")]
    #[must_use]
    pub const unsafe fn trust_library_images(mut self) -> Self {
        self.trusts_library_images = true;
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

    /// Whether programs that [`Runtime::compile_file`] and [`Runtime::compile_text`] compile, and that begin as
    /// bytecode, get native code while they run.
    #[cfg(feature = "compiler")]
    #[must_use]
    pub const fn jit(mut self, jit: Jit) -> Self {
        self.jit = jit;
        self
    }

    /// Tell `listen` of each native part that is made ([`Self::jit`]), perhaps on the thread that makes it. The part
    /// belongs to the image that the same text becomes:
    /// [`Scheme::run_image_with_part`](crate::Scheme::run_image_with_part) runs both.
    #[cfg(feature = "compiler")]
    #[must_use]
    pub fn native_parts(
        mut self,
        listen: impl Fn(&TrustedImage<'static>) + Send + Sync + 'static,
    ) -> Self {
        self.part_listener = PartListener::new(listen);
        self
    }

    /// What becomes of names that neither a program or library defines nor an import provides. Warnings go to
    /// [`Self::compiler_reports`].
    #[cfg(feature = "compiler")]
    #[must_use]
    pub const fn unbound_names(mut self, unbound_names: UnboundNames) -> Self {
        self.compiler.unbound_names = unbound_names;
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

    /// The program in a source file; with a cache, as the cache has it, if it was compiled so before. For
    /// [`Runtime::compile_program`].
    ///
    /// Nothing is looked up, or kept, if the compiler is asked for more than an image.
    ///
    /// # Errors
    ///
    /// [`Error::File`].
    #[cfg(feature = "compiler")]
    pub fn program(&self, file: &Path, cache: Option<Arc<ProgramCache>>) -> Result<Program, Error> {
        let program = Program::read(file)?;
        let compiler = &self.compiler;
        let jit = self.jit.beside(self.tier.unwrap_or(Tier::Bytecode));
        let is_plain = !matches!(jit, Jit::Gradual(_))
            && compiler.dump_after.is_none()
            && compiler.rewrites_max.is_none()
            && compiler.native_generator.is_none()
            && !compiler.time_passes
            && !compiler.check_facts;
        let choices = Choices {
            level: compiler.level,
            tier: self.tier,
            unbound_names: compiler.unbound_names,
            has_parts: jit != Jit::Off,
            library_paths: &self.library_paths,
        };
        match cache.filter(|_| is_plain) {
            Some(cache) => program.looked_up(cache, &choices, &self.listener),
            None => Ok(program),
        }
    }

    /// Makes the runtime.
    ///
    /// # Errors
    ///
    /// [`Error::Memory`] if the system refuses the address space, [`Error::Setup`] if the heap's limit is too low.
    #[cfg(feature = "compiler")]
    pub fn build(self) -> Result<Runtime, Error> {
        let mut vm_options = self.vm_options()?;
        let library = self.library_tier();
        let jit = self.jit.beside(library);
        if let Jit::Gradual(seed) = jit {
            vm_options.gradual_switch = Some(seed);
        }
        let mut compiler = self.compiler;
        compiler.tier = self.tier.unwrap_or(compiler.tier);
        // Tools find a kept image in its file, segment by segment.
        compiler.purpose = match vm_options.image_directory {
            Some(_) => Purpose::File,
            None => Purpose::Memory,
        };
        let frontend = Frontend::standard(self.library_paths, compiler)
            .with_macro_limits(MacroLimits {
                heap_bytes_max: self.heap_bytes_max,
                stack_bytes_max: self.stack_bytes_max,
                zeal: self.zeal,
            })
            .with_listener(self.listener)
            .with_trusted_files(self.trusts_library_images)
            .with_jit(jit, self.part_listener.clone());
        let frontend = Rc::new(RefCell::new(frontend));
        let hook = Box::new(SharedFrontend(Rc::clone(&frontend)));
        vm_options.command_line = self.command_line;
        let vm = Vm::new(vm_options, hook)?;
        frontend.borrow_mut().supervise(vm.interrupt());
        let parts = (jit != Jit::Off).then(|| (vm.native_parts(), vm.sampler()));
        let mut runtime = Runtime::of(vm).with_frontend(frontend);
        load_growing_library(&mut runtime, library, parts, self.part_listener)?;
        Ok(runtime)
    }

    /// Makes the runtime.
    ///
    /// # Errors
    ///
    /// [`Error::Memory`] if the system refuses the address space, [`Error::Setup`] if the heap's limit is too low.
    #[cfg(not(feature = "compiler"))]
    pub fn build(self) -> Result<Runtime, Error> {
        let library = boot::image(self.library_tier());
        self.build_alone(&library)
    }

    /// What the program of an executable wants of its runtime.
    #[must_use]
    pub fn of_program(program: &EmbeddedProgram) -> Self {
        let has_native_code = has_native_code(program.image().bytes());
        Self {
            heap_bytes_max: program.heap_bytes_max(),
            stack_bytes_max: program.stack_bytes_max(),
            ..Self::default().native_library(has_native_code)
        }
    }

    /// Makes a runtime without compiler, and with the library that stands beside `program` in the executable. The
    /// runtime runs images alone. A linker leaves the compiler, and the libraries of this crate, out of an executable
    /// that makes runtimes in this way only.
    ///
    /// # Errors
    ///
    /// As [`Self::build`]; [`Error::Setup`] if the program has no library beside it.
    pub fn build_without_compiler(self, program: &EmbeddedProgram) -> Result<Runtime, Error> {
        let library = program.library()?;
        self.build_alone(library)
    }

    /// Makes a runtime without compiler.
    fn build_alone(mut self, library: &TrustedImage<'_>) -> Result<Runtime, Error> {
        let mut vm_options = self.vm_options()?;
        vm_options.command_line = std::mem::take(&mut self.command_line);
        let mut runtime = Runtime::of(Vm::new(vm_options, Box::new(NoCompiler))?);
        runtime.enter(|scheme| load_library(scheme, library, Growth::None))?;
        Ok(runtime)
    }

    /// What the choices say about a machine; it has no command line yet.
    fn vm_options(&self) -> Result<VmOptions, Error> {
        let mut vm_options = VmOptions::default();
        if let Some(bytes) = self.heap_bytes_max.filter(|&bytes| bytes < HEAP_BYTES_MIN) {
            return Err(Error::Setup(format!(
                "a heap of at most {bytes} bytes is too small: the library needs {HEAP_BYTES_MIN}"
            )));
        }
        vm_options.heap.heap_bytes_max = self.heap_bytes_max;
        vm_options.heap.zeal = self.zeal;
        vm_options.mmap = !self.read_images;
        vm_options.image_directory.clone_from(&self.image_directory);
        if let Some(bytes) = self.stack_bytes_max {
            vm_options.stack_bytes_max = bytes;
        }
        if let Some(tier) = self.tier {
            vm_options.tier = tier;
        }
        Ok(vm_options)
    }

    /// In which tier procedures of the library run.
    fn library_tier(&self) -> Tier {
        match self.tier {
            Some(tier) => tier,
            None if self.native_library => Tier::Native,
            None => Tier::Bytecode,
        }
    }
}

/// Loads the library. With `parts`, native code can be linked to it and to programs.
#[cfg(feature = "compiler")]
fn load_growing_library(
    runtime: &mut Runtime,
    tier: Tier,
    parts: Option<(NativeParts, Sampler)>,
    listener: PartListener,
) -> Result<(), Error> {
    let growth = match parts {
        Some(_) => Growth::NativeParts,
        None => Growth::None,
    };
    runtime.enter(|scheme| {
        let library = load_library(scheme, &boot::image(tier), growth)?;
        if let Some(parts) = parts {
            let maker = Box::new(ThreadMaker::new(parts, library, listener));
            scheme.frontend()?.set_maker(maker);
        }
        Ok(())
    })
}

fn load_library(
    scheme: &mut Scheme<'_, '_>,
    library: &TrustedImage<'_>,
    growth: Growth,
) -> Result<ImageId, Error> {
    let library = scheme.run_loaded(library, "boot", (Retention::Pinned, growth))?;
    scheme.mutator.exempt_charges();
    Ok(library)
}

impl Runtime {
    /// A runtime with default options.
    ///
    /// # Errors
    ///
    /// [`Error::Memory`] if the system refuses the address space.
    pub fn new() -> Result<Self, Error> {
        Self::builder().build()
    }

    /// Options.
    pub fn builder() -> RuntimeBuilder {
        RuntimeBuilder::default()
    }
}
