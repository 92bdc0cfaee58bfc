//! Any bytes are an image that is refused, or one that loads and unloads. Nothing panics, and no memory breaks.
//!
//! Random changes of an image never get past the fingerprint and the content hash. [`repair`] makes both right
//! again, so that changes get to the checks behind them. [`part`] finds the places where changes matter.

use std::ops::Range;
use std::sync::Arc;

use abi::fingerprint::FINGERPRINT;
use abi::image::{Extent, IMAGE_HEADER_BYTES, ImageHeader};
use abi::native::Tier;
use abi::procedure::PROCEDURE_HEADER_BYTES;
use gc::toy::{ToyModel, ToyState};
use gc::{Arena, HeapOptions, ImageDescription, ImageId, Mutator};

use crate::elf::{ELF_HEADER_BYTES, ElfHeader};
use crate::image::ImageView;
use crate::load::{Host, LoadedImage, load};
use crate::native_map::{NativeReturn, native_return_at};
use crate::options::{LoadOptions, Placement};
use crate::segment::SegmentKind;
use crate::trust::TrustedImage;
use crate::validate;

/// Checks one input: parses it, reads all that tools read, and loads and unloads what the checks accept.
///
/// # Panics
///
/// When something does not hold.
pub fn check(file: &[u8]) {
    let Ok(view) = ImageView::parse(file) else {
        return;
    };
    read(&view);
    let mut host = ToyHost::default();
    for (placement, tier) in [
        (Placement::Mapped, Tier::Native),
        (Placement::Mapped, Tier::Bytecode),
        (Placement::Copied, Tier::Native),
        (Placement::Copied, Tier::Mixed(1)),
    ] {
        let options = LoadOptions {
            placement,
            tier,
            ..LoadOptions::default()
        };
        // SAFETY: the heap is one of toys. It has no machine that runs code, no frames that a frame map describes,
        // and it ends before a collection looks at the image's words.
        let image = unsafe { TrustedImage::vouch(file) };
        // Refused: the arena of toys is small.
        if let Ok(image) = load(&image, "fuzz", &mut host, options) {
            check_loaded(&view, &image, tier);
            host.unload(image);
        }
    }
}

/// Reads what tools read.
fn read(view: &ImageView<'_>) {
    let tables = view.debug_tables();
    for procedure in view.contents().procedures() {
        let _ = tables.origin_of(procedure.code_start());
        let _ = tables.arity(procedure.address);
    }
    let _ = tables.functions_in(view.header().code).count();
    for row in tables.rows() {
        let _ = tables.file(row.file);
    }
}

/// What nobody writes is as in the file, and native return points are found.
fn check_loaded(view: &ImageView<'_>, image: &LoadedImage, tier: Tier) {
    let (expected, found) = (view.contents(), image.contents());
    assert_eq!(
        found.read_only, expected.read_only,
        "read-only bytes are the file's"
    );
    if tier == Tier::Native {
        assert_eq!(found.code, expected.code, "code is the file's");
    }
    assert_eq!(
        image.virtual_address(image.entry()),
        Some(view.header().entry)
    );
    let _ = image.origin_of(image.entry());
    for point in view.contents().native_returns().points() {
        let return_word = image
            .native_code()
            .start
            .offset_bytes(point.offset as usize);
        let expected = NativeReturn {
            words: point.words,
            flags: point.flags,
            map: image.address(point.map),
        };
        // SAFETY: the image is borrowed, so that nobody unloads it meanwhile.
        let found = unsafe { native_return_at(return_word) };
        assert_eq!(
            found,
            Some(expected),
            "return points are found where they are"
        );
    }
}

/// A heap of toys. Its interned symbols are integers.
struct ToyHost {
    mutator: Mutator<ToyModel>,
}

impl Default for ToyHost {
    fn default() -> Self {
        let options = HeapOptions {
            arena_bytes: HeapOptions::ARENA_BYTES_MIN,
            ..HeapOptions::default()
        };
        let mutator = Mutator::new(&options, |_| ToyState::default());
        Self {
            mutator: mutator.expect("the smallest arena fits everywhere"),
        }
    }
}

impl ToyHost {
    fn unload(&self, image: LoadedImage) {
        // SAFETY: the heap has neither values nor frames, so that nothing leads into the image.
        let was_registered = unsafe { self.mutator.unregister_image(image.id()) };
        assert!(was_registered, "a loaded image is registered");
        // SAFETY: the image was unregistered, and nothing leads into it.
        unsafe { image.unload() };
    }
}

// SAFETY: all answers are of one heap; its symbols are integers, which nothing moves or collects.
unsafe impl Host for ToyHost {
    fn arena(&self) -> &Arc<Arena> {
        self.mutator.arena()
    }

    fn symbol(&mut self, name: &str) -> u64 {
        8 * name.len() as u64
    }

    unsafe fn register(&mut self, description: ImageDescription) -> ImageId {
        // SAFETY: the loader describes an image that it has mapped for this heap, and `unload` unregisters the
        // image before it unmaps it.
        unsafe { self.mutator.register_image(description) }
    }
}

/// Makes fingerprint and content hash of `file` right, if there are segments to hash.
pub fn repair(file: &mut [u8]) {
    let Ok(elf) = ElfHeader::parse(file) else {
        return;
    };
    let place = elf.image_header_offset();
    let Some(mut header) = file.get(place..).and_then(ImageHeader::decode) else {
        return;
    };
    header.fingerprint = FINGERPRINT;
    file[place..place + IMAGE_HEADER_BYTES].copy_from_slice(&header.encode());
    if let Ok(view) = ImageView::structure(file) {
        header.hash = validate::hash_of_contents(&view);
        file[place..place + IMAGE_HEADER_BYTES].copy_from_slice(&header.encode());
    }
}

/// A part of `file` that the loader looks at, chosen by `choice`. `None`: the file has no segments, or the part
/// is empty.
pub fn part(file: &[u8], choice: u32) -> Option<Range<usize>> {
    let view = ImageView::structure(file).ok()?;
    let header = view.header();
    let image_header = view.elf.image_header_offset();
    let (kind, number) = (choice % 16, (choice / 16) as usize);
    let range = match kind {
        0 => 0..ELF_HEADER_BYTES,
        1 => ELF_HEADER_BYTES..image_header,
        2..=4 => image_header..image_header + IMAGE_HEADER_BYTES,
        5 => in_file(&view, SegmentKind::ReadOnly, header.relocations)?,
        6 | 7 => in_file(&view, SegmentKind::ReadOnly, header.symbols)?,
        8 => in_file(&view, SegmentKind::ReadOnly, header.frame_maps)?,
        9 | 10 => in_file(&view, SegmentKind::ReadOnly, header.native_returns)?,
        11 | 12 => in_file(&view, SegmentKind::Code, procedure_header(&view, number)?)?,
        13 => in_file(&view, SegmentKind::Constants, header.constants)?,
        14 => in_file(&view, SegmentKind::Cells, header.cells)?,
        _ => file.len() - view.sections().tail.len()..file.len(),
    };
    (!range.is_empty()).then_some(range)
}

/// Where the header of one of the procedures lies.
fn procedure_header(view: &ImageView<'_>, number: usize) -> Option<Extent> {
    let contents = view.contents();
    let index = number % contents.procedures().count().max(1);
    Some(Extent {
        start: contents.procedures().nth(index)?.address,
        bytes: PROCEDURE_HEADER_BYTES as u32,
    })
}

/// Where `extent` stands in the file; `None` if no segment of this kind holds `extent`.
fn in_file(view: &ImageView<'_>, kind: SegmentKind, extent: Extent) -> Option<Range<usize>> {
    let segment = view.segments[kind as usize].filter(|segment| segment.extent.contains(extent))?;
    let start = segment.file_offset + (extent.start - segment.extent.start) as usize;
    Some(start..start + extent.bytes as usize)
}
