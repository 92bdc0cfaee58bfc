//! Which objects of a structure need datum labels (R7RS 2.4).

use std::collections::HashMap;
use std::fmt::Write;

use syntax::{Stop, Supervisor};

use super::parts::{Parts, parts};
use crate::list_walk::Pairs;
use crate::mutator::Mutator;
use crate::value::Value;

/// Parts of a structure that are looked at before it is suspected of being circular.
const UNSUSPECTED_PARTS: usize = 4096;
/// Parts that an element of a list adds to those.
const ELEMENT_PARTS: usize = 8;
/// Bytes that the search takes for an object, at most.
const SEARCHED_BYTES: usize = 128;

/// The objects that need labels, by word, and the labels that were given so far.
#[derive(Default)]
pub(super) struct Labels {
    numbers: HashMap<u64, Option<usize>>,
    given: usize,
}

/// Which objects get labels.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Labelled {
    /// Those that cycles lead back to.
    Cycles,
    /// All that occur more than once.
    Shared,
}

/// What was written of an object that has a label.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum WrittenLabel {
    /// The definition, after which the object follows.
    Definition,
    /// A reference, which stands for the object.
    Reference,
}

/// How far the search is with an object.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// The search is inside it: meeting it again closes a cycle.
    Open,
    Done,
}

impl Labels {
    /// Finds the objects in `value` that get labels.
    ///
    /// # Errors
    ///
    /// [`Stop`].
    pub(super) fn find<'m>(
        m: &'m Mutator<'_>,
        value: Value<'m>,
        wanted: Labelled,
        supervisor: &dyn Supervisor,
    ) -> Result<Self, Stop> {
        let mut labels = Self::default();
        if wanted == Labelled::Shared || !is_tree(m, value, supervisor)? {
            labels.search(m, value, wanted, supervisor)?;
        }
        Ok(labels)
    }

    fn search<'m>(
        &mut self,
        m: &'m Mutator<'_>,
        value: Value<'m>,
        wanted: Labelled,
        supervisor: &dyn Supervisor,
    ) -> Result<(), Stop> {
        let mut announced = UNSUSPECTED_PARTS;
        let mut steps = 0;
        let mut progress = HashMap::new();
        // Objects with the number of their part that is next.
        let mut open = vec![(value, parts(m, value), 0)];
        progress.insert(value.word(), Progress::Open);
        while let Some((object, object_parts, next)) = open.last_mut() {
            steps += 1;
            if steps % UNSUSPECTED_PARTS == 0 {
                supervisor.check()?;
            }
            if progress.len() > announced {
                announced = 2 * progress.len();
                supervisor.reserve(announced * SEARCHED_BYTES)?;
            }
            let Some(part) = object_parts.get(*next) else {
                progress.insert(object.word(), Progress::Done);
                open.pop();
                continue;
            };
            *next += 1;
            let part_parts = parts(m, part);
            if matches!(part_parts, Parts::None) {
                continue;
            }
            match progress.get(&part.word()) {
                None => {
                    progress.insert(part.word(), Progress::Open);
                    open.push((part, part_parts, 0));
                }
                Some(&found) if wanted == Labelled::Shared || found == Progress::Open => {
                    self.numbers.insert(part.word(), None);
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// Whether `value` has a label, given already or not.
    pub(super) fn has(&self, value: Value<'_>) -> bool {
        self.numbers.contains_key(&value.word())
    }

    /// Writes the label of `value` where it has one.
    pub(super) fn write(&mut self, value: Value<'_>, text: &mut String) -> Option<WrittenLabel> {
        let number = self.numbers.get_mut(&value.word())?;
        let written = match *number {
            Some(number) => write!(text, "#{number}#"),
            None => write!(text, "#{}=", self.given),
        };
        written.expect("writing to a string never fails");
        if number.is_some() {
            return Some(WrittenLabel::Reference);
        }
        *number = Some(self.given);
        self.given += 1;
        Some(WrittenLabel::Definition)
    }
}

/// Whether `value` is found to be a tree without a table of its objects: it has few parts, or is a list whose elements
/// have few parts on average. Then it is not circular.
fn is_tree<'m>(
    m: &'m Mutator<'_>,
    value: Value<'m>,
    supervisor: &dyn Supervisor,
) -> Result<bool, Stop> {
    let mut budget = Budget {
        parts: UNSUSPECTED_PARTS,
        pending: Vec::new(),
    };
    let mut pairs = Pairs::of(m, value);
    let mut steps = 0;
    for (_, element) in pairs.by_ref() {
        steps += 1;
        if steps % UNSUSPECTED_PARTS == 0 {
            supervisor.check()?;
        }
        // What short elements leave is not for one long element: the search would be long, and nobody asked.
        budget.parts = UNSUSPECTED_PARTS.min(budget.parts + ELEMENT_PARTS);
        if !budget.allows(m, element) {
            return Ok(false);
        }
    }
    Ok(!pairs.is_circular && budget.allows(m, pairs.rest))
}

/// What a search without a table may look at.
struct Budget<'m> {
    /// So many parts.
    parts: usize,
    /// Parts that are still to be looked at.
    pending: Vec<Value<'m>>,
}

impl<'m> Budget<'m> {
    /// Looks at all parts of `value`, seen as a tree; whether they were no more than there may be.
    fn allows(&mut self, m: &'m Mutator<'_>, value: Value<'m>) -> bool {
        self.pending.push(value);
        while let Some(value) = self.pending.pop() {
            let value_parts = parts(m, value);
            let mut next = 0;
            while let Some(part) = value_parts.get(next) {
                let Some(rest) = self.parts.checked_sub(1) else {
                    return false;
                };
                self.parts = rest;
                self.pending.push(part);
                next += 1;
            }
        }
        true
    }
}
