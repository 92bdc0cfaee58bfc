//! `case-lambda`: one procedure with optional parameters that calls the clause that fits.
//!
//! ```text
//! (case-lambda ((a) A) ((a b . c) B))
//!   =>  (letrec ((clause (lambda (a) A)) (clause (lambda (a b c) B)))
//!         (lambda (a #!optional b . c)
//!           (if (%default? b) (clause a) (clause a b c))))
//! ```
//!
//! If no clause accepts some number between the least and the greatest, the procedure itself takes any number of
//! arguments, and refuses those that no clause accepts:
//!
//! ```text
//! (case-lambda ((a) A) ((a b c) C))
//!   =>  (letrec (…)
//!         (lambda (#!optional a b c . rest)
//!           (if (%default? a)
//!               (%wrong-argument-count '((1 . 1) (3 . 3)) 0 name)
//!               …)))
//! ```
//!
//! If the numbers of parameters lie too far apart for optional parameters, the procedure takes a
//! list, and applies the clause that fits the list's length.

use std::rc::Rc;

use abi::primitive::Primitive;
use abi::properties::{ArgumentCounts, ProcedureProperties};
use abi::tag;
use syntax::{DatumKind, Integer, Number};

use super::super::denotation::CoreForm;
use super::super::expander::Expander;
use super::super::failure::Result;
use super::super::syntax::SyntaxId;
use super::procedure::Parameters;
use crate::core::LiteralDatum;
use crate::core::ir::{Expr, ExprId, LambdaId, LambdaOrigin, Literal, LiteralId, VariableId};

/// The most optional parameters that are made: a procedure may not have many more.
const OPTIONAL_MAX: usize = 200;

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

/// The clauses of a form, for the procedure that chooses one.
#[derive(Clone, Copy)]
struct Choice<'clauses> {
    clauses: &'clauses [Clause],
    /// What they accept, as [`Primitive::WrongArgumentCount`] is told.
    accepted: LiteralId,
    /// The form.
    at: SyntaxId,
}

/// The least and the greatest number of parameters that a clause requires.
fn extremes(clauses: &[Clause]) -> (usize, usize) {
    let counts = || clauses.iter().map(|clause| clause.required);
    (counts().min().unwrap_or(0), counts().max().unwrap_or(0))
}

/// What the clauses accept, in order, with gaps in between.
fn accepted(clauses: &[Clause]) -> Vec<ArgumentCounts> {
    let narrow = |count| u32::try_from(count).expect("a form has fewer parameters");
    let mut counts: Vec<(u32, bool)> = clauses
        .iter()
        .map(|clause| (narrow(clause.required), clause.has_rest))
        .collect();
    counts.sort_unstable();
    let mut ranges: Vec<ArgumentCounts> = Vec::new();
    for (first, has_rest) in counts {
        let last = (!has_rest).then_some(first);
        match ranges.last_mut() {
            Some(ArgumentCounts { last: None, .. }) => {}
            Some(range) if range.last.is_some_and(|before| first <= before + 1) => {
                range.last = last;
            }
            _ => ranges.push(ArgumentCounts { first, last }),
        }
    }
    ranges
}

impl Expander<'_> {
    pub(super) fn case_lambda(&mut self, id: SyntaxId) -> Result<()> {
        let form = CoreForm::CaseLambda;
        let operands = self.operands(id, form, 0, usize::MAX)?;
        if operands.is_empty() {
            let procedure = self.without_clauses(id);
            self.push_value(procedure);
            return Ok(());
        }
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
            parts.push((formals, items[1..].to_vec(), clause));
        }
        let (least, most) = extremes(&clauses);
        let has_gaps = accepted(&clauses).len() > 1;
        let optional = if has_gaps { most } else { most - least };
        let takes_list = optional > OPTIONAL_MAX;
        if !takes_list {
            // In the clause's own procedure the list of further arguments is one parameter more.
            for (formals, ..) in &mut parts {
                formals.required.extend(formals.rest.take());
            }
        }
        let all = clauses.clone();
        self.then(move |expander| {
            let closures = expander.pop_many(all.len());
            let choice = expander.choice(&all, id);
            let dispatch = if takes_list {
                expander.dispatch_list(choice)
            } else {
                expander.dispatch(choice)
            };
            expander.note_properties_of_clauses(dispatch, &closures, &all);
            let bindings = all.iter().map(|clause| clause.procedure).zip(closures);
            expander.finish(Expr::Letrec(bindings.collect(), dispatch), id);
            Ok(())
        });
        for (formals, body, clause) in parts.into_iter().rev() {
            self.then(move |expander| expander.procedure("".into(), &formals, body, clause));
        }
        Ok(())
    }

    /// Notes what the clauses accept, and the documentation of the first one that has some.
    fn note_properties_of_clauses(
        &mut self,
        chooser: ExprId,
        closures: &[ExprId],
        clauses: &[Clause],
    ) {
        let lambda = |&closure: &ExprId| match *self.program.expr(closure) {
            Expr::Lambda(lambda) => Some(self.program.lambda(lambda)),
            _ => None,
        };
        let mut properties = closures
            .iter()
            .filter_map(lambda)
            .map(|clause| clause.properties.as_deref());
        let documentation = properties.find_map(|properties| properties?.documentation.clone());
        let accepted = Some(accepted(clauses));
        self.note_properties(
            chooser,
            ProcedureProperties {
                documentation,
                accepted,
            },
        );
    }

    /// The procedure that takes no number of arguments at all.
    fn without_clauses(&mut self, at: SyntaxId) -> ExprId {
        let arguments = self.program.add_variable("arguments".into());
        let list = self.local(arguments, at);
        let count = self.add(Expr::Primitive(Primitive::Length, vec![list]), at);
        let choice = self.choice(&[], at);
        let body = self.refuse(choice, count);
        let parameters = Parameters {
            required: Vec::new(),
            optional: Vec::new(),
            rest: Some(arguments),
        };
        let chooser = self.chooser(parameters, body, at);
        self.note_properties_of_clauses(chooser, &[], &[]);
        chooser
    }

    /// A procedure that chooses the clause.
    fn chooser(&mut self, parameters: Parameters, body: ExprId, at: SyntaxId) -> ExprId {
        let closure = self.closure("".into(), parameters, body, at);
        if let Expr::Lambda(lambda) = *self.program.expr(closure) {
            self.program.lambdas[lambda].origin = LambdaOrigin::CaseLambda;
        }
        closure
    }

    /// The procedure that looks at the number of its arguments.
    fn dispatch(&mut self, choice: Choice<'_>) -> ExprId {
        let Choice { clauses, at, .. } = choice;
        let (mut least, most) = extremes(clauses);
        let has_gaps = accepted(clauses).len() > 1;
        if has_gaps {
            least = 0;
        }
        let mut argument = |_| self.program.add_variable("argument".into());
        let arguments: Vec<VariableId> = (0..most).map(&mut argument).collect();
        let has_rest = has_gaps || clauses.iter().any(|clause| clause.has_rest);
        let rest = has_rest.then(|| argument(most));
        let mut body = self.with_most_arguments(choice, &arguments, rest);
        for count in (least..most).rev() {
            let accepts = |clause: &&Clause| clause.accepts(count);
            let given = &arguments[..count];
            let call = if let Some(clause) = clauses.iter().find(accepts) {
                self.call_clause(*clause, given, None, at)
            } else {
                let count = self.index(count, at);
                self.refuse(choice, count)
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
        self.chooser(parameters, body, at)
    }

    /// The procedure that looks at the length of the list of its arguments.
    fn dispatch_list(&mut self, choice: Choice<'_>) -> ExprId {
        let Choice { clauses, at, .. } = choice;
        let arguments = self.program.add_variable("arguments".into());
        let count = self.program.add_variable("count".into());
        let found = self.local(count, at);
        let mut body = self.refuse(choice, found);
        for &clause in clauses.iter().rev() {
            let call = self.apply_clause(clause, arguments, at);
            let found = self.local(count, at);
            let required = self.index(clause.required, at);
            let primitive = if clause.has_rest {
                Primitive::GreaterEqual
            } else {
                Primitive::NumberEqual
            };
            let test = self.add(Expr::Primitive(primitive, vec![found, required]), at);
            body = self.add(Expr::If(test, call, body), at);
        }
        let list = self.local(arguments, at);
        let length = self.add(Expr::Primitive(Primitive::Length, vec![list]), at);
        let body = self.add(Expr::Let(vec![(count, length)], body), at);
        let parameters = Parameters {
            required: Vec::new(),
            optional: Vec::new(),
            rest: Some(arguments),
        };
        self.chooser(parameters, body, at)
    }

    fn apply_clause(&mut self, clause: Clause, arguments: VariableId, at: SyntaxId) -> ExprId {
        let procedure = self.local(clause.procedure, at);
        let list = self.local(arguments, at);
        self.add(Expr::Primitive(Primitive::Apply, vec![procedure, list]), at)
    }

    /// What happens when no optional argument is missing.
    fn with_most_arguments(
        &mut self,
        choice: Choice<'_>,
        arguments: &[VariableId],
        rest: Option<VariableId>,
    ) -> ExprId {
        let Choice { clauses, at, .. } = choice;
        let exact = clauses
            .iter()
            .find(|clause| clause.accepts(arguments.len()))
            .copied();
        let Some(rest) = rest else {
            let exact = exact.expect("the clause with most parameters accepts that many");
            return self.call_clause(exact, arguments, None, at);
        };
        let more = clauses.iter().find(|clause| clause.accepts(usize::MAX));
        let more = more.copied();
        let further = match more {
            Some(more) => self.call_clause(more, arguments, Some(rest), at),
            None => self.refuse_more(choice, arguments.len(), rest),
        };
        match exact {
            Some(exact) if more.is_none_or(|more| exact.procedure != more.procedure) => {
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

    /// Refuses more arguments than `most`: those in the list `rest` too.
    fn refuse_more(&mut self, choice: Choice<'_>, most: usize, rest: VariableId) -> ExprId {
        let list = self.local(rest, choice.at);
        let length = self.add(Expr::Primitive(Primitive::Length, vec![list]), choice.at);
        let first = self.index(most, choice.at);
        let count = Expr::Primitive(Primitive::Add, vec![first, length]);
        let count = self.add(count, choice.at);
        self.refuse(choice, count)
    }

    /// Raises for the number of arguments, which no clause accepts. The name of the procedure comes later.
    fn refuse(&mut self, choice: Choice<'_>, count: ExprId) -> ExprId {
        let accepted = self.add(Expr::Quote(choice.accepted), choice.at);
        let name = self.word(tag::FALSE, choice.at);
        let operands = vec![accepted, count, name];
        let refusal = Expr::Primitive(Primitive::WrongArgumentCount, operands);
        self.add(refusal, choice.at)
    }

    fn choice<'clauses>(&mut self, clauses: &'clauses [Clause], at: SyntaxId) -> Choice<'clauses> {
        let accepted = self.accepted_literal(&accepted(clauses), at);
        Choice {
            clauses,
            accepted,
            at,
        }
    }

    /// `((first . last) …)`, with `#f` as the last number where there is none.
    fn accepted_literal(&mut self, ranges: &[ArgumentCounts], at: SyntaxId) -> LiteralId {
        let span = self.syntax.place(at).span;
        let data = &mut self.program.data;
        let number = |count: u32| DatumKind::Number(Number::Integer(Integer::Small(count.into())));
        let mut list = data.push(DatumKind::Null, span);
        for range in ranges.iter().rev() {
            let last = range.last.map_or(DatumKind::Boolean(false), number);
            let [first, last] = [number(range.first), last].map(|kind| data.push(kind, span));
            let range = data.push(DatumKind::Pair(first, last), span);
            list = data.push(DatumKind::Pair(range, list), span);
        }
        self.datum_literal(list)
    }

    /// Tells the refusals of a `case-lambda` the name of the variable that it is bound to.
    pub(crate) fn name_refusals(&mut self, procedure: LambdaId, name: &Rc<str>) {
        let mut literal: Option<LiteralId> = None;
        let mut pending = vec![self.program.lambda(procedure).body];
        while let Some(id) = pending.pop() {
            match self.program.expr(id) {
                Expr::If(_, then, otherwise) => pending.extend([*otherwise, *then]),
                Expr::Let(_, body) => pending.push(*body),
                Expr::Primitive(Primitive::WrongArgumentCount, operands) => {
                    let place = operands[2];
                    let literal = *literal.get_or_insert_with(|| {
                        let span = self.program.place(id).span;
                        let datum = self.program.data.push_symbol(name, span);
                        self.program
                            .literals
                            .push(Literal::Datum(LiteralDatum(datum)))
                    });
                    self.program.replace(place, Expr::Quote(literal));
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Id;

    #[test]
    fn clauses_accept_ranges_of_numbers() {
        let ranges = |counts: &[(usize, bool)]| {
            let clauses = counts.iter().map(|&(required, has_rest)| Clause {
                required,
                has_rest,
                procedure: VariableId::new(0),
            });
            let ranges = accepted(&clauses.collect::<Vec<_>>());
            let pair = |range: ArgumentCounts| (range.first, range.last);
            ranges.into_iter().map(pair).collect::<Vec<_>>()
        };
        assert_eq!(ranges(&[]), []);
        assert_eq!(ranges(&[(1, false)]), [(1, Some(1))]);
        assert_eq!(
            ranges(&[(3, false), (1, false)]),
            [(1, Some(1)), (3, Some(3))]
        );
        assert_eq!(
            ranges(&[(2, false), (1, false), (2, false)]),
            [(1, Some(2))]
        );
        let many = [(0, false), (2, false), (3, false), (5, true), (7, false)];
        assert_eq!(ranges(&many), [(0, Some(0)), (2, Some(3)), (5, None)]);
        assert_eq!(ranges(&[(1, false), (2, true), (4, true)]), [(1, None)]);
    }
}
