//! Environments of import sets are forgotten when somebody says so, with all that belonged to them.

use syntax::Data;

use super::super::{EnvironmentId, LibraryRegistry, SourceText, expand_form, expand_text};
use crate::id::Id as _;

fn environment(registry: &mut LibraryRegistry, sets: &str) -> EnvironmentId {
    let (data, sets) = Data::parse(sets).expect("the sets are right");
    let environment = registry.environment(&data, &sets);
    environment
        .expect("the sets are right")
        .expect("the libraries are loaded")
}

/// A form, expanded in an environment.
fn expanded(registry: &mut LibraryRegistry, environment: EnvironmentId, form: &str) -> String {
    let (data, forms) = Data::parse(form).expect("the form is right");
    let program = expand_form(registry, environment, &data, forms[0]);
    program.expect("the form is right").to_text()
}

fn interact(registry: &mut LibraryRegistry, text: &str) {
    let source = SourceText::new("prompt", text);
    expand_text(registry, EnvironmentId::INTERACTION, &source).expect("the text is right");
}

/// Ever new import sets, with names that nothing else has.
fn new_sets(number: usize) -> String {
    format!(
        "(prefix (only (cozen primitives) car cdr) p{number}:) (rename (cozen core) (if if-{number}))"
    )
}

#[test]
fn nothing_stays_of_an_environment_that_is_forgotten() {
    let mut registry = LibraryRegistry::new();
    let first = environment(&mut registry, &new_sets(0));
    registry.forget_environment(first);
    let (before, tops) = (registry.retained_bytes(), registry.top_count());
    for number in 1..1000 {
        let made = environment(&mut registry, &new_sets(number));
        assert_eq!(made, first, "the number is free again");
        assert!(registry.retained_bytes() > before);
        let form = format!("(let-syntax ((m (syntax-rules () ((_) p{number}:car)))) (m))");
        assert_eq!(
            expanded(&mut registry, made, &form),
            "(immutable car)",
            "{form}"
        );
        registry.forget_environment(made);
    }
    assert_eq!(registry.retained_bytes(), before);
    assert_eq!(registry.top_count(), tops);
}

#[test]
fn an_environment_outlives_its_neighbours_and_those_that_get_their_numbers() {
    let mut registry = LibraryRegistry::new();
    let all: Vec<_> = (0..100)
        .map(|number| environment(&mut registry, &new_sets(number)))
        .collect();
    for (number, &each) in all.iter().enumerate() {
        if number != 50 {
            registry.forget_environment(each);
        }
    }
    registry.settle_libraries(|_| true);
    let more = (200..400).map(|number| environment(&mut registry, &new_sets(number)));
    let more: Vec<_> = more.collect();
    assert!(!more.contains(&all[50]));
    let code = expanded(&mut registry, all[50], "(if-50 p50:car p50:cdr 1)");
    assert_eq!(code, "(if (immutable car) (immutable cdr) 1)");
    let code = expanded(&mut registry, more[0], "(if-200 p200:car p50:cdr 1)");
    assert!(code.contains(":p50:cdr) 1)"), "{code}");
}

#[test]
fn equal_import_sets_share_an_environment_while_it_lasts() {
    let mut registry = LibraryRegistry::new();
    let made = environment(&mut registry, &new_sets(1));
    assert_eq!(environment(&mut registry, &new_sets(1)), made);
    let other = environment(&mut registry, &new_sets(2));
    registry.forget_environment(made);
    let again = environment(&mut registry, &new_sets(1));
    assert_ne!(again, other);
    assert_eq!(expanded(&mut registry, again, "p1:car"), "(immutable car)");
}

#[test]
fn an_environment_keeps_the_libraries_that_others_took_the_place_of() {
    let mut registry = LibraryRegistry::new();
    let library = "(define-library (a) (export x m) (import (cozen core))
        (begin (define x 1) (define-syntax m (syntax-rules () ((_) x)))))";
    interact(&mut registry, library);
    registry.settle_libraries(|_| true);
    let first = environment(&mut registry, "(a)");
    let mut forgotten = Vec::new();
    for _ in 0..300 {
        interact(&mut registry, library);
        forgotten.extend(registry.settle_libraries(|_| true));
    }
    assert!(forgotten.iter().all(|key| **key != *"(a)#x"));
    assert_eq!(expanded(&mut registry, first, "(m)"), "(immutable |(a)#x|)");
    let second = environment(&mut registry, "(a)");
    assert_ne!(first, second);
    registry.forget_environment(first);
    assert_eq!(environment(&mut registry, "(a)"), second);
    for _ in 0..600 {
        interact(&mut registry, library);
        forgotten.extend(registry.settle_libraries(|_| true));
    }
    assert!(forgotten.iter().any(|key| **key == *"(a)#x"));
}

#[test]
fn only_environments_of_import_sets_are_forgotten() {
    let mut registry = LibraryRegistry::new();
    let loading = registry.loading_environment();
    for lasting in [EnvironmentId::INTERACTION, loading, EnvironmentId::new(99)] {
        registry.forget_environment(lasting);
    }
    assert_eq!(registry.loading_environment(), loading);
    let made = environment(&mut registry, &new_sets(1));
    assert!(made != loading && made != EnvironmentId::INTERACTION);
    registry.forget_environment(made);
    registry.forget_environment(made);
    let two = [2, 3].map(|number| environment(&mut registry, &new_sets(number)));
    assert_ne!(two[0], two[1], "a number is free once");
    interact(&mut registry, "(define x 1)");
}

/// No global that one environment names is that of another.
#[test]
fn the_globals_of_an_environment_are_its_own() {
    let mut registry = LibraryRegistry::new();
    let keys: Vec<_> = (0..3)
        .map(|number| {
            let made = environment(&mut registry, &new_sets(number));
            let key = expanded(&mut registry, made, "unbound");
            registry.forget_environment(made);
            key
        })
        .collect();
    assert!(keys[0] != keys[1] && keys[1] != keys[2], "{keys:?}");
}
