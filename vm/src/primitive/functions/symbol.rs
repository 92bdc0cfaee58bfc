//! Symbols (R7RS 6.5).

use abi::object_layout::symbol::NAME;
use abi::tag::Kind;

use super::check;
use crate::arguments::Args;
use crate::error::PrimitiveResult;
use crate::mutator::Mutator;
use crate::object::symbol::symbol_bytes;

pub(crate) fn string_to_symbol<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let name = check::string(args, 0, "string->symbol")?.to_text(m)?;
    // The copy stays until there is a symbol.
    m.announce(name.len() + symbol_bytes(m, &name)?)?;
    m.try_intern(&name)
}

pub(crate) fn symbol_to_string<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    Ok(check::object(args, 0, Kind::Symbol, "symbol->string")?.field(NAME))
}

pub(crate) fn generate_symbol<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let name = check::string(args, 0, "generate-symbol")?.to_text(m)?;
    // The copy stays until there is a symbol.
    m.announce(name.len() + symbol_bytes(m, &name)?)?;
    Ok(m.make_symbol(&name)?)
}
