//! Output: collecting bytes, and sending them out.

use abi::condition::ConditionKind;
use rustix::io::Errno;
use syntax::{Stop, Supervisor};

use super::file::BUFFER_BYTES;
use super::{file, flag};
use crate::error::{Condition, Irritant, Raise};
use crate::mutator::Mutator;
use crate::object::bytevector::{read_bytes, write_bytes, write_many};
use crate::object::port::PortObject;

/// Bytes of the buffer of a fresh port that collects its output.
pub(crate) const COLLECTING_BYTES: usize = 64;

/// Sends out what waits in the buffer; what cannot be written is dropped.
///
/// # Errors
///
/// As of [`file::write`].
pub(crate) fn flush(m: &Mutator<'_>, port: PortObject<'_>) -> Result<(), Errno> {
    let Some(descriptor) = port.descriptor().filter(|_| port.has(flag::OUTPUT)) else {
        return Ok(());
    };
    let waiting = read_bytes(port.waiting());
    port.set_valid(0, 0);
    file::write(descriptor, &waiting, m)
}

/// The condition that `who` could not write to the port, or was interrupted when nobody read.
#[cold]
pub(crate) fn lost<'m>(who: &'static str, error: Errno, port: PortObject<'m>) -> Raise<'m> {
    if error == Errno::INTR {
        return Stop::Interrupted.into();
    }
    let kind = if error == Errno::PIPE {
        ConditionKind::ClosedPipe
    } else {
        ConditionKind::File
    };
    let irritants = [
        Irritant::Text(file::message(error).into()),
        Irritant::Value(port.name()),
    ];
    Condition::new(kind, irritants).of(who).into()
}

/// Bytes that are written to a file at once.
const WRITTEN_BYTES: usize = 1 << 20;

/// Writes `bytes` to the port: all, or none, unless an error or an interrupt comes between.
///
/// # Errors
///
/// [`Raise::Full`], before anything was written, `interrupted`, and `file-error`.
pub(crate) fn write<'m>(
    m: &'m Mutator<'_>,
    port: PortObject<'m>,
    bytes: &[u8],
    who: &'static str,
) -> Result<(), Raise<'m>> {
    let Some(descriptor) = port.descriptor() else {
        return collect(m, port, bytes);
    };
    if bytes.len() > port.bytes().len() - port.end() && port.bytes().len() < BUFFER_BYTES {
        port.enlarge(m, BUFFER_BYTES)?;
    }
    let room = port.bytes().len() - port.end();
    let lost = |error| lost(who, error, port);
    if bytes.len() <= room {
        append(port, bytes);
        let leaves =
            port.has(flag::UNBUFFERED) || port.has(flag::LINE_BUFFERED) && bytes.contains(&b'\n');
        return if leaves {
            flush(m, port).map_err(lost)
        } else {
            Ok(())
        };
    }
    flush(m, port).map_err(lost)?;
    if bytes.len() < port.bytes().len() {
        append(port, bytes);
        return Ok(());
    }
    for (index, piece) in bytes.chunks(WRITTEN_BYTES).enumerate() {
        if index > 0 {
            m.check()?;
        }
        file::write(descriptor, piece, m).map_err(lost)?;
    }
    Ok(())
}

/// Adds to the output that a string or bytevector port collects.
fn collect<'m>(m: &'m Mutator<'_>, port: PortObject<'m>, bytes: &[u8]) -> Result<(), Raise<'m>> {
    let needed = port.end() + bytes.len();
    if needed > port.bytes().len() {
        let buffer_bytes = needed.next_power_of_two().max(COLLECTING_BYTES);
        // What is written is a copy that stays until it is in the buffer.
        m.announce(bytes.len() + buffer_bytes)?;
        port.enlarge(m, buffer_bytes)?;
    }
    if bytes.len() < COLLECTING_BYTES {
        append(port, bytes);
        return Ok(());
    }
    let end = port.end();
    write_many(m, &port.bytes()[end..], bytes)?;
    port.set_valid(port.position(), end + bytes.len());
    Ok(())
}

/// There is room for the bytes.
fn append(port: PortObject<'_>, bytes: &[u8]) {
    let end = port.end();
    match bytes {
        // A character of ASCII.
        [byte] => port.bytes()[end].set(*byte),
        _ => write_bytes(&port.bytes()[end..], bytes),
    }
    port.set_valid(port.position(), end + bytes.len());
}
