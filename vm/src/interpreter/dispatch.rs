//! The dispatch loop: an expansion of the instruction table.

use abi::for_each_instruction;
use abi::isa::{
    AnyLocal, BranchOffset, CodeOffset, Count, DataOffset, Flag, Index, Into, IntoAny, IntoRaw,
    Local, MapOffset, PrimitiveOperand, RawLocal, Small, TestOperand, Word, Word32,
};

use crate::interpreter::machine::{Fetch, Machine};
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
        capture, jump_poll, no_operation, poll, reinstate, trap,
    };
    pub(super) use crate::interpreter::data::{
        box_ref, box_set, car, cdr, check_initialized, closure_init, closure_ref, cons, copy, eq,
        load_cell, load_constant, load_raw, load_small, load_word, location_define, location_ref,
        location_set, make_box, make_closure, make_closure1, make_closure2, make_closure3,
        make_closure4, set_car, set_cdr, store_cell, type_test,
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

macro_rules! define_dispatch {
    ($( $(#[$doc:meta])* $code:literal $handler:ident = $name:ident
        { $($field:ident : $operand:ty),* }; )*) => {
        /// Runs instructions until one of those that leave the loop, which the machine answered
        /// stands behind: `exit_base` (the value that the base returned is in slot 0 of the frame
        /// then), `enter_native` and `return_to_native`.
        pub(crate) fn interpret(m: &mut Mutator<'_>, mut state: Machine) -> Machine {
            loop {
                // SAFETY: `pc` leads to an instruction: branch targets, return words and procedure
                // entries do, in images that are loaded, and in stubs.
                let opcode = unsafe { state.pc.read() };
                state.pc = state.pc.wrapping_add(1);
                match opcode {
                    $( $code => {
                        $(
                            // SAFETY: instructions lie in mapped memory with their operands.
                            let $field = unsafe { <$operand>::fetch(&mut state.pc) };
                        )*
                        execute!($handler, m, state, $($field),*);
                    } )*
                    // SAFETY: `pc` leads to an instruction, as above, and all that the compiler
                    // writes are in the table; images that were damaged since are not loaded.
                    _ => unsafe { std::hint::unreachable_unchecked() },
                }
            }
        }
    };
}
for_each_instruction!(define_dispatch);
