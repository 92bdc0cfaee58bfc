//! Code addresses: what closures hold, and calls lead to.

use abi::object_layout::closure;
use abi::procedure::{
    ARITY_KEY_OFFSET, ARITY_OFFSET, Arity, ENTRY_MAP_OFFSET, FRAME_BYTES_OFFSET,
    NATIVE_ENTRY_OFFSET, PROCEDURE_HEADER_BYTES, ProcedureHeader,
};
use abi::tag::Kind;
use gc::Address;

use crate::object::Object;
use crate::value::Value;

/// The address of a procedure header in an image that is kept: by a closure, or by the code that runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Code(Address);

impl Code {
    /// # Safety
    ///
    /// A procedure header of a loaded image lies at `address`, and the image is kept while the result is
    /// used.
    #[inline(always)]
    pub(crate) const unsafe fn new(address: Address) -> Self {
        Self(address)
    }

    /// The code of a closure; `None` if the value is none.
    pub(crate) fn of(value: Value<'_>) -> Option<Self> {
        let code = Object::of_kind(value, Kind::Closure)?.field(closure::CODE);
        // SAFETY: the first word of a closure is its code address, and the closure keeps the image.
        Some(unsafe { Self::new(Address::from_word(code.word())) })
    }

    /// The address.
    #[inline(always)]
    pub(crate) const fn address(self) -> Address {
        self.0
    }

    /// Where the first instruction is.
    #[inline(always)]
    pub(crate) const fn first_instruction(self) -> Address {
        self.0.offset_bytes(PROCEDURE_HEADER_BYTES)
    }

    /// How many arguments a call passes that has nothing else to do.
    #[inline(always)]
    pub(crate) fn arity_key(self) -> u32 {
        self.field(ARITY_KEY_OFFSET)
    }

    /// The arity.
    #[inline(always)]
    pub(crate) fn arity(self) -> Arity {
        Arity::from_word(self.field(ARITY_OFFSET))
    }

    /// Bytes of the frame.
    #[inline(always)]
    pub(crate) fn frame_bytes(self) -> usize {
        self.field(FRAME_BYTES_OFFSET) as usize
    }

    /// The frame map at the entry.
    pub(crate) fn entry_map(self) -> Address {
        self.near(self.field(ENTRY_MAP_OFFSET).cast_signed())
    }

    /// The native entry, if there is one.
    pub(crate) fn native_entry(self) -> Option<Address> {
        let distance = self.field(NATIVE_ENTRY_OFFSET).cast_signed();
        (distance != 0).then(|| self.near(distance))
    }

    /// The whole header.
    pub(crate) fn header(self) -> ProcedureHeader {
        let bytes: *const [u8; PROCEDURE_HEADER_BYTES] =
            std::ptr::with_exposed_provenance(self.0.raw());
        // SAFETY: a procedure header lies there, says the type, in read-only memory.
        let bytes = unsafe { bytes.read() };
        ProcedureHeader::decode(&bytes).expect("loaded procedures have valid headers")
    }

    const fn near(self, distance: i32) -> Address {
        self.0.offset_bytes(distance as isize as usize)
    }

    #[inline(always)]
    fn field(self, offset: usize) -> u32 {
        assert!(offset.is_multiple_of(size_of::<u32>()) && offset < PROCEDURE_HEADER_BYTES);
        let field: *const u32 = std::ptr::with_exposed_provenance(self.0.raw() + offset);
        // SAFETY: a procedure header lies there, says the type; headers are aligned to 16 bytes.
        u32::from_le(unsafe { field.read() })
    }
}
