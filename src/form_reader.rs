//! Reads the forms of standard input for a prompt, from the buffer that the program reads from, too.

use std::cell::Cell;

use compiler::diagnostic::Diagnostic;
use syntax::{
    DatumBuilder, Leaf, Lexer, ListEnd, Parser, PausedParser, Progress, Span, SyntaxError,
    TextPart, Token,
};
use vm::{Filled, InputError};

use crate::entered_form::EnteredForm;
use crate::error::Error;
use crate::scheme::Scheme;
use crate::texts::malformed;

/// How much of the waiting input is looked at first; then four times as much, and so on.
const WINDOW_BYTES_MIN: usize = 256;

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// What messages call standard input.
const NAME: &str = "stdin";

/// What a prompt does next.
#[derive(Debug, PartialEq, Eq)]
pub enum NextForm {
    /// It evaluates this form, which was taken from standard input. So was the rest of its line, if that is blank.
    Form(EnteredForm),
    /// It lets the reader [receive](FormReader::receive) more input.
    Wanted(WantedInput),
    /// It ends, as the input does.
    End,
}

/// What a reader needs more input for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WantedInput {
    /// A form.
    Form,
    /// The rest of a form that has begun.
    RestOfForm,
    /// The rest of a line, of which nothing is evaluated.
    RestOfLine,
}

/// Takes one form after the other from standard input. What a form reads there itself comes behind it.
#[derive(Debug)]
pub struct FormReader {
    state: State,
    /// What the parser has of the input that waits.
    text: String,
    /// How many bytes at the beginning of the text are known as blank.
    blank_bytes: usize,
    parser: PausedParser,
    outline: Outline,
    window_bytes: usize,
    last_received: Filled,
}

/// What the reader takes next.
#[derive(Debug)]
enum State {
    Form,
    /// The blank rest of the line of this form.
    BlankRest(EnteredForm),
    /// The rest of the line of a mistake.
    MistakenRest,
}

/// What the text of a window ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TextEnd {
    /// Bytes that are no UTF-8, whatever follows.
    WrongByte,
    /// The end of the window.
    Window,
    /// The end of what waits.
    Waiting,
}

impl Default for FormReader {
    fn default() -> Self {
        Self {
            state: State::Form,
            text: String::new(),
            blank_bytes: 0,
            parser: Parser::new("").pause(),
            outline: Outline::default(),
            window_bytes: WINDOW_BYTES_MIN,
            last_received: Filled::More,
        }
    }
}

impl FormReader {
    /// Takes the next form, unless more input is needed first.
    ///
    /// # Errors
    ///
    /// [`Error::Syntax`]: a mistake. The rest of its line is no form.
    pub fn next_form(&mut self, scheme: &mut Scheme<'_, '_>) -> Result<NextForm, Error> {
        loop {
            match std::mem::replace(&mut self.state, State::Form) {
                State::Form => {
                    if let Some(next) = self.parse(scheme)? {
                        return Ok(next);
                    }
                }
                State::BlankRest(form) => {
                    let waiting = scheme.mutator.waiting_input();
                    let blank_bytes = waiting.iter().take_while(|byte| is_blank(byte)).count();
                    let next = waiting.get(blank_bytes).map(Cell::get);
                    if next.is_none() && self.last_received == Filled::More {
                        self.state = State::BlankRest(form);
                        return Ok(NextForm::Wanted(WantedInput::RestOfLine));
                    }
                    if next == Some(b'\n') {
                        scheme.mutator.take_input(blank_bytes + 1);
                    }
                    return Ok(NextForm::Form(form));
                }
                State::MistakenRest => {
                    let waiting = scheme.mutator.waiting_input();
                    let line_bytes = waiting.iter().position(|byte| byte.get() == b'\n');
                    let taken_bytes = line_bytes.map_or(waiting.len(), |bytes| bytes + 1);
                    scheme.mutator.take_input(taken_bytes);
                    if line_bytes.is_none() && self.last_received == Filled::More {
                        self.state = State::MistakenRest;
                        return Ok(NextForm::Wanted(WantedInput::RestOfLine));
                    }
                }
            }
        }
    }

    /// Waits for more input.
    ///
    /// # Errors
    ///
    /// [`Error::File`], [`Error::HeapExhausted`].
    pub fn receive(&mut self, scheme: &mut Scheme<'_, '_>) -> Result<(), Error> {
        self.last_received = scheme
            .mutator
            .receive_input()
            .map_err(|error| match error {
                InputError::HeapExhausted(exhausted) => Error::HeapExhausted {
                    needed_bytes: exhausted.needed_bytes,
                },
                InputError::System(error) => Error::File {
                    path: "standard input".to_owned(),
                    error,
                },
            })?;
        Ok(())
    }

    /// Drops the input that waits, and the form that has begun there.
    pub fn forget(&mut self, scheme: &mut Scheme<'_, '_>) {
        let bytes = scheme.mutator.waiting_input().len();
        self.take(scheme, bytes);
        self.state = State::Form;
    }

    /// Parses what waits. `None` if there is something else to take now.
    fn parse(&mut self, scheme: &mut Scheme<'_, '_>) -> Result<Option<NextForm>, Error> {
        let folded_before = scheme.mutator.input_folds_case();
        loop {
            let end = self.add_text(scheme);
            let is_at_end = end == TextEnd::Waiting && self.last_received == Filled::AtEnd;
            let part = if is_at_end {
                TextPart::Last
            } else {
                TextPart::Beginning
            };
            let paused = std::mem::replace(&mut self.parser, Parser::new("").pause());
            let mut parser = paused.resume(&self.text);
            if parser.offset() == 0 {
                // Who read before may have left it otherwise.
                parser.set_fold_case(folded_before);
            }
            let progress = parser.next_in_part(&mut self.outline, part);
            let offset = parser.offset() as usize;
            let folds_case = parser.folds_case();
            self.parser = parser.pause();
            match progress {
                Ok(Progress::Datum(start)) => {
                    let form = EnteredForm {
                        text: self.text[start..offset].to_owned(),
                        folds_case: folds_case_behind(&self.text[..start], folded_before),
                    };
                    scheme.mutator.set_input_folds_case(folds_case);
                    self.take(scheme, offset);
                    self.state = State::BlankRest(form);
                    return Ok(None);
                }
                Ok(Progress::End) => {
                    self.take(scheme, self.text.len());
                    return Ok(Some(NextForm::End));
                }
                Ok(Progress::Undecided) => match end {
                    TextEnd::Window => self.window_bytes *= 4,
                    TextEnd::WrongByte => {
                        scheme.mutator.set_input_folds_case(folds_case);
                        let waiting = copied(scheme.mutator.waiting_input());
                        let error = syntax::decode_source(&waiting);
                        let error = error.expect_err("it has a byte that is no UTF-8");
                        return Err(self.mistake(scheme, &error, self.text.len() + 1));
                    }
                    TextEnd::Waiting if self.is_blank() => {
                        return Ok(Some(NextForm::Wanted(WantedInput::Form)));
                    }
                    TextEnd::Waiting => return Ok(Some(NextForm::Wanted(WantedInput::RestOfForm))),
                },
                Err(error) if error.is_incomplete() => {
                    // Nothing comes any more: the compiler says so, with the place.
                    let form = EnteredForm {
                        text: self.text.trim_start().to_owned(),
                        folds_case: folded_before,
                    };
                    self.take(scheme, self.text.len());
                    return Ok(Some(NextForm::Form(form)));
                }
                Err(error) => {
                    scheme.mutator.set_input_folds_case(folds_case);
                    return Err(self.mistake(scheme, &error, offset));
                }
            }
        }
    }

    /// Whether nothing of a form has come. Of the text, what came last is looked at.
    fn is_blank(&mut self) -> bool {
        let rest = self.text[self.blank_bytes..].trim_start();
        self.blank_bytes = self.text.len() - rest.len();
        rest.is_empty()
    }

    /// Adds to the text what has come.
    fn add_text(&mut self, scheme: &mut Scheme<'_, '_>) -> TextEnd {
        if self.text.is_empty() && scheme.mutator.input_place() == vm::LineColumn::default() {
            let start = copied(
                scheme
                    .mutator
                    .waiting_input()
                    .iter()
                    .take(BYTE_ORDER_MARK.len()),
            );
            if start == BYTE_ORDER_MARK.as_bytes() {
                scheme.mutator.take_input(start.len());
            }
        }
        let waiting = scheme.mutator.waiting_input();
        let window = &waiting[..self.window_bytes.min(waiting.len())];
        let bytes = copied(&window[self.text.len()..]);
        let error = match std::str::from_utf8(&bytes) {
            Ok(text) => {
                self.text.push_str(text);
                None
            }
            Err(error) => {
                let valid = &bytes[..error.valid_up_to()];
                self.text.push_str(&String::from_utf8_lossy(valid));
                Some(error)
            }
        };
        let is_all = window.len() == waiting.len();
        match error {
            Some(error) if error.error_len().is_some() => TextEnd::WrongByte,
            // A character is cut off.
            Some(_) if is_all && self.last_received == Filled::AtEnd => TextEnd::WrongByte,
            _ if is_all => TextEnd::Waiting,
            _ => TextEnd::Window,
        }
    }

    /// Takes so many bytes of what waits: the parser starts anew behind them.
    fn take(&mut self, scheme: &mut Scheme<'_, '_>, bytes: usize) {
        scheme.mutator.take_input(bytes);
        self.text.clear();
        self.blank_bytes = 0;
        self.parser = Parser::new("").pause();
        self.window_bytes = WINDOW_BYTES_MIN;
    }

    /// Takes the bytes up to behind a mistake; the error with its place.
    fn mistake(&mut self, scheme: &mut Scheme<'_, '_>, error: &SyntaxError, bytes: usize) -> Error {
        let waiting = copied(scheme.mutator.waiting_input());
        let rest_of_line = waiting[bytes..].iter().position(|&byte| byte == b'\n');
        let end = rest_of_line.map_or(waiting.len(), |rest_bytes| bytes + rest_bytes);
        let text = String::from_utf8_lossy(&waiting[..end]);
        let mut diagnostic = malformed(&text, NAME, error);
        move_to(&mut diagnostic, scheme.mutator.input_place());
        self.take(scheme, bytes);
        self.state = State::MistakenRest;
        Error::Syntax(vec![diagnostic])
    }
}

/// Moves a diagnostic about a text to where the text stands in the input. What stands in front of the text in its
/// first line was taken, and is blank in the message.
fn move_to(diagnostic: &mut Diagnostic, place: vm::LineColumn) {
    let [lines, columns] = [place.line, place.column].map(|n| u32::try_from(n).unwrap_or(u32::MAX));
    if diagnostic.line == 1 {
        diagnostic.column = diagnostic.column.saturating_add(columns);
        let blank = " ".repeat(place.column);
        diagnostic.source_line = format!("{blank}{}", diagnostic.source_line);
    }
    diagnostic.line = diagnostic.line.saturating_add(lines);
}

/// Whether case is folded behind white space, comments and directives, if it is or is not in front of them.
fn folds_case_behind(atmosphere: &str, folds_case: bool) -> bool {
    let Ok(mut lexer) = Lexer::new(atmosphere) else {
        return folds_case;
    };
    lexer.set_fold_case(folds_case);
    // Data in comments are tokens, too.
    while !matches!(lexer.next_token(), Ok((Token::End, _)) | Err(_)) {}
    lexer.folds_case()
}

fn is_blank(byte: &Cell<u8>) -> bool {
    matches!(byte.get(), b' ' | b'\t' | b'\r')
}

fn copied<'cells>(cells: impl IntoIterator<Item = &'cells Cell<u8>>) -> Vec<u8> {
    cells.into_iter().map(Cell::get).collect()
}

/// A builder that only finds out where a datum starts.
#[derive(Debug, Default)]
struct Outline {
    /// How many data the parser has built, of which none is part of another.
    count: usize,
    start: Option<u32>,
}

impl Outline {
    fn add(&mut self, span: Span) {
        self.count += 1;
        self.include(span);
    }

    fn include(&mut self, span: Span) {
        let start = self.start.get_or_insert(span.start);
        *start = span.start.min(*start);
    }

    fn remove(&mut self, count: usize) {
        self.count = self.count.saturating_sub(count);
    }
}

impl DatumBuilder for Outline {
    /// The offset of the datum's first byte.
    type Datum = usize;

    fn start(&mut self) {
        *self = Self::default();
    }

    fn leaf(&mut self, _leaf: Leaf<'_>, span: Span) {
        self.add(span);
    }

    fn list(&mut self, count: usize, end: ListEnd, span: Span) {
        self.remove(count + usize::from(end == ListEnd::Tail));
        self.add(span);
    }

    fn vector(&mut self, count: usize, span: Span) {
        self.remove(count);
        self.add(span);
    }

    fn discard(&mut self) {
        self.remove(1);
        if self.count == 0 {
            self.start = None;
        }
    }

    fn reserve_label(&mut self, _label: u64, span: Span) {
        self.include(span);
    }

    fn define_label(&mut self, _label: u64) {}

    fn reference_label(&mut self, _label: u64, span: Span) {
        self.add(span);
    }

    fn finish(&mut self) -> usize {
        self.start.unwrap_or_default() as usize
    }
}
