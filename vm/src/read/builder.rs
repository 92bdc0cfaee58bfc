//! From a parser's events to values: data are made in the heap at once.
//!
//! Nothing collects while a datum is built, so that values may wait on a Rust vector. The builder
//! announces the memory that they take in steps. When the heap refuses a step, the builder only
//! measures the rest of the datum. The answer then asks for a collection that makes room for the
//! whole datum, and reading starts again.

use std::collections::HashMap;

use abi::object_layout::pair;
use abi::tag::{Header, Kind};
use gc::Charge;
use syntax::{Constant, DatumBuilder, Integer, Leaf, ListEnd, Span, Stop, Supervisor};

use crate::error::Raise;
use crate::mutator::Mutator;
use crate::number::heap::{from_number, number_bytes};
use crate::number::tower::Number;
use crate::object::Object;
use crate::object::string::{StringObject, measure_text, string_bytes};
use crate::object::symbol::symbol_bytes;
use crate::primitive::functions::{bytes_object, element_offset};
use crate::value::Value;

/// Bytes that are announced first.
const STEP_BYTES_MIN: usize = 4096;
/// What a flonum takes if it has no tag of its own.
const FLONUM_BYTES: usize = 16;

/// Makes values of what a parser reads.
pub(crate) struct ValueBuilder<'m, 'id> {
    m: &'m Mutator<'id>,
    stack: Vec<Value<'m>>,
    room: Room,
    labels: HashMap<u64, Label<'m>>,
    /// Which values on the stack are only placeholders, in order, and for which label.
    placeholders: Vec<(usize, u64)>,
    /// What reading takes outside of the heap.
    outside: Outside,
    /// What young objects took of the heap when reading started, as the collector counts it.
    young_bytes_before: usize,
}

/// Bytes that reading takes outside of the heap, beside the builder's stack.
#[derive(Default)]
struct Outside {
    parser_bytes: usize,
    text_bytes: usize,
    charge: Option<Charge>,
}

/// So much is taken without a charge.
const UNCHARGED_BYTES: usize = 1 << 16;

/// What the datum takes, and how much of that was announced: bytes.
#[derive(Default)]
struct Room {
    taken: usize,
    announced: usize,
    /// A step of this size was refused: nothing is allocated any more.
    refused: Option<usize>,
}

/// What a label stands for.
enum Label<'m> {
    /// For a datum that is not complete: places that are to refer to it.
    Open(Vec<ObjectPart<'m>>),
    /// For what this other label, which is open, stands for.
    Same(u64),
    Defined(Value<'m>),
}

/// A part of an object, which a label's value goes to.
struct ObjectPart<'m> {
    object: Value<'m>,
    part: Part,
}

enum Part {
    Car,
    Cdr,
    Element(usize),
}

impl Room {
    /// Takes `bytes`; whether they may be allocated.
    #[inline(always)]
    fn take(&mut self, m: &Mutator<'_>, bytes: usize) -> bool {
        self.taken += bytes;
        self.taken <= self.announced || self.announce(m, bytes)
    }

    /// Announces as much as was taken so far: so the steps are few, and none is larger than all.
    #[cold]
    #[inline(never)]
    fn announce(&mut self, m: &Mutator<'_>, bytes: usize) -> bool {
        if self.refused.is_some() {
            return false;
        }
        // Where the collector has made room for the whole datum, a last step may be too long for that.
        let least_bytes = bytes.max(STEP_BYTES_MIN);
        for step_bytes in [self.taken.max(least_bytes), least_bytes] {
            if m.reserve(step_bytes).is_ok() {
                self.announced = self.taken - bytes + step_bytes;
                return true;
            }
        }
        self.refuse(least_bytes);
        false
    }

    /// A collection is needed, for `bytes` at least.
    fn refuse(&mut self, bytes: usize) {
        self.refused = self.refused.max(Some(bytes.max(STEP_BYTES_MIN)));
        // From now on every `take` is refused.
        self.announced = 0;
    }
}

impl<'m, 'id> ValueBuilder<'m, 'id> {
    pub(crate) fn new(m: &'m Mutator<'id>) -> Self {
        Self {
            m,
            stack: Vec::new(),
            room: Room::default(),
            labels: HashMap::new(),
            placeholders: Vec::new(),
            outside: Outside::default(),
            young_bytes_before: m.heap().young_bytes_with_copies(),
        }
    }

    /// The text that is parsed takes so many bytes.
    ///
    /// # Errors
    ///
    /// [`Stop::Full`].
    pub(super) fn text_holds(&mut self, bytes: usize) -> Result<(), Stop> {
        self.outside.text_bytes = bytes;
        self.charge_outside()
    }

    /// Charges what is taken outside of the heap; all of it may double.
    fn charge_outside(&mut self) -> Result<(), Stop> {
        let stack_bytes = self.stack.capacity() * size_of::<Value<'_>>();
        let bytes = 2 * (stack_bytes + self.outside.parser_bytes) + self.outside.text_bytes;
        let charged_bytes = self.outside.charge.as_ref().map_or(0, Charge::bytes);
        if bytes <= charged_bytes.max(UNCHARGED_BYTES) {
            return Ok(());
        }
        self.outside.charge = None;
        let charge = self.m.heap().try_charge(bytes).map_err(|_| Stop::Full {
            // Reading starts again, and comes as far as this only with room for what it has made so far. The room is
            // what refuses the charge: so the next refusal after a full collection finds the heap exhausted.
            bytes: bytes + self.made_bytes(),
        })?;
        self.outside.charge = Some(charge);
        Ok(())
    }

    /// For what `read` takes beside the data, such as room for more input: where that is refused, reading starts again,
    /// and comes as far as this only with room for what it has made so far.
    pub(super) fn with_made_bytes(&self, raise: Raise<'m>) -> Raise<'m> {
        match raise {
            Raise::Full(bytes) => Raise::Full(bytes + self.made_bytes()),
            condition @ Raise::Condition(_) => condition,
        }
    }

    /// What the objects made so far take of the heap, as the collector counts it.
    fn made_bytes(&self) -> usize {
        let young_bytes = self.m.heap().young_bytes_with_copies();
        young_bytes.saturating_sub(self.young_bytes_before)
    }

    #[inline]
    fn pop(&mut self) -> Value<'m> {
        self.stack
            .pop()
            .expect("the parser takes only what it pushed")
    }

    /// Where the last `count` values on the stack start.
    #[inline]
    fn start_of(&self, count: usize) -> usize {
        self.stack
            .len()
            .checked_sub(count)
            .expect("the parser takes only what it pushed")
    }

    /// Makes an object of `bytes`, or nothing, if the heap is full.
    fn make(
        &mut self,
        bytes: usize,
        make: impl FnOnce(&'m Mutator<'id>) -> Result<Value<'m>, Raise<'m>>,
    ) -> Value<'m> {
        if !self.room.take(self.m, bytes) {
            return Value::FALSE;
        }
        make(self.m).unwrap_or_else(|raise| self.not_made(bytes, &raise))
    }

    /// Notes why an object was not made.
    #[cold]
    fn not_made(&mut self, bytes: usize, raise: &Raise<'m>) -> Value<'m> {
        match raise {
            // Only where the heap is collected at every occasion.
            Raise::Full(bytes) => self.room.refuse(*bytes),
            // An interrupt was taken. A builder cannot stop the parser: whoever asks next does.
            Raise::Condition(_) => {
                self.room.refuse(bytes);
                self.m.raise_interrupt();
            }
        }
        Value::FALSE
    }

    fn vector_of(m: &'m Mutator<'id>, elements: &[Value<'m>]) -> Result<Value<'m>, Stop> {
        let vector = m.allocate_many_values(Kind::Vector, elements.len(), Value::FALSE)?;
        for (index, &element) in elements.iter().enumerate() {
            m.check_at(index)?;
            m.set_field(vector, element_offset(index), element);
        }
        Ok(vector.value())
    }

    fn symbol(&mut self, name: &str) -> Result<Value<'m>, Raise<'m>> {
        if let Some(symbol) = self.m.try_interned(name)? {
            return Ok(symbol);
        }
        let bytes = symbol_bytes(self.m, name)?;
        Ok(self.make(bytes, |m| m.try_intern(name)))
    }

    fn number(&mut self, number: &syntax::Number) -> Value<'m> {
        match number {
            syntax::Number::Integer(Integer::Small(small))
                if let Some(fixnum) = Value::fixnum(*small) =>
            {
                fixnum
            }
            syntax::Number::Flonum(double) => self.make(FLONUM_BYTES, |m| Ok(m.flonum(*double))),
            other => {
                let number = Number::from(other);
                self.make(number_bytes(&number), |m| from_number(m, &number))
            }
        }
    }

    fn string(&mut self, text: &str) -> Result<Value<'m>, Raise<'m>> {
        let (length, width) = measure_text(self.m, text)?;
        Ok(self.make(string_bytes(length, width), |m| {
            Ok(StringObject::of_measured(m, text, length, width)?.value())
        }))
    }

    /// The placeholders among the values on the stack from `start` on, which are forgotten.
    #[inline]
    fn placeholders_from(&mut self, start: usize) -> Option<Vec<(usize, u64)>> {
        if self.placeholders.last()?.0 < start {
            return None;
        }
        let first = self
            .placeholders
            .partition_point(|&(place, _)| place < start);
        let found = self.placeholders.split_off(first);
        // While nothing is allocated, there is nothing to fill.
        self.room.refused.is_none().then_some(found)
    }

    /// Remembers a place that is to refer to what `label` stands for.
    fn add_place(&mut self, label: u64, object: Value<'m>, part: Part) {
        if let Some(Label::Open(places)) = self.labels.get_mut(&label) {
            places.push(ObjectPart { object, part });
        }
    }

    /// The pairs of `list`, whose items were on the stack from `start` on, get their missing parts.
    #[cold]
    fn await_in_list(&mut self, list: Value<'m>, start: usize, missing: &[(usize, u64)]) {
        let (mut pair, mut place) = (list, start);
        for &(wanted, label) in missing {
            let mut part = Part::Car;
            while place < wanted {
                let (_, rest) = self
                    .m
                    .pair(pair)
                    .expect("the list has a pair for each item");
                if !rest.is_pair() {
                    part = Part::Cdr;
                    break;
                }
                (pair, place) = (rest, place + 1);
            }
            self.add_place(label, pair, part);
        }
    }

    fn fill(&self, place: &ObjectPart<'m>, value: Value<'m>) {
        match place.part {
            Part::Car => self.m.set_car(place.object, value),
            Part::Cdr => self.m.set_cdr(place.object, value),
            Part::Element(index) => {
                let vector = Object::of(place.object).expect("elements are those of vectors");
                self.m.set_field(vector, element_offset(index), value);
                Ok(())
            }
        }
        .expect("a fresh object is no literal");
    }
}

/// The value of `#!eof` and its like.
pub(crate) fn constant_value<'m>(constant: Constant) -> Value<'m> {
    match constant {
        Constant::Eof => Value::EOF,
        Constant::Default => Value::DEFAULT,
        Constant::Unspecific => Value::UNSPECIFIED,
        Constant::Optional => Value::OPTIONAL_MARK,
        Constant::Rest => Value::REST_MARK,
        Constant::Key => Value::KEY_MARK,
    }
}

impl<'m> DatumBuilder for ValueBuilder<'m, '_> {
    type Datum = Result<Value<'m>, Raise<'m>>;

    fn supervisor(&self) -> &dyn Supervisor {
        self.m
    }

    fn parser_holds(&mut self, bytes: usize) -> Result<(), Stop> {
        self.outside.parser_bytes = bytes;
        self.charge_outside()
    }

    fn start(&mut self) {
        self.stack.clear();
        self.room = Room::default();
        self.labels.clear();
        self.placeholders.clear();
    }

    #[inline]
    fn leaf(&mut self, leaf: Leaf<'_>, _: Span) {
        let value = match leaf {
            Leaf::Symbol(name) => {
                let symbol = self.symbol(name);
                symbol.unwrap_or_else(|raise| self.not_made(0, &raise))
            }
            Leaf::Number(number) => self.number(number),
            Leaf::String(text) => {
                let string = self.string(text);
                string.unwrap_or_else(|raise| self.not_made(0, &raise))
            }
            Leaf::Boolean(value) => Value::boolean(value),
            Leaf::Constant(constant) => constant_value(constant),
            Leaf::Character(value) => Value::character(value),
            Leaf::Bytevector(bytes) => {
                let header = Header::new(Kind::Bytevector, bytes.len() as u64);
                self.make(header.object_bytes() as usize, |m| bytes_object(m, bytes))
            }
        };
        self.stack.push(value);
    }

    #[inline]
    fn list(&mut self, count: usize, end: ListEnd, _: Span) {
        let tail = match end {
            ListEnd::Closed => Value::NULL,
            ListEnd::Tail => self.pop(),
        };
        let start = self.start_of(count);
        let list = if self.room.take(self.m, count * pair::BYTES) {
            let list = self
                .m
                .list_before(self.stack[start..].iter().copied(), tail);
            list.unwrap_or_else(|stop| self.not_made(0, &stop.into()))
        } else {
            Value::FALSE
        };
        self.stack.truncate(start);
        self.stack.push(list);
        if let Some(missing) = self.placeholders_from(start) {
            self.await_in_list(list, start, &missing);
        }
    }

    fn vector(&mut self, count: usize, _: Span) {
        let start = self.start_of(count);
        let bytes = Header::new(Kind::Vector, count as u64).object_bytes() as usize;
        let vector = if self.room.take(self.m, bytes) {
            let vector = Self::vector_of(self.m, &self.stack[start..]);
            vector.unwrap_or_else(|stop| self.not_made(0, &stop.into()))
        } else {
            Value::FALSE
        };
        self.stack.truncate(start);
        self.stack.push(vector);
        for (place, label) in self.placeholders_from(start).unwrap_or_default() {
            self.add_place(label, vector, Part::Element(place - start));
        }
    }

    fn discard(&mut self) {
        self.pop();
        let start = self.stack.len();
        self.placeholders_from(start);
    }

    fn reserve_label(&mut self, label: u64, _: Span) {
        self.labels.insert(label, Label::Open(Vec::new()));
    }

    fn define_label(&mut self, label: u64) {
        let value = *self.stack.last().expect("the parser labels what it pushed");
        let same = match self.placeholders.last() {
            Some(&(place, other)) if place + 1 == self.stack.len() => Some(other),
            _ => None,
        };
        let meaning = same.map_or(Label::Defined(value), Label::Same);
        let Some(Label::Open(places)) = self.labels.insert(label, meaning) else {
            return;
        };
        // What stands for another label has no parts that refer to it.
        if same.is_none() && self.room.refused.is_none() {
            for place in &places {
                self.fill(place, value);
            }
        }
    }

    fn reference_label(&mut self, label: u64, _: Span) {
        let label = match self.labels.get(&label) {
            Some(&Label::Same(other)) => other,
            _ => label,
        };
        let value = if let Some(&Label::Defined(value)) = self.labels.get(&label) {
            value
        } else {
            self.placeholders.push((self.stack.len(), label));
            Value::FALSE
        };
        self.stack.push(value);
    }

    fn finish(&mut self) -> Self::Datum {
        let value = self.pop();
        let Some(refused) = self.room.refused else {
            return Ok(value);
        };
        // An interrupt refuses what follows, too.
        self.m.check()?;
        Err(Raise::Full(refused.max(self.room.taken)))
    }
}
