//! What must hold for any input: checks for fuzzers, which also run as ordinary tests.

pub mod frame_map;
