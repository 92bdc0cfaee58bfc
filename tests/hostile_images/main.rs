//! Hostile images: each check has an image that fails it, and no bytes make the loader panic.

#[path = "../image_support/mod.rs"]
mod image_support;
#[path = "../image_support/library.rs"]
mod library_sample;
mod native;
#[path = "../image_support/native.rs"]
mod native_sample;
mod own_symbols;
mod parts;
mod small;

use abi::image::{ContentHash, IMAGE_HEADER_BYTES, IMAGE_HEADER_HASH_OFFSET, ImageHeader};
use image_support::{ToyHost, sample_image, trusted};
use loader::fuzzing::load_image::{check, repair};
use loader::{ImageView, LoadError, LoadOptions, SegmentKind, load};
use native_sample::native_image;
use proptest::prelude::*;

/// Fields of the ELF header that the hash leaves out: all that `strip` changes.
const NOT_HASHED: [std::ops::Range<usize>; 2] = [0x28..0x30, 0x3c..0x40];

const PROGRAM_HEADERS: usize = 64;
const PROGRAM_HEADER_BYTES: usize = 56;
const SEGMENTS: usize = 4;
const IMAGE_HEADER: usize = PROGRAM_HEADERS + SEGMENTS * PROGRAM_HEADER_BYTES;

/// An image that can be damaged and hashed again.
struct Forgery {
    file: Vec<u8>,
    /// File ranges of the segments.
    segments: Vec<std::ops::Range<usize>>,
}

impl Forgery {
    fn new() -> Self {
        Self::of(sample_image())
    }

    fn of(file: Vec<u8>) -> Self {
        let segments = (0..SEGMENTS)
            .map(|number| {
                let at = PROGRAM_HEADERS + number * PROGRAM_HEADER_BYTES;
                let word = |at: usize| {
                    u64::from_le_bytes(file[at..at + 8].try_into().expect("eight bytes"))
                };
                let start = word(at + 8) as usize;
                start..start + word(at + 32) as usize
            })
            .collect();
        Self { file, segments }
    }

    fn header(&self) -> ImageHeader {
        ImageHeader::decode(&self.file[IMAGE_HEADER..]).expect("a damaged header is not read again")
    }

    fn set_header(&mut self, change: impl FnOnce(&mut ImageHeader)) {
        let mut header = self.header();
        change(&mut header);
        self.file[IMAGE_HEADER..IMAGE_HEADER + IMAGE_HEADER_BYTES]
            .copy_from_slice(&header.encode());
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        self.file[at..at + bytes.len()].copy_from_slice(bytes);
    }

    /// File offset of field `field` (in bytes) of the program header of segment `number`.
    fn program_header(number: usize, field: usize) -> usize {
        PROGRAM_HEADERS + number * PROGRAM_HEADER_BYTES + field
    }

    fn segment_end(&self) -> usize {
        self.segments[SEGMENTS - 1].end
    }

    /// Writes the hash that the file's segments now have.
    fn hash_again(&mut self) {
        let hash_at = IMAGE_HEADER + IMAGE_HEADER_HASH_OFFSET;
        let mut copy = self.file.clone();
        copy[hash_at..hash_at + 8].fill(0);
        for range in NOT_HASHED {
            copy[range].fill(0);
        }
        let mut hash = ContentHash::default();
        for segment in &self.segments {
            hash.add_segment(&copy[segment.clone()]);
        }
        self.put(hash_at, &hash.finish().to_le_bytes());
    }

    fn error(&self) -> LoadError {
        ImageView::parse(&self.file).expect_err("the image is damaged")
    }
}

/// What the loader says of the sample after `damage`, its hash made right again.
fn refusal(damage: impl FnOnce(&mut Forgery)) -> LoadError {
    refusal_of(Forgery::new(), damage)
}

fn refusal_of(mut forgery: Forgery, damage: impl FnOnce(&mut Forgery)) -> LoadError {
    damage(&mut forgery);
    forgery.hash_again();
    forgery.error()
}

macro_rules! refused {
    ($damage:expr, $pattern:pat) => {{
        let error = refusal($damage);
        assert!(matches!(error, $pattern), "{error:?}");
        assert!(!error.to_string().is_empty());
    }};
}

#[test]
fn elf_headers_of_other_files_are_refused() {
    refused!(
        |f| f.put(0, b"\x7fELG"),
        LoadError::NotElf {
            found: [0x7f, b'E', b'L', b'G']
        }
    );
    refused!(|f| f.put(4, &[1]), LoadError::WrongClass { found: 1 });
    refused!(|f| f.put(5, &[2]), LoadError::WrongByteOrder { found: 2 });
    refused!(|f| f.put(16, &[2, 0]), LoadError::WrongType { found: 2 });
    refused!(
        |f| f.put(18, &[183, 0]),
        LoadError::WrongMachine {
            found: 183,
            expected: 62
        }
    );
    refused!(
        |f| f.put(7, &[3]),
        LoadError::WrongHeaderField {
            field: "e_ident[EI_OSABI]",
            found: 3,
            expected: 0
        }
    );
    refused!(
        |f| f.put(32, &[65]),
        LoadError::WrongHeaderField {
            field: "e_phoff",
            ..
        }
    );
    refused!(
        |f| f.put(54, &[57]),
        LoadError::WrongHeaderField {
            field: "e_phentsize",
            ..
        }
    );
}

#[test]
fn files_that_end_too_early_are_refused() {
    let file = sample_image();
    for length in 0..file.len() {
        let error = ImageView::parse(&file[..length]).expect_err("the file is truncated");
        assert!(
            matches!(error, LoadError::Truncated { .. }),
            "{length} bytes: {error:?}"
        );
    }
}

#[test]
fn program_headers_that_contradict_the_image_header_are_refused() {
    use SegmentKind::{Cells, Code, Constants, ReadOnly};
    let at = Forgery::program_header;
    refused!(
        |f| f.put(at(3, 0), &[0]),
        LoadError::SegmentCount {
            found: 3,
            expected: 4
        }
    );
    refused!(
        |f| f.put(at(1, 4), &[7]),
        LoadError::SegmentFlags {
            segment: Code,
            found: 7,
            expected: 5
        }
    );
    refused!(
        |f| f.put(at(2, 16), &[0]),
        LoadError::SegmentExtent {
            segment: Constants,
            ..
        }
    );
    refused!(
        |f| f.put(at(3, 40), &[1]),
        LoadError::SegmentExtent { segment: Cells, .. }
    );
    refused!(
        |f| f.put(at(3, 32), &[1]),
        LoadError::SegmentSizes { segment: Cells, .. }
    );
    refused!(
        |f| f.put(at(2, 48), &[1]),
        LoadError::SegmentAlignment {
            segment: Constants,
            ..
        }
    );
    refused!(
        |f| f.put(at(0, 8), &[16]),
        LoadError::SegmentAlignment {
            segment: ReadOnly,
            ..
        }
    );
    refused!(
        |f| f.put(at(2, 8 + 4), &[1]),
        LoadError::Truncated {
            what: "segment",
            ..
        }
    );
}

#[test]
fn segments_that_overlap_are_refused() {
    // The constants claim the code's granule, in the program header as in the image header.
    refused!(
        |f| {
            let start = f.header().constants.start - 0x10000;
            f.set_header(|header| header.constants.start = start);
            f.put(
                Forgery::program_header(2, 16),
                &u64::from(start).to_le_bytes(),
            );
        },
        LoadError::SegmentOverlap {
            segment: SegmentKind::Constants,
            ..
        }
    );
}

#[test]
fn image_headers_that_cannot_be_are_refused() {
    refused!(
        |f| f.put(IMAGE_HEADER, b"x"),
        LoadError::NoImageHeader { offset: 288 }
    );
    refused!(
        |f| f.set_header(|header| header.native_code.start = 1),
        LoadError::TableOutside {
            table: "native code",
            ..
        }
    );
    refused!(
        |f| f.set_header(|header| header.read_only.bytes = 100),
        LoadError::NoImageHeader { .. }
    );
    refused!(
        |f| f.set_header(|header| header.fingerprint ^= 1),
        LoadError::FingerprintMismatch { .. }
    );
    refused!(
        |f| f.set_header(|header| header.image.bytes += 1),
        LoadError::ImageExtent { .. }
    );
    refused!(
        |f| {
            f.put(Forgery::program_header(1, 0), &[0]);
            f.set_header(|header| header.code.bytes = 0);
        },
        LoadError::SegmentMissing {
            segment: SegmentKind::Code
        }
    );
    refused!(
        |f| {
            f.put(Forgery::program_header(3, 0), &[0]);
            f.set_header(|header| header.cells.bytes = 0);
        },
        LoadError::EmptySegmentPlaced {
            segment: SegmentKind::Cells,
            ..
        }
    );
}

#[test]
fn tables_out_of_place_are_refused() {
    refused!(
        |f| f.set_header(|header| header.frame_maps.bytes = 0x1_0000),
        LoadError::TableOutside {
            table: "frame maps",
            ..
        }
    );
    refused!(
        |f| f.set_header(|header| header.relocations.start = u32::MAX - 7),
        LoadError::TableOutside {
            table: "relocations",
            ..
        }
    );
    refused!(
        |f| f.set_header(|header| header.relocations.start += 4),
        LoadError::Misaligned {
            what: "relocations",
            align_bytes: 8,
            ..
        }
    );
    refused!(
        |f| f.set_header(|header| header.relocations.bytes -= 4),
        LoadError::Misaligned {
            what: "end of the relocations",
            ..
        }
    );
    refused!(
        |f| f.set_header(|header| header.symbol_count += 1),
        LoadError::SymbolTableSize {
            expected_bytes: 40,
            ..
        }
    );
    refused!(
        |f| f.set_header(|header| {
            // As many pairs, but more symbols than there are cells.
            header.symbols.bytes += 8;
            header.symbol_count += 3;
            header.fixup_count -= 2;
        }),
        LoadError::SymbolCells {
            symbol_count: 5,
            cell_bytes: 32
        }
    );
}

#[test]
fn entries_that_cannot_be_called_are_refused() {
    let entry_offset = || Forgery::new().segments[1].start;
    refused!(
        |f| f.set_header(|header| header.entry = header.constants.start),
        LoadError::EntryOutside { .. }
    );
    refused!(
        |f| f.set_header(|header| header.entry += 8),
        LoadError::Misaligned { what: "entry", .. }
    );
    refused!(
        |f| f.put(entry_offset(), &[9]),
        LoadError::EntryInvalid { .. }
    );
    refused!(
        |f| f.put(entry_offset() + 20, &u32::MAX.to_le_bytes()),
        LoadError::EntryInvalid { .. }
    );
    refused!(
        |f| f.put(entry_offset(), &[1, 0, 0, 0, 1]),
        LoadError::EntryTakesArguments {
            required: 1,
            optional: 0
        }
    );
    refused!(
        |f| f.put(entry_offset() + 12, &i32::MIN.to_le_bytes()),
        LoadError::EntryMapInvalid { .. }
    );
}

#[test]
fn relocations_that_lead_astray_are_refused() {
    let relocations = || Forgery::new().header().relocations.start as usize;
    refused!(
        |f| f.put(relocations(), &3_u64.to_le_bytes()),
        LoadError::RelocationOrder { index: 0, entry: 3 }
    );
    refused!(
        |f| f.put(relocations(), &0x10_u64.to_le_bytes()),
        LoadError::RelocationOutside { address: 0x10 }
    );
    refused!(
        |f| {
            // The last cell refers to a constant.
            let at = f.segment_end() - 8;
            f.put(at, &0x7fff_fff2_u64.to_le_bytes());
        },
        LoadError::RelocationTarget {
            target: 0x7fff_fff2,
            ..
        }
    );
}

#[test]
fn symbols_that_cannot_be_are_refused() {
    let symbols = || Forgery::new().header().symbols.start as usize;
    let first_fixup = || symbols() + 8 * Forgery::new().header().symbol_count as usize;
    refused!(
        |f| f.put(symbols() + 4, &u32::MAX.to_le_bytes()),
        LoadError::SymbolNameOutside { symbol: 0, .. }
    );
    refused!(
        |f| {
            let first = f.file[symbols()..symbols() + 4].to_vec();
            f.put(symbols() + 8, &first);
        },
        LoadError::SymbolNameOverlap { symbol: 1, .. }
    );
    refused!(
        |f| {
            let name =
                u32::from_le_bytes(f.file[symbols() + 8..symbols() + 12].try_into().unwrap());
            f.put(name as usize + 1, &[0xff]);
        },
        LoadError::SymbolNameNotUtf8 {
            symbol: 1,
            valid_bytes: 1,
            ..
        }
    );
    refused!(
        |f| f.put(first_fixup(), &0_u32.to_le_bytes()),
        LoadError::FixupPlace {
            fixup: 0,
            address: 0
        }
    );
    refused!(
        |f| {
            let at = f.header().constants.start;
            f.put(first_fixup(), &(at + 4).to_le_bytes());
        },
        LoadError::FixupPlace { fixup: 0, .. }
    );
    refused!(
        |f| f.put(first_fixup() + 12, &7_u32.to_le_bytes()),
        LoadError::FixupSymbol {
            fixup: 1,
            symbol: 7,
            symbol_count: 2
        }
    );
}

#[test]
fn every_flipped_bit_in_a_segment_is_refused_and_none_outside_matters() {
    let mut forgery = Forgery::new();
    let original = forgery.file.clone();
    let expected = ImageView::parse(&original).unwrap();
    for bit in 0..original.len() * 8 {
        let at = bit / 8;
        forgery.file[at] ^= 1 << (bit % 8);
        let is_inside = forgery.segments.iter().any(|segment| segment.contains(&at));
        let is_hashed = is_inside && !NOT_HASHED.iter().any(|range| range.contains(&at));
        match ImageView::parse(&forgery.file) {
            Ok(_) if is_hashed => panic!("bit {} of byte {at:#x} goes unnoticed", bit % 8),
            Err(error) if !is_inside => panic!("byte {at:#x} is in no segment, but: {error}"),
            Err(_) => {}
            Ok(view) => {
                for kind in &SegmentKind::ALL[1..] {
                    assert_eq!(view.segment(*kind), expected.segment(*kind));
                }
                assert_eq!(view.header(), expected.header());
                let _ = view.debug_tables().origin_of(view.header().entry);
            }
        }
        forgery.file[at] = original[at];
    }
}

#[test]
fn a_changed_hash_is_named() {
    let mut forgery = Forgery::new();
    let hash_at = IMAGE_HEADER + IMAGE_HEADER_HASH_OFFSET;
    forgery.file[hash_at] ^= 1;
    assert!(matches!(forgery.error(), LoadError::HashMismatch { .. }));
}

#[test]
fn a_repaired_image_gets_past_fingerprint_and_hash() {
    for file in [sample_image(), native_image()] {
        let mut forgery = Forgery::of(file.clone());
        let last = forgery.segment_end() - 1;
        forgery.file[last] ^= 0x80;
        forgery.set_header(|header| header.fingerprint ^= 1);
        assert!(matches!(
            forgery.error(),
            LoadError::FingerprintMismatch { .. }
        ));
        repair(&mut forgery.file);
        let error = forgery.error();
        assert!(
            matches!(error, LoadError::RelocationTarget { .. }),
            "{error:?}"
        );
        forgery.file[last] ^= 0x80;
        repair(&mut forgery.file);
        assert_eq!(forgery.file, file);
    }
}

#[test]
fn an_image_without_room_is_refused_and_leaves_nothing() {
    let file = sample_image();
    let mut host = ToyHost::new();
    let mut images = Vec::new();
    let error = loop {
        match load(trusted(&file), "sample", &mut host, LoadOptions::default()) {
            Ok(image) => images.push(image),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, LoadError::NoRoom(_)), "{error:?}");
    assert!(images.len() >= 32);
    let image = images.pop().unwrap();
    // SAFETY: nothing leads into the image.
    assert!(unsafe { host.mutator.unregister_image(image.id()) });
    // SAFETY: the image was unregistered, and nothing leads into it.
    unsafe { image.unload() };
    assert!(load(trusted(&file), "sample", &mut host, LoadOptions::default()).is_ok());
}

proptest! {
    #[test]
    fn random_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(ImageView::parse(&bytes).is_err());
    }

    #[test]
    fn forged_headers_and_tables_are_survived(
        patches in prop::collection::vec((0_usize..1100, prop::sample::select(vec![
            0_u32, 1, 2, 3, 4, 7, 8, 16, 64, 0x1000, 0x10000, 0x20000, 0x30000, 0x7fff_ffff, 0x8000_0000, u32::MAX,
        ])), 1..4),
        aligned in any::<bool>(),
        native in any::<bool>(),
    ) {
        let mut forgery = if native { Forgery::of(native_image()) } else { Forgery::new() };
        for (at, value) in patches {
            let at = if aligned { at / 4 * 4 } else { at };
            forgery.put(at, &value.to_le_bytes());
        }
        forgery.hash_again();
        let mut repaired = forgery.file.clone();
        repair(&mut repaired);
        prop_assert!(repaired == forgery.file || ImageView::parse(&forgery.file).is_err());
        check(&repaired);
    }

    #[test]
    fn damaged_debug_sections_are_survived(
        patches in prop::collection::vec((0_usize..5000, any::<u8>()), 1..8),
    ) {
        let mut forgery = Forgery::new();
        let start = forgery.segment_end();
        for (at, byte) in patches {
            let length = forgery.file.len() - start;
            forgery.file[start + at % length] = byte;
        }
        let view = ImageView::parse(&forgery.file).unwrap();
        let _ = view.debug_tables().origin_of(view.header().entry);
    }
}
