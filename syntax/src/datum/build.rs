//! Parser events to data in an arena.

use std::collections::HashMap;

use super::{Data, DatumId, DatumKind};
use crate::builder::{DatumBuilder, Leaf, ListEnd};
use crate::error::SyntaxError;
use crate::parser::Parser;
use crate::span::Span;
use crate::supervisor::{Supervisor, Unsupervised};

/// Adds what a parser reads to a [`Data`].
#[derive(Debug)]
pub struct DataBuilder<'data> {
    data: &'data mut Data,
    supervisor: &'data dyn Supervisor,
    stack: Vec<DatumId>,
    labels: HashMap<u64, Label>,
    /// How many nodes the arena held when the datum began.
    nodes_before: usize,
    /// Whether any placeholder is to be replaced.
    has_placeholders: bool,
}

#[derive(Clone, Copy, Debug)]
enum Label {
    /// A node that stands for the datum until it is complete.
    Placeholder(DatumId),
    Defined {
        placeholder: DatumId,
        datum: DatumId,
    },
}

impl Data {
    /// Reads all of `text`: the arena, and the data at top level in order.
    ///
    /// # Errors
    ///
    /// The first mistake in the text.
    pub fn parse(text: &str) -> Result<(Self, Vec<DatumId>), SyntaxError> {
        let mut data = Self::new();
        let mut forms = Vec::new();
        let mut parser = Parser::new(text);
        let mut builder = DataBuilder::new(&mut data);
        while let Some(form) = parser.next_datum(&mut builder)? {
            forms.push(form);
        }
        Ok((data, forms))
    }
}

impl<'data> DataBuilder<'data> {
    /// A builder that adds to `data`.
    pub fn new(data: &'data mut Data) -> Self {
        Self::supervised(data, &Unsupervised)
    }

    /// As [`Self::new`], for a text that may be long.
    pub fn supervised(data: &'data mut Data, supervisor: &'data dyn Supervisor) -> Self {
        let nodes_before = data.len();
        Self {
            data,
            supervisor,
            stack: Vec::new(),
            labels: HashMap::new(),
            nodes_before,
            has_placeholders: false,
        }
    }

    fn pop(&mut self) -> DatumId {
        self.stack
            .pop()
            .expect("the parser takes only what it pushed")
    }

    /// Where the last `count` data on the stack start.
    fn start_of(&self, count: usize) -> usize {
        self.stack
            .len()
            .checked_sub(count)
            .expect("the parser takes only what it pushed")
    }

    /// Replaces every edge to a placeholder by one to its datum.
    fn replace_placeholders(&mut self) {
        let labels = self.labels.values();
        let replacements: HashMap<DatumId, DatumId> = labels
            .filter_map(|label| match *label {
                Label::Defined { placeholder, datum } => Some((placeholder, datum)),
                Label::Placeholder(_) => None,
            })
            .collect();
        let replace = |datum: &mut DatumId| {
            if let Some(&replacement) = replacements.get(datum) {
                *datum = replacement;
            }
        };
        for node in &mut self.data.nodes[self.nodes_before..] {
            match &mut node.kind {
                DatumKind::Pair(car, cdr) => {
                    replace(car);
                    replace(cdr);
                }
                DatumKind::Vector(items) => items.iter_mut().for_each(replace),
                _ => {}
            }
        }
    }
}

impl DatumBuilder for DataBuilder<'_> {
    type Datum = DatumId;

    fn supervisor(&self) -> &dyn Supervisor {
        self.supervisor
    }

    fn start(&mut self) {
        self.stack.clear();
        self.labels.clear();
        self.nodes_before = self.data.len();
        self.has_placeholders = false;
    }

    fn leaf(&mut self, leaf: Leaf<'_>, span: Span) {
        let kind = match leaf {
            Leaf::Boolean(value) => DatumKind::Boolean(value),
            Leaf::Constant(constant) => DatumKind::Constant(constant),
            Leaf::Character(value) => DatumKind::Character(value),
            Leaf::Number(value) => DatumKind::Number(value.clone()),
            Leaf::String(value) => DatumKind::String(value.into()),
            Leaf::Symbol(name) => DatumKind::Symbol(self.data.intern(name)),
            Leaf::Bytevector(bytes) => DatumKind::Bytevector(bytes.into()),
        };
        let datum = self.data.push(kind, span);
        self.stack.push(datum);
    }

    fn list(&mut self, count: usize, end: ListEnd, span: Span) {
        let tail = match end {
            ListEnd::Closed => None,
            ListEnd::Tail => Some(self.pop()),
        };
        let start = self.start_of(count);
        let list = self.data.push_list(&self.stack[start..], tail, span);
        self.stack.truncate(start);
        self.stack.push(list);
    }

    fn vector(&mut self, count: usize, span: Span) {
        let start = self.start_of(count);
        let items = self.stack.split_off(start);
        let vector = self.data.push(DatumKind::Vector(items), span);
        self.stack.push(vector);
    }

    fn discard(&mut self) {
        self.pop();
    }

    fn reserve_label(&mut self, label: u64, span: Span) {
        let placeholder = self.data.push(DatumKind::Null, span);
        self.labels.insert(label, Label::Placeholder(placeholder));
    }

    fn define_label(&mut self, label: u64) {
        let datum = *self.stack.last().expect("the parser labels what it pushed");
        if let Some(label) = self.labels.get_mut(&label)
            && let Label::Placeholder(placeholder) = *label
        {
            *label = Label::Defined { placeholder, datum };
        }
    }

    fn reference_label(&mut self, label: u64, span: Span) {
        let datum = match self.labels.get(&label) {
            Some(&Label::Defined { datum, .. }) => datum,
            Some(&Label::Placeholder(placeholder)) => {
                self.has_placeholders = true;
                placeholder
            }
            None => self.data.push(DatumKind::Null, span),
        };
        self.stack.push(datum);
    }

    fn finish(&mut self) -> DatumId {
        if self.has_placeholders {
            self.replace_placeholders();
        }
        self.pop()
    }
}
