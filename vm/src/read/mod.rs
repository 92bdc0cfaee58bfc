//! `read` (R7RS 6.13.2): text of a port to data in the heap.
//!
//! The text is parsed into an arena first; the port's bytes are consumed, and the heap's objects
//! made, only when the datum is complete and its memory is there.

use abi::condition::ConditionKind;
use abi::object_layout::pair;
use abi::tag::{Header, Kind};
use syntax::{Data, DataBuilder, DatumId, DatumKind, Parser, SyntaxError};

use crate::error::{Irritant, Raise};
use crate::mutator::Mutator;
use crate::number::heap::from_number;
use crate::number::tower::Number;
use crate::object::Object;
use crate::object::bytevector::read_bytes;
use crate::object::port::PortObject;
use crate::object::string::{StringObject, measure, string_bytes};
use crate::port::input::{self, Filled};
use crate::port::{flag, utf8};
use crate::primitive::functions::{bytes_object, element_offset};
use crate::value::Value;

/// How much of the buffer is parsed at first; then four times as much, and so on.
const WINDOW_BYTES_MIN: usize = 256;

/// What the parser made of some text.
enum Parsed {
    /// A datum, which ends at this offset; or only white space and comments.
    Complete(Option<DatumId>, usize),
    /// What is wrong, and up to where the text was read.
    Wrong(SyntaxError, usize),
    /// Text that follows would decide.
    Undecided,
}

/// Reads one datum; the end-of-file object if there is none.
///
/// # Errors
///
/// [`Raise::Full`], `file-error`, and `read-error`.
pub(crate) fn read<'m>(m: &'m Mutator<'_>, port: PortObject<'m>) -> Result<Value<'m>, Raise<'m>> {
    let mut window_bytes = WINDOW_BYTES_MIN;
    let mut at_end = false;
    loop {
        let waiting = port.waiting();
        let is_all = window_bytes >= waiting.len();
        let window = read_bytes(&waiting[..window_bytes.min(waiting.len())]);
        let mut data = Data::new();
        let (parsed, fold_case) = parse(
            &mut data,
            &window,
            port.has(flag::FOLD_CASE),
            at_end && is_all,
        );
        match parsed {
            Parsed::Undecided if !is_all => window_bytes *= 4,
            Parsed::Undecided => {
                at_end = input::fill(m, port, "read")? == Filled::AtEnd;
                window_bytes = window_bytes.max(port.waiting().len());
            }
            Parsed::Wrong(error, consumed) => return Err(wrong(port, &error, consumed)),
            Parsed::Complete(datum, consumed) => {
                let value = match datum {
                    Some(datum) => build(m, &data, datum)?,
                    None => Value::EOF,
                };
                port.take(consumed);
                let others = port.flags() & !flag::FOLD_CASE;
                port.set_flags(others | if fold_case { flag::FOLD_CASE } else { 0 });
                return Ok(value);
            }
        }
    }
}

/// Parses what `window` holds of the text, or all that is left of it, and says whether case is
/// folded from there on.
fn parse(data: &mut Data, window: &[u8], fold_case: bool, is_last: bool) -> (Parsed, bool) {
    let valid = match std::str::from_utf8(window) {
        Ok(_) => window,
        Err(error) => &window[..error.valid_up_to()],
    };
    let text = std::str::from_utf8(valid).expect("cut where it stops to be valid");
    let mut parser = Parser::new(text);
    parser.set_fold_case(fold_case);
    let result = parser.next_datum(&mut DataBuilder::new(data));
    let consumed = parser.offset() as usize;
    let is_undecided = match &result {
        Ok(None) => true,
        Ok(Some(_)) => parser.reached_end(),
        Err(error) => error.is_incomplete() || parser.reached_end(),
    };
    let parsed =
        if is_undecided && valid.len() < window.len() && has_wrong_byte(window, valid.len()) {
            let error = syntax::decode_source(window).expect_err("it has a byte that is no UTF-8");
            Parsed::Wrong(error, valid.len() + 1)
        } else if is_undecided && !is_last {
            Parsed::Undecided
        } else {
            match result {
                Ok(datum) => Parsed::Complete(datum, consumed),
                Err(error) => Parsed::Wrong(error, consumed),
            }
        };
    (parsed, parser.folds_case())
}

/// Whether what follows the valid part is wrong, not just cut off.
fn has_wrong_byte(window: &[u8], valid_bytes: usize) -> bool {
    std::str::from_utf8(&window[valid_bytes..]).is_err_and(|error| error.error_len().is_some())
}

/// The condition for a mistake in the text, which is consumed.
#[cold]
fn wrong<'m>(port: PortObject<'m>, error: &SyntaxError, consumed: usize) -> Raise<'m> {
    let before = &port.waiting()[..error.span.start as usize];
    let (line, column) = utf8::place_after(port.place(), before);
    port.take(consumed.min(port.waiting().len()));
    Raise::condition(
        ConditionKind::Read,
        [
            Irritant::Text(error.to_string().into()),
            Irritant::Value(port.name()),
            Irritant::Integer(line as i64 + 1),
            Irritant::Integer(column as i64 + 1),
        ],
    )
}

/// Makes the datum in the heap.
///
/// # Errors
///
/// [`Raise::Full`].
pub(crate) fn build<'m>(
    m: &'m Mutator<'_>,
    data: &Data,
    datum: DatumId,
) -> Result<Value<'m>, Raise<'m>> {
    let (order, places) = reachable(data, datum);
    let bytes: usize = order
        .iter()
        .map(|&datum| object_bytes(data.kind(datum)))
        .sum();
    m.reserve(bytes)?;
    let mut values = Vec::with_capacity(order.len());
    for &datum in &order {
        values.push(shell(m, data, data.kind(datum))?);
    }
    let value_of = |datum: DatumId| values[places[datum.index()] as usize];
    for (&datum, &value) in order.iter().zip(&values) {
        match data.kind(datum) {
            DatumKind::Pair(car, cdr) => {
                m.set_car(value, value_of(*car))
                    .expect("a fresh pair is no literal");
                m.set_cdr(value, value_of(*cdr))
                    .expect("a fresh pair is no literal");
            }
            DatumKind::Vector(elements) => {
                let vector = Object::of(value).expect("a vector was made for it");
                for (index, &element) in elements.iter().enumerate() {
                    m.set_field(vector, element_offset(index), value_of(element));
                }
            }
            _ => {}
        }
    }
    Ok(value_of(datum))
}

/// A datum that [`reachable`] has not come to.
const NOWHERE: u32 = u32::MAX;

/// All data that `datum` consists of, and for each of the arena its place among them.
fn reachable(data: &Data, datum: DatumId) -> (Vec<DatumId>, Vec<u32>) {
    let mut order = Vec::with_capacity(data.len());
    let mut places = vec![NOWHERE; data.len()];
    let mut pending = vec![datum];
    while let Some(datum) = pending.pop() {
        let place = &mut places[datum.index()];
        if *place != NOWHERE {
            continue;
        }
        *place = order.len() as u32;
        order.push(datum);
        match data.kind(datum) {
            DatumKind::Pair(car, cdr) => pending.extend([*cdr, *car]),
            DatumKind::Vector(elements) => pending.extend(elements),
            _ => {}
        }
    }
    (order, places)
}

/// Bytes that the object takes, at most.
fn object_bytes(kind: &DatumKind) -> usize {
    match kind {
        DatumKind::Pair(..) => pair::BYTES,
        DatumKind::Vector(elements) => {
            Header::new(Kind::Vector, elements.len() as u64).object_bytes() as usize
        }
        DatumKind::String(text) => {
            let (length, is_wide) = measure(text.chars());
            string_bytes(length, is_wide)
        }
        DatumKind::Bytevector(bytes) => {
            Header::new(Kind::Bytevector, bytes.len() as u64).object_bytes() as usize
        }
        DatumKind::Number(syntax::Number::Integer(syntax::Integer::Big { magnitude, .. })) => {
            magnitude.len() * 8 + 24
        }
        // Other numbers announce themselves, where they are long.
        _ => 0,
    }
}

/// The object without its parts; complete if it has none.
fn shell<'m>(m: &'m Mutator<'_>, data: &Data, kind: &DatumKind) -> Result<Value<'m>, Raise<'m>> {
    Ok(match kind {
        DatumKind::Null => Value::NULL,
        DatumKind::Boolean(value) => Value::boolean(*value),
        DatumKind::Character(value) => Value::character(*value),
        DatumKind::Pair(..) => m.cons(Value::FALSE, Value::FALSE),
        DatumKind::Vector(elements) => m
            .allocate_values(Kind::Vector, elements.len(), Value::FALSE)
            .value(),
        DatumKind::Symbol(symbol) => m.intern(data.symbol_name(*symbol)),
        DatumKind::String(text) => StringObject::from_text(m, text)?.value(),
        DatumKind::Bytevector(bytes) => bytes_object(m, bytes)?,
        DatumKind::Number(number) => from_number(m, &Number::from(number))?,
        // Only data that stand for evaluated forms name live objects, and these are never read.
        DatumKind::External(number) => m.external(*number as usize).unwrap_or(Value::UNSPECIFIED),
    })
}
