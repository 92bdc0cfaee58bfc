//! The section of interned symbols: their names, and the constants that refer to them.

use std::rc::Rc;

use super::constants::LinkedWord;
use super::layout::Layout;
use super::unit::NameId;
use crate::id::{Id, IdVec};

/// Bytes of the table for so many symbols and fixups.
pub(super) const fn table_bytes(symbol_count: usize, fixup_count: usize) -> u64 {
    8 * (symbol_count + fixup_count) as u64
}

/// Bytes of all names.
pub(super) fn name_bytes(symbols: &IdVec<NameId, Rc<str>>) -> u64 {
    symbols.iter().map(|name| name.len() as u64).sum()
}

/// How many of `linked` are symbols.
pub(super) fn fixup_count(linked: &[LinkedWord]) -> usize {
    linked
        .iter()
        .filter(|word| matches!(word, LinkedWord::Symbol(_)))
        .count()
}

/// Encodes table and names.
pub(super) fn encode(
    symbols: &IdVec<NameId, Rc<str>>,
    linked: &[LinkedWord],
    layout: &Layout,
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut name_start = layout.symbol_names;
    let mut pair = |first: u32, second: u32| {
        bytes.extend_from_slice(&first.to_le_bytes());
        bytes.extend_from_slice(&second.to_le_bytes());
    };
    for name in symbols {
        let name_bytes = u32::try_from(name.len()).expect("the image's size was checked");
        pair(name_start, name_bytes);
        name_start += name_bytes;
    }
    for (word, address) in linked
        .iter()
        .zip((layout.header.constants.start..).step_by(8))
    {
        if let LinkedWord::Symbol(symbol) = word {
            pair(address, symbol.number());
        }
    }
    for name in symbols {
        bytes.extend_from_slice(name.as_bytes());
    }
    bytes
}
