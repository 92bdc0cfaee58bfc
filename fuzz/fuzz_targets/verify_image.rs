//! Any bytes as an image from anywhere: the verifier answers, and soon.
#![no_main]

#[path = "../src/damaged_image.rs"]
mod damaged_image;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_target!(|bytes: &[u8]| {
    let _ = vm::verify_image(bytes);
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    damaged_image::mutate(data, size, max_size, seed)
});
