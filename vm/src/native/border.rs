//! Crossing between frames of bytecode and of native code.
//!
//! See [`abi::native`] for the border frames. A border frame of six words lies above a bytecode
//! frame that is below native code: a return word, and `rbp rbx r12 r13 r14` in slots 0 to 4. A
//! border frame of two words lies above a native frame that is below bytecode.

use abi::isa::Opcode;
use abi::native::CAPTURING_SLOTS;
use abi::procedure::{PROCEDURE_HEADER_BYTES, ProcedureHeader};
use gc::{Address, WORD_BYTES};

use crate::frame::{FramePointer, below, slot_address};
use crate::interpreter::{Code, Machine};
use crate::mutator::Mutator;
use crate::native::crossing::SAVED_BYTES;
use crate::native::next::Jump;
use crate::return_barrier::barrier_original;
use crate::return_word::{
    BORDER_BELOW_BYTECODE_WORDS, BORDER_BELOW_NATIVE_WORDS, BORDER_VALUE_SLOT, ReturnWord,
};

/// What `rbp` is in the native frame at `fp`: Cranelift's frames start with that of the frame above, to
/// which their own points.
#[inline(always)]
pub(super) const fn frame_base(fp: FramePointer) -> Address {
    below(fp.address(), WORD_BYTES)
}

/// The machine in a bytecode frame below native code whose return word stands at `fp`. The words of
/// the border between are the registers that the stub saves.
#[inline(always)]
pub(super) fn below_native(m: &Mutator<'_>, fp: FramePointer) -> Machine {
    let callee = below(fp.address(), BORDER_BELOW_NATIVE_WORDS * WORD_BYTES);
    // SAFETY: native code checked the stack down to its own frame, and below its limit is room for
    // borders.
    unsafe { callee.store_word(m.state().stubs.return_to_native()) };
    // SAFETY: the return word was just written; below it the stack has room for slots. The native frame
    // keeps the code that its return word leads to: nothing of it is run in the frame below.
    unsafe { Machine::at(Address::from_word(fp.return_word()), callee) }
}

/// The machine in the frame of a callee that native code called, or jumped to, with its return word
/// at `fp`. If bytecode had called that code, the border frame between goes away.
pub(super) fn callee_frame(m: &mut Mutator<'_>, fp: FramePointer) -> Machine {
    let to_bytecode = m.state().stubs.return_to_bytecode();
    if !returns_through(m, fp, to_bytecode) {
        return below_native(m, fp);
    }
    // SAFETY: the return word leads into the border frame below bytecode, whose return word stands so many
    // words further up.
    unsafe { above_border(fp, BORDER_BELOW_BYTECODE_WORDS) }
}

/// The machine in the frame that returns, like a border frame of so many words below `fp`, to bytecode.
///
/// # Safety
///
/// The return word at `fp` leads into such a border frame.
pub(super) unsafe fn above_border(fp: FramePointer, words: usize) -> Machine {
    // SAFETY: a border frame ends with its return word.
    let above = unsafe { FramePointer::new(fp.address().offset_words(words)) };
    // SAFETY: a frame on the stack, whose return word keeps the bytecode that it leads to; nothing of that
    // code is run in the frame that returns.
    unsafe { Machine::at(Address::from_word(above.return_word()), above.address()) }
}

/// Whether the return word at `fp` is `stub`, also behind a barrier; that goes up the stack then.
fn returns_through(m: &mut Mutator<'_>, fp: FramePointer, stub: u64) -> bool {
    let word = fp.return_word();
    if word == stub {
        return true;
    }
    let stubs = m.state().stubs;
    let base = m.state_mut().stack.current();
    if barrier_original(base, stubs, word) != Some(stub) {
        return false;
    }
    m.state_mut().pass_barrier(fp);
    true
}

/// Enters the native code of the procedure at whose `enter_native` instruction the machine stands
/// behind, with the arguments in their slots. If native code had called the procedure, the border
/// frame between goes away.
pub(super) fn enter_native(m: &mut Mutator<'_>, s: Machine) -> Jump {
    let start = PROCEDURE_HEADER_BYTES + Opcode::EnterNative.instruction_bytes();
    // SAFETY: `enter_native` is the first instruction of a procedure, right behind its header.
    let code = unsafe { Code::new(below(s.pc_address(), start)) };
    let header = code.header();
    for index in 0..=parameter_count(&header) {
        // SAFETY: a slot that the call filled; slot 0 is the closure, or whatever was there.
        let word = unsafe { slot_address(s.fp_address(), index).load_word() };
        m.state().native.argument(index).set(word);
    }
    let target = code.native_entry().expect("the procedure has native code");
    go_on_natively(m, s, target)
}

/// Goes on in the native code of the loop at whose `enter_loop` instruction the machine stands behind, at the end of a
/// turn, with what the frame holds. The native frame takes the place of this frame, as at a tail call.
#[cold]
pub(super) fn enter_loop(m: &mut Mutator<'_>, s: Machine) -> Jump {
    let poll = below(s.pc_address(), Opcode::EnterLoop.instruction_bytes());
    let state = m.state();
    let image = state.registry.image_at(poll);
    let image = image.expect("the code that runs lies in an image");
    let address = image.virtual_address(poll);
    let entry = address.and_then(|address| image.loop_entry(address));
    let entry = entry.expect("a loop is entered where a part has an entry for it");
    for (&slot, index) in entry.slots.iter().zip(1..) {
        // SAFETY: the part was checked: the frame's map at the poll says that the slot holds a value there.
        let word = unsafe { slot_address(s.fp_address(), slot.into()).load_word() };
        state.native.argument(index).set(word);
    }
    let target = image.address(entry.entry);
    state.entered_loops.update(|count| count + 1);
    go_on_natively(m, s, target)
}

/// The way to native code that takes the place of the frame of `s`; its arguments are in the mutator.
fn go_on_natively(m: &mut Mutator<'_>, s: Machine, target: Address) -> Jump {
    let target = target.raw();
    let to_native = m.state().stubs.return_to_native();
    let fp = if returns_through(m, s.fp(), to_native) {
        s.fp_address().offset_words(BORDER_BELOW_NATIVE_WORDS)
    } else {
        push_border_below_bytecode(m, s)
    };
    Jump {
        stack_pointer: below(fp, SAVED_BYTES),
        target,
        value: 0,
    }
}

/// The machine that goes on with `value` in the native frame that was just restored, into which `word`
/// leads: in a border frame below it, with the registers of the continuation that is reinstated.
#[inline]
pub(crate) fn border_below_restored(m: &mut Mutator<'_>, word: ReturnWord, value: u64) -> Machine {
    let top = m.state_mut().stack.current().top;
    let fp = below(top.address(), word.words() * WORD_BYTES);
    // SAFETY: the words below the restored frame are free; there is room for borders.
    unsafe { fp.store_word(word.address().word()) };
    let to_native = Address::from_word(m.state().stubs.return_to_native());
    // SAFETY: the return word was just written, and there is room for the slots of the border; the stub is
    // always there.
    let border = unsafe { Machine::at(to_native, fp) };
    let registers = m.state().native.reinstated.take();
    let registers = registers.expect("a continuation of native code leads to a native frame");
    // SAFETY: slots of the border, which its map calls raw.
    unsafe {
        border.set_word(0, frame_base(top).word());
        for (slot, register) in (1..).zip(registers) {
            border.set_word(slot, register);
        }
        border.set_word(BORDER_VALUE_SLOT, value);
    }
    border
}

fn parameter_count(header: &ProcedureHeader) -> usize {
    usize::from(header.required) + usize::from(header.optional) + usize::from(header.has_rest())
}

/// Where the native return word is below the bytecode return word of the frame of `s`, which is replaced.
fn push_border_below_bytecode(m: &Mutator<'_>, s: Machine) -> Address {
    let native_fp = below(s.fp_address(), BORDER_BELOW_BYTECODE_WORDS * WORD_BYTES);
    // SAFETY: the call that entered the procedure checked the stack for the frame of its bytecode,
    // and below the limit is room for borders.
    unsafe { native_fp.store_word(m.state().stubs.return_to_bytecode()) };
    for index in 0..SAVED_BYTES / WORD_BYTES {
        // SAFETY: room for a border, as the word before. A chain of frame pointers ends here.
        unsafe { slot_address(native_fp, index).store_word(0) };
    }
    native_fp
}

/// The return into native code at whose `return_to_native` instruction the machine stands behind.
pub(super) fn return_to_native(s: Machine) -> Jump {
    // SAFETY: the machine stands in the border frame, where bytecode left what it returns.
    let value = unsafe { s.word(BORDER_VALUE_SLOT) };
    Jump::returning(s.fp(), value)
}

const _: () = assert!(CAPTURING_SLOTS.len() + 1 == BORDER_VALUE_SLOT as usize);
