//! In the place of `memory_map.rs` for Miri, which knows no `mmap`: address space from the global allocator.
//!
//! All memory is there from the start. So no access is refused, and what nobody may access yet is zero.

use std::alloc::{Layout, alloc_zeroed, dealloc};

use crate::address::{Address, AddressRange};

/// Where a mapping of the operating system would start.
const ALIGN_BYTES: usize = 4096;
/// The error number of a system without memory: `ENOMEM`.
const NO_MEMORY: i32 = 12;

/// Memory of the global allocator; given back when dropped.
#[derive(Debug)]
pub(crate) struct MemoryMap {
    range: AddressRange,
}

impl MemoryMap {
    /// Takes `bytes` of memory, in which nothing may be accessed yet.
    pub(crate) fn reserve(bytes: usize) -> Result<Self, i32> {
        Self::zeroed(bytes)
    }

    /// Takes `bytes` of zeroes.
    pub(crate) fn zeroed(bytes: usize) -> Result<Self, i32> {
        let layout = Layout::from_size_align(bytes, ALIGN_BYTES).map_err(|_| NO_MEMORY)?;
        assert!(bytes > 0, "a mapping has bytes");
        // SAFETY: the layout has bytes.
        let start = unsafe { alloc_zeroed(layout) };
        if start.is_null() {
            return Err(NO_MEMORY);
        }
        Ok(Self {
            range: AddressRange::new(Address::new(start.expose_provenance()), bytes),
        })
    }

    /// All of the memory.
    #[inline(always)]
    pub(crate) const fn range(&self) -> AddressRange {
        self.range
    }

    /// Makes `range` readable and writable, which it is.
    ///
    /// # Errors
    ///
    /// None.
    #[expect(
        clippy::unnecessary_wraps,
        reason = "an operating system may refuse memory"
    )]
    pub(crate) fn commit(&self, range: AddressRange) -> Result<(), i32> {
        self.dump(range);
        Ok(())
    }

    /// As [`Self::commit`].
    pub(crate) fn commit_undumped(&self, range: AddressRange) -> Result<(), i32> {
        self.commit(range)
    }

    /// Does nothing: nobody dumps this memory.
    pub(crate) fn dump(&self, range: AddressRange) {
        assert!(
            self.range.covers(range),
            "{range:?} lies outside the mapping"
        );
    }

    /// Forgets what is in `range`; it reads as zeroes afterwards.
    ///
    /// # Safety
    ///
    /// Nothing in `range` is needed any more, and no reference covers it.
    pub(crate) unsafe fn discard(&self, range: AddressRange) {
        assert!(
            self.range.covers(range),
            "{range:?} lies outside the mapping"
        );
        let start = range.start.as_word_pointer().cast::<u8>();
        // SAFETY: the bytes are this mapping's own; nothing there is needed, by the contract of this function.
        unsafe { start.write_bytes(0, range.bytes()) };
    }

    /// Forgets what is in `range`, in which nothing may be accessed afterwards.
    ///
    /// # Safety
    ///
    /// Nothing in `range` is needed any more, and no reference covers it.
    pub(crate) unsafe fn seal_off(&self, range: AddressRange) {
        // SAFETY: nothing in the range is needed, and no reference covers it: the promise that `discard` wants.
        unsafe { self.discard(range) };
    }
}

impl Drop for MemoryMap {
    fn drop(&mut self) {
        let layout = Layout::from_size_align(self.range.bytes(), ALIGN_BYTES);
        let layout = layout.expect("the memory was taken with this layout");
        let start = self.range.start.as_word_pointer().cast::<u8>();
        // SAFETY: the owner is gone, and with it everything that may refer to the memory, which came from the
        // global allocator with the same layout.
        unsafe { dealloc(start, layout) };
    }
}
