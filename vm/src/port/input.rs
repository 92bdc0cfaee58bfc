//! Input: filling a port's buffer, and taking bytes and characters from it.

use std::mem::MaybeUninit;
use std::os::fd::RawFd;

use abi::condition::ConditionKind;
use rustix::io::Errno;
use syntax::Supervisor;

use super::file::BUFFER_BYTES;
use super::utf8::{After, Decoded, decode};
use super::{file, flag, output};
use crate::error::Raise;
use crate::interrupts::INTERRUPT_BIT;
use crate::mutator::Mutator;
use crate::object::bytevector::write_bytes;
use crate::object::port::PortObject;

/// Bytes that are read from a file at once.
const READ_BYTES_MAX: usize = 1 << 20;

/// Whether bytes came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filled {
    /// There are more than before.
    More,
    /// There are no more.
    AtEnd,
}

/// Brings more bytes into the buffer, behind those that wait there: as many as there is room for, if they are there
/// already. The room doubles.
///
/// # Errors
///
/// [`Raise::Full`], before anything was read, `interrupted`, and `file-error`. What was read waits in the buffer.
pub(crate) fn fill<'m>(
    m: &'m Mutator<'_>,
    port: PortObject<'m>,
    who: &'static str,
) -> Result<Filled, Raise<'m>> {
    let Some(descriptor) = port.descriptor() else {
        return Ok(Filled::AtEnd);
    };
    if take_found_end(port) {
        return Ok(Filled::AtEnd);
    }
    make_room(m, port)?;
    if descriptor == 0 {
        flush_standard_output(m);
    }
    wait(m, descriptor)?;
    let mut filled = Filled::AtEnd;
    loop {
        m.note_look_outside();
        let last = receive(port, descriptor).map_err(|error| {
            let message = file::message(error);
            Raise::file(who, message, port.name())
        })?;
        if last == Filled::AtEnd {
            return Ok(filled);
        }
        filled = last;
        if port.end() == port.bytes().len() || !has_more(descriptor) {
            return Ok(filled);
        }
        m.check()?;
    }
}

/// Whether more can be read without a wait. The end of a terminal's input comes once, and is left to the next call.
fn has_more(descriptor: RawFd) -> bool {
    file::is_ready(descriptor) && !file::is_terminal(descriptor)
}

/// Whether the end was found and not read yet. From a terminal, more may come behind it.
pub(super) fn take_found_end(port: PortObject<'_>) -> bool {
    let was_found = port.has(flag::END_FOUND);
    port.set_flags(port.flags() & !flag::END_FOUND);
    was_found
}

/// Whether the next character, or the end, can be read without a wait.
///
/// # Errors
///
/// As of [`fill`].
pub(crate) fn has_character<'m>(
    m: &'m Mutator<'_>,
    port: PortObject<'m>,
    who: &'static str,
) -> Result<bool, Raise<'m>> {
    loop {
        if let Decoded::Character(..) = decode(port.waiting(), After::MayFollow) {
            return Ok(true);
        }
        if port.has(flag::END_FOUND) {
            return Ok(true);
        }
        let descriptor = port.descriptor();
        if descriptor.is_some_and(|descriptor| !file::is_ready(descriptor)) {
            m.note_look_outside();
            return Ok(false);
        }
        if fill(m, port, who)? == Filled::AtEnd {
            port.set_flags(port.flags() | flag::END_FOUND);
        }
    }
}

/// Puts bytes behind those that wait in the buffer, which has room. Waits for them if need be.
///
/// # Errors
///
/// Those of the system.
pub(super) fn receive(port: PortObject<'_>, descriptor: RawFd) -> Result<Filled, Errno> {
    let end = port.end();
    let free = &port.bytes()[end..];
    // One call: a second one might wait although there is something to go on with.
    // A process that waits here has written to so much of its stack before.
    let mut on_stack = [MaybeUninit::uninit(); BUFFER_BYTES];
    let mut in_heap: Box<[MaybeUninit<u8>]>;
    let room = if free.len() <= BUFFER_BYTES {
        &mut on_stack[..free.len()]
    } else {
        in_heap = Box::new_uninit_slice(free.len().min(READ_BYTES_MAX));
        &mut in_heap
    };
    let read = file::read(descriptor, room)?;
    write_bytes(free, read);
    port.set_valid(port.position(), end + read.len());
    skip_mark(port);
    Ok(if read.is_empty() {
        Filled::AtEnd
    } else {
        Filled::More
    })
}

/// The byte order mark in UTF-8. At the start of a file it says how the text is encoded, and is no part of the text.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Skips a byte order mark at the start of a text, once it is there as a whole.
fn skip_mark(port: PortObject<'_>) {
    if !port.has(flag::AT_START) {
        return;
    }
    let waiting = port.waiting();
    let mut pairs = waiting.iter().zip(BYTE_ORDER_MARK);
    let may_be_mark = pairs.all(|(byte, &wanted)| byte.get() == wanted);
    let is_whole = waiting.len() >= BYTE_ORDER_MARK.len();
    if may_be_mark && is_whole {
        port.skip(BYTE_ORDER_MARK.len());
    }
    if is_whole || !may_be_mark {
        port.set_flags(port.flags() & !flag::AT_START);
    }
}

/// Waits for input; an interrupt ends the wait. What else is wrong shows when it is read.
fn wait<'m>(m: &'m Mutator<'_>, descriptor: i32) -> Result<(), Raise<'m>> {
    loop {
        if m.heap().take_interrupts(INTERRUPT_BIT) != 0 {
            return Err(Raise::condition(ConditionKind::Interrupted, []));
        }
        if file::wait_for_input(descriptor) != Err(Errno::INTR) {
            return Ok(());
        }
    }
}

/// Makes sure that the buffer has room for at least one more byte.
pub(super) fn make_room<'m>(m: &'m Mutator<'_>, port: PortObject<'m>) -> Result<(), Raise<'m>> {
    let bytes = port.bytes();
    if bytes.len() < BUFFER_BYTES {
        return port.enlarge(m, BUFFER_BYTES);
    }
    if port.waiting().is_empty() {
        port.compact();
    }
    if port.end() < bytes.len() {
        return Ok(());
    }
    let bytes = bytes.len();
    if port.waiting().len() * 2 > bytes {
        return port.enlarge(m, (bytes * 2).max(BUFFER_BYTES));
    }
    port.compact();
    Ok(())
}

/// What a program has written shows before it waits for an answer.
fn flush_standard_output(m: &Mutator<'_>) {
    let standard_output = m.elements(m.standard_ports()).nth(1);
    if let Some(port) = standard_output.and_then(PortObject::of) {
        // An error shows again at the next write.
        let _ = output::flush(m, port);
    }
}

/// The next character and its length in bytes, which stay; `None` at the end.
///
/// # Errors
///
/// As of [`fill`].
pub(crate) fn peek<'m>(
    m: &'m Mutator<'_>,
    port: PortObject<'m>,
    who: &'static str,
) -> Result<Option<(char, usize)>, Raise<'m>> {
    let mut after = After::MayFollow;
    loop {
        match decode(port.waiting(), after) {
            Decoded::Character(character, length) => return Ok(Some((character, length))),
            Decoded::Nothing if after == After::End => return Ok(None),
            Decoded::Incomplete | Decoded::Nothing => {
                if fill(m, port, who)? == Filled::AtEnd {
                    after = After::End;
                }
            }
        }
    }
}
