//! Machine code for calls that are more than a jump to a native entry.
//!
//! The stubs enter every callee that has native code, whatever work its arity makes. They push
//! nothing and cross no border. The arguments travel in `rdi rsi rdx rcx r8 r9` and in the mutator.
//! So a stub may use only `rax r10 r11` before it has stored the arguments.

use std::arch::naked_asm;

use abi::native::context;
use abi::object_layout::closure;
use abi::procedure::{ARITY_OFFSET, FLAG_REST, NATIVE_ENTRY_OFFSET};
use abi::tag::{self, HEADER_KIND_OFFSET, Kind, TAG_OBJECT};

use crate::native::arrange;
use crate::native::crossing::{LEAVES_FOR_CALL, SCHEME, event, frame_ends_above, leave};

const REQUIRED: usize = ARITY_OFFSET;
const OPTIONAL: usize = ARITY_OFFSET + 2;
const FLAGS: usize = ARITY_OFFSET + 3;

// As the stubs have it.
const _: () = assert!(event::CALL == 0 && event::APPLY == 2 && event::NEXT == 5);
const _: () = assert!(LEAVES_FOR_CALL == 3 && tag::TAG_MASK == 7);

/// Stores the registers that carry arguments.
macro_rules! store_arguments {
    () => {
        "mov [r15 + {arguments}], rdi\n mov [r15 + {arguments} + 8], rsi\n \
         mov [r15 + {arguments} + 16], rdx\n mov [r15 + {arguments} + 24], rcx\n \
         mov [r15 + {arguments} + 32], r8\n mov [r15 + {arguments} + 40], r9\n"
    };
}

/// Calls `{function}` on the system stack, with the mutator and what is in `rsi` and `rdx`; it leaves
/// arguments in the mutator, and answers where they are taken, or how to leave.
macro_rules! arrange_and_enter {
    () => {
        concat!(
            "mov [r15 + {scheme}], rsp\n mov rsp, [r15 + {system}]\n",
            frame_ends_above!("scheme", 8),
            "mov rdi, r15\n call {function}\n mov rsp, [r15 + {scheme}]\n",
            ".cfi_def_cfa rsp, 8\n",
            "test rdx, rdx\n jnz 20f\n",
            "mov rdi, [r15 + {arguments}]\n mov rsi, [r15 + {arguments} + 8]\n",
            "mov rdx, [r15 + {arguments} + 16]\n mov rcx, [r15 + {arguments} + 24]\n",
            "mov r8, [r15 + {arguments} + 32]\n mov r9, [r15 + {arguments} + 40]\n",
            "jmp rax\n",
            "20:\n cmp rdx, 3\n jb 21f\n ja 22f\n",
            leave!(saving, 0),
            "21:\n",
            leave!(5),
            "22:\n",
            leave!(saving, 2),
        )
    };
}

/// Marks the parameters in registers that no argument was given for. Registers that are no parameters
/// may be changed, too.
macro_rules! fill_in {
    () => {
        "mov eax, {default}\n cmp qword ptr [r15 + {count}], 1\n cmovb rsi, rax\n \
         cmp qword ptr [r15 + {count}], 2\n cmovb rdx, rax\n \
         cmp qword ptr [r15 + {count}], 3\n cmovb rcx, rax\n \
         cmp qword ptr [r15 + {count}], 4\n cmovb r8, rax\n \
         cmp qword ptr [r15 + {count}], 5\n cmovb r9, rax\n"
    };
}

/// [`abi::native::Stub::Call`]: the frame that calls is there.
#[unsafe(naked)]
pub(super) extern "C" fn call() {
    naked_asm!(
        ".cfi_startproc",
        "mov qword ptr [r15 + {call_site}], 0",
        "jmp {tail_call}",
        ".cfi_endproc",
        call_site = const context::CALL_SITE,
        tail_call = sym tail_call,
    )
}

/// [`abi::native::Stub::TailCall`]: fills in optional arguments here, and the empty list for what comes
/// after them; leaves other lists to [`arrange::call`].
#[unsafe(naked)]
pub(super) extern "C" fn tail_call() {
    naked_asm!(
        ".cfi_startproc",
        "lea r10, [rdi - {tag_object}]",
        "test r10b, 7",
        "jnz 10f",
        "cmp byte ptr [r10 + {kind}], {closure}",
        "jne 10f",
        "mov r10, [r10 + {code}]",
        "movsxd r11, dword ptr [r10 + {entry}]",
        "test r11, r11",
        "jz 10f",
        "add r11, r10",
        "movzx eax, word ptr [r10 + {required}]",
        "cmp [r15 + {count}], rax",
        "jb 10f",
        "test byte ptr [r10 + {flags}], {rest}",
        "movzx r10d, byte ptr [r10 + {optional}]",
        "lea r10, [r10 + rax]",
        "jnz 12f",
        "cmp [r15 + {count}], r10",
        "ja 10f",
        "cmp r10, 5",
        "ja 11f",
        fill_in!(),
        "jmp r11",
        // All arguments are positional, and a register takes the list of the others.
        "12:",
        "cmp [r15 + {count}], r10",
        "ja 11f",
        "cmp r10, 4",
        "ja 11f",
        fill_in!(),
        "mov eax, {null}",
        "cmp r10, 1",
        "cmovb rsi, rax",
        "cmove rdx, rax",
        "cmp r10, 3",
        "cmove r8, rax",
        "cmova r9, rax",
        "cmp r10, 2",
        "cmove rcx, rax",
        "jmp r11",
        "10:",
        store_arguments!(),
        leave!(saving, 0),
        "11:",
        store_arguments!(),
        arrange_and_enter!(),
        ".cfi_endproc",
        tag_object = const TAG_OBJECT,
        kind = const HEADER_KIND_OFFSET,
        closure = const Kind::Closure as u8,
        code = const closure::CODE,
        entry = const NATIVE_ENTRY_OFFSET,
        flags = const FLAGS,
        rest = const FLAG_REST,
        required = const REQUIRED,
        optional = const OPTIONAL,
        default = const tag::DEFAULT,
        null = const tag::NULL,
        count = const context::ARGUMENT_COUNT,
        function = sym arrange::call,
        scheme_low = const SCHEME[0],
        scheme_high = const SCHEME[1],
        arguments = const context::ARGUMENTS,
        scheme = const context::SCHEME_STACK,
        system = const context::SYSTEM_STACK,
    )
}

/// [`abi::native::Stub::Apply`]
#[unsafe(naked)]
pub(super) extern "C" fn apply() {
    naked_asm!(
        ".cfi_startproc",
        store_arguments!(),
        arrange_and_enter!(),
        ".cfi_endproc",
        function = sym arrange::apply,
        scheme_low = const SCHEME[0],
        scheme_high = const SCHEME[1],
        arguments = const context::ARGUMENTS,
        scheme = const context::SCHEME_STACK,
        system = const context::SYSTEM_STACK,
    )
}
