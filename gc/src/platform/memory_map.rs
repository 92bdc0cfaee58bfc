//! Reserved address space, taken from the operating system.

use std::ffi::{CStr, c_int, c_ulong, c_void};

use rustix::io::Errno;
use rustix::mm::{self, Advice, MapFlags, MprotectFlags, ProtFlags};

use crate::address::{Address, AddressRange};

unsafe extern "C" {
    /// prctl(2), as it names memory.
    fn prctl(operation: c_int, ...) -> c_int;
}

/// A private anonymous mapping; unmapped when dropped.
#[derive(Debug)]
pub(crate) struct MemoryMap {
    range: AddressRange,
}

impl MemoryMap {
    /// Reserves `bytes` of address space in which nothing may be accessed yet. Core dumps leave it out.
    pub(crate) fn reserve(bytes: usize) -> Result<Self, i32> {
        let map = Self::map(bytes, ProtFlags::empty())?;
        map.advise(map.range, Advice::LinuxDontDump);
        map.name(c"cozen: heap and images");
        Ok(map)
    }

    /// Maps `bytes` of zeroes that take memory only once they are written.
    pub(crate) fn zeroed(bytes: usize) -> Result<Self, i32> {
        Self::map(bytes, ProtFlags::READ | ProtFlags::WRITE)
    }

    /// Gives the mapping a name, which `/proc/PID/maps` shows. A system that has no names goes without.
    fn name(&self, name: &CStr) {
        const PR_SET_VMA: c_int = 0x5356_4d41;
        const PR_SET_VMA_ANON_NAME: c_ulong = 0;
        let start = self.range.start.word() as c_ulong;
        // SAFETY: the system reads the name, which ends with a zero byte, and changes nothing but the name of a mapping
        // that is this one's own.
        unsafe {
            prctl(
                PR_SET_VMA,
                PR_SET_VMA_ANON_NAME,
                start,
                self.range.bytes() as c_ulong,
                name.as_ptr(),
            )
        };
    }

    fn map(bytes: usize, protection: ProtFlags) -> Result<Self, i32> {
        let flags = MapFlags::PRIVATE | MapFlags::NORESERVE;
        // SAFETY: without FIXED, a new mapping disturbs nothing.
        let start = unsafe { mm::mmap_anonymous(std::ptr::null_mut(), bytes, protection, flags) }
            .map_err(Errno::raw_os_error)?;
        let start = Address::new(start.expose_provenance());
        Ok(Self {
            range: AddressRange::new(start, bytes),
        })
    }

    /// All of the mapping.
    #[inline(always)]
    pub(crate) const fn range(&self) -> AddressRange {
        self.range
    }

    /// Makes `range` readable and writable, and core dumps hold it from now on.
    ///
    /// # Errors
    ///
    /// The system's error number: it refuses the memory.
    pub(crate) fn commit(&self, range: AddressRange) -> Result<(), i32> {
        self.commit_undumped(range)?;
        self.dump(range);
        Ok(())
    }

    /// Makes `range` readable and writable. Core dumps leave it out, as all that was only reserved.
    ///
    /// # Errors
    ///
    /// The system's error number: it refuses the memory.
    pub(crate) fn commit_undumped(&self, range: AddressRange) -> Result<(), i32> {
        assert!(
            self.range.covers(range),
            "{range:?} lies outside the mapping"
        );
        let access = MprotectFlags::READ | MprotectFlags::WRITE;
        // SAFETY: the pages are this mapping's own, and allowing more breaks no reader.
        unsafe { mm::mprotect(pointer(range.start), range.bytes(), access) }
            .map_err(Errno::raw_os_error)
    }

    /// Says that core dumps hold `range` from now on.
    pub(crate) fn dump(&self, range: AddressRange) {
        self.advise(range, Advice::LinuxDoDump);
    }

    /// Says whether core dumps hold `range`. (`gcore` writes even what nobody may access.) A system that does not
    /// take the advice makes larger core dumps, and nothing worse.
    fn advise(&self, range: AddressRange, advice: Advice) {
        assert!(
            self.range.covers(range),
            "{range:?} lies outside the mapping"
        );
        debug_assert!(matches!(
            advice,
            Advice::LinuxDontDump | Advice::LinuxDoDump
        ));
        // SAFETY: the pages are this mapping's own, and the advice leaves their contents alone.
        let advised = unsafe { mm::madvise(pointer(range.start), range.bytes(), advice) };
        advised.ok();
    }

    /// Gives the memory of `range` back; it reads as zeroes afterwards.
    ///
    /// # Safety
    ///
    /// Nothing in `range` is needed any more, and no reference covers it.
    pub(crate) unsafe fn discard(&self, range: AddressRange) {
        assert!(
            self.range.covers(range),
            "{range:?} lies outside the mapping"
        );
        if range.is_empty() {
            return;
        }
        // SAFETY: the pages are this mapping's own; nothing there is needed, by the contract of this function.
        unsafe { mm::madvise(pointer(range.start), range.bytes(), Advice::LinuxDontNeed) }
            .expect("private anonymous pages can always be given back");
    }

    /// Replaces whatever is mapped in `range` by inaccessible address space.
    ///
    /// # Safety
    ///
    /// Nothing in `range` is needed any more, and no reference covers it.
    pub(crate) unsafe fn seal_off(&self, range: AddressRange) {
        assert!(
            self.range.covers(range),
            "{range:?} lies outside the mapping"
        );
        let flags = MapFlags::PRIVATE | MapFlags::NORESERVE | MapFlags::FIXED;
        let start = pointer(range.start);
        // SAFETY: the addresses are this mapping's own; nothing there is needed, by the contract of this function.
        unsafe { mm::mmap_anonymous(start, range.bytes(), ProtFlags::empty(), flags) }
            .expect("replacing a mapping by a larger uniform one needs no new resources");
        self.advise(range, Advice::LinuxDontDump);
    }
}

impl Drop for MemoryMap {
    fn drop(&mut self) {
        // SAFETY: the owner is gone, and with it everything that may refer to these pages.
        unsafe { mm::munmap(pointer(self.range.start), self.range.bytes()) }
            .expect("the range was mapped by `map`");
    }
}

fn pointer(address: Address) -> *mut c_void {
    address.as_word_pointer().cast()
}
