//! Letrec fixing: sorts recursive bindings by their dependencies, so that procedures that call each
//! other are bound by `Fix` and most other variables by an ordinary `Let`.
//!
//! Before: stage 1. After: no `Letrec`; procedures bound by `Let` too are bound by `Fix` where they are
//! never assigned. Where an init may run code that uses a variable before its own init, the uses are
//! checked.
//!
//! ```text
//! (letrec ((f.0 (lambda () (g.1))) (g.1 (lambda () (f.0))) (x.2 (f.0))) x.2)
//! => (fix ((f.0 (lambda () (g.1))) (g.1 (lambda () (f.0)))) (let ((x.2 (f.0))) x.2))
//! ```
//!
//! After Ghuloum and Dybvig, Fixing Letrec (reloaded), 2009: the graph has an edge from a binding to
//! each one that its init names, and from an init with effects to the one before.

use abi::tag;

use crate::core::grow::index;
use crate::core::ir::{Expr, ExprId, LambdaId, Program, VariableId};

/// Runs the pass.
#[must_use]
pub fn fix_letrec(mut program: Program) -> Program {
    let groups = Collector::new(&program).run(program.root());
    for group in groups {
        fix(&mut program, group);
    }
    program
}

/// A `Letrec` or `Let`, and what its inits name.
struct Group {
    id: ExprId,
    /// From binding to binding, by index.
    edges: Vec<Vec<u32>>,
    /// Of each variable, the references within the inits of the group.
    inner_uses: Vec<Vec<ExprId>>,
}

/// Where a variable is bound: group and binding.
type Home = Option<(u32, u32)>;

/// Finds all groups, with one walk over the program.
struct Collector<'program> {
    program: &'program Program,
    groups: Vec<Group>,
    homes: Vec<Home>,
    /// Of each group, the binding whose init the walk is in.
    current: Vec<Option<u32>>,
}

enum Step {
    Visit(ExprId),
    EnterInit(u32, u32),
    LeaveInit(u32),
}

impl<'program> Collector<'program> {
    fn new(program: &'program Program) -> Self {
        Self {
            program,
            groups: Vec::new(),
            homes: vec![None; program.variables.len()],
            current: Vec::new(),
        }
    }

    fn run(mut self, root: ExprId) -> Vec<Group> {
        let mut pending = vec![Step::Visit(root)];
        while let Some(step) = pending.pop() {
            match step {
                Step::EnterInit(group, binding) => self.current[group as usize] = Some(binding),
                Step::LeaveInit(group) => self.current[group as usize] = None,
                Step::Visit(id) => self.visit(id, &mut pending),
            }
        }
        self.groups
    }

    fn visit(&mut self, id: ExprId, pending: &mut Vec<Step>) {
        match self.program.expr(id) {
            Expr::Letrec(bindings, body) => self.open_group(id, bindings, *body, pending),
            Expr::Let(bindings, body) if self.binds_procedures(bindings) => {
                self.open_group(id, bindings, *body, pending);
            }
            Expr::Local(variable) => self.note(*variable, Some(id)),
            Expr::SetLocal(variable, value) => {
                self.note(*variable, None);
                pending.push(Step::Visit(*value));
            }
            _ => self
                .program
                .each_part(id, |part| pending.push(Step::Visit(part))),
        }
    }

    fn binds_procedures(&self, bindings: &[(VariableId, ExprId)]) -> bool {
        bindings
            .iter()
            .any(|&(variable, init)| procedure(self.program, variable, init).is_some())
    }

    fn open_group(
        &mut self,
        id: ExprId,
        bindings: &[(VariableId, ExprId)],
        body: ExprId,
        pending: &mut Vec<Step>,
    ) {
        let group = index(self.groups.len());
        pending.push(Step::Visit(body));
        for (binding, &(variable, init)) in bindings.iter().enumerate() {
            let binding = index(binding);
            self.homes[variable.0 as usize] = Some((group, binding));
            pending.push(Step::LeaveInit(group));
            pending.push(Step::Visit(init));
            pending.push(Step::EnterInit(group, binding));
        }
        self.current.push(None);
        self.groups.push(Group {
            id,
            edges: vec![Vec::new(); bindings.len()],
            inner_uses: vec![Vec::new(); bindings.len()],
        });
    }

    /// Notes that the init which the walk is in (if any) names `variable`.
    fn note(&mut self, variable: VariableId, reference: Option<ExprId>) {
        let Some((group, target)) = self.homes[variable.0 as usize] else {
            return;
        };
        if let Some(source) = self.current[group as usize] {
            let group = &mut self.groups[group as usize];
            group.edges[source as usize].push(target);
            group.inner_uses[target as usize].extend(reference);
        }
    }
}

/// The lambda that a variable always stands for.
fn procedure(program: &Program, variable: VariableId, init: ExprId) -> Option<LambdaId> {
    match program.expr(init) {
        Expr::Lambda(lambda) if !program.variable(variable).assigned => Some(*lambda),
        _ => None,
    }
}

/// Whether evaluating the init runs no code that could use or change anything.
fn is_inert(program: &Program, init: ExprId) -> bool {
    matches!(
        program.expr(init),
        Expr::Quote(_) | Expr::Lambda(_) | Expr::Local(_)
    )
}

fn fix(program: &mut Program, mut group: Group) {
    let (bindings, mut body) = match program.expr(group.id).clone() {
        Expr::Letrec(bindings, body) => {
            order_effects(program, &bindings, &mut group.edges);
            (bindings, body)
        }
        Expr::Let(bindings, body) => (bindings, body),
        other => unreachable!("a group is a binding form, not {other:?}"),
    };
    let components = strong_components(&group.edges);
    for component in components.iter().rev() {
        body = bind(program, &group, &bindings, component, body);
    }
    let outermost = program.expr(body).clone();
    program.replace(group.id, outermost);
}

/// Keeps inits with effects in their order.
fn order_effects(program: &Program, bindings: &[(VariableId, ExprId)], edges: &mut [Vec<u32>]) {
    let mut previous = None;
    for (binding, &(_, init)) in bindings.iter().enumerate() {
        if is_inert(program, init) {
            continue;
        }
        edges[binding].extend(previous);
        previous = Some(index(binding));
    }
}

/// Binds the variables of one component around `body`.
fn bind(
    program: &mut Program,
    group: &Group,
    bindings: &[(VariableId, ExprId)],
    component: &[u32],
    body: ExprId,
) -> ExprId {
    let place = program.place(group.id);
    let mut procedures = Vec::new();
    let mut others = Vec::new();
    for &binding in component {
        let (variable, init) = bindings[binding as usize];
        match procedure(program, variable, init) {
            Some(lambda) => procedures.push((variable, lambda)),
            None => others.push(binding),
        }
    }
    if others.is_empty() {
        return program.add(Expr::Fix(procedures, body), place);
    }
    let alone = component.len() == 1 && !group.edges[component[0] as usize].contains(&component[0]);
    if alone {
        return program.add(
            Expr::Let(vec![bindings[component[0] as usize]], body),
            place,
        );
    }
    let may_use_early = others
        .iter()
        .any(|&binding| !is_inert(program, bindings[binding as usize].1));
    let mut steps = Vec::new();
    let mut unset = Vec::new();
    for binding in others {
        let (variable, init) = bindings[binding as usize];
        if may_use_early {
            check_uses(program, variable, &group.inner_uses[binding as usize]);
        }
        program.variables[variable.0 as usize].assigned = true;
        steps.push(program.add(Expr::SetLocal(variable, init), program.place(init)));
        unset.push((variable, program.add_quote(tag::UNBOUND, place)));
    }
    steps.push(body);
    let mut inner = program.add(Expr::Sequence(steps), place);
    if !procedures.is_empty() {
        inner = program.add(Expr::Fix(procedures, inner), place);
    }
    program.add(Expr::Let(unset, inner), place)
}

fn check_uses(program: &mut Program, variable: VariableId, uses: &[ExprId]) {
    for &reference in uses {
        let inner = program.relocate(reference);
        program.replace(reference, Expr::CheckInitialized(variable, inner));
    }
}

/// The strongly connected components of a graph, each after those that it has edges to, with ascending
/// members (Tarjan 1972).
fn strong_components(edges: &[Vec<u32>]) -> Vec<Vec<u32>> {
    let mut search = Search {
        edges,
        number: vec![0; edges.len()],
        low: vec![0; edges.len()],
        is_open: vec![false; edges.len()],
        open: Vec::new(),
        count: 0,
        components: Vec::new(),
    };
    for node in 0..index(edges.len()) {
        if search.number[node as usize] == 0 {
            search.from(node);
        }
    }
    search.components
}

struct Search<'graph> {
    edges: &'graph [Vec<u32>],
    /// In the order of discovery from 1; 0 before it.
    number: Vec<u32>,
    low: Vec<u32>,
    is_open: Vec<bool>,
    open: Vec<u32>,
    count: u32,
    components: Vec<Vec<u32>>,
}

impl Search<'_> {
    fn discover(&mut self, node: u32) {
        self.count += 1;
        self.number[node as usize] = self.count;
        self.low[node as usize] = self.count;
        self.is_open[node as usize] = true;
        self.open.push(node);
    }

    fn from(&mut self, root: u32) {
        self.discover(root);
        let mut path = vec![(root, 0)];
        while let Some((node, next)) = path.last_mut() {
            let node = *node;
            let Some(&successor) = self.edges[node as usize].get(*next) else {
                path.pop();
                self.close(node);
                if let Some(&(parent, _)) = path.last() {
                    self.lower(parent, self.low[node as usize]);
                }
                continue;
            };
            *next += 1;
            if self.number[successor as usize] == 0 {
                self.discover(successor);
                path.push((successor, 0));
            } else if self.is_open[successor as usize] {
                self.lower(node, self.number[successor as usize]);
            }
        }
    }

    fn lower(&mut self, node: u32, to: u32) {
        let low = &mut self.low[node as usize];
        *low = (*low).min(to);
    }

    /// Ends the component of which `node` was found first, if that is so.
    fn close(&mut self, node: u32) {
        if self.low[node as usize] != self.number[node as usize] {
            return;
        }
        let start = self
            .open
            .iter()
            .rposition(|&open| open == node)
            .expect("a node stays open until its component is complete");
        let mut component = self.open.split_off(start);
        for &member in &component {
            self.is_open[member as usize] = false;
        }
        component.sort_unstable();
        self.components.push(component);
    }
}

#[cfg(test)]
mod tests {
    use super::fix_letrec;
    use crate::core::Stage;
    use crate::core::golden::after;

    #[test]
    fn procedures_that_call_each_other_are_bound_together() {
        assert_eq!(
            after(
                fix_letrec,
                Stage::Fixed,
                "(letrec ((x.0 (call f.1)) (f.1 (lambda f.0 () (call g.2))) (g.2 (lambda g.1 () (call f.1)))) x.0)"
            ),
            "(fix ((f.1 (lambda f.0 () (call g.2))) (g.2 (lambda g.1 () (call f.1)))) \
             (let ((x.0 (call f.1))) x.0))"
        );
    }

    #[test]
    fn inits_with_effects_keep_their_order() {
        assert_eq!(
            after(
                fix_letrec,
                Stage::Fixed,
                "(letrec ((a.0 (car 1)) (b.1 7) (c.2 (car b.1))) (list a.0 c.2))"
            ),
            "(let ((a.0 (car 1))) (let ((b.1 7)) (let ((c.2 (car b.1))) (list a.0 c.2))))"
        );
    }

    #[test]
    fn uses_before_an_init_are_checked_where_they_cannot_be_excluded() {
        assert_eq!(
            after(
                fix_letrec,
                Stage::Fixed,
                "(letrec ((f.0 (lambda f.0 () x.1)) (x.1 (call f.0))) x.1)"
            ),
            "(let ((x.1 (word unbound))) (fix ((f.0 (lambda f.0 () (check-initialized x.1 x.1)))) \
             (begin (set! x.1 (call f.0)) x.1)))"
        );
        assert_eq!(
            after(
                fix_letrec,
                Stage::Fixed,
                "(letrec ((f.0 (lambda f.0 () (begin (set! f.0 1) f.0)))) f.0)"
            ),
            "(let ((f.0 (word unbound))) \
             (begin (set! f.0 (lambda f.0 () (begin (set! f.0 1) f.0))) f.0))"
        );
    }

    #[test]
    fn variables_that_are_no_procedures_or_are_assigned_stay() {
        for text in [
            "(let ((x.0 (car 1)) (y.1 7)) (cons x.0 y.1))",
            "(let ((f.0 (lambda f.0 (x.1) x.1))) (begin (set! f.0 1) (call f.0 2)))",
        ] {
            assert_eq!(after(fix_letrec, Stage::Fixed, text), text);
        }
    }
}
