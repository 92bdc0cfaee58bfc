//! The table of the faults written by hand: each against each kind of check.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;

use crate::detect::{Check, Verdict};
use crate::report::Listed;

/// What a cell of the table says.
fn cell(verdict: Option<&Verdict>) -> &str {
    match verdict.map(|verdict| &*verdict.outcome) {
        None => "",
        Some("survived") => "·",
        Some("not reached") => "–",
        Some(other) => other,
    }
}

/// The kinds of checks, in the order in which they first stand.
pub(crate) fn detectors(checks: &[Check]) -> Vec<&str> {
    let mut seen = BTreeSet::new();
    let names = checks.iter().map(|check| &*check.detector);
    names.filter(|name| seen.insert(*name)).collect()
}

/// The last verdict of each kind of check on each fault.
fn by_fault(text: &str) -> HashMap<(String, String), Verdict> {
    let parsed = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Verdict>(line).ok());
    parsed
        .map(|verdict| ((verdict.key.clone(), verdict.detector.clone()), verdict))
        .collect()
}

/// Whether `text` holds a verdict of `detector` on the fault with this key.
pub(crate) fn known(text: &str) -> BTreeSet<(String, String)> {
    by_fault(text).into_keys().collect()
}

/// The table, and what notices each fault first.
pub(crate) fn table(listed: &[Listed], text: &str) -> String {
    let verdicts = by_fault(text);
    let mut columns: Vec<&str> = verdicts.keys().map(|(_, detector)| &**detector).collect();
    columns.sort_unstable();
    columns.dedup();
    let mut rows: BTreeMap<(&str, u32), String> = BTreeMap::new();
    let mut uncaught = String::new();
    for fault in listed {
        let Some(name) = fault.operator.strip_prefix("fault:") else {
            continue;
        };
        let found = columns
            .iter()
            .map(|column| verdicts.get(&(fault.key.clone(), (*column).to_owned())));
        let found: Vec<Option<&Verdict>> = found.collect();
        let mut row = format!("| {name}");
        for verdict in &found {
            let _ = write!(row, " | {}", cell(*verdict));
        }
        rows.insert((&fault.path, fault.number), row);
        let is_caught = found.iter().flatten().any(|verdict| !verdict.by.is_empty());
        if !is_caught {
            let _ = writeln!(uncaught, "nothing catches {name}");
        }
    }
    let mut text = "| planted fault".to_owned();
    for column in &columns {
        let _ = write!(text, " | {column}");
    }
    let _ = writeln!(text, " |\n|---{} |", "|---".repeat(columns.len()));
    for row in rows.into_values() {
        let _ = writeln!(text, "{row} |");
    }
    format!("{text}\n{uncaught}")
}
