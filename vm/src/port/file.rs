//! File descriptors: opening, reading, writing, closing.

use std::io::IsTerminal;
use std::os::fd::{BorrowedFd, IntoRawFd, RawFd};

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

/// Bytes of the buffer of a file's port.
pub(crate) const BUFFER_BYTES: usize = 8192;

/// How a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// To read it.
    Read,
    /// To write it anew.
    Write,
    /// To write at its end.
    Append,
}

/// Opens the file called `name`. The caller owns the descriptor.
///
/// # Errors
///
/// Those of the system; directories are refused.
pub(crate) fn open(name: &str, access: Access) -> Result<RawFd, Errno> {
    let flags = match access {
        Access::Read => OFlags::RDONLY,
        Access::Write => OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC,
        Access::Append => OFlags::WRONLY | OFlags::CREATE | OFlags::APPEND,
    };
    let mode = Mode::from_raw_mode(0o666);
    let descriptor = retry(|| rustix::fs::open(name, flags | OFlags::CLOEXEC, mode))?;
    let kind = rustix::fs::FileType::from_raw_mode(rustix::fs::fstat(&descriptor)?.st_mode);
    if kind == rustix::fs::FileType::Directory {
        return Err(Errno::ISDIR);
    }
    Ok(descriptor.into_raw_fd())
}

/// Reads some bytes; 0 at the end.
///
/// # Errors
///
/// Those of the system.
pub(crate) fn read(descriptor: RawFd, bytes: &mut [u8]) -> Result<usize, Errno> {
    retry(|| rustix::io::read(borrow(descriptor), &mut *bytes))
}

/// Writes all of `bytes`.
///
/// # Errors
///
/// Those of the system.
pub(crate) fn write(descriptor: RawFd, mut bytes: &[u8]) -> Result<(), Errno> {
    while !bytes.is_empty() {
        let written = retry(|| rustix::io::write(borrow(descriptor), bytes))?;
        if written == 0 {
            return Err(Errno::IO);
        }
        bytes = &bytes[written..];
    }
    Ok(())
}

/// Waits until there is something to read, or the end.
///
/// # Errors
///
/// [`Errno::INTR`] as soon as a signal was handled; else those of the system.
pub(crate) fn wait_for_input(descriptor: RawFd) -> Result<(), Errno> {
    let descriptor = borrow(descriptor);
    let mut descriptors = [PollFd::new(&descriptor, PollFlags::IN)];
    rustix::event::poll(&mut descriptors, None).map(drop)
}

/// Whether reading would not wait.
pub(crate) fn is_ready(descriptor: RawFd) -> bool {
    let descriptor = borrow(descriptor);
    let mut descriptors = [PollFd::new(&descriptor, PollFlags::IN)];
    let now = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    retry(|| rustix::event::poll(&mut descriptors, Some(&now))).is_ok_and(|ready| ready > 0)
}

/// Whether the system has no descriptor left.
pub(crate) fn is_short_of_descriptors() -> bool {
    // Closed again at once.
    let opened = retry(|| rustix::fs::open("/dev/null", OFlags::CLOEXEC, Mode::empty()));
    matches!(opened, Err(Errno::MFILE | Errno::NFILE))
}

/// Whether a terminal is behind it.
pub(crate) fn is_terminal(descriptor: RawFd) -> bool {
    borrow(descriptor).is_terminal()
}

/// Gives the descriptor back to the system.
pub(crate) fn close(descriptor: RawFd) {
    // SAFETY: ports own the descriptors that they opened, and forget them when they are closed.
    unsafe { rustix::io::close(descriptor) };
}

/// What the system says of `error`, without its number.
pub fn message(error: impl Into<std::io::Error>) -> String {
    let text = error.into().to_string();
    match text.split_once(" (os error") {
        Some((message, _)) => message.to_lowercase(),
        None => text,
    }
}

fn borrow(descriptor: RawFd) -> BorrowedFd<'static> {
    // SAFETY: the descriptor is a standard one, or owned by a port that was not closed; either way it
    // stays open during the one system call that it is borrowed for.
    unsafe { BorrowedFd::borrow_raw(descriptor) }
}

/// Repeats a call that a signal interrupted.
fn retry<T>(mut call: impl FnMut() -> Result<T, Errno>) -> Result<T, Errno> {
    loop {
        match call() {
            Err(Errno::INTR) => {}
            result => return result,
        }
    }
}
