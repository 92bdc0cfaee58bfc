//! The heap: its spaces, its policy, and the lists that a collection works through.

use std::fmt;
use std::sync::Arc;

use crate::account::{Account, Charge};
use crate::address::Address;
use crate::arena::{Arena, ChunkKind};
use crate::error::{Full, HeapError};
use crate::guardian::Guardians;
use crate::handle::Handles;
use crate::hashed_tables::HashedTables;
use crate::image::ImageId;
use crate::object_model::Scope;
use crate::occupancy::Occupancy;
use crate::options::{Evacuation, HeapOptions};
use crate::slot::Slot;
use crate::space::image::ImageSpace;
use crate::space::large::LargeSpace;
use crate::space::nursery::Nursery;
use crate::space::old::OldSpace;
use crate::space::pinned::PinnedSpace;
use crate::statistics::{Event, Statistics};
use crate::trigger::Trigger;
use crate::zeal::ZealClock;

/// A collection is due when this many slots are remembered: it empties the list, and makes the
/// values that were stored so often old.
const REMEMBERED_MAX: usize = 1 << 16;

/// Evacuation counts on this part of the holes.
const HOLE_PARTS: usize = 4;

/// What is told of each collection.
pub(crate) type Listener = Box<dyn FnMut(&Event)>;

pub(crate) struct Heap {
    pub(crate) arena: Arc<Arena>,
    pub(crate) nursery: Nursery,
    pub(crate) old: OldSpace,
    pub(crate) large: LargeSpace,
    pub(crate) pinned: PinnedSpace,
    pub(crate) images: ImageSpace,
    /// Slots outside the young space into which a young reference may have been stored.
    pub(crate) remembered: Vec<Slot>,
    /// Old objects that hash the addresses of young ones.
    pub(crate) address_hashed: HashedTables,
    pub(crate) guardians: Guardians,
    pub(crate) handles: Handles,
    pub(crate) trigger: Trigger,
    /// What is held outside the heap.
    pub(crate) account: Account,
    /// What was charged for young objects since the last collection.
    pub(crate) young_charged_bytes: usize,
    /// Whether the next collection is to be a full one, whatever it is for.
    pub(crate) is_full_wanted: bool,
    /// Whether the next full collection is to make room by evacuation.
    pub(crate) is_compaction_wanted: bool,
    pub(crate) evacuation: Evacuation,
    pub(crate) zeal: Option<ZealClock>,
    pub(crate) verify: bool,
    pub(crate) statistics: Statistics,
    pub(crate) listener: Option<Listener>,
}

impl Heap {
    pub(crate) fn new(options: &HeapOptions) -> Result<Self, HeapError> {
        let (arena, old) = reserve(options.arena_bytes)?;
        let arena = Arc::new(arena);
        let account = Account::default();
        let trigger = Trigger::new(options, arena.heap_region_bytes(), account.clone());
        let mut guardians = Guardians::default();
        guardians.charge_to(&account);
        Ok(Self {
            nursery: Nursery::new(arena.nursery_range(), trigger.nursery_budget_bytes()),
            old,
            large: LargeSpace::default(),
            pinned: PinnedSpace::default(),
            images: ImageSpace::default(),
            remembered: Vec::new(),
            young_charged_bytes: 0,
            address_hashed: HashedTables::default(),
            guardians,
            handles: Handles::default(),
            trigger,
            account,
            is_full_wanted: false,
            is_compaction_wanted: false,
            evacuation: options.evacuation,
            zeal: options.zeal.map(ZealClock::new),
            verify: options.verify || options.zeal.is_some(),
            statistics: Statistics::default(),
            listener: None,
            arena,
        })
    }

    /// Objects that are not young, dead ones included, and what their blocks take besides.
    pub(crate) const fn old_occupancy(&self) -> Occupancy {
        let hole_bytes = self.old.hole_bytes();
        let block_bytes = self.old.footprint_bytes() - hole_bytes + self.old.reserve_bytes();
        Occupancy {
            fixed_bytes: self.large.old_bytes() + self.pinned.used_bytes() + block_bytes,
            movable_bytes: 0,
            hole_bytes,
        }
    }

    /// Bytes of all objects that are not young, dead ones included.
    pub(crate) const fn old_bytes(&self) -> usize {
        self.large.old_bytes() + self.pinned.used_bytes() + self.old.object_bytes()
    }

    /// Old and young objects together.
    fn occupancy(&self) -> Occupancy {
        let (old, young) = (self.old_occupancy(), self.young_occupancy());
        Occupancy {
            fixed_bytes: old.fixed_bytes + young.fixed_bytes,
            movable_bytes: young.movable_bytes,
            hole_bytes: old.hole_bytes,
        }
    }

    /// How many bytes can be charged before the heap's maximum is reached, if nothing goes away.
    pub(crate) fn chargeable_bytes(&self) -> usize {
        self.trigger.spare_bytes(self.occupancy())
    }

    /// How many bytes a full collection may copy out of old blocks: what the maximum leaves, the reserve, and a part
    /// of the holes, since copies are put there first.
    pub(crate) fn evacuation_bytes_max(&self) -> usize {
        let occupancy = self.occupancy();
        self.trigger
            .spare_bytes_beside_holes(occupancy)
            .saturating_add(self.old.reserve_bytes())
            .saturating_add(occupancy.hole_bytes / HOLE_PARTS)
    }

    /// Young objects, rounded up to blocks.
    pub(crate) const fn young_occupancy(&self) -> Occupancy {
        Occupancy {
            fixed_bytes: self.large.young_bytes(),
            movable_bytes: self.nursery.taken_bytes(),
            hole_bytes: 0,
        }
    }

    /// Bytes of all young objects, rounded up to blocks.
    pub(crate) const fn young_bytes(&self) -> usize {
        self.large.young_bytes() + self.nursery.taken_bytes()
    }

    /// Whether enough was allocated that a collection should run soon.
    pub(crate) fn is_collection_due(&self) -> bool {
        self.nursery.taken_bytes() > self.trigger.nursery_bytes_max()
            || self.young_charged_bytes > self.trigger.nursery_bytes_max()
            || self.trigger.is_large_due(self.large.young_bytes())
            || self.pinned.fresh_bytes() > self.trigger.nursery_bytes_max()
            || self.trigger.is_external_due()
            || self.remembered.len() > REMEMBERED_MAX
    }

    pub(crate) fn allocate_large(&mut self, kind: ChunkKind, bytes: usize) -> Address {
        let address = self.large.allocate(&self.arena, kind, bytes);
        let address = address.or_else(|_| {
            self.release_kept();
            self.large.allocate(&self.arena, kind, bytes)
        });
        let address = address
            .expect("what is not bounded is reserved, and the arena exceeds the heap's maximum");
        self.statistics.allocated_bytes += bytes as u64;
        self.bound_kept(0);
        address
    }

    /// Gives up chunks that are kept for objects to come, as far as they, all objects, and so many bytes that are about
    /// to be taken outside the heap, exceed the heap's maximum.
    pub(crate) fn bound_kept(&mut self, outside_bytes: usize) {
        let spare_bytes = self
            .trigger
            .spare_bytes_beside_holes(self.occupancy())
            .saturating_sub(outside_bytes)
            .saturating_sub(self.old.spare_bytes());
        if self.large.kept_bytes() > spare_bytes {
            self.large.trim(&self.arena, spare_bytes);
        }
    }

    pub(crate) fn allocate_pinned(&mut self, bytes: usize) -> Address {
        self.statistics.allocated_bytes += bytes as u64;
        if let Ok(address) = self.pinned.allocate(&self.arena, bytes) {
            return address;
        }
        self.release_kept();
        self.pinned
            .allocate(&self.arena, bytes)
            .expect("what is not bounded is reserved, and the arena exceeds the heap's maximum")
    }

    /// Gives up the chunks that are kept for objects to come: they may lie between free ones.
    #[cold]
    pub(crate) fn release_kept(&mut self) {
        self.large.trim(&self.arena, 0);
        self.old.release_spare(&self.arena, 0);
    }

    /// Whether the arena has a place for a request of `bytes`. The heap may be far from full and have
    /// none: what lives may lie such that all runs of free chunks between are short.
    pub(crate) fn has_place(&mut self, bytes: usize) -> bool {
        if self.large.has_place(&self.arena, bytes) {
            return true;
        }
        self.release_kept();
        self.large.has_place(&self.arena, bytes)
    }

    pub(crate) fn reserve(&mut self, bytes: usize) -> Result<(), Full> {
        let young_bytes = self.young_bytes();
        if self.trigger.is_granted(young_bytes, bytes) {
            return Ok(());
        }
        let is_forced = self.zeal.as_mut().is_some_and(ZealClock::tick);
        let fits = self.trigger.is_left_to_polls(young_bytes, bytes)
            || bytes <= self.nursery.remaining_bytes()
                && self
                    .trigger
                    .has_room(young_bytes, self.old_occupancy(), bytes);
        if fits && !is_forced && self.has_place(bytes) {
            Ok(())
        } else {
            Err(Full { bytes })
        }
    }

    /// Whether `address` lies in an object that no collection has seen.
    pub(crate) fn is_young(&self, address: Address) -> bool {
        self.arena.kind_of(address).is_young()
    }

    /// Notes that a young reference is about to be stored into `slot`, which is not young.
    pub(crate) fn remember(&mut self, slot: Slot) {
        if self.remembered.last() != Some(&slot) {
            self.remembered.push(slot);
        }
    }

    /// Forgets an image, and what is remembered of its slots; whether it was registered.
    pub(crate) fn forget_image(&mut self, image: ImageId) -> bool {
        let arena = Arc::clone(&self.arena);
        let Some(description) = self.images.unregister(&arena, image) else {
            return false;
        };
        self.remembered
            .retain(|slot| !description.range.contains(slot.address()));
        self.trigger.remove_image();
        true
    }

    /// Charges bytes outside the heap, unless they exceed its maximum before a collection.
    pub(crate) fn try_charge(&mut self, bytes: usize) -> Result<Charge, Full> {
        if bytes > self.chargeable_bytes() {
            return Err(Full { bytes });
        }
        self.bound_kept(bytes);
        Ok(self.account.charge(bytes, 0))
    }

    /// Brings the statistics up to date with a collection, and tells the listener.
    pub(crate) fn record(&mut self, event: &Event) {
        let statistics = &mut self.statistics;
        statistics.copied_bytes += event.copied_bytes;
        statistics.images_collected += event.images_collected;
        statistics.evacuated_blocks += event.evacuated_blocks;
        statistics.rescued_objects += event.rescued_objects;
        match event.scope {
            Scope::Minor => statistics.minor.add(event.pause),
            Scope::Full => {
                statistics.full.add(event.pause);
                statistics.live_bytes = event.old_bytes;
            }
        }
        if let Some(listener) = &mut self.listener {
            listener(event);
        }
    }
}

/// An arena, and the old space in it: smaller ones where the system refuses the metadata.
fn reserve(bytes: usize) -> Result<(Arena, OldSpace), HeapError> {
    let mut wanted_bytes = bytes;
    loop {
        let arena = Arena::reserve(wanted_bytes)?;
        match OldSpace::new(arena.heap_range()) {
            Ok(old) => return Ok((arena, old)),
            Err(code) => {
                let bytes = arena.range().bytes();
                if bytes <= HeapOptions::ARENA_BYTES_MIN {
                    return Err(HeapError::NoAddressSpace { bytes, code });
                }
                wanted_bytes = bytes / 2;
            }
        }
    }
}

impl fmt::Debug for Heap {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Heap")
            .field("arena", &self.arena.range())
            .field("old_bytes", &self.old_bytes())
            .field("young_bytes", &self.young_bytes())
            .field("statistics", &self.statistics)
            .finish_non_exhaustive()
    }
}
