//! File descriptors: opening, reading, writing, closing.

use std::io::IsTerminal;
use std::mem::MaybeUninit;
use std::os::fd::{BorrowedFd, IntoRawFd, RawFd};

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fs::{FileType, Mode, OFlags};
use rustix::io::Errno;
use syntax::Supervisor;

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
    let kind = FileType::from_raw_mode(rustix::fs::fstat(&descriptor)?.st_mode);
    if kind == FileType::Directory {
        return Err(Errno::ISDIR);
    }
    Ok(descriptor.into_raw_fd())
}

/// Reads some bytes into `room`, and answers them; none at the end.
///
/// # Errors
///
/// Those of the system.
pub(crate) fn read(descriptor: RawFd, room: &mut [MaybeUninit<u8>]) -> Result<&[u8], Errno> {
    let count = retry(|| {
        let (read, _) = rustix::io::read(borrow(descriptor), &mut *room)?;
        Ok(read.len())
    })?;
    // SAFETY: the system has written so many bytes at the beginning of `room`.
    Ok(unsafe { room[..count].assume_init_ref() })
}

/// Bytes for which a pipe has room when it is ready for output (POSIX: `PIPE_BUF`).
const PIPE_BYTES: usize = 4096;

/// How long a wait for a reader lasts before the supervisor is asked, in nanoseconds.
const WAIT_NANOSECONDS: i64 = 50_000_000;

/// Writes all of `bytes`. The supervisor is asked again and again while nobody takes them.
///
/// # Errors
///
/// [`Errno::INTR`]: the supervisor has ended it. Else those of the system.
pub(crate) fn write(
    descriptor: RawFd,
    mut bytes: &[u8],
    supervisor: &dyn Supervisor,
) -> Result<(), Errno> {
    // Only regular files take any number of bytes without a wait.
    let mut piece_bytes = PIPE_BYTES;
    if bytes.len() > PIPE_BYTES {
        let status = rustix::fs::fstat(borrow(descriptor))?;
        if FileType::from_raw_mode(status.st_mode) == FileType::RegularFile {
            piece_bytes = bytes.len();
        }
    }
    while !bytes.is_empty() {
        while !is_ready_for_output(descriptor) {
            supervisor.check().map_err(|_| Errno::INTR)?;
        }
        let piece = &bytes[..bytes.len().min(piece_bytes)];
        let written = retry(|| rustix::io::write(borrow(descriptor), piece))?;
        if written == 0 {
            return Err(Errno::IO);
        }
        bytes = &bytes[written..];
    }
    Ok(())
}

/// Whether writing would not wait, after a short wait.
fn is_ready_for_output(descriptor: RawFd) -> bool {
    let descriptor = borrow(descriptor);
    let mut descriptors = [PollFd::new(&descriptor, PollFlags::OUT)];
    let wait = Timespec {
        tv_sec: 0,
        tv_nsec: WAIT_NANOSECONDS,
    };
    match rustix::event::poll(&mut descriptors, Some(&wait)) {
        Ok(ready) => ready > 0,
        // What else is wrong shows when something is written.
        Err(error) => error != Errno::INTR,
    }
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
