//! Which procedures of a program return by themselves.
//!
//! A procedure *returns itself* if each of its returns is its own, with one value: nothing that the procedure was
//! given, and nothing unknown, is called in tail position. So a call of such a procedure may keep the frame of its
//! caller even in tail position. The stack grows by one frame at most for each such call under way, and each of them
//! has a frame of its own anyway. The backtrace of an error in such a procedure then shows where the text called it.
//!
//! ```text
//! (define (fold f a l) (if (null? l) a (fold f (f (car l) a) (cdr l))))    returns itself, whatever `f` does
//! (define (call f) (f))                                                  does not: `f` returns in its place
//! (define (both) (values 1 2))                                           does not: two values
//! ```
//!
//! [`returning_globals`] looks at expanded Core. The interface of compiled libraries says which of their procedures
//! return themselves, and [`Global::returns_itself`](super::ir::Global::returns_itself) repeats it.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use abi::primitive::{Effect, Primitive};

use super::ir::{Expr, ExprId, LambdaId, Program, VariableId};
use super::walk::post_order;
use crate::id_map::{IdMap, IdSet};

/// How many names of a procedure are followed to the procedure itself.
const NAMES_MAX: usize = 8;

/// The keys of the globals that `program` defines, once, as procedures that return themselves.
pub(crate) fn returning_globals(program: &Program) -> BTreeSet<Rc<str>> {
    let bindings = Bindings::of(program);
    let returning = bindings.returning_lambdas();
    let procedures = bindings.globals.iter().filter(|&(_, &value)| {
        let procedure = value.and_then(|value| bindings.procedure(value));
        procedure.is_some_and(|lambda| returning.contains(&lambda))
    });
    procedures.map(|(&key, _)| Rc::clone(key)).collect()
}

/// What the variables of a program stand for.
struct Bindings<'a> {
    program: &'a Program,
    lambdas: Vec<LambdaId>,
    /// The inits of local variables that are never assigned.
    locals: IdMap<VariableId, ExprId>,
    /// The values of the globals by their keys; none if a global is defined twice.
    globals: HashMap<&'a Rc<str>, Option<ExprId>>,
    /// The procedure `apply`, if the program defines it.
    apply: Option<LambdaId>,
}

/// What an expression in tail position does.
enum Ending {
    /// Answers one value, or never returns.
    Value,
    /// Returns what this procedure returns.
    Call(LambdaId),
    /// Anything else.
    Unknown,
}

impl<'a> Bindings<'a> {
    fn of(program: &'a Program) -> Self {
        let mut bindings = Self {
            program,
            lambdas: Vec::new(),
            locals: IdMap::default(),
            globals: HashMap::new(),
            apply: None,
        };
        for id in post_order(program, program.root()) {
            match program.expr(id) {
                Expr::Lambda(lambda) => bindings.lambdas.push(*lambda),
                Expr::Let(inits, _) | Expr::Letrec(inits, _) => {
                    let lasting = inits
                        .iter()
                        .filter(|each| !program.variable(each.0).assigned);
                    bindings.locals.extend(lasting.copied());
                }
                Expr::GlobalDefine(global, value) => {
                    let known = bindings.globals.entry(&program.global(*global).key);
                    known.and_modify(|it| *it = None).or_insert(Some(*value));
                }
                _ => {}
            }
        }
        let named_apply = |key: &&&Rc<str>| &****key == "apply";
        let apply = bindings.globals.keys().find(named_apply).copied();
        bindings.apply = apply.and_then(|key| bindings.procedure(bindings.globals[key]?));
        bindings
    }

    /// The procedure that an expression evaluates to, if it is known.
    fn procedure(&self, id: ExprId) -> Option<LambdaId> {
        let mut id = id;
        for _ in 0..NAMES_MAX {
            id = match self.program.expr(id) {
                Expr::Lambda(lambda) => return Some(*lambda),
                Expr::Local(variable) => *self.locals.get(variable)?,
                Expr::GlobalRef(global) => {
                    (*self.globals.get(&self.program.global(*global).key)?)?
                }
                Expr::Let(_, body) | Expr::Letrec(_, body) => *body,
                _ => return None,
            };
        }
        None
    }

    /// All lambdas that return themselves: those from which no chain of tail calls leads to anything unknown.
    fn returning_lambdas(&self) -> IdSet<LambdaId> {
        let mut returning: IdSet<LambdaId> = self.lambdas.iter().copied().collect();
        let mut callers: IdMap<LambdaId, Vec<LambdaId>> = IdMap::default();
        let mut others = Vec::new();
        for &lambda in &self.lambdas {
            self.each_ending(lambda, |ending| match ending {
                Ending::Value => {}
                Ending::Call(callee) => callers.entry(callee).or_default().push(lambda),
                Ending::Unknown => others.push(lambda),
            });
        }
        while let Some(other) = others.pop() {
            if returning.remove(&other) {
                others.extend(callers.get(&other).into_iter().flatten());
            }
        }
        returning
    }

    fn each_ending(&self, lambda: LambdaId, mut visit: impl FnMut(Ending)) {
        let mut pending = vec![self.program.lambda(lambda).body];
        while let Some(id) = pending.pop() {
            match self.program.expr(id) {
                Expr::If(_, consequent, alternative) => pending.extend([*consequent, *alternative]),
                Expr::Sequence(parts) => pending.extend(parts.last()),
                Expr::Let(_, body) | Expr::Letrec(_, body) | Expr::Receive { body, .. } => {
                    pending.push(*body);
                }
                Expr::Call(operator, operands) => match operands.first() {
                    Some(&first) if self.is_apply(*operator) => visit(self.ending_of_call(first)),
                    _ => visit(self.ending_of_call(*operator)),
                },
                Expr::Primitive(Primitive::Apply, operands) => {
                    visit(self.ending_of_call(operands[0]));
                }
                Expr::Primitive(Primitive::Values, operands) if operands.len() == 1 => {}
                Expr::Primitive(primitive, _) => visit(match primitive.effect() {
                    Effect::Control => Ending::Unknown,
                    _ => Ending::Value,
                }),
                Expr::Quote(_)
                | Expr::Local(_)
                | Expr::SetLocal(..)
                | Expr::GlobalRef(_)
                | Expr::GlobalSet(..)
                | Expr::GlobalDefine(..)
                | Expr::Lambda(_)
                | Expr::CheckInitialized(..) => visit(Ending::Value),
                Expr::Fix(..) | Expr::CallKnown(..) | Expr::Labels(..) | Expr::Goto(..) => {
                    unreachable!("expanded Core has no such forms")
                }
            }
        }
    }

    /// Whether an expression is the procedure `apply` of the program.
    fn is_apply(&self, operator: ExprId) -> bool {
        self.apply.is_some() && self.procedure(operator) == self.apply
    }

    fn ending_of_call(&self, operator: ExprId) -> Ending {
        match self.program.expr(operator) {
            Expr::GlobalRef(global) if self.program.global(*global).never_returns() => {
                Ending::Value
            }
            _ => self
                .procedure(operator)
                .map_or(Ending::Unknown, Ending::Call),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::parse;

    /// The names of the procedures that return themselves, where the text defines each as a global.
    fn returning(definitions: &str) -> Vec<String> {
        let program = parse(&format!("(begin {definitions} 1)")).unwrap();
        let keys = returning_globals(&program);
        keys.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_procedure_that_calls_its_arguments_on_the_way_returns_itself() {
        let loops = "(define-global (immutable fold) (letrec ((loop.1 (lambda loop.0 (f.2 l.3) \
                     (if l.3 (call loop.1 f.2 (call f.2 l.3)) l.3)))) loop.1))";
        assert_eq!(returning(loops), ["fold"]);
        let calls = "(define-global (immutable call) (lambda call.0 (f.1) (call f.1)))";
        assert_eq!(returning(calls), [""; 0]);
    }

    #[test]
    fn who_tail_calls_such_a_procedure_is_as_it_is() {
        let text = |inner: &str| {
            format!(
                "(define-global (immutable outer) (lambda outer.0 (f.1) (begin 1 \
                 (call (immutable inner) f.1)))) \
                 (define-global (immutable inner) (lambda inner.1 (g.2) {inner}))"
            )
        };
        assert_eq!(returning(&text("(car g.2)")), ["inner", "outer"]);
        assert_eq!(
            returning(&text("(call (immutable outer) g.2)")),
            ["inner", "outer"]
        );
        assert_eq!(
            returning(&text("(call (immutable raise) g.2)")),
            ["inner", "outer"]
        );
        assert_eq!(returning(&text("(call (immutable other) g.2)")), [""; 0]);
        assert_eq!(returning(&text("(values g.2 g.2)")), [""; 0]);
        assert_eq!(returning(&text("(%apply g.2 g.2)")), [""; 0]);
        assert_eq!(returning(&text("(%reinstate g.2 g.2)")), [""; 0]);
    }

    #[test]
    fn a_variable_that_is_assigned_or_defined_twice_may_name_anything() {
        let twice = "(define-global (immutable a) (lambda a.0 () 1)) \
                     (define-global (immutable a) (lambda a.1 () 2))";
        assert_eq!(returning(twice), [""; 0]);
        let assigned = "(define-global (immutable a) (let ((f.1 (lambda f.0 () 1))) \
                        (lambda a.2 () (begin (set! f.1 a.2) (call f.1)))))";
        let assigned = assigned.replace("a.2)", "1)");
        assert_eq!(returning(&assigned), [""; 0]);
    }
}
