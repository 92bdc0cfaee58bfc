//! What may be named where an expression is made, and how calls are put together.

use std::fmt::Write as _;

use crate::random::Random;

/// What an expression is meant to return.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Number,
    Text,
    List,
    Boolean,
}

pub(super) use Kind::{Boolean, List, Number, Text};

/// An object that a section has in a variable.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Thing {
    Table,
    Output,
    Input,
    Vector,
    Text,
    Pairs,
    Bytes,
    Record,
    Parameter,
    /// The current output port may be another one.
    Console,
}

#[derive(Clone)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Counters of loops are not assigned.
    pub(super) may_change: bool,
}

/// What is visible at a place.
#[derive(Clone, Default)]
pub(super) struct Scope {
    pub(super) variables: Vec<Variable>,
    /// Procedures from numbers to a number, and how many they take.
    pub(super) procedures: Vec<(String, usize)>,
    /// Continuations that may be left to.
    pub(super) escapes: Vec<(String, Kind)>,
    pub(super) things: Vec<Thing>,
    /// Whether `kept` and `turns` are there.
    pub(super) may_jump: bool,
    /// Variables of the top level that `eval` may change, of numbers.
    pub(super) globals: Vec<String>,
    /// Procedures of the top level that `eval` may define again, from two numbers to a number.
    pub(super) replaced: Vec<String>,
}

pub(super) struct Maker<'a> {
    pub(super) random: &'a mut Random,
    pub(super) scope: Scope,
    /// Whether all operands whose order could be seen are bound one after the other.
    pub(super) is_ordered: bool,
    /// Whether the program has the environment of the interaction, or imports.
    pub(super) is_interaction: bool,
    /// Whether this is code for `eval`, which names what `(scheme base)` has.
    pub(super) is_closed: bool,
    /// How many expressions may still be made.
    pub(super) fuel: usize,
    pub(super) suffix: String,
}

impl Maker<'_> {
    pub(super) fn name(&mut self, stem: &str) -> String {
        self.random.name(stem)
    }

    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.random.chance(percent)
    }

    pub(super) fn pick(&mut self, from: &[&str]) -> String {
        self.random.pick(from).to_owned()
    }

    pub(super) fn kind(&mut self) -> Kind {
        [Number, Number, Number, Text, List, Boolean][self.random.below(6)]
    }

    /// Whether a thing is there, as it often is.
    pub(super) fn has(&self, thing: Thing) -> bool {
        self.scope.things.contains(&thing)
    }

    /// A variable of a kind.
    pub(super) fn variable(&mut self, kind: Kind) -> Option<String> {
        let all = self.scope.variables.iter();
        let all: Vec<&str> = all
            .filter(|variable| variable.kind == kind)
            .map(|variable| &*variable.name)
            .collect();
        (!all.is_empty()).then(|| self.random.pick(&all).to_owned())
    }

    /// What is made where the variables are there, too.
    pub(super) fn with<T>(
        &mut self,
        variables: &[(&str, Kind)],
        make: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let count = self.scope.variables.len();
        for (name, kind) in variables {
            self.scope.variables.push(Variable {
                name: (*name).to_owned(),
                kind: *kind,
                may_change: true,
            });
        }
        let made = make(self);
        self.scope.variables.truncate(count);
        made
    }

    /// What is made where a loop's counter is there, too.
    pub(super) fn with_counter<T>(&mut self, name: &str, make: impl FnOnce(&mut Self) -> T) -> T {
        self.scope.variables.push(Variable {
            name: name.to_owned(),
            kind: Number,
            may_change: false,
        });
        let made = make(self);
        self.scope.variables.pop();
        made
    }

    /// Code that names nothing but these numbers, and what `(scheme base)` has.
    pub(super) fn closed<T>(&mut self, numbers: &[&str], make: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::take(&mut self.scope);
        let was_closed = std::mem::replace(&mut self.is_closed, true);
        let variables: Vec<(&str, Kind)> = numbers.iter().map(|name| (*name, Number)).collect();
        let made = self.with(&variables, make);
        self.is_closed = was_closed;
        self.scope = outer;
        made
    }

    /// A call, or a binding of its operands around one.
    pub(super) fn call(&mut self, head: &str, operands: &[String]) -> String {
        let varying = operands.iter().filter(|text| !is_constant(text)).count();
        let has_call = operands
            .iter()
            .any(|text| text.starts_with('(') && !is_constant(text));
        let must_bind = self.is_ordered && varying > 1 && has_call;
        if !must_bind && (varying < 2 || !self.chance(5)) {
            return format!("({head} {})", operands.join(" "));
        }
        let mut bindings = String::new();
        let mut names = Vec::new();
        for operand in operands {
            if is_constant(operand) {
                names.push(operand.clone());
                continue;
            }
            let name = self.name("o");
            let _ = write!(bindings, "({name} {operand})");
            names.push(name);
        }
        format!("(let* ({bindings}) ({head} {}))", names.join(" "))
    }

    /// `let`, where the order of inits is not seen; otherwise `let*`.
    pub(super) fn let_of_many(&mut self) -> &'static str {
        if self.is_ordered || self.chance(40) {
            "let*"
        } else {
            "let"
        }
    }

    /// An expression of a kind.
    pub(super) fn expression(&mut self, kind: Kind, depth: usize) -> String {
        self.fuel = self.fuel.saturating_sub(1);
        if depth == 0 || self.fuel == 0 || self.chance(12) {
            return self.leaf(kind);
        }
        if self.chance(50) {
            self.control(kind, depth - 1)
        } else {
            self.primitive(kind, depth - 1)
        }
    }
}

/// Whether a text has the same value wherever it is evaluated, and no effect.
fn is_constant(text: &str) -> bool {
    let first = text.chars().next().unwrap_or(' ');
    first.is_ascii_digit() || "\"'#-".contains(first) || text.starts_with("(lambda")
}
