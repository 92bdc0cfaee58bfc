//! Opcodes, decoded instructions, encoder and decoder: expansions of the table.

use alloc::vec::Vec;
use core::fmt;

use crate::for_each_instruction;
use crate::isa::operand::{
    AnyLocal, BranchOffset, CodeOffset, Count, DataOffset, Flag, Index, Into, IntoAny, IntoRaw,
    IntoReturned, Local, MapOffset, Operand, OperandValue, PrimitiveOperand, RawLocal, Small,
    TestOperand, Word, Word32,
};

/// Why bytes are not an instruction. Offsets are bytes from the start of what was decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// No instruction has this opcode.
    UnknownOpcode {
        /// Where it stands.
        offset: usize,
        /// The byte.
        opcode: u8,
    },
    /// The operands of the instruction reach past the end.
    Truncated {
        /// Where the instruction starts.
        offset: usize,
    },
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownOpcode { offset, opcode } => {
                write!(
                    f,
                    "no instruction has opcode {opcode:#04x} (at offset {offset})"
                )
            }
            Self::Truncated { offset } => {
                write!(f, "the instruction at offset {offset} reaches past the end")
            }
        }
    }
}

impl core::error::Error for DecodeError {}

macro_rules! define_instructions {
    ($( $(#[$doc:meta])* $code:literal $handler:ident = $name:ident
        { $($field:ident : $operand:ty),* }; )*) => {
        /// The first byte of an instruction.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Opcode { $( $(#[$doc])* $name = $code, )* }

        impl Opcode {
            /// All opcodes, in numeric order.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Decodes an opcode byte; `None` if no instruction has that number.
            pub const fn from_byte(byte: u8) -> Option<Self> {
                match byte { $( $code => Some(Self::$name), )* _ => None }
            }

            /// The name that the disassembler prints.
            pub const fn mnemonic(self) -> &'static str {
                match self { $( Self::$name => stringify!($handler), )* }
            }

            /// Names and types of the operands, in encoding order, as text.
            pub const fn operands(self) -> &'static str {
                match self { $( Self::$name => stringify!($($field: $operand),*), )* }
            }

            /// Bytes of the instruction, opcode included.
            pub const fn instruction_bytes(self) -> usize {
                match self { $( Self::$name => 1 $( + <$operand as Operand>::BYTES )*, )* }
            }
        }

        /// A decoded instruction.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[expect(missing_docs, reason = "the fields are the operands of the table's row")]
        pub enum Instruction { $( $(#[$doc])* $name { $($field: $operand),* }, )* }

        impl Instruction {
            /// The instruction's opcode.
            pub const fn opcode(&self) -> Opcode {
                match self { $( Self::$name { .. } => Opcode::$name, )* }
            }

            /// Decodes the instruction at the start of `code`.
            ///
            /// # Errors
            ///
            /// An unknown opcode or too few bytes; the offset is 0.
            pub fn decode(code: &[u8]) -> Result<Self, DecodeError> {
                let Some((&byte, mut rest)) = code.split_first() else {
                    return Err(DecodeError::Truncated { offset: 0 });
                };
                let opcode = Opcode::from_byte(byte)
                    .ok_or(DecodeError::UnknownOpcode { offset: 0, opcode: byte })?;
                Self::decode_operands(opcode, &mut rest)
                    .ok_or(DecodeError::Truncated { offset: 0 })
            }

            fn decode_operands(opcode: Opcode, operands: &mut &[u8]) -> Option<Self> {
                let _ = &operands;
                Some(match opcode {
                    $( Opcode::$name => {
                        Self::$name { $($field: <$operand>::read(operands)?),* }
                    } )*
                })
            }

            /// Appends the encoding to `code`.
            pub fn encode(&self, code: &mut Vec<u8>) {
                code.push(self.opcode() as u8);
                match *self {
                    $( Self::$name { $($field),* } => { $( $field.write(code); )* } )*
                }
            }

            /// Calls `visit` with the name and value of each operand, in encoding order.
            pub fn each_operand(&self, mut visit: impl FnMut(&'static str, OperandValue)) {
                let _ = &mut visit;
                match *self {
                    $( Self::$name { $($field),* } => {
                        $( visit(stringify!($field), $field.value()); )*
                    } )*
                }
            }
        }
    };
}
for_each_instruction!(define_instructions);

/// Decodes all of `code`: each instruction with its offset in bytes.
///
/// # Errors
///
/// The first place that is not an instruction.
pub fn decode_all(code: &[u8]) -> Result<Vec<(usize, Instruction)>, DecodeError> {
    let mut decoded = Vec::new();
    let mut offset = 0;
    while offset < code.len() {
        let instruction = Instruction::decode(&code[offset..]).map_err(|error| match error {
            DecodeError::UnknownOpcode { opcode, .. } => {
                DecodeError::UnknownOpcode { offset, opcode }
            }
            DecodeError::Truncated { .. } => DecodeError::Truncated { offset },
        })?;
        decoded.push((offset, instruction));
        offset += instruction.opcode().instruction_bytes();
    }
    Ok(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_opcode_round_trips_through_its_byte() {
        for &opcode in Opcode::ALL {
            assert_eq!(Opcode::from_byte(opcode as u8), Some(opcode));
        }
        assert_eq!(Opcode::Trap as u8, 0xcc);
    }

    #[test]
    fn every_instruction_round_trips_and_its_truncations_are_refused() {
        for &opcode in Opcode::ALL {
            let mut bytes = alloc::vec![opcode as u8];
            bytes.extend((1..opcode.instruction_bytes()).map(|n| u8::try_from(n).unwrap()));
            let instruction = Instruction::decode(&bytes).unwrap();
            let mut encoded = Vec::new();
            instruction.encode(&mut encoded);
            assert_eq!(encoded, bytes);
            for length in 0..bytes.len() {
                assert_eq!(
                    Instruction::decode(&bytes[..length]),
                    Err(DecodeError::Truncated { offset: 0 })
                );
            }
        }
    }

    #[test]
    fn unknown_opcodes_are_named_with_their_place() {
        let mut code = Vec::new();
        Instruction::ReturnValue { src: Local(1) }.encode(&mut code);
        code.push(0xff);
        assert_eq!(
            decode_all(&code),
            Err(DecodeError::UnknownOpcode {
                offset: 3,
                opcode: 0xff
            })
        );
    }
}
