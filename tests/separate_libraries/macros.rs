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
    let procedures: String = (0..300)
        .map(|number| {
            format!("(define (f{number} x) (if (pair? x) (list x {number}) (vector x x)))")
        })
        .collect();
    let program = format!(
        "(import (scheme base) (srfi 130) (srfi 211 explicit-renaming))
         (define-syntax loud (er-macro-transformer
           (lambda (form rename compare) (string-join (cadr form) \"-\"))))
         {procedures}
         (define all (list {}))
         (list (loud (\"a\" \"b\")) (length all))",
        (0..300)
            .map(|number| format!(" f{number}"))
            .collect::<String>()
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
