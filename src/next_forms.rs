//! The compiler of texts that are evaluated form by form: of the forms behind those that have run.

use compiler::core::ir::LastExpression;
use compiler::expand::{self, LetterCase, SourceText, TextStart};
use loader::TrustedImage;
use vm::hooks::FormText;

use crate::allowance::Allowance;
use crate::error::Error;
use crate::frontend::Frontend;

impl Frontend {
    /// The image of some of these forms, from the first one on, evaluated in the interaction environment, and how many
    /// these are; with about so much memory.
    pub(crate) fn compile_next(
        &mut self,
        name: &str,
        forms: &[FormText],
        memory_bytes: usize,
    ) -> Result<(TrustedImage<'static>, usize), Error> {
        let Some(first) = forms.first() else {
            return Err(Error::Setup("there is no form to compile".to_owned()));
        };
        self.check_options()?;
        let text: String = forms.iter().map(|form| &*form.text).collect();
        let start = TextStart {
            line: first.line,
            column: first.column,
        };
        let source = SourceText::new(name, &text).starting_at(start);
        let case = if first.folds_case {
            LetterCase::Folded
        } else {
            LetterCase::Kept
        };
        let source = source.up_to_mistake().with_case(case);
        let mut allowance = Allowance::new(name, memory_bytes);
        let (mut program, count) = self.expand(&mut allowance, |registry| {
            expand::expand_first_forms(registry, &source)
        })?;
        program.set_last_expression(LastExpression::Value);
        let purpose = self.options.purpose;
        let image = self.finish(program, &mut allowance, purpose)?;
        Ok((image, count))
    }
}
