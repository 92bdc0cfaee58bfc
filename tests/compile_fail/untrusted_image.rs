//! Bytes that nobody vouches for are not run.
#![forbid(unsafe_code)]

use cozen::{Retention, Runtime, TrustedImage};

fn main() {
    let mut runtime = Runtime::new().unwrap();
    let bytes = std::fs::read("program.czo").unwrap();
    runtime.enter(|scheme| {
        scheme.run_image(&bytes, "program", Retention::Reached).unwrap();
    });
    let vouched = TrustedImage::vouch(bytes);
    runtime.enter(|scheme| scheme.run_image(&vouched, "program", Retention::Reached).unwrap());
}
