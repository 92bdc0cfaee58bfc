//! What the receiver of values in native code gets.

use abi::native::MANY_VALUES;
use abi::native::return_table::FLAG_RECEIVES;
use gc::Address;

use crate::continuation::next_captured;
use crate::frame::FramePointer;
use crate::live::Live;
use crate::mutator::Mutator;
use crate::return_barrier::barrier_original;
use crate::return_word::{ReturnKind, ReturnWord};

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
pub(super) fn receiver_of(m: &mut Mutator<'_>, fp: FramePointer) -> Option<ReturnWord> {
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
