//! The roots in frames, derived for the heap verifier by code of its own.
//!
//! Nothing here is shared with [`crate::frame_walk`]. Maps and trailers are read byte by byte, and
//! every frame of every base is walked, whatever barriers say. Only the search in the table of
//! native return points is shared.

use abi::procedure::{TRAILER_MAP_BEFORE, TRAILER_WORDS_BEFORE};
use gc::{Address, VerifierRoot};

use crate::stack::{Base, Innermost};
use crate::state::State;
use crate::stubs::{BORDER_BELOW_BYTECODE_WORDS, CodeTier, StubWords};

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
    let mut fp = suspended.fp.raw();
    visit(VerifierRoot::Code {
        place: suspended.fp,
        code: suspended.pc,
    });
    match suspended.innermost {
        Innermost::Arguments(count) => (0..=count).for_each(|slot| show(fp, slot, visit)),
        Innermost::Map(map) => show_live(fp, map.raw(), visit),
    }
    loop {
        let mut word = word_at(fp);
        if TIERS.map(|tier| stubs.barrier(tier)).contains(&word) {
            let barrier = base.barrier.expect("the barrier's base knows it");
            assert_eq!(barrier.fp.raw(), fp, "one barrier a base");
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
        let (words, map) = frame_of(address);
        fp += 8 * usize::from(words);
        show_live(fp, map, visit);
    }
}

/// The words and the map of the frame that a return to `address` leads into.
fn frame_of(address: usize) -> (u16, usize) {
    // SAFETY: the return word of a frame keeps its image.
    if let Some(point) = unsafe { loader::native_return_at(Address::new(address)) } {
        return (point.words, point.map.raw());
    }
    let words = u16::from_le_bytes(bytes_at(address - TRAILER_WORDS_BEFORE));
    let map = i32::from_le_bytes(bytes_at(address - TRAILER_MAP_BEFORE));
    (words, address.wrapping_add_signed(map as isize))
}

fn show_live(fp: usize, map: usize, visit: &mut dyn FnMut(VerifierRoot)) {
    let slot_count = usize::from(u16::from_le_bytes(bytes_at(map)));
    for slot in 0..slot_count {
        let [byte] = bytes_at(map + 2 + slot / 4);
        if byte >> (slot % 4 * 2) & 0b11 == 0b11 {
            show(fp, slot, visit);
        }
    }
}

fn show(fp: usize, slot: usize, visit: &mut dyn FnMut(VerifierRoot)) {
    let place = fp - 8 * (slot + 1);
    visit(VerifierRoot::Value {
        place: Address::new(place),
        word: word_at(place),
    });
}

fn word_at(address: usize) -> u64 {
    u64::from_le_bytes(bytes_at(address))
}

fn bytes_at<const N: usize>(address: usize) -> [u8; N] {
    let bytes: *const [u8; N] = std::ptr::with_exposed_provenance(address);
    // SAFETY: callers name words of the stack, trailers and maps of images that frames keep.
    unsafe { bytes.read() }
}
