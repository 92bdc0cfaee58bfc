//! Any text as a program: an error with a place, or an image that the loader accepts.
#![no_main]

use cozen::{CompilerOptions, Error, Frontend};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut frontend = Frontend::standard(Vec::new(), CompilerOptions::default());
    match frontend.compile_text(text, "fuzz.scm") {
        Ok(image) => {
            loader::ImageView::parse(image.bytes()).expect("the loader accepts what the linker writes");
        }
        Err(Error::Syntax(diagnostics)) => {
            let fault = diagnostics.iter().find(|mistake| mistake.is_internal());
            assert!(fault.is_none(), "{}", diagnostics[0]);
        }
        Err(_) => {}
    }
});
