//! Any text as a program: mistakes with their places, or an image that the loader accepts.
//!
//! The compiler runs without the runtime. It expands the libraries of the boot image once, when the target starts.
//! Programs find no others: the compiler would take long with each.
#![no_main]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use compiler::compile::{CompileError, compile};
use compiler::expand::{LibraryRegistry, SourceText, expand_libraries, expand_program};
use compiler::options::Options;
use libfuzzer_sys::fuzz_target;

/// From this interface, a registry knows the libraries of the boot image.
static INTERFACE: OnceLock<Vec<u8>> = OnceLock::new();

fuzz_target!(
    init: {
        INTERFACE.get_or_init(library_interface);
    },
    |text: &str| {
        let mut registry = LibraryRegistry::from_interface(INTERFACE.get_or_init(library_interface).as_slice());
        match expand_program(&mut registry, &SourceText::new("fuzz.scm", text)) {
            Ok(program) => match compile(program, None, &Options::default()) {
                Ok(compiled) => {
                    loader::ImageView::parse(&compiled.image).expect("the loader accepts what the linker writes");
                }
                Err(error) => assert!(!matches!(error, CompileError::Internal(_)), "{error}"),
            },
            Err(mistakes) => {
                let fault = mistakes.iter().find(|mistake| mistake.is_internal());
                assert!(fault.is_none(), "{}", mistakes[0]);
            }
        }
    }
);

fn library_interface() -> Vec<u8> {
    let mut files = Vec::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../lib");
    add_libraries(&folder, &mut files);
    let (_, interface) =
        expand_libraries(&mut LibraryRegistry::new(), &files).expect("the library is well-formed");
    interface
}

/// The libraries below `folder`, but for those that are compiled with the programs that import them.
fn add_libraries(folder: &Path, files: &mut Vec<SourceText>) {
    let entries = fs::read_dir(folder).expect("a readable folder");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a readable entry").path())
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() && !path.ends_with("portable") {
            add_libraries(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "sld") {
            let text = fs::read_to_string(&path).expect("a readable library");
            files.push(SourceText::new(&path.display().to_string(), &text));
        }
    }
}
