//! The work of stubs on the system stack: primitives, polls, allocation.

use abi::condition::ConditionKind;
use abi::native::RuntimeOperation;
use abi::primitive::Primitive;
use gc::{CollectReason, Outcome, WORD_BYTES};
use smallvec::SmallVec;

use crate::error::Raise;
use crate::frame::{FramePointer, below};
use crate::interpreter::{
    Staged, arithmetic_primitive, fault, go_on, heap_exhausted, inline_primitive, leaf_primitive,
    runtime_operation, stack_exhausted, stage,
};
use crate::interrupts::INTERRUPT_BIT;
use crate::live::Live;
use crate::mutator::Mutator;
use crate::native::border::below_native;
use crate::native::crossing::StubAnswer;
use crate::native::waiting::{Waiting, guard, raised};
use crate::return_word::{BORDER_BELOW_NATIVE_WORDS, ReturnWord};
use crate::stack::{Innermost, Suspended};

/// The words that a primitive is called with.
pub(crate) type Words = SmallVec<[Live; 4]>;

/// The innermost native frame, which called a stub that returns through the word at `fp`.
pub(super) fn suspended_at(fp: FramePointer) -> Suspended {
    // SAFETY: native code pushed the return word when it called; the code that waits is kept.
    let word = unsafe { ReturnWord::new(fp.return_word()) };
    Suspended {
        // SAFETY: the return word at `fp`. No barrier stands there: the word was pushed by what runs.
        fp: unsafe { fp.above(word) },
        // The image is kept by the call, not by what may come after it.
        pc: word.address().offset_bytes(1_usize.wrapping_neg()),
        // The machine may stand below the border already, and have nothing in its slots yet.
        floor: below(fp.address(), BORDER_BELOW_NATIVE_WORDS * WORD_BYTES),
        innermost: Innermost::Map(word.map()),
    }
}

/// Collects while native code waits for a stub, and keeps `words` alive.
pub(super) fn collect(m: &mut Mutator<'_>, reason: CollectReason, words: &mut [Live]) -> Outcome {
    let suspended = suspended_at(m.state().native.waiting());
    let context = &m.state().native;
    for (place, &word) in context.places(words.len()).zip(&*words) {
        place.set(word.bits());
    }
    context.rooted_arguments.set(words.len());
    m.state_mut().stack.current().suspended = Some(suspended);
    let outcome = m.collect_for(reason);
    m.state_mut().stack.current().suspended = None;
    let context = &m.state().native;
    context.rooted_arguments.set(0);
    for (place, word) in context.places(words.len()).zip(words) {
        // SAFETY: the place was a root: the collector has brought it up to date.
        *word = unsafe { Live::read(place) };
    }
    outcome
}

/// Calls a primitive for native code, with words of which the last comes first.
#[inline(always)]
fn primitive<const COUNT: usize>(
    waiting: Waiting,
    number: u64,
    words: [Live; COUNT],
) -> StubAnswer {
    guard(waiting, move |m| {
        let mut words = words;
        match leaf(m, number as u16, &mut words) {
            Ok(value) => Ok(value.bits()),
            Err(staged) => {
                words.reverse();
                primitive_slowly(m, number as u16, &mut words, staged)
            }
        }
    })
}

/// Calls a primitive of two numbers; what was staged instead of a result, or `None` if it is none.
#[inline(always)]
fn arithmetic(m: &Mutator<'_>, number: u16, words: &[Live]) -> Result<Live, Option<Staged>> {
    let (Some(known), &[a, b]) = (Primitive::from_index(number), words) else {
        return Err(None);
    };
    match arithmetic_primitive(m, known, [a, b]) {
        Some(Ok(value)) => Ok(Live::of(value)),
        Some(Err(raise)) => Err(Some(staged(m, raise))),
        None => Err(None),
    }
}

/// Calls a leaf primitive with words of which the last comes first; what was staged instead of a result,
/// or `None` if it is no leaf.
#[inline(always)]
fn leaf(m: &Mutator<'_>, number: u16, words: &mut [Live]) -> Result<Live, Option<Staged>> {
    let s = below_native(m, m.state().native.waiting());
    match leaf_primitive(m, s, number, words) {
        Some(Ok(value)) => Ok(Live::of(value)),
        Some(Err(raise)) => Err(Some(staged(m, raise))),
        None => Err(None),
    }
}

// The machine is found anew, so that calls which return a value need not keep it.
#[cold]
#[inline(never)]
fn staged(m: &Mutator<'_>, raise: Raise<'_>) -> Staged {
    let s = below_native(m, m.state().native.waiting());
    stage(m, s, raise)
}

/// Calls a primitive for native code that is no leaf, or for which a leaf has staged something.
#[inline(never)]
fn primitive_slowly(
    m: &mut Mutator<'_>,
    number: u16,
    words: &mut [Live],
    staged: Option<Staged>,
) -> Result<u64, u64> {
    let s = below_native(m, m.state().native.waiting());
    let mut staged = staged;
    loop {
        let asked = match staged {
            Some(staged) => staged,
            None => match arithmetic(m, number, words) {
                Ok(value) => return Ok(value.bits()),
                Err(Some(staged)) => staged,
                Err(None) => {
                    let known = Primitive::from_index(number);
                    let answer = inline_primitive(m, s, known, words);
                    return answer.map(Live::bits).map_err(|s| raised(m, s));
                }
            },
        };
        let Staged::Full(bytes) = asked else {
            let s = go_on(m, s, asked);
            return Err(raised(m, s));
        };
        let collected = collect(m, CollectReason::Full { bytes }, words);
        if let Outcome::Exhausted { needed_bytes } = collected {
            let s = fault(m, s, |m| heap_exhausted(m, needed_bytes));
            return Err(raised(m, s));
        }
        let mut reversed: Words = words.iter().rev().copied().collect();
        match leaf(m, number, &mut reversed) {
            Ok(value) => return Ok(value.bits()),
            Err(again) => staged = again,
        }
    }
}

/// The stub `primitive1`.
pub(super) extern "C" fn primitive1(waiting: Waiting, number: u64, a: Live) -> StubAnswer {
    primitive(waiting, number, [a])
}

/// The stub `primitive2`.
pub(super) extern "C" fn primitive2(waiting: Waiting, number: u64, a: Live, b: Live) -> StubAnswer {
    guard(waiting, |m| {
        // Numbers first: what is called for without being arithmetic takes longer anyway.
        let result = match arithmetic(m, number as u16, &[a, b]) {
            Err(None) => leaf(m, number as u16, &mut [b, a]),
            result => result,
        };
        match result {
            Ok(value) => Ok(value.bits()),
            Err(staged) => primitive_slowly(m, number as u16, &mut [a, b], staged),
        }
    })
}

/// The stub `primitive3`.
pub(super) extern "C" fn primitive3(
    waiting: Waiting,
    number: u64,
    a: Live,
    b: Live,
    c: Live,
) -> StubAnswer {
    primitive(waiting, number, [c, b, a])
}

/// The stub `primitive-many`.
pub(super) extern "C" fn primitive_many(waiting: Waiting, number: u64) -> StubAnswer {
    guard(waiting, |m| {
        let context = &m.state().native;
        let count = context.argument_count.get() as usize;
        // SAFETY: native code leaves so many arguments there, and waits.
        let mut words = Words::from_slice(&unsafe { context.arguments(count) });
        let mut reversed: Words = words.iter().rev().copied().collect();
        match leaf(m, number as u16, &mut reversed) {
            Ok(value) => Ok(value.bits()),
            Err(staged) => primitive_slowly(m, number as u16, &mut words, staged),
        }
    })
}

/// The stub `runtime`.
pub(super) extern "C" fn runtime(waiting: Waiting, operation: u64, a: u64, b: u64) -> StubAnswer {
    guard(waiting, |m| {
        let operation = RuntimeOperation::ALL[operation as usize];
        let s = below_native(m, m.state().native.waiting());
        // SAFETY: native code passes what the operation takes.
        let done = unsafe { runtime_operation(m, s, operation, [a, b]) };
        done.map_err(|s| raised(m, s))
    })
}

/// The stub `poll`.
pub(super) extern "C" fn poll(waiting: Waiting) -> StubAnswer {
    guard(waiting, |m| {
        let fp = m.state().native.waiting();
        // The stack pointer that native code compared was that of its frame.
        if m.lacks_stack(fp.address().raw() + WORD_BYTES) {
            let s = below_native(m, fp);
            let s = stack_exhausted(m, s);
            return Err(raised(m, s));
        }
        m.state_mut().stack.current().suspended = Some(suspended_at(fp));
        let outcome = m.collect_if_due();
        m.state_mut().stack.current().suspended = None;
        m.link_at_poll();
        m.sample_at_poll(|m| below_native(m, fp));
        let raise: fn(&Mutator<'_>, usize) -> Raise<'static>;
        let needed = match outcome {
            Outcome::Exhausted { needed_bytes } => {
                raise = |m, bytes| exhausted(m, bytes);
                needed_bytes
            }
            Outcome::Done if m.heap().take_interrupts(INTERRUPT_BIT) != 0 => {
                raise = |_, _| Raise::condition(ConditionKind::Interrupted, []);
                0
            }
            Outcome::Done => return Ok(0),
        };
        let s = below_native(m, fp);
        let s = fault(m, s, |m| raise(m, needed));
        Err(raised(m, s))
    })
}

fn exhausted(m: &Mutator<'_>, bytes: usize) -> Raise<'static> {
    crate::collect::heap_exhausted(m, bytes).into()
}

/// The stub `allocate`.
pub(super) extern "C" fn allocate(waiting: Waiting) -> StubAnswer {
    guard(waiting, |m| {
        let bytes = m.state().native.operand().get() as usize;
        let address = m.heap().allocate(bytes);
        m.state().native.operand().set(address.word());
        Ok(0)
    })
}
