//! What became of the mutants, as text.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::detect::Verdict;
use crate::edit::Form;
use crate::tree::{FOLDERS, Source, key};

/// A line of the source is cut where it is longer.
const LINE_CHARACTERS_MAX: usize = 150;

/// A mutant of a build.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Listed {
    pub number: u32,
    pub key: String,
    pub path: String,
    pub line: usize,
    pub operator: String,
    /// The source, and what it becomes.
    pub minus: String,
    pub plus: String,
}

/// All mutants of `sources`.
pub(crate) fn list(sources: &[Source]) -> Vec<Listed> {
    let mut listed = Vec::new();
    for source in sources {
        for edit in &source.edits {
            for (index, mutant) in edit.mutants.iter().enumerate() {
                let text = &source.text;
                let (start, end) = (edit.range.start, edit.range.end);
                let line = text[..start].matches('\n').count() + 1;
                let from = text[..start].rfind('\n').map_or(0, |at| at + 1);
                let to = text[end..].find('\n').map_or(text.len(), |at| end + at);
                let dropped = edit.form == Form::Drop;
                let replacement = if dropped {
                    "/* nothing */"
                } else {
                    &mutant.replacement
                };
                let changed = format!("{}{}{}", &text[from..start], replacement, &text[end..to]);
                listed.push(Listed {
                    number: mutant.number,
                    key: key(&source.path, edit, index),
                    path: source.path.clone(),
                    line,
                    operator: mutant.operator.clone(),
                    minus: one_line(&text[from..to]),
                    plus: one_line(&changed),
                });
            }
        }
    }
    listed
}

fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(LINE_CHARACTERS_MAX) {
        Some((cut, _)) => format!("{}…", &line[..cut]),
        None => line,
    }
}

/// The last verdict on each mutant.
pub(crate) fn verdicts(text: &str) -> HashMap<String, Verdict> {
    let parsed = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Verdict>(line).ok());
    parsed
        .map(|verdict| (verdict.key.clone(), verdict))
        .collect()
}

/// A mutant that changes no result, and why: of `equivalent.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Equivalent {
    pub file: String,
    /// The changed line, as the report shows it.
    pub plus: String,
    /// Part of the line before the change, where that is needed to tell mutants apart.
    #[serde(default)]
    pub minus: String,
    pub why: String,
}

#[derive(Default)]
struct Row {
    counts: BTreeMap<String, usize>,
    total: usize,
}

impl Row {
    fn add(&mut self, column: &str) {
        *self.counts.entry(column.to_owned()).or_default() += 1;
        self.total += 1;
    }
}

fn is_equivalent(listed: &Listed, equivalents: &[Equivalent]) -> bool {
    equivalents.iter().any(|entry| {
        entry.file == listed.path
            && entry.plus == listed.plus
            && listed.minus.contains(&entry.minus)
    })
}

/// What a report counts a mutant with this verdict under.
fn column(listed: &Listed, verdict: &Verdict, equivalents: &[Equivalent]) -> String {
    let lives = matches!(&*verdict.outcome, "survived" | "not reached");
    if lives && is_equivalent(listed, equivalents) {
        return "equivalent".to_owned();
    }
    verdict.outcome.clone()
}

/// A table of folders: how many mutants were found, how many of these are tried, and what became of
/// them.
pub(crate) fn by_folder(
    listed: &[Listed],
    found: &[(String, usize)],
    verdicts: &HashMap<String, Verdict>,
    equivalents: &[Equivalent],
) -> String {
    const COLUMNS: [&str; 5] = ["caught", "hung", "survived", "not reached", "equivalent"];
    let mut text = format!("| folder | found | tried | {} |\n", COLUMNS.join(" | "));
    let _ = writeln!(text, "|---|{}", "---:|".repeat(COLUMNS.len() + 2));
    for folder in FOLDERS {
        let of_folder = found.iter().filter(|(path, _)| path.starts_with(folder));
        let found: usize = of_folder.map(|(_, count)| count).sum();
        let mut row = Row::default();
        for mutant in listed {
            let is_wanted =
                mutant.path.starts_with(folder) && !mutant.operator.starts_with("fault:");
            if let Some(verdict) = verdicts.get(&mutant.key).filter(|_| is_wanted) {
                row.add(&column(mutant, verdict, equivalents));
            }
        }
        let _ = write!(text, "| {folder} | {found} | {} |", row.total);
        for name in COLUMNS {
            let _ = write!(text, " {} |", row.counts.get(name).copied().unwrap_or(0));
        }
        text.push('\n');
    }
    text
}

/// A table of files, then what survived. Mutants without a verdict are left out.
pub(crate) fn report(
    listed: &[Listed],
    verdicts: &HashMap<String, Verdict>,
    equivalents: &[Equivalent],
) -> String {
    let mut rows: BTreeMap<&str, Row> = BTreeMap::new();
    let mut all = Row::default();
    let mut survivors = String::new();
    let mut faults = String::new();
    for mutant in listed {
        let Some(verdict) = verdicts.get(&mutant.key) else {
            continue;
        };
        if let Some(name) = mutant.operator.strip_prefix("fault:") {
            let by = &verdict.by;
            let _ = writeln!(
                faults,
                "| {name} | {} | {} {by} |",
                verdict.outcome, verdict.detector
            );
            continue;
        }
        let mut column = column(mutant, verdict, equivalents);
        if column == "caught" {
            column.clone_from(&verdict.detector);
        }
        if column == "survived" || column == "not reached" {
            let Listed {
                path,
                line,
                operator,
                minus,
                plus,
                ..
            } = mutant;
            let _ = writeln!(
                survivors,
                "{path}:{line} ({operator}; {column})\n- {minus}\n+ {plus}"
            );
        }
        rows.entry(&mutant.path).or_default().add(&column);
        all.add(&column);
    }
    let columns: Vec<&String> = all.counts.keys().collect();
    let mut text = "| file | mutants".to_owned();
    for column in &columns {
        let _ = write!(text, " | {column}");
    }
    let _ = writeln!(text, " |\n|---|---:{} |", "|---:".repeat(columns.len()));
    for (name, row) in rows
        .iter()
        .map(|(name, row)| (*name, row))
        .chain([("all", &all)])
    {
        let _ = write!(text, "| {name} | {}", row.total);
        for column in &columns {
            let _ = write!(text, " | {}", row.counts.get(*column).copied().unwrap_or(0));
        }
        let _ = writeln!(text, " |");
    }
    if !faults.is_empty() {
        let _ = write!(
            text,
            "\n| planted fault | outcome | by |\n|---|---|---|\n{faults}"
        );
    }
    format!("{text}\n{survivors}")
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn long_lines_are_cut() {
        assert_eq!(one_line("  a\n   b"), "a b");
        assert_eq!(one_line(&"é".repeat(200)).chars().count(), 151);
    }
}
