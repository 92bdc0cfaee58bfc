//! The tables that tools ask, and the one question that all tools ask: which place is this address?

use abi::arity::ArityRecord;
use abi::image::{Extent, section};
use abi::inlined::{InlinedCalls, InlinedIn, InlinedKind};
use abi::places::Places;
use abi::procedure::TOP_LEVEL;
use abi::properties::{self, ProcedureProperties};
use abi::written_name::WrittenName;

use super::frames::{Chain, FrameState, SourceFrame};
use super::lines::{LineRow, Lines};
use super::origin::CodeOrigin;
use super::procedures::{Arities, Procedures};
use crate::elf::Sections;

/// Names and lines of an image; empty where the file has none, or they are damaged.
///
/// Addresses are virtual.
#[derive(Clone, Debug, Default)]
pub struct DebugTables {
    procedures: Procedures,
    arities: Arities,
    /// `.cozen.properties`
    properties: Box<[u8]>,
    lines: Lines,
    inlined: InlinedCalls,
    bytecode: Extent,
}

/// An accessor or a modifier of a record type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordProcedure<'tables> {
    /// Its name.
    pub name: &'tables str,
    /// The variable that is its argument 1, if it is one.
    pub argument: Option<&'tables str>,
}

impl DebugTables {
    /// `bytecode`: what the procedures of the arities lie in.
    pub(crate) fn parse(sections: &Sections<'_>, bytecode: Extent) -> Self {
        let places = sections.find(section::PLACES).and_then(Places::decode);
        let (procedures, lines) = match places {
            Some(places) => (
                Procedures::of(places.procedures),
                Lines::of(places.rows, places.files),
            ),
            None => (Procedures::parse(sections), Lines::parse(sections)),
        };
        Self {
            bytecode,
            procedures,
            arities: sections
                .find(section::ARITIES)
                .map(Arities::parse)
                .unwrap_or_default(),
            properties: (sections.find(section::PROPERTIES))
                .unwrap_or_default()
                .into(),
            lines,
            inlined: sections
                .find(section::INLINED)
                .and_then(InlinedCalls::decode)
                .unwrap_or_default(),
        }
    }

    /// The procedure and line that the code at `address` comes from; `None` if neither is known.
    pub fn origin_of(&self, address: u32) -> Option<CodeOrigin<'_>> {
        let procedure = self.procedure_name(address);
        let row = self.lines.row_at(address);
        if procedure.is_none() && row.is_none() {
            return None;
        }
        Some(CodeOrigin {
            procedure: procedure.filter(|name| !name.is_empty()),
            file: row.and_then(|row| self.file(row.file)),
            line: row.map_or(0, |row| row.line),
            column: row.map_or(0, |row| row.column),
            written: row.map_or(WrittenName::default(), |row| row.written),
        })
    }

    /// The frames that the text has for the one frame whose code is at `address`, innermost first: where procedures
    /// were inlined, there is more than one. None if nothing is known.
    pub fn frames_of(&self, address: u32, state: FrameState) -> Vec<SourceFrame<'_>> {
        let Some(own) = self.origin_of(address) else {
            return Vec::new();
        };
        let row = self.inlined.row_at(address);
        let chain = Chain {
            calls: &self.inlined,
            procedure: own.procedure,
        };
        chain.frames(SourceFrame::from(own), row, state)
    }

    /// The accessor or modifier of a record type that the code at `address`, which does the work of one, was written
    /// as.
    /// None if the file does not tell.
    pub fn record_procedure(&self, address: u32) -> Option<RecordProcedure<'_>> {
        let row = self.inlined.row_at(address);
        match row.map(|row| row.body).unwrap_or_default() {
            InlinedIn::Call(number) => {
                let call = self.inlined.call(number)?;
                (call.kind != InlinedKind::Procedure).then(|| RecordProcedure {
                    name: self.inlined.text(call.name),
                    argument: call.argument.map(|argument| self.inlined.text(argument)),
                })
            }
            // Without lines, there are no inlined calls either.
            InlinedIn::Procedure if self.lines.is_empty() => None,
            InlinedIn::Procedure => Some(RecordProcedure {
                name: self
                    .procedure_name(address)
                    .filter(|name| !name.is_empty())?,
                argument: None,
            }),
        }
    }

    /// The name that the text gives to the procedure whose bytecode holds `address`; empty if the text gives none.
    pub fn name_in_text(&self, address: u32) -> Option<&str> {
        if u64::from(address) >= self.bytecode.end() {
            return None;
        }
        self.arities.name_before(address)
    }

    /// The name of the procedure that `address` lies in, header included; empty if it has none.
    ///
    /// Known from `.symtab`; in a file without one, from the arities, where the bytecode of a
    /// procedure reaches to the next one.
    pub fn procedure_name(&self, address: u32) -> Option<&str> {
        if self.procedures.is_empty() {
            return self.name_in_text(address);
        }
        self.procedures.name_at(address).map(own_name)
    }

    /// Start, bytes and name of every function in `extent` that `.symtab` knows, ascending.
    pub fn functions_in(&self, extent: Extent) -> impl Iterator<Item = (u32, u32, &str)> {
        self.procedures.inside(extent)
    }

    /// Arity and parameter names of the procedure whose header is at `address`.
    pub fn arity(&self, address: u32) -> Option<ArityRecord> {
        self.arities.at(address)
    }

    /// What the text says of the procedure whose header is at `address` beside its parameters.
    pub fn properties(&self, address: u32) -> ProcedureProperties {
        properties::find(&self.properties, address).unwrap_or_default()
    }

    /// The line table, ascending by address.
    pub fn rows(&self) -> &[LineRow] {
        self.lines.rows()
    }

    /// The line table's row for the code at `address`.
    pub fn row_at(&self, address: u32) -> Option<LineRow> {
        self.lines.row_at(address)
    }

    /// The path of a file that a row names.
    pub fn file(&self, number: u32) -> Option<&str> {
        self.lines.file(number)
    }
}

/// The name that the text gives to a procedure: none to those of the top level.
fn own_name(name: &str) -> &str {
    if name == TOP_LEVEL { "" } else { name }
}
