//! The machine's registers and slots.

use gc::Address;

use crate::frame::FramePointer;
use crate::interpreter::code::Code;
use crate::interpreter::field::Field;

use crate::interpreter::operand::{
    AnyLocal, BranchOffset, CodeOffset, Count, DataOffset, Fetch, Into, IntoAny, IntoRaw, Local,
    MapAtEnd, MapOffset, RawLocal,
};
use crate::live::Live;

/// Program counter and frame pointer: passed by value, so that both stay in registers.
///
/// While a handler runs, `pc` is the end of its instruction: the address that branch, code, data and
/// map offsets count from, and the return word that calls push.
///
/// A machine is a promise: the frame pointer is that of a frame on the stack of the mutator that runs,
/// with all slots that the code at `pc` names, and that code is loaded and kept. So operands that were
/// read there name slots of the frame.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Machine {
    pc: *const u8,
    fp: *mut u64,
}

impl Machine {
    /// The machine at these addresses.
    ///
    /// # Safety
    ///
    /// What the type promises: `fp` is the frame pointer of a frame on the stack, with all slots that the
    /// code at `pc` names, and that code, of an image or a stub, is kept.
    #[inline(always)]
    pub(crate) unsafe fn at(pc: Address, fp: Address) -> Self {
        Self {
            pc: std::ptr::with_exposed_provenance(pc.raw()),
            fp: fp.as_word_pointer(),
        }
    }

    /// The machine at another place of the code.
    ///
    /// # Safety
    ///
    /// As for [`Self::at`].
    #[inline(always)]
    #[must_use]
    pub(crate) const unsafe fn with_pc(self, pc: *const u8) -> Self {
        Self { pc, ..self }
    }

    /// The machine in the frame that lies so many words further down the stack.
    ///
    /// # Safety
    ///
    /// As for [`Self::at`].
    #[inline(always)]
    #[must_use]
    pub(crate) const unsafe fn in_frame_below(self, words: usize) -> Self {
        Self {
            // SAFETY: a frame of the same stack lies there, by the contract of this function.
            fp: unsafe { self.fp.sub(words) },
            ..self
        }
    }

    /// Whether both machines stand at the same place.
    pub(crate) fn is_at(self, other: Self) -> bool {
        (self.pc, self.fp) == (other.pc, other.fp)
    }

    #[inline(always)]
    pub(crate) const fn pc(self) -> *const u8 {
        self.pc
    }

    #[inline(always)]
    pub(crate) fn pc_address(self) -> Address {
        Address::new(self.pc.addr())
    }

    /// The frame pointer.
    #[inline(always)]
    pub(crate) fn fp(self) -> FramePointer {
        // SAFETY: the frame pointer of a frame on the stack, says the type.
        unsafe { FramePointer::new(self.fp_address()) }
    }

    #[inline(always)]
    pub(crate) fn fp_address(self) -> Address {
        Address::new(self.fp.addr())
    }

    /// The byte at the program counter: the next instruction's opcode.
    #[inline(always)]
    pub(crate) fn next_opcode(self) -> u8 {
        // SAFETY: branch targets, return words and procedure entries lead to instructions, and the code is
        // kept, says the type.
        unsafe { self.pc.read() }
    }

    /// Passes the opcode.
    #[inline(always)]
    pub(crate) const fn pass_opcode(&mut self) {
        self.pc = self.pc.wrapping_add(1);
    }

    /// Takes the next operand.
    ///
    /// # Safety
    ///
    /// The program counter leads to an operand of this type.
    #[inline(always)]
    pub(super) unsafe fn fetch<T: Fetch>(&mut self) -> T {
        // SAFETY: an operand of this type, by the contract of this function, in code that is kept.
        unsafe { T::fetch(&mut self.pc) }
    }

    // Slots

    /// The word in slot `index`.
    ///
    /// # Safety
    ///
    /// The frame, or what lies below it, has such a slot, and it was written.
    #[inline(always)]
    pub(crate) unsafe fn word(self, index: u16) -> u64 {
        // SAFETY: a slot on the stack that was written, by the contract of this function.
        unsafe { self.fp.offset(!(index as isize)).read() }
    }

    /// Replaces the word in slot `index`.
    ///
    /// # Safety
    ///
    /// The frame, or what lies below it, has such a slot; if the frame map calls it a value, `word` is one.
    #[inline(always)]
    pub(crate) unsafe fn set_word(self, index: u16, word: u64) {
        // SAFETY: a slot on the stack, by the contract of this function.
        unsafe { self.fp.offset(!(index as isize)).write(word) }
    }

    /// The value in slot `index`.
    ///
    /// # Safety
    ///
    /// As for [`Self::word`]; the slot holds a value.
    #[inline(always)]
    pub(crate) unsafe fn slot(self, index: u16) -> Live {
        // SAFETY: a slot that holds a value, by the contract of this function.
        unsafe { Live::new(self.word(index)) }
    }

    /// Replaces the value in slot `index`.
    ///
    /// # Safety
    ///
    /// The frame, or what lies below it, has such a slot.
    #[inline(always)]
    pub(crate) unsafe fn set_slot(self, index: u16, value: Live) {
        // SAFETY: a slot, by the contract of this function, and a value.
        unsafe { self.set_word(index, value.bits()) };
    }

    #[inline(always)]
    pub(crate) fn get(self, local: Local) -> Live {
        // SAFETY: an operand of this type names a slot of the frame with a value.
        unsafe { self.slot(local.number()) }
    }

    #[inline(always)]
    pub(crate) fn set(self, into: Into, value: Live) {
        // SAFETY: an operand of this type names a slot of the frame.
        unsafe { self.set_slot(into.number(), value) };
    }

    /// The values in so many slots, from one on.
    #[inline(always)]
    pub(crate) fn values(self, first: Local, count: Count) -> impl ExactSizeIterator<Item = Live> {
        let first = first.number();
        // SAFETY: an instruction with such a pair of operands names so many slots with values.
        (0..count.number()).map(move |index| unsafe { self.slot(first + index) })
    }

    /// Copies a slot, whatever it holds.
    #[inline(always)]
    pub(crate) fn copy(self, dst: IntoAny, src: AnyLocal) {
        // SAFETY: operands of these types name slots of the frame, of one sort.
        unsafe { self.set_word(dst.number(), self.word(src.number())) };
    }

    #[inline(always)]
    pub(crate) fn raw(self, local: RawLocal) -> u64 {
        // SAFETY: an operand of this type names a slot of the frame, which was written.
        unsafe { self.word(local.number()) }
    }

    #[inline(always)]
    pub(crate) fn set_raw(self, into: IntoRaw, word: u64) {
        // SAFETY: an operand of this type names a slot of the frame, which the map calls no value.
        unsafe { self.set_word(into.number(), word) };
    }

    #[inline(always)]
    pub(crate) fn f64(self, local: RawLocal) -> f64 {
        f64::from_bits(self.raw(local))
    }

    #[inline(always)]
    pub(crate) fn set_f64(self, into: IntoRaw, value: f64) {
        self.set_raw(into, value.to_bits());
    }

    // Places

    /// The machine after a jump of `offset` bytes.
    #[inline(always)]
    #[must_use]
    pub(crate) fn jumped(self, offset: BranchOffset) -> Self {
        Self {
            pc: self.pc.wrapping_offset(offset.number() as isize),
            ..self
        }
    }

    /// The machine after a jump if `condition` holds.
    #[inline(always)]
    #[must_use]
    pub(crate) fn jumped_if(self, condition: bool, offset: BranchOffset) -> Self {
        if condition {
            keep_branch();
            self.jumped(offset)
        } else {
            self
        }
    }

    /// The machine `bytes` before: inside the instruction, or at its start, where it is run again.
    ///
    /// # Safety
    ///
    /// The instruction that ends here has so many bytes at least.
    #[inline(always)]
    #[must_use]
    pub(crate) const unsafe fn back(self, bytes: usize) -> Self {
        Self {
            pc: self.pc.wrapping_sub(bytes),
            ..self
        }
    }

    /// The last byte of the instruction that ends here: what keeps the image while the frame is suspended.
    #[inline(always)]
    pub(crate) fn inside(self) -> Address {
        self.pc_address().offset_bytes(1_usize.wrapping_neg())
    }

    /// The address that an offset leads to.
    #[inline(always)]
    fn place(self, offset: i32) -> Address {
        self.pc_address().offset_bytes(offset as isize as usize)
    }

    /// The procedure at `offset`.
    #[inline(always)]
    pub(crate) fn code(self, offset: CodeOffset) -> Code {
        // SAFETY: an operand of this type leads to a procedure header of the image that runs.
        unsafe { Code::new(self.place(offset.number())) }
    }

    /// The constant at `offset`: the address has its tag.
    #[inline(always)]
    pub(crate) fn constant(self, offset: DataOffset) -> Live {
        // SAFETY: the operand of a constant leads to an object of the image, with the tag in the offset.
        unsafe { Live::new(self.place(offset.number()).word()) }
    }

    /// The cell at `offset`.
    #[inline(always)]
    pub(super) fn cell(self, offset: DataOffset) -> Field {
        // SAFETY: the operand of a cell leads to a cell of the image, which holds a value.
        unsafe { Field::at(self.place(offset.number())) }
    }

    /// The frame map of the instruction that ends at `pc`.
    #[inline(always)]
    pub(crate) fn map(self, _: MapAtEnd) -> Address {
        let mut operand = self.pc.wrapping_sub(MapOffset::BYTES);
        // SAFETY: the last operand of an instruction with a `MapAtEnd` is the offset.
        let offset = unsafe { MapOffset::fetch(&mut operand) };
        self.place(offset.number())
    }

    /// The first operand of the instruction of so many bytes that has just been fetched.
    ///
    /// # Safety
    ///
    /// The instruction that ends at `pc` has so many bytes, and its first operand is of this type.
    #[inline(always)]
    pub(crate) unsafe fn first_operand(self, instruction_bytes: usize) -> Into {
        let mut operand = self.pc.wrapping_sub(instruction_bytes - 1);
        // SAFETY: the operand lies there, by the contract of this function.
        unsafe { Into::fetch(&mut operand) }
    }
}

/// Keeps the branch around it a branch: with a conditional move in its place, the next instruction
/// could not be fetched before the operands are compared.
#[inline(always)]
pub(crate) fn keep_branch() {
    // SAFETY: no instructions at all.
    unsafe { std::arch::asm!("", options(nomem, nostack, preserves_flags)) };
}
