//! The symbols and global variables of a library, as objects of its image: behind the cells, in the same segment.
//!
//! ```text
//! cells of symbols | other cells | padding | symbols | locations
//! ```
//!
//! A symbol and a location are four words each: a header, and words that are values. So the collector finds
//! everything that they refer to when it goes over the words of the segment.

use abi::image::OwnSymbols;
use abi::object_layout::{OBJECT_ALIGN_BYTES, WORD_BYTES, location, symbol};
use abi::tag::{self, FALSE, Header, Kind, TAG_OBJECT};
use abi::text_hash::text_hash;

use super::constants::LinkedWord;
use super::layout::Layout;
use super::unit::{LibraryObjects, LinkUnit, NameId};
use crate::id::{Id, IdVec};

/// Words of a symbol, and of a location with its padding.
const OBJECT_WORDS: usize = 4;
const OBJECT_BYTES: u32 = (OBJECT_WORDS * WORD_BYTES) as u32;

const _: () = assert!(symbol::WORDS as usize + 1 == OBJECT_WORDS);
const _: () = assert!(location::WORDS as usize + 2 == OBJECT_WORDS);

/// How many words of cells stand before the objects of a library.
fn cells_before(unit: &LinkUnit) -> usize {
    let cells = unit.symbols.len() + unit.cells.len();
    cells.next_multiple_of(OBJECT_ALIGN_BYTES / WORD_BYTES)
}

/// Bytes from the start of the cells to the first symbol, and to the first location.
pub(super) fn offsets(unit: &LinkUnit) -> [u64; 2] {
    let symbols = (cells_before(unit) * WORD_BYTES) as u64;
    let symbol_bytes = u64::from(OBJECT_BYTES) * unit.symbols.len() as u64;
    [symbols, symbols + symbol_bytes]
}

/// The reference to a symbol, as a virtual address.
pub(super) fn symbol(layout: &Layout, symbol: NameId) -> u32 {
    layout.first_own_symbol + OBJECT_BYTES * symbol.number() + TAG_OBJECT as u32
}

/// The reference to a location, as a virtual address.
pub(super) fn location(layout: &Layout, index: usize) -> u32 {
    layout.first_location + OBJECT_BYTES * index as u32 + TAG_OBJECT as u32
}

/// Makes the symbols in `words` those of the image.
pub(super) fn own(words: &mut [LinkedWord]) {
    for word in words {
        if let LinkedWord::Symbol(symbol) = *word {
            *word = LinkedWord::OwnSymbol(symbol);
        }
    }
}

/// The words of the cells and of the objects.
pub(super) fn words(unit: &LinkUnit, library: &LibraryObjects) -> Vec<LinkedWord> {
    let mut words: Vec<LinkedWord> = unit.symbols.ids().map(LinkedWord::OwnSymbol).collect();
    let first_cell = words.len();
    words.extend(unit.cells.iter().map(|&word| LinkedWord::from(word)));
    let mut location_of: IdVec<NameId, Option<usize>> = unit.symbols.side_table(None);
    for (index, location) in library.locations.iter().enumerate() {
        if let Some(cell) = location.cell {
            words[first_cell + cell.number() as usize] = LinkedWord::Location(index);
        }
        location_of[location.name] = Some(index);
    }
    words.resize(cells_before(unit), LinkedWord::Word(0));
    for (id, name) in unit.symbols.ids().zip(&unit.symbols) {
        let hash = i64::try_from(text_hash(name)).ok().and_then(tag::fixnum);
        words.extend([
            LinkedWord::Word(Header::new(Kind::Symbol, symbol::WORDS).word()),
            LinkedWord::Constant(library.names[id]),
            LinkedWord::Word(hash.expect("hashes fit fixnums")),
            location_of[id].map_or(LinkedWord::Word(FALSE), LinkedWord::Location),
        ]);
    }
    for location in &library.locations {
        words.extend([
            LinkedWord::Word(Header::new(Kind::Location, location::WORDS).word()),
            location.value.into(),
            LinkedWord::OwnSymbol(location.name),
            LinkedWord::Word(0),
        ]);
    }
    own(&mut words);
    words
}

/// Bytes of the table of the symbols of a library.
pub(super) fn table_bytes(unit: &LinkUnit) -> u64 {
    if unit.library.is_none() {
        return 0;
    }
    (OwnSymbols::entry_count(unit.symbols.len()) * OwnSymbols::ENTRY_BYTES) as u64
}

/// The table of the symbols of a library: see [`OwnSymbols`].
pub(super) fn encode_table(unit: &LinkUnit, layout: &Layout) -> Vec<u8> {
    if unit.library.is_none() {
        return Vec::new();
    }
    let mut entries = vec![0; OwnSymbols::entry_count(unit.symbols.len())];
    for (id, name) in unit.symbols.ids().zip(&unit.symbols) {
        let free = OwnSymbols::probe(text_hash(name), entries.len())
            .find(|&entry| entries[entry] == 0)
            .expect("half of the entries are free");
        entries[free] = symbol(layout, id) - TAG_OBJECT as u32;
    }
    entries.into_iter().flat_map(u32::to_le_bytes).collect()
}
