//! Continuations of native code: captured and reinstated without the driver.
//!
//! Two cases are tried first, outside of [`guard`], because loops run them and because they cannot
//! panic: a capture with one new frame, and the resumption of the innermost frame of a chunk.

use gc::{Address, CollectReason, Full, Outcome};

use crate::interpreter::{
    Machine, Reinstated, Values, fault, heap_exhausted, reinstate_in_base, wrong_continuation,
};
use crate::mutator::Mutator;
use crate::native::border::{below, below_native, frame_base};
use crate::native::driver::Next;
use crate::native::slow_path::{collect, guard, not_returning, raised, with_mutator};
use crate::native::stubs::{Answer, LEAVES, RETURNS, SAVED_BYTES};
use crate::stubs::{BORDER_VALUE_SLOT, CodeTier};

/// The stub `capture`: the continuation of the frame whose `rbp` is given.
pub(super) extern "C" fn capture(mutator: usize, frame_base: usize) -> Answer {
    let fp = Address::new(frame_base).offset_words(1);
    // SAFETY: only stubs call this, with the mutator of `enter`.
    match unsafe { with_mutator(mutator, |m| m.capture_native_frame(fp)) } {
        Ok(Some(word)) => Answer {
            word,
            outcome: RETURNS,
        },
        Ok(None) => capture_slowly(mutator, fp, None),
        Err(full) => capture_slowly(mutator, fp, Some(full)),
    }
}

#[cold]
#[inline(never)]
fn capture_slowly(mutator: usize, fp: Address, full: Option<Full>) -> Answer {
    guard(mutator, |m| {
        let mut outcome = full.map_or_else(|| m.capture(fp, CodeTier::Native), Err);
        loop {
            let bytes = match outcome {
                Ok(continuation) => return Ok(continuation),
                Err(full) => full.bytes,
            };
            let collected = collect(m, CollectReason::Full { bytes }, &mut []);
            if let Outcome::Exhausted { needed_bytes } = collected {
                let s = native_frame(m);
                let s = fault(m, s, |m| heap_exhausted(m, needed_bytes));
                return Err(raised(m, s));
            }
            outcome = m.capture(fp, CodeTier::Native);
        }
    })
}

fn native_frame(m: &Mutator<'_>) -> Machine {
    below_native(m, m.state().native.scheme_stack())
}

/// The stub `reinstate`: goes on at the continuation, with the values in the list.
pub(super) extern "C" fn reinstate(mutator: usize, continuation: u64, values: u64) -> Answer {
    guard(mutator, |m| {
        reinstate_any(m, continuation, Values::List(values))
    })
}

/// The stub `reinstate-value`: goes on at the continuation, with the value.
pub(super) extern "C" fn reinstate_value(mutator: usize, continuation: u64, value: u64) -> Answer {
    guard(mutator, |m| {
        reinstate_any(m, continuation, Values::One(value))
    })
}

/// Goes on at a continuation. Into native code without leaving it: the registers stand where the
/// mutator's operand says, below the return word.
fn reinstate_any(m: &mut Mutator<'_>, continuation: u64, values: Values) -> Result<u64, u64> {
    match reinstate_in_base(m, continuation, values) {
        Reinstated::At(s) => go_on(m, s),
        Reinstated::Not(wrong) => {
            let s = native_frame(m);
            let s = wrong_continuation(m, s, continuation, wrong);
            Err(raised(m, s))
        }
    }
}

fn go_on(m: &Mutator<'_>, s: Machine) -> Result<u64, u64> {
    if s.pc_address().word() != m.state().stubs.return_to_native() {
        return Err(not_returning(m, Next::Bytecode(s)));
    }
    let registers = below(s.fp_address(), SAVED_BYTES);
    m.state().native.operand().set(registers.word());
    Ok(s.slot(BORDER_VALUE_SLOT))
}

/// Where the stub `resume` goes on.
#[repr(C)]
pub(super) struct Resumed {
    /// The stack pointer: a return word stands there. 0 if [`resume_slowly`] is to do it.
    stack_pointer: usize,
    frame_base: usize,
}

/// The stub `resume`: brings the frame back where the continuation at an address goes on. The stub takes
/// its registers from the continuation.
pub(super) extern "C" fn resume(mutator: usize, continuation: usize) -> Resumed {
    let resume = |m: &mut Mutator<'_>| m.resume_native_frame(Address::new(continuation));
    // SAFETY: only stubs call this, with the mutator of `enter`.
    let frame = unsafe { with_mutator(mutator, resume) };
    frame.map_or(
        Resumed {
            stack_pointer: 0,
            frame_base: 0,
        },
        |frame| Resumed {
            stack_pointer: frame.callee.raw(),
            frame_base: frame_base(frame.top).raw(),
        },
    )
}

/// As [`reinstate_value`], of a continuation of the base that runs.
pub(super) extern "C" fn resume_slowly(mutator: usize, continuation: u64, value: u64) -> Answer {
    let answer = guard(mutator, |m| {
        let s = m.resume_with_one(continuation, value);
        go_on(m, s)
    });
    debug_assert!(
        matches!(answer.outcome, RETURNS | LEAVES),
        "it was a continuation"
    );
    answer
}
