//! Names of procedures: `.symtab` (gABI, "Symbol Table") and `.cozen.arities`.

use abi::arity::{self, ArityRecord};

use crate::elf::{Sections, string_at};

const SYMBOL_BYTES: usize = 24;
const STT_FUNC: u8 = 2;

/// A procedure in the symbol table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ProcedureName {
    pub(super) start: u32,
    /// Header included.
    pub(super) bytes: u32,
    pub(super) name: Box<str>,
}

/// The procedures in `.symtab`, ascending by address.
pub(super) fn read_symbols(sections: &Sections<'_>) -> Vec<ProcedureName> {
    let symbols = sections.find(".symtab").unwrap_or_default();
    let names = sections.find(".strtab").unwrap_or_default();
    let (symbols, _) = symbols.as_chunks::<SYMBOL_BYTES>();
    let mut procedures: Vec<ProcedureName> = symbols
        .iter()
        .filter_map(|symbol| read_symbol(symbol, names))
        .collect();
    procedures.sort_by_key(|procedure| procedure.start);
    procedures
}

fn read_symbol(symbol: &[u8; SYMBOL_BYTES], names: &[u8]) -> Option<ProcedureName> {
    let word = |at: usize| {
        u32::from_le_bytes([symbol[at], symbol[at + 1], symbol[at + 2], symbol[at + 3]])
    };
    let fits = word(12) == 0 && word(20) == 0;
    if symbol[4] & 0xf != STT_FUNC || !fits {
        return None;
    }
    let name = string_at(names, word(0)).unwrap_or_default();
    Some(ProcedureName {
        start: word(8),
        bytes: word(16),
        name: String::from_utf8_lossy(name).into(),
    })
}

/// The records of `.cozen.arities` up to the first damaged one, ascending by address.
pub(super) fn read_arities(mut bytes: &[u8]) -> Vec<ArityRecord> {
    let mut records = Vec::new();
    while let Some(record) = arity::decode(&mut bytes) {
        records.push(record);
    }
    records.sort_by_key(|record| record.code);
    records
}
