//! Images of libraries in files, beside texts or without.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::Command;
use std::thread::{self, JoinHandle};

use cozen::{Runtime, UnboundNames};

use super::folder::{Folder, cache, frontend, library, run, run_long, run_with};

#[test]
fn a_library_that_is_there_as_an_image_only_is_named_where_it_cannot_be_used() {
    let folder = Folder::new("separate-image-only");
    folder.write("x.sld", &library("x", "", "f", "(define (f) 'image)"));
    folder.compile("x");
    fs::remove_file(folder.0.join("x.sld")).expect("a file");
    folder.write(
        "program.scm",
        "(import (scheme base)) (cond-expand ((library (x)) (import (x))) (else (define (f) 'none))) (f)",
    );
    assert_eq!(run(&folder, None).value(), "image");
    let made = frontend(&folder.0).compile_image(&folder.0.join("program.scm"));
    let message = made.expect_err("there is no text").with_causes();
    assert!(
        message.contains("library (x) is there as an image only"),
        "{message}"
    );
    assert!(message.contains("x.czo cannot be used here"), "{message}");
}

#[test]
fn an_image_that_cannot_be_read_is_not_used_where_there_is_a_text() {
    let folder = Folder::new("separate-unreadable");
    folder.write("a.sld", &library("a", "", "f", "(define (f) 'text)"));
    folder.write("program.scm", "(import (scheme base) (a)) (f)");
    fs::create_dir(folder.0.join("a.czo")).expect("a folder");
    let ran = run(&folder, None);
    assert_eq!(ran.value(), "text");
    assert!(ran.told("a.czo is not used: "), "{:?}", ran.news);
    fs::remove_file(folder.0.join("a.sld")).expect("a file");
    let error = run(&folder, None).error();
    assert!(error.contains("a.czo"), "{error}");
}

#[test]
fn a_mark_at_the_beginning_of_an_included_file_changes_nothing() {
    let folder = Folder::new("separate-mark");
    let text = "\u{feff}(define-library (a) (export f) (import (scheme base)) (include \"b.scm\"))";
    folder.write("a.sld", text);
    folder.write("b.scm", "\u{feff}(define (f) 'marked)");
    folder.write("program.scm", "(import (scheme base) (a)) (f)");
    folder.compile("a");
    let ran = run(&folder, None);
    assert_eq!(ran.value(), "marked");
    assert!(ran.news.is_empty(), "{:?}", ran.news);
}

#[test]
fn unbound_names_of_an_image_are_refused_where_those_of_texts_are() {
    let folder = Folder::new("separate-unbound");
    folder.write("a.sld", &library("a", "", "f", "(define (f) (missing))"));
    folder.compile("a");
    folder.write("program.scm", "(import (scheme base) (a)) (procedure? f)");
    let refusing = || Runtime::builder().unbound_names(UnboundNames::Refused);
    let error = run_with(&folder, None, refusing()).error();
    assert!(error.contains("unbound variable `missing`"), "{error}");
    fs::remove_file(folder.0.join("a.sld")).expect("a file");
    let error = run_with(&folder, None, refusing()).error();
    let expected = "a.czo: library (a): `missing` is unbound in it";
    assert!(error.ends_with(expected), "{error}");
    assert_eq!(run(&folder, None).value(), "#t");
}

/// Makes a pipe, and writes the text to it once.
fn pipe(folder: &Folder, name: &str, text: &'static str) -> JoinHandle<()> {
    let path = folder.0.join(name);
    let made = Command::new("mkfifo").arg(&path).status();
    assert!(made.expect("mkfifo").success());
    thread::spawn(move || fs::write(&path, text).expect("somebody reads"))
}

#[test]
fn a_pipe_is_read_once_also_for_libraries_without_images() {
    let folder = Folder::new("separate-pipes");
    let text = "(define-library (a) (export twice)
        (import (scheme base) (srfi 211 explicit-renaming)) (include \"part\"))";
    folder.write("a.sld", text);
    let part = "(define-syntax twice (er-macro-transformer
        (lambda (form rename compare) (list (rename 'list) (cadr form) (cadr form)))))";
    let part = pipe(&folder, "part", part);
    folder.write("b.sld", &library("b", "(c)", "g", "(define (g) (f))"));
    let whole = "(define-library (c) (export f) (import (scheme base)) (begin (define (f) 'c)))";
    let whole = pipe(&folder, "c.sld", whole);
    folder.write(
        "program.scm",
        "(import (scheme base) (a) (b)) (list (twice 1) (g))",
    );
    let cache = cache(&folder);
    assert_eq!(run(&folder, Some(&cache)).value(), "((1 1) c)");
    part.join().expect("it was read");
    whole.join().expect("it was read");
}

#[test]
fn a_thread_finds_what_a_program_includes_whatever_the_folder_is_called() {
    let outer = Folder::new("separate-bytes");
    let folder = Folder(outer.0.join(OsStr::from_bytes(b"\xff")));
    fs::create_dir(&folder.0).expect("a folder");
    let text = "(define-library (a) (export f) (import (scheme base)) (include \"a.scm\"))";
    folder.write("a.sld", text);
    folder.write("a.scm", "(define (f x) (list x))");
    folder.write(
        "program.scm",
        "(import (scheme base) (a)) (include \"part.scm\") (f (g))",
    );
    folder.write("part.scm", "(define (g) 1)");
    let cache = cache(&folder);
    let long = run_long(&folder, &cache, "stored with its libraries");
    assert_eq!(long.value(), "(1)");
    assert!(long.told("stored with its libraries"), "{:?}", long.news);
    assert_eq!(run(&folder, Some(&cache)).value(), "(1)");
}

/// How many files a folder holds.
fn count(folder: &Path) -> usize {
    fs::read_dir(folder).expect("a folder").count()
}

#[test]
fn libraries_without_images_are_expanded_a_few_times_however_many_there_are() {
    const COUNT: usize = 30;
    let folder = Folder::new("separate-linear");
    let traces = folder.0.join("traces");
    fs::create_dir(&traces).expect("a folder");
    for number in 0..COUNT {
        let next = number + 1;
        let import = (next < COUNT).then(|| format!("(prefix (l{next}) p:)"));
        let imports = "(scheme file) (scheme time) (srfi 211 explicit-renaming)";
        let imports = format!("{imports} {}", import.unwrap_or_default());
        let body = format!(
            "(define-syntax m (let ((name (string-append \"{}/\" (number->string (current-jiffy)))))
               (close-port (open-output-file name))
               (er-macro-transformer (lambda (form rename compare) 1))))",
            traces.display()
        );
        let text = library(&format!("l{number}"), &imports, "m", &body);
        folder.write(&format!("l{number}.sld"), &text);
    }
    folder.write("program.scm", "(import (scheme base) (l0)) (m)");
    assert_eq!(run(&folder, None).value(), "1");
    let expansions = count(&traces);
    assert!(expansions <= COUNT + 1, "{expansions} expansions");
}
