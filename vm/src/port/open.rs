//! The ports that are open: the standard ports, and those of files.

use std::os::fd::RawFd;

use rustix::io::Errno;

use super::{file, flag, output};
use crate::error::Raise;
use crate::mutator::Mutator;
use crate::object::port::{NewPort, PortObject};
use crate::print::{Style, to_abridged_text};
use crate::value::Value;

/// Bytes of the buffer of a standard port, before it is used for more.
const STANDARD_BYTES: usize = 64;

impl Mutator<'_> {
    /// The list of the standard ports, or the empty list.
    pub(super) fn standard_ports(&self) -> Value<'_> {
        // SAFETY: the register is a root, and so up to date.
        unsafe { Value::from_word(self.state().standard_ports.get()) }
    }
}

/// Opens a file as `open` does. Where the system has no descriptors left, the files of ports that are gone are
/// closed first.
///
/// # Errors
///
/// [`Raise::Full`]: a collection has to find these ports. `file-error`, about `name`.
pub(crate) fn open_file<'m>(
    m: &'m Mutator<'_>,
    name: Value<'m>,
    who: &'static str,
    open: impl FnOnce() -> Result<RawFd, Errno>,
) -> Result<RawFd, Raise<'m>> {
    m.note_look_outside();
    let opened = open();
    let files = &mut *m.state().open_files.borrow_mut();
    let is_short = matches!(opened, Err(Errno::MFILE | Errno::NFILE));
    let was_collecting = std::mem::replace(&mut files.is_collecting, false);
    if is_short && !was_collecting {
        files.is_collecting = true;
        m.heap().want_full_collection();
        return Err(Raise::Full(0));
    }
    opened.map_err(|error| Raise::file(who, file::message(error), name))
}

/// Remembers that the file of `port`, a new one, is open, until [`close`] forgets it or the port is gone.
pub(crate) fn remember(m: &Mutator<'_>, descriptor: RawFd, port: Value<'_>) {
    let files = &m.state().open_files;
    files.borrow_mut().add(descriptor, port.word());
}

/// Flushes `port` and closes its file. Sides that are closed already stay so.
///
/// # Errors
///
/// The system's, when the last output could not be written; the port is closed all the same.
pub(crate) fn close(m: &Mutator<'_>, port: PortObject<'_>, sides: i64) -> Result<(), Errno> {
    let flushed = output::flush(m, port);
    let flags = port.flags() & !sides;
    port.set_flags(flags);
    let is_closed = flags & (flag::INPUT_OPEN | flag::OUTPUT_OPEN) == 0;
    if let Some(descriptor) = port.descriptor().filter(|_| is_closed) {
        if !port.has(flag::STANDARD) {
            m.state().open_files.borrow_mut().remove(descriptor);
            file::close(descriptor);
        }
        port.forget_descriptor();
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
    m.reserve(3 * (STANDARD_BYTES + 1024))?;
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
                buffer: Err(STANDARD_BYTES),
                name,
            },
        )
    };
    let ports = [
        make(
            0,
            flag::INPUT | flag::INPUT_OPEN | flag::AT_START,
            "standard input",
        )?,
        make(1, output | lines, "standard output")?,
        make(2, output | flag::UNBUFFERED, "standard error")?,
    ];
    m.state().standard_ports.set(m.list(ports).word());
    Ok(ports[number])
}

/// Output of a port that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{port}")]
pub struct LostOutput {
    /// The port's name: that of its file.
    pub port: String,
    /// What the system says.
    #[source]
    pub error: std::io::Error,
}

/// Sends out what waits in all ports that are open for output, as far as that is possible.
///
/// # Errors
///
/// For the first port whose output is lost.
pub(crate) fn flush_all(m: &Mutator<'_>) -> Result<(), LostOutput> {
    let files: Vec<u64> = m.state().open_files.borrow().words().collect();
    // SAFETY: a collection brings the words of open files up to date, and drops those of ports that are gone.
    let files = files
        .into_iter()
        .map(|word| unsafe { Value::from_word(word) });
    let ports = m.elements(m.standard_ports()).chain(files);
    let mut outcome = Ok(());
    for port in ports.filter_map(PortObject::of) {
        if let Err(error) = output::flush(m, port) {
            outcome = outcome.and(Err(LostOutput {
                port: to_abridged_text(m, port.name(), Style::Display),
                error: error.into(),
            }));
        }
    }
    outcome
}
