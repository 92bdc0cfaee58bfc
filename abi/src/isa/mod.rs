//! The bytecode instruction set, all of it derived from one table.
//!
//! An instruction is one opcode byte followed by its operands, little-endian, unpadded. A frame's
//! slots, the calling convention and the trailers of calls are described in [`crate::procedure`].

mod codec;
mod disassemble;
mod operand;
mod superinstruction;
mod table;

pub use codec::{DecodeError, Instruction, Opcode, decode_all};
pub use disassemble::{Line, disassemble};
pub use operand::{
    AnyLocal, BranchOffset, CodeOffset, Count, DataOffset, Flag, Index, Into, IntoAny, IntoRaw,
    IntoReturned, Local, MapOffset, Operand, OperandValue, PrimitiveOperand, RawLocal, Small,
    TestOperand, Word, Word32,
};
