//! Chunks that small images share: which parts of them are free.
//!
//! An image of a few kilobytes would waste a chunk of its own, and mappings of the operating system. So small
//! images lie beside one another in chunks that are readable and writable as a whole. The arena finds a place by
//! first fit among the few chunks that have room.

use std::collections::BTreeMap;

use crate::address::{Address, AddressRange, CHUNK_BYTES};

/// Images start at multiples of this, and take multiples of it.
const UNIT_BYTES: usize = 64;
const UNITS: usize = CHUNK_BYTES / UNIT_BYTES;
/// A chunk with fewer free units is not looked at for a place, until an image in it is given back.
const UNITS_WORTH_A_LOOK: usize = 2048 / UNIT_BYTES;
/// How many chunks are looked at for a place before a new one is taken.
const CHUNKS_TRIED: usize = 8;

/// All chunks that small images share.
#[derive(Debug, Default)]
pub(crate) struct SmallImages {
    chunks: BTreeMap<usize, Chunk>,
    /// The starts of chunks that may have room, the one to try first at the end.
    open: Vec<usize>,
}

#[derive(Debug)]
struct Chunk {
    /// Whether each unit belongs to an image.
    is_taken: [bool; UNITS],
    free_units: usize,
    is_open: bool,
}

impl SmallImages {
    /// Takes a place of `bytes` in one of the chunks; `None` if a new chunk is needed.
    pub(crate) fn take(&mut self, bytes: usize) -> Option<AddressRange> {
        let units = bytes.div_ceil(UNIT_BYTES);
        let first_tried = self.open.len().saturating_sub(CHUNKS_TRIED);
        for index in (first_tried..self.open.len()).rev() {
            let start = self.open[index];
            let chunk = self.chunks.get_mut(&start).expect("open chunks are there");
            let Some(first) = chunk.find(units) else {
                continue;
            };
            chunk.set(first, units, true);
            if chunk.free_units < UNITS_WORTH_A_LOOK {
                chunk.is_open = false;
                self.open.swap_remove(index);
            }
            let start = Address::new(start + first * UNIT_BYTES);
            return Some(AddressRange::new(start, bytes));
        }
        None
    }

    /// Adds a chunk, nothing of which is taken.
    pub(crate) fn add(&mut self, chunk: AddressRange) {
        let start = chunk.start.raw();
        let added = Chunk {
            is_taken: [false; UNITS],
            free_units: UNITS,
            is_open: true,
        };
        let before = self.chunks.insert(start, added);
        assert!(before.is_none(), "a chunk is added once");
        self.open.push(start);
    }

    /// Gives a place back that [`Self::take`] gave. Answers its chunk if nothing else lies there: that was removed, and
    /// is the caller's.
    ///
    /// # Panics
    ///
    /// If the place lies in no chunk.
    pub(crate) fn give_back(&mut self, place: AddressRange) -> Option<AddressRange> {
        let start = place.start.raw() & !(CHUNK_BYTES - 1);
        let chunk = self
            .chunks
            .get_mut(&start)
            .expect("the place lies in a chunk");
        let first = (place.start.raw() - start) / UNIT_BYTES;
        chunk.set(first, place.bytes().div_ceil(UNIT_BYTES), false);
        if chunk.free_units == UNITS {
            self.chunks.remove(&start);
            self.open.retain(|&other| other != start);
            return Some(AddressRange::new(Address::new(start), CHUNK_BYTES));
        }
        if !chunk.is_open && chunk.free_units >= UNITS_WORTH_A_LOOK {
            chunk.is_open = true;
            self.open.push(start);
        }
        None
    }
}

impl Chunk {
    /// The first of so many consecutive free units.
    fn find(&self, units: usize) -> Option<usize> {
        if units > self.free_units {
            return None;
        }
        let mut first = 0;
        for (unit, &is_taken) in self.is_taken.iter().enumerate() {
            if is_taken {
                first = unit + 1;
            } else if unit + 1 - first == units {
                return Some(first);
            }
        }
        None
    }

    fn set(&mut self, first: usize, units: usize, is_taken: bool) {
        let range = &mut self.is_taken[first..first + units];
        assert!(
            range.iter().all(|&before| before != is_taken),
            "places are taken and given back whole"
        );
        range.fill(is_taken);
        if is_taken {
            self.free_units -= units;
        } else {
            self.free_units += units;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(number: usize) -> AddressRange {
        AddressRange::new(Address::new(number * CHUNK_BYTES), CHUNK_BYTES)
    }

    #[test]
    fn places_are_aligned_and_do_not_overlap() {
        let mut images = SmallImages::default();
        assert_eq!(images.take(100), None);
        images.add(chunk(3));
        let mut end = 0;
        for _ in 0..200 {
            let Some(place) = images.take(100) else {
                panic!("200 places of 128 bytes fit");
            };
            assert!(place.start.raw() >= end && place.start.raw().is_multiple_of(UNIT_BYTES));
            end = place.end.raw();
        }
        assert_eq!(images.take(CHUNK_BYTES), None);
    }

    #[test]
    fn what_is_given_back_is_taken_again_and_an_empty_chunk_is_the_callers() {
        let mut images = SmallImages::default();
        images.add(chunk(1));
        let half = CHUNK_BYTES / 2;
        let places = [half, half].map(|bytes| images.take(bytes).expect("both halves fit"));
        assert_eq!(images.take(64), None);
        assert_eq!(images.give_back(places[0]), None);
        assert_eq!(images.take(half), Some(places[0]));
        assert_eq!(images.give_back(places[1]), None);
        assert_eq!(images.give_back(places[0]), Some(chunk(1)));
        assert_eq!(images.take(64), None);
    }
}
