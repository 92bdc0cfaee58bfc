//! Texts whose forms are evaluated in turn: where a unit ends before its text does, and what evaluates the rest.
//!
//! R7RS 6.14 has `load` evaluate the forms of a file one after the other. A form that calls `eval` or `load` may bring
//! macros for those behind it, so these are expanded when it has run. Until a text has mentioned `eval` or `load`, no
//! form of it can do so, and forms that only define procedures or data evaluate nothing: all of them share a unit.
//!
//! The rest of the text goes into the unit as a literal, a list of forms, each a vector as [`abi::form_text`] describes
//! it. The last thing that the unit does is to hand the list to [`LOAD_FORMS`].

use abi::form_text;
use syntax::{Data, DatumId, DatumKind, Integer, Number, Span};

use super::denotation::{CoreForm, Mutability};
use super::expanded_item::ExpandedItem;
use super::expander::Expander;
use super::include::ReadText;
use super::source::FormOrder;
use super::syntax::{FileSpan, Node, SyntaxId};
use crate::core::ir::{Expr, ExprId, Program};

/// The procedure of the library that evaluates the rest of a text: `(%load-forms name forms)`.
const LOAD_FORMS: &str = "%load-forms";

/// How many forms of a text a unit evaluates.
#[derive(Debug)]
pub(super) struct Turn {
    pub(super) order: FormOrder,
    /// At most so many are to be evaluated.
    pub(super) forms_max: usize,
    /// Whether the unit evaluates the rest of the text, too.
    pub(super) goes_on: bool,
    /// So many forms of the text are evaluated.
    pub(super) forms: usize,
    /// So many forms stand before the first mistake.
    pub(super) forms_before_mistake: Option<usize>,
}

impl Turn {
    pub(super) fn new(order: FormOrder, goes_on: bool) -> Self {
        Self {
            order,
            forms_max: usize::MAX,
            goes_on,
            forms: 0,
            forms_before_mistake: None,
        }
    }

    /// Learns that the form with this index, or what is behind the last form, is a mistake. Whether the forms before it
    /// are evaluated first.
    pub(super) fn is_mistaken(&mut self, index: usize) -> bool {
        let runs_others = self.order == FormOrder::UpToMistake && index > 0;
        if runs_others {
            self.forms_before_mistake.get_or_insert(index);
        }
        runs_others
    }
}

impl Expander<'_> {
    /// Whether the unit ends with a form that became these items: what is behind it may mean something else when it has
    /// run.
    pub(super) fn ends_turn(&self, turn: &Turn, form_count: usize, first_item: usize) -> bool {
        if form_count >= turn.forms_max {
            return true;
        }
        let items = &self.items[first_item..];
        turn.order != FormOrder::Together
            && !self.registry.is_alone
            && self.registry.keys.may_evaluate
            && !items.iter().all(|item| is_inert(&self.program, item.value))
    }

    /// Lets the unit evaluate the forms of a text from this one on, after all else.
    pub(super) fn evaluate_rest(&mut self, text: &ReadText, first: usize, at: SyntaxId) {
        let name: Box<str> = (*self.sources.source(text.file).name).into();
        let mut data = Data::new();
        let indices = first..text.starts.len();
        let forms: Vec<DatumId> = indices
            .filter_map(|index| self.form_text(text, index, &mut data))
            .collect();
        let forms = data.push_list(&forms, None, Span::default());
        let name = data.push(DatumKind::String(name), Span::default());
        let operands = [name, forms].map(|operand| {
            let literal = self.program.add_literal(&data, operand);
            self.add(Expr::Quote(literal), at)
        });
        let procedure = self.global(&LOAD_FORMS.into(), Mutability::Immutable);
        let procedure = self.add(Expr::GlobalRef(procedure), at);
        let value = self.add(Expr::Call(procedure, operands.to_vec()), at);
        self.program.goes_on = true;
        self.items.push(ExpandedItem {
            target: None,
            value,
            at,
        });
    }

    /// A form of a text, or the mistake behind the last one, as the library takes it. `None` for libraries, which are
    /// in the unit, and where nothing but the end is.
    fn form_text(&self, text: &ReadText, index: usize, data: &mut Data) -> Option<DatumId> {
        let start = text.starts[index];
        let source = &self.sources.source(text.file).text;
        let end = match text.starts.get(index + 1) {
            Some(next) => next.offset as usize,
            None if text.mistake.is_none() => return None,
            None => source.len(),
        };
        let form = text.forms.get(index).copied();
        let is_library = |form| self.is_form_named(form, CoreForm::DefineLibrary.name());
        if form.is_some_and(is_library) {
            return None;
        }
        let next = text.forms.get(index + 1).copied();
        let is_followed = !next.is_some_and(is_library);
        let is_definition = is_followed && form.is_some_and(|form| self.seems_definition(form));
        let span = Span::new(start.offset, start.offset);
        let place = self.sources.place(FileSpan {
            file: text.file,
            span,
        });
        let before = |number: u32| {
            let count = Integer::Small(i64::from(number.saturating_sub(1)));
            DatumKind::Number(Number::Integer(count))
        };
        let mut fields: [DatumKind; form_text::FIELDS] = [const { DatumKind::Null }; _];
        fields[form_text::TEXT] = DatumKind::String(source[start.offset as usize..end].into());
        fields[form_text::LINE] = before(place.line);
        fields[form_text::COLUMN] = before(place.column);
        fields[form_text::IS_DEFINITION] = DatumKind::Boolean(is_definition);
        fields[form_text::FOLDS_CASE] = DatumKind::Boolean(start.folds_case);
        let fields = fields.map(|field| data.push(field, span));
        Some(data.push(DatumKind::Vector(fields.to_vec()), span))
    }

    /// Whether a form looks as if it defined something: a guess that decides how many forms share a unit.
    fn seems_definition(&self, form: SyntaxId) -> bool {
        let head = self.syntax.as_pair(form).map(|(head, _)| head);
        match head.map(|head| self.syntax.node(head)) {
            Some(Node::Name(name)) => self.text(*name).starts_with("define"),
            _ => false,
        }
    }
}

/// Whether no code of the program runs while an expression is evaluated, but that of the expression itself, and that
/// calls nothing.
fn is_inert(program: &Program, value: ExprId) -> bool {
    let mut pending = vec![value];
    while let Some(value) = pending.pop() {
        match program.expr(value) {
            Expr::Quote(_) | Expr::Local(_) | Expr::GlobalRef(_) | Expr::Lambda(_) => {}
            &(Expr::SetLocal(_, value)
            | Expr::GlobalSet(_, value)
            | Expr::GlobalDefine(_, value)
            | Expr::CheckInitialized(_, value)
            | Expr::Fix(_, value)) => pending.push(value),
            &Expr::If(test, consequent, alternative) => {
                pending.extend([test, consequent, alternative]);
            }
            Expr::Sequence(parts) | Expr::Primitive(_, parts) => pending.extend(parts),
            Expr::Let(bindings, body) | Expr::Letrec(bindings, body) => {
                pending.extend(bindings.iter().map(|&(_, value)| value));
                pending.push(*body);
            }
            &Expr::Receive { producer, body, .. } => pending.extend([producer, body]),
            Expr::Call(..) | Expr::CallKnown(..) | Expr::Labels(..) | Expr::Goto(..) => {
                return false;
            }
        }
    }
    true
}
