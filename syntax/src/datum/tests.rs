//! Tests of the arena: lists, equality, symbols.

use super::*;

fn parse_one(text: &str) -> (Data, DatumId) {
    let (data, forms) = Data::parse(text).unwrap();
    (data, forms[0])
}

fn equal(left: &str, right: &str) -> bool {
    let (left_data, left) = parse_one(left);
    let (right_data, right) = parse_one(right);
    left_data.equal(left, &right_data, right)
}

#[test]
fn equality_is_structural() {
    assert!(equal(
        "(a #(1 \"b\") #u8(1) . c)",
        "(a . (#(1 \"b\") #u8(1) . c))"
    ));
    assert!(!equal("(a b)", "(a b c)"));
    assert!(!equal("#(a)", "#(a b)"));
    assert!(!equal("1", "1.0"));
    assert!(!equal("\"a\"", "a"));
}

#[test]
fn circular_data_are_equal_when_they_unfold_alike() {
    assert!(equal("#0=(a . #0#)", "#0=(a a . #0#)"));
    assert!(!equal("#0=(a . #0#)", "#0=(a b . #0#)"));
    assert!(equal("(#0=(a) #0#)", "((a) (a))"));
}

#[test]
fn lists_end_even_where_they_do_not() {
    let (data, list) = parse_one("(a b . c)");
    assert_eq!(data.items(list).count(), 2);
    assert_eq!(data.proper_list(list), None);
    let (data, list) = parse_one("(a b . #0=(c d e . #0#))");
    let mut items = data.items(list);
    assert!(items.by_ref().count() >= 5);
    assert!(items.is_circular());
    assert_eq!(data.proper_list(list), None);
    let (data, list) = parse_one("(a b c d e f)");
    assert_eq!(data.proper_list(list).unwrap().len(), 6);
    let (data, symbol) = parse_one("a");
    assert_eq!(data.items(symbol).count(), 0);
}

#[test]
fn symbols_are_shared_by_name() {
    let (mut data, list) = parse_one("(a b a)");
    let items = data.proper_list(list).unwrap();
    assert_eq!(data.kind(items[0]), data.kind(items[2]));
    assert_ne!(data.kind(items[0]), data.kind(items[1]));
    assert_eq!(data.as_symbol(items[1]), Some("b"));
    let a = data.intern("a");
    assert_eq!(*data.kind(items[0]), DatumKind::Symbol(a));
    assert_eq!(data.symbol_name(a), "a");
}

#[test]
fn unquoted_symbols_that_begin_with_at_are_not_abbreviated() {
    for (text, expected) in [
        ("(unquote @a)", "(unquote @a)"),
        ("(unquote a@)", ",a@"),
        ("(unquote-splicing @a)", ",@@a"),
    ] {
        let (data, datum) = parse_one(text);
        assert_eq!(data.to_text(datum), expected);
    }
}

#[test]
fn external_objects_are_leaves() {
    let mut data = Data::new();
    let external = data.push(DatumKind::External(3), Span::default());
    let list = data.push_list(&[external], None, Span::default());
    assert_eq!(data.to_text(list), "(#<external 3>)");
}
