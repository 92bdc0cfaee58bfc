//! Facts about variables and procedures, kept up to date while the program changes.

use abi::primitive::Primitive;

use crate::checkpoint;
use crate::core::ir::{Expr, ExprId, LambdaId, Program, VariableId};
use crate::id::IdVec;

/// How far a procedure has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// Not visited.
    Waiting,
    /// The walk is in its body.
    Open,
    /// Visited.
    Done,
    /// Put in the place of its only call.
    Consumed,
}

/// What is known of a procedure.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    pub(super) progress: Progress,
    /// Whether its body names itself, alone or with others.
    pub(super) is_recursive: bool,
    /// Whether its body (that of procedures in it aside) captures its continuation.
    pub(super) captures: bool,
}

impl Facts {
    const NEW: Self = Self {
        progress: Progress::Waiting,
        is_recursive: false,
        captures: false,
    };
}

/// Counts and facts.
#[derive(Debug, Default)]
pub(super) struct Census {
    /// How often each variable is named, assignments included.
    uses: IdVec<VariableId, u32>,
    /// The procedure that each variable of a `Fix` stands for.
    lambdas: IdVec<VariableId, Option<LambdaId>>,
    facts: IdVec<LambdaId, Facts>,
}

impl Census {
    /// Counts everything in a program.
    pub(super) fn take(program: &Program) -> Self {
        let mut census = Self::default();
        census.grow(program);
        let mut pending = vec![CensusStep::Visit(program.root(), None)];
        while let Some(step) = pending.pop() {
            checkpoint::step();
            match step {
                CensusStep::Open(lambda) => census.start(lambda),
                CensusStep::Close(lambda) => census.facts_mut(lambda).progress = Progress::Waiting,
                CensusStep::Visit(id, around) => census.visit(program, id, around, &mut pending),
            }
        }
        census
    }

    fn visit(
        &mut self,
        program: &Program,
        id: ExprId,
        around: Option<LambdaId>,
        pending: &mut Vec<CensusStep>,
    ) {
        let open = |lambda: LambdaId, pending: &mut Vec<CensusStep>| {
            pending.push(CensusStep::Close(lambda));
            pending.push(CensusStep::Visit(program.lambda(lambda).body, Some(lambda)));
            pending.push(CensusStep::Open(lambda));
        };
        match program.expr(id) {
            Expr::Lambda(lambda) => return open(*lambda, pending),
            Expr::Fix(bindings, body) => {
                pending.push(CensusStep::Visit(*body, around));
                for &(variable, lambda) in bindings {
                    self.bind(variable, lambda);
                    self.facts[lambda].is_recursive = bindings.len() > 1;
                    open(lambda, pending);
                }
                return;
            }
            Expr::Local(variable) | Expr::SetLocal(variable, _) => {
                self.note(*variable);
                if let Some(lambda) = self.lambda_of(*variable) {
                    let facts = self.facts_mut(lambda);
                    facts.is_recursive |= facts.progress == Progress::Open;
                }
            }
            Expr::Primitive(Primitive::Capture, _) => {
                if let Some(around) = around {
                    self.facts[around].captures = true;
                }
            }
            _ => {}
        }
        program.each_part(id, |part| pending.push(CensusStep::Visit(part, around)));
    }

    /// Makes room for new variables and lambdas.
    pub(super) fn grow(&mut self, program: &Program) {
        self.uses.resize(program.variables.len(), 0);
        self.lambdas.resize(program.variables.len(), None);
        self.facts.resize(program.lambdas.len(), Facts::NEW);
    }

    /// Notes a use.
    pub(super) fn note(&mut self, variable: VariableId) {
        self.uses[variable] += 1;
    }

    /// Forgets a use.
    pub(super) fn forget(&mut self, variable: VariableId) {
        self.uses[variable] -= 1;
    }

    /// How often a variable is named.
    pub(super) fn uses(&self, variable: VariableId) -> u32 {
        self.uses[variable]
    }

    /// `Fix` binds a variable to a procedure.
    pub(super) fn bind(&mut self, variable: VariableId, lambda: LambdaId) {
        self.lambdas[variable] = Some(lambda);
    }

    /// The procedure that `Fix` binds a variable to.
    pub(super) fn lambda_of(&self, variable: VariableId) -> Option<LambdaId> {
        self.lambdas[variable]
    }

    /// The facts about a procedure.
    pub(super) fn facts(&self, lambda: LambdaId) -> Facts {
        self.facts[lambda]
    }

    /// The facts about a procedure, to be changed.
    pub(super) fn facts_mut(&mut self, lambda: LambdaId) -> &mut Facts {
        &mut self.facts[lambda]
    }

    /// The walk enters a procedure.
    pub(super) fn start(&mut self, lambda: LambdaId) {
        self.facts_mut(lambda).progress = Progress::Open;
    }

    /// The walk leaves a procedure.
    pub(super) fn finish(&mut self, lambda: LambdaId) {
        self.facts_mut(lambda).progress = Progress::Done;
    }

    /// Whether a procedure's body is now somewhere else.
    pub(super) fn is_consumed(&self, lambda: LambdaId) -> bool {
        self.facts(lambda).progress == Progress::Consumed
    }
}

enum CensusStep {
    Visit(ExprId, Option<LambdaId>),
    Open(LambdaId),
    Close(LambdaId),
}
