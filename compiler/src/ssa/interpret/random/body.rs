//! Bodies of random procedures: values in scope, and sequences of statements.

use std::fmt::Write as _;

use super::{CONTINUATION, COUNT, Choices, Kind, Known, TRACE, constant};

#[derive(Default)]
pub(super) struct Block {
    pub(super) parameters: Vec<u32>,
    pub(super) lines: Vec<String>,
    pub(super) end: String,
}

/// The loops around what is written.
#[derive(Clone)]
pub(super) struct Turn {
    pub(super) header: usize,
    pub(super) counter: u32,
    pub(super) step: i32,
    /// The variables behind the counter.
    pub(super) variables: Vec<(u32, Kind)>,
    /// An object of few elements, of the kind that the loop is over.
    pub(super) spare: (u32, Kind),
}

/// What is written of a procedure.
pub(super) struct Body<'a> {
    pub(super) choices: &'a mut Choices,
    pub(super) procedures: &'a [Known],
    /// Which of them this is.
    pub(super) own: Option<usize>,
    pub(super) blocks: Vec<Block>,
    pub(super) current: usize,
    pub(super) values: u32,
    pub(super) scope: Vec<(u32, Kind)>,
    pub(super) turns: Vec<Turn>,
    /// Conditions that were tested.
    pub(super) tested: Vec<String>,
    /// What was read, and with which kind of result.
    pub(super) read: Vec<(String, Kind)>,
    /// Objects and indices that went together.
    pub(super) accessed: Vec<(u32, u32, Kind)>,
    /// The number that the last condition compares.
    pub(super) compared: Option<u32>,
    pub(super) budget: usize,
}

impl<'a> Body<'a> {
    pub(super) fn new(
        choices: &'a mut Choices,
        procedures: &'a [Known],
        own: Option<usize>,
        budget: usize,
    ) -> Self {
        Self {
            choices,
            procedures,
            own,
            blocks: vec![Block::default()],
            current: 0,
            values: 0,
            scope: Vec::new(),
            turns: Vec::new(),
            tested: Vec::new(),
            read: Vec::new(),
            accessed: Vec::new(),
            compared: None,
            budget,
        }
    }

    /// The entry of a unit.
    pub(super) fn entry(choices: &'a mut Choices, procedures: &'a [Known]) -> String {
        let mut body = Self::new(choices, procedures, None, 12);
        for cell in 0..2 {
            if !body.choices.one_in(16) {
                let value = body.pick(Kind::Integer);
                body.effect(&format!("(cell-set! {cell} v{value})"));
            }
        }
        body.statements(1);
        for known in procedures.iter().rev() {
            for _ in 0..=body.choices.below(2) {
                let result = body.call(known);
                body.trace(result);
            }
        }
        // Back into the last continuation, a bounded number of times.
        let count = body.define(&format!("(global-ref {COUNT})"), Kind::Any);
        let continuation = body.define(&format!("(global-ref {CONTINUATION})"), Kind::Any);
        let (again, test, end) = (body.block(), body.block(), body.block());
        body.end(&format!(
            "(branch (compare-small > v{count} 0) (b{test}) (b{end}))"
        ));
        body.current = test;
        body.end(&format!(
            "(branch (true v{continuation}) (b{again}) (b{end}))"
        ));
        body.current = again;
        let less = body.define(&format!("(add-small v{count} -1)"), Kind::Any);
        body.effect(&format!("(global-set! {COUNT} v{less})"));
        let kind = body.choices.pick(&Kind::ALL);
        let value = body.pick(kind);
        body.end(&format!("(reinstate-value v{continuation} v{value})"));
        body.current = end;
        body.end(&format!("(return v{count})"));
        body.finish("\"\" 0 0 #f 0 ()")
    }

    /// One of the procedures.
    pub(super) fn procedure(
        choices: &'a mut Choices,
        procedures: &'a [Known],
        own: usize,
    ) -> String {
        let known = &procedures[own];
        let budget = 6 + choices.below(14);
        let mut body = Self::new(choices, procedures, Some(own), budget);
        let closure = (!known.free.is_empty()).then(|| body.parameter(0));
        for &kind in &known.parameters {
            let value = body.parameter(0);
            body.scope.push((value, kind));
        }
        if known.optional {
            let optional = body.parameter(0);
            body.scope.push((optional, Kind::Any));
            let is_missing = body.define(&format!("(primitive %default? v{optional})"), Kind::Any);
            body.trace(is_missing);
        }
        if known.rest {
            let rest = body.parameter(0);
            body.scope.push((rest, Kind::Pair));
            body.trace(rest);
        }
        if let Some(closure) = closure {
            for (index, &kind) in known.free.iter().enumerate() {
                body.define(&format!("(closure-ref v{closure} {index})"), kind);
            }
        }
        body.statements(0);
        let result = body.pick(known.result);
        body.end(&format!("(return v{result})"));
        body.tail_apply(result);
        let optional = usize::from(known.optional);
        let rest = if known.rest { "#t" } else { "#f" };
        let names = vec!["\"x\""; known.parameters.len() + optional + usize::from(known.rest)];
        let header = format!(
            "\"p\" {} {optional} {rest} {} ({})",
            known.parameters.len(),
            known.free.len(),
            names.join(" ")
        );
        body.finish(&header)
    }

    /// What is written, behind the `header` of the procedure.
    pub(super) fn finish(self, header: &str) -> String {
        let mut text = format!("(procedure {header}");
        for (number, block) in self.blocks.iter().enumerate() {
            let parameters: Vec<String> = block
                .parameters
                .iter()
                .map(|value| format!("v{value}"))
                .collect();
            write!(text, "\n (block b{number} ({})", parameters.join(" ")).expect("strings grow");
            for line in &block.lines {
                write!(text, "\n  {line}").expect("strings grow");
            }
            write!(text, "\n  {})", block.end).expect("strings grow");
        }
        text + ")\n"
    }

    pub(super) fn block(&mut self) -> usize {
        self.blocks.push(Block::default());
        self.blocks.len() - 1
    }

    pub(super) fn fresh(&mut self) -> u32 {
        self.values += 1;
        self.values - 1
    }

    pub(super) fn parameter(&mut self, block: usize) -> u32 {
        let value = self.fresh();
        self.blocks[block].parameters.push(value);
        value
    }

    pub(super) fn define(&mut self, operation: &str, kind: Kind) -> u32 {
        let value = self.fresh();
        let lines = &mut self.blocks[self.current].lines;
        lines.push(format!("(let v{value} {operation})"));
        self.scope.push((value, kind));
        value
    }

    pub(super) fn effect(&mut self, operation: &str) {
        let lines = &mut self.blocks[self.current].lines;
        lines.push(format!("(do {operation})"));
    }

    pub(super) fn end(&mut self, terminator: &str) {
        self.blocks[self.current].end = terminator.to_owned();
    }

    pub(super) fn trace(&mut self, value: u32) {
        self.effect(&format!("(global-set! {TRACE} v{value})"));
    }

    pub(super) fn is_in_scope(&self, value: u32) -> bool {
        self.scope.iter().any(|each| each.0 == value)
    }

    /// Whether all values that a text names are in scope.
    pub(super) fn is_all_in_scope(&self, text: &str) -> bool {
        let mut words = text.split([' ', ')']);
        words.all(|word| {
            let value = word
                .strip_prefix('v')
                .and_then(|number| number.parse().ok());
            value.is_none_or(|value| self.is_in_scope(value))
        })
    }

    /// A value that probably is of a kind.
    pub(super) fn pick(&mut self, kind: Kind) -> u32 {
        if self.choices.one_in(60) && !self.scope.is_empty() {
            let index = self.choices.below(self.scope.len());
            return self.scope[index].0;
        }
        let fitting: Vec<u32> = self
            .scope
            .iter()
            .filter(|(_, other)| *other == kind || kind == Kind::Any)
            .map(|&(value, _)| value)
            .collect();
        if fitting.is_empty() || self.choices.one_in(5) {
            return self.make(kind);
        }
        // Rather the last ones than those before.
        let back = self
            .choices
            .below(fitting.len())
            .min(self.choices.below(fitting.len()));
        fitting[fitting.len() - 1 - back]
    }

    /// A new value of a kind.
    pub(super) fn make(&mut self, kind: Kind) -> u32 {
        if let Some(operation) = constant(self.choices, kind) {
            return self.define(&operation, kind);
        }
        let count = self.choices.below(5);
        let operation = match kind {
            Kind::Vector | Kind::Bytevector if self.choices.one_in(2) => {
                let fill = self.pick(Kind::Integer);
                let length = self.define(&format!("(fixnum {count})"), Kind::Integer);
                match kind {
                    Kind::Vector => format!("(primitive %make-vector v{length} v{fill})"),
                    _ => format!("(primitive %make-bytevector v{length} v{length})"),
                }
            }
            Kind::Vector => self.list_of("vector", count, None),
            Kind::Bytevector => {
                let byte = self.define("(fixnum 200)", Kind::Integer);
                self.list_of("bytevector", count, Some(byte))
            }
            Kind::String => "(literal 15)".to_owned(),
            Kind::Pair => {
                let (car, cdr) = (self.any(), self.any());
                format!("(primitive cons v{car} v{cdr})")
            }
            _ => {
                let content = self.any();
                format!("(primitive %make-box v{content})")
            }
        };
        self.define(&operation, kind)
    }

    pub(super) fn list_of(&mut self, name: &str, count: usize, item: Option<u32>) -> String {
        let mut text = format!("(primitive {name}");
        for _ in 0..count {
            let value = item.unwrap_or_else(|| self.any());
            write!(text, " v{value}").expect("strings grow");
        }
        text + ")"
    }

    pub(super) fn any(&mut self) -> u32 {
        let kind = self.choices.pick(&Kind::ALL);
        if self.scope.is_empty() {
            return self.define("(fixnum 4)", Kind::Integer);
        }
        let fitting = self.scope.iter().any(|(_, other)| *other == kind);
        if fitting {
            self.pick(kind)
        } else {
            self.scope[self.choices.below(self.scope.len())].0
        }
    }

    pub(super) fn statements(&mut self, depth: usize) {
        for _ in 0..2 + self.choices.below(6) {
            if self.budget == 0 {
                return;
            }
            self.budget -= 1;
            match self.choices.below(20) {
                16 | 17 => self.repeat(),
                19 => self.access_apart(),
                18 if depth < 3 => self.bare_loop(depth),
                0 | 1 if depth < 3 => self.branch(depth),
                2..=4 if depth < 3 => self.turns(depth),
                5 => self.call_something(),
                6 => {
                    let value = self.any();
                    self.trace(value);
                }
                7 if depth < 3 => self.chain(depth),
                8 => self.cell(),
                9 if depth < 3 => self.receive(),
                10..=12 => self.access(),
                _ => self.compute(),
            }
            if self.choices.one_in(6)
                && let Some(&(value, _)) = self.scope.last()
            {
                self.trace(value);
            }
        }
    }

    pub(super) fn cell(&mut self) {
        let cell = self.choices.below(2);
        if self.choices.one_in(2) {
            let value = if self.choices.one_in(3) {
                self.any()
            } else {
                self.pick(Kind::Integer)
            };
            self.effect(&format!("(cell-set! {cell} v{value})"));
            return;
        }
        let value = self.define(&format!("(cell-ref {cell})"), Kind::Any);
        self.scope.pop();
        self.define(
            &format!("(check-initialized v{value} \"cell\")"),
            Kind::Integer,
        );
    }
}
