//! Where the sequences of a line program stand (DWARF 5, section 6.2): what is looked for can be decoded by itself.
//!
//! The state of a line program is new at the start of each sequence. So a sequence can be decoded without those before
//! it. To find the sequences, it is enough to step over the instructions.

use std::ops::Range;

/// A sequence of instructions: code without gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sequence {
    /// The address that the sequence sets first: that of its first row.
    pub(super) start: u32,
    /// Where its instructions stand, in bytes of the section.
    pub(super) first: u32,
    pub(super) end: u32,
}

impl Sequence {
    /// Where its instructions stand in the section.
    pub(super) const fn instructions(self) -> Range<usize> {
        self.first as usize..self.end as usize
    }
}

/// Opcodes (DWARF 5, section 7.22).
const DW_LNS_FIXED_ADVANCE_PC: u8 = 9;
const DW_LNE_END_SEQUENCE: u8 = 1;
const DW_LNE_SET_ADDRESS: u8 = 2;

/// The sequences of a program, in their order, up to the first that is damaged. `section` holds the instructions at
/// `instructions`; `operand_counts` says how many LEB128 operands each standard opcode has, from opcode 1 on.
pub(super) fn sequences(
    section: &[u8],
    instructions: Range<usize>,
    operand_counts: &[u8],
) -> Vec<Sequence> {
    let mut found = Vec::new();
    let Some(code) = section.get(..instructions.end) else {
        return found;
    };
    let mut reader = Reader {
        code,
        at: instructions.start,
    };
    let mut first = instructions.start;
    let mut start = None;
    while let Some(step) = reader.step(operand_counts) {
        match step {
            Step::Address(address) => start = start.or(Some(address)),
            Step::End => {
                let (Ok(from), Ok(end)) = (u32::try_from(first), u32::try_from(reader.at)) else {
                    break;
                };
                found.push(Sequence {
                    start: start.take().unwrap_or_default(),
                    first: from,
                    end,
                });
                first = reader.at;
            }
            Step::Other => {}
        }
    }
    found
}

/// What an instruction does, as far as it matters here.
enum Step {
    Address(u32),
    End,
    Other,
}

struct Reader<'a> {
    code: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.code.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// Steps over an instruction; `None` at the end, or at a damaged one.
    fn step(&mut self, operand_counts: &[u8]) -> Option<Step> {
        let opcode = self.byte()?;
        if opcode == 0 {
            return self.extended();
        }
        if opcode == DW_LNS_FIXED_ADVANCE_PC {
            self.at += 2;
            return Some(Step::Other);
        }
        if let Some(&operands) = operand_counts.get(usize::from(opcode) - 1) {
            for _ in 0..operands {
                while self.byte()? & 0x80 != 0 {}
            }
        }
        Some(Step::Other)
    }

    fn extended(&mut self) -> Option<Step> {
        let length = usize::try_from(self.number()?).ok()?;
        let end = self.at.checked_add(length)?;
        let instruction = self.code.get(self.at..end)?;
        self.at = end;
        let (&opcode, operands) = instruction.split_first()?;
        Some(match (opcode, operands.first_chunk::<8>()) {
            (DW_LNE_END_SEQUENCE, _) => Step::End,
            (DW_LNE_SET_ADDRESS, Some(address)) => {
                Step::Address(u32::try_from(u64::from_le_bytes(*address)).ok()?)
            }
            _ => Step::Other,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As many operands as DWARF 5 gives to opcodes 1 to 12.
    const OPERAND_COUNTS: [u8; 12] = [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1];

    fn set_address(address: u64) -> Vec<u8> {
        [&[0, 9, DW_LNE_SET_ADDRESS][..], &address.to_le_bytes()].concat()
    }

    #[test]
    fn sequences_are_found_whatever_their_operands_look_like() {
        // Operands that look like the end of a sequence: 0 1 1.
        let first = [
            &set_address(0x1_0101)[..],
            &[3, 0x80, 0, 5, 1, 9, 0, 1, 1, 20, 2, 1],
            &[0, 1, DW_LNE_END_SEQUENCE],
        ]
        .concat();
        let second = [&set_address(0x200)[..], &[200, 0, 1, DW_LNE_END_SEQUENCE]].concat();
        let section = [&[0xff; 3][..], &first, &second].concat();
        let found = sequences(&section, 3..section.len(), &OPERAND_COUNTS);
        let ends = [3 + first.len() as u32, section.len() as u32];
        let sequence = |start, first, end| Sequence { start, first, end };
        let expected = [
            sequence(0x1_0101, 3, ends[0]),
            sequence(0x200, ends[0], ends[1]),
        ];
        assert_eq!(found, expected);
        for end in 0..section.len() {
            let found = sequences(&section[..end], 3..end.max(3), &OPERAND_COUNTS);
            assert!(found.len() <= 1 && found.iter().all(|each| *each == expected[0]));
        }
        assert_eq!(
            sequences(&section, 3..section.len() + 1, &OPERAND_COUNTS),
            []
        );
    }
}
