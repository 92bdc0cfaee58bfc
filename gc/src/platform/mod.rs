//! What the collector asks of the operating system; nothing else in the crate makes system calls.

pub(crate) mod memory_map;
