//! Numbers to strings and back (R7RS 6.2.7).

use std::ops::RangeInclusive;

use syntax::NumberError;
use syntax::number::parse;

use super::check;
use crate::arguments::Args;
use crate::error::{PrimitiveResult, Raise};
use crate::mutator::Mutator;
use crate::number::generic;
use crate::number::heap::{as_number, from_number};
use crate::number::text::write_number;
use crate::number::tower::Number;
use crate::object::string::StringObject;
use crate::value::Value;

/// The radices that digits and letters suffice for.
const RADICES: RangeInclusive<usize> = 2..=36;

pub(crate) fn number_to_string<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    const WHO: &str = "number->string";
    let radix = check::index_between(args, 1, RADICES, WHO)?;
    generic::reserve_copies(m, &[args[0]])?;
    let number = as_number(args[0]).ok_or_else(|| Raise::wrong_type(WHO, 1, "number", args[0]))?;
    let text = write_number(&number, radix as u32, m)?;
    Ok(StringObject::from_text(m, &text)?.value())
}

pub(crate) fn string_to_number<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    const WHO: &str = "string->number";
    let text = check::string(args, 0, WHO)?.to_text(m)?;
    let radix = check::index_between(args, 1, RADICES, WHO)?;
    match parse::parse_supervised(&text, radix as u32, m) {
        Ok(number) => from_number(m, &Number::from(&number)),
        Err(NumberError::Stopped(stop)) => Err(stop.into()),
        Err(_) => Ok(Value::FALSE),
    }
}
