//! The objects of an image: where they start, and what pointers lead to.

use abi::image::Extent;
use abi::tag::{self, Header, TAG_HEADER, TAG_MASK, TAG_OBJECT, TAG_PAIR};

use super::error::DataProblem;
use super::marks::Marks;
use super::patched_words::Patch;

/// Objects one behind the other.
#[derive(Debug)]
pub(super) struct Section<'image> {
    pub(super) extent: Extent,
    pub(super) bytes: &'image [u8],
    pub(super) starts: Marks,
}

impl<'image> Section<'image> {
    /// A section in which no object was found yet.
    pub(super) fn new(extent: Extent, bytes: &'image [u8]) -> Self {
        Self {
            extent,
            bytes,
            starts: Marks::new(extent),
        }
    }

    /// The word at an address, which lies in an object.
    #[inline]
    pub(super) fn word(&self, address: u32) -> u64 {
        let offset = (address - self.extent.start) as usize;
        let word = self.bytes.get(offset..).and_then(<[u8]>::first_chunk);
        u64::from_le_bytes(*word.expect("objects lie in their section as a whole"))
    }
}

/// All constants of an image.
#[derive(Debug)]
pub(super) struct Objects<'image> {
    /// The constants with pointers, and those without.
    pub(super) sections: [Section<'image>; 2],
}

/// An object that was found, or a pair.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    /// The header; `None` for a pair.
    pub(super) header: Option<Header>,
}

impl Objects<'_> {
    /// The object that a pointer leads to, whose tag says what is there.
    #[inline]
    pub(super) fn find(&self, pointer: u64) -> Option<Found> {
        let address = u32::try_from(pointer & !TAG_MASK).ok()?;
        let section = self
            .sections
            .iter()
            .find(|section| section.starts.contains(address))?;
        let header = Header::from_word(section.word(address));
        let is_there = match pointer & TAG_MASK {
            TAG_PAIR => header.is_none(),
            TAG_OBJECT => header.is_some(),
            _ => false,
        };
        is_there.then_some(Found { header })
    }
}

/// A word that is to hold a value, in a constant or a cell; that of a symbol is `#f`.
#[inline(always)]
pub(super) fn value(
    objects: &Objects<'_>,
    word: u64,
    patch: Option<Patch>,
) -> Result<u64, DataProblem> {
    let is_value = match patch {
        None => tag::is_plain_value(word),
        Some(Patch::Relocated) => objects.find(word).is_some(),
        Some(Patch::Symbol) => false,
    };
    if is_value {
        return Ok(word);
    }
    symbol_or_problem(word, patch)
}

/// The rest of [`value`]: symbols are few, and what is wrong ends the verification.
#[cold]
fn symbol_or_problem(word: u64, patch: Option<Patch>) -> Result<u64, DataProblem> {
    match patch {
        // The loader writes over whatever is there. A header would hide what is a pair.
        Some(Patch::Symbol) if word & TAG_MASK == TAG_HEADER => Err(DataProblem::Word { word }),
        Some(Patch::Symbol) => Ok(tag::FALSE),
        Some(Patch::Relocated) => Err(DataProblem::Pointer { target: word }),
        None => Err(DataProblem::Word { word }),
    }
}
