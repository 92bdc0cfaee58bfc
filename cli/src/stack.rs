//! Room on the system's stack: the compiler and the runtime's own code need more than some limits grant.

use std::mem::MaybeUninit;
use std::thread;

use rustix::process::{Resource, getrlimit};

use crate::status::Status;

/// Below this limit the main thread has too little room, in bytes.
const ENOUGH_BYTES: u64 = 1 << 20;
/// The stack of the thread that takes its place, in bytes.
const STACK_BYTES: usize = 8 << 20;

/// Calls `body`: on the main thread, or, where the limit of its stack is low (`ulimit -s 64`), on another one.
pub(crate) fn with_room(body: fn() -> Status) -> Status {
    if getrlimit(Resource::Stack)
        .current
        .is_none_or(|bytes| bytes >= ENOUGH_BYTES)
    {
        return body();
    }
    let started = thread::Builder::new().stack_size(STACK_BYTES).spawn(body);
    // Without memory for a thread the main one must do.
    let Ok(thread) = started else { return body() };
    leave_interrupts_to_others();
    thread.join().unwrap_or(Status::PANICKED)
}

/// Lets Ctrl-C end what another thread waits for, not this thread's waiting.
fn leave_interrupts_to_others() {
    let mut signals = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: `sigemptyset` makes a set of the memory; the others read that set. Only this thread's mask changes.
    unsafe {
        libc::sigemptyset(signals.as_mut_ptr());
        libc::sigaddset(signals.as_mut_ptr(), libc::SIGINT);
        libc::pthread_sigmask(libc::SIG_BLOCK, signals.as_ptr(), std::ptr::null_mut());
    }
}
