//! Room on the system's stack: the compiler and the runtime's own code need more than some limits grant.

use std::mem::MaybeUninit;
use std::thread;

use crate::status::Status;

/// Below this limit the main thread has too little room, in bytes.
const ENOUGH_BYTES: usize = 1 << 20;
/// The stack of the thread that takes its place, in bytes.
const STACK_BYTES: usize = 8 << 20;

/// Calls `body`: on the main thread, or, where the limit of its stack is low (`ulimit -s 64`), on another one.
pub(crate) fn with_room(body: fn() -> Status) -> Status {
    if has_enough() {
        return body();
    }
    let started = thread::Builder::new().stack_size(STACK_BYTES).spawn(body);
    // Without memory for a thread the main one must do.
    let Ok(thread) = started else { return body() };
    leave_interrupts_to_others();
    thread.join().unwrap_or(Status::PANICKED)
}

/// Whether the main thread's stack may grow large enough.
#[cfg(target_env = "gnu")]
fn has_enough() -> bool {
    let mut attributes = MaybeUninit::<libc::pthread_attr_t>::uninit();
    let mut bytes = 0;
    // The C library has asked for the limit when the process began: threads get stacks of that size. Where nothing is
    // limited, it says 2 MiB.
    //
    // SAFETY: `pthread_attr_init` makes attributes of the memory; the others read these and end them.
    unsafe {
        if libc::pthread_attr_init(attributes.as_mut_ptr()) != 0 {
            return true;
        }
        libc::pthread_attr_getstacksize(attributes.as_ptr(), &raw mut bytes);
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
    }
    bytes >= ENOUGH_BYTES
}

/// Whether the main thread's stack may grow large enough.
#[cfg(not(target_env = "gnu"))]
fn has_enough() -> bool {
    use rustix::process::{Resource, getrlimit};
    let limit = getrlimit(Resource::Stack).current;
    limit.is_none_or(|bytes| bytes >= ENOUGH_BYTES as u64)
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
