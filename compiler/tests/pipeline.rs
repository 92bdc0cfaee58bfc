//! Whole programs through the whole pipeline; in debug builds every pass is followed by the verifiers.

use std::path::{Path, PathBuf};

use compiler::compile::{BUILD, Compiled, compile, pass_names};
use compiler::core;
use compiler::expand::{LibraryRegistry, SourceText, expand_libraries, expand_program};
use compiler::options::{Level, Options};
use compiler::ssa;

/// Libraries with macros that procedures of Scheme expand, and those that import them: here nothing runs procedures.
const WITH_PROCEDURES_OF_MACROS: [&str; 4] = [
    "srfi/99.sld",
    "srfi/99/records.sld",
    "srfi/99/records/syntactic.sld",
    "srfi/131.sld",
];

fn library_files(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("a readable folder")
        .map(|entry| entry.expect("a readable entry").path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            library_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "sld") {
            files.push(path);
        }
    }
}

fn sources() -> Vec<SourceText> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../lib");
    let mut files = Vec::new();
    library_files(&root, &mut files);
    let count = files.len();
    files.retain(|file| !(WITH_PROCEDURES_OF_MACROS.iter()).any(|name| file.ends_with(name)));
    assert_eq!(files.len() + WITH_PROCEDURES_OF_MACROS.len(), count);
    files
        .iter()
        .map(|path| {
            let name = path.strip_prefix(&root).expect("found below it");
            let text = std::fs::read_to_string(path).expect("a readable library");
            SourceText::new(&name.to_string_lossy(), &text)
        })
        .collect()
}

fn registry() -> LibraryRegistry {
    let mut registry = LibraryRegistry::new();
    if let Err(diagnostics) = expand_libraries(&mut registry, &sources()) {
        panic!("{}", diagnostics[0]);
    }
    registry
}

fn dump(text: &str, pass: &str) -> String {
    let source = SourceText::new("test.scm", text);
    let program = match expand_program(&mut registry(), &source) {
        Ok(program) => program,
        Err(diagnostics) => panic!("{}", diagnostics[0]),
    };
    let options = Options {
        dump_after: Some(pass.to_owned()),
        ..Options::default()
    };
    compile(program, None, &options)
        .expect("it is small")
        .dump
        .expect("the pass was named")
}

#[test]
fn the_library_compiles_to_the_same_bytes_each_time() {
    let image = || {
        let (program, interface) = expand_libraries(&mut LibraryRegistry::new(), &sources())
            .unwrap_or_else(|diagnostics| panic!("{}", diagnostics[0]));
        compile(program, Some(interface), &Options::default())
            .unwrap()
            .image
    };
    let first = image();
    assert!(first.starts_with(b"\x7fELF"));
    assert!(first == image(), "two compilations differ");
}

#[test]
fn loops_have_no_calls() {
    let text = "(import (scheme base)) (define (count n) (let loop ((i 0) (sum 0.)) \
                (if (< i n) (loop (+ i 1) (+ sum 1.5)) sum))) (count 10) (count 20)";
    let core = dump(text, "close");
    assert!(core.contains("(goto loop."), "{core}");
    assert!(!core.contains("(call loop."), "{core}");
}

#[test]
fn the_library_compiles_on_every_level() {
    for level in [Level::None, Level::Basic] {
        let (program, interface) = expand_libraries(&mut LibraryRegistry::new(), &sources())
            .unwrap_or_else(|diagnostics| panic!("{}", diagnostics[0]));
        let options = Options {
            level,
            ..Options::default()
        };
        let compiled = compile(program, Some(interface), &options);
        assert!(compiled.unwrap().image.starts_with(b"\x7fELF"), "{level:?}");
    }
}

/// A program that has something for every pass.
const VARIED: &str = r#"(import (scheme base) (scheme inexact) (scheme write))
    (define-record-type point (make-point x y) point? (x point-x set-point-x!) (y point-y))
    (define (sum-to n) (let loop ((i 0) (sum 0.)) (if (< i n) (loop (+ i 1) (+ sum (sqrt i))) sum)))
    (define (kind x) (case x ((a b c) 'letter) ((0 1 2 3) "digit") ((#\x) #f) (else (list x 1/2))))
    (define (counter) (let ((count 0)) (lambda step (set! count (+ count 1)) (cons count step))))
    (define (even n) (if (= n 0) #t (odd (- n 1))))
    (define (odd n) (if (= n 0) #f (even (- n 1))))
    (define (walk tree visit)
      (define (each l) (cond ((pair? l) (walk (car l) visit) (each (cdr l))) (else (visit l))))
      (each tree))
    (write (call/cc (lambda (k) (walk '(1 (2 3) #u8(4)) (lambda (x) (if (eqv? x 3) (k (kind x))))))))
    (write (list (sum-to 10) ((counter) 'a) (even 10) (point-x (make-point 1 2))))
    (call-with-values (lambda () (values 1 2)) (lambda (a . rest) (write rest)))"#;

#[test]
fn every_pass_can_be_seen_in_text_that_reads_back() {
    let core = |text: &str| core::parse(text).map(|program| program.to_text()).ok();
    let ssa = |text: &str| {
        ssa::parse::parse(text)
            .map(|unit| ssa::print::print(&unit))
            .ok()
    };
    let mut built = false;
    for pass in pass_names() {
        built |= pass == BUILD;
        let text = dump(VARIED, pass);
        let again = if built { ssa(&text) } else { core(&text) };
        assert_eq!(again.as_deref(), Some(text.as_str()), "{pass}");
    }
    assert!(built);
}

/// The library as `options` want it.
fn library(options: &Options) -> Compiled {
    let (program, interface) = expand_libraries(&mut LibraryRegistry::new(), &sources())
        .unwrap_or_else(|diagnostics| panic!("{}", diagnostics[0]));
    compile(program, Some(interface), options).expect("the library compiles")
}

#[test]
fn no_rewrites_are_no_optimization() {
    let none = library(&Options {
        rewrites_max: Some(0),
        ..Options::default()
    });
    let unoptimized = library(&Options {
        level: Level::None,
        ..Options::default()
    });
    assert_eq!((none.rewrites, none.last_rewritten_by), (0, None));
    // Every pass that can be left out has to ask before each of its rewrites.
    assert!(none.image == unoptimized.image, "some pass does not ask");
}

#[test]
fn as_many_rewrites_are_done_as_are_allowed() {
    let all = library(&Options::default());
    assert!(all.rewrites > 1000 && all.last_rewritten_by.is_some());
    let up_to = |count| {
        library(&Options {
            rewrites_max: Some(count),
            ..Options::default()
        })
    };
    assert!(up_to(all.rewrites).image == all.image);
    let half = up_to(all.rewrites / 2);
    assert_eq!(half.rewrites, all.rewrites / 2);
    assert!(
        half.image == up_to(all.rewrites / 2).image,
        "the same each time"
    );
    assert!(half.image != all.image);
}
