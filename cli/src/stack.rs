//! Room on the system's stack: the compiler and the runtime's own code need more than some limits grant.

use std::process::ExitCode;
use std::thread;

use rustix::process::{Resource, getrlimit};

/// Below this limit the main thread has too little room, in bytes.
const ENOUGH_BYTES: u64 = 1 << 20;
/// The stack of the thread that takes its place, in bytes.
const STACK_BYTES: usize = 8 << 20;

/// Calls `body`: on the main thread, or, where the limit of its stack is low (`ulimit -s 64`), on another one.
pub(crate) fn with_room(body: fn() -> ExitCode) -> ExitCode {
    if getrlimit(Resource::Stack)
        .current
        .is_none_or(|bytes| bytes >= ENOUGH_BYTES)
    {
        return body();
    }
    let started = thread::Builder::new().stack_size(STACK_BYTES).spawn(body);
    // Without memory for a thread the main one must do.
    started.map_or_else(
        |_| body(),
        |thread| thread.join().unwrap_or(ExitCode::FAILURE),
    )
}
