//! One collection: its phases in order.

use std::mem;
use std::sync::Arc;
use std::time::Instant;

use crate::address::AddressRange;
use crate::heap::Heap;
use crate::image::{ImageId, ImageKeeper};
use crate::object_model::{ObjectModel, Scope, Visitor};
use crate::options::Evacuation;
use crate::space::block;
use crate::space::evacuation::Need;
use crate::space::large::LARGE_BYTES;
use crate::statistics::Event;
use crate::trace::{RootVisitor, Tracer};
use crate::verify;

/// So many full collections more may make room by evacuation, if each makes holes smaller by a part.
const COMPACTIONS_MAX: usize = 4;
const COMPACTION_GAIN_PARTS: usize = 8;

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
    if let CollectReason::Full { bytes } | CollectReason::Charge { bytes } = reason
        && bytes > LARGE_BYTES
    {
        make_room_beside_holes::<M>(heap, state, bytes);
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

/// Evacuates blocks with holes as long as these, and not objects, are in the way of what is needed.
fn make_room_beside_holes<M: ObjectModel>(heap: &mut Heap, state: &mut M::State, bytes: usize) {
    for _ in 0..COMPACTIONS_MAX {
        let before = heap.old_occupancy();
        if !heap.trigger.are_holes_in_the_way(before, bytes) {
            return;
        }
        heap.is_compaction_wanted = true;
        run::<M>(heap, state, Scope::Full);
        let hole_bytes = heap.old_occupancy().hole_bytes;
        if hole_bytes > before.hole_bytes - before.hole_bytes / COMPACTION_GAIN_PARTS {
            return;
        }
    }
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
    let swept = match scope {
        Scope::Minor => {
            minor::<M>(heap, state);
            Swept::default()
        }
        Scope::Full => full::<M>(heap, state),
    };
    let images_collected = swept.images.len() as u64;
    for image in swept.images {
        M::image_unreachable(state, image);
    }
    let event = Event {
        scope,
        pause: start.elapsed(),
        copied_bytes: heap.old.copied_bytes() - copied_before,
        evacuated_blocks: swept.evacuated_blocks,
        rescued_objects: swept.rescued_objects,
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

/// What a full collection has found.
#[derive(Default)]
struct Swept {
    /// Those that went.
    images: Vec<ImageId>,
    evacuated_blocks: u64,
    rescued_objects: u64,
}

/// Promotes every live young object.
fn minor<M: ObjectModel>(heap: &mut Heap, state: &mut M::State) {
    let mut tracer = Tracer::<M, false>::start(heap, 0);
    for slot in mem::take(&mut tracer.heap.remembered) {
        RootVisitor(&mut tracer).slot(slot);
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

/// Collects everything.
fn full<M: ObjectModel>(heap: &mut Heap, state: &mut M::State) -> Swept {
    heap.remembered.clear();
    heap.address_hashed.clear();
    let arena = Arc::clone(&heap.arena);
    let (need, budget_bytes) = evacuation(heap);
    let copied_bytes_max = heap.old.begin_full(&arena, need, budget_bytes);
    let mut tracer = Tracer::<M, true>::start(heap, copied_bytes_max);
    tracer.source = ImageKeeper::Pin;
    for image in tracer.heap.images.pinned() {
        tracer.mark_image(image);
    }
    trace_roots(&mut tracer, state, Scope::Full);
    let rescued_objects = tracer.finish();
    let evacuated_blocks = sweep::<M>(heap);
    release_young::<M>(heap);
    let images = heap.images.take_unmarked();
    for &image in &images {
        heap.forget_image(image);
    }
    heap.trigger.full_done(heap.old_occupancy().fixed_bytes);
    release_blocks(heap);
    trim_large(heap);
    Swept {
        images,
        evacuated_blocks,
        rescued_objects,
    }
}

/// Why a full collection should evacuate, and how many bytes it may copy.
fn evacuation(heap: &mut Heap) -> (Need, usize) {
    let is_wanted = mem::take(&mut heap.is_compaction_wanted);
    let is_tight = is_wanted || heap.trigger.is_tight(heap.old_occupancy());
    if let Some(clock) = &mut heap.zeal {
        return match clock.next_evacuation() {
            // Holes and the marks beside them are to be checked.
            Evacuation::AsNeeded if !is_tight => (Need::Little, 0),
            // Everything is to move, so that stale references show.
            _ => (Need::Everything, usize::MAX),
        };
    }
    let need = match heap.evacuation {
        Evacuation::Everything => Need::Everything,
        Evacuation::AsNeeded if is_tight => Need::Much,
        Evacuation::AsNeeded => Need::Little,
    };
    (need, heap.evacuation_bytes_max())
}

fn trace_roots<M: ObjectModel, const FULL: bool>(
    tracer: &mut Tracer<'_, M, FULL>,
    state: &mut M::State,
    scope: Scope,
) {
    tracer.source = ImageKeeper::Handle;
    let handles = tracer.heap.handles.clone();
    handles.each_root(&mut RootVisitor(tracer));
    tracer.source = ImageKeeper::Root;
    M::each_root(state, scope, &mut RootVisitor(tracer));
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

/// Frees the unmarked among the old objects. Returns how many blocks were evacuated.
fn sweep<M: ObjectModel>(heap: &mut Heap) -> u64 {
    let arena = Arc::clone(&heap.arena);
    // SAFETY: the trace marked what lives.
    unsafe { heap.large.sweep_old(&arena) };
    let is_zealous = heap.zeal.is_some();
    let poison_hole = |hole| {
        if is_zealous {
            // SAFETY: the sweeps show holes between live objects, and blocks in which nothing lives.
            unsafe { poison::<M>(hole) };
        }
    };
    // SAFETY: the trace marked what lives.
    unsafe { heap.pinned.sweep::<M>(&arena, poison_hole) };
    // SAFETY: the trace has updated all references to what it copied.
    let evacuated_blocks = unsafe { heap.old.end_full(&arena) };
    if is_zealous {
        heap.old.each_hole(poison_hole);
    }
    evacuated_blocks as u64
}

/// Gives blocks in which nothing lives to the system, but for as many as will be used before the next full collection.
fn release_blocks(heap: &mut Heap) {
    let old = heap.old_occupancy();
    let spare_bytes = heap.trigger.room_bytes(old).saturating_sub(old.hole_bytes);
    heap.old
        .release_spare(&heap.arena, spare_bytes / block::BYTES);
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
