//! Closures and their free variables in one instruction.

use abi::isa::{CodeOffset, Instruction, Into};

use super::procedure::Selector;
use crate::link::unit::FixupTarget;
use crate::ssa::ir::{self, Operation, ValueId};

/// Free variables that one instruction takes.
const FREE_MAX: usize = 5;

impl Selector<'_, '_> {
    /// Writes the closure that `instructions` start with, if one instruction can make it with all
    /// its free variables; how many instructions after the first that takes care of.
    pub(super) fn filled_closure(&mut self, instructions: &[ir::Instruction]) -> Option<usize> {
        let (make, rest) = instructions.split_first()?;
        let Operation::MakeClosure(procedure, free) = make.operation else {
            return None;
        };
        let closure = make.result?;
        if !self.intervals.result_needs_slot(make, closure) {
            return None;
        }
        let free = usize::from(free);
        let values = initial_values(closure, rest.get(..free)?)?;
        let dst = Into(self.slot(closure));
        let code = CodeOffset(0);
        let local = |index: usize| self.local(values[index]);
        let instruction = match free {
            1 => Instruction::MakeClosure1 {
                dst,
                code,
                a: local(0),
            },
            2 => Instruction::MakeClosure2 {
                dst,
                code,
                a: local(0),
                b: local(1),
            },
            3 => Instruction::MakeClosure3 {
                dst,
                code,
                a: local(0),
                b: local(1),
                c: local(2),
            },
            4 => Instruction::MakeClosure4 {
                dst,
                code,
                a: local(0),
                b: local(1),
                c: local(2),
                d: local(3),
            },
            FREE_MAX => Instruction::MakeClosure5 {
                dst,
                code,
                a: local(0),
                b: local(1),
                c: local(2),
                d: local(3),
                e: local(4),
            },
            _ => return None,
        };
        self.assembler
            .emit_with_operand(instruction, 3, FixupTarget::Procedure(procedure));
        Some(free)
    }
}

/// The values of the free variables of `closure`, if `instructions` are what initialises them, in
/// order, and none of them is the closure itself.
fn initial_values(closure: ValueId, instructions: &[ir::Instruction]) -> Option<Vec<ValueId>> {
    let value = |(number, instruction): (usize, &ir::Instruction)| match instruction.operation {
        Operation::ClosureInit(to, index, value)
            if to == closure && usize::from(index) == number && value != closure =>
        {
            Some(value)
        }
        _ => None,
    };
    instructions.iter().enumerate().map(value).collect()
}
