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
