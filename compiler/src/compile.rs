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
use crate::codegen::{self, CodegenError};
use crate::core::ir::Program;
use crate::core::{Stage, pass, verify};
use crate::diagnostic::{Diagnostic, Place};
use crate::internal_error::{self, InternalError};
use crate::link::unit::LinkUnit;
use crate::link::{LinkError, LinkedImage, link};
use crate::options::{Level, LoopEntries, Options, Purpose, Tier};
use crate::parts::{PartOrder, PartOrders, Parts, WholePart};
use crate::phase_times::PhaseTimes;
use crate::rewrites::Rewrites;
use crate::ssa::analysis::KeptTypes;
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

/// As [`compile`] with [`Options::native_apart`], but `parts` say which native parts are made, one after the other, and
/// take them. The image is the same.
///
/// # Errors
///
/// As [`compile`].
pub fn compile_in_parts(
    program: Program,
    interface: Option<Vec<u8>>,
    options: &Options,
    parts: &mut dyn PartOrders,
) -> Result<Compiled, CompileError> {
    let phase = Cell::new(EXPAND);
    let run = || {
        let mut observer = Observer::of(&program, options, &phase);
        let image = Image {
            interface,
            records: Vec::new(),
            options,
            parts: Some(parts),
        };
        image.make(program, &mut observer)
    };
    internal_error::guard(|| phase.get(), run)?
}

/// Notes in `phase` what runs.
fn compile_unguarded(
    program: Program,
    interface: Option<Vec<u8>>,
    options: &Options,
    phase: &Cell<&'static str>,
) -> Result<Compiled, CompileError> {
    let mut observer = Observer::of(&program, options, phase);
    let image = Image {
        interface,
        records: Vec::new(),
        options,
        parts: None,
    };
    image.make(program, &mut observer)
}

/// An image that is to be made.
struct Image<'a> {
    interface: Option<Vec<u8>>,
    /// Other sections, of the program that is made.
    records: Vec<(&'static str, Vec<u8>)>,
    options: &'a Options,
    /// Who wants native parts, if that is somebody else.
    parts: Option<&'a mut dyn PartOrders>,
}

impl Image<'_> {
    fn make(
        mut self,
        mut program: Program,
        observer: &mut Observer<'_>,
    ) -> Result<Compiled, CompileError> {
        self.records = std::mem::take(&mut program.records);
        let mut made = Made::default();
        match generate(program, self.options, observer)? {
            Generated::Directly(link_unit) => made.image = self.link(link_unit, observer)?,
            Generated::Lowered(unit) if self.options.native_apart => {
                made = self.make_apart(&unit, observer)?;
            }
            Generated::Lowered(unit) => {
                let link_unit = generate_from(&unit, self.options, observer)?;
                made.image = self.link(link_unit, observer)?;
            }
        }
        Ok(Compiled {
            image: made.image,
            native_part: made.native_part,
            is_native_part_put_off: made.is_native_part_put_off,
            dump: observer.dump.take(),
            times: std::mem::take(&mut observer.times),
            rewrites: observer.rewrites,
            last_rewritten_by: observer.last_rewritten_by,
        })
    }

    fn link(
        &mut self,
        link_unit: LinkUnit,
        observer: &mut Observer<'_>,
    ) -> Result<Vec<u8>, LinkError> {
        observer.times.resume();
        observer.begin(LINK);
        let image = link(&self.complete(link_unit))?;
        observer.times.record(LINK);
        Ok(image)
    }

    fn make_apart(
        &mut self,
        unit: &Unit,
        observer: &mut Observer<'_>,
    ) -> Result<Made, CompileError> {
        let options = self.options;
        let is_library = options.purpose == Purpose::Library;
        let (link_unit, mut apart) =
            codegen::generate_apart(unit, is_library, &mut observer.times)?;
        observer.begin(LINK);
        let mut image = LinkedImage::new(self.complete(link_unit))?;
        observer.times.record(LINK);
        let bytes_max = options.bytecode_bytes_max;
        let is_put_off = bytes_max.is_some_and(|bytes_max| apart.code_bytes() > bytes_max);
        let mut whole = WholePart::new(match options.loop_entries {
            LoopEntries::None => PartOrder::Whole,
            LoopEntries::All => PartOrder::WholeWithLoops,
        });
        if options.tier != Tier::Bytecode && !is_put_off {
            observer.begin(CODEGEN);
            let generator = options.native_generator;
            let generator = generator.ok_or(CodegenError::NoNativeGenerator)?;
            let wanted: &mut dyn PartOrders = match &mut self.parts {
                Some(parts) => *parts,
                None => &mut whole,
            };
            let mut parts = Parts::new(options.tier, &apart, &mut image, wanted);
            apart.native(generator, &mut parts)?;
            if let Some(error) = parts.failure {
                return Err(error.into());
            }
            observer.times.record("native-code");
        }
        Ok(Made {
            image: image.into_bytes(),
            native_part: whole.part,
            is_native_part_put_off: is_put_off,
        })
    }

    fn complete(&mut self, mut link_unit: LinkUnit) -> LinkUnit {
        link_unit.interface = self.interface.take();
        link_unit.records = std::mem::take(&mut self.records);
        link_unit.purpose = self.options.purpose;
        link_unit.frames = self.options.frames;
        link_unit
    }
}

/// What was made.
#[derive(Default)]
struct Made {
    image: Vec<u8>,
    native_part: Option<Vec<u8>>,
    is_native_part_put_off: bool,
}

/// What [`compile`] gives to the linker.
///
/// # Errors
///
/// As [`compile`], but for [`CompileError::Link`].
pub fn link_unit(program: Program, options: &Options) -> Result<LinkUnit, CompileError> {
    let observer = &mut Observer::default();
    let mut link_unit = match generate(program, options, observer)? {
        Generated::Directly(link_unit) => link_unit,
        Generated::Lowered(unit) if options.native_apart => {
            let is_library = options.purpose == Purpose::Library;
            codegen::generate_apart(&unit, is_library, &mut observer.times)?.0
        }
        Generated::Lowered(unit) => generate_from(&unit, options, observer)?,
    };
    link_unit.frames = options.frames;
    Ok(link_unit)
}

/// A program for code generation.
enum Generated {
    /// Its code, which was made of Core.
    Directly(LinkUnit),
    /// What code is made of.
    Lowered(Unit),
}

fn generate(
    mut program: Program,
    options: &Options,
    observer: &mut Observer<'_>,
) -> Result<Generated, CompileError> {
    program.rewrites = Rewrites::up_to(options.rewrites_max);
    program = run_core_passes(program, Passes::OverExpanded, options, observer);
    if may_be_direct(options) && !observer.is_planted {
        observer.begin(CODEGEN);
        if let Some(link_unit) = codegen::generate_directly(&program) {
            return Ok(Generated::Directly(link_unit));
        }
    }
    let mut unit = lower(program, options, observer)?;
    if options.tier != Tier::Bytecode || options.native_apart {
        unit = codegen::separate_entry(unit);
    }
    observer.begin(CODEGEN);
    Ok(Generated::Lowered(unit))
}

/// The code of `unit`, with its native code.
fn generate_from(
    unit: &Unit,
    options: &Options,
    observer: &mut Observer<'_>,
) -> Result<LinkUnit, CodegenError> {
    let (tier, generator) = (options.tier, options.native_generator);
    let times = &mut observer.times;
    if options.purpose == Purpose::Library {
        codegen::generate_library(unit, tier, generator, times)
    } else {
        codegen::generate(unit, tier, generator, times)
    }
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
    unit.polls_each_turn = options.native_apart;
    observer.ssa(BUILD, &unit);
    let mut kept = KeptTypes::default();
    for pass in ssa::pass::PASSES {
        observer.begin(pass.name);
        if level >= pass.level {
            unit = pass.run_keeping(unit, &mut kept);
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

impl<'options> Observer<'options> {
    fn of(
        program: &Program,
        options: &'options Options,
        phase: &'options Cell<&'static str>,
    ) -> Self {
        let mut observer = Self {
            wanted: options.dump_after.as_deref(),
            phase: Some(phase),
            times: PhaseTimes::new(options.time_passes),
            ..Self::default()
        };
        observer.find_planted(program);
        observer
    }

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
