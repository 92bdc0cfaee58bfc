//! Checking that a program is well formed at its stage.

use super::ir::{Expr, ExprId, LambdaId, Program, VariableId};
use crate::id::{Id, IdVec};

/// How far a program has come; see [`ir`](super::ir).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// After expansion.
    Expanded,
    /// After letrec fixing.
    Fixed,
    /// After assignment conversion.
    Converted,
    /// After closure conversion.
    Closed,
}

/// What is wrong with a program.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyError {
    /// The program has no body.
    #[error("the program has no body")]
    NoBody,
    /// An expression is part of two, or of itself.
    #[error("expression {} stands in two places", .0.number())]
    SharedExpr(ExprId),
    /// A lambda or label stands in two places.
    #[error("lambda {} stands in two places", .0.number())]
    SharedLambda(LambdaId),
    /// A variable is bound twice.
    #[error("variable {} is bound twice", .0.number())]
    BoundTwice(VariableId),
    /// A variable is used outside its scope.
    #[error("variable {} is used where it is not bound", .0.number())]
    Unbound(VariableId),
    /// A jump from outside a label's form, or not from tail position.
    #[error("a jump to label {} cannot be made from where it stands", .0.number())]
    StrayGoto(LambdaId),
    /// A form that the stage does not have.
    #[error("expression {}: a form of another stage", .0.number())]
    WrongStage(ExprId),
    /// A number of operands that does not fit.
    #[error("expression {}: a wrong number of operands", .0.number())]
    WrongCount(ExprId),
    /// An assigned variable that is not marked so.
    #[error("variable {} is assigned but not marked so", .0.number())]
    Unmarked(VariableId),
    /// A variable that is used in a procedure which neither binds nor captures it.
    #[error("variable {} is not among the free variables of lambda {}", .0.number(), .1.number())]
    NotCaptured(VariableId, LambdaId),
    /// A variable that the closure through which a procedure reaches it does not hold.
    #[error("lambda {} does not reach variable {} through the closure that is named", .1.number(), .0.number())]
    NotReached(VariableId, LambdaId),
}

/// What is wrong with a program at a stage; nothing if it is well formed.
pub fn verify(program: &Program, stage: Stage) -> Vec<VerifyError> {
    let Some(root) = program.body else {
        return vec![VerifyError::NoBody];
    };
    let mut verifier = Verifier {
        program,
        stage,
        errors: Vec::new(),
        seen_exprs: program.exprs.side_table(false),
        seen_lambdas: program.lambdas.side_table(false),
        variables: program.variables.side_table(Scope::Never),
        constants: constants(program),
        procedures: procedures(program),
        labels: program.lambdas.side_table(None),
        steps: Vec::new(),
        tail_count: 0,
    };
    let position = verifier.fresh(None);
    verifier.steps.push(VerifyStep::Visit(root, position));
    while let Some(step) = verifier.steps.pop() {
        match step {
            VerifyStep::Visit(id, position) => verifier.visit(id, position),
            VerifyStep::Open(variable, procedure) => verifier.open(variable, procedure),
            VerifyStep::Close(variable) => verifier.variables[variable] = Scope::Left,
            VerifyStep::Capture(lambda, position) => verifier.check_captures(lambda, position),
            VerifyStep::CloseLabel(label) => verifier.labels[label] = None,
        }
    }
    verifier.errors
}

/// The procedure that each variable stands for.
fn procedures(program: &Program) -> IdVec<VariableId, Option<LambdaId>> {
    let mut procedures = program.variables.side_table(None);
    for (id, lambda) in program.lambdas.entries() {
        if let Some(variable) = lambda.self_variable {
            procedures[variable] = Some(id);
        }
    }
    procedures
}

fn constants(program: &Program) -> IdVec<VariableId, bool> {
    let mut constants = program.variables.side_table(false);
    for lambda in &program.lambdas {
        if let Some(variable) = lambda.self_variable {
            constants[variable] = lambda.free.is_empty();
        }
    }
    constants
}

/// Where an expression stands.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Position {
    /// The procedure around it; `None` is the entry.
    procedure: Option<LambdaId>,
    /// Expressions with the same number are in tail position with respect to the same form.
    tail: u32,
}

/// Whether a variable can be used.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    Never,
    /// Bound in this procedure.
    Open(Option<LambdaId>),
    Left,
}

enum VerifyStep {
    Visit(ExprId, Position),
    Open(VariableId, Option<LambdaId>),
    Close(VariableId),
    /// A closure is made.
    Capture(LambdaId, Position),
    CloseLabel(LambdaId),
}

struct Verifier<'program> {
    program: &'program Program,
    stage: Stage,
    errors: Vec<VerifyError>,
    seen_exprs: IdVec<ExprId, bool>,
    seen_lambdas: IdVec<LambdaId, bool>,
    variables: IdVec<VariableId, Scope>,
    /// Whether each variable stands for a procedure without free variables.
    constants: IdVec<VariableId, bool>,
    /// The procedure that each variable stands for.
    procedures: IdVec<VariableId, Option<LambdaId>>,
    /// The tail position from which each open label can be jumped to.
    labels: IdVec<LambdaId, Option<u32>>,
    steps: Vec<VerifyStep>,
    tail_count: u32,
}

impl Verifier<'_> {
    fn fresh(&mut self, procedure: Option<LambdaId>) -> Position {
        self.tail_count += 1;
        Position {
            procedure,
            tail: self.tail_count,
        }
    }

    fn open(&mut self, variable: VariableId, procedure: Option<LambdaId>) {
        let scope = &mut self.variables[variable];
        if *scope != Scope::Never {
            self.errors.push(VerifyError::BoundTwice(variable));
        }
        *scope = Scope::Open(procedure);
    }

    fn visit(&mut self, id: ExprId, position: Position) {
        if std::mem::replace(&mut self.seen_exprs[id], true) {
            self.errors.push(VerifyError::SharedExpr(id));
            return;
        }
        let program = self.program;
        let expr = program.expr(id);
        if !self.is_allowed(expr) {
            self.errors.push(VerifyError::WrongStage(id));
        }
        match expr {
            Expr::Local(variable) | Expr::CallKnown(variable, _) => {
                self.check_use(*variable, position);
            }
            Expr::SetLocal(variable, _) => {
                self.check_use(*variable, position);
                if !program.variable(*variable).assigned {
                    self.errors.push(VerifyError::Unmarked(*variable));
                }
            }
            Expr::Primitive(primitive, operands) if !primitive.accepts(operands.len()) => {
                self.errors.push(VerifyError::WrongCount(id));
            }
            Expr::Goto(label, operands) => {
                if self.labels[*label] != Some(position.tail) {
                    self.errors.push(VerifyError::StrayGoto(*label));
                }
                if program.lambda(*label).required.len() != operands.len() {
                    self.errors.push(VerifyError::WrongCount(id));
                }
            }
            Expr::Sequence(parts) if parts.is_empty() => {
                self.errors.push(VerifyError::WrongCount(id));
            }
            _ => {}
        }
        self.schedule(id, position);
    }

    fn is_allowed(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Letrec(..) => self.stage == Stage::Expanded,
            Expr::Fix(..) | Expr::Labels(..) | Expr::Goto(..) => self.stage >= Stage::Fixed,
            Expr::SetLocal(variable, _) => {
                self.stage < Stage::Converted || self.program.variable(*variable).top_level
            }
            Expr::CallKnown(..) => self.stage == Stage::Closed,
            _ => true,
        }
    }

    fn check_use(&mut self, variable: VariableId, position: Position) {
        let Scope::Open(home) = self.variables[variable] else {
            self.errors.push(VerifyError::Unbound(variable));
            return;
        };
        let Some(procedure) = position.procedure else {
            return;
        };
        let is_elsewhere = home != position.procedure
            && self.stage == Stage::Closed
            && !self.program.variable(variable).top_level;
        if !is_elsewhere {
            return;
        }
        let lambda = self.program.lambda(procedure);
        let is_own = lambda.self_variable == Some(variable);
        let is_constant = self.constants[variable];
        if !is_own && !is_constant && !lambda.reaches(variable) {
            self.errors
                .push(VerifyError::NotCaptured(variable, procedure));
        }
    }

    /// What a closure holds has to be there where it is made, and to hold what is reached through it.
    fn check_captures(&mut self, id: LambdaId, position: Position) {
        let lambda = self.program.lambda(id);
        for &variable in &lambda.free {
            self.check_use(variable, position);
        }
        for &(variable, holder) in &lambda.through {
            let procedure = self.procedures[holder];
            let holds = |procedure: LambdaId| {
                let free = &self.program.lambda(procedure).free;
                free.binary_search(&variable).is_ok()
            };
            let holder_is_held = lambda.free.binary_search(&holder).is_ok();
            let is_held_too = lambda.free.binary_search(&variable).is_ok();
            if !holder_is_held || is_held_too || !procedure.is_some_and(holds) {
                self.errors.push(VerifyError::NotReached(variable, id));
            }
        }
    }

    /// Schedules the parts of an expression, and its variables around those that they are bound in.
    fn schedule(&mut self, id: ExprId, position: Position) {
        let program = self.program;
        let mut steps = Vec::new();
        match program.expr(id) {
            Expr::If(test, consequent, alternative) => {
                steps.push(VerifyStep::Visit(*test, self.fresh(position.procedure)));
                steps.push(VerifyStep::Visit(*consequent, position));
                steps.push(VerifyStep::Visit(*alternative, position));
            }
            Expr::Sequence(parts) => {
                for (index, &part) in parts.iter().enumerate() {
                    let is_last = index + 1 == parts.len();
                    let inner = if is_last {
                        position
                    } else {
                        self.fresh(position.procedure)
                    };
                    steps.push(VerifyStep::Visit(part, inner));
                }
            }
            Expr::Let(bindings, body) => {
                for &(_, init) in bindings {
                    steps.push(VerifyStep::Visit(init, self.fresh(position.procedure)));
                }
                let variables = bindings.iter().map(|&(variable, _)| variable);
                scope(&mut steps, variables, position, *body);
            }
            Expr::Letrec(bindings, body) => {
                self.schedule_letrec(&mut steps, bindings, *body, position);
            }
            Expr::Receive {
                required,
                rest,
                producer,
                body,
            } => {
                steps.push(VerifyStep::Visit(*producer, self.fresh(position.procedure)));
                scope(
                    &mut steps,
                    required.iter().chain(rest).copied(),
                    position,
                    *body,
                );
            }
            Expr::Lambda(lambda) => {
                steps.push(VerifyStep::Capture(*lambda, position));
                self.schedule_lambda(&mut steps, *lambda);
            }
            Expr::Fix(bindings, body) => {
                let variables = bindings.iter().map(|&(variable, _)| variable);
                let procedure = position.procedure;
                steps.extend(variables.clone().map(|v| VerifyStep::Open(v, procedure)));
                for &(_, lambda) in bindings {
                    steps.push(VerifyStep::Capture(lambda, position));
                    self.schedule_lambda(&mut steps, lambda);
                }
                steps.push(VerifyStep::Visit(*body, position));
                steps.extend(variables.map(VerifyStep::Close));
            }
            Expr::Labels(labels, body) => self.schedule_labels(&mut steps, labels, *body, position),
            _ => {
                let mut parts = Vec::new();
                program.each_part(id, |part| parts.push(part));
                for part in parts {
                    steps.push(VerifyStep::Visit(part, self.fresh(position.procedure)));
                }
            }
        }
        self.steps.extend(steps.into_iter().rev());
    }

    fn schedule_letrec(
        &mut self,
        steps: &mut Vec<VerifyStep>,
        bindings: &[(VariableId, ExprId)],
        body: ExprId,
        position: Position,
    ) {
        let procedure = position.procedure;
        for &(variable, _) in bindings {
            steps.push(VerifyStep::Open(variable, procedure));
        }
        for &(_, init) in bindings {
            steps.push(VerifyStep::Visit(init, self.fresh(procedure)));
        }
        steps.push(VerifyStep::Visit(body, position));
        for &(variable, _) in bindings {
            steps.push(VerifyStep::Close(variable));
        }
    }

    fn schedule_lambda(&mut self, steps: &mut Vec<VerifyStep>, id: LambdaId) {
        self.see_lambda(id);
        let lambda = self.program.lambda(id);
        let inner = self.fresh(Some(id));
        scope(steps, lambda.parameters(), inner, lambda.body);
    }

    fn schedule_labels(
        &mut self,
        steps: &mut Vec<VerifyStep>,
        labels: &[LambdaId],
        body: ExprId,
        position: Position,
    ) {
        for &label in labels {
            self.see_lambda(label);
            self.labels[label] = Some(position.tail);
        }
        for &label in labels {
            let lambda = self.program.lambda(label);
            scope(steps, lambda.parameters(), position, lambda.body);
        }
        steps.push(VerifyStep::Visit(body, position));
        steps.extend(labels.iter().copied().map(VerifyStep::CloseLabel));
    }

    fn see_lambda(&mut self, id: LambdaId) {
        if std::mem::replace(&mut self.seen_lambdas[id], true) {
            self.errors.push(VerifyError::SharedLambda(id));
        }
    }
}

/// Steps that visit `body` with some variables bound.
fn scope(
    steps: &mut Vec<VerifyStep>,
    variables: impl Iterator<Item = VariableId>,
    position: Position,
    body: ExprId,
) {
    let start = steps.len();
    steps.extend(variables.map(|variable| VerifyStep::Open(variable, position.procedure)));
    let opened = start..steps.len();
    steps.push(VerifyStep::Visit(body, position));
    for index in opened {
        if let VerifyStep::Open(variable, _) = steps[index] {
            steps.push(VerifyStep::Close(variable));
        }
    }
}
