//! The one part of the collector that makes system calls.

// Miri interprets no system call that maps memory.
#[cfg_attr(miri, path = "global_memory.rs")]
pub(crate) mod memory_map;
pub(crate) mod prefetch;
pub(crate) mod valgrind;
