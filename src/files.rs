//! Files that a runtime is given.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use loader::ImageView;

use crate::error::Error;

/// The largest file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 1 << 30;

/// Whether bytes are an image with native code.
pub fn has_native_code(image: &[u8]) -> bool {
    ImageView::parse(image).is_ok_and(|view| view.header().native_code.bytes > 0)
}

/// The bytes of a source file or image.
///
/// # Errors
///
/// [`Error::File`]: it cannot be read, or is larger than any that can be used.
pub fn read_file(file: &Path) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let read = fs::File::open(file)
        .and_then(|opened| opened.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes));
    let error = match read {
        Ok(_) if bytes.len() as u64 <= FILE_BYTES_MAX => return Ok(bytes),
        Ok(_) => std::io::Error::other(format!("larger than {FILE_BYTES_MAX} bytes")),
        Err(error) => error,
    };
    Err(Error::File {
        path: file.display().to_string(),
        error,
    })
}
