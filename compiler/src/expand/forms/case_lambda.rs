//! `case-lambda`: one procedure with optional parameters that calls the clause that fits.
//!
//! ```text
//! (case-lambda ((a) A) ((a b . c) B))
//!   =>  (letrec ((clause (lambda (a) A)) (clause (lambda (a b c) B)))
//!         (lambda (a #!optional b . c)
//!           (if (%default? b) (clause a) (clause a b c))))
//! ```
//!
//! If the numbers of parameters lie too far apart for optional parameters, the procedure takes a
//! list, and applies the clause that fits the list's length.

use abi::primitive::Primitive;
use abi::tag;

use super::super::denotation::CoreForm;
use super::super::expander::Expander;
use super::super::failure::Result;
use super::super::syntax::SyntaxId;
use super::procedure::Parameters;
use crate::core::ir::{Expr, ExprId, LambdaOrigin, VariableId};

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

/// How many more parameters one clause requires than another.
fn spread(clauses: &[Clause]) -> usize {
    let counts = || clauses.iter().map(|clause| clause.required);
    let least = counts().min().unwrap_or(0);
    counts().max().unwrap_or(0) - least
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
        let takes_list = spread(&clauses) > OPTIONAL_MAX;
        if !takes_list {
            // In the clause's own procedure the list of further arguments is one parameter more.
            for (formals, ..) in &mut parts {
                formals.required.extend(formals.rest.take());
            }
        }
        let all = clauses.clone();
        self.then(move |expander| {
            let closures = expander.pop_many(all.len());
            let dispatch = if takes_list {
                expander.dispatch_list(&all, id)
            } else {
                expander.dispatch(&all, id)
            };
            let bindings = all.iter().map(|clause| clause.procedure).zip(closures);
            expander.finish(Expr::Letrec(bindings.collect(), dispatch), id);
            Ok(())
        });
        for (formals, body, clause) in parts.into_iter().rev() {
            self.then(move |expander| expander.procedure("".into(), &formals, body, clause));
        }
        Ok(())
    }

    /// The procedure that takes no number of arguments at all.
    fn without_clauses(&mut self, at: SyntaxId) -> ExprId {
        let arguments = self.program.add_variable("arguments".into());
        let list = self.local(arguments, at);
        let body = self.refuse(&[], list, at);
        let parameters = Parameters {
            required: Vec::new(),
            optional: Vec::new(),
            rest: Some(arguments),
        };
        self.chooser(parameters, body, at)
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
            let call = if let Some(clause) = clauses.iter().find(accepts) {
                self.call_clause(*clause, given, None, at)
            } else {
                let list = self.list_of(given, None, at);
                self.refuse(clauses, list, at)
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
    fn dispatch_list(&mut self, clauses: &[Clause], at: SyntaxId) -> ExprId {
        let arguments = self.program.add_variable("arguments".into());
        let count = self.program.add_variable("count".into());
        let list = self.local(arguments, at);
        let mut body = self.refuse(clauses, list, at);
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

    /// Raises for the number of arguments, which no clause accepts.
    fn refuse(&mut self, clauses: &[Clause], arguments: ExprId, at: SyntaxId) -> ExprId {
        let accepted = self.quote_symbol(&accepted_in_words(clauses), at);
        let operands = vec![accepted, arguments];
        self.add(Expr::Primitive(Primitive::WrongArgumentCount, operands), at)
    }
}

/// What the clauses accept, as errors say it: "expected 1, 3 to 5 or at least 8 arguments".
fn accepted_in_words(clauses: &[Clause]) -> String {
    /// So many ranges of numbers are named; of more, the first and the last number.
    const RANGES_MAX: usize = 4;
    let rest = clauses.iter().filter(|clause| clause.has_rest);
    let from = rest.map(|clause| clause.required).min();
    let mut counts: Vec<usize> = clauses.iter().map(|clause| clause.required).collect();
    counts.retain(|&count| from.is_none_or(|from| count < from));
    counts.sort_unstable();
    counts.dedup();
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for &count in &counts {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == count => *last = count,
            _ => ranges.push((count, count)),
        }
    }
    let mut words: Vec<String> = Vec::new();
    if ranges.len() > RANGES_MAX {
        let (first, last) = (counts[0], counts[counts.len() - 1]);
        words.push(format!(
            "one of {} counts from {first} to {last}",
            counts.len()
        ));
    } else {
        for (first, last) in ranges {
            words.push(if first == last {
                first.to_string()
            } else {
                format!("{first} to {last}")
            });
        }
    }
    words.extend(from.map(|from| format!("at least {from}")));
    let Some(last) = words.pop() else {
        return "no number of arguments is accepted".to_owned();
    };
    let noun = if words.is_empty() && (last == "1" || last == "at least 1") {
        "argument"
    } else {
        "arguments"
    };
    if words.is_empty() {
        return format!("expected {last} {noun}");
    }
    format!("expected {} or {last} {noun}", words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Id;

    #[test]
    fn errors_name_the_numbers_of_arguments_that_clauses_accept() {
        let words = |counts: &[(usize, bool)]| {
            let clauses = counts.iter().map(|&(required, has_rest)| Clause {
                required,
                has_rest,
                procedure: VariableId::new(0),
            });
            accepted_in_words(&clauses.collect::<Vec<_>>())
        };
        assert_eq!(words(&[]), "no number of arguments is accepted");
        assert_eq!(words(&[(1, false)]), "expected 1 argument");
        assert_eq!(
            words(&[(3, false), (1, false)]),
            "expected 1 or 3 arguments"
        );
        let many = [(0, false), (2, false), (3, false), (5, true), (7, false)];
        assert_eq!(words(&many), "expected 0, 2 to 3 or at least 5 arguments");
        let even: Vec<(usize, bool)> = (0..10).map(|count| (2 * count, false)).collect();
        assert_eq!(
            words(&even),
            "expected one of 10 counts from 0 to 18 arguments"
        );
    }
}
