//! `read` (R7RS 6.13.2): from the text of a port to data in the heap.
//!
//! The values are made while the text is parsed. The bytes of the port are consumed when the datum
//! is complete. If a collection is needed in between, reading starts again after it.

mod builder;
#[cfg(test)]
mod tests;

use std::cell::Cell;

use abi::condition::ConditionKind;
use syntax::{DatumBuilder, Parser, Progress, Stop, SyntaxError, SyntaxErrorKind, TextPart};

pub(crate) use builder::{ValueBuilder, constant_value};

use crate::error::{Irritant, Raise};
use crate::mutator::Mutator;
use crate::object::bytevector::read_bytes;
use crate::object::port::PortObject;
use crate::port::input::{self, Filled};
use crate::port::utf8::LineColumn;
use crate::value::Value;

/// How much of the buffer is looked at first; then four times as much, and so on.
const WINDOW_BYTES_MIN: usize = 256;

/// Reads one datum; the end-of-file object if there is none.
///
/// # Errors
///
/// [`Raise::Full`], `interrupted`, `file-error`, and `read-error`.
pub(crate) fn read<'m>(m: &'m Mutator<'_>, port: PortObject<'m>) -> Result<Value<'m>, Raise<'m>> {
    let mut builder = ValueBuilder::new(m);
    let mut text = String::new();
    let mut parser = Parser::new("");
    parser.set_fold_case(port.folds_case());
    let mut paused = parser.pause();
    let mut window_bytes = WINDOW_BYTES_MIN;
    let mut at_end = false;
    loop {
        let waiting = port.waiting();
        let window = &waiting[..window_bytes.min(waiting.len())];
        let is_all = window.len() == waiting.len();
        // What waits may grow by few bytes at a time, up to what the buffer has room for.
        let room_bytes = if is_all {
            port.bytes().len().min(2 * text.capacity())
        } else {
            0
        };
        let is_wrong = add_text(&mut builder, &mut text, window, room_bytes)?;
        let mut parser = paused.resume(&text);
        let part = if at_end && is_all && !is_wrong {
            TextPart::Last
        } else {
            TextPart::Beginning
        };
        let value = match parser.next_in_part(&mut builder, part) {
            Ok(Progress::Datum(datum)) => datum?,
            Ok(Progress::End) => Value::EOF,
            Ok(Progress::Undecided) if is_wrong => {
                port.set_folds_case(parser.folds_case());
                return Err(wrong_byte(port, window, &text));
            }
            Ok(Progress::Undecided) => {
                if is_all {
                    let filled = input::fill(m, port, "read");
                    let filled = filled.map_err(|raise| builder.with_made_bytes(raise))?;
                    at_end = filled == Filled::AtEnd;
                    window_bytes = window_bytes.max(port.waiting().len());
                } else {
                    window_bytes *= 4;
                }
                paused = parser.pause();
                continue;
            }
            Err(SyntaxError {
                kind: SyntaxErrorKind::Stopped(stop),
                ..
            }) => return Err(stop.into()),
            Err(error) => {
                port.set_folds_case(parser.folds_case());
                return Err(wrong(port, &error, parser.offset() as usize));
            }
        };
        port.take(parser.offset() as usize);
        port.set_folds_case(parser.folds_case());
        return Ok(value);
    }
}

/// Adds to `text` what `window` holds behind it, up to where that is cut off or stops to be UTF-8;
/// answers whether it does stop. The text gets room for so many bytes at least where it grows.
///
/// # Errors
///
/// [`Stop`], of a long text.
fn add_text(
    builder: &mut ValueBuilder<'_, '_>,
    text: &mut String,
    window: &[Cell<u8>],
    room_bytes: usize,
) -> Result<bool, Stop> {
    const PIECE_BYTES: usize = 1 << 16;
    if window.len() > text.capacity() {
        let room_bytes = room_bytes.max(window.len());
        builder.text_holds(text.capacity() + room_bytes)?;
        text.reserve_exact(room_bytes - text.len());
    }
    while text.len() < window.len() {
        let end = window.len().min(text.len() + PIECE_BYTES);
        let bytes = read_bytes(&window[text.len()..end]);
        match std::str::from_utf8(&bytes) {
            Ok(more) => text.push_str(more),
            Err(error) => {
                let valid = &bytes[..error.valid_up_to()];
                text.push_str(std::str::from_utf8(valid).expect("cut where it stops to be valid"));
                let is_wrong = error.error_len().is_some();
                // A character may go on behind the piece.
                if is_wrong || end == window.len() {
                    return Ok(is_wrong);
                }
            }
        }
        builder.supervisor().check()?;
    }
    Ok(false)
}

/// The condition for what follows `text`, which is consumed.
#[cold]
fn wrong_byte<'m>(port: PortObject<'m>, window: &[Cell<u8>], text: &str) -> Raise<'m> {
    let window = read_bytes(window);
    let error = syntax::decode_source(&window).expect_err("it has a byte that is no UTF-8");
    wrong(port, &error, text.len() + 1)
}

/// The condition for a mistake in the text, which is consumed.
#[cold]
fn wrong<'m>(port: PortObject<'m>, error: &SyntaxError, consumed: usize) -> Raise<'m> {
    let before = &port.waiting()[..error.span.start as usize];
    let LineColumn { line, column } = port.place().after(before);
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
