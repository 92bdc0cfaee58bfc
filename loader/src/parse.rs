//! From the bytes of a file to a view of a checked image.

use abi::image::ImageHeader;

use crate::elf::{ElfHeader, LoadedSegments};
use crate::error::LoadError;
use crate::image::ImageView;
use crate::{validate, validate_native};

/// The bytes of a section that no segment holds, by name. Checks what leads to the section, and nothing else of `file`.
///
/// # Errors
///
/// [`LoadError`]: the first check that failed.
pub fn unloaded_section<'file>(
    file: &'file [u8],
    name: &str,
) -> Result<Option<&'file [u8]>, LoadError> {
    Ok(ImageView::structure(file)?.unloaded_section(name))
}

impl<'file> ImageView<'file> {
    /// Checks the structure and the content hash of `file`. Never panics, whatever the bytes are.
    ///
    /// # Errors
    ///
    /// [`LoadError`]: the first check that failed.
    pub fn parse(file: &'file [u8]) -> Result<Self, LoadError> {
        let view = Self::structure(file)?;
        validate::tables(&view.header)?;
        validate::content_hash(&view)?;
        validate::entry(&view)?;
        validate_native::native(&view)?;
        validate::relocations(&view)?;
        validate::symbols(&view)?;
        validate::own_symbols(&view)?;
        view.elf.section_table.check(file)?;
        Ok(view)
    }

    /// An image whose checks have passed before, and pass again in debug builds.
    pub(crate) fn checked_before(file: &'file [u8]) -> Result<Self, LoadError> {
        if cfg!(debug_assertions) {
            Self::parse(file)
        } else {
            Self::structure(file)
        }
    }

    /// The header of the image in `file`. Only the structure was checked, and nothing that the header says of segments.
    ///
    /// # Errors
    ///
    /// The bytes are no image of this version.
    pub fn header_of(file: &[u8]) -> Result<ImageHeader, LoadError> {
        ImageView::structure(file).map(|view| view.header)
    }

    /// The segments of `file`, and headers that agree on them. Nothing in the segments was checked.
    pub(crate) fn structure(file: &'file [u8]) -> Result<Self, LoadError> {
        let elf = ElfHeader::parse(file)?;
        let loaded = LoadedSegments::parse(file, elf.program_header_count)?;
        let header = validate::image_header(file, &elf)?;
        let segments = validate::segments(file, &header, &loaded)?;
        Ok(Self {
            file,
            elf,
            header,
            segments,
        })
    }
}
