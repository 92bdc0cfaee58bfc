//! Names of procedures: `.symtab` (gABI, "Symbol Table") or `.cozen.places`, and `.cozen.arities`.

use abi::arity::{self, ArityRecord};
use abi::image::Extent;
use abi::places::PlacedProcedure;

use crate::elf::{Sections, string_at};

const SYMBOL_BYTES: usize = 24;
const STT_FUNC: u8 = 2;

/// The procedures of a symbol table.
///
/// A name is looked up when somebody asks. A damaged table may give each of its procedures a name as long as the
/// table, so that all names together would take memory without a bound.
#[derive(Clone, Debug, Default)]
pub(super) struct Procedures {
    /// Ascending by address.
    symbols: Vec<ProcedureSymbol>,
    names: Box<[u8]>,
}

/// A procedure in the symbol table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ProcedureSymbol {
    start: u32,
    /// Header included.
    bytes: u32,
    /// Where the name starts in the string table.
    name: u32,
}

impl Procedures {
    /// The procedures in `.symtab`.
    pub(super) fn parse(sections: &Sections<'_>) -> Self {
        let symbols = sections.find(".symtab").unwrap_or_default();
        let (symbols, _) = symbols.as_chunks::<SYMBOL_BYTES>();
        let mut symbols: Vec<ProcedureSymbol> = symbols.iter().filter_map(read_symbol).collect();
        symbols.sort_by_key(|symbol| symbol.start);
        Self {
            symbols,
            names: sections.find(".strtab").unwrap_or_default().into(),
        }
    }

    /// Those of an image without symbol table.
    pub(super) fn of(procedures: Vec<PlacedProcedure>) -> Self {
        let mut names = Vec::new();
        let mut symbols = Vec::with_capacity(procedures.len());
        for procedure in procedures {
            let name = names.len() as u32;
            names.extend_from_slice(procedure.name.as_bytes());
            names.push(0);
            symbols.push(ProcedureSymbol {
                start: procedure.start,
                bytes: procedure.bytes,
                name,
            });
        }
        symbols.sort_by_key(|symbol| symbol.start);
        Self {
            symbols,
            names: names.into(),
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.symbols.is_empty()
    }

    /// The name of the procedure that `address` lies in; empty if it has none.
    pub(super) fn name_at(&self, address: u32) -> Option<&str> {
        let after = (self.symbols).partition_point(|symbol| symbol.start <= address);
        let symbol = self.symbols[after.checked_sub(1)?];
        (address - symbol.start < symbol.bytes).then(|| self.name(symbol))
    }

    /// The procedures in `extent`: start, bytes and name, ascending.
    pub(super) fn inside(&self, extent: Extent) -> impl Iterator<Item = (u32, u32, &str)> {
        let symbols = self.symbols.iter().copied();
        let inside = symbols.filter(move |&ProcedureSymbol { start, bytes, .. }| {
            extent.contains(Extent { start, bytes })
        });
        inside.map(|symbol| (symbol.start, symbol.bytes, self.name(symbol)))
    }

    /// Empty if the table is damaged there.
    fn name(&self, symbol: ProcedureSymbol) -> &str {
        let name = string_at(&self.names, symbol.name).unwrap_or_default();
        str::from_utf8(name).unwrap_or_default()
    }
}

fn read_symbol(symbol: &[u8; SYMBOL_BYTES]) -> Option<ProcedureSymbol> {
    let word = |at: usize| {
        u32::from_le_bytes([symbol[at], symbol[at + 1], symbol[at + 2], symbol[at + 3]])
    };
    let fits = word(12) == 0 && word(20) == 0;
    let is_procedure = symbol[4] & 0xf == STT_FUNC && fits;
    is_procedure.then(|| ProcedureSymbol {
        start: word(8),
        bytes: word(16),
        name: word(0),
    })
}

/// The records of `.cozen.arities` up to the first damaged one. A record is decoded when somebody asks for it.
#[derive(Clone, Debug, Default)]
pub(super) struct Arities {
    section: Box<[u8]>,
    /// The address of each procedure, ascending, and where its record starts.
    records: Vec<(u32, usize)>,
}

impl Arities {
    pub(super) fn parse(section: &[u8]) -> Self {
        let mut records = Vec::new();
        let mut rest = section;
        let start = |rest: &[u8]| section.len() - rest.len();
        loop {
            let at = start(rest);
            let Some((code, _)) = arity::outline(&mut rest) else {
                break;
            };
            records.push((code, at));
        }
        records.sort_by_key(|&(code, _)| code);
        Self {
            section: section.into(),
            records,
        }
    }

    /// The record of the procedure whose header is at `address`.
    pub(super) fn at(&self, address: u32) -> Option<ArityRecord> {
        let found = self
            .records
            .binary_search_by_key(&address, |&(code, _)| code);
        let (_, start) = self.records[found.ok()?];
        arity::decode(&mut &self.section[start..])
    }

    /// The name of the last procedure whose header is at `address` or before.
    pub(super) fn name_before(&self, address: u32) -> Option<&str> {
        let after = self.records.partition_point(|&(code, _)| code <= address);
        let (_, start) = self.records[after.checked_sub(1)?];
        let (_, name) = arity::outline(&mut &self.section[start..])?;
        str::from_utf8(name).ok()
    }
}
