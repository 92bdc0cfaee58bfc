//! What can be checked of an image without running it.

use abi::image::ImageHeader;
use loader::ImageView;
use vm::VerifyError;

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

/// Checks an image as [`verify_image`](crate::verify_image) does, and says what was checked.
///
/// # Errors
///
/// [`VerifyError`]: the first check that failed.
pub fn verify(image: &[u8]) -> Result<Verified, VerifyError> {
    let header = *ImageView::parse(image)?.header();
    vm::verify_image(image)?;
    let mut unchecked = Vec::new();
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
            "constants and cells: a graph of whole objects inside the image",
            "bytecode: operands, branches, slots and frame maps, whatever it does",
        ],
        unchecked,
    })
}
