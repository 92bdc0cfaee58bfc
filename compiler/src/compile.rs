//! From a program to image bytes: the whole pipeline on one screen.
//!
//! ```text
//! text ─ syntax ─ expand ─► Core ─ CORE_PASSES ─► closed Core ─ build ─► SSA
//!      ─ ssa::pass::PASSES ─► SSA ─ codegen ─► LinkUnit ─ link ─► image
//! ```
//!
//! Equal programs give equal bytes.

use std::cell::Cell;
use std::rc::Rc;

use crate::checkpoint::checkpoint;
use crate::codegen::{self, CodegenError, NativeChoice};
use crate::core::ir::Program;
use crate::core::{Stage, pass, verify};
use crate::diagnostic::{Diagnostic, Place};
use crate::internal_error::{self, InternalError};
use crate::link::native_code::NativeApart;
use crate::link::unit::LinkUnit;
use crate::link::{LinkError, link, link_apart};
use crate::options::{Level, Options, Purpose, Tier};
use crate::phase_times::PhaseTimes;
use crate::rewrites::Rewrites;
use crate::ssa::ir::Unit;
use crate::ssa::{self, BuildError};

/// A pass over Core.
#[derive(Clone, Copy, Debug)]
pub struct CorePass {
    /// In kebab case, equal to the file's name.
    pub name: &'static str,
    /// The pass.
    pub run: fn(Program) -> Program,
    /// What the program is afterwards.
    pub stage: Stage,
    /// The lowest level on which it runs.
    pub level: Level,
}

/// All passes over Core, in the order in which they run.
pub const CORE_PASSES: &[CorePass] = &[
    CorePass {
        name: "name-activations",
        run: pass::name_activations,
        stage: Stage::Expanded,
        level: Level::None,
    },
    CorePass {
        name: "gather-arguments",
        run: pass::gather_arguments,
        stage: Stage::Expanded,
        level: Level::None,
    },
    CorePass {
        name: "integrate-records",
        run: pass::integrate_records,
        stage: Stage::Expanded,
        level: Level::None,
    },
    CorePass {
        name: "integrate-primitives",
        run: pass::integrate_primitives,
        stage: Stage::Expanded,
        level: Level::None,
    },
    CorePass {
        name: "keep-callers",
        run: pass::keep_callers,
        stage: Stage::Expanded,
        level: Level::None,
    },
    CorePass {
        name: "fix-letrec",
        run: pass::fix_letrec,
        stage: Stage::Fixed,
        level: Level::None,
    },
    CorePass {
        name: "inline",
        run: pass::inline,
        stage: Stage::Fixed,
        level: Level::Full,
    },
    CorePass {
        name: "contify",
        run: pass::contify,
        stage: Stage::Fixed,
        level: Level::Basic,
    },
    CorePass {
        name: "convert-assignments",
        run: pass::convert_assignments,
        stage: Stage::Converted,
        level: Level::None,
    },
    CorePass {
        name: "lift-procedures",
        run: pass::lift_procedures,
        stage: Stage::Converted,
        level: Level::Full,
    },
    CorePass {
        name: "close",
        run: pass::close,
        stage: Stage::Closed,
        level: Level::None,
    },
    CorePass {
        name: "share-closures",
        run: pass::share_closures,
        stage: Stage::Closed,
        level: Level::Full,
    },
];

/// The name under which the result of the expander can be seen.
pub const EXPAND: &str = "expand";
/// The name under which the first SSA form can be seen.
pub const BUILD: &str = "build";
/// The phases after the last pass.
const CODEGEN: &str = "codegen";
const LINK: &str = "link";

/// Why a program that expanded well has no image.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompileError {
    /// A number that instructions cannot hold.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// A procedure too large for its frame or code.
    #[error(transparent)]
    Codegen(#[from] CodegenError),
    /// An image too large.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The compiler broke an invariant of its own.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

/// The files of a program and their texts, by number, for messages about places in them.
#[derive(Clone, Debug)]
pub struct ProgramTexts {
    files: Vec<Rc<str>>,
    texts: Vec<Rc<str>>,
}

impl ProgramTexts {
    /// Those of `program`.
    pub fn of(program: &Program) -> Self {
        Self {
            files: program.files.clone(),
            texts: program.texts.clone(),
        }
    }

    /// The error as a mistake at its place; `None` if it is about no place in a text.
    pub fn diagnostic(&self, error: &CompileError) -> Option<Diagnostic> {
        let place = match error {
            CompileError::Build(error) => Some(error.place()),
            CompileError::Codegen(error) => error.place(),
            CompileError::Link(_) | CompileError::Internal(_) => None,
        }?;
        let number = usize::from(place.file);
        let place = Place {
            file: self.files.get(number)?,
            text: self.texts.get(number)?,
            line: place.line,
            column: place.column,
            span: place.span,
        };
        Some(place.diagnostic(error.to_string(), Vec::new()))
    }
}

/// An image, and what was asked to be seen on the way.
#[derive(Clone, Debug, Default)]
pub struct Compiled {
    /// The bytes of the image.
    pub image: Vec<u8>,
    /// Native code for the image's procedures, which a loader links to the image, if that was asked for
    /// ([`Options::native_apart`], [`Options::tier`]), and any procedure has some.
    pub native_part: Option<Vec<u8>>,
    /// Whether there is no native part because it would take long to make ([`Options::bytecode_bytes_max`]).
    pub is_native_part_put_off: bool,
    /// The program as text after the pass that [`Options::dump_after`] names.
    pub dump: Option<String>,
    /// How long it took.
    pub times: PhaseTimes,
    /// How many rewrites passes have done that could be left out.
    pub rewrites: u64,
    /// The pass that did the last of them, if there was one.
    pub last_rewritten_by: Option<&'static str>,
}

/// The names that [`Options::dump_after`] may have, in the order of the pipeline. Of a pass that runs
/// several times, the last run is shown.
pub fn pass_names() -> impl Iterator<Item = &'static str> {
    let core = CORE_PASSES.iter().map(|pass| pass.name);
    let ssa = ssa::pass::PASSES.iter().map(|pass| pass.name);
    std::iter::once(EXPAND)
        .chain(core)
        .chain(std::iter::once(BUILD))
        .chain(ssa)
        .filter({
            let mut seen = Vec::new();
            move |name| {
                let is_new = !seen.contains(name);
                seen.push(*name);
                is_new
            }
        })
}

/// Compiles an expanded program. `interface` is kept in the image for those who import its libraries.
///
/// # Errors
///
/// A program that is too large for the format in some respect; a fault of the compiler, whose panic goes
/// no further.
pub fn compile(
    program: Program,
    interface: Option<Vec<u8>>,
    options: &Options,
) -> Result<Compiled, CompileError> {
    let phase = Cell::new(EXPAND);
    let run = || compile_unguarded(program, interface, options, &phase);
    internal_error::guard(|| phase.get(), run)?
}

/// Notes in `phase` what runs.
fn compile_unguarded(
    mut program: Program,
    interface: Option<Vec<u8>>,
    options: &Options,
    phase: &Cell<&'static str>,
) -> Result<Compiled, CompileError> {
    let mut observer = Observer {
        wanted: options.dump_after.as_deref(),
        phase: Some(phase),
        times: PhaseTimes::new(options.time_passes),
        ..Observer::default()
    };
    observer.find_planted(&program);
    let records = std::mem::take(&mut program.records);
    let (mut link_unit, native) = generate(program, options, &mut observer)?;
    link_unit.interface = interface;
    link_unit.records = records;
    link_unit.purpose = options.purpose;
    observer.times.resume();
    observer.begin(LINK);
    let is_native_part_put_off = native.as_ref().is_some_and(|native| native.is_put_off);
    let (image, native_part) = match native {
        Some(native) => link_apart(link_unit, native)?,
        None => (link(&link_unit)?, None),
    };
    observer.times.record(LINK);
    Ok(Compiled {
        image,
        native_part,
        is_native_part_put_off,
        dump: observer.dump,
        times: observer.times,
        rewrites: observer.rewrites,
        last_rewritten_by: observer.last_rewritten_by,
    })
}

/// What [`compile`] gives to the linker.
///
/// # Errors
///
/// As [`compile`], but for [`CompileError::Link`].
pub fn link_unit(program: Program, options: &Options) -> Result<LinkUnit, CompileError> {
    generate(program, options, &mut Observer::default()).map(|(link_unit, _)| link_unit)
}

/// Also the native code that is to be linked apart from the image, if any is.
fn generate(
    mut program: Program,
    options: &Options,
    observer: &mut Observer<'_>,
) -> Result<(LinkUnit, Option<NativeApart>), CompileError> {
    program.rewrites = Rewrites::up_to(options.rewrites_max);
    program = run_core_passes(program, Passes::OverExpanded, options, observer);
    if may_be_direct(options) && !observer.is_planted {
        observer.begin(CODEGEN);
        if let Some(mut link_unit) = codegen::generate_directly(&program) {
            link_unit.frames = options.frames;
            return Ok((link_unit, None));
        }
    }
    let mut unit = lower(program, options, observer)?;
    if options.tier != Tier::Bytecode || options.native_apart {
        unit = codegen::separate_entry(unit);
    }
    observer.begin(CODEGEN);
    let times = &mut observer.times;
    let (tier, generator) = (options.tier, options.native_generator);
    let is_library = options.purpose == Purpose::Library;
    let (mut link_unit, native) = if options.native_apart {
        let choice = NativeChoice {
            tier,
            generator,
            bytecode_bytes_max: options.bytecode_bytes_max,
        };
        let (link_unit, native) = codegen::generate_apart(&unit, is_library, choice, times)?;
        (link_unit, Some(native))
    } else if is_library {
        let link_unit = codegen::generate_library(&unit, tier, generator, times)?;
        (link_unit, None)
    } else {
        (codegen::generate(&unit, tier, generator, times)?, None)
    };
    link_unit.frames = options.frames;
    Ok((link_unit, native))
}

/// Whether a form that runs once may go without SSA: it is run at once, and nobody wants to see how it is compiled.
const fn may_be_direct(options: &Options) -> bool {
    let is_watched = options.dump_after.is_some()
        || options.time_passes
        || options.rewrites_max.is_some()
        || options.check_facts;
    matches!(options.purpose, Purpose::Memory) && !is_watched
}

/// A part of [`CORE_PASSES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Passes {
    /// Those that leave the forms of stage 1: frames, errors and places depend on them.
    OverExpanded,
    /// All others.
    Rest,
}

/// Runs the passes of one part.
fn run_core_passes(
    mut program: Program,
    part: Passes,
    options: &Options,
    observer: &mut Observer<'_>,
) -> Program {
    if part == Passes::OverExpanded {
        observer.core(EXPAND, Stage::Expanded, &program);
    }
    for pass in CORE_PASSES {
        if (pass.stage == Stage::Expanded) != (part == Passes::OverExpanded) {
            continue;
        }
        observer.begin(pass.name);
        if options.level >= pass.level {
            program = (pass.run)(program);
        }
        observer.core(pass.name, pass.stage, &program);
    }
    program
}

/// From Core, behind the passes over expanded Core, to the SSA that code is generated from.
fn lower(
    program: Program,
    options: &Options,
    observer: &mut Observer<'_>,
) -> Result<Unit, BuildError> {
    let level = options.level;
    let program = run_core_passes(program, Passes::Rest, options, observer);
    observer.begin(BUILD);
    let mut unit = ssa::build(program)?;
    unit.checks_facts = options.check_facts;
    observer.ssa(BUILD, &unit);
    for pass in ssa::pass::PASSES {
        observer.begin(pass.name);
        if level >= pass.level {
            unit = (pass.run)(unit);
        }
        observer.ssa(pass.name, &unit);
    }
    Ok(unit)
}

/// Looks at the program after each pass.
#[derive(Default)]
struct Observer<'options> {
    wanted: Option<&'options str>,
    /// Where to note what runs.
    phase: Option<&'options Cell<&'static str>>,
    /// Whether a test plants a panic: see [`internal_error::plant`].
    is_planted: bool,
    dump: Option<String>,
    times: PhaseTimes,
    rewrites: u64,
    last_rewritten_by: Option<&'static str>,
}

impl Observer<'_> {
    /// Notes that `phase` runs from here on.
    fn begin(&self, phase: &'static str) {
        checkpoint();
        if let Some(running) = self.phase {
            running.set(phase);
        }
        if self.is_planted {
            internal_error::plant(phase);
        }
    }

    fn find_planted(&mut self, program: &Program) {
        let mut variables = program.variables.iter();
        self.is_planted = cfg!(debug_assertions)
            && variables.any(|variable| &*variable.name == internal_error::PLANTED);
    }

    fn count(&mut self, pass: &'static str, rewrites: Rewrites) {
        if rewrites.done() > self.rewrites {
            self.rewrites = rewrites.done();
            self.last_rewritten_by = Some(pass);
        }
    }

    fn core(&mut self, pass: &'static str, stage: Stage, program: &Program) {
        if pass != EXPAND {
            self.times.record(pass);
        }
        self.count(pass, program.rewrites);
        if self.wanted == Some(pass) {
            self.dump = Some(program.to_text());
        }
        if cfg!(debug_assertions) {
            let errors = verify(program, stage);
            assert!(
                errors.is_empty(),
                "ill-formed Core after {pass}: {errors:#?}"
            );
        }
        self.times.resume();
    }

    fn ssa(&mut self, pass: &'static str, unit: &Unit) {
        self.times.record(pass);
        self.count(pass, unit.rewrites);
        if self.wanted == Some(pass) {
            self.dump = Some(ssa::print::print(unit));
        }
        if cfg!(debug_assertions) {
            let errors = ssa::verify::verify(unit);
            assert!(
                errors.is_empty(),
                "ill-formed SSA after {pass}: {errors:#?}"
            );
        }
        self.times.resume();
    }
}
