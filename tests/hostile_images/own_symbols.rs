//! Damaged tables of the symbols that lie in an image.

use compiler::link::link;
use loader::LoadError;

use super::library_sample::library_unit;
use super::{Forgery, refusal_of};

fn library() -> Forgery {
    Forgery::of(link(&library_unit()).expect("the sample is well formed"))
}

#[test]
fn tables_of_own_symbols_that_are_none_are_refused() {
    let error = refusal_of(library(), |f| {
        f.set_header(|header| header.own_symbols.bytes -= 4);
    });
    assert!(
        matches!(
            error,
            LoadError::OwnSymbolTable {
                symbol_count: 0,
                ..
            }
        ),
        "{error:?}"
    );
    let error = refusal_of(library(), |f| {
        f.set_header(|header| header.own_symbols.start += 2);
    });
    assert!(
        matches!(
            error,
            LoadError::Misaligned {
                what: "own symbols",
                ..
            }
        ),
        "{error:?}"
    );
    let error = refusal_of(library(), |f| {
        f.set_header(|header| header.own_symbols.start = 1 << 24);
    });
    assert!(
        matches!(
            error,
            LoadError::TableOutside {
                table: "own symbols",
                ..
            }
        ),
        "{error:?}"
    );
}

#[test]
fn own_symbols_that_lie_elsewhere_are_refused() {
    let cells = library().header().cells;
    let table = library().header().own_symbols.start as usize;
    for address in [
        16,
        cells.start + 8,
        cells.start + cells.bytes - 16,
        u32::MAX - 15,
    ] {
        let error = refusal_of(library(), |f| f.put(table, &address.to_le_bytes()));
        assert!(
            matches!(error, LoadError::OwnSymbol { entry: 0, address: found } if found == address),
            "{error:?}"
        );
    }
}
