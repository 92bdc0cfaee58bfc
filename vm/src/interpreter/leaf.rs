//! Calls of leaf primitives.

use abi::condition::ConditionKind;
use gc::Address;

use crate::arguments::Args;
use crate::error::{Irritant, Raise};
use crate::frame::slot_address;
use crate::interpreter::enter::go_on_or_retry;
use crate::interpreter::machine::Machine;
use crate::interpreter::operand::{Count, Into, Local, MapAtEnd, Opcode, PrimitiveOperand};
use crate::interpreter::safepoint::Retry;
use crate::interpreter::stage::{Staged, stage};
use crate::live::Live;
use crate::mutator::Mutator;
use crate::primitive::{Entry, entry};
use crate::value::Value;

#[inline(never)]
pub(super) fn leaf(
    m: &mut Mutator<'_>,
    s: Machine,
    dst: Into,
    primitive: PrimitiveOperand,
    first: Local,
    count: Count,
    map: MapAtEnd,
) -> Machine {
    let first = slot_address(s.fp_address(), usize::from(first.number()));
    // SAFETY: the arguments stand in slots of the frame.
    let result = unsafe { apply(m, s, primitive, first, usize::from(count.number())) };
    finish(m, s, dst, result, map, Opcode::Leaf)
}

#[inline(never)]
pub(super) fn leaf1(
    m: &mut Mutator<'_>,
    s: Machine,
    dst: Into,
    primitive: PrimitiveOperand,
    a: Local,
    map: MapAtEnd,
) -> Machine {
    let first = slot_address(s.fp_address(), usize::from(a.number()));
    // SAFETY: the argument stands in a slot of the frame.
    let result = unsafe { apply(m, s, primitive, first, 1) };
    finish(m, s, dst, result, map, Opcode::Leaf1)
}

// Not part of the executor, which would keep a frame for the copies (see `dispatch`).
#[inline(never)]
pub(super) fn leaf2(
    m: &mut Mutator<'_>,
    s: Machine,
    dst: Into,
    primitive: PrimitiveOperand,
    a: Local,
    b: Local,
    map: MapAtEnd,
) -> Machine {
    // Arguments lie at descending addresses.
    let mut words = [s.get(b), s.get(a)];
    // SAFETY: copies of two slots, which live as long as the call.
    let result = unsafe { apply(m, s, primitive, last_of(&mut words), 2) };
    finish(m, s, dst, result, map, Opcode::Leaf2)
}

// Not part of the executor, which would keep a frame for the copies (see `dispatch`).
#[inline(never)]
pub(super) fn leaf3(
    m: &mut Mutator<'_>,
    s: Machine,
    dst: Into,
    primitive: PrimitiveOperand,
    a: Local,
    b: Local,
    c: Local,
    map: MapAtEnd,
) -> Machine {
    let mut words = [s.get(c), s.get(b), s.get(a)];
    // SAFETY: copies of three slots, which live as long as the call.
    let result = unsafe { apply(m, s, primitive, last_of(&mut words), 3) };
    finish(m, s, dst, result, map, Opcode::Leaf3)
}

#[inline(always)]
fn last_of(words: &mut [Live]) -> Address {
    let end = words.as_mut_ptr_range().end;
    Address::new(end.expose_provenance() - size_of::<Live>())
}

/// Calls a leaf primitive; the word of its result, or what was staged instead.
///
/// # Safety
///
/// As for [`Args::new`], while this runs.
#[inline(always)]
unsafe fn apply(
    m: &Mutator<'_>,
    s: Machine,
    primitive: PrimitiveOperand,
    first: Address,
    count: usize,
) -> Result<Live, Staged> {
    let Some(&Entry::Leaf {
        function,
        ref arity,
    }) = entry(primitive.0)
    else {
        return Err(no_such_primitive(m, s, primitive));
    };
    if !arity.contains(&count) {
        return Err(no_such_primitive(m, s, primitive));
    }
    m.state().running.set((s.pc_address(), s.fp_address()));
    // SAFETY: values stand there, and nobody writes them, by the contract of this function.
    let arguments = unsafe { Args::new(first, count) };
    match function(m, arguments) {
        Ok(value) => Ok(Live::of(value)),
        Err(raise) => Err(stage(m, s, raise)),
    }
}

/// Calls a leaf primitive for native code, which the machine stands below, with words of which the last
/// comes first; `None` if `number` is that of no leaf. Code that the compiler made gives as many as the
/// primitive takes.
#[inline(always)]
pub(crate) fn leaf_primitive<'m>(
    m: &'m Mutator<'_>,
    s: Machine,
    number: u16,
    words: &mut [Live],
) -> Option<Result<Value<'m>, Raise<'m>>> {
    let Some(&Entry::Leaf {
        function,
        ref arity,
    }) = entry(number)
    else {
        return None;
    };
    debug_assert!(arity.contains(&words.len()), "primitive {number}");
    let first = if words.is_empty() {
        s.fp_address()
    } else {
        last_of(words)
    };
    m.state().running.set((s.pc_address(), s.fp_address()));
    // SAFETY: copies of the arguments, which live as long as the call.
    let arguments = unsafe { Args::new(first, words.len()) };
    Some(function(m, arguments))
}

#[cold]
#[inline(never)]
fn no_such_primitive(m: &Mutator<'_>, s: Machine, primitive: PrimitiveOperand) -> Staged {
    let number = Irritant::Integer(i64::from(primitive.0));
    stage(m, s, Raise::condition(ConditionKind::Trap, [number]))
}

#[inline(always)]
fn finish(
    m: &mut Mutator<'_>,
    s: Machine,
    dst: Into,
    result: Result<Live, Staged>,
    map: MapAtEnd,
    opcode: Opcode,
) -> Machine {
    match result {
        Ok(word) => {
            s.set(dst, word);
            s
        }
        Err(staged) => {
            let retry = Retry {
                map: s.map(map),
                bytes: opcode.instruction_bytes(),
            };
            go_on_or_retry(m, s, staged, retry)
        }
    }
}
