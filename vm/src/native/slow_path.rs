//! The work of stubs on the system stack: primitives, polls, allocation.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use abi::condition::ConditionKind;
use abi::native::RuntimeOperation;
use abi::primitive::Primitive;
use gc::{Address, CollectReason, Outcome, WORD_BYTES};
use smallvec::SmallVec;

use crate::error::{Irritant, Raise};
use crate::interpreter::{
    Machine, Staged, arithmetic_primitive, fault, go_on, heap_exhausted, inline_primitive,
    leaf_primitive, runtime_operation, stack_exhausted, stage,
};
use crate::mutator::Mutator;
use crate::native::border::{below, below_native};
use crate::native::driver::Next;
use crate::native::stubs::{Answer, LEAVES, RAISES, RETURNS};
use crate::stack::{Innermost, Suspended};
use crate::stubs::{BORDER_BELOW_NATIVE_WORDS, ReturnWord};

/// The words that a primitive is called with.
pub(crate) type Words = SmallVec<[u64; 4]>;

/// Runs `body` with the mutator that native code runs on.
///
/// # Safety
///
/// `mutator` is what [`super::stubs::enter`] was given, and native code waits for its stub; nothing
/// else names the mutator meanwhile.
// A closure, so that no caller picks a brand: values of two mutators would pass for those of one.
#[inline(always)]
pub(super) unsafe fn with_mutator<R>(
    mutator: usize,
    body: impl for<'id> FnOnce(&mut Mutator<'id>) -> R,
) -> R {
    let mutator: *mut Mutator<'_> = std::ptr::with_exposed_provenance_mut(mutator);
    // SAFETY: the driver gave its exclusive reference away while native code runs.
    body(unsafe { &mut *mutator })
}

/// Runs a slow path; its answer, or the outcome if it does not return. A panic does not either: it
/// goes on in the driver.
// Inlined, so that what the body names stays in registers.
#[inline(always)]
pub(super) fn guard(
    mutator: usize,
    body: impl FnOnce(&mut Mutator<'_>) -> Result<u64, u64>,
) -> Answer {
    // SAFETY: only stubs call slow paths, with the mutator of `enter`.
    let run = || unsafe { with_mutator(mutator, body) };
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(word)) => Answer {
            word,
            outcome: RETURNS,
        },
        Ok(Err(outcome)) => Answer { word: 0, outcome },
        Err(panic) => panicked(mutator, panic),
    }
}

#[cold]
fn panicked(mutator: usize, panic: Box<dyn Any + Send>) -> Answer {
    let keep = |m: &mut Mutator<'_>| *m.state().native.panic.borrow_mut() = Some(panic);
    // SAFETY: as in `guard`; what its body borrowed is no longer used.
    unsafe { with_mutator(mutator, keep) };
    Answer {
        word: 0,
        outcome: LEAVES,
    }
}

/// Goes on elsewhere; the callee-saved registers are lost.
pub(super) fn not_returning(m: &Mutator<'_>, next: Next) -> u64 {
    m.state().native.next.set(Some(next));
    LEAVES
}

/// Goes on with the machine, which stands below native code's border, or elsewhere.
pub(super) fn raised(m: &Mutator<'_>, s: Machine) -> u64 {
    m.state().native.next.set(Some(Next::Bytecode(s)));
    RAISES
}

/// The innermost native frame, which called a stub that returns through the word at `fp`.
pub(super) fn suspended_at(fp: Address) -> Suspended {
    // SAFETY: the return word that the call of the stub pushed; its image is that of the code that
    // waits.
    let word = unsafe { ReturnWord::new(fp.load_word()) };
    Suspended {
        fp: fp.offset_words(word.words()),
        // The image is kept by the call, not by what may come after it.
        pc: word.address().offset_bytes(1_usize.wrapping_neg()),
        // The machine may stand below the border already, and have nothing in its slots yet.
        floor: below(fp, BORDER_BELOW_NATIVE_WORDS * WORD_BYTES),
        innermost: Innermost::Map(word.map()),
    }
}

/// Collects while native code waits for a stub, and keeps `words` alive.
pub(super) fn collect(m: &mut Mutator<'_>, reason: CollectReason, words: &mut [u64]) -> Outcome {
    let suspended = suspended_at(m.state().native.scheme_stack());
    let context = &m.state().native;
    for (place, &word) in context.places(words.len()).zip(&*words) {
        place.set(word);
    }
    context.rooted_arguments.set(words.len());
    m.state_mut().stack.current().suspended = Some(suspended);
    let outcome = m.heap_mut().collect(reason);
    m.state_mut().stack.current().suspended = None;
    let context = &m.state().native;
    context.rooted_arguments.set(0);
    for (place, word) in context.places(words.len()).zip(words) {
        *word = place.get();
    }
    outcome
}

/// Calls a primitive for native code, with words of which the last comes first.
#[inline(always)]
fn primitive<const COUNT: usize>(mutator: usize, number: u64, words: [u64; COUNT]) -> Answer {
    guard(mutator, move |m| {
        let mut words = words;
        match leaf(m, number as u16, &mut words) {
            Ok(word) => Ok(word),
            Err(staged) => {
                words.reverse();
                primitive_slowly(m, number as u16, &mut words, staged)
            }
        }
    })
}

/// Calls a primitive of two numbers; what was staged instead of a result, or `None` if it is none.
#[inline(always)]
fn arithmetic(m: &Mutator<'_>, number: u16, words: &[u64]) -> Result<u64, Option<Staged>> {
    let (Some(known), &[a, b]) = (Primitive::from_index(number), words) else {
        return Err(None);
    };
    match arithmetic_primitive(m, known, [a, b]) {
        Some(Ok(value)) => Ok(value.word()),
        Some(Err(raise)) => Err(Some(staged(m, raise))),
        None => Err(None),
    }
}

/// Calls a leaf primitive with words of which the last comes first; what was staged instead of a result,
/// or `None` if it is no leaf.
#[inline(always)]
fn leaf(m: &Mutator<'_>, number: u16, words: &mut [u64]) -> Result<u64, Option<Staged>> {
    let s = below_native(m, m.state().native.scheme_stack());
    match leaf_primitive(m, s, number, words) {
        Some(Ok(value)) => Ok(value.word()),
        Some(Err(raise)) => Err(Some(staged(m, raise))),
        None => Err(None),
    }
}

// The machine is found anew, so that calls which return a value need not keep it.
#[cold]
#[inline(never)]
fn staged(m: &Mutator<'_>, raise: Raise<'_>) -> Staged {
    let s = below_native(m, m.state().native.scheme_stack());
    stage(m, s, raise)
}

/// Calls a primitive for native code that is no leaf, or for which a leaf has staged something.
#[inline(never)]
fn primitive_slowly(
    m: &mut Mutator<'_>,
    number: u16,
    words: &mut [u64],
    staged: Option<Staged>,
) -> Result<u64, u64> {
    let s = below_native(m, m.state().native.scheme_stack());
    let mut staged = staged;
    loop {
        let asked = match staged {
            Some(staged) => staged,
            None => match arithmetic(m, number, words) {
                Ok(word) => return Ok(word),
                Err(Some(staged)) => staged,
                Err(None) => {
                    let known = Primitive::from_index(number);
                    return inline_primitive(m, s, known, words).map_err(|s| raised(m, s));
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
            Ok(word) => return Ok(word),
            Err(again) => staged = again,
        }
    }
}

/// The stub `primitive1`.
pub(super) extern "C" fn primitive1(mutator: usize, number: u64, a: u64) -> Answer {
    primitive(mutator, number, [a])
}

/// The stub `primitive2`.
pub(super) extern "C" fn primitive2(mutator: usize, number: u64, a: u64, b: u64) -> Answer {
    guard(mutator, |m| {
        // Numbers first: what is called for without being arithmetic takes longer anyway.
        let result = match arithmetic(m, number as u16, &[a, b]) {
            Err(None) => leaf(m, number as u16, &mut [b, a]),
            result => result,
        };
        result.or_else(|staged| primitive_slowly(m, number as u16, &mut [a, b], staged))
    })
}

/// The stub `primitive3`.
pub(super) extern "C" fn primitive3(mutator: usize, number: u64, a: u64, b: u64, c: u64) -> Answer {
    primitive(mutator, number, [c, b, a])
}

/// The stub `primitive-many`.
pub(super) extern "C" fn primitive_many(mutator: usize, number: u64) -> Answer {
    guard(mutator, |m| {
        let context = &m.state().native;
        let mut words =
            Words::from_slice(&context.arguments(context.argument_count.get() as usize));
        let mut reversed: Words = words.iter().rev().copied().collect();
        match leaf(m, number as u16, &mut reversed) {
            Ok(word) => Ok(word),
            Err(staged) => primitive_slowly(m, number as u16, &mut words, staged),
        }
    })
}

/// The stub `runtime`.
pub(super) extern "C" fn runtime(mutator: usize, operation: u64, a: u64, b: u64) -> Answer {
    guard(mutator, |m| {
        let operation = RuntimeOperation::ALL[operation as usize];
        let s = below_native(m, m.state().native.scheme_stack());
        runtime_operation(m, s, operation, [a, b]).map_err(|s| raised(m, s))
    })
}

/// The stub `poll`.
pub(super) extern "C" fn poll(mutator: usize) -> Answer {
    guard(mutator, |m| {
        let fp = m.state().native.scheme_stack();
        // The stack pointer that native code compared was that of its frame.
        if fp.raw() + WORD_BYTES < m.heap().stack_limit() {
            let s = below_native(m, fp);
            let s = stack_exhausted(m, s);
            return Err(raised(m, s));
        }
        m.state_mut().stack.current().suspended = Some(suspended_at(fp));
        let outcome = m.heap_mut().collect_if_due();
        m.state_mut().stack.current().suspended = None;
        let raise: fn(&Mutator<'_>, usize) -> Raise<'static>;
        let needed = match outcome {
            Outcome::Exhausted { needed_bytes } => {
                raise = |m, bytes| exhausted(m, bytes);
                needed_bytes
            }
            Outcome::Done if m.heap().take_interrupts() != 0 => {
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
    let irritants = [bytes, m.state().heap_bytes_max].map(|bytes| Irritant::Integer(bytes as i64));
    Raise::condition(ConditionKind::HeapExhausted, irritants)
}

/// The stub `allocate`.
pub(super) extern "C" fn allocate(mutator: usize) -> Answer {
    guard(mutator, |m| {
        let bytes = m.state().native.operand().get() as usize;
        let address = m.heap().allocate(bytes);
        m.state().native.operand().set(address.word());
        Ok(0)
    })
}
