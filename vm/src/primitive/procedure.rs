//! Leaf primitives that tell what a procedure is: its name, its arity, and what its text says.

use abi::properties::ArgumentCounts;

use crate::arguments::Args;
use crate::error::{PrimitiveResult, Raise};
use crate::interpreter::Code;
use crate::mutator::Mutator;
use crate::value::Value;

/// `(%procedure-name procedure)`
pub(crate) fn procedure_name<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    procedure("procedure-name", args[0])?;
    Ok(m.procedure_name(args[0])
        .map_or(Value::FALSE, |name| m.string(&name)))
}

/// `(%procedure-arity procedure)` is `(required optional . rest?)`.
pub(crate) fn procedure_arity<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let header = procedure("procedure-arity", args[0])?.header();
    let optional = Value::count(usize::from(header.optional));
    let rest = m.cons(optional, Value::boolean(header.has_rest()));
    Ok(m.cons(Value::count(usize::from(header.required)), rest))
}

/// `(%procedure-details procedure)` is `(parameters file line column documentation accepted)`: the parameters' names,
/// the rest parameter last, and where the procedure was written. What the image does not tell is `#f`. Accepted are
/// ranges `(first . last)` of numbers of arguments, whose last number may be `#f`; or `#f`, if the arity says all.
pub(crate) fn procedure_details<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let details = m.procedure_details(procedure("procedure-details", args[0])?);
    m.reserve(details.bytes_max())?;
    let text = |text: &Option<String>| text.as_deref().map_or(Value::FALSE, |text| m.string(text));
    let number = |number: u32| match number {
        0 => Value::FALSE,
        _ => Value::count(number as usize),
    };
    let range = |&ArgumentCounts { first, last }: &ArgumentCounts| {
        let last = last.map_or(Value::FALSE, |last| Value::count(last as usize));
        m.cons(Value::count(first as usize), last)
    };
    let parameters = match &details.parameters {
        Some(names) => m.list(names.iter().map(|name| m.string(name)).collect::<Vec<_>>()),
        None => Value::FALSE,
    };
    let accepted = match &details.properties.accepted {
        Some(ranges) => m.list(ranges.iter().map(range).collect::<Vec<_>>()),
        None => Value::FALSE,
    };
    Ok(m.list([
        parameters,
        text(&details.file),
        number(details.line),
        number(details.column),
        text(&details.properties.documentation),
        accepted,
    ]))
}

fn procedure<'m>(who: &'static str, value: Value<'m>) -> Result<Code, Raise<'m>> {
    Code::of(value).ok_or_else(|| Raise::wrong_type(who, 1, "procedure", value))
}
