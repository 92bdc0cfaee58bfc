//! Calls: arity, the stack's limit and polls are checked where a procedure is entered.

use std::sync::atomic::Ordering;

use abi::condition::ConditionKind;
use abi::isa::{CodeOffset, Count, IntoReturned};
use abi::object_layout::closure;
use abi::procedure::{
    ARITY_KEY_OFFSET, ARITY_OFFSET, Arity, ENTRY_MAP_OFFSET, FRAME_BYTES_OFFSET,
    PROCEDURE_HEADER_BYTES, ProcedureHeader,
};
use abi::tag::{self, Kind};
use gc::{Address, CollectReason, Outcome, WORD_BYTES};

use crate::error::{Irritant, Raise};
use crate::interpreter::machine::{Machine, MapAtEnd, load, object_of};
use crate::interpreter::raise::{fault, heap_exhausted};
use crate::interpreter::safepoint::{collect_at, poll_at, stack_exhausted};
use crate::mutator::Mutator;
use crate::stack::Innermost;
use crate::value::Value;

/// Rest arguments up to so many are consed without asking the collector first.
pub(crate) const REST_UNRESERVED_MAX: usize = 64;

#[inline(always)]
pub(super) fn call(
    m: &mut Mutator<'_>,
    s: Machine,
    arguments: Count,
    _dst: IntoReturned,
    words: Count,
    _map: MapAtEnd,
) -> Machine {
    let callee = push_return_word(s, words);
    enter_fast(m, callee, arguments)
}

#[inline(always)]
pub(super) fn call_known(
    m: &mut Mutator<'_>,
    s: Machine,
    target: CodeOffset,
    _dst: IntoReturned,
    words: Count,
    _map: MapAtEnd,
) -> Machine {
    let code = s.place(target.0);
    enter_known(m, push_return_word(s, words), code)
}

#[inline(always)]
pub(super) fn tail_call(m: &mut Mutator<'_>, s: Machine, arguments: Count) -> Machine {
    enter_fast(m, s, arguments)
}

#[inline(always)]
pub(super) fn tail_call_known(m: &mut Mutator<'_>, s: Machine, target: CodeOffset) -> Machine {
    enter_known(m, s, s.place(target.0))
}

#[inline(always)]
fn push_return_word(s: Machine, words: Count) -> Machine {
    // SAFETY: the callee's frame starts inside the words that the caller's entry checked.
    let fp = unsafe { s.fp.sub(usize::from(words.0)) };
    // SAFETY: as above; the return word is the first of them.
    unsafe { fp.write(s.pc_address().word()) };
    Machine { fp, ..s }
}

/// Enters the closure in slot 0 if its arity is exactly that, and nothing else is to be done.
#[inline(always)]
fn enter_fast(m: &mut Mutator<'_>, s: Machine, arguments: Count) -> Machine {
    if let Some((closure, _)) = object_of(s.slot(0), Kind::Closure) {
        // SAFETY: closures start with a code address.
        let code = Address::from_word(unsafe { load(closure, closure::CODE) });
        // SAFETY: code addresses lead to procedure headers.
        let key = unsafe { header_u32(code, ARITY_KEY_OFFSET) };
        if key == u32::from(arguments.0) {
            return enter_known(m, s, code);
        }
    }
    enter(m, s, usize::from(arguments.0))
}

/// Enters the procedure at `code`, whose arguments are in their slots.
#[inline(always)]
fn enter_known(m: &mut Mutator<'_>, s: Machine, code: Address) -> Machine {
    if lowest_address(s, code) < m.heap().poll_limit().load(Ordering::Relaxed) {
        return enter_slowly(m, s, code);
    }
    Machine {
        pc: first_instruction(code),
        ..s
    }
}

/// As [`enter_known`], for native code.
#[inline(never)]
pub(crate) fn enter_code(m: &mut Mutator<'_>, s: Machine, code: Address) -> Machine {
    enter_known(m, s, code)
}

#[inline(always)]
fn first_instruction(code: Address) -> *const u8 {
    std::ptr::with_exposed_provenance(code.raw() + PROCEDURE_HEADER_BYTES)
}

/// The lowest address that the frame of `s` uses if it runs the procedure at `code`.
#[inline(always)]
fn lowest_address(s: Machine, code: Address) -> usize {
    // SAFETY: code addresses lead to procedure headers.
    s.fp.addr()
        .wrapping_sub(unsafe { header_u32(code, FRAME_BYTES_OFFSET) } as usize)
}

/// A field of the procedure header at `code`.
///
/// # Safety
///
/// A procedure header is mapped there.
#[inline(always)]
unsafe fn header_u32(code: Address, offset: usize) -> u32 {
    let field: *const u32 = std::ptr::with_exposed_provenance(code.raw() + offset);
    // SAFETY: passed on to the caller; headers are aligned to 16 bytes.
    u32::from_le(unsafe { field.read() })
}

/// Checks the stack and polls, where the fast path found the limit in its way.
#[cold]
#[inline(never)]
fn enter_slowly(m: &mut Mutator<'_>, s: Machine, code: Address) -> Machine {
    let entered = Machine {
        pc: first_instruction(code),
        ..s
    };
    // Backtraces name the place before an address: this one lies inside the first instruction.
    let inside = Machine {
        pc: entered.pc.wrapping_add(1),
        ..s
    };
    if lowest_address(s, code) < m.heap().stack_limit() {
        return stack_exhausted(m, inside);
    }
    // SAFETY: code addresses lead to procedure headers.
    let entry_map = unsafe { header_u32(code, ENTRY_MAP_OFFSET) }.cast_signed();
    let entry_map = code.offset_bytes(entry_map as isize as usize);
    match poll_at(m, inside, Innermost::Map(entry_map)) {
        Ok(()) => entered,
        Err(raised) => raised,
    }
}

/// Enters the value in slot 0 with so many arguments in the slots after it.
#[inline(never)]
pub(crate) fn enter(m: &mut Mutator<'_>, s: Machine, arguments: usize) -> Machine {
    let Some((closure, _)) = object_of(s.slot(0), Kind::Closure) else {
        return fault_with_arguments(m, s, ConditionKind::NotAProcedure, arguments);
    };
    // SAFETY: closures start with a code address.
    let code = Address::from_word(unsafe { load(closure, closure::CODE) });
    // SAFETY: code addresses lead to procedure headers.
    if unsafe { header_u32(code, ARITY_KEY_OFFSET) } as usize == arguments {
        return enter_known(m, s, code);
    }
    // SAFETY: as above.
    let arity = Arity::from_word(unsafe { header_u32(code, ARITY_OFFSET) });
    let required = usize::from(arity.required);
    let positional = required + usize::from(arity.optional);
    let has_rest = arity.has_rest;
    if arguments < required || (arguments > positional && !has_rest) {
        return fault_with_arguments(m, s, ConditionKind::WrongArgumentCount, arguments);
    }
    let places = positional + usize::from(has_rest);
    let lowest = s.fp.addr() - (places + 1) * WORD_BYTES;
    if lowest < m.heap().stack_limit() {
        return stack_exhausted(m, s);
    }
    if has_rest && let Err(raised) = cons_rest(m, s, arguments, positional) {
        return raised;
    }
    for index in arguments..positional {
        s.set_slot(index as u16 + 1, tag::DEFAULT);
    }
    enter_known(m, s, code)
}

/// The header at a code address.
pub(crate) fn procedure_header(code: Address) -> ProcedureHeader {
    let bytes: *const [u8; PROCEDURE_HEADER_BYTES] = std::ptr::with_exposed_provenance(code.raw());
    // SAFETY: code addresses lead to procedure headers, in read-only memory.
    ProcedureHeader::decode(&unsafe { bytes.read() }).expect("loaded procedures have valid headers")
}

/// Makes a list of the arguments after the positional ones, in the slot after those.
fn cons_rest(
    m: &mut Mutator<'_>,
    s: Machine,
    arguments: usize,
    positional: usize,
) -> Result<(), Machine> {
    let count = arguments.saturating_sub(positional);
    if count > REST_UNRESERVED_MAX
        && let Err(full) = m.heap().reserve(count * abi::object_layout::pair::BYTES)
    {
        // The code that runs is the caller's: its return word, or the callee's closure, keeps it.
        let reason = CollectReason::Full { bytes: full.bytes };
        if let Outcome::Exhausted { needed_bytes } =
            collect_at(m, s, Innermost::Arguments(arguments), reason)
        {
            return Err(fault(m, s, |m| heap_exhausted(m, needed_bytes)));
        }
    }
    let rest = argument_list(m, s, positional, arguments).word();
    argument_slot(s, positional).store(rest);
    Ok(())
}

/// The place of an argument, which may lie beyond the slots that instructions can name.
#[derive(Clone, Copy)]
struct ArgumentSlot(*mut u64);

fn argument_slot(s: Machine, index: usize) -> ArgumentSlot {
    ArgumentSlot(s.fp.wrapping_sub(index + 2))
}

impl ArgumentSlot {
    fn load(self) -> u64 {
        // SAFETY: whoever pushed the argument checked the stack for it.
        unsafe { self.0.read() }
    }

    fn store(self, word: u64) {
        // SAFETY: as above; the rest list's place is checked before.
        unsafe { self.0.write(word) };
    }
}

/// A list of arguments `from..to`.
fn argument_list<'m>(m: &'m Mutator<'_>, s: Machine, from: usize, to: usize) -> Value<'m> {
    (from..to).rev().fold(Value::NULL, |rest, index| {
        // SAFETY: arguments are values in slots of the running frame.
        let argument = unsafe { Value::from_word(argument_slot(s, index).load()) };
        m.cons(argument, rest)
    })
}

#[cold]
fn fault_with_arguments(
    m: &mut Mutator<'_>,
    s: Machine,
    kind: ConditionKind,
    arguments: usize,
) -> Machine {
    fault(m, s, |m| {
        // SAFETY: slot 0 holds the value that was called.
        let callee = unsafe { Value::from_word(s.slot(0)) };
        let list = argument_list(m, s, 0, arguments);
        Raise::condition(kind, [Irritant::Value(callee), Irritant::Value(list)])
    })
}

/// Spreads the last of the arguments, a list, and enters the value in slot 0.
#[inline(always)]
pub(super) fn tail_apply(m: &mut Mutator<'_>, s: Machine, arguments: Count) -> Machine {
    spread(m, s, usize::from(arguments.0))
}

/// Spreads the last of so many arguments, a list, and enters the value in slot 0.
#[inline(never)]
pub(crate) fn spread(m: &mut Mutator<'_>, s: Machine, arguments: usize) -> Machine {
    let Some(last) = arguments.checked_sub(1) else {
        return fault_with_arguments(m, s, ConditionKind::WrongArgumentCount, 0);
    };
    let room = s.fp.addr().saturating_sub(m.heap().stack_limit()) / WORD_BYTES;
    // SAFETY: the last argument stands in its slot.
    let list = unsafe { Value::from_word(argument_slot(s, last).load()) };
    let (mut rest, mut count) = (list, last);
    while let Some((car, cdr)) = m.pair(rest) {
        if count + 2 >= room {
            return stack_exhausted(m, s);
        }
        argument_slot(s, count).store(car.word());
        (rest, count) = (cdr, count + 1);
    }
    if rest.is_null() {
        return enter(m, s, count);
    }
    let list = list.word();
    fault(m, s, |_| {
        // SAFETY: nothing was collected since the list was read.
        let list = unsafe { Value::from_word(list) };
        Raise::wrong_type("apply", last + 1, "list", list)
    })
}
