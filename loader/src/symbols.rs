//! The symbol table of an image: names, and the constants that are symbols.

use abi::image::Extent;

/// The checked or unchecked symbol table of an image.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SymbolTable<'image> {
    names: &'image [[u8; 8]],
    fixups: &'image [[u8; 8]],
}

/// A constant that is to become a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SymbolFixup {
    /// Virtual address of the word.
    pub(crate) address: u32,
    /// Number of the symbol.
    pub(crate) symbol: u32,
}

impl<'image> SymbolTable<'image> {
    /// Splits the symbols extent; its size was checked.
    pub(crate) fn new(bytes: &'image [u8], symbol_count: u32) -> Self {
        let (names, fixups) = bytes.as_chunks().0.split_at(symbol_count as usize);
        Self { names, fixups }
    }

    /// Where the names are, by number of the symbol.
    pub(crate) fn names(self) -> impl Iterator<Item = Extent> + 'image {
        self.names.iter().map(|pair| {
            let (start, bytes) = split(*pair);
            Extent { start, bytes }
        })
    }

    /// The fixups, ascending by address.
    pub(crate) fn fixups(self) -> SymbolFixups<'image> {
        SymbolFixups(self.fixups.iter())
    }
}

/// The constants that are to become symbols.
#[derive(Clone, Debug)]
pub(crate) struct SymbolFixups<'image>(std::slice::Iter<'image, [u8; 8]>);

impl Iterator for SymbolFixups<'_> {
    type Item = SymbolFixup;

    #[inline]
    fn next(&mut self) -> Option<SymbolFixup> {
        let (address, symbol) = split(*self.0.next()?);
        Some(SymbolFixup { address, symbol })
    }
}

fn split(pair: [u8; 8]) -> (u32, u32) {
    let word = u64::from_le_bytes(pair);
    (word as u32, (word >> 32) as u32)
}
