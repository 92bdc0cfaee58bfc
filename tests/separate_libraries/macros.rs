//! Procedures of macros that call libraries with images of their own.

use super::folder::{Folder, cache, frontend, library, run, run_long, run_with};

/// A library whose macro calls a procedure of another one, and a program that uses the macro.
fn joined(name: &str) -> Folder {
    let folder = Folder::new(name);
    let body = "(define-syntax loud (er-macro-transformer
        (lambda (form rename compare) (string-join (cadr form) \"-\"))))";
    let imports = "(srfi 130) (srfi 211 explicit-renaming)";
    folder.write("er.sld", &library("er", imports, "loud", body));
    folder.write(
        "program.scm",
        "(import (scheme base) (er)) (loud (\"a\" \"b\"))",
    );
    folder
}

#[test]
fn a_macro_of_a_library_calls_another_library_with_an_image() {
    let folder = joined("separate-macros-call");
    assert_eq!(run(&folder, None).value(), "\"a-b\"");
    let cache = cache(&folder);
    for _ in 0..2 {
        assert_eq!(run(&folder, Some(&cache)).value(), "\"a-b\"");
    }
    let program = frontend(&folder.0).compile_image(&folder.0.join("program.scm"));
    program.expect("a right program");
}

#[test]
fn native_code_is_made_of_a_program_whose_macro_calls_a_library_with_an_image() {
    let folder = Folder::new("separate-macros-native");
    // So many procedures that a thread makes native code of them.
    let procedures = (0..300).map(|number| {
        format!("(define (f{number} x) (if (pair? x) (list x {number}) (vector x x)))")
    });
    let procedures = procedures.collect::<Vec<_>>().join("\n");
    let names = (0..300).map(|number| format!("f{number}"));
    let names = names.collect::<Vec<_>>().join(" ");
    let program = format!(
        "(import (scheme base) (srfi 130) (srfi 211 explicit-renaming))
         (define-syntax loud (er-macro-transformer
           (lambda (form rename compare) (string-join (cadr form) \"-\"))))
         {procedures}
         (define all (list {names}))
         (list (loud (\"a\" \"b\")) (length all))"
    );
    folder.write("program.scm", &program);
    let cache = cache(&folder);
    let long = run_long(&folder, &cache, "program.scm: stored with native code");
    assert_eq!(long.value(), "(\"a-b\" 300)");
    let is_made = long.told("program.scm: stored with native code");
    assert!(is_made, "{:?}", long.news);
}

#[test]
fn a_macro_of_a_library_assigns_no_import_of_it() {
    let folder = Folder::new("separate-macros-assign");
    folder.write("a.sld", &library("a", "", "x", "(define x 1)"));
    let body = "(define-syntax change! (syntax-rules () ((_ value) (set! x value))))";
    folder.write("b.sld", &library("b", "(a)", "change!", body));
    folder.write("program.scm", "(import (scheme base) (b)) (change! 2)");
    let error = run(&folder, None).error();
    let made = frontend(&folder.0).compile_image(&folder.0.join("program.scm"));
    let expected = made.expect_err("refused there, too").with_causes();
    assert!(
        expected.contains("set!: `x` is imported and cannot be assigned"),
        "{expected}"
    );
    assert_eq!(error, expected);
}

#[test]
fn a_note_about_a_name_that_a_macro_inserts_names_the_library() {
    let folder = Folder::new("separate-macros-note");
    let body = "(define-syntax use-missing (syntax-rules () ((_) (missing 1))))";
    folder.write("h.sld", &library("h", "", "use-missing", body));
    folder.write("program.scm", "(import (scheme base) (h)) (use-missing)");
    let builder = cozen::Runtime::builder().unbound_names(cozen::UnboundNames::Refused);
    let error = run_with(&folder, None, builder).error();
    let expected = "library (h) neither defines nor imports it";
    assert!(error.contains(expected), "{error}");
}

/// A program whose macro puts the datum of a file into the program.
fn embedding(name: &str) -> Folder {
    let folder = Folder::new(name);
    let data = folder.write("data", "one");
    let program = format!(
        "(import (scheme base) (scheme eval) (scheme file) (scheme read) (srfi 211 explicit-renaming))
         (define-syntax embedded (er-macro-transformer (lambda (form rename compare)
           (list (rename 'quote) (call-with-input-file \"{}\" read)))))
         (list (embedded) (eval '(+ 1 2) (environment '(scheme base))))",
        data.display()
    );
    folder.write("program.scm", &program);
    folder
}

#[test]
fn a_program_is_compiled_anew_whose_macro_has_read_a_file() {
    let folder = embedding("separate-embedded");
    let cache = cache(&folder);
    let first = run(&folder, Some(&cache));
    assert_eq!(first.value(), "(one 3)");
    assert!(first.told("program.scm: not kept: "), "{:?}", first.news);
    folder.write("data", "two");
    assert_eq!(run(&folder, Some(&cache)).value(), "(two 3)");
    std::fs::remove_file(folder.0.join("data")).expect("a file");
    let error = run(&folder, Some(&cache)).error();
    assert!(error.contains("no such file"), "{error}");
}

#[test]
fn a_library_is_compiled_anew_whose_macro_has_looked_at_the_process() {
    for look in [
        "(get-environment-variable \"HOME\")",
        "(file-exists? \"x\")",
        "(current-jiffy)",
        "(eval '(hidden) (environment '(behind)))",
    ] {
        let folder = Folder::new("separate-looked");
        folder.write(
            "behind.sld",
            &library("behind", "", "hidden", "(define (hidden) 1)"),
        );
        let body = format!(
            "(define-syntax look (er-macro-transformer (lambda (form rename compare)
               (if {look} 1 2))))
             (define x (look))"
        );
        let imports = "(scheme process-context) (scheme file) (scheme time) (scheme eval)
            (srfi 211 explicit-renaming)";
        folder.write("a.sld", &library("a", imports, "x", &body));
        folder.write("program.scm", "(import (scheme base) (a)) (number? x)");
        let cache = cache(&folder);
        for _ in 0..2 {
            let ran = run(&folder, Some(&cache));
            assert_eq!(ran.value(), "#t", "{look}");
            assert!(ran.told("(a): not kept: "), "{look}: {:?}", ran.news);
        }
    }
}

#[test]
fn a_program_that_was_compiled_before_and_takes_too_much_now_is_no_fault() {
    let folder = Folder::new("separate-limits");
    folder.write(
        "program.scm",
        "(import (scheme base) (scheme eval) (srfi 211 explicit-renaming))
         (define-syntax large (er-macro-transformer (lambda (form rename compare)
           (vector-length (make-vector 4000000 0)))))
         (define size (large))
         (guard (e (#t (error-object-message e)))
           (eval size (environment '(scheme base))))",
    );
    let cache = cache(&folder);
    assert_eq!(run(&folder, Some(&cache)).value(), "4000000");
    let builder = || cozen::Runtime::builder().heap_bytes_max(16 << 20);
    let again = run_with(&folder, Some(&cache), builder());
    assert!(
        again.value().contains("cannot be expanded once more"),
        "{}",
        again.value()
    );
}

#[test]
fn a_body_that_fails_while_macros_are_expanded_says_why() {
    let folder = Folder::new("separate-macros-fail");
    folder.write(
        "program.scm",
        "(import (scheme base) (bad) (srfi 211 explicit-renaming))
         (define-syntax use (er-macro-transformer (lambda (form rename compare) (helper))))
         (use)",
    );
    for (body, expected) in [
        ("(error \"boom\" 7)", "boom"),
        ("(exit 3)", "exited with status 3"),
    ] {
        let body = format!("{body} (define (helper) 1)");
        folder.write(
            "bad.sld",
            &library("bad", "(scheme process-context)", "helper", &body),
        );
        let error = run(&folder, None).error();
        assert!(error.contains(expected), "{error}");
    }
}
