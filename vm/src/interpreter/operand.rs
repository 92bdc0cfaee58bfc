//! Operands, as they stand in the instruction stream.
//!
//! Those that memory depends on (numbers of slots, counts of slots, offsets, immediates) are types of
//! their own here, which only [`Fetch`] makes: a number of this type was read from an instruction of
//! loaded code. Whoever vouched for the code ([`loader::TrustedImage`]) said that it names slots of the
//! frame that runs the instruction, and places of the image.

use abi::isa;
pub(crate) use abi::isa::{Flag, Index, Opcode, PrimitiveOperand, Small, TestOperand};
use abi::tag;

use crate::live::Live;

/// The fixnum of a small integer.
#[inline(always)]
pub(crate) fn small(value: Small) -> Live {
    Live::fixnum_word((i64::from(value.0) << tag::TAG_BITS).cast_unsigned())
}

/// Reads operands.
pub(crate) trait Fetch: Sized {
    /// Takes the operand at `pc`, and moves `pc` behind it.
    ///
    /// # Safety
    ///
    /// `pc` leads to an operand of this type, in an instruction of loaded code.
    unsafe fn fetch(pc: &mut *const u8) -> Self;
}

macro_rules! fetch {
    ($( $name:ident($int:ty) )*) => { $(
        impl Fetch for isa::$name {
            #[inline(always)]
            unsafe fn fetch(pc: &mut *const u8) -> Self {
                // SAFETY: instructions lie in mapped memory with their operands, by the contract of this
                // function; byte arrays have no alignment.
                let bytes = unsafe { pc.cast::<[u8; size_of::<$int>()]>().read() };
                *pc = pc.wrapping_add(bytes.len());
                Self::from_bytes(bytes)
            }
        }
    )* };
}

fetch! { Index(u16) Small(i16) PrimitiveOperand(u16) TestOperand(u8) Flag(u8) }

macro_rules! trusted_operands {
    ($( $(#[$doc:meta])* $name:ident($int:ty); )*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub(crate) struct $name($int);

        impl $name {
            /// The number.
            #[inline(always)]
            pub(crate) const fn number(self) -> $int {
                self.0
            }
        }

        impl Fetch for $name {
            #[inline(always)]
            unsafe fn fetch(pc: &mut *const u8) -> Self {
                // SAFETY: instructions lie in mapped memory with their operands, by the contract of this
                // function; byte arrays have no alignment.
                let bytes = unsafe { pc.cast::<[u8; size_of::<$int>()]>().read() };
                *pc = pc.wrapping_add(bytes.len());
                Self(isa::$name::from_bytes(bytes).0)
            }
        }
    )* };
}

trusted_operands! {
    /// A slot of the frame with a value.
    Local(u16);
    /// A slot of the frame that takes a value.
    Into(u16);
    /// A slot of the frame with an untagged word.
    RawLocal(u16);
    /// A slot of the frame that takes an untagged word.
    IntoRaw(u16);
    /// A slot of the frame with a value or an untagged word.
    AnyLocal(u16);
    /// A slot of the frame that takes what a slot of either sort holds.
    IntoAny(u16);
    /// A slot of the frame that takes a value after a call.
    IntoReturned(u16);
    /// How many slots: of a frame, or from one on; or how many free variables or fields.
    Count(u16);
    /// An immediate.
    Word(u64);
    /// An immediate that fits 32 bits.
    Word32(i32);
    /// To another instruction of the procedure.
    BranchOffset(i32);
    /// To a procedure header of the image.
    CodeOffset(i32);
    /// To a cell or a constant of the image.
    DataOffset(i32);
    /// To a frame map of the image.
    MapOffset(i32);
}

macro_rules! made_operands {
    ($( $name:ident($int:ty) )*) => { $(
        impl $name {
            /// An operand that no instruction has.
            ///
            /// # Safety
            ///
            /// The frame that it is used with has the slots that the number names, or the object has so many
            /// words.
            #[inline(always)]
            pub(crate) const unsafe fn new(number: $int) -> Self {
                Self(number)
            }
        }
    )* };
}

made_operands! { Local(u16) Into(u16) RawLocal(u16) IntoRaw(u16) IntoReturned(u16) Count(u16) }

impl MapOffset {
    /// Bytes in the instruction stream.
    pub(crate) const BYTES: usize = <isa::MapOffset as isa::Operand>::BYTES;
}

/// The last operand of an instruction that may suspend its frame: where the frame map is. Only slow
/// paths want it, and read it when they do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MapAtEnd(());

impl Fetch for MapAtEnd {
    #[inline(always)]
    unsafe fn fetch(pc: &mut *const u8) -> Self {
        *pc = pc.wrapping_add(MapOffset::BYTES);
        Self(())
    }
}
