//! Rules of single instructions, beyond what their operands say by themselves.

use abi::isa::{
    AnyLocal, Count, DataOffset, Flag, Instruction, Into, IntoAny, Local, Opcode, PrimitiveOperand,
};
use abi::object_layout::{closure, pair};
use abi::primitive::{Effect, Primitive, PrimitiveClass, ResultType};
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
            I::Copy { dst, src } => self.copies(&[(dst, src)]),
            I::Copy2 {
                dst,
                src,
                dst2,
                src2,
            } => self.copies(&[(dst, src), (dst2, src2)]),
            I::Copy3 {
                dst,
                src,
                dst2,
                src2,
                dst3,
                src3,
            } => self.copies(&[(dst, src), (dst2, src2), (dst3, src3)]),
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
            } => self.two_loads([(dst, &[pair]), (dst2, &[pair2])]),
            I::VectorRef2 {
                dst,
                vector,
                index,
                dst2,
                vector2,
                index2,
            } => self.two_loads([(dst, &[vector, index]), (dst2, &[vector2, index2])]),
            I::ClosureRef2 {
                dst,
                closure,
                dst2,
                closure2,
                ..
            } => self.two_loads([(dst, &[closure]), (dst2, &[closure2])]),
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
                self.jump(self.end, offset)
            }
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
            I::SwitchWord { src, count, .. } | I::SwitchStringLength { src, count, .. } => {
                return self.switch(src, u32::from(count.0) + 1).map(Some);
            }
            I::SwitchSymbol { src, shift, bits } => {
                return self.switch_by_hash(src, shift.0, bits.0).map(Some);
            }
            I::SwitchSearch { src, count } => self.search(src, count),
            I::EnterNative {} => self.enter_native(),
            I::ExitBase {} | I::Underflow {} | I::ReturnBarrier {} | I::ReturnToNative {} => {
                Err(CodeProblem::MachineOnly)
            }
            _ => return self.call_or_return(instruction),
        };
        done.map(|()| Some(Next::On))
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

    /// A table of jumps follows.
    fn switch(&mut self, src: Local, count: u32) -> Result<Next, CodeProblem> {
        self.read_tagged(src.0.into())?;
        self.table(Opcode::Jump, count)?;
        let bytes = Opcode::Jump.instruction_bytes() as u32;
        for index in 0..count {
            let end = self.end + (index + 1) * bytes;
            let offset = self.procedure.code[..end as usize].last_chunk::<4>();
            let offset = i32::from_le_bytes(*offset.ok_or(CodeProblem::Truncated)?);
            self.jump(end, abi::isa::BranchOffset(offset))?;
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
        let is_new = matches!(
            primitive.result(),
            ResultType::ExactInteger
                | ResultType::Flonum
                | ResultType::FlonumOfFlonums
                | ResultType::Number
                | ResultType::String
                | ResultType::Symbol
                | ResultType::Pair
                | ResultType::Vector
                | ResultType::Bytevector
                | ResultType::Record
        );
        let allocates = match primitive.effect() {
            Effect::Allocate => true,
            Effect::Partial | Effect::Read => is_new,
            Effect::Total | Effect::Write | Effect::Control => false,
        };
        // What is large is asked for.
        if allocates {
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
