//! Values of the reference: words, numbers, and objects with an identity.

use std::cell::RefCell;
use std::rc::Rc;

use abi::tag;
use abi::type_test::TypeTest;

use super::machine::Frame;
use super::number::Number;
use crate::ssa::ir::ProcedureId;

/// What an SSA value holds.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// A tagged immediate that is no number.
    Word(u64),
    /// A number.
    Number(Number),
    /// A symbol: equal names are the same.
    Symbol(Rc<str>),
    /// Anything else in memory.
    Object(Rc<Object>),
    /// A raw word, or the bits of a double.
    Raw(u64),
}

/// Something with an identity.
#[derive(Debug)]
pub(super) enum Object {
    Pair(RefCell<(Value, Value)>),
    Vector(RefCell<Vec<Value>>),
    String(RefCell<Vec<char>>),
    Bytevector(RefCell<Vec<u8>>),
    Box(RefCell<Value>),
    /// The type, then the fields.
    Record(RefCell<Vec<Value>>),
    /// A procedure and its free variables, which are initialised later.
    Closure(ProcedureId, RefCell<Vec<Option<Value>>>),
    /// A procedure that is not of the unit.
    Host(Host),
    /// The frames below the one that captured them.
    Continuation(Vec<Frame>),
}

/// Procedures that units cannot know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Host {
    /// Calls its first argument with the others.
    Apply,
    /// Gives its first argument back.
    Identity,
}

/// Why a run ends early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Raise {
    /// An error: its class, and what was wrong.
    Error(String),
    /// The run takes too long, or a number gets too large.
    Limit,
    /// Something that no unit may do, or that an analysis said would not happen.
    Broken(String),
}

impl Raise {
    pub(super) fn error(class: &str, culprits: &[String]) -> Self {
        // Of two operands that are both wrong, either may be named.
        match culprits {
            [one] => Self::Error(format!("{class}: {one}")),
            _ => Self::Error(class.to_owned()),
        }
    }
}

impl Value {
    pub(super) fn boolean(value: bool) -> Self {
        Self::Word(tag::boolean(value))
    }

    pub(super) fn small(value: i64) -> Self {
        Self::Number(Number::small(value))
    }

    pub(super) fn object(object: Object) -> Self {
        Self::Object(Rc::new(object))
    }

    pub(super) fn pair(car: Self, cdr: Self) -> Self {
        Self::object(Object::Pair(RefCell::new((car, cdr))))
    }

    pub(super) fn list(items: impl DoubleEndedIterator<Item = Self>) -> Self {
        items
            .rev()
            .fold(Self::Word(tag::NULL), |rest, item| Self::pair(item, rest))
    }

    /// The elements of a proper list.
    pub(super) fn items(&self) -> Option<Vec<Self>> {
        let mut items = Vec::new();
        let mut rest = self.clone();
        while !rest.is_word(tag::NULL) {
            let Self::Object(object) = &rest else {
                return None;
            };
            let Object::Pair(pair) = &**object else {
                return None;
            };
            let (car, cdr) = pair.borrow().clone();
            items.push(car);
            rest = cdr;
            if items.len() > 1000 {
                return None;
            }
        }
        Some(items)
    }

    pub(super) fn is_true(&self) -> bool {
        !self.is_word(tag::FALSE)
    }

    pub(super) fn is_word(&self, word: u64) -> bool {
        matches!(self, Self::Word(own) if *own == word)
    }

    pub(super) fn as_number(&self) -> Option<&Number> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    pub(super) fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The fixnum that it is.
    pub(super) fn as_fixnum(&self) -> Option<i64> {
        let integer = i64::try_from(self.as_number()?.as_integer()?).ok()?;
        tag::fixnum(integer).map(|_| integer)
    }

    pub(super) fn as_flonum(&self) -> Option<f64> {
        match self {
            Self::Number(Number::Flonum(value)) => Some(*value),
            _ => None,
        }
    }

    /// The tagged word, unless it refers to something in memory.
    pub(super) fn immediate(&self) -> Option<u64> {
        match self {
            Self::Word(word) => Some(*word),
            Self::Number(Number::Flonum(value)) => tag::flonum(*value),
            Self::Number(_) => self.as_fixnum().and_then(tag::fixnum),
            _ => None,
        }
    }

    /// What a tagged immediate word stands for.
    pub(super) fn of_word(word: u64) -> Self {
        if tag::is_fixnum(word) {
            Self::small(tag::fixnum_value(word))
        } else if tag::is_self_tagged_flonum(word) {
            Self::Number(Number::Flonum(tag::flonum_value(word)))
        } else {
            Self::Word(word)
        }
    }

    /// `eqv?`; for `eq?` too, since numbers have no identity that programs may rely on.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Word(a), Self::Word(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => a.is_same(b),
            (Self::Symbol(a), Self::Symbol(b)) => a == b,
            (Self::Object(a), Self::Object(b)) => Rc::ptr_eq(a, b),
            _ => false,
        }
    }

    pub(super) fn passes(&self, test: TypeTest) -> bool {
        let is = |matches: fn(&Object) -> bool| self.as_object().is_some_and(matches);
        match test {
            TypeTest::Null => self.is_word(tag::NULL),
            TypeTest::Pair => is(|object| matches!(object, Object::Pair(_))),
            TypeTest::Boolean => self.is_word(tag::TRUE) || self.is_word(tag::FALSE),
            TypeTest::Character => matches!(self, Self::Word(word) if tag::is_character(*word)),
            TypeTest::Symbol => matches!(self, Self::Symbol(_)),
            TypeTest::String => is(|object| matches!(object, Object::String(_))),
            TypeTest::Vector => is(|object| matches!(object, Object::Vector(_))),
            TypeTest::Bytevector => is(|object| matches!(object, Object::Bytevector(_))),
            TypeTest::Procedure => {
                is(|object| matches!(object, Object::Closure(..) | Object::Host(_)))
            }
            TypeTest::Number | TypeTest::Real => matches!(self, Self::Number(_)),
            TypeTest::Fixnum => self.as_fixnum().is_some(),
            TypeTest::Flonum => self.as_flonum().is_some(),
            TypeTest::ExactInteger => matches!(self, Self::Number(Number::Integer(_))),
            TypeTest::ExactRational => {
                matches!(self, Self::Number(Number::Integer(_) | Number::Ratio(..)))
            }
            TypeTest::Record => is(|object| matches!(object, Object::Record(_))),
            TypeTest::Box => is(|object| matches!(object, Object::Box(_))),
            TypeTest::Unbound => self.is_word(tag::UNBOUND),
            TypeTest::Eof => self.is_word(tag::EOF),
            TypeTest::Default => self.is_word(tag::DEFAULT),
            TypeTest::Port
            | TypeTest::WeakPair
            | TypeTest::Table
            | TypeTest::Guardian
            | TypeTest::Ephemeron => false,
        }
    }
}

/// Shows values: objects by the order in which they were first shown, with what is in them.
#[derive(Debug, Default)]
pub(super) struct Shower {
    shown: Vec<Rc<Object>>,
}

/// How deep the text of a value goes.
const DEPTH_MAX: usize = 4;

impl Shower {
    pub(super) fn show(&mut self, value: &Value) -> String {
        self.show_at(value, 0)
    }

    /// What is now in all that was shown.
    pub(super) fn show_all(&mut self) -> String {
        let objects = self.shown.clone();
        let texts = objects
            .into_iter()
            .map(|object| self.show_at(&Value::Object(object), DEPTH_MAX - 1));
        texts.collect::<Vec<_>>().join(" ")
    }

    fn show_at(&mut self, value: &Value, depth: usize) -> String {
        match value {
            Value::Word(word) if tag::is_character(*word) => {
                format!("#\\{:?}", tag::character_value(*word))
            }
            Value::Word(word) => format!("#{word}"),
            Value::Number(number) => number.show(),
            Value::Symbol(name) => name.to_string(),
            Value::Raw(word) => format!("raw {word}"),
            Value::Object(object) => self.show_object(object, depth),
        }
    }

    fn show_object(&mut self, object: &Rc<Object>, depth: usize) -> String {
        // Procedures may be copied or made once only: they have no identity here.
        match &**object {
            Object::Closure(..) | Object::Host(_) => return "procedure".to_owned(),
            Object::Continuation(_) => return "continuation".to_owned(),
            _ => {}
        }
        let known = self.shown.iter().position(|old| Rc::ptr_eq(old, object));
        let number = known.unwrap_or_else(|| {
            self.shown.push(object.clone());
            self.shown.len() - 1
        });
        if depth >= DEPTH_MAX {
            return format!("@{number}");
        }
        let mut inner = |value: &Value| self.show_at(value, depth + 1);
        let content = match &**object {
            Object::Pair(pair) => {
                let (car, cdr) = pair.borrow().clone();
                format!("({} . {})", inner(&car), inner(&cdr))
            }
            Object::Vector(items) | Object::Record(items) => {
                let items = items.borrow().clone();
                items.iter().map(inner).collect::<Vec<_>>().join(" ")
            }
            Object::String(text) => format!("{:?}", text.borrow()),
            Object::Bytevector(bytes) => format!("u8{:?}", bytes.borrow()),
            Object::Box(content) => {
                let content = content.borrow().clone();
                inner(&content)
            }
            Object::Closure(..) | Object::Host(_) | Object::Continuation(_) => String::new(),
        };
        format!("@{number}[{content}]")
    }
}
