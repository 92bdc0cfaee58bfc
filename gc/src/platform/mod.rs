//! The one part of the collector that makes system calls.

pub(crate) mod memory_map;
