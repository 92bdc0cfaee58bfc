//! Data as text that reads back as the same data, shared and circular parts by datum labels.

use std::collections::HashMap;
use std::fmt::{Result, Write};

use super::{Data, DatumId, DatumKind};
use crate::string_escape::{write_character, write_string, write_symbol};
use crate::token::Abbreviation;

impl Data {
    /// Writes `datum`: compounds that occur more than once get a datum label, quotations their
    /// prefix. A live object is written `#<external n>`, which cannot be read.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn write(&self, datum: DatumId, out: &mut impl Write) -> Result {
        let mut writer = Writer {
            data: self,
            labels: self.shared_compounds(datum),
            label_count: 0,
        };
        let mut pending = vec![WriteStep::Datum(datum)];
        while let Some(step) = pending.pop() {
            match step {
                WriteStep::Datum(datum) => writer.datum(datum, &mut pending, out)?,
                WriteStep::Rest(list) => writer.rest(list, &mut pending, out)?,
                WriteStep::Text(text) => out.write_str(text)?,
            }
        }
        Ok(())
    }

    /// What [`write`](Self::write) writes.
    pub fn to_text(&self, datum: DatumId) -> String {
        let mut text = String::new();
        let written = self.write(datum, &mut text);
        debug_assert!(written.is_ok(), "a string takes any text");
        text
    }

    /// The compounds that are reached more than once from `datum`, without labels so far.
    fn shared_compounds(&self, datum: DatumId) -> HashMap<DatumId, Label> {
        let mut reached: HashMap<DatumId, bool> = HashMap::new();
        let mut pending = vec![datum];
        while let Some(datum) = pending.pop() {
            let parts: &[DatumId] = match self.kind(datum) {
                DatumKind::Pair(car, cdr) => &[*car, *cdr],
                DatumKind::Vector(items) if !items.is_empty() => items,
                _ => continue,
            };
            if reached
                .insert(datum, reached.contains_key(&datum))
                .is_none()
            {
                pending.extend_from_slice(parts);
            }
        }
        reached.retain(|_, again| *again);
        reached
            .into_keys()
            .map(|datum| (datum, Label::Pending))
            .collect()
    }
}

enum Label {
    Pending,
    Written(usize),
}

enum WriteStep {
    /// A datum to write.
    Datum(DatumId),
    /// What follows an item of a list: the list from its next pair on.
    Rest(DatumId),
    Text(&'static str),
}

struct Writer<'data> {
    data: &'data Data,
    labels: HashMap<DatumId, Label>,
    label_count: usize,
}

impl Writer<'_> {
    fn datum(
        &mut self,
        datum: DatumId,
        pending: &mut Vec<WriteStep>,
        out: &mut impl Write,
    ) -> Result {
        match self.labels.get_mut(&datum) {
            Some(Label::Written(number)) => return write!(out, "#{number}#"),
            Some(label @ Label::Pending) => {
                write!(out, "#{}=", self.label_count)?;
                *label = Label::Written(self.label_count);
                self.label_count += 1;
            }
            None => {}
        }
        match self.data.kind(datum) {
            DatumKind::Pair(car, cdr) => self.pair(*car, *cdr, pending, out),
            DatumKind::Vector(items) => {
                out.write_str("#(")?;
                pending.push(WriteStep::Text(")"));
                for (index, &item) in items.iter().enumerate().rev() {
                    pending.push(WriteStep::Datum(item));
                    pending.extend((index > 0).then_some(WriteStep::Text(" ")));
                }
                Ok(())
            }
            leaf => self.leaf(leaf, out),
        }
    }

    fn leaf(&self, leaf: &DatumKind, out: &mut impl Write) -> Result {
        match leaf {
            DatumKind::Null => out.write_str("()"),
            DatumKind::Boolean(value) => out.write_str(if *value { "#t" } else { "#f" }),
            DatumKind::Character(value) => write_character(*value, out),
            DatumKind::Constant(constant) => out.write_str(constant.text()),
            DatumKind::Number(number) => write!(out, "{number}"),
            DatumKind::String(text) => write_string(text, out),
            DatumKind::Symbol(symbol) => write_symbol(self.data.symbol_name(*symbol), out),
            DatumKind::Bytevector(bytes) => {
                out.write_str("#u8(")?;
                for (index, byte) in bytes.iter().enumerate() {
                    let space = if index > 0 { " " } else { "" };
                    write!(out, "{space}{byte}")?;
                }
                out.write_str(")")
            }
            DatumKind::External(index) => write!(out, "#<external {index}>"),
            DatumKind::Pair(..) | DatumKind::Vector(_) => Ok(()),
        }
    }

    fn pair(
        &self,
        car: DatumId,
        cdr: DatumId,
        pending: &mut Vec<WriteStep>,
        out: &mut impl Write,
    ) -> Result {
        if let Some((prefix, quoted)) = self.abbreviated(car, cdr) {
            pending.push(WriteStep::Datum(quoted));
            return out.write_str(prefix);
        }
        pending.push(WriteStep::Rest(cdr));
        pending.push(WriteStep::Datum(car));
        out.write_str("(")
    }

    /// The prefix and datum of a list such as `(quote datum)`.
    fn abbreviated(&self, car: DatumId, cdr: DatumId) -> Option<(&'static str, DatumId)> {
        let name = self.data.as_symbol(car)?;
        let form = Abbreviation::WRITTEN
            .into_iter()
            .find(|form| form.symbol() == name)?;
        let (quoted, end) = self.data.as_pair(cdr)?;
        // `,@x` would be read as splicing `x`.
        if form == Abbreviation::Unquote
            && let Some(name) = self.data.as_symbol(quoted)
            && name.starts_with('@')
        {
            return None;
        }
        let is_plain = *self.data.kind(end) == DatumKind::Null && !self.labels.contains_key(&cdr);
        is_plain.then_some((form.prefix(), quoted))
    }

    fn rest(&self, list: DatumId, pending: &mut Vec<WriteStep>, out: &mut impl Write) -> Result {
        match self.data.kind(list) {
            DatumKind::Null => out.write_str(")"),
            DatumKind::Pair(car, cdr) if !self.labels.contains_key(&list) => {
                pending.push(WriteStep::Rest(*cdr));
                pending.push(WriteStep::Datum(*car));
                out.write_str(" ")
            }
            _ => {
                pending.push(WriteStep::Text(")"));
                pending.push(WriteStep::Datum(list));
                out.write_str(" . ")
            }
        }
    }
}
