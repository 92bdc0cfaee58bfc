//! Switches: the instructions that they choose among stand behind them.

use abi::isa::{BranchOffset, Count, Instruction, Local, Opcode};

use super::error::CodeProblem;
use super::step::{Next, Step};

type Verdict = Result<(), CodeProblem>;

impl Step<'_, '_> {
    /// Switches. `None`: the instruction is none of them.
    #[inline(always)]
    pub(super) fn switch_of_any_sort(
        &mut self,
        instruction: Instruction,
    ) -> Result<Option<Next>, CodeProblem> {
        use Instruction as I;
        let next = match instruction {
            I::SwitchWord { src, count, .. } | I::SwitchStringLength { src, count, .. } => {
                self.switch(src, u32::from(count.0) + 1)?
            }
            I::SwitchSymbol { src, shift, bits } => self.switch_by_hash(src, shift.0, bits.0)?,
            I::SwitchSearch { src, count } => {
                self.search(src, count)?;
                Next::On
            }
            _ => return Ok(None),
        };
        Ok(Some(next))
    }

    /// A table of jumps follows.
    fn switch(&mut self, src: Local, count: u32) -> Result<Next, CodeProblem> {
        self.read_tagged(src.0.into())?;
        self.table(Opcode::Jump, count)?;
        let bytes = Opcode::Jump.instruction_bytes() as u32;
        for index in 0..count {
            let end = self.end + (index + 1) * bytes;
            let offset = self.procedure.code[..end as usize].last_chunk::<4>();
            let offset = i32::from_le_bytes(*offset.ok_or(CodeProblem::Truncated)?);
            self.jump(end, BranchOffset(offset))?;
        }
        Ok(Next::Stop)
    }

    fn switch_by_hash(&mut self, src: Local, shift: i16, bits: i16) -> Result<Next, CodeProblem> {
        const BITS_MAX: i16 = 15;
        if !(0..=BITS_MAX).contains(&bits) || !(0..=60).contains(&shift) {
            return Err(CodeProblem::SwitchBits { bits, shift });
        }
        self.switch(src, (1 << bits) + 1)
    }

    /// Tests follow, of which one is gone on with. Each compares a slot with a word, so code may go on with the first.
    fn search(&mut self, src: Local, count: Count) -> Verdict {
        self.read_tagged(src.0.into())?;
        self.table(Opcode::BranchEqWord, count.0.into())
    }

    /// So many instructions of one opcode follow.
    fn table(&self, opcode: Opcode, expected: u32) -> Verdict {
        let behind = &self.procedure.code[self.end as usize..];
        let entries = behind.chunks_exact(opcode.instruction_bytes());
        let found = entries
            .take(expected as usize)
            .take_while(|entry| entry[0] == opcode as u8)
            .count() as u32;
        if found == expected {
            Ok(())
        } else {
            Err(CodeProblem::Table { found, expected })
        }
    }
}
