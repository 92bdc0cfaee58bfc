//! Libraries that others took the place of are given back, unless something refers to them.

use std::rc::Rc;

use super::super::{EnvironmentId, LibraryRegistry, SourceText, expand_text};

/// So many libraries that something is given back, a few times: then as many wait as before.
const MANY: usize = 192;

fn interact(registry: &mut LibraryRegistry, text: &str) -> String {
    let source = SourceText::new("prompt", text);
    let program = expand_text(registry, EnvironmentId::INTERACTION, &source);
    program.expect("the text is right").to_text()
}

/// A library `(a)` with a procedure, a macro that refers to it, and a macro that defines such a macro.
const LIBRARY: &str = "(define-library (a)
    (export f m define-m)
    (import (cozen core) (cozen primitives))
    (begin
      (define (f x) (list x 1))
      (define-syntax m (syntax-rules () ((_ x) (f (hidden x)))))
      (define (hidden x) (car x))
      (define-syntax define-m
        (syntax-rules () ((_ name) (define-syntax name (syntax-rules () ((_ x) (hidden x)))))))))";

/// Defines `(a)` many times, and answers the keys that are forgotten.
fn define_many(registry: &mut LibraryRegistry, library: &str) -> Vec<Rc<str>> {
    let mut forgotten = Vec::new();
    for _ in 0..MANY {
        interact(registry, library);
        forgotten.extend(registry.settle_libraries(|_| true));
    }
    forgotten
}

#[test]
fn a_library_is_given_back_when_another_takes_its_name() {
    let mut registry = LibraryRegistry::new();
    let mut forgotten = define_many(&mut registry, LIBRARY);
    let early = registry.retained_bytes();
    let later = (0..9).flat_map(|_| define_many(&mut registry, LIBRARY));
    forgotten.extend(later.collect::<Vec<_>>());
    let late = registry.retained_bytes();
    assert!(late < early + early / 2, "{early} and {late} bytes");
    for key in ["(a)#", "(a)#f", "(a)#hidden", "(a)~2#f", "(a)~1000#"] {
        let count = forgotten.iter().filter(|&known| **known == *key).count();
        assert_eq!(count, 1, "{key}");
    }
    let last = format!("(a)~{}#f", 10 * MANY);
    assert!(!forgotten.iter().any(|key| **key == *last));
    let text = interact(&mut registry, "(import (a)) (f 1)");
    assert!(text.contains(&last), "{text}");
}

#[test]
fn what_an_environment_has_imported_stays() {
    let mut registry = LibraryRegistry::new();
    interact(&mut registry, LIBRARY);
    registry.settle_libraries(|_| true);
    interact(&mut registry, "(import (rename (a) (m old) (f old-f)))");
    interact(&mut registry, "(define-syntax older old) (define-m made)");
    interact(&mut registry, "(import (only (cozen core) define))");
    let forgotten = define_many(&mut registry, LIBRARY);
    let stays = |key: &str| !forgotten.iter().any(|known| **known == *key);
    assert!(stays("(a)#f") && stays("(a)#hidden"));
    assert!(!stays("(a)~2#f"));
    for (text, key) in [
        ("(old '(1))", "(a)#hidden"),
        ("(old-f 1)", "(a)#f"),
        ("(made '(1))", "(a)#hidden"),
    ] {
        let program = interact(&mut registry, text);
        assert!(program.contains(&format!("|{key}|")), "{program}");
    }
}

#[test]
fn a_macro_that_a_macro_made_keeps_the_library_of_both() {
    let mut registry = LibraryRegistry::new();
    interact(&mut registry, LIBRARY);
    registry.settle_libraries(|_| true);
    interact(&mut registry, "(import (only (a) define-m))");
    interact(&mut registry, "(define-m made)");
    interact(
        &mut registry,
        "(define-library (b) (export define-m) (import (cozen core)) (begin (define define-m 1)))",
    );
    registry.settle_libraries(|_| true);
    interact(&mut registry, "(import (b))");
    define_many(&mut registry, LIBRARY);
    let program = interact(&mut registry, "(made '(1))");
    assert!(program.contains("|(a)#hidden|"), "{program}");
}

#[test]
fn globals_that_images_to_come_may_refer_to_stay() {
    let mut registry = LibraryRegistry::new();
    interact(&mut registry, LIBRARY);
    registry.settle_libraries(|_| true);
    registry.hold_globals();
    let forgotten = define_many(&mut registry, LIBRARY);
    assert!(
        !forgotten.iter().any(|key| !key.contains('~')),
        "{forgotten:?}"
    );
    assert!(forgotten.iter().any(|key| **key == *"(a)~2#f"));
}

/// A library whose body raises has a name for a while, and nothing waits for its end for good.
#[test]
fn a_library_whose_run_failed_is_given_back() {
    let mut registry = LibraryRegistry::new();
    let mut define = |count: usize| {
        for _ in 0..count {
            interact(&mut registry, LIBRARY);
            registry.settle_libraries(|_| false);
        }
        registry.retained_bytes()
    };
    let (early, late) = (define(MANY), define(9 * MANY));
    assert!(late < early + early / 2, "{early} and {late} bytes");
}
