//! References and assignments: what a name becomes where its value is wanted.

use std::rc::Rc;

use syntax::KEYWORD_PREFIX;

use super::denotation::{Denotation, LocalName, Mutability, TopVariable};
use super::expander::{Expander, UnboundName};
use super::failure::{Failure, Result};
use super::name::{Name, TopId};
use super::resolver::Meaning;
use super::syntax::SyntaxId;
use super::top_environment::TopKind;
use crate::core::ir::{Expr, ExprId, VariableId};
use crate::options::UnboundNames;

impl Expander<'_> {
    pub(crate) fn reference(&mut self, name: Name, meaning: Meaning, id: SyntaxId) -> Result<()> {
        let expr = match meaning {
            Meaning::Known(Denotation::Local(local)) => Expr::Local(self.local_of(local, id)?),
            Meaning::Known(Denotation::Top(variable)) => self.top_reference(&variable, id)?,
            Meaning::Known(Denotation::Pattern(_)) => {
                let text = self.text(name);
                let message = format!("`{text}` is a variable of a pattern: only templates use it");
                return Err(self
                    .failure(id, message)
                    .note(format!("#'{text} is its value")));
            }
            Meaning::Known(Denotation::Core(form)) => {
                let message = format!("`{}` is syntax and has no value", form.name());
                return Err(self.failure(id, message));
            }
            Meaning::Known(Denotation::Macro(_)) => {
                let message = format!("`{}` is a macro and has no value", self.text(name));
                return Err(self.failure(id, message));
            }
            Meaning::Unbound(symbol, _) if self.text(symbol).starts_with(KEYWORD_PREFIX) => {
                let value = self.quote(id, id);
                self.push_value(value);
                return Ok(());
            }
            Meaning::Unbound(symbol, top) => self.unbound_reference(symbol, top, id),
        };
        self.finish(expr, id);
        Ok(())
    }

    /// The variable of this unit that a name means.
    fn local_of(&self, local: LocalName, at: SyntaxId) -> Result<VariableId> {
        if local.unit == self.unit {
            return Ok(local.variable);
        }
        let text = self.to_text(at);
        let message = format!("`{text}` has no value while macros are expanded");
        let note = "it is a variable of the program around the macro: a template may insert it";
        Err(self.failure(at, message).note(note))
    }

    pub(crate) fn top_reference(
        &mut self,
        variable: &Rc<TopVariable>,
        at: SyntaxId,
    ) -> Result<Expr> {
        if let Some(variable) = variable.in_unit(self.unit) {
            return Ok(Expr::Local(variable));
        }
        if self.phase.number > 0 {
            return self.phase_reference(variable, at);
        }
        if variable.is_for_syntax() {
            let text = self.to_text(at);
            let message = format!("`{text}` has a value only while macros are expanded");
            let note = "`begin-for-syntax` or `define-for-syntax` has defined it";
            return Err(self.failure(at, message).note(note));
        }
        let global = self.global(variable.key(), variable.mutability());
        Ok(Expr::GlobalRef(global))
    }

    fn unbound_reference(&mut self, symbol: Name, top: TopId, id: SyntaxId) -> Expr {
        match self.registry.top(top).kind() {
            TopKind::Interaction { .. } if self.phase.number == 0 => {
                let key = self.registry.interaction_key(top, symbol);
                Expr::GlobalRef(self.global(&key, Mutability::Mutable))
            }
            kind => {
                let whose = kind.description();
                let text = self.text(symbol);
                let message = format!("unbound variable `{text}`");
                let note = format!("{whose} neither defines nor imports it");
                let is_refused = self.registry.unbound_names == UnboundNames::Refused;
                // What a macro's procedure uses is there before the procedure runs.
                if is_refused || self.phase.number > 0 {
                    // The expansion goes on, to find the others.
                    let refusal = self.failure(id, message).note(note);
                    self.refusals.push(refusal);
                } else if let Some(known) = self.unbound.get_mut(&(symbol, top)) {
                    known.further_places += 1;
                } else {
                    // A text that is loaded may still define it.
                    let warning = self.failure(id, format!("warning: {message}")).note(note);
                    let known = UnboundName {
                        warning_index: self.warnings.len(),
                        further_places: 0,
                    };
                    self.unbound.insert((symbol, top), known);
                    self.warnings.push(warning);
                }
                let key = self.registry.interaction_key(TopId::FIRST, symbol);
                Expr::GlobalRef(self.global(&key, Mutability::Mutable))
            }
        }
    }

    /// `(set! name value)`, whose value has been expanded.
    pub(crate) fn assign(&mut self, name: Name, value: ExprId, at: SyntaxId) -> Result<Expr> {
        let text = Rc::clone(self.text(name));
        match self.resolve(name) {
            Meaning::Known(Denotation::Local(local)) => {
                let variable = self.local_of(local, at)?;
                Ok(self.assign_local(variable, value))
            }
            Meaning::Known(Denotation::Top(top)) => match top.in_unit(self.unit) {
                None if self.phase.number > 0 && !self.resolver().is_import(name) => {
                    match self.phase_reference(&top, at)? {
                        Expr::GlobalRef(global) => Ok(Expr::GlobalSet(global, value)),
                        other => Ok(other),
                    }
                }
                _ if self.resolver().is_import(name) => Err(self.imported(&text, at)),
                Some(variable)
                    if top.is_owned_by(self.top) || self.resolver().is_inserted(name) =>
                {
                    top.set_mutable();
                    Ok(self.assign_local(variable, value))
                }
                None if !top.is_immutable() && self.resolver().may_assign(name) => {
                    let global = self.global(top.key(), Mutability::Mutable);
                    Ok(Expr::GlobalSet(global, value))
                }
                _ => Err(self.imported(&text, at)),
            },
            Meaning::Known(_) => {
                let message = format!("set!: `{text}` is syntax, expected a variable");
                Err(self.failure(at, message))
            }
            Meaning::Unbound(symbol, top) => match self.unbound_reference(symbol, top, at) {
                Expr::GlobalRef(global) => Ok(Expr::GlobalSet(global, value)),
                other => Ok(other),
            },
        }
    }

    fn imported(&self, text: &str, at: SyntaxId) -> Failure {
        let message = format!("set!: `{text}` is imported and cannot be assigned");
        self.failure(at, message).note("a definition may shadow it")
    }

    pub(crate) fn assign_local(&mut self, variable: VariableId, value: ExprId) -> Expr {
        self.program.variables[variable].assigned = true;
        Expr::SetLocal(variable, value)
    }
}
