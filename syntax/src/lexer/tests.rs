//! Tests of tokens.

use super::*;
use crate::token::Constant;

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut lexer = Lexer::new(text).unwrap();
    let mut tokens = Vec::new();
    loop {
        match lexer.next_token().unwrap().0 {
            Token::End => return tokens,
            token => tokens.push(token),
        }
    }
}

fn symbols(text: &str) -> Vec<String> {
    let name = |token| match token {
        Token::Symbol(name) => name.into_owned(),
        other => panic!("{other:?}"),
    };
    tokens(text).into_iter().map(name).collect()
}

/// The error of the first token that has one: where, what.
fn error(text: &str) -> (String, String) {
    let mut lexer = Lexer::new(text).unwrap();
    loop {
        match lexer.next_token() {
            Ok((Token::End, _)) => panic!("no error in {text}"),
            Ok(_) => {}
            Err(error) => return (error.span.of(text).to_owned(), error.to_string()),
        }
    }
}

#[test]
fn identifiers() {
    let text = "lambda q + - ... -> ->x +. -- 1+ -1+ list->vector <=? !a$%&*/:<=>?^_~ ..  λ→x +inf";
    assert_eq!(symbols(text), text.split_whitespace().collect::<Vec<_>>());
    assert_eq!(
        symbols("|two words| || |a\\x41;\\n\\||"),
        ["two words", "", "aA\n|"]
    );
    assert_eq!(symbols("ab|cd|"), ["ab", "cd"]);
    assert_eq!(symbols("|a\r\nb\rc|"), ["a\r\nb\rc"]);
}

#[test]
fn case_is_folded_on_request() {
    assert_eq!(
        symbols("Ab #!fold-case Ab ΑΣ |Cd| #!no-fold-case Ab"),
        ["Ab", "ab", "ασ", "Cd", "Ab"]
    );
    assert_eq!(
        tokens("#!fold-case #\\A #\\SPACE"),
        [Token::Character('A'), Token::Character(' ')]
    );
}

#[test]
fn characters() {
    let expect = |text: &str, character| assert_eq!(tokens(text), [Token::Character(character)]);
    expect("#\\a", 'a');
    expect("#\\x", 'x');
    expect("#\\x41", 'A');
    expect("#\\x3bb", 'λ');
    expect("#\\(", '(');
    expect("#\\)", ')');
    expect("#\\;", ';');
    expect("#\\ ", ' ');
    expect("#\\λ", 'λ');
    expect("#\\alarm", '\u{7}');
    expect("#\\newline", '\n');
    expect("#\\null", '\0');
    assert_eq!(
        tokens("#\\a)"),
        [Token::Character('a'), Token::Close(Bracket::Round)]
    );
    assert_eq!(
        error("#\\foo").1.split(',').next(),
        Some("unknown character name `foo`")
    );
    assert!(
        error("#\\xd800")
            .1
            .starts_with("`d800` is no Unicode scalar value")
    );
    assert!(
        error("#\\x110000")
            .1
            .starts_with("`110000` is no Unicode scalar value")
    );
}

#[test]
fn strings() {
    let expect = |text: &str, value: &str| {
        assert_eq!(tokens(text), [Token::String(value.into())], "{text}");
    };
    expect(r#""plain λ""#, "plain λ");
    expect(r#""\a\b\t\n\r\"\\\|""#, "\u{7}\u{8}\t\n\r\"\\|");
    expect(r#""\x41;\X3bb;b""#, "Aλb");
    expect("\"a\\\n   b\"", "ab");
    expect("\"a \\  \t\n\t  b\"", "a b");
    expect("\"a\\\r\n  b\"", "ab");
    expect("\"a\r\nb\rc\nd\"", "a\nb\nc\nd");
    assert_eq!(error(r#""a\qb""#), ("\\q".into(), error(r#""a\qb""#).1));
    assert!(error(r#""\x41""#).1.starts_with("unknown escape `\\x`"));
    assert!(error(r#""\x;""#).1.starts_with("`` is no Unicode"));
    assert!(error(r#""\ a""#).1.starts_with("unknown escape `\\ `"));
}

#[test]
fn comments_and_scripts() {
    assert_eq!(symbols("a ; b\nc #| d #| e |# f |# g ;h"), ["a", "c", "g"]);
    assert_eq!(symbols("#!/usr/bin/env cozen\na"), ["a"]);
    assert_eq!(symbols("#|||#a#b"), ["a#b"]);
}

#[test]
fn other_tokens() {
    assert_eq!(
        tokens("#t #false #( #u8( #; ' ` , ,@ . #12= #0# ()"),
        [
            Token::Boolean(true),
            Token::Boolean(false),
            Token::OpenVector,
            Token::OpenBytevector,
            Token::DatumComment,
            Token::Abbreviation(Abbreviation::Quote),
            Token::Abbreviation(Abbreviation::Quasiquote),
            Token::Abbreviation(Abbreviation::Unquote),
            Token::Abbreviation(Abbreviation::UnquoteSplicing),
            Token::Dot,
            Token::LabelDefinition(12),
            Token::LabelReference(0),
            Token::OpenList(Bracket::Round),
            Token::Close(Bracket::Round),
        ]
    );
    assert_eq!(tokens("1'a").len(), 3);
}

#[test]
fn constants_are_known_in_any_case_and_directives_are_comments() {
    let text =
        "#!eof #!DEFAULT #!unspecific #!void #!optional #!rest #!key #!r6rs #!r7rs #!chezscheme";
    let expected = [
        Constant::Eof,
        Constant::Default,
        Constant::Unspecific,
        Constant::Unspecific,
        Constant::Optional,
        Constant::Rest,
        Constant::Key,
    ];
    assert_eq!(tokens(text), expected.map(Token::Constant));
}

#[test]
fn keywords_are_symbols_with_a_prefix() {
    assert_eq!(symbols("#:a #:|b c| d:"), ["#:a", "#:b c", "d:"]);
    let text = "#!keyword-suffix a: : b #!no-keyword-suffix c:";
    assert_eq!(symbols(text), ["#:a", ":", "b", "c:"]);
    assert_eq!(symbols("#!fold-case #:AB #!srfi-88 CD:"), ["#:ab", "#:cd"]);
}

#[test]
fn names_of_characters_are_known_in_any_case_and_from_other_reports() {
    for (text, character) in [
        ("#\\Space", ' '),
        ("#\\NEWLINE", '\n'),
        ("#\\nul", '\0'),
        ("#\\Rubout", '\u{7f}'),
        ("#\\linefeed", '\n'),
        ("#\\page", '\u{c}'),
    ] {
        assert_eq!(tokens(text), [Token::Character(character)]);
    }
    assert_eq!(
        tokens("#\\S #\\s"),
        [Token::Character('S'), Token::Character('s')]
    );
}

#[test]
fn errors_name_what_was_found() {
    let cases = [
        ("a {b}", "{", "unexpected character '{'"),
        ("a\\b", "\\", "unexpected character '\\\\'"),
        ("\u{1}", "\u{1}", "unexpected character '\\u{1}'"),
        ("#zap)", "#zap", "unknown syntax `#zap`"),
        ("#!eoff", "#!eoff", "unknown directive `#!eoff`"),
        ("#: a", "#:", "unknown syntax `#:`"),
        ("#:a\\b", "\\", "unexpected character '\\\\'"),
        ("#x1g", "#x1g", "invalid number `#x1g`"),
        (
            "(1/0)",
            "1/0",
            "invalid number `1/0`: the denominator is zero",
        ),
        (
            "#e1e1000000000",
            "#e1e1000000000",
            "invalid number `#e1e1000000000`: the exponent",
        ),
        (
            "#99999999999999999999=",
            "#99999999999999999999=",
            "datum label",
        ),
        ("#12x", "#12x", "unknown syntax `#12x`"),
        ("a #| b", "#|", "unexpected end of input in a block comment"),
        (
            "\"abc",
            "\"",
            "unexpected end of input in a string, expected `\"`",
        ),
        ("\"abc\\", "\"", "unexpected end of input in a string"),
        ("\"abc\\x4", "\"", "unexpected end of input in a string"),
        ("|abc", "|", "unexpected end of input in a symbol"),
        ("#\\", "#\\", "unexpected end of input in a character"),
        ("#", "#", "unexpected end of input"),
    ];
    for (text, found, message) in cases {
        let (span, error) = error(text);
        assert_eq!(span, found, "{text}");
        assert!(error.starts_with(message), "{text}: {error}");
    }
}
