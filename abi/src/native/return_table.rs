//! The table of native return points: from a return word to the frame that the word leads into.
//!
//! The table is a hash table with open addressing in the image's read-only segment, read as it is
//! mapped. It is little-endian and aligned to 4 bytes. The number of entries is a power of two. At
//! most three quarters of the entries are used. An entry:
//!
//! ```text
//! 0   offset: u32    the return point, in bytes from the start of the native code; 0: unused
//! 4   words: u16     words of the frame, its return word included
//! 6   flags: u16     FLAG_RECEIVES, FLAG_OPERATION
//! 8   map: u32       virtual address of the frame map
//! ```

use alloc::vec;
use alloc::vec::Vec;

/// Bytes of an entry.
pub const ENTRY_BYTES: usize = 12;

/// Flag: the call takes any number of values, see [`super::MANY_VALUES`].
pub const FLAG_RECEIVES: u16 = 1;

/// Flag: a stub is called that calls no procedure. If a frame of Scheme lies below, the operation has raised, and
/// never comes back.
pub const FLAG_OPERATION: u16 = 2;

/// A return point and its frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReturnPoint {
    /// Bytes from the start of the native code; never 0.
    pub offset: u32,
    /// Words of the frame, its return word included: even.
    pub words: u16,
    /// [`FLAG_RECEIVES`], [`FLAG_OPERATION`].
    pub flags: u16,
    /// Virtual address of the frame map.
    pub map: u32,
}

/// Where the search for `offset` starts in a table of `entry_count` entries, a power of two.
#[inline(always)]
pub const fn first_index(offset: u32, entry_count: u32) -> u32 {
    // Fibonacci hashing (Knuth 6.4): the high bits are the well-mixed ones.
    let mixed = offset.wrapping_mul(0x9e37_79b9);
    ((mixed as u64 * entry_count as u64) >> 32) as u32
}

/// How many entries the table of so many return points has.
pub const fn entry_count(point_count: usize) -> usize {
    if point_count == 0 {
        0
    } else {
        (point_count * 4).div_ceil(3).next_power_of_two()
    }
}

/// The table of `points`, in an order that depends on them alone.
///
/// # Panics
///
/// If two points have the same offset, or one has offset 0.
pub fn encode(points: &[ReturnPoint]) -> Vec<u8> {
    let count = entry_count(points.len());
    let mut bytes = vec![0; count * ENTRY_BYTES];
    for point in points {
        assert!(point.offset != 0, "calls return behind the first byte");
        let mut index = first_index(point.offset, count as u32) as usize;
        loop {
            let entry = &mut bytes[index * ENTRY_BYTES..][..ENTRY_BYTES];
            let taken = word(entry, 0);
            assert!(taken != point.offset, "return points differ");
            if taken == 0 {
                entry[0..4].copy_from_slice(&point.offset.to_le_bytes());
                entry[4..6].copy_from_slice(&point.words.to_le_bytes());
                entry[6..8].copy_from_slice(&point.flags.to_le_bytes());
                entry[8..12].copy_from_slice(&point.map.to_le_bytes());
                break;
            }
            index = (index + 1) % count;
        }
    }
    bytes
}

/// A table borrowed from an image.
#[derive(Clone, Copy, Debug)]
pub struct ReturnTable<'image> {
    bytes: &'image [u8],
}

impl<'image> ReturnTable<'image> {
    /// The table in `bytes`; `None` if their number is not that of a power of two of entries, or
    /// no entry is unused.
    pub fn decode(bytes: &'image [u8]) -> Option<Self> {
        let count = bytes.len() / ENTRY_BYTES;
        if count * ENTRY_BYTES != bytes.len() || (count != 0 && !count.is_power_of_two()) {
            return None;
        }
        let mut entries = bytes.chunks_exact(ENTRY_BYTES);
        (count == 0 || entries.any(|entry| word(entry, 0) == 0)).then_some(Self { bytes })
    }

    /// The table in `bytes`, which [`Self::decode`] accepted before.
    pub const fn decoded_before(bytes: &'image [u8]) -> Self {
        Self { bytes }
    }

    /// The return point at `offset`, in bytes from the start of the native code.
    #[inline(always)]
    pub fn find(self, offset: u32) -> Option<ReturnPoint> {
        let count = (self.bytes.len() / ENTRY_BYTES) as u32;
        if count == 0 || offset == 0 {
            return None;
        }
        let mut index = first_index(offset, count);
        loop {
            let entry = &self.bytes[index as usize * ENTRY_BYTES..][..ENTRY_BYTES];
            let found = word(entry, 0);
            if found == offset {
                return Some(point(entry));
            }
            if found == 0 {
                return None;
            }
            index = (index + 1) & (count - 1);
        }
    }

    /// A return point that [`Self::find`] does not find: a different one has its offset, or an unused entry lies
    /// before it. There is none in what [`encode`] writes.
    ///
    /// Searching for each point would take time that is quadratic in the size of a table made to do harm.
    pub fn lost_point(self) -> Option<ReturnPoint> {
        let entries: Vec<ReturnPoint> = self.bytes.chunks_exact(ENTRY_BYTES).map(point).collect();
        let count = entries.len();
        let unused = entries.iter().position(|entry| entry.offset == 0)?;
        // Used entries from the last unused one on: a search goes through them.
        let mut run = 0;
        for index in (unused..count).chain(0..unused) {
            let entry = entries[index];
            if entry.offset == 0 {
                run = 0;
                continue;
            }
            run += 1;
            let first = first_index(entry.offset, count as u32) as usize;
            if (index + count - first) % count >= run {
                return Some(entry);
            }
        }
        let mut points: Vec<ReturnPoint> = self.points().collect();
        points.sort_unstable_by_key(|point| point.offset);
        let mut pairs = points.array_windows();
        pairs
            .find(|[one, other]| one.offset == other.offset && one != other)
            .map(|[_, other]| *other)
    }

    /// All return points, in no meaningful order.
    pub fn points(self) -> impl Iterator<Item = ReturnPoint> + 'image {
        let entries = self.bytes.chunks_exact(ENTRY_BYTES);
        entries.filter(|entry| word(entry, 0) != 0).map(point)
    }
}

#[inline(always)]
fn point(entry: &[u8]) -> ReturnPoint {
    ReturnPoint {
        offset: word(entry, 0),
        words: word(entry, 4) as u16,
        flags: (word(entry, 4) >> 16) as u16,
        map: word(entry, 8),
    }
}

#[inline(always)]
fn word(entry: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([entry[at], entry[at + 1], entry[at + 2], entry[at + 3]])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_is_found_and_nothing_else() {
        for count in [0_u32, 1, 2, 3, 100, 1000] {
            let points: Vec<ReturnPoint> = (0..count)
                .map(|number| ReturnPoint {
                    offset: 5 + 11 * number,
                    words: 2 * (number as u16 % 9 + 1),
                    flags: (number % 2) as u16,
                    map: 77 * number,
                })
                .collect();
            let bytes = encode(&points);
            let table = ReturnTable::decode(&bytes).expect("what was encoded");
            for &point in &points {
                assert_eq!(table.find(point.offset), Some(point));
                assert_eq!(table.find(point.offset + 1), None);
            }
            assert_eq!(table.find(0), None);
            assert_eq!(table.lost_point(), None);
            assert_eq!(table.points().count(), points.len());
        }
    }

    #[test]
    fn a_point_that_a_search_does_not_find_is_told() {
        let points: Vec<ReturnPoint> = (1..60)
            .map(|number| ReturnPoint {
                offset: 7 * number,
                words: 2,
                flags: 0,
                map: number,
            })
            .collect();
        let bytes = encode(&points);
        let is_lost = |bytes: &[u8]| {
            let table = ReturnTable::decode(bytes).expect("entries and one unused");
            let is_lost = table.lost_point().is_some();
            let by_search = |point: ReturnPoint| table.find(point.offset) != Some(point);
            assert_eq!(is_lost, table.points().any(by_search));
            is_lost
        };
        let count = bytes.len() / ENTRY_BYTES;
        let mut lost = 0;
        for (one, other) in (0..count).flat_map(|one| (0..one).map(move |other| (one, other))) {
            let mut swapped = bytes.clone();
            for at in 0..ENTRY_BYTES {
                swapped.swap(one * ENTRY_BYTES + at, other * ENTRY_BYTES + at);
            }
            lost += u32::from(is_lost(&swapped));
            let mut copied = bytes.clone();
            copied.copy_within(
                one * ENTRY_BYTES..(one + 1) * ENTRY_BYTES,
                other * ENTRY_BYTES,
            );
            copied[other * ENTRY_BYTES + 8] ^= 1;
            if ReturnTable::decode(&copied).is_some() {
                lost += u32::from(is_lost(&copied));
            }
        }
        assert!(lost > 0, "swapped and copied entries are lost");
    }

    #[test]
    fn truncations_and_full_tables_are_refused() {
        let point = ReturnPoint {
            offset: 9,
            words: 2,
            flags: 0,
            map: 0,
        };
        let bytes = encode(&[point]);
        assert!(ReturnTable::decode(&bytes[..bytes.len() - 1]).is_none());
        let full = [1; ENTRY_BYTES];
        assert!(
            ReturnTable::decode(&full).is_none(),
            "a search would not end"
        );
    }
}
