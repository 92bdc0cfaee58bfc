//! Machine code that captures and reinstates continuations.

use std::arch::naked_asm;

use abi::native::context;
use abi::object_layout::chunk;
use abi::tag::TAG_OBJECT;

use crate::native::control;
use crate::native::crossing::{RAISES, SCHEME, event, frame_ends_above, leave};

// As the stubs have it.
const _: () = assert!(event::NEXT == 5 && RAISES == 1);

/// [`abi::native::Stub::Capture`]: keeps no register but the stack's and the mutator's.
#[unsafe(naked)]
pub(super) extern "C" fn capture() {
    naked_asm!(
        ".cfi_startproc",
        "mov [r15 + {scheme}], rsp",
        "mov rsp, [r15 + {system}]",
        frame_ends_above!("scheme", 8),
        "mov rdi, r15",
        "mov rsi, rbp",
        "call {function}",
        "mov rsp, [r15 + {scheme}]",
        ".cfi_def_cfa rsp, 8",
        "test rdx, rdx",
        "jnz 2f",
        "ret",
        "2:",
        leave!(saving, 5),
        ".cfi_endproc",
        function = sym control::capture,
        scheme_low = const SCHEME[0],
        scheme_high = const SCHEME[1],
        scheme = const context::SCHEME_STACK,
        system = const context::SYSTEM_STACK,
    )
}

/// Goes on with the registers that stand where the mutator's operand says, below a return word; or leaves,
/// as the function that answered said.
macro_rules! go_on_or_leave {
    () => {
        concat!(
            "test rdx, rdx\n jnz 2f\n mov rsp, [r15 + {operand}]\n",
            "pop r14\n pop r13\n pop r12\n pop rbx\n pop rbp\n ret\n",
            "2:\n mov rsp, [r15 + {scheme}]\n cmp rdx, 1\n jne 3f\n",
            leave!(saving, 5),
            "3:\n",
            leave!(5),
        )
    };
}
/// A stub that calls `$function` on the system stack, with the mutator and two words, and goes on where
/// the mutator's operand says.
macro_rules! reinstating_stubs {
    ($( $(#[$doc:meta])* $name:ident = $function:path; )*) => { $(
        $(#[$doc])*
        #[unsafe(naked)]
        pub(super) extern "C" fn $name() {
            naked_asm!(
                ".cfi_startproc",
                "mov [r15 + {scheme}], rsp",
                "mov rsp, [r15 + {system}]",
                frame_ends_above!("scheme", 8),
                "mov rdx, rsi",
                "mov rsi, rdi",
                "mov rdi, r15",
                "call {function}",
                go_on_or_leave!(),
                ".cfi_endproc",
                function = sym $function,
                operand = const context::OPERAND,
                scheme_low = const SCHEME[0],
                scheme_high = const SCHEME[1],
                scheme = const context::SCHEME_STACK,
                system = const context::SYSTEM_STACK,
            )
        }
    )* };
}

reinstating_stubs! {
    /// [`abi::native::Stub::Reinstate`]
    reinstate = control::reinstate;
    /// [`abi::native::Stub::ReinstateValue`]
    reinstate_value = control::reinstate_value;
}

/// Where the registers of the frame that goes on are in its continuation.
const REGISTERS: usize = chunk::NATIVE_REGISTERS;

/// [`abi::native::Stub::Resume`]: until the frame is back, the callee-saved registers are free.
#[unsafe(naked)]
pub(super) extern "C" fn resume() {
    naked_asm!(
        ".cfi_startproc",
        "mov [r15 + {scheme}], rsp",
        "mov rsp, [r15 + {system}]",
        frame_ends_above!("scheme", 8),
        "mov rbx, rdi",
        ".cfi_undefined rbx",
        "mov r12, rsi",
        ".cfi_undefined r12",
        "mov rsi, rdi",
        "mov rdi, r15",
        "call {quickly}",
        "test rax, rax",
        "jz 4f",
        "mov rsp, rax",
        "mov rbp, rdx",
        "mov rax, r12",
        "mov r14, [rbx + {registers} + 24]",
        "mov r13, [rbx + {registers} + 16]",
        "mov r12, [rbx + {registers} + 8]",
        "mov rbx, [rbx + {registers}]",
        "ret",
        "4:",
        "mov rdi, r15",
        "lea rsi, [rbx + {tag_object}]",
        "mov rdx, r12",
        "call {slowly}",
        go_on_or_leave!(),
        ".cfi_endproc",
        quickly = sym control::resume,
        slowly = sym control::resume_slowly,
        registers = const REGISTERS,
        tag_object = const TAG_OBJECT,
        operand = const context::OPERAND,
        scheme_low = const SCHEME[0],
        scheme_high = const SCHEME[1],
        scheme = const context::SCHEME_STACK,
        system = const context::SYSTEM_STACK,
    )
}
