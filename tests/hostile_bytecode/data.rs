//! Constants and cells.

use abi::tag::{self, FLAG_LITERAL, Header, Kind};
use compiler::id::Id as _;
use compiler::link::link;
use compiler::link::unit::{Constant, ConstantId, ConstantWord, LinkUnit, NameId};
use compiler::ssa::ir::ProcedureId;
use cozen::inspect::ImageView;
use cozen::{DataProblem, VerifyError};
use loader::SegmentKind;
use loader::fuzzing::load_image::repair;

use crate::{GIVES_RAW, GIVES_VALUE, unit, verdict, verdict_on};

fn with(constants: Vec<Constant>) -> LinkUnit {
    LinkUnit {
        constants: constants.into(),
        symbols: vec!["car".into()].into(),
        ..unit(&[])
    }
}

fn problem_in(verdict: Result<(), VerifyError>) -> DataProblem {
    match verdict {
        Err(VerifyError::Data { problem, .. }) => problem,
        other => panic!("{other:?}"),
    }
}

fn problem(constants: Vec<Constant>) -> DataProblem {
    problem_in(verdict(&with(constants)))
}

fn word(value: i64) -> ConstantWord {
    ConstantWord::Word(tag::fixnum(value).expect("small numbers are fixnums"))
}

fn constant(number: u32) -> ConstantWord {
    ConstantWord::Constant(ConstantId::new(number))
}

/// The problem of an image with these constants, in whose segment of such a kind a word was replaced.
fn after(constants: Vec<Constant>, kind: SegmentKind, index: usize, word: u64) -> DataProblem {
    problem_in(verdict_on(&edited(constants, kind, index, word)))
}

fn edited(constants: Vec<Constant>, kind: SegmentKind, index: usize, word: u64) -> Vec<u8> {
    let mut file = link(&with(constants)).expect("the unit is small");
    let view = ImageView::parse(&file).expect("the sample is well-formed");
    let segment = match kind {
        // Of the read-only segment, its objects are meant.
        SegmentKind::ReadOnly => view
            .contents()
            .read_only_bytes(view.header().read_only_objects)
            .expect("they lie there"),
        kind => view.segment(kind),
    };
    let at = segment.as_ptr() as usize - file.as_ptr() as usize + 8 * index;
    file[at..at + 8].copy_from_slice(&word.to_le_bytes());
    repair(&mut file);
    file
}

fn literal(kind: Kind, size: u64) -> u64 {
    Header::new(kind, size).with_flags(FLAG_LITERAL).word()
}

/// A pair of a symbol and a string, in constants; the units of the string are read-only.
fn pair_and_string() -> Vec<Constant> {
    vec![
        Constant::Pair(ConstantWord::Symbol(NameId::new(0)), constant(1)),
        Constant::String("hello".into()),
    ]
}

#[test]
fn good_constants_pass() {
    let mut constants = pair_and_string();
    constants.extend([
        Constant::Closure(ProcedureId::new(GIVES_VALUE)),
        Constant::Bignum {
            negative: false,
            limbs: vec![1, 1],
        },
        Constant::Ratnum(word(-1), constant(3)),
        Constant::Compnum(constant(4), word(1)),
        Constant::Vector(vec![]),
        Constant::Bytevector(vec![1; 100]),
        Constant::String("λ".into()),
    ]);
    assert_eq!(verdict(&with(constants)), Ok(()));
}

#[test]
fn objects_that_are_no_constants_are_refused() {
    use SegmentKind::{Constants, ReadOnly};
    let number = || vec![Constant::Flonum(1e300)];
    for kind in [
        Kind::Chunk,
        Kind::Forward,
        Kind::Location,
        Kind::Record,
        Kind::Filler,
    ] {
        let found = after(number(), ReadOnly, 0, literal(kind, 1));
        assert_eq!(found, DataProblem::Kind { kind: kind as u8 });
    }
    let found = after(number(), ReadOnly, 0, 0xff << 8 | tag::TAG_HEADER);
    assert_eq!(found, DataProblem::Kind { kind: 0xff });
    let flonum = Header::new(Kind::Flonum, 8);
    for header in [flonum, flonum.with_flags(FLAG_LITERAL | tag::FLAG_NEGATIVE)] {
        let found = after(number(), ReadOnly, 0, header.word());
        assert_eq!(
            found,
            DataProblem::Flags {
                header: header.word()
            }
        );
    }
    for header in [
        literal(Kind::Flonum, 7),
        literal(Kind::Bytevector, 1 << 47),
        literal(Kind::Vector, 3),
        literal(Kind::Units32, 3),
    ] {
        let found = after(number(), ReadOnly, 0, header);
        assert!(matches!(found, DataProblem::Size { .. }), "{found:?}");
    }
    // The string is an object of three words.
    let found = after(pair_and_string(), Constants, 2, literal(Kind::String, 2));
    assert!(matches!(found, DataProblem::Size { .. }), "{found:?}");
}

#[test]
fn words_that_are_no_values_are_refused() {
    let vector = |word| {
        vec![
            Constant::Vector(vec![ConstantWord::Word(word), constant(1)]),
            Constant::Flonum(1e300),
        ]
    };
    for bad in [
        tag::MANY_VALUES,
        tag::TAG_PAIR,
        0x1000 | tag::TAG_OBJECT,
        tag::POISON,
    ] {
        assert_eq!(problem(vector(bad)), DataProblem::Word { word: bad });
    }
    let pair = vec![Constant::Pair(ConstantWord::Word(tag::TAG_PAIR), word(1))];
    assert_eq!(
        problem(pair),
        DataProblem::Word {
            word: tag::TAG_PAIR
        }
    );
}

#[test]
fn pointers_to_no_object_are_refused() {
    use SegmentKind::{Cells, Constants};
    let file = edited(pair_and_string(), Constants, 1, 0);
    let string = ImageView::parse(&file)
        .expect("only a word was replaced")
        .header()
        .constants
        .start
        + 16;
    let string = u64::from(string);
    // An inner word, the object as a pair, the code, nothing at all.
    for target in [
        (string + 16) | tag::TAG_OBJECT,
        string | tag::TAG_PAIR,
        string,
        0x10000 | tag::TAG_OBJECT,
    ] {
        let found = after(pair_and_string(), Constants, 1, target);
        assert_eq!(found, DataProblem::Pointer { target });
    }
    let mut unit = with(pair_and_string());
    unit.cells.push(constant(1));
    assert_eq!(verdict(&unit), Ok(()));
    let found = after(pair_and_string(), Cells, 1, 0x8000 | tag::TAG_OBJECT);
    assert!(matches!(found, DataProblem::Word { .. }), "{found:?}");
}

#[test]
fn relocations_and_symbols_where_none_may_be_are_refused() {
    let file = link(&with(pair_and_string())).expect("the unit is small");
    let view = ImageView::parse(&file).expect("the sample is well-formed");
    let header = *view.header();
    let damaged = |at: usize, bytes: &[u8]| {
        let mut file = file.clone();
        file[at..at + bytes.len()].copy_from_slice(bytes);
        repair(&mut file);
        problem_in(verdict_on(&file))
    };
    let string = header.constants.start + 16;
    // The first relocation is that of the pair's cdr. A bitmap has that of the string's units, which is taken away.
    let bitmap = header.relocations.start as usize + 8;
    let found = damaged(bitmap, &1_u64.to_le_bytes());
    assert!(matches!(found, DataProblem::Word { .. }), "{found:?}");
    let fixup = header.symbols.start as usize + 8 * header.symbol_count as usize;
    let found = damaged(fixup, &string.to_le_bytes());
    assert_eq!(found, DataProblem::Symbol);
}

#[test]
fn relocations_between_objects_are_refused() {
    // A header, a pointer, a number and padding; then a pair. An address and a bitmap relocate both pointers.
    let constants = vec![
        Constant::Vector(vec![constant(2), word(1)]),
        Constant::Pair(constant(2), word(1)),
        Constant::Flonum(1e300),
    ];
    let mut file = link(&with(constants)).expect("the unit is small");
    assert_eq!(verdict_on(&file), Ok(()));
    let view = ImageView::parse(&file).expect("the sample is well-formed");
    let bitmap = view.header().relocations.start as usize + 8;
    assert_eq!(file[bitmap], 0b1001);
    file[bitmap] |= 0b100;
    repair(&mut file);
    assert_eq!(problem_in(verdict_on(&file)), DataProblem::Relocation);
}

#[test]
fn a_relocated_symbol_cell_is_refused() {
    let unit = LinkUnit {
        symbols: vec!["car".into()].into(),
        cells: vec![constant(0)].into(),
        ..unit(&[])
    };
    let mut file = link(&unit).expect("the unit is small");
    let view = ImageView::parse(&file).expect("the sample is well-formed");
    let header = *view.header();
    let relocations = header.relocations.start as usize;
    file[relocations..relocations + 8]
        .copy_from_slice(&u64::from(header.cells.start).to_le_bytes());
    repair(&mut file);
    assert_eq!(problem_in(verdict_on(&file)), DataProblem::SymbolCell);
}

#[test]
fn closures_of_what_takes_or_gives_raw_words_are_refused() {
    let found = problem(vec![Constant::Closure(ProcedureId::new(GIVES_RAW))]);
    assert!(matches!(found, DataProblem::Code { .. }), "{found:?}");
    let closure = vec![Constant::Closure(ProcedureId::new(GIVES_VALUE))];
    let found = after(closure, SegmentKind::Constants, 1, 0x10010);
    assert!(matches!(found, DataProblem::Code { .. }), "{found:?}");
}

#[test]
fn strings_whose_parts_disagree_are_refused() {
    use SegmentKind::{Constants, ReadOnly};
    let string = || vec![Constant::String("hello".into())];
    // Units, length and hash follow the header.
    for (index, word) in [(2, 6 << 3), (2, tag::TRUE), (3, 8)] {
        let found = after(string(), Constants, index, word);
        assert!(matches!(found, DataProblem::String { .. }), "{found:?}");
    }
    let found = after(string(), ReadOnly, 0, literal(Kind::Bytevector, 5));
    assert!(matches!(found, DataProblem::String { .. }), "{found:?}");
    let wide = || vec![Constant::String("λ".into())];
    let found = after(wide(), ReadOnly, 1, 0xd800);
    assert_eq!(found, DataProblem::Character { unit: 0xd800 });
    let found = after(wide(), ReadOnly, 1, 0x41);
    assert!(matches!(found, DataProblem::Number { .. }), "{found:?}");
}

#[test]
fn numbers_that_have_another_form_are_refused() {
    let bignum = |negative, limbs: &[u64]| Constant::Bignum {
        negative,
        limbs: limbs.to_vec(),
    };
    let wrong = [
        vec![bignum(false, &[1, 0])],
        vec![bignum(false, &[5])],
        vec![bignum(true, &[1 << 60])],
        vec![Constant::Flonum(1.5)],
        vec![Constant::Ratnum(word(2), word(4))],
        vec![Constant::Ratnum(word(1), word(0))],
        vec![Constant::Ratnum(word(1), word(-3))],
        vec![Constant::Ratnum(word(0), word(3))],
        vec![
            Constant::Ratnum(word(1), constant(1)),
            bignum(true, &[1, 1]),
        ],
        vec![
            Constant::Ratnum(constant(1), word(1)),
            bignum(false, &[1, 1]),
        ],
        vec![Constant::Ratnum(ConstantWord::Word(tag::TRUE), word(3))],
        vec![Constant::Compnum(word(1), word(0))],
        vec![Constant::Compnum(word(1), ConstantWord::Word(tag::NULL))],
    ];
    for constants in wrong {
        let found = problem(constants.clone());
        assert!(
            matches!(found, DataProblem::Number { .. }),
            "{constants:?}: {found:?}"
        );
    }
    assert_eq!(verdict(&with(vec![bignum(false, &[1 << 60])])), Ok(()));
}
