//! Dispatch: from each instruction to the next one. An expansion of the instruction table.

use abi::condition::ConditionKind;
use abi::for_each_instruction;
use abi::isa::Opcode;

use crate::error::{Irritant, Raise};
use crate::interpreter::enter::fault;
use crate::interpreter::executed::Ending;
use crate::interpreter::machine::Machine;
use crate::interpreter::operand::{
    AnyLocal, BranchOffset, CodeOffset, Count, DataOffset, Flag, Index, Into, IntoAny, IntoRaw,
    IntoReturned, Local, MapAtEnd as MapOffset, PrimitiveOperand, RawLocal, Small, TestOperand,
    Word, Word32,
};
use crate::mutator::Mutator;

/// The handlers of all families, by the names in the instruction table.
mod handlers {
    pub(super) use crate::interpreter::arithmetic::{
        add, add_small, bit_and, bit_or, bit_xor, divide, modulo, multiply, quotient, remainder,
        shift, subtract,
    };
    pub(super) use crate::interpreter::branch::{
        branch_eq, branch_eq_word, branch_equal, branch_equal_small, branch_f64_equal,
        branch_f64_less, branch_f64_less_equal, branch_false, branch_greater_equal_small,
        branch_greater_small, branch_i64_equal, branch_i64_less, branch_i64_less_equal,
        branch_less, branch_less_equal, branch_less_equal_small, branch_less_small, branch_not_eq,
        branch_not_eq_word, branch_not_equal, branch_not_equal_small, branch_not_f64_equal,
        branch_not_f64_less, branch_not_f64_less_equal, branch_not_greater_equal_small,
        branch_not_greater_small, branch_not_i64_equal, branch_not_i64_less,
        branch_not_i64_less_equal, branch_not_less, branch_not_less_equal,
        branch_not_less_equal_small, branch_not_less_small, branch_not_null, branch_not_pair,
        branch_not_type, branch_not_u64_less, branch_not_u64_less_equal, branch_null, branch_pair,
        branch_true, branch_type, branch_u64_less, branch_u64_less_equal, jump,
    };
    pub(super) use crate::interpreter::call::{
        call, call_known, tail_apply, tail_call, tail_call_known,
    };
    pub(super) use crate::interpreter::closures::{
        closure_init, closure_ref, make_closure, make_closure1, make_closure2, make_closure3,
        make_closure4, make_closure5,
    };
    pub(super) use crate::interpreter::control::{
        capture, jump_poll, no_operation, poll, reinstate, reinstate_value, trap,
    };
    pub(super) use crate::interpreter::data::{
        box_ref, box_set, check_initialized, copy, eq, load_cell, load_constant, load_raw,
        load_small, load_word, location_define, location_ref, location_set, make_box, store_cell,
        type_test,
    };
    pub(super) use crate::interpreter::fused::{
        branch_eq_cell, branch_not_eq_cell, car_car, car_cdr, cdr_car, cdr_cdr, closure_ref2,
        copy2, copy3, poll_branch_equal_small, poll_branch_less, poll_branch_not_equal_small,
        poll_branch_not_less, poll_branch_not_null, poll_branch_not_pair, poll_branch_null,
        poll_branch_pair, poll_cons, return_word, vector_ref2,
    };
    pub(super) use crate::interpreter::host_call::call_host;
    pub(super) use crate::interpreter::leaf::{leaf, leaf1, leaf2, leaf3};
    pub(super) use crate::interpreter::pairs::{car, cdr, cons, set_car, set_cdr};
    pub(super) use crate::interpreter::raw::{
        box_f64, box_i64, box_u64, f64_abs, f64_add, f64_divide, f64_multiply, f64_negate,
        f64_sqrt, f64_subtract, i64_to_f64, real_to_f64, unbox_f64, unbox_i64, unbox_u64, word_add,
        word_and, word_multiply, word_or, word_shift_left, word_shift_right,
        word_shift_right_signed, word_subtract, word_xor,
    };
    pub(super) use crate::interpreter::record::{make_record, record_init, record_ref, record_set};
    pub(super) use crate::interpreter::returns::{
        receive, return_barrier, return_value, return_values, underflow,
    };
    pub(super) use crate::interpreter::sequence::{
        bytevector_length, bytevector_ref, bytevector_set, char_to_integer, integer_to_char,
        string_length, string_ref, vector_length, vector_ref, vector_set,
    };
    pub(super) use crate::interpreter::switch::{
        switch_search, switch_string_length, switch_symbol, switch_word,
    };
}

/// What executes the instructions of one opcode.
///
/// The machine answered stands at the next instruction, or at one that leaves the loop.
///
/// # Safety
///
/// The machine stands at an instruction of this opcode.
type Executor = unsafe fn(&mut Mutator<'_>, Machine) -> Machine;

/// Whether the executor of an instruction calls that of the next one itself, as the last thing it does. The code
/// generator makes a jump of such a call where it optimizes: then each instruction has a dispatch jump of its own,
/// which the processor predicts apart. Elsewhere executors answer to the loop, since each call would keep a frame.
const CHAINED: bool = cfg!(chained_dispatch);

/// Executes the instruction that the machine stands at, and those after it if executors are chained.
#[inline(always)]
fn execute_next(m: &mut Mutator<'_>, state: Machine) -> Machine {
    let executor = EXECUTORS[usize::from(state.next_opcode())];
    // SAFETY: the executor is that of the opcode at which the machine stands.
    unsafe { executor(m, state) }
}

/// Raises `trap`: the byte at `pc` is no opcode. What the compiler writes are, so the code was damaged
/// after it was checked.
#[cold]
#[inline(never)]
fn unknown_opcode(m: &mut Mutator<'_>, s: Machine) -> Machine {
    let opcode = s.next_opcode();
    // Backtraces name the place before an address.
    let mut behind = s;
    behind.pass_opcode();
    fault(m, behind, |_| {
        Raise::condition(ConditionKind::Trap, [Irritant::Integer(opcode.into())])
    })
}

/// The executor of the instructions that leave the loop.
fn stay(_: &mut Mutator<'_>, s: Machine) -> Machine {
    s
}

/// Whether the instruction leaves the loop.
fn leaves(opcode: u8) -> bool {
    const EXIT_BASE: u8 = Opcode::ExitBase as u8;
    const ENTER_NATIVE: u8 = Opcode::EnterNative as u8;
    const ENTER_LOOP: u8 = Opcode::EnterLoop as u8;
    const RETURN_TO_NATIVE: u8 = Opcode::ReturnToNative as u8;
    matches!(
        opcode,
        EXIT_BASE | ENTER_NATIVE | ENTER_LOOP | RETURN_TO_NATIVE
    )
}

/// Runs instructions until one of those that leave the loop, which the machine answered
/// stands behind: `exit_base` (the value that the base returned is in slot 0 of the frame
/// then), `enter_native`, `enter_loop` and `return_to_native`.
pub(crate) fn interpret(m: &mut Mutator<'_>, mut state: Machine) -> Machine {
    while !leaves(state.next_opcode()) {
        state = execute_next(m, state);
    }
    state.pass_opcode();
    state
}

/// The body of an executor.
macro_rules! execute {
    (exit_base, $m:ident, $state:ident, ) => { stay($m, $state) };
    (return_to_native, $m:ident, $state:ident, ) => { stay($m, $state) };
    (enter_native, $m:ident, $state:ident, ) => { stay($m, $state) };
    (enter_loop, $m:ident, $state:ident, ) => { stay($m, $state) };
    ($handler:ident, $m:ident, $state:ident, $($field:ident : $operand:ty),*) => {{
        let mut state = $state;
        state.pass_opcode();
        $(
            // SAFETY: the opcode says that an operand of this type comes here.
            let $field = unsafe { state.fetch::<$operand>() };
        )*
        match handlers::$handler($m, state, $($field),*).executed() {
            Ok(state) if CHAINED => execute_next($m, state),
            Ok(state) | Err(state) => state,
        }
    }};
}

macro_rules! define_executors {
    ($( $(#[$doc:meta])* $code:literal $handler:ident = $name:ident
        { $($field:ident : $operand:ty),* }; )*) => {
        /// The executors, by the names of the handlers.
        mod executors {
            use super::*;

            $(
                /// # Safety
                ///
                /// As for [`Executor`].
                pub(super) unsafe fn $handler(m: &mut Mutator<'_>, s: Machine) -> Machine {
                execute!($handler, m, s, $($field : $operand),*)
                }
            )*
        }

        /// By opcode.
        static EXECUTORS: [Executor; 256] = {
            let mut executors: [Executor; 256] = [unknown_opcode; 256];
            $( executors[$code] = executors::$handler; )*
            executors
        };
    };
}
for_each_instruction!(define_executors);
