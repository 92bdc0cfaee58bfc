//! `define-record-type`: a record type, and procedures made of record primitives.

use std::rc::Rc;

use abi::primitive::Primitive;
use abi::tag;
use syntax::DatumKind;

use super::super::denotation::CoreForm;
use super::super::expander::Expander;
use super::super::failure::Result;
use super::super::name::Name;
use super::super::syntax::{Node, SyntaxId};
use crate::core::ir::{Expr, ExprId, LambdaOrigin, VariableId};

/// A record type definition, taken apart.
#[derive(Clone, Debug)]
pub(crate) struct RecordDefinition {
    pub(crate) at: SyntaxId,
    pub(crate) type_name: Name,
    pub(crate) fields: Vec<Name>,
    /// The procedures to define.
    pub(crate) procedures: Vec<(Name, RecordProcedure)>,
}

/// A procedure of a record type.
#[derive(Clone, Debug)]
pub(crate) enum RecordProcedure {
    /// Takes these fields, by index.
    Constructor(Vec<usize>),
    Predicate,
    Accessor(usize),
    Modifier(usize),
}

impl Expander<'_> {
    /// Reads `(define-record-type type constructor predicate field ...)`.
    pub(crate) fn record_definition(&mut self, id: SyntaxId) -> Result<RecordDefinition> {
        let form = CoreForm::DefineRecordType;
        let operands = self.operands(id, form, 3, usize::MAX)?;
        // Some dialects write (type option ...).
        let type_name = match self.syntax.as_pair(operands[0]) {
            Some((name, _)) => self.identifier(name, form)?,
            None => self.identifier(operands[0], form)?,
        };
        let mut fields = Vec::new();
        let mut accessors = Vec::new();
        for &field in &operands[3..] {
            let items = match self.syntax.as_name(field) {
                Some(_) => vec![field],
                None => self.syntax.proper_list(field).unwrap_or_default(),
            };
            if items.is_empty() || items.len() > 3 {
                let message = "define-record-type: expected a field (name accessor [modifier])";
                return Err(self.failure(field, message));
            }
            let index = fields.len();
            let name = self.identifier(items[0], form)?;
            if fields.contains(&name) {
                let text = self.text(name);
                let message = format!("define-record-type: `{text}` is the name of two fields");
                return Err(self.failure(items[0], message));
            }
            fields.push(name);
            if let Some(&accessor) = items.get(1) {
                accessors.push((
                    self.identifier(accessor, form)?,
                    RecordProcedure::Accessor(index),
                ));
            }
            if let Some(&modifier) = items.get(2) {
                accessors.push((
                    self.identifier(modifier, form)?,
                    RecordProcedure::Modifier(index),
                ));
            }
        }
        let mut procedures =
            self.constructor_and_predicate(type_name, &fields, [operands[1], operands[2]])?;
        procedures.extend(accessors);
        Ok(RecordDefinition {
            at: id,
            type_name,
            fields,
            procedures,
        })
    }

    /// The constructor and the predicate, of which either may be missing. `#t` gives them the usual names (SRFI 131).
    fn constructor_and_predicate(
        &mut self,
        type_name: Name,
        fields: &[Name],
        [constructor, predicate]: [SyntaxId; 2],
    ) -> Result<Vec<(Name, RecordProcedure)>> {
        let form = CoreForm::DefineRecordType;
        let mut procedures = Vec::new();
        let type_text = Rc::clone(self.text(type_name));
        let text = type_text
            .strip_prefix('<')
            .and_then(|text| text.strip_suffix('>'));
        let text = text.unwrap_or(&type_text);
        if self.is_boolean(constructor, true) {
            let all = (0..fields.len()).collect();
            let name = self.name_like(type_name, &format!("make-{text}"));
            procedures.push((name, RecordProcedure::Constructor(all)));
        } else {
            procedures.extend(self.constructor(constructor, fields)?);
        }
        if self.is_boolean(predicate, true) {
            let name = self.name_like(type_name, &format!("{text}?"));
            procedures.push((name, RecordProcedure::Predicate));
        } else if !self.is_false(predicate) {
            procedures.push((
                self.identifier(predicate, form)?,
                RecordProcedure::Predicate,
            ));
        }
        Ok(procedures)
    }

    fn is_false(&self, id: SyntaxId) -> bool {
        self.is_boolean(id, false)
    }

    fn is_boolean(&self, id: SyntaxId, value: bool) -> bool {
        matches!(self.syntax.node(id), Node::Atom(atom) if **atom == DatumKind::Boolean(value))
    }

    /// The name that the symbol `text` is where `name` was written (SRFI 131).
    fn name_like(&mut self, name: Name, text: &str) -> Name {
        let names = &mut self.registry.names;
        let symbol = names.symbol(text);
        names.in_context_of(name, symbol)
    }

    /// `#f`, a name (of a procedure that takes all fields) or `(name field ...)`.
    fn constructor(
        &self,
        id: SyntaxId,
        fields: &[Name],
    ) -> Result<Option<(Name, RecordProcedure)>> {
        let form = CoreForm::DefineRecordType;
        if self.is_false(id) {
            return Ok(None);
        }
        if let Some(name) = self.syntax.as_name(id) {
            let all = (0..fields.len()).collect();
            return Ok(Some((name, RecordProcedure::Constructor(all))));
        }
        let items = self.syntax.proper_list(id).unwrap_or_default();
        let Some((&name, parameters)) = items.split_first() else {
            let message =
                "define-record-type: expected a constructor (name field ...), a name or #f";
            return Err(self.failure(id, message));
        };
        let name = self.identifier(name, form)?;
        let mut indices = Vec::with_capacity(parameters.len());
        for &parameter in parameters {
            let field = self.identifier(parameter, form)?;
            let Some(index) = fields.iter().position(|&other| other == field) else {
                let message = format!("define-record-type: `{}` is not a field", self.text(field));
                return Err(self.failure(parameter, message));
            };
            if indices.contains(&index) {
                let message = format!(
                    "define-record-type: field `{}` is given twice",
                    self.text(field)
                );
                return Err(self.failure(parameter, message));
            }
            indices.push(index);
        }
        Ok(Some((name, RecordProcedure::Constructor(indices))))
    }

    /// The expression that makes the record type.
    pub(crate) fn record_type(&mut self, definition: &RecordDefinition) -> ExprId {
        let at = definition.at;
        let place = self.syntax.place(at);
        let mut fields = Vec::with_capacity(definition.fields.len());
        for &field in &definition.fields {
            fields.push(self.syntax.push(Node::Name(field), place));
        }
        let fields = self.syntax.push(Node::Vector(fields.into()), place);
        let name = Rc::clone(self.text(definition.type_name));
        let name = self.quote_symbol(&name, at);
        let fields = self.quote(fields, at);
        let parent = self.word(tag::FALSE, at);
        let operands = vec![name, fields, parent];
        self.add(Expr::Primitive(Primitive::MakeRecordType, operands), at)
    }

    /// A procedure of a record type; `record_type` refers to the type.
    pub(crate) fn record_procedure(
        &mut self,
        definition: &RecordDefinition,
        index: usize,
        record_type: Expr,
    ) -> ExprId {
        let at = definition.at;
        let (name, procedure) = &definition.procedures[index];
        let name = Rc::clone(self.text(*name));
        let record_type = self.add(record_type, at);
        let record = self.program.add_variable("record".into());
        let (parameters, primitive, operands) = match procedure {
            RecordProcedure::Constructor(indices) => {
                let (parameters, mut operands) = self.constructor_operands(definition, indices);
                operands.insert(0, record_type);
                (parameters, Primitive::MakeRecord, operands)
            }
            RecordProcedure::Predicate => {
                let operand = self.local(record, at);
                (
                    vec![record],
                    Primitive::IsRecordOf,
                    vec![operand, record_type],
                )
            }
            RecordProcedure::Accessor(field) => {
                let operand = self.local(record, at);
                let field = self.index(*field, at);
                (
                    vec![record],
                    Primitive::RecordRef,
                    vec![operand, record_type, field],
                )
            }
            RecordProcedure::Modifier(field) => {
                let value = self.program.add_variable("value".into());
                let operand = self.local(record, at);
                let field = self.index(*field, at);
                let new = self.local(value, at);
                let operands = vec![operand, record_type, field, new];
                (vec![record, value], Primitive::RecordSet, operands)
            }
        };
        let body = self.add(Expr::Primitive(primitive, operands), at);
        let closure = self.simple_closure(name, parameters, body, at);
        if let Expr::Lambda(lambda) = *self.program.expr(closure) {
            self.program.lambdas[lambda].origin = LambdaOrigin::RecordType;
        }
        closure
    }

    /// The constructor's parameters, and a value for each field.
    fn constructor_operands(
        &mut self,
        definition: &RecordDefinition,
        indices: &[usize],
    ) -> (Vec<VariableId>, Vec<ExprId>) {
        let at = definition.at;
        let mut given = vec![None; definition.fields.len()];
        let mut parameters = Vec::with_capacity(indices.len());
        for &index in indices {
            let parameter = self.variable(definition.fields[index]);
            given[index] = Some(parameter);
            parameters.push(parameter);
        }
        let mut operands = Vec::with_capacity(given.len());
        for parameter in given {
            operands.push(match parameter {
                Some(parameter) => self.local(parameter, at),
                None => self.word(tag::FALSE, at),
            });
        }
        (parameters, operands)
    }

    pub(crate) fn index(&mut self, index: usize, at: SyntaxId) -> ExprId {
        let word = tag::fixnum(index as i64).expect("sources are too short for larger indices");
        self.word(word, at)
    }
}
