//! Macros that are procedures: their definitions and their uses, and the forms on the way to them and back.

use std::rc::Rc;

use syntax::DatumKind;

use super::budget::TOO_MUCH;
use super::denotation::{Denotation, Macro, MacroBody, Transformer};
use super::expander::Expander;
use super::failure::{Failure, Result};
use super::macro_context::MacroContext;
use super::macro_evaluator::{
    EvaluatedKind, Form, FormNode, Kept, MacroError, MacroEvaluator, MacroHost,
};
use super::name::{LexicalEnvironment, Name};
use super::registry::LibraryRegistry;
use super::syntax::{Node, SyntaxId};
use crate::checkpoint;
use crate::id_map::IdMap;
use crate::unwind::end;

/// What a call of a macro's procedure costs besides the pieces that cross the border: a macro that makes nothing new
/// cannot go on for ever.
const CALL_COST: usize = 64;

/// What a definition of a macro expects.
const EXPECTED: &str = "expected (syntax-rules ...), a procedure or a keyword";

impl Expander<'_> {
    /// The macro called `name` whose procedure the expression `id` makes.
    pub(crate) fn procedural_transformer(
        &mut self,
        name: Name,
        id: SyntaxId,
        environment: LexicalEnvironment,
    ) -> Result<Denotation> {
        let Some(evaluator) = self.registry.macro_evaluator() else {
            let found = self.to_text(id);
            let message = format!("expected (syntax-rules ...) or a keyword, found {found}");
            let note = "nothing runs procedures of macros here";
            return Err(self.failure(id, message).note(note));
        };
        let program = self.phase_unit(id, |inner| inner.phase_expression(id))?;
        let context = self.lend(environment);
        let (outcome, context) = evaluator.evaluate(program, context);
        self.take_back(context);
        let text = Rc::clone(self.text(name));
        let evaluated = outcome.map_err(|error| self.macro_failure(&text, error, id))?;
        let takes_set = match evaluated.kind {
            EvaluatedKind::Procedure => false,
            EvaluatedKind::VariableTransformer => true,
            EvaluatedKind::Other(found) => {
                return Err(self.failure(id, format!("{EXPECTED}, found {found}")));
            }
        };
        let transformer = Transformer::Procedure {
            procedure: evaluated.value,
            takes_set,
        };
        let body = MacroBody {
            transformer,
            environment,
        };
        Ok(Denotation::Macro(Rc::new(Macro::new(text, body))))
    }

    /// What the macro `definition` makes of the form `id` by its procedure.
    pub(crate) fn call_transformer(
        &mut self,
        definition: &Macro,
        procedure: Kept,
        environment: LexicalEnvironment,
        id: SyntaxId,
    ) -> Result<SyntaxId> {
        checkpoint::step();
        let evaluator = self.registry.macro_evaluator();
        let evaluator = evaluator.expect("what has made the procedure is still there");
        let (form, origins) = self.to_form(id);
        if !self.budget.take(CALL_COST + form.nodes.len()) {
            return Err(self.failure(id, TOO_MUCH));
        }
        let context = self.lend(environment);
        let (outcome, context) = evaluator.call(procedure, &form, context);
        self.take_back(context);
        let form = outcome.map_err(|error| self.macro_failure(&definition.name, error, id))?;
        if !self.budget.take(form.nodes.len()) {
            return Err(self.failure(id, TOO_MUCH));
        }
        self.syntax_of_form(&definition.name, &form, &origins, id)
    }

    /// What runs procedures of macros.
    pub(crate) fn evaluator(&self, at: SyntaxId) -> Result<Rc<dyn MacroEvaluator>> {
        self.registry.macro_evaluator().ok_or_else(|| {
            let message = "nothing runs procedures of macros here";
            self.failure(at, message)
        })
    }

    /// Lends the names and scopes to a procedure of a macro that was defined in `definition`. Values of Scheme may
    /// keep the aliases that it makes.
    pub(crate) fn lend(&mut self, definition: LexicalEnvironment) -> Box<dyn MacroHost> {
        self.persists = true;
        self.registry.changes += 1;
        let site = self.environment();
        let mark = self.registry.names.new_mark();
        Box::new(MacroContext {
            registry: std::mem::replace(self.registry, LibraryRegistry::vacant()),
            scopes: std::mem::take(&mut self.scopes),
            site,
            definition,
            mark,
        })
    }

    pub(crate) fn take_back(&mut self, host: Box<dyn MacroHost>) {
        let context = host.into_any().downcast::<MacroContext>();
        let context = *context.expect("an evaluator answers the host that it was given");
        *self.registry = context.registry;
        self.scopes = context.scopes;
    }

    /// The mistake at `at` that a macro's procedure has no result.
    pub(crate) fn macro_failure(&self, name: &str, error: MacroError, at: SyntaxId) -> Failure {
        match error {
            MacroError::Stopped(stop) => end(stop),
            MacroError::Fault(message) => panic!("a procedure of a macro ran: {message}"),
            MacroError::Raised(report) => {
                let failure = self.failure(at, report);
                if name.is_empty() {
                    return failure;
                }
                failure.note(format!(
                    "this comes from the procedure of the macro `{name}`"
                ))
            }
        }
    }

    /// The form `id` for a procedure, and the syntax that each of its nodes is.
    fn to_form(&self, id: SyntaxId) -> (Form, Vec<SyntaxId>) {
        let mut form = Form::default();
        let mut origins = Vec::new();
        let mut done: IdMap<SyntaxId, u32> = IdMap::default();
        let mut pending = vec![id];
        while let Some(&part) = pending.last() {
            checkpoint::step();
            if done.contains_key(&part) {
                pending.pop();
                continue;
            }
            if self
                .syntax
                .add_parts(part, &mut pending, |part| !done.contains_key(&part))
            {
                continue;
            }
            pending.pop();
            let node = match self.syntax.node(part) {
                Node::Null => FormNode::Null,
                Node::Pair(car, cdr) => FormNode::Pair(done[car], done[cdr]),
                Node::Vector(items) => {
                    FormNode::Vector(items.iter().map(|item| done[item]).collect())
                }
                Node::Name(name) => FormNode::Identifier {
                    name: name.number(),
                    text: Rc::clone(self.text(*name)),
                },
                Node::Atom(atom) if matches!(**atom, DatumKind::External(_)) => FormNode::Opaque,
                Node::Atom(atom) => FormNode::Atom(Rc::clone(atom)),
                Node::Circular(_) => FormNode::Opaque,
            };
            let index = u32::try_from(form.nodes.len()).expect("syntax has fewer than 2^32 parts");
            form.nodes.push(node);
            origins.push(part);
            done.insert(part, index);
        }
        (form, origins)
    }

    /// The syntax of a form that a macro's procedure has answered for the use `at`.
    fn syntax_of_form(
        &mut self,
        macro_name: &str,
        form: &Form,
        origins: &[SyntaxId],
        at: SyntaxId,
    ) -> Result<SyntaxId> {
        let place = self.syntax.place(at);
        let mut made: Vec<SyntaxId> = Vec::with_capacity(form.nodes.len());
        for node in &form.nodes {
            let node = match node {
                FormNode::Same(index) => {
                    made.push(origins[*index as usize]);
                    continue;
                }
                FormNode::Null => Node::Null,
                FormNode::Pair(car, cdr) => Node::Pair(made[*car as usize], made[*cdr as usize]),
                FormNode::Vector(items) => {
                    Node::Vector(items.iter().map(|&item| made[item as usize]).collect())
                }
                FormNode::Identifier { name, .. } => {
                    let name = self.registry.names.of_number(*name);
                    Node::Name(name.ok_or_else(|| {
                        let message = format!(
                            "{macro_name}: the result has an identifier of another expansion"
                        );
                        self.failure(at, message)
                    })?)
                }
                FormNode::Atom(atom) => Node::Atom(Rc::clone(atom)),
                FormNode::Symbol(text) => {
                    let message = format!(
                        "{macro_name}: the macro's procedure has returned the symbol `{text}` where an \
                        identifier is expected"
                    );
                    let note = "#'name or (datum->syntax identifier 'name) is one";
                    return Err(self.failure(at, message).note(note));
                }
                FormNode::Opaque => {
                    let message = format!(
                        "{macro_name}: the macro's procedure has returned an object that no text denotes"
                    );
                    return Err(self.failure(at, message));
                }
            };
            made.push(self.syntax.push(node, place));
        }
        Ok(*made.last().expect("a form has a node"))
    }
}
