//! Native parts that lead astray: each check has a part that fails it, and no bytes make the loader panic.

use abi::image::{ContentHash, Extent};
use abi::native::part::{PART_HEADER_BYTES, PART_HEADER_HASH_OFFSET, PartHeader};
use loader::{LoadError, LoadOptions, LoadedImage, Placement, load};
use proptest::prelude::*;

use crate::image_support::{ToyHost, trusted};
use crate::native_sample::native_apart;
use crate::{NOT_HASHED, PROGRAM_HEADER_BYTES, PROGRAM_HEADERS};

/// Where a part has its header: behind the ELF header and two program headers.
const PART_HEADER: usize = PROGRAM_HEADERS + 2 * PROGRAM_HEADER_BYTES;

struct PartForgery {
    part: Vec<u8>,
    header: PartHeader,
}

impl PartForgery {
    fn new() -> Self {
        let (_, part) = native_apart();
        let header = PartHeader::decode(&part[PART_HEADER..]).expect("the linker wrote one");
        Self { part, header }
    }

    /// File offset of an address in the read-only segment.
    fn offset(&self, address: u32) -> usize {
        (address - self.header.read_only.start) as usize
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        self.part[at..at + bytes.len()].copy_from_slice(bytes);
    }

    fn set_header(&mut self, change: impl FnOnce(&mut PartHeader)) {
        let mut header = self.header;
        change(&mut header);
        self.put(PART_HEADER, &header.encode());
    }

    /// The part with the hash that its segments have now.
    fn finish(mut self) -> Vec<u8> {
        let hash_at = PART_HEADER + PART_HEADER_HASH_OFFSET;
        self.put(hash_at, &[0; 8]);
        let read_only_bytes = self.header.read_only.bytes as usize;
        let mut first = self.part[..read_only_bytes].to_vec();
        for range in NOT_HASHED {
            first[range].fill(0);
        }
        let code = &self.part[read_only_bytes..][..self.header.code.bytes as usize];
        let mut hash = ContentHash::default();
        hash.add_segment(&first);
        hash.add_segment(code);
        let hash = hash.finish();
        self.put(hash_at, &hash.to_le_bytes());
        self.part
    }
}

/// A table that the part header names.
type ChosenTable = fn(&mut PartHeader) -> &mut Extent;

/// Calls `body` with the image that the part belongs to.
fn with_image<R>(body: impl FnOnce(&mut LoadedImage) -> R) -> R {
    let (file, _) = native_apart();
    let mut host = ToyHost::new();
    let options = LoadOptions {
        has_native_room: true,
        ..LoadOptions::default()
    };
    let mut image = load(trusted(&file), "sample", &mut host, options).expect("there is room");
    let result = body(&mut image);
    // SAFETY: nothing leads into the image.
    assert!(unsafe { host.mutator.unregister_image(image.id()) });
    // SAFETY: nothing leads into the image.
    unsafe { image.unload() };
    result
}

fn link(part: &[u8]) -> Result<usize, LoadError> {
    with_image(|image| {
        let linked = image.link_part(&trusted(part), Placement::Copied, None);
        linked.map(|linked| linked.procedures)
    })
}

fn refusal(damage: impl FnOnce(&mut PartForgery)) -> LoadError {
    let mut forgery = PartForgery::new();
    damage(&mut forgery);
    link(&forgery.finish()).expect_err("a damaged part is refused")
}

#[test]
fn a_part_that_was_hashed_again_is_linked() {
    assert_eq!(link(&PartForgery::new().finish()), Ok(1));
}

#[test]
fn part_headers_that_are_none_are_refused() {
    let error = refusal(|f| f.put(PART_HEADER, b"cozenimg"));
    assert!(matches!(error, LoadError::NoPartHeader { .. }), "{error:?}");
    let error = refusal(|f| f.set_header(|header| header.read_only.bytes = 80));
    assert!(matches!(error, LoadError::NoPartHeader { .. }), "{error:?}");
    let error = refusal(|f| f.set_header(|header| header.fingerprint ^= 1));
    assert!(
        matches!(error, LoadError::FingerprintMismatch { .. }),
        "{error:?}"
    );
    let error = refusal(|f| f.set_header(|header| header.image_hash ^= 1));
    assert!(
        matches!(error, LoadError::PartOfOtherImage { .. }),
        "{error:?}"
    );
}

#[test]
fn segments_that_do_not_lie_behind_the_image_are_refused() {
    // Each at the same offset inside its granule, in the program header and in the part header.
    for (segment, start) in [(0, 0_u32), (0, 0x10000), (1, 0x10000)] {
        let mut forgery = PartForgery::new();
        let at = PROGRAM_HEADERS + segment * PROGRAM_HEADER_BYTES;
        let inside = [forgery.header.read_only, forgery.header.code][segment].start % 0x10000;
        let start = start + inside;
        forgery.put(at + 16, &u64::from(start).to_le_bytes());
        forgery.set_header(|header| {
            let extent = [&mut header.read_only, &mut header.code];
            let [read_only, code] = extent;
            *if segment == 0 {
                &mut read_only.start
            } else {
                &mut code.start
            } = start;
        });
        let error = link(&forgery.finish()).expect_err("it overlaps the image");
        assert!(
            matches!(error, LoadError::SegmentOverlap { .. }),
            "{error:?}"
        );
    }
    let error = refusal(|f| f.put(PROGRAM_HEADERS + 48, &4096_u64.to_le_bytes()));
    assert!(
        matches!(error, LoadError::SegmentAlignment { .. }),
        "{error:?}"
    );
    let error = refusal(|f| f.put(PROGRAM_HEADERS + 4, &7_u32.to_le_bytes()));
    assert!(matches!(error, LoadError::SegmentFlags { .. }), "{error:?}");
}

#[test]
fn tables_outside_the_part_are_refused() {
    let outside = |extent: &mut Extent| extent.start -= 0x10000;
    let tables: [ChosenTable; 3] = [
        |header| &mut header.entries,
        |header| &mut header.frame_maps,
        |header| &mut header.native_returns,
    ];
    for table in tables {
        let error = refusal(|f| f.set_header(|header| outside(table(header))));
        assert!(matches!(error, LoadError::TableOutside { .. }), "{error:?}");
    }
    let error = refusal(|f| f.set_header(|header| header.entries.bytes -= 4));
    assert!(matches!(error, LoadError::Misaligned { .. }), "{error:?}");
    let error = refusal(|f| f.set_header(|header| header.native_returns.bytes -= 1));
    assert!(
        matches!(error, LoadError::NativeReturnTable { .. }),
        "{error:?}"
    );
}

#[test]
fn entries_that_lead_astray_are_refused() {
    let entries = PartForgery::new().header.entries.start;
    // The procedure, the entry, the key.
    for (at, word) in [(0, 0_u32), (0, 0x10001), (4, 0), (4, u32::MAX), (8, 7)] {
        let error = refusal(|f| {
            let place = f.offset(entries) + at;
            f.put(place, &word.to_le_bytes());
        });
        assert!(
            matches!(error, LoadError::NativeEntry { .. }),
            "{at} {word}: {error:?}"
        );
    }
}

#[test]
fn return_points_that_lead_astray_are_refused() {
    let forgery = PartForgery::new();
    let table = forgery.header.native_returns;
    let bytes = &forgery.part[forgery.offset(table.start)..][..table.bytes as usize];
    let mut entries = bytes.chunks(12);
    let used = entries.position(|entry| entry[..4] != [0; 4]);
    let point = forgery.offset(table.start) + 12 * used.expect("there is one");
    let damages: [(usize, &[u8]); 5] = [
        (0, &forgery.header.code.bytes.to_le_bytes()),
        (4, &3_u16.to_le_bytes()),
        (4, &0xfff0_u16.to_le_bytes()),
        (6, &4_u16.to_le_bytes()),
        (8, &u32::MAX.to_le_bytes()),
    ];
    for (at, bytes) in damages {
        let error = refusal(|f| f.put(point + at, bytes));
        assert!(
            matches!(error, LoadError::NativeReturn { .. }),
            "{at} {bytes:?}: {error:?}"
        );
    }
}

#[test]
fn truncated_parts_are_refused() {
    let (_, part) = native_apart();
    with_image(|image| {
        for end in 0..part.len() {
            let result = image.link_part(&trusted(&part[..end]), Placement::Copied, None);
            assert!(result.is_err(), "{end} bytes");
        }
    });
}

proptest! {
    #[test]
    fn no_bytes_make_the_loader_panic(
        changes in proptest::collection::vec((0..PART_HEADER + PART_HEADER_BYTES + 200, any::<u8>()), 1..5),
    ) {
        let mut forgery = PartForgery::new();
        for (at, byte) in changes {
            let at = at.min(forgery.part.len() - 1);
            forgery.part[at] = byte;
        }
        // Refused, or linked: whatever the header says, the hash is that of the segments as they were.
        let _ = link(&forgery.finish());
    }
}
