//! Native code: the agreement between the compiler that makes it and the machine that runs it.
//!
//! x86-64 only. Native procedures are functions of Cranelift's `Tail` calling convention. The stack
//! pointer is on the stack of Scheme frames. `r15` (Cranelift's pinned register) points to the
//! mutator ([`context`]). Integer arguments travel in `rdi rsi rdx rcx r8 r9`, doubles in
//! `xmm0`..`xmm7`, results in `rax` or `xmm0`. `rbx rbp r12 r13 r14` belong to the caller.
//!
//! # Entries
//!
//! A native procedure has a *general entry* if bytecode, or code outside of its unit, may call it.
//! [`crate::procedure::ProcedureHeader::native_entry`] leads to the entry. The entry takes tagged
//! words: the closure (anything, if the procedure has no free variables) as the first integer
//! argument, then one word for each parameter. An optional parameter that was not given is
//! `DEFAULT`. A rest list is one word. Words beyond the [`REGISTER_WORDS`] argument registers are
//! in memory ([`context::argument_place`]): parameter `i`, counted from 1, in word `i`. The result
//! is in `rax`. A procedure whose result is raw returns the bits of the result.
//!
//! Calls between procedures of a unit may use any other signature: that is the compiler's affair.
//!
//! A call of a closure loads its code word. It compares the word at
//! [`crate::procedure::NATIVE_KEY_OFFSET`] in the procedure header with the number of arguments
//! plus one, and calls the native entry. If the callee is no closure, or if the key is another
//! number, the caller stores the number of arguments in [`context::ARGUMENT_COUNT`] and calls
//! [`Stub::Call`] instead, with the same arguments. The stub fills in optional arguments, makes a
//! list of the rest, and jumps to the native entry, if there is one.
//!
//! # Frames
//!
//! A native frame looks like any other frame. The frame pointer is the address of the return word,
//! and slot `i` is the word at `frame pointer - 8 (i + 1)`. Slot 0 is the saved `rbp`. Then come
//! the callee-saved registers and spilled words of the function: raw. Tagged values that live
//! across a safepoint stand in slots that the frame map calls live. The size of the frame is a
//! multiple of 16 bytes and static. The return word leads to the size and to the frame map, by the
//! [`return_table`] of its image.
//!
//! Every call is a safepoint, except for calls of [`Stub::Allocate`]. The collector runs only
//! inside stubs. A stub that fails does not return: the condition is raised as if the handler had
//! been called from the return word of the stub's call.
//!
//! # Borders
//!
//! Bytecode returns only to bytecode, native code only to native code. Between frames of different
//! tiers stands a border frame:
//!
//! ```text
//! native calls bytecode: native return word, rbp, rbx, r12, r13, r14 (raw); the bytecode frame
//!                        below returns to a stub instruction, which restores them
//! bytecode calls native: bytecode return word, nothing else; the native frame below returns to
//!                        a machine-code stub
//! ```
//!
//! A tail call across a border that has just been crossed the other way removes the border frame
//! instead of adding one, so that loops over both tiers take constant stack.

pub mod chunk_kind;
pub mod context;
pub mod part;
pub mod return_table;
mod stub;
mod tier;

pub use stub::{RuntimeOperation, Stub};
pub use tier::Tier;

/// Integer argument registers: the closure and the first parameters of a general entry.
pub const REGISTER_WORDS: usize = 6;

/// Words in [`context::ARGUMENTS`]. Further ones are in an area of its own.
pub const ARGUMENT_WORDS: usize = 64;

/// Words in the area of further arguments, the first [`ARGUMENT_WORDS`] included, which are not used:
/// as many as a frame has slots, and therefore as a call of bytecode can have.
pub const WIDE_ARGUMENT_WORDS: usize = 1 << 16;

/// Where a procedure that calls [`Stub::Capture`] saves the registers of its caller: the slots of
/// `rbx r12 r13 r14`.
pub const CAPTURING_SLOTS: [usize; 4] = [4, 3, 2, 1];

/// Frames of native procedures take at most so many bytes; larger procedures have no native code.
/// Stacks have this much room below the limit that polls compare with.
pub const FRAME_BYTES_MAX: usize = 8 << 10;

/// What a call that receives any number of values finds in `rax` if there was not exactly one: the
/// values are where arguments are ([`context::argument_place`]), from word 0, and their number in
/// [`context::ARGUMENT_COUNT`].
pub const MANY_VALUES: u64 = crate::tag::MANY_VALUES;
