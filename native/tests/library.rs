//! Native code of whole programs: made, linked, the same every time.

use std::fs;
use std::path::{Path, PathBuf};

use compiler::compile::{compile, link_unit};
use compiler::expand::{LibraryRegistry, SourceText, expand_libraries};
use compiler::link::unit::LinkUnit;
use compiler::options::{Level, Options, Tier};
use native::Cranelift;

fn files_below(directory: &Path, files: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(directory).expect("a readable directory");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a readable entry").path())
        .collect();
    paths.sort();
    for path in paths {
        // Programs compile these when they import them: they are no part of the library's image.
        if path.ends_with("lib/portable") {
            continue;
        }
        if path.is_dir() {
            files_below(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "sld") {
            files.push(path);
        }
    }
}

/// The Scheme library, expanded.
fn library() -> compiler::core::ir::Program {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../lib");
    let mut paths = Vec::new();
    files_below(&root, &mut paths);
    let read = |path: &PathBuf| {
        let name = path
            .strip_prefix(&root)
            .expect("found below it")
            .display()
            .to_string();
        SourceText::new(
            &name,
            &fs::read_to_string(path).expect("a readable library"),
        )
    };
    let files: Vec<SourceText> = paths.iter().map(read).collect();
    match expand_libraries(&mut LibraryRegistry::new(), &files) {
        Ok((program, _)) => program,
        Err(diagnostics) => panic!("{}", diagnostics[0]),
    }
}

fn options(level: Level, tier: Tier) -> Options {
    Options {
        level,
        tier,
        native_generator: Some(&Cranelift),
        ..Options::default()
    }
}

fn native_count(unit: &LinkUnit) -> usize {
    let procedures = unit.procedures.iter();
    procedures
        .filter(|procedure| procedure.native.is_some())
        .count()
}

#[test]
fn the_library_has_native_code_on_every_level() {
    for level in [Level::None, Level::Basic, Level::Full] {
        let unit = link_unit(library(), &options(level, Tier::Native)).unwrap();
        // Some procedures deal with continuations; most do not.
        let count = native_count(&unit);
        assert!(
            count * 4 > unit.procedures.len() * 3,
            "{level:?}: {count} of {}",
            unit.procedures.len()
        );
    }
}

#[test]
fn half_of_the_procedures_are_native_by_the_coin() {
    let all = link_unit(library(), &options(Level::Full, Tier::Native)).unwrap();
    let unit = link_unit(library(), &options(Level::Full, Tier::Mixed(7))).unwrap();
    let (all, some) = (native_count(&all), native_count(&unit));
    assert!(all / 3 < some && some < all * 2 / 3, "{some} of {all}");
}

#[test]
fn threads_do_not_change_the_image() {
    let image = || {
        let options = options(Level::Full, Tier::Native);
        compile(library(), None, &options).unwrap().image
    };
    assert_eq!(image(), image());
}
