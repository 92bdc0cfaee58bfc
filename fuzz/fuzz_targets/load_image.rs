//! Any bytes as an image: refused or accepted, and never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = loader::ImageView::parse(bytes);
});
