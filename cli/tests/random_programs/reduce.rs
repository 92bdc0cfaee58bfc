//! Makes a failing program smaller while it still fails in the same way.

use std::time::{Duration, Instant};

use crate::datum::Datum;
use crate::program::Program;

/// How many smaller programs are tried at most, and for how long.
const TRIES_MAX: usize = 3000;
const SECONDS_MAX: u64 = 60;

/// Smaller data that may stand in place of this one.
fn smaller(datum: &Datum) -> Vec<Datum> {
    let mut all = Vec::new();
    if let Datum::List(items) | Datum::Vector(items) = datum {
        let again = |items: Vec<Datum>| match datum {
            Datum::Vector(_) => Datum::Vector(items),
            _ => Datum::List(items),
        };
        all.push(Datum::Literal("0".into()));
        all.extend(
            items
                .iter()
                .filter(|item| !matches!(item, Datum::Literal(_)))
                .cloned(),
        );
        // Halves first, then one by one.
        if items.len() > 4 {
            let middle = items.len() / 2;
            all.push(again(items[..middle].to_vec()));
            all.push(again([&items[..1], &items[middle..]].concat()));
        }
        for index in (0..items.len()).rev() {
            let mut fewer = items.clone();
            fewer.remove(index);
            all.push(again(fewer));
        }
    }
    all
}

/// Every program in which one datum is replaced by a smaller one, outermost first, is tried.
fn improve_datum(datum: &mut Datum, still_fails: &mut dyn FnMut(&Datum) -> bool) -> bool {
    let mut changed = false;
    while let Some(better) = smaller(datum)
        .into_iter()
        .find(|candidate| still_fails(candidate))
    {
        *datum = better;
        changed = true;
    }
    let count = datum.children().len();
    for index in 0..count {
        let whole = datum.clone();
        let (Datum::List(items) | Datum::Vector(items) | Datum::Dotted(items, _)) = datum else {
            continue;
        };
        let Some(child) = items.get_mut(index) else {
            continue;
        };
        changed |= improve_datum(child, &mut |candidate| {
            let mut tried = whole.clone();
            if let Datum::List(items) | Datum::Vector(items) | Datum::Dotted(items, _) = &mut tried
            {
                items[index] = candidate.clone();
            }
            still_fails(&tried)
        });
    }
    changed
}

/// The least program found for which `still_fails` holds, as it does for `program`.
pub(crate) fn reduce(program: &Program, still_fails: impl Fn(&Program) -> bool) -> Program {
    let mut best = program.clone();
    let start = Instant::now();
    let mut tries = TRIES_MAX;
    let mut fails = |candidate: &Program| {
        tries = tries.saturating_sub(1);
        let may_try = tries > 0 && start.elapsed() < Duration::from_secs(SECONDS_MAX);
        may_try && still_fails(candidate)
    };
    for index in (0..best.sections.len()).rev() {
        let mut fewer = best.clone();
        fewer.sections.remove(index);
        if !fewer.sections.is_empty() && fails(&fewer) {
            best = fewer;
        }
    }
    loop {
        let mut changed = false;
        for section in 0..best.sections.len() {
            for form in (0..best.sections[section].forms.len()).rev() {
                let mut fewer = best.clone();
                fewer.sections[section].forms.remove(form);
                if fails(&fewer) {
                    best = fewer;
                    changed = true;
                }
            }
            for form in 0..best.sections[section].forms.len() {
                let whole = best.clone();
                changed |= improve_datum(&mut best.sections[section].forms[form], &mut |datum| {
                    let mut tried = whole.clone();
                    tried.sections[section].forms[form] = datum.clone();
                    fails(&tried)
                });
            }
        }
        if !changed {
            return best;
        }
    }
}
