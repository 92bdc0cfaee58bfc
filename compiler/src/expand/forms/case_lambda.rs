//! `case-lambda`: one procedure with optional parameters that calls the clause that fits.
//!
//! ```text
//! (case-lambda ((a) A) ((a b . c) B))
//!   =>  (letrec ((clause (lambda (a) A)) (clause (lambda (a b c) B)))
//!         (lambda (a #!optional b . c)
//!           (if (%default? b) (clause a) (clause a b c))))
//! ```

use abi::primitive::Primitive;
use abi::tag;

use super::super::denotation::CoreForm;
use super::super::expander::Expander;
use super::super::failure::Result;
use super::super::syntax::SyntaxId;
use super::Formals;
use super::procedure::Parameters;
use crate::core::ir::{Expr, ExprId, VariableId};

/// What a clause accepts, and the variable that its procedure is bound to.
#[derive(Clone, Copy)]
struct Clause {
    required: usize,
    has_rest: bool,
    procedure: VariableId,
}

impl Clause {
    fn accepts(&self, count: usize) -> bool {
        count == self.required || self.has_rest && count > self.required
    }
}

impl Expander<'_> {
    pub(super) fn case_lambda(&mut self, id: SyntaxId) -> Result<()> {
        let form = CoreForm::CaseLambda;
        let operands = self.operands(id, form, 1, usize::MAX)?;
        let mut clauses = Vec::with_capacity(operands.len());
        let mut parts = Vec::with_capacity(operands.len());
        for &clause in &operands {
            let items = self.syntax.proper_list(clause).unwrap_or_default();
            if items.len() < 2 {
                return Err(
                    self.failure(clause, "case-lambda: expected a clause (formals body ...)")
                );
            }
            let formals = self.formals(items[0], form)?;
            clauses.push(Clause {
                required: formals.required.len(),
                has_rest: formals.rest.is_some(),
                procedure: self.program.add_variable("clause".into()),
            });
            // In the clause's own procedure the list of further arguments is one parameter more.
            let mut required = formals.required;
            required.extend(formals.rest);
            let formals = Formals {
                required,
                ..Formals::default()
            };
            parts.push((formals, items[1..].to_vec(), clause));
        }
        let all = clauses.clone();
        self.then(move |expander| {
            let closures = expander.pop_many(all.len());
            let dispatch = expander.dispatch(&all, id);
            let bindings = all.iter().map(|clause| clause.procedure).zip(closures);
            expander.finish(Expr::Letrec(bindings.collect(), dispatch), id);
            Ok(())
        });
        for (formals, body, clause) in parts.into_iter().rev() {
            self.then(move |expander| expander.procedure("".into(), &formals, body, clause));
        }
        Ok(())
    }

    /// The procedure that looks at the number of its arguments.
    fn dispatch(&mut self, clauses: &[Clause], at: SyntaxId) -> ExprId {
        let counts = || clauses.iter().map(|clause| clause.required);
        let least = counts().min().unwrap_or(0);
        let most = counts().max().unwrap_or(0);
        let mut argument = |_| self.program.add_variable("argument".into());
        let arguments: Vec<VariableId> = (0..most).map(&mut argument).collect();
        let has_rest = clauses.iter().any(|clause| clause.has_rest);
        let rest = has_rest.then(|| argument(most));
        let mut body = self.with_most_arguments(clauses, &arguments, rest, at);
        for count in (least..most).rev() {
            let accepts = |clause: &&Clause| clause.accepts(count);
            let given = &arguments[..count];
            let call = match clauses.iter().find(accepts) {
                Some(clause) => self.call_clause(*clause, given, None, at),
                None => self.refuse(clauses[0], given, at),
            };
            let next = self.local(arguments[count], at);
            let is_missing = self.add(Expr::Primitive(Primitive::IsDefault, vec![next]), at);
            body = self.add(Expr::If(is_missing, call, body), at);
        }
        let parameters = Parameters {
            required: arguments[..least].to_vec(),
            optional: arguments[least..].to_vec(),
            rest,
        };
        self.closure("".into(), parameters, body, at)
    }

    /// What happens when no optional argument is missing.
    fn with_most_arguments(
        &mut self,
        clauses: &[Clause],
        arguments: &[VariableId],
        rest: Option<VariableId>,
        at: SyntaxId,
    ) -> ExprId {
        let exact = clauses
            .iter()
            .find(|clause| clause.accepts(arguments.len()))
            .copied();
        let Some(rest) = rest else {
            let exact = exact.expect("the clause with most parameters accepts that many");
            return self.call_clause(exact, arguments, None, at);
        };
        let more = clauses.iter().find(|clause| clause.accepts(usize::MAX));
        let more = *more.expect("the rest parameter comes from a clause");
        let further = self.call_clause(more, arguments, Some(rest), at);
        match exact {
            Some(exact) if exact.procedure != more.procedure => {
                let list = self.local(rest, at);
                let test = self.add(Expr::Primitive(Primitive::IsNull, vec![list]), at);
                let call = self.call_clause(exact, arguments, None, at);
                self.add(Expr::If(test, call, further), at)
            }
            _ => further,
        }
    }

    fn call_clause(
        &mut self,
        clause: Clause,
        arguments: &[VariableId],
        rest: Option<VariableId>,
        at: SyntaxId,
    ) -> ExprId {
        let (first, further) = arguments.split_at(clause.required);
        let mut operands: Vec<ExprId> = first
            .iter()
            .map(|&argument| self.local(argument, at))
            .collect();
        if clause.has_rest {
            operands.push(self.list_of(further, rest, at));
        }
        let operator = self.local(clause.procedure, at);
        self.add(Expr::Call(operator, operands), at)
    }

    /// A list of `arguments` before `rest`.
    fn list_of(
        &mut self,
        arguments: &[VariableId],
        rest: Option<VariableId>,
        at: SyntaxId,
    ) -> ExprId {
        let mut list = match rest {
            Some(rest) => self.local(rest, at),
            None => self.word(tag::NULL, at),
        };
        for &argument in arguments.iter().rev() {
            let item = self.local(argument, at);
            list = self.add(Expr::Primitive(Primitive::Cons, vec![item, list]), at);
        }
        list
    }

    /// Applies a clause that does not fit, which raises for the number of arguments.
    fn refuse(&mut self, clause: Clause, arguments: &[VariableId], at: SyntaxId) -> ExprId {
        let list = self.list_of(arguments, None, at);
        let procedure = self.local(clause.procedure, at);
        self.add(Expr::Primitive(Primitive::Apply, vec![procedure, list]), at)
    }
}
