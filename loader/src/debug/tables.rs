//! The tables that tools ask, and the one question that all tools ask: which place is this address?

use abi::arity::ArityRecord;
use abi::image::{Extent, section};
use abi::written_name::WrittenName;

use super::lines::{LineRow, Lines};
use super::procedures::{Procedures, read_arities};
use crate::elf::Sections;

/// Names and lines of an image; empty where the file has none, or they are damaged.
///
/// Addresses are virtual.
#[derive(Clone, Debug, Default)]
pub struct DebugTables {
    procedures: Procedures,
    arities: Vec<ArityRecord>,
    lines: Lines,
    bytecode: Extent,
}

/// Where code comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeOrigin<'tables> {
    /// The procedure's name, if it has one.
    pub procedure: Option<&'tables str>,
    /// The source file, if lines are known.
    pub file: Option<&'tables str>,
    /// Line from 1; 0 if not known.
    pub line: u32,
    /// Column from 1; 0 if not known.
    pub column: u32,
    /// What errors of the code name.
    pub written: WrittenName,
}

impl DebugTables {
    /// `bytecode`: what the procedures of the arities lie in.
    pub(crate) fn parse(sections: &Sections<'_>, bytecode: Extent) -> Self {
        Self {
            bytecode,
            procedures: Procedures::parse(sections),
            arities: sections
                .find(section::ARITIES)
                .map(read_arities)
                .unwrap_or_default(),
            lines: Lines::parse(sections),
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

    /// The name of the procedure that `address` lies in, header included; empty if it has none.
    ///
    /// Known from `.symtab`; in a file without one, from the arities, where the bytecode of a
    /// procedure reaches to the next one.
    pub fn procedure_name(&self, address: u32) -> Option<&str> {
        if self.procedures.is_empty() {
            if u64::from(address) >= self.bytecode.end() {
                return None;
            }
            let after = self
                .arities
                .partition_point(|record| record.code <= address);
            return Some(&self.arities[after.checked_sub(1)?].name);
        }
        self.procedures.name_at(address)
    }

    /// Start, bytes and name of every function in `extent` that `.symtab` knows, ascending.
    pub fn functions_in(&self, extent: Extent) -> impl Iterator<Item = (u32, u32, &str)> {
        self.procedures.inside(extent)
    }

    /// Arity and parameter names of the procedure whose header is at `address`.
    pub fn arity(&self, address: u32) -> Option<&ArityRecord> {
        let found = self
            .arities
            .binary_search_by_key(&address, |record| record.code);
        found.ok().map(|index| &self.arities[index])
    }

    /// The line table, ascending by address.
    pub fn rows(&self) -> &[LineRow] {
        self.lines.rows()
    }

    /// The line table's row for the code at `address`.
    pub fn row_at(&self, address: u32) -> Option<&LineRow> {
        self.lines.row_at(address)
    }

    /// The path of a file that a row names.
    pub fn file(&self, number: u32) -> Option<&str> {
        self.lines.file(number)
    }
}
