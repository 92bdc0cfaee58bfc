//! Writing to ports (R7RS 6.13.3).

use super::check;
use super::port::{PortSort, open_port, port_argument};
use crate::arguments::Args;
use crate::error::PrimitiveResult;
use crate::mutator::Mutator;
use crate::object::bytevector::read_many;
use crate::object::port::PortObject;
use crate::port::{flag, output};
use crate::print::{Style, to_abridged_text, to_text_supervised};
use crate::value::Value;

const TEXTUAL: PortSort = PortSort {
    flags: flag::OUTPUT | flag::TEXTUAL,
    name: "textual output port",
};
/// What ports have to which characters can be written.
const OPEN_TEXT: i64 = flag::OUTPUT | flag::TEXTUAL | flag::OUTPUT_OPEN;
/// What ports have that may send a character out when it is written.
const AT_ONCE: i64 = flag::LINE_BUFFERED | flag::UNBUFFERED;
const BINARY: PortSort = PortSort {
    flags: flag::OUTPUT | flag::BINARY,
    name: "binary output port",
};

/// `(write-char character port)`
pub(crate) fn write_char<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    // Most characters are of ASCII and wait in the buffer for more.
    if let Some(character) = args[0].as_char()
        && character.is_ascii()
        && let Some(port) = PortObject::of(args[1])
        && port.flags() & (OPEN_TEXT | AT_ONCE) == OPEN_TEXT
        && port.add_byte(character as u8)
    {
        return Ok(Value::UNSPECIFIED);
    }
    write_any_char(m, args)
}

#[inline(never)]
fn write_any_char<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    const WHO: &str = "write-char";
    let character = check::character(args, 0, WHO)?;
    let port = open_port(args, 1, TEXTUAL, WHO)?;
    let mut bytes = [0; char::MAX_LEN_UTF8];
    output::write(m, port, character.encode_utf8(&mut bytes).as_bytes(), WHO)?;
    Ok(Value::UNSPECIFIED)
}

/// `(write-string string port start end)`
pub(crate) fn write_string<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    const WHO: &str = "write-string";
    let string = check::string(args, 0, WHO)?;
    let port = open_port(args, 1, TEXTUAL, WHO)?;
    let range = check::range(args, 2, string.length(), WHO)?;
    let text = string.text_in(m, range)?;
    output::write(m, port, text.as_bytes(), WHO)?;
    Ok(Value::UNSPECIFIED)
}

/// `(write-u8 byte port)`
pub(crate) fn write_u8<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    const WHO: &str = "write-u8";
    let byte = check::byte(args, 0, WHO)?;
    let port = open_port(args, 1, BINARY, WHO)?;
    output::write(m, port, &[byte], WHO)?;
    Ok(Value::UNSPECIFIED)
}

/// `(write-bytevector bytevector port start end)`
pub(crate) fn write_bytevector<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    const WHO: &str = "write-bytevector";
    let object = check::object(args, 0, abi::tag::Kind::Bytevector, WHO)?;
    let port = open_port(args, 1, BINARY, WHO)?;
    let range = check::range(args, 2, object.size(), WHO)?;
    let bytes = read_many(m, &object.bytes()[range])?;
    output::write(m, port, &bytes, WHO)?;
    Ok(Value::UNSPECIFIED)
}

pub(crate) fn flush_output<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    const WHO: &str = "flush-output-port";
    let port = port_argument(args, 0, WHO)?;
    output::flush(m, port).map_err(|error| output::lost(WHO, error, port))?;
    Ok(Value::UNSPECIFIED)
}

fn write_value<'m>(
    m: &'m Mutator<'_>,
    args: Args<'m>,
    style: Style,
    who: &'static str,
) -> PrimitiveResult<'m> {
    let port = open_port(args, 1, TEXTUAL, who)?;
    let text = to_text_supervised(m, args[0], style, m)?;
    output::write(m, port, text.as_bytes(), who)?;
    Ok(Value::UNSPECIFIED)
}

/// `(display value port)`
pub(crate) fn display<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    write_value(m, args, Style::Display, "display")
}

/// `(write value port)`
pub(crate) fn write<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    write_value(m, args, Style::Write, "write")
}

/// `(write-shared value port)`
pub(crate) fn write_shared<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    write_value(m, args, Style::WriteShared, "write-shared")
}

/// `(write-abridged value port)`: the beginning of what `write` writes, for messages.
pub(crate) fn write_abridged<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    const WHO: &str = "write";
    let port = open_port(args, 1, TEXTUAL, WHO)?;
    let text = to_abridged_text(m, args[0], Style::Write);
    output::write(m, port, text.as_bytes(), WHO)?;
    Ok(Value::UNSPECIFIED)
}

/// `(write-simple value port)`: as `write`, so that circular structures end here too.
pub(crate) fn write_simple<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    write_value(m, args, Style::Write, "write-simple")
}
