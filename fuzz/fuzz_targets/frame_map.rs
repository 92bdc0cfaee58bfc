//! Any bytes as a frame map: see `abi::fuzzing`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| abi::fuzzing::frame_map::check(bytes));
