//! Random literals: linked, loaded both ways, and read back from memory.

use abi::tag::{self, Header, Kind};
use compiler::id::{Id as _, IdVec};
use compiler::link::link;
use compiler::link::unit::{Constant, ConstantId, ConstantWord, LinkUnit, NameId};
use compiler::ssa::ir::ProcedureId;
use loader::{LoadOptions, LoadedImage, load};
use proptest::prelude::*;

use crate::image_support::{ToyHost, sample_unit, symbol_word, trusted};
use crate::{PLACEMENTS, load_word, unload, untag};

fn any_word(constant_count: u32, symbol_count: u32) -> impl Strategy<Value = ConstantWord> {
    prop_oneof![
        (-1000_i64..1000).prop_map(|value| ConstantWord::Word(tag::fixnum(value).expect("small"))),
        (0..constant_count).prop_map(|number| ConstantWord::Constant(ConstantId::new(number))),
        (0..symbol_count).prop_map(|number| ConstantWord::Symbol(NameId::new(number))),
    ]
}

fn any_constant(constant_count: u32, symbol_count: u32) -> impl Strategy<Value = Constant> {
    let word = || any_word(constant_count, symbol_count);
    prop_oneof![
        (word(), word()).prop_map(|(car, cdr)| Constant::Pair(car, cdr)),
        prop::collection::vec(word(), 0..80).prop_map(Constant::Vector),
        ".{0,9}".prop_map(|text| Constant::String(text.as_str().into())),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(Constant::Bytevector),
        any::<f64>().prop_map(Constant::Flonum),
        (0_u32..2).prop_map(|number| Constant::Closure(ProcedureId::new(number))),
    ]
}

fn any_unit() -> impl Strategy<Value = LinkUnit> {
    (1_u32..30, 1_u32..5).prop_flat_map(|(constant_count, symbol_count)| {
        let constants = prop::collection::vec(
            any_constant(constant_count, symbol_count),
            constant_count as usize..=constant_count as usize,
        );
        (constants, Just(symbol_count), 0_usize..20).prop_map(|(constants, symbol_count, cells)| {
            LinkUnit {
                constants: constants.into(),
                symbols: (0..symbol_count)
                    .map(|number| format!("s{number}").into())
                    .collect(),
                cells: IdVec::filled(cells, ConstantWord::Constant(ConstantId::new(0))),
                ..sample_unit_without_holes()
            }
        })
    })
}

fn sample_unit_without_holes() -> LinkUnit {
    let mut unit = sample_unit();
    for procedure in &mut unit.procedures {
        procedure.fixups.clear();
    }
    unit
}

/// Reads a literal back and holds it against what was linked; references one level deep.
fn assert_literal(image: &LoadedImage, unit: &LinkUnit, word: u64, constant: &Constant) {
    let object = untag(word);
    let assert_words = |first: usize, words: &[ConstantWord]| {
        for (number, &expected) in words.iter().enumerate() {
            let found = load_word(object.offset_words(first + number));
            match expected {
                ConstantWord::Word(word) => assert_eq!(found, word),
                ConstantWord::Symbol(symbol) => {
                    assert_eq!(found, symbol_word(&unit.symbols[symbol]));
                }
                ConstantWord::Constant(_) => assert!(image.range().contains(untag(found))),
            }
        }
    };
    let header = || Header::from_word(load_word(object)).expect("no pair");
    match constant {
        Constant::Pair(car, cdr) => assert_words(0, &[*car, *cdr]),
        Constant::Vector(items) => {
            assert_eq!(
                (header().kind(), header().size()),
                (Some(Kind::Vector), items.len() as u64)
            );
            assert_words(1, items);
        }
        Constant::String(text) => {
            assert_eq!(header().kind(), Some(Kind::String));
            let length = tag::fixnum(text.chars().count() as i64).expect("small");
            assert_eq!(load_word(object.offset_words(2)), length);
        }
        Constant::Bytevector(bytes) => assert_eq!(header().size(), bytes.len() as u64),
        Constant::Flonum(value) => {
            assert_eq!(load_word(object.offset_words(1)), value.to_bits());
        }
        Constant::Closure(_) => assert_eq!(header().kind(), Some(Kind::Closure)),
        other => panic!("{other:?} is not generated"),
    }
}

proptest! {
    #[test]
    fn what_is_linked_is_loaded(unit in any_unit()) {
        // A vector of all constants leads to them.
        let mut unit = unit;
        let all = unit.constants.ids().map(ConstantWord::Constant).collect();
        let count = unit.constants.len();
        let vector = unit.constants.push(Constant::Vector(all));
        unit.cells.push(ConstantWord::Constant(vector));
        let file = link(&unit).unwrap();
        prop_assert_eq!(&file, &link(&unit).unwrap());
        let mut host = ToyHost::new();
        for placement in PLACEMENTS {
            let options = LoadOptions { placement, ..LoadOptions::default() };
            let image = load(trusted(&file), "random", &mut host, options).unwrap();
            let header = *image.header();
            let last_cell = header.cells.start + header.cells.bytes - 8;
            let all = untag(load_word(image.address(last_cell)));
            for (number, constant) in unit.constants.iter().take(count).enumerate() {
                assert_literal(&image, &unit, load_word(all.offset_words(1 + number)), constant);
            }
            unload(&host, image);
        }
    }
}
