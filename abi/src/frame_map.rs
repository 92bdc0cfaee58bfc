//! Frame maps: the state of every slot of a frame at one safepoint.
//!
//! Encoding, little-endian, unaligned:
//!
//! ```text
//! offset  size                 field
//! 0       2                    slot_count
//! 2       ceil(slot_count/4)   two bits a slot, the lowest bits first: a `SlotState`
//! ```
//!
//! [`crate::procedure`] numbers the slots. The return word is not a slot. Bits past `slot_count`
//! are zero. Maps with equal contents are stored once.
//!
//! # In an image
//!
//! The maps of a large frame are long, and differ in few slots. So a map of more than [`SLOTS_WHOLE_MAX`] slots shares
//! states with other maps. In an image such a map has distances in the place of states, one for each
//! [`SLOTS_PER_BLOCK`] slots:
//!
//! ```text
//! offset  size                     field
//! 0       2                        slot_count
//! 2       4 ceil(slot_count/256)   how many bytes in front of the map the block with the states of these slots starts
//! ```
//!
//! A block has 64 bytes: the states of 256 slots. The states of slots that do not exist are zero.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

/// What a slot holds at a safepoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum SlotState {
    /// Not written yet in this frame; a collector never touches it.
    Unused = 0,
    /// Held a value (tagged or raw) that is not used again; a collector ignores it, stress modes
    /// overwrite it.
    Dead = 1,
    /// An unboxed word that is used later; a collector leaves it.
    Raw = 2,
    /// A tagged value that is used later; a collector traces and updates it.
    Live = 3,
}

impl SlotState {
    /// The state with these two bits.
    #[inline(always)]
    pub const fn from_bits(bits: u8) -> Self {
        match bits & 3 {
            0 => Self::Unused,
            1 => Self::Dead,
            2 => Self::Raw,
            _ => Self::Live,
        }
    }

    /// One letter: `-` unused, `d` dead, `r` raw, `L` live.
    pub const fn letter(self) -> char {
        match self {
            Self::Unused => '-',
            Self::Dead => 'd',
            Self::Raw => 'r',
            Self::Live => 'L',
        }
    }
}

/// Bytes before the states.
pub const HEADER_BYTES: usize = 2;
/// Slots in a byte.
pub const SLOTS_PER_BYTE: usize = 4;

/// Appends the encoding of `states` to `out`.
///
/// # Panics
///
/// If there are more than 65,535 slots.
pub fn encode(states: &[SlotState], out: &mut Vec<u8>) {
    let slot_count = u16::try_from(states.len()).expect("frames have at most 65,535 slots");
    out.extend_from_slice(&slot_count.to_le_bytes());
    for group in states.chunks(SLOTS_PER_BYTE) {
        let mut byte = 0;
        for (index, &state) in group.iter().enumerate() {
            byte |= (state as u8) << (2 * index);
        }
        out.push(byte);
    }
}

/// Slots in a [`StateGroup`].
pub const SLOTS_PER_GROUP: usize = u64::BITS as usize;

/// The packed states of [`SLOTS_PER_GROUP`] slots.
pub type StateGroup = [u8; SLOTS_PER_GROUP / SLOTS_PER_BYTE];

/// Packs states that are given as their low bits and their high bits, those of the first slot lowest.
pub const fn pack(low: u64, high: u64) -> StateGroup {
    (spread(low as u128) | spread(high as u128) << 1).to_le_bytes()
}

/// Appends the encoding of `slot_count` states to `out`. The states are packed, in groups of consecutive slots.
/// States of slots that do not exist do not matter, and neither do groups that are not there: their slots are
/// unused.
pub fn encode_groups(slot_count: u16, groups: &[StateGroup], out: &mut Vec<u8>) {
    let end = out.len() + HEADER_BYTES + state_bytes(slot_count);
    out.reserve(end - out.len());
    out.extend_from_slice(&slot_count.to_le_bytes());
    let states = groups.as_flattened();
    out.extend_from_slice(&states[..states.len().min(state_bytes(slot_count))]);
    let is_complete = out.len() == end;
    out.resize(end, 0);
    let used_bits = 2 * (usize::from(slot_count) % SLOTS_PER_BYTE);
    if is_complete && used_bits != 0 {
        out[end - 1] &= (1 << used_bits) - 1;
    }
}

/// Moves bit `n` of 64 bits to bit `2 n`.
const fn spread(bits: u128) -> u128 {
    const fn every(width: u32) -> u128 {
        u128::MAX / ((1 << (2 * width)) - 1) * ((1 << width) - 1)
    }
    let mut bits = bits;
    let mut width = 32;
    while width > 0 {
        bits = (bits | bits << width) & every(width);
        width /= 2;
    }
    bits
}

/// A map of more slots shares the states of slots with others, in an image.
pub const SLOTS_WHOLE_MAX: u16 = 512;
/// Slots whose states make a block.
pub const SLOTS_PER_BLOCK: usize = 256;

const BLOCK_BYTES: usize = SLOTS_PER_BLOCK / SLOTS_PER_BYTE;
const DISTANCE_BYTES: usize = 4;

type Block = [u8; BLOCK_BYTES];

/// Writes the frame maps of an image.
#[derive(Debug, Default)]
pub struct FrameMapWriter {
    bytes: Vec<u8>,
    /// Where each block starts.
    blocks: BTreeMap<Block, usize>,
}

impl FrameMapWriter {
    /// Adds a map that [`encode`] has written, and answers at which offset it starts.
    pub fn add(&mut self, map: &[u8]) -> usize {
        let (header, states) = map.split_at(HEADER_BYTES);
        let is_whole = states.len() <= state_bytes(SLOTS_WHOLE_MAX);
        let parts = states.chunks(BLOCK_BYTES).filter(|_| !is_whole);
        let blocks: Vec<usize> = parts.map(|part| self.block(part)).collect();
        let start = self.bytes.len();
        self.bytes.extend_from_slice(header);
        if is_whole {
            self.bytes.extend_from_slice(states);
        }
        for block in blocks {
            let distance = u32::try_from(start - block).unwrap_or(u32::MAX);
            self.bytes.extend_from_slice(&distance.to_le_bytes());
        }
        start
    }

    /// All maps that were added.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    /// Where the block with these states starts, which is there or is added.
    fn block(&mut self, states: &[u8]) -> usize {
        let mut block = [0; BLOCK_BYTES];
        block[..states.len()].copy_from_slice(states);
        *self.blocks.entry(block).or_insert_with(|| {
            self.bytes.extend_from_slice(&block);
            self.bytes.len() - BLOCK_BYTES
        })
    }
}

/// How many bytes a map of so many slots takes in an image, without blocks.
#[inline]
pub const fn bytes_in_image(slot_count: u16) -> usize {
    if slot_count <= SLOTS_WHOLE_MAX {
        HEADER_BYTES + state_bytes(slot_count)
    } else {
        HEADER_BYTES + DISTANCE_BYTES * (slot_count as usize).div_ceil(SLOTS_PER_BLOCK)
    }
}

/// How many bytes in front of a map belong to the map, given its [`bytes_in_image`].
pub fn bytes_in_front(map: &[u8]) -> usize {
    let Some((header, rest)) = map.split_first_chunk::<HEADER_BYTES>() else {
        return 0;
    };
    if u16::from_le_bytes(*header) <= SLOTS_WHOLE_MAX {
        return 0;
    }
    let (distances, _) = rest.as_chunks::<DISTANCE_BYTES>();
    let distances = distances.iter().map(|&it| u32::from_le_bytes(it));
    distances.max().unwrap_or_default() as usize
}

/// A frame map.
#[derive(Clone, Copy, Debug)]
pub struct FrameMap<'image> {
    slot_count: u16,
    states: States<'image>,
}

/// The packed states of a frame map: two bits a slot.
#[derive(Clone, Copy, Debug)]
enum States<'image> {
    Whole(&'image [u8]),
    Blocks {
        /// What stands in front of the map.
        before: &'image [u8],
        distances: &'image [[u8; DISTANCE_BYTES]],
    },
}

impl<'image> FrameMap<'image> {
    /// Reads a map that [`encode`] has written, at the start of `bytes`; `None` if `bytes` is too short or has bits
    /// past the last slot.
    pub fn decode(bytes: &'image [u8]) -> Option<Self> {
        let (header, rest) = bytes.split_first_chunk::<HEADER_BYTES>()?;
        let slot_count = u16::from_le_bytes(*header);
        let states = rest.get(..state_bytes(slot_count))?;
        Self {
            slot_count,
            states: States::Whole(states),
        }
        .checked()
    }

    /// Reads the map at `offset` in the frame maps of an image; `None` if no map is there.
    pub fn in_image(maps: &'image [u8], offset: usize) -> Option<Self> {
        let (before, map) = maps.split_at_checked(offset)?;
        let (header, rest) = map.split_first_chunk::<HEADER_BYTES>()?;
        let slot_count = u16::from_le_bytes(*header);
        if slot_count <= SLOTS_WHOLE_MAX {
            return Self::decode(map);
        }
        let bytes = bytes_in_image(slot_count) - HEADER_BYTES;
        let (distances, _) = rest.get(..bytes)?.as_chunks::<DISTANCE_BYTES>();
        let is_block = |&distance: &[u8; DISTANCE_BYTES]| {
            (BLOCK_BYTES..=before.len()).contains(&(u32::from_le_bytes(distance) as usize))
        };
        if !distances.iter().all(is_block) {
            return None;
        }
        Self {
            slot_count,
            states: States::Blocks { before, distances },
        }
        .checked()
    }

    /// The map, unless bits past the last slot are set.
    fn checked(self) -> Option<Self> {
        let used_bits = 2 * (usize::from(self.slot_count) % SLOTS_PER_BYTE);
        let last = self.parts().last();
        let last = last.and_then(|part| part.last()).copied();
        if used_bits != 0 && last? >> used_bits != 0 {
            return None;
        }
        Some(self)
    }

    /// How many slots the frame has here.
    pub const fn slot_count(self) -> u16 {
        self.slot_count
    }

    /// Bytes of the encoding that [`encode`] writes.
    pub fn encoded_bytes(self) -> usize {
        HEADER_BYTES + state_bytes(self.slot_count)
    }

    /// The state of `slot`; unused past the last slot.
    pub fn state(self, slot: u16) -> SlotState {
        if slot >= self.slot_count {
            return SlotState::Unused;
        }
        let slot = usize::from(slot);
        let part = self.part(slot / SLOTS_PER_BLOCK);
        let byte = part[slot % SLOTS_PER_BLOCK / SLOTS_PER_BYTE];
        SlotState::from_bits(byte >> (2 * (slot % SLOTS_PER_BYTE)))
    }

    /// The states of all slots, in order.
    pub fn states(self) -> impl Iterator<Item = SlotState> + 'image {
        (0..self.slot_count).map(move |slot| self.state(slot))
    }

    /// The packed states, two bits a slot: [`SLOTS_PER_BLOCK`] slots a part, and what is left in the last one.
    #[inline]
    pub fn parts(self) -> impl Iterator<Item = &'image [u8]> {
        let count = usize::from(self.slot_count).div_ceil(SLOTS_PER_BLOCK);
        (0..count).map(move |index| self.part(index))
    }

    #[inline]
    fn part(self, index: usize) -> &'image [u8] {
        let start = index * BLOCK_BYTES;
        let bytes = (state_bytes(self.slot_count) - start).min(BLOCK_BYTES);
        match self.states {
            States::Whole(states) => &states[start..start + bytes],
            States::Blocks { before, distances } => {
                let distance = u32::from_le_bytes(distances[index]) as usize;
                &before[before.len() - distance..][..bytes]
            }
        }
    }
}

impl PartialEq for FrameMap<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.slot_count == other.slot_count && self.parts().eq(other.parts())
    }
}

impl Eq for FrameMap<'_> {}

/// Bytes that the states of `slot_count` slots take.
#[inline(always)]
pub const fn state_bytes(slot_count: u16) -> usize {
    (slot_count as usize).div_ceil(SLOTS_PER_BYTE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_compiler_writes_the_walker_reads() {
        for slot_count in 0..=17_u8 {
            let states: Vec<SlotState> = (0..slot_count)
                .map(|slot| SlotState::from_bits(slot % 7))
                .collect();
            let mut bytes = Vec::new();
            encode(&states, &mut bytes);
            let map = FrameMap::decode(&bytes).unwrap();
            assert_eq!(map.states().collect::<Vec<_>>(), states);
            assert_eq!(map.encoded_bytes(), bytes.len());
            assert_eq!(
                FrameMap::decode(&bytes[..bytes.len() - 1]),
                None,
                "truncated"
            );
        }
    }

    #[test]
    fn states_in_groups_are_encoded_like_states_one_by_one() {
        let state_of = |slot: usize| SlotState::from_bits((slot * slot / 3) as u8);
        let group = |index: usize| {
            let slots = || (0..SLOTS_PER_GROUP).map(|bit| (bit, state_of(64 * index + bit) as u64));
            let [low, high] = [0, 1].map(|half| {
                slots().fold(0, |bits, (bit, state)| bits | (state >> half & 1) << bit)
            });
            pack(low, high)
        };
        let groups: Vec<StateGroup> = (0..1024).map(group).collect();
        for slot_count in (0..=200_u16).chain([u16::MAX]) {
            for group_count in [0, 1, 2, groups.len()] {
                let states = (0..usize::from(slot_count)).map(|slot| {
                    let is_there = slot < SLOTS_PER_GROUP * group_count;
                    if is_there {
                        state_of(slot)
                    } else {
                        SlotState::Unused
                    }
                });
                let mut bytes = Vec::new();
                encode(&states.collect::<Vec<SlotState>>(), &mut bytes);
                let mut found = Vec::new();
                encode_groups(slot_count, &groups[..group_count], &mut found);
                assert_eq!(found, bytes, "{slot_count} in {group_count}");
            }
        }
    }

    #[test]
    fn bits_past_the_last_slot_are_refused() {
        assert!(FrameMap::decode(&[1, 0, 0b11]).is_some());
        assert_eq!(FrameMap::decode(&[1, 0, 0b0111]), None);
    }

    /// The map of some slots: all live, but for one that is raw.
    fn with_raw_slot(slot_count: u16, raw: u16) -> Vec<u8> {
        let states = (0..slot_count).map(|slot| {
            if slot == raw {
                SlotState::Raw
            } else {
                SlotState::Live
            }
        });
        let mut map = Vec::new();
        encode(&states.collect::<Vec<SlotState>>(), &mut map);
        map
    }

    #[test]
    fn maps_in_an_image_have_the_states_that_they_were_made_of() {
        let mut writer = FrameMapWriter::default();
        let counts = [0, 1, 256, 511, 512, 513, 514, 768, 1000, u16::MAX];
        let maps: Vec<Vec<u8>> = counts
            .iter()
            .flat_map(|&count| [0, 255, 256, 600].map(|raw| with_raw_slot(count, raw)))
            .collect();
        let starts: Vec<usize> = maps.iter().map(|map| writer.add(map)).collect();
        let bytes = writer.finish();
        for (map, &start) in maps.iter().zip(&starts) {
            let wanted = FrameMap::decode(map).unwrap();
            let found = FrameMap::in_image(&bytes, start).unwrap();
            assert_eq!(found, wanted);
            assert!(found.states().eq(wanted.states()));
            let end = start + bytes_in_image(found.slot_count());
            let in_front = bytes_in_front(&bytes[start..end]);
            let alone = FrameMap::in_image(&bytes[start - in_front..end], in_front);
            assert_eq!(alone, Some(wanted));
            assert_eq!(
                FrameMap::in_image(&bytes[..end - 1], start),
                None,
                "truncated"
            );
        }
    }

    #[test]
    fn maps_of_a_large_frame_share_what_they_have_in_common() {
        let mut writer = FrameMapWriter::default();
        let whole: usize = (0..4000)
            .map(|raw| {
                let map = with_raw_slot(4000, raw);
                writer.add(&map);
                map.len()
            })
            .sum();
        let shared = writer.finish().len();
        assert!(10 * shared < whole, "{shared} of {whole}");
    }

    #[test]
    fn blocks_that_are_not_there_are_refused() {
        let mut writer = FrameMapWriter::default();
        let start = writer.add(&with_raw_slot(600, 1));
        let bytes = writer.finish();
        assert!(FrameMap::in_image(&bytes, start).is_some());
        for distance in [0, BLOCK_BYTES as u32 - 1, start as u32 + 1, u32::MAX] {
            let mut damaged = bytes.clone();
            damaged[start + HEADER_BYTES..][..DISTANCE_BYTES]
                .copy_from_slice(&distance.to_le_bytes());
            assert_eq!(FrameMap::in_image(&damaged, start), None, "{distance}");
        }
        let mut damaged = bytes;
        damaged[start - 1] = 0xff;
        assert!(
            FrameMap::in_image(&damaged, start).is_some(),
            "no slot has these bits"
        );
    }
}
