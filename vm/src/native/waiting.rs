//! The mutator of native code that waits for a stub, and the ways out of the stub.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::interpreter::Machine;
use crate::mutator::Mutator;
use crate::native::crossing::{LEAVES, RAISES, RETURNS, StubAnswer};
use crate::native::next::Next;

/// The mutator of native code that waits for its stub.
///
/// Stubs pass it to slow paths, in a register; no code of Rust makes one. As long as a slow path has it,
/// native code waits, and nothing else names the mutator: the driver gave its exclusive reference to
/// [`super::crossing::enter`].
#[derive(Debug)]
#[repr(transparent)]
pub(super) struct Waiting(usize);

impl Waiting {
    /// Runs `body` with the mutator.
    // A closure, so that nobody picks a brand: values of two mutators would pass for those of one.
    #[inline(always)]
    pub(super) fn with_mutator<R>(
        &mut self,
        body: impl for<'id> FnOnce(&mut Mutator<'id>) -> R,
    ) -> R {
        let mutator: *mut Mutator<'_> = std::ptr::with_exposed_provenance_mut(self.0);
        // SAFETY: the word is what `enter` was given, says the type: the address of a mutator, to which the
        // driver gave its exclusive reference away while native code runs. `self` is borrowed alone.
        body(unsafe { &mut *mutator })
    }
}

/// Runs a slow path; its answer, or the outcome if it does not return. A panic does not either: it
/// goes on in the driver.
// Inlined, so that what the body names stays in registers.
#[inline(always)]
pub(super) fn guard(
    mut waiting: Waiting,
    body: impl FnOnce(&mut Mutator<'_>) -> Result<u64, u64>,
) -> StubAnswer {
    guard_borrowed(&mut waiting, body)
}

/// As [`guard`], for a slow path that needs the mutator once more.
#[inline(always)]
pub(super) fn guard_borrowed(
    waiting: &mut Waiting,
    body: impl FnOnce(&mut Mutator<'_>) -> Result<u64, u64>,
) -> StubAnswer {
    match catch_unwind(AssertUnwindSafe(|| waiting.with_mutator(body))) {
        Ok(Ok(word)) => StubAnswer {
            word,
            outcome: RETURNS,
        },
        Ok(Err(outcome)) => StubAnswer { word: 0, outcome },
        Err(panic) => panicked(waiting, panic),
    }
}

#[cold]
fn panicked(waiting: &mut Waiting, panic: Box<dyn Any + Send>) -> StubAnswer {
    waiting.with_mutator(|m| *m.state().native.panic.borrow_mut() = Some(panic));
    StubAnswer {
        word: 0,
        outcome: LEAVES,
    }
}

/// Goes on elsewhere; the callee-saved registers are lost.
pub(super) fn not_returning(m: &Mutator<'_>, next: Next) -> u64 {
    m.state().native.next.set(Some(next));
    LEAVES
}

/// Goes on with the machine, which stands below native code's border, or elsewhere.
pub(super) fn raised(m: &Mutator<'_>, s: Machine) -> u64 {
    m.state().native.next.set(Some(Next::Bytecode(s)));
    RAISES
}
