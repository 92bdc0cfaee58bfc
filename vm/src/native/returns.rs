//! Returns of native code that need more than a `ret`.

use abi::native::MANY_VALUES;
use abi::native::return_table::FLAG_RECEIVES;
use gc::{Address, WORD_BYTES};

use crate::continuation::next_captured;
use crate::frame_walk::{FramePointer, barrier_original};
use crate::interpreter::{Machine, deliver};
use crate::live::Live;
use crate::mutator::Mutator;
use crate::native::border::{above_border, below, frame_base};
use crate::native::driver::Next;
use crate::native::slow_path::{Waiting, guard, guard_borrowed, not_returning};
use crate::native::stubs::{Answer, SAVED_BYTES};
use crate::stubs::{BORDER_BELOW_BYTECODE_WORDS, ReturnKind, ReturnWord};

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

/// What a return of `values` from the frame at `fp`, which returns to native code, is in `rax`.
/// Where any number of values is taken, they are left for the receiver.
///
/// # Safety
///
/// `fp` is that of a native frame of the base that runs, or of the border frame above it.
pub(crate) unsafe fn value_for_native(m: &mut Mutator<'_>, fp: Address, values: &[Live]) -> u64 {
    if let &[value] = values {
        return value.bits();
    }
    // SAFETY: a frame of the base that runs, by the contract of this function.
    match receiver_of(m, unsafe { FramePointer::new(fp) }) {
        Some(word) => value_received(m, word, values),
        None => first_of(values),
    }
}

fn first_of(values: &[Live]) -> u64 {
    values.first().copied().unwrap_or(Live::UNSPECIFIED).bits()
}

/// What a return of `values` through `word`, which leads to native code or to the border of bytecode
/// (whose caller may take any number of values), is in `rax`.
pub(crate) fn value_received(m: &Mutator<'_>, word: ReturnWord, values: &[Live]) -> u64 {
    let is_border = word.address().word() == m.state().stubs.return_to_bytecode();
    if values.len() != 1 && (is_border || word.flags() & FLAG_RECEIVES != 0) {
        m.state().native.set_values(values);
        return MANY_VALUES;
    }
    first_of(values)
}

/// What a return from the frame at `fp` leads to, barriers and captures apart.
fn receiver_of(m: &mut Mutator<'_>, fp: FramePointer) -> Option<ReturnWord> {
    let stubs = m.state().stubs;
    let mut word = fp.return_word();
    let base = m.state_mut().stack.current();
    match stubs.kind(word) {
        ReturnKind::Code => {}
        ReturnKind::ExitBase => return None,
        ReturnKind::Barrier => word = barrier_original(base, stubs, word)?,
        ReturnKind::Underflow => return next_captured(base.link),
    }
    // SAFETY: return words on the stack were pushed by calls, and their images are kept.
    Some(unsafe { ReturnWord::new(word) })
}

/// The stub `return-many`: native code returns values that it left for the receiver.
pub(super) extern "C" fn return_many(waiting: Waiting) -> Answer {
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
pub(super) extern "C" fn pass_barrier_natively(waiting: Waiting, behind: usize) -> Answer {
    guard(waiting, |m| {
        // SAFETY: native code has returned through the barrier's word, right below.
        let fp = unsafe { FramePointer::new(below(Address::new(behind), WORD_BYTES)) };
        let word = m.state_mut().pass_barrier(fp);
        Ok(word.address().word())
    })
}

/// The stub for native returns into captured frames: where to go on, and the stack pointer there.
pub(super) extern "C" fn underflow_natively(mut waiting: Waiting, _behind: usize) -> Answer {
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
    Answer {
        outcome: stack_pointer,
        ..answer
    }
}

const _: () = assert!(SAVED_BYTES == 5 * WORD_BYTES);
