//! Gives the loops of the entry a procedure of their own, which can have native code.
//!
//! Before: any unit. After: an entry that had loops calls a procedure with all of the entry's work.
//! The entry itself stays bytecode, which fills the cells of the image first. The work may run
//! long: it is what a program does at its top level, and procedures that were inlined there because
//! they are called once.
//!
//! ```text
//! entry: … loop …   =>   entry: tail-call-known p    p: … loop …
//! ```

use crate::id::IdVec;
use crate::ssa::analysis::Flow;
use crate::ssa::ir::{Block, Procedure, ProcedureId, Terminator, Unit};

/// Separates what the entry of `unit` does, if it has loops, from the entry.
#[must_use]
pub fn separate_entry(mut unit: Unit) -> Unit {
    if !has_loop(&unit.procedures[ProcedureId::ENTRY]) {
        return unit;
    }
    let body = unit.procedures.next_id();
    let entry = &mut unit.procedures[ProcedureId::ENTRY];
    let block = Block {
        parameters: Vec::new(),
        instructions: Vec::new(),
        terminator: Terminator::TailCallKnown(body, None, Vec::new()),
        place: entry.place,
    };
    let calling = Procedure {
        blocks: IdVec::from_iter([block]),
        values: IdVec::new(),
        ..entry.clone()
    };
    let body = std::mem::replace(entry, calling);
    unit.procedures.push(body);
    unit
}

fn has_loop(procedure: &Procedure) -> bool {
    let flow = Flow::new(procedure);
    flow.order.iter().any(|&from| {
        let terminator = &procedure.blocks[from].terminator;
        terminator
            .successors()
            .any(|to| flow.is_retreating(from, to))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Id;
    use crate::ssa::parse::parse;
    use crate::ssa::print::print;

    #[test]
    fn an_entry_with_a_loop_is_separated() {
        let text = r#"(procedure "" 0 0 #f 0 ()
            (block b0 () (jump (b1)))
            (block b1 () (do (poll)) (jump (b1))))"#;
        let unit = separate_entry(parse(text).unwrap());
        let [entry, body] = [0, 1].map(|number| &unit.procedures[ProcedureId::new(number)]);
        assert_eq!((unit.procedures.len(), entry.blocks.len()), (2, 1));
        let block = &entry.blocks[crate::ssa::ir::BlockId::ENTRY];
        let tail_call = Terminator::TailCallKnown(ProcedureId::new(1), None, Vec::new());
        assert_eq!(block.terminator, tail_call);
        assert_eq!((body.blocks.len(), &body.name), (2, &entry.name));
    }

    #[test]
    fn an_entry_without_loops_stays() {
        let text = r#"(procedure "" 0 0 #f 0 () (block b0 () (let v0 (fixnum 0)) (return v0)))"#;
        let unit = parse(text).unwrap();
        let before = print(&unit);
        assert_eq!(print(&separate_entry(unit)), before);
    }
}
