//! The return barrier of a base: put up, taken away, and passed.
//!
//! Frames older than the barrier were seen by a collection and did not run since.

use crate::frame::FramePointer;
use crate::frame_walk::return_word;
use crate::mutator::State;
use crate::return_word::{ReturnKind, ReturnWord, StubWords};
use crate::stack::{Barrier, Base};

/// After a return through a barrier, the next one is put so many bytes up the stack.
const BARRIER_STEP_BYTES: usize = 8 << 10;

/// Puts the original return word back where `base` has a barrier.
pub(crate) fn remove_barrier(base: &mut Base) {
    if let Some(Barrier { fp, original }) = base.barrier.take() {
        // SAFETY: the frame is still suspended or running, else the barrier were gone.
        unsafe { fp.set_return_word(original) };
    }
}

/// Moves the barrier of `base` to its innermost frame: everything older was just seen.
pub(crate) fn renew_barrier(base: &mut Base, stubs: StubWords) {
    remove_barrier(base);
    if let Some(suspended) = base.suspended {
        install_barrier(base, stubs, suspended.fp);
    }
}

fn install_barrier(base: &mut Base, stubs: StubWords, fp: FramePointer) {
    if let Some(word) = return_word(base, stubs, fp) {
        base.barrier = Some(Barrier {
            fp,
            original: word.address().word(),
        });
        // SAFETY: a frame of the base, which is on the stack; the base knows the original word.
        unsafe { fp.set_return_word(stubs.barrier(word.tier())) };
    }
}

/// The return word that a barrier replaced, if `word` is that of the base's barrier.
pub(crate) fn barrier_original(base: &Base, stubs: StubWords, word: u64) -> Option<u64> {
    if stubs.kind(word) != ReturnKind::Barrier {
        return None;
    }
    let barrier = base.barrier;
    Some(
        barrier
            .expect("a barrier on the stack is known to its base")
            .original,
    )
}

/// Takes the barrier of `base` away, through which the frame at `fp` is returning, and puts one up
/// some older frame. The original return word.
pub(crate) fn pass_barrier(base: &mut Base, stubs: StubWords, fp: FramePointer) -> ReturnWord {
    let barrier = base
        .barrier
        .expect("a barrier on the stack is known to its base");
    assert_eq!(
        barrier.fp, fp,
        "the barrier stands where the return went through"
    );
    remove_barrier(base);
    let original = return_word(base, stubs, fp).expect("barriers replace words that lead to code");
    let mut older = fp;
    while let Some(word) = return_word(base, stubs, older) {
        // SAFETY: the frame's return word, barriers apart.
        older = unsafe { older.above(word) };
        if older.address().bytes_after(fp.address()) >= BARRIER_STEP_BYTES {
            break;
        }
    }
    install_barrier(base, stubs, older);
    original
}

impl State {
    /// Takes the barrier of the base that runs away, through which the frame at `fp` is returning, and puts
    /// one up some older frame. The original return word.
    pub(crate) fn pass_barrier(&mut self, fp: FramePointer) -> ReturnWord {
        let word = pass_barrier(self.stack.current(), self.stubs, fp);
        self.note_barrier();
        word
    }

    /// Tells unwinders where the barrier of the base that runs stands. They believe it of the return word
    /// before that place only, which says itself whether it is a barrier's.
    pub(crate) fn note_barrier(&self) {
        let barrier = self.stack.bases.last().and_then(|base| base.barrier);
        let words = barrier.map_or([0; 2], |barrier| {
            [
                barrier.fp.address().offset_words(1).word(),
                barrier.original,
            ]
        });
        for (place, word) in self.native.barrier.iter().zip(words) {
            place.set(word);
        }
    }
}
