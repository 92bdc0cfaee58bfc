//! Any bytes as an image, which is loaded if the checks accept it: see `loader::fuzzing`.
#![no_main]

#[path = "../src/damaged_image.rs"]
mod damaged_image;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use loader::fuzzing::load_image::check;

fuzz_target!(|bytes: &[u8]| check(bytes));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    damaged_image::mutate(data, size, max_size, seed)
});
