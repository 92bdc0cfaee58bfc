//! The compiler as the embedder and the command line use it.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use abi::image::section;
use compiler::checkpoint;
use compiler::codegen::NativeGenerator;
use compiler::compile::{
    CompileError, Compiled, EXPAND, ProgramTexts, compile, compile_in_parts, pass_names,
};
use compiler::core::ir::{LastExpression, Program};
use compiler::diagnostic::Diagnostic;
use compiler::expand::{
    self, CompiledLibraries, EnvironmentId, LibraryRegistry, SourceFiles, SourceText,
};
use compiler::options::{Options, Purpose};
use compiler::parts::PartOrders;
use loader::TrustedImage;
use syntax::{Data, DatumId, Supervisor, Unsupervised};

use crate::allowance::{Allowance, InterruptSupervisor};
use crate::boot;
use crate::compiler_report::{CompilerReport, Listener};
use crate::error::Error;
use crate::jit::{AT_ONCE_BYTES, Jit, LaterWork, Maker, PartListener, Work};
use crate::libraries::Libraries;
use crate::macro_limits::MacroLimits;
use crate::macro_settings::{MacroSettings, MakeEvaluator};
use crate::portable::PortableLibraries;
use crate::recorded_files::{RecordedFiles, UnexpandedProgram};
use crate::source_prefix::SourcePrefix;
use crate::texts::{is_library, read_source};

/// What makes native code, if this library has it.
#[cfg(feature = "native")]
const NATIVE_GENERATOR: Option<&dyn NativeGenerator> = Some(&native::Cranelift);
#[cfg(not(feature = "native"))]
const NATIVE_GENERATOR: Option<&dyn NativeGenerator> = None;

/// A compiler that knows the libraries of the boot image.
#[derive(Debug)]
pub struct Frontend {
    /// Made when something is to be compiled: images that are there need none.
    pub(crate) registry: Option<LibraryRegistry>,
    pub(crate) library_paths: Vec<PathBuf>,
    pub(crate) options: Options,
    /// How long the last expansion took.
    expansion: Duration,
    /// What was kept when something was compiled first: for the library.
    retained_at_first: Option<usize>,
    pub(crate) listener: Listener,
    /// Who may end a compilation.
    pub(crate) supervisor: Rc<dyn Supervisor>,
    /// What the expander reads.
    pub(crate) files: Rc<RecordedFiles>,
    /// A program that runs without having been expanded here.
    pub(crate) unexpanded: Option<UnexpandedProgram>,
    /// Why such a program cannot be expanded here.
    pub(crate) unexpandable: Option<String>,
    /// How many runs of what was compiled go on, one in the other.
    pub(crate) runs: usize,
    /// Whether anything has been expanded here, or a library has been imported.
    pub(crate) has_expanded: bool,
    /// Libraries with images of their own.
    pub(crate) libraries: Rc<Libraries>,
    /// Whether programs are compiled that import such libraries.
    pub(crate) separates: bool,
    /// Whether images in files are trusted, native code and all.
    pub(crate) trusts_files: bool,
    /// Variables of the interaction environment that the embedder has defined.
    pub(crate) declared: BTreeSet<Rc<str>>,
    /// What makes native code of programs while they run, if that is wanted.
    pub(crate) maker: Option<Box<dyn Maker>>,
    /// Native code for the program that was compiled last, and has not run.
    pub(crate) native_work: Option<Work>,
    /// What a thread is to do while that program runs.
    pub(crate) later_work: Option<LaterWork>,
    pub(crate) jit: Jit,
    /// Native code of a program with more bytes of bytecode is put off; no native code if there is no number.
    pub(crate) at_once_bytes_max: Option<usize>,
    pub(crate) part_listener: PartListener,
    source_prefix: Option<SourcePrefix>,
    /// Makes what runs procedures of macros.
    evaluator: Option<MakeEvaluator>,
    pub(crate) macro_limits: MacroLimits,
    /// Interrupts that end compilations, and procedures of macros.
    pub(crate) interrupt: Option<gc::Interrupt>,
}

/// The compiler of a runtime: the machine, the runtime and who entered the runtime have a share in it.
pub(crate) type FrontendCell = Rc<RefCell<Frontend>>;

impl Frontend {
    /// A compiler that runs no procedures of macros, and also looks for libraries in `library_paths`.
    pub(crate) fn without_machine(library_paths: Vec<PathBuf>, options: Options) -> Self {
        let native_generator = options.native_generator.or(NATIVE_GENERATOR);
        let libraries: Rc<Libraries> = Rc::default();
        Self {
            registry: None,
            library_paths,
            options: Options {
                native_generator,
                ..options
            },
            expansion: Duration::ZERO,
            retained_at_first: None,
            listener: Listener::default(),
            supervisor: Rc::new(Unsupervised),
            files: Rc::new(RecordedFiles::with_pipes(libraries.pipes.clone())),
            unexpanded: None,
            unexpandable: None,
            runs: 0,
            has_expanded: false,
            libraries,
            separates: false,
            trusts_files: false,
            declared: BTreeSet::new(),
            maker: None,
            native_work: None,
            later_work: None,
            jit: Jit::Off,
            at_once_bytes_max: Some(AT_ONCE_BYTES),
            part_listener: PartListener::default(),
            source_prefix: None,
            evaluator: None,
            macro_limits: MacroLimits::default(),
            interrupt: None,
        }
    }

    /// Lets procedures of macros run where `maker` makes it possible.
    pub(crate) fn with_evaluator(self, maker: MakeEvaluator) -> Self {
        Self {
            evaluator: Some(maker),
            ..self
        }
    }

    /// Says what procedures of macros may take.
    pub(crate) fn with_macro_limits(self, macro_limits: MacroLimits) -> Self {
        Self {
            macro_limits,
            ..self
        }
    }

    /// Chooses what source files are called in images.
    #[must_use]
    pub fn source_prefix(mut self, prefix: SourcePrefix) -> Self {
        self.source_prefix = Some(prefix);
        self
    }

    /// Tells `listen` what the compiler says besides the image, as the options ask. An error of `listen` ends the
    /// compilation with it.
    #[must_use]
    pub fn compiler_reports(
        self,
        listen: impl Fn(&CompilerReport<'_>) -> Result<(), Error> + Send + Sync + 'static,
    ) -> Self {
        self.with_listener(Listener::new(listen))
    }

    /// From here on, interrupts end compilations.
    pub(crate) fn supervise(&mut self, interrupt: gc::Interrupt) {
        self.interrupt = Some(interrupt.clone());
        self.supervise_by(InterruptSupervisor(interrupt));
    }

    /// From here on, `supervisor` is asked whether compilations go on.
    pub(crate) fn supervise_by(&mut self, supervisor: impl Supervisor + 'static) {
        self.supervisor = Rc::new(supervisor);
    }

    /// Runs a part of the compiler, unless an interrupt or the end of what is allowed ends it.
    fn supervised<T>(
        supervisor: &Rc<dyn Supervisor>,
        allowance: &mut Allowance<'_>,
        work: impl FnOnce() -> T,
    ) -> Result<T, Error> {
        let supervisor = Rc::clone(supervisor);
        let outcome = checkpoint::supervised(supervisor, &mut allowance.memory, work);
        outcome.map_err(|stop| allowance.stopped(stop))
    }

    pub(crate) fn with_listener(mut self, listener: Listener) -> Self {
        self.listener = listener;
        self
    }

    /// The image of the program, or of the forms, in a source file.
    ///
    /// # Errors
    ///
    /// [`Error::File`], [`Error::Syntax`], [`Error::Setup`].
    pub fn compile_program(&mut self, file: &Path) -> Result<TrustedImage<'static>, Error> {
        self.compile_source(&read_source(file)?, usize::MAX)
    }

    /// As [`Self::compile_program`], for an image that is run elsewhere. A text that only defines a library becomes the
    /// image of the library, which units that import the library need. A program contains the libraries that it imports
    /// from files.
    ///
    /// # Errors
    ///
    /// As [`Self::compile_program`]; [`Error::Inseparable`], [`Error::Library`].
    pub fn compile_image(&mut self, file: &Path) -> Result<TrustedImage<'static>, Error> {
        let source = read_source(file)?;
        if is_library(&source) {
            return self.compile_library(&source);
        }
        self.registry().make_images();
        self.compile_source(&source, usize::MAX)
    }

    /// As [`Self::compile_image`], and the text of the SSA that the code comes from.
    ///
    /// # Errors
    ///
    /// As [`Self::compile_program`].
    pub fn compile_with_ssa(&mut self, file: &Path) -> Result<(Vec<u8>, String), Error> {
        self.registry().make_images();
        let source = read_source(file)?;
        let mut allowance = Allowance::unlimited(&source.name);
        let program = self.expand_source(&source, &mut allowance)?;
        let options = Options {
            dump_after: pass_names().last().map(str::to_owned),
            ..self.options.clone()
        };
        let compiled = self.compile_with(program, &mut allowance, &options)?;
        Ok((compiled.image, compiled.dump.unwrap_or_default()))
    }

    /// The image of the program, or of the forms, in a text.
    ///
    /// # Errors
    ///
    /// [`Error::Syntax`], [`Error::Setup`].
    pub fn compile_text(&mut self, text: &str, name: &str) -> Result<TrustedImage<'static>, Error> {
        self.compile_source(&SourceText::new(name, text), usize::MAX)
    }

    /// As [`Self::compile_program`], with about so much memory.
    ///
    /// # Errors
    ///
    /// As there; [`Error::CompilationExhausted`].
    pub(crate) fn compile_source(
        &mut self,
        source: &SourceText,
        memory_bytes: usize,
    ) -> Result<TrustedImage<'static>, Error> {
        let recorded = self.compile_recorded(source, memory_bytes)?;
        Ok(recorded.image)
    }

    pub(crate) fn expand_source(
        &mut self,
        source: &SourceText,
        allowance: &mut Allowance<'_>,
    ) -> Result<Program, Error> {
        let libraries = self.compiled_libraries(allowance.memory_bytes());
        self.expand_program(libraries, source, allowance)
    }

    /// Expands a program that takes these libraries from images of their own, if it takes any.
    pub(crate) fn expand_program(
        &mut self,
        libraries: Option<Rc<dyn CompiledLibraries>>,
        source: &SourceText,
        allowance: &mut Allowance<'_>,
    ) -> Result<Program, Error> {
        let mut program = self.expand_with(libraries, allowance, |registry| {
            expand::expand_program(registry, source)
        })?;
        program.set_last_expression(LastExpression::Value);
        Ok(program)
    }

    /// Runs the expander, which may take these libraries from images of their own.
    pub(crate) fn expand_with<T>(
        &mut self,
        libraries: Option<Rc<dyn CompiledLibraries>>,
        allowance: &mut Allowance<'_>,
        expand: impl FnOnce(&mut LibraryRegistry) -> Result<T, Vec<Diagnostic>>,
    ) -> Result<T, Error> {
        self.expand_earlier_program()?;
        self.registry().set_compiled_libraries(libraries);
        let expanded = self.expand(allowance, expand);
        self.registry().set_compiled_libraries(None);
        self.libraries.take_error().map_or(expanded, Err)
    }

    /// Runs the expander, and remembers how long it took.
    pub(crate) fn expand<T>(
        &mut self,
        allowance: &mut Allowance<'_>,
        expand: impl FnOnce(&mut LibraryRegistry) -> Result<T, Vec<Diagnostic>>,
    ) -> Result<T, Error> {
        self.expand_earlier_program()?;
        self.has_expanded = true;
        let start = Instant::now();
        let supervisor = Rc::clone(&self.supervisor);
        let registry = self.registry();
        let expanded = Self::supervised(&supervisor, allowance, || expand(registry));
        if expanded.is_err() {
            registry.forget_last_unit();
        }
        let retained = registry.retained_bytes();
        self.retained_at_first.get_or_insert(retained);
        self.expansion = start.elapsed();
        expanded?.map_err(Error::Syntax)
    }

    /// An environment: see [`vm::hooks::Frontend::environment`].
    pub(crate) fn environment(
        &mut self,
        data: &Data,
        datum: DatumId,
        memory_bytes: usize,
    ) -> Result<Option<EnvironmentId>, Error> {
        self.expand_earlier_program()?;
        self.has_expanded = true;
        let Some(sets) = data.proper_list(datum) else {
            let environment = match data.as_symbol(datum) {
                Some("import") => self.registry().loading_environment(),
                _ => EnvironmentId::INTERACTION,
            };
            return Ok(Some(environment));
        };
        let mut allowance = Allowance::new("environment", memory_bytes);
        let supervisor = Rc::clone(&self.supervisor);
        let registry = self.registry();
        let environment = Self::supervised(&supervisor, &mut allowance, || {
            registry.environment(data, &sets)
        });
        if environment.is_err() {
            registry.forget_last_unit();
        }
        environment?.map_err(Error::Syntax)
    }

    /// Nothing is evaluated in the environment any more.
    pub(crate) fn forget_environment(&mut self, environment: EnvironmentId) {
        if let Some(registry) = &mut self.registry {
            registry.forget_environment(environment);
        }
    }

    /// The image of all forms of `text`, evaluated in the interaction environment, with about so much memory.
    pub(crate) fn compile_forms(
        &mut self,
        source: &SourceText,
        last_expression: LastExpression,
        memory_bytes: usize,
    ) -> Result<TrustedImage<'static>, Error> {
        self.check_options()?;
        let source = source.clone().in_turn();
        let mut allowance = Allowance::new(&source.name, memory_bytes);
        let mut program = self.expand(&mut allowance, |registry| {
            expand::expand_text(registry, EnvironmentId::INTERACTION, &source)
        })?;
        program.set_last_expression(last_expression);
        self.finish(program, &mut allowance, self.options.purpose)
    }

    /// Compiles an expanded program. Without an image of it, also if the listener panics, the libraries that it was
    /// to define are forgotten.
    pub(crate) fn finish(
        &mut self,
        program: Program,
        allowance: &mut Allowance<'_>,
        purpose: Purpose,
    ) -> Result<TrustedImage<'static>, Error> {
        let options = Options {
            purpose,
            ..self.options.clone()
        };
        let compiled = self.finish_with(program, allowance, &options)?;
        // SAFETY: the compiler has just written it.
        Ok(unsafe { TrustedImage::vouch(compiled.image) })
    }

    pub(crate) fn finish_with(
        &mut self,
        program: Program,
        allowance: &mut Allowance<'_>,
        options: &Options,
    ) -> Result<Compiled, Error> {
        let unit = Unfinished {
            frontend: self,
            is_done: false,
        };
        unit.finish(program, allowance, options)
    }

    /// Has native parts made of an expanded program, as `parts` say, and drops its image.
    pub(crate) fn finish_parts(
        &mut self,
        program: Program,
        allowance: &mut Allowance<'_>,
        options: &Options,
        parts: &mut dyn PartOrders,
    ) -> Result<(), Error> {
        let name = allowance.name.to_owned();
        let compile = || compile_in_parts(program, None, options, parts);
        let compiled = Self::supervised(&self.supervisor, allowance, compile)?;
        let place = |error: CompileError| without_place(&name, error.to_string());
        let compiled = compiled.map_err(|error| Error::Syntax(vec![place(error)]));
        compiled.map(|_| ())
    }

    fn compile_with(
        &self,
        mut program: Program,
        allowance: &mut Allowance<'_>,
        options: &Options,
    ) -> Result<Compiled, Error> {
        let name = allowance.name;
        for warning in &program.warnings {
            self.listener.tell(&CompilerReport::Warning(warning))?;
        }
        let texts = ProgramTexts::of(&program);
        if let Some(prefix) = &self.source_prefix {
            prefix.apply(&mut program);
        }
        let compile = || compile(program, None, options);
        let compiled = Self::supervised(&self.supervisor, allowance, compile)?;
        let mut compiled = compiled.map_err(|error| {
            let placed = texts.diagnostic(&error);
            Error::Syntax(vec![
                placed.unwrap_or_else(|| without_place(name, error.to_string())),
            ])
        })?;
        if options.time_passes {
            compiled.times.precede(EXPAND, self.expansion);
            let table = &compiled.times.to_string();
            self.listener.tell(&CompilerReport::Times { name, table })?;
        }
        Ok(compiled)
    }

    /// Compiles, and tells of it.
    fn compile_and_tell(
        &self,
        program: Program,
        allowance: &mut Allowance<'_>,
        options: &Options,
    ) -> Result<Compiled, Error> {
        let compiled = self.compile_with(program, allowance, options)?;
        if let Some(dump) = &compiled.dump {
            self.listener.tell(&CompilerReport::Program(dump))?;
        }
        if self.options.rewrites_max.is_some() {
            self.listener.tell(&CompilerReport::Rewrites {
                count: compiled.rewrites,
                last_by: compiled.last_rewritten_by,
            })?;
        }
        Ok(compiled)
    }

    pub(crate) fn check_options(&self) -> Result<(), Error> {
        let Some(pass) = &self.options.dump_after else {
            return Ok(());
        };
        if pass_names().any(|name| name == pass) {
            return Ok(());
        }
        let names = pass_names().collect::<Vec<_>>().join(" ");
        Err(Error::Setup(format!(
            "no pass of the compiler is named {pass:?}; there are: {names}"
        )))
    }

    /// Learns which bodies of libraries have run to their end, and answers globals to forget: see
    /// [`LibraryRegistry::settle_libraries`].
    pub(crate) fn settle_libraries(&mut self, is_defined: &dyn Fn(&str) -> bool) -> Vec<Rc<str>> {
        self.learn_earlier_program();
        let registry = self.registry.as_mut();
        registry.map_or_else(Vec::new, |registry| registry.settle_libraries(is_defined))
    }

    /// Says that images which were compiled may come to run at any time.
    pub(crate) fn hold_globals(&mut self) {
        if let Some(registry) = &mut self.registry {
            registry.hold_globals();
        }
    }

    /// The key of the global that a variable of the interaction environment is, if it is known.
    pub(crate) fn global_key(&mut self, name: &str) -> Option<Rc<str>> {
        self.learn_earlier_program();
        self.registry().interaction_variable(name)
    }

    /// Makes `name` a variable of the interaction environment; the key of its global.
    pub(crate) fn declare_variable(&mut self, name: &str) -> Rc<str> {
        self.learn_earlier_program();
        self.declared.insert(name.into());
        self.registry().define_interaction_variable(name)
    }

    /// About how many bytes programs have made this keep.
    pub(crate) fn retained_bytes(&self) -> usize {
        let retained = self
            .registry
            .as_ref()
            .map_or(0, LibraryRegistry::retained_bytes);
        retained.saturating_sub(self.retained_at_first.unwrap_or(retained))
    }

    fn registry(&mut self) -> &mut LibraryRegistry {
        let paths = &self.library_paths;
        let unbound_names = self.options.unbound_names;
        let recorded = &self.files;
        let (evaluator, limits) = (self.evaluator, self.macro_limits);
        let (options, interrupt) = (&self.options, &self.interrupt);
        let libraries = &self.libraries;
        self.registry.get_or_insert_with(|| {
            let mut registry = LibraryRegistry::from_interface(boot_interface());
            registry.set_unbound_names(unbound_names);
            registry.set_library_source(Rc::new(PortableLibraries));
            let files: Rc<dyn SourceFiles> = Rc::<RecordedFiles>::clone(recorded);
            registry.set_source_files(files);
            for path in paths {
                registry.add_search_path(path.clone());
            }
            if let Some(MakeEvaluator(make)) = evaluator {
                registry.set_macro_evaluator(make(MacroSettings {
                    limits,
                    library_paths: paths.clone(),
                    options: options.clone(),
                    libraries: Rc::clone(libraries),
                    files: Rc::clone(recorded),
                    interrupt: interrupt.clone(),
                }));
            }
            registry
        })
    }
}

/// The unit that was expanded last, until there is an image of it.
struct Unfinished<'frontend> {
    frontend: &'frontend mut Frontend,
    is_done: bool,
}

impl Unfinished<'_> {
    fn finish(
        mut self,
        program: Program,
        allowance: &mut Allowance<'_>,
        options: &Options,
    ) -> Result<Compiled, Error> {
        let compiled = self
            .frontend
            .compile_and_tell(program, allowance, options)?;
        self.is_done = true;
        Ok(compiled)
    }
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if !self.is_done {
            self.frontend.registry().forget_last_unit();
        }
    }
}

fn boot_interface() -> &'static [u8] {
    let interface = loader::unloaded_section(boot::bytecode(), section::INTERFACE);
    let interface = interface.expect("build.rs made the boot image");
    interface.expect("build.rs put the interface into the boot image")
}

fn without_place(name: &str, message: String) -> Diagnostic {
    Diagnostic {
        file: name.into(),
        line: 0,
        column: 0,
        width: 1,
        source_line: String::new(),
        message,
        notes: Vec::new(),
    }
}
