//! Which procedures get native code.

use abi::native::{ARGUMENT_WORDS, FRAME_BYTES_MAX};
use compiler::codegen::NativeOrder;
use compiler::id::{Id, IdVec};
use compiler::ssa::analysis::{Graph, entry_poll};
use compiler::ssa::ir::{Procedure, ProcedureId, Repr, Terminator, Unit};
use thiserror::Error;

use super::kept::Kept;

/// Instructions and blocks of a procedure, and operands where they are very many, beyond which it stays bytecode: what
/// the register allocator needs grows faster than the procedure, and procedures that large run once.
const SIZE_MAX: usize = 12_000;

/// Words that the slow paths of a procedure save at most, beyond which the procedure stays bytecode. Each slow path
/// saves what is in registers, and reads it again: the time of the register allocator grows with the third power of
/// the values that are live over stores to variables. 100 such values are 10,099 words, and take 0.05 s and 32 MB. 200
/// are 40,199, and take 0.4 s and 95 MB; 400 take 3.8 s and 348 MB, 800 take 14 s and 1.2 GB. The greatest procedure
/// of the library and of the benchmarks has 1,879.
const SLOW_PATH_WORDS_MAX: usize = 20_000;

/// Words of live values at calls, beyond which a procedure stays bytecode: each call names its words one by one. 1,000
/// values live over calls are 500,000 words, and take 0.1 s and 48 MB; 2,000 take 0.3 s and 111 MB.
const CALL_WORDS_MAX: usize = 2_000_000;

/// Why a procedure stays bytecode.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Reason {
    /// The tier does not ask for it.
    #[error("no native code was asked for")]
    NotWanted,
    /// Its native code, if it can have some, is in another part, or will be.
    #[error("its native code is not in this part")]
    InOtherPart,
    /// It runs once, and fills the cells of the image.
    #[error("the entry of the unit")]
    Entry,
    /// Too many instructions.
    #[error("too large")]
    Large,
    /// So many values are live at so many safepoints that the register allocator would take long.
    #[error("too many values are live at its calls and slow paths")]
    Live,
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

/// Whether few enough values are live at the safepoints of a procedure: at all together, and at each one.
fn check_live(unit: &Unit, procedure: &Procedure) -> Result<(), Reason> {
    let blocks = procedure.blocks.iter();
    let safepoints = blocks.map(|block| 1 + block.instructions.len());
    if safepoints.sum::<usize>() * procedure.values.len() <= SLOW_PATH_WORDS_MAX {
        return Ok(());
    }
    let graph = Graph::in_code_order(procedure);
    let poll = entry_poll(procedure, &graph);
    let words = Kept::new(unit, procedure, &graph, poll).words;
    if words.on_slow_paths > SLOW_PATH_WORDS_MAX || words.across_calls > CALL_WORDS_MAX {
        return Err(Reason::Live);
    }
    // No need to write the code first.
    if words.most * size_of::<u64>() > FRAME_BYTES_MAX {
        return Err(Reason::Frame);
    }
    Ok(())
}

/// For each procedure of `unit` why it has no native code; `order` says which should have, `frames`
/// which were found to have too large frames.
pub(super) fn choose(
    unit: &Unit,
    order: &NativeOrder,
    frames: &IdVec<ProcedureId, bool>,
) -> IdVec<ProcedureId, Option<Reason>> {
    let reason = |(id, procedure): (ProcedureId, &Procedure)| {
        if id == ProcedureId::ENTRY {
            Some(Reason::Entry)
        } else if !order.tier.is_native(id.number()) {
            Some(Reason::NotWanted)
        } else if !order.procedures.contains(id) {
            Some(Reason::InOtherPart)
        } else if frames[id] {
            Some(Reason::Frame)
        } else {
            let found = can_be_native(procedure);
            let found = found.and_then(|()| check_live(unit, procedure));
            found.err()
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
