//! Any text as a program: an error with a place, or an image that the loader accepts.
#![no_main]

use cozen::{CompilerOptions, Frontend};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut frontend = Frontend::standard(Vec::new(), CompilerOptions::default());
    if let Ok(image) = frontend.compile_text(text, "fuzz.scm") {
        loader::ImageView::parse(&image).expect("the loader accepts what the linker writes");
    }
});
