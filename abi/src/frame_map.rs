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

/// A frame map borrowed from an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameMap<'image> {
    slot_count: u16,
    states: &'image [u8],
}

impl<'image> FrameMap<'image> {
    /// Reads the map at the start of `bytes`; `None` if `bytes` is too short or has bits past the
    /// last slot.
    pub fn decode(bytes: &'image [u8]) -> Option<Self> {
        let (header, rest) = bytes.split_first_chunk::<HEADER_BYTES>()?;
        let slot_count = u16::from_le_bytes(*header);
        let states = rest.get(..state_bytes(slot_count))?;
        let used_bits = 2 * (usize::from(slot_count) % SLOTS_PER_BYTE);
        if used_bits != 0 && states.last()? >> used_bits != 0 {
            return None;
        }
        Some(Self { slot_count, states })
    }

    /// How many slots the frame has here.
    pub const fn slot_count(self) -> u16 {
        self.slot_count
    }

    /// Bytes of the encoding.
    pub fn encoded_bytes(self) -> usize {
        HEADER_BYTES + self.states.len()
    }

    /// The state of `slot`; unused past the last slot.
    pub fn state(self, slot: u16) -> SlotState {
        if slot >= self.slot_count {
            return SlotState::Unused;
        }
        let byte = self.states[usize::from(slot) / SLOTS_PER_BYTE];
        SlotState::from_bits(byte >> (2 * (usize::from(slot) % SLOTS_PER_BYTE)))
    }

    /// The states of all slots, in order.
    pub fn states(self) -> impl Iterator<Item = SlotState> + 'image {
        (0..self.slot_count).map(move |slot| self.state(slot))
    }

    /// The packed states: two bits a slot.
    pub const fn state_bytes(self) -> &'image [u8] {
        self.states
    }
}

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
}
