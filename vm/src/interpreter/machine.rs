//! The machine's registers, slots, and operands.

use abi::isa::{
    AnyLocal, BranchOffset, CodeOffset, Count, DataOffset, Flag, Index, Into, IntoAny, IntoRaw,
    IntoReturned, Local, MapOffset, Operand, PrimitiveOperand, RawLocal, Small, TestOperand, Word,
    Word32,
};
use abi::tag::{Header, Kind};
use gc::{Address, Slot, WORD_BYTES};

/// Program counter and frame pointer: passed by value, so that both stay in registers.
///
/// While a handler runs, `pc` is the end of its instruction: the address that branch, code, data and
/// map offsets count from, and the return word that calls push.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Machine {
    pub(crate) pc: *const u8,
    pub(crate) fp: *mut u64,
}

impl Machine {
    /// The machine at these addresses.
    #[inline(always)]
    pub(crate) fn at(pc: Address, fp: Address) -> Self {
        Self {
            pc: std::ptr::with_exposed_provenance(pc.raw()),
            fp: fp.as_word_pointer(),
        }
    }

    /// Whether both machines stand at the same place.
    pub(crate) fn is_at(self, other: Self) -> bool {
        (self.pc, self.fp) == (other.pc, other.fp)
    }

    #[inline(always)]
    pub(crate) fn pc_address(self) -> Address {
        Address::new(self.pc.addr())
    }

    #[inline(always)]
    pub(crate) fn fp_address(self) -> Address {
        Address::new(self.fp.addr())
    }

    /// The word in slot `index`.
    #[inline(always)]
    pub(crate) fn slot(self, index: u16) -> u64 {
        // SAFETY: slot numbers stay inside the frame, for which the call that entered it checked
        // the stack; images with other slot numbers are not loaded.
        unsafe { self.fp.offset(!(index as isize)).read() }
    }

    /// Replaces the word in slot `index`.
    #[inline(always)]
    pub(crate) fn set_slot(self, index: u16, word: u64) {
        // SAFETY: as in `slot`.
        unsafe { self.fp.offset(!(index as isize)).write(word) }
    }

    #[inline(always)]
    pub(crate) fn get(self, local: Local) -> u64 {
        self.slot(local.0)
    }

    #[inline(always)]
    pub(crate) fn set(self, into: Into, word: u64) {
        self.set_slot(into.0, word);
    }

    /// Replaces the word, or goes on where an instruction raised.
    #[inline(always)]
    #[must_use]
    pub(crate) fn set_or_go_on(self, into: Into, result: Result<u64, Self>) -> Self {
        match result {
            Ok(word) => {
                self.set(into, word);
                self
            }
            Err(raised) => raised,
        }
    }

    #[inline(always)]
    pub(crate) fn raw(self, local: RawLocal) -> u64 {
        self.slot(local.0)
    }

    #[inline(always)]
    pub(crate) fn set_raw(self, into: IntoRaw, word: u64) {
        self.set_slot(into.0, word);
    }

    #[inline(always)]
    pub(crate) fn f64(self, local: RawLocal) -> f64 {
        f64::from_bits(self.slot(local.0))
    }

    #[inline(always)]
    pub(crate) fn set_f64(self, into: IntoRaw, value: f64) {
        self.set_slot(into.0, value.to_bits());
    }

    /// The machine after a jump of `offset` bytes.
    #[inline(always)]
    #[must_use]
    pub(crate) fn jumped(self, offset: BranchOffset) -> Self {
        Self {
            pc: self.pc.wrapping_offset(offset.0 as isize),
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

    /// The machine `bytes` before: at the start of an instruction that is run again.
    #[inline(always)]
    #[must_use]
    pub(crate) fn back(self, bytes: usize) -> Self {
        Self {
            pc: self.pc.wrapping_sub(bytes),
            ..self
        }
    }

    /// The address that a data, code or map offset leads to.
    #[inline(always)]
    pub(crate) fn place(self, offset: i32) -> Address {
        self.pc_address().offset_bytes(offset as isize as usize)
    }

    /// The cell at `offset`.
    #[inline(always)]
    pub(crate) fn cell(self, offset: DataOffset) -> Slot {
        Slot::new(self.place(offset.0))
    }

    /// The frame map of the instruction that ends at `pc`.
    #[inline(always)]
    pub(crate) fn map(self, _: MapAtEnd) -> Address {
        let operand: *const [u8; MapOffset::BYTES] = self.pc.wrapping_sub(MapOffset::BYTES).cast();
        // SAFETY: `pc` is the end of an instruction whose last operand is the offset.
        let offset = MapOffset::from_bytes(unsafe { operand.read() });
        self.place(offset.0)
    }

    /// The first operand of the instruction of so many bytes that has just been fetched.
    #[inline(always)]
    pub(crate) fn first_operand(self, instruction_bytes: usize) -> Into {
        let operand: *const [u8; Into::BYTES] =
            self.back(instruction_bytes).pc.wrapping_add(1).cast();
        // SAFETY: callers name the size of the instruction that ends at `pc`, and its first operand
        // is of this type.
        Into::from_bytes(unsafe { operand.read() })
    }
}

/// Keeps the branch around it a branch: with a conditional move in its place, the next instruction
/// could not be fetched before the operands are compared.
#[inline(always)]
pub(crate) fn keep_branch() {
    // SAFETY: no instructions at all.
    unsafe { std::arch::asm!("", options(nomem, nostack, preserves_flags)) };
}

/// The address of the object of `kind` that `word` refers to, and the size in its header.
#[inline(always)]
pub(crate) fn object_of(word: u64, kind: Kind) -> Option<(Address, u64)> {
    let address = headed_address(word)?;
    // A byte of memory is compared in one step; the size is often not wanted.
    let kind_byte: *const u8 =
        std::ptr::with_exposed_provenance(address.raw() + abi::tag::HEADER_KIND_OFFSET);
    // SAFETY: a value with this tag refers to an initialised object with a header.
    if unsafe { kind_byte.read() } != kind as u8 {
        return None;
    }
    // SAFETY: as above.
    let header = unsafe { address.load_word() };
    Some((address, header_of(header).size()))
}

/// The address of the object with a header that `word` refers to.
#[inline(always)]
fn headed_address(word: u64) -> Option<Address> {
    // Taking the tag off by subtraction makes it part of the displacement of the loads.
    abi::tag::is_object(word).then(|| Address::from_word(word.wrapping_sub(abi::tag::TAG_OBJECT)))
}

/// The address of the pair that `word` refers to, if it does.
#[inline(always)]
pub(crate) fn pair_of(word: u64) -> Option<Address> {
    abi::tag::is_pair(word).then(|| Address::from_word(word.wrapping_sub(abi::tag::TAG_PAIR)))
}

/// The address and the header of the object that `word` refers to, if it has one.
#[inline(always)]
pub(crate) fn headed(word: u64) -> Option<(Address, Header)> {
    let address = headed_address(word)?;
    // SAFETY: a value with this tag refers to an initialised object with a header.
    let header = unsafe { address.load_word() };
    Some((address, header_of(header)))
}

#[inline(always)]
fn header_of(word: u64) -> Header {
    debug_assert!(
        Header::from_word(word).is_some(),
        "objects start with headers: {word:#x}"
    );
    // The tag was not looked at: `kind_byte`, `size` and `has_flags` do not depend on it.
    Header::from_word(word | abi::tag::TAG_HEADER).expect("the tag was just set")
}

/// The word at `offset` bytes in the object at `address`.
///
/// # Safety
///
/// The object has an initialised word there.
#[inline(always)]
pub(crate) unsafe fn load(address: Address, offset: usize) -> u64 {
    // SAFETY: passed on to the caller.
    unsafe { address.offset_bytes(offset).load_word() }
}

/// The slot of word `index` in the payload of the object at `address`.
#[inline(always)]
pub(crate) const fn payload_slot(address: Address, index: usize) -> Slot {
    Slot::new(address.offset_bytes(abi::object_layout::PAYLOAD + index * WORD_BYTES))
}

/// The last operand of an instruction that may suspend its frame: where the frame map is. Only slow
/// paths want it, and read it when they do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MapAtEnd;

impl Fetch for MapAtEnd {
    #[inline(always)]
    unsafe fn fetch(pc: &mut *const u8) -> Self {
        *pc = pc.wrapping_add(MapOffset::BYTES);
        Self
    }
}

/// Operands, as they stand in the instruction stream.
pub(crate) trait Fetch: Sized {
    /// Takes the operand at `pc`, and moves `pc` behind it.
    ///
    /// # Safety
    ///
    /// The operand lies in mapped memory.
    unsafe fn fetch(pc: &mut *const u8) -> Self;
}

macro_rules! fetch {
    ($( $name:ident($int:ty) )*) => { $(
        impl Fetch for $name {
            #[inline(always)]
            unsafe fn fetch(pc: &mut *const u8) -> Self {
                // SAFETY: passed on to the caller; byte arrays have no alignment.
                let bytes = unsafe { pc.cast::<[u8; size_of::<$int>()]>().read() };
                *pc = pc.wrapping_add(bytes.len());
                Self::from_bytes(bytes)
            }
        }
    )* };
}

fetch! {
    Local(u16) Into(u16) RawLocal(u16) IntoRaw(u16) AnyLocal(u16) IntoAny(u16) IntoReturned(u16) Count(u16)
    Index(u16) Small(i16) Word(u64) Word32(i32) BranchOffset(i32) CodeOffset(i32) DataOffset(i32)
    PrimitiveOperand(u16) TestOperand(u8) Flag(u8)
}
