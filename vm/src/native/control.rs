//! Continuations of native code: captured and reinstated without leaving it.

use gc::{Address, CollectReason, Outcome};

use crate::interpreter::{
    Reinstated, fault, heap_exhausted, reinstate_in_base, wrong_continuation,
};
use crate::mutator::Mutator;
use crate::native::border::{below, below_native};
use crate::native::driver::Next;
use crate::native::slow_path::{collect, guard, not_returning, raised};
use crate::native::stubs::{Answer, SAVED_BYTES};
use crate::stubs::{BORDER_VALUE_SLOT, CodeTier};

/// The stub `capture`: the continuation of the frame whose `rbp` is given.
pub(super) extern "C" fn capture(mutator: usize, frame_base: usize) -> Answer {
    guard(mutator, |m| {
        let fp = Address::new(frame_base).offset_words(1);
        loop {
            let bytes = match m.capture(fp, CodeTier::Native) {
                Ok(continuation) => return Ok(continuation),
                Err(full) => full.bytes,
            };
            let outcome = collect(m, CollectReason::Full { bytes }, &mut []);
            if let Outcome::Exhausted { needed_bytes } = outcome {
                let s = native_frame(m);
                let s = fault(m, s, |m| heap_exhausted(m, needed_bytes));
                return Err(raised(m, s));
            }
        }
    })
}

fn native_frame(m: &Mutator<'_>) -> crate::interpreter::Machine {
    below_native(m, m.state().native.scheme_stack())
}

/// The stub `reinstate`: goes on at the continuation, with the values in the list. Into native code
/// without leaving it: the registers stand where the mutator's operand says, below the return word.
pub(super) extern "C" fn reinstate(mutator: usize, continuation: u64, values: u64) -> Answer {
    guard(mutator, |m| {
        let s = match reinstate_in_base(m, continuation, values) {
            Reinstated::At(s) => s,
            Reinstated::Not(wrong) => {
                let s = native_frame(m);
                let s = wrong_continuation(m, s, continuation, wrong);
                return Err(raised(m, s));
            }
        };
        if s.pc_address().word() != m.state().stubs.return_to_native() {
            return Err(not_returning(m, Next::Bytecode(s)));
        }
        let registers = below(s.fp_address(), SAVED_BYTES);
        m.state().native.operand.set(registers.word());
        Ok(s.slot(BORDER_VALUE_SLOT))
    })
}
