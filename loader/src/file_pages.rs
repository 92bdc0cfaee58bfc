//! The contents of a file, read once into pages of their own, which can become those of an image.
//!
//! Pages that are only copied from one place to another cost as much as pages that are read: most of the time, the
//! system takes to find and to clear them. So an image that is loaded from such pages takes them over (mremap(2)).

use std::ffi::c_void;
use std::ops::Range;
use std::os::fd::AsFd;
use std::ptr::{self, NonNull};
use std::slice;

use rustix::io::Errno;
use rustix::mm::{MapFlags, MremapFlags, ProtFlags};

use crate::executable::page_bytes;

/// The contents of a file in pages that belong to nobody else: whatever becomes of the file, they stay.
#[derive(Debug)]
pub struct FilePages {
    pages: PageRange,
    /// How many bytes of the pages are contents.
    bytes: usize,
}

/// The end of what [`FilePages`] held.
#[derive(Debug)]
pub(crate) struct FileTail {
    pages: PageRange,
    /// Where the tail is in the pages.
    place: Range<usize>,
}

/// Pages that were mapped for this value alone. Dropping it unmaps them.
#[derive(Debug)]
struct PageRange {
    start: NonNull<u8>,
    /// A multiple of the page size; none are mapped if it is 0.
    bytes: usize,
}

/// Whole pages of a file that become those at `target`.
#[derive(Clone, Debug)]
pub(crate) struct MovedRun {
    /// Where they stand in the file: multiples of the page size.
    pub(crate) file: Range<usize>,
    pub(crate) target: *mut c_void,
}

// SAFETY: the pages belong to the value, and are not bound to a thread.
unsafe impl Send for PageRange {}
// SAFETY: through a shared reference, they are only read.
unsafe impl Sync for PageRange {}

impl FilePages {
    /// Reads as many bytes of `file`, from where it stands, as there are up to `bytes`.
    ///
    /// # Errors
    ///
    /// What the system refuses: memory, or to read.
    pub fn read(file: impl AsFd, bytes: usize) -> Result<Self, Errno> {
        let pages = PageRange::new(bytes)?;
        let mut read_bytes = 0;
        while read_bytes < bytes {
            // SAFETY: the pages belong to this function, and are as long; no reference to them exists but this.
            let rest = unsafe {
                let start = pages.start.add(read_bytes).as_ptr();
                slice::from_raw_parts_mut(start, bytes - read_bytes)
            };
            match rustix::io::retry_on_intr(|| rustix::io::read(&file, &mut *rest))? {
                0 => break,
                count => read_bytes += count,
            }
        }
        Ok(Self {
            pages,
            bytes: read_bytes,
        })
    }

    /// The contents.
    pub const fn as_slice(&self) -> &[u8] {
        // SAFETY: the pages belong to `self`, are readable, and at least as long; nobody writes to them.
        unsafe { slice::from_raw_parts(self.pages.start.as_ptr(), self.bytes) }
    }

    /// Forgets all contents but the first `bytes`, and gives back the pages behind them.
    pub(crate) fn truncate(&mut self, bytes: usize) {
        self.bytes = self.bytes.min(bytes);
        let kept_bytes = self.bytes.next_multiple_of(page_bytes());
        self.pages = self.pages.take_front(kept_bytes);
    }

    /// Lets pages become those at other addresses, which are writable then. What was there is gone. Answers what
    /// follows `tail_start`; all else is gone. Where the system moves no pages, they are copied.
    ///
    /// # Errors
    ///
    /// What the system refuses: memory. Some of the pages were moved, perhaps, and the others are gone.
    ///
    /// # Safety
    ///
    /// The runs ascend, and lie in front of the page of `tail_start`, in the contents. The targets are aligned to
    /// pages, and the caller's; no reference into them exists.
    pub(crate) unsafe fn move_pages(
        self,
        runs: &[MovedRun],
        tail_start: usize,
    ) -> Result<FileTail, Errno> {
        let tail_page = tail_start - tail_start % page_bytes();
        let mut rest = self.pages;
        let mut rest_start = 0;
        for run in runs {
            drop(rest.take_front(run.file.start - rest_start));
            // SAFETY: no reference leads to the target, which has room, as the contract of this function says.
            unsafe { rest.take_front(run.file.len()).place_at(run.target) }?;
            rest_start = run.file.end;
        }
        drop(rest.take_front(tail_page - rest_start));
        Ok(FileTail {
            pages: rest,
            place: tail_start - tail_page..self.bytes - tail_page,
        })
    }
}

impl FileTail {
    /// The bytes.
    pub(crate) const fn as_slice(&self) -> &[u8] {
        let bytes = self.place.end - self.place.start;
        // SAFETY: the pages belong to `self`, are readable, and have the place; nobody writes to them. If there are
        // none, the place is empty.
        unsafe { slice::from_raw_parts(self.pages.start.as_ptr().add(self.place.start), bytes) }
    }
}

impl PageRange {
    /// Pages for so many bytes, which are there at once: the caller writes to all of them.
    fn new(bytes: usize) -> Result<Self, Errno> {
        let bytes = bytes.next_multiple_of(page_bytes());
        if bytes == 0 {
            return Ok(Self::none());
        }
        let access = ProtFlags::READ | ProtFlags::WRITE;
        let flags = MapFlags::PRIVATE | MapFlags::POPULATE;
        // SAFETY: the system chooses the address: nothing is there.
        let start = unsafe { rustix::mm::mmap_anonymous(ptr::null_mut(), bytes, access, flags) }?;
        let start = NonNull::new(start.cast()).expect("the system maps nothing at address 0");
        Ok(Self { start, bytes })
    }

    const fn none() -> Self {
        Self {
            start: NonNull::dangling(),
            bytes: 0,
        }
    }

    /// The pages of the first `bytes`, a multiple of the page size, which `self` has no more.
    fn take_front(&mut self, bytes: usize) -> Self {
        assert!(bytes <= self.bytes, "so many pages are there");
        if bytes == 0 {
            return Self::none();
        }
        let front = Self {
            start: self.start,
            bytes,
        };
        // SAFETY: the range is at least as long.
        self.start = unsafe { self.start.add(bytes) };
        self.bytes -= bytes;
        front
    }

    /// Brings the pages to `target`, where they are the caller's.
    ///
    /// # Safety
    ///
    /// The addresses are aligned to pages, and the caller's; no reference into them exists.
    unsafe fn place_at(mut self, target: *mut c_void) -> Result<(), Errno> {
        // SAFETY: no reference leads to the target, which is aligned, as the contract of this function says.
        let moved = unsafe { self.move_to(target) };
        // SAFETY: no reference leads to the target, which is aligned: a move that failed has made none.
        moved.or_else(|_| unsafe { self.copy_to(target) })
    }

    /// Moves the pages to `target`: none are left.
    ///
    /// # Safety
    ///
    /// As for [`Self::place_at`].
    unsafe fn move_to(&mut self, target: *mut c_void) -> Result<(), Errno> {
        let flags = MremapFlags::MAYMOVE;
        let start = self.start.as_ptr().cast();
        // SAFETY: the pages are of `self`, to which no reference exists; for the target, see the contract.
        unsafe { rustix::mm::mremap_fixed(start, self.bytes, self.bytes, flags, target) }?;
        self.bytes = 0;
        Ok(())
    }

    /// Copies the pages to `target`. Memory is mapped there anew: a move that failed may have unmapped what was there.
    ///
    /// # Safety
    ///
    /// As for [`Self::place_at`].
    unsafe fn copy_to(&self, target: *mut c_void) -> Result<(), Errno> {
        let access = ProtFlags::READ | ProtFlags::WRITE;
        let flags = MapFlags::PRIVATE | MapFlags::FIXED;
        // SAFETY: no reference leads to the target, as the contract of this function says.
        unsafe { rustix::mm::mmap_anonymous(target, self.bytes, access, flags) }?;
        // SAFETY: the source is as long, and readable; the target was just mapped, somewhere else.
        unsafe { ptr::copy_nonoverlapping(self.start.as_ptr(), target.cast(), self.bytes) };
        Ok(())
    }
}

impl Drop for PageRange {
    fn drop(&mut self) {
        if self.bytes > 0 {
            // SAFETY: the pages belong to `self`, and nobody refers to them any more. If the system refuses, they stay.
            let _ = unsafe { rustix::mm::munmap(self.start.as_ptr().cast(), self.bytes) };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{Seek as _, SeekFrom, Write as _};

    use super::*;

    /// A file of so many bytes, without a name.
    fn file(bytes: usize) -> (File, Vec<u8>) {
        let contents: Vec<u8> = (0..bytes).map(|index| (index % 251) as u8).collect();
        let flags = rustix::fs::MemfdFlags::CLOEXEC;
        let mut file = File::from(rustix::fs::memfd_create("contents", flags).unwrap());
        file.write_all(&contents).unwrap();
        file.seek(SeekFrom::Start(0)).unwrap();
        (file, contents)
    }

    #[test]
    fn a_file_is_read_to_its_end_or_as_far_as_was_asked() {
        for bytes in [0, 1, 4096, 10_000] {
            let (mut file, contents) = file(bytes);
            let whole = FilePages::read(&file, bytes + 5).unwrap();
            assert_eq!(whole.as_slice(), contents);
            file.seek(SeekFrom::Start(0)).unwrap();
            let part = FilePages::read(&file, bytes / 2).unwrap();
            assert_eq!(part.as_slice(), &contents[..bytes / 2]);
        }
    }

    #[test]
    fn what_becomes_of_the_file_does_not_matter() {
        let (file, contents) = file(100_000);
        let pages = FilePages::read(&file, 100_000).unwrap();
        file.set_len(0).unwrap();
        assert_eq!(pages.as_slice(), contents);
    }

    #[test]
    fn pages_move_and_the_tail_stays() {
        let page = page_bytes();
        let (file, contents) = file(9 * page + 100);
        for (run, tail_start) in [
            (2 * page..5 * page, 7 * page + 9),
            (0..9 * page, 9 * page + 100),
            (0..0, 0),
        ] {
            let pages = FilePages::read(file.try_clone().unwrap(), contents.len()).unwrap();
            (&file).seek(SeekFrom::Start(0)).unwrap();
            let target = PageRange::new(4 * page + run.len()).unwrap();
            let place = target.start.as_ptr();
            let moved = MovedRun {
                file: run.clone(),
                // SAFETY: the target is as long.
                target: unsafe { place.add(page) }.cast(),
            };
            let runs: &[MovedRun] = if run.is_empty() { &[] } else { &[moved] };
            // SAFETY: the target is this test's, and longer than what moves there.
            let tail = unsafe { pages.move_pages(runs, tail_start) }.unwrap();
            assert_eq!(tail.as_slice(), &contents[tail_start..]);
            // SAFETY: the pages that have moved are readable.
            let found = unsafe { slice::from_raw_parts(place.add(page), run.len()) };
            assert_eq!(found, &contents[run]);
        }
    }

    #[test]
    fn what_is_forgotten_takes_no_pages() {
        let page = page_bytes();
        let (file, contents) = file(5 * page + 1);
        let mut pages = FilePages::read(&file, contents.len()).unwrap();
        for (bytes, page_count) in [(9 * page, 6), (2 * page + 1, 3), (page, 1), (0, 0)] {
            pages.truncate(bytes);
            let kept = bytes.min(contents.len());
            assert_eq!(pages.as_slice(), &contents[..kept]);
            assert_eq!(pages.pages.bytes, page_count * page);
        }
    }

    #[test]
    fn pages_that_cannot_move_are_copied() {
        let page = page_bytes();
        let (file, contents) = file(3 * page);
        let pages = FilePages::read(&file, contents.len()).unwrap();
        let target = PageRange::new(3 * page).unwrap();
        let start = target.start.as_ptr();
        // SAFETY: the target is this test's.
        unsafe { pages.pages.copy_to(start.cast()) }.unwrap();
        // SAFETY: what was copied is readable.
        let found = unsafe { slice::from_raw_parts(start, contents.len()) };
        assert_eq!(found, contents);
        assert_eq!(pages.as_slice(), contents);
    }
}
