//! Faults written by hand, in `faults.toml`: a snippet of a source file, and the wrong one in its
//! place.

use std::ops::Range;
use std::path::Path;

use serde::Deserialize;

use crate::edit::{Edit, Form, Mutant};

/// A fault written by hand.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    pub name: String,
    /// From the root of the workspace.
    pub file: String,
    /// What goes wrong.
    pub says: String,
    /// An expression or statements that stand in the file once; spaces and lines make no
    /// difference.
    pub right: String,
    /// What stands there instead.
    pub wrong: String,
}

#[derive(Deserialize)]
struct Faults {
    fault: Vec<Fault>,
}

/// Reads `faults.toml`.
pub(crate) fn read_faults(path: &Path) -> Result<Vec<Fault>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{path:?}: {error}"))?;
    let faults: Faults = toml::from_str(&text).map_err(|error| format!("{path:?}: {error}"))?;
    let mut names: Vec<&str> = faults.fault.iter().map(|fault| &*fault.name).collect();
    names.sort_unstable();
    if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(format!("{path:?}: two faults are named {}", twice[0]));
    }
    Ok(faults.fault)
}

/// The edit that plants `fault` in `source`.
pub(crate) fn edit_of(fault: &Fault, source: &str) -> Result<Edit, String> {
    let range = find_once(source, &fault.right)
        .map_err(|problem| format!("fault {}: {}: {problem}", fault.name, fault.file))?;
    let form = form_of(&fault.right, &fault.wrong)
        .ok_or_else(|| format!("fault {}: neither expressions nor statements", fault.name))?;
    let mutant = Mutant {
        number: 0,
        replacement: fault.wrong.trim().to_owned(),
        operator: format!("fault:{}", fault.name),
    };
    Ok(Edit {
        range,
        form,
        mutants: vec![mutant],
    })
}

/// How to switch between two snippets.
fn form_of(right: &str, wrong: &str) -> Option<Form> {
    let expressions = [right, wrong].map(syn::parse_str::<syn::Expr>);
    if let [Ok(first), Ok(_)] = &expressions {
        let is_block = matches!(
            first,
            syn::Expr::If(_) | syn::Expr::Match(_) | syn::Expr::ForLoop(_) | syn::Expr::While(_)
        );
        return Some(if is_block {
            Form::ChooseStatements
        } else {
            Form::Choose
        });
    }
    let are_blocks = [right, wrong]
        .iter()
        .all(|text| syn::parse_str::<syn::Block>(&format!("{{{text}}}")).is_ok());
    are_blocks.then_some(Form::ChooseStatements)
}

/// Where `snippet` stands in `source`; spaces and lines make no difference.
fn find_once(source: &str, snippet: &str) -> Result<Range<usize>, String> {
    let wanted: String = snippet.split_whitespace().collect();
    if wanted.is_empty() {
        return Err("the snippet is empty".to_owned());
    }
    let (places, dense): (Vec<usize>, String) = source
        .char_indices()
        .filter(|(_, character)| !character.is_whitespace())
        .unzip();
    let mut byte_places = Vec::with_capacity(dense.len());
    for (place, character) in places.iter().zip(dense.chars()) {
        byte_places.extend((0..character.len_utf8()).map(|byte| place + byte));
    }
    let mut found = dense.match_indices(&wanted).map(|(at, _)| at);
    match (found.next(), found.next()) {
        (None, _) => Err("the snippet is not there any more".to_owned()),
        (Some(_), Some(_)) => Err("the snippet is there more than once".to_owned()),
        (Some(at), None) => Ok(byte_places[at]..byte_places[at + wanted.len() - 1] + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::{find_once, form_of};
    use crate::edit::Form;

    #[test]
    fn snippets_are_found_whatever_the_spaces() {
        assert_eq!(find_once("a(\n    b,\n) + é", "a(b,) + é"), Ok(0..16));
        assert!(find_once("a a", "a").is_err());
        assert!(find_once("a", "b").is_err());
    }

    #[test]
    fn snippets_are_expressions_or_statements() {
        assert_eq!(form_of("a + b", "a"), Some(Form::Choose));
        assert_eq!(form_of("a.push(b);", ""), Some(Form::ChooseStatements));
        assert_eq!(
            form_of("if a { b } else { c }", "c"),
            Some(Form::ChooseStatements)
        );
        assert_eq!(form_of("a +", "b"), None);
    }
}
