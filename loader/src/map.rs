//! Segments in memory: mapped or copied into the arena, sealed, read, given back.
//!
//! Every mapping starts at a granule of [`SEGMENT_ALIGN_BYTES`], in memory and in the file. So the
//! loader need not know the page size. The part of the first granule that precedes a segment is
//! mapped with the segment and never used. Bytecode is only read. The code segment of an image with
//! native code becomes executable when the image is sealed, and is never writable and executable at
//! once.
//!
//! The system lets a process have 65,530 mappings, and an image in pages of its own takes up to eight of them. So a
//! small image ([`SMALL_IMAGE_BYTES_MAX`](abi::image::SMALL_IMAGE_BYTES_MAX)) is copied beside others into a chunk
//! that stays writable. So is any image, into chunks of its own, once the process has many mappings: without native
//! code then, which could not become executable. Nobody writes what is sealed there either: stores go through the
//! write barrier, which knows what is sealed.

use std::ffi::c_void;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use abi::image::{Extent, IMAGE_BYTES_MAX, ImageHeader, SEGMENT_ALIGN_BYTES};
use abi::native::Tier;
use abi::native::part::room_bytes;
use gc::{Address, AddressRange, Arena, ArenaError};
use rustix::fs::{MemfdFlags, SealFlags};
use rustix::io::Errno;
use rustix::mm::{Advice, MapFlags, MprotectFlags, ProtFlags};

use crate::contents::Contents;
use crate::error::LoadError;
use crate::executable::ExecutablePart;
use crate::image::ImageView;
use crate::options::{LoadOptions, Placement};
use crate::segment::{Segment, SegmentKind};

const GRANULE_MASK: u32 = SEGMENT_ALIGN_BYTES as u32 - 1;

/// Bytes of a page, where pages are small.
const PAGE_BYTES: u32 = 4096;

/// What takes so many pages is copied at once where it is written to.
const COPIED_AT_ONCE_MIN: u32 = 4 * PAGE_BYTES;

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

/// The file that an image is mapped from, if it is mapped.
#[derive(Debug)]
pub(crate) enum MappedFile<'file> {
    /// The image's file, which is kept.
    Kept(BorrowedFd<'file>),
    /// The executable that the image is a part of.
    Executable(ExecutablePart),
    /// A sealed copy in memory, which has a name for whoever looks at the mappings of the process.
    Copy(&'file str),
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
    fn of(view: &ImageView<'_>, placement: Placement) -> Self {
        if view.header.is_small() {
            return Self::Shared;
        }
        if MAPPINGS.load(Ordering::Relaxed) >= MAPPINGS_MAX {
            return Self::Writable;
        }
        match placement {
            Placement::Mapped => Self::Mapped,
            Placement::Copied => Self::Copied,
            Placement::Writable => Self::Writable,
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
        view: &ImageView<'_>,
        options: LoadOptions,
    ) -> Result<(AddressRange, bool), ArenaError> {
        let bytes = view.header.image.bytes as usize;
        if options.has_native_room && self.may_execute() && !has_native_code(view) {
            let room_bytes = room_bytes(view.header.code) as usize;
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
pub(crate) struct UnsealedMapping<'view, 'file> {
    mapping: Mapping,
    view: &'view ImageView<'file>,
    options: LoadOptions,
}

impl<'view, 'file> UnsealedMapping<'view, 'file> {
    /// Places the segments of `view`, which `source` has if they are to be mapped.
    pub(crate) fn new(
        view: &'view ImageView<'file>,
        arena: &Arc<Arena>,
        options: LoadOptions,
        source: &MappedFile<'_>,
    ) -> Result<Self, LoadError> {
        let home = Home::of(view, options.placement);
        let placed = match Mapping::new(view, arena, home, options, source) {
            // The process has no mapping left.
            Err(LoadError::System { code, .. })
                if code == Errno::NOMEM.raw_os_error() && home.may_execute() =>
            {
                Mapping::new(view, arena, Home::Writable, options, source)
            }
            placed => placed,
        };
        Ok(Self {
            mapping: placed?,
            view,
            options,
        })
    }

    /// Which procedures may be entered as native code, where they have any.
    pub(crate) const fn tier(&self) -> Tier {
        if self.mapping.home.may_execute() {
            self.options.tier
        } else {
            Tier::Bytecode
        }
    }

    /// The image that was placed.
    pub(crate) const fn view(&self) -> &'view ImageView<'file> {
        self.view
    }

    /// The machine address of a virtual one.
    #[inline]
    pub(crate) const fn address(&self, virtual_address: u32) -> Address {
        self.mapping.address(virtual_address)
    }

    /// Makes everything but the cells read-only, and native code executable.
    pub(crate) fn seal(self) -> Result<Mapping, LoadError> {
        let header = &self.view.header;
        match self.mapping.home {
            Home::Writable | Home::Shared => return Ok(self.mapping),
            Home::Mapped => self.protect(header.constants, MprotectFlags::READ)?,
            Home::Copied => {
                let sealed = Extent {
                    start: 0,
                    bytes: sealed_bytes(self.view),
                };
                self.protect(sealed, MprotectFlags::READ)?;
            }
        }
        if is_code_unsealed(self.view, self.options) {
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
    fn new(
        view: &ImageView<'_>,
        arena: &Arc<Arena>,
        home: Home,
        options: LoadOptions,
        source: &MappedFile<'_>,
    ) -> Result<Self, LoadError> {
        let (range, has_room) = home.reserve_with_room(arena, view, options)?;
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
            Home::Mapped => mapping.map_file(view, options, source)?,
            Home::Copied => {
                mapping.map_memory(view)?;
                mapping.copy_segments(view);
            }
            Home::Writable | Home::Shared => mapping.copy_segments(view),
        }
        Ok(mapping)
    }

    fn map_file(
        &mut self,
        view: &ImageView<'_>,
        options: LoadOptions,
        source: &MappedFile<'_>,
    ) -> Result<(), LoadError> {
        match source {
            MappedFile::Kept(file) => self.map_segments(view, options, *file, 0),
            MappedFile::Executable(part) => {
                self.map_segments(view, options, part.descriptor(), part.offset())?;
                // The pages that are only read are the executable's.
                let written = [view.header.constants, view.header.cells];
                self.taken_bytes = written.into_iter().map(page_bytes).sum();
                Ok(())
            }
            MappedFile::Copy(name) => {
                self.map_segments(view, options, sealed_copy(view, name)?.as_fd(), 0)
            }
        }?;
        for extent in [view.header.constants, view.header.cells] {
            if extent.bytes >= COPIED_AT_ONCE_MIN || matches!(source, MappedFile::Executable(_)) {
                self.copy_pages(extent);
            }
        }
        Ok(())
    }

    /// Maps each segment from `file`, where the image starts at `file_start`, a multiple of the page size.
    fn map_segments(
        &mut self,
        view: &ImageView<'_>,
        options: LoadOptions,
        file: BorrowedFd<'_>,
        file_start: u64,
    ) -> Result<(), LoadError> {
        let mut taken_mappings = 0;
        for &segment in view.segments.iter().flatten() {
            let access = match segment.kind {
                SegmentKind::Code if is_code_unsealed(view, options) => {
                    ProtFlags::READ | ProtFlags::WRITE
                }
                SegmentKind::Code if has_native_code(view) => ProtFlags::READ | ProtFlags::EXEC,
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

    /// Has the system copy the pages of `extent`, which are mapped from a file, at once: relocation writes to almost
    /// every one of them.
    fn copy_pages(&self, extent: Extent) {
        let lead = extent.start % PAGE_BYTES;
        let start = self.address(extent.start - lead).as_word_pointer();
        let bytes = (lead + extent.bytes) as usize;
        if bytes > 0 {
            // A system that does not know how copies each page when it is written to.
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

    /// Maps writable memory over the image's chunks.
    fn map_memory(&mut self, view: &ImageView<'_>) -> Result<(), LoadError> {
        let (start, bytes) = self.granules(view.header.image);
        let access = ProtFlags::READ | ProtFlags::WRITE;
        let flags = MapFlags::PRIVATE | MapFlags::FIXED;
        // SAFETY: the granules lie in the range that was reserved for this image alone, and no reference
        // into it exists yet.
        unsafe { rustix::mm::mmap_anonymous(start, bytes, access, flags) }
            .map_err(system("mapping memory for an image"))?;
        // The sealed part, which code that may be executed splits, the cells, and the inaccessible
        // rest.
        let taken_mappings = if has_native_code(view) { 5 } else { 3 };
        self.taken_mappings.set(taken_mappings);
        Ok(())
    }

    /// Copies a segment from its file to its place.
    ///
    /// # Safety
    ///
    /// The place is this image's alone, and writable.
    pub(crate) unsafe fn copy_segment(&self, segment: Segment, file: &[u8]) {
        let source = segment.bytes(file);
        let target = self
            .address(segment.extent.start)
            .as_word_pointer()
            .cast::<u8>();
        // SAFETY: the target is writable, by the contract of this function; it is as long as the segment, and belongs
        // to this image alone, so that the source lies elsewhere.
        unsafe { std::ptr::copy_nonoverlapping(source.as_ptr(), target, source.len()) };
    }

    fn copy_segments(&mut self, view: &ImageView<'_>) {
        for &segment in view.segments.iter().flatten() {
            // SAFETY: the segments of an image that is copied lie in writable memory, which was reserved for it alone.
            unsafe { self.copy_segment(segment, view.file) };
            self.taken_bytes += match self.home {
                Home::Shared => segment.extent.bytes as usize,
                Home::Mapped | Home::Copied | Home::Writable => page_bytes(segment.extent),
            };
        }
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
pub(crate) const fn sealed_bytes(view: &ImageView<'_>) -> u32 {
    let header = &view.header;
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

const fn has_native_code(view: &ImageView<'_>) -> bool {
    view.header.native_code.bytes > 0
}

/// Whether the code is writable before the image is sealed, and executable afterwards only.
fn is_code_unsealed(view: &ImageView<'_>, options: LoadOptions) -> bool {
    let is_written = options.placement == Placement::Copied || options.tier != Tier::Native;
    has_native_code(view) && is_written
}

/// A copy of the segments in memory that nobody can change or cut short.
fn sealed_copy(view: &ImageView<'_>, name: &str) -> Result<OwnedFd, LoadError> {
    let ends = (view.segments.iter().flatten()).map(|segment| segment.file_end());
    let mut bytes = &view.file[..ends.max().unwrap_or_default()];
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    let file = rustix::fs::memfd_create(copy_name(name).as_str(), flags)
        .map_err(system("making a file in memory"))?;
    while !bytes.is_empty() {
        let written = rustix::io::retry_on_intr(|| rustix::io::write(&file, bytes))
            .map_err(system("writing a file in memory"))?;
        bytes = &bytes[written..];
    }
    let seals = SealFlags::SEAL | SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE;
    rustix::fs::fcntl_add_seals(&file, seals).map_err(system("sealing a file in memory"))?;
    Ok(file)
}

/// The name of the copy of an image: no longer than names may be, and without bytes that end it.
fn copy_name(name: &str) -> String {
    const NAME_BYTES_MAX: usize = 200;
    let name = &name[..name.floor_char_boundary(NAME_BYTES_MAX)];
    format!("cozen-image:{}", name.replace('\0', "?"))
}

/// The error of an operation that the system refuses.
pub(crate) fn system(operation: &'static str) -> impl Fn(Errno) -> LoadError {
    move |errno| LoadError::System {
        operation,
        code: errno.raw_os_error(),
    }
}
