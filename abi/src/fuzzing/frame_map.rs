//! Decoding a frame map never panics and stays inside the bytes; a decoded map encodes to the same.

use alloc::vec::Vec;

use crate::frame_map::{FrameMap, SlotState, encode};

/// Checks one input.
///
/// # Panics
///
/// When something does not hold.
pub fn check(bytes: &[u8]) {
    let Some(map) = FrameMap::decode(bytes) else {
        return;
    };
    let own = &bytes[..map.encoded_bytes()];
    let states: Vec<SlotState> = map.states().collect();
    assert_eq!(states.len(), usize::from(map.slot_count()));
    for (slot, &state) in (0..).zip(&states) {
        assert_eq!(map.state(slot), state);
        assert_eq!(SlotState::from_bits(state as u8), state);
    }
    assert_eq!(map.state(map.slot_count()), SlotState::Unused);
    let mut again = Vec::new();
    encode(&states, &mut again);
    assert_eq!(again, own, "maps with equal contents have equal bytes");
    let short = &own[..own.len() - 1];
    assert_eq!(FrameMap::decode(short), None, "a truncated map is none");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_a_frame_map_or_none(
            count in 0_u16..40,
            states in proptest::collection::vec(any::<u8>(), 0..12),
        ) {
            let bytes: Vec<u8> = count.to_le_bytes().into_iter().chain(states).collect();
            super::check(&bytes);
        }
    }

    #[test]
    fn bytes_without_a_header_are_none() {
        super::check(&[]);
        super::check(&[1]);
    }
}
