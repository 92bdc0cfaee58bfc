//! The procedure to which each variable, reference and call of a program belongs.

use crate::checkpoint;
use crate::core::ir::{Expr, ExprId, LambdaId, Program, VariableId};
use crate::id::IdVec;

/// A reference to a variable.
#[derive(Clone, Copy, Debug)]
pub(super) struct Use {
    pub(super) variable: VariableId,
    pub(super) frame: Option<LambdaId>,
    pub(super) id: ExprId,
}

/// Which procedure each thing belongs to. Labels belong to the procedure around them. `None` is the
/// entry.
pub(super) struct Frames {
    /// Where each variable is bound.
    pub(super) owner: IdVec<VariableId, Option<LambdaId>>,
    /// Around each lambda.
    pub(super) parent: IdVec<LambdaId, Option<LambdaId>>,
    /// The lambda of each variable that `Fix` binds.
    pub(super) fixed: IdVec<VariableId, Option<LambdaId>>,
    /// References to variables.
    pub(super) uses: Vec<Use>,
    /// Calls with a variable as operator, and where they stand.
    pub(super) calls: Vec<(ExprId, Option<LambdaId>)>,
}

impl Frames {
    pub(super) fn find(program: &Program) -> Self {
        let mut frames = Self {
            owner: program.variables.side_table(None),
            parent: program.lambdas.side_table(None),
            fixed: program.variables.side_table(None),
            uses: Vec::new(),
            calls: Vec::new(),
        };
        let mut pending = vec![(program.root(), None)];
        while let Some((id, frame)) = pending.pop() {
            checkpoint::step();
            frames.visit(program, id, frame, &mut pending);
        }
        frames
    }

    fn visit(
        &mut self,
        program: &Program,
        id: ExprId,
        frame: Option<LambdaId>,
        pending: &mut Vec<(ExprId, Option<LambdaId>)>,
    ) {
        match program.expr(id) {
            Expr::Lambda(lambda) => {
                self.open(program, *lambda, frame);
                pending.push((program.lambda(*lambda).body, Some(*lambda)));
                return;
            }
            Expr::Fix(bindings, body) => {
                pending.push((*body, frame));
                for &(variable, lambda) in bindings {
                    self.owner[variable] = frame;
                    self.fixed[variable] = Some(lambda);
                    self.open(program, lambda, frame);
                    pending.push((program.lambda(lambda).body, Some(lambda)));
                }
                return;
            }
            Expr::Local(variable) | Expr::SetLocal(variable, _) => {
                let variable = *variable;
                self.uses.push(Use {
                    variable,
                    frame,
                    id,
                });
            }
            Expr::Let(bindings, _) => {
                for &(variable, _) in bindings {
                    self.owner[variable] = frame;
                }
            }
            Expr::Receive { required, rest, .. } => {
                for &variable in required.iter().chain(rest) {
                    self.owner[variable] = frame;
                }
            }
            Expr::Labels(labels, _) => {
                for &label in labels {
                    for variable in program.lambda(label).parameters() {
                        self.owner[variable] = frame;
                    }
                }
            }
            Expr::Call(operator, _) => {
                if matches!(program.expr(*operator), Expr::Local(_)) {
                    self.calls.push((id, frame));
                }
            }
            _ => {}
        }
        program.each_part(id, |part| pending.push((part, frame)));
    }

    fn open(&mut self, program: &Program, lambda: LambdaId, frame: Option<LambdaId>) {
        self.parent[lambda] = frame;
        for variable in program.lambda(lambda).parameters() {
            self.owner[variable] = Some(lambda);
        }
    }
}
