//! The interpreter of bytecode.
//!
//! The instruction table ([`abi::for_each_instruction`]) expands to one loop with one `match`; each
//! arm fetches the operands and calls the instruction's handler, which is inlined and lives in the
//! file of its family. Handlers take and return the [`Machine`] by value, so that pc and frame
//! pointer stay in registers. `add_small` on x86-64 (release build): pc in `rbp`, copied to `r13` by
//! the dispatch; frame pointer in `r11`; nothing goes through the stack of the interpreter.
//!
//! ```text
//!     movzwl 0x1(%r13),%eax           dst
//!     movzwl 0x3(%r13),%esi           a
//!     movswq 0x5(%r13),%rdx           value
//!     mov    0x7(%r13),%ecx           map (for the slow path)
//!     add    $0xb,%r13                the next instruction
//!     not    %rsi
//!     mov    (%r11,%rsi,8),%r8        slot i is at fp - 8 * (i + 1)
//!     lea    0x0(,%rdx,8),%rsi
//!     test   $0x7,%r8b                a fixnum?
//!     jne    slow
//!     mov    %r8,%rdi
//!     add    %rsi,%rdi
//!     jo     slow
//!     not    %rax
//!     mov    %rdi,(%r11,%rax,8)
//!     mov    %r13,%rbp
//!     jmp    dispatch
//! dispatch:
//!     movzbl 0x0(%rbp),%eax
//!     lea    0x1(%rbp),%rsi
//!     mov    %rbp,%r13
//!     movslq (%r15,%rax,4),%rax
//!     add    %r15,%rax
//!     jmp    *%rax
//! ```

#![expect(
    clippy::too_many_arguments,
    reason = "a handler takes the mutator, the machine, and each operand of a row of the table"
)]

mod arithmetic;
mod branch;
mod call;
mod control;
mod data;
mod dispatch;
mod host_call;
mod inline_primitive;
mod leaf;
mod machine;
mod raise;
mod raw;
mod record;
mod returns;
mod runtime_operation;
mod safepoint;
mod sequence;
#[cfg(test)]
mod tests;

pub(crate) use call::{enter, enter_code, procedure_header, spread};
pub(crate) use dispatch::interpret;
pub(crate) use host_call::{condition as host_condition, run_host};
pub(crate) use inline_primitive::{arithmetic_primitive, inline_primitive};
pub(crate) use leaf::leaf_primitive;
pub(crate) use machine::Machine;
pub(crate) use raise::{Staged, fault, go_on, heap_exhausted};
pub(crate) use record::is_type_or_derived;
pub(crate) use returns::{deliver, resume, resume_with_value};
pub(crate) use runtime_operation::runtime_operation;
pub(crate) use safepoint::stack_exhausted;
