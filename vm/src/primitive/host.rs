//! Host primitives: they end runs, collect, compile, or call the embedder.

#![expect(
    clippy::unnecessary_wraps,
    reason = "all primitives have one signature"
)]

use std::any::Any;
use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use abi::condition::ConditionKind;
use abi::form_text;
use abi::tag::Kind;
use gc::{Charge, Scope};
use loader::TrustedImage;

use crate::collect::heap_exhausted;
use crate::datum::DatumError;
use crate::ending::HostError;
use crate::error::{Condition, Irritant};
use crate::hooks::{EnvironmentNumber, FormText, Frontend, FrontendError};
use crate::images::{Growth, Retention};
use crate::mutator::Mutator;
use crate::object::Object;
use crate::object::environment::environment_number;
use crate::object::symbol::text_of;
use crate::port::file::is_short_of_descriptors;
use crate::value::Value;

/// Places of callers that an uncaught object is reported with.
const PLACES_MAX: usize = 64;

/// `(%collect full?)`
pub(crate) fn collect(m: &mut Mutator<'_>) -> Result<(), HostError> {
    let scope = if m.argument(0).is_true() {
        Scope::Full
    } else {
        Scope::Minor
    };
    m.collect_scope(scope);
    Ok(())
}

/// `(%exit status)`
pub(crate) fn exit(m: &mut Mutator<'_>) -> Result<(), HostError> {
    let status = m.argument(0);
    let status = match status.as_fixnum() {
        Some(status) => (status & 0xff) as i32,
        None => i32::from(!status.is_true()),
    };
    crate::port::flush_all(m).map_err(|lost| {
        let kind = if lost.error.kind() == ErrorKind::BrokenPipe {
            ConditionKind::ClosedPipe
        } else {
            ConditionKind::File
        };
        let message = crate::port::file::message(lost.error);
        let irritants = [message, lost.port].map(|text| Irritant::Text(text.into()));
        Condition::new(kind, irritants).of("exit")
    })?;
    Err(HostError::Exit(status))
}

/// `(%raise-uncaught object)`
pub(crate) fn raise_uncaught(m: &mut Mutator<'_>) -> Result<(), HostError> {
    let places = m.suspended_machine().map_or_else(Vec::new, |machine| {
        m.places(m.return_addresses(machine, PLACES_MAX))
    });
    Err(HostError::Uncaught {
        object: m.root(m.argument(0)),
        places,
    })
}

/// `(%compile datum environment)`
pub(crate) fn compile(m: &mut Mutator<'_>) -> Result<(), HostError> {
    let environment = environment_argument(m, 1)?;
    let image = with_resources(m, |m, memory_bytes| {
        let compiled = compile_argument(m, environment, memory_bytes);
        if compiled.is_err() {
            m.settle_externals(None);
        }
        compiled
    })?;
    load_compiled(m, &image, "eval")
}

/// The image of the form that is the first argument.
fn compile_argument(
    m: &mut Mutator<'_>,
    environment: EnvironmentNumber,
    memory_bytes: usize,
) -> Result<TrustedImage<'static>, CompilationError> {
    let (data, datum) = m.datum_of(m.argument(0), parts_max(m, memory_bytes))?;
    with_frontend(m, |frontend| {
        frontend.compile_datum(&data, datum, environment, memory_bytes)
    })
}

/// How many parts a datum may have that is compiled with so much memory.
fn parts_max(m: &Mutator<'_>, memory_bytes: usize) -> usize {
    let frontend = m.state().frontend.as_ref();
    let part_bytes = frontend.map_or(1, |frontend| frontend.part_bytes());
    memory_bytes / part_bytes.max(1)
}

/// Why a form or file has no image, or import sets have no environment.
enum CompilationError {
    /// Compiling takes more memory than the heap's limit leaves.
    NoMemory,
    Other(HostError),
}

impl From<DatumError> for CompilationError {
    fn from(error: DatumError) -> Self {
        match error {
            DatumError::NoMemory { .. } => Self::NoMemory,
            DatumError::TooLarge | DatumError::Interrupted => Self::Other(datum_error(error)),
        }
    }
}

/// Compiles with as much memory as the heap's limit leaves: as it is, and once more after a full collection. Where
/// the system has no descriptor left, texts cannot be opened, and the files of ports that are gone are closed first.
fn with_resources<T>(
    m: &mut Mutator<'_>,
    compile: impl Fn(&mut Mutator<'_>, usize) -> Result<T, CompilationError>,
) -> Result<T, HostError> {
    let mut memory_bytes = m.heap().chargeable_bytes();
    let mut compiled = compile(m, memory_bytes);
    if matches!(compiled, Err(CompilationError::NoMemory)) {
        m.collect_scope(Scope::Full);
        let bytes_before = memory_bytes;
        memory_bytes = m.heap().chargeable_bytes();
        if memory_bytes > bytes_before {
            compiled = compile(m, memory_bytes);
        }
    } else if compiled.is_err() && is_short_of_descriptors() {
        m.collect_scope(Scope::Full);
        compiled = compile(m, memory_bytes);
    }
    compiled.map_err(|error| match error {
        CompilationError::NoMemory => heap_exhausted(m, memory_bytes).into(),
        CompilationError::Other(error) => error,
    })
}

/// `(%load file-name environment)`
pub(crate) fn load(m: &mut Mutator<'_>) -> Result<(), HostError> {
    let environment = environment_argument(m, 1)?;
    let Some(path) = Object::of_kind(m.argument(0), Kind::String).map(text_of) else {
        return Err(HostError::Message(
            "load: the file name is no string".into(),
        ));
    };
    let image = with_resources(m, |m, memory_bytes| {
        with_frontend(m, |frontend| {
            frontend.compile_file(&path, environment, memory_bytes)
        })
    });
    m.note_look_outside();
    let image = image?;
    load_compiled(m, &image, &path)
}

/// `(%load-next name forms)`: a procedure that evaluates some of the forms, from the first one on, and the others.
pub(crate) fn load_next(m: &mut Mutator<'_>) -> Result<(), HostError> {
    let name = Object::of_kind(m.argument(0), Kind::String).map(text_of);
    let name = name.ok_or_else(|| HostError::Message("the text has no name".into()))?;
    let forms = next_forms(m, m.argument(1))
        .ok_or_else(|| HostError::Message("these are no forms of a text".into()))?;
    let (image, count) = with_resources(m, |m, memory_bytes| {
        with_frontend(m, |frontend| {
            frontend.compile_next(&name, &forms, memory_bytes)
        })
    })?;
    load_compiled(m, &image, &name)?;
    m.set_result(|m| {
        let mut rest = m.argument(1);
        for _ in 0..count {
            rest = m.pair(rest).map_or(Value::NULL, |(_, rest)| rest);
        }
        m.cons(m.result(), rest)
    });
    Ok(())
}

/// The forms up to the first one that is no definition, at least one: they are likely to share an image.
fn next_forms<'m>(m: &'m Mutator<'_>, list: Value<'m>) -> Option<Vec<FormText>> {
    let mut forms = Vec::new();
    for form in m.elements(list) {
        let fields = m.vector_elements(form)?;
        let number = |index: usize| u32::try_from(fields.get(index)?.as_fixnum()?).ok();
        let is_true = |index: usize| Some(fields.get(index)?.is_true());
        let text = Object::of_kind(*fields.get(form_text::TEXT)?, Kind::String);
        forms.push(FormText {
            text: text_of(text?),
            line: number(form_text::LINE)?,
            column: number(form_text::COLUMN)?,
            folds_case: is_true(form_text::FOLDS_CASE)?,
        });
        if !is_true(form_text::IS_DEFINITION)? {
            break;
        }
    }
    (!forms.is_empty()).then_some(forms)
}

/// `(%environment specification)`: `#f` if a library is not loaded.
pub(crate) fn environment(m: &mut Mutator<'_>) -> Result<(), HostError> {
    let bytes_before = frontend_bytes(m);
    let number = with_resources(m, |m, memory_bytes| {
        let converted = m.datum_of(m.argument(0), parts_max(m, memory_bytes));
        m.settle_externals(None);
        let (data, datum) = converted?;
        with_frontend(m, |frontend| {
            frontend.environment(&data, datum, memory_bytes)
        })
    })?;
    m.set_result(|m| number.map_or(Value::FALSE, |number| m.environment(number)));
    // They go with the environment, unless a library was met for the first time.
    let young_bytes = frontend_bytes(m).saturating_sub(bytes_before);
    m.heap().charges_resized(young_bytes);
    Ok(())
}

/// What is charged for the compiler.
fn frontend_bytes(m: &Mutator<'_>) -> usize {
    m.state().frontend_charge.as_ref().map_or(0, Charge::bytes)
}

/// `(%call-host ticket arguments)`
pub(crate) fn call_host(m: &mut Mutator<'_>) -> Result<(), HostError> {
    let Some(procedure) = m.host_procedure(m.argument(0)) else {
        return Err(HostError::Message("no such host procedure".into()));
    };
    if m.list_length(m.argument(1)).is_none() {
        return Err(HostError::Message("the arguments are no list".into()));
    }
    m.spread_arguments(1);
    let Ok(mut procedure) = procedure.try_borrow_mut() else {
        return Err(HostError::Message("a host procedure called itself".into()));
    };
    match catch_unwind(AssertUnwindSafe(|| procedure(m))) {
        // The closure has caught the panic of a run of the machine, which cannot go on.
        Ok(_) if m.is_broken() => Err(HostError::Broken),
        Ok(outcome) => outcome,
        Err(panic) if !m.is_broken() => Err(HostError::Message(panic_message(panic.as_ref()))),
        // It came out of a run of the machine, which cannot go on: a bug of ours.
        Err(panic) => resume_unwind(panic),
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    format!("a host procedure panicked: {}", panic_text(panic))
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("no text")
}

fn environment_argument(m: &Mutator<'_>, index: usize) -> Result<EnvironmentNumber, HostError> {
    let number = environment_number(m.argument(index));
    number.ok_or_else(|| HostError::Message("this is no environment".into()))
}

/// Lends the compiler out: it must not be needed meanwhile. A panic goes no further than this: the run is whole.
fn with_frontend<T>(
    m: &mut Mutator<'_>,
    work: impl FnOnce(&mut dyn Frontend) -> Result<T, FrontendError>,
) -> Result<T, CompilationError> {
    let Some(mut frontend) = m.state_mut().frontend.take() else {
        let message = "there is no compiler here".into();
        return Err(CompilationError::Other(HostError::Message(message)));
    };
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        m.settle_libraries(|is_defined| frontend.settle_libraries(is_defined));
        work(frontend.as_mut())
    }));
    let state = m.state_mut();
    if let Some(charge) = &mut state.frontend_charge {
        charge.resize(frontend.retained_bytes());
    }
    state.frontend = Some(frontend);
    m.heap().charges_resized(0);
    let outcome = outcome.unwrap_or_else(|panic| {
        Err(FrontendError {
            message: format!("a fault of the compiler: {}", panic_text(panic.as_ref())),
            ..FrontendError::default()
        })
    });
    outcome.map_err(|error| {
        if error.is_interrupted {
            let interrupted = Condition::new(ConditionKind::Interrupted, []);
            return CompilationError::Other(interrupted.into());
        }
        if error.is_memory_short {
            return CompilationError::NoMemory;
        }
        CompilationError::Other(frontend_error(error))
    })
}

/// What a program is told of a mistake in its text.
fn frontend_error(error: FrontendError) -> HostError {
    if error.is_unreadable {
        let irritants = [
            Irritant::Text(error.message.into()),
            Irritant::Text(error.file.into()),
        ];
        return Condition::new(ConditionKind::File, irritants)
            .of("load")
            .into();
    }
    let syntax = Condition::new(
        ConditionKind::Syntax,
        [
            Irritant::Text(error.message.into()),
            Irritant::Text(error.file.into()),
            Irritant::Integer(i64::from(error.line)),
            Irritant::Integer(i64::from(error.column)),
        ],
    );
    syntax.into()
}

fn load_compiled(
    m: &mut Mutator<'_>,
    image: &TrustedImage<'_>,
    name: &str,
) -> Result<(), HostError> {
    match m.load_image(image, name, Retention::Reached, Growth::None) {
        Ok(id) => {
            m.settle_externals(Some(id));
            Ok(())
        }
        Err(error) => {
            m.settle_externals(None);
            Err(HostError::Message(format!("{name}: {error}")))
        }
    }
}

fn datum_error(error: DatumError) -> HostError {
    if error == DatumError::Interrupted {
        return Condition::new(ConditionKind::Interrupted, []).into();
    }
    let syntax = Condition::new(
        ConditionKind::Syntax,
        [
            Irritant::Text(error.to_string().into()),
            Irritant::Text("eval".into()),
            Irritant::Integer(0),
            Irritant::Integer(0),
        ],
    );
    syntax.into()
}
