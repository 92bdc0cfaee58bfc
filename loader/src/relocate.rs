//! Base-relative fixups and symbols: the words of an image that depend on where it lies.

use crate::map::UnsealedMapping;

/// Adds the image's address to every word that its relocations name.
pub(crate) fn relocate(mapping: &UnsealedMapping<'_, '_>) {
    let base = mapping.address(0).word();
    for address in mapping.view().relocations().flatten() {
        let word = mapping.address(address as u32);
        // SAFETY: the address was checked to be a word of constants or cells, which are writable
        // and nobody else's before the mapping is sealed.
        unsafe { word.store_word(word.load_word().wrapping_add(base)) };
    }
}

/// Writes the interned symbols into their cells, and into the constants that name them.
///
/// `symbols` are the words of all symbols of the image, by number.
pub(crate) fn write_symbols(mapping: &UnsealedMapping<'_, '_>, symbols: &[u64]) {
    let header = mapping.view().header();
    assert_eq!(
        symbols.len(),
        header.symbol_count as usize,
        "every symbol has its word"
    );
    let cells = mapping.address(header.cells.start);
    for (number, &symbol) in symbols.iter().enumerate() {
        // SAFETY: there were checked to be at least as many cells as symbols; they are writable.
        unsafe { cells.offset_words(number).store_word(symbol) };
    }
    for fixup in mapping.view().symbols().fixups() {
        let word = mapping.address(fixup.address);
        // SAFETY: the address was checked to be a word of the constants; as in `relocate`.
        unsafe { word.store_word(symbols[fixup.symbol as usize]) };
    }
}
