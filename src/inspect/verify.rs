//! What can be checked of an image without running it.

use abi::image::ImageHeader;
use loader::{ImageView, LoadError};

/// What was checked of an image, and what nobody can check.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The header of the image.
    pub header: ImageHeader,
    /// The checks that the image has passed, in plain words.
    pub passed: Vec<&'static str>,
    /// What was not checked, in plain words.
    pub unchecked: Vec<&'static str>,
}

/// Checks an image: that of the loader first, and then what is slower.
///
/// A check that comes later gets a line here, and a line in [`Verified::passed`]. Each takes a view whose structure
/// is right.
///
/// # Errors
///
/// [`LoadError`]: the first check that failed.
pub fn verify(image: &[u8]) -> Result<Verified, LoadError> {
    let view = ImageView::parse(image)?;
    let header = *view.header();
    let mut unchecked = vec!["bytecode and constants: there is no verifier of them yet"];
    if header.native_code.bytes > 0 {
        unchecked.push("native code: nobody can verify it");
    }
    Ok(Verified {
        header,
        passed: vec![
            "structure: ELF header, segments, sections",
            "fingerprint: the image is of this version",
            "content hash: no byte of a segment has changed",
            "entry, relocations, symbols, native return points: in bounds and in order",
        ],
        unchecked,
    })
}
