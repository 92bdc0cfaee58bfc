//! Syntax parameters (SRFI 139): macros whose meaning `syntax-parameterize` changes for the expansion of a body.

use std::rc::Rc;

use super::super::denotation::{CoreForm, Denotation};
use super::super::expander::Expander;
use super::super::failure::Result;
use super::super::name::{LexicalEnvironment, Name};
use super::super::registry::CORE_LIBRARY;
use super::super::resolver::Meaning;
use super::super::syntax::{Node, SyntaxId};

impl Expander<'_> {
    /// The syntax parameter that means `denotation` at first.
    pub(crate) fn parameter_of(&self, denotation: Denotation, at: SyntaxId) -> Result<Denotation> {
        let Denotation::Macro(definition) = denotation else {
            let message = "define-syntax-parameter: expected a transformer, found a keyword";
            return Err(self.failure(at, message));
        };
        let Ok(definition) = Rc::try_unwrap(definition) else {
            let message = "define-syntax-parameter: expected a transformer, found a keyword";
            return Err(self.failure(at, message));
        };
        Ok(Denotation::Macro(Rc::new(definition.into_parameter())))
    }

    /// `(syntax-parameterize ((parameter transformer) ...) body ...)`
    pub(super) fn syntax_parameterize(&mut self, id: SyntaxId) -> Result<()> {
        let form = CoreForm::SyntaxParameterize;
        let operands = self.operands(id, form, 2, usize::MAX)?;
        let bindings = self.bindings(operands[0], form)?;
        let names: Vec<Name> = bindings.iter().map(|&(name, _)| name).collect();
        self.check_distinct(&names, form, operands[0])?;
        let environment = self.environment();
        let mut others = Vec::with_capacity(bindings.len());
        for (name, transformer) in bindings {
            let parameter = match self.resolver().resolve(name) {
                Meaning::Known(Denotation::Macro(definition)) if definition.is_parameter => {
                    definition
                }
                _ => {
                    let text = self.text(name);
                    let message = format!("syntax-parameterize: `{text}` is no syntax parameter");
                    let note = "`define-syntax-parameter` defines one";
                    return Err(self.failure(operands[0], message).note(note));
                }
            };
            others.push((parameter, self.transformer(name, transformer, environment)?));
        }
        let before = self.parameterized.len();
        self.parameterized.extend(others);
        self.then(move |expander| {
            expander.parameterized.truncate(before);
            Ok(())
        });
        self.body(operands[1..].to_vec(), id)
    }

    /// The keyword of a core form, whatever its name means here.
    pub(crate) fn push_core(&mut self, form: CoreForm, at: SyntaxId) -> SyntaxId {
        let top = self.registry.core_top();
        let environment = LexicalEnvironment { top, depth: 0 };
        let names = &mut self.registry.names;
        let symbol = names.symbol(form.name());
        let mark = names.new_mark();
        let name = names.alias(symbol, environment, mark);
        let place = self.syntax.place(at);
        debug_assert!(
            self.registry.knows_library(CORE_LIBRARY),
            "every registry has the core forms"
        );
        self.syntax.push(Node::Name(name), place)
    }
}
