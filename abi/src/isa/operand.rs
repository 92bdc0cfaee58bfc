//! Operand types: newtypes that say what a number in the instruction stream means.

use alloc::vec::Vec;

/// An operand type: how it is read from and written to the instruction stream.
pub trait Operand: Sized + Copy {
    /// Bytes in the instruction stream.
    const BYTES: usize;
    /// The name of the type, part of the fingerprint.
    const NAME: &'static str;
    /// Takes one operand off the front of `code`; `None` at the end of the stream.
    fn read(code: &mut &[u8]) -> Option<Self>;
    /// Appends the operand to `code`.
    fn write(self, code: &mut Vec<u8>);
    /// The operand as a tool sees it.
    fn value(self) -> OperandValue;
}

macro_rules! operands {
    ($( $(#[$doc:meta])* $name:ident($int:ty) $as_stored:ident; )*) => {
        /// An operand whose type is only known at run time.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[expect(
            missing_docs,
            reason = "each variant holds the operand type of its name"
        )]
        pub enum OperandValue {
            $( $name($name), )*
        }
        $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(transparent)]
        pub struct $name(pub $int);

        impl $name {
            /// The operand of the bytes in the instruction stream.
            #[inline(always)]
            pub const fn from_bytes(bytes: [u8; size_of::<$int>()]) -> Self {
                Self($as_stored(<$int>::from_le_bytes(bytes)))
            }

            /// The bytes in the instruction stream.
            pub const fn to_bytes(self) -> [u8; size_of::<$int>()] {
                $as_stored(self.0).to_le_bytes()
            }
        }

        impl Operand for $name {
            const BYTES: usize = size_of::<$int>();
            const NAME: &'static str = stringify!($name);

            fn read(code: &mut &[u8]) -> Option<Self> {
                let (bytes, rest) = code.split_first_chunk()?;
                *code = rest;
                Some(Self::from_bytes(*bytes))
            }

            fn write(self, code: &mut Vec<u8>) {
                code.extend_from_slice(&self.to_bytes());
            }

            fn value(self) -> OperandValue {
                OperandValue::$name(self)
            }
        }
    )* };
}

/// Operands that are stored as they are.
#[inline(always)]
const fn plain<T: Copy>(number: T) -> T {
    number
}

/// Slots are stored complemented: slot `i` lies at `frame pointer - 8 (i + 1)`, and `-(i + 1)` is the
/// complement of `i`, so that the interpreter takes the operand for an index as it stands.
#[inline(always)]
const fn complemented(slot: u16) -> u16 {
    !slot
}

operands! {
    /// A slot that is read and holds a tagged value.
    Local(u16) complemented;
    /// A slot that is written with a tagged value.
    Into(u16) complemented;
    /// A slot of the caller that takes the result when the callee returns. Part of the trailer of
    /// a return word (see [`crate::procedure`]), which is not for this interpreter alone.
    IntoReturned(u16) plain;
    /// A slot that is read and holds a raw word.
    RawLocal(u16) complemented;
    /// A slot that is written with a raw word.
    IntoRaw(u16) complemented;
    /// A slot that is read, tagged or raw.
    AnyLocal(u16) complemented;
    /// A slot that is written and takes on what the source was: tagged or raw.
    IntoAny(u16) complemented;
    /// How many arguments, values or words.
    Count(u16) plain;
    /// The zero-based index of a field or free variable.
    Index(u16) plain;
    /// A small integer (its value, not its word).
    Small(i16) plain;
    /// A word.
    Word(u64) plain;
    /// An immediate's word, sign-extended to 64 bits.
    Word32(i32) plain;
    /// From the end of the instruction to a branch target, in bytes.
    BranchOffset(i32) plain;
    /// From the end of the instruction to a procedure header, in bytes.
    CodeOffset(i32) plain;
    /// From the end of the instruction to a constant (its tag added) or a cell, in bytes.
    DataOffset(i32) plain;
    /// From the end of the instruction to a frame map, in bytes. Always the last operand.
    MapOffset(i32) plain;
    /// A row of the primitive table.
    PrimitiveOperand(u16) plain;
    /// A [`crate::type_test::TypeTest`].
    TestOperand(u8) plain;
    /// Zero or one.
    Flag(u8) plain;
}
