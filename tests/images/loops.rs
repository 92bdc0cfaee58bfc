//! Native entries into loops: what a part may enter, and what becomes of the poll there. Several parts of one image.

use abi::isa::Opcode;
use compiler::link::native_code::{NativeApart, NativeLoop, NativeTarget};
use compiler::link::unit::LinkUnit;
use compiler::link::{LinkedImage, PartPlace, link_apart};
use compiler::ssa::ir::ProcedureId;
use loader::{LoadError, LoadOptions, LoadedImage, Placement, is_native_code, load};

use crate::image_support::{ToyHost, second, trusted};
use crate::native_sample::{native_apart, unit_apart};
use crate::unload;

/// Bytes of the entry's bytecode in front of its poll.
const POLL: u32 = 21;

/// The sample, with native code for its entry that goes on behind the poll there with these slots.
fn unit_with_loop(poll: u32, slots: &[u16]) -> (LinkUnit, NativeApart) {
    let (unit, mut native) = unit_apart();
    let mut code = native.procedures[second()].take().expect("native code");
    for function in &mut code.functions {
        for fixup in &mut function.fixups {
            if fixup.target == NativeTarget::Body(second()) {
                fixup.target = NativeTarget::Body(ProcedureId::ENTRY);
            }
        }
    }
    code.loops.push(NativeLoop {
        poll,
        function: 0,
        slots: slots.to_vec(),
    });
    native.procedures[ProcedureId::ENTRY] = Some(code);
    (unit, native)
}

fn load_with_room(host: &mut ToyHost, image: &[u8]) -> LoadedImage {
    let options = LoadOptions {
        has_native_room: true,
        ..LoadOptions::default()
    };
    load(&trusted(image), "sample", host, options).expect("there is room")
}

fn opcode_at_poll(image: &LoadedImage) -> u8 {
    let entry = image.contents().procedures().next();
    entry.expect("the sample has an entry").code[POLL as usize]
}

#[test]
fn the_poll_of_a_loop_is_written_over_when_the_loop_is_chosen() {
    let (unit, native) = unit_with_loop(POLL, &[1]);
    let (file, part) = link_apart(unit, native).expect("the sample is small");
    let mut host = ToyHost::new();
    let mut image = load_with_room(&mut host, &file);
    let part = trusted(part.as_deref().expect("native code"));
    let linked = image.link_part(&part, Placement::Mapped, None);
    assert_eq!(linked.expect("it belongs to the image").loops, 1);
    let poll = image.contents().procedures().next().expect("an entry");
    let poll = poll.code_start() + POLL;
    let entry = image.loop_entry(poll).expect("the part has the loop");
    assert_eq!(entry.slots, [1]);
    assert!(image.loop_entry(poll + 1).is_none());
    // SAFETY: the part is linked.
    assert!(unsafe { is_native_code(image.address(entry.entry)) });
    for (chosen, opcode) in [(0, Opcode::Poll), (1, Opcode::EnterLoop)] {
        // SAFETY: a toy heap has no machine that runs code.
        unsafe { image.enter_native_code(|number| number == chosen) }.expect("it is written");
        assert_eq!(
            opcode_at_poll(&image),
            opcode as u8,
            "procedures come first"
        );
    }
    unload(&host, image);
}

#[test]
fn a_loop_is_refused_that_ends_at_no_poll_or_takes_a_slot_without_a_value() {
    let mut host = ToyHost::new();
    for (poll, slots) in [
        (POLL + 1, &[1][..]),
        (0, &[1]),
        (POLL, &[0]),
        (POLL, &[1, 2]),
    ] {
        let (unit, native) = unit_with_loop(poll, slots);
        let (file, part) = link_apart(unit, native).expect("the sample is small");
        let mut image = load_with_room(&mut host, &file);
        let part = trusted(part.as_deref().expect("native code"));
        let error = image.link_part(&part, Placement::Mapped, None);
        assert!(
            matches!(error, Err(LoadError::LoopEntry { .. })),
            "{poll} {slots:?}: {error:?}"
        );
        assert_eq!(opcode_at_poll(&image), Opcode::Poll as u8);
        unload(&host, image);
    }
}

#[test]
fn an_image_has_several_parts_each_with_names_and_return_points_of_its_own() {
    let (mut unit, native) = unit_apart();
    let maps: Vec<_> = (unit.frame_maps.iter().skip(native.bytecode_maps).cloned()).collect();
    unit.frame_maps.truncate(native.bytecode_maps);
    let mut linked = LinkedImage::new(unit).expect("the sample is small");
    let places = [PartPlace::Behind, PartPlace::Behind, PartPlace::First];
    let parts = places.map(|place| {
        let part = linked.part(native.procedures.clone(), &maps, place);
        part.expect("there is room").expect("native code")
    });
    let alone = native_apart();
    assert!(
        linked.bytes() == alone.0 && parts[2] == alone.1,
        "neither the image nor the part with all native code depends on others"
    );
    let mut host = ToyHost::new();
    let mut image = load_with_room(&mut host, linked.bytes());
    for part in &parts {
        let linked = image.link_part(&trusted(part), Placement::Mapped, None);
        assert_eq!(linked.expect("it has a place of its own").procedures, 1);
    }
    let again = image.link_part(&trusted(&parts[1]), Placement::Mapped, None);
    assert!(
        matches!(again, Err(LoadError::PartOverOther { .. })),
        "{again:?}"
    );
    // SAFETY: a toy heap has no machine that runs code.
    unsafe { image.enter_native_code(|_| true) }.expect("it is written");
    let procedure = image
        .contents()
        .procedures()
        .nth(1)
        .expect("two procedures");
    let entered = procedure
        .address
        .wrapping_add_signed(procedure.header.native_entry);
    let image_end = image.header().image.end();
    assert!(
        u64::from(entered) < image_end + 0x4_0000,
        "the part with all native code, wherever others are"
    );
    let place = image.origin_of(image.address(entered));
    assert_eq!(place.expect("lines").line, 10);
    let base = image.range().start;
    // SAFETY: the parts are linked.
    let is_native = |offset: usize| unsafe { is_native_code(base.offset_bytes(offset)) };
    let granules = (0..image.range().bytes()).step_by(0x1_0000);
    let starts = granules.map(|granule| (granule..granule + 0x400).step_by(16));
    let count = starts.filter(|start| start.clone().any(is_native)).count();
    assert_eq!(count, 3, "each part has code");
    unload(&host, image);
}
