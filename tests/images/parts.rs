//! Native parts: laid out behind their image, found by return word, executable, entered where that is chosen.

use abi::isa::Opcode;
use abi::native::part::{NativeEntry, PartHeader};
use abi::native::return_table::FLAG_RECEIVES;
use abi::object_layout::WORD_BYTES;
use compiler::link::{link, link_apart};
use gc::Address;
use loader::{
    ImageView, LoadError, LoadOptions, LoadedImage, Placement, is_native_code, load,
    native_return_at,
};

use crate::image_support::{ToyHost, sample_image, second, trusted};
use crate::life::access_to;
use crate::native_sample::{RETURN_OFFSET, native_apart, unit_apart};
use crate::{PLACEMENTS, load_word, unload};

/// Where a part has its header: behind the ELF header and two program headers.
const PART_HEADER: usize = 64 + 2 * 56;

fn part_header(part: &[u8]) -> PartHeader {
    PartHeader::decode(&part[PART_HEADER..]).expect("the linker wrote one")
}

fn load_with_room(host: &mut ToyHost, image: &[u8], placement: Placement) -> LoadedImage {
    let options = LoadOptions {
        placement,
        has_native_room: true,
        ..LoadOptions::default()
    };
    load(&trusted(image), "sample", host, options).expect("there is room")
}

/// The image, with its part, of which nothing is entered.
fn linked(host: &mut ToyHost, placement: Placement) -> (LoadedImage, PartHeader) {
    let (image, part) = native_apart();
    let mut image = load_with_room(host, &image, placement);
    let linked = image.link_part(&trusted(&part), placement, None);
    assert_eq!(linked.expect("it belongs to the image").procedures, 1);
    (image, part_header(&part))
}

fn enter(image: &mut LoadedImage, chosen: impl FnMut(usize) -> bool) {
    // SAFETY: a toy heap has no machine that runs code.
    unsafe { image.enter_native_code(chosen) }.expect("bytecode can be written");
}

/// The native entry and the key in the header of the procedure that has native code, and its first opcode.
fn entered(image: &LoadedImage) -> (i32, u32, u8) {
    let second = image.contents().procedures().nth(1);
    let second = second.expect("the sample has two procedures");
    let header = second.header;
    (header.native_entry, header.native_key, second.code[0])
}

#[test]
fn an_image_does_not_depend_on_its_native_part() {
    let (image, _) = native_apart();
    let (mut unit, mut native) = unit_apart();
    let maps = native.bytecode_maps;
    for procedure in &mut native.procedures {
        *procedure = None;
    }
    let (without, part) = link_apart(unit.clone(), native).unwrap();
    assert!(image == without && part.is_none());
    unit.frame_maps.truncate(maps);
    assert!(image == link(&unit).unwrap(), "an image as any other");
    assert_eq!(native_apart(), native_apart());
}

#[test]
fn holes_in_a_part_lead_to_what_the_image_has() {
    let mut host = ToyHost::new();
    for placement in PLACEMENTS {
        let (image, part) = linked(&mut host, placement);
        assert!(u64::from(part.read_only.start) >= image.header().image.end());
        let hole = |at: u32| {
            let place = image.address(part.code.start + at);
            let word = Address::new(place.raw() & !(WORD_BYTES - 1));
            let shift = 8 * (place.raw() % WORD_BYTES);
            let pair =
                u128::from(load_word(word)) | u128::from(load_word(word.offset_words(1))) << 64;
            (pair >> shift) as u32 as i32
        };
        assert_eq!(hole(5), -(RETURN_OFFSET as i32), "the body calls itself");
        let cell = i64::from(part.code.start) + 16 + i64::from(hole(12));
        assert_eq!(cell, i64::from(image.header().cells.start + 3 * 8));
        assert_eq!(hole(19), -23, "the adapter follows");
        unload(&host, image);
    }
}

#[test]
fn return_words_lead_into_a_part_while_its_image_is_loaded() {
    let mut host = ToyHost::new();
    for placement in PLACEMENTS {
        let (image, part) = linked(&mut host, placement);
        let start = image.address(part.code.start);
        let return_word = start.offset_bytes(RETURN_OFFSET as usize);
        // SAFETY: images are unloaded in this thread alone, here and below.
        let found = unsafe { native_return_at(return_word) }.expect("a return point");
        assert_eq!((found.words, found.flags), (2, FLAG_RECEIVES));
        let map = image.virtual_address(found.map).expect("inside the image");
        assert!(part.frame_maps.start <= map && u64::from(map) < part.frame_maps.end());
        // SAFETY: images are unloaded in this thread alone.
        let is_native = |address| unsafe { is_native_code(address) };
        assert!(is_native(start) && is_native(return_word) && !is_native(image.entry()));
        assert!(image.range().contains(return_word));
        unload(&host, image);
        assert!(!is_native(return_word));
    }
}

#[test]
fn a_part_is_executable_and_neither_it_nor_bytecode_stays_writable() {
    let mut host = ToyHost::new();
    for placement in PLACEMENTS {
        let (mut image, part) = linked(&mut host, placement);
        enter(&mut image, |_| true);
        let code = image.header().code.start;
        let access = [part.read_only.start, part.code.start, code]
            .map(|address| access_to(image.address(address)));
        assert_eq!(access, ["r--p", "r-xp", "r--p"], "{placement:?}");
        let start = image.address(part.code.start);
        unload(&host, image);
        assert_eq!(access_to(start), "---p");
    }
}

#[test]
fn procedures_enter_native_code_when_they_are_chosen() {
    let mut host = ToyHost::new();
    for placement in PLACEMENTS {
        let (mut image, part) = linked(&mut host, placement);
        let before = (0, 0, Opcode::NoOperation as u8);
        assert_eq!(
            entered(&image),
            before,
            "linking alone changes no procedure"
        );
        enter(&mut image, |_| false);
        assert_eq!(entered(&image), before);
        enter(&mut image, |number| number == 0);
        let (entry, key, opcode) = entered(&image);
        assert_eq!((key, opcode), (2, Opcode::EnterNative as u8));
        let header = image.contents().procedures().nth(1).unwrap().address;
        // The adapter behind the body.
        assert_eq!(header.wrapping_add_signed(entry), part.code.start + 18);
        unload(&host, image);
    }
}

#[test]
fn native_code_of_a_part_has_names_and_lines() {
    let mut host = ToyHost::new();
    let (image, part) = linked(&mut host, Placement::Mapped);
    let place = image.origin_of(image.address(part.code.start + RETURN_OFFSET));
    let place = place.expect("the part has a line table");
    assert_eq!(
        (place.procedure, place.file, place.line, place.column),
        (Some("fold"), Some("lib/fold.scm"), 12, 5)
    );
    let adapter = image.origin_of(image.address(part.code.start + 18));
    assert_eq!(adapter.unwrap().line, 10);
    let bytecode = image.origin_of(image.entry().offset_bytes(32)).unwrap();
    assert_eq!(
        bytecode.file,
        Some("main.scm"),
        "the image's own lines stay"
    );
    unload(&host, image);
}

#[test]
fn a_part_of_another_image_is_refused() {
    let mut host = ToyHost::new();
    let (_, part) = native_apart();
    let mut image = load_with_room(&mut host, &sample_image(), Placement::Mapped);
    let error = image.link_part(&trusted(&part), Placement::Mapped, None);
    let hash = image.header().hash;
    assert!(
        matches!(error, Err(LoadError::PartOfOtherImage { expected, .. }) if expected == hash),
        "{error:?}"
    );
    unload(&host, image);
}

#[test]
fn without_room_of_its_own_a_part_is_refused() {
    let (file, part) = native_apart();
    let mut host = ToyHost::new();
    let refused = |image: &mut LoadedImage, placement| {
        let error = image.link_part(&trusted(&part), placement, None);
        assert!(
            matches!(error, Err(LoadError::PartBeyondRoom { .. })),
            "{error:?}"
        );
    };
    let options = LoadOptions::default();
    let mut image = load(&trusted(&file), "no room", &mut host, options).unwrap();
    refused(&mut image, Placement::Mapped);
    unload(&host, image);
    let mut image = load_with_room(&mut host, &file, Placement::Writable);
    refused(&mut image, Placement::Writable);
    assert_eq!(image.range().bytes(), image.header().image.bytes as usize);
    unload(&host, image);
    // The same place is taken.
    let (mut image, _) = linked(&mut host, Placement::Copied);
    let error = image.link_part(&trusted(&part), Placement::Copied, None);
    assert!(
        matches!(error, Err(LoadError::PartOverOther { .. })),
        "{error:?}"
    );
    unload(&host, image);
}

#[test]
fn a_part_that_was_changed_is_refused() {
    let (file, part) = native_apart();
    let header = part_header(&part);
    let mut host = ToyHost::new();
    let mut image = load_with_room(&mut host, &file, Placement::Mapped);
    let code_offset = (header.code.start - header.read_only.start) as usize % 0x10000;
    let segments = (0..header.read_only.bytes as usize)
        .chain(code_offset..code_offset + header.code.bytes as usize);
    for at in segments {
        // What `strip` changes.
        if (0x28..0x30).contains(&at) || (0x3c..0x40).contains(&at) {
            continue;
        }
        let mut changed = part.clone();
        changed[at] ^= 0x10;
        let result = image.link_part(&trusted(&changed), Placement::Mapped, None);
        assert!(result.is_err(), "byte {at:#x}");
    }
    image
        .link_part(&trusted(&part), Placement::Mapped, None)
        .expect("the right part");
    unload(&host, image);
}

#[test]
fn entries_are_those_of_procedures_with_native_code() {
    let (file, part) = native_apart();
    let header = part_header(&part);
    let start = (header.entries.start - header.read_only.start) as usize;
    let entries = &part[start..][..header.entries.bytes as usize];
    let view = ImageView::parse(&file).unwrap();
    let procedure = view.contents().procedures().nth(1).unwrap().address;
    let expected = NativeEntry {
        procedure,
        entry: header.code.start + 18,
        key: 2,
    };
    assert!(NativeEntry::decode_all(entries).eq([expected]));
    let (mut unit, native) = unit_apart();
    unit.procedures[second()].header.optional = 1;
    let (_, part) = link_apart(unit, native).unwrap();
    let part = part.unwrap();
    let key = NativeEntry::decode_all(&part[start..][..12])
        .next()
        .unwrap()
        .key;
    assert_eq!(key, 0, "entries with optional arguments have no key");
}
