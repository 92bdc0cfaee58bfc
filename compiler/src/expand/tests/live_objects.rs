//! Live objects in evaluated forms.

use std::collections::HashSet;

use syntax::{Data, DatumKind, Span};

use super::super::{EnvironmentId, LibraryRegistry, expand_form};

/// The Core of a form whose symbols `live` are live objects.
fn evaluated(registry: &mut LibraryRegistry, text: &str) -> String {
    let (mut data, forms) = Data::parse(text).unwrap();
    let live = data.intern("live");
    let mut reached = HashSet::new();
    let mut pending = vec![forms[0]];
    while let Some(datum) = pending.pop() {
        match data.kind(datum) {
            _ if !reached.insert(datum) => {}
            DatumKind::Pair(car, cdr) => pending.extend([*car, *cdr]),
            DatumKind::Vector(items) => pending.extend_from_slice(items),
            DatumKind::Symbol(symbol) if *symbol == live => {
                data.set_kind(datum, DatumKind::External(7));
            }
            _ => {}
        }
    }
    let program = expand_form(registry, EnvironmentId::INTERACTION, &data, forms[0]);
    program.unwrap().to_text()
}

#[test]
fn live_objects_in_forms_stay_themselves() {
    let mut registry = LibraryRegistry::new();
    let mut data = Data::new();
    let object = data.push(DatumKind::External(7), Span::default());
    let program = expand_form(&mut registry, EnvironmentId::INTERACTION, &data, object).unwrap();
    insta::assert_snapshot!(program.to_text(), @"(quote #<external 7>)");
}

#[test]
fn quoted_lists_with_live_objects_are_made_once() {
    let mut registry = LibraryRegistry::new();
    let text = "(lambda () '(a live \"b\" (c) . d))";
    insta::assert_snapshot!(evaluated(&mut registry, text), @r#"
    (letrec
      ((literal.0 (cons #f #f))
        (effect.1 (begin (set-car! literal.0 (quote a)) (word unspecified)))
        (effect.2
          (begin
            (set-cdr! literal.0 (cons (quote #<external 7>) (quote ("b" (c) . d))))
            (word unspecified))))
      (lambda _.0 () literal.0))
    "#);
}

#[test]
fn shared_and_circular_parts_with_live_objects_are_made_once() {
    let mut registry = LibraryRegistry::new();
    let text = "'(#0=(live) #1=(e) #(1 #0# #1# live) . #2=(live . #2#))";
    insta::assert_snapshot!(evaluated(&mut registry, text), @r"
    (letrec
      ((literal.0 (cons #f #f))
        (literal.1 (cons #f #f))
        (literal.2 (%make-vector 4 #f))
        (literal.3 (cons #f #f))
        (effect.4 (begin (set-car! literal.0 literal.1) (word unspecified)))
        (effect.5
          (begin
            (set-cdr! literal.0 (cons (quote (e)) (cons literal.2 literal.3)))
            (word unspecified)))
        (effect.6 (begin (set-car! literal.1 (quote #<external 7>)) (word unspecified)))
        (effect.7 (begin (set-cdr! literal.1 ()) (word unspecified)))
        (effect.8 (begin (vector-set! literal.2 0 1) (word unspecified)))
        (effect.9 (begin (vector-set! literal.2 1 literal.1) (word unspecified)))
        (effect.10 (begin (vector-set! literal.2 2 (quote (e))) (word unspecified)))
        (effect.11 (begin (vector-set! literal.2 3 (quote #<external 7>)) (word unspecified)))
        (effect.12 (begin (set-car! literal.3 (quote #<external 7>)) (word unspecified)))
        (effect.13 (begin (set-cdr! literal.3 literal.3) (word unspecified))))
      literal.0)
    ");
}

#[test]
fn the_unit_of_a_macro_with_live_objects_is_kept() {
    let mut registry = LibraryRegistry::new();
    let text = "(define-syntax m (syntax-rules () ((_) (live '(live)))))";
    insta::assert_snapshot!(evaluated(&mut registry, text), @"(define-global (global |user~0:live objects|) (lambda \
        |live objects.0| () (word unspecified)))");
    let text = "(define-syntax n (syntax-rules () ((_) (alive))))";
    assert!(!evaluated(&mut registry, text).contains("define-global"));
}
