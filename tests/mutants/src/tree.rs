//! The copy of the workspace that the faults are planted in.

use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::edit::{Edit, Rendered, arrange, render};
use crate::faults::{Fault, edit_of};
use crate::find::find;

/// Where faults are planted if no folder is named.
pub(crate) const FOLDERS: [&str; 5] = [
    "compiler/src/ssa/analysis",
    "compiler/src/ssa/pass",
    "compiler/src/core/pass",
    "native/src",
    "gc/src",
];

/// Crates with faults.
const CRATES: [&str; 4] = ["compiler", "gc", "native", "vm"];

/// Parts of these folders that only tests use.
const TEST_FOLDERS: [&str; 2] = ["gc/src/toy", "gc/src/fuzzing"];

/// What did not compile, and so is left out.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Refused {
    /// Keys of mutants.
    pub mutants: BTreeSet<String>,
    /// Names of functions that must stay `const`.
    pub constant: BTreeSet<String>,
}

/// Which faults are planted.
#[derive(Debug)]
pub(crate) struct Wanted<'a> {
    pub folders: &'a [String],
    /// Those written by hand.
    pub faults: &'a [Fault],
    /// Of the others, each one of so many.
    pub step: usize,
}

/// A source file with switches.
#[derive(Debug)]
pub(crate) struct Source {
    /// From the root of the workspace.
    pub path: String,
    pub text: String,
    /// How many mutants were found, of which some are planted.
    pub found: usize,
    pub edits: Vec<Edit>,
    pub functions: Vec<Range<usize>>,
    pub rendered: Rendered,
}

/// The root of the workspace: `MUTANTS_WORKSPACE`, or that which this tool is part of.
pub(crate) fn workspace() -> PathBuf {
    match std::env::var_os("MUTANTS_WORKSPACE") {
        Some(path) => PathBuf::from(path),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."),
    }
}

/// A name for a mutant that stays the same when others go.
pub(crate) fn key(path: &str, edit: &Edit, mutant: usize) -> String {
    let replacement = &edit.mutants[mutant].replacement;
    let (start, end) = (edit.range.start, edit.range.end);
    format!("{path}:{start}-{end} {:?} {replacement}", edit.form)
}

/// All sources with faults, numbered.
pub(crate) fn plant(wanted: &Wanted<'_>, refused: &Refused) -> Result<(Vec<Source>, u32), String> {
    let root = workspace();
    let faults = wanted.faults;
    let mut paths = BTreeSet::new();
    for folder in wanted.folders {
        let mut files = Vec::new();
        add_files(&root.join(folder), &mut files);
        paths.extend(files.iter().filter_map(|file| source_name(&root, file)));
    }
    let automatic = paths.clone();
    paths.extend(faults.iter().map(|fault| fault.file.clone()));
    let mut sources = Vec::new();
    let mut count = 0;
    let mut found_before = 0;
    for path in paths {
        let text =
            fs::read_to_string(root.join(&path)).map_err(|error| format!("{path}: {error}"))?;
        let found = find(&text, &refused.constant).map_err(|error| format!("{path}: {error}"))?;
        let mut edits = if automatic.contains(&path) {
            found.edits
        } else {
            Vec::new()
        };
        let mut by_hand = Vec::new();
        for fault in faults.iter().filter(|fault| fault.file == path) {
            by_hand.push(edit_of(fault, &text)?);
        }
        // What a fault written by hand overlaps in part gives way.
        edits.retain(|edit| {
            by_hand
                .iter()
                .all(|fault| !crosses(&edit.range, &fault.range))
        });
        edits.extend(by_hand);
        let mut edits = arrange(edits);
        let found_here = found_before;
        for edit in &mut edits {
            let keys: Vec<String> = (0..edit.mutants.len())
                .map(|mutant| key(&path, edit, mutant))
                .collect();
            let mut keys = keys.iter();
            edit.mutants.retain(|mutant| {
                let is_sampled = mutant.is_by_hand() || found_before % wanted.step == 0;
                found_before += usize::from(!mutant.is_by_hand());
                let key = keys.next();
                is_sampled && key.is_some_and(|key| !refused.mutants.contains(key))
            });
            for mutant in &mut edit.mutants {
                mutant.number = count;
                count += 1;
            }
        }
        edits.retain(|edit| !edit.mutants.is_empty() || edit.form == crate::edit::Form::Remove);
        let rendered = render(&text, &edits);
        let functions = found.functions;
        sources.push(Source {
            path,
            text,
            found: found_before - found_here,
            edits,
            functions,
            rendered,
        });
    }
    Ok((sources, count))
}

fn crosses(a: &Range<usize>, b: &Range<usize>) -> bool {
    let disjoint = a.end <= b.start || b.end <= a.start;
    let nested = a.start <= b.start && b.end <= a.end || b.start <= a.start && a.end <= b.end;
    !disjoint && !nested
}

/// The path from the root, unless only tests use the file.
fn source_name(root: &Path, file: &Path) -> Option<String> {
    let path = file.strip_prefix(root).ok()?.to_str()?.to_owned();
    let is_source =
        path.ends_with(".rs") && !path.ends_with("tests.rs") && !path.contains("/tests/");
    let is_test_folder = TEST_FOLDERS.iter().any(|folder| path.starts_with(folder));
    (is_source && !is_test_folder && !is_test_module(file)).then_some(path)
}

/// Whether the module above says that only tests use the file.
fn is_test_module(file: &Path) -> bool {
    let (Some(folder), Some(name)) = (
        file.parent(),
        file.file_stem().and_then(|name| name.to_str()),
    ) else {
        return false;
    };
    ["mod.rs", "lib.rs"].iter().any(|parent| {
        let text = fs::read_to_string(folder.join(parent)).unwrap_or_default();
        let declaration = format!("mod {name};");
        let mut lines = text.lines().map(str::trim);
        let mut is_test = false;
        lines.any(|line| {
            let found = is_test && line.ends_with(&declaration);
            is_test = line.starts_with("#[cfg(test)]") || is_test && line.starts_with("#[");
            found
        })
    })
}

fn add_files(folder: &Path, files: &mut Vec<PathBuf>) {
    let skipped = ["target", ".git", "mutants", "fuzz"];
    if folder.is_file() {
        files.push(folder.to_owned());
        return;
    }
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let is_skipped = skipped.iter().any(|name| path.ends_with(name));
        if !is_skipped {
            add_files(&path, files);
        }
    }
}

/// Brings the copy in `tree` up to date with the workspace and with `sources`.
pub(crate) fn write_tree(tree: &Path, sources: &[Source], count: u32) -> std::io::Result<()> {
    let root = workspace();
    let mut files = Vec::new();
    add_files(tree, &mut files);
    for file in files {
        let path = file.strip_prefix(tree).expect("found below it");
        if !root.join(path).exists() && !path.ends_with("mutant.rs") {
            fs::remove_file(&file)?;
        }
    }
    let mut files = Vec::new();
    add_files(&root, &mut files);
    for file in files {
        let path = file.strip_prefix(&root).expect("found below it");
        let mut bytes = fs::read(&file)?;
        if let Some(source) = sources
            .iter()
            .find(|source| Path::new(&source.path) == path)
        {
            bytes = source.rendered.text.clone().into_bytes();
        }
        for name in CRATES {
            if path == Path::new(name).join("src/lib.rs") {
                bytes.extend_from_slice(b"\n#[doc(hidden)]\npub mod mutant;\n");
            }
        }
        write_if_changed(&tree.join(path), &bytes)?;
    }
    let switch = include_str!("switch.rs.in").replace("@COUNT@", &count.max(1).to_string());
    for name in CRATES {
        write_if_changed(&tree.join(name).join("src/mutant.rs"), switch.as_bytes())?;
    }
    Ok(())
}

fn write_if_changed(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, bytes)
}
