//! Returns, and the stubs that they may lead to.

use abi::condition::ConditionKind;
use gc::{Address, WORD_BYTES};
use smallvec::SmallVec;

use crate::chunk::CapturedFrame;
use crate::error::{Irritant, Raise};
use crate::interpreter::enter::fault;
use crate::interpreter::machine::Machine;
use crate::interpreter::operand::{Count, Flag, Into, Local, Opcode};
use crate::live::Live;
use crate::mutator::Mutator;
use crate::native::{border_below_restored, value_for_native, value_received};
use crate::return_word::{BORDER_BELOW_NATIVE_WORDS, CodeTier, ReturnKind, ReturnWord, Trailer};
use crate::value::Value;

#[inline(always)]
pub(super) fn return_value(_: &mut Mutator<'_>, s: Machine, src: Local) -> Machine {
    return_from(s, s.get(src))
}

/// The machine after a return of `value` from the frame of `s`.
#[inline(always)]
pub(super) fn return_from(s: Machine, value: Live) -> Machine {
    let word = s.fp().return_word();
    // SAFETY: calls and bases push return words with trailers, and the images are kept; the frame that
    // made the call lies above.
    unsafe { return_to(s, Trailer::new(word), value) }
}

/// The machine after a return of `value` through `word` from the frame of `s`.
///
/// # Safety
///
/// `word` is the return word of that frame, as it was before any barrier: above lies a frame of the size
/// that the trailer says.
#[inline(always)]
unsafe fn return_to(s: Machine, word: Trailer, value: Live) -> Machine {
    let fp = s.fp_address().offset_words(word.words());
    // SAFETY: the frame that goes on, by the contract of this function; its return word keeps the code.
    let above = unsafe { Machine::at(word.address(), fp) };
    // SAFETY: the trailer names the slot for the result.
    unsafe { above.set_slot(word.dst(), value) };
    above
}

#[inline(always)]
pub(super) fn return_values(
    m: &mut Mutator<'_>,
    s: Machine,
    first: Local,
    count: Count,
) -> Machine {
    return_values_slowly(m, s, first, count)
}

#[inline(never)]
fn return_values_slowly(m: &mut Mutator<'_>, s: Machine, first: Local, count: Count) -> Machine {
    let values = s.values(first, count).collect::<SmallVec<[Live; 8]>>();
    deliver(m, s, &values)
}

/// Returns `values` from the frame of `s`, whatever its return word leads to.
pub(crate) fn deliver(m: &mut Mutator<'_>, s: Machine, values: &[Live]) -> Machine {
    let stubs = m.state().stubs;
    let first = values.first().copied().unwrap_or(Live::UNSPECIFIED);
    let word = s.fp().return_word();
    match stubs.kind(word) {
        // SAFETY: the stub `exit-base` has a trailer of zeros: the machine stays in the frame.
        ReturnKind::ExitBase => unsafe { return_to(s, Trailer::new(word), first) },
        // SAFETY: the return word of the frame, which the call pushed, with a trailer.
        ReturnKind::Code => unsafe { return_all_to(m, s, Trailer::new(word), values) },
        ReturnKind::Barrier => {
            let word = m.state_mut().pass_barrier(s.fp());
            // SAFETY: the return word of the frame, as it was before the barrier.
            unsafe { return_all_to(m, s, word.trailer(), values) }
        }
        ReturnKind::Underflow => resume(m, values),
    }
}

/// Returns `values` into the next older captured frame, or out of the base if there is none.
pub(crate) fn resume(m: &mut Mutator<'_>, values: &[Live]) -> Machine {
    let Some(frame) = m.restore_frame() else {
        return m.exit_base_with(values.first().copied().unwrap_or(Live::UNSPECIFIED));
    };
    // SAFETY: the base goes on there.
    let word = unsafe { frame.return_word() };
    if word.tier() == CodeTier::Native {
        return resume_natively(m, word, values);
    }
    // SAFETY: the frame is the one just restored, of bytecode.
    let below = unsafe { below_restored_frame(m, frame) };
    // SAFETY: the restored frame lies above, of the size that its return word says.
    unsafe { return_all_to(m, below, word.trailer(), values) }
}

/// Returns `values` into the native frame that was just restored, into which `word` leads.
#[inline(always)]
fn resume_natively(m: &mut Mutator<'_>, word: ReturnWord, values: &[Live]) -> Machine {
    if word.address().word() == m.state().stubs.return_to_bytecode() {
        // The frame is a border: there is bytecode above.
        let fp = m.state_mut().stack.current().top;
        // SAFETY: the bytecode frame of which the border was restored returns from there, through the word
        // at the base's top; nothing of it is run any more.
        let border = unsafe { Machine::at(word.address(), fp.address()) };
        return deliver(m, border, values);
    }
    let value = value_received(m, word, values);
    border_below_restored(m, word, value)
}

/// Returns `values` through `word`, which leads to code, from the frame of `s`.
///
/// # Safety
///
/// As for [`return_to`].
unsafe fn return_all_to(
    m: &mut Mutator<'_>,
    s: Machine,
    word: Trailer,
    values: &[Live],
) -> Machine {
    if word.address().word() == m.state().stubs.return_to_native() {
        let border = s.fp_address().offset_words(BORDER_BELOW_NATIVE_WORDS);
        // SAFETY: the frame above the border frame is native, on the base that runs.
        let word_for_native = unsafe { value_for_native(m, border, values) };
        // SAFETY: the border frame lies above, by the contract of this function.
        let above = unsafe { return_to(s, word, Live::UNSPECIFIED) };
        // SAFETY: the border frame has this slot; its map calls it raw.
        unsafe { above.set_word(word.dst(), word_for_native) };
        return above;
    }
    let first = values.first().copied().unwrap_or(Live::UNSPECIFIED);
    // SAFETY: the frame above goes on, by the contract of this function.
    let above = unsafe { return_to(s, word, first) };
    if above.next_opcode() != Opcode::Receive as u8 {
        return above;
    }
    let mut after = above;
    after.pass_opcode();
    // SAFETY: the opcode was just read, and `receive` has these operands.
    let (first, required, rest) = unsafe {
        (
            after.fetch::<Into>(),
            after.fetch::<Count>(),
            after.fetch::<Flag>(),
        )
    };
    distribute(m, after, first, required, rest, values)
}

/// Returns one value into the next older captured frame, which is of this tier, or out of the base if
/// there is none.
#[inline]
pub(crate) fn resume_with_value(m: &mut Mutator<'_>, tier: CodeTier, value: Live) -> Machine {
    let Some(frame) = m.restore_frame() else {
        return m.exit_base_with(value);
    };
    if tier == CodeTier::Native {
        // SAFETY: the base goes on there.
        let word = unsafe { frame.return_word() };
        return resume_natively(m, word, &[value]);
    }
    // A `receive` that stands there takes the value from the slot where it is put.
    // SAFETY: bytecode returns there, and the base keeps it.
    let word = unsafe { Trailer::new(frame.resume) };
    // SAFETY: the frame is the one just restored, of bytecode.
    let below = unsafe { below_restored_frame(m, frame) };
    // SAFETY: the restored frame lies above, of the size that its return word says.
    unsafe { return_to(below, word, value) }
}

/// The machine in the frame that the frame just restored called, as it returns.
///
/// # Safety
///
/// `frame` was restored right before, and is one of bytecode.
#[inline(always)]
unsafe fn below_restored_frame(m: &mut Mutator<'_>, frame: CapturedFrame) -> Machine {
    let top = m.state_mut().stack.current().top;
    let fp = top
        .address()
        .offset_bytes((frame.words * WORD_BYTES).wrapping_neg());
    // SAFETY: the frame ends at the base's top, by the contract of this function; it keeps the code, of
    // which nothing is run in the frame below.
    unsafe { Machine::at(Address::from_word(frame.resume), fp) }
}

/// Puts `values` where a `receive` wants them.
fn distribute(
    m: &mut Mutator<'_>,
    s: Machine,
    first: Into,
    required: Count,
    rest: Flag,
    values: &[Live],
) -> Machine {
    let has_rest = rest.0 != 0;
    let (first, required) = (first.number(), required.number());
    let count = usize::from(required);
    if values.len() < count || (values.len() > count && !has_rest) {
        let wanted = Wanted {
            required: required.into(),
            has_rest,
        };
        return wrong_value_count(m, s, wanted, values);
    }
    for (slot, &value) in (first..).zip(&values[..count]) {
        // SAFETY: `receive` names so many slots, from `first` on.
        unsafe { s.set_slot(slot, value) };
    }
    if has_rest {
        let list = Live::of(list_of(m, &values[count..]));
        // SAFETY: `receive` names a slot for the rest, too.
        unsafe { s.set_slot(first + required, list) };
    }
    s
}

/// How many values somebody takes.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    pub(super) required: i64,
    /// Whether there may be more.
    pub(super) has_rest: bool,
}

/// Raises `wrong-value-count`: other values came than the `wanted` ones.
pub(super) fn wrong_value_count(
    m: &mut Mutator<'_>,
    s: Machine,
    wanted: Wanted,
    values: &[Live],
) -> Machine {
    fault(m, s, |m| {
        Raise::condition(
            ConditionKind::WrongValueCount,
            [
                Irritant::Integer(wanted.required),
                Irritant::Value(list_of(m, values)),
                Irritant::Value(Value::boolean(wanted.has_rest)),
            ],
        )
    })
}

pub(super) fn list_of<'m>(m: &'m Mutator<'_>, words: &[Live]) -> Value<'m> {
    // SAFETY: the words were live when they were passed, and nothing was collected since.
    m.list(words.iter().map(|&word| unsafe { word.value() }))
}

/// Reached after a return of one value, which stands in slot `first`.
#[inline(always)]
pub(super) fn receive(
    m: &mut Mutator<'_>,
    s: Machine,
    first: Into,
    required: Count,
    rest: Flag,
) -> Machine {
    if required.number() == 1 && rest.0 == 0 {
        return s;
    }
    receive_other_than_one(m, s, first, required, rest)
}

/// As [`receive`], where not one value is wanted. Not part of the executor, which would keep a frame for the list.
#[inline(never)]
fn receive_other_than_one(
    m: &mut Mutator<'_>,
    s: Machine,
    first: Into,
    required: Count,
    rest: Flag,
) -> Machine {
    // SAFETY: the return put a value there.
    let value = unsafe { s.slot(first.number()) };
    distribute(m, s, first, required, rest, &[value])
}

/// Reached after a return of one value, which stands in slot 0 of the frame that returned; so are
/// the next two. Neither is part of the executor, which would keep a frame for the return word or for the frame that
/// comes back (see `dispatch`).
#[inline(never)]
pub(super) fn return_barrier(m: &mut Mutator<'_>, s: Machine) -> Machine {
    // SAFETY: a return to this stub leaves its value there.
    let value = unsafe { s.slot(0) };
    let word = m.state_mut().pass_barrier(s.fp());
    // SAFETY: the return word of the frame, as it was before the barrier.
    unsafe { return_to(s, word.trailer(), value) }
}

#[inline(never)]
pub(super) fn underflow(m: &mut Mutator<'_>, s: Machine) -> Machine {
    // SAFETY: a return to this stub leaves its value there.
    let value = unsafe { s.slot(0) };
    resume_with_value(m, CodeTier::Bytecode, value)
}
