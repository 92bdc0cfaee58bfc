//! The order in which the bodies of libraries run, whether they have images of their own or not.

use cozen::Runtime;

use super::folder::{Folder, cache, library, run, run_long};

/// The value of the program in each of its runs: the first, the second, and that of the image with all libraries.
fn in_all_runs(folder: &Folder) -> Vec<String> {
    let cache = cache(folder);
    let long = run_long(folder, &cache, "stored with its libraries");
    assert!(long.told("stored with its libraries"), "{:?}", long.news);
    let whole = run(folder, Some(&cache));
    let alone = run(folder, None);
    [long, alone, whole]
        .iter()
        .map(|run| run.value().to_owned())
        .collect()
}

/// A library in which the others note that they run.
fn with_log(name: &str) -> Folder {
    let folder = Folder::new(name);
    let body = "(define all '()) (define (note! x) (set! all (cons x all))) (define (noted) all)";
    folder.write("log.sld", &library("log", "", "note! noted", body));
    folder
}

#[test]
fn bodies_run_in_the_order_of_imports_also_if_some_have_no_images() {
    let folder = with_log("separate-order");
    let body = "(note! 'proc) (define-syntax twice (er-macro-transformer
        (lambda (form rename compare) (list (rename 'list) (cadr form) (cadr form)))))";
    let imports = "(log) (srfi 211 explicit-renaming)";
    folder.write("proc.sld", &library("proc", imports, "twice", body));
    for name in ["before", "sep"] {
        let body = format!("(note! '{name}) (define ({name}) 1)");
        folder.write(&format!("{name}.sld"), &library(name, "(log)", name, &body));
    }
    folder.write(
        "program.scm",
        "(import (scheme base) (log) (before) (proc) (sep)) (list (noted) (twice 1))",
    );
    let expected = "((sep proc before) (1 1))";
    assert_eq!(in_all_runs(&folder), [expected; 3]);
}

#[test]
fn a_library_whose_body_only_defines_leaves_others_their_images() {
    let folder = with_log("separate-order-quiet");
    let body =
        "(define (two x) (list x x)) (define one 1) (define-syntax twice (er-macro-transformer
        (lambda (form rename compare) (list (rename 'two) (cadr form)))))";
    let imports = "(srfi 211 explicit-renaming)";
    folder.write("proc.sld", &library("proc", imports, "twice", body));
    let body = "(note! 'sep) (define (sep) 1)";
    folder.write("sep.sld", &library("sep", "(log)", "sep", body));
    folder.write(
        "program.scm",
        "(import (scheme base) (proc) (sep) (log)) (list (noted) (twice 1))",
    );
    let cache = cache(&folder);
    let first = run(&folder, Some(&cache));
    assert_eq!(first.value(), "((sep) (1 1))");
    let changed = "(note! 'changed) (define (sep) 1)";
    folder.write("sep.sld", &library("sep", "(log)", "sep", changed));
    let second = run(&folder, Some(&cache));
    assert_eq!(second.value(), "((changed) (1 1))");
    assert_eq!(second.compiled(), ["(sep)"], "{:?}", second.news);
}

#[test]
fn a_continuation_of_a_body_goes_on_with_what_stands_behind_the_body() {
    let folder = with_log("separate-again");
    let body = "(define k #f) (define n 0) (define (count) n) (define (again) (k #f))
        (call-with-current-continuation (lambda (c) (set! k c))) (set! n (+ n 1)) (note! n)";
    folder.write("a.sld", &library("a", "(log)", "again count", body));
    folder.write(
        "b.sld",
        &library("b", "(log)", "f", "(define (f) 1) (note! 'b)"),
    );
    folder.write(
        "program.scm",
        "(import (scheme base) (log) (a) (b)) (note! 'program) (if (< (count) 3) (again)) (noted)",
    );
    let expected = "(program b 3 program b 2 program b 1)";
    assert_eq!(in_all_runs(&folder), [expected; 3]);
}

#[test]
fn a_body_evaluates_nothing_in_a_library_behind_it_or_in_its_own() {
    let folder = with_log("separate-early");
    let body = "(note! (eval '(noted) (environment '(only (log) noted))))
        (note! (guard (e (#t (error-object-message e)))
          (eval '(f) (environment '(only (b) f)))))";
    let imports = "(log) (scheme eval)";
    folder.write(
        "a.sld",
        &library("a", imports, "x", &format!("(define x 1) {body}")),
    );
    folder.write(
        "b.sld",
        &library("b", "(log)", "f", "(note! 'b) (define (f) 1)"),
    );
    folder.write(
        "program.scm",
        "(import (scheme base) (log) (a) (b)) (cons (f) (noted))",
    );
    let report = "\"eval: library (b) is imported before its body has run\"";
    let expected = format!("(1 b {report} ())");
    assert_eq!(in_all_runs(&folder), [&*expected; 3]);
    folder.write(
        "a.sld",
        &library(
            "a",
            imports,
            "x",
            &format!("(define x 1) {}", body.replace("(b)", "(a)")),
        ),
    );
    let expected = expected.replace("(b)", "(a)");
    assert_eq!(in_all_runs(&folder), [&*expected; 3]);
}

#[test]
fn a_library_whose_body_has_failed_is_loaded_once_more() {
    let folder = Folder::new("separate-failed");
    let flag = folder.0.join("flag");
    let body = format!(
        "(define (f) 'loaded) (unless (file-exists? \"{}\") (error \"not yet\"))",
        flag.display()
    );
    folder.write("x.sld", &library("x", "(scheme file)", "f", &body));
    let builder = Runtime::builder().library_path(&folder.0);
    let mut runtime = builder.build().expect("a runtime");
    runtime.enter(|scheme| {
        let failed = scheme.evaluate::<()>("(import (x))").expect_err("it fails");
        assert!(failed.to_string().contains("not yet"), "{failed}");
        let ask = "(import (scheme base) (scheme eval)) (eval '(symbol->string (f))
            (environment '(scheme base) '(x)))";
        let failed = scheme.evaluate::<String>(ask).expect_err("it fails");
        assert!(failed.to_string().contains("not yet"), "{failed}");
        std::fs::write(&flag, "").expect("a file");
        let loaded = scheme.evaluate::<String>(ask).expect("it is loaded");
        assert_eq!(loaded, "loaded");
    });
}
