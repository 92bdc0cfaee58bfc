//! Returns of native code that need more than a `ret`.

use abi::native::MANY_VALUES;
use abi::native::return_table::FLAG_RECEIVES;
use abi::tag;
use gc::{Address, WORD_BYTES};

use crate::continuation::next_captured;
use crate::frame_walk::barrier_original;
use crate::interpreter::{Machine, deliver};
use crate::mutator::Mutator;
use crate::native::border::{below, frame_base};
use crate::native::driver::Next;
use crate::native::slow_path::{guard, not_returning, with_mutator};
use crate::native::stubs::{Answer, SAVED_BYTES};
use crate::stubs::{BORDER_BELOW_BYTECODE_WORDS, ReturnKind, ReturnWord};

/// Goes on in bytecode with what native code returned: one value, or those that were left on the way
/// through a border that only captured frames are above.
pub(super) fn return_to_bytecode(m: &mut Mutator<'_>, stack_pointer: Address) -> Machine {
    let fp = stack_pointer.offset_words(BORDER_BELOW_BYTECODE_WORDS - 1);
    let value = m.state().native.operand().get();
    // SAFETY: the border frame's return word.
    let word = unsafe { fp.load_word() };
    let s = Machine::at(Address::from_word(word), fp);
    if value == MANY_VALUES {
        let values = m.state().native.values();
        return deliver(m, s, &values);
    }
    deliver(m, s, &[value])
}

/// What a return of `values` from the frame at `fp`, which returns to native code, is in `rax`.
/// Where any number of values is taken, they are left for the receiver.
pub(crate) fn value_for_native(m: &mut Mutator<'_>, fp: Address, values: &[u64]) -> u64 {
    if let &[value] = values {
        return value;
    }
    match receiver_of(m, fp) {
        Some(word) => value_received(m, word, values),
        None => values.first().copied().unwrap_or(tag::UNSPECIFIED),
    }
}

/// What a return of `values` through `word`, which leads to native code or to the border of bytecode
/// (whose caller may take any number of values), is in `rax`.
pub(crate) fn value_received(m: &Mutator<'_>, word: ReturnWord, values: &[u64]) -> u64 {
    let is_border = word.address().word() == m.state().stubs.return_to_bytecode();
    if values.len() != 1 && (is_border || word.flags() & FLAG_RECEIVES != 0) {
        m.state().native.set_values(values);
        return MANY_VALUES;
    }
    values.first().copied().unwrap_or(tag::UNSPECIFIED)
}

/// What a return from the frame at `fp` leads to, barriers and captures apart.
fn receiver_of(m: &mut Mutator<'_>, fp: Address) -> Option<ReturnWord> {
    let stubs = m.state().stubs;
    // SAFETY: callers name a frame of the current base.
    let mut word = unsafe { fp.load_word() };
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
pub(super) extern "C" fn return_many(mutator: usize) -> Answer {
    guard(mutator, |m| {
        let fp = m.state().native.scheme_stack();
        let values = m.state().native.values();
        let to_bytecode = m.state().stubs.return_to_bytecode();
        if receiver_of(m, fp).is_none_or(|word| word.address().word() != to_bytecode) {
            return Ok(value_for_native(m, fp, &values));
        }
        let fp = border_above(m, fp);
        // SAFETY: the border frame's return word.
        let word = unsafe { fp.load_word() };
        let s = deliver(m, Machine::at(Address::from_word(word), fp), &values);
        Err(not_returning(m, Next::Bytecode(s)))
    })
}

/// The frame pointer of the border frame that the frame at `fp` returns to, on the stack.
fn border_above(m: &mut Mutator<'_>, fp: Address) -> Address {
    let stubs = m.state().stubs;
    // SAFETY: the caller names a frame of the current base.
    match stubs.kind(unsafe { fp.load_word() }) {
        ReturnKind::Underflow => {
            m.restore_frame();
            return m.state_mut().stack.current().top;
        }
        ReturnKind::Barrier => {
            m.state_mut().pass_barrier(fp);
        }
        ReturnKind::Code | ReturnKind::ExitBase => {}
    }
    fp.offset_words(BORDER_BELOW_BYTECODE_WORDS)
}

/// The stub for native returns through a barrier: where to go on.
pub(super) extern "C" fn pass_barrier_natively(mutator: usize, behind: usize) -> Answer {
    guard(mutator, |m| {
        let fp = below(Address::new(behind), WORD_BYTES);
        let word = m.state_mut().pass_barrier(fp);
        Ok(word.address().word())
    })
}

/// The stub for native returns into captured frames: where to go on, and the stack pointer there.
pub(super) extern "C" fn underflow_natively(mutator: usize, _behind: usize) -> Answer {
    let answer = guard(mutator, |m| {
        let frame = m.restore_frame();
        let frame = frame.expect("native frames are not the first of a base");
        let top = m.state_mut().stack.current().top;
        m.state().native.frame_base.set(frame_base(top).raw());
        let callee = below(top, frame.words * WORD_BYTES);
        m.state()
            .native
            .operand()
            .set(callee.offset_words(1).word());
        Ok(frame.resume)
    });
    // SAFETY: as in `guard`.
    let stack_pointer = unsafe { with_mutator(mutator, |m| m.state().native.operand().get()) };
    Answer {
        outcome: stack_pointer,
        ..answer
    }
}

const _: () = assert!(SAVED_BYTES == 5 * WORD_BYTES);
