//! Builds the copy, and leaves out what the compiler refuses, until all the rest compiles.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::edit::Form;
use crate::tree::{Refused, Source, Wanted, key, plant, write_tree};

/// Enough rounds for any set of sources: each leaves something out.
const ROUNDS_MAX: usize = 60;

/// What is built: arguments of cargo.
pub(crate) type Target = &'static [&'static str];

/// A test executable, and the folder that it runs in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Executable {
    pub path: String,
    pub directory: String,
    pub name: String,
}

/// Builds `targets` in `scratch` with as many faults as compile.
pub(crate) fn build(
    scratch: &Path,
    wanted: &Wanted<'_>,
    targets: &[Target],
) -> Result<(Vec<Source>, Vec<Executable>), String> {
    let tree = scratch.join("tree");
    let state = scratch.join("refused.json");
    let mut refused: Refused = fs::read(&state)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default();
    for round in 0..ROUNDS_MAX {
        let (sources, count) = plant(wanted, &refused)?;
        write_tree(&tree, &sources, count).map_err(|error| error.to_string())?;
        let mut messages = Vec::new();
        for target in targets {
            messages.extend(run_cargo(&tree, target)?);
            if messages.iter().any(is_error) {
                break;
            }
        }
        let errors: Vec<&Value> = messages
            .iter()
            .filter(|message| is_error(message))
            .map(|message| &message["message"])
            .collect();
        eprintln!("round {round}: {count} mutants, {} errors", errors.len());
        if errors.is_empty() {
            let finished = messages.iter().filter(|message| message["success"] == true);
            if finished.count() != targets.len() {
                return Err("cargo fails without an error".to_owned());
            }
            return Ok((sources, messages.iter().filter_map(executable).collect()));
        }
        let before = refused.mutants.len() + refused.constant.len();
        for error in &errors {
            refuse(error, &sources, &mut refused);
        }
        if refused.mutants.len() + refused.constant.len() == before {
            let texts: Vec<&str> = errors
                .iter()
                .filter_map(|error| error["rendered"].as_str())
                .collect();
            return Err(format!(
                "errors that no fault explains:\n{}",
                texts.join("\n")
            ));
        }
        let text = serde_json::to_vec_pretty(&refused).map_err(|error| error.to_string())?;
        fs::write(&state, text).map_err(|error| error.to_string())?;
    }
    Err("too many rounds".to_owned())
}

fn is_error(message: &Value) -> bool {
    message["message"]["level"] == "error"
}

fn run_cargo(tree: &Path, target: Target) -> Result<Vec<Value>, String> {
    let output = Command::new("cargo")
        .args(target)
        .args(["--message-format=json", "-j2"])
        .current_dir(tree)
        .env("CARGO_TARGET_DIR", tree.with_file_name("target"))
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect())
}

/// The executable with tests that a message tells of; examples and command lines have none.
fn executable(message: &Value) -> Option<Executable> {
    if message["profile"]["test"] != true {
        return None;
    }
    let path = message["executable"].as_str()?.to_owned();
    let manifest = Path::new(message["manifest_path"].as_str()?);
    Some(Executable {
        path,
        directory: manifest.parent()?.to_str()?.to_owned(),
        name: message["target"]["name"].as_str()?.to_owned(),
    })
}

/// Notes what an error is due to.
fn refuse(error: &Value, sources: &[Source], refused: &mut Refused) {
    let code = error["code"]["code"].as_str().unwrap_or_default();
    let text = error["message"].as_str().unwrap_or_default();
    if code == "E0015" {
        // A constant calls what is no longer `const`; or a fault written by hand is in a function
        // that is.
        let name = last_segment(text.split('`').nth(1).unwrap_or_default());
        if name.as_deref() != Some("is") {
            refused.constant.extend(name);
            return;
        }
    }
    let empty = Vec::new();
    let spans = error["spans"].as_array().unwrap_or(&empty);
    let primary = spans.iter().filter(|span| span["is_primary"] == true);
    let others = spans.iter().filter(|span| span["is_primary"] != true);
    let is_known = primary
        .clone()
        .any(|span| refuse_inside(span, sources, refused))
        || others
            .clone()
            .any(|span| refuse_inside(span, sources, refused));
    if !is_known {
        for span in primary {
            refuse_around(span, sources, refused);
        }
    }
}

/// The name at the end of a path, without its generic arguments.
fn last_segment(path: &str) -> Option<String> {
    let mut depth = 0;
    let plain: String = path
        .chars()
        .filter(|&character| {
            depth += i32::from(character == '<');
            let is_plain = depth == 0;
            depth -= i32::from(character == '>');
            is_plain
        })
        .collect();
    plain
        .split("::")
        .filter(|segment| !segment.is_empty())
        .last()
        .map(str::to_owned)
}

/// The file that a span is in, where it is not in a macro, and its bytes.
fn place_of<'s>(span: &Value, sources: &'s [Source]) -> Option<(&'s Source, usize, usize)> {
    let mut span = span;
    while !span["expansion"].is_null() {
        span = &span["expansion"]["span"];
    }
    let name = span["file_name"].as_str()?;
    let source = sources.iter().find(|source| name.ends_with(&source.path))?;
    let start = span["byte_start"].as_u64()? as usize;
    let end = span["byte_end"].as_u64()? as usize;
    Some((source, start, end))
}

/// Refuses the innermost mutant, or switch, that holds the span.
fn refuse_inside(span: &Value, sources: &[Source], refused: &mut Refused) -> bool {
    let Some((source, start, end)) = place_of(span, sources) else {
        return false;
    };
    let holding = source.rendered.parts.iter().filter(|part| {
        part.range.start <= start
            && end <= part.range.end
            && source.edits[part.edit].form != Form::Remove
    });
    let Some(part) = holding.min_by_key(|part| part.range.len()) else {
        return false;
    };
    let edit = &source.edits[part.edit];
    let mutants = match part.mutant {
        Some(mutant) => mutant..mutant + 1,
        None => 0..edit.mutants.len(),
    };
    for mutant in mutants {
        refused.mutants.insert(key(&source.path, edit, mutant));
    }
    true
}

/// Refuses what is dropped in the function that a span is in: first jumps, then statements, then
/// all.
fn refuse_around(span: &Value, sources: &[Source], refused: &mut Refused) {
    let Some((source, start, _)) = place_of(span, sources) else {
        return;
    };
    let origin = source.rendered.origin(start);
    let functions = source.functions.iter();
    let Some(function) = functions
        .filter(|function| function.start <= origin && origin <= function.end)
        .min_by_key(|function| function.len())
    else {
        return;
    };
    for kind in ["jump dropped", "statement dropped", ""] {
        let mut any = false;
        for edit in &source.edits {
            let is_inside = function.start <= edit.range.start && edit.range.end <= function.end;
            for (number, mutant) in edit.mutants.iter().enumerate() {
                if is_inside && mutant.operator.starts_with(kind) {
                    any |= refused.mutants.insert(key(&source.path, edit, number));
                }
            }
        }
        if any {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::last_segment;

    #[test]
    fn names_of_functions_have_no_generic_arguments() {
        let path = "Value::<'_, '_>::assume::<Session<'_>>";
        assert_eq!(last_segment(path).as_deref(), Some("assume"));
        assert_eq!(last_segment("new").as_deref(), Some("new"));
    }
}
