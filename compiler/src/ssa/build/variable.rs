//! The meaning of variables in the procedure that is being built.

use super::known_variables::Capture;
use super::procedure::ProcedureBuilder;
use crate::core::ir::{Expr, ExprId, LambdaId, VariableId};
use crate::id_map::IdSet;
use crate::ssa::ir::{Operation, ProcedureId, ValueId};

fn narrow(index: usize) -> u16 {
    u16::try_from(index).expect("limits were checked")
}

impl ProcedureBuilder<'_, '_> {
    /// Notes where the procedure of a lambda finds the variables of others.
    pub(super) fn capture(&mut self, lambda: LambdaId) {
        let lambda = self.unit.program.lambda(lambda);
        for (index, &variable) in lambda.free.iter().enumerate() {
            let capture = Capture::Own(narrow(index));
            self.unit.variables.capture(self.id, variable, capture);
        }
        for &(variable, holder) in &lambda.through {
            let procedure = self.unit.layout.fixed[holder]
                .expect("variables are reached through procedures that `Fix` binds");
            let held = &self.unit.program.lambda(procedure).free;
            let index = held
                .binary_search(&variable)
                .expect("what is reached through a closure is in it");
            let capture = Capture::Through(holder, narrow(index));
            self.unit.variables.capture(self.id, variable, capture);
        }
    }

    /// From here on, `variable` stands for `value`.
    pub(super) fn bind(&mut self, variable: VariableId, value: ValueId) {
        let name = self.unit.program.variable(variable).name.clone();
        self.procedure.values[value].name.get_or_insert(name);
        self.unit.variables.known[variable] = Some((self.id, value));
    }

    /// The value of a variable that is not assigned, or of a cell.
    pub(super) fn lookup(&mut self, variable: VariableId) -> ValueId {
        if let Some((procedure, value)) = self.unit.variables.known[variable]
            && procedure == self.id
        {
            return value;
        }
        if let Some(cell) = self.unit.layout.cells[variable] {
            let value = self.compute(Operation::CellRef(cell));
            if !self.unit.program.variable(variable).assigned {
                self.remember(variable, value);
            }
            return value;
        }
        if let Some((procedure, capture)) = self.unit.variables.captured[variable]
            && procedure == self.id
        {
            let (closure, index) = match capture {
                Capture::Own(index) => (self.own_closure(), index),
                Capture::Through(holder, index) => (self.lookup_holder(holder), index),
            };
            let value = self.compute(Operation::ClosureRef(closure, index));
            self.remember(variable, value);
            return value;
        }
        let lambda = self.unit.layout.fixed[variable]
            .expect("a variable is bound here, captured, in a cell or a procedure");
        self.static_closure(lambda)
    }

    fn own_closure(&self) -> ValueId {
        self.closure
            .expect("a procedure with free variables has a closure")
    }

    /// A closure through which variables are reached: the procedure's own closure holds it.
    fn lookup_holder(&mut self, holder: VariableId) -> ValueId {
        match (
            self.unit.variables.known[holder],
            self.unit.variables.captured[holder],
        ) {
            (Some((procedure, value)), _) if procedure == self.id => value,
            (_, Some((procedure, Capture::Own(index)))) if procedure == self.id => {
                let value = self.compute(Operation::ClosureRef(self.own_closure(), index));
                self.remember(holder, value);
                value
            }
            _ => unreachable!("a closure holds the closures through which it reaches variables"),
        }
    }

    fn remember(&mut self, variable: VariableId, value: ValueId) {
        self.bind(variable, value);
        self.loaded.push(variable);
    }

    /// Forgets what was loaded in the current arm.
    pub(super) fn leave_arm(&mut self) {
        let start = self.arms.pop().expect("arms are left once each");
        for variable in self.loaded.drain(start..) {
            self.unit.variables.known[variable] = None;
        }
    }

    fn static_closure(&mut self, lambda: LambdaId) -> ValueId {
        let procedure = self.unit.procedure_of(lambda);
        self.compute(Operation::StaticClosure(procedure))
    }

    /// The value of a variable whose binding is evaluated: kept, and stored to its cell if it has one.
    pub(super) fn initialise(&mut self, variable: VariableId, value: ValueId) {
        let is_assigned = self.unit.program.variable(variable).assigned;
        if let Some(cell) = self.unit.layout.cells[variable] {
            self.perform(Operation::CellSet(cell, value));
        }
        if !is_assigned {
            self.bind(variable, value);
        }
    }

    /// Binds the variables of a `Let` to the operands on the stack.
    pub(super) fn bind_let(&mut self, id: ExprId) {
        let program = self.unit.program;
        let Expr::Let(bindings, _) = program.expr(id) else {
            unreachable!("scheduled for a `Let` only");
        };
        let values = self.take_operands(bindings.len());
        for (&(variable, _), value) in bindings.iter().zip(values) {
            self.initialise(variable, value);
        }
    }

    /// A closure of a lambda expression.
    pub(super) fn closure_of(&mut self, lambda: LambdaId) -> ValueId {
        if self.unit.program.lambda(lambda).free.is_empty() {
            return self.static_closure(lambda);
        }
        let parts = self.captured_values(lambda);
        let closure = self.make_closure(lambda);
        self.fill(closure, &parts);
        closure
    }

    /// Makes the closures of a `Fix`: one after the other, but for those that hold one that follows, or
    /// hold such a one; these may hold each other.
    pub(super) fn make_closures(&mut self, bindings: &[(VariableId, LambdaId)]) {
        let program = self.unit.program;
        let closures: Vec<(VariableId, LambdaId)> = bindings
            .iter()
            .copied()
            .filter(|&(_, lambda)| !program.lambda(lambda).free.is_empty())
            .collect();
        let mut missing: IdSet<VariableId> = closures.iter().map(|each| each.0).collect();
        let mut cyclic = Vec::new();
        for &(variable, lambda) in &closures {
            let free = &program.lambda(lambda).free;
            if free.iter().any(|held| missing.contains(held)) {
                cyclic.push((variable, lambda));
            } else {
                let closure = self.closure_of(lambda);
                self.bind(variable, closure);
                missing.remove(&variable);
            }
        }
        for &(variable, lambda) in &cyclic {
            let closure = self.make_closure(lambda);
            self.bind(variable, closure);
        }
        for &(variable, lambda) in &cyclic {
            let closure = self.lookup(variable);
            let parts = self.captured_values(lambda);
            self.fill(closure, &parts);
        }
        for &(variable, _) in &closures {
            if let Some(cell) = self.unit.layout.cells[variable] {
                let closure = self.lookup(variable);
                self.perform(Operation::CellSet(cell, closure));
            }
        }
    }

    /// The values that a closure of `lambda` is to hold.
    fn captured_values(&mut self, lambda: LambdaId) -> Vec<ValueId> {
        let free = &self.unit.program.lambda(lambda).free;
        free.iter().map(|&variable| self.lookup(variable)).collect()
    }

    fn make_closure(&mut self, lambda: LambdaId) -> ValueId {
        let procedure = self.unit.procedure_of(lambda);
        let count = self.unit.program.lambda(lambda).free.len();
        self.compute(Operation::MakeClosure(procedure, narrow(count)))
    }

    fn fill(&mut self, closure: ValueId, parts: &[ValueId]) {
        for (index, &part) in parts.iter().enumerate() {
            self.perform(Operation::ClosureInit(closure, narrow(index), part));
        }
    }

    /// A known procedure, and its closure where it has one.
    pub(super) fn known_callee(&mut self, variable: VariableId) -> (ProcedureId, Option<ValueId>) {
        let lambda = self.unit.layout.fixed[variable]
            .expect("known calls are of variables that `Fix` binds");
        let has_closure = !self.unit.program.lambda(lambda).free.is_empty();
        let closure = has_closure.then(|| self.lookup(variable));
        (self.unit.procedure_of(lambda), closure)
    }
}
