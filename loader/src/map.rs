//! Segments in memory: mapped or copied into the arena, sealed, read, given back.
//!
//! Segments are mapped from a file that nobody changes: the executable, or a file that is kept for tools. Each such
//! mapping starts at a granule of [`SEGMENT_ALIGN_BYTES`], in memory and in the file, so that the page size does not
//! matter. The part of the first granule that precedes a segment is mapped with the segment and never used. All other
//! images are copied into memory of their own, or take over the pages that their file was read into.
//!
//! Bytecode is only read. The code segment of an image with native code becomes executable when the image is sealed,
//! and is never writable and executable at once.
//!
//! The system lets a process have 65,530 mappings, and an image in pages of its own takes up to eight of them. So a
//! small image ([`SMALL_IMAGE_BYTES_MAX`](abi::image::SMALL_IMAGE_BYTES_MAX)) is copied beside others into a chunk
//! that stays writable. So is any image, into chunks of its own, once the process has many mappings: without native
//! code then, which could not become executable. Nobody writes what is sealed there either: stores go through the
//! write barrier, which knows what is sealed.

use std::borrow::Cow;
use std::ffi::c_void;
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use abi::image::{Extent, IMAGE_BYTES_MAX, ImageHeader, SEGMENT_ALIGN_BYTES};
use abi::native::Tier;
use abi::native::part::room_bytes;
use gc::{Address, AddressRange, Arena, ArenaError};
use rustix::io::Errno;
use rustix::mm::{Advice, MapFlags, MprotectFlags, ProtFlags};

use crate::contents::Contents;
use crate::error::LoadError;
use crate::executable::ExecutablePart;
use crate::file_pages::FileTail;
use crate::image::Layout;
use crate::image_bytes::ImageBytes;
use crate::kept::KeptFile;
use crate::options::{LoadOptions, Placement};
use crate::segment::{Segment, SegmentKind};

const GRANULE_MASK: u32 = SEGMENT_ALIGN_BYTES as u32 - 1;

/// Bytes of a page, where pages are small.
const PAGE_BYTES: u32 = 4096;

/// The pages of what takes so many are found at once where it is written to.
pub(crate) const WRITTEN_AT_ONCE_MIN: u32 = 4 * PAGE_BYTES;

/// How many mappings the images of a process may take, so that the rest of the process has as many.
const MAPPINGS_MAX: usize = 32_768;

/// How many they take.
static MAPPINGS: AtomicUsize = AtomicUsize::new(0);

/// Mappings that an image takes. Dropping it counts them off.
#[derive(Debug, Default)]
struct TakenMappings(usize);

impl TakenMappings {
    fn set(&mut self, count: usize) {
        MAPPINGS.fetch_add(count, Ordering::Relaxed);
        MAPPINGS.fetch_sub(self.0, Ordering::Relaxed);
        self.0 = count;
    }
}

impl Drop for TakenMappings {
    fn drop(&mut self) {
        self.set(0);
    }
}

/// The file that an image, or a native part, is mapped from, if it is mapped.
#[derive(Debug)]
pub(crate) enum MappedFile<'file> {
    /// The image's file, which is kept.
    Kept(BorrowedFd<'file>),
    /// The executable that the image is a part of.
    Executable(ExecutablePart),
    /// None: it is copied.
    None,
}

impl<'file> MappedFile<'file> {
    /// The file of an image: the one that is kept, or the executable that the image is a constant of.
    pub(crate) fn of(
        kept: Option<&'file KeptFile>,
        linked: Option<&'static [u8]>,
        placement: Placement,
    ) -> Self {
        match (kept, linked) {
            (Some(kept), _) => Self::Kept(kept.descriptor()),
            (None, Some(image)) if placement == Placement::Mapped => {
                ExecutablePart::of(image).map_or(Self::None, Self::Executable)
            }
            (None, _) => Self::None,
        }
    }
}

/// What is left of the bytes of an image that was placed.
#[derive(Debug)]
pub(crate) enum Left<'file> {
    /// All of them.
    Bytes(Cow<'file, [u8]>),
    /// What follows the segments.
    Tail(FileTail),
}

/// In what memory of the arena an image lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Home {
    /// In chunks of its own, mapped from a file.
    Mapped,
    /// In chunks of its own, copied and sealed.
    Copied,
    /// In chunks of its own that stay writable.
    Writable,
    /// In a part of a chunk that stays writable.
    Shared,
}

impl Home {
    /// What a caller's choice means for the image.
    fn of(layout: &Layout, placement: Placement, source: &MappedFile<'_>) -> Self {
        if layout.header.is_small() {
            return Self::Shared;
        }
        if MAPPINGS.load(Ordering::Relaxed) >= MAPPINGS_MAX {
            return Self::Writable;
        }
        match (placement, source) {
            (Placement::Writable, _) => Self::Writable,
            (Placement::Mapped, MappedFile::Kept(_) | MappedFile::Executable(_)) => Self::Mapped,
            (Placement::Mapped | Placement::Copied, _) => Self::Copied,
        }
    }

    fn reserve(self, arena: &Arena, bytes: usize) -> Result<AddressRange, ArenaError> {
        match self {
            Self::Mapped | Self::Copied => arena.reserve_image(bytes),
            Self::Writable => arena.reserve_writable_image(bytes),
            Self::Shared => arena.reserve_small_image(bytes),
        }
    }

    /// As [`Self::reserve`], with room behind the image if that is wanted, and to be had; whether it is.
    fn reserve_with_room(
        self,
        arena: &Arena,
        layout: &Layout,
        options: LoadOptions,
    ) -> Result<(AddressRange, bool), ArenaError> {
        let bytes = layout.header.image.bytes as usize;
        if options.has_native_room && self.may_execute() && !has_native_code(layout) {
            let room_bytes = room_bytes(layout.header.code) as usize;
            let end = (bytes + room_bytes).min(IMAGE_BYTES_MAX as usize);
            if let Ok(range) = self.reserve(arena, end) {
                return Ok((range, true));
            }
        }
        Ok((self.reserve(arena, bytes)?, false))
    }

    /// Whether native code can become executable there.
    const fn may_execute(self) -> bool {
        matches!(self, Self::Mapped | Self::Copied)
    }
}

/// An image's memory in the arena; given back when dropped, unless it was kept.
#[derive(Debug)]
pub(crate) struct Mapping {
    arena: Arc<Arena>,
    range: AddressRange,
    /// Whether the range reaches behind the image, for native parts.
    has_room: bool,
    home: Home,
    /// What the operating system counts.
    taken_mappings: TakenMappings,
    /// Memory of its pages.
    taken_bytes: usize,
    is_kept: bool,
}

/// The memory of an image that nobody else knows yet. Its constants and cells are writable; so is its
/// code, if tiers are chosen in it.
#[derive(Debug)]
pub(crate) struct UnsealedMapping<'name> {
    mapping: Mapping,
    layout: Layout,
    options: LoadOptions,
    /// For whoever looks at the mappings of the process.
    name: &'name str,
}

impl<'name> UnsealedMapping<'name> {
    /// Places the segments of an image, which `source` has if they are to be mapped, else `bytes`. Answers what is left
    /// of these.
    pub(crate) fn new<'file>(
        (layout, name): (&Layout, &'name str),
        arena: &Arc<Arena>,
        options: LoadOptions,
        source: &MappedFile<'_>,
        bytes: ImageBytes<'file>,
    ) -> Result<(Self, Left<'file>), LoadError> {
        let home = Home::of(layout, options.placement, source);
        let mapping = match Mapping::new(layout, arena, home, options, source) {
            // The process has no mapping left.
            Err(LoadError::System { code, .. })
                if code == Errno::NOMEM.raw_os_error() && home.may_execute() =>
            {
                Mapping::new(layout, arena, Home::Writable, options, source)
            }
            mapping => mapping,
        };
        let mut mapping = mapping?;
        let left = match bytes.into_pages() {
            Ok(pages) => Left::Tail(mapping.place_pages(layout, pages)?),
            Err(bytes) => {
                if mapping.home != Home::Mapped {
                    mapping.copy_segments(layout, &bytes);
                }
                Left::Bytes(bytes)
            }
        };
        let unsealed = Self {
            mapping,
            layout: *layout,
            options,
            name,
        };
        Ok((unsealed, left))
    }

    /// Which procedures may be entered as native code, where they have any.
    pub(crate) const fn tier(&self) -> Tier {
        if self.mapping.home.may_execute() {
            self.options.tier
        } else {
            Tier::Bytecode
        }
    }

    /// The header of the image that was placed.
    pub(crate) const fn header(&self) -> &ImageHeader {
        &self.layout.header
    }

    /// The segments that nobody writes but who chooses tiers.
    pub(crate) fn contents(&self) -> Contents<'_> {
        self.mapping.contents(self.layout.header)
    }

    /// The machine address of a virtual one.
    #[inline]
    pub(crate) const fn address(&self, virtual_address: u32) -> Address {
        self.mapping.address(virtual_address)
    }

    /// Makes everything but the cells read-only, and native code executable.
    pub(crate) fn seal(mut self) -> Result<Mapping, LoadError> {
        let header = self.layout.header;
        match self.mapping.home {
            Home::Writable | Home::Shared => return Ok(self.mapping),
            Home::Mapped => self.protect(header.constants, MprotectFlags::READ)?,
            Home::Copied => {
                if self.options.placement == Placement::Mapped {
                    self.mapping.give_name(&header, self.name)?;
                }
                let sealed = Extent {
                    start: 0,
                    bytes: sealed_bytes(&header),
                };
                self.protect(sealed, MprotectFlags::READ)?;
            }
        }
        if is_code_unsealed(&self.layout, self.mapping.home, self.options) {
            let access = if self.options.is_bytecode_only {
                MprotectFlags::READ
            } else {
                MprotectFlags::READ | MprotectFlags::EXEC
            };
            self.protect(header.code, access)?;
        }
        Ok(self.mapping)
    }

    /// Changes what may be done with a part that is written no more.
    fn protect(&self, extent: Extent, access: MprotectFlags) -> Result<(), LoadError> {
        if extent.bytes == 0 {
            return Ok(());
        }
        let (start, bytes) = self.mapping.granules(extent);
        // SAFETY: the granules belong to this image alone; nothing in them is written any more.
        unsafe { rustix::mm::mprotect(start, bytes, access) }.map_err(system("sealing an image"))
    }
}

impl Mapping {
    /// The memory of an image, whose segments are in it if `source` has them, and the image is mapped.
    fn new(
        layout: &Layout,
        arena: &Arc<Arena>,
        home: Home,
        options: LoadOptions,
        source: &MappedFile<'_>,
    ) -> Result<Self, LoadError> {
        let (range, has_room) = home.reserve_with_room(arena, layout, options)?;
        let mut mapping = Self {
            arena: Arc::clone(arena),
            range,
            has_room,
            home,
            taken_mappings: TakenMappings::default(),
            taken_bytes: 0,
            is_kept: false,
        };
        match home {
            Home::Mapped => mapping.map_file(layout, options, source)?,
            Home::Copied => mapping.map_memory(layout)?,
            Home::Writable | Home::Shared => {}
        }
        Ok(mapping)
    }

    fn map_file(
        &mut self,
        layout: &Layout,
        options: LoadOptions,
        source: &MappedFile<'_>,
    ) -> Result<(), LoadError> {
        let written = [layout.header.constants, layout.header.cells];
        match source {
            MappedFile::Kept(file) => self.map_segments(layout, options, *file, 0)?,
            MappedFile::Executable(part) => {
                self.map_segments(layout, options, part.descriptor(), part.offset())?;
                // The pages that are only read are the executable's.
                self.taken_bytes = written.into_iter().map(page_bytes).sum();
            }
            MappedFile::None => unreachable!("such an image is copied"),
        }
        for extent in written {
            if extent.bytes >= WRITTEN_AT_ONCE_MIN || matches!(source, MappedFile::Executable(_)) {
                self.write_pages_at_once(extent);
            }
        }
        Ok(())
    }

    /// Maps each segment from `file`, where the image starts at `file_start`, a multiple of the page size.
    fn map_segments(
        &mut self,
        layout: &Layout,
        options: LoadOptions,
        file: BorrowedFd<'_>,
        file_start: u64,
    ) -> Result<(), LoadError> {
        let mut taken_mappings = 0;
        for &segment in layout.segments.iter().flatten() {
            let access = match segment.kind {
                SegmentKind::Code if is_code_unsealed(layout, self.home, options) => {
                    ProtFlags::READ | ProtFlags::WRITE
                }
                SegmentKind::Code if has_native_code(layout) => ProtFlags::READ | ProtFlags::EXEC,
                SegmentKind::ReadOnly | SegmentKind::Code => ProtFlags::READ,
                SegmentKind::Constants | SegmentKind::Cells => ProtFlags::READ | ProtFlags::WRITE,
            };
            // SAFETY: the segments lie in the range, which was just reserved.
            unsafe { self.map_segment(segment, access, file, file_start) }?;
            // The pages of the file, and the system's copies of those that are written.
            let copies = if access.contains(ProtFlags::WRITE) {
                2
            } else {
                1
            };
            self.taken_bytes += copies * page_bytes(segment.extent);
            // The segment, and the inaccessible rest of its last granule.
            taken_mappings += 2;
            self.taken_mappings.set(taken_mappings);
        }
        Ok(())
    }

    /// Has the system find the pages of `extent` at once, and copy what a file has there: relocation, or who copies a
    /// segment, writes to almost every one of them.
    pub(crate) fn write_pages_at_once(&self, extent: Extent) {
        let lead = extent.start % PAGE_BYTES;
        let start = self.address(extent.start - lead).as_word_pointer();
        let bytes = (lead + extent.bytes) as usize;
        if bytes > 0 {
            // A system that does not know how finds each page when it is written to.
            // SAFETY: the pages were mapped for this image alone, and keep what is in them.
            let _ = unsafe { rustix::mm::madvise(start.cast(), bytes, Advice::LinuxPopulateWrite) };
        }
    }

    /// Maps a segment from `file`, where the image, or the native part, starts at `file_start`.
    ///
    /// # Safety
    ///
    /// The granules of the segment lie in the range that was reserved for this image, and no reference into them
    /// exists yet.
    pub(crate) unsafe fn map_segment(
        &self,
        segment: Segment,
        access: ProtFlags,
        file: BorrowedFd<'_>,
        file_start: u64,
    ) -> Result<(), LoadError> {
        let (start, bytes) = self.granules(segment.extent);
        let lead = u64::from(segment.extent.start & GRANULE_MASK);
        let offset = file_start + segment.file_offset as u64 - lead;
        let flags = MapFlags::PRIVATE | MapFlags::FIXED;
        // SAFETY: the granules lie in the range that was reserved for this image alone, and no reference into them
        // exists yet, by the contract of this function.
        unsafe { rustix::mm::mmap(start, bytes, access, flags, file, offset) }
            .map(|_| ())
            .map_err(system("mapping a segment"))
    }

    /// Counts mappings and bytes of memory that the image takes beside those that were counted before.
    pub(crate) fn count_taken(&mut self, mappings: usize, bytes: usize) {
        self.taken_mappings.set(self.taken_mappings.0 + mappings);
        self.taken_bytes += bytes;
    }

    /// The segments that nobody writes. `header` is that of the image that was placed here.
    pub(crate) fn contents(&self, header: ImageHeader) -> Contents<'_> {
        let bytes = |extent: Extent| {
            let start = self.address(extent.start).as_word_pointer().cast::<u8>();
            // SAFETY: these segments were placed whole; nobody writes them, and they stay as long
            // as `self`.
            unsafe { std::slice::from_raw_parts(start, extent.bytes as usize) }
        };
        Contents {
            header,
            read_only: bytes(header.read_only),
            code: bytes(header.code),
        }
    }

    /// The machine address of a virtual one.
    #[inline]
    pub(crate) const fn address(&self, virtual_address: u32) -> Address {
        self.range.start.offset_bytes(virtual_address as usize)
    }

    /// The machine addresses of `extent`.
    pub(crate) const fn addresses(&self, extent: Extent) -> AddressRange {
        AddressRange::new(self.address(extent.start), extent.bytes as usize)
    }

    /// All that is the image's: its segments, and the room for native parts.
    pub(crate) const fn range(&self) -> AddressRange {
        self.range
    }

    /// Whether there is room for native parts.
    pub(crate) const fn has_room(&self) -> bool {
        self.has_room
    }

    /// Whether the image lies in granules of its own that were mapped from no file.
    pub(crate) fn has_own_memory(&self) -> bool {
        self.home == Home::Copied
    }

    /// Whether the image lies in a part of a chunk.
    pub(crate) fn is_shared(&self) -> bool {
        self.home == Home::Shared
    }

    /// Whether the segments are there, from a file.
    pub(crate) fn is_mapped(&self) -> bool {
        self.home == Home::Mapped
    }

    /// Leaves the memory as it is when dropped: it goes with the arena.
    pub(crate) const fn keep(&mut self) {
        self.is_kept = true;
    }

    /// Gives the memory back, also if it was kept.
    ///
    /// # Safety
    ///
    /// Nothing leads into it any more.
    pub(crate) unsafe fn give_back(mut self) {
        self.is_kept = false;
    }

    /// How many mappings of the operating system the image takes.
    pub(crate) const fn taken_mappings(&self) -> usize {
        self.taken_mappings.0
    }

    /// Whether native code may be executed.
    pub(crate) const fn may_execute(&self) -> bool {
        self.home.may_execute()
    }

    /// How many bytes of memory its pages take.
    pub(crate) const fn taken_bytes(&self) -> usize {
        self.taken_bytes
    }

    pub(crate) const fn arena(&self) -> &Arc<Arena> {
        &self.arena
    }

    /// Where the granules of `extent` start, and how many bytes reach to its end.
    pub(crate) fn granules(&self, extent: Extent) -> (*mut c_void, usize) {
        let lead = extent.start & GRANULE_MASK;
        let start = self.address(extent.start - lead).as_word_pointer();
        (start.cast(), (lead + extent.bytes) as usize)
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        if self.is_kept {
            return;
        }
        if self.home == Home::Shared {
            // SAFETY: the place was taken for this image; for who may lead into it see below.
            unsafe { self.arena.release_small_image(self.range) };
        } else {
            // SAFETY: the range is one run of chunks; slices of it borrow from `self`. Words that
            // lead into it exist only once the image was registered: then it is kept, but for
            // `LoadedImage::unload`, to whom it was promised that there are none any more.
            unsafe { self.arena.release_chunks(self.range) };
        }
    }
}

/// Bytes from the image's start to the end of what is sealed: everything but the cells.
pub(crate) const fn sealed_bytes(header: &ImageHeader) -> u32 {
    let last = if header.constants.bytes > 0 {
        header.constants
    } else {
        header.code
    };
    last.start + last.bytes
}

/// Bytes of the pages that `extent` touches, if pages are small.
pub(crate) fn page_bytes(extent: Extent) -> usize {
    let lead = extent.start % PAGE_BYTES;
    (lead + extent.bytes).next_multiple_of(PAGE_BYTES) as usize
}

pub(crate) const fn has_native_code(layout: &Layout) -> bool {
    layout.header.native_code.bytes > 0
}

/// Whether the code is writable before the image is sealed, and executable afterwards only.
fn is_code_unsealed(layout: &Layout, home: Home, options: LoadOptions) -> bool {
    let is_written = home == Home::Copied || options.tier != Tier::Native;
    has_native_code(layout) && is_written
}

/// The error of an operation that the system refuses.
pub(crate) fn system(operation: &'static str) -> impl Fn(Errno) -> LoadError {
    move |errno| LoadError::System {
        operation,
        code: errno.raw_os_error(),
    }
}
