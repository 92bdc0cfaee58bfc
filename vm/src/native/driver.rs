//! The driver of a base: runs the interpreter and native code in turn.

use abi::isa::Opcode;
use abi::native::ARGUMENT_WORDS;
use gc::{Address, WORD_BYTES};

use crate::frame::{FramePointer, below};
use crate::interpreter::{
    Code, HostCall, IntoReturned, Machine, PrimitiveOperand, enter, enter_code, interpret,
    run_host, spread, stack_exhausted,
};
use crate::mutator::Mutator;
use crate::native::border::{
    below_native, callee_frame, enter_loop, enter_native, return_to_native,
};
use crate::native::crossing::{self, SAVED_BYTES, event};
use crate::native::next::{Jump, Next};
use crate::native::returns::return_to_bytecode;
use crate::native::slow_path::suspended_at;
use crate::stack::Suspended;

/// Runs the current base until it returns; its value is in slot 0 of the machine's frame then.
pub(crate) fn run(m: &mut Mutator<'_>, s: Machine) -> Machine {
    let mut s = s;
    loop {
        s = interpret(m, s);
        // SAFETY: the interpreter answers a machine behind an instruction of one byte.
        let opcode = unsafe { s.back(1) }.next_opcode();
        let jump = if opcode == Opcode::EnterNative as u8 {
            enter_native(m, s)
        } else if opcode == Opcode::EnterLoop as u8 {
            enter_loop(m, s)
        } else if opcode == Opcode::ReturnToNative as u8 {
            return_to_native(s)
        } else {
            return s;
        };
        s = run_native(m, jump);
    }
}

/// Runs native code until bytecode goes on that does not lead back at once.
fn run_native(m: &mut Mutator<'_>, jump: Jump) -> Machine {
    let mut next = Next::Native(jump);
    loop {
        next = match next {
            Next::Native(jump) => leave(m, jump),
            Next::Bytecode(s) => {
                let opcode = s.next_opcode();
                let mut behind = s;
                behind.pass_opcode();
                if opcode == Opcode::EnterNative as u8 {
                    Next::Native(enter_native(m, behind))
                } else if opcode == Opcode::EnterLoop as u8 {
                    Next::Native(enter_loop(m, behind))
                } else if opcode == Opcode::ReturnToNative as u8 {
                    Next::Native(return_to_native(behind))
                } else {
                    return s;
                }
            }
        };
    }
}

/// Runs native code until it leaves.
fn leave(m: &mut Mutator<'_>, jump: Jump) -> Next {
    let mutator = std::ptr::from_mut(m).expose_provenance();
    // SAFETY: the jump leads to native code of an image that its frames keep; while it runs, the
    // mutator is its alone.
    let event =
        unsafe { crossing::enter(mutator, jump.stack_pointer.raw(), jump.target, jump.value) };
    let stack_pointer = m.state().native.scheme_stack();
    // SAFETY: where the stub saved registers, the return word stands above them, which native code pushed
    // or jumped with. (After a return it is not used.)
    let fp = unsafe { FramePointer::new(stack_pointer.offset_bytes(SAVED_BYTES)) };
    match event {
        event::CALL => {
            let s = callee_frame(m, fp);
            let s = called_at_site(m, s);
            let filled = fill_slots(m, s);
            // SAFETY: the slots were just filled: the closure, and so many arguments.
            let filled = filled.map(|count| unsafe { enter(m, s, count) });
            Next::Bytecode(filled.unwrap_or_else(|| stack_exhausted(m, s)))
        }
        event::CALL_CODE => {
            let s = callee_frame(m, fp);
            // SAFETY: native code leaves a procedure header of its image there, which its frame keeps.
            let code = unsafe { Code::new(Address::from_word(m.state().native.callee.get())) };
            let filled = fill_slots(m, s);
            // SAFETY: the slots were just filled with what the procedure takes.
            let filled = filled.map(|_| unsafe { enter_code(m, s, code) });
            Next::Bytecode(filled.unwrap_or_else(|| stack_exhausted(m, s)))
        }
        event::APPLY => {
            let s = callee_frame(m, fp);
            let s = called_at_site(m, s);
            m.state().native.argument_count.set(1);
            let filled = fill_slots(m, s);
            // SAFETY: the slots were just filled: the closure, and a list.
            let filled = filled.map(|count| unsafe { spread(m, s, count) });
            Next::Bytecode(filled.unwrap_or_else(|| stack_exhausted(m, s)))
        }
        event::HOST => call_host(m, fp),
        // SAFETY: the event says that native code returned, and the stack pointer stands there.
        event::RETURN => Next::Bytecode(unsafe { return_to_bytecode(m, stack_pointer) }),
        _ => {
            if let Some(panic) = m.state().native.panic.take() {
                std::panic::resume_unwind(panic);
            }
            let next = m.state().native.next.take();
            next.expect("a slow path that does not return says how to go on")
        }
    }
}

/// The machine that enters a callee, at the tail call that was made; its place is that of errors.
fn called_at_site(m: &Mutator<'_>, s: Machine) -> Machine {
    match m.state().native.call_site.get() {
        0 => s,
        // SAFETY: the place is in an image that ran when it jumped to the stub. Nothing is collected since, before
        // `cons_rest` at the earliest; there `collect_at` shows the place to the collector, which keeps the image. No
        // instruction is run at the place, and the frame needs no slots but those of the call.
        site => unsafe { s.with_pc(std::ptr::with_exposed_provenance(site)) },
    }
}

/// Copies the closure and the arguments of a call to their slots; how many arguments there are. `None`
/// if the stack has no room for so many: for those that fit the context, it always has.
fn fill_slots(m: &Mutator<'_>, s: Machine) -> Option<usize> {
    let context = &m.state().native;
    let count = context.argument_count.get() as usize;
    let end = below(s.fp_address(), (count + 1) * WORD_BYTES);
    if count >= ARGUMENT_WORDS && end.raw() < m.state().stack.limit().raw() {
        return None;
    }
    for (index, slot) in (0..=count).zip(0_u16..) {
        // SAFETY: native code leaves the closure and so many arguments there; the stack has room for them.
        unsafe { s.set_slot(slot, context.live_argument(index)) };
    }
    Some(count)
}

/// Calls a host primitive for native code whose return word stands at `fp`.
fn call_host(m: &mut Mutator<'_>, fp: FramePointer) -> Next {
    /// The slot for the result.
    const RESULT: u16 = 0;
    /// Bytes below the frame pointer that the result takes; frame pointers are 8 modulo 16.
    const RESULT_BYTES: usize = 16;
    let s = below_native(m, fp);
    let suspended = Suspended {
        floor: below(s.fp_address(), RESULT_BYTES),
        ..suspended_at(fp)
    };
    let context = &m.state().native;
    let count = context.argument_count.get() as usize;
    // SAFETY: native code leaves so many arguments there.
    let arguments = unsafe { context.arguments(count) };
    let primitive = PrimitiveOperand(context.operand().get() as u16);
    // SAFETY: below native code's frames the stack has room for the result.
    let dst = unsafe { IntoReturned::new(RESULT) };
    let call = HostCall {
        primitive,
        arguments: arguments.into_iter(),
        suspended,
        dst,
    };
    let after = run_host(m, s, call);
    if after.is_at(s) {
        // SAFETY: the host primitive has left its result there.
        let result = unsafe { s.slot(RESULT) };
        return Next::Native(Jump::returning(fp, result.bits()));
    }
    Next::Bytecode(after)
}
