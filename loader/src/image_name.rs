//! The names of images in the system's list of mappings.
//!
//! The memory of an image that is mapped from no file has no name there (`/proc/PID/maps`). So a page between its first
//! two segments, which nobody reads, is mapped from an empty file in memory that is called as the image is. That page
//! takes no memory. Where it stands in its file says where the image lies:
//!
//! ```text
//! bits 0-31    distance of the page from the start of the image, in bytes
//! bits 32-     how many units of 4 KiB the image takes
//! ```

use rustix::fs::MemfdFlags;
use rustix::mm::{MapFlags, ProtFlags};

use abi::image::ImageHeader;

use crate::error::LoadError;
use crate::executable::page_bytes;
use crate::map::{Mapping, system};

const NAME_START: &str = "cozen-image:";
/// How the system shows the file of a name.
const SHOWN_START: &str = "/memfd:cozen-image:";
const SHOWN_END: &str = " (deleted)";
const UNIT_BYTES: u32 = 4096;

/// An image, as a mapping with its name tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedImage {
    /// What the image is called, as far as names may be long.
    pub name: String,
    /// Where it starts.
    pub start: u64,
    /// One past its last byte, or a little more.
    pub end: u64,
}

impl NamedImage {
    /// What a line of `/proc/PID/maps` says of an image: the first address of the mapping, where it stands in its file,
    /// and what the system calls that. `None` if it is another mapping.
    pub fn of_mapping(start: u64, offset: u64, path: &str) -> Option<Self> {
        let name = path.strip_prefix(SHOWN_START)?;
        let (distance, units) = decode(offset);
        let start = start.checked_sub(distance)?;
        Some(Self {
            name: name.strip_suffix(SHOWN_END).unwrap_or(name).to_owned(),
            start,
            end: start.checked_add(units.checked_mul(UNIT_BYTES.into())?)?,
        })
    }
}

/// Where the page with the name stands in its file, for a page `distance` bytes from the start of an image.
const fn encode(distance: u32, image_bytes: u32) -> u64 {
    (image_bytes.div_ceil(UNIT_BYTES) as u64) << 32 | distance as u64
}

/// The distance of the page in bytes, and the units of the image.
const fn decode(offset: u64) -> (u64, u64) {
    (offset & u32::MAX as u64, offset >> 32)
}

impl Mapping {
    /// Gives the image its name in the system's list of mappings, if there is a page for it that no segment touches,
    /// and the system has such files.
    pub(crate) fn give_name(&mut self, header: &ImageHeader, name: &str) -> Result<(), LoadError> {
        let page = page_bytes();
        let distance = header.read_only.end().next_multiple_of(page as u64);
        if distance + page as u64 > header.code.start.into() {
            return Ok(());
        }
        let Ok(file) = rustix::fs::memfd_create(file_name(name).as_str(), MemfdFlags::CLOEXEC)
        else {
            return Ok(());
        };
        let distance = distance as u32;
        let start = self.address(distance).as_word_pointer().cast();
        let flags = MapFlags::PRIVATE | MapFlags::FIXED;
        let offset = encode(distance, header.image.bytes);
        // SAFETY: the page lies between two segments, in the memory that was mapped for the image. Nobody refers to it.
        unsafe { rustix::mm::mmap(start, page, ProtFlags::READ, flags, &file, offset) }
            .map_err(system("naming an image"))?;
        self.count_taken(2, 0);
        Ok(())
    }
}

/// The name of the file of an image: no longer than names may be, and without bytes that end it.
fn file_name(name: &str) -> String {
    const NAME_BYTES_MAX: usize = 200;
    let name = &name[..name.floor_char_boundary(NAME_BYTES_MAX)];
    format!("{NAME_START}{}", name.replace('\0', "?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded() {
        for (distance, bytes) in [
            (0, 1),
            (4096, 4096),
            (0xffff_f000, u32::MAX),
            (0x1_0000, 0x3_0001),
        ] {
            let offset = encode(distance, bytes);
            let path = "/memfd:cozen-image:a b.czo (deleted)";
            let start = 0x7f00_0000_0000;
            let found = NamedImage::of_mapping(start + u64::from(distance), offset, path).unwrap();
            assert_eq!((found.name.as_str(), found.start), ("a b.czo", start));
            assert_eq!(found.end - start, u64::from(bytes).next_multiple_of(4096));
            assert!(i64::try_from(offset).is_ok(), "files have so many bytes");
        }
    }

    #[test]
    fn other_mappings_have_no_name() {
        assert_eq!(NamedImage::of_mapping(0x1000, 0, "/memfd:cozen"), None);
        assert_eq!(NamedImage::of_mapping(0x1000, 0, ""), None);
        let far = encode(0x2000, 1);
        assert_eq!(
            NamedImage::of_mapping(0x1000, far, "/memfd:cozen-image:a"),
            None
        );
    }
}
