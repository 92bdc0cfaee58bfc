//! Continuations of native code: captured and reinstated without the driver.
//!
//! Two cases are tried first, outside of [`guard`], because loops run them and because they cannot
//! panic: a capture with one new frame, and the resumption of the innermost frame of a chunk.

use gc::{Address, CollectReason, Outcome};

use crate::chunk::Continuation;
use crate::continuation::NotCaptured;
use crate::frame::{FramePointer, below};
use crate::interpreter::{
    Machine, Reinstated, Values, fault, heap_exhausted, no_list_of_values, not_a_continuation,
    reinstate_in_base, resume_with_one, stack_exhausted,
};
use crate::live::Live;
use crate::mutator::Mutator;
use crate::native::border::{below_native, frame_base};
use crate::native::crossing::{LEAVES, RETURNS, SAVED_BYTES, StubAnswer};
use crate::native::next::Next;
use crate::native::slow_path::collect;
use crate::native::waiting::{Waiting, guard, not_returning, raised};
use crate::return_word::{BORDER_VALUE_SLOT, CodeTier};

/// The stub `capture`: the continuation of the frame whose `rbp` is given.
pub(super) extern "C" fn capture(mut waiting: Waiting, frame_base: usize) -> StubAnswer {
    // SAFETY: the return word of a native frame stands above what its `rbp` points to.
    let fp = unsafe { FramePointer::new(Address::new(frame_base).offset_words(1)) };
    // SAFETY: the `rbp` is that of the native frame that waits, which has saved the registers of the frame
    // above.
    match waiting.with_mutator(|m| unsafe { m.capture_native_frame(fp) }) {
        Ok(Some(continuation)) => StubAnswer {
            word: continuation.bits(),
            outcome: RETURNS,
        },
        Ok(None) => capture_slowly(waiting, fp, None),
        Err(error) => capture_slowly(waiting, fp, Some(error)),
    }
}

#[cold]
#[inline(never)]
fn capture_slowly(waiting: Waiting, fp: FramePointer, error: Option<NotCaptured>) -> StubAnswer {
    guard(waiting, |m| {
        // SAFETY: `capture` has found the native frame that waits.
        let capture = |m: &mut Mutator<'_>| unsafe { m.capture(fp, CodeTier::Native) };
        let mut outcome = error.map_or_else(|| capture(m), Err);
        loop {
            let bytes = match outcome {
                Ok(continuation) => return Ok(continuation.bits()),
                Err(NotCaptured::Full(full)) => full.bytes,
                Err(NotCaptured::TooDeep) => {
                    let s = native_frame(m);
                    let s = stack_exhausted(m, s);
                    return Err(raised(m, s));
                }
            };
            let collected = collect(m, CollectReason::Full { bytes }, &mut []);
            if let Outcome::Exhausted { needed_bytes } = collected {
                let s = native_frame(m);
                let s = fault(m, s, |m| heap_exhausted(m, needed_bytes));
                return Err(raised(m, s));
            }
            outcome = capture(m);
        }
    })
}

fn native_frame(m: &Mutator<'_>) -> Machine {
    below_native(m, m.state().native.waiting())
}

/// The stub `reinstate`: goes on at the continuation, with the values in the list.
pub(super) extern "C" fn reinstate(
    waiting: Waiting,
    continuation: Live,
    values: Live,
) -> StubAnswer {
    guard(waiting, |m| {
        reinstate_any(m, continuation, Values::List(values))
    })
}

/// The stub `reinstate-value`: goes on at the continuation, with the value.
pub(super) extern "C" fn reinstate_value(
    waiting: Waiting,
    continuation: Live,
    value: Live,
) -> StubAnswer {
    guard(waiting, |m| {
        reinstate_any(m, continuation, Values::One(value))
    })
}

/// Goes on at a continuation. Into native code without leaving it: the registers stand where the
/// mutator's operand says, below the return word.
fn reinstate_any(m: &mut Mutator<'_>, continuation: Live, values: Values) -> Result<u64, u64> {
    match reinstate_in_base(m, continuation, values) {
        Reinstated::At(s) => go_on(m, s),
        Reinstated::NotOne => {
            let s = native_frame(m);
            let s = not_a_continuation(m, s, continuation);
            Err(raised(m, s))
        }
        Reinstated::NoList(values) => {
            let s = native_frame(m);
            let s = no_list_of_values(m, s, values);
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
    // SAFETY: the machine stands in the border frame, where what is returned was left.
    Ok(unsafe { s.word(BORDER_VALUE_SLOT) })
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
pub(super) extern "C" fn resume(mut waiting: Waiting, continuation: usize) -> Resumed {
    // SAFETY: native code has checked that it is a continuation of the base that runs, and passes where it
    // starts.
    let continuation = unsafe { Continuation::at(Address::new(continuation)) };
    let frame = waiting.with_mutator(|m| m.resume_native_frame(continuation));
    frame.map_or(
        Resumed {
            stack_pointer: 0,
            frame_base: 0,
        },
        |frame| Resumed {
            stack_pointer: frame.callee.address().raw(),
            frame_base: frame_base(frame.top).raw(),
        },
    )
}

/// As [`reinstate_value`], of a continuation of the base that runs.
pub(super) extern "C" fn resume_slowly(
    waiting: Waiting,
    continuation: Live,
    value: Live,
) -> StubAnswer {
    let answer = guard(waiting, |m| {
        // SAFETY: the word was live when it was passed, and nothing was collected since.
        let found = Continuation::of(unsafe { continuation.value() });
        let found = found.expect("native code has checked that it is a continuation");
        let s = resume_with_one(m, found, value);
        go_on(m, s)
    });
    debug_assert!(
        matches!(answer.outcome, RETURNS | LEAVES),
        "it was a continuation"
    );
    answer
}
