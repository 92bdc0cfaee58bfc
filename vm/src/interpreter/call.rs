//! Calls: the return word is pushed, and the procedure entered.

use abi::condition::ConditionKind;
use gc::WORD_BYTES;
use syntax::Stop;

use crate::error::Raise;
use crate::interpreter::enter::{
    argument_address, enter, enter_fast, enter_known, fault, fault_with_arguments, stack_exhausted,
};
use crate::interpreter::executed::Executed;
use crate::interpreter::machine::Machine;
use crate::interpreter::operand::{CodeOffset, Count, IntoReturned, MapAtEnd};
use crate::list_walk::Pairs;
use crate::live::Live;
use crate::mutator::Mutator;
use crate::value::Value;

#[inline(always)]
pub(super) fn call(
    m: &mut Mutator<'_>,
    s: Machine,
    arguments: Count,
    _dst: IntoReturned,
    words: Count,
    _map: MapAtEnd,
) -> Executed {
    let callee = push_return_word(s, words);
    // SAFETY: the instruction has put what it calls, and so many arguments, into the new frame.
    unsafe { enter_fast(m, callee, arguments) }
}

#[inline(always)]
pub(super) fn call_known(
    m: &mut Mutator<'_>,
    s: Machine,
    target: CodeOffset,
    _dst: IntoReturned,
    words: Count,
    _map: MapAtEnd,
) -> Executed {
    let code = s.code(target);
    let callee = push_return_word(s, words);
    // SAFETY: the instruction has put what the procedure takes into the new frame.
    unsafe { enter_known(m, callee, code) }
}

#[inline(always)]
pub(super) fn tail_call(m: &mut Mutator<'_>, s: Machine, arguments: Count) -> Executed {
    // SAFETY: the instruction has put what it calls, and so many arguments, into the frame.
    unsafe { enter_fast(m, s, arguments) }
}

#[inline(always)]
pub(super) fn tail_call_known(m: &mut Mutator<'_>, s: Machine, target: CodeOffset) -> Executed {
    // SAFETY: the instruction has put what the procedure takes into the frame.
    unsafe { enter_known(m, s, s.code(target)) }
}

#[inline(always)]
fn push_return_word(s: Machine, words: Count) -> Machine {
    // SAFETY: the entry of the procedure that runs has checked the stack for its frame and what it
    // pushes: the frame of what it calls starts inside these words, with the return word.
    let callee = unsafe { s.in_frame_below(usize::from(words.number())) };
    // SAFETY: the first of these words.
    unsafe { callee.fp_address().store_word(s.pc_address().word()) };
    callee
}

/// Spreads the last of the arguments, a list, and enters the value in slot 0.
#[inline(always)]
pub(super) fn tail_apply(m: &mut Mutator<'_>, s: Machine, arguments: Count) -> Executed {
    // SAFETY: the instruction has put what it calls, and so many arguments, into the frame.
    Err(unsafe { spread(m, s, usize::from(arguments.number())) })
}

/// A list with so many elements may be circular: it is looked at as a whole, once.
const CIRCLE_SEARCHED_AT: usize = 1 << 12;

fn is_circular(m: &Mutator<'_>, list: Value<'_>) -> Result<bool, Stop> {
    let mut pairs = Pairs::of(m, list);
    pairs.count_supervised()?;
    Ok(pairs.is_circular)
}

/// Spreads the last of so many arguments, a list, and enters the value in slot 0.
///
/// # Safety
///
/// As for [`enter`].
#[inline(never)]
pub(crate) unsafe fn spread(m: &mut Mutator<'_>, s: Machine, arguments: usize) -> Machine {
    let Some(last) = arguments.checked_sub(1) else {
        // SAFETY: slot 0 holds a value, by the contract of this function.
        return unsafe { fault_with_arguments(m, s, ConditionKind::WrongArgumentCount, 0) };
    };
    let limit = m.state().stack.limit().raw();
    let room = s.fp_address().raw().saturating_sub(limit) / WORD_BYTES;
    // SAFETY: the frame holds so many arguments, by the contract of this function.
    let list = unsafe { Value::from_word(argument_address(s, last).load_word()) };
    let (mut rest, mut count) = (list, last);
    while let Some((car, cdr)) = m.pair(rest) {
        if count + 2 >= room {
            return stack_exhausted(m, s);
        }
        if let Err(stop) = m.check_at(count) {
            return fault(m, s, |_| stop.into());
        }
        if count == last + CIRCLE_SEARCHED_AT {
            match is_circular(m, rest) {
                Ok(true) => break,
                Ok(false) => {}
                Err(stop) => return fault(m, s, |_| stop.into()),
            }
        }
        // SAFETY: the stack has room for this argument, as was just checked.
        unsafe { argument_address(s, count).store_word(car.word()) };
        (rest, count) = (cdr, count + 1);
    }
    if rest.is_null() {
        // SAFETY: the elements of the list are in their slots by now.
        return unsafe { enter(m, s, count) };
    }
    let list = Live::of(list);
    fault(m, s, |_| {
        // SAFETY: nothing was collected since the list was read.
        let list = unsafe { list.value() };
        Raise::wrong_type("apply", last + 2, "list", list)
    })
}
