//! Crossing between frames of bytecode and of native code.
//!
//! See [`abi::native`] for the border frames. A border frame of six words lies above a bytecode
//! frame that is below native code: a return word, and `rbp rbx r12 r13 r14` in slots 0 to 4. A
//! border frame of two words lies above a native frame that is below bytecode.

use abi::isa::Opcode;
use abi::procedure::{PROCEDURE_HEADER_BYTES, ProcedureHeader};
use gc::{Address, WORD_BYTES};

use crate::frame_walk::{barrier_original, slot_address};
use crate::interpreter::{Machine, procedure_header};
use crate::mutator::Mutator;
use crate::native::stubs::{SAVED_BYTES, return_through};
use crate::stubs::{
    BORDER_BELOW_BYTECODE_WORDS, BORDER_BELOW_NATIVE_WORDS, BORDER_VALUE_SLOT, ReturnWord,
};

/// Where native code goes on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Jump {
    /// The callee-saved registers, and a return word above them.
    pub(super) stack_pointer: Address,
    /// Native code, or a stub.
    pub(super) target: usize,
    /// What `rax` holds.
    pub(super) value: u64,
}

impl Jump {
    /// The return of `value` through the return word at `fp`, below which the callee-saved
    /// registers are.
    pub(super) fn returning(fp: Address, value: u64) -> Self {
        Self {
            stack_pointer: below(fp, SAVED_BYTES),
            target: return_through as extern "C" fn() as usize,
            value,
        }
    }
}

/// What `rbp` is in the native frame at `fp`: Cranelift's frames start with the caller's, to which
/// their own points.
#[inline(always)]
pub(super) const fn frame_base(fp: Address) -> Address {
    below(fp, WORD_BYTES)
}

#[inline(always)]
pub(super) const fn below(address: Address, bytes: usize) -> Address {
    address.offset_bytes(bytes.wrapping_neg())
}

/// The machine in a bytecode frame below native code whose return word stands at `fp`. The words of
/// the border between are the registers that the stub saves.
#[inline(always)]
pub(super) fn below_native(m: &Mutator<'_>, fp: Address) -> Machine {
    let callee = below(fp, BORDER_BELOW_NATIVE_WORDS * WORD_BYTES);
    // SAFETY: native code checked the stack down to its own frame, and below its limit is room for
    // borders.
    unsafe { callee.store_word(m.state().stubs.return_to_native()) };
    // SAFETY: the return word.
    let word = unsafe { fp.load_word() };
    Machine::at(Address::from_word(word), callee)
}

/// The machine in the frame of a callee that native code called, or jumped to, with its return word
/// at `fp`. If bytecode had called that code, the border frame between goes away.
pub(super) fn callee_frame(m: &mut Mutator<'_>, fp: Address) -> Machine {
    let to_bytecode = m.state().stubs.return_to_bytecode();
    if !returns_through(m, fp, to_bytecode) {
        return below_native(m, fp);
    }
    let fp = fp.offset_words(BORDER_BELOW_BYTECODE_WORDS);
    // SAFETY: the border frame's return word.
    let word = unsafe { fp.load_word() };
    Machine::at(Address::from_word(word), fp)
}

/// Whether the return word at `fp` is `stub`, also behind a barrier; that goes up the stack then.
fn returns_through(m: &mut Mutator<'_>, fp: Address, stub: u64) -> bool {
    // SAFETY: callers name a frame of the current base.
    let word = unsafe { fp.load_word() };
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
    let code = below(s.pc_address(), start);
    let header = procedure_header(code);
    for index in 0..=parameter_count(&header) {
        // SAFETY: a slot that the call filled; slot 0 is the closure, or whatever was there.
        let word = unsafe { slot_address(s.fp_address(), index).load_word() };
        m.state().native.argument(index).set(word);
    }
    let target = code
        .offset_bytes(header.native_entry as isize as usize)
        .raw();
    let to_native = m.state().stubs.return_to_native();
    let fp = if returns_through(m, s.fp_address(), to_native) {
        s.fp_address().offset_words(BORDER_BELOW_NATIVE_WORDS)
    } else {
        push_border_below_bytecode(m, s.fp_address())
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
    let fp = below(top, word.words() * WORD_BYTES);
    // SAFETY: the words below the restored frame are free; there is room for borders.
    unsafe { fp.store_word(word.address().word()) };
    let to_native = Address::from_word(m.state().stubs.return_to_native());
    let border = Machine::at(to_native, fp);
    border.set_slot(0, frame_base(top).word());
    m.store_reinstated_registers(fp);
    border.set_slot(BORDER_VALUE_SLOT, value);
    border
}

fn parameter_count(header: &ProcedureHeader) -> usize {
    usize::from(header.required) + usize::from(header.optional) + usize::from(header.has_rest())
}

/// Where the native return word is below the bytecode return word at `fp`.
fn push_border_below_bytecode(m: &Mutator<'_>, fp: Address) -> Address {
    let native_fp = below(fp, BORDER_BELOW_BYTECODE_WORDS * WORD_BYTES);
    // SAFETY: the call that entered the procedure checked the stack for the frame of its bytecode,
    // and below the limit is room for borders.
    unsafe { native_fp.store_word(m.state().stubs.return_to_bytecode()) };
    for index in 0..SAVED_BYTES / WORD_BYTES {
        // SAFETY: as above. A chain of frame pointers ends here.
        unsafe { slot_address(native_fp, index).store_word(0) };
    }
    native_fp
}

/// The return into native code at whose `return_to_native` instruction the machine stands behind.
pub(super) fn return_to_native(s: Machine) -> Jump {
    Jump::returning(s.fp_address(), s.slot(BORDER_VALUE_SLOT))
}
