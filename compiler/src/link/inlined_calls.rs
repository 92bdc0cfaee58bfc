//! The table of inlined calls: what the line table's rows refer to, and no more.

use std::collections::HashMap;

use abi::inlined::{InlinedCall, InlinedCalls, InlinedIn, InlinedKind, InlinedRow};

use super::layout::Layout;
use super::procedure_name::procedure_name;
use super::stretch::stretches;
use super::unit::{LineRow, LinkUnit};
use crate::core::activation::{Activation, ActivationKind};
use crate::core::ir::{ActivationId, CallPosition, SourcePlace};
use crate::id_map::IdMap;
use crate::image_options::Frames;

/// Encodes the table; nothing if no code says anything of it.
pub(super) fn encode(unit: &LinkUnit, layout: &Layout) -> Option<Vec<u8>> {
    let mut table = Table {
        unit,
        calls: InlinedCalls::default(),
        numbers: IdMap::default(),
        texts: HashMap::new(),
    };
    for stretch in stretches(unit, layout) {
        // The first row of a stretch reaches back to the start, as in the line table.
        let mut address = stretch.start;
        let mut lines = stretch.lines.iter();
        match lines.next() {
            Some(line) => table.add_row(address, line),
            None => table.add_row(address, &NOTHING_KNOWN),
        }
        for line in lines {
            address = stretch.start + stretch.header_bytes + line.offset;
            table.add_row(address, line);
        }
    }
    (!table.calls.rows.is_empty()).then(|| table.calls.encode())
}

const NOTHING_KNOWN: LineRow = LineRow {
    offset: 0,
    file: 0,
    line: 0,
    column: 0,
    written: abi::written_name::WrittenName::NONE,
    activation: ActivationId::ENTRY,
    call: CallPosition::Inner,
};

struct Table<'unit> {
    unit: &'unit LinkUnit,
    calls: InlinedCalls,
    /// The calls that activations have become.
    numbers: IdMap<ActivationId, InlinedIn>,
    texts: HashMap<String, u32>,
}

impl Table<'_> {
    fn add_row(&mut self, address: u32, line: &LineRow) {
        let body = self.body(line.activation);
        let row = InlinedRow {
            address,
            body,
            // The frame of a procedure that the code lies in is there.
            is_tail_call: line.call == CallPosition::Tail && body != InlinedIn::Procedure,
        };
        let before = self.calls.rows.last();
        let (body, is_tail_call) = before.map_or((InlinedIn::Procedure, false), |it| {
            (it.body, it.is_tail_call)
        });
        if (row.body, row.is_tail_call) != (body, is_tail_call) {
            self.calls.rows.push(row);
        }
    }

    /// The inlined call that an activation is, whose callers come first.
    fn body(&mut self, id: ActivationId) -> InlinedIn {
        if self.unit.frames == Frames::OnStack && !self.is_record_operation(id) {
            return InlinedIn::Procedure;
        }
        let mut callees = Vec::new();
        let mut outer = id;
        let mut caller = loop {
            if let Some(&number) = self.numbers.get(&outer) {
                break number;
            }
            let activation = self.unit.activations.get(outer);
            let Some(call) = activation.and_then(|activation| activation.called_at) else {
                break InlinedIn::Procedure;
            };
            callees.push(outer);
            outer = call.activation;
            if self.unit.frames == Frames::OnStack {
                break InlinedIn::Procedure;
            }
        };
        while let Some(callee) = callees.pop() {
            let activation = self.unit.activations.get(callee);
            let activation = activation.expect("it was found on the way out");
            let call = self.call(activation, caller);
            caller = InlinedIn::Call(self.calls.calls.len() as u32);
            self.calls.calls.push(call);
            self.numbers.insert(callee, caller);
        }
        caller
    }

    /// Whether the activation is only there to name errors.
    fn is_record_operation(&self, id: ActivationId) -> bool {
        let activation = self.unit.activations.get(id);
        activation.is_some_and(|it| matches!(it.kind, ActivationKind::RecordOperation { .. }))
    }

    fn call(&mut self, activation: &Activation, caller: InlinedIn) -> InlinedCall {
        let files = &self.unit.files;
        let name = procedure_name(&activation.name, activation.definition, files).into_owned();
        let SourcePlace {
            file,
            line,
            column,
            call,
            ..
        } = activation.called_at.unwrap_or_default();
        let file = files.get(usize::from(file)).map_or("", |file| file);
        let (kind, argument) = match &activation.kind {
            ActivationKind::Procedure => (InlinedKind::Procedure, None),
            ActivationKind::RecordProcedure => (InlinedKind::RecordProcedure, None),
            ActivationKind::RecordOperation { argument } => {
                (InlinedKind::RecordOperation, argument.as_deref())
            }
        };
        InlinedCall {
            kind,
            name: self.text(&name),
            argument: argument.map(|argument| self.text(argument)),
            file: self.text(file),
            line,
            column,
            caller,
            is_tail_call: call == CallPosition::Tail,
        }
    }

    fn text(&mut self, text: &str) -> u32 {
        if let Some(&number) = self.texts.get(text) {
            return number;
        }
        let number = self.calls.texts.len() as u32;
        self.calls.texts.push(text.into());
        self.texts.insert(text.to_owned(), number);
        number
    }
}
