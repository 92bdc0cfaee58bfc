//! One collection: its phases in order.

use std::mem;
use std::sync::Arc;
use std::time::Instant;

use crate::address::AddressRange;
use crate::heap::Heap;
use crate::image::{ImageId, ImageKeeper};
use crate::object_model::{ObjectModel, Scope, Visitor};
use crate::statistics::Event;
use crate::trace::Tracer;
use crate::verify;

/// Why a collection runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CollectReason {
    /// Enough was allocated; the policy decides the scope.
    Due,
    /// [`Mutator::reserve`](crate::Mutator::reserve) answered that this many bytes do not fit.
    Full {
        /// The bytes asked for.
        bytes: usize,
    },
    /// [`Mutator::try_charge`](crate::Mutator::try_charge) answered that this many bytes outside the heap do
    /// not fit.
    Charge {
        /// The bytes asked for.
        bytes: usize,
    },
    /// Somebody wishes it.
    Forced(Scope),
}

/// How a collection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    /// There is room.
    Done,
    /// What lives and what is asked for exceed the heap's maximum, or what lives leaves no gap that
    /// is long enough: raise a condition. The heap is in order, and the program may go on with less.
    Exhausted {
        /// The bytes asked for.
        needed_bytes: usize,
    },
}

/// Collects as `reason` demands: once, or a second time in full if that was not enough.
pub(crate) fn collect<M: ObjectModel>(
    heap: &mut Heap,
    state: &mut M::State,
    reason: CollectReason,
) -> Outcome {
    heap.trigger.grant(0);
    let needed_bytes = match reason {
        CollectReason::Full { bytes } => bytes,
        // If only a few more bytes fit, the next charge collects again.
        CollectReason::Charge { bytes } => bytes.max(heap.trigger.headroom_bytes()),
        CollectReason::Due | CollectReason::Forced(_) => heap.trigger.headroom_bytes(),
    };
    let scope = match reason {
        CollectReason::Forced(scope) => scope,
        _ if mem::take(&mut heap.is_full_wanted) => Scope::Full,
        _ if heap.trigger.is_full_due(heap.old_occupancy()) => Scope::Full,
        _ => Scope::Minor,
    };
    run::<M>(heap, state, scope);
    if scope == Scope::Minor && is_minor_not_enough(heap, reason, needed_bytes) {
        run::<M>(heap, state, Scope::Full);
    }
    let live = heap.old_occupancy();
    heap.trigger.settle_allowance(live);
    if heap.trigger.is_exhausted(live, needed_bytes) {
        return Outcome::Exhausted { needed_bytes };
    }
    if let CollectReason::Full { bytes } = reason {
        if !heap.has_place(bytes) {
            return Outcome::Exhausted { needed_bytes };
        }
        heap.trigger.grant(bytes);
    }
    Outcome::Done
}

/// Whether, after a minor collection, there is no room for what is needed.
fn is_minor_not_enough(heap: &mut Heap, reason: CollectReason, needed_bytes: usize) -> bool {
    match reason {
        CollectReason::Full { bytes } => {
            let mut old = heap.old_occupancy();
            old.fixed_bytes = old.fixed_bytes.saturating_add(bytes);
            heap.trigger.is_full_due(old) || !heap.has_place(bytes)
        }
        CollectReason::Charge { .. } | CollectReason::Due | CollectReason::Forced(_) => heap
            .trigger
            .is_exhausted(heap.old_occupancy(), needed_bytes),
    }
}

/// One collection, with everything around it.
fn run<M: ObjectModel>(heap: &mut Heap, state: &mut M::State, scope: Scope) {
    if heap.zeal.is_some() {
        M::poison_dead_slots(state, M::POISON);
    }
    if heap.verify {
        verify::remembered_set_is_complete::<M>(heap);
    }
    let start = Instant::now();
    let copied_before = heap.old.copied_bytes();
    let unreachable = match scope {
        Scope::Minor => {
            minor::<M>(heap, state);
            Vec::new()
        }
        Scope::Full => full::<M>(heap, state),
    };
    let images_collected = unreachable.len() as u64;
    for image in unreachable {
        M::image_unreachable(state, image);
    }
    let event = Event {
        scope,
        pause: start.elapsed(),
        copied_bytes: heap.old.copied_bytes() - copied_before,
        old_bytes: heap.old_bytes(),
        images_collected,
    };
    heap.record(&event);
    if heap.verify {
        let references = verify::heap_is_sound::<M>(heap, state);
        if let Some(clock) = &mut heap.zeal {
            clock.checked(references);
        }
    }
}

/// Promotes every live young object.
fn minor<M: ObjectModel>(heap: &mut Heap, state: &mut M::State) {
    let mut tracer = Tracer::<M, false>::start(heap);
    for slot in mem::take(&mut tracer.heap.remembered) {
        tracer.slot(slot);
    }
    for table in tracer.heap.address_hashed.take() {
        // SAFETY: old objects are freed by full collections only, which empty this list.
        unsafe { M::keys_moved(table, Scope::Minor) };
    }
    trace_roots(&mut tracer, state, Scope::Minor);
    tracer.finish();
    release_young::<M>(heap);
    trim_large(heap);
}

/// Collects everything; returns the images that went.
fn full<M: ObjectModel>(heap: &mut Heap, state: &mut M::State) -> Vec<ImageId> {
    heap.remembered.clear();
    heap.address_hashed.clear();
    let mut tracer = Tracer::<M, true>::start(heap);
    tracer.source = ImageKeeper::Pin;
    for image in tracer.heap.images.pinned() {
        tracer.mark_image(image);
    }
    trace_roots(&mut tracer, state, Scope::Full);
    tracer.finish();
    sweep::<M>(heap);
    release_young::<M>(heap);
    let unreachable = heap.images.take_unmarked();
    for &image in &unreachable {
        heap.forget_image(image);
    }
    heap.trigger.full_done(heap.old_bytes());
    release_condemned::<M>(heap);
    trim_large(heap);
    unreachable
}

fn trace_roots<M: ObjectModel, const FULL: bool>(
    tracer: &mut Tracer<'_, M, FULL>,
    state: &mut M::State,
    scope: Scope,
) {
    tracer.source = ImageKeeper::Handle;
    tracer.heap.handles.clone().each_root(tracer);
    tracer.source = ImageKeeper::Root;
    M::each_root(state, scope, tracer);
    tracer.drain();
    tracer.settle_weak_references(state);
}

/// Empties the young space.
fn release_young<M: ObjectModel>(heap: &mut Heap) {
    let arena = Arc::clone(&heap.arena);
    if heap.zeal.is_some() {
        // SAFETY: the trace evacuated what lives there.
        unsafe { poison::<M>(heap.nursery.taken()) };
    }
    // SAFETY: the trace evacuated what lives, and the mutator gave its area back.
    unsafe { heap.nursery.reset(&arena) };
    // SAFETY: the trace marked what lives.
    unsafe { heap.large.sweep_young(&arena) };
    heap.pinned.start_count();
    heap.young_charged_bytes = 0;
}

/// Gives the memory of freed large objects back, but for what will be used before the next full
/// collection.
fn trim_large(heap: &mut Heap) {
    let kept_bytes_max = match heap.zeal {
        // A stale reference is to meet fresh zeroes.
        Some(_) => 0,
        // Chunks are up to twice as long as their objects; the rest of them takes no memory.
        None => heap
            .trigger
            .large_bytes_to_come(heap.old_occupancy())
            .saturating_mul(2),
    };
    heap.large.trim(&heap.arena, kept_bytes_max);
    heap.bound_kept(0);
}

/// Frees the unmarked among the old objects that do not move.
fn sweep<M: ObjectModel>(heap: &mut Heap) {
    let arena = Arc::clone(&heap.arena);
    // SAFETY: the trace marked what lives.
    unsafe { heap.large.sweep_old(&arena) };
    let is_zealous = heap.zeal.is_some();
    let poison_hole = |hole| {
        if is_zealous {
            // SAFETY: the sweep shows holes between live objects.
            unsafe { poison::<M>(hole) };
        }
    };
    // SAFETY: the trace marked what lives.
    unsafe { heap.pinned.sweep::<M>(&arena, poison_hole) };
}

/// Frees the evacuated blocks, but for as many as will be used before the next full collection.
fn release_condemned<M: ObjectModel>(heap: &mut Heap) {
    if heap.zeal.is_some() {
        for block in heap.old.condemned() {
            // SAFETY: the trace evacuated what lives in condemned blocks.
            unsafe { poison::<M>(block.objects()) };
        }
    }
    let spare_bytes = heap.trigger.room_bytes(heap.old_occupancy());
    // SAFETY: the trace evacuated what lives in condemned blocks, and updated all references.
    unsafe { heap.old.release_condemned(&heap.arena, spare_bytes) };
}

/// Makes what was freed recognisable.
///
/// # Safety
///
/// `range` is memory of the heap in which nothing lives.
unsafe fn poison<M: ObjectModel>(range: AddressRange) {
    for word in range.words() {
        // SAFETY: writable, and nobody reads it, by the contract of this function.
        unsafe { word.store_word(M::POISON) };
    }
}
