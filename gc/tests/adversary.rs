//! Programs without unsafe code try to break a heap: each is answered by a clean error.
//!
//! What the compiler refuses is in `tests/compile_fail`.
#![forbid(unsafe_code)]

use std::panic::{AssertUnwindSafe, catch_unwind};

use gc::toy::{Session, ToyModel, ToyState, enter};
use gc::{
    Address, Arena, ArenaError, CHUNK_BYTES, CollectReason, Full, GuardianNumber, HeapOptions,
    Mutator, ObjectModel, Outcome, Scope, Slot, Visitor,
};

fn options() -> HeapOptions {
    HeapOptions {
        arena_bytes: HeapOptions::ARENA_BYTES_MIN,
        nursery_bytes: HeapOptions::NURSERY_BYTES_MIN,
        verify: true,
        ..HeapOptions::default()
    }
}

fn with_session<R>(body: impl for<'id> FnOnce(&mut Session<'id>) -> R) -> R {
    enter(&options(), body).expect("address space")
}

/// The message of the panic that `body` ends with.
fn panic_of<R>(body: impl FnOnce() -> R) -> String {
    let payload = catch_unwind(AssertUnwindSafe(body)).map(drop);
    let payload = payload.expect_err("the heap refuses it");
    let formatted = payload.downcast_ref::<String>().cloned();
    formatted.unwrap_or_else(|| (*payload.downcast_ref::<&str>().expect("a message")).to_owned())
}

#[test]
fn sizes_that_no_object_has_are_refused() {
    with_session(|session| {
        for bytes in [0, 1, 8, 24, 40_001, usize::MAX] {
            let message = panic_of(|| session.mutator().allocate(bytes));
            assert!(message.contains("no object takes"), "{bytes}: {message}");
        }
        let message = panic_of(|| session.mutator().allocate(usize::MAX - 15));
        assert!(message.contains("exceed the address space"), "{message}");
        let message = panic_of(|| session.mutator().allocate(1 << 40));
        assert!(
            message.contains("what is not bounded is reserved"),
            "{message}"
        );
        for length in [usize::MAX, usize::MAX / 8, 1 << 47] {
            let message = panic_of(|| session.pinned_vector(length));
            assert!(message.contains("no object has so many words"), "{message}");
        }
        panic_of(|| session.pinned_vector(1 << 40));
        for bytes in [usize::MAX, usize::MAX - 15, 1 << 40] {
            assert_eq!(session.mutator().reserve(bytes), Err(Full { bytes }));
            let needed_bytes = bytes;
            let exhausted = Outcome::Exhausted { needed_bytes };
            assert_eq!(session.collect_for(bytes), exhausted);
        }
        session.pair(session.integer(1), session.integer(2));
        assert_eq!(session.collect(Scope::Full), Outcome::Done);
    });
}

#[test]
fn allocation_without_polls_ends_with_a_panic_and_the_heap_goes_on() {
    with_session(|session| {
        let message = panic_of(|| {
            loop {
                session.vector(&[session.integer(0); 1000]);
            }
        });
        assert!(message.contains("polls bound"), "{message}");
        let message = panic_of(|| {
            loop {
                session.vector(&vec![session.integer(0); 100_000]);
            }
        });
        assert!(
            message.contains("what is not bounded is reserved"),
            "{message}"
        );
        assert_eq!(session.collect(Scope::Full), Outcome::Done);
        let pair = session.pair(session.integer(1), session.integer(2));
        assert_eq!(session.length(pair), 2);
    });
}

#[test]
fn memory_that_is_allocated_and_never_written_is_never_read() {
    with_session(|session| {
        for bytes in [16, 4096, 100_000] {
            session.mutator().allocate(bytes);
        }
        for scope in [Scope::Minor, Scope::Full] {
            assert_eq!(session.collect(scope), Outcome::Done);
        }
    });
}

#[test]
fn the_code_address_of_a_closure_is_no_value() {
    with_session(|session| {
        let forged = Address::new(0xdead_beef_0000);
        let closure = session.push_root(session.closure(forged, &[session.integer(7)]));
        let message = panic_of(|| session.field(session.root(closure), 0).word());
        assert!(message.contains("is not for values"), "{message}");
        let message =
            panic_of(|| session.set_field(session.root(closure), 0, session.root(closure)));
        assert!(message.contains("is not for values"), "{message}");
        assert_eq!(session.collect(Scope::Full), Outcome::Done);
        let value = session.field(session.root(closure), 1);
        assert_eq!(session.as_integer(value), Some(7));
    });
}

#[test]
fn numbers_of_guardians_and_flags_of_tables_stay_what_they_are() {
    with_session(|session| {
        let pair = session.push_root(session.pair(session.integer(1), session.integer(2)));
        let guardian = session.push_root(session.guardian());
        let table = session.push_root(session.table(&[session.root(pair)]));
        for (object, value) in [(guardian, session.integer(99)), (table, session.root(pair))] {
            let message = panic_of(|| session.set_field(session.root(object), 0, value));
            assert!(message.contains("is not for values"), "{message}");
        }
        let message = panic_of(|| session.guard(session.root(pair), session.root(pair)));
        assert!(message.contains("is no Guardian"), "{message}");
        let message = panic_of(|| session.note_hashed_key(session.root(pair), session.root(pair)));
        assert!(message.contains("is no Table"), "{message}");
        session
            .set_field(session.root(table), 0, session.integer(0))
            .unwrap();
        assert_eq!(session.collect(Scope::Full), Outcome::Done);
        let stranger = GuardianNumber::from_index(77).expect("a small number");
        assert_eq!(session.mutator().guardian_next(stranger), None);
    });
}

#[test]
fn after_a_collection_that_panicked_nothing_is_given_out() {
    with_session(|session| {
        let root = session.push_root(session.pair(session.integer(1), session.integer(2)));
        let guardian = session.push_root(session.guardian());
        let session = &mut *session;
        session.mutator().state().push_forgotten_root(0x1002);
        session
            .mutator()
            .state()
            .push_forgotten_root(ToyModel::pair(
                session.mutator().arena().nursery_range().start,
            ));
        panic_of(|| session.collect(Scope::Full));
        assert!(session.mutator().is_broken());
        for message in [
            panic_of(|| session.root(root).word()),
            panic_of(|| session.guarded(session.root(guardian)).map(gc::Value::word)),
            panic_of(|| session.collect(Scope::Minor)),
        ] {
            assert!(message.contains("a collection panicked"), "{message}");
        }
    });
}

#[test]
fn a_listener_that_panics_leaves_a_heap_that_refuses_to_go_on() {
    with_session(|session| {
        let root = session.push_root(session.pair(session.integer(1), session.integer(2)));
        session.mutator().set_listener(|_| panic!("the listener"));
        assert_eq!(panic_of(|| session.collect(Scope::Minor)), "the listener");
        panic_of(|| session.root(root).word());
    });
}

#[test]
fn a_visitor_that_is_shown_roots_can_do_nothing_to_them() {
    struct Peek(Vec<Slot>);
    impl Visitor for Peek {
        fn slot(&mut self, slot: Slot) {
            self.0.push(slot);
        }
        fn code(&mut self, _: Address) {}
    }
    let mut peek = Peek(Vec::new());
    ToyModel::each_root(&mut ToyState::default(), Scope::Full, &mut peek);
    assert_eq!(peek.0, []);
}

#[test]
fn a_mutator_without_a_session_hands_out_addresses_and_nothing_else() {
    let mut mutator = Mutator::<ToyModel>::new(&options(), |_| ToyState::default()).unwrap();
    let address = mutator.allocate(16);
    assert!(mutator.is_young(address));
    assert!(!mutator.is_young(Address::new(0)));
    mutator.set_stack_limit(usize::MAX);
    mutator.set_stack_limit(0);
    let charges = [(); 2].map(|()| mutator.charge(usize::MAX, usize::MAX));
    assert!(mutator.try_charge(1).is_err());
    drop(charges);
    mutator.exempt_charges();
    drop(mutator.charge(usize::MAX, usize::MAX));
    let handles = mutator.handles();
    assert_eq!(mutator.collect(CollectReason::Due), Outcome::Done);
    assert_eq!((handles.count(), mutator.image_at(address)), (0, None));
    mutator.state().push_code_root(address);
    mutator.state().push_code_root(Address::new(usize::MAX));
    let message = panic_of(|| mutator.collect(CollectReason::Forced(Scope::Full)));
    assert!(message.contains("no registered image"), "{message}");
}

#[test]
fn ids_of_another_heap_name_nothing_or_something_of_this_one() {
    with_session(|one| {
        with_session(|two| {
            let handle = one.handle(one.pair(one.integer(1), one.integer(2)));
            assert_eq!(two.mutator().handles().count(), 0);
            drop(handle);
            assert_eq!(two.collect(Scope::Full), Outcome::Done);
        });
        assert_eq!(one.collect(Scope::Full), Outcome::Done);
    });
}

#[test]
fn chunks_that_were_reserved_and_not_registered_are_no_images() {
    with_session(|session| {
        let arena = session.mutator().arena();
        let image = arena.reserve_image(3 * CHUNK_BYTES).unwrap();
        let stack = arena.reserve_stack(CHUNK_BYTES).unwrap();
        for address in [image.start, stack.start] {
            assert_eq!(session.mutator().image_at(address), None);
        }
        let closure = session.closure(image.start, &[]);
        session.push_root(closure);
        let message = panic_of(|| session.collect(Scope::Full));
        assert!(message.contains("no registered image"), "{message}");
    });
}

#[test]
fn wishes_that_no_system_grants_are_errors_or_made_smaller() {
    let arena = Arena::reserve(HeapOptions::ARENA_BYTES_MIN).unwrap();
    assert!(matches!(
        arena.reserve_stack(usize::MAX),
        Err(ArenaError::Exhausted { .. })
    ));
    let extreme = HeapOptions {
        nursery_bytes: usize::MAX,
        heap_bytes_max: Some(usize::MAX),
        growth_percent: usize::MAX,
        full_bytes_min: usize::MAX,
        ..options()
    };
    enter(&extreme, |session| {
        session.push_root(session.pair(session.integer(1), session.integer(2)));
        assert_eq!(session.collect(Scope::Full), Outcome::Done);
        assert_eq!(session.collect(Scope::Minor), Outcome::Done);
    })
    .unwrap();
}
