//! Ports: buffers of bytes, in front of files, strings and bytevectors.
//!
//! Text is UTF-8 in the buffer. Bytes that are not UTF-8 read as U+FFFD, one for each part that
//! cannot be continued. Input is consumed only when an operation has succeeded, so that the
//! operation can run again after a collection. Output is complete before its first byte leaves.

pub(crate) mod file;
pub(crate) mod input;
pub(crate) mod output;
pub(crate) mod utf8;

use crate::error::Raise;
use crate::mutator::Mutator;
use crate::object::port::{NewPort, PortObject};
use crate::print::{Style, to_text};
use crate::value::Value;

/// The bits of a port's `FLAGS`. The first six are what `%port-has?` asks for.
pub(crate) mod flag {
    /// Input comes from it.
    pub(crate) const INPUT: i64 = 1;
    /// Output goes to it.
    pub(crate) const OUTPUT: i64 = 2;
    /// It is for characters.
    pub(crate) const TEXTUAL: i64 = 4;
    /// It is for bytes.
    pub(crate) const BINARY: i64 = 8;
    /// It was not closed for input.
    pub(crate) const INPUT_OPEN: i64 = 16;
    /// It was not closed for output.
    pub(crate) const OUTPUT_OPEN: i64 = 32;
    /// Output leaves at the end of each line.
    pub(crate) const LINE_BUFFERED: i64 = 64;
    /// Output leaves at once.
    pub(crate) const UNBUFFERED: i64 = 128;
    /// The reader folds case (`#!fold-case`).
    pub(crate) const FOLD_CASE: i64 = 256;
    /// The descriptor belongs to the process: it is never closed.
    pub(crate) const STANDARD: i64 = 512;
    /// There is no file behind it.
    pub(crate) const IN_MEMORY: i64 = 1024;
}

/// Bytes of the buffer of a file's port.
pub(crate) const BUFFER_BYTES: usize = 8192;
/// Bytes of the buffer of a fresh port that collects its output.
pub(crate) const COLLECTING_BYTES: usize = 64;

impl Mutator<'_> {
    /// The list of the standard ports, or the empty list.
    fn standard_ports(&self) -> Value<'_> {
        // SAFETY: the register is a root, and so up to date.
        unsafe { Value::from_word(self.state().standard_ports.get()) }
    }

    /// The list of the files that are open for output.
    fn open_ports(&self) -> Value<'_> {
        // SAFETY: the register is a root, and so up to date.
        unsafe { Value::from_word(self.state().open_ports.get()) }
    }
}

/// Remembers that `port` is open for output, until [`close`] forgets it.
pub(crate) fn remember<'m>(m: &'m Mutator<'_>, port: Value<'m>) {
    m.state()
        .open_ports
        .set(m.cons(port, m.open_ports()).word());
}

/// Flushes `port` and closes its file. Sides that are closed already stay so.
///
/// # Errors
///
/// The message of the system, when the last output could not be written; the port is closed all the
/// same.
pub(crate) fn close(m: &Mutator<'_>, port: PortObject<'_>, sides: i64) -> Result<(), String> {
    let flushed = output::flush(port);
    let flags = port.flags() & !sides;
    port.set_flags(flags);
    let is_closed = flags & (flag::INPUT_OPEN | flag::OUTPUT_OPEN) == 0;
    if let Some(descriptor) = port.descriptor().filter(|_| is_closed) {
        if !port.has(flag::STANDARD) {
            file::close(descriptor);
        }
        port.forget_descriptor();
        let others: Vec<_> = m
            .elements(m.open_ports())
            .filter(|&other| other != port.value())
            .collect();
        m.state().open_ports.set(m.list(others).word());
    }
    flushed
}

/// The standard port with this number: 0 is input, 1 output, 2 for errors. The same object each
/// time.
///
/// # Errors
///
/// [`Raise::Full`].
pub(crate) fn standard<'m>(m: &'m Mutator<'_>, number: usize) -> Result<Value<'m>, Raise<'m>> {
    let ports = m.standard_ports();
    let known = m.elements(ports).nth(number);
    if let Some(port) = known {
        return Ok(port);
    }
    // Three ports, with their buffers and names.
    m.reserve(3 * (BUFFER_BYTES + 1024))?;
    let output = flag::OUTPUT | flag::OUTPUT_OPEN;
    let lines = if file::is_terminal(1) {
        flag::LINE_BUFFERED
    } else {
        0
    };
    let make = |descriptor: i32, flags: i64, name: &str| {
        let flags = flags | flag::TEXTUAL | flag::STANDARD;
        PortObject::allocate(
            m,
            &NewPort {
                flags,
                descriptor,
                buffer: Err(BUFFER_BYTES),
                name,
            },
        )
    };
    let ports = [
        make(0, flag::INPUT | flag::INPUT_OPEN, "standard input")?,
        make(1, output | lines, "standard output")?,
        make(2, output | flag::UNBUFFERED, "standard error")?,
    ];
    m.state().standard_ports.set(m.list(ports).word());
    Ok(ports[number])
}

/// Sends out what waits in all ports that are open for output, as far as that is possible.
///
/// # Errors
///
/// For the first port whose output is lost: its name, and the message of the system.
pub(crate) fn flush_all(m: &Mutator<'_>) -> Result<(), String> {
    let ports = m
        .elements(m.standard_ports())
        .chain(m.elements(m.open_ports()));
    let mut outcome = Ok(());
    for port in ports.filter_map(PortObject::of) {
        if let Err(message) = output::flush(port) {
            let name = to_text(m, port.name(), Style::Display);
            outcome = outcome.and(Err(format!("{name}: {message}")));
        }
    }
    outcome
}
