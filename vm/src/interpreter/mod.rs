//! The interpreter of bytecode.
//!
//! The instruction table ([`abi::for_each_instruction`]) expands to one loop with one `match`; each
//! arm fetches the operands and calls the instruction's handler, which is inlined and lives in the
//! file of its family. Handlers take and return the [`Machine`] by value.

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
mod leaf;
mod machine;
mod raise;
mod raw;
mod record;
mod returns;
mod safepoint;
mod sequence;
#[cfg(test)]
mod tests;

pub(crate) use call::enter;
pub(crate) use dispatch::interpret;
pub(crate) use host_call::condition as host_condition;
pub(crate) use machine::Machine;
pub(crate) use record::is_type_or_derived;
pub(crate) use returns::resume;
