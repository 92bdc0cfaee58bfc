//! How the process begins.
//!
//! A C program's `main`, in place of the one that the standard library puts before a Rust program's. That one reads
//! the memory map of the process, and gives the main thread a stack for signal handlers with a guard page: a fifth of
//! the system calls of `cozen -e 0`. What a command needs of its work is done here: descriptors 0 to 2 are open, and
//! writing to a closed pipe is an error.

use std::ffi::{c_char, c_int};
use std::panic;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::BorrowedFd;
use rustix::fs::{Mode, OFlags, open};

use crate::status::Status;

/// Where the C library begins. (It gives the arguments to the standard library too.)
#[unsafe(no_mangle)]
extern "C" fn main(_count: c_int, _arguments: *const *const c_char) -> c_int {
    let status = panic::catch_unwind(|| {
        open_standard_streams();
        ignore_closed_pipes();
        crate::stack::with_room(crate::run)
    });
    status.unwrap_or(Status::PANICKED).exit()
}

/// Makes `/dev/null` of each of the descriptors 0 to 2 that is closed. Else the next file that is opened would get its
/// number, and what is printed.
fn open_standard_streams() {
    // SAFETY: the system says of a descriptor that is closed that it is, and does nothing else with it.
    let streams = [0, 1, 2].map(|number| unsafe { BorrowedFd::borrow_raw(number) });
    let mut polled = streams.map(|stream| PollFd::from_borrowed_fd(stream, PollFlags::empty()));
    if poll(&mut polled, Some(&Timespec::default())).is_err() {
        return;
    }
    for stream in polled {
        if stream.revents().contains(PollFlags::NVAL) {
            // The lowest number that is free is that of the stream, as those below it are open.
            let null = open("/dev/null", OFlags::RDWR, Mode::empty());
            // Without it the process has no such stream, as before.
            let _ = null.map(std::os::fd::IntoRawFd::into_raw_fd);
        }
    }
}

/// Lets a write to a pipe that nobody reads fail, which the command reports, instead of ending the process.
fn ignore_closed_pipes() {
    // SAFETY: no handler is set; the process has one thread.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
}
