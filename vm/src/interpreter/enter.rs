//! Entering procedures, and the handler of conditions in their place.
//!
//! Entering a procedure checks its arity and the stack's limit, and polls. Each check may fail, and then the
//! library's procedure `%vm-error` is entered. So both stand in one file.

use abi::condition::ConditionKind;
use gc::{Address, CollectReason, Outcome, WORD_BYTES};
use syntax::Stop;

use crate::ending::VmError;
use crate::error::{Irritant, Raise};
use crate::frame::slot_address;
use crate::interpreter::code::Code;
use crate::interpreter::executed::{Ending, Executed};
use crate::interpreter::known::{ClosureShape, Known};
use crate::interpreter::machine::Machine;
use crate::interpreter::operand::Count;
use crate::interpreter::safepoint::{Retry, collect_at, collect_if_due_at};
use crate::interpreter::stage::{
    BACKTRACE_FRAMES_MAX, Staged, error_handler, heap_exhausted, stage,
};
use crate::interrupts::INTERRUPT_BIT;
use crate::live::Live;
use crate::mutator::Mutator;
use crate::stack::Innermost;
use crate::value::Value;

/// Rest arguments up to so many are consed without asking the collector first.
pub(crate) const REST_UNRESERVED_MAX: usize = 64;

/// Enters the closure in slot 0 if its arity is exactly that, and nothing else is to be done.
///
/// # Safety
///
/// As for [`enter`].
#[inline(always)]
pub(super) unsafe fn enter_fast(m: &mut Mutator<'_>, s: Machine, arguments: Count) -> Executed {
    // SAFETY: slot 0 holds a value, by the contract of this function.
    if let Some(closure) = Known::<ClosureShape>::of(unsafe { s.slot(0) }) {
        let code = closure.code();
        if code.arity_key() == u32::from(arguments.number()) {
            // SAFETY: the frame holds the closure and as many arguments as it takes.
            return unsafe { enter_known(m, s, code) };
        }
    }
    // SAFETY: the frame holds a value and so many arguments, by the contract of this function.
    Err(unsafe { enter(m, s, usize::from(arguments.number())) })
}

/// Enters the procedure at `code`, whose arguments are in their slots.
///
/// # Safety
///
/// So they are: the frame holds values for all parameters, and in slot 0 the closure if the code uses it.
#[inline(always)]
pub(super) unsafe fn enter_known(m: &mut Mutator<'_>, s: Machine, code: Code) -> Executed {
    if lowest_address(s, code) < m.heap().poll_limit() {
        // SAFETY: the arguments are in their slots, by the contract of this function.
        return Err(unsafe { enter_slowly(m, s, code) });
    }
    Ok(at_entry(s, code))
}

/// As [`enter_known`], for native code.
///
/// # Safety
///
/// As for [`enter_known`].
#[inline(never)]
pub(crate) unsafe fn enter_code(m: &mut Mutator<'_>, s: Machine, code: Code) -> Machine {
    // SAFETY: the arguments are in their slots, by the contract of this function.
    unsafe { enter_known(m, s, code) }.machine()
}

/// The machine at the first instruction of the procedure at `code`.
#[inline(always)]
fn at_entry(s: Machine, code: Code) -> Machine {
    let start = std::ptr::with_exposed_provenance(code.first_instruction().raw());
    // SAFETY: the closure in slot 0, or the code that called, keeps the image; nothing runs there before
    // the stack was checked for the frame.
    unsafe { s.with_pc(start) }
}

/// The lowest address that the frame of `s` uses if it runs the procedure at `code`.
#[inline(always)]
fn lowest_address(s: Machine, code: Code) -> usize {
    s.fp_address().raw().wrapping_sub(code.frame_bytes())
}

/// Checks the stack and polls, where the fast path found the limit in its way.
///
/// # Safety
///
/// As for [`enter_known`].
#[cold]
#[inline(never)]
unsafe fn enter_slowly(m: &mut Mutator<'_>, s: Machine, code: Code) -> Machine {
    let entered = at_entry(s, code);
    // Backtraces name the place before an address: this one lies inside the first instruction.
    let mut inside = entered;
    inside.pass_opcode();
    if m.lacks_stack(lowest_address(s, code)) {
        return stack_exhausted(m, inside);
    }
    match poll_at(m, inside, Innermost::Map(code.entry_map())) {
        Ok(()) => entered,
        Err(raised) => raised,
    }
}

/// Enters the value in slot 0 with so many arguments in the slots after it.
///
/// # Safety
///
/// The frame holds values in all these slots.
#[inline(never)]
pub(crate) unsafe fn enter(m: &mut Mutator<'_>, s: Machine, arguments: usize) -> Machine {
    // SAFETY: slot 0 holds a value, by the contract of this function.
    let Some(closure) = Known::<ClosureShape>::of(unsafe { s.slot(0) }) else {
        // SAFETY: the frame holds so many arguments, by the contract of this function.
        return unsafe { fault_with_arguments(m, s, ConditionKind::NotAProcedure, arguments) };
    };
    let code = closure.code();
    if code.arity_key() as usize == arguments {
        // SAFETY: the frame holds the closure and as many arguments as it takes.
        return unsafe { enter_known(m, s, code) }.machine();
    }
    let arity = code.arity();
    let required = usize::from(arity.required);
    let positional = required + usize::from(arity.optional);
    let has_rest = arity.has_rest;
    if arguments < required || (arguments > positional && !has_rest) {
        // SAFETY: the frame holds so many arguments, by the contract of this function.
        return unsafe { fault_with_arguments(m, s, ConditionKind::WrongArgumentCount, arguments) };
    }
    let places = positional + usize::from(has_rest);
    let lowest = s.fp_address().raw() - (places + 1) * WORD_BYTES;
    if lowest < m.state().stack.limit().raw() {
        return stack_exhausted(m, s);
    }
    // SAFETY: the frame holds so many arguments, and the stack has room for all places.
    if has_rest && let Err(raised) = unsafe { cons_rest(m, s, arguments, positional) } {
        return raised;
    }
    for index in arguments..positional {
        // SAFETY: the stack has room for all places of the parameters, as was just checked.
        unsafe { s.set_slot(index as u16 + 1, Live::DEFAULT) };
    }
    // SAFETY: optional parameters and the list of the rest have their values by now.
    unsafe { enter_known(m, s, code) }.machine()
}

/// Makes a list of the arguments after the positional ones, in the slot after those.
///
/// # Safety
///
/// The frame holds so many arguments, and the stack has room for the list's place.
unsafe fn cons_rest(
    m: &mut Mutator<'_>,
    s: Machine,
    arguments: usize,
    positional: usize,
) -> Result<(), Machine> {
    let count = arguments.saturating_sub(positional);
    if count > REST_UNRESERVED_MAX
        && let Err(Stop::Full { bytes }) = m.reserve_pairs(count)
    {
        // `collect_at` shows the place of the call to the collector, which keeps the caller's image; the closure,
        // which is an argument, keeps the callee's.
        let reason = CollectReason::Full { bytes };
        if let Outcome::Exhausted { needed_bytes } =
            collect_at(m, s, Innermost::Arguments(arguments), reason)
        {
            return Err(fault(m, s, |m| heap_exhausted(m, needed_bytes)));
        }
    }
    // SAFETY: the frame holds so many arguments, by the contract of this function; a collection has
    // brought them up to date.
    let rest = unsafe { argument_list(m, s, positional, arguments) };
    let rest = match rest.map(Value::word) {
        Ok(rest) => rest,
        Err(stop) => return Err(fault(m, s, |_| stop.into())),
    };
    // SAFETY: the stack has room for the list's place, by the contract of this function.
    unsafe { argument_address(s, positional).store_word(rest) };
    Ok(())
}

/// The place of an argument, which may lie beyond the slots that instructions can name.
pub(super) fn argument_address(s: Machine, index: usize) -> Address {
    slot_address(s.fp_address(), index + 1)
}

/// A list of arguments `from..to`.
///
/// # Errors
///
/// [`Stop::Interrupted`].
///
/// # Safety
///
/// The frame was passed arguments up to `to`.
unsafe fn argument_list<'m>(
    m: &'m Mutator<'_>,
    s: Machine,
    from: usize,
    to: usize,
) -> Result<Value<'m>, Stop> {
    m.list_of_many((from..to).map(|index| {
        // SAFETY: the frame holds this argument, a value, by the contract of this function.
        unsafe { Value::from_word(argument_address(s, index).load_word()) }
    }))
}

/// Raises a condition with the value in slot 0 and a list of so many arguments.
///
/// # Safety
///
/// The frame holds them.
#[cold]
pub(super) unsafe fn fault_with_arguments(
    m: &mut Mutator<'_>,
    s: Machine,
    kind: ConditionKind,
    arguments: usize,
) -> Machine {
    fault(m, s, |m| {
        // SAFETY: slot 0 holds a value, by the contract of this function.
        let callee = unsafe { s.slot(0).value() };
        // SAFETY: the frame holds so many arguments, by the contract of this function.
        match unsafe { argument_list(m, s, 0, arguments) } {
            Ok(list) => Raise::condition(kind, [Irritant::Value(callee), Irritant::Value(list)]),
            Err(stop) => stop.into(),
        }
    })
}

/// Raises what `make` says, in place of the frame of `s`.
#[cold]
#[inline(never)]
pub(crate) fn fault(
    m: &mut Mutator<'_>,
    s: Machine,
    make: impl for<'m> FnOnce(&'m Mutator<'_>) -> Raise<'m>,
) -> Machine {
    let staged = stage(m, s, make(m));
    go_on(m, s, staged)
}

/// Does what was staged for an instruction that is not run again.
#[cold]
#[inline(never)]
pub(crate) fn go_on(m: &mut Mutator<'_>, s: Machine, staged: Staged) -> Machine {
    match staged {
        Staged::Condition => enter_handler(m, s),
        Staged::End => m.exit_machine(),
        Staged::Full(bytes) => fault(m, s, |m| heap_exhausted(m, bytes)),
    }
}

/// Does what was staged for an instruction that may be run again.
#[cold]
#[inline(never)]
pub(crate) fn go_on_or_retry(
    m: &mut Mutator<'_>,
    s: Machine,
    staged: Staged,
    retry: Retry,
) -> Machine {
    match make_room(m, s, staged, retry.map) {
        // SAFETY: the instruction that is run again has so many bytes.
        Ok(()) => unsafe { s.back(retry.bytes) },
        Err(raised) => raised,
    }
}

/// Collects if that was staged for an instruction of this frame map. `Err`: the machine that goes on elsewhere.
#[cold]
#[inline(never)]
pub(crate) fn make_room(
    m: &mut Mutator<'_>,
    s: Machine,
    staged: Staged,
    map: Address,
) -> Result<(), Machine> {
    let Staged::Full(bytes) = staged else {
        return Err(go_on(m, s, staged));
    };
    match collect_at(m, s, Innermost::Map(map), CollectReason::Full { bytes }) {
        Outcome::Done => Ok(()),
        Outcome::Exhausted { needed_bytes } => {
            Err(fault(m, s, |m| heap_exhausted(m, needed_bytes)))
        }
    }
}

/// The slow path of every poll: collects if that is due, links native code that was made, tells where the
/// machine is if somebody asks, then handles interrupts.
/// `Err` if a condition took the frame's place.
#[cold]
#[inline(never)]
pub(crate) fn poll_at(
    m: &mut Mutator<'_>,
    s: Machine,
    innermost: Innermost,
) -> Result<(), Machine> {
    if let Outcome::Exhausted { needed_bytes } = collect_if_due_at(m, s, innermost) {
        return Err(fault(m, s, |m| heap_exhausted(m, needed_bytes)));
    }
    m.link_at_poll();
    m.sample_at_poll(|_| s);
    if m.heap().take_interrupts(INTERRUPT_BIT) != 0 {
        return Err(fault(m, s, |_| {
            Raise::condition(ConditionKind::Interrupted, [])
        }));
    }
    Ok(())
}

/// The frame of `s` needs more stack than there is.
#[cold]
#[inline(never)]
pub(crate) fn stack_exhausted(m: &mut Mutator<'_>, s: Machine) -> Machine {
    let bytes = m.state().stack.bytes() as i64;
    let exhausted = || Raise::condition(ConditionKind::StackExhausted, [Irritant::Integer(bytes)]);
    if m.state().stack.in_headroom {
        return exhausted_again(m, s, exhausted());
    }
    m.set_in_headroom(true);
    fault(m, s, |_| exhausted())
}

/// The handler of an exhausted stack has exhausted the headroom, too: raises that for the handlers outside it, in
/// place of all frames. Nothing returns to these frames: they have raised a condition, and `raise` does not return.
/// What was captured of them stays captured. Ends the run if it began in the headroom: its handlers have no more room
/// than this one had.
#[cold]
fn exhausted_again(m: &mut Mutator<'_>, s: Machine, raise: Raise<'static>) -> Machine {
    const SLOTS: std::ops::RangeInclusive<u16> = 1..=3;
    let staged = stage(m, s, raise);
    if staged != Staged::Condition {
        return go_on(m, s, staged);
    }
    // SAFETY: staging has written slots 1 to 3.
    let values = SLOTS.map(|slot| unsafe { s.slot(slot) });
    let values = values.collect::<Vec<_>>();
    let places = m.places(m.return_addresses(s, BACKTRACE_FRAMES_MAX));
    let outer = m.abandon_frames();
    m.set_in_headroom(false);
    if outer.fp_address().raw() < m.state().stack.limit().raw() {
        let message = "the stack was exhausted again while that was handled".to_owned();
        m.end_run(VmError::Failed { message, places });
        return m.exit_machine();
    }
    for (slot, value) in SLOTS.zip(values) {
        // SAFETY: the frames that were abandoned took more room below the first frame of the base than these slots do.
        unsafe { outer.set_slot(slot, value) };
    }
    go_on(m, outer, staged)
}

fn enter_handler(m: &mut Mutator<'_>, s: Machine) -> Machine {
    let handler = error_handler(m).map(Live::of);
    let handler = handler.expect("staging found the handler");
    // SAFETY: nothing of the frame is needed any more, and each has a slot 0.
    unsafe { s.set_slot(0, handler) };
    // SAFETY: slot 0 was just written, and staging has written slots 1 to 3.
    unsafe { enter(m, s, 3) }
}
