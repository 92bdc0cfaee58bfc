//! Rules of single instructions, beyond what their operands say by themselves.

use abi::isa::{Count, Flag, Instruction, Into, PrimitiveOperand};
use abi::object_layout::{closure, pair};
use abi::primitive::{Primitive, PrimitiveClass};
use abi::tag::{Header, Kind};

use super::error::CodeProblem;
use super::slots::RETURNED;
use super::step::{Next, Step};

/// How much may be allocated between two polls, in bytes. Programs allocate far less: a piece of code without a poll
/// ends.
const ALLOCATED_BYTES_MAX: u32 = 4 << 20;

/// Bytes of a number in the heap.
const NUMBER_BYTES: u32 = 16;

type Verdict = Result<(), CodeProblem>;

impl Step<'_, '_> {
    /// Instructions whose operands do not say all, or in another order. `None`: the instruction is none of them.
    #[inline(always)]
    pub(super) fn by_its_own_rule(
        &mut self,
        instruction: Instruction,
    ) -> Result<Option<Next>, CodeProblem> {
        use Instruction as I;
        let done = match instruction {
            I::LoadConstant { dst, constant } => {
                self.constant(constant)?;
                self.write(dst.0.into(), true)
            }
            I::Receive {
                first,
                required,
                rest,
            } => self.receive(first, required, rest),
            I::Leaf {
                dst,
                primitive,
                first,
                count,
                map,
            } => {
                self.suspend_by(map, self.slots)?;
                self.read_values(first.0.into(), count.0.into())?;
                self.leaf(primitive, count.0)?;
                self.write(dst.0.into(), true)
            }
            I::EnterNative {} => self.enter_native(),
            I::ExitBase {}
            | I::Underflow {}
            | I::ReturnBarrier {}
            | I::ReturnToNative {}
            | I::EnterLoop {} => Err(CodeProblem::MachineOnly),
            _ => {
                if self.sequence(instruction)? {
                    return Ok(Some(Next::On));
                }
                return match self.switch_of_any_sort(instruction)? {
                    None => self.call_or_return(instruction),
                    next => Ok(next),
                };
            }
        };
        done.map(|()| Some(Next::On))
    }

    /// The call before left a value in the first slot; or all values are there when code goes on behind.
    fn receive(&mut self, first: Into, required: Count, rest: Flag) -> Verdict {
        if rest.0 > 1 {
            return Err(CodeProblem::Flag { flag: rest.0 });
        }
        let first = u32::from(first.0);
        self.read_tagged(first)?;
        for slot in first..first + u32::from(required.0) + u32::from(rest.0) {
            self.write(slot, true)?;
        }
        Ok(())
    }

    fn enter_native(&self) -> Verdict {
        if self.start == 0 && self.procedure.header.native_entry != 0 {
            Ok(())
        } else {
            Err(CodeProblem::EnterNative)
        }
    }

    /// What is to be seen to before operands are read: polls, allocation, and what else their types do not say.
    #[inline(always)]
    pub(super) fn before_operands(&mut self, instruction: Instruction) -> Verdict {
        use Instruction as I;
        match instruction {
            I::Poll { .. }
            | I::JumpPoll { .. }
            | I::PollBranchNull { .. }
            | I::PollBranchNotNull { .. }
            | I::PollBranchPair { .. }
            | I::PollBranchNotPair { .. }
            | I::PollBranchLess { .. }
            | I::PollBranchNotLess { .. }
            | I::PollBranchEqualSmall { .. }
            | I::PollBranchNotEqualSmall { .. } => {
                self.poll();
                Ok(())
            }
            I::PollCons { .. } => {
                self.poll();
                self.allocates(pair::BYTES as u32)
            }
            I::Cons { .. } => self.allocates(pair::BYTES as u32),
            I::MakeBox { .. } => self.allocates(Header::new(Kind::Box, 1).object_bytes() as u32),
            I::BoxF64 { .. } | I::BoxI64 { .. } | I::BoxU64 { .. } => self.allocates(NUMBER_BYTES),
            I::MakeRecord { fields, .. } => {
                let header = Header::new(Kind::Record, 1 + u64::from(fields.0));
                self.allocates(header.object_bytes() as u32)
            }
            I::MakeClosure { free, .. } => self.allocates(closure::bytes(free.0.into()) as u32),
            I::MakeClosure1 { .. } => self.allocates(closure::bytes(1) as u32),
            I::MakeClosure2 { .. } => self.allocates(closure::bytes(2) as u32),
            I::MakeClosure3 { .. } => self.allocates(closure::bytes(3) as u32),
            I::MakeClosure4 { .. } => self.allocates(closure::bytes(4) as u32),
            I::MakeClosure5 { .. } => self.allocates(closure::bytes(5) as u32),
            I::Capture { .. } => self.allocates(0),
            I::ClosureInit { closure, .. } => self.initializes(closure.0.into()),
            I::LoadWord { word, .. } => Self::plain_value(word.0),
            I::Leaf1 { primitive, .. } => self.leaf(primitive, 1),
            I::Leaf2 { primitive, .. } => self.leaf(primitive, 2),
            I::Leaf3 { primitive, .. } => self.leaf(primitive, 3),
            _ => Ok(()),
        }
    }

    /// What is to be seen to when results have their slots.
    #[inline(always)]
    pub(super) fn behind_operands(&mut self, instruction: Instruction) {
        if let Instruction::MakeClosure { dst, .. } = instruction {
            self.fresh.add(dst.0.into());
        }
    }

    /// So much is allocated without asking for a collection.
    fn allocates(&mut self, bytes: u32) -> Verdict {
        if self.now.allocated == RETURNED {
            return Err(CodeProblem::AllocatesUnpolled);
        }
        let bytes = self.now.allocated.saturating_add(bytes);
        if bytes > ALLOCATED_BYTES_MAX {
            return Err(CodeProblem::AllocatesMuch { bytes });
        }
        self.now.allocated = bytes;
        Ok(())
    }

    /// A free variable gets its value without a barrier.
    fn initializes(&self, slot: u32) -> Verdict {
        if self.fresh.contains(slot) {
            return Ok(());
        }
        self.read_tagged(slot)?;
        Err(CodeProblem::NotFresh { slot })
    }

    /// A leaf primitive.
    fn leaf(&mut self, operand: PrimitiveOperand, count: u16) -> Verdict {
        let primitive = primitive_of(PrimitiveClass::Leaf, operand, count)?;
        // What is large is asked for.
        if primitive.allocates_unasked() {
            self.allocates(NUMBER_BYTES)
        } else {
            Ok(())
        }
    }
}

/// The primitive that an instruction calls with so many arguments.
pub(super) fn primitive_of(
    class: PrimitiveClass,
    operand: PrimitiveOperand,
    count: u16,
) -> Result<Primitive, CodeProblem> {
    // The check of a claim relies on the compiler, which writes the claim down.
    let found = Primitive::from_index(operand.0).filter(|&primitive| {
        primitive.class() == class
            && primitive.accepts(count.into())
            && primitive != Primitive::CheckClaim
    });
    found.ok_or(CodeProblem::Primitive {
        number: operand.0,
        count,
    })
}
