//! Checks for fuzzers, which hold for any input. Ordinary tests run them, too.

pub mod frame_map;
