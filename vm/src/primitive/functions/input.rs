//! Reading from ports (R7RS 6.13.2).

use std::cell::Cell;

use syntax::Stop;

use super::port::{PortSort, open_port};
use super::{bytevector, check};
use crate::arguments::Args;
use crate::error::PrimitiveResult;
use crate::mutator::Mutator;
use crate::object::port::PortObject;
use crate::object::string::StringObject;
use crate::port::input::{self, Filled};
use crate::port::utf8::{self, After, Decoded};
use crate::port::{file, flag};
use crate::value::Value;

const TEXTUAL: PortSort = PortSort {
    flags: flag::INPUT | flag::TEXTUAL,
    name: "textual input port",
};
/// What ports have from which characters can be read.
const OPEN_TEXT: i64 = flag::INPUT | flag::TEXTUAL | flag::INPUT_OPEN;
const BINARY: PortSort = PortSort {
    flags: flag::INPUT | flag::BINARY,
    name: "binary input port",
};

pub(crate) fn read_char<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    // Most characters wait in the buffer and are of ASCII.
    if let Some(port) = PortObject::of(args[0]).filter(|port| port.has(OPEN_TEXT))
        && let Some(byte) = port.take_byte(|byte| byte.is_ascii())
    {
        return Ok(Value::character(char::from(byte)));
    }
    read_any_char(m, args)
}

#[inline(never)]
fn read_any_char<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let port = open_port(args, 0, TEXTUAL, "read-char")?;
    let Some((character, length)) = input::peek(m, port, "read-char")? else {
        return Ok(Value::EOF);
    };
    port.take(length);
    Ok(Value::character(character))
}

pub(crate) fn peek_char<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    if let Some(port) = PortObject::of(args[0]).filter(|port| port.has(OPEN_TEXT))
        && let Some(byte) = port.waiting().first().map(Cell::get)
        && byte.is_ascii()
    {
        return Ok(Value::character(char::from(byte)));
    }
    peek_any_char(m, args)
}

#[inline(never)]
fn peek_any_char<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let port = open_port(args, 0, TEXTUAL, "peek-char")?;
    let next = input::peek(m, port, "peek-char")?;
    Ok(next.map_or(Value::EOF, |(character, _)| Value::character(character)))
}

pub(crate) fn is_char_ready<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    const WHO: &str = "char-ready?";
    let port = open_port(args, 0, TEXTUAL, WHO)?;
    Ok(Value::boolean(input::has_character(m, port, WHO)?))
}

pub(crate) fn is_u8_ready<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let port = open_port(args, 0, BINARY, "u8-ready?")?;
    m.note_look_outside();
    let waits = port.waiting().is_empty() && port.descriptor().is_some_and(|d| !file::is_ready(d));
    Ok(Value::boolean(!waits))
}

/// Waits until `measure` is content with the bytes that wait, or no more come: it answers how many
/// to take, or `Err` with how many it has seen and need not see again.
///
/// # Errors
///
/// Those of [`input::fill`] and of `measure`.
fn await_bytes<'m>(
    m: &'m Mutator<'_>,
    port: PortObject<'m>,
    who: &'static str,
    mut measure: impl FnMut(&[Cell<u8>], usize) -> Result<Result<usize, usize>, Stop>,
) -> PrimitiveResult<'m, usize> {
    let mut seen = 0;
    loop {
        seen = match measure(port.waiting(), seen)? {
            Ok(count) => return Ok(count),
            Err(seen) => seen,
        };
        if input::fill(m, port, who)? == Filled::AtEnd {
            return Ok(port.waiting().len());
        }
    }
}

/// A line without its end; the end-of-file object after the last one. A line feed ends a line, a carriage
/// return, or both (R7RS 6.13.2): what follows a carriage return is waited for.
pub(crate) fn read_line<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    const WHO: &str = "read-line";
    let port = open_port(args, 0, TEXTUAL, WHO)?;
    let is_end = |byte: &Cell<u8>| matches!(byte.get(), b'\n' | b'\r');
    let count = await_bytes(m, port, WHO, |bytes, seen| {
        let mut end = bytes.len();
        let is_open = m.all_parts(seen..bytes.len(), |part| {
            let found = bytes[part.clone()].iter().position(is_end);
            end = found.map_or(end, |index| part.start + index);
            found.is_none()
        })?;
        if is_open {
            return Ok(Err(end));
        }
        Ok(
            match (bytes[end].get(), bytes.get(end + 1).map(Cell::get)) {
                (b'\r', None) => Err(end),
                (b'\r', Some(b'\n')) => Ok(end + 2),
                _ => Ok(end + 1),
            },
        )
    })?;
    if count == 0 {
        return Ok(Value::EOF);
    }
    let line = &port.waiting()[..count];
    let ends = line.iter().rev().take(2).take_while(|byte| is_end(byte));
    let line = &line[..count - ends.count()];
    let string = StringObject::from_characters(m, utf8::characters(line))?;
    port.take(count);
    Ok(string.value())
}

/// `(read-string count port)`
pub(crate) fn read_string<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    const WHO: &str = "read-string";
    let wanted = check::size(args, 0, WHO)?;
    let port = open_port(args, 1, TEXTUAL, WHO)?;
    let mut found = 0;
    let count = await_bytes(m, port, WHO, |bytes, mut seen| {
        while found < wanted {
            m.check_at(found)?;
            match utf8::decode(&bytes[seen..], After::MayFollow) {
                Decoded::Character(_, length) => (found, seen) = (found + 1, seen + length),
                Decoded::Incomplete | Decoded::Nothing => return Ok(Err(seen)),
            }
        }
        Ok(Ok(seen))
    })?;
    if count == 0 && wanted > 0 {
        return Ok(Value::EOF);
    }
    let bytes = &port.waiting()[..count];
    let string = StringObject::from_characters(m, utf8::characters(bytes))?;
    port.take(count);
    Ok(string.value())
}

/// Waits for one byte.
fn next_byte<'m>(
    m: &'m Mutator<'_>,
    port: PortObject<'m>,
    who: &'static str,
) -> PrimitiveResult<'m, Option<u8>> {
    let count = await_bytes(m, port, who, |bytes, _| {
        Ok(bytes.first().map(|_| 1).ok_or(0))
    })?;
    Ok((count > 0).then(|| port.waiting()[0].get()))
}

pub(crate) fn read_u8<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let port = open_port(args, 0, BINARY, "read-u8")?;
    let Some(byte) = next_byte(m, port, "read-u8")? else {
        return Ok(Value::EOF);
    };
    port.take(1);
    Ok(Value::count(usize::from(byte)))
}

pub(crate) fn peek_u8<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let port = open_port(args, 0, BINARY, "peek-u8")?;
    let next = next_byte(m, port, "peek-u8")?;
    Ok(next.map_or(Value::EOF, |byte| Value::count(usize::from(byte))))
}

/// `(read-bytevector count port)`
pub(crate) fn read_bytevector<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    const WHO: &str = "read-bytevector";
    let wanted = check::size(args, 0, WHO)?;
    let port = open_port(args, 1, BINARY, WHO)?;
    let count = await_bytes(m, port, WHO, |bytes, _| {
        Ok(if bytes.len() < wanted {
            Err(0)
        } else {
            Ok(wanted)
        })
    })?;
    if count == 0 && wanted > 0 {
        return Ok(Value::EOF);
    }
    let result = bytevector::from_cells(m, &port.waiting()[..count])?;
    port.take(count);
    Ok(result)
}

pub(crate) fn read<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    crate::read::read(m, open_port(args, 0, TEXTUAL, "read")?)
}
