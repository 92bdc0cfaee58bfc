//! Core as text: S-expressions that [`parse`](super::parse()) reads back.
//!
//! ```text
//! (fix ((double.0 (lambda double.0 (x.1) (+ x.1 x.1)))) (call double.0 21))
//! ```
//!
//! A variable is its name and number, with a dot between or, at top level, `@`; an empty name is `_`. A
//! form's head is one of the words in [`head`] or the name of a primitive. Places are left out.

use abi::tag;
use syntax::number::write_flonum;
use syntax::{write_character, write_symbol};

use super::LiteralDatum;
use super::ir::{Expr, ExprId, GlobalId, LambdaId, Literal, LiteralId, Program, VariableId};
use super::text_layout::TextLayout;
use crate::id::Id;

/// The words that forms start with.
pub(crate) mod head {
    pub(crate) const CALL: &str = "call";
    pub(crate) const CALL_KNOWN: &str = "call-known";
    pub(crate) const CHECK_INITIALIZED: &str = "check-initialized";
    pub(crate) const DEFINE: &str = "define-global";
    pub(crate) const FIX: &str = "fix";
    pub(crate) const FREE: &str = "%free";
    pub(crate) const GLOBAL: &str = "global";
    pub(crate) const GOTO: &str = "goto";
    pub(crate) const IF: &str = "if";
    pub(crate) const IMMUTABLE: &str = "immutable";
    pub(crate) const LABELS: &str = "labels";
    pub(crate) const LAMBDA: &str = "lambda";
    pub(crate) const LET: &str = "let";
    pub(crate) const LETREC: &str = "letrec";
    pub(crate) const OPTIONAL: &str = "%optional";
    pub(crate) const QUOTE: &str = "quote";
    pub(crate) const RECEIVE: &str = "receive";
    pub(crate) const REST: &str = "%rest";
    pub(crate) const RETURNING: &str = "returning";
    pub(crate) const SEQUENCE: &str = "begin";
    pub(crate) const SET: &str = "set!";
    pub(crate) const SET_GLOBAL: &str = "set-global!";
    pub(crate) const THROUGH: &str = "%through";
    pub(crate) const WORD: &str = "word";
}

/// Immediates that have no external representation, by name.
pub(crate) const NAMED_WORDS: &[(u64, &str)] = &[
    (tag::UNSPECIFIED, "unspecified"),
    (tag::EOF, "eof"),
    (tag::UNBOUND, "unbound"),
    (tag::DEFAULT, "default"),
];

/// Stands for an empty name.
pub(crate) const NO_NAME: &str = "_";

impl Program {
    /// The program's body as text.
    pub fn to_text(&self) -> String {
        let mut printer = Printer {
            program: self,
            layout: TextLayout::default(),
            steps: vec![PrintStep::Expr(self.root())],
        };
        printer.run();
        printer.layout.finish()
    }
}

#[derive(Clone, Copy)]
enum PrintStep {
    Open,
    Close,
    Word(&'static str),
    Expr(ExprId),
    Variable(VariableId),
    Label(LambdaId),
    /// `(lambda name (parameters) body)`
    Lambda(LambdaId),
    /// What follows a label's or lambda's name.
    Signature(LambdaId),
    Global(GlobalId),
}

struct Printer<'program> {
    program: &'program Program,
    layout: TextLayout,
    steps: Vec<PrintStep>,
}

impl Printer<'_> {
    fn run(&mut self) {
        while let Some(step) = self.steps.pop() {
            match step {
                PrintStep::Open => self.layout.open(),
                PrintStep::Close => self.layout.close(),
                PrintStep::Word(word) => self.layout.atom(word),
                PrintStep::Expr(id) => self.expr(id),
                PrintStep::Variable(id) => {
                    let variable = self.program.variable(id);
                    let mark = if variable.top_level { '@' } else { '.' };
                    self.numbered(&variable.name, mark, id.number());
                }
                PrintStep::Label(id) => {
                    self.numbered(&self.program.lambda(id).name, '.', id.number());
                }
                PrintStep::Lambda(id) => {
                    self.form(
                        head::LAMBDA,
                        &[PrintStep::Label(id), PrintStep::Signature(id)],
                    );
                }
                PrintStep::Signature(id) => self.signature(id),
                PrintStep::Global(id) => {
                    let global = &self.program.globals[id];
                    self.layout.open();
                    self.layout.atom(if global.returns_itself {
                        head::RETURNING
                    } else if global.immutable {
                        head::IMMUTABLE
                    } else {
                        head::GLOBAL
                    });
                    self.symbol(&global.key);
                    self.layout.close();
                }
            }
        }
    }

    fn symbol(&mut self, name: &str) {
        let mut text = String::new();
        write_symbol(name, &mut text).expect("a string takes any text");
        self.layout.atom(&text);
    }

    fn numbered(&mut self, name: &str, mark: char, number: u32) {
        let name = if name.is_empty() { NO_NAME } else { name };
        self.symbol(&format!("{name}{mark}{number}"));
    }

    /// Schedules a list that starts with a word.
    fn form(&mut self, word: &'static str, rest: &[PrintStep]) {
        self.steps.push(PrintStep::Close);
        self.steps.extend(rest.iter().rev());
        self.steps.push(PrintStep::Word(word));
        self.steps.push(PrintStep::Open);
    }

    fn expr(&mut self, id: ExprId) {
        let all = |ids: &[ExprId]| ids.iter().copied().map(PrintStep::Expr).collect::<Vec<_>>();
        let program = self.program;
        match program.expr(id) {
            Expr::Quote(literal) => self.literal(*literal),
            Expr::Local(variable) => self.steps.push(PrintStep::Variable(*variable)),
            Expr::SetLocal(variable, value) => {
                self.form(
                    head::SET,
                    &[PrintStep::Variable(*variable), PrintStep::Expr(*value)],
                );
            }
            Expr::GlobalRef(global) => self.steps.push(PrintStep::Global(*global)),
            Expr::GlobalSet(global, value) => self.form(
                head::SET_GLOBAL,
                &[PrintStep::Global(*global), PrintStep::Expr(*value)],
            ),
            Expr::GlobalDefine(global, value) => {
                self.form(
                    head::DEFINE,
                    &[PrintStep::Global(*global), PrintStep::Expr(*value)],
                );
            }
            Expr::If(test, consequent, alternative) => {
                self.form(head::IF, &all(&[*test, *consequent, *alternative]));
            }
            Expr::Sequence(parts) => self.form(head::SEQUENCE, &all(parts)),
            Expr::Let(bindings, body) => self.bindings(head::LET, bindings, *body),
            Expr::Letrec(bindings, body) => self.bindings(head::LETREC, bindings, *body),
            Expr::Lambda(lambda) => self.steps.push(PrintStep::Lambda(*lambda)),
            Expr::Fix(bindings, body) => self.fix(bindings, *body),
            Expr::Call(operator, operands) => {
                let mut steps = vec![PrintStep::Expr(*operator)];
                steps.extend(all(operands));
                self.form(head::CALL, &steps);
            }
            Expr::CallKnown(variable, operands) => {
                let mut steps = vec![PrintStep::Variable(*variable)];
                steps.extend(all(operands));
                self.form(head::CALL_KNOWN, &steps);
            }
            Expr::Primitive(primitive, operands) => self.form(primitive.name(), &all(operands)),
            Expr::Receive {
                required,
                rest,
                producer,
                body,
            } => {
                let mut steps = parameters(required, &[], *rest);
                steps.extend(all(&[*producer, *body]));
                self.form(head::RECEIVE, &steps);
            }
            Expr::Labels(labels, body) => self.labels(labels, *body),
            Expr::Goto(label, operands) => {
                let mut steps = vec![PrintStep::Label(*label)];
                steps.extend(all(operands));
                self.form(head::GOTO, &steps);
            }
            Expr::CheckInitialized(variable, value) => self.form(
                head::CHECK_INITIALIZED,
                &[PrintStep::Variable(*variable), PrintStep::Expr(*value)],
            ),
        }
    }

    fn bindings(&mut self, word: &'static str, bindings: &[(VariableId, ExprId)], body: ExprId) {
        let mut steps = vec![PrintStep::Open];
        for &(variable, init) in bindings {
            steps.push(PrintStep::Open);
            steps.push(PrintStep::Variable(variable));
            steps.push(PrintStep::Expr(init));
            steps.push(PrintStep::Close);
        }
        steps.push(PrintStep::Close);
        steps.push(PrintStep::Expr(body));
        self.form(word, &steps);
    }

    fn fix(&mut self, bindings: &[(VariableId, LambdaId)], body: ExprId) {
        let mut steps = vec![PrintStep::Open];
        for &(variable, lambda) in bindings {
            steps.push(PrintStep::Open);
            steps.push(PrintStep::Variable(variable));
            steps.push(PrintStep::Lambda(lambda));
            steps.push(PrintStep::Close);
        }
        steps.push(PrintStep::Close);
        steps.push(PrintStep::Expr(body));
        self.form(head::FIX, &steps);
    }

    fn labels(&mut self, labels: &[LambdaId], body: ExprId) {
        let mut steps = vec![PrintStep::Open];
        for &label in labels {
            steps.push(PrintStep::Open);
            steps.push(PrintStep::Label(label));
            steps.push(PrintStep::Signature(label));
            steps.push(PrintStep::Close);
        }
        steps.push(PrintStep::Close);
        steps.push(PrintStep::Expr(body));
        self.form(head::LABELS, &steps);
    }

    fn signature(&mut self, id: LambdaId) {
        let lambda = self.program.lambda(id);
        let mut steps = parameters(&lambda.required, &lambda.optional, lambda.rest);
        if !lambda.free.is_empty() {
            steps.push(PrintStep::Open);
            steps.push(PrintStep::Word(head::FREE));
            steps.extend(lambda.free.iter().copied().map(PrintStep::Variable));
            steps.push(PrintStep::Close);
        }
        if !lambda.through.is_empty() {
            steps.push(PrintStep::Open);
            steps.push(PrintStep::Word(head::THROUGH));
            for &(variable, holder) in &lambda.through {
                steps.push(PrintStep::Open);
                steps.push(PrintStep::Variable(variable));
                steps.push(PrintStep::Variable(holder));
                steps.push(PrintStep::Close);
            }
            steps.push(PrintStep::Close);
        }
        steps.push(PrintStep::Expr(lambda.body));
        self.steps.extend(steps.iter().rev());
    }

    fn literal(&mut self, id: LiteralId) {
        match self.program.literals[id] {
            Literal::Word(word) => self.word(word),
            Literal::Datum(LiteralDatum(datum)) => {
                self.layout.open();
                self.layout.atom(head::QUOTE);
                self.layout.atom(&self.program.data.to_text(datum));
                self.layout.close();
            }
        }
    }

    fn word(&mut self, word: u64) {
        let written = "a string takes any text";
        let mut text = String::new();
        if tag::is_fixnum(word) {
            text = tag::fixnum_value(word).to_string();
        } else if tag::is_self_tagged_flonum(word) {
            write_flonum(tag::flonum_value(word), &mut text).expect(written);
        } else if let Some(character) = tag::character_value(word) {
            write_character(character, &mut text).expect(written);
        } else {
            text = match word {
                tag::TRUE => "#t".into(),
                tag::FALSE => "#f".into(),
                tag::NULL => "()".into(),
                _ => {
                    let name = NAMED_WORDS.iter().find(|(named, _)| *named == word);
                    let name = name.map_or_else(|| word.to_string(), |(_, name)| (*name).into());
                    format!("({} {name})", head::WORD)
                }
            };
        }
        self.layout.atom(&text);
    }
}

fn parameters(
    required: &[VariableId],
    optional: &[VariableId],
    rest: Option<VariableId>,
) -> Vec<PrintStep> {
    let mut steps = vec![PrintStep::Open];
    steps.extend(required.iter().copied().map(PrintStep::Variable));
    for (word, variables) in [(head::OPTIONAL, optional), (head::REST, rest.as_slice())] {
        if !variables.is_empty() {
            steps.push(PrintStep::Word(word));
            steps.extend(variables.iter().copied().map(PrintStep::Variable));
        }
    }
    steps.push(PrintStep::Close);
    steps
}
