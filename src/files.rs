//! Files that a runtime is given.

use std::borrow::Cow;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use loader::{ImageView, LoadError, TrustedImage};

use crate::error::Error;

/// What ELF files start with.
pub(crate) const ELF_MAGIC: &[u8] = b"\x7fELF";

/// The largest file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 1 << 30;

/// Whether bytes are an image with native code.
pub fn has_native_code(image: &[u8]) -> bool {
    ImageView::header_of(image).is_ok_and(|header| header.native_code.bytes > 0)
}

/// Verifies an image from anywhere, which messages call `name`: whatever its bytecode does, it breaks no memory. The
/// image runs as bytecode; native code that it may have is not used. ([`TrustedImage::vouch`] trusts an image, native
/// code and all, and is unsafe.)
///
/// # Errors
///
/// [`Error::Load`] if a check of the loader fails, [`Error::Verify`] if one of the verifier does.
pub fn verify_image<'file>(
    image: impl Into<Cow<'file, [u8]>>,
    name: &str,
) -> Result<TrustedImage<'file>, Error> {
    vm::verify_image(image).map_err(|error| Error::refused_image(name, error))
}

/// The source of an image that another version of the compiler has made: the file that the image names, as seen from
/// the folder of the image's own `file`, or else a file of that name beside the image. `None` if there is none, or the
/// image is of this version.
///
/// The working directory does not count: a file there that happens to have the name is another program.
pub fn source_of_other_version(image: &[u8], file: &Path) -> Option<PathBuf> {
    let Err(LoadError::FingerprintMismatch { .. }) = ImageView::header_of(image) else {
        return None;
    };
    let name = PathBuf::from(loader::source_name(image)?);
    let named = file.with_file_name(&name);
    let beside = name.file_name().map(|name| file.with_file_name(name));
    let mut candidates = [Some(named), beside].into_iter().flatten();
    candidates.find(|source| is_text(source))
}

/// Whether there is a file that is no image.
fn is_text(file: &Path) -> bool {
    let mut start = Vec::new();
    file.is_file()
        && fs::File::open(file)
            .and_then(|opened| opened.take(ELF_MAGIC.len() as u64).read_to_end(&mut start))
            .is_ok_and(|_| start != ELF_MAGIC)
}

/// The bytes of a source file or image.
///
/// # Errors
///
/// [`Error::File`]: it cannot be read, or is larger than any that can be used.
pub fn read_file(file: &Path) -> Result<Vec<u8>, Error> {
    read_file_and_kind(file).map(|(bytes, _)| bytes)
}

/// The bytes of a file, and whether it is a regular one, which can be read again.
pub(crate) fn read_file_and_kind(file: &Path) -> Result<(Vec<u8>, bool), Error> {
    let mut bytes = Vec::new();
    let read = fs::File::open(file).and_then(|opened| {
        let metadata = opened.metadata()?;
        if metadata.is_file() {
            bytes.reserve(metadata.len().min(FILE_BYTES_MAX) as usize + 1);
        }
        opened.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
        Ok(metadata.is_file())
    });
    let error = match read {
        Ok(is_regular) if bytes.len() as u64 <= FILE_BYTES_MAX => return Ok((bytes, is_regular)),
        Ok(_) => std::io::Error::other(format!("larger than {FILE_BYTES_MAX} bytes")),
        Err(error) => error,
    };
    Err(Error::File {
        path: file.display().to_string(),
        error,
    })
}
