//! Instructions as text.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use crate::isa::codec::{DecodeError, Instruction, decode_all};
use crate::isa::operand::OperandValue;
use crate::primitive::Primitive;
use crate::type_test::TypeTest;

/// One disassembled instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Where the instruction starts, in bytes.
    pub offset: usize,
    /// The instruction.
    pub instruction: Instruction,
    /// Mnemonic and operands.
    pub text: String,
}

/// Disassembles `code`. Offsets to other places are printed as places: bytes from the start of
/// `code`.
///
/// # Errors
///
/// The first place that is not an instruction.
pub fn disassemble(code: &[u8]) -> Result<Vec<Line>, DecodeError> {
    let decoded = decode_all(code)?;
    Ok(decoded
        .into_iter()
        .map(|(offset, instruction)| Line {
            offset,
            instruction,
            text: text_of(offset, &instruction),
        })
        .collect())
}

fn text_of(offset: usize, instruction: &Instruction) -> String {
    let opcode = instruction.opcode();
    let end = offset + opcode.instruction_bytes();
    let mut text = String::from(opcode.mnemonic());
    instruction.each_operand(|name, value| {
        text.push(' ');
        append_operand(&mut text, end, name, value);
    });
    text
}

fn append_operand(text: &mut String, end: usize, name: &str, value: OperandValue) {
    let place = |distance: i32| i64::try_from(end).unwrap_or(i64::MAX) + i64::from(distance);
    let written = match value {
        OperandValue::Local(slot) => write!(text, "s{}", slot.0),
        OperandValue::Into(slot) => write!(text, "s{}", slot.0),
        OperandValue::IntoReturned(slot) => write!(text, "s{}", slot.0),
        OperandValue::AnyLocal(slot) => write!(text, "s{}", slot.0),
        OperandValue::IntoAny(slot) => write!(text, "s{}", slot.0),
        OperandValue::RawLocal(slot) => write!(text, "r{}", slot.0),
        OperandValue::IntoRaw(slot) => write!(text, "r{}", slot.0),
        OperandValue::Count(count) => write!(text, "{name}={}", count.0),
        OperandValue::Index(index) => write!(text, "[{}]", index.0),
        OperandValue::Small(value) => write!(text, "{}", value.0),
        OperandValue::Word(word) => write!(text, "{:#x}", word.0),
        OperandValue::Word32(word) => write!(text, "{:#x}", i64::from(word.0)),
        OperandValue::BranchOffset(distance) => write!(text, "->{}", place(distance.0)),
        OperandValue::CodeOffset(distance) => write!(text, "code:{}", place(distance.0)),
        OperandValue::DataOffset(distance) => write!(text, "data:{}", place(distance.0)),
        OperandValue::MapOffset(distance) => write!(text, "map:{}", place(distance.0)),
        OperandValue::PrimitiveOperand(primitive) => match Primitive::from_index(primitive.0) {
            Some(primitive) => write!(text, "{}", primitive.name()),
            None => write!(text, "primitive:{}", primitive.0),
        },
        OperandValue::TestOperand(test) => match TypeTest::from_byte(test.0) {
            Some(test) => write!(text, "{}", test.name()),
            None => write!(text, "test:{}", test.0),
        },
        OperandValue::Flag(flag) => write!(text, "{name}={}", flag.0),
    };
    written.expect("writing to a string does not fail");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa::operand::{BranchOffset, Into, Local, Small};

    #[test]
    fn operands_print_as_slots_places_and_numbers() {
        let mut code = Vec::new();
        Instruction::LoadSmall {
            dst: Into(2),
            value: Small(-7),
        }
        .encode(&mut code);
        Instruction::BranchNull {
            src: Local(2),
            offset: BranchOffset(-12),
        }
        .encode(&mut code);
        let lines = disassemble(&code).unwrap();
        assert_eq!(lines[0].text, "load_small s2 -7");
        assert_eq!(lines[1].text, "branch_null s2 ->0");
    }
}
