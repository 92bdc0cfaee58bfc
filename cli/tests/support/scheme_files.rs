//! Scheme files of this repository.

use std::fs;
use std::path::{Path, PathBuf};

/// The `.scm` files in `directory`, a path from the root of the repository, and below it, sorted.
pub(crate) fn scheme_files(directory: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("a folder of the repository");
    add_files(&root.join(directory), &mut files);
    files.sort();
    files
}

fn add_files(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("a readable directory") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            add_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "scm") {
            files.push(path);
        }
    }
}
