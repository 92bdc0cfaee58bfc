//! The image of a library brings its symbols and global variables along.

use abi::image::OwnSymbols;
use abi::object_layout::{closure, location, string, symbol};
use abi::tag::{self, Header, Kind};
use abi::text_hash::text_hash;
use compiler::link::link;
use gc::Address;
use loader::{LoadError, LoadOptions, LoadedImage, OwnSymbolTable, Placement, load};

use super::image_support::{ToyHost, trusted};
use super::library_sample::library_unit;
use super::{load_word, untag};

const PINNED: LoadOptions = LoadOptions {
    placement: Placement::Mapped,
    pins: 1,
    tier: abi::native::Tier::Bytecode,
    has_native_room: false,
    is_bytecode_only: false,
};

fn load_library(host: &mut ToyHost, options: LoadOptions) -> Result<LoadedImage, LoadError> {
    let file = link(&library_unit()).expect("the sample is well formed");
    load(&trusted(&file), "library", host, options)
}

/// The symbol called `name`, as the table has it.
fn find(symbols: OwnSymbolTable, name: &str) -> Option<Address> {
    let hash = text_hash(name);
    let wanted = tag::fixnum(hash.try_into().expect("hashes have 60 bits"));
    for entry in OwnSymbols::probe(hash, symbols.entry_count) {
        let place = symbols.entries.offset_bytes(entry / 2 * 8);
        let pair = load_word(place).to_le_bytes();
        let half = if entry % 2 == 0 {
            &pair[..4]
        } else {
            &pair[4..]
        };
        let start = u32::from_le_bytes(half.try_into().expect("four bytes"));
        if start == 0 {
            return None;
        }
        let found = symbols.image.offset_bytes(start as usize);
        if Some(load_word(found.offset_bytes(symbol::HASH))) == wanted {
            return Some(found);
        }
    }
    None
}

fn kind(object: Address) -> Option<Kind> {
    Header::from_word(load_word(object)).and_then(Header::kind)
}

#[test]
fn symbols_and_variables_of_a_library_lie_in_its_image() {
    for placement in super::ALL_PLACEMENTS {
        let mut host = ToyHost::new();
        let options = LoadOptions {
            placement,
            ..PINNED
        };
        let image = load_library(&mut host, options).unwrap();
        let symbols = host.adopted.expect("the library brought some");
        let [car, lambda] = ["car", "lambda"].map(|name| find(symbols, name).unwrap());
        assert!(find(symbols, "cdr").is_none());
        for (symbol, name) in [(car, "car"), (lambda, "lambda")] {
            assert_eq!(kind(symbol), Some(Kind::Symbol));
            let text = untag(load_word(symbol.offset_bytes(symbol::NAME)));
            let length = load_word(text.offset_bytes(string::LENGTH));
            assert_eq!(
                (kind(text), Some(length)),
                (Some(Kind::String), tag::fixnum(name.len() as i64))
            );
        }
        assert_eq!(load_word(car.offset_bytes(symbol::LOCATION)), tag::FALSE);
        let variable = untag(load_word(lambda.offset_bytes(symbol::LOCATION)));
        assert_eq!(kind(variable), Some(Kind::Location));
        assert_eq!(
            load_word(variable.offset_bytes(location::NAME)),
            lambda.word() | tag::TAG_OBJECT
        );
        let value = untag(load_word(variable.offset_bytes(location::VALUE)));
        assert_eq!(kind(value), Some(Kind::Closure));
        assert!(
            image
                .range()
                .contains(untag(load_word(value.offset_bytes(closure::CODE))))
        );
        // Two cells of symbols, then the one of the variable.
        let cells = image.address(image.header().cells.start);
        let expected = [car, lambda, variable].map(|object| object.word() | tag::TAG_OBJECT);
        assert_eq!(
            [0, 1, 2].map(|cell| load_word(cells.offset_words(cell))),
            expected
        );
        super::unload(&host, image);
    }
}

#[test]
fn only_the_first_image_may_bring_symbols_and_only_if_it_stays() {
    let mut host = ToyHost::new();
    let passing = LoadOptions { pins: 0, ..PINNED };
    let error = load_library(&mut host, passing).unwrap_err();
    assert!(matches!(error, LoadError::OwnSymbolsRefused), "{error:?}");
    let first = load_library(&mut host, PINNED).unwrap();
    let error = load_library(&mut host, PINNED).unwrap_err();
    assert!(matches!(error, LoadError::OwnSymbolsRefused), "{error:?}");
    super::unload(&host, first);
}
