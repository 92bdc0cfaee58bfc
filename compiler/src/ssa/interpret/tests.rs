//! Each pass, and all of them, hold to the reference on random units.
//!
//! `COZEN_SSA_PROGRAMS` says how many units are tried, `COZEN_SSA_SEED` with which seed to start.

use super::machine::{Outcome, Watch, run};
use super::oracle::Oracle;
use super::random;
use super::value::Raise;
use crate::id::IdVec;
use crate::ssa::analysis::Graph;
use crate::ssa::ir::{ProcedureId, Unit};
use crate::ssa::parse::parse;
use crate::ssa::pass::{PASSES, Pass};
use crate::ssa::print::print;
use crate::ssa::verify::verify;

/// How many steps a run may take.
const STEPS_MAX: usize = 3000;

fn setting(name: &str, default: u64) -> u64 {
    let value = std::env::var(name).ok();
    value.map_or(default, |text| text.parse().expect("a number"))
}

fn seeds(count: u64) -> std::ops::Range<u64> {
    let first = setting("COZEN_SSA_SEED", 1);
    first..first + setting("COZEN_SSA_PROGRAMS", count)
}

/// Whether two runs did the same, as far as both went.
fn agree(before: &Outcome, after: &Outcome) -> bool {
    let is_cut = |outcome: &Outcome| outcome.result == Err(Raise::Limit);
    if is_cut(before) || is_cut(after) {
        let mut pairs = before.trace.iter().zip(&after.trace);
        return pairs.all(|(a, b)| a == b);
    }
    before == after
}

/// Whether a run checks that enough is polled.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PollChecks {
    On,
    Off,
}

fn watched(unit: &Unit, polls: PollChecks) -> Outcome {
    let graphs: IdVec<ProcedureId, Graph> = unit.procedures.iter().map(Graph::new).collect();
    let oracle = Oracle::new(unit, &graphs);
    let watch = Watch {
        oracle: Some(&oracle),
        polls: polls == PollChecks::On,
    };
    run(unit, STEPS_MAX, watch)
}

/// What is wrong with a run after a pass, if anything is.
fn fault(before: &Outcome, after: &Outcome) -> Option<String> {
    if let Err(Raise::Broken(what)) = &after.result {
        return Some(what.clone());
    }
    (!agree(before, after)).then(|| format!("before: {before:?}\nafter: {after:?}"))
}

fn random_unit(seed: u64) -> Unit {
    let text = random::unit(seed);
    let unit = parse(&text).unwrap_or_else(|error| panic!("seed {seed}: {error}\n{text}"));
    let violations = verify(&unit);
    assert!(violations.is_empty(), "seed {seed}: {violations:?}\n{text}");
    unit
}

/// What a pass did to a random unit.
#[derive(Clone, Copy)]
struct Rewrite<'a> {
    seed: u64,
    what: &'a str,
    before: &'a Unit,
    after: &'a Unit,
}

/// What was found, by seed.
#[derive(Default)]
struct Faults {
    found: Vec<String>,
    /// The text of the smallest unit with a fault, before and after.
    smallest: Option<String>,
}

impl Faults {
    fn note(&mut self, rewrite: Rewrite<'_>, fault: &str) {
        let Rewrite {
            seed,
            what,
            before,
            after,
        } = rewrite;
        let line = format!("seed {seed}, {what}: {fault}");
        self.found.push(line);
        let text = format!(
            "seed {seed}, {what}\n{}\nafter:\n{}",
            print(before),
            print(after)
        );
        let is_smaller = |known: &String| text.len() < known.len();
        if self.smallest.as_ref().is_none_or(is_smaller) {
            self.smallest = Some(text);
        }
    }

    /// Fails if there are any.
    fn report(self) {
        if let Some(smallest) = self.smallest {
            panic!("{}\n\nthe smallest: {smallest}", self.found.join("\n"));
        }
    }

    /// Runs a pass, and holds what it makes against what the unit did before; `None` if there is a fault.
    fn run(&mut self, seed: u64, pass: &Pass, unit: &Unit, before: &Outcome) -> Option<Unit> {
        let after = pass.run(unit.clone());
        let rewrite = Rewrite {
            seed,
            what: pass.name,
            before: unit,
            after: &after,
        };
        let violations = verify(&after);
        if !violations.is_empty() {
            self.note(rewrite, &format!("{violations:?}"));
            return None;
        }
        let polls = match pass.name {
            "place-polls" => PollChecks::On,
            _ => PollChecks::Off,
        };
        let outcome = watched(&after, polls);
        if let Some(fault) = fault(before, &outcome) {
            self.note(rewrite, &fault);
            return None;
        }
        Some(after)
    }
}

#[test]
fn most_random_units_run_to_an_end() {
    let is_whole =
        |seed: &u64| watched(&random_unit(*seed), PollChecks::Off).result != Err(Raise::Limit);
    let whole = (1..=100).filter(is_whole).count();
    assert!(whole > 50, "{whole} of 100");
}

#[test]
fn analyses_hold_for_random_units() {
    let mut faults = Faults::default();
    for seed in seeds(150) {
        let unit = random_unit(seed);
        let outcome = watched(&unit, PollChecks::Off);
        if let Some(fault) = fault(&outcome, &outcome) {
            let rewrite = Rewrite {
                seed,
                what: "analyses",
                before: &unit,
                after: &unit,
            };
            faults.note(rewrite, &fault);
        }
    }
    faults.report();
}

#[test]
fn each_pass_by_itself_keeps_what_random_units_do() {
    let mut faults = Faults::default();
    let split = PASSES.iter().find(|pass| pass.name == "split-edges");
    let split = split.expect("a pass splits edges");
    for seed in seeds(100) {
        let unit = random_unit(seed);
        let before = run(&unit, STEPS_MAX, Watch::default());
        let mut done: Vec<&str> = Vec::new();
        for pass in PASSES {
            if done.contains(&pass.name) {
                continue;
            }
            done.push(pass.name);
            // These take edges for split.
            let wants_split = matches!(
                pass.name,
                "unbox" | "hoist-invariants" | "hoist-constants" | "delay-updates" | "place-polls"
            );
            let unit = if wants_split {
                split.run(unit.clone())
            } else {
                unit.clone()
            };
            faults.run(seed, pass, &unit, &before);
        }
    }
    faults.report();
}

#[test]
fn all_passes_together_keep_what_random_units_do() {
    let mut faults = Faults::default();
    for seed in seeds(100) {
        let mut unit = random_unit(seed);
        let before = run(&unit, STEPS_MAX, Watch::default());
        for pass in PASSES {
            match faults.run(seed, pass, &unit, &before) {
                Some(after) => unit = after,
                None => break,
            }
        }
    }
    faults.report();
}
