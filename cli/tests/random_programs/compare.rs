//! Whether a program prints what it must, in every mode.

use std::fs;

use crate::modes::{MODES, Mode, Outcome, file_of};
use crate::program::Program;

/// How an outcome differs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Deviation {
    /// The program prints something else than the reference.
    Answer,
    /// The program prints what the reference does, but another condition's message than at `-O0`.
    Condition,
    /// The program does not end, or ends badly.
    End,
}

pub(crate) struct Difference {
    pub(crate) mode: &'static Mode,
    pub(crate) deviation: Deviation,
    pub(crate) wanted: String,
    pub(crate) found: Outcome,
}

/// A text in which flonums and the messages of primitives are alike wherever they mean the same.
fn canonical(text: &str) -> String {
    let mut made = String::new();
    let mut rest = text;
    let is_delimiter = |c: char| c.is_whitespace() || "()\"{}".contains(c);
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '{' => rest.find('}').map_or(rest.len(), |end| end + 1),
            _ if is_delimiter(first) => first.len_utf8(),
            _ => rest.find(is_delimiter).unwrap_or(rest.len()),
        };
        let (word, after) = rest.split_at(end);
        rest = after;
        let is_ours = |message: &str| message.starts_with("{u") && message.len() == 4;
        match word.parse::<f64>() {
            Ok(value)
                if word.contains(['.', 'e']) && word.contains(|c: char| c.is_ascii_digit()) =>
            {
                made += &f64::to_string(&value);
            }
            _ if first == '{' && !is_ours(word) => made.push_str("{*}"),
            _ => made.push_str(word),
        }
    }
    made
}

/// The deviation of what a mode made of a program from what it must be.
fn deviation_of(wanted: &str, basic: Option<&Outcome>, found: &Outcome) -> Option<Deviation> {
    if !found.is_well() {
        return Some(Deviation::End);
    }
    if canonical(&found.text) != canonical(wanted) {
        return Some(Deviation::Answer);
    }
    match basic {
        Some(basic) if basic.is_well() && basic.text != found.text => Some(Deviation::Condition),
        _ => None,
    }
}

/// Every mode in which the program prints something else than `wanted`.
pub(crate) fn differences(
    program: &Program,
    wanted: &str,
    seed: u64,
    modes: &[&'static Mode],
) -> Vec<Difference> {
    let file = file_of(seed);
    fs::write(&file, program.text()).expect("a writable temporary directory");
    let mut all = Vec::new();
    let mut basic = None;
    for mode in modes.iter().filter(|mode| mode.fits(program, seed)) {
        let found = mode.run(&file, seed);
        // Guile has messages of its own.
        let same_messages = basic.as_ref().filter(|_| !mode.is_guile());
        if let Some(deviation) = deviation_of(wanted, same_messages, &found) {
            let wanted = match (deviation, &basic) {
                (Deviation::Condition, Some(basic)) => basic.text.clone(),
                _ => wanted.to_owned(),
            };
            all.push(Difference {
                mode,
                deviation,
                wanted,
                found: found.clone(),
            });
        }
        if mode.name == MODES[0].name {
            basic = Some(found);
        }
    }
    fs::remove_file(&file).expect("it was just written");
    all
}

/// What each section of a program printed.
fn by_section(text: &str) -> Vec<String> {
    let mut sections: Vec<String> = Vec::new();
    for line in text.lines() {
        if line.starts_with('@') {
            sections.push(String::new());
        } else if let Some(section) = sections.last_mut() {
            section.push_str(line);
            section.push('\n');
        }
    }
    sections
}

impl Difference {
    /// The sections whose texts differ; none where nothing was printed.
    pub(crate) fn sections(&self) -> Vec<usize> {
        let (wanted, found) = match self.deviation {
            Deviation::Condition => (self.wanted.clone(), self.found.text.clone()),
            _ => (canonical(&self.wanted), canonical(&self.found.text)),
        };
        let (wanted, found) = (by_section(&wanted), by_section(&found));
        // A program that ends early says nothing of the sections after its last one.
        let reached = found.len().min(wanted.len());
        let differ = |section: &usize| wanted[*section] != found[*section];
        (0..reached).filter(differ).collect()
    }
}
