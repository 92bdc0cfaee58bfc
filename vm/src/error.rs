//! Errors: the conditions that primitives raise, and the ways in which a run ends.

use std::borrow::Cow;

use abi::condition::ConditionKind;
use gc::Full;

use crate::value::Value;

/// Why a primitive has no result.
#[derive(Debug)]
pub enum Raise<'m> {
    /// This many bytes need a collection first: the machine collects, and runs it again.
    Full(usize),
    /// The machine raises this condition at the instruction.
    Condition(Box<Condition<'m>>),
}

/// A condition that the machine is about to raise.
#[derive(Debug)]
pub struct Condition<'m> {
    /// Its kind.
    pub kind: ConditionKind,
    /// What the kind's documentation lists, in order.
    pub irritants: Vec<Irritant<'m>>,
}

/// One thing that a condition tells; the machine makes a value of it.
#[derive(Clone, Debug)]
pub enum Irritant<'m> {
    /// A value.
    Value(Value<'m>),
    /// An integer; one beyond the fixnums becomes the nearest fixnum.
    Integer(i64),
    /// A symbol.
    Symbol(Cow<'static, str>),
    /// A string.
    Text(Cow<'static, str>),
    /// A list of values.
    List(Vec<Value<'m>>),
}

impl<'m> Raise<'m> {
    /// A condition of any kind.
    #[cold]
    pub fn condition(kind: ConditionKind, irritants: impl Into<Vec<Irritant<'m>>>) -> Self {
        Self::Condition(Box::new(Condition {
            kind,
            irritants: irritants.into(),
        }))
    }

    /// `argument` (from 1) of `who` is not an `expected`.
    #[cold]
    pub fn wrong_type(
        who: &'static str,
        argument: usize,
        expected: &'static str,
        value: Value<'m>,
    ) -> Self {
        Self::condition(
            ConditionKind::WrongType,
            [
                Irritant::Symbol(who.into()),
                Irritant::Integer(argument as i64),
                Irritant::Text(expected.into()),
                Irritant::Value(value),
            ],
        )
    }

    /// `argument` (from 1) of `who` is not between `first` and `last`, both included.
    #[cold]
    pub fn out_of_range(
        who: &'static str,
        argument: usize,
        value: Value<'m>,
        range: (i64, i64),
    ) -> Self {
        Self::condition(
            ConditionKind::OutOfRange,
            [
                Irritant::Symbol(who.into()),
                Irritant::Integer(argument as i64),
                Irritant::Value(value),
                Irritant::Integer(range.0),
                Irritant::Integer(range.1),
            ],
        )
    }

    /// `who` tried to change the literal `value`.
    #[cold]
    pub fn immutable(who: &'static str, value: Value<'m>) -> Self {
        Self::condition(
            ConditionKind::Immutable,
            [Irritant::Symbol(who.into()), Irritant::Value(value)],
        )
    }

    /// `who` tried to divide by zero.
    #[cold]
    pub fn division_by_zero(who: &'static str) -> Self {
        Self::condition(
            ConditionKind::DivisionByZero,
            [Irritant::Symbol(who.into())],
        )
    }

    /// `who` could not do what it should with the file or port `name`.
    #[cold]
    pub fn file(who: &'static str, message: impl Into<Cow<'static, str>>, name: Value<'m>) -> Self {
        Self::condition(
            ConditionKind::File,
            [
                Irritant::Symbol(who.into()),
                Irritant::Text(message.into()),
                Irritant::Value(name),
            ],
        )
    }

    /// Something else is wrong with `values`.
    #[cold]
    pub fn other(
        who: &'static str,
        message: impl Into<Cow<'static, str>>,
        values: &[Value<'m>],
    ) -> Self {
        let mut irritants = vec![Irritant::Symbol(who.into()), Irritant::Text(message.into())];
        irritants.extend(values.iter().copied().map(Irritant::Value));
        Self::condition(ConditionKind::Other, irritants)
    }
}

impl From<Full> for Raise<'_> {
    fn from(full: Full) -> Self {
        Self::Full(full.bytes)
    }
}
