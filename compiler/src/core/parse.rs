//! Reading Core from text; see [`print`](super::print) for the form.

use abi::primitive::Primitive;
use syntax::{Data, DatumId, DatumKind};

use super::ir::{
    Expr, ExprId, Global, GlobalId, Lambda, LambdaId, LambdaOrigin, Program, SourcePlace, Variable,
    VariableId,
};
use super::print::{NAMED_WORDS, NO_NAME, head};
use crate::id::Id;
use crate::parse_error::ParseError;

/// Reads a program from the text of its body. Numbers of variables and lambdas stay as they are written.
///
/// # Errors
///
/// Where the text is not Core; the stage is not checked.
pub fn parse(text: &str) -> Result<Program, ParseError> {
    let (data, forms) = Data::parse(text)?;
    let &[form] = forms.as_slice() else {
        return Err(ParseError::Unexpected {
            expected: "one form",
            found: format!("{} forms", forms.len()),
        });
    };
    let mut parser = Parser {
        data: &data,
        program: Program::default(),
        steps: vec![ParseStep::Parse(form)],
        exprs: Vec::new(),
    };
    while let Some(step) = parser.steps.pop() {
        match step {
            ParseStep::Parse(datum) => parser.parse(datum)?,
            ParseStep::Build(shape) => parser.build(shape),
        }
    }
    parser.program.body = parser.exprs.pop();
    parser.name_procedures();
    Ok(parser.program)
}

enum ParseStep {
    Parse(DatumId),
    Build(Shape),
}

/// A form whose parts are on the stack of expressions.
enum Shape {
    If,
    Sequence(usize),
    Call(usize),
    CallKnown(VariableId, usize),
    Primitive(Primitive, usize),
    Goto(LambdaId, usize),
    Set(VariableId),
    SetGlobal(GlobalId),
    Define(GlobalId),
    CheckInitialized(VariableId),
    Let(Vec<VariableId>),
    Letrec(Vec<VariableId>),
    Fix(Vec<(VariableId, LambdaId)>),
    Labels(Vec<LambdaId>),
    Receive(Vec<VariableId>, Option<VariableId>),
    Lambda(LambdaId),
    /// Takes a lambda's body off the stack.
    Body(LambdaId),
}

struct Parser<'data> {
    data: &'data Data,
    program: Program,
    steps: Vec<ParseStep>,
    exprs: Vec<ExprId>,
}

type Parameters = (Vec<VariableId>, Vec<VariableId>, Option<VariableId>);

impl Parser<'_> {
    fn unexpected<T>(&self, expected: &'static str, found: DatumId) -> Result<T, ParseError> {
        Err(ParseError::unexpected(self.data, found, expected))
    }

    fn list<const N: usize>(
        &self,
        datum: DatumId,
        expected: &'static str,
    ) -> Result<[DatumId; N], ParseError> {
        let items = self.items(datum, expected)?;
        match items.try_into() {
            Ok(items) => Ok(items),
            Err(_) => self.unexpected(expected, datum),
        }
    }

    fn items(&self, datum: DatumId, expected: &'static str) -> Result<Vec<DatumId>, ParseError> {
        match self.data.proper_list(datum) {
            Some(items) => Ok(items),
            None => self.unexpected(expected, datum),
        }
    }

    fn parse(&mut self, datum: DatumId) -> Result<(), ParseError> {
        match self.data.kind(datum) {
            DatumKind::Symbol(_) => {
                let variable = self.variable(datum)?;
                self.push(Expr::Local(variable));
            }
            DatumKind::Pair(..) => {
                let items = self.items(datum, "a form")?;
                let (&operator, operands) = items.split_first().expect("a pair has a first item");
                let Some(word) = self.data.as_symbol(operator) else {
                    return self.unexpected("a word", operator);
                };
                self.form(word.to_owned().as_str(), datum, operands)?;
            }
            _ => {
                let literal = self.program.add_literal(self.data, datum);
                self.push(Expr::Quote(literal));
            }
        }
        Ok(())
    }

    fn push(&mut self, expr: Expr) {
        let id = self.program.add(expr, SourcePlace::default());
        self.exprs.push(id);
    }

    /// Schedules parts and then the form that they make.
    fn schedule(&mut self, parts: &[DatumId], shape: Shape) {
        self.steps.push(ParseStep::Build(shape));
        self.steps
            .extend(parts.iter().rev().map(|&part| ParseStep::Parse(part)));
    }

    fn form(&mut self, word: &str, datum: DatumId, rest: &[DatumId]) -> Result<(), ParseError> {
        match (word, rest) {
            (head::QUOTE, &[quoted]) => {
                let literal = self.program.add_literal(self.data, quoted);
                self.push(Expr::Quote(literal));
            }
            (head::WORD, &[name]) => self.word(name)?,
            (head::IF, &[_, _, _]) => self.schedule(rest, Shape::If),
            (head::SEQUENCE, &[_, ..]) => self.schedule(rest, Shape::Sequence(rest.len())),
            (head::CALL, &[_, ..]) => self.schedule(rest, Shape::Call(rest.len() - 1)),
            (head::CALL_KNOWN, &[callee, ref operands @ ..]) => {
                let callee = self.variable(callee)?;
                self.schedule(operands, Shape::CallKnown(callee, operands.len()));
            }
            (head::GOTO, &[label, ref operands @ ..]) => {
                let label = self.lambda_id(label)?;
                self.schedule(operands, Shape::Goto(label, operands.len()));
            }
            (head::SET, &[variable, value]) => {
                let variable = self.variable(variable)?;
                self.program.variables[variable].assigned = true;
                self.schedule(&[value], Shape::Set(variable));
            }
            (head::CHECK_INITIALIZED, &[variable, value]) => {
                let variable = self.variable(variable)?;
                self.schedule(&[value], Shape::CheckInitialized(variable));
            }
            (head::GLOBAL | head::IMMUTABLE | head::RETURNING, _) => {
                let global = self.global(datum)?;
                self.push(Expr::GlobalRef(global));
            }
            (head::SET_GLOBAL, &[global, value]) => {
                let global = self.global(global)?;
                self.schedule(&[value], Shape::SetGlobal(global));
            }
            (head::DEFINE, &[global, value]) => {
                let global = self.global(global)?;
                self.schedule(&[value], Shape::Define(global));
            }
            _ => return self.binding_form(word, datum, rest),
        }
        Ok(())
    }

    fn binding_form(
        &mut self,
        word: &str,
        datum: DatumId,
        rest: &[DatumId],
    ) -> Result<(), ParseError> {
        match (word, rest) {
            (head::LET | head::LETREC, &[bindings, body]) => {
                let (variables, mut parts) = self.bindings(bindings)?;
                parts.push(body);
                let shape = if word == head::LET {
                    Shape::Let(variables)
                } else {
                    Shape::Letrec(variables)
                };
                self.schedule(&parts, shape);
            }
            (head::LAMBDA, &[name, ref signature @ ..]) => {
                let id = self.lambda_id(name)?;
                self.steps.push(ParseStep::Build(Shape::Lambda(id)));
                self.signature(id, datum, signature)?;
            }
            (head::FIX, &[bindings, body]) => self.fix(bindings, body)?,
            (head::LABELS, &[labels, body]) => self.labels(labels, body)?,
            (head::RECEIVE, &[formals, producer, body]) => {
                let (required, _, rest) = self.parameters(formals)?;
                self.schedule(&[producer, body], Shape::Receive(required, rest));
            }
            _ => match Primitive::from_name(word) {
                Some(primitive) => self.schedule(rest, Shape::Primitive(primitive, rest.len())),
                None => return self.unexpected("a form of Core", datum),
            },
        }
        Ok(())
    }

    fn bindings(&mut self, datum: DatumId) -> Result<(Vec<VariableId>, Vec<DatumId>), ParseError> {
        let mut variables = Vec::new();
        let mut inits = Vec::new();
        for binding in self.items(datum, "bindings")? {
            let [variable, init] = self.list(binding, "a variable and an expression")?;
            variables.push(self.variable(variable)?);
            inits.push(init);
        }
        Ok((variables, inits))
    }

    fn fix(&mut self, bindings: DatumId, body: DatumId) -> Result<(), ParseError> {
        let (variables, lambdas) = self.bindings(bindings)?;
        let mut bound = Vec::new();
        let mut signatures = Vec::new();
        for (variable, lambda) in variables.into_iter().zip(lambdas) {
            let items = self.items(lambda, "a lambda expression")?;
            let [word, name, signature @ ..] = items.as_slice() else {
                return self.unexpected("a lambda expression", lambda);
            };
            if self.data.as_symbol(*word) != Some(head::LAMBDA) {
                return self.unexpected("a lambda expression", lambda);
            }
            let id = self.lambda_id(*name)?;
            bound.push((variable, id));
            signatures.push((id, lambda, signature.to_vec()));
        }
        self.schedule(&[body], Shape::Fix(bound));
        for (id, datum, signature) in signatures.into_iter().rev() {
            self.signature(id, datum, &signature)?;
        }
        Ok(())
    }

    fn labels(&mut self, labels: DatumId, body: DatumId) -> Result<(), ParseError> {
        let mut bound = Vec::new();
        let mut signatures = Vec::new();
        for label in self.items(labels, "labels")? {
            let items = self.items(label, "a label")?;
            let [name, signature @ ..] = items.as_slice() else {
                return self.unexpected("a label", label);
            };
            let id = self.lambda_id(*name)?;
            bound.push(id);
            signatures.push((id, label, signature.to_vec()));
        }
        self.schedule(&[body], Shape::Labels(bound));
        for (id, datum, signature) in signatures.into_iter().rev() {
            self.signature(id, datum, &signature)?;
        }
        Ok(())
    }

    /// Parameters, by choice free variables and those that others hold, and the body, which is scheduled.
    fn signature(
        &mut self,
        id: LambdaId,
        datum: DatumId,
        signature: &[DatumId],
    ) -> Result<(), ParseError> {
        let [formals, ref held @ .., body] = *signature else {
            return self.unexpected("parameters and a body", datum);
        };
        let (required, optional, rest) = self.parameters(formals)?;
        let (mut variables, mut through) = (Vec::new(), Vec::new());
        for &group in held {
            self.program.closed = true;
            let items = self.items(group, "free variables")?;
            match items.split_first() {
                Some((&word, items)) if self.data.as_symbol(word) == Some(head::FREE) => {
                    for &variable in items {
                        variables.push(self.variable(variable)?);
                    }
                }
                Some((&word, items)) if self.data.as_symbol(word) == Some(head::THROUGH) => {
                    for &pair in items {
                        let [variable, holder] = self.list(pair, "a variable and its holder")?;
                        through.push((self.variable(variable)?, self.variable(holder)?));
                    }
                }
                _ => return self.unexpected("free variables", group),
            }
        }
        let lambda = &mut self.program.lambdas[id];
        lambda.required = required;
        lambda.optional = optional;
        lambda.rest = rest;
        lambda.free = variables;
        lambda.through = through;
        self.schedule(&[body], Shape::Body(id));
        Ok(())
    }

    /// After closure conversion procedures know the variables that they are bound to.
    fn name_procedures(&mut self) {
        let program = &mut self.program;
        let fixes = program.exprs.iter().filter(|_| program.closed);
        for expr in fixes {
            if let Expr::Fix(bindings, _) = expr {
                for &(variable, lambda) in bindings {
                    program.lambdas[lambda].self_variable = Some(variable);
                }
            }
        }
    }

    fn parameters(&mut self, datum: DatumId) -> Result<Parameters, ParseError> {
        let mut groups = [Vec::new(), Vec::new(), Vec::new()];
        let mut group = 0;
        for item in self.items(datum, "parameters")? {
            match self.data.as_symbol(item) {
                Some(head::OPTIONAL) => group = 1,
                Some(head::REST) => group = 2,
                _ => groups[group].push(self.variable(item)?),
            }
        }
        let [required, optional, rest] = groups;
        Ok((required, optional, rest.first().copied()))
    }

    fn word(&mut self, name: DatumId) -> Result<(), ParseError> {
        let named = self
            .data
            .as_symbol(name)
            .and_then(|name| NAMED_WORDS.iter().find(|(_, known)| *known == name));
        let Some(&(word, _)) = named else {
            return self.unexpected("the name of an immediate", name);
        };
        let literal = self.program.add_word(word);
        self.push(Expr::Quote(literal));
        Ok(())
    }

    /// Name, mark and number of a variable or lambda.
    fn numbered(&self, datum: DatumId) -> Result<(std::rc::Rc<str>, bool, u32), ParseError> {
        let parsed = self.data.as_symbol(datum).and_then(|text| {
            let (name, number) = text.rsplit_once(['.', '@'])?;
            let is_top_level = text.as_bytes()[name.len()] == b'@';
            let name = if name == NO_NAME { "" } else { name };
            Some((name.into(), is_top_level, number.parse().ok()?))
        });
        match parsed {
            Some(parsed) => Ok(parsed),
            None => self.unexpected("a name and number", datum),
        }
    }

    fn variable(&mut self, datum: DatumId) -> Result<VariableId, ParseError> {
        let (name, top_level, number) = self.numbered(datum)?;
        let id = VariableId::new(number);
        while !self.program.variables.contains(id) {
            self.program.add_variable("".into());
        }
        let variable = &mut self.program.variables[id];
        *variable = Variable {
            name,
            top_level,
            ..variable.clone()
        };
        Ok(id)
    }

    fn lambda_id(&mut self, datum: DatumId) -> Result<LambdaId, ParseError> {
        let (name, _, number) = self.numbered(datum)?;
        let id = LambdaId::new(number);
        while !self.program.lambdas.contains(id) {
            self.program.add_lambda(Lambda {
                name: "".into(),
                required: Vec::new(),
                optional: Vec::new(),
                rest: None,
                body: ExprId::new(0),
                free: Vec::new(),
                through: Vec::new(),
                self_variable: None,
                place: SourcePlace::default(),
                origin: LambdaOrigin::Text,
                properties: None,
            });
        }
        self.program.lambdas[id].name = name;
        Ok(id)
    }

    fn global(&mut self, datum: DatumId) -> Result<GlobalId, ParseError> {
        let [word, key] = self.list(datum, "a global variable")?;
        let (Some(word), Some(key)) = (self.data.as_symbol(word), self.data.as_symbol(key)) else {
            return self.unexpected("a global variable", datum);
        };
        let global = Global {
            key: key.into(),
            immutable: matches!(word, head::IMMUTABLE | head::RETURNING),
            returns_itself: word == head::RETURNING,
        };
        let globals = &mut self.program.globals;
        let same = globals.entries().find(|(_, known)| **known == global);
        let known = same.map(|(id, _)| id);
        Ok(known.unwrap_or_else(|| globals.push(global)))
    }

    fn take(&mut self, count: usize) -> Vec<ExprId> {
        let start = self.exprs.len() - count;
        self.exprs.split_off(start)
    }

    fn take_one(&mut self) -> ExprId {
        self.exprs
            .pop()
            .expect("parts are parsed before their form")
    }

    fn build(&mut self, shape: Shape) {
        let expr = match shape {
            Shape::If => {
                let parts = self.take(3);
                Expr::If(parts[0], parts[1], parts[2])
            }
            Shape::Sequence(count) => Expr::Sequence(self.take(count)),
            Shape::Call(count) => {
                let operands = self.take(count);
                Expr::Call(self.take_one(), operands)
            }
            Shape::CallKnown(callee, count) => Expr::CallKnown(callee, self.take(count)),
            Shape::Primitive(primitive, count) => Expr::Primitive(primitive, self.take(count)),
            Shape::Goto(label, count) => Expr::Goto(label, self.take(count)),
            Shape::Set(variable) => Expr::SetLocal(variable, self.take_one()),
            Shape::SetGlobal(global) => Expr::GlobalSet(global, self.take_one()),
            Shape::Define(global) => Expr::GlobalDefine(global, self.take_one()),
            Shape::CheckInitialized(variable) => Expr::CheckInitialized(variable, self.take_one()),
            Shape::Let(variables) => {
                let body = self.take_one();
                let inits = self.take(variables.len());
                Expr::Let(variables.into_iter().zip(inits).collect(), body)
            }
            Shape::Letrec(variables) => {
                let body = self.take_one();
                let inits = self.take(variables.len());
                Expr::Letrec(variables.into_iter().zip(inits).collect(), body)
            }
            Shape::Fix(bindings) => Expr::Fix(bindings, self.take_one()),
            Shape::Labels(labels) => Expr::Labels(labels, self.take_one()),
            Shape::Receive(required, rest) => {
                let body = self.take_one();
                Expr::Receive {
                    required,
                    rest,
                    producer: self.take_one(),
                    body,
                }
            }
            Shape::Lambda(id) => Expr::Lambda(id),
            Shape::Body(id) => {
                self.program.lambdas[id].body = self.take_one();
                return;
            }
        };
        self.push(expr);
    }
}
