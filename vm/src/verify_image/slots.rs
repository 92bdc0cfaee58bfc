//! What the slots of a frame hold at one place of the code.
//!
//! A slot is *tagged* (it holds a value on every way to this place), only *written* (it holds some word on every way:
//! a raw one, or a value), or neither. Where ways meet, less is known.

use abi::frame_map::{FrameMap, SLOTS_PER_BYTE};

use super::error::CodeProblem;

/// Slots in a group.
const GROUP: u32 = u64::BITS;

/// Bytes of a frame map for a group of slots.
const MAP_BYTES: usize = GROUP as usize / SLOTS_PER_BYTE;

/// The slots of one group: those that are tagged, and those that are written, which the tagged ones are too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Group {
    tagged: u64,
    written: u64,
}

/// What stands behind a call until the next poll: the callee may have allocated as much as is allowed.
pub(super) const RETURNED: u32 = u32::MAX;

/// What is known at one place of the code.
#[derive(Debug, Default)]
pub(super) struct State {
    /// Groups that are not there have no written slots.
    groups: Vec<Group>,
    /// The lowest offset from which a way without a poll leads here.
    pub(super) since: u32,
    /// How many bytes may have been allocated since the last poll; or [`RETURNED`].
    pub(super) allocated: u32,
}

const fn place(slot: u32) -> (usize, u64) {
    ((slot / GROUP) as usize, 1 << (slot % GROUP))
}

impl State {
    /// Makes it a copy of another state.
    pub(super) fn copy_from(&mut self, other: &Self) {
        self.groups.clear();
        self.groups.extend_from_slice(&other.groups);
        self.since = other.since;
        self.allocated = other.allocated;
    }

    /// Makes it the state at the entry of a procedure: callers fill what its map calls live or raw.
    pub(super) fn enter(&mut self, map: FrameMap<'_>) {
        self.groups.clear();
        self.groups.extend(map_groups(map));
        self.since = 0;
        self.allocated = 0;
    }

    /// Bytes that the state takes.
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>() + size_of_val(self.groups.as_slice())
    }

    fn group(&self, index: usize) -> Group {
        self.groups.get(index).copied().unwrap_or_default()
    }

    /// Whether every slot that holds a word holds a value.
    pub(super) fn has_values_only(&self) -> bool {
        self.groups
            .iter()
            .all(|group| group.tagged == group.written)
    }

    /// The first slot from one on that holds a word.
    pub(super) fn first_written(&self, from: u32) -> Option<u32> {
        let (first, bit) = place(from);
        let written = |index: usize, group: &Group| {
            let wanted = if index == first { !(bit - 1) } else { u64::MAX };
            let written = group.written & wanted;
            (written != 0).then(|| index as u32 * GROUP + written.trailing_zeros())
        };
        let groups = self.groups.iter().enumerate().skip(first);
        groups
            .into_iter()
            .find_map(|(index, group)| written(index, group))
    }

    /// Whether a slot holds a value.
    #[inline]
    pub(super) fn is_tagged(&self, slot: u32) -> bool {
        let (index, bit) = place(slot);
        self.group(index).tagged & bit != 0
    }

    /// Whether a slot holds any word.
    #[inline]
    pub(super) fn is_written(&self, slot: u32) -> bool {
        let (index, bit) = place(slot);
        self.group(index).written & bit != 0
    }

    /// Writes a value, or else a raw word.
    #[inline]
    pub(super) fn write(&mut self, slot: u32, is_tagged: bool) {
        let (index, bit) = place(slot);
        if index >= self.groups.len() {
            self.groups.resize(index + 1, Group::default());
        }
        let group = &mut self.groups[index];
        group.written |= bit;
        if is_tagged {
            group.tagged |= bit;
        } else {
            group.tagged &= !bit;
        }
    }

    /// Keeps what is known on this way, and on another one that leads to the same place.
    pub(super) fn meet(&mut self, other: &Self) {
        self.groups.truncate(other.groups.len());
        for (group, other) in self.groups.iter_mut().zip(&other.groups) {
            group.tagged &= other.tagged;
            group.written &= other.written;
        }
        self.since = self.since.min(other.since);
        self.allocated = self.allocated.max(other.allocated);
    }

    /// Whether all that `assumed` says of slots and allocation is so here.
    pub(super) fn is_as_good_as(&self, assumed: &Self) -> bool {
        self.allocated <= assumed.allocated
            && (0..).zip(&assumed.groups).all(|(index, assumed)| {
                let found = self.group(index);
                assumed.tagged & !found.tagged == 0 && assumed.written & !found.written == 0
            })
    }

    /// A collection may look at the frame by this map. Afterwards only those slots are known that the map calls live or
    /// raw. Refuses a map that says what is not so.
    #[inline]
    pub(super) fn suspend(&mut self, map: FrameMap<'_>) -> Result<(), CodeProblem> {
        let mut count = 0;
        for (index, claimed) in map_groups(map).enumerate() {
            let found = self.group(index);
            let wrong = claimed.tagged & !found.tagged;
            if wrong != 0 {
                let slot = index as u32 * GROUP + wrong.trailing_zeros();
                return Err(CodeProblem::MapLive { slot });
            }
            let wrong = claimed.written & !found.written;
            if wrong != 0 {
                let slot = index as u32 * GROUP + wrong.trailing_zeros();
                return Err(CodeProblem::MapRaw { slot });
            }
            // What is claimed beyond the groups was refused, unless nothing is.
            if let Some(group) = self.groups.get_mut(index) {
                *group = claimed;
                count = index + 1;
            }
        }
        self.groups.truncate(count);
        Ok(())
    }
}

/// The slots that a map calls live, which are tagged and written, and those that it calls raw, which are written.
fn map_groups(map: FrameMap<'_>) -> impl Iterator<Item = Group> {
    map.parts().flat_map(|part| {
        part.chunks(MAP_BYTES).map(|bytes| {
            let mut states = [0; MAP_BYTES];
            states[..bytes.len()].copy_from_slice(bytes);
            let [first, second] = [0, 8].map(|start| {
                let half = states[start..].first_chunk().expect("sixteen bytes");
                u64::from_le_bytes(*half)
            });
            let low = even_bits(first) | even_bits(second) << 32;
            let high = even_bits(first >> 1) | even_bits(second >> 1) << 32;
            // Live is 3, raw is 2: see `SlotState`.
            Group {
                tagged: low & high,
                written: high,
            }
        })
    })
}

/// The bits with even numbers, packed.
const fn even_bits(bits: u64) -> u64 {
    let mut bits = bits & 0x5555_5555_5555_5555;
    bits = (bits | bits >> 1) & 0x3333_3333_3333_3333;
    bits = (bits | bits >> 2) & 0x0f0f_0f0f_0f0f_0f0f;
    bits = (bits | bits >> 4) & 0x00ff_00ff_00ff_00ff;
    bits = (bits | bits >> 8) & 0x0000_ffff_0000_ffff;
    (bits | bits >> 16) & 0xffff_ffff
}

#[cfg(test)]
mod tests {
    use abi::frame_map::{SlotState, encode};

    use super::*;

    fn map_of(states: &[SlotState]) -> Vec<u8> {
        let mut bytes = Vec::new();
        encode(states, &mut bytes);
        bytes
    }

    #[test]
    fn the_states_of_a_map_are_those_of_its_slots() {
        let states: Vec<SlotState> = (0..150)
            .map(|slot| SlotState::from_bits((slot * 5 / 3) as u8))
            .collect();
        let bytes = map_of(&states);
        let mut state = State::default();
        state.enter(FrameMap::decode(&bytes).unwrap());
        for (slot, &expected) in (0..).zip(&states) {
            assert_eq!(state.is_tagged(slot), expected == SlotState::Live, "{slot}");
            let is_used = matches!(expected, SlotState::Live | SlotState::Raw);
            assert_eq!(state.is_written(slot), is_used, "{slot}");
        }
        assert!(!state.is_written(150) && !state.is_written(60_000));
        for from in 0..160 {
            let expected = (from..150).find(|&slot| state.is_written(slot));
            assert_eq!(state.first_written(from), expected, "{from}");
        }
        assert!(states.contains(&SlotState::Raw) && !state.has_values_only());
    }

    #[test]
    fn what_a_map_does_not_name_is_forgotten() {
        let mut state = State::default();
        state.write(1, true);
        state.write(2, false);
        state.write(3, true);
        let bytes = map_of(&[SlotState::Unused, SlotState::Live, SlotState::Raw]);
        assert_eq!(state.suspend(FrameMap::decode(&bytes).unwrap()), Ok(()));
        assert!(state.is_tagged(1) && state.is_written(2) && !state.is_tagged(2));
        assert!(!state.is_written(3));
    }

    #[test]
    fn a_map_that_says_what_is_not_so_is_refused() {
        let mut state = State::default();
        state.write(1, false);
        let live = map_of(&[SlotState::Unused, SlotState::Live]);
        let refused = state.suspend(FrameMap::decode(&live).unwrap());
        assert_eq!(refused, Err(CodeProblem::MapLive { slot: 1 }));
        let mut raw = vec![SlotState::Dead; 100];
        raw[70] = SlotState::Raw;
        let refused = state.suspend(FrameMap::decode(&map_of(&raw)).unwrap());
        assert_eq!(refused, Err(CodeProblem::MapRaw { slot: 70 }));
    }
}
