//! Continuations of the base that runs: the base goes on there.

use crate::chunk::Continuation;
use crate::interpreter::machine::Machine;
use crate::interpreter::returns::{resume, resume_with_value};
use crate::live::Live;
use crate::mutator::Mutator;
use crate::return_word::CodeTier;

/// Resumes the continuation, one of the current base, with the values in a list.
pub(crate) fn resume_with_list(
    m: &mut Mutator<'_>,
    continuation: Continuation,
    list: Live,
) -> Machine {
    prepare_resumption(m, continuation);
    // SAFETY: the word was live when it was passed, and nothing was collected since.
    let list = unsafe { list.value() };
    let words = m.elements(list).map(Live::of).collect::<Vec<_>>();
    resume(m, &words)
}

/// Resumes the continuation, one of the current base, with one value.
#[inline]
pub(crate) fn resume_with_one(
    m: &mut Mutator<'_>,
    continuation: Continuation,
    value: Live,
) -> Machine {
    let tier = prepare_resumption(m, continuation);
    resume_with_value(m, tier, value)
}

#[inline]
fn prepare_resumption(m: &mut Mutator<'_>, continuation: Continuation) -> CodeTier {
    if m.state().stack.in_headroom {
        m.set_in_headroom(false);
    }
    m.set_continuation(continuation)
}
