//! Native parts in memory: placed in the room behind their image; and bytecode made writable for a moment.

use abi::image::Extent;
use rustix::mm::{MapFlags, MprotectFlags, ProtFlags};

use crate::error::LoadError;
use crate::map::{MappedFile, Mapping, page_bytes, system};
use crate::part_view::PartView;
use crate::segment::Segment;

impl Mapping {
    /// Places the segments of a native part, checked against this image, behind the image: mapped from `source` if it
    /// has them, else copied. Its code is executable afterwards. Answers how many bytes of memory of its own they
    /// take.
    ///
    /// # Safety
    ///
    /// Parts that were placed before have other granules.
    pub(crate) unsafe fn place_part(
        &self,
        part: &PartView<'_>,
        source: &MappedFile<'_>,
    ) -> Result<usize, LoadError> {
        let end = part.segments[1].extent.end();
        let room_end = self.range().bytes() as u64;
        if !self.has_room() || end > room_end {
            return Err(LoadError::PartBeyondRoom { end, room_end });
        }
        let access = [ProtFlags::READ, ProtFlags::READ | ProtFlags::EXEC];
        for (segment, access) in part.segments.into_iter().zip(access) {
            let (file, file_start) = match source {
                MappedFile::Kept(file) => (*file, 0),
                MappedFile::Executable(part) => (part.descriptor(), part.offset()),
                MappedFile::Copy(_) => {
                    // SAFETY: the part was checked to lie behind the segments of the image, and ends in the room, as
                    // was just seen. Parts that were placed before have other granules, by the contract of
                    // this function.
                    unsafe { self.map_copy(segment, part.file, access) }?;
                    continue;
                }
            };
            // SAFETY: the part was checked to lie behind the segments of the image, and ends in the room, as was just
            // seen. Parts that were placed before end in front of it, by the contract of this function.
            unsafe { self.map_segment(segment, access, file, file_start) }?;
        }
        let copied = matches!(source, MappedFile::Copy(_));
        let bytes = part.segments.map(|segment| page_bytes(segment.extent));
        Ok(if copied { bytes.into_iter().sum() } else { 0 })
    }

    /// Maps memory for a segment behind the image, copies the segment there, and leaves it with `access`.
    ///
    /// # Safety
    ///
    /// As for [`Self::map_segment`].
    unsafe fn map_copy(
        &self,
        segment: Segment,
        file: &[u8],
        access: ProtFlags,
    ) -> Result<(), LoadError> {
        let (start, bytes) = self.granules(segment.extent);
        let flags = MapFlags::PRIVATE | MapFlags::FIXED;
        let writable = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: the granules lie in the range that was reserved for this image alone, and no reference into them
        // exists yet, by the contract of this function.
        unsafe { rustix::mm::mmap_anonymous(start, bytes, writable, flags) }
            .map_err(system("mapping memory for native code"))?;
        // SAFETY: the memory was just mapped.
        unsafe { self.copy_segment(segment, file) };
        let access = MprotectFlags::from_bits_truncate(access.bits());
        // SAFETY: nothing in the granules is written any more, and nobody else knows of them.
        unsafe { rustix::mm::mprotect(start, bytes, access) }.map_err(system("sealing native code"))
    }

    /// Lets `write` write to the bytecode of an image that has no native code among its segments, and seals it again.
    pub(crate) fn rewrite_code(
        &mut self,
        code: Extent,
        write: impl FnOnce(&Self),
    ) -> Result<(), LoadError> {
        let (start, bytes) = self.granules(code);
        let writable = MprotectFlags::READ | MprotectFlags::WRITE;
        // SAFETY: the granules belong to this image alone. Bytecode is read where it is, and never executed.
        unsafe { rustix::mm::mprotect(start, bytes, writable) }
            .map_err(system("unsealing bytecode"))?;
        write(self);
        // SAFETY: the granules belong to this image alone, and nobody writes to them any more. If the system refuses,
        // the bytecode stays writable, as that of other images is.
        let _ = unsafe { rustix::mm::mprotect(start, bytes, MprotectFlags::READ) };
        Ok(())
    }
}
