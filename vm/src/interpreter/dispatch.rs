//! The dispatch loop: an expansion of the instruction table.

use abi::condition::ConditionKind;
use abi::for_each_instruction;

use crate::error::{Irritant, Raise};
use crate::interpreter::enter::fault;
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
    pub(super) use crate::interpreter::control::{
        capture, jump_poll, no_operation, poll, reinstate, reinstate_value, trap,
    };
    pub(super) use crate::interpreter::data::{
        box_ref, box_set, car, cdr, check_initialized, closure_init, closure_ref, cons, copy, eq,
        load_cell, load_constant, load_raw, load_small, load_word, location_define, location_ref,
        location_set, make_box, make_closure, make_closure1, make_closure2, make_closure3,
        make_closure4, make_closure5, set_car, set_cdr, store_cell, type_test,
    };
    pub(super) use crate::interpreter::fused::{
        branch_eq_cell, branch_not_eq_cell, car_car, car_cdr, cdr_car, cdr_cdr, closure_ref2,
        copy2, copy3, poll_branch_equal_small, poll_branch_less, poll_branch_not_equal_small,
        poll_branch_not_less, poll_branch_not_null, poll_branch_not_pair, poll_branch_null,
        poll_branch_pair, poll_cons, return_word, vector_ref2,
    };
    pub(super) use crate::interpreter::host_call::call_host;
    pub(super) use crate::interpreter::leaf::{leaf, leaf1, leaf2, leaf3};
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

/// Calls the handler of an instruction. Those that leave the loop have none.
macro_rules! execute {
    (exit_base, $m:ident, $state:ident, ) => {
        return $state
    };
    (return_to_native, $m:ident, $state:ident, ) => {
        return $state
    };
    (enter_native, $m:ident, $state:ident, ) => {
        return $state
    };
    ($handler:ident, $m:ident, $state:ident, $($field:ident),*) => {
        $state = handlers::$handler($m, $state, $($field),*)
    };
}

/// Raises `trap`: the byte at `pc` is no opcode. What the compiler writes are, so the code was damaged
/// after it was checked.
#[cold]
#[inline(never)]
fn unknown_opcode(m: &mut Mutator<'_>, s: Machine) -> Machine {
    // Read again: passed as an argument, it would cost each dispatch a copy.
    let opcode = s.next_opcode();
    // Backtraces name the place before an address.
    let mut behind = s;
    behind.pass_opcode();
    fault(m, behind, |_| {
        Raise::condition(ConditionKind::Trap, [Irritant::Integer(opcode.into())])
    })
}

/// The bytes that are no opcodes, each of them: with a catch-all pattern in its place, every dispatch
/// would compare the byte with the last opcode first.
#[rustfmt::skip] // One a line otherwise.
macro_rules! unknown_opcodes {
    () => {
        0xa9 | 0xaa | 0xab | 0xac | 0xad | 0xae | 0xaf | 0xb0 | 0xb1
        | 0xb2 | 0xb3 | 0xb4 | 0xb5 | 0xb6 | 0xb7 | 0xb8 | 0xb9 | 0xba | 0xbb | 0xbc | 0xbd | 0xbe | 0xbf
        | 0xc0 | 0xc1 | 0xc2 | 0xc3 | 0xc4 | 0xc5 | 0xc6 | 0xc7 | 0xc8 | 0xcd | 0xce | 0xcf | 0xd0
        | 0xd1 | 0xd2 | 0xd3 | 0xd4 | 0xd5 | 0xd6 | 0xd7 | 0xd8 | 0xd9 | 0xda | 0xdb | 0xdc | 0xdd | 0xde
        | 0xdf | 0xe0 | 0xe1 | 0xe2 | 0xe3 | 0xe4 | 0xe5 | 0xe6 | 0xe7 | 0xe8 | 0xe9 | 0xea | 0xeb | 0xec
        | 0xed | 0xee | 0xef | 0xf0 | 0xf1 | 0xf2 | 0xf3 | 0xf4 | 0xf5 | 0xf6 | 0xf7 | 0xf8 | 0xf9 | 0xfa
        | 0xfb | 0xfc | 0xfd | 0xfe | 0xff
    };
}

macro_rules! define_dispatch {
    ($( $(#[$doc:meta])* $code:literal $handler:ident = $name:ident
        { $($field:ident : $operand:ty),* }; )*) => {
        /// Runs instructions until one of those that leave the loop, which the machine answered
        /// stands behind: `exit_base` (the value that the base returned is in slot 0 of the frame
        /// then), `enter_native` and `return_to_native`.
        pub(crate) fn interpret(m: &mut Mutator<'_>, mut state: Machine) -> Machine {
            loop {
                match state.next_opcode() {
                    $( $code => {
                        // Not before the match: it would be one more register that every
                        // handler keeps.
                        state.pass_opcode();
                        $(
                            // SAFETY: the opcode says that an operand of this type comes here.
                            let $field = unsafe { state.fetch::<$operand>() };
                        )*
                        execute!($handler, m, state, $($field),*);
                    } )*
                    unknown_opcodes!() => state = unknown_opcode(m, state),
                }
            }
        }
    };
}
for_each_instruction!(define_dispatch);
