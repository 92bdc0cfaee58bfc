//! The roots in frames, derived for the heap verifier by code of its own.
//!
//! Nothing here is shared with [`crate::frame_walk`]. Maps and trailers are read byte by byte, and
//! every frame of every base is walked, whatever barriers say. Only the search in the table of
//! native return points is shared.

use abi::frame_map::{SLOTS_PER_BLOCK, SLOTS_WHOLE_MAX};
use abi::procedure::{TRAILER_MAP_BEFORE, TRAILER_WORDS_BEFORE};
use gc::{Address, VerifierRoot};

use crate::mutator::State;
use crate::return_word::{BORDER_BELOW_BYTECODE_WORDS, CodeTier, StubWords};
use crate::stack::{Base, Innermost};

const TIERS: [CodeTier; 2] = [CodeTier::Bytecode, CodeTier::Native];

/// Shows `visit` every root in the frames on the stack.
pub(crate) fn each_frame_root(state: &State, visit: &mut dyn FnMut(VerifierRoot)) {
    for base in &state.stack.bases {
        walk(base, state.stubs, visit);
    }
}

fn walk(base: &Base, stubs: StubWords, visit: &mut dyn FnMut(VerifierRoot)) {
    let Some(suspended) = base.suspended else {
        return;
    };
    let mut fp = suspended.fp.address().raw();
    visit(VerifierRoot::Code {
        place: suspended.fp.address(),
        code: suspended.pc,
    });
    match suspended.innermost {
        Innermost::Arguments(count) => {
            for slot in 0..=count {
                // SAFETY: the frame holds the callee and so many arguments.
                unsafe { show(fp, slot, visit) };
            }
        }
        // SAFETY: the map describes the frame.
        Innermost::Map(map) => unsafe { show_live(fp, map.raw(), visit) },
    }
    loop {
        // SAFETY: a frame's return word stands at its frame pointer.
        let mut word = unsafe { word_at(fp) };
        if TIERS.map(|tier| stubs.barrier(tier)).contains(&word) {
            let barrier = base.barrier.expect("the barrier's base knows it");
            assert_eq!(barrier.fp.address().raw(), fp, "one barrier a base");
            word = barrier.original;
        }
        let underflows = TIERS.map(|tier| stubs.underflow(tier));
        if word == stubs.exit_base() || underflows.contains(&word) {
            return;
        }
        let address = word as usize;
        visit(VerifierRoot::Code {
            place: Address::new(fp),
            code: Address::new(address),
        });
        if word == stubs.return_to_bytecode() {
            fp += 8 * BORDER_BELOW_BYTECODE_WORDS;
            continue;
        }
        // SAFETY: the return word of a frame on the stack, whose image the frame keeps.
        let (words, map) = unsafe { frame_of(address) };
        fp += 8 * usize::from(words);
        // SAFETY: the map describes the frame that goes on after a return.
        unsafe { show_live(fp, map, visit) };
    }
}

/// The words and the map of the frame that a return to `address` leads into.
///
/// # Safety
///
/// It is the return word of a frame, and its image is kept.
unsafe fn frame_of(address: usize) -> (u16, usize) {
    // SAFETY: a return word whose image is kept, by the contract of this function.
    if let Some(point) = unsafe { loader::native_return_at(Address::new(address)) } {
        return (point.words, point.map.raw());
    }
    // SAFETY: what is no native code is bytecode, where a trailer stands before the address.
    let (words, map) = unsafe {
        (
            bytes_at(address - TRAILER_WORDS_BEFORE),
            bytes_at(address - TRAILER_MAP_BEFORE),
        )
    };
    let map = i32::from_le_bytes(map);
    (
        u16::from_le_bytes(words),
        address.wrapping_add_signed(map as isize),
    )
}

/// # Safety
///
/// A frame map lies at `map`, and describes the suspended frame at `fp`.
unsafe fn show_live(fp: usize, map: usize, visit: &mut dyn FnMut(VerifierRoot)) {
    // SAFETY: a map starts with the number of slots.
    let slot_count = usize::from(u16::from_le_bytes(unsafe { bytes_at(map) }));
    for slot in 0..slot_count {
        let (states, index) = if slot_count <= usize::from(SLOTS_WHOLE_MAX) {
            (map + 2, slot)
        } else {
            // SAFETY: a map of so many slots has a distance for each block of slots.
            let distance = unsafe { bytes_at(map + 2 + slot / SLOTS_PER_BLOCK * 4) };
            let distance = u32::from_le_bytes(distance) as usize;
            (map - distance, slot % SLOTS_PER_BLOCK)
        };
        // SAFETY: a map, or a block of it, has two bits for each slot.
        let [byte] = unsafe { bytes_at(states + index / 4) };
        if byte >> (slot % 4 * 2) & 0b11 == 0b11 {
            // SAFETY: the frame has the slots that its map counts.
            unsafe { show(fp, slot, visit) };
        }
    }
}

/// # Safety
///
/// The frame at `fp` has such a slot.
unsafe fn show(fp: usize, slot: usize, visit: &mut dyn FnMut(VerifierRoot)) {
    let place = fp - 8 * (slot + 1);
    visit(VerifierRoot::Value {
        place: Address::new(place),
        // SAFETY: a slot of the frame, by the contract of this function.
        word: unsafe { word_at(place) },
    });
}

/// # Safety
///
/// As for [`bytes_at`].
unsafe fn word_at(address: usize) -> u64 {
    // SAFETY: readable bytes, by the contract of this function.
    u64::from_le_bytes(unsafe { bytes_at(address) })
}

/// # Safety
///
/// So many initialised bytes are mapped at `address`.
unsafe fn bytes_at<const N: usize>(address: usize) -> [u8; N] {
    let bytes: *const [u8; N] = std::ptr::with_exposed_provenance(address);
    // SAFETY: readable bytes, by the contract of this function; byte arrays have no alignment.
    unsafe { bytes.read() }
}
