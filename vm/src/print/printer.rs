//! The printer: a stack of tasks holds the parts that are still to be written.

use syntax::{Stop, Supervisor};

use super::frugal::Frugal;
use super::labels::{Labelled, Labels, WrittenLabel};
use super::leaf;
use super::parts::{Parts, parts, word};
use super::style::Style;
use crate::mutator::Mutator;
use crate::object::Object;
use crate::value::Value;

/// Tasks between two questions to the supervisor.
const TASKS_BETWEEN_CHECKS: usize = 1 << 12;
/// Text of which the supervisor is told when it has become longer, in bytes.
const UNANNOUNCED_BYTES: usize = 1 << 16;
/// How long an abridged text is at most, in bytes, beside the ellipsis.
const ABRIDGED_BYTES: usize = 1 << 13;

/// The external representation of `value`.
#[cfg(test)]
pub(crate) fn to_text<'m>(m: &'m Mutator<'_>, value: Value<'m>, style: Style) -> String {
    let text = to_text_supervised(m, value, style, &syntax::Unsupervised);
    text.expect("nobody stops it")
}

/// The beginning of the external representation of `value`, with an ellipsis where more would follow. Where the search
/// for cycles would be long, there are no labels.
pub(crate) fn to_abridged_text<'m>(m: &'m Mutator<'_>, value: Value<'m>, style: Style) -> String {
    let labels = Labels::find(m, value, Labelled::Cycles, &Frugal::default()).unwrap_or_default();
    let frugal = Frugal::default();
    let mut printer = Printer::new(m, value, style, labels, &frugal);
    while let Some(task) = printer.tasks.pop() {
        if printer.perform(task).is_err() || printer.text.len() > ABRIDGED_BYTES {
            let end = printer.text.floor_char_boundary(ABRIDGED_BYTES);
            printer.text.truncate(end);
            printer.text.push('…');
            break;
        }
    }
    printer.text
}

/// The external representation of `value`, which may be large.
///
/// # Errors
///
/// [`Stop`].
pub(crate) fn to_text_supervised<'m>(
    m: &'m Mutator<'_>,
    value: Value<'m>,
    style: Style,
    supervisor: &dyn Supervisor,
) -> Result<String, Stop> {
    let labelled = match style {
        Style::Display | Style::Write => Labelled::Cycles,
        Style::WriteShared => Labelled::Shared,
    };
    let labels = Labels::find(m, value, labelled, supervisor)?;
    let mut printer = Printer::new(m, value, style, labels, supervisor);
    let mut announced_bytes = UNANNOUNCED_BYTES;
    let mut performed = 0;
    while let Some(task) = printer.tasks.pop() {
        performed += 1;
        if performed % TASKS_BETWEEN_CHECKS == 0 {
            supervisor.check()?;
        }
        printer.perform(task)?;
        if printer.text.len() > announced_bytes {
            announced_bytes = 2 * printer.text.len();
            // What there is, and a copy that is twice as long when it grows.
            supervisor.reserve(2 * announced_bytes)?;
        }
    }
    Ok(printer.text)
}

/// Something that is left to be written.
#[derive(Clone, Copy)]
enum Task<'m> {
    Value(Value<'m>),
    Text(&'static str),
    /// The rest of a list, after its first element.
    Tail(Value<'m>),
    /// The elements of a vector from this one on.
    Elements(Object<'m>, usize),
    /// The fields of a record from this one on.
    Fields(Object<'m>, usize),
}

struct Printer<'m, 'id, 's> {
    m: &'m Mutator<'id>,
    style: Style,
    labels: Labels,
    tasks: Vec<Task<'m>>,
    text: String,
    supervisor: &'s dyn Supervisor,
}

impl<'m, 'id, 's> Printer<'m, 'id, 's> {
    fn new(
        m: &'m Mutator<'id>,
        value: Value<'m>,
        style: Style,
        labels: Labels,
        supervisor: &'s dyn Supervisor,
    ) -> Self {
        Self {
            m,
            style,
            labels,
            tasks: vec![Task::Value(value)],
            text: String::new(),
            supervisor,
        }
    }

    fn perform(&mut self, task: Task<'m>) -> Result<(), Stop> {
        match task {
            Task::Text(text) => self.text.push_str(text),
            Task::Value(value) => return self.value(value),
            Task::Tail(tail) => self.tail(tail),
            Task::Elements(vector, index) => match word(vector, index) {
                Some(element) => {
                    self.text.push_str(if index == 0 { "" } else { " " });
                    self.tasks.push(Task::Elements(vector, index + 1));
                    self.tasks.push(Task::Value(element));
                }
                None => self.text.push(')'),
            },
            Task::Fields(record, index) => match word(record, 1 + index) {
                Some(field) => {
                    self.text.push(' ');
                    if let Some(name) = leaf::field_name(self.m, record, index) {
                        self.text.push_str(&name);
                        self.text.push_str(": ");
                    }
                    self.tasks.push(Task::Fields(record, index + 1));
                    self.tasks.push(Task::Value(field));
                }
                None => self.text.push('>'),
            },
        }
        Ok(())
    }

    fn value(&mut self, value: Value<'m>) -> Result<(), Stop> {
        if self.labels.write(value, &mut self.text) == Some(WrittenLabel::Reference) {
            return Ok(());
        }
        match parts(self.m, value) {
            Parts::Pair(car, cdr) => self.pair(car, cdr),
            Parts::Fields(object, 0) => {
                self.text.push_str("#(");
                self.tasks.push(Task::Elements(object, 0));
            }
            Parts::Fields(object, _) => {
                self.text.push_str("#<");
                self.text.push_str(&leaf::record_name(self.m, object));
                self.tasks.push(Task::Fields(object, 0));
            }
            Parts::None => {
                let text = &mut self.text;
                return leaf::write(self.m, value, self.style, text, self.supervisor);
            }
        }
        Ok(())
    }

    fn pair(&mut self, car: Value<'m>, cdr: Value<'m>) {
        if let Some((prefix, datum)) = self.abbreviation(car, cdr) {
            self.text.push_str(prefix);
            self.tasks.push(Task::Value(datum));
            return;
        }
        self.text.push('(');
        self.tasks.push(Task::Tail(cdr));
        self.tasks.push(Task::Value(car));
    }

    /// What stands for `(quote datum)` and the like.
    fn abbreviation(&self, car: Value<'m>, cdr: Value<'m>) -> Option<(&'static str, Value<'m>)> {
        let (datum, end) = self.m.pair(cdr)?;
        if !end.is_null() || self.labels.has(cdr) {
            return None;
        }
        let prefix = match self.m.symbol_name(car)?.as_str() {
            "quote" => "'",
            "quasiquote" => "`",
            // `,@x` would be read as splicing `x`.
            "unquote" if self.begins_with_at(datum) => return None,
            "unquote" => ",",
            "unquote-splicing" => ",@",
            _ => return None,
        };
        Some((prefix, datum))
    }

    fn begins_with_at(&self, datum: Value<'m>) -> bool {
        let name = self.m.symbol_name(datum);
        name.is_some_and(|name| name.starts_with('@'))
    }

    fn tail(&mut self, tail: Value<'m>) {
        match self.m.pair(tail) {
            Some((car, cdr)) if !self.labels.has(tail) => {
                self.text.push(' ');
                self.tasks.push(Task::Tail(cdr));
                self.tasks.push(Task::Value(car));
            }
            _ if tail.is_null() => self.text.push(')'),
            _ => {
                self.text.push_str(" . ");
                self.tasks.push(Task::Text(")"));
                self.tasks.push(Task::Value(tail));
            }
        }
    }
}
