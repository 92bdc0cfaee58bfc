//! Edits of a source file: where it can be made faulty, and the text with a switch at each such
//! place.

use std::ops::Range;

/// One fault: what stands in the place of the edit's range.
#[derive(Clone, Debug)]
pub(crate) struct Mutant {
    /// The number that switches it on; set when all edits are known.
    pub number: u32,
    /// What stands in the place of the range.
    pub replacement: String,
    /// What kind of change it is, or the name of a fault written by hand.
    pub operator: String,
}

impl Mutant {
    /// Whether it is of `faults.toml`.
    pub(crate) fn is_by_hand(&self) -> bool {
        self.operator.starts_with("fault:")
    }
}

/// How a switch is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Form {
    /// Statements that are left out.
    Drop,
    /// Statements in whose place others stand.
    ChooseStatements,
    /// An expression in whose place others stand.
    Choose,
    /// A guard added to an arm that has none.
    Guard,
    /// A condition before a `let`.
    BeforeLet,
    /// A return at the start of a body.
    Body,
    /// Text that goes away in every case: the `const` of a function.
    Remove,
}

/// A place that can be made faulty.
#[derive(Clone, Debug)]
pub(crate) struct Edit {
    /// In bytes; empty where something is inserted.
    pub range: Range<usize>,
    pub form: Form,
    pub mutants: Vec<Mutant>,
}

/// A part of the text with switches, and what it comes from.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// In bytes of the text with switches.
    pub range: Range<usize>,
    /// Which edit.
    pub edit: usize,
    /// Which of its mutants; `None` for the whole switch.
    pub mutant: Option<usize>,
}

/// The text with switches.
#[derive(Debug, Default)]
pub(crate) struct Rendered {
    pub text: String,
    pub parts: Vec<Part>,
    /// Where text was copied to, and from where in the source, and how many bytes.
    copies: Vec<(usize, usize, usize)>,
}

impl Rendered {
    fn copy(&mut self, source: &str, range: Range<usize>) {
        self.copies
            .push((self.text.len(), range.start, range.len()));
        self.text.push_str(&source[range]);
    }

    /// The place in the source from which the text at `offset` was copied, or that before it.
    pub(crate) fn origin(&self, offset: usize) -> usize {
        let next = self.copies.partition_point(|copy| copy.0 <= offset);
        let (to, from, length) = self.copies[next.saturating_sub(1)];
        from + (offset - to).min(length)
    }
}

/// Orders edits so that outer ones come first, joins those of one place and leaves out what
/// overlaps.
pub(crate) fn arrange(mut edits: Vec<Edit>) -> Vec<Edit> {
    edits.sort_by_key(|edit| {
        let range = &edit.range;
        (range.start, std::cmp::Reverse(range.end), edit.form)
    });
    let mut arranged: Vec<Edit> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for edit in edits {
        while open
            .last()
            .is_some_and(|&top| arranged[top].range.end <= edit.range.start)
        {
            open.pop();
        }
        if let Some(&top) = open.last() {
            let outer = &mut arranged[top];
            if edit.range.end > outer.range.end {
                continue;
            }
            if outer.range == edit.range && outer.form == edit.form {
                for mutant in edit.mutants {
                    if outer
                        .mutants
                        .iter()
                        .all(|other| other.replacement != mutant.replacement)
                    {
                        outer.mutants.push(mutant);
                    }
                }
                continue;
            }
        }
        if !edit.range.is_empty() {
            open.push(arranged.len());
        }
        arranged.push(edit);
    }
    arranged
}

/// `source` with a switch for each of `edits`, which are arranged.
pub(crate) fn render(source: &str, edits: &[Edit]) -> Rendered {
    let mut rendered = Rendered::default();
    let mut next = 0;
    render_range(source, edits, &mut next, 0..source.len(), &mut rendered);
    rendered
}

fn render_range(
    source: &str,
    edits: &[Edit],
    next: &mut usize,
    range: Range<usize>,
    out: &mut Rendered,
) {
    let mut at = range.start;
    while let Some(edit) = edits.get(*next).filter(|edit| edit.range.start < range.end) {
        out.copy(source, at..edit.range.start);
        let index = *next;
        *next += 1;
        render_edit(source, edits, next, index, out);
        at = edit.range.end;
    }
    out.copy(source, at..range.end);
}

fn render_edit(source: &str, edits: &[Edit], next: &mut usize, index: usize, out: &mut Rendered) {
    let edit = &edits[index];
    let start = out.text.len();
    let is = |mutant: &Mutant| format!("crate::mutant::is({})", mutant.number);
    match edit.form {
        Form::Choose | Form::ChooseStatements => {
            let parens = edit.form == Form::Choose;
            out.text.push_str(if parens { "(" } else { "" });
            for (number, mutant) in edit.mutants.iter().enumerate() {
                out.text.push_str(&format!("if {} {{ ", is(mutant)));
                let from = out.text.len();
                out.text.push_str(&mutant.replacement);
                let range = from..out.text.len();
                out.parts.push(Part {
                    range,
                    edit: index,
                    mutant: Some(number),
                });
                out.text.push_str(" } else ");
            }
            out.text.push_str("{ ");
            render_range(source, edits, next, edit.range.clone(), out);
            out.text.push_str(if parens { " })" } else { " }" });
        }
        Form::Drop => {
            let conditions: Vec<String> = edit
                .mutants
                .iter()
                .map(|mutant| format!("!{}", is(mutant)))
                .collect();
            out.text
                .push_str(&format!("if {} {{ ", conditions.join(" && ")));
            render_range(source, edits, next, edit.range.clone(), out);
            out.text.push_str(" }");
        }
        Form::Guard => out.text.push_str(&guard(&edit.mutants)),
        Form::BeforeLet => {
            for mutant in &edit.mutants {
                out.text.push_str(&format!("!{} && ", is(mutant)));
            }
        }
        Form::Body => {
            for (number, mutant) in edit.mutants.iter().enumerate() {
                let from = out.text.len();
                out.text
                    .push_str(&format!(" if {} {{{}}}", is(mutant), mutant.replacement));
                let range = from..out.text.len();
                out.parts.push(Part {
                    range,
                    edit: index,
                    mutant: Some(number),
                });
            }
        }
        Form::Remove => {}
    }
    let range = start..out.text.len();
    out.parts.push(Part {
        range,
        edit: index,
        mutant: None,
    });
}

/// The guard of an arm some of whose patterns may not match.
fn guard(mutants: &[Mutant]) -> String {
    let conditions: Vec<String> = mutants
        .iter()
        .map(|mutant| {
            let number = mutant.number;
            match mutant.replacement.strip_prefix(" if !") {
                Some(excluded) => format!("!(crate::mutant::is({number}) && {excluded})"),
                None => format!("!crate::mutant::is({number})"),
            }
        })
        .collect();
    format!(" if {}", conditions.join(" && "))
}

#[cfg(test)]
mod tests {
    use super::{Edit, Form, Mutant, arrange, render};

    fn edit(range: std::ops::Range<usize>, form: Form, number: u32, replacement: &str) -> Edit {
        let replacement = replacement.to_owned();
        let operator = String::new();
        Edit {
            range,
            form,
            mutants: vec![Mutant {
                number,
                replacement,
                operator,
            }],
        }
    }

    #[test]
    fn inner_switches_stand_in_the_last_arm_of_outer_ones() {
        let source = "x = a < 10;";
        let edits = arrange(vec![
            edit(8..10, Form::Choose, 2, "11"),
            edit(4..10, Form::Choose, 1, "a <= 10"),
        ]);
        assert_eq!(
            render(source, &edits).text,
            "x = (if crate::mutant::is(1) { a <= 10 } else { a < \
             (if crate::mutant::is(2) { 11 } else { 10 }) });"
        );
    }

    #[test]
    fn switches_of_one_place_are_joined() {
        let edits = arrange(vec![
            edit(0..1, Form::Choose, 1, "true"),
            edit(0..1, Form::Choose, 2, "false"),
        ]);
        assert_eq!(
            render("b", &edits).text,
            "(if crate::mutant::is(1) { true } else if crate::mutant::is(2) { false } else { b })"
        );
    }

    #[test]
    fn edits_that_overlap_in_part_are_left_out() {
        let edits = arrange(vec![
            edit(0..5, Form::Choose, 1, "x"),
            edit(3..8, Form::Choose, 2, "y"),
        ]);
        assert_eq!(edits.len(), 1);
    }
}
