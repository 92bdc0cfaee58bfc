//! The forms that the expander knows: each checks its shape and says how its parts become Core.

mod binding;
mod case_lambda;
mod conditional;
mod iteration;
mod letrec;
mod procedure;
mod quasiquote;
mod record;
mod syntax_case;
mod syntax_parameter;
mod values;

use super::denotation::{CoreForm, Denotation};
use super::expander::Expander;
use super::failure::{Failure, Result};
use super::name::Name;
use super::resolver::Meaning;
use super::syntax::SyntaxId;
use crate::core::ir::{Expr, ExprId, VariableId};

pub(crate) use procedure::{Formals, Parameters};
pub(crate) use record::RecordDefinition;

impl Expander<'_> {
    /// Expands the form `id` where an expression is wanted.
    pub(super) fn core(&mut self, form: CoreForm, id: SyntaxId) -> Result<()> {
        match form {
            CoreForm::Quote => self.quote_form(id),
            CoreForm::Quasiquote => self.quasiquote(id),
            CoreForm::If => self.if_form(id),
            CoreForm::Set => self.set_form(id),
            CoreForm::Lambda => self.lambda(id),
            CoreForm::NamedLambda => self.named_lambda(id),
            CoreForm::LambdaOptional => self.lambda_optional(id),
            CoreForm::CaseLambda => self.case_lambda(id),
            CoreForm::Let => self.let_form(id),
            CoreForm::LetStar => self.let_star(id),
            CoreForm::Letrec | CoreForm::LetrecStar => self.letrec(form, id),
            CoreForm::LetValues => self.let_values(id),
            CoreForm::LetStarValues => self.let_star_values(id),
            CoreForm::Receive => self.receive(id),
            CoreForm::Begin => self.begin(id),
            CoreForm::And => self.and(id),
            CoreForm::Or => self.or(id),
            CoreForm::When | CoreForm::Unless => self.when(form, id),
            CoreForm::Cond => self.cond(id),
            CoreForm::Case => self.case(id),
            CoreForm::Do => self.do_form(id),
            CoreForm::LetSyntax | CoreForm::LetrecSyntax => self.let_syntax(form, id),
            CoreForm::CondExpand => self.cond_expand(id),
            CoreForm::Include | CoreForm::IncludeCi => self.include_form(form, id),
            CoreForm::SyntaxCase => self.syntax_case(id),
            CoreForm::SyntaxForm => self.syntax_form(id),
            CoreForm::Quasisyntax => self.quasisyntax(id),
            CoreForm::SyntaxParameterize => self.syntax_parameterize(id),
            CoreForm::SyntaxErrorForm => Err(self.syntax_error(id)),
            CoreForm::Define
            | CoreForm::DefineValues
            | CoreForm::DefineRecordType
            | CoreForm::DefineSyntax
            | CoreForm::DefineSyntaxParameter => {
                let name = form.name();
                let message =
                    format!("{name}: a definition cannot stand where an expression is expected");
                Err(self.failure(id, message))
            }
            CoreForm::Import | CoreForm::DefineLibrary | CoreForm::BeginForSyntax => {
                let message = format!("{}: expected at top level only", form.name());
                Err(self.failure(id, message))
            }
            _ => {
                let message = format!("misplaced `{}`", form.name());
                Err(self.failure(id, message))
            }
        }
    }

    fn quote_form(&mut self, id: SyntaxId) -> Result<()> {
        let operands = self.operands(id, CoreForm::Quote, 1, 1)?;
        let value = self.quote(operands[0], id);
        self.push_value(value);
        Ok(())
    }

    fn set_form(&mut self, id: SyntaxId) -> Result<()> {
        let operands = self.operands(id, CoreForm::Set, 2, 2)?;
        let name = self.identifier(operands[0], CoreForm::Set)?;
        if let Meaning::Known(Denotation::Macro(definition)) = self.resolve(name)
            && definition.takes_set()
        {
            let expanded = self.expand_macro(&definition, id)?;
            self.visit(expanded)?;
            self.later(expanded);
            return Ok(());
        }
        self.then(move |expander| {
            let value = expander.pop();
            let expr = expander.assign(name, value, id)?;
            expander.finish(expr, id);
            Ok(())
        });
        self.later(operands[1]);
        Ok(())
    }

    fn begin(&mut self, id: SyntaxId) -> Result<()> {
        let operands = self.operands(id, CoreForm::Begin, 0, usize::MAX)?;
        self.sequence_later(&operands, id);
        Ok(())
    }

    /// Expands `parts`, then leaves their sequence.
    pub(super) fn sequence_later(&mut self, parts: &[SyntaxId], at: SyntaxId) {
        let count = parts.len();
        if count == 1 {
            self.later(parts[0]);
            return;
        }
        self.then(move |expander| {
            let parts = expander.pop_many(count);
            let value = expander.sequence(parts, at);
            expander.push_value(value);
            Ok(())
        });
        self.later_all(parts);
    }

    fn let_syntax(&mut self, form: CoreForm, id: SyntaxId) -> Result<()> {
        let operands = self.operands(id, form, 2, usize::MAX)?;
        let bindings = self.bindings(operands[0], form)?;
        let names: Vec<Name> = bindings.iter().map(|&(name, _)| name).collect();
        self.check_distinct(&names, form, operands[0])?;
        let outer = self.environment();
        self.scopes.enter();
        let place = match form {
            CoreForm::LetSyntax => outer,
            _ => self.environment(),
        };
        let mut macros = Vec::with_capacity(bindings.len());
        for &(name, transformer) in &bindings {
            macros.push((name, self.transformer(name, transformer, place)?));
        }
        for (name, definition) in macros {
            self.scopes.bind(name, definition);
        }
        self.then(|expander| {
            expander.scopes.exit();
            Ok(())
        });
        self.body(operands[1..].to_vec(), id)
    }

    fn syntax_error(&self, id: SyntaxId) -> Failure {
        let (_, operands) = self.syntax.as_pair(id).expect("forms are pairs");
        let operands = self.syntax.list(operands).items;
        let message = operands
            .first()
            .and_then(|&first| self.syntax.as_string(first));
        let mut text =
            message.map_or_else(|| "syntax-error".to_owned(), |message| message.to_string());
        for &operand in operands.iter().skip(1) {
            text.push(' ');
            text.push_str(&self.to_text(operand));
        }
        self.failure(id, text)
    }

    /// `syntax` as text, shortened.
    pub(crate) fn to_text(&self, id: SyntaxId) -> String {
        const CHARACTERS_MAX: usize = 60;
        let mut data = syntax::Data::new();
        let datum = self.syntax.export(&self.registry.names, id, &mut data);
        let text = data.to_text(datum);
        if text.chars().count() <= CHARACTERS_MAX {
            return text;
        }
        let start: String = text.chars().take(CHARACTERS_MAX).collect();
        format!("{start}…")
    }

    /// A reference to a local variable.
    pub(super) fn local(&mut self, variable: VariableId, at: SyntaxId) -> ExprId {
        self.add(Expr::Local(variable), at)
    }
}
