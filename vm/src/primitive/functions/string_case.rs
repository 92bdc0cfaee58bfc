//! Strings: comparison and case (R7RS 6.7).

use std::cmp::Ordering;

use super::character::fold;
use super::check;
use crate::arguments::Args;
use crate::error::PrimitiveResult;
use crate::mutator::Mutator;
use crate::object::string::StringObject;
use crate::value::Value;

fn two<'m>(
    args: Args<'m>,
    who: &'static str,
) -> PrimitiveResult<'m, (StringObject<'m>, StringObject<'m>)> {
    Ok((check::string(args, 0, who)?, check::string(args, 1, who)?))
}

pub(crate) fn string_equal<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let (a, b) = two(args, "string=?")?;
    Ok(Value::boolean(a.is_equal(b)))
}

pub(crate) fn string_less<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let (a, b) = two(args, "string<?")?;
    Ok(Value::boolean(a.all().cmp(b.all()) == Ordering::Less))
}

fn compare_folded<'m>(args: Args<'m>, who: &'static str) -> PrimitiveResult<'m, Ordering> {
    let (a, b) = two(args, who)?;
    Ok(a.all().flat_map(fold).cmp(b.all().flat_map(fold)))
}

pub(crate) fn string_ci_equal<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    Ok(Value::boolean(
        compare_folded(args, "string-ci=?")? == Ordering::Equal,
    ))
}

pub(crate) fn string_ci_less<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    Ok(Value::boolean(
        compare_folded(args, "string-ci<?")? == Ordering::Less,
    ))
}

/// The full mappings: `ß` becomes `SS`, and a sigma at the end of a word the final one.
fn mapped<'m>(
    m: &'m Mutator<'_>,
    args: Args<'m>,
    who: &'static str,
    map: impl FnOnce(&str) -> String,
) -> PrimitiveResult<'m> {
    let text = check::string(args, 0, who)?.to_text();
    Ok(StringObject::from_text(m, &map(&text))?.value())
}

pub(crate) fn string_upcase<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    mapped(m, args, "string-upcase", str::to_uppercase)
}

pub(crate) fn string_downcase<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    mapped(m, args, "string-downcase", str::to_lowercase)
}

pub(crate) fn string_foldcase<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    mapped(m, args, "string-foldcase", |text| {
        text.chars().flat_map(fold).collect()
    })
}
