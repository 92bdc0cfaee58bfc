//! When to collect, how much, and when the heap is full.

use crate::account::Account;
use crate::occupancy::Occupancy;
use crate::options::HeapOptions;
use crate::space::nursery;

/// A full collection is due when images have added this many mappings since the last one, or as many as are worth what
/// it costs to trace the heap, up to the greatest number. The system allows a process 65,530.
const MAPPINGS_MIN: usize = 1024;
const MAPPINGS_MAX: usize = 16_384;

/// A mapping more is worth tracing so many bytes of live objects.
const MAPPING_TRACED_BYTES: usize = 64 << 10;

/// A full collection is due when charges have grown by this part of the heap's maximum.
const EXTERNAL_PARTS: usize = 8;

/// A full collection is due when there are so many images more than after the last one, and more than twice as many,
/// and more than are worth what it costs to trace the heap.
const IMAGES_MIN: usize = 2048;

/// An image more is worth tracing so many bytes of live objects. So images that programs drop cost the same, however
/// much lives beside them.
const IMAGE_TRACED_BYTES: usize = 4 << 10;

/// What is charged may grow by this part of the bytes of live objects before a full collection is due.
const TRACED_PARTS: usize = 2;

/// A collection is due when this many nurseries' worth of large objects are young.
const LARGE_YOUNG_NURSERIES: usize = 4;

/// This part of the heap's maximum is a reserve: what a program may keep beyond the maximum while it handles
/// that the heap is exhausted.
const RESERVE_PARTS: usize = 4;

/// Holes that exceed this part of the heap's maximum make a full collection due where memory is short.
const HOLE_PARTS: usize = 8;

/// The policy: thresholds, and what counts towards them.
#[derive(Debug)]
pub(crate) struct Trigger {
    /// What the embedder allows and the arena has places for: objects with their metadata, and what is charged.
    heap_bytes_max: usize,
    /// What the embedder allows: the same, and the copies of young objects. The nursery has places of its own, so that
    /// this is twice what the arena has places for where the embedder sets no limit.
    allowed_bytes_max: usize,
    nursery_budget_bytes: usize,
    growth_percent: usize,
    full_bytes_min: usize,
    /// A full collection is due when old bytes exceed this, if not earlier.
    full_threshold_bytes: usize,
    /// What is held outside the heap.
    account: Account,
    /// So many bytes of the account do not count towards the maximum.
    exempt_bytes: usize,
    images: usize,
    images_after_full: usize,
    external_bytes_after_full: usize,
    external_mappings_after_full: usize,
    /// What a full collection has to trace, about.
    live_bytes_after_full: usize,
    granted_bytes: usize,
    /// After the heap was exhausted: a collection is due when so much was allocated, if not earlier.
    allowance_bytes: Option<usize>,
    /// What the last collection has left of the maximum.
    spare_bytes_after: usize,
}

impl Trigger {
    pub(crate) fn new(options: &HeapOptions, heap_region_bytes: usize, account: Account) -> Self {
        // The chunks of a large object may be twice as long as the object, and blocks have holes.
        let placed_bytes_max = heap_region_bytes / 5 * 2;
        let allowed_bytes_max = options
            .heap_bytes_max
            .unwrap_or(usize::MAX)
            .min(2 * placed_bytes_max);
        let heap_bytes_max = allowed_bytes_max.min(placed_bytes_max);
        let nursery_budget_bytes = options
            .nursery_bytes
            .min(allowed_bytes_max / 8)
            .max(HeapOptions::NURSERY_BYTES_MIN);
        let mut trigger = Self {
            heap_bytes_max,
            allowed_bytes_max,
            nursery_budget_bytes,
            growth_percent: options.growth_percent.max(100),
            full_bytes_min: options.full_bytes_min,
            full_threshold_bytes: 0,
            account,
            exempt_bytes: 0,
            images: 0,
            images_after_full: 0,
            external_bytes_after_full: 0,
            external_mappings_after_full: 0,
            live_bytes_after_full: 0,
            granted_bytes: 0,
            allowance_bytes: None,
            spare_bytes_after: heap_bytes_max,
        };
        trigger.full_done(0);
        trigger
    }

    pub(crate) const fn nursery_budget_bytes(&self) -> usize {
        self.nursery_budget_bytes
    }

    pub(crate) fn external_bytes(&self) -> usize {
        self.account.bytes()
    }

    pub(crate) fn external_mappings(&self) -> usize {
        self.account.mappings()
    }

    /// What is charged now does not count towards the maximum.
    pub(crate) fn exempt(&mut self) {
        self.exempt_bytes = self.account.bytes();
        self.external_bytes_after_full = self.account.bytes();
        self.external_mappings_after_full = self.account.mappings();
    }

    /// The charges that count towards the maximum.
    fn charged_bytes(&self) -> usize {
        self.account.bytes().saturating_sub(self.exempt_bytes)
    }

    /// How many bytes of old objects, or of charges, can come before the maximum is reached.
    pub(crate) fn spare_bytes(&self, occupancy: Occupancy) -> usize {
        let allowed_bytes = self
            .allowed_bytes_max
            .saturating_sub(occupancy.bytes_with_copies());
        let placed_bytes = self.heap_bytes_max.saturating_sub(occupancy.bytes());
        allowed_bytes
            .min(placed_bytes)
            .saturating_sub(self.charged_bytes())
    }

    /// As [`Self::spare_bytes`], for what goes into no hole.
    pub(crate) fn spare_bytes_beside_holes(&self, occupancy: Occupancy) -> usize {
        self.spare_bytes(occupancy)
            .saturating_sub(occupancy.hole_bytes)
    }

    /// Whether memory is so short that a full collection should fill holes by evacuation.
    pub(crate) fn is_tight(&self, old: Occupancy) -> bool {
        self.spare_bytes_beside_holes(old) < self.young_bytes_with_copies()
    }

    /// Whether holes, and not objects, are in the way of `needed_bytes` that go into none.
    pub(crate) fn are_holes_in_the_way(&self, old: Occupancy, needed_bytes: usize) -> bool {
        !self.is_exhausted(old, needed_bytes) && needed_bytes > self.spare_bytes_beside_holes(old)
    }

    /// Bytes in the nursery after which a collection is due. Near the maximum these are fewer, so that they and their
    /// copies do not exceed it.
    pub(crate) fn nursery_bytes_max(&self) -> usize {
        let least_bytes = self.headroom_bytes().max(nursery::BLOCK_BYTES);
        let bounded_bytes = (self.spare_bytes_after / 2).max(least_bytes);
        self.allowed(self.nursery_budget_bytes.min(bounded_bytes))
    }

    fn allowed(&self, bytes: usize) -> usize {
        self.allowance_bytes
            .map_or(bytes, |allowed| bytes.min(allowed))
    }

    /// Sets how much may be allocated before the next collection: a little if what lives leaves no room.
    pub(crate) fn settle_allowance(&mut self, live: Occupancy) {
        self.spare_bytes_after = self.spare_bytes(live);
        let headroom_bytes = self.headroom_bytes();
        self.allowance_bytes = self
            .is_exhausted(live, headroom_bytes)
            .then_some(headroom_bytes);
    }

    /// Whether what lives, its copies and what is charged exceed the maximum and its reserve.
    pub(crate) fn is_beyond_reserve(&self, live: Occupancy) -> bool {
        let taken = live
            .bytes_with_copies()
            .saturating_add(self.charged_bytes());
        let reserve_bytes = self.heap_bytes_max / RESERVE_PARTS;
        taken > self.heap_bytes_max.saturating_add(reserve_bytes)
    }

    pub(crate) fn is_large_due(&self, large_young_bytes: usize) -> bool {
        large_young_bytes >= self.large_young_bytes_max()
    }

    /// Whether old objects, or what is charged, have outgrown the last full collection, or come near the maximum.
    pub(crate) fn is_full_due(&self, old: Occupancy) -> bool {
        old.fixed_bytes > self.full_threshold_bytes
            || self.spare_bytes(old) < self.young_bytes_with_copies()
            || self.is_full_of_holes(old)
            || self.is_external_due()
    }

    /// Whether the blocks with their holes exceed the maximum, and evacuation would help.
    fn is_full_of_holes(&self, old: Occupancy) -> bool {
        let taken = old.bytes_with_holes().saturating_add(self.charged_bytes());
        taken > self.heap_bytes_max && old.hole_bytes > self.heap_bytes_max / HOLE_PARTS
    }

    /// What a full nursery takes, if all of it lives.
    const fn young_bytes_with_copies(&self) -> usize {
        2 * self.nursery_budget_bytes
    }

    /// How much old objects may grow before a full collection is due.
    pub(crate) fn room_bytes(&self, old: Occupancy) -> usize {
        let spare_bytes = self.spare_bytes(old);
        self.full_threshold_bytes
            .saturating_sub(old.fixed_bytes)
            .min(spare_bytes.saturating_sub(self.young_bytes_with_copies()))
    }

    /// How many bytes of large objects may come before a full collection is due: old ones, and
    /// those that die young before the next minor collection.
    pub(crate) fn large_bytes_to_come(&self, old: Occupancy) -> usize {
        self.room_bytes(old)
            .saturating_add(self.large_young_bytes_max())
    }

    /// Counts an image that came.
    pub(crate) const fn add_image(&mut self) {
        self.images += 1;
    }

    /// Counts an image that went.
    pub(crate) fn remove_image(&mut self) {
        self.images -= 1;
        self.images_after_full = self.images_after_full.min(self.images);
    }

    /// Whether what is charged has outgrown the last full collection, or has grown by a part of the maximum.
    pub(crate) fn is_external_due(&self) -> bool {
        let live_bytes = self.live_bytes_after_full;
        let image_growth = self.images - self.images_after_full;
        let images_max = (self.images_after_full)
            .max(live_bytes / IMAGE_TRACED_BYTES)
            .max(IMAGES_MIN);
        let grown = |now: usize, before: usize| now.saturating_sub(before);
        let bytes_max = self
            .full_bytes_min
            .max(self.external_bytes_after_full)
            .max(live_bytes / TRACED_PARTS)
            .min(self.heap_bytes_max / EXTERNAL_PARTS);
        let mappings_max = (live_bytes / MAPPING_TRACED_BYTES).clamp(MAPPINGS_MIN, MAPPINGS_MAX);
        image_growth > images_max
            || grown(self.account.bytes(), self.external_bytes_after_full) > bytes_max
            || grown(self.account.mappings(), self.external_mappings_after_full) > mappings_max
    }

    /// Whether requests of `bytes` are left to the nursery's budget and its polls: small ones, unless
    /// there were so many without a poll that large objects would have made a collection due.
    pub(crate) fn is_left_to_polls(&self, young_bytes: usize, bytes: usize) -> bool {
        let young_bytes_max = self.nursery_bytes_max() + self.large_young_bytes_max();
        bytes <= self.nursery_budget_bytes / 4 && young_bytes <= young_bytes_max
    }

    /// Whether `bytes` more can be allocated before a collection is due.
    pub(crate) fn has_room(&self, young_bytes: usize, old: Occupancy, bytes: usize) -> bool {
        let young_bytes = young_bytes.saturating_add(bytes);
        young_bytes <= self.large_young_bytes_max() && young_bytes <= self.room_bytes(old)
    }

    /// Whether a collection has made room for a request of `bytes` that was not used up since. What an
    /// instruction takes that asks for nothing is not counted against it.
    pub(crate) const fn is_granted(&self, young_bytes: usize, bytes: usize) -> bool {
        let used_bytes = young_bytes.saturating_sub(self.nursery_budget_bytes);
        bytes <= self.granted_bytes && used_bytes <= self.granted_bytes - bytes
    }

    /// Lets requests pass until `bytes` were allocated.
    pub(crate) const fn grant(&mut self, bytes: usize) {
        self.granted_bytes = bytes;
    }

    /// A full collection left `live_bytes`: sets the next threshold.
    pub(crate) fn full_done(&mut self, live_bytes: usize) {
        let grown = live_bytes.saturating_mul(self.growth_percent) / 100;
        self.full_threshold_bytes = grown.max(live_bytes.saturating_add(self.full_bytes_min));
        self.external_bytes_after_full = self.account.bytes();
        self.external_mappings_after_full = self.account.mappings();
        self.images_after_full = self.images;
        self.live_bytes_after_full = live_bytes;
    }

    /// Whether what lives, its copies, what is charged and `needed_bytes` exceed the maximum.
    pub(crate) fn is_exhausted(&self, live: Occupancy, needed_bytes: usize) -> bool {
        needed_bytes > self.spare_bytes(live)
    }

    /// How many bytes must be free after a full collection for the program to go on.
    pub(crate) const fn headroom_bytes(&self) -> usize {
        self.nursery_budget_bytes / 4
    }

    fn large_young_bytes_max(&self) -> usize {
        let bytes = self
            .nursery_budget_bytes
            .saturating_mul(LARGE_YOUNG_NURSERIES)
            .min(self.allowed_bytes_max / 4);
        self.allowed(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: usize = 1 << 20;
    const NOTHING: Occupancy = fixed(0);

    /// Objects that are not copied.
    const fn fixed(bytes: usize) -> Occupancy {
        Occupancy {
            fixed_bytes: bytes,
            movable_bytes: 0,
            hole_bytes: 0,
        }
    }

    fn trigger(heap_bytes_max: usize) -> Trigger {
        trigger_of(heap_bytes_max, Account::default())
    }

    fn trigger_of(heap_bytes_max: usize, account: Account) -> Trigger {
        let options = HeapOptions {
            heap_bytes_max: Some(heap_bytes_max),
            nursery_bytes: MIB,
            growth_percent: 200,
            full_bytes_min: 8 * MIB,
            ..HeapOptions::default()
        };
        Trigger::new(&options, usize::MAX / 8, account)
    }

    #[test]
    fn the_threshold_follows_what_lives_and_has_a_floor() {
        let mut trigger = trigger(1000 * MIB);
        assert!(!trigger.is_full_due(fixed(8 * MIB)));
        assert!(trigger.is_full_due(fixed(8 * MIB + 1)));
        trigger.full_done(100 * MIB);
        assert!(!trigger.is_full_due(fixed(200 * MIB)));
        assert!(trigger.is_full_due(fixed(200 * MIB + 1)));
    }

    #[test]
    fn near_the_maximum_full_collections_come_earlier() {
        let mut trigger = trigger(100 * MIB);
        trigger.full_done(80 * MIB);
        assert!(trigger.is_full_due(fixed(98 * MIB + 1)));
        assert!(!trigger.is_exhausted(fixed(80 * MIB), 20 * MIB));
        assert!(trigger.is_exhausted(fixed(80 * MIB), 20 * MIB + 1));
        assert!(trigger.is_exhausted(fixed(80 * MIB), usize::MAX));
    }

    #[test]
    fn copies_count_towards_the_maximum() {
        let live = |movable_bytes| Occupancy {
            movable_bytes,
            ..fixed(20 * MIB)
        };
        let mut trigger = trigger(100 * MIB);
        assert_eq!(trigger.spare_bytes(live(30 * MIB)), 20 * MIB);
        assert!(
            !trigger.is_exhausted(live(40 * MIB), 0) && trigger.is_exhausted(live(40 * MIB), 1)
        );
        trigger.full_done(1000 * MIB);
        assert!(!trigger.is_full_due(live(39 * MIB)) && trigger.is_full_due(live(39 * MIB + 1)));
        assert_eq!(trigger.room_bytes(live(30 * MIB)), 18 * MIB);
    }

    #[test]
    fn young_objects_take_no_places_of_old_ones() {
        let options = HeapOptions {
            heap_bytes_max: None,
            ..HeapOptions::default()
        };
        let trigger = Trigger::new(&options, 100 * MIB, Account::default());
        let young = |movable_bytes| Occupancy {
            movable_bytes,
            ..fixed(10 * MIB)
        };
        assert_eq!(trigger.spare_bytes(young(0)), 30 * MIB);
        assert_eq!(trigger.spare_bytes(young(20 * MIB)), 10 * MIB);
        assert!(!trigger.is_exhausted(young(25 * MIB), 5 * MIB));
        assert!(trigger.is_exhausted(young(25 * MIB), 5 * MIB + 1));
    }

    #[test]
    fn what_is_kept_beyond_the_maximum_uses_up_a_reserve() {
        let mut trigger = trigger(100 * MIB);
        trigger.settle_allowance(fixed(98 * MIB));
        assert_eq!(trigger.nursery_bytes_max(), MIB, "there is room for copies");
        trigger.settle_allowance(fixed(99 * MIB));
        assert_eq!(trigger.nursery_bytes_max(), MIB / 2);
        trigger.settle_allowance(fixed(100 * MIB));
        assert_eq!(trigger.nursery_bytes_max(), MIB / 4);
        assert!(trigger.is_large_due(MIB / 4), "large objects, too");
        assert!(!trigger.is_beyond_reserve(fixed(125 * MIB)));
        assert!(trigger.is_beyond_reserve(fixed(125 * MIB + 1)));
        trigger.settle_allowance(fixed(10 * MIB));
        assert_eq!(trigger.nursery_bytes_max(), MIB);
    }

    #[test]
    fn mappings_alone_make_a_full_collection_due() {
        let account = Account::default();
        let mut trigger = trigger_of(100 * MIB, account.clone());
        let first = account.charge(0, 1024);
        assert!(!trigger.is_full_due(NOTHING));
        let second = account.charge(0, 1);
        assert!(trigger.is_full_due(NOTHING));
        trigger.full_done(0);
        assert!(!trigger.is_full_due(NOTHING));
        drop((first, second));
    }

    #[test]
    fn what_is_charged_counts_towards_the_maximum() {
        let account = Account::default();
        let mut trigger = trigger_of(100 * MIB, account.clone());
        let library = account.charge(50 * MIB, 0);
        trigger.exempt();
        assert!(!trigger.is_exhausted(fixed(60 * MIB), 40 * MIB));
        let mut charge = account.charge(10 * MIB, 0);
        assert!(trigger.is_exhausted(fixed(60 * MIB), 30 * MIB + 1));
        assert!(!trigger.is_exhausted(fixed(60 * MIB), 30 * MIB));
        assert_eq!(trigger.spare_bytes(fixed(60 * MIB)), 30 * MIB);
        assert!(!trigger.is_external_due());
        charge.resize(13 * MIB);
        assert!(trigger.is_external_due(), "an eighth of the maximum");
        trigger.full_done(80 * MIB);
        assert!(!trigger.is_full_due(fixed(85 * MIB)) && trigger.is_full_due(fixed(85 * MIB + 1)));
        drop((library, charge));
    }

    #[test]
    fn images_alone_make_a_full_collection_due() {
        let mut trigger = trigger(100 * MIB);
        let mut add_until_due = || {
            let mut count = 0;
            while !trigger.is_full_due(NOTHING) {
                trigger.add_image();
                count += 1;
            }
            trigger.full_done(0);
            count
        };
        let counts = [(); 3].map(|()| add_until_due());
        assert_eq!(counts, [IMAGES_MIN + 1, IMAGES_MIN + 2, 2 * IMAGES_MIN + 4]);
        trigger.remove_image();
        assert!(!trigger.is_full_due(NOTHING));
    }

    #[test]
    fn images_are_dropped_as_cheaply_beside_a_large_heap() {
        let account = Account::default();
        let mut trigger = trigger_of(usize::MAX, account.clone());
        let mut add_until_due = |live_bytes| {
            trigger.full_done(live_bytes);
            let mut charges = Vec::new();
            while !trigger.is_full_due(NOTHING) {
                trigger.add_image();
                charges.push(account.charge(2 << 10, 0));
            }
            let count = charges.len();
            for _ in &charges {
                trigger.remove_image();
            }
            count
        };
        let [small, large, larger] = [0, 256 * MIB, 512 * MIB].map(&mut add_until_due);
        assert_eq!(small, IMAGES_MIN + 1);
        assert!(large >= 256 * MIB / IMAGE_TRACED_BYTES, "{large}");
        assert!(larger >= 2 * (large - 1), "{larger}");
    }
}
