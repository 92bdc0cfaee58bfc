//! The parts of an image that depend on its address and its runtime: base-relative fixups, symbols,
//! tiers.

use abi::isa::Opcode;
use abi::native::Tier;
use abi::procedure::ProcedureHeader;

use crate::map::UnsealedMapping;

/// Adds the image's address to every word that its relocations name.
pub(crate) fn relocate(mapping: &UnsealedMapping<'_>) {
    let base = mapping.address(0).word();
    for address in mapping.contents().relocations().flatten() {
        let word = mapping.address(address as u32);
        // SAFETY: the address was checked to be a word of constants or cells, which are writable
        // and nobody else's before the mapping is sealed.
        unsafe { word.store_word(word.load_word().wrapping_add(base)) };
    }
}

/// Writes the interned symbols into their cells, and into the constants that name them.
///
/// `symbols` are the words of all symbols of the image, by number.
pub(crate) fn write_symbols(mapping: &UnsealedMapping<'_>, symbols: &[u64]) {
    let header = mapping.header();
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
    for fixup in mapping.contents().symbols().fixups() {
        let word = mapping.address(fixup.address);
        // SAFETY: the address was checked to be a word of the constants, which are writable and nobody
        // else's before the mapping is sealed.
        unsafe { word.store_word(symbols[fixup.symbol as usize]) };
    }
}

/// Takes the native entries of procedures that are to run as bytecode out of their headers, and the
/// instructions that lead there out of their code.
pub(crate) fn choose_tiers(mapping: &UnsealedMapping<'_>, tier: Tier) {
    let header = *mapping.header();
    if tier == Tier::Native || header.native_code.bytes == 0 {
        return;
    }
    let mut next = header.code.start;
    for number in 0.. {
        // What is read here is written below: nothing of it stays borrowed.
        let found = (next < header.native_code.start)
            .then(|| mapping.contents().procedure(next))
            .flatten();
        let Some(procedure) = found else { return };
        let (address, code_start) = (procedure.address, procedure.code_start());
        let enters_native = procedure.code.first() == Some(&(Opcode::EnterNative as u8));
        let found = procedure.header;
        next = procedure.end();
        if found.native_entry != 0 && !tier.is_native(number) {
            let written = ProcedureHeader {
                native_entry: 0,
                native_key: 0,
                ..found
            };
            write_code(mapping, address, &written.encode());
            if enters_native {
                // Procedures are padded to their alignment: there are more bytes than one.
                // SAFETY: procedures lie in the code at multiples of 16 bytes, and their code after a header
                // of such a multiple; it is readable.
                let mut word = unsafe { mapping.address(code_start).load_word() }.to_le_bytes();
                word[0] = Opcode::NoOperation as u8;
                write_code(mapping, code_start, &word);
            }
        }
    }
}

/// Writes whole words over code that is not sealed yet.
fn write_code(mapping: &UnsealedMapping<'_>, address: u32, bytes: &[u8]) {
    for (&word, index) in bytes.as_chunks::<8>().0.iter().zip(0..) {
        let place = mapping.address(address).offset_words(index);
        // SAFETY: procedures lie in the code at multiples of 16 bytes; it is writable and nobody
        // else's before the mapping is sealed.
        unsafe { place.store_word(u64::from_le_bytes(word)) };
    }
}
