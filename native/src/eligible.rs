//! Which procedures get native code.

use abi::native::ARGUMENT_WORDS;
use compiler::id::{Id, IdVec};
use compiler::options::Tier;
use compiler::ssa::ir::{Procedure, ProcedureId, Repr, Terminator, Unit};
use thiserror::Error;

/// Instructions and blocks of a procedure, and operands where they are very many, beyond which it stays bytecode:
/// what the register allocator needs grows faster than the procedure, and procedures that large run once.
const SIZE_MAX: usize = 12_000;

/// Why a procedure stays bytecode.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Reason {
    /// The tier does not ask for it.
    #[error("no native code was asked for")]
    NotWanted,
    /// It runs once, and fills the cells of the image.
    #[error("the entry of the unit")]
    Entry,
    /// Too many instructions.
    #[error("too large")]
    Large,
    /// Its frame is larger than what polls leave room for.
    #[error("its frame is too large")]
    Frame,
    /// It returns a double and tail-calls a procedure that stays bytecode.
    #[error("returns the raw double of a procedure that has no native code")]
    RawTailCall,
}

/// Whether the code generator can make native code of a procedure, for what it is.
///
/// # Errors
///
/// Why it cannot.
pub fn can_be_native(procedure: &Procedure) -> Result<(), Reason> {
    let mut size = 0;
    for block in &procedure.blocks {
        let mut add = |operands: usize| size += 1 + operands.saturating_sub(ARGUMENT_WORDS);
        for instruction in &block.instructions {
            let mut operands = 0;
            instruction.operation.each_use(|_| operands += 1);
            add(operands);
        }
        let mut operands = 0;
        block.terminator.each_use(|_| operands += 1);
        add(operands);
    }
    if size > SIZE_MAX {
        return Err(Reason::Large);
    }
    Ok(())
}

/// For each procedure of `unit` why it has no native code; `tier` says which should have, `frames`
/// which were found to have too large frames.
pub(super) fn choose(
    unit: &Unit,
    tier: Tier,
    frames: &IdVec<ProcedureId, bool>,
) -> IdVec<ProcedureId, Option<Reason>> {
    let reason = |(id, procedure): (ProcedureId, &Procedure)| {
        if id == ProcedureId::ENTRY {
            Some(Reason::Entry)
        } else if !tier.is_native(id.number()) {
            Some(Reason::NotWanted)
        } else if frames[id] {
            Some(Reason::Frame)
        } else {
            can_be_native(procedure).err()
        }
    };
    let mut reasons: IdVec<ProcedureId, Option<Reason>> =
        unit.procedures.entries().map(reason).collect();
    // The result of a call across the border comes in a general register: a tail call cannot move it.
    let mut changed = true;
    while changed {
        changed = false;
        for (id, procedure) in unit.procedures.entries() {
            let leads_out = |callee: ProcedureId| reasons[callee].is_some();
            if procedure.result == Repr::F64
                && reasons[id].is_none()
                && tail_callees(procedure).any(leads_out)
            {
                reasons[id] = Some(Reason::RawTailCall);
                changed = true;
            }
        }
    }
    reasons
}

fn tail_callees(procedure: &Procedure) -> impl Iterator<Item = ProcedureId> {
    let callee = |terminator: &Terminator| match terminator {
        Terminator::TailCallKnown(callee, ..) => Some(*callee),
        _ => None,
    };
    procedure
        .blocks
        .iter()
        .filter_map(move |block| callee(&block.terminator))
}
