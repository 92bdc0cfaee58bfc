//! The stubs: machine code that native code calls, jumps to and returns to.
//!
//! See [`crossing`](crate::native::crossing) for what all stubs keep to.

use std::arch::naked_asm;

use abi::native::{Stub, context};

use crate::native::context::BARRIER;
use crate::native::crossing::{
    RAISES, SCHEME, SYSTEM, event, expression_bytes, frame_ends_above, frame_is_the_drivers, leave,
    word_behind,
};
use crate::native::{call_stubs, control_stubs, returns, slow_path};
use crate::return_word::NativeStubWords;

const BARRIER_BEHIND: [i32; 2] = expression_bytes(BARRIER);
const BARRIER_WORD: [i32; 2] = expression_bytes(BARRIER + 8);

/// A stub that leaves for the driver, after the registers with arguments were stored.
macro_rules! leaving_stubs {
    ($( $(#[$doc:meta])* $name:ident $event:literal = $constant:ident; )*) => { $(
        const _: () = assert!($event == event::$constant);

        $(#[$doc])*
        #[unsafe(naked)]
        extern "C" fn $name() {
            naked_asm!(
                "mov [r15 + {arguments}], rdi",
                "mov [r15 + {arguments} + 8], rsi",
                "mov [r15 + {arguments} + 16], rdx",
                "mov [r15 + {arguments} + 24], rcx",
                "mov [r15 + {arguments} + 32], r8",
                "mov [r15 + {arguments} + 40], r9",
                leave!(saving, $event),
                arguments = const context::ARGUMENTS,
                scheme = const context::SCHEME_STACK,
                system = const context::SYSTEM_STACK,
            )
        }
    )* };
}

leaving_stubs! {
    /// [`Stub::CallCode`]
    call_code 1 = CALL_CODE;
}

// As the stubs below have it.
const _: () = assert!(event::HOST == 3 && event::NEXT == 5 && RAISES == 1);

/// [`Stub::Host`]
#[unsafe(naked)]
extern "C" fn host() {
    naked_asm!(
        "mov [r15 + {operand}], rdi",
        leave!(saving, 3),
        operand = const context::OPERAND,
        scheme = const context::SCHEME_STACK,
        system = const context::SYSTEM_STACK,
    )
}

/// A stub that calls `$function` on the system stack, with the mutator, a word and the operands.
macro_rules! direct_stubs {
    ($( $(#[$doc:meta])* $name:ident = $function:path; )*) => { $(
        $(#[$doc])*
        #[unsafe(naked)]
        extern "C" fn $name() {
            naked_asm!(
                ".cfi_startproc",
                "mov [r15 + {scheme}], rsp",
                "mov rsp, [r15 + {system}]",
                frame_ends_above!("scheme", 8),
                "mov rsi, rdi",
                "mov rdx, [r15 + {operands}]",
                "mov rcx, [r15 + {operands} + 8]",
                "mov r8, [r15 + {operands} + 16]",
                "mov rdi, r15",
                "call {function}",
                "mov rsp, [r15 + {scheme}]",
                ".cfi_def_cfa rsp, 8",
                "test rdx, rdx",
                "jnz 2f",
                "ret",
                "2:",
                "cmp rdx, 1",
                "jne 3f",
                leave!(saving, 5),
                "3:",
                leave!(5),
                ".cfi_endproc",
                function = sym $function,
                operands = const context::OPERANDS,
                scheme_low = const SCHEME[0],
                scheme_high = const SCHEME[1],
                scheme = const context::SCHEME_STACK,
                system = const context::SYSTEM_STACK,
            )
        }
    )* };
}

direct_stubs! {
    /// [`Stub::ReturnMany`]
    return_many = returns::return_many;
    /// [`Stub::Primitive1`]
    primitive1 = slow_path::primitive1;
    /// [`Stub::Primitive2`]
    primitive2 = slow_path::primitive2;
    /// [`Stub::Primitive3`]
    primitive3 = slow_path::primitive3;
    /// [`Stub::PrimitiveMany`]
    primitive_many = slow_path::primitive_many;
    /// [`Stub::Runtime`]
    runtime = slow_path::runtime;
    /// [`Stub::Poll`]
    poll = slow_path::poll;
}

/// [`Stub::Allocate`]: keeps every register.
#[unsafe(naked)]
extern "C" fn allocate() {
    naked_asm!(
        ".cfi_startproc\n mov [r15 + {scheme}], rsp",
        "mov rsp, [r15 + {system}]",
        frame_ends_above!("scheme", 8),
        "sub rsp, 336",
        "mov [rsp], rax",
        "mov [rsp + 8], rcx",
        "mov [rsp + 16], rdx",
        "mov [rsp + 24], rsi",
        "mov [rsp + 32], rdi",
        "mov [rsp + 40], r8",
        "mov [rsp + 48], r9",
        "mov [rsp + 56], r10",
        "mov [rsp + 64], r11",
        "movups [rsp + 80], xmm0",
        "movups [rsp + 96], xmm1",
        "movups [rsp + 112], xmm2",
        "movups [rsp + 128], xmm3",
        "movups [rsp + 144], xmm4",
        "movups [rsp + 160], xmm5",
        "movups [rsp + 176], xmm6",
        "movups [rsp + 192], xmm7",
        "movups [rsp + 208], xmm8",
        "movups [rsp + 224], xmm9",
        "movups [rsp + 240], xmm10",
        "movups [rsp + 256], xmm11",
        "movups [rsp + 272], xmm12",
        "movups [rsp + 288], xmm13",
        "movups [rsp + 304], xmm14",
        "movups [rsp + 320], xmm15",
        "mov rdi, r15",
        "call {function}",
        "test rdx, rdx",
        "jnz 2f",
        "mov rax, [rsp]",
        "mov rcx, [rsp + 8]",
        "mov rdx, [rsp + 16]",
        "mov rsi, [rsp + 24]",
        "mov rdi, [rsp + 32]",
        "mov r8, [rsp + 40]",
        "mov r9, [rsp + 48]",
        "mov r10, [rsp + 56]",
        "mov r11, [rsp + 64]",
        "movups xmm0, [rsp + 80]",
        "movups xmm1, [rsp + 96]",
        "movups xmm2, [rsp + 112]",
        "movups xmm3, [rsp + 128]",
        "movups xmm4, [rsp + 144]",
        "movups xmm5, [rsp + 160]",
        "movups xmm6, [rsp + 176]",
        "movups xmm7, [rsp + 192]",
        "movups xmm8, [rsp + 208]",
        "movups xmm9, [rsp + 224]",
        "movups xmm10, [rsp + 240]",
        "movups xmm11, [rsp + 256]",
        "movups xmm12, [rsp + 272]",
        "movups xmm13, [rsp + 288]",
        "movups xmm14, [rsp + 304]",
        "movups xmm15, [rsp + 320]",
        "mov rsp, [r15 + {scheme}]",
        "ret",
        "2: mov rsp, [r15 + {scheme}]",
        leave!(5),
        ".cfi_endproc",
        function = sym slow_path::allocate,
        scheme_low = const SCHEME[0],
        scheme_high = const SCHEME[1],
        scheme = const context::SCHEME_STACK,
        system = const context::SYSTEM_STACK,
    )
}

/// Calls `$function` on the system stack from a return, with the mutator and the address behind the
/// return word, and keeps the results of the return: in `rax` and `xmm0`, or several registers.
/// Then the function's answer is in `r11` and `r10`.
macro_rules! keeping_results {
    ($($running:tt)*) => {
        concat!(
            "nop\n",
            "mov [r15 + {scheme}], rsp\n mov r10, rsp\n mov rsp, [r15 + {system}]\n",
            $($running)*,
            "sub rsp, 192\n",
            "mov [rsp], rax\n mov [rsp + 8], rcx\n mov [rsp + 16], rdx\n mov [rsp + 24], rsi\n",
            "mov [rsp + 32], rdi\n mov [rsp + 40], r8\n mov [rsp + 48], r9\n",
            "movups [rsp + 64], xmm0\n movups [rsp + 80], xmm1\n movups [rsp + 96], xmm2\n",
            "movups [rsp + 112], xmm3\n movups [rsp + 128], xmm4\n movups [rsp + 144], xmm5\n",
            "movups [rsp + 160], xmm6\n movups [rsp + 176], xmm7\n",
            "mov rdi, r15\n mov rsi, r10\n call {function}\n mov r11, rax\n mov r10, rdx\n",
            "mov rax, [rsp]\n mov rcx, [rsp + 8]\n mov rdx, [rsp + 16]\n mov rsi, [rsp + 24]\n",
            "mov rdi, [rsp + 32]\n mov r8, [rsp + 40]\n mov r9, [rsp + 48]\n",
            "movups xmm0, [rsp + 64]\n movups xmm1, [rsp + 80]\n movups xmm2, [rsp + 96]\n",
            "movups xmm3, [rsp + 112]\n movups xmm4, [rsp + 128]\n movups xmm5, [rsp + 144]\n",
            "movups xmm6, [rsp + 160]\n movups xmm7, [rsp + 176]\n",
            "mov rsp, [r15 + {scheme}]\n"
        )
    };
}

/// The return word of a native frame whose own stands in the base's barrier.
#[unsafe(naked)]
extern "C" fn return_barrier() {
    naked_asm!(
        ".cfi_startproc",
        // The frame has no words left, and its return address is the barrier's word, if that is the
        // barrier of the base that runs; else 0, where unwinding ends. `val_expression` of the return
        // address (DWARF 5, 6.4.2.3), with the frame's end on the stack: `breg15` behind, `deref`,
        // `eq`, `breg15` word, `deref`, `mul`.
        ".cfi_def_cfa rsp, 0",
        ".cfi_escape 0x16, 16, 10, 0x7f, {behind_low}, {behind_high}, 0x06, 0x29, \
         0x7f, {word_low}, {word_high}, 0x06, 0x1e",
        keeping_results!(frame_ends_above!("scheme", 0)),
        ".cfi_def_cfa rsp, 0",
        "test r11, r11",
        "jz 2f",
        "jmp r11",
        "2:",
        leave!(5),
        ".cfi_endproc",
        function = sym returns::pass_barrier_natively,
        scheme_low = const SCHEME[0],
        scheme_high = const SCHEME[1],
        behind_low = const BARRIER_BEHIND[0],
        behind_high = const BARRIER_BEHIND[1],
        word_low = const BARRIER_WORD[0],
        word_high = const BARRIER_WORD[1],
        scheme = const context::SCHEME_STACK,
        system = const context::SYSTEM_STACK,
    )
}

/// The return word of a native frame that returns into a captured one.
#[unsafe(naked)]
extern "C" fn underflow() {
    naked_asm!(
        ".cfi_startproc",
        // Captured frames lie in the heap, where unwinders cannot walk: they leave them out.
        frame_is_the_drivers!(),
        keeping_results!(""),
        "test r11, r11",
        "jz 2f",
        "mov rsp, r10",
        "mov rbp, [r15 + {frame_base}]",
        "jmp r11",
        "2:",
        leave!(5),
        ".cfi_endproc",
        function = sym returns::underflow_natively,
        system_low = const SYSTEM[0],
        system_high = const SYSTEM[1],
        frame_base = const context::FRAME_BASE,
        scheme = const context::SCHEME_STACK,
        system = const context::SYSTEM_STACK,
    )
}

/// The return words that lead to stubs.
pub(crate) fn return_words() -> NativeStubWords {
    NativeStubWords {
        underflow: word_behind(underflow),
        barrier: word_behind(return_barrier),
    }
}

/// The addresses of all stubs, as the context of native code holds them.
pub(crate) fn addresses() -> [usize; context::STUB_WORDS] {
    let mut words = [0; context::STUB_WORDS];
    for &stub in Stub::ALL {
        words[stub as usize] = address(stub);
    }
    words
}

/// The address of a stub.
fn address(stub: Stub) -> usize {
    let function: extern "C" fn() = match stub {
        Stub::Call => call_stubs::call,
        Stub::CallCode => call_code,
        Stub::Apply => call_stubs::apply,
        Stub::ReturnMany => return_many,
        Stub::Primitive1 => primitive1,
        Stub::Primitive2 => primitive2,
        Stub::Primitive3 => primitive3,
        Stub::PrimitiveMany => primitive_many,
        Stub::Host => host,
        Stub::Runtime => runtime,
        Stub::Poll => poll,
        Stub::Allocate => allocate,
        Stub::Capture => control_stubs::capture,
        Stub::Reinstate => control_stubs::reinstate,
        Stub::ReinstateValue => control_stubs::reinstate_value,
        Stub::Resume => control_stubs::resume,
        Stub::TailCall => call_stubs::tail_call,
    };
    function as usize
}
