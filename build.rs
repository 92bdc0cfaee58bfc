//! Compiles the Scheme library in `lib/` into the boot images: one of bytecode, and, with the feature
//! `native`, one that has native code, too, and a native part for the first. Packs the texts of `lib/portable/` into
//! one file.

use std::path::{Path, PathBuf};
use std::{env, fs, process};

use abi::procedure::LIBRARY_FOLDER;
use compiler::codegen::NativeGenerator;
use compiler::compile::{Compiled, compile};
use compiler::expand::{LibraryRegistry, SourceText, expand_libraries};
use compiler::options::{Frames, Options, Purpose, Tier};

/// The folder in `lib/` of libraries that are compiled into the programs that import them.
const PORTABLE: &str = "portable";

/// When it is set, the library too checks what the optimizer claims.
const CHECK_FACTS: &str = "COZEN_CHECK_FACTS_OF_LIBRARY";

/// What makes native code, with the feature `native`.
#[cfg(feature = "native")]
const NATIVE_GENERATOR: Option<&dyn NativeGenerator> = Some(&native::Cranelift);
#[cfg(not(feature = "native"))]
const NATIVE_GENERATOR: Option<&dyn NativeGenerator> = None;

fn main() {
    println!("cargo::rerun-if-changed=lib");
    println!("cargo::rerun-if-env-changed={CHECK_FACTS}");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("portable.archive"), portable_archive(&root))
        .expect("a writable output directory");
    if let Err(messages) = write_images(&root, &out) {
        for message in messages {
            println!("cargo::error={}", message.replace('\n', " | "));
        }
        process::exit(1);
    }
}

/// Writes the image of the library and its native part, and the image that has native code.
fn write_images(root: &Path, out: &Path) -> Result<(), Vec<String>> {
    let write = |name: &str, bytes: &[u8]| {
        fs::write(out.join(name), bytes).expect("a writable output directory");
    };
    let tier = match NATIVE_GENERATOR {
        Some(_) => Tier::Native,
        None => Tier::Bytecode,
    };
    let apart = boot_image(root, tier, true)?;
    write("boot.czo", &apart.image);
    if let Some(part) = apart.native_part {
        write("boot-part.czo", &part);
        write("boot-native.czo", &boot_image(root, tier, false)?.image);
    }
    Ok(())
}

fn boot_image(root: &Path, tier: Tier, native_apart: bool) -> Result<Compiled, Vec<String>> {
    let mut paths = Vec::new();
    add_libraries(&root.join("lib"), &mut paths);
    let files: Vec<SourceText> = paths
        .iter()
        .map(|path| {
            let name = path.strip_prefix(root.join("lib")).expect("found below it");
            let text = fs::read_to_string(path).expect("a readable library");
            SourceText::new(&format!("{LIBRARY_FOLDER}{}", name.display()), &text)
        })
        .collect();
    let mut registry = LibraryRegistry::new();
    let (program, interface) = expand_libraries(&mut registry, &files).map_err(|diagnostics| {
        diagnostics
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    })?;
    let options = Options {
        tier,
        native_apart,
        native_generator: NATIVE_GENERATOR,
        purpose: Purpose::Library,
        // What is inlined inside a library procedure is of no interest to those who call it.
        frames: Frames::OnStack,
        check_facts: env::var_os(CHECK_FACTS).is_some(),
        ..Options::default()
    };
    compile(program, Some(interface), &options).map_err(|error| vec![error.to_string()])
}

/// The files of `lib/portable`, one behind the other: a line with a file's name and its bytes, and its text.
/// `src/portable.rs` reads it.
fn portable_archive(root: &Path) -> String {
    let folder = root.join("lib").join(PORTABLE);
    let mut paths = Vec::new();
    add_libraries(&folder, &mut paths);
    let mut archive = String::new();
    for path in paths {
        let name = path.strip_prefix(&folder).expect("found below it");
        let text = fs::read_to_string(&path).expect("a readable library");
        let header = format!("{} {}\n", name.display(), text.len());
        archive.push_str(&header);
        archive.push_str(&text);
    }
    archive
}

/// All `.sld` files below `directory`, sorted: same sources, same image.
fn add_libraries(directory: &Path, files: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(directory).expect("a readable directory");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a readable entry").path())
        .collect();
    paths.sort();
    for path in paths {
        if path.ends_with(Path::new("lib").join(PORTABLE)) {
            continue;
        }
        if path.is_dir() {
            add_libraries(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "sld") {
            files.push(path);
        }
    }
}
