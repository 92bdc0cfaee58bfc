//! Any bytes as operations on a heap: see `gc::fuzzing`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    gc::fuzzing::gc_operations::check(bytes);
});
