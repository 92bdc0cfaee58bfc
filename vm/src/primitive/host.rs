//! Host primitives: they end runs, collect, compile, or call the embedder.

#![expect(
    clippy::unnecessary_wraps,
    reason = "all primitives have one signature"
)]

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;

use abi::condition::ConditionKind;
use abi::tag::Kind;
use gc::Scope;
use loader::TrustedImage;

use crate::datum::DatumError;
use crate::ending::HostError;
use crate::error::{Condition, Irritant};
use crate::hooks::{Frontend, FrontendError};
use crate::images::Retention;
use crate::mutator::Mutator;
use crate::object::Object;
use crate::object::symbol::text_of;

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
        Condition::new(ConditionKind::File, [Irritant::Text(lost.into())]).of("exit")
    })?;
    Err(HostError::Exit(status))
}

/// `(%raise-uncaught object)`
pub(crate) fn raise_uncaught(m: &mut Mutator<'_>) -> Result<(), HostError> {
    let places = m.suspended_machine().map_or_else(Vec::new, |machine| {
        m.places(&m.return_addresses(machine, PLACES_MAX))
    });
    Err(HostError::Uncaught {
        object: m.root(m.argument(0)),
        places,
    })
}

/// `(%compile datum environment)`
pub(crate) fn compile(m: &mut Mutator<'_>) -> Result<(), HostError> {
    let environment = environment_number(m, 1)?;
    let converted = m.datum_of(m.argument(0));
    let compiled = match converted {
        Ok((data, datum)) => with_frontend(m, |frontend| {
            frontend.compile_datum(&data, datum, environment)
        }),
        Err(error) => Err(datum_error(error)),
    };
    let image = match compiled {
        Ok(image) => image,
        Err(error) => {
            m.settle_externals(None);
            return Err(error);
        }
    };
    load_compiled(m, &image, "eval")
}

/// `(%load file-name environment)`
pub(crate) fn load(m: &mut Mutator<'_>) -> Result<(), HostError> {
    let environment = environment_number(m, 1)?;
    let Some(path) = Object::of_kind(m.argument(0), Kind::String).map(text_of) else {
        return Err(HostError::Message(
            "load: the file name is no string".into(),
        ));
    };
    let image = with_frontend(m, |frontend| frontend.compile_file(&path, environment))?;
    load_compiled(m, &image, &path)
}

/// `(%environment specification)`
pub(crate) fn environment(m: &mut Mutator<'_>) -> Result<(), HostError> {
    let (data, datum) = m.datum_of(m.argument(0)).map_err(datum_error)?;
    m.settle_externals(None);
    let number = with_frontend(m, |frontend| frontend.environment(&data, datum))?;
    m.set_result(|_| crate::value::Value::count(number as usize));
    Ok(())
}

/// `(%call-host number arguments)`
pub(crate) fn call_host(m: &mut Mutator<'_>) -> Result<(), HostError> {
    let number = m.argument(0).as_index();
    let procedure = number.and_then(|number| m.state().host_procedures.get(number));
    let Some(procedure) = procedure.map(|(_, procedure)| Rc::clone(procedure)) else {
        return Err(HostError::Message("no such host procedure".into()));
    };
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
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    format!("a host procedure panicked: {}", text.unwrap_or("no text"))
}

fn environment_number(m: &Mutator<'_>, index: usize) -> Result<u32, HostError> {
    let number = m
        .argument(index)
        .as_index()
        .and_then(|number| u32::try_from(number).ok());
    number.ok_or_else(|| HostError::Message("this is no environment".into()))
}

/// Lends the compiler out: it must not be needed meanwhile.
fn with_frontend<T>(
    m: &mut Mutator<'_>,
    work: impl FnOnce(&mut dyn Frontend) -> Result<T, FrontendError>,
) -> Result<T, HostError> {
    let Some(mut frontend) = m.state_mut().frontend.take() else {
        return Err(HostError::Message("there is no compiler here".into()));
    };
    let outcome = work(frontend.as_mut());
    m.state_mut().frontend = Some(frontend);
    outcome.map_err(|error| {
        if error.is_interrupted {
            return Condition::new(ConditionKind::Interrupted, []).into();
        }
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
    })
}

fn load_compiled(
    m: &mut Mutator<'_>,
    image: &TrustedImage<'_>,
    name: &str,
) -> Result<(), HostError> {
    match m.load_image(image, name, Retention::Reached) {
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
