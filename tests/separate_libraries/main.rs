//! Libraries with images of their own, as an embedder uses them.

mod chains;
mod files;
mod folder;
mod macros;
mod order;

use std::fs;

use cozen::{Jit, Retention, Runtime, Tier};

use folder::{Folder, cache, frontend, library, run, run_long, run_with};

/// Two libraries and a program: macros that mention private names, records, state.
fn example(name: &str) -> Folder {
    let folder = Folder::new(name);
    let base = "(define count 0) (define (count!) (set! count (+ count 1)) count)
        (define-record-type <point> (make-point x y) point? (x point-x) (y point-y set-point-y!))
        (define (secret x) (list 'secret x))
        (define-syntax reveal (syntax-rules () ((_ x) (secret x))))
        (define-syntax reset! (syntax-rules () ((_ n) (set! count n))))
        (define-syntax define-revealer
          (syntax-rules () ((_ name) (define-syntax name (syntax-rules () ((_ x) (reveal x)))))))
        (count!)";
    let exports =
        "count! make-point point? point-x point-y set-point-y! reveal reset! define-revealer";
    folder.write("base.sld", &library("base", "", exports, base));
    let middle = "(count!) (define (flip p) (make-point (point-y p) (point-x p)))
        (define-revealer show)";
    let exports = "flip show (rename point-x first-of) reveal";
    folder.write("middle.sld", &library("middle", "(base)", exports, middle));
    folder.write(
        "program.scm",
        "(import (scheme base) (middle) (except (base) reveal))
         (define-revealer mine)
         (define p (flip (make-point 1 2)))
         (define before (count!))
         (reset! 10)
         (list before (count!) (first-of p) (point? p) (show 3) (mine 4) (reveal 5))",
    );
    folder
}

const EXPECTED: &str = "(3 11 2 #t (secret 3) (secret 4) (secret 5))";

#[test]
fn macros_records_and_state_work_across_images() {
    let folder = example("separate-across");
    assert_eq!(run(&folder, None).value(), EXPECTED);
    let cache = cache(&folder);
    let first = run(&folder, Some(&cache));
    assert_eq!(first.value(), EXPECTED);
    assert_eq!(first.compiled().len(), 3, "{:?}", first.news);
    let second = run(&folder, Some(&cache));
    assert_eq!(second.value(), EXPECTED);
    assert_eq!(second.compiled().len(), 0, "{:?}", second.news);
    for jit in [Jit::On, Jit::Gradual(7)] {
        for _ in 0..2 {
            let run = run_with(&folder, Some(&cache), Runtime::builder().jit(jit));
            assert_eq!(run.value(), EXPECTED, "{jit:?}");
        }
    }
    let native = run_with(&folder, Some(&cache), Runtime::builder().tier(Tier::Native));
    assert_eq!(native.value(), EXPECTED);
}

#[test]
fn a_changed_program_compiles_itself_alone() {
    let folder = example("separate-program");
    let cache = cache(&folder);
    assert_eq!(run(&folder, Some(&cache)).compiled().len(), 3);
    folder.write(
        "program.scm",
        "(import (scheme base) (base)) (reveal (count!))",
    );
    let changed = run(&folder, Some(&cache));
    assert_eq!(changed.value(), "(secret 2)");
    assert_eq!(changed.compiled().len(), 1, "{:?}", changed.news);
    assert!(changed.compiled()[0].ends_with("program.scm"));
}

#[test]
fn a_changed_body_leaves_importers_as_they_are_and_a_changed_macro_does_not() {
    let folder = example("separate-body");
    let cache = cache(&folder);
    assert_eq!(run(&folder, Some(&cache)).value(), EXPECTED);
    let text = fs::read_to_string(folder.0.join("base.sld")).expect("a file");
    folder.write(
        "base.sld",
        &text.replace("(list 'secret x)", "(list 'changed x)"),
    );
    let changed = run(&folder, Some(&cache));
    assert_eq!(changed.value(), EXPECTED.replace("secret", "changed"));
    assert_eq!(changed.compiled(), ["(base)"], "{:?}", changed.news);
    let macro_changed = text.replace("((_ x) (secret x))", "((_ x) (secret (list x)))");
    folder.write("base.sld", &macro_changed);
    let changed = run(&folder, Some(&cache));
    let expected = "(3 11 2 #t (secret (3)) (secret (4)) (secret (5)))";
    assert_eq!(changed.value(), expected);
    assert_eq!(changed.compiled().len(), 3, "{:?}", changed.news);
    // What was right before is right again.
    folder.write("base.sld", &text);
    assert_eq!(run(&folder, Some(&cache)).value(), EXPECTED);
}

#[test]
fn a_changed_included_file_is_seen() {
    let folder = Folder::new("separate-include");
    folder.write(
        "inc.sld",
        "(define-library (inc) (export x m) (import (scheme base)) (include \"body.scm\"))",
    );
    let body = "(define x 1) (define-syntax m (syntax-rules () ((_) 'old)))";
    folder.write("body.scm", body);
    folder.write("program.scm", "(import (scheme base) (inc)) (list x (m))");
    let cache = cache(&folder);
    assert_eq!(run(&folder, Some(&cache)).value(), "(1 old)");
    folder.write("body.scm", &body.replace('1', "2"));
    assert_eq!(run(&folder, Some(&cache)).value(), "(2 old)");
    folder.write("body.scm", &body.replace("old", "new"));
    assert_eq!(run(&folder, Some(&cache)).value(), "(1 new)");
}

#[test]
fn eval_finds_the_libraries_that_run() {
    let folder = example("separate-eval");
    folder.write(
        "program.scm",
        "(import (scheme base) (scheme eval) (middle))
         (define (ask form . libraries) (eval form (apply environment libraries)))
         (list (ask '(count!) '(base)) (ask '(show (count!)) '(middle) '(only (base) count!)))",
    );
    let cache = cache(&folder);
    for _ in 0..2 {
        assert_eq!(run(&folder, Some(&cache)).value(), "(3 (secret 4))");
    }
}

#[test]
fn a_library_whose_macros_are_procedures_is_expanded_in() {
    let folder = example("separate-procedures");
    let body = "(define n 0) (set! n (+ n 1)) (define (twice x) (list x x n))
        (define-syntax doubled (er-macro-transformer
          (lambda (form rename compare) (list (rename 'twice) (cadr form)))))";
    let imports = "(srfi 211 explicit-renaming)";
    folder.write(
        "procedural.sld",
        &library("procedural", imports, "doubled twice", body),
    );
    let user = "(define (use x) (doubled x))";
    folder.write("user.sld", &library("user", "(procedural)", "use", user));
    folder.write(
        "program.scm",
        "(import (scheme base) (user) (procedural)) (list (use 1) (doubled 2))",
    );
    let cache = cache(&folder);
    let first = run(&folder, Some(&cache));
    assert_eq!(first.value(), "((1 1 1) (2 2 1))");
    assert!(
        first.told("a procedure does the work of the macro `doubled`"),
        "{:?}",
        first.news
    );
    assert!(
        first.told("a library that it imports has no image of its own"),
        "{:?}",
        first.news
    );
    let made = frontend(&folder.0).compile_image(&folder.0.join("procedural.sld"));
    let message = made.expect_err("it has none").to_string();
    assert!(
        message.ends_with("no image of its own: a procedure does the work of the macro `doubled`")
    );
}

#[test]
fn procedures_of_macros_call_libraries_with_images() {
    let folder = Folder::new("separate-phases");
    let body =
        "(define (shout symbol) (string->symbol (string-append (symbol->string symbol) \"!\")))";
    folder.write("shouting.sld", &library("shouting", "", "shout", body));
    folder.write(
        "program.scm",
        "(import (scheme base) (shouting) (srfi 211 explicit-renaming))
         (define-syntax loud (er-macro-transformer
           (lambda (form rename compare) (list (rename 'quote) (shout (cadr form))))))
         (list (loud hello) (shout 'you))",
    );
    let cache = cache(&folder);
    for _ in 0..2 {
        assert_eq!(run(&folder, Some(&cache)).value(), "(hello! you!)");
    }
}

#[test]
fn a_program_that_brings_libraries_along_contains_those_that_it_imports() {
    let folder = example("separate-own");
    folder.write(
        "program.scm",
        "(define-library (base) (export count! make-point point-x point-y reveal define-revealer)
           (import (scheme base))
           (begin (define (count!) 'own) (define (make-point x y) (list x y))
             (define-syntax reveal (syntax-rules () ((_ x) 'own)))
             (define-syntax define-revealer (syntax-rules () ((_ name) (define (name x) 'own))))
             (define point-x car) (define point-y cadr)))
         (import (scheme base) (middle) (base))
         (list (flip (make-point 1 2)) (show 1) (count!))",
    );
    assert_eq!(run(&folder, None).value(), "((2 1) own own)");
}

#[test]
fn an_image_in_a_file_takes_the_place_of_its_text() {
    let folder = example("separate-files");
    for name in ["base", "middle"] {
        folder.compile(name);
    }
    let with_text = run(&folder, None);
    assert_eq!(with_text.value(), EXPECTED);
    assert!(with_text.news.is_empty(), "{:?}", with_text.news);
    for name in ["base.sld", "middle.sld"] {
        fs::remove_file(folder.0.join(name)).expect("a file");
    }
    assert_eq!(run(&folder, None).value(), EXPECTED);
    let cache = cache(&folder);
    assert_eq!(run(&folder, Some(&cache)).compiled().len(), 1);
    assert_eq!(run(&folder, Some(&cache)).compiled().len(), 0);
}

#[test]
fn the_image_of_a_library_has_the_same_bytes_each_time_and_everywhere() {
    let [one, other] = ["separate-bytes", "separate-other-bytes"].map(example);
    let bytes = |folder: &Folder| {
        let prefix = cozen::SourcePrefix {
            here: folder.0.display().to_string(),
            in_images: "X".to_owned(),
        };
        let made = frontend(&folder.0)
            .source_prefix(prefix)
            .compile_image(&folder.0.join("middle.sld"));
        made.expect("a right library").into_bytes()
    };
    assert!(bytes(&one) == bytes(&other));
}

#[test]
fn an_image_that_is_not_right_is_named_or_made_again() {
    let folder = example("separate-stale");
    let base = folder.compile("base");
    let middle = folder.compile("middle");
    let text = fs::read_to_string(folder.0.join("base.sld")).expect("a file");
    let changed = text.replace("((_ x) (secret x))", "((_ x) (secret 'new))");
    folder.write("base.sld", &changed);
    let made_again = run(&folder, None);
    let expected = "(3 11 2 #t (secret new) (secret new) (secret new))";
    assert_eq!(made_again.value(), expected);
    assert!(
        made_again.told("base.czo is not used: "),
        "{:?}",
        made_again.news
    );
    assert!(made_again.told("middle.czo is not used: it was compiled for another (base)"));
    fs::rename(folder.0.join("middle.sld"), folder.0.join("away")).expect("a file");
    let error = run(&folder, None).error();
    let reason = "middle.czo: library (middle): it was compiled for another (base)";
    assert!(error.ends_with(reason), "{error}");
    fs::write(&middle, "no image").expect("a file");
    let error = run(&folder, None).error();
    assert!(
        error.contains("middle.czo is refused: not an ELF file"),
        "{error}"
    );
    fs::copy(&base, &middle).expect("a file");
    let error = run(&folder, None).error();
    let reason = "middle.czo: library (middle): it is the image of (base)";
    assert!(error.ends_with(reason), "{error}");
    folder.write("program.scm", "(import (scheme base)) 1");
    let program = frontend(&folder.0).compile_image(&folder.0.join("program.scm"));
    fs::write(&middle, program.expect("right").bytes()).expect("a file");
    folder.write("program.scm", "(import (scheme base) (middle)) 1");
    let error = run(&folder, None).error();
    assert!(error.ends_with("it is the image of no library"), "{error}");
}

#[test]
fn a_library_that_is_missing_or_imports_itself_is_named() {
    let folder = Folder::new("separate-missing");
    folder.write("program.scm", "(import (scheme base) (one)) x");
    folder.write("one.sld", &library("one", "(two)", "x", "(define x y)"));
    let error = run(&folder, None).error();
    assert!(
        error.contains("one.sld:2:25: library (two) is not known"),
        "{error}"
    );
    folder.write("two.sld", &library("two", "(one)", "y", "(define y x)"));
    let error = run(&folder, None).error();
    assert!(
        error.contains("two.sld:2:25: library (one) imports itself"),
        "{error}"
    );
    folder.write("two.sld", &library("two", "", "y", "(define y 7)"));
    folder.compile("one");
    fs::remove_file(folder.0.join("two.sld")).expect("a file");
    fs::remove_file(folder.0.join("one.sld")).expect("a file");
    let error = run(&folder, None).error();
    let reason = "one.czo: library (one): it needs (two), which is not there";
    assert!(error.ends_with(reason), "{error}");
    // The cache changes nothing of this.
    let cache = cache(&folder);
    assert!(run(&folder, Some(&cache)).error().ends_with(reason));
}

#[test]
fn an_image_that_needs_libraries_says_which() {
    let folder = example("separate-image");
    folder.compile("base");
    let middle = folder.compile("middle");
    let bytes = fs::read(&middle).expect("a file");
    let image = cozen::verify_image(&bytes[..], "middle").expect("it is right");
    let mut alone = Runtime::new().expect("a runtime");
    let done = alone.enter(|scheme| scheme.run_image(&image, "middle.czo", Retention::Reached));
    let error = done.expect_err("the library is not there").to_string();
    assert_eq!(error, "middle.czo: library (base): it is not there");
    let builder = Runtime::builder().library_path(&folder.0);
    let mut beside = builder.build().expect("a runtime");
    let done = beside.enter(|scheme| scheme.run_image(&image, "middle.czo", Retention::Reached));
    done.expect("the library is there");
}

#[test]
fn a_program_that_runs_long_is_compiled_together_with_its_libraries() {
    let folder = example("separate-whole");
    let cache = cache(&folder);
    let first = run_long(&folder, &cache, "stored with its libraries");
    assert_eq!(first.value(), EXPECTED);
    assert!(first.told("stored with its libraries"), "{:?}", first.news);
    let whole = run_with(&folder, Some(&cache), Runtime::builder().jit(Jit::On));
    assert_eq!(whole.value(), EXPECTED);
    assert!(whole.told("program.scm: found as"), "{:?}", whole.news);
    assert!(
        !whole.told("(base)"),
        "its image has the library: {:?}",
        whole.news
    );
    let text = fs::read_to_string(folder.0.join("base.sld")).expect("a file");
    folder.write(
        "base.sld",
        &text.replace("(list 'secret x)", "(list 'changed x)"),
    );
    let changed = run_with(&folder, Some(&cache), Runtime::builder().jit(Jit::On));
    assert_eq!(changed.value(), EXPECTED.replace("secret", "changed"));
    assert!(changed.told("base.sld has changed"), "{:?}", changed.news);
}
