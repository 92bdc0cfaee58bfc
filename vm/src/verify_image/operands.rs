//! What an operand asks for, by its type alone.

use abi::isa::{
    AnyLocal, BranchOffset, CodeOffset, Count, DataOffset, Flag, Index, Into, IntoAny, IntoRaw,
    IntoReturned, Local, MapOffset, Operand, PrimitiveOperand, RawLocal, Small, TestOperand, Word,
    Word32,
};
use abi::type_test::TypeTest;

use super::error::CodeProblem;
use super::step::Step;

type Verdict = Result<(), CodeProblem>;

/// An operand, as the verifier sees it. Instructions whose operands mean more have rules of their own.
pub(super) trait Verified: Operand {
    /// Before anything is read: a collection may look at the frame.
    fn suspend(self, _: &mut Step<'_, '_>) -> Verdict {
        Ok(())
    }

    /// Is read.
    fn read_from(self, _: &mut Step<'_, '_>) -> Verdict {
        Ok(())
    }

    /// Is written.
    fn write_to(self, _: &mut Step<'_, '_>) -> Verdict {
        Ok(())
    }

    /// Is gone to.
    fn jump_to(self, _: &mut Step<'_, '_>) -> Verdict {
        Ok(())
    }
}

impl Verified for Local {
    #[inline]
    fn read_from(self, step: &mut Step<'_, '_>) -> Verdict {
        step.read_tagged(self.0.into())
    }
}

impl Verified for RawLocal {
    #[inline]
    fn read_from(self, step: &mut Step<'_, '_>) -> Verdict {
        step.read_written(self.0.into())
    }
}

impl Verified for Into {
    #[inline]
    fn write_to(self, step: &mut Step<'_, '_>) -> Verdict {
        step.write(self.0.into(), true)
    }
}

impl Verified for IntoRaw {
    #[inline]
    fn write_to(self, step: &mut Step<'_, '_>) -> Verdict {
        step.write(self.0.into(), false)
    }
}

impl Verified for BranchOffset {
    #[inline]
    fn jump_to(self, step: &mut Step<'_, '_>) -> Verdict {
        step.jump(step.end(), self)
    }
}

impl Verified for MapOffset {
    #[inline]
    fn suspend(self, step: &mut Step<'_, '_>) -> Verdict {
        let slots = step.slots();
        step.suspend_by(self, slots)
    }
}

/// Of closures that are made; known calls have rules of their own.
impl Verified for CodeOffset {
    fn read_from(self, step: &mut Step<'_, '_>) -> Verdict {
        step.closure_code(self)
    }
}

/// Of a cell; constants have a rule of their own.
impl Verified for DataOffset {
    #[inline]
    fn read_from(self, step: &mut Step<'_, '_>) -> Verdict {
        step.cell(self)
    }
}

impl Verified for TestOperand {
    fn read_from(self, _: &mut Step<'_, '_>) -> Verdict {
        let number = self.0;
        match TypeTest::from_byte(number) {
            Some(_) => Ok(()),
            None => Err(CodeProblem::TypeTest { number }),
        }
    }
}

impl Verified for Flag {
    fn read_from(self, _: &mut Step<'_, '_>) -> Verdict {
        match self.0 {
            0 | 1 => Ok(()),
            flag => Err(CodeProblem::Flag { flag }),
        }
    }
}

macro_rules! not_by_itself {
    ($($operand:ident)*) => { $(
        /// Means nothing by itself.
        impl Verified for $operand {}
    )* };
}

not_by_itself! { AnyLocal Count Index IntoAny IntoReturned PrimitiveOperand Small Word Word32 }
