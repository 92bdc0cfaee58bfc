//! Libraries, their interfaces, and environments of evaluated forms.

use syntax::Data;

use super::super::{
    EnvironmentId, LibraryRegistry, SourceText, expand_form, expand_libraries, expand_text,
};
use super::{expand, expand_with};

/// A library with a macro that mentions a private variable, and one that makes macros.
const STACK: &str = "(define-library (cozen stack)
  (export push! (rename make-stack new-stack) depth define-pusher)
  (import (cozen core) (cozen primitives))
  (begin
    (define depth 0)
    (define (make-stack) (list 'stack))
    (define (push stack x) (set-cdr! stack (cons x (cdr stack))))
    (define-syntax push! (syntax-rules () ((_ s x) (begin (set! depth 1) (push s x)))))
    (define-syntax define-pusher
      (syntax-rules ()
        ((_ name x) (define-syntax name (syntax-rules () ((_ s) (push! s (list 'push x))))))))
    (define (+ . all) (if (null? all) 0 (+ (car all) 1)))
    (define-pusher push-one! 1)))";

/// A registry that knows [`STACK`] from its interface, as another process does.
fn compiled() -> LibraryRegistry {
    let mut registry = LibraryRegistry::new();
    let (_, interface) = expand_libraries(&mut registry, &[SourceText::new("stack.sld", STACK)])
        .expect("the library is right");
    LibraryRegistry::from_interface(interface)
}

fn interact(registry: &mut LibraryRegistry, text: &str) -> String {
    let source = SourceText::new("prompt", text);
    match expand_text(registry, EnvironmentId::INTERACTION, &source) {
        Ok(program) => program.to_text(),
        Err(diagnostics) => diagnostics[0].to_string(),
    }
}

#[test]
fn a_library_becomes_part_of_the_program_that_imports_it() {
    let text = "(define-library (a)
                  (export f (rename g h))
                  (import (cozen core))
                  (begin (define hidden 1) (define (f) hidden) (define (g) (f))))
                (import (cozen core) (prefix (a) a-))
                (define hidden 2)
                (a-h)
                (a-f)";
    insta::assert_snapshot!(expand(text).unwrap().to_text(), @r"
    (letrec
      ((hidden@0 1)
        (f@1 (lambda f.0 () hidden@0))
        (effect.4 (begin (define-global (immutable |(a)#f|) f@1) (word unspecified)))
        (g@2 (lambda g.1 () (call f@1)))
        (effect.5 (begin (define-global (immutable |(a)#g|) g@2) (word unspecified)))
        (effect.6 (begin (define-global (immutable |(a)#|) #t) (word unspecified)))
        (hidden@3 2)
        (effect.7 (begin (call g@2) (word unspecified))))
      (call f@1))
    ");
}

#[test]
fn exported_variables_that_are_assigned_are_globals() {
    let text = "(define-library (a)
                  (export n next)
                  (import (cozen core))
                  (begin (define n 1) (define (next) (set! n 2))))
                (import (cozen core) (a))
                (next)
                n";
    insta::assert_snapshot!(expand(text).unwrap().to_text(), @r"
    (letrec
      ((n@0 1)
        (effect.2 (begin (define-global (global |(a)#n|) n@0) (word unspecified)))
        (next@1 (lambda next.0 () (set-global! (global |(a)#n|) 2)))
        (effect.3 (begin (define-global (immutable |(a)#next|) next@1) (word unspecified)))
        (effect.4 (begin (define-global (immutable |(a)#|) #t) (word unspecified)))
        (effect.5 (begin (call next@1) (word unspecified))))
      (global |(a)#n|))
    ");
}

#[test]
fn import_sets_combine() {
    let text = "(import (only (cozen core) define)
                        (rename (prefix (only (cozen primitives) car cdr) p:) (p:car first)))
                (define (f x) (first (p:cdr x)))";
    insta::assert_snapshot!(expand(text).unwrap().to_text(), @r"
    (letrec
      ((f@0 (lambda f.0 (x.1) (call (immutable car) (call (immutable cdr) x.1)))))
      (word unspecified))
    ");
}

#[test]
fn the_interface_restores_exports_and_macros() {
    let mut registry = compiled();
    let text = "(import (cozen core) (cozen stack))
                (define-pusher push-two! 2)
                (define s (new-stack))
                (push! s 1)
                (push-two! s)
                depth";
    let program = expand_with(&mut registry, text).unwrap();
    insta::assert_snapshot!(program.to_text(), @r"
    (letrec
      ((s@0 (call (returning make-stack)))
        (effect.1 (begin (set-global! (global depth) 1) (word unspecified)))
        (effect.2 (begin (call (returning push) s@0 1) (word unspecified)))
        (effect.3 (begin (set-global! (global depth) 1) (word unspecified)))
        (effect.4
          (begin
            (call (returning push) s@0 (call (returning list) (quote push) 2))
            (word unspecified))))
      (global depth))
    ");
}

#[test]
fn only_macros_that_are_used_are_read() {
    let mut registry = compiled();
    let loaded = |registry: &LibraryRegistry| registry.interfaces.loaded_count();
    interact(&mut registry, "(import (cozen stack))");
    assert_eq!(loaded(&registry), 0);
    interact(&mut registry, "(define s (new-stack))");
    assert_eq!(loaded(&registry), 0);
    interact(&mut registry, "(push! s 1)");
    assert_eq!(loaded(&registry), 1);
    interact(&mut registry, "(push! s 2)");
    assert_eq!(loaded(&registry), 1, "once");
    interact(&mut registry, "(define-pusher push-two! 2) (push-two! s)");
    assert_eq!(loaded(&registry), 2);
}

#[test]
fn a_damaged_macro_matches_no_use() {
    let mut registry = LibraryRegistry::new();
    let (_, mut interface) =
        expand_libraries(&mut registry, &[SourceText::new("stack.sld", STACK)]).unwrap();
    let rules = interface
        .windows(14)
        .position(|text| text == b"(syntax-rules ");
    interface[rules.expect("the macro is there")] = b')';
    let mut registry = LibraryRegistry::from_interface(interface);
    let text =
        "(import (cozen stack)) (define s (new-stack)) (define-pusher push-two! 2) (push! s 1)";
    let answer = interact(&mut registry, text);
    assert!(
        answer.contains("this use matches no rule of the macro"),
        "{answer}"
    );
}

#[test]
fn definitions_take_the_place_of_what_an_interaction_knows() {
    let mut registry = compiled();
    assert!(interact(&mut registry, "(if 1 2 3)").contains("(if 1 2 3)"));
    let key = registry.interaction_variable("list");
    assert_eq!(key, None, "no library (cozen) or (scheme …) provides it");
    interact(&mut registry, "(define (if x) x)");
    assert!(interact(&mut registry, "(if 1)").contains("call"));
}

#[test]
fn imports_stand_wherever_a_program_splices_forms() {
    let text = "(import (only (cozen core) define))
                (begin (import (only (cozen core) if)) (cond-expand (r7rs (import (cozen primitives)))))
                (cond-expand (else (define (f x) (if x (car x) 1))) (r6rs (import (none))))
                f";
    let core = expand(text).unwrap().to_text();
    insta::assert_snapshot!(core, @"(letrec ((f@0 (lambda f.0 (x.1) (if x.1 (call (immutable car) x.1) 1)))) f@0)");
    let text = "(define-library (a) (export x) (import (cozen core)) (begin (define x 1)))
                (cond-expand (else (import (a))))
                x";
    insta::assert_snapshot!(expand(text).unwrap().to_text(), @r"
    (letrec
      ((x@0 1)
        (effect.1 (begin (define-global (immutable |(a)#x|) x@0) (word unspecified)))
        (effect.2 (begin (define-global (immutable |(a)#|) #t) (word unspecified))))
      x@0)
    ");
    let text = "(import (only (cozen core) define quote) (rename (cozen primitives) (list begin)))
                (begin (import 1))";
    let mistakes = expand(text).unwrap_err();
    insta::assert_snapshot!(mistakes[0], @"
    test.scm:2:25: unbound variable `import`
     2 |                 (begin (import 1))
       |                         ^^^^^^
     note: the program neither defines nor imports it
    ");
}

#[test]
fn a_definition_of_a_primitive_defines_its_procedure() {
    let mut registry = LibraryRegistry::new();
    let source = SourceText::new("stack.sld", STACK);
    let (program, _) = expand_libraries(&mut registry, &[source]).unwrap();
    let text = program.to_text();
    assert_eq!(
        text.matches("(immutable +)").count(),
        2,
        "one definition, one reference"
    );
    assert_eq!(
        text.matches("(immutable car)").count(),
        2,
        "generated, and one reference"
    );
}

#[test]
fn libraries_that_import_each_other_are_refused() {
    let text = "(define-library (a) (import (b)))
                (define-library (b) (import (a)))
                (import (a))";
    let diagnostics = expand(text).unwrap_err();
    assert_eq!(
        diagnostics[0].to_string().lines().next(),
        Some("test.scm:2:45: library (a) imports itself")
    );
}

#[test]
fn a_library_exports_only_what_it_has() {
    let text = "(define-library (a) (export f) (import (cozen core)))
                (import (a))";
    let diagnostics = expand(text).unwrap_err();
    assert_eq!(
        diagnostics[0].message,
        "export: `f` is neither defined nor imported"
    );
}

/// The first message about a program that does not expand.
fn complaint(text: &str) -> String {
    let diagnostics = expand(text).expect_err("it has a mistake");
    diagnostics[0].message.clone()
}

/// The messages of the warnings about a program.
fn warnings(text: &str) -> Vec<String> {
    let program = expand(text).expect("it expands");
    let warnings = program.warnings.into_iter();
    warnings.map(|warning| warning.message).collect()
}

#[test]
fn the_last_import_of_a_name_counts_and_a_warning_tells_of_the_others() {
    let libraries =
        "(define-library (a) (export x y) (import (cozen core)) (begin (define x 1) (define y 2)))
                     (define-library (b) (export x) (import (cozen core)) (begin (define x 1)))
                     (define-library (scheme s) (export x) (import (cozen core)) (begin (define x 1)))
                     (define-library (c) (export x) (import (a)))";
    let message = "warning: import: `x` of (b) takes the place of the `x` imported from (a)";
    for program in [
        "(import (a) (b))",
        "(import (a)) (import (cozen core) (only (b) x))",
        "(define-library (d) (import (a) (b))) (import (d))",
    ] {
        assert_eq!(
            warnings(&format!("{libraries} {program}")),
            [message],
            "{program}"
        );
    }
    assert_eq!(
        warnings(&format!("{libraries} (import (a) (b) (only (a) x)) x")),
        [
            message,
            "warning: import: `x` of (a) takes the place of the `x` imported from (b)"
        ]
    );
    let both = "(define-library (e) (export x y z) (import (cozen core))
                  (begin (define x 1) (define y 1) (define z 1)))";
    assert_eq!(
        warnings(&format!("{libraries} {both} (import (a) (b) (e))")),
        [
            message,
            "warning: import: `x` of (e) takes the place of the `x` imported from (b)",
            "warning: import: `y` of (e) takes the place of the `y` imported from (a)"
        ]
    );
    assert_eq!(
        warnings(&format!("{libraries} {both} (import (a) (e))")),
        ["warning: import: 2 names of (e) take the place of those imported from (a): `x`, `y`"]
    );
    for set in [
        "(a) (c)",
        "(a) (prefix (b) b)",
        "(a) (except (b) x)",
        "(a) (a)",
        // A name of the standard's may be replaced.
        "(scheme s) (b)",
    ] {
        let none: [&str; 0] = [];
        assert_eq!(
            warnings(&format!("{libraries} (import {set})")),
            none,
            "{set}"
        );
    }
}

#[test]
fn one_name_is_not_exported_with_two_meanings() {
    let export = |names: &str| {
        format!(
            "(define-library (a) (export {names}) (import (cozen core)) (begin (define x 1) (define y 2)))
             (import (a))"
        )
    };
    assert_eq!(
        complaint(&export("x y (rename y x)")),
        "export: `x` cannot stand for both `x` and `y`"
    );
    assert!(expand(&export("x y x (rename x x)")).is_ok());
}

#[test]
fn macros_do_not_assign_what_their_library_imports() {
    let libraries = |body: &str| {
        format!(
            "(define-library (a) (export x change!) (import (cozen core))
               (begin (define x 1) (define-syntax change! (syntax-rules () ((_ e) (set! x e))))))
             (define-library (b) (export change-x!) (import (cozen core) {body}))
             (import (cozen core) (b))
             (change-x! 2)"
        )
    };
    let change = "(begin (define-syntax change-x! (syntax-rules () ((_ e) (set! x e)))))";
    let message = "set!: `x` is imported and cannot be assigned";
    assert_eq!(
        complaint(&libraries(&format!("(a)) {change} (begin"))),
        message
    );
    let renamed = "(rename (only (a) x) (x z))) (begin (define-syntax change-x!
                     (syntax-rules () ((_ e) (set! z e))))) (begin";
    assert_eq!(
        complaint(&libraries(renamed)),
        "set!: `z` is imported and cannot be assigned"
    );
    let own = format!("(except (a) x)) (begin (define x 3)) {change} (begin");
    assert!(expand(&libraries(&own)).is_ok());
    let through = "(a)) (begin (define-syntax change-x!
                     (syntax-rules () ((_ e) (change! e))))) (begin";
    assert!(expand(&libraries(through)).is_ok());
}

#[test]
fn primitives_are_for_libraries_that_are_compiled_with_the_runtime() {
    let mut registry = compiled();
    let own = "(cozen primitives) is the runtime's own";
    for text in [
        "(import (cozen primitives))",
        "(import (only (cozen primitives) car))",
    ] {
        let found = interact(&mut registry, text);
        assert!(found.contains(own), "{found}");
    }
    let text = "(cond-expand ((library (cozen primitives)) 1) (else 2))";
    insta::assert_snapshot!(interact(&mut registry, text), @"2");
}

#[test]
fn a_unit_has_the_libraries_that_it_defines() {
    let mut registry = LibraryRegistry::new();
    let text = |value: &str| {
        format!(
            "(define-library (a) (export x) (import (cozen core)) (begin (define x {value})))
             (import (a)) x"
        )
    };
    let first = expand_with(&mut registry, &text("1")).unwrap().to_text();
    assert!(
        first.contains("(define-global (immutable |(a)#x|) x@0)"),
        "{first}"
    );
    registry.settle_libraries(|key| key == "(a)#");
    let wrong = expand_with(&mut registry, &text("(if)"));
    assert!(wrong.is_err());
    let program = expand_with(&mut registry, "(import (a)) x").unwrap();
    insta::assert_snapshot!(program.to_text(), @"(immutable |(a)#x|)");
    let second = expand_with(&mut registry, &text("2")).unwrap().to_text();
    assert!(!second.contains("|(a)#x|"), "a key of its own: {second}");
    assert!(second.contains("(x@0 2)"), "{second}");
}

#[test]
fn a_library_whose_run_did_not_come_to_its_end_is_no_longer_known() {
    let mut registry = LibraryRegistry::new();
    let library = "(define-library (a) (export x) (import (cozen core)) (begin (define x 1)))";
    let program = "(import (a)) x";
    expand_with(&mut registry, library).expect("it is well formed");
    registry.settle_libraries(|_| false);
    let message = &expand_with(&mut registry, program).unwrap_err()[0].message;
    assert_eq!(message, "library (a) is not known");
    // The unit that defines it may import it. Nothing has the key of the end that was never reached.
    let again = expand_with(&mut registry, &format!("{library} {program}"));
    let again = again.expect("it is well formed").to_text();
    assert!(
        again.contains("(define-global (immutable |(a)#|) #t)"),
        "{again}"
    );
    registry.settle_libraries(|key| key == "(a)#");
    expand_with(&mut registry, program).expect("it is known");
}

#[test]
fn libraries_of_an_image_by_itself_make_no_globals() {
    let mut registry = LibraryRegistry::new();
    registry.make_images();
    let text = "(define-library (a)
                  (export n next count!)
                  (import (cozen core))
                  (begin (define n 1)
                         (define (next) (set! n 2))
                         (define-syntax count! (syntax-rules () ((_) (set! n 3))))))
                (import (cozen core) (a))
                (next)
                (count!)
                n";
    let program = expand_with(&mut registry, text).unwrap();
    insta::assert_snapshot!(program.to_text(), @r"
    (letrec
      ((n@0 1)
        (next@1 (lambda next.0 () (set! n@0 2)))
        (effect.2 (begin (call next@1) (word unspecified)))
        (effect.3 (begin (set! n@0 3) (word unspecified))))
      n@0)
    ");
}

#[test]
fn evaluated_definitions_make_globals() {
    let mut registry = LibraryRegistry::new();
    insta::assert_snapshot!(interact(&mut registry, "(define (f x) (g x)) (f 1)"), @r"
    (begin
      (define-global (global user:f) (lambda f.0 (x.0) (call (global user:g) x.0)))
      (call (global user:f) 1))
    ");
    insta::assert_snapshot!(interact(&mut registry, "(define if list) (if 1)"), @"(begin (define-global (global \
        user:if) (global user:list)) (call (global user:if) 1))");
    insta::assert_snapshot!(interact(&mut registry, "(set! f 1)"), @"(set-global! (global user:f) 1)");
    insta::assert_snapshot!(interact(&mut registry, "(define-values (a b) (f))"), @r"
    (receive
      (value.0 value.1)
      (call (global user:f))
      (begin (define-global (global user:a) value.0) (define-global (global user:b) value.1)))
    ");
}

#[test]
fn hidden_definitions_of_evaluated_macros_stay_apart() {
    let mut registry = LibraryRegistry::new();
    let define = "(define-syntax def (syntax-rules () ((_ get v) (begin (define tmp v) (define (get) tmp)))))";
    interact(&mut registry, define);
    insta::assert_snapshot!(interact(&mut registry, "(def get 1)"), @r"
    (begin
      (define-global (global user~2:tmp) 1)
      (define-global (global user:get) (lambda get.0 () (global user~2:tmp))))
    ");
    insta::assert_snapshot!(interact(&mut registry, "tmp"), @"(global user:tmp)");
}

#[test]
fn environments_hold_what_they_import() {
    let mut registry = LibraryRegistry::new();
    let (data, forms) = Data::parse("(only (cozen primitives) car) (car x)").unwrap();
    let environment = registry.environment(&data, &forms[..1]).unwrap().unwrap();
    let program = expand_form(&mut registry, environment, &data, forms[1]).unwrap();
    insta::assert_snapshot!(program.to_text(), @"(call (immutable car) (global environment-1:x))");
}

#[test]
fn circular_data_can_be_quoted() {
    let text = "(import (cozen core)) '(#0=(a . #0#) #1=#(#1#) b)";
    insta::assert_snapshot!(expand(text).unwrap().to_text(), @"(quote (#0=(a . #0#) #1=#(#1#) b))");
}

#[test]
fn libraries_of_one_name_get_keys_in_linear_time() {
    let mut registry = LibraryRegistry::new();
    // A search from the start for each would take more than an hour.
    let keys = (0..200_000).map(|_| registry.end_key("(l x)"));
    assert_eq!(keys.last().as_deref(), Some("(l x)~200000#"));
}

/// The environment of the import sets in a text.
fn environment(registry: &mut LibraryRegistry, sets: &str) -> EnvironmentId {
    let (data, sets) = Data::parse(sets).unwrap();
    registry.environment(&data, &sets).unwrap().unwrap()
}

#[test]
fn an_environment_lasts_until_one_of_its_libraries_changes() {
    let mut registry = compiled();
    let library = "(define-library (a) (export x) (import (cozen core)) (begin (define x 1)))";
    registry.make_images();
    interact(&mut registry, library);
    let environments = |registry: &mut LibraryRegistry| {
        let sets = ["(cozen stack)", "(prefix (a) a-) (cozen stack)"];
        sets.map(|sets| environment(registry, sets))
    };
    let before = environments(&mut registry);
    assert_eq!(environments(&mut registry), before);
    interact(&mut registry, "(if)");
    interact(
        &mut registry,
        "(define-library (b) (export x) (begin (if)))",
    );
    assert_eq!(environments(&mut registry), before);
    interact(&mut registry, library);
    let after = environments(&mut registry);
    assert_eq!(after[0], before[0]);
    assert_ne!(after[1], before[1]);
}

#[test]
fn a_unit_that_fails_keeps_little() {
    const BYTES_MAX: usize = 2 << 10;
    let mut registry = LibraryRegistry::new();
    let failing = [
        "(define-library (a) (export x) (import (cozen core)) (begin (define x (if)))) (import (a))",
        "(define-library (a) (export x) (import (cozen core)) (begin (define x 1))) (import (a) (cozen core)) (if)",
    ];
    for text in failing {
        let mut fail = || {
            let outcome =
                super::super::expand_program(&mut registry, &SourceText::new("a.scm", text));
            assert!(outcome.is_err());
            registry.retained_bytes()
        };
        let before = fail();
        let grown = fail() - before;
        assert!(grown < BYTES_MAX, "{grown}");
    }
}

#[test]
fn forms_that_are_no_program_make_no_environment() {
    let mut registry = LibraryRegistry::new();
    let source = SourceText::new("a.scm", "1");
    let mut retained = || {
        super::super::expand_program(&mut registry, &source).expect("forms are right");
        registry.retained_bytes()
    };
    assert_eq!(retained(), retained());
}
