//! Any bytes as an image, which is loaded if the checks accept it: see `loader::fuzzing`.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use loader::fuzzing::load_image::{check, part, repair};

fuzz_target!(|bytes: &[u8]| check(bytes));

// Without the repair, the content hash would refuse all but a few inputs.
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    // Changes of one part leave the other parts where the headers say that they are.
    let is_whole = seed % 8 == 0;
    let part = part(&data[..size], seed / 8).filter(|_| !is_whole);
    let size = match part {
        Some(part) => {
            let bytes = part.len();
            fuzzer_mutate(&mut data[part], bytes, bytes);
            size
        }
        None => fuzzer_mutate(data, size, max_size),
    };
    repair(&mut data[..size]);
    size
});
