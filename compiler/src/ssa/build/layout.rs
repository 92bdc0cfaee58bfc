//! Which top-level variables need cells, and which captured variables loops use.

use std::rc::Rc;

use crate::core::ir::{Expr, ExprId, LambdaId, Program, VariableId};
use crate::id::IdVec;
use crate::ssa::ir::CellId;

/// What is known before the first procedure is built.
pub(super) struct Layout {
    /// The cell of each variable that has one.
    pub(super) cells: IdVec<VariableId, Option<CellId>>,
    /// Names of the cells.
    pub(super) cell_names: IdVec<CellId, Rc<str>>,
    /// The lambda of each variable that `Fix` binds.
    pub(super) fixed: IdVec<VariableId, Option<LambdaId>>,
    /// Of each lambda, the variables of others (free or in cells) that its loops use, ascending.
    pub(super) used_in_loops: IdVec<LambdaId, Vec<VariableId>>,
}

/// The procedure that an expression belongs to (`None`: the entry), and whether it stands in a label.
#[derive(Clone, Copy)]
struct Surroundings {
    procedure: Option<LambdaId>,
    in_label: bool,
}

impl Layout {
    pub(super) fn new(program: &Program) -> Self {
        let mut survey = Survey {
            program,
            needs_cell: program.variables.side_table(false),
            layout: Self {
                cells: program.variables.side_table(None),
                cell_names: IdVec::new(),
                fixed: program.variables.side_table(None),
                used_in_loops: program.lambdas.side_table(Vec::new()),
            },
        };
        survey.run();
        survey.finish()
    }
}

struct Survey<'program> {
    program: &'program Program,
    needs_cell: IdVec<VariableId, bool>,
    layout: Layout,
}

impl Survey<'_> {
    fn run(&mut self) {
        let outside = Surroundings {
            procedure: None,
            in_label: false,
        };
        let mut pending = vec![(self.program.root(), outside)];
        while let Some((id, around)) = pending.pop() {
            self.visit(id, around, &mut pending);
        }
    }

    fn visit(
        &mut self,
        id: ExprId,
        around: Surroundings,
        pending: &mut Vec<(ExprId, Surroundings)>,
    ) {
        let program = self.program;
        match program.expr(id) {
            Expr::Local(variable) | Expr::SetLocal(variable, _) | Expr::CallKnown(variable, _) => {
                self.note(*variable, around);
            }
            Expr::Lambda(lambda) => {
                pending.push(self.open(*lambda, around));
                return;
            }
            Expr::Fix(bindings, body) => {
                for &(variable, lambda) in bindings {
                    self.layout.fixed[variable] = Some(lambda);
                    pending.push(self.open(lambda, around));
                }
                pending.push((*body, around));
                return;
            }
            Expr::Labels(labels, body) => {
                let inside = Surroundings {
                    in_label: true,
                    ..around
                };
                for &label in labels {
                    pending.push((program.lambda(label).body, inside));
                }
                pending.push((*body, around));
                return;
            }
            _ => {}
        }
        program.each_part(id, |part| pending.push((part, around)));
    }

    /// A lambda's body, after noting that a closure of it is made here.
    fn open(&mut self, lambda: LambdaId, around: Surroundings) -> (ExprId, Surroundings) {
        let program = self.program;
        for &variable in &program.lambda(lambda).free {
            self.note(variable, around);
        }
        let inside = Surroundings {
            procedure: Some(lambda),
            in_label: false,
        };
        (program.lambda(lambda).body, inside)
    }

    fn note(&mut self, variable: VariableId, around: Surroundings) {
        let description = self.program.variable(variable);
        let is_used_elsewhere = around.procedure.is_some();
        if description.top_level && (description.assigned || is_used_elsewhere) {
            self.needs_cell[variable] = true;
        }
        if let Some(procedure) = around.procedure
            && around.in_label
        {
            let is_free = || self.program.lambda(procedure).reaches(variable);
            if !description.assigned && (description.top_level || is_free()) {
                self.layout.used_in_loops[procedure].push(variable);
            }
        }
    }

    fn finish(mut self) -> Layout {
        for (variable, needs_cell) in self.needs_cell.entries() {
            let is_constant = self.layout.fixed[variable]
                .is_some_and(|lambda| self.program.lambda(lambda).free.is_empty());
            if *needs_cell && !is_constant {
                let name = self.program.variables[variable].name.clone();
                self.layout.cells[variable] = Some(self.layout.cell_names.push(name));
            }
        }
        let cells = &self.layout.cells;
        for (lambda, used) in self.layout.used_in_loops.entries_mut() {
            used.sort_unstable();
            used.dedup();
            let lambda = &self.program.lambdas[lambda];
            used.retain(|&variable| cells[variable].is_some() || lambda.reaches(variable));
        }
        self.layout
    }
}
