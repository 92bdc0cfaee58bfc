//! Output: collecting bytes, and sending them out.

use abi::condition::ConditionKind;
use rustix::io::Errno;

use super::{file, flag};
use crate::error::{Condition, Irritant, Raise};
use crate::mutator::Mutator;
use crate::object::bytevector::{read_bytes, write_bytes};
use crate::object::port::PortObject;

/// Bytes of the buffer of a fresh port that collects its output.
pub(crate) const COLLECTING_BYTES: usize = 64;

/// Sends out what waits in the buffer; what cannot be written is dropped.
///
/// # Errors
///
/// The system's.
pub(crate) fn flush(port: PortObject<'_>) -> Result<(), Errno> {
    let Some(descriptor) = port.descriptor().filter(|_| port.has(flag::OUTPUT)) else {
        return Ok(());
    };
    let waiting = read_bytes(port.waiting());
    port.set_valid(0, 0);
    file::write(descriptor, &waiting)
}

/// The condition that `who` could not write to the port.
#[cold]
pub(crate) fn lost<'m>(who: &'static str, error: Errno, port: PortObject<'m>) -> Raise<'m> {
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

/// Writes `bytes` to the port: all, or none.
///
/// # Errors
///
/// [`Raise::Full`], before anything was written, and `file-error`.
pub(crate) fn write<'m>(
    m: &'m Mutator<'_>,
    port: PortObject<'m>,
    bytes: &[u8],
    who: &'static str,
) -> Result<(), Raise<'m>> {
    let Some(descriptor) = port.descriptor() else {
        return collect(m, port, bytes);
    };
    let room = port.bytes().len() - port.end();
    let sent = if bytes.len() <= room {
        append(port, bytes);
        let leaves =
            port.has(flag::UNBUFFERED) || port.has(flag::LINE_BUFFERED) && bytes.contains(&b'\n');
        if leaves { flush(port) } else { Ok(()) }
    } else {
        flush(port).and_then(|()| {
            if bytes.len() >= port.bytes().len() {
                return file::write(descriptor, bytes);
            }
            append(port, bytes);
            Ok(())
        })
    };
    sent.map_err(|error| lost(who, error, port))
}

/// Adds to the output that a string or bytevector port collects.
fn collect<'m>(m: &'m Mutator<'_>, port: PortObject<'m>, bytes: &[u8]) -> Result<(), Raise<'m>> {
    let needed = port.end() + bytes.len();
    if needed > port.bytes().len() {
        port.enlarge(m, needed.next_power_of_two().max(COLLECTING_BYTES))?;
    }
    append(port, bytes);
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
