//! Images: the linker writes them, tools accept them, and the loader brings them into memory.

#[path = "../image_support/mod.rs"]
mod image_support;
mod library;
#[path = "../image_support/library.rs"]
mod library_sample;
mod life;
mod loops;
mod native;
#[path = "../image_support/native.rs"]
mod native_sample;
mod parts;
mod round_trip;
mod tools;

use abi::image::{ImageHeader, SEGMENT_ALIGN_BYTES};
use abi::isa::Instruction;
use abi::tag::{self, Header, Kind};
use compiler::link::link;
use compiler::link::unit::{FrameMapId, LinkUnit};
use compiler::options::Purpose;
use compiler::ssa::ir::ProcedureId;
use gc::{Address, Slot};
use image_support::{ToyHost, map, sample_image, sample_unit, second, symbol_word, trusted};
use loader::{ImageView, LoadOptions, LoadedImage, Placement, SegmentKind, load};

/// Those in which native code is entered.
const PLACEMENTS: [Placement; 2] = [Placement::Mapped, Placement::Copied];
const ALL_PLACEMENTS: [Placement; 3] = [Placement::Mapped, Placement::Copied, Placement::Writable];

fn load_sample(host: &mut ToyHost, placement: Placement) -> LoadedImage {
    load_sample_for(Purpose::File, host, placement)
}

fn load_sample_for(purpose: Purpose, host: &mut ToyHost, placement: Placement) -> LoadedImage {
    let unit = LinkUnit {
        purpose,
        ..sample_unit()
    };
    let file = link(&unit).expect("the sample is well formed");
    load(
        &trusted(&file),
        "sample",
        host,
        LoadOptions {
            placement,
            ..LoadOptions::default()
        },
    )
    .expect("there is room")
}

fn load_word(address: Address) -> u64 {
    // SAFETY: the tests ask for aligned words of images that they loaded.
    unsafe { address.load_word() }
}

fn untag(word: u64) -> Address {
    Address::from_word(word & !tag::TAG_MASK)
}

fn unload(host: &ToyHost, image: LoadedImage) {
    // SAFETY: tests keep nothing that leads into the image.
    assert!(unsafe { host.mutator.unregister_image(image.id()) });
    // SAFETY: the image was unregistered, and tests keep nothing that leads into it.
    unsafe { image.unload() };
}

#[test]
fn equal_units_make_equal_bytes() {
    assert_eq!(sample_image(), sample_image());
}

#[test]
fn a_small_image_stays_small() {
    let unit = LinkUnit {
        procedures: [sample_unit().procedures[second()].clone()]
            .into_iter()
            .collect(),
        frame_maps: vec![map(&[])].into(),
        ..LinkUnit::default()
    };
    let mut unit = unit;
    unit.procedures[ProcedureId::ENTRY].header.required = 0;
    unit.procedures[ProcedureId::ENTRY].entry_map = FrameMapId::default();
    unit.procedures[ProcedureId::ENTRY].lines.clear();
    let file = link(&unit).unwrap();
    assert!(file.len() < 1500, "{} bytes", file.len());
    let view = ImageView::parse(&file).unwrap();
    assert_eq!(view.segment(SegmentKind::Constants), []);
    let mut host = ToyHost::new();
    let image = load(&trusted(&file), "small", &mut host, LoadOptions::default()).unwrap();
    unload(&host, image);
}

#[test]
fn holes_in_code_lead_to_what_they_name() {
    let file = sample_image();
    let view = ImageView::parse(&file).unwrap();
    let contents = view.contents();
    let entry = contents.procedure(view.header().entry).unwrap();
    let mut next = entry.code_start();
    let mut targets = Vec::new();
    for (_, instruction) in abi::isa::decode_all(entry.code).unwrap() {
        next += instruction.opcode().instruction_bytes() as u32;
        let offset = match instruction {
            Instruction::LoadConstant { constant, .. } => constant.0,
            Instruction::LoadCell { cell, .. } => cell.0,
            Instruction::Poll { map } => map.0,
            _ => continue,
        };
        targets.push(next.wrapping_add_signed(offset));
    }
    let header = view.header();
    // The pair stands behind a string (4 words) and a closure (2 words).
    assert_eq!(
        targets[0],
        header.constants.start + 6 * 8 + tag::TAG_PAIR as u32
    );
    assert_eq!(targets[1], header.cells.start + 8);
    assert_eq!(targets[2], header.cells.start + 2 * 8 + 8);
    let map = contents.frame_map(targets[3]).unwrap();
    assert_eq!(
        map.states()
            .map(abi::frame_map::SlotState::letter)
            .collect::<String>(),
        "-L"
    );
    assert_eq!(
        contents
            .frame_map(header.frame_maps.start)
            .unwrap()
            .slot_count(),
        0
    );
}

#[test]
fn literals_are_objects_after_loading() {
    let purposes = [Purpose::File, Purpose::Memory];
    let both = |placement| purposes.map(|purpose| (placement, purpose));
    for (placement, purpose) in ALL_PLACEMENTS.into_iter().flat_map(both) {
        let mut host = ToyHost::new();
        let image = load_sample_for(purpose, &mut host, placement);
        let header = *image.header();
        let cells = image.address(header.cells.start);
        assert_eq!(load_word(cells), symbol_word("car"));
        assert_eq!(load_word(cells.offset_words(1)), symbol_word("lambda"));
        assert_eq!(load_word(cells.offset_words(2)), tag::UNBOUND);

        let pair = load_word(cells.offset_words(3));
        assert!(tag::is_pair(pair));
        assert_eq!(
            load_word(untag(pair).offset_words(1)),
            symbol_word("car"),
            "a symbol fixup"
        );
        let string = load_word(untag(pair));
        assert!(tag::is_object(string));
        let string_header = Header::from_word(load_word(untag(string))).unwrap();
        assert_eq!(string_header.kind(), Some(Kind::String));
        assert!(string_header.has_flags(tag::FLAG_LITERAL));
        assert_eq!(
            load_word(untag(string).offset_words(2)),
            tag::fixnum(5).unwrap()
        );
        let units = untag(load_word(untag(string).offset_words(1)));
        assert_eq!(
            Header::from_word(load_word(units)).unwrap().kind(),
            Some(Kind::Units8)
        );
        assert_eq!(
            &load_word(units.offset_words(1)).to_le_bytes()[..5],
            b"hello"
        );

        let closure = image.address(header.constants.start).offset_words(4);
        assert_eq!(
            Header::from_word(load_word(closure)).unwrap().kind(),
            Some(Kind::Closure)
        );
        let code = Address::from_word(load_word(closure.offset_words(1)));
        let second = image.contents().procedures().nth(1).unwrap();
        assert_eq!(code, image.address(second.address));
        unload(&host, image);
    }
}

#[test]
fn mapping_and_copying_have_the_same_result() {
    let mut host = ToyHost::new();
    let images = ALL_PLACEMENTS.map(|placement| load_sample(&mut host, placement));
    let [mapped, copied, writable] = &images;
    let words = |image: &LoadedImage, kind: SegmentKind| -> Vec<u64> {
        let extent = kind.extent(image.header());
        (0..extent.bytes as usize / 8)
            .map(|word| load_word(image.address(extent.start).offset_words(word)))
            .collect()
    };
    for other in [copied, writable] {
        let moved = other.range().start.bytes_after(mapped.range().start) as u64;
        for kind in SegmentKind::ALL {
            for (mapped, other) in words(mapped, kind).into_iter().zip(words(other, kind)) {
                let difference = other.wrapping_sub(mapped);
                assert!(
                    difference == 0 || difference == moved,
                    "{kind}: {mapped:#x} {other:#x}"
                );
            }
        }
    }
    for image in images {
        unload(&host, image);
    }
}

#[test]
fn the_barrier_refuses_stores_into_literals_but_not_into_cells() {
    let mut host = ToyHost::new();
    let image = load_sample(&mut host, Placement::Mapped);
    let header = *image.header();
    let store = |address: u32| {
        // SAFETY: the test asks about words of the image that it loaded.
        unsafe {
            let slot = Slot::new(image.address(address));
            host.mutator.barrier(slot, 0)
        }
    };
    assert!(store(header.constants.start).is_err());
    assert!(store(header.read_only_objects.start).is_err());
    assert!(store(header.cells.start).is_ok());
    unload(&host, image);
}

#[test]
fn segments_never_share_a_granule() {
    let file = sample_image();
    let header: ImageHeader = *ImageView::parse(&file).unwrap().header();
    let starts = SegmentKind::ALL.map(|kind| u64::from(kind.extent(&header).start));
    for pair in starts.windows(2) {
        assert!(pair[0] / SEGMENT_ALIGN_BYTES < pair[1] / SEGMENT_ALIGN_BYTES);
    }
}
