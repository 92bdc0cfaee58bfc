//! Ports: opening and closing (R7RS 6.13.1).

use std::cell::Cell;

use abi::tag::Kind;

use super::string_conversion::encoded;
use super::system::file_name;
use super::{bytevector, check};
use crate::arguments::Args;
use crate::error::{PrimitiveResult, Raise};
use crate::mutator::Mutator;
use crate::object::port::{NewPort, PortObject};
use crate::object::string::{StringObject, UnitWidth, string_bytes};
use crate::port::file::{self, Access, BUFFER_BYTES};
use crate::port::output::COLLECTING_BYTES;
use crate::port::{self, flag, output, utf8};
use crate::value::Value;

const INPUT: i64 = flag::INPUT | flag::INPUT_OPEN;
const OUTPUT: i64 = flag::OUTPUT | flag::OUTPUT_OPEN;

/// Argument `index` as a port.
pub(super) fn port_argument<'m>(
    args: Args<'m>,
    index: usize,
    who: &'static str,
) -> PrimitiveResult<'m, PortObject<'m>> {
    PortObject::of(args[index])
        .ok_or_else(|| Raise::wrong_type(who, index + 1, "port", args[index]))
}

/// What a port has to be for a procedure.
#[derive(Clone, Copy)]
pub(super) struct PortSort {
    /// Bits of [`flag`].
    pub(super) flags: i64,
    /// What errors call such a port.
    pub(super) name: &'static str,
}

/// Argument `index` as a port of this sort that is open on that side.
pub(super) fn open_port<'m>(
    args: Args<'m>,
    index: usize,
    sort: PortSort,
    who: &'static str,
) -> PrimitiveResult<'m, PortObject<'m>> {
    let port = PortObject::of(args[index])
        .filter(|port| port.has(sort.flags))
        .ok_or_else(|| Raise::wrong_type(who, index + 1, sort.name, args[index]))?;
    let open = if sort.flags & flag::INPUT == 0 {
        flag::OUTPUT_OPEN
    } else {
        flag::INPUT_OPEN
    };
    if port.has(open) {
        Ok(port)
    } else {
        Err(Raise::file(who, "the port is closed", args[index]))
    }
}

/// Opens the file of argument 1 and makes a port for it.
fn open_file<'m>(
    m: &'m Mutator<'_>,
    args: Args<'m>,
    access: Access,
    who: &'static str,
) -> PrimitiveResult<'m> {
    /// More than the port takes, beside name and buffer.
    const PORT_BYTES: usize = 256;
    let name = file_name(m, args, 0, who)?;
    let is_input = access == Access::Read;
    let kind = match (args[1].is_true(), is_input) {
        (true, _) => flag::BINARY,
        (false, true) => flag::TEXTUAL | flag::AT_START,
        (false, false) => flag::TEXTUAL,
    };
    // Everything is announced before the file is opened, so that it is opened once.
    m.reserve(BUFFER_BYTES + PORT_BYTES + string_bytes(name.chars().count(), UnitWidth::Wide))?;
    let descriptor = port::open_file(m, args[0], who, || file::open(&name, access))?;
    let flags = kind | if is_input { INPUT } else { OUTPUT };
    let new = NewPort {
        flags,
        descriptor,
        buffer: Err(BUFFER_BYTES),
        name: &name,
    };
    let port = PortObject::allocate(m, &new).inspect_err(|_| file::close(descriptor))?;
    port::remember(m, descriptor, port);
    Ok(port)
}

/// `(open-input-file name binary?)`
pub(crate) fn open_input_file<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    open_file(m, args, Access::Read, "open-input-file")
}

/// `(open-output-file name binary? append?)`
pub(crate) fn open_output_file<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let access = if args[2].is_true() {
        Access::Append
    } else {
        Access::Write
    };
    open_file(m, args, access, "open-output-file")
}

/// A port without a file.
fn open_memory<'m>(
    m: &'m Mutator<'_>,
    flags: i64,
    buffer: Result<Value<'m>, usize>,
    name: &str,
) -> PrimitiveResult<'m> {
    PortObject::allocate(
        m,
        &NewPort {
            flags: flags | flag::IN_MEMORY,
            descriptor: -1,
            buffer,
            name,
        },
    )
}

pub(crate) fn open_input_string<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let string = check::string(args, 0, "open-input-string")?;
    let buffer = encoded(m, string, 0..string.length())?;
    open_memory(m, INPUT | flag::TEXTUAL, Ok(buffer), "string")
}

pub(crate) fn open_output_string<'m>(m: &'m Mutator<'_>, _args: Args<'m>) -> PrimitiveResult<'m> {
    open_memory(m, OUTPUT | flag::TEXTUAL, Err(COLLECTING_BYTES), "string")
}

pub(crate) fn open_input_bytevector<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    check::object(args, 0, Kind::Bytevector, "open-input-bytevector")?;
    open_memory(m, INPUT | flag::BINARY, Ok(args[0]), "bytevector")
}

pub(crate) fn open_output_bytevector<'m>(
    m: &'m Mutator<'_>,
    _args: Args<'m>,
) -> PrimitiveResult<'m> {
    open_memory(
        m,
        OUTPUT | flag::BINARY,
        Err(COLLECTING_BYTES),
        "bytevector",
    )
}

pub(crate) fn standard_port<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let number = check::index_between(args, 0, 0..=2, "standard-port")?;
    port::standard(m, number)
}

/// The bytes that a port without a file has collected.
fn collected<'m>(
    args: Args<'m>,
    kind: i64,
    expected: &'static str,
    who: &'static str,
) -> PrimitiveResult<'m, &'m [Cell<u8>]> {
    PortObject::of(args[0])
        .filter(|port| port.has(flag::OUTPUT | flag::IN_MEMORY | kind))
        .map(PortObject::waiting)
        .ok_or_else(|| Raise::wrong_type(who, 1, expected, args[0]))
}

pub(crate) fn get_output_string<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let bytes = collected(
        args,
        flag::TEXTUAL,
        "string output port",
        "get-output-string",
    )?;
    Ok(StringObject::from_characters(m, utf8::characters(bytes))?.value())
}

pub(crate) fn get_output_bytevector<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    const WHO: &str = "get-output-bytevector";
    let bytes = collected(args, flag::BINARY, "bytevector output port", WHO)?;
    bytevector::from_cells(m, bytes)
}

/// `(close-port port sides)`: 1 is the input side, 2 the output side, anything else both.
pub(crate) fn close_port<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    const WHO: &str = "close-port";
    let port = port_argument(args, 0, WHO)?;
    let sides = match args[1].as_fixnum() {
        Some(1) => flag::INPUT_OPEN,
        Some(2) => flag::OUTPUT_OPEN,
        _ => flag::INPUT_OPEN | flag::OUTPUT_OPEN,
    };
    port::close(m, port, sides).map_err(|error| output::lost(WHO, error, port))?;
    Ok(Value::UNSPECIFIED)
}

/// `(port-has? port bits)`: whether all of the bits are set.
pub(crate) fn port_has<'m>(_m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let port = port_argument(args, 0, "port-has?")?;
    let bits = args[1].as_fixnum();
    Ok(Value::boolean(bits.is_some_and(|bits| port.has(bits))))
}
