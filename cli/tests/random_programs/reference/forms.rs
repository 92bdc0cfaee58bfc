//! The forms that have names, and their meanings.

use std::rc::Rc;

use super::core::{Core, Guard, Key, Lambda};
use super::expand::{Expander, KEYWORDS, Result, Scope, constant, key_of, primitive, refuse, with};
use super::value::{RecordOperation, Value};
use crate::datum::Datum;

fn call(parts: Vec<Core>) -> Core {
    Core::Call(parts.into_iter().map(Rc::new).collect())
}

fn branch(test: Core, then: Core, other: Core) -> Core {
    Core::If(Rc::new(test), Rc::new(then), Rc::new(other))
}

fn procedure(parameters: Vec<Key>, rest: Option<Key>, body: Core) -> Core {
    let body = Rc::new(body);
    Core::Lambda(Rc::new(Lambda {
        parameters,
        rest,
        body,
    }))
}

const NOTHING: Core = Core::Constant(Value::Unspecified);

fn list_of(datum: &Datum) -> Result<&[Datum]> {
    match datum {
        Datum::List(items) => Ok(items),
        _ => refuse(datum),
    }
}

/// The two parts of each binding.
fn bindings(datum: &Datum) -> Result<Vec<(Datum, Datum)>> {
    let pairs = list_of(datum)?
        .iter()
        .map(|binding| match list_of(binding)? {
            [variable, init] => Ok((variable.clone(), init.clone())),
            _ => refuse(binding),
        });
    pairs.collect()
}

fn list(items: Vec<Datum>) -> Datum {
    Datum::List(items)
}

fn form_of(name: &str, items: impl IntoIterator<Item = Datum>) -> Datum {
    std::iter::once(Datum::symbol(name))
        .chain(items)
        .collect_list()
}

trait CollectList {
    fn collect_list(self) -> Datum;
}

impl<I: Iterator<Item = Datum>> CollectList for I {
    fn collect_list(self) -> Datum {
        list(self.collect())
    }
}

impl Expander {
    /// What the form stands for; `None` if no form has this name.
    pub(crate) fn form(
        &mut self,
        name: &str,
        parts: &[Datum],
        scope: &Scope,
    ) -> Option<Result<Core>> {
        Some(match (name, parts) {
            ("quote", [datum]) => constant(datum).map(Core::Constant),
            ("quasiquote", [template]) => self.quasiquote(template, 0, scope),
            ("lambda", [parameters, body @ ..]) => self.lambda(parameters, body, scope),
            ("set!", [variable, value]) => self.assignment(variable, value, scope),
            ("if", [test, then]) => self.conditional(test, then, None, scope),
            ("if", [test, then, other]) => self.conditional(test, then, Some(other), scope),
            ("begin", [_, ..]) => self.sequence(parts, scope),
            ("when", [test, body @ ..]) => self.when(test, body, scope),
            ("unless", [test, body @ ..]) => self.unless(test, body, scope),
            ("and", _) => self.and(parts, scope),
            ("or", _) => self.or(parts, scope),
            ("cond", _) => self.cond(parts, scope),
            ("case", [key, clauses @ ..]) => self.case(key, clauses, scope),
            ("let", [name @ Datum::Symbol(..), inits, body @ ..]) => {
                self.named_let(name, inits, body, scope)
            }
            ("let", [inits, body @ ..]) => self.plain_let(inits, body, scope),
            ("let*", [inits, body @ ..]) => self.let_star(inits, body, scope),
            ("letrec" | "letrec*", [inits, body @ ..]) => self.letrec(inits, body, scope),
            ("let-values", [inits, body @ ..]) => self.let_values(inits, body, scope),
            ("let*-values", [inits, body @ ..]) => self.let_star_values(inits, body, scope),
            ("receive", [formals, init, body @ ..]) => {
                let inits = list(vec![list(vec![formals.clone(), init.clone()])]);
                self.let_values(&inits, body, scope)
            }
            ("do", [variables, ends, body @ ..]) => self.do_loop(variables, ends, body, scope),
            ("case-lambda", clauses) => self.case_lambda(clauses, scope),
            ("parameterize", [bindings, body @ ..]) => self.parameterize(bindings, body, scope),
            ("guard", [clauses, body @ ..]) => self.guard(clauses, body, scope),
            _ if KEYWORDS.contains(&name) => Err(format!("parts of `{name}`")),
            _ => return None,
        })
    }

    fn assignment(&mut self, variable: &Datum, value: &Datum, scope: &Scope) -> Result<Core> {
        let value = self.shared(value, scope)?;
        Ok(match self.expression(variable, scope)? {
            Core::Local(key) => Core::SetLocal(key, value),
            Core::Global(name) => Core::SetGlobal(name, value),
            _ => return refuse(variable),
        })
    }

    fn conditional(
        &mut self,
        test: &Datum,
        then: &Datum,
        other: Option<&Datum>,
        scope: &Scope,
    ) -> Result<Core> {
        let other = other.map_or(Ok(NOTHING), |other| self.expression(other, scope))?;
        let (test, then) = (self.expression(test, scope)?, self.expression(then, scope)?);
        Ok(branch(test, then, other))
    }

    fn when(&mut self, test: &Datum, body: &[Datum], scope: &Scope) -> Result<Core> {
        let (test, body) = (self.expression(test, scope)?, self.sequence(body, scope)?);
        Ok(branch(test, body, NOTHING))
    }

    fn unless(&mut self, test: &Datum, body: &[Datum], scope: &Scope) -> Result<Core> {
        let (test, body) = (self.expression(test, scope)?, self.sequence(body, scope)?);
        Ok(branch(test, NOTHING, body))
    }

    fn and(&mut self, parts: &[Datum], scope: &Scope) -> Result<Core> {
        let [first, rest @ ..] = parts else {
            return Ok(Core::Constant(Value::Boolean(true)));
        };
        let first = self.expression(first, scope)?;
        if rest.is_empty() {
            return Ok(first);
        }
        let no = Core::Constant(Value::Boolean(false));
        Ok(branch(first, self.and(rest, scope)?, no))
    }

    fn or(&mut self, parts: &[Datum], scope: &Scope) -> Result<Core> {
        let [first, rest @ ..] = parts else {
            return Ok(Core::Constant(Value::Boolean(false)));
        };
        let first = self.expression(first, scope)?;
        if rest.is_empty() {
            return Ok(first);
        }
        let key = self.fresh("either");
        let rest = self.or(rest, scope)?;
        let body = branch(Core::Local(key.clone()), Core::Local(key.clone()), rest);
        Ok(call(vec![procedure(vec![key], None, body), first]))
    }

    fn cond(&mut self, clauses: &[Datum], scope: &Scope) -> Result<Core> {
        let [first, rest @ ..] = clauses else {
            return Ok(NOTHING);
        };
        match list_of(first)? {
            [word, body @ ..] if word.is_symbol("else") && rest.is_empty() => {
                self.sequence(body, scope)
            }
            [test] => {
                let key = self.fresh("either");
                let test = self.expression(test, scope)?;
                let rest = self.cond(rest, scope)?;
                let body = branch(Core::Local(key.clone()), Core::Local(key.clone()), rest);
                Ok(call(vec![procedure(vec![key], None, body), test]))
            }
            [test, arrow, receiver] if arrow.is_symbol("=>") => {
                let key = self.fresh("either");
                let test = self.expression(test, scope)?;
                let then = vec![self.expression(receiver, scope)?, Core::Local(key.clone())];
                let rest = self.cond(rest, scope)?;
                let body = branch(Core::Local(key.clone()), call(then), rest);
                Ok(call(vec![procedure(vec![key], None, body), test]))
            }
            [test, body @ ..] => {
                let test = self.expression(test, scope)?;
                let body = self.sequence(body, scope)?;
                Ok(branch(test, body, self.cond(rest, scope)?))
            }
            [] => refuse(first),
        }
    }

    fn case(&mut self, key: &Datum, clauses: &[Datum], scope: &Scope) -> Result<Core> {
        let variable = self.fresh("key");
        let key = self.expression(key, scope)?;
        let mut rest = NOTHING;
        for (index, clause) in clauses.iter().enumerate().rev() {
            let [keys, body @ ..] = list_of(clause)? else {
                return refuse(clause);
            };
            let body = self.sequence(body, scope)?;
            rest = if keys.is_symbol("else") {
                if index + 1 != clauses.len() {
                    return refuse(clause);
                }
                body
            } else {
                let keys = list_of(keys)?.iter().map(constant);
                let keys = Value::list(&keys.collect::<Result<Vec<_>>>()?);
                let operands = vec![Core::Local(variable.clone()), Core::Constant(keys)];
                branch(primitive("memv", operands), body, rest)
            };
        }
        Ok(call(vec![procedure(vec![variable], None, rest), key]))
    }

    fn plain_let(&mut self, inits: &Datum, body: &[Datum], scope: &Scope) -> Result<Core> {
        let inits = bindings(inits)?;
        let variables = list(inits.iter().map(|(variable, _)| variable.clone()).collect());
        let mut parts = vec![self.lambda(&variables, body, scope)?];
        for (_, init) in &inits {
            parts.push(self.expression(init, scope)?);
        }
        Ok(call(parts))
    }

    fn let_star(&mut self, inits: &Datum, body: &[Datum], scope: &Scope) -> Result<Core> {
        match list_of(inits)? {
            [] | [_] => self.plain_let(inits, body, scope),
            [first, rest @ ..] => {
                let mut inner = vec![list(rest.to_vec())];
                inner.extend(body.iter().cloned());
                let inner = form_of("let*", inner);
                self.plain_let(&list(vec![first.clone()]), &[inner], scope)
            }
        }
    }

    fn named_let(
        &mut self,
        name: &Datum,
        inits: &Datum,
        body: &[Datum],
        scope: &Scope,
    ) -> Result<Core> {
        let inits = bindings(inits)?;
        let variables = list(inits.iter().map(|(variable, _)| variable.clone()).collect());
        let key = key_of(name)?;
        let lambda = self.lambda(&variables, body, &with(scope, [key.clone()]))?;
        let start = Core::Initialize(key.clone(), Rc::new(lambda));
        let sequence = [Rc::new(start), Rc::new(Core::Local(key.clone()))];
        let operator = Core::Body([key].into(), Rc::new(Core::Sequence(sequence.into())));
        let mut parts = vec![operator];
        for (_, init) in &inits {
            parts.push(self.expression(init, scope)?);
        }
        Ok(call(parts))
    }

    /// Inits are evaluated in their order, each stored at once: `letrec` leaves that open.
    fn letrec(&mut self, inits: &Datum, body: &[Datum], scope: &Scope) -> Result<Core> {
        let mut forms = Vec::new();
        for (variable, init) in bindings(inits)? {
            forms.push(form_of("define", [variable, init]));
        }
        let inner = std::iter::once(list(Vec::new())).chain(body.iter().cloned());
        forms.push(form_of("let", inner));
        self.body(&forms, scope)
    }

    /// All inits come before all variables.
    fn let_values(&mut self, inits: &Datum, body: &[Datum], scope: &Scope) -> Result<Core> {
        let inits = bindings(inits)?;
        let mut variables = Vec::new();
        let mut steps = Vec::new();
        let mut last = Vec::new();
        for (formals, init) in &inits {
            let (names, rest) = match formals {
                Datum::List(names) => (&names[..], None),
                Datum::Dotted(names, tail) => (&names[..], Some(&**tail)),
                _ => (&[][..], Some(formals)),
            };
            let temporaries: Vec<Key> = names.iter().map(|_| self.fresh("value")).collect();
            let rest_key = rest.map(|_| self.fresh("values"));
            variables.extend(names.iter().chain(rest).cloned());
            last.extend(
                temporaries
                    .iter()
                    .chain(&rest_key)
                    .cloned()
                    .map(Core::Local),
            );
            steps.push((self.expression(init, scope)?, temporaries, rest_key));
        }
        let mut parts = vec![self.lambda(&list(variables), body, scope)?];
        parts.extend(last);
        let made = steps
            .into_iter()
            .rev()
            .fold(call(parts), |inner, (init, keys, rest)| {
                let producer = procedure(Vec::new(), None, init);
                primitive(
                    "call-with-values",
                    vec![producer, procedure(keys, rest, inner)],
                )
            });
        Ok(made)
    }

    fn let_star_values(&mut self, inits: &Datum, body: &[Datum], scope: &Scope) -> Result<Core> {
        match list_of(inits)? {
            [] | [_] => self.let_values(inits, body, scope),
            [first, rest @ ..] => {
                let mut inner = vec![list(rest.to_vec())];
                inner.extend(body.iter().cloned());
                let inner = form_of("let*-values", inner);
                self.let_values(&list(vec![first.clone()]), &[inner], scope)
            }
        }
    }

    fn do_loop(
        &mut self,
        variables: &Datum,
        ends: &Datum,
        body: &[Datum],
        scope: &Scope,
    ) -> Result<Core> {
        let (name, mark) = self.fresh("do");
        let name = Datum::Symbol(name, mark);
        let (mut inits, mut again) = (Vec::new(), vec![name.clone()]);
        for variable in list_of(variables)? {
            let (name, init, next) = match list_of(variable)? {
                [name, init] => (name, init, name),
                [name, init, next] => (name, init, next),
                _ => return refuse(variable),
            };
            inits.push(list(vec![name.clone(), init.clone()]));
            again.push(next.clone());
        }
        let [test, results @ ..] = list_of(ends)? else {
            return refuse(ends);
        };
        let result = if results.is_empty() {
            list(vec![
                Datum::symbol("if"),
                Datum::Literal("#f".into()),
                Datum::Literal("#f".into()),
            ])
        } else {
            form_of("begin", results.iter().cloned())
        };
        let turn = form_of("begin", body.iter().cloned().chain([list(again)]));
        let body = form_of("if", [test.clone(), result, turn]);
        self.named_let(&name, &list(inits), &[body], scope)
    }

    fn case_lambda(&mut self, clauses: &[Datum], scope: &Scope) -> Result<Core> {
        let mut lambdas = Vec::new();
        for clause in clauses {
            let [parameters, body @ ..] = list_of(clause)? else {
                return refuse(clause);
            };
            match self.lambda(parameters, body, scope)? {
                Core::Lambda(lambda) => lambdas.push(lambda),
                _ => return refuse(clause),
            }
        }
        Ok(Core::CaseLambda(lambdas.into()))
    }

    /// A call of the prelude's procedure.
    fn parameterize(&mut self, inits: &Datum, body: &[Datum], scope: &Scope) -> Result<Core> {
        let (mut parameters, mut values) = (Vec::new(), Vec::new());
        for (parameter, value) in bindings(inits)? {
            parameters.push(self.expression(&parameter, scope)?);
            values.push(self.expression(&value, scope)?);
        }
        let body = procedure(Vec::new(), None, self.body(body, scope)?);
        Ok(call(vec![
            Core::Global("%parameterize".into()),
            primitive("list", parameters),
            primitive("list", values),
            body,
        ]))
    }

    fn guard(&mut self, clauses: &Datum, body: &[Datum], scope: &Scope) -> Result<Core> {
        let [variable, clauses @ ..] = list_of(clauses)? else {
            return refuse(clauses);
        };
        let (variable, again) = (key_of(variable)?, self.fresh("again"));
        let body = Rc::new(self.body(body, scope)?);
        let mut clauses = clauses.to_vec();
        let has_else = clauses
            .last()
            .is_some_and(|last| last.form("else").is_some());
        if !has_else {
            let again = list(vec![Datum::Symbol(again.0.clone(), again.1)]);
            clauses.push(form_of("else", [again]));
        }
        let scope = with(scope, [variable.clone(), again.clone()]);
        let handler = Rc::new(self.cond(&clauses, &scope)?);
        Ok(Core::Guard(Rc::new(Guard {
            variable,
            again,
            handler,
            body,
        })))
    }

    fn quasiquote(&mut self, template: &Datum, level: usize, scope: &Scope) -> Result<Core> {
        if let Some([part]) = template.form("unquote") {
            if level == 0 {
                return self.expression(part, scope);
            }
            return self.quoted_form("unquote", part, level - 1, scope);
        }
        if let Some([part]) = template.form("quasiquote") {
            return self.quoted_form("quasiquote", part, level + 1, scope);
        }
        match template {
            Datum::List(items) => self.quasiquote_list(items, None, level, scope),
            Datum::Dotted(items, tail) => self.quasiquote_list(items, Some(tail), level, scope),
            Datum::Vector(items) => {
                let made = self.quasiquote_list(items, None, level, scope)?;
                Ok(primitive("list->vector", vec![made]))
            }
            _ => constant(template).map(Core::Constant),
        }
    }

    /// A quoted `unquote`, say: what it is about is an element of a list, where splicing works.
    fn quoted_form(
        &mut self,
        name: &'static str,
        part: &Datum,
        level: usize,
        scope: &Scope,
    ) -> Result<Core> {
        let parts = self.quasiquote_list(std::slice::from_ref(part), None, level, scope)?;
        let name = Core::Constant(Value::Symbol(name.into()));
        Ok(primitive("cons", vec![name, parts]))
    }

    fn quasiquote_list(
        &mut self,
        items: &[Datum],
        tail: Option<&Datum>,
        level: usize,
        scope: &Scope,
    ) -> Result<Core> {
        let mut made = match tail {
            Some(tail) => self.quasiquote(tail, level, scope)?,
            None => Core::Constant(Value::Null),
        };
        for item in items.iter().rev() {
            made = match item.form("unquote-splicing") {
                Some([part]) if level == 0 => {
                    let part = self.expression(part, scope)?;
                    primitive("append", vec![part, made])
                }
                Some([part]) => {
                    let inner = self.quoted_form("unquote-splicing", part, level - 1, scope)?;
                    primitive("cons", vec![inner, made])
                }
                _ => primitive("cons", vec![self.quasiquote(item, level, scope)?, made]),
            };
        }
        Ok(made)
    }

    /// `define-record-type`, as definitions.
    pub(crate) fn record_type(&mut self, parts: &[Datum]) -> Result<Vec<Core>> {
        let [_, constructor, predicate, fields @ ..] = parts else {
            return Err("parts of `define-record-type`".to_owned());
        };
        self.record_kinds += 1;
        let kind = self.record_kinds;
        let mut names = Vec::new();
        let mut made = Vec::new();
        let define = |name: &Datum, operation: RecordOperation| -> Result<Core> {
            let value = Core::Constant(Value::RecordOperation(Rc::new(operation)));
            Ok(Core::Define(key_of(name)?.0, Rc::new(value)))
        };
        for (field, parts) in fields.iter().enumerate() {
            let [name, get, set @ ..] = list_of(parts)? else {
                return refuse(parts);
            };
            names.push(name.clone());
            made.push(define(get, RecordOperation::Get { kind, field })?);
            for name in set {
                made.push(define(name, RecordOperation::Set { kind, field })?);
            }
        }
        let [constructor, arguments @ ..] = list_of(constructor)? else {
            return refuse(constructor);
        };
        let place = |name: &Datum| names.iter().position(|other| other == name);
        let fields = arguments.iter().map(place).collect::<Option<Vec<_>>>();
        let fields = fields.ok_or("a field that the type lacks")?;
        let size = names.len();
        made.push(define(
            constructor,
            RecordOperation::Make { kind, fields, size },
        )?);
        made.push(define(predicate, RecordOperation::Is { kind })?);
        Ok(made)
    }
}
