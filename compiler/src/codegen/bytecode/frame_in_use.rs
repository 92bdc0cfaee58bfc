//! Which slots of a frame are free while values get their slots.
//!
//! Values come by the end of their life, latest first. So the allocator looks at positions in descending
//! order, and a slot comes into use and out of use only where a segment of a value in it starts or ends. The
//! lowest free slot is found among those that are not in use where the value ends.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::intervals::Segment;

/// What a slot holds when, the latest segment first (which is how they come).
#[derive(Clone, Default)]
struct Occupied(Vec<Segment>);

/// So many segments are put one by one among many, which then are not gone over anew.
const FEW_SEGMENTS: usize = 8;

impl Occupied {
    fn overlaps(&self, (start, end): Segment) -> bool {
        let next = self.0.partition_point(|segment| segment.0 >= end);
        self.0.get(next).is_some_and(|segment| segment.1 > start)
    }

    /// Whether one value holds the slot before and after the instruction at `position`.
    fn spans(&self, position: u32) -> bool {
        let next = self.0.partition_point(|segment| segment.0 > position);
        self.0
            .get(next)
            .is_some_and(|segment| segment.1 > position + 1)
    }

    /// Adds the segments of a value, which ascend.
    fn insert_all(&mut self, segments: &[Segment]) {
        if segments.len() <= FEW_SEGMENTS {
            for &segment in segments {
                let place = self.0.partition_point(|other| other.0 > segment.0);
                self.0.insert(place, segment);
            }
        } else {
            self.0.extend(segments.iter().rev());
            // What descends already is merged.
            self.0.sort_by_key(|segment| Reverse(segment.0));
        }
    }
}

/// The slots of a frame, and what they hold when.
#[derive(Default)]
pub(super) struct FrameInUse {
    slots: Vec<Occupied>,
    /// The place that is looked at: values that come end there or before. None before the first comes.
    position: Option<u32>,
    /// Whether each slot is in use at the place, as bits.
    in_use: Vec<u64>,
    /// Segments that end before the place or at it, with their slots, by their end.
    below: BinaryHeap<(u32, u32, usize)>,
    /// Starts of the segments that lie across the place, with their slots.
    across: BinaryHeap<(u32, usize)>,
    /// The last answer of [`Self::used_end_across`], and for which position.
    used_end: Option<(u32, usize)>,
}

impl FrameInUse {
    /// How many slots are in use anywhere.
    pub(super) fn slot_count(&self) -> usize {
        self.slots.len()
    }

    /// Looks at `position`, which is not behind the last.
    pub(super) fn descend(&mut self, position: u32) {
        self.position = Some(position);
        // A segment may start where another ends in the same slot: what goes out of use is first.
        while let Some(&(start, slot)) = self.across.peek()
            && start > position
        {
            self.across.pop();
            self.in_use[slot / 64] &= !(1 << (slot % 64));
        }
        while let Some(&(end, start, slot)) = self.below.peek()
            && end > position
        {
            self.below.pop();
            // What lies behind the place as a whole makes no difference any more.
            if start <= position {
                self.set_in_use(slot);
                self.across.push((start, slot));
            }
        }
    }

    /// Whether `slot` is free in all `segments`.
    pub(super) fn is_free(&self, slot: usize, segments: &[Segment]) -> bool {
        self.slots
            .get(slot)
            .is_none_or(|slot| !segments.iter().any(|&segment| slot.overlaps(segment)))
    }

    /// The lowest slot that is free in all `segments`, the last of which ends at the place.
    pub(super) fn lowest_free(&self, segments: &[Segment]) -> usize {
        for (index, word) in self.in_use.iter().enumerate() {
            let mut free = !word;
            while free != 0 {
                let slot = 64 * index + free.trailing_zeros() as usize;
                if self.is_free(slot, segments) {
                    return slot;
                }
                free &= free - 1;
            }
        }
        let first = 64 * self.in_use.len();
        (first..=first.max(self.slots.len()))
            .find(|&slot| self.is_free(slot, segments))
            .expect("slots that hold nothing are free")
    }

    /// One more than the last slot that holds a value before and after the instruction at `position`, where
    /// values end that come now.
    pub(super) fn used_end_across(&mut self, position: u32) -> usize {
        debug_assert_eq!(self.position, Some(position), "the place that is looked at");
        if let Some((known_for, end)) = self.used_end
            && known_for == position
        {
            // What has got a slot since then ends at the instruction.
            return end;
        }
        let end = self.find_used_end(position);
        self.used_end = Some((position, end));
        end
    }

    fn find_used_end(&self, position: u32) -> usize {
        for (index, &word) in self.in_use.iter().enumerate().rev() {
            let mut used = word;
            while used != 0 {
                let bit = used.ilog2() as usize;
                if self.slots[64 * index + bit].spans(position) {
                    return 64 * index + bit + 1;
                }
                used &= !(1 << bit);
            }
        }
        0
    }

    /// Gives `slot` to a value that lives in `segments`, the last of which ends at the place.
    pub(super) fn occupy(&mut self, slot: usize, segments: &[Segment]) {
        if slot >= self.slots.len() {
            self.slots.resize(slot + 1, Occupied::default());
        }
        self.slots[slot].insert_all(segments);
        for &(start, end) in segments {
            match self.position {
                Some(position) if end > position => {
                    if start <= position {
                        self.set_in_use(slot);
                        self.across.push((start, slot));
                    }
                }
                _ => self.below.push((end, start, slot)),
            }
        }
    }

    fn set_in_use(&mut self, slot: usize) {
        if slot / 64 >= self.in_use.len() {
            self.in_use.resize(slot / 64 + 1, 0);
        }
        self.in_use[slot / 64] |= 1 << (slot % 64);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Disjoint ascending segments that touch or have holes between them.
    fn segments() -> impl Strategy<Value = Vec<Segment>> {
        prop::collection::vec((0..4_u32, 1..6_u32), 1..4).prop_map(|lengths| {
            let mut end = 0;
            let segment = |(hole, length): (u32, u32)| {
                let start = end + hole;
                end = start + length;
                (start, end)
            };
            lengths.into_iter().map(segment).collect()
        })
    }

    fn overlap(a: &[Segment], b: &[Segment]) -> bool {
        let meets = |a: &Segment, b: &Segment| a.0 < b.1 && b.0 < a.1;
        a.iter().any(|a| b.iter().any(|b| meets(a, b)))
    }

    proptest! {
        #[test]
        fn a_value_gets_the_lowest_slot_in_which_nothing_lives_with_it(
            mut values in prop::collection::vec(segments(), 1..40),
            fixed in 0..3_usize,
        ) {
            let fixed = fixed.min(values.len());
            values[fixed..].sort_by_key(|segments| Reverse(segments.last().unwrap().1));
            let mut frame = FrameInUse::default();
            let mut in_slots: Vec<Vec<Segment>> = Vec::new();
            for (index, segments) in values.iter().enumerate() {
                let slot = if index < fixed {
                    index
                } else {
                    let position = segments.last().unwrap().1 - 1;
                    frame.descend(position);
                    let spans = |&(start, end): &Segment| start <= position && end > position + 1;
                    let used = in_slots.iter().rposition(|slot| slot.iter().any(spans));
                    prop_assert_eq!(frame.used_end_across(position), used.map_or(0, |slot| slot + 1));
                    let lowest = in_slots.iter().position(|slot| !overlap(slot, segments));
                    let lowest = lowest.unwrap_or(in_slots.len());
                    prop_assert_eq!(frame.lowest_free(segments), lowest);
                    lowest
                };
                frame.occupy(slot, segments);
                in_slots.resize(in_slots.len().max(slot + 1), Vec::new());
                in_slots[slot].extend(segments);
            }
        }
    }
}
