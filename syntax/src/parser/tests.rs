//! Tests of the parser: shapes, errors, text in pieces, and arbitrary input.

use std::time::Instant;

use proptest::prelude::*;

use super::*;
use crate::fuzzing::parser::{check, check_text};
use crate::{Data, DataBuilder};

/// The data of a text, written again.
fn reads_as(text: &str) -> String {
    match Data::parse(text) {
        Ok((data, forms)) => {
            let texts: Vec<_> = forms.iter().map(|&form| data.to_text(form)).collect();
            texts.join(" ")
        }
        Err(error) => format!("{:?}: {error}", error.span.of(text)),
    }
}

#[test]
fn lists_and_vectors() {
    assert_eq!(
        reads_as("(a (b . c) #(1 \"x\" #\\y) . (d))"),
        "(a (b . c) #(1 \"x\" #\\y) d)"
    );
    assert_eq!(
        reads_as("() #() #u8() #u8(0 255 #xff)"),
        "() #() #u8() #u8(0 255 255)"
    );
    assert_eq!(reads_as("'a `(b ,c ,@d) '() ''e"), "'a `(b ,c ,@d) '() ''e");
    assert_eq!(
        reads_as("(quote a b) (quote . a) (quote)"),
        "(quote a b) (quote . a) (quote)"
    );
    assert_eq!(reads_as("(a . b . c)").split(": ").next(), Some("\".\""));
}

#[test]
fn brackets_are_parentheses_that_match_their_kind() {
    assert_eq!(reads_as("[a (b [c . d]) #([e])]"), "(a (b (c . d)) #((e)))");
    let expected = "expected `)`, which closes `(`, found `]`";
    assert_eq!(
        reads_as("(a [b) c]"),
        "\")\": expected `]`, which closes `[`, found `)`"
    );
    assert_eq!(reads_as("(a]"), format!("\"]\": {expected}"));
    assert_eq!(reads_as("#(a]"), format!("\"]\": {expected}"));
    assert_eq!(reads_as("#u8(1]"), format!("\"]\": {expected}"));
    assert_eq!(reads_as("]"), "\"]\": unexpected `]`, expected a datum");
    assert_eq!(
        reads_as("[a"),
        "\"[\": unexpected end of input in a list, expected `]`"
    );
}

#[test]
fn syntax_abbreviations_are_read_and_not_written() {
    assert_eq!(
        reads_as("#'a #`(b #,c #,@d)"),
        "(syntax a) (quasisyntax (b (unsyntax c) (unsyntax-splicing d)))"
    );
    assert_eq!(reads_as("#:key |#:a b| #!eof"), "#:key |#:a b| #!eof");
}

#[test]
fn datum_comments_hide_one_datum() {
    assert_eq!(reads_as("(a #;b c) #;(d . (e)) f #;g"), "(a c) f");
    assert_eq!(reads_as("(a #; #;b c d) #;#;a b c"), "(a d) c");
    assert_eq!(
        reads_as("(a . #;b c #;d) '#;a b #u8(1 #;(x) 2)"),
        "(a . c) 'b #u8(1 2)"
    );
}

#[test]
fn labels_share_and_close_circles() {
    assert_eq!(reads_as("(#0=(a) #0#)"), "(#0=(a) #0#)");
    assert_eq!(reads_as("#0=(a . #0#)"), "#0=(a . #0#)");
    assert_eq!(
        reads_as("#5=#(1 #5# #6=(b #5# #6#))"),
        "#0=#(1 #0# #1=(b #0# #1#))"
    );
    assert_eq!(reads_as("#0=#1=(#0# #1#)"), "#0=(#0# #0#)");
    assert_eq!(reads_as("#1=(#0=#1# #0#)"), "#0=(#0# #0#)");
    assert_eq!(reads_as("(#0=a #0#) (#0=b #0#)"), "(a a) (b b)");
    assert_eq!(reads_as("'#0=(a . #0#)"), "'#0=(a . #0#)");
}

#[test]
fn errors_say_what_was_expected() {
    let cases = [
        (")", "\")\": unexpected `)`, expected a datum"),
        (
            "(a . )",
            "\")\": unexpected `)`, expected a datum after `.`",
        ),
        (
            "(')",
            "\")\": unexpected `)`, expected a datum after the prefix",
        ),
        ("(#;)", "\")\": unexpected `)`, expected a datum after `#;`"),
        ("( . a)", "\".\": unexpected `.`"),
        ("#(a . b)", "\".\": unexpected `.`"),
        (".", "\".\": unexpected `.`"),
        (
            "(a . b c)",
            "\"c\": expected `)` after the datum that follows `.`",
        ),
        ("(a . b (c))", "\"(\": expected `)` after"),
        (
            "#u8(256)",
            "\"256\": expected an exact integer from 0 to 255",
        ),
        ("#u8(a)", "\"a\": expected an exact integer"),
        ("#u8((1))", "\"(\": expected an exact integer"),
        ("#0=#0#", "\"#0#\": datum label #0= stands for itself"),
        ("#0=#1=#0#", "\"#0#\": datum label #0= stands for itself"),
        (
            "(#0# #0=a)",
            "\"#0#\": datum label #0# is not defined before its use",
        ),
        ("(#0=a #0=b)", "\"#0=\": datum label #0= is defined twice"),
        (
            "(a (b",
            "\"(\": unexpected end of input in a list, expected `)`",
        ),
        ("'", "\"'\": unexpected end of input in a quotation"),
        ("#(", "\"#(\": unexpected end of input in a vector"),
        (
            "(a .",
            "\"(\": unexpected end of input in a list, expected a datum after `.`",
        ),
    ];
    for (text, message) in cases {
        let error = reads_as(text);
        assert!(error.starts_with(message), "{text}: {error}");
    }
}

/// What a parser says of `text`, after which more may follow.
fn progress(text: &str) -> Result<Progress<String>> {
    let mut data = Data::new();
    let mut parser = Parser::new(text);
    let progress = parser.next_in_part(&mut DataBuilder::new(&mut data), TextPart::Beginning)?;
    Ok(match progress {
        Progress::Datum(datum) => Progress::Datum(data.to_text(datum)),
        Progress::End => Progress::End,
        Progress::Undecided => Progress::Undecided,
    })
}

#[test]
fn every_prefix_of_a_datum_is_undecided() {
    let text = "(a \"b\\n\" #(c #\\d) |e f| #| g |# . ('h #u8(1) #0=(i) . #;j #0#))";
    for end in (0..text.len()).filter(|&end| text.is_char_boundary(end)) {
        assert_eq!(
            progress(&text[..end]),
            Ok(Progress::Undecided),
            "{}",
            &text[..end]
        );
    }
}

#[test]
fn the_end_decides_only_what_touches_it() {
    for undecided in [
        "12",
        "'abc",
        "  ; nothing",
        "#!fold-case",
        "#",
        ",",
        "(a . b c",
        "#u8(300",
        "#! ",
        "",
    ] {
        assert_eq!(progress(undecided), Ok(Progress::Undecided), "{undecided}");
    }
    for decided in ["(12)", "\"12\"", "|12|", "#(a)"] {
        assert!(
            matches!(progress(decided), Ok(Progress::Datum(_))),
            "{decided}"
        );
    }
    assert_eq!(progress("12 "), Ok(Progress::Datum("12".into())));
    for wrong in [")", "(a . b c ", "#u8(300 ", "(1/0)"] {
        assert!(progress(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_paused_parser_goes_on_where_it_stands() {
    let text = "#!fold-case (A #1=(|b\\n| . #1#) #u8(1 #;#u8(2) 3)) \"c d\" e";
    let mut data = Data::new();
    let mut builder = DataBuilder::new(&mut data);
    let mut paused = Parser::new("").pause();
    let mut found = Vec::new();
    for end in 0..=text.len() {
        let mut parser = paused.resume(&text[..end]);
        while let Progress::Datum(datum) = parser
            .next_in_part(&mut builder, TextPart::up_to(end, text.len()))
            .unwrap()
        {
            found.push((datum, parser.offset()));
        }
        paused = parser.pause();
    }
    let found: Vec<_> = found
        .iter()
        .map(|&(datum, offset)| (data.to_text(datum), offset))
        .collect();
    let expected = [
        ("(a #0=(|b\\n| . #0#) #u8(1 3))".to_owned(), 50),
        ("\"c d\"".to_owned(), 56),
        ("e".to_owned(), 58),
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_token_that_comes_in_pieces_takes_linear_time() {
    // How each text begins, and what comes behind that again and again.
    let endless = [
        ("\"", "1"),
        ("\"", "λ"),
        ("\"", "\\x31;"),
        ("\"", "\\ \n"),
        ("\"\\x", "0"),
        ("\"\\ ", " "),
        ("|", "a"),
        ("a", "λ"),
        ("1", "1"),
        ("#x", "1"),
        ("#1", "1"),
        ("#\\a", "b"),
        ("#!fold", "a"),
        ("#!/", "a"),
        ("#u8(1", " 1"),
        ("'(b . c", "d"),
        (";", "#"),
        ("#|", "#"),
        ("#|", "|"),
        ("#|", "#|"),
        (" ", " "),
        (";", "\n;"),
    ];
    for (beginning, part) in endless {
        let text = format!("{beginning}{}", part.repeat(200_000 / part.len()));
        let mut data = Data::new();
        let mut builder = DataBuilder::new(&mut data);
        let mut paused = Parser::new("").pause();
        let start = Instant::now();
        for end in (0..text.len()).filter(|&end| text.is_char_boundary(end)) {
            let mut parser = paused.resume(&text[..end]);
            let progress = parser.next_in_part(&mut builder, TextPart::Beginning);
            assert_eq!(progress, Ok(Progress::Undecided), "{beginning}{part}");
            paused = parser.pause();
        }
        // To look at the text again for each byte takes 20 seconds at the least.
        let elapsed = start.elapsed();
        assert!(elapsed.as_secs() < 5, "{beginning}{part}: {elapsed:?}");
    }
}

#[test]
fn data_are_read_one_at_a_time() {
    let mut data = Data::new();
    let mut parser = Parser::new("#!fold-case (A) B");
    let mut builder = DataBuilder::new(&mut data);
    assert!(parser.next_datum(&mut builder).unwrap().is_some());
    assert_eq!(parser.offset(), 15);
    assert!(parser.folds_case());
    parser.set_fold_case(false);
    let second = parser.next_datum(&mut builder).unwrap().unwrap();
    assert_eq!(parser.next_datum(&mut builder).unwrap(), None);
    assert_eq!(data.to_text(second), "B");
}

#[test]
fn spans_cover_the_text() {
    let text = "(a '(b c) #0=d)";
    let (data, forms) = Data::parse(text).unwrap();
    assert_eq!(data.span(forms[0]).of(text), text);
    let items = data.proper_list(forms[0]).unwrap();
    assert_eq!(data.span(items[1]).of(text), "'(b c)");
    let (_, tail) = data.as_pair(forms[0]).unwrap();
    assert_eq!(data.span(tail).of(text), "'(b c) #0=d)");
}

#[test]
fn no_nesting_is_too_deep() {
    let depth = 1_000_000;
    for (open, close) in [("(", ")"), ("#(", ")"), ("'", ""), ("(a . ", ")")] {
        let text = format!("{}x{}", open.repeat(depth), close.repeat(depth));
        let (data, forms) = Data::parse(&text).unwrap();
        let again = data.to_text(forms[0]);
        assert!(again.len() > depth);
        let copy = data.clone();
        assert!(data.equal(forms[0], &copy, forms[0]));
        assert_eq!(reads_as(&again), again);
    }
    let open = "(".repeat(depth);
    assert!(Data::parse(&open).unwrap_err().is_incomplete());
}

/// Text of the characters that mean something.
fn scheme_like_text() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "(",
        ")",
        "#(",
        "#u8(",
        "'",
        "`",
        ",",
        ",@",
        " ",
        ".",
        "#;",
        "#|",
        "|#",
        "|",
        "\"",
        "\\",
        "#\\",
        "#\\x41",
        "#0=",
        "#0#",
        "#1=",
        "#1#",
        "#t",
        "#!",
        "#!fold-case",
        ";",
        "\n",
        "\r",
        "a",
        "λ",
        "1",
        "-",
        "+i",
        "/",
        "e",
        "x41;",
        "#x",
        "#e",
        "[",
        "\u{1}",
        "\u{2028}",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn arbitrary_text_never_panics(text in any::<String>()) {
        check_text(&text);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        check(&bytes);
    }

    #[test]
    fn what_is_written_reads_back(text in scheme_like_text()) {
        check_text(&text);
    }
}
