//! From data to core forms: variables, procedures, bodies, and the uses of macros.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::core::{Core, Key, Lambda};
use super::macros::Macro;
use super::number::Number;
use super::value::Value;
use crate::datum::Datum;

/// Why a text is no program, or none that this expander knows.
pub(crate) type Result<T> = std::result::Result<T, String>;

#[derive(Default)]
pub(crate) struct Expander {
    macros: BTreeMap<Rc<str>, Rc<Macro>>,
    marks: u32,
    pub(crate) record_kinds: usize,
    /// Variables that macros defined at the top level.
    marked: Vec<Key>,
    /// Every variable of the top level that is used.
    pub(crate) used: BTreeSet<Rc<str>>,
}

/// Names of forms, which are no variables.
pub(crate) const KEYWORDS: &[&str] = &[
    "quote",
    "quasiquote",
    "lambda",
    "set!",
    "if",
    "begin",
    "when",
    "unless",
    "case",
    "let",
    "let*",
    "letrec",
    "letrec*",
    "let-values",
    "let*-values",
    "receive",
    "do",
    "guard",
    "case-lambda",
    "parameterize",
    "define",
    "define-syntax",
    "else",
    "=>",
    "unquote",
    "unquote-splicing",
    "define-record-type",
    "...",
    "and",
    "or",
    "cond",
    "import",
    "syntax-rules",
    "_",
];

/// The variables of the text around a form, innermost last.
pub(crate) type Scope = Vec<Key>;

pub(crate) fn refuse<T>(datum: &Datum) -> Result<T> {
    Err(format!("not understood: {datum}"))
}

pub(crate) fn key_of(datum: &Datum) -> Result<Key> {
    match datum {
        Datum::Symbol(name, mark) => Ok((name.clone(), *mark)),
        _ => refuse(datum),
    }
}

pub(crate) fn with(scope: &Scope, keys: impl IntoIterator<Item = Key>) -> Scope {
    let mut inner = scope.clone();
    inner.extend(keys);
    inner
}

/// A use of a primitive, whatever the program's own variables are.
pub(crate) fn primitive(name: &'static str, operands: Vec<Core>) -> Core {
    let mut parts = vec![Rc::new(Core::Constant(Value::Primitive(name)))];
    parts.extend(operands.into_iter().map(Rc::new));
    Core::Call(parts.into())
}

pub(crate) fn constant(datum: &Datum) -> Result<Value> {
    let items = |list: &[Datum]| list.iter().map(constant).collect::<Result<Vec<_>>>();
    Ok(match datum {
        Datum::Symbol(name, _) => Value::Symbol(name.clone()),
        Datum::List(list) => Value::list(&items(list)?),
        Datum::Dotted(list, tail) => Value::list_before(&items(list)?, constant(tail)?),
        Datum::Vector(list) => Value::Vector(Rc::new(items(list)?.into())),
        Datum::Literal(text) => literal(text).ok_or_else(|| format!("no literal: {text}"))?,
    })
}

fn literal(text: &str) -> Option<Value> {
    if let Some(name) = text.strip_prefix("#\\") {
        let mut characters = name.chars();
        let only = (characters.next()?, characters.next());
        return Some(Value::Character(match only {
            (character, None) => character,
            _ if name == "space" => ' ',
            _ if name == "newline" => '\n',
            ('x', Some(_)) => char::from_u32(u32::from_str_radix(&name[1..], 16).ok()?)?,
            _ => return None,
        }));
    }
    if text.starts_with('"') {
        return Some(Value::String(Rc::new(content_of(text).into())));
    }
    match text {
        "#t" => Some(Value::Boolean(true)),
        "#f" => Some(Value::Boolean(false)),
        _ => Number::parse(text).map(Value::Number),
    }
}

/// The characters of a string literal.
fn content_of(text: &str) -> Vec<char> {
    let mut content = Vec::new();
    let mut rest = text[1..text.len() - 1].chars();
    while let Some(character) = rest.next() {
        content.push(match character {
            '\\' => match rest.next() {
                Some('n') => '\n',
                Some(other) => other,
                None => break,
            },
            _ => character,
        });
    }
    content
}

impl Expander {
    pub(crate) fn fresh(&mut self, name: &str) -> Key {
        self.marks += 1;
        (name.into(), self.marks)
    }

    pub(crate) fn expression(&mut self, datum: &Datum, scope: &Scope) -> Result<Core> {
        match datum {
            Datum::Symbol(name, mark) => {
                let key = (name.clone(), *mark);
                Ok(if scope.contains(&key) {
                    Core::Local(key)
                } else if self.marked.contains(&key) {
                    Core::Global(format!("{name}#{mark}").into())
                } else if KEYWORDS.contains(&&**name) || self.macros.contains_key(name) {
                    return Err(format!("a keyword as a variable: {name}"));
                } else {
                    self.used.insert(name.clone());
                    Core::Global(name.clone())
                })
            }
            Datum::Literal(_) => Ok(Core::Constant(constant(datum)?)),
            Datum::Vector(_) | Datum::Dotted(..) => refuse(datum),
            Datum::List(items) => {
                let [head, operands @ ..] = &items[..] else {
                    return refuse(datum);
                };
                if let Datum::Symbol(name, mark) = head
                    && !scope.contains(&(name.clone(), *mark))
                {
                    if let Some(expansion) = self.macro_use(datum) {
                        return self.expression(&expansion?, scope);
                    }
                    if let Some(core) = self.form(name, operands, scope) {
                        return core.map_err(|why| format!("{why} in {datum}"));
                    }
                }
                let parts = items.iter().map(|item| self.shared(item, scope));
                Ok(Core::Call(parts.collect::<Result<Vec<_>>>()?.into()))
            }
        }
    }

    pub(crate) fn shared(&mut self, datum: &Datum, scope: &Scope) -> Result<Rc<Core>> {
        self.expression(datum, scope).map(Rc::new)
    }

    /// What a form stands for, if its head names a macro.
    fn macro_use(&mut self, datum: &Datum) -> Option<Result<Datum>> {
        let Datum::List(items) = datum else {
            return None;
        };
        let Some(Datum::Symbol(name, _)) = items.first() else {
            return None;
        };
        let used = self.macros.get(name)?.clone();
        self.marks += 1;
        let expansion = used.expand(&items[1..], self.marks);
        Some(expansion.ok_or_else(|| format!("no rule fits: {datum}")))
    }

    pub(crate) fn sequence(&mut self, data: &[Datum], scope: &Scope) -> Result<Core> {
        if data.is_empty() {
            return Err("nothing to evaluate".to_owned());
        }
        let parts = data.iter().map(|datum| self.shared(datum, scope));
        Ok(Core::Sequence(parts.collect::<Result<Vec<_>>>()?.into()))
    }

    pub(crate) fn lambda(
        &mut self,
        parameters: &Datum,
        body: &[Datum],
        scope: &Scope,
    ) -> Result<Core> {
        let (list, rest) = match parameters {
            Datum::List(list) => (&list[..], None),
            Datum::Dotted(list, tail) => (&list[..], Some(key_of(tail)?)),
            Datum::Symbol(..) => (&[][..], Some(key_of(parameters)?)),
            _ => return refuse(parameters),
        };
        let parameters = list.iter().map(key_of).collect::<Result<Vec<_>>>()?;
        let all: Vec<Key> = parameters.iter().cloned().chain(rest.clone()).collect();
        if (1..all.len()).any(|index| all[..index].contains(&all[index])) {
            return Err("two parameters of one name".to_owned());
        }
        let body = Rc::new(self.body(body, &with(scope, all))?);
        Ok(Core::Lambda(Rc::new(Lambda {
            parameters,
            rest,
            body,
        })))
    }

    /// Definitions, and the expressions behind them.
    pub(crate) fn body(&mut self, data: &[Datum], scope: &Scope) -> Result<Core> {
        let mut definitions = Vec::new();
        let mut rest = Vec::new();
        let mut queue: Vec<Datum> = data.iter().rev().cloned().collect();
        while let Some(datum) = queue.pop() {
            if let Some(expansion) = self.macro_use(&datum) {
                queue.push(expansion?);
            } else if let Some(parts) = datum.form("begin")
                && (rest.is_empty() && !parts.is_empty())
            {
                queue.extend(parts.iter().rev().cloned());
            } else if let Some(parts) = datum.form("define") {
                if !rest.is_empty() {
                    return Err("a definition behind an expression".to_owned());
                }
                definitions.push(definition(parts)?);
            } else {
                rest.push(datum);
            }
        }
        if definitions.is_empty() {
            return self.sequence(&rest, scope);
        }
        let keys: Vec<Key> = definitions.iter().map(|(key, _)| key.clone()).collect();
        if (1..keys.len()).any(|index| keys[..index].contains(&keys[index])) {
            return Err("two definitions of one name".to_owned());
        }
        let inner = with(scope, keys.iter().cloned());
        let mut values = Vec::new();
        for (_, value) in &definitions {
            values.push(self.shared(value, &inner)?);
        }
        let body = self.sequence(&rest, &inner)?;
        let is_ordered = (0..keys.len()).all(|index| !values[index].names(&keys[index..]));
        if is_ordered {
            return Ok(one_by_one(keys, values, body));
        }
        let parts = keys.iter().cloned().zip(values);
        let parts = parts.map(|(key, value)| Rc::new(Core::Initialize(key, value)));
        let parts: Vec<Rc<Core>> = parts.chain([Rc::new(body)]).collect();
        Ok(Core::Body(
            keys.into(),
            Rc::new(Core::Sequence(parts.into())),
        ))
    }

    /// A form at the top level. A macro's definition becomes nothing.
    pub(crate) fn top_level(&mut self, datum: &Datum) -> Result<Vec<Core>> {
        let scope = Scope::new();
        if let Some([Datum::Symbol(name, _), rules]) = datum.form("define-syntax") {
            let made = Macro::new(rules).ok_or_else(|| format!("no macro of ours: {datum}"))?;
            self.macros.insert(name.clone(), Rc::new(made));
            return Ok(Vec::new());
        }
        if let Some(expansion) = self.macro_use(datum) {
            return self.top_level(&expansion?);
        }
        if let Some(parts) = datum.form("begin") {
            let parts = parts.iter().map(|part| self.top_level(part));
            return Ok(parts
                .collect::<Result<Vec<_>>>()?
                .into_iter()
                .flatten()
                .collect());
        }
        if let Some(parts) = datum.form("define") {
            let ((name, mark), value) = definition(parts)?;
            let global = if mark == 0 {
                name
            } else {
                let global = format!("{name}#{mark}").into();
                self.marked.push((name, mark));
                global
            };
            let value = self.shared(&value, &scope)?;
            return Ok(vec![Core::Define(global, value)]);
        }
        if let Some(parts) = datum.form("define-record-type") {
            return self.record_type(parts);
        }
        Ok(vec![self.expression(datum, &scope)?])
    }
}

/// The variable and the expression of `(define …)`.
fn definition(parts: &[Datum]) -> Result<(Key, Datum)> {
    let (parameters, body) = match parts {
        [variable @ Datum::Symbol(..), value] => return Ok((key_of(variable)?, value.clone())),
        [Datum::List(list), body @ ..] if !list.is_empty() => {
            (Datum::List(list[1..].to_vec()), body)
        }
        [Datum::Dotted(list, tail), body @ ..] => {
            let rest = list[1..].to_vec();
            let parameters = if rest.is_empty() {
                (**tail).clone()
            } else {
                Datum::Dotted(rest, tail.clone())
            };
            (parameters, body)
        }
        _ => return Err("no definition".to_owned()),
    };
    let name = &parts[0].children()[0];
    let mut lambda = vec![Datum::symbol("lambda"), parameters];
    lambda.extend(body.iter().cloned());
    Ok((key_of(name)?, Datum::List(lambda)))
}

/// Definitions of which none names itself or a later one. Each gets a location when its value is
/// there: a value that returns again gets another one, as in Cozen, Chez Scheme and Guile
/// (`fix_letrec`).
fn one_by_one(keys: Vec<Key>, values: Vec<Rc<Core>>, body: Core) -> Core {
    keys.into_iter()
        .zip(values)
        .rev()
        .fold(body, |body, (key, value)| {
            let lambda = Lambda {
                parameters: vec![key],
                rest: None,
                body: Rc::new(body),
            };
            let lambda = Rc::new(Core::Lambda(Rc::new(lambda)));
            Core::Call([lambda, value].into())
        })
}
