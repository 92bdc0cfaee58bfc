//! Returns, and the stubs that they may lead to.

use abi::condition::ConditionKind;
use abi::isa::{Count, Flag, Into, Local, Opcode};
use abi::tag;
use gc::{Address, WORD_BYTES};
use smallvec::SmallVec;

use crate::continuation::CapturedFrame;
use crate::error::{Irritant, Raise};
use crate::interpreter::machine::Machine;
use crate::interpreter::raise::fault;
use crate::mutator::Mutator;
use crate::native::{border_below_restored, value_for_native, value_received};
use crate::stubs::{BORDER_BELOW_NATIVE_WORDS, CodeTier, ReturnKind, ReturnWord, Trailer};
use crate::value::Value;

#[inline(always)]
pub(super) fn return_value(_: &mut Mutator<'_>, s: Machine, src: Local) -> Machine {
    return_to_caller(s, s.get(src))
}

/// The machine after a return of `value` from the frame of `s`.
#[inline(always)]
pub(super) fn return_to_caller(s: Machine, value: u64) -> Machine {
    // SAFETY: a frame starts with its return word.
    let word = unsafe { s.fp.read() };
    // SAFETY: calls and bases push return words with trailers, and the images are kept.
    return_to(s, unsafe { Trailer::new(word) }, value)
}

/// The machine after a return of `value` through `word` from the frame of `s`.
#[inline(always)]
fn return_to(s: Machine, word: Trailer, value: u64) -> Machine {
    // SAFETY: the caller's frame lies right above, of the size that the trailer says.
    let fp = unsafe { s.fp.add(word.words()) };
    let caller = Machine {
        pc: std::ptr::with_exposed_provenance(word.address().raw()),
        fp,
    };
    caller.set_slot(word.dst(), value);
    caller
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
    let values = (0..count.0)
        .map(|index| s.slot(first.0 + index))
        .collect::<SmallVec<[u64; 8]>>();
    deliver(m, s, &values)
}

/// Returns `values` from the frame of `s`, whatever its return word leads to.
pub(crate) fn deliver(m: &mut Mutator<'_>, s: Machine, values: &[u64]) -> Machine {
    let stubs = m.state().stubs;
    let first = values.first().copied().unwrap_or(tag::UNSPECIFIED);
    // SAFETY: a frame starts with its return word.
    let word = unsafe { s.fp.read() };
    match stubs.kind(word) {
        // SAFETY: the stub has a trailer.
        ReturnKind::ExitBase => return_to(s, unsafe { Trailer::new(word) }, first),
        // SAFETY: calls push return words with trailers.
        ReturnKind::Code => return_all_to(m, s, unsafe { Trailer::new(word) }, values),
        ReturnKind::Barrier => {
            let word = m.state_mut().pass_barrier(s.fp_address());
            return_all_to(m, s, word.trailer(), values)
        }
        ReturnKind::Underflow => resume(m, values),
    }
}

/// Returns `values` into the next older captured frame, or out of the base if there is none.
pub(crate) fn resume(m: &mut Mutator<'_>, values: &[u64]) -> Machine {
    let Some(frame) = m.restore_frame() else {
        return m.exit_base_with(values.first().copied().unwrap_or(tag::UNSPECIFIED));
    };
    // SAFETY: the base goes on there.
    let word = unsafe { frame.return_word() };
    if word.tier() == CodeTier::Native {
        return resume_natively(m, word, values);
    }
    let below = below_restored_frame(m, frame);
    return_all_to(m, below, word.trailer(), values)
}

/// Returns `values` into the native frame that was just restored, into which `word` leads.
#[inline(always)]
fn resume_natively(m: &mut Mutator<'_>, word: ReturnWord, values: &[u64]) -> Machine {
    if word.address().word() == m.state().stubs.return_to_bytecode() {
        // The frame is a border: there is bytecode above.
        let fp = m.state_mut().stack.current().top;
        return deliver(m, Machine::at(word.address(), fp), values);
    }
    let value = value_received(m, word, values);
    border_below_restored(m, word, value)
}

/// Returns `values` through `word`, which leads to code, from the frame of `s`.
fn return_all_to(m: &mut Mutator<'_>, s: Machine, word: Trailer, values: &[u64]) -> Machine {
    let first = if word.address().word() == m.state().stubs.return_to_native() {
        let border = s.fp_address().offset_words(BORDER_BELOW_NATIVE_WORDS);
        value_for_native(m, border, values)
    } else {
        values.first().copied().unwrap_or(tag::UNSPECIFIED)
    };
    let caller = return_to(s, word, first);
    let Some((required, has_rest)) = receive_at(word.address()) else {
        return caller;
    };
    let bytes = Opcode::Receive.instruction_bytes();
    let after = Machine {
        pc: caller.pc.wrapping_add(bytes),
        ..caller
    };
    distribute(m, after, word.dst(), required, has_rest, values)
}

/// Returns one value into the next older captured frame, which is of this tier, or out of the base if
/// there is none.
#[inline]
pub(crate) fn resume_with_value(m: &mut Mutator<'_>, tier: CodeTier, value: u64) -> Machine {
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
    return_to(below_restored_frame(m, frame), word, value)
}

/// The frame pointer that a callee of the frame just restored would have.
#[inline(always)]
fn below_restored_frame(m: &mut Mutator<'_>, frame: CapturedFrame) -> Machine {
    let top = m.state_mut().stack.current().top;
    let fp = top.offset_bytes((frame.words * WORD_BYTES).wrapping_neg());
    Machine::at(Address::from_word(frame.resume), fp)
}

/// The operands of the `receive` instruction at `place`, if there is one.
fn receive_at(place: Address) -> Option<(u16, bool)> {
    let start: *const u8 = std::ptr::with_exposed_provenance(place.raw());
    // SAFETY: a return word leads to an instruction.
    if unsafe { start.read() } != Opcode::Receive as u8 {
        return None;
    }
    let operands = start.wrapping_add(1 + size_of::<u16>()).cast::<[u8; 3]>();
    // SAFETY: `receive` has three operands: first, required, rest.
    let [low, high, rest] = unsafe { operands.read() };
    Some((u16::from_le_bytes([low, high]), rest != 0))
}

/// Puts `values` where a `receive` wants them.
fn distribute(
    m: &mut Mutator<'_>,
    s: Machine,
    first: u16,
    required: u16,
    has_rest: bool,
    values: &[u64],
) -> Machine {
    let count = usize::from(required);
    if values.len() < count || (values.len() > count && !has_rest) {
        return wrong_value_count(m, s, i64::from(required), values);
    }
    for (slot, &value) in (first..).zip(&values[..count]) {
        s.set_slot(slot, value);
    }
    if has_rest {
        s.set_slot(first + required, list_of(m, &values[count..]).word());
    }
    s
}

/// Raises `wrong-value-count`: other values came than the `required` ones.
pub(super) fn wrong_value_count(
    m: &mut Mutator<'_>,
    s: Machine,
    required: i64,
    values: &[u64],
) -> Machine {
    fault(m, s, |m| {
        Raise::condition(
            ConditionKind::WrongValueCount,
            [
                Irritant::Integer(required),
                Irritant::Value(list_of(m, values)),
            ],
        )
    })
}

pub(super) fn list_of<'m>(m: &'m Mutator<'_>, words: &[u64]) -> Value<'m> {
    // SAFETY: the words were values in slots, and nothing was collected since.
    m.list(words.iter().map(|&word| unsafe { Value::from_word(word) }))
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
    if required.0 == 1 && rest.0 == 0 {
        return s;
    }
    distribute(m, s, first.0, required.0, rest.0 != 0, &[s.slot(first.0)])
}

/// Reached after a return of one value, which stands in slot 0 of the frame that returned; so are
/// the next two.
#[inline(always)]
pub(super) fn return_barrier(m: &mut Mutator<'_>, s: Machine) -> Machine {
    let value = s.slot(0);
    let word = m.state_mut().pass_barrier(s.fp_address());
    return_to(s, word.trailer(), value)
}

#[inline(always)]
pub(super) fn underflow(m: &mut Mutator<'_>, s: Machine) -> Machine {
    resume_with_value(m, CodeTier::Bytecode, s.slot(0))
}
