//! Native code in images: laid out, found by return word, executable, entered as its tier says.

use abi::isa::Opcode;
use abi::native::Tier;
use abi::native::return_table::FLAG_RECEIVES;
use abi::procedure::ProcedureHeader;
use compiler::link::link;
use loader::{
    ImageView, LoadOptions, LoadedImage, Placement, SegmentKind, is_native_code, load,
    native_return_at,
};

use crate::image_support::{ToyHost, sample_unit, second, trusted};
use crate::life::access_to;
use crate::native_sample::{RETURN_OFFSET, native_image, native_unit};
use crate::{PLACEMENTS, unload};

fn load_native(host: &mut ToyHost, options: LoadOptions) -> LoadedImage {
    let file = native_image();
    load(trusted(&file), "native", host, options).expect("there is room")
}

/// The header of the procedure with native code, and its first opcode.
fn fold(image: &LoadedImage) -> (ProcedureHeader, u8) {
    let second = image.contents().procedures().nth(1);
    let second = second.expect("the sample has two procedures");
    (second.header, second.code[0])
}

#[test]
fn holes_in_native_code_lead_to_what_they_name() {
    let file = native_image();
    let view = ImageView::parse(&file).unwrap();
    let (header, code) = (view.header(), view.contents().native_code());
    let hole = |at: usize| i32::from_le_bytes(code[at..at + 4].try_into().unwrap());
    assert_eq!(hole(5), -(RETURN_OFFSET as i32), "the body calls itself");
    let cell = i64::from(header.native_code.start) + 16 + i64::from(hole(12));
    assert_eq!(cell, i64::from(header.cells.start + 3 * 8));
    assert_eq!(header.native_code.start % 32, 0, "aligned as asked");
    assert_eq!(hole(19), -23, "the adapter follows");
    assert_eq!(code.len(), 24);
    assert_eq!(code[23], 0xcc, "no call returns to the end");
    assert_eq!(view.contents().procedures().count(), 2);
}

#[test]
fn equal_units_with_native_code_make_equal_bytes_and_others_have_none() {
    assert_eq!(native_image(), native_image());
    let file = link(&sample_unit()).unwrap();
    let view = ImageView::parse(&file).unwrap();
    assert_eq!(view.contents().native_code(), []);
    assert_eq!(view.header().native_returns.bytes, 0);
}

#[test]
fn return_words_lead_to_frames_while_the_image_is_loaded() {
    let mut host = ToyHost::new();
    for placement in PLACEMENTS {
        let options = LoadOptions {
            placement,
            ..LoadOptions::default()
        };
        let image = load_native(&mut host, options);
        let code = image.native_code();
        let return_word = code.start.offset_bytes(RETURN_OFFSET as usize);
        // SAFETY: images are unloaded in this thread alone, here and below.
        let found = unsafe { native_return_at(return_word) }.expect("a return point");
        assert_eq!((found.words, found.flags), (2, FLAG_RECEIVES));
        let map = image.virtual_address(found.map).unwrap();
        let map = image.contents().frame_map(map).unwrap();
        assert_eq!(map.slot_count(), 1);
        let near = [code.start, return_word.offset_bytes(1), image.entry()];
        for address in near {
            // SAFETY: images are unloaded in this thread alone.
            assert_eq!(unsafe { native_return_at(address) }, None);
        }
        // SAFETY: images are unloaded in this thread alone.
        let is_native = |address| unsafe { is_native_code(address) };
        assert!(is_native(code.start) && is_native(return_word));
        assert!(!is_native(code.end) && !is_native(image.entry()));
        unload(&host, image);
        assert!(!is_native(return_word));
    }
}

#[test]
fn native_code_is_executable_and_never_writable() {
    let mut host = ToyHost::new();
    for placement in PLACEMENTS {
        for tier in [Tier::Native, Tier::Bytecode] {
            let options = LoadOptions {
                placement,
                tier,
                ..LoadOptions::default()
            };
            let image = load_native(&mut host, options);
            let header = *image.header();
            let access =
                SegmentKind::ALL.map(|kind| access_to(image.address(kind.extent(&header).start)));
            assert_eq!(access, ["r--p", "r-xp", "r--p", "rw-p"], "{options:?}");
            unload(&host, image);
        }
    }
}

#[test]
fn tiers_choose_which_headers_lead_to_native_code() {
    let mut host = ToyHost::new();
    let mut header = |tier| {
        let options = LoadOptions {
            tier,
            ..LoadOptions::default()
        };
        let image = load_native(&mut host, options);
        let fold = fold(&image);
        unload(&host, image);
        fold
    };
    let (native, opcode) = header(Tier::Native);
    assert_eq!(opcode, Opcode::EnterNative as u8);
    assert_eq!((native.native_key, native.required), (2, 1));
    assert!(native.native_entry > 0);
    let bytecode = ProcedureHeader {
        native_entry: 0,
        native_key: 0,
        ..native
    };
    let no_operation = Opcode::NoOperation as u8;
    assert_eq!(header(Tier::Bytecode), (bytecode, no_operation));
    for seed in 0..20 {
        let tier = Tier::Mixed(seed);
        let expected = if tier.is_native(1) {
            (native, opcode)
        } else {
            (bytecode, no_operation)
        };
        assert_eq!(header(tier), expected, "{tier:?}");
    }
}

#[test]
fn entries_with_optional_arguments_have_no_key() {
    let mut unit = native_unit();
    unit.procedures[second()].header.optional = 1;
    let file = link(&unit).unwrap();
    let view = ImageView::parse(&file).unwrap();
    let header = view.contents().procedures().nth(1).unwrap().header;
    assert_eq!(header.native_key, 0);
    assert_ne!(header.native_entry, 0);
}

#[test]
fn native_code_has_names_and_lines() {
    let file = native_image();
    let view = ImageView::parse(&file).unwrap();
    let tables = view.debug_tables();
    let start = view.header().native_code.start;
    let place = tables.origin_of(start + RETURN_OFFSET).unwrap();
    assert_eq!(
        (place.procedure, place.file, place.line, place.column),
        (Some("fold"), Some("lib/fold.scm"), 12, 5)
    );
    assert_eq!(
        tables.origin_of(start + 18).unwrap().line,
        10,
        "the adapter"
    );
}

#[test]
fn without_pages_of_its_own_native_code_is_not_entered() {
    let mut host = ToyHost::new();
    for tier in [Tier::Native, Tier::Bytecode, Tier::Mixed(1)] {
        let options = LoadOptions {
            placement: Placement::Writable,
            tier,
            ..LoadOptions::default()
        };
        let image = load_native(&mut host, options);
        for procedure in image.contents().procedures() {
            assert_eq!(procedure.header.native_entry, 0);
        }
        let start = image.native_code().start;
        // SAFETY: images are unloaded in this thread alone.
        assert!(!unsafe { is_native_code(start) });
        assert_eq!(access_to(start), "rw-p");
        unload(&host, image);
    }
}
