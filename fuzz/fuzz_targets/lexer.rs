//! Any bytes as tokens: see `syntax::fuzzing`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| syntax::fuzzing::lexer::check(bytes));
