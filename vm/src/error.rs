//! Errors: the conditions that primitives raise, and the ways in which a run ends.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use abi::condition::ConditionKind;
use gc::Full;
use syntax::Stop;

use crate::value::Value;

/// Why a primitive has no result.
#[derive(Debug)]
pub enum Raise<'m> {
    /// This many bytes need a collection first: the machine collects, and runs it again.
    Full(usize),
    /// The machine raises this condition at the instruction.
    Condition(Box<Condition<'m>>),
}

/// What a primitive answers.
pub(crate) type PrimitiveResult<'m, T = Value<'m>> = Result<T, Raise<'m>>;

/// A condition that the machine is about to raise.
#[derive(Debug)]
pub struct Condition<'m> {
    /// Its kind.
    pub kind: ConditionKind,
    /// The procedure that complains, if conditions of the kind name one.
    pub procedure: Option<Cow<'static, str>>,
    /// The argument that is wrong, from 1, if conditions of the kind tell.
    pub argument: Option<usize>,
    /// What else the kind's documentation lists, in order.
    pub irritants: Vec<Irritant<'m>>,
}

impl<'m> Condition<'m> {
    /// A condition that names no procedure.
    pub fn new(kind: ConditionKind, irritants: impl Into<Vec<Irritant<'m>>>) -> Self {
        Self {
            kind,
            procedure: None,
            argument: None,
            irritants: irritants.into(),
        }
    }

    /// The condition, of this procedure.
    #[must_use]
    pub fn of(self, procedure: &'static str) -> Self {
        Self {
            procedure: Some(procedure.into()),
            ..self
        }
    }

    /// The condition, about this argument (from 1) of this procedure.
    #[must_use]
    pub fn of_argument(self, procedure: &'static str, argument: usize) -> Self {
        Self {
            argument: Some(argument),
            ..self.of(procedure)
        }
    }

    /// All that the kind's documentation lists, in order: what `%vm-error` is given.
    pub fn told(&self) -> impl Iterator<Item = Irritant<'m>> {
        let procedure = self.procedure.clone().map(Irritant::Symbol);
        let argument = self
            .argument
            .map(|argument| Irritant::Integer(argument as i64));
        let first = procedure.into_iter().chain(argument);
        first.chain(self.irritants.iter().cloned())
    }
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
    /// A condition that names no procedure.
    #[cold]
    pub fn condition(kind: ConditionKind, irritants: impl Into<Vec<Irritant<'m>>>) -> Self {
        Condition::new(kind, irritants).into()
    }

    /// `argument` (from 1) of `who` is not an `expected`.
    #[cold]
    pub fn wrong_type(
        who: &'static str,
        argument: usize,
        expected: impl Into<Cow<'static, str>>,
        value: Value<'m>,
    ) -> Self {
        let irritants = [Irritant::Text(expected.into()), Irritant::Value(value)];
        let condition = Condition::new(ConditionKind::WrongType, irritants);
        condition.of_argument(who, argument).into()
    }

    /// `argument` (from 1) of `who` is not in `range`.
    #[cold]
    pub fn out_of_range(
        who: &'static str,
        argument: usize,
        value: Value<'m>,
        range: RangeInclusive<i64>,
    ) -> Self {
        let irritants = [
            Irritant::Value(value),
            Irritant::Integer(*range.start()),
            Irritant::Integer(*range.end()),
        ];
        let condition = Condition::new(ConditionKind::OutOfRange, irritants);
        condition.of_argument(who, argument).into()
    }

    /// `who` tried to change the literal `value`.
    #[cold]
    pub fn immutable(who: &'static str, value: Value<'m>) -> Self {
        let irritants = [Irritant::Value(value)];
        Condition::new(ConditionKind::Immutable, irritants)
            .of(who)
            .into()
    }

    /// `who` tried to divide by zero.
    #[cold]
    pub fn division_by_zero(who: &'static str) -> Self {
        Condition::new(ConditionKind::DivisionByZero, [])
            .of(who)
            .into()
    }

    /// `who` could not do what it should with the file or port `name`.
    #[cold]
    pub fn file(who: &'static str, message: impl Into<Cow<'static, str>>, name: Value<'m>) -> Self {
        let irritants = [Irritant::Text(message.into()), Irritant::Value(name)];
        Condition::new(ConditionKind::File, irritants)
            .of(who)
            .into()
    }

    /// Something else is wrong with `values`.
    #[cold]
    pub fn other(
        who: &'static str,
        message: impl Into<Cow<'static, str>>,
        values: &[Value<'m>],
    ) -> Self {
        let values = values.iter().copied().map(Irritant::Value);
        let irritants = std::iter::once(Irritant::Text(message.into())).chain(values);
        Condition::new(ConditionKind::Other, irritants.collect::<Vec<_>>())
            .of(who)
            .into()
    }
}

impl<'m> From<Condition<'m>> for Raise<'m> {
    fn from(condition: Condition<'m>) -> Self {
        Self::Condition(Box::new(condition))
    }
}

impl From<Full> for Raise<'_> {
    fn from(full: Full) -> Self {
        Self::Full(full.bytes)
    }
}

impl From<Stop> for Raise<'_> {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Full { bytes } => Self::Full(bytes),
            Stop::Interrupted => Self::condition(ConditionKind::Interrupted, []),
        }
    }
}
