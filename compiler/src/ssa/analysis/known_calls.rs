//! Which procedures are reached by known calls alone.
//!
//! Some closures never meet an unknown call: closures that only known calls of their procedure
//! name, and closures that hold such a closure for known calls. The analysis follows values that
//! are certainly the closure of a procedure: where they are made, in the procedure itself, and out
//! of the free variables that hold them.
//!
//! Claim: if [`KnownCalls::are_all`] holds of a procedure, every entry into the procedure is by a
//! known call of this unit. Proof: for another call of a closure, the closure has to get to an
//! unknown call. So it has to get to a use that *escapes*. A use does not escape in two cases only:
//! it is the closure of a known call of its own procedure, or it is a free variable that holds that
//! closure in all closures. Jumps, returns, cells, globals and operands of primitives are uses that
//! escape. A result never depends on a hope: a free variable counts as a closure's holder only once
//! all initialisations are known to give that closure.

use crate::id::IdVec;
use crate::ssa::ir::{
    BlockId, Callee, Operation, Procedure, ProcedureId, Terminator, Unit, ValueId,
};

/// What is known of who calls the procedures of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownCalls {
    /// Whether known calls alone lead to each procedure, and each gives exactly its parameters.
    pub are_all: IdVec<ProcedureId, bool>,
    /// Whether every closure is the one of the procedure that is called with it: so its free variables
    /// are what was put into closures made for that procedure.
    pub closures_are_own: bool,
}

impl KnownCalls {
    /// What `unit` tells.
    pub fn new(unit: &Unit) -> Self {
        let holders = Holders::new(unit);
        let mut known = Self {
            are_all: unit
                .procedures
                .entries()
                .map(|(id, each)| id != ProcedureId::ENTRY && each.optional == 0 && !each.rest)
                .collect(),
            closures_are_own: holders.closures_are_own(unit),
        };
        for (id, procedure) in unit.procedures.entries() {
            for block in &procedure.blocks {
                for instruction in &block.instructions {
                    known.check_operation(&holders, id, &instruction.operation);
                }
                known.check_terminator(&holders, id, &block.terminator);
            }
        }
        known
    }

    fn escapes(&mut self, holders: &Holders, user: ProcedureId, value: ValueId) {
        if let Some(made) = holders.of[user][value] {
            self.are_all[made] = false;
        }
    }

    fn check_operation(&mut self, holders: &Holders, user: ProcedureId, operation: &Operation) {
        match operation {
            Operation::StaticClosure(made) => self.are_all[*made] = false,
            Operation::ClosureRef(..) => {}
            Operation::ClosureInit(closure, index, value) => {
                let held = holders.of[user][*value];
                let owner = holders.of[user][*closure];
                let field = owner.map(|owner| holders.fields[owner][usize::from(*index)]);
                if !self.closures_are_own || field != Some(Field::Holds(held)) {
                    self.escapes(holders, user, *value);
                }
            }
            Operation::CallKnown(callee, closure, arguments) => {
                self.check_call(holders, user, *callee, *closure);
                for &argument in arguments {
                    self.escapes(holders, user, argument);
                }
            }
            _ => operation.each_use(|value| self.escapes(holders, user, value)),
        }
    }

    fn check_terminator(&mut self, holders: &Holders, user: ProcedureId, terminator: &Terminator) {
        match terminator {
            Terminator::TailCallKnown(callee, closure, arguments)
            | Terminator::CallReceive {
                callee: Callee::Known(callee, closure),
                arguments,
                ..
            } => {
                self.check_call(holders, user, *callee, *closure);
                for &argument in arguments {
                    self.escapes(holders, user, argument);
                }
            }
            other => other.each_use(|value| self.escapes(holders, user, value)),
        }
    }

    /// A closure that a known call of another procedure is given escapes.
    fn check_call(
        &mut self,
        holders: &Holders,
        user: ProcedureId,
        callee: ProcedureId,
        closure: Option<ValueId>,
    ) {
        if let Some(closure) = closure
            && holders.of[user][closure] != Some(callee)
        {
            self.escapes(holders, user, closure);
        }
    }
}

/// Calls `visit` with all known calls of a procedure: callee, closure, arguments.
pub fn each_known_call(
    procedure: &Procedure,
    mut visit: impl FnMut(ProcedureId, Option<ValueId>, &[ValueId]),
) {
    each_call(procedure, |_, callee, closure, arguments| {
        visit(callee, closure, arguments);
    });
}

/// Calls `visit` with all known calls of a procedure: place, callee, arguments. The place of a
/// terminator is behind the last instruction.
pub fn each_known_call_with_place(
    procedure: &Procedure,
    mut visit: impl FnMut((BlockId, usize), ProcedureId, &[ValueId]),
) {
    each_call(procedure, |place, callee, _, arguments| {
        visit(place, callee, arguments);
    });
}

fn each_call(
    procedure: &Procedure,
    mut visit: impl FnMut((BlockId, usize), ProcedureId, Option<ValueId>, &[ValueId]),
) {
    for (id, block) in procedure.blocks.entries() {
        for (index, instruction) in block.instructions.iter().enumerate() {
            if let Operation::CallKnown(callee, closure, arguments) = &instruction.operation {
                visit((id, index), *callee, *closure, arguments);
            }
        }
        match &block.terminator {
            Terminator::TailCallKnown(callee, closure, arguments)
            | Terminator::CallReceive {
                callee: Callee::Known(callee, closure),
                arguments,
                ..
            } => visit((id, block.instructions.len()), *callee, *closure, arguments),
            _ => {}
        }
    }
}

/// What a free variable of a procedure is put to in all its closures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    /// Nothing yet.
    Unknown,
    /// The closure of this procedure, or always something else.
    Holds(Option<ProcedureId>),
}

/// Which values are certainly the closure of which procedure.
struct Holders {
    of: IdVec<ProcedureId, IdVec<ValueId, Option<ProcedureId>>>,
    fields: IdVec<ProcedureId, Vec<Field>>,
}

impl Holders {
    fn new(unit: &Unit) -> Self {
        let mut holders = Self {
            of: IdVec::new(),
            fields: IdVec::new(),
        };
        for (id, procedure) in unit.procedures.entries() {
            let mut of = procedure.values.side_table(None);
            if procedure.free > 0 {
                of[procedure.blocks[BlockId::ENTRY].parameters[0]] = Some(id);
            }
            each_instruction(procedure, |operation, result| {
                if let (Operation::MakeClosure(made, _), Some(result)) = (operation, result) {
                    of[result] = Some(*made);
                }
            });
            holders.of.push(of);
            let free = usize::from(procedure.free);
            holders.fields.push(vec![Field::Unknown; free]);
        }
        while holders.follow(unit) {}
        holders
    }

    /// Finds closures in free variables; whether there are more to find.
    fn follow(&mut self, unit: &Unit) -> bool {
        let mut fields: IdVec<ProcedureId, Vec<Field>> = self
            .fields
            .iter()
            .map(|fields| vec![Field::Unknown; fields.len()])
            .collect();
        for (id, procedure) in unit.procedures.entries() {
            each_instruction(procedure, |operation, _| {
                let Operation::ClosureInit(closure, index, value) = operation else {
                    return;
                };
                let owner = self.of[id][*closure];
                let Some(field) =
                    owner.and_then(|owner| fields[owner].get_mut(usize::from(*index)))
                else {
                    return;
                };
                let held = self.of[id][*value];
                *field = match *field {
                    Field::Unknown => Field::Holds(held),
                    Field::Holds(known) if known == held => *field,
                    Field::Holds(_) => Field::Holds(None),
                };
            });
        }
        self.fields = fields;
        let mut found = false;
        for (id, procedure) in unit.procedures.entries() {
            let of = &mut self.of[id];
            each_instruction(procedure, |operation, result| {
                let (Operation::ClosureRef(closure, index), Some(result)) = (operation, result)
                else {
                    return;
                };
                let owner = of[*closure];
                let field = owner.and_then(|owner| self.fields[owner].get(usize::from(*index)));
                if let Some(&Field::Holds(Some(held))) = field
                    && of[result].is_none()
                {
                    of[result] = Some(held);
                    found = true;
                }
            });
        }
        found
    }

    fn closures_are_own(&self, unit: &Unit) -> bool {
        let mut are_own = true;
        for (id, procedure) in unit.procedures.entries() {
            let of = &self.of[id];
            each_known_call(procedure, |callee, closure, _| {
                are_own &= closure.is_none_or(|closure| of[closure] == Some(callee));
            });
            let mut made = procedure.values.side_table(false);
            each_instruction(procedure, |operation, result| {
                if let (Operation::MakeClosure(..), Some(result)) = (operation, result) {
                    made[result] = true;
                }
            });
            each_instruction(procedure, |operation, _| match operation {
                Operation::ClosureRef(closure, _) => are_own &= of[*closure].is_some(),
                // Where a closure came from another place, nobody would see for which procedure this is.
                Operation::ClosureInit(closure, ..) => are_own &= made[*closure],
                _ => {}
            });
        }
        are_own
    }
}

fn each_instruction(procedure: &Procedure, mut visit: impl FnMut(&Operation, Option<ValueId>)) {
    for block in &procedure.blocks {
        for instruction in &block.instructions {
            visit(&instruction.operation, instruction.result);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ssa::parse::parse;

    fn all_known(text: &str) -> IdVec<ProcedureId, bool> {
        KnownCalls::new(&parse(text).unwrap()).are_all
    }

    #[test]
    fn closures_are_followed_through_free_variables() {
        let text = |use_of_inner: &str| {
            format!(
                r#"(procedure "main" 1 0 #f 0 ("x")
                  (block b0 (v0)
                    (let v1 (make-closure 1 1))
                    (do (closure-init v1 0 v0))
                    (let v2 (make-closure 2 1))
                    (do (closure-init v2 0 v1))
                    (let v3 (call-known 2 v2))
                    (return v3)))
                (procedure "inner" 0 0 #f 1 ()
                  (block b0 (v0) (let v1 (closure-ref v0 0)) (return v1)))
                (procedure "outer" 0 0 #f 1 ()
                  (block b0 (v0)
                    (let v1 (closure-ref v0 0))
                    {use_of_inner}))"#
            )
        };
        assert_eq!(
            all_known(&text("(tail-call-known 1 v1)")),
            [false, true, true]
        );
        assert_eq!(all_known(&text("(return v1)")), [false, false, true]);
        assert_eq!(all_known(&text("(tail-call v1)")), [false, false, true]);
    }

    #[test]
    fn static_closures_and_variable_arity_make_calls_unknown() {
        let text = r#"(procedure "main" 0 0 #f 0 ()
              (block b0 () (let v0 (static-closure 1)) (let v1 (call-known 2 #f v0)) (tail-call-known 3 #f v1)))
            (procedure "f" 0 0 #f 0 () (block b0 () (let v0 (fixnum 1)) (return v0)))
            (procedure "g" 0 0 #t 0 ("x") (block b0 (v0) (return v0)))
            (procedure "h" 1 0 #f 0 ("x") (block b0 (v0) (return v0)))"#;
        assert_eq!(all_known(text), [false, false, false, true]);
    }
}
