//! Images: what the linker writes, tools accept and the loader brings into memory.

mod image_support;

use std::path::{Path, PathBuf};
use std::process::Command;

use abi::image::{ImageHeader, SEGMENT_ALIGN_BYTES};
use abi::isa::Instruction;
use abi::procedure::PROCEDURE_HEADER_BYTES;
use abi::tag::{self, Header, Kind};
use compiler::link::link;
use compiler::link::unit::{Constant, ConstantWord, LinkUnit};
use gc::{Address, CollectReason, Outcome, Scope, Slot};
use image_support::{ToyHost, map, sample_image, sample_unit, symbol_word};
use loader::{ImageView, LoadOptions, LoadedImage, Placement, Registry, SegmentKind, load};
use proptest::prelude::*;

const PLACEMENTS: [Placement; 2] = [Placement::Mapped, Placement::Copied];

fn load_sample(host: &mut ToyHost, placement: Placement) -> LoadedImage {
    let file = sample_image();
    let view = ImageView::parse(&file).unwrap();
    load(&view, "sample", host, LoadOptions { placement, pins: 0 }).unwrap()
}

fn load_word(address: Address) -> u64 {
    // SAFETY: the tests ask for aligned words of images that they loaded.
    unsafe { address.load_word() }
}

fn untag(word: u64) -> Address {
    Address::from_word(word & !tag::TAG_MASK)
}

fn unload(host: &ToyHost, image: LoadedImage) {
    assert!(host.mutator.unregister_image(image.id()));
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
        procedures: vec![sample_unit().procedures[1].clone()],
        frame_maps: vec![map(&[])],
        ..LinkUnit::default()
    };
    let mut unit = unit;
    unit.procedures[0].header.required = 0;
    unit.procedures[0].entry_map = 0;
    unit.procedures[0].lines.clear();
    let file = link(&unit).unwrap();
    assert!(file.len() < 1500, "{} bytes", file.len());
    let view = ImageView::parse(&file).unwrap();
    assert_eq!(view.segment(SegmentKind::Constants), []);
    let mut host = ToyHost::new();
    let image = load(&view, "small", &mut host, LoadOptions::default()).unwrap();
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
    for placement in PLACEMENTS {
        let mut host = ToyHost::new();
        let image = load_sample(&mut host, placement);
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
    let images = PLACEMENTS.map(|placement| load_sample(&mut host, placement));
    let [mapped, copied] = &images;
    let words = |image: &LoadedImage, kind: SegmentKind| -> Vec<u64> {
        let extent = kind.extent(image.header());
        (0..extent.bytes as usize / 8)
            .map(|word| load_word(image.address(extent.start).offset_words(word)))
            .collect()
    };
    let moved = copied.range().start.bytes_after(mapped.range().start) as u64;
    for kind in SegmentKind::ALL {
        for (mapped, copied) in words(mapped, kind).into_iter().zip(words(copied, kind)) {
            let difference = copied.wrapping_sub(mapped);
            assert!(
                difference == 0 || difference == moved,
                "{kind}: {mapped:#x} {copied:#x}"
            );
        }
    }
    for image in images {
        unload(&host, image);
    }
}

/// What the kernel says of the page that `address` lies in, for example `r--p`.
fn access_to(address: Address) -> String {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let line = maps.lines().find(|line| {
        let (start, rest) = line.split_once('-').unwrap();
        let (end, _) = rest.split_once(' ').unwrap();
        let bound = |text| usize::from_str_radix(text, 16).unwrap();
        (bound(start)..bound(end)).contains(&address.raw())
    });
    line.expect("the address is mapped")
        .split(' ')
        .nth(1)
        .unwrap()
        .into()
}

#[test]
fn only_the_cells_are_writable_and_nothing_is_executable() {
    let mut host = ToyHost::new();
    for placement in PLACEMENTS {
        let image = load_sample(&mut host, placement);
        let header = *image.header();
        let access =
            SegmentKind::ALL.map(|kind| access_to(image.address(kind.extent(&header).start)));
        assert_eq!(access, ["r--p", "r--p", "r--p", "rw-p"], "{placement:?}");
        let start = image.range().start;
        unload(&host, image);
        assert_eq!(access_to(start), "---p");
    }
}

#[test]
fn the_barrier_refuses_stores_into_literals_but_not_into_cells() {
    let mut host = ToyHost::new();
    let image = load_sample(&mut host, Placement::Mapped);
    let header = *image.header();
    let store = |address: u32| host.mutator.barrier(Slot::new(image.address(address)), 0);
    assert!(store(header.constants.start).is_err());
    assert!(store(header.read_only_objects.start).is_err());
    assert!(store(header.cells.start).is_ok());
    unload(&host, image);
}

#[test]
fn any_address_leads_to_its_image_and_code_to_its_line() {
    let mut host = ToyHost::new();
    let mut registry = Registry::new(host.mutator.arena().clone());
    let ids: Vec<_> = PLACEMENTS
        .map(|placement| registry.insert(load_sample(&mut host, placement)).id())
        .into();
    for &id in &ids {
        let image = registry.get(id).unwrap();
        assert_eq!(registry.image_at(image.entry()).unwrap().id(), id);
        let last = image.range().end.offset_bytes(1_usize.wrapping_neg());
        assert_eq!(registry.image_at(last).unwrap().id(), id);
        assert!(registry.image_at(image.range().end).is_none());

        let entry = registry
            .place_of(image.entry().offset_bytes(PROCEDURE_HEADER_BYTES))
            .unwrap();
        assert_eq!((entry.procedure, entry.file), (None, Some("main.scm")));
        assert_eq!((entry.line, entry.column), (1, 1));
        let fold = image.contents().procedures().nth(1).unwrap();
        let place = |virtual_address| registry.place_of(image.address(virtual_address)).unwrap();
        let first = place(fold.address);
        assert_eq!(
            (first.procedure, first.line),
            (Some("fold"), 10),
            "the header too"
        );
        let second = place(fold.code_start() + 5);
        assert_eq!(
            (second.file, second.line, second.column),
            (Some("lib/fold.scm"), 11, 4)
        );
        let arity = image.debug_tables().arity(fold.address).unwrap();
        assert_eq!(
            (arity.name.as_str(), arity.required, arity.line),
            ("fold", 1, 10)
        );
        assert_eq!(arity.parameters, ["kons"]);
        assert!(registry.place_of(image.address(0)).is_none(), "no code");
    }
    for id in ids {
        unload(&host, registry.remove(id).unwrap());
        assert!(registry.remove(id).is_none());
    }
    assert!(registry.is_empty());
}

#[test]
fn the_collector_reports_an_image_that_nothing_needs() {
    let mut host = ToyHost::new();
    let mut registry = Registry::new(host.mutator.arena().clone());
    let id = registry
        .insert(load_sample(&mut host, Placement::Mapped))
        .id();
    let full = CollectReason::Forced(Scope::Full);
    assert!(host.mutator.pin_image(id));
    assert_eq!(host.mutator.collect(full), Outcome::Done);
    assert!(
        host.mutator.state().unreachable_images.borrow().is_empty(),
        "it is pinned"
    );
    assert!(host.mutator.unpin_image(id));
    assert_eq!(host.mutator.collect(full), Outcome::Done);
    assert_eq!(*host.mutator.state().unreachable_images.borrow(), [id]);
    let image = registry.remove(id).unwrap();
    let start = image.range().start;
    // SAFETY: the collector reported the image unreachable.
    unsafe { image.unload() };
    assert_eq!(host.mutator.arena().kind_of(start), gc::ChunkKind::Free);
}

#[test]
fn a_dropped_heap_takes_its_images_with_it() {
    let before = kernel_counts();
    for _ in 0..50 {
        let mut host = ToyHost::new();
        for placement in PLACEMENTS {
            drop(load_sample(&mut host, placement));
        }
    }
    let after = kernel_counts();
    assert!(
        after.0.abs_diff(before.0) < 100,
        "mappings: {before:?} {after:?}"
    );
}

#[test]
fn what_importers_need_stands_in_a_section_of_its_own() {
    let file = sample_image();
    let view = ImageView::parse(&file).unwrap();
    let interface = view.tool_section(abi::image::section::INTERFACE);
    assert_eq!(interface, Some(&b"(library (main))"[..]));
    assert_eq!(view.tool_section(".debug_none"), None);
}

/// Lines of a file of the process, as a measure of what the kernel holds for it.
fn kernel_counts() -> (usize, usize) {
    let mappings = std::fs::read_to_string("/proc/self/maps")
        .unwrap()
        .lines()
        .count();
    let descriptors = std::fs::read_dir("/proc/self/fd").unwrap().count();
    (mappings, descriptors)
}

fn resident_pages() -> usize {
    let counts = std::fs::read_to_string("/proc/self/statm").unwrap();
    counts.split(' ').nth(1).unwrap().parse().unwrap()
}

#[test]
fn ten_thousand_loads_leave_nothing_behind() {
    let file = sample_image();
    let mut host = ToyHost::new();
    let mut cycles = |count| {
        for cycle in 0..count {
            let view = ImageView::parse(&file).unwrap();
            let options = LoadOptions {
                placement: PLACEMENTS[cycle % 2],
                pins: 0,
            };
            let image = load(&view, "sample", &mut host, options).unwrap();
            unload(&host, image);
        }
        (kernel_counts(), resident_pages())
    };
    let (before, resident_before) = cycles(1000);
    let (after, resident_after) = cycles(9000);
    // Other tests map and open things at the same time.
    assert!(
        after.0.abs_diff(before.0) < 100,
        "mappings: {before:?} {after:?}"
    );
    assert!(
        after.1.abs_diff(before.1) < 20,
        "descriptors: {before:?} {after:?}"
    );
    assert!(
        resident_after < resident_before + 5000,
        "{resident_before} {resident_after}"
    );
}

/// Runs a tool on a file; `None` if it is not installed.
fn tool(command: &[&str], file: &Path) -> Option<(bool, String)> {
    let output = Command::new(command[0])
        .args(&command[1..])
        .arg(file)
        .output()
        .ok()?;
    let text = [output.stdout, output.stderr].concat();
    Some((
        output.status.success(),
        String::from_utf8_lossy(&text).into_owned(),
    ))
}

fn temporary_file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = std::env::temp_dir().join(format!("cozen-{}-{name}", std::process::id()));
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn tools_have_no_complaint() {
    let path = temporary_file("tools.czo", &sample_image());
    let commands: [&[&str]; 3] = [
        &["readelf", "-aW"],
        &["readelf", "--debug-dump=info,decodedline"],
        &["eu-elflint"],
    ];
    for command in commands {
        let Some((success, text)) = tool(command, &path) else {
            continue;
        };
        let complains = ["warning", "error:"]
            .iter()
            .any(|word| text.to_lowercase().contains(word));
        assert!(success && !complains, "{command:?}: {text}");
    }
    std::fs::remove_file(path).unwrap();
}

#[test]
fn addresses_are_symbolized_by_stock_tools() {
    let file = sample_image();
    let view = ImageView::parse(&file).unwrap();
    let fold = view.contents().procedures().nth(1).unwrap();
    let path = temporary_file("addresses.czo", &file);
    let address = format!("{:#x}", fold.code_start() + 5);
    if let Some((_, text)) = tool(&["addr2line", "-f", &address, "-e"], &path) {
        assert!(
            text.contains("fold") && text.contains("fold.scm:11"),
            "{text}"
        );
    }
    std::fs::remove_file(path).unwrap();
}

#[test]
fn stripped_and_copied_images_load_as_before() {
    let file = sample_image();
    let view = ImageView::parse(&file).unwrap();
    let commands: [&[&str]; 6] = [
        &["strip", "-s"],
        &["strip", "-g"],
        &["objcopy"],
        &["llvm-strip"],
        &["llvm-strip", "-g"],
        &["llvm-objcopy"],
    ];
    for (number, command) in commands.into_iter().enumerate() {
        let path = temporary_file(&format!("strip{number}.czo"), &file);
        let Some((success, text)) = tool(command, &path) else {
            continue;
        };
        assert!(success, "{command:?}: {text}");
        let stripped = std::fs::read(&path).unwrap();
        let after =
            ImageView::parse(&stripped).unwrap_or_else(|error| panic!("{command:?}: {error}"));
        assert_eq!(after.header(), view.header(), "{command:?}");
        for kind in [
            SegmentKind::Code,
            SegmentKind::Constants,
            SegmentKind::Cells,
        ] {
            assert_eq!(after.segment(kind), view.segment(kind), "{command:?}");
        }
        let fold = view.contents().procedures().nth(1).unwrap();
        let name = after
            .debug_tables()
            .procedure_name(fold.code_start())
            .map(String::from);
        let keeps_names = command != ["llvm-strip"];
        assert_eq!(
            name.as_deref(),
            keeps_names.then_some("fold"),
            "{command:?}"
        );
        std::fs::remove_file(path).unwrap();
    }
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

fn any_word(constant_count: u32, symbol_count: u32) -> impl Strategy<Value = ConstantWord> {
    prop_oneof![
        (-1000_i64..1000).prop_map(|value| ConstantWord::Word(tag::fixnum(value).unwrap())),
        (0..constant_count).prop_map(ConstantWord::Constant),
        (0..symbol_count).prop_map(ConstantWord::Symbol),
    ]
}

fn any_constant(constant_count: u32, symbol_count: u32) -> impl Strategy<Value = Constant> {
    let word = || any_word(constant_count, symbol_count);
    prop_oneof![
        (word(), word()).prop_map(|(car, cdr)| Constant::Pair(car, cdr)),
        prop::collection::vec(word(), 0..80).prop_map(Constant::Vector),
        ".{0,9}".prop_map(|text| Constant::String(text.as_str().into())),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(Constant::Bytevector),
        any::<f64>().prop_map(Constant::Flonum),
        (0_u32..2).prop_map(Constant::Closure),
    ]
}

fn any_unit() -> impl Strategy<Value = LinkUnit> {
    (1_u32..30, 1_u32..5).prop_flat_map(|(constant_count, symbol_count)| {
        let constants = prop::collection::vec(
            any_constant(constant_count, symbol_count),
            constant_count as usize..=constant_count as usize,
        );
        (constants, Just(symbol_count), 0_usize..20).prop_map(|(constants, symbol_count, cells)| {
            LinkUnit {
                constants,
                symbols: (0..symbol_count)
                    .map(|number| format!("s{number}").into())
                    .collect(),
                cells: vec![ConstantWord::Constant(0); cells],
                ..sample_unit_without_holes()
            }
        })
    })
}

fn sample_unit_without_holes() -> LinkUnit {
    let mut unit = sample_unit();
    for procedure in &mut unit.procedures {
        procedure.fixups.clear();
    }
    unit
}

/// Reads a literal back and holds it against what was linked; references one level deep.
fn assert_literal(image: &LoadedImage, unit: &LinkUnit, word: u64, constant: &Constant) {
    let object = untag(word);
    let assert_words = |first: usize, words: &[ConstantWord]| {
        for (number, &expected) in words.iter().enumerate() {
            let found = load_word(object.offset_words(first + number));
            match expected {
                ConstantWord::Word(word) => assert_eq!(found, word),
                ConstantWord::Symbol(symbol) => {
                    assert_eq!(found, symbol_word(&unit.symbols[symbol as usize]));
                }
                ConstantWord::Constant(_) => assert!(image.range().contains(untag(found))),
            }
        }
    };
    let header = || Header::from_word(load_word(object)).unwrap();
    match constant {
        Constant::Pair(car, cdr) => assert_words(0, &[*car, *cdr]),
        Constant::Vector(items) => {
            assert_eq!(
                (header().kind(), header().size()),
                (Some(Kind::Vector), items.len() as u64)
            );
            assert_words(1, items);
        }
        Constant::String(text) => {
            assert_eq!(header().kind(), Some(Kind::String));
            let length = tag::fixnum(text.chars().count() as i64).unwrap();
            assert_eq!(load_word(object.offset_words(2)), length);
        }
        Constant::Bytevector(bytes) => assert_eq!(header().size(), bytes.len() as u64),
        Constant::Flonum(value) => {
            assert_eq!(load_word(object.offset_words(1)), value.to_bits());
        }
        Constant::Closure(_) => assert_eq!(header().kind(), Some(Kind::Closure)),
        other => panic!("{other:?} is not generated"),
    }
}

proptest! {
    #[test]
    fn what_is_linked_is_loaded(unit in any_unit()) {
        // A vector of all constants leads to them.
        let mut unit = unit;
        let all = (0..unit.constants.len() as u32).map(ConstantWord::Constant).collect();
        unit.constants.push(Constant::Vector(all));
        unit.cells.push(ConstantWord::Constant(unit.constants.len() as u32 - 1));
        let file = link(&unit).unwrap();
        prop_assert_eq!(&file, &link(&unit).unwrap());
        let view = ImageView::parse(&file).unwrap();
        let mut host = ToyHost::new();
        for placement in PLACEMENTS {
            let options = LoadOptions { placement, pins: 0 };
            let image = load(&view, "random", &mut host, options).unwrap();
            let header = *image.header();
            let last_cell = header.cells.start + header.cells.bytes - 8;
            let all = untag(load_word(image.address(last_cell)));
            for (number, constant) in unit.constants[..unit.constants.len() - 1].iter().enumerate() {
                assert_literal(&image, &unit, load_word(all.offset_words(1 + number)), constant);
            }
            unload(&host, image);
        }
    }
}
