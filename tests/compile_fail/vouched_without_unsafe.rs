//! To vouch for an image is a promise.
#![forbid(unsafe_code)]

fn main() {
    let _ = cozen::TrustedImage::vouch(&b"\x7fELF"[..]);
}
