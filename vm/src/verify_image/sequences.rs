//! Copies, and instructions that do the work of two: the second one sees what the first one has written.

use abi::isa::{AnyLocal, DataOffset, Instruction, Into, IntoAny, Local};

use super::error::CodeProblem;
use super::step::Step;

type Verdict = Result<(), CodeProblem>;

impl Step<'_, '_> {
    /// Whether the instruction is one of these. Then it was looked at.
    #[inline(always)]
    pub(super) fn sequence(&mut self, instruction: Instruction) -> Result<bool, CodeProblem> {
        use Instruction as I;
        match instruction {
            I::Copy { dst, src } => self.copies(&[(dst, src)])?,
            I::Copy2 {
                dst,
                src,
                dst2,
                src2,
            } => self.copies(&[(dst, src), (dst2, src2)])?,
            I::Copy3 {
                dst,
                src,
                dst2,
                src2,
                dst3,
                src3,
            } => {
                self.copies(&[(dst, src), (dst2, src2), (dst3, src3)])?;
            }
            I::BranchEqCell {
                dst,
                cell,
                a,
                offset,
            }
            | I::BranchNotEqCell {
                dst,
                cell,
                a,
                offset,
            } => {
                self.compare_with_cell(dst, cell, a)?;
                self.jump(self.end, offset)?;
            }
            _ => return self.sequence_of_loads(instruction),
        }
        Ok(true)
    }

    #[inline(always)]
    fn sequence_of_loads(&mut self, instruction: Instruction) -> Result<bool, CodeProblem> {
        use Instruction as I;
        match instruction {
            I::CarCar {
                dst,
                pair,
                dst2,
                pair2,
            }
            | I::CarCdr {
                dst,
                pair,
                dst2,
                pair2,
            }
            | I::CdrCar {
                dst,
                pair,
                dst2,
                pair2,
            }
            | I::CdrCdr {
                dst,
                pair,
                dst2,
                pair2,
            } => {
                self.two_loads([(dst, &[pair]), (dst2, &[pair2])])?;
            }
            I::VectorRef2 {
                dst,
                vector,
                index,
                dst2,
                vector2,
                index2,
            } => {
                self.two_loads([(dst, &[vector, index]), (dst2, &[vector2, index2])])?;
            }
            I::ClosureRef2 {
                dst,
                closure,
                dst2,
                closure2,
                ..
            } => {
                self.two_loads([(dst, &[closure]), (dst2, &[closure2])])?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn copies(&mut self, pairs: &[(IntoAny, AnyLocal)]) -> Verdict {
        for (to, from) in pairs {
            self.copy(to.0.into(), from.0.into())?;
        }
        Ok(())
    }

    fn two_loads(&mut self, loads: [(Into, &[Local]); 2]) -> Verdict {
        for (dst, operands) in loads {
            for operand in operands {
                self.read_tagged(operand.0.into())?;
            }
            self.write(dst.0.into(), true)?;
        }
        Ok(())
    }

    fn compare_with_cell(&mut self, dst: Into, cell: DataOffset, a: Local) -> Verdict {
        self.cell(cell)?;
        self.write(dst.0.into(), true)?;
        self.read_tagged(a.0.into())
    }
}
