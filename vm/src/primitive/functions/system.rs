//! The environment of the process, clocks and files' names (R7RS 6.13.1, 6.14).

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::time::{SystemTime, UNIX_EPOCH};

use abi::object_layout::pair;
use syntax::Stop;

use super::check;
use crate::arguments::Args;
use crate::error::{PrimitiveResult, Raise};
use crate::mutator::Mutator;
use crate::number::heap::from_i64;
use crate::object::string::{StringObject, measure, string_bytes};
use crate::port::file::message;
use crate::value::Value;

/// Jiffies are nanoseconds.
const JIFFIES_PER_SECOND: i64 = 1_000_000_000;

pub(crate) fn current_jiffy<'m>(m: &'m Mutator<'_>, _args: Args<'m>) -> PrimitiveResult<'m> {
    m.note_look_outside();
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    Ok(from_i64(
        m,
        now.tv_sec
            .wrapping_mul(JIFFIES_PER_SECOND)
            .wrapping_add(now.tv_nsec),
    ))
}

pub(crate) fn jiffies_per_second<'m>(m: &'m Mutator<'_>, _args: Args<'m>) -> PrimitiveResult<'m> {
    Ok(from_i64(m, JIFFIES_PER_SECOND))
}

/// Seconds since the beginning of 1970, as the system counts them: without leap seconds.
pub(crate) fn current_second<'m>(m: &'m Mutator<'_>, _args: Args<'m>) -> PrimitiveResult<'m> {
    m.note_look_outside();
    let seconds = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_secs_f64(),
        Err(before) => -before.duration().as_secs_f64(),
    };
    Ok(m.flonum(seconds))
}

pub(crate) fn get_environment_variable<'m>(
    m: &'m Mutator<'_>,
    args: Args<'m>,
) -> PrimitiveResult<'m> {
    let name = check::string(args, 0, "get-environment-variable")?.to_text(m)?;
    // The standard library panics for names that no variable has.
    if name.is_empty() || name.contains(['=', '\0']) {
        return Ok(Value::FALSE);
    }
    m.note_look_outside();
    match std::env::var_os(name) {
        Some(value) => Ok(StringObject::from_text(m, &value.to_string_lossy())?.value()),
        None => Ok(Value::FALSE),
    }
}

pub(crate) fn get_environment_variables<'m>(
    m: &'m Mutator<'_>,
    _args: Args<'m>,
) -> PrimitiveResult<'m> {
    m.note_look_outside();
    let text = |text: &OsStr| text.to_string_lossy().into_owned();
    let variables: Vec<_> = std::env::vars_os()
        .map(|(name, value)| (text(&name), text(&value)))
        .collect();
    let bytes = |text: &str| -> Result<usize, Stop> {
        let (length, width) = measure(m, text.chars())?;
        Ok(string_bytes(length, width))
    };
    let mut total = 2 * pair::BYTES * variables.len();
    for (name, value) in &variables {
        total += bytes(name)? + bytes(value)?;
    }
    m.reserve(total)?;
    let mut list = Value::NULL;
    for (name, value) in variables.iter().rev() {
        let name = StringObject::from_text(m, name)?.value();
        let value = StringObject::from_text(m, value)?.value();
        list = m.cons(m.cons(name, value), list);
    }
    Ok(list)
}

/// Argument `index` as the name of a file.
pub(super) fn file_name<'m>(
    m: &'m Mutator<'_>,
    args: Args<'m>,
    index: usize,
    who: &'static str,
) -> PrimitiveResult<'m, String> {
    let name = check::string(args, index, who)?.to_text(m)?;
    if name.contains('\0') {
        return Err(Raise::file(who, "a file name contains no NUL", args[index]));
    }
    Ok(name)
}

pub(crate) fn file_exists<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let name = file_name(m, args, 0, "file-exists?")?;
    m.note_look_outside();
    let path = std::path::Path::new(OsStr::from_bytes(name.as_bytes()));
    Ok(Value::boolean(path.symlink_metadata().is_ok()))
}

pub(crate) fn delete_file<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let name = file_name(m, args, 0, "delete-file")?;
    m.note_look_outside();
    match std::fs::remove_file(name) {
        Ok(()) => Ok(Value::UNSPECIFIED),
        Err(error) => Err(Raise::file("delete-file", message(error), args[0])),
    }
}
