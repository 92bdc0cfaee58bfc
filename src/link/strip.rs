//! Images without some of what tools read.

use abi::image::section;
use loader::ImageView;

use super::elf_file::{ElfFile, Section};
use super::error::LinkError;

/// How much of the information about the text an image keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Debug {
    /// None: backtraces have neither names nor lines.
    None,
    /// What backtraces need: names of procedures and arguments, lines, inlined calls.
    Lines,
    /// All that the compiler has written.
    #[default]
    Full,
}

/// What those rely on who import a library, or look for the libraries that an image needs: no information about the
/// text.
const LIBRARIES: [&str; 3] = [section::INTERFACE, section::IMPORTS, section::MADE_FROM];

/// What backtraces need.
const LINES: [&str; 8] = [
    ".symtab",
    ".strtab",
    ".debug_line",
    ".debug_line_str",
    section::ARITIES,
    section::INLINED,
    section::PLACES,
    ".shstrtab",
];

/// The image with as much information about its text as `debug` says. What is loaded stays the same, and so does the
/// content hash.
///
/// # Errors
///
/// [`LinkError`]: the file is no image, or is damaged.
pub fn strip(image: &[u8], debug: Debug) -> Result<Vec<u8>, LinkError> {
    ImageView::parse(image)?;
    keep(image, debug, Records::Kept)
}

/// What becomes of the records that compilers read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Records {
    Kept,
    /// Nobody compiles anything for the image.
    Dropped,
}

/// As [`strip`], for an image that was checked before.
pub(super) fn keep(image: &[u8], debug: Debug, records: Records) -> Result<Vec<u8>, LinkError> {
    let mut file = ElfFile::parse(image)?;
    let is_record = |section: &Section<'_>| LIBRARIES.iter().any(|name| section.is_called(name));
    file.sections.retain(|section| {
        section.is_loaded()
            || is_record(section) && records == Records::Kept
            || match debug {
                Debug::None => false,
                Debug::Lines => LINES.iter().any(|name| section.is_called(name)),
                Debug::Full => true,
            }
    });
    Ok(file.write())
}
