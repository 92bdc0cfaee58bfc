//! `if`, `cond`, `case`, `and`, `or`, `when`, `unless`.

use abi::primitive::Primitive;
use abi::tag;

use super::super::denotation::CoreForm;
use super::super::expander::Expander;
use super::super::failure::Result;
use super::super::syntax::{Node, SyntaxId};
use crate::core::ir::{Expr, ExprId, VariableId};

/// From this many data on, a clause of `case` searches a list.
const CASE_LIST_MIN: usize = 8;

/// A clause of `cond`; its parts are expanded in order.
enum CondClause {
    /// `(test)`
    Test,
    /// `(test => receiver)`
    Arrow,
    /// `(test expression ...)`, with the number of expressions.
    Body(usize),
}

/// What a clause of `case` does: its expressions, or the receiver after `=>`.
#[derive(Clone, Copy)]
enum CaseBody {
    Expressions(usize),
    Arrow,
}

impl Expander<'_> {
    pub(super) fn if_form(&mut self, id: SyntaxId) -> Result<()> {
        let operands = self.operands(id, CoreForm::If, 2, 3)?;
        let has_else = operands.len() == 3;
        self.then(move |expander| {
            let otherwise = if has_else {
                expander.pop()
            } else {
                expander.unspecified(id)
            };
            let consequent = expander.pop();
            let test = expander.pop();
            expander.finish(Expr::If(test, consequent, otherwise), id);
            Ok(())
        });
        self.later_all(&operands);
        Ok(())
    }

    pub(super) fn and(&mut self, id: SyntaxId) -> Result<()> {
        let operands = self.operands(id, CoreForm::And, 0, usize::MAX)?;
        let count = operands.len();
        self.then(move |expander| {
            let mut parts = expander.pop_many(count).into_iter().rev();
            let last = parts.next();
            let mut value = last.unwrap_or_else(|| expander.word(tag::TRUE, id));
            for part in parts {
                let otherwise = expander.word(tag::FALSE, id);
                value = expander.add(Expr::If(part, value, otherwise), id);
            }
            expander.push_value(value);
            Ok(())
        });
        self.later_all(&operands);
        Ok(())
    }

    pub(super) fn or(&mut self, id: SyntaxId) -> Result<()> {
        let operands = self.operands(id, CoreForm::Or, 0, usize::MAX)?;
        let count = operands.len();
        self.then(move |expander| {
            let mut parts = expander.pop_many(count).into_iter().rev();
            let last = parts.next();
            let mut value = last.unwrap_or_else(|| expander.word(tag::FALSE, id));
            for part in parts {
                value = expander.value_or(part, value, id);
            }
            expander.push_value(value);
            Ok(())
        });
        self.later_all(&operands);
        Ok(())
    }

    /// `first` if it is true, else `second`.
    fn value_or(&mut self, first: ExprId, second: ExprId, at: SyntaxId) -> ExprId {
        let variable = self.program.add_variable("test".into());
        let test = self.local(variable, at);
        let value = self.local(variable, at);
        let choice = self.add(Expr::If(test, value, second), at);
        self.add(Expr::Let(vec![(variable, first)], choice), at)
    }

    pub(super) fn when(&mut self, form: CoreForm, id: SyntaxId) -> Result<()> {
        let operands = self.operands(id, form, 1, usize::MAX)?;
        let count = operands.len() - 1;
        self.then(move |expander| {
            let parts = expander.pop_many(count);
            let body = expander.sequence(parts, id);
            let test = expander.pop();
            let nothing = expander.unspecified(id);
            let expr = match form {
                CoreForm::When => Expr::If(test, body, nothing),
                _ => Expr::If(test, nothing, body),
            };
            expander.finish(expr, id);
            Ok(())
        });
        self.later_all(&operands);
        Ok(())
    }

    pub(super) fn cond(&mut self, id: SyntaxId) -> Result<()> {
        let operands = self.operands(id, CoreForm::Cond, 1, usize::MAX)?;
        let mut clauses = Vec::with_capacity(operands.len());
        let mut parts = Vec::new();
        let mut else_count = None;
        for (index, &clause) in operands.iter().enumerate() {
            let items = self.clause(clause, CoreForm::Cond)?;
            if self.core_form(items[0]) == Some(CoreForm::Else) {
                self.check_else(&operands, index, items.len(), CoreForm::Cond)?;
                else_count = Some(items.len() - 1);
                parts.extend_from_slice(&items[1..]);
                continue;
            }
            parts.push(items[0]);
            if items.len() == 3 && self.core_form(items[1]) == Some(CoreForm::Arrow) {
                clauses.push((clause, CondClause::Arrow));
                parts.push(items[2]);
            } else if items.len() == 1 {
                clauses.push((clause, CondClause::Test));
            } else {
                clauses.push((clause, CondClause::Body(items.len() - 1)));
                parts.extend_from_slice(&items[1..]);
            }
        }
        self.then(move |expander| {
            let mut rest = match else_count {
                Some(count) => {
                    let parts = expander.pop_many(count);
                    expander.sequence(parts, id)
                }
                None => expander.unspecified(id),
            };
            for (at, clause) in clauses.into_iter().rev() {
                rest = expander.cond_clause(&clause, rest, at);
            }
            expander.push_value(rest);
            Ok(())
        });
        self.later_all(&parts);
        Ok(())
    }

    fn cond_clause(&mut self, clause: &CondClause, rest: ExprId, at: SyntaxId) -> ExprId {
        match *clause {
            CondClause::Test => {
                let test = self.pop();
                self.value_or(test, rest, at)
            }
            CondClause::Arrow => {
                let receiver = self.pop();
                let value = self.pop();
                let variable = self.program.add_variable("test".into());
                let test = self.local(variable, at);
                let operand = self.local(variable, at);
                let call = self.add(Expr::Call(receiver, vec![operand]), at);
                let choice = self.add(Expr::If(test, call, rest), at);
                self.add(Expr::Let(vec![(variable, value)], choice), at)
            }
            CondClause::Body(count) => {
                let parts = self.pop_many(count);
                let body = self.sequence(parts, at);
                let test = self.pop();
                self.add(Expr::If(test, body, rest), at)
            }
        }
    }

    /// The items of a clause: at least one.
    fn clause(&self, clause: SyntaxId, form: CoreForm) -> Result<Vec<SyntaxId>> {
        let items = self.syntax.proper_list(clause).unwrap_or_default();
        if items.is_empty() {
            let found = self.to_text(clause);
            let message = format!("{}: expected a clause, found {found}", form.name());
            return Err(self.failure(clause, message));
        }
        Ok(items)
    }

    fn check_else(
        &self,
        clauses: &[SyntaxId],
        index: usize,
        items: usize,
        form: CoreForm,
    ) -> Result<()> {
        let name = form.name();
        if index + 1 != clauses.len() {
            let message = format!("{name}: `else` must be the last clause");
            return Err(self.failure(clauses[index], message));
        }
        if items < 2 {
            let message = format!("{name}: expected an expression after `else`");
            return Err(self.failure(clauses[index], message));
        }
        Ok(())
    }

    pub(super) fn case(&mut self, id: SyntaxId) -> Result<()> {
        let operands = self.operands(id, CoreForm::Case, 2, usize::MAX)?;
        let mut clauses = Vec::with_capacity(operands.len() - 1);
        let mut otherwise = None;
        let mut parts = vec![operands[0]];
        for (index, &clause) in operands[1..].iter().enumerate() {
            let items = self.clause(clause, CoreForm::Case)?;
            let is_arrow = items.len() == 3 && self.core_form(items[1]) == Some(CoreForm::Arrow);
            let body = if is_arrow {
                parts.push(items[2]);
                CaseBody::Arrow
            } else {
                parts.extend_from_slice(&items[1..]);
                CaseBody::Expressions(items.len() - 1)
            };
            if self.core_form(items[0]) == Some(CoreForm::Else) {
                self.check_else(&operands[1..], index, items.len(), CoreForm::Case)?;
                otherwise = Some(body);
                continue;
            }
            let Some(data) = self.syntax.proper_list(items[0]) else {
                return Err(self.failure(items[0], "case: expected a list of data"));
            };
            clauses.push((clause, data, body));
        }
        self.then(move |expander| {
            let key = expander.program.add_variable("key".into());
            let mut rest = match otherwise {
                Some(body) => expander.case_body(body, key, id),
                None => expander.unspecified(id),
            };
            for (at, data, body) in clauses.into_iter().rev() {
                let body = expander.case_body(body, key, at);
                let test = expander.case_test(key, &data, at);
                rest = expander.add(Expr::If(test, body, rest), at);
            }
            let value = expander.pop();
            expander.finish(Expr::Let(vec![(key, value)], rest), id);
            Ok(())
        });
        self.later_all(&parts);
        Ok(())
    }

    fn case_body(&mut self, body: CaseBody, key: VariableId, at: SyntaxId) -> ExprId {
        match body {
            CaseBody::Expressions(count) => {
                let parts = self.pop_many(count);
                self.sequence(parts, at)
            }
            CaseBody::Arrow => {
                let receiver = self.pop();
                let operand = self.local(key, at);
                self.add(Expr::Call(receiver, vec![operand]), at)
            }
        }
    }

    /// Whether the key is one of `data`.
    fn case_test(&mut self, key: VariableId, data: &[SyntaxId], at: SyntaxId) -> ExprId {
        if data.len() >= CASE_LIST_MIN {
            let place = self.syntax.place(at);
            let null = self.syntax.push(Node::Null, place);
            let list = self.syntax.push_list(data, null, place);
            let list = self.quote(list, at);
            let key = self.local(key, at);
            return self.add(Expr::Primitive(Primitive::Memv, vec![key, list]), at);
        }
        let mut result = None;
        for &datum in data.iter().rev() {
            let primitive = if self.is_compared_by_identity(datum) {
                Primitive::IsEq
            } else {
                Primitive::IsEqv
            };
            let key = self.local(key, at);
            let quoted = self.quote(datum, datum);
            let test = self.add(Expr::Primitive(primitive, vec![key, quoted]), datum);
            result = Some(match result {
                None => test,
                Some(rest) => {
                    let yes = self.word(tag::TRUE, datum);
                    self.add(Expr::If(test, yes, rest), datum)
                }
            });
        }
        result.unwrap_or_else(|| self.word(tag::FALSE, at))
    }

    /// Whether `eq?` does for `eqv?`.
    fn is_compared_by_identity(&self, datum: SyntaxId) -> bool {
        match self.syntax.node(datum) {
            Node::Null | Node::Name(_) => true,
            Node::Atom(atom) => crate::core::immediate_word(atom)
                .is_some_and(|word| !tag::is_self_tagged_flonum(word)),
            _ => false,
        }
    }
}
