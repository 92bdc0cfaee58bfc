//! Values of the reference, their equivalences, and how they are written.

use std::cell::{Cell, RefCell};
use std::fmt::Write as _;
use std::rc::Rc;

use super::core::Lambda;
use super::machine::{Continuation, Environment};
use super::number::Number;
use crate::datum::Datum;

#[derive(Clone)]
pub(crate) enum Value {
    /// What a variable holds before its definition is evaluated.
    Unbound,
    Unspecified,
    Null,
    Boolean(bool),
    Character(char),
    Symbol(Rc<str>),
    Number(Number),
    String(Rc<RefCell<Vec<char>>>),
    Pair(Rc<(RefCell<Value>, RefCell<Value>)>),
    Vector(Rc<RefCell<Vec<Value>>>),
    Bytes(Rc<RefCell<Vec<u8>>>),
    Closure(Rc<(Rc<Lambda>, Environment)>),
    /// Closures of which the first takes over that may have the arguments.
    Cases(Rc<[Value]>),
    Primitive(&'static str),
    Continuation(Continuation),
    Values(Rc<Vec<Value>>),
    Condition(Rc<Condition>),
    Table(Rc<Table>),
    Record(Rc<(usize, RefCell<Vec<Value>>)>),
    RecordOperation(Rc<RecordOperation>),
    Port(Rc<Port>),
    EndOfFile,
    /// The value outside of all `parameterize`, and the converter.
    Parameter(Rc<(Value, Value)>),
    /// For `eval`: whether definitions may be made.
    Environment(bool),
    /// Raises a condition again, where a guard took it: the condition, and a continuation in which
    /// the handlers are those around the guard.
    Again(Rc<(Value, Continuation)>),
}

pub(crate) enum Port {
    Console,
    Input {
        characters: Vec<char>,
        place: Cell<usize>,
        is_open: Cell<bool>,
    },
    Output {
        characters: RefCell<Vec<char>>,
        is_open: Cell<bool>,
    },
}

/// What `error` or a primitive raised.
pub(crate) struct Condition {
    /// `None` for a primitive's, whose wording is Cozen's own.
    pub(crate) message: Option<Value>,
    pub(crate) irritants: Value,
}

/// A hash table, as a list in which keys are sought one by one.
pub(crate) struct Table {
    pub(crate) same: fn(&Value, &Value) -> bool,
    pub(crate) entries: RefCell<Vec<(Value, Value)>>,
}

/// What `define-record-type` defines, for the record type of a number.
pub(crate) enum RecordOperation {
    Make {
        kind: usize,
        fields: Vec<usize>,
        size: usize,
    },
    Is {
        kind: usize,
    },
    Get {
        kind: usize,
        field: usize,
    },
    Set {
        kind: usize,
        field: usize,
    },
}

/// How a value is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Display,
    Write,
}

impl Value {
    pub(crate) fn integer(value: usize) -> Self {
        Self::Number(Number::integer(value))
    }

    pub(crate) fn pair(first: Self, rest: Self) -> Self {
        Self::Pair(Rc::new((RefCell::new(first), RefCell::new(rest))))
    }

    pub(crate) fn list(items: &[Self]) -> Self {
        Self::list_before(items, Self::Null)
    }

    pub(crate) fn list_before(items: &[Self], tail: Self) -> Self {
        items
            .iter()
            .rev()
            .fold(tail, |rest, item| Self::pair(item.clone(), rest))
    }

    /// The elements of a proper list.
    pub(crate) fn elements(&self) -> Option<Vec<Self>> {
        let (mut items, mut rest) = (Vec::new(), self.clone());
        while let Self::Pair(pair) = &rest {
            items.push(pair.0.borrow().clone());
            let next = pair.1.borrow().clone();
            rest = next;
        }
        matches!(rest, Self::Null).then_some(items)
    }

    pub(crate) fn is_true(&self) -> bool {
        !matches!(self, Self::Boolean(false))
    }

    pub(crate) fn is_procedure(&self) -> bool {
        matches!(
            self,
            Self::Closure(_)
                | Self::Primitive(_)
                | Self::Continuation(_)
                | Self::RecordOperation(_)
                | Self::Cases(_)
                | Self::Parameter(_)
                | Self::Again(_)
        )
    }

    pub(crate) fn is_eqv(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Unspecified, Self::Unspecified)
            | (Self::Null, Self::Null)
            | (Self::EndOfFile, Self::EndOfFile) => true,
            (Self::Boolean(a), Self::Boolean(b)) => a == b,
            (Self::Character(a), Self::Character(b)) => a == b,
            (Self::Symbol(a), Self::Symbol(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => a.is_equivalent(b),
            (Self::String(a), Self::String(b)) => Rc::ptr_eq(a, b),
            (Self::Pair(a), Self::Pair(b)) => Rc::ptr_eq(a, b),
            (Self::Vector(a), Self::Vector(b)) => Rc::ptr_eq(a, b),
            (Self::Bytes(a), Self::Bytes(b)) => Rc::ptr_eq(a, b),
            (Self::Closure(a), Self::Closure(b)) => Rc::ptr_eq(a, b),
            (Self::Primitive(a), Self::Primitive(b)) => a == b,
            (Self::Record(a), Self::Record(b)) => Rc::ptr_eq(a, b),
            (Self::Table(a), Self::Table(b)) => Rc::ptr_eq(a, b),
            (Self::Port(a), Self::Port(b)) => Rc::ptr_eq(a, b),
            (Self::Parameter(a), Self::Parameter(b)) => Rc::ptr_eq(a, b),
            (Self::Condition(a), Self::Condition(b)) => Rc::ptr_eq(a, b),
            _ => false,
        }
    }

    pub(crate) fn is_equal(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::String(a), Self::String(b)) => *a.borrow() == *b.borrow(),
            (Self::Bytes(a), Self::Bytes(b)) => *a.borrow() == *b.borrow(),
            (Self::Pair(a), Self::Pair(b)) => {
                a.0.borrow().is_equal(&b.0.borrow()) && a.1.borrow().is_equal(&b.1.borrow())
            }
            (Self::Vector(a), Self::Vector(b)) => {
                let (a, b) = (a.borrow(), b.borrow());
                a.len() == b.len() && a.iter().zip(b.iter()).all(|(x, y)| x.is_equal(y))
            }
            _ => self.is_eqv(other),
        }
    }

    /// The form that this is, if `eval` may have it.
    pub(crate) fn as_datum(&self) -> Option<Datum> {
        let all = |items: &[Self]| items.iter().map(Self::as_datum).collect::<Option<Vec<_>>>();
        Some(match self {
            Self::Symbol(name) => Datum::symbol(name),
            Self::Number(_) | Self::Boolean(_) | Self::Character(_) | Self::String(_) => {
                Datum::Literal(self.written(Style::Write).into())
            }
            Self::Vector(items) => Datum::Vector(all(&items.borrow())?),
            Self::Null => Datum::List(Vec::new()),
            Self::Pair(_) => {
                let (mut items, mut rest) = (Vec::new(), self.clone());
                while let Self::Pair(pair) = &rest {
                    items.push(pair.0.borrow().as_datum()?);
                    let next = pair.1.borrow().clone();
                    rest = next;
                }
                match rest {
                    Self::Null => Datum::List(items),
                    tail => Datum::Dotted(items, Box::new(tail.as_datum()?)),
                }
            }
            _ => return None,
        })
    }

    /// `=`, for the keys of a table.
    pub(crate) fn is_number_equal(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.compare(b) == Some(std::cmp::Ordering::Equal),
            _ => false,
        }
    }

    pub(crate) fn written(&self, style: Style) -> String {
        let mut text = String::new();
        self.write(style, &mut text);
        text
    }

    fn write(&self, style: Style, text: &mut String) {
        let _ = match self {
            Self::Null => write!(text, "()"),
            Self::Boolean(true) => write!(text, "#t"),
            Self::Boolean(false) => write!(text, "#f"),
            Self::Character(character) if style == Style::Display => write!(text, "{character}"),
            Self::Character(' ') => write!(text, "#\\space"),
            Self::Character('\n') => write!(text, "#\\newline"),
            Self::Character(character) => write!(text, "#\\{character}"),
            Self::Symbol(name) => write!(text, "{name}"),
            Self::Number(number) => write!(text, "{number}"),
            Self::String(characters) => {
                let quote = if style == Style::Write { "\"" } else { "" };
                let part = |character: &char| match (style, character) {
                    (Style::Write, '"' | '\\') => format!("\\{character}"),
                    (Style::Write, '\n') => "\\n".to_owned(),
                    _ => character.to_string(),
                };
                let content: String = characters.borrow().iter().map(part).collect();
                write!(text, "{quote}{content}{quote}")
            }
            Self::Pair(_) => {
                self.write_list(style, text);
                Ok(())
            }
            Self::Vector(items) => {
                text.push('#');
                Self::list(&items.borrow()).write(style, text);
                Ok(())
            }
            Self::Bytes(bytes) => {
                let items: Vec<String> = bytes.borrow().iter().map(u8::to_string).collect();
                write!(text, "#u8({})", items.join(" "))
            }
            Self::Unspecified => write!(text, "#<unspecified>"),
            _ => write!(text, "#<object>"),
        };
    }

    fn write_list(&self, style: Style, text: &mut String) {
        let (mut rest, mut before) = (self.clone(), '(');
        while let Self::Pair(pair) = &rest {
            text.push(before);
            pair.0.borrow().write(style, text);
            let next = pair.1.borrow().clone();
            rest = next;
            before = ' ';
        }
        if !matches!(rest, Self::Null) {
            text.push_str(" . ");
            rest.write(style, text);
        }
        text.push(')');
    }
}
