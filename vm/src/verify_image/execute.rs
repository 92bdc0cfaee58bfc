//! From an opcode to what its instruction does to what is known: an expansion of the instruction table.

use abi::for_each_instruction;
use abi::isa::{Instruction, Opcode, Operand};

use super::error::CodeProblem;
use super::operands::Verified;
use super::step::{Next, Step};

/// Whether code goes on behind an instruction of this opcode, as far as it does not jump.
const fn falls_through(opcode: Opcode) -> Next {
    match opcode {
        Opcode::Jump
        | Opcode::JumpPoll
        | Opcode::Reinstate
        | Opcode::ReinstateValue
        | Opcode::Trap => Next::Stop,
        _ => Next::On,
    }
}

macro_rules! define_step {
    ($( $(#[$doc:meta])* $code:literal $handler:ident = $name:ident
        { $($field:ident : $operand:ident),* }; )*) => {
        /// Looks at the instruction with this opcode and these operands.
        pub(super) fn execute(
            step: &mut Step<'_, '_>,
            opcode: Opcode,
            mut operands: &[u8],
        ) -> Result<Next, CodeProblem> {
            let _ = &mut operands;
            match opcode {
                $( Opcode::$name => {
                    $( let $field = <abi::isa::$operand as Operand>::read(&mut operands)
                        .ok_or(CodeProblem::Truncated)?; )*
                    let instruction = Instruction::$name { $($field),* };
                    if let Some(next) = step.by_its_own_rule(instruction)? {
                        return Ok(next);
                    }
                    $( $field.suspend(step)?; )*
                    step.before_operands(instruction)?;
                    $( $field.read_from(step)?; )*
                    $( $field.write_to(step)?; )*
                    step.behind_operands(instruction);
                    $( $field.jump_to(step)?; )*
                    Ok(const { falls_through(Opcode::$name) })
                } )*
            }
        }
    };
}
for_each_instruction!(define_step);
