//! How native code is entered and left: machine code, and what it answers.
//!
//! All stubs run with `r15` at the mutator, whose system stack pointer was set by [`enter`]. On the
//! stack of native code, stubs use no words except those of a border frame.
//!
//! Unwind rows lead unwinders across stacks. From Rust that a stub called, they lead to the native
//! frame that called the stub. From native code that bytecode called, they lead to the driver, past
//! all older frames on the stack of Scheme frames. An unwinder looks for a return address in the
//! function of the byte before the address. So every return word leads behind a byte.

use std::arch::naked_asm;

use abi::native::context;

/// Why native code left: what [`enter`] answers.
pub(super) mod event {
    /// [`abi::native::Stub::Call`].
    pub(in crate::native) const CALL: u64 = 0;
    /// [`abi::native::Stub::CallCode`].
    pub(in crate::native) const CALL_CODE: u64 = 1;
    /// [`abi::native::Stub::Apply`].
    pub(in crate::native) const APPLY: u64 = 2;
    /// [`abi::native::Stub::Host`].
    pub(in crate::native) const HOST: u64 = 3;
    /// A return to bytecode.
    pub(in crate::native) const RETURN: u64 = 4;
    /// A slow path that does not return said how to go on.
    pub(in crate::native) const NEXT: u64 = 5;
}

/// Bytes of the callee-saved registers in a border frame below native code.
pub(super) const SAVED_BYTES: usize = 40;

/// What a slow path answers: the result, and whether it returns at all.
#[repr(C)]
pub(super) struct StubAnswer {
    pub(super) word: u64,
    pub(super) outcome: u64,
}

/// [`StubAnswer::outcome`]: native code goes on.
pub(super) const RETURNS: u64 = 0;
/// The driver goes on, in a frame below the border that holds the callee-saved registers.
pub(super) const RAISES: u64 = 1;
/// The driver goes on elsewhere; the frame of native code is gone.
pub(super) const LEAVES: u64 = 2;

/// What a function that arranges a call answers in place of an entry: the driver makes the call, of
/// the closure and the arguments in the mutator.
pub(super) const LEAVES_FOR_CALL: u64 = 3;
/// The driver calls the closure with the list, both in the mutator.
pub(super) const LEAVES_FOR_APPLY: u64 = 4;

/// Switches to native code: takes the callee-saved registers from the words at `stack_pointer`, the
/// arguments from the mutator, and jumps to `target`. Answers an [`event`] when native code leaves.
///
/// # Safety
///
/// The words at `stack_pointer` are those of a border frame, or zeros, with a return word above
/// them; native code is at `target`, or [`return_through`].
#[unsafe(naked)]
pub(super) unsafe extern "C" fn enter(
    mutator: usize,
    stack_pointer: usize,
    target: usize,
    value: u64,
) -> u64 {
    naked_asm!(
        "push rbp",
        "push rbx",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "sub rsp, 8",
        "mov r15, rdi",
        "mov [r15 + {system}], rsp",
        "mov rsp, rsi",
        "mov r11, rdx",
        "mov rax, rcx",
        "mov rdi, [r15 + {arguments}]",
        "mov rsi, [r15 + {arguments} + 8]",
        "mov rdx, [r15 + {arguments} + 16]",
        "mov rcx, [r15 + {arguments} + 24]",
        "mov r8, [r15 + {arguments} + 32]",
        "mov r9, [r15 + {arguments} + 40]",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbx",
        "pop rbp",
        "jmp r11",
        system = const context::SYSTEM_STACK,
        arguments = const context::ARGUMENTS,
    )
}

/// As a target of [`enter`]: returns through the return word.
#[unsafe(naked)]
pub(super) extern "C" fn return_through() {
    naked_asm!("ret")
}

/// `offset` as a number of two bytes in an unwind expression (DWARF 5, 7.6), from the low byte on.
pub(super) const fn expression_bytes(offset: i32) -> [i32; 2] {
    assert!(0 <= offset && offset < 1 << 13);
    [0x80 | (offset & 0x7f), offset >> 7]
}

pub(super) const SCHEME: [i32; 2] = expression_bytes(context::SCHEME_STACK);
pub(super) const SYSTEM: [i32; 2] = expression_bytes(context::SYSTEM_STACK);
/// The caller's frame ends `$bytes` above the address in the mutator's word `$word`. Unwinders take
/// such a frame for one that a signal interrupted: those of others may not go from stack to stack.
///
/// The expression (DWARF 5, 2.5): `breg15` word, `deref`, `plus_uconst` bytes.
macro_rules! frame_ends_above {
    ($word:literal, $bytes:literal) => {
        concat!(
            ".cfi_signal_frame\n .cfi_escape 0x0f, 6, 0x7f, {",
            $word,
            "_low}, {",
            $word,
            "_high}, 0x06, 0x23, ",
            $bytes,
            "\n"
        )
    };
}

pub(super) use frame_ends_above;

/// The caller is the driver: the row of [`enter`]'s frame.
macro_rules! frame_is_the_drivers {
    () => {
        concat!(
            frame_ends_above!("system", 64),
            ".cfi_offset rbp, -16\n .cfi_offset rbx, -24\n .cfi_offset r12, -32\n ",
            ".cfi_offset r13, -40\n .cfi_offset r14, -48\n .cfi_offset r15, -56\n"
        )
    };
}

pub(super) use frame_is_the_drivers;

/// Goes on behind [`enter`], with `$event`. `$push` saves the callee-saved registers first.
macro_rules! leave {
    (saving, $event:literal) => {
        concat!(
            "push rbp\n push rbx\n push r12\n push r13\n push r14\n",
            leave!($event)
        )
    };
    ($event:literal) => {
        concat!(
            "mov [r15 + {scheme}], rsp\n mov rsp, [r15 + {system}]\n mov eax, ",
            $event,
            "\n add rsp, 8\n pop r15\n pop r14\n pop r13\n pop r12\n pop rbx\n pop rbp\n ret\n"
        )
    };
}

pub(super) use leave;

const _: () = assert!(event::RETURN == 4);

/// The return word of native frames that bytecode called. The stack pointer stands one word below
/// the border frame's bytecode return word.
#[unsafe(naked)]
extern "C" fn return_to_bytecode() {
    naked_asm!(
        ".cfi_startproc",
        frame_is_the_drivers!(),
        "nop",
        "mov [r15 + {operand}], rax",
        leave!(4),
        ".cfi_endproc",
        system_low = const SYSTEM[0],
        system_high = const SYSTEM[1],
        operand = const context::OPERAND,
        scheme = const context::SCHEME_STACK,
        system = const context::SYSTEM_STACK,
    )
}

/// The return word that leads to [`return_to_bytecode`].
#[inline(always)]
pub(crate) fn word_to_bytecode() -> u64 {
    word_behind(return_to_bytecode)
}

/// The return word that leads to a stub: behind the first instruction, of a byte.
#[inline(always)]
pub(super) fn word_behind(stub: extern "C" fn()) -> u64 {
    stub as usize as u64 + 1
}
