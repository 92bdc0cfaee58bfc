//! Returns of native code that need more than a `ret`.

use abi::native::MANY_VALUES;
use gc::{Address, WORD_BYTES};

use crate::frame::{FramePointer, below};
use crate::interpreter::{Machine, deliver};
use crate::live::Live;
use crate::mutator::Mutator;
use crate::native::border::{above_border, frame_base};
use crate::native::crossing::{SAVED_BYTES, StubAnswer};
use crate::native::next::Next;
use crate::native::receiver::{receiver_of, value_for_native};
use crate::native::waiting::{Waiting, guard, guard_borrowed, not_returning};
use crate::return_word::{BORDER_BELOW_BYTECODE_WORDS, ReturnKind};

/// Goes on in bytecode with what native code returned: one value, or those that were left on the way
/// through a border that only captured frames are above.
///
/// # Safety
///
/// Native code has just returned through the stub `return-to-bytecode`, with its stack pointer there.
pub(super) unsafe fn return_to_bytecode(m: &mut Mutator<'_>, stack_pointer: Address) -> Machine {
    // SAFETY: native code has returned through the word below, by the contract of this function.
    let returned = unsafe { FramePointer::new(below(stack_pointer, WORD_BYTES)) };
    // SAFETY: it led into the border frame.
    let s = unsafe { above_border(returned, BORDER_BELOW_BYTECODE_WORDS) };
    let value = m.state().native.operand().get();
    if value == MANY_VALUES {
        // SAFETY: native code left the values there as it returned.
        let values = unsafe { m.state().native.values() };
        return deliver(m, s, &values);
    }
    // SAFETY: what native code returns is a value.
    deliver(m, s, &[unsafe { Live::new(value) }])
}

/// The stub `return-many`: native code returns values that it left for the receiver.
pub(super) extern "C" fn return_many(waiting: Waiting) -> StubAnswer {
    guard(waiting, |m| {
        let fp = m.state().native.waiting();
        // SAFETY: native code left the values there, and waits.
        let values = unsafe { m.state().native.values() };
        let to_bytecode = m.state().stubs.return_to_bytecode();
        if receiver_of(m, fp).is_none_or(|word| word.address().word() != to_bytecode) {
            // SAFETY: the native frame that waits.
            return Ok(unsafe { value_for_native(m, fp.address(), &values) });
        }
        let s = below_border(m, fp);
        let s = deliver(m, s, &values);
        Err(not_returning(m, Next::Bytecode(s)))
    })
}

/// The machine in the frame that returns to bytecode, in place of the native frame at `fp`, which returns
/// into the border below bytecode.
fn below_border(m: &mut Mutator<'_>, fp: FramePointer) -> Machine {
    let stubs = m.state().stubs;
    match stubs.kind(fp.return_word()) {
        ReturnKind::Underflow => {
            m.restore_frame();
            let top = m.state_mut().stack.current().top;
            // SAFETY: the border frame was just restored: it ends with its return word, and nothing of the
            // code that this leads to is run in the frame that returns.
            return unsafe { Machine::at(Address::from_word(top.return_word()), top.address()) };
        }
        ReturnKind::Barrier => {
            m.state_mut().pass_barrier(fp);
        }
        ReturnKind::Code | ReturnKind::ExitBase => {}
    }
    // SAFETY: the return word leads into the border frame, which is on the stack.
    unsafe { above_border(fp, BORDER_BELOW_BYTECODE_WORDS) }
}

/// The stub for native returns through a barrier: where to go on.
pub(super) extern "C" fn pass_barrier_natively(waiting: Waiting, behind: usize) -> StubAnswer {
    guard(waiting, |m| {
        // SAFETY: native code has returned through the barrier's word, right below.
        let fp = unsafe { FramePointer::new(below(Address::new(behind), WORD_BYTES)) };
        let word = m.state_mut().pass_barrier(fp);
        Ok(word.address().word())
    })
}

/// The stub for native returns into captured frames: where to go on, and the stack pointer there.
pub(super) extern "C" fn underflow_natively(mut waiting: Waiting, _behind: usize) -> StubAnswer {
    let answer = guard_borrowed(&mut waiting, |m| {
        let frame = m.restore_frame();
        let frame = frame.expect("native frames are not the first of a base");
        let top = m.state_mut().stack.current().top;
        m.state().native.frame_base.set(frame_base(top).raw());
        let callee = below(top.address(), frame.words * WORD_BYTES);
        m.state()
            .native
            .operand()
            .set(callee.offset_words(1).word());
        Ok(frame.resume)
    });
    let stack_pointer = waiting.with_mutator(|m| m.state().native.operand().get());
    StubAnswer {
        outcome: stack_pointer,
        ..answer
    }
}

const _: () = assert!(SAVED_BYTES == 5 * WORD_BYTES);
