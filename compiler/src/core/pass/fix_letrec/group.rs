//! Groups of recursive bindings, and which of a group's inits name which of its variables.

use crate::core::ir::{Expr, ExprId, LambdaId, Program, VariableId};
use crate::id::{Id, IdVec, define_ids};

define_ids! {
    /// A group that the walk has found.
    pub(super) GroupId;

    /// A binding of one group.
    pub(super) BindingId;
}

/// A `Letrec` or `Let`, and what its inits name.
pub(super) struct Group {
    pub(super) id: ExprId,
    pub(super) mentions: Vec<Mention>,
}

/// An init of a group names a variable of the group.
#[derive(Clone, Copy)]
pub(super) struct Mention {
    /// The binding whose init it is.
    pub(super) source: BindingId,
    /// The binding of the variable.
    pub(super) target: BindingId,
    /// The reference; `None` if it is an assignment.
    pub(super) reference: Option<ExprId>,
}

/// Where a variable is bound: group and binding.
type Home = Option<(GroupId, BindingId)>;

/// Finds all groups, with one walk over the program; outer ones first.
pub(super) fn find_groups(program: &Program) -> IdVec<GroupId, Group> {
    Collector::new(program).run(program.root())
}

struct Collector<'program> {
    program: &'program Program,
    groups: IdVec<GroupId, Group>,
    homes: IdVec<VariableId, Home>,
    /// Of each group, the binding whose init the walk is in.
    current: IdVec<GroupId, Option<BindingId>>,
}

/// A step of the walk.
enum Visit {
    Expr(ExprId),
    EnterInit(GroupId, BindingId),
    LeaveInit(GroupId),
}

impl<'program> Collector<'program> {
    fn new(program: &'program Program) -> Self {
        Self {
            program,
            groups: IdVec::new(),
            homes: program.variables.side_table(None),
            current: IdVec::new(),
        }
    }

    fn run(mut self, root: ExprId) -> IdVec<GroupId, Group> {
        let mut pending = vec![Visit::Expr(root)];
        while let Some(step) = pending.pop() {
            match step {
                Visit::EnterInit(group, binding) => self.current[group] = Some(binding),
                Visit::LeaveInit(group) => self.current[group] = None,
                Visit::Expr(id) => self.visit(id, &mut pending),
            }
        }
        self.groups
    }

    fn visit(&mut self, id: ExprId, pending: &mut Vec<Visit>) {
        match self.program.expr(id) {
            Expr::Letrec(bindings, body) => self.open_group(id, bindings, *body, pending),
            Expr::Let(bindings, body) if self.binds_procedures(bindings) => {
                self.open_group(id, bindings, *body, pending);
            }
            Expr::Local(variable) => self.note(*variable, Some(id)),
            Expr::SetLocal(variable, value) => {
                self.note(*variable, None);
                pending.push(Visit::Expr(*value));
            }
            _ => self
                .program
                .each_part(id, |part| pending.push(Visit::Expr(part))),
        }
    }

    fn binds_procedures(&self, bindings: &[(VariableId, ExprId)]) -> bool {
        bindings
            .iter()
            .any(|&binding| procedure(self.program, binding).is_some())
    }

    fn open_group(
        &mut self,
        id: ExprId,
        bindings: &[(VariableId, ExprId)],
        body: ExprId,
        pending: &mut Vec<Visit>,
    ) {
        let mentions = Vec::new();
        let group = self.groups.push(Group { id, mentions });
        self.current.push(None);
        pending.push(Visit::Expr(body));
        for (binding, &(variable, init)) in bindings.iter().enumerate() {
            let binding = BindingId::from_index(binding);
            self.homes[variable] = Some((group, binding));
            pending.push(Visit::LeaveInit(group));
            pending.push(Visit::Expr(init));
            pending.push(Visit::EnterInit(group, binding));
        }
    }

    /// Notes that the init which the walk is in (if any) names `variable`.
    fn note(&mut self, variable: VariableId, reference: Option<ExprId>) {
        let Some((group, target)) = self.homes[variable] else {
            return;
        };
        if let Some(source) = self.current[group] {
            self.groups[group].mentions.push(Mention {
                source,
                target,
                reference,
            });
        }
    }
}

/// The lambda that a variable always stands for.
pub(super) fn procedure(
    program: &Program,
    (variable, init): (VariableId, ExprId),
) -> Option<LambdaId> {
    match program.expr(init) {
        Expr::Lambda(lambda) if !program.variable(variable).assigned => Some(*lambda),
        _ => None,
    }
}
