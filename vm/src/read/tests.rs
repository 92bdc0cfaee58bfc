//! `read` gives the data that the compiler would get, for any text, any port and any heap.

use std::io::{PipeReader, PipeWriter, Write as _};
use std::os::fd::AsRawFd as _;
use std::time::{Duration, Instant};

use abi::tag::Kind;
use gc::{CollectReason, HeapOptions, Outcome};
use proptest::prelude::*;
use syntax::{Data, DataBuilder, LineIndex, Parser};

use super::{ValueBuilder, read};
use crate::error::{Irritant, Raise};
use crate::mutator::Mutator;
use crate::object::Object;
use crate::object::port::PortObject;
use crate::object::string::StringObject;
use crate::primitive::functions::{element_offset, open_input_file, open_input_string};
use crate::testing::{call, mutator, mutator_with, until_it_fits, zealous_mutator};
use crate::value::Value;

/// `value`, written by the printer of trees, which labels all that is shared.
fn written<'m>(m: &'m Mutator<'_>, value: Value<'m>) -> String {
    let (data, datum) = m.datum_of(value, usize::MAX).expect("the datum is small");
    data.to_text(datum)
}

/// The data of a text, up to the first mistake, as trees.
fn trees(text: &str) -> Vec<String> {
    let mut data = Data::new();
    let mut builder = DataBuilder::new(&mut data);
    let mut parser = Parser::new(text);
    let mut forms = Vec::new();
    let mistake = loop {
        match parser.next_datum(&mut builder) {
            Ok(Some(form)) => forms.push((form, parser.offset())),
            Ok(None) => break None,
            Err(error) => break Some(format!("{error:?}")),
        }
    };
    let forms = forms.into_iter();
    let texts = forms.map(|(form, offset)| format!("{} {offset}", data.to_text(form)));
    texts.chain(mistake).collect()
}

/// The data of a text, up to the first mistake, as values.
fn values(m: &Mutator<'_>, text: &str) -> Vec<String> {
    let mut builder = ValueBuilder::new(m);
    let mut parser = Parser::new(text);
    let mut found = Vec::new();
    loop {
        match parser.next_datum(&mut builder) {
            Ok(Some(datum)) => {
                let value = datum.expect("the heap is large enough");
                found.push(format!("{} {}", written(m, value), parser.offset()));
            }
            Ok(None) => return found,
            Err(error) => {
                found.push(format!("{error:?}"));
                return found;
            }
        }
    }
}

/// All that `read` should answer, the end apart, when what is wrong is skipped each time.
fn expected_of_port(text: &str) -> Vec<String> {
    let places = LineIndex::new(text);
    let (mut start, mut fold_case) = (0, false);
    let mut found = Vec::new();
    loop {
        let mut data = Data::new();
        let mut parser = Parser::new(&text[start..]);
        parser.set_fold_case(fold_case);
        match parser.next_datum(&mut DataBuilder::new(&mut data)) {
            Ok(Some(form)) => {
                found.push(data.to_text(form));
            }
            Ok(None) => return found,
            Err(error) => {
                let place = places.line_column(start as u32 + error.span.start);
                found.push(format!("{error}, {place}"));
            }
        }
        fold_case = parser.folds_case();
        start += parser.offset() as usize;
    }
}

/// What the next `read` answers; `None` at the end.
fn read_next<'m>(m: &'m Mutator<'_>, port: Value<'m>) -> Result<Option<String>, Raise<'m>> {
    match read(m, PortObject::of(port).expect("a port")) {
        Ok(Value::EOF) => Ok(None),
        Ok(value) => Ok(Some(written(m, value))),
        Err(Raise::Full(bytes)) => Err(Raise::Full(bytes)),
        Err(Raise::Condition(condition)) => match &condition.irritants[..] {
            [
                Irritant::Text(message),
                _,
                Irritant::Integer(line),
                Irritant::Integer(column),
            ] => Ok(Some(format!("{message}, {line}:{column}"))),
            other => panic!("{other:?}"),
        },
    }
}

/// All that `read` answers on a port with this text, in a heap of the caller's choice.
fn read_all(m: &mut Mutator<'_>, text: &str) -> Vec<String> {
    until_it_fits(m, |m| {
        let string = StringObject::from_text(m, text)?.value();
        m.set_winders(m.cons(string, Value::NULL));
        Ok(())
    });
    until_it_fits(m, |m| {
        let string = m.elements(m.winders()).next().expect("it was put there");
        let port = call(m, open_input_string, &[string])?;
        m.set_winders(m.cons(port, Value::NULL));
        Ok(())
    });
    let mut found = Vec::new();
    loop {
        let mut next = None;
        until_it_fits(m, |m| {
            let port = m.elements(m.winders()).next().expect("it was put there");
            next = read_next(m, port)?;
            Ok(())
        });
        match next {
            Some(text) => found.push(text),
            None => return found,
        }
    }
}

/// Pieces of text of which much that is right and much that is wrong can be made.
const PIECES: [&str; 54] = [
    "(",
    "(",
    "(",
    "(",
    ")",
    ")",
    ")",
    ")",
    "#(",
    "#(",
    "#u8(",
    "'",
    "`",
    ",",
    ",@",
    " ",
    " ",
    " . ",
    "#;",
    "#| x |#",
    "|",
    "\"",
    "\\",
    "#\\",
    "#\\x41 ",
    "#0=",
    "#0#",
    "#1=",
    "#1#",
    "#2=",
    "#2#",
    "#t ",
    "#false ",
    "#!fold-case ",
    "#!no-fold-case ",
    "; c\n",
    "\n",
    "a ",
    "Bc ",
    "λ ",
    "|a b|",
    "\"s\\x3bb;\\n\"",
    "\"ü\"",
    "1 ",
    "-12345678901234567890 ",
    "300 ",
    "2/4 ",
    "1.5e300 ",
    "1e-320 ",
    "+inf.0-nan.0i ",
    "#e1e40 ",
    "#i1/3@2 ",
    "[",
    "\u{2028}",
];

fn scheme_like_text() -> impl Strategy<Value = String> {
    let pieces = prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..60);
    (pieces, 0_usize..8).prop_map(|(pieces, closing)| pieces.concat() + &")".repeat(closing))
}

/// Stand for a label that is defined, and for a reference to one, until they are numbered.
const DEFINITION: char = '\u{e000}';
const REFERENCE: char = '\u{e001}';

/// The text of one datum with labels, with few mistakes or none.
fn right_text() -> impl Strategy<Value = String> {
    let leaves = prop::sample::select(vec![
        "a", "|B c|", "12", "-1/2", "1.5", "#e1e30", "\"s\"", "\"λ\"", "#\\x", "#t", "()", "#()",
        "#u8(1 2)", "\u{e001}", "\u{e001}", "\u{e001}",
    ]);
    let datum = leaves
        .prop_map(str::to_owned)
        .prop_recursive(6, 60, 5, |part| {
            let parts = prop::collection::vec(part.clone(), 0..5).prop_map(|parts| parts.join(" "));
            prop_oneof![
                parts.clone().prop_map(|parts| format!("({parts})")),
                (parts.clone(), part.clone())
                    .prop_map(|(parts, tail)| format!("(b {parts} . {tail})")),
                parts.clone().prop_map(|parts| format!("#({parts})")),
                parts.prop_map(|parts| format!("{DEFINITION}({parts} . {REFERENCE})")),
                part.clone().prop_map(|part| format!("'{part}")),
                (part.clone(), part.clone())
                    .prop_map(|(hidden, part)| format!("#;{hidden} {part}")),
                part.prop_map(|part| format!("{DEFINITION}{part}")),
            ]
        });
    (datum, any::<usize>()).prop_map(|(text, choice)| numbered(&format!("(c {text})"), choice))
}

/// `text` with numbers for its labels. Each reference is to a label that was defined before it.
fn numbered(text: &str, choice: usize) -> String {
    let mut defined = 0;
    let mut referred = choice;
    let mut number = |character| match character {
        DEFINITION => {
            defined += 1;
            format!("#{}=", defined - 1)
        }
        REFERENCE if defined == 0 => "d".to_owned(),
        REFERENCE => {
            referred = referred.wrapping_mul(31).wrapping_add(7);
            format!("#{}#", (referred >> 8) % defined)
        }
        other => other.to_string(),
    };
    text.chars().map(&mut number).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn values_equal_the_trees_of_the_same_text(text in scheme_like_text()) {
        let m = mutator();
        prop_assert_eq!(values(&m, &text), trees(&text));
    }

    #[test]
    fn data_with_labels_equal_their_trees(text in right_text()) {
        let m = mutator();
        prop_assert_eq!(values(&m, &text), trees(&text));
    }

    #[test]
    fn values_of_any_text_equal_its_trees(text in any::<String>()) {
        let m = mutator();
        prop_assert_eq!(values(&m, &text), trees(&text));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn ports_give_the_data_that_their_text_has(
        right in right_text(),
        text in scheme_like_text(),
        count in 1_usize..30,
    ) {
        // Long data need more than one look at the buffer.
        let text = format!("{right} ({text} . {text}) {}", text.repeat(count));
        prop_assert_eq!(read_all(&mut mutator(), &text), expected_of_port(&text));
    }

    #[test]
    fn collections_at_every_occasion_change_nothing(
        right in right_text(),
        text in scheme_like_text(),
    ) {
        let text = format!("{right} ({text}) {text}");
        prop_assert_eq!(read_all(&mut zealous_mutator(), &text), expected_of_port(&text));
    }
}

#[test]
fn labels_are_numbered_in_order() {
    let text = format!("(a {REFERENCE} {DEFINITION}(b {REFERENCE}))");
    assert_eq!(numbered(&text, 0), "(a d #0=(b #0#))");
}

#[test]
fn labels_share_and_close_circles() {
    let texts = [
        "(#0=(a) #0#)",
        "#0=(a . #0#)",
        "#0=(#1=(b . #0#) #(#1# #0# c #;d) . #1#)",
        "#5=#(1 #5# #6=(b #5# #6#) #5#)",
        "#0=#1=(#0# #1#)",
        "#1=(#0=#1# #0# #2=#0# . #2#)",
        "'#0=(a . #0#)",
        "#0='#0#",
        "#0=(#;(#0# #1=x #0#) #1# #;#0# . #0#)",
        "(#0=\"s\" #0# #1=12 #1#)",
        "#0=(a b c #0# d #0# . (e #0#))",
        "(#0=a #0#) (#0=b #0#)",
    ];
    let m = mutator();
    for text in texts {
        let found = values(&m, text);
        assert!(!found.concat().contains("Error"), "{found:?}");
        assert_eq!(found, trees(text), "{text}");
    }
}

#[test]
fn no_nesting_is_too_deep() {
    let depth = 1_000_000;
    for (open, close) in [("(", ")"), ("#(", ")"), ("'", ""), ("(a . ", ")")] {
        let text = format!("{}x{}", open.repeat(depth), close.repeat(depth));
        until_it_fits(&mut mutator(), |m| {
            let datum = Parser::new(&text).next_datum(&mut ValueBuilder::new(m));
            let mut value = datum.unwrap().unwrap()?;
            let mut found = 0;
            while !value.is_kind(Kind::Symbol) {
                value = match (m.pair(value), open) {
                    (Some((car, _)), "(") => car,
                    (Some((_, cdr)), "(a . ") => cdr,
                    (Some((_, cdr)), _) => m.pair(cdr).expect("a quotation").0,
                    (None, _) => Object::of(value)
                        .expect("a vector")
                        .field(element_offset(0)),
                };
                found += 1;
            }
            assert_eq!(found, depth, "{open}");
            Ok(())
        });
    }
}

#[test]
fn what_does_not_fit_asks_for_room_for_all_of_it() {
    let m = &mut zealous_mutator();
    let text = format!("({})", "\"abc\" #(1 2) 1e400 #e1e100 ".repeat(1000));
    let mut asked = Vec::new();
    until_it_fits(m, |m| {
        let datum = Parser::new(&text).next_datum(&mut ValueBuilder::new(m));
        let datum = datum.unwrap().unwrap();
        if let Err(Raise::Full(bytes)) = &datum {
            asked.push(*bytes);
        }
        datum.map(drop)
    });
    let [first, ..] = asked[..] else {
        panic!("a zealous heap refuses something");
    };
    // 5000 pairs, 1000 strings, vectors, flonums and large integers.
    assert!(first >= 5000 * 16 + 1000 * (48 + 32 + 16), "{first}");
    assert!(asked.len() <= 3, "{asked:?}");
}

#[test]
fn reading_near_the_limit_of_the_heap_ends() {
    const TRIES_MAX: usize = 10;
    let mut outcomes = Vec::new();
    for count in (20_000..80_000).step_by(1_000) {
        let options = HeapOptions {
            arena_bytes: 1 << 30,
            heap_bytes_max: Some(8 << 20),
            ..HeapOptions::default()
        };
        let mut machine = mutator_with(&options);
        let m = &mut machine;
        until_it_fits(m, |m| {
            let text = format!("({})", "\"ab\" ".repeat(count));
            let string = StringObject::from_text(m, &text)?.value();
            let port = call(m, open_input_string, &[string])?;
            m.set_winders(m.cons(port, Value::NULL));
            Ok(())
        });
        let outcome = (0..TRIES_MAX).find_map(|_| {
            let port = m.elements(m.winders()).next().expect("it was put there");
            let bytes = match read(m, PortObject::of(port).expect("a port")) {
                Err(Raise::Full(bytes)) => bytes,
                answer => return Some(answer.is_ok()),
            };
            let outcome = m.collect_for(CollectReason::Full { bytes });
            (outcome != Outcome::Done).then_some(false)
        });
        outcomes.push(outcome.unwrap_or_else(|| panic!("{count}: collected without end")));
    }
    assert!(outcomes[0] && outcomes.is_sorted_by(|earlier, later| earlier >= later));
    assert_eq!(outcomes.last(), Some(&false));
}

/// A port of what comes through a pipe.
fn port_of_pipe<'m>(m: &'m Mutator<'_>, reader: &PipeReader) -> PortObject<'m> {
    let path = format!("/dev/fd/{}", reader.as_raw_fd());
    let name = StringObject::from_text(m, &path).expect("a short text");
    let port = call(m, open_input_file, &[name.value(), Value::FALSE]);
    PortObject::of(port.expect("it is open")).expect("a port")
}

/// Writes `text` in pieces of so many bytes, each when nothing waits in the pipe any more.
fn write_slowly(mut writer: PipeWriter, reader: &PipeReader, text: &[u8], piece_bytes: usize) {
    for piece in text.chunks(piece_bytes) {
        while rustix::io::ioctl_fionread(reader).expect("a pipe has a size") > 0 {
            std::thread::yield_now();
        }
        writer.write_all(piece).expect("somebody reads");
    }
}

#[test]
fn a_token_that_comes_in_pieces_takes_linear_time() {
    let long = "a\\x3bb;".repeat(1 << 17);
    for (text, piece_bytes) in [
        (format!("\"{}\"", &long), 32),
        (format!("|{}|", &long), 4096),
        (format!("#|{}|# {}", &long, "a".repeat(1 << 20)), 64),
        ("1".repeat(10_000), 1),
    ] {
        let m = mutator();
        let start = Instant::now();
        let (reader, writer) = std::io::pipe().expect("the system has pipes");
        let port = port_of_pipe(&m, &reader);
        std::thread::scope(|scope| {
            scope.spawn(|| write_slowly(writer, &reader, text.as_bytes(), piece_bytes));
            let datum = read(&m, port).unwrap_or_else(|_| panic!("{piece_bytes}"));
            assert!(!datum.is_kind(Kind::Port) && datum != Value::EOF);
            assert!(matches!(read(&m, port), Ok(Value::EOF)));
        });
        // To look at the text again for each piece takes a minute at the least, but for the last text.
        let elapsed = start.elapsed();
        assert!(
            elapsed < Duration::from_secs(20),
            "{piece_bytes}: {elapsed:?}"
        );
    }
}

#[test]
fn a_long_datum_from_a_file_is_read_after_a_few_collections() {
    const TRIES_MAX: usize = 40;
    let text = format!("({})", "(abc 12 \"str\" (x . y) #(1 2 3)) ".repeat(100_000));
    let path = std::env::temp_dir().join(format!("cozen-long-datum-{}", std::process::id()));
    std::fs::write(&path, &text).expect("the folder can be written to");
    let mut machine = mutator_with(&HeapOptions::default());
    let m = &mut machine;
    until_it_fits(m, |m| {
        let name = StringObject::from_text(m, path.to_str().expect("UTF-8"))?;
        let port = call(m, open_input_file, &[name.value(), Value::FALSE])?;
        m.set_winders(m.cons(port, Value::NULL));
        Ok(())
    });
    let is_read = (0..TRIES_MAX).any(|_| {
        let port = m.elements(m.winders()).next().expect("it was put there");
        let bytes = match read(m, PortObject::of(port).expect("a port")) {
            Err(Raise::Full(bytes)) => bytes,
            answer => return answer.is_ok(),
        };
        m.collect_for(CollectReason::Full { bytes }) != Outcome::Done
    });
    std::fs::remove_file(&path).expect("it is there");
    assert!(is_read, "collected without end");
}
