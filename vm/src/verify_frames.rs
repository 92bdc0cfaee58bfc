//! The roots in frames, derived for the heap verifier by code of its own.
//!
//! Nothing here is shared with [`crate::frame_walk`]: maps and trailers are read byte by byte, and
//! all of every base is walked, whatever barriers say.

use abi::procedure::{TRAILER_MAP_BEFORE, TRAILER_WORDS_BEFORE};
use gc::{Address, VerifierRoot};

use crate::stack::{Base, Innermost};
use crate::state::State;

/// Shows `visit` every root in the frames on the stack.
pub(crate) fn each_frame_root(state: &State, visit: &mut dyn FnMut(VerifierRoot)) {
    for base in &state.stack.bases {
        let barrier = state.stubs.barrier();
        let ends = [state.stubs.exit_base(), state.stubs.underflow()];
        walk(base, barrier, ends, visit);
    }
}

fn walk(base: &Base, barrier: u64, ends: [u64; 2], visit: &mut dyn FnMut(VerifierRoot)) {
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
        if word == barrier {
            let barrier = base.barrier.expect("the barrier's base knows it");
            assert_eq!(barrier.fp.raw(), fp, "one barrier a base");
            word = barrier.original;
        }
        if ends.contains(&word) {
            return;
        }
        let address = word as usize;
        visit(VerifierRoot::Code {
            place: Address::new(fp),
            code: Address::new(address),
        });
        let words = u16::from_le_bytes(bytes_at(address - TRAILER_WORDS_BEFORE));
        let map = i32::from_le_bytes(bytes_at(address - TRAILER_MAP_BEFORE));
        fp += 8 * usize::from(words);
        show_live(fp, address.wrapping_add_signed(map as isize), visit);
    }
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
