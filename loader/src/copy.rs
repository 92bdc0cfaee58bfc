//! Segments in memory of their own: copied there, or in the pages that their file was read into.

use rustix::mm::{MapFlags, ProtFlags};

use crate::error::LoadError;
use crate::executable::page_bytes as system_page_bytes;
use crate::file_pages::{FilePages, FileTail, MovedRun};
use crate::image::Layout;
use crate::map::{Mapping, WRITTEN_AT_ONCE_MIN, has_native_code, page_bytes, system};
use crate::segment::Segment;

/// Fewer pages are copied sooner than moved.
const MOVED_PAGES_MIN: usize = 8;

impl Mapping {
    /// Maps writable memory over the image's chunks.
    pub(crate) fn map_memory(&mut self, layout: &Layout) -> Result<(), LoadError> {
        let (start, bytes) = self.granules(layout.header.image);
        let access = ProtFlags::READ | ProtFlags::WRITE;
        let flags = MapFlags::PRIVATE | MapFlags::FIXED;
        // SAFETY: the granules lie in the range that was reserved for this image alone, and no reference
        // into it exists yet.
        unsafe { rustix::mm::mmap_anonymous(start, bytes, access, flags) }
            .map_err(system("mapping memory for an image"))?;
        // The sealed part, which code that may be executed splits, the cells, and the inaccessible
        // rest.
        self.count_taken(if has_native_code(layout) { 5 } else { 3 }, 0);
        Ok(())
    }

    /// Copies all segments from their file to their places, which are writable.
    pub(crate) fn copy_segments(&mut self, layout: &Layout, file: &[u8]) {
        for &segment in layout.segments.iter().flatten() {
            self.count_segment(segment);
            if self.has_own_memory() && segment.extent.bytes >= WRITTEN_AT_ONCE_MIN {
                self.write_pages_at_once(segment.extent);
            }
            // SAFETY: the segments of an image that is copied lie in writable memory, which was reserved for it alone.
            unsafe { self.copy_segment(segment, file) };
        }
    }

    /// Copies a segment from its file to its place.
    ///
    /// # Safety
    ///
    /// The place is this image's alone, and writable.
    pub(crate) unsafe fn copy_segment(&self, segment: Segment, file: &[u8]) {
        // SAFETY: by the contract of this function.
        unsafe { self.copy_bytes(segment.extent.start, segment.bytes(file)) };
    }

    /// Copies bytes to a virtual address.
    ///
    /// # Safety
    ///
    /// The place is this image's alone, and writable.
    unsafe fn copy_bytes(&self, start: u32, bytes: &[u8]) {
        let target = self.address(start).as_word_pointer().cast::<u8>();
        // SAFETY: the target is writable, by the contract of this function; it belongs to this image alone, so that the
        // source lies elsewhere.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), target, bytes.len()) };
    }

    /// Brings the segments to their places, from pages that their file was read into; answers what follows them there.
    /// Where the image has memory of its own, whole pages move.
    pub(crate) fn place_pages(
        &mut self,
        layout: &Layout,
        pages: FilePages,
    ) -> Result<FileTail, LoadError> {
        let mut runs = Vec::new();
        if self.has_own_memory() {
            for &segment in layout.segments.iter().flatten() {
                self.count_segment(segment);
                runs.extend(self.copy_around_pages(segment, pages.as_slice()));
            }
            // Each run splits what it comes into.
            self.count_taken(2 * runs.len(), 0);
        } else if !self.is_mapped() {
            self.copy_segments(layout, pages.as_slice());
        }
        // What follows the segments stays mapped where it is.
        self.count_taken(1, 0);
        // SAFETY: the runs are those of segments, which ascend in the file and end in front of the tail. Their targets
        // are places of the segments, which belong to this image alone.
        unsafe { pages.move_pages(&runs, layout.tail_start()) }.map_err(system("moving an image"))
    }

    /// The whole pages of a segment, if they are to move. What else there is of the segment is copied.
    fn copy_around_pages(&self, segment: Segment, file: &[u8]) -> Option<MovedRun> {
        let page_bytes = system_page_bytes();
        let (start, end) = (segment.file_offset, segment.file_end());
        let run = start.next_multiple_of(page_bytes)..end - end % page_bytes;
        if run.len() < MOVED_PAGES_MIN * page_bytes {
            // SAFETY: the segment lies in writable memory, which was reserved for the image alone.
            unsafe { self.copy_segment(segment, file) };
            return None;
        }
        // Bytes of a segment lie as far from the start of a page in memory as in the file.
        let address = |offset: usize| segment.extent.start + (offset - start) as u32;
        // SAFETY: both places lie in the segment, which is in writable memory that was reserved for the image alone.
        unsafe {
            self.copy_bytes(segment.extent.start, &file[start..run.start]);
            self.copy_bytes(address(run.end), &file[run.end..end]);
        }
        Some(MovedRun {
            target: self.address(address(run.start)).as_word_pointer().cast(),
            file: run,
        })
    }

    fn count_segment(&mut self, segment: Segment) {
        let bytes = if self.is_shared() {
            segment.extent.bytes as usize
        } else {
            page_bytes(segment.extent)
        };
        self.count_taken(0, bytes);
    }
}
