//! The interpreter of bytecode.
//!
//! The instruction table ([`abi::for_each_instruction`]) expands to one function for each instruction, its
//! *executor*. The executor fetches the operands, calls the instruction's handler, which is inlined and stands in
//! the file of its family, and goes on to the executor of the next instruction. Handlers take and return the
//! [`Machine`] by value, so that pc and frame pointer stay in registers. `add_small` on x86-64 (release build) has
//! pc in `rsi`, the frame pointer in `rdx`, and the mutator in `rdi`. Nothing goes through the stack of the process.
//!
//! ```text
//!     mov    %rsi,%rax
//!     movzwl 0x3(%rsi),%ecx             a
//!     movswq 0x5(%rsi),%r8              value
//!     add    $0xb,%rsi                  the next instruction
//!     mov    -0x80000(%rdx,%rcx,8),%rcx slot i is at fp - 8 (i + 1): the operand is the complement of i
//!     test   $0x7,%cl                   a fixnum?
//!     jne    slow
//!     lea    0x0(,%r8,8),%r9
//!     add    %rcx,%r9
//!     jo     slow
//!     movzwl 0x1(%rax),%eax             dst
//!     mov    %r9,-0x80000(%rdx,%rax,8)
//!     movzbl (%rsi),%eax                dispatch
//!     lea    EXECUTORS(%rip),%rcx
//!     jmp    *(%rcx,%rax,8)
//! slow:
//!     jmp    add_small::apart
//! ```

#![expect(
    clippy::too_many_arguments,
    reason = "a handler takes the mutator, the machine, and each operand of a row of the table"
)]

mod arithmetic;
mod branch;
mod call;
mod closures;
mod code;
mod control;
mod data;
mod dispatch;
mod enter;
mod executed;
mod field;
mod fused;
mod host_call;
mod inline_primitive;
mod known;
mod leaf;
mod machine;
mod operand;
mod pairs;
mod raw;
mod record;
mod reinstate;
mod returns;
mod runtime_operation;
mod safepoint;
mod sequence;
mod stage;
mod switch;
#[cfg(test)]
mod tests;

pub(crate) use call::spread;
pub(crate) use code::Code;
pub(crate) use control::{
    Reinstated, Values, no_list_of_values, not_a_continuation, reinstate_in_base,
};
pub(crate) use dispatch::interpret;
pub(crate) use enter::{REST_UNRESERVED_MAX, enter, enter_code, fault, go_on, stack_exhausted};
pub(crate) use host_call::{HostCall, run_host};
pub(crate) use inline_primitive::{arithmetic_primitive, inline_primitive};
pub(crate) use leaf::leaf_primitive;
pub(crate) use machine::Machine;
pub(crate) use operand::{IntoReturned, PrimitiveOperand};
pub(crate) use record::is_type_or_derived;
pub(crate) use reinstate::resume_with_one;
pub(crate) use returns::deliver;
pub(crate) use runtime_operation::runtime_operation;
pub(crate) use stage::{Staged, heap_exhausted, stage};
