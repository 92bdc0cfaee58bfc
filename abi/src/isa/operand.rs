//! Operand types: newtypes that say what a number in the instruction stream means.

use alloc::vec::Vec;

use crate::isa::OperandValue;

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
    ($( $(#[$doc:meta])* $name:ident($int:ty); )*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(transparent)]
        pub struct $name(pub $int);

        impl Operand for $name {
            const BYTES: usize = size_of::<$int>();
            const NAME: &'static str = stringify!($name);

            fn read(code: &mut &[u8]) -> Option<Self> {
                let (bytes, rest) = code.split_first_chunk()?;
                *code = rest;
                Some(Self(<$int>::from_le_bytes(*bytes)))
            }

            fn write(self, code: &mut Vec<u8>) {
                code.extend_from_slice(&self.0.to_le_bytes());
            }

            fn value(self) -> OperandValue {
                OperandValue::$name(self)
            }
        }
    )* };
}

operands! {
    /// A slot that is read and holds a tagged value.
    Local(u16);
    /// A slot that is written with a tagged value.
    Into(u16);
    /// A slot that is read and holds a raw word.
    RawLocal(u16);
    /// A slot that is written with a raw word.
    IntoRaw(u16);
    /// A slot that is read, tagged or raw.
    AnyLocal(u16);
    /// A slot that is written and takes on what the source was: tagged or raw.
    IntoAny(u16);
    /// How many arguments, values or words.
    Count(u16);
    /// The zero-based index of a field or free variable.
    Index(u16);
    /// A small integer (its value, not its word).
    Small(i16);
    /// A word.
    Word(u64);
    /// An immediate's word, sign-extended to 64 bits.
    Word32(i32);
    /// From the end of the instruction to a branch target, in bytes.
    BranchOffset(i32);
    /// From the end of the instruction to a procedure header, in bytes.
    CodeOffset(i32);
    /// From the end of the instruction to a constant (its tag added) or a cell, in bytes.
    DataOffset(i32);
    /// From the end of the instruction to a frame map, in bytes. Always the last operand.
    MapOffset(i32);
    /// A row of the primitive table.
    PrimitiveOperand(u16);
    /// A [`crate::type_test::TypeTest`].
    TestOperand(u8);
    /// Zero or one.
    Flag(u8);
}
