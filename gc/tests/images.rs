//! Images as nodes of the object graph.

use gc::toy::{Session, ToyModel, enter};
use gc::{
    AddressRange, CHUNK_BYTES, HeapOptions, ImageDescription, ImageId, ObjectModel, Outcome, Scope,
    Sealed, Slot, WORD_BYTES,
};

/// Cells of each image of these tests.
const CELL_COUNT: usize = 4;

fn with_session(body: impl for<'id> FnOnce(&mut Session<'id>)) {
    let options = HeapOptions {
        arena_bytes: HeapOptions::ARENA_BYTES_MIN,
        verify: true,
        ..HeapOptions::default()
    };
    enter(&options, body).expect("address space");
}

/// Registers an image: cells, then sealed constants, then code.
fn register(session: &Session<'_>, constants: &[u64], pins: u32) -> (ImageId, AddressRange) {
    let range = image_memory(session);
    let cells = AddressRange::new(range.start, CELL_COUNT * WORD_BYTES);
    let sealed = AddressRange::new(cells.end, constants.len() * WORD_BYTES);
    for (slot, &word) in sealed.words().zip(constants) {
        // SAFETY: `image_memory` is writable and ours.
        unsafe { slot.store_word(word) };
    }
    let description = ImageDescription {
        range,
        sealed: vec![sealed],
        cells,
        constants: sealed,
        pins,
        external_bytes: range.bytes(),
        external_mappings: 1,
    };
    // SAFETY: the chunks are the test's, writable as long as the arena; cells are zero, and the constants
    // of these tests lead to images.
    (
        unsafe { session.mutator().register_image(description) },
        range,
    )
}

/// Takes back the pin that an image of these tests was registered with.
fn unpin(session: &Session<'_>, image: ImageId) {
    // SAFETY: nobody relies on the pin of a test's image.
    assert!(unsafe { session.mutator().unpin_image(image) });
}

/// The first cell of a registered image.
fn first_cell(image: AddressRange) -> Slot {
    // SAFETY: `register` made it a cell: it stays as long as the arena.
    unsafe { Slot::new(image.start) }
}

/// What the barrier says of a store into a slot of an image.
fn barrier(session: &Session<'_>, slot: Slot, value: u64) -> Result<(), Sealed> {
    // SAFETY: the slot lies in a registered image.
    unsafe { session.mutator().barrier(slot, value) }
}

#[test]
fn code_addresses_references_and_pins_keep_an_image() {
    with_session(|session| {
        let (by_code, code_range) = register(session, &[], 0);
        let (by_pin, _) = register(session, &[], 1);
        let (by_reference, referenced) = register(session, &[ToyModel::integer(1), 0], 0);
        let constant = referenced.start.offset_words(CELL_COUNT);
        let (by_closure, closure_range) = register(session, &[], 0);
        let (by_constant, range) = register(session, &[], 0);
        let (holder, _) = register(session, &[ToyModel::pair(range.start)], 1);
        let state = session.mutator().state();
        state.push_code_root(code_range.start.offset_bytes(999));
        // SAFETY: a pair in an image of this heap.
        unsafe { state.push_root_word(ToyModel::pair(constant)) };
        let code = closure_range.start.offset_bytes(CHUNK_BYTES - 16);
        let closure = session.push_root(session.closure(code, &[]));

        assert_eq!(session.collect(Scope::Full), Outcome::Done);
        assert_eq!(session.mutator().state().unreachable_images(), []);

        session.truncate_roots(closure - 1);
        session.mutator().state().clear_code_roots();
        unpin(session, by_pin);
        unpin(session, holder);
        assert_eq!(session.collect(Scope::Full), Outcome::Done);
        assert_eq!(
            session.mutator().state().unreachable_images(),
            [
                by_code,
                by_pin,
                by_reference,
                by_closure,
                by_constant,
                holder
            ]
        );
        let statistics = session.mutator().statistics();
        assert_eq!((statistics.images, statistics.external_mappings), (0, 0));
        assert_eq!(statistics.images_collected, 6);
    });
}

#[test]
fn cells_are_roots_while_their_image_lives() {
    with_session(|session| {
        let (image, range) = register(session, &[], 1);
        let cell = first_cell(range);
        let pair = session.pair(session.integer(6), session.integer(7));
        barrier(session, cell, pair.word()).unwrap();
        // SAFETY: cells are writable.
        unsafe { cell.store(pair.word()) };
        for scope in [Scope::Minor, Scope::Full] {
            assert_eq!(session.collect(scope), Outcome::Done);
            // SAFETY: cells are readable, and hold the pair at its present address.
            let pair = ToyModel::reference(unsafe { cell.load() }).unwrap();
            // SAFETY: the image keeps the pair.
            let second = unsafe { pair.offset_words(1).load_word() };
            assert_eq!(second, ToyModel::integer(7));
        }
        unpin(session, image);
        let _ = session.collect(Scope::Full);
        assert_eq!(session.mutator().statistics().live_bytes, 0);
    });
}

#[test]
fn stores_into_sealed_parts_are_refused() {
    with_session(|session| {
        let (_, range) = register(session, &[0, 0], 1);
        // SAFETY: a constant of the image.
        let sealed = unsafe { Slot::new(range.start.offset_words(CELL_COUNT)) };
        assert_eq!(barrier(session, sealed, 0), Err(Sealed));
        assert_eq!(barrier(session, first_cell(range), 0), Ok(()));
    });
}

#[test]
fn unregistering_forgets_remembered_cells() {
    with_session(|session| {
        let (image, range) = register(session, &[], 1);
        let pair = session.pair(session.integer(6), session.integer(7));
        barrier(session, first_cell(range), pair.word()).unwrap();
        // SAFETY: nothing leads into the image.
        assert!(unsafe { session.mutator().unregister_image(image) });
        // SAFETY: nothing leads into the image.
        assert!(!unsafe { session.mutator().unregister_image(image) });
        assert!(!session.mutator().pin_image(image));
        // SAFETY: the image is gone, and nothing refers to its chunk.
        unsafe { session.mutator().arena().release_chunks(range) };
        assert_eq!(session.collect(Scope::Minor), Outcome::Done);
    });
}

#[test]
fn many_mappings_make_a_full_collection_due() {
    with_session(|session| {
        let charge = session.mutator().charge(0, 1025);
        assert_eq!(session.poll(), Outcome::Done);
        assert_eq!(session.mutator().statistics().full.count, 1);
        drop(charge);
        assert_eq!(session.poll(), Outcome::Done);
        assert_eq!(session.mutator().statistics().full.count, 1);
    });
}

fn image_memory(session: &Session<'_>) -> AddressRange {
    let arena = session.mutator().arena();
    let range = arena.reserve_image(CHUNK_BYTES).expect("a free chunk");
    make_writable(range);
    range
}

fn make_writable(range: AddressRange) {
    use rustix::mm::{MprotectFlags, mprotect};
    let access = MprotectFlags::READ | MprotectFlags::WRITE;
    // SAFETY: the chunk was just given out to the test.
    unsafe { mprotect(range.start.as_word_pointer().cast(), range.bytes(), access) }
        .expect("memory");
}
