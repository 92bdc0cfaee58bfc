//! Base-relative fixups and symbols: the words of an image that depend on where it lies.

use crate::image::ImageView;
use crate::map::Mapping;

/// Adds the image's address to every word that its relocations name.
///
/// # Safety
///
/// `mapping` was just made of `view` and is not sealed.
pub(crate) unsafe fn relocate(mapping: &Mapping, view: &ImageView<'_>) {
    let base = mapping.address(0).word();
    for address in view.relocations().flatten() {
        let word = mapping.address(address as u32);
        // SAFETY: the address was checked to be a word of constants or cells, both writable now;
        // the mapping is not shared yet.
        unsafe { word.store_word(word.load_word().wrapping_add(base)) };
    }
}

/// Writes the interned symbols into their cells and into the constants that name them.
///
/// # Safety
///
/// `mapping` was just made of `view` and is not sealed; `symbols` are the words of all its symbols.
pub(crate) unsafe fn write_symbols(mapping: &Mapping, view: &ImageView<'_>, symbols: &[u64]) {
    let cells = mapping.address(view.header.cells.start);
    for (number, &symbol) in symbols.iter().enumerate() {
        // SAFETY: there were checked to be as many cells, which are writable.
        unsafe { cells.offset_words(number).store_word(symbol) };
    }
    for fixup in view.symbols().fixups() {
        let word = mapping.address(fixup.address);
        // SAFETY: the address was checked to be a word of the constants, which are writable now.
        unsafe { word.store_word(symbols[fixup.symbol as usize]) };
    }
}

/// All of the above, in order.
pub(crate) fn link_into_memory(mapping: &Mapping, view: &ImageView<'_>, symbols: &[u64]) {
    // SAFETY: the only caller made the mapping of this view, and seals it afterwards.
    unsafe {
        relocate(mapping, view);
        write_symbols(mapping, view, symbols);
    }
}
