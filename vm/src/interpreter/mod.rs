//! The interpreter of bytecode.
//!
//! The instruction table ([`abi::for_each_instruction`]) expands to one loop with one `match`. Each
//! arm fetches the operands and calls the instruction's handler, which is inlined and stands in the
//! file of its family. Handlers take and return the [`Machine`] by value, so that pc and frame
//! pointer stay in registers. `add_small` on x86-64 (release build) has pc in `r13`, the frame
//! pointer in `r12`, and the table of handlers in `rbx`. Nothing goes through the stack of the
//! interpreter.
//!
//! ```text
//!     movzwl 0x3(%r13),%esi             a
//!     movswq 0x5(%r13),%rax             value
//!     mov    %eax,%ecx
//!     lea    0xb(%r13),%rdx             the next instruction
//!     mov    -0x80000(%r12,%rsi,8),%r8  slot i is at fp - 8 (i + 1): the operand is the complement of i
//!     shl    $0x3,%rax
//!     test   $0x7,%r8b                  a fixnum?
//!     jne    slow
//!     mov    %r8,%rsi
//!     add    %rax,%rsi
//!     jo     slow
//!     movzwl 0x1(%r13),%eax             dst
//!     mov    %rsi,-0x80000(%r12,%rax,8)
//!     movzbl (%rdx),%eax                dispatch
//!     movslq (%rbx,%rax,4),%rax
//!     add    %rbx,%rax
//!     mov    %rdx,%r13
//!     jmp    *%rax
//! ```

#![expect(
    clippy::too_many_arguments,
    reason = "a handler takes the mutator, the machine, and each operand of a row of the table"
)]

mod arithmetic;
mod branch;
mod call;
mod code;
mod control;
mod data;
mod dispatch;
mod enter;
mod field;
mod fused;
mod host_call;
mod inline_primitive;
mod known;
mod leaf;
mod machine;
mod operand;
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
