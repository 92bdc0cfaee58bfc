//! The cache of compiled programs, as an embedder uses it.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use cozen::{EntryState, ProgramCache, Retention, Runtime, Tier, TrustedImage};

const PROGRAM: &str = "(import (scheme base))
(define-record-type point (make-point x y) point? (x point-x) (y point-y))
(define (sum l) (if (null? l) 0 (+ (point-x (car l)) (sum (cdr l)))))
(sum (list (make-point 1 2) (make-point 41 3)))";

/// A folder, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("cozen-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The image of the program in the folder, and what its run gave.
fn run(folder: &Folder, tier: Tier, cache: Option<&Arc<ProgramCache>>) -> (Vec<u8>, i64) {
    let file = folder.0.join("program.scm");
    let builder = Runtime::builder().tier(tier);
    let program = builder.program(&file, cache.cloned()).expect("a file");
    let mut runtime = builder.build().expect("a runtime");
    let image: TrustedImage<'_> = runtime.compile_program(program).expect("a right program");
    let sum = runtime.enter(|scheme| {
        let done = scheme.run_image(&image, "program", Retention::Reached);
        done.expect("it runs");
        scheme.result::<i64>().expect("a number")
    });
    (image.into_bytes(), sum)
}

#[test]
fn an_image_has_the_same_bytes_with_a_cache_and_without() {
    let folder = Folder::new("cache-bytes");
    fs::write(folder.0.join("program.scm"), PROGRAM).expect("a file");
    let cache = Arc::new(ProgramCache::open(folder.0.join("cache")).expect("a cache"));
    for tier in [Tier::Bytecode, Tier::Native] {
        let without = run(&folder, tier, None);
        assert_eq!(without.1, 42);
        let entries_before = cache.entries().expect("a directory").count();
        for _ in 0..2 {
            assert!(run(&folder, tier, Some(&cache)) == without, "{tier:?}");
            let entries = cache.entries().expect("a directory").count();
            assert_eq!(entries, entries_before + 1);
        }
    }
    for entry in cache.entries().expect("a directory") {
        assert!(
            matches!(entry.state, EntryState::Usable { .. }),
            "{entry:?}"
        );
    }
    assert_eq!(cache.clear().expect("a directory").0, 2);
}

/// Runs programs of the folder one after the other in one runtime, the last one's value.
fn run_in_turn(folder: &Folder, names: &[&str], cache: &Arc<ProgramCache>) -> i64 {
    let mut builder = Runtime::builder();
    builder = builder.library_path(&folder.0);
    let read = |name: &&str| builder.program(&folder.0.join(name), Some(Arc::clone(cache)));
    let programs: Vec<_> = names.iter().map(read).collect();
    let mut runtime = builder.build().expect("a runtime");
    let mut value = 0;
    for (name, program) in names.iter().zip(programs) {
        let image = runtime.compile_program(program.expect("a file"));
        let image = image.expect("a right program");
        value = runtime.enter(|scheme| {
            let done = scheme.run_image(&image, name, Retention::Reached);
            done.expect("it runs");
            scheme.result::<i64>().expect("a number")
        });
    }
    value
}

#[test]
fn a_program_that_was_compiled_after_another_is_no_entry() {
    let folder = Folder::new("cache-turns");
    let library = "(define-library (util) (export x) (import (scheme base)) (begin (define x 7)))";
    let text = "(import (scheme base) (util)) (* 2 x)";
    for (name, text) in [("util.sld", library), ("a.scm", text), ("b.scm", text)] {
        fs::write(folder.0.join(name), text).expect("a file");
    }
    let cache = Arc::new(ProgramCache::open(folder.0.join("cache")).expect("a cache"));
    for _ in 0..2 {
        // In this runtime `b.scm` refers to the library of `a.scm`. The other entry is the library's.
        assert_eq!(run_in_turn(&folder, &["a.scm", "b.scm"], &cache), 14);
        assert_eq!(cache.entries().expect("a directory").count(), 2);
    }
    assert_eq!(run_in_turn(&folder, &["b.scm"], &cache), 14);
    assert_eq!(run_in_turn(&folder, &["b.scm", "a.scm"], &cache), 14);
    assert_eq!(cache.entries().expect("a directory").count(), 3);
}

#[test]
fn a_program_depends_on_what_the_runtime_has_defined_before() {
    let folder = Folder::new("cache-definitions");
    fs::write(folder.0.join("program.scm"), "(m 20)").expect("a file");
    let cache = Arc::new(ProgramCache::open(folder.0.join("cache")).expect("a cache"));
    let run = |prepare: fn(&mut Runtime)| {
        let builder = Runtime::builder();
        let file = folder.0.join("program.scm");
        let program = builder.program(&file, Some(Arc::clone(&cache)));
        let mut runtime = builder.build().expect("a runtime");
        prepare(&mut runtime);
        let image = runtime.compile_program(program.expect("a file"));
        let image = image.expect("a right program");
        runtime.enter(|scheme| {
            let done = scheme.run_image(&image, "program", Retention::Reached);
            done.expect("it runs");
            scheme.result::<i64>().expect("a number")
        })
    };
    for _ in 0..2 {
        let doubled: fn(&mut Runtime) = |runtime| {
            let text = "(define-syntax m (syntax-rules () ((_ x) (* 2 x))))";
            runtime.enter(|scheme| scheme.run_text(text, "before").expect("a right form"));
        };
        let tripled: fn(&mut Runtime) = |runtime| {
            let text = "(define-syntax m (syntax-rules () ((_ x) (* 3 x))))";
            runtime.enter(|scheme| scheme.run_text(text, "before").expect("a right form"));
        };
        assert_eq!((run(doubled), run(tripled)), (40, 60));
        assert_eq!(cache.entries().expect("a directory").count(), 0);
    }
    for _ in 0..2 {
        let by_host: fn(&mut Runtime) = |runtime| {
            runtime.enter(|scheme| {
                let defined = scheme.define_procedure("m", |call| {
                    let number: i64 = call.argument(0)?;
                    call.give(number + 1)
                });
                defined.expect("a procedure");
            });
        };
        assert_eq!(run(by_host), 21);
        assert_eq!(cache.entries().expect("a directory").count(), 1);
    }
}
