//! Random programs print what a plain reference says, at every level, in every tier.
//!
//! A seed makes a program. The sections of a program aim at beliefs of the compiler's passes
//! (`shapes`). The reference (`reference`) says what the program must print. A program that prints
//! something else is reduced, and printed whole. These environment variables make a longer run, or
//! a run of another command:
//!
//! * `COZEN_RANDOM_PROGRAMS`: how many programs;
//! * `COZEN_RANDOM_SECONDS`: no program starts later than this;
//! * `COZEN_RANDOM_SEED`: the seed of the first program; each next program has the next seed;
//! * `COZEN_RANDOM_SHAPES`: names of shapes, separated by commas; others are left out;
//! * `COZEN_RANDOM_SECTIONS`: how many sections a program has at most; a long run has more programs an
//!   hour where many sections share the start of a process;
//! * `COZEN_RANDOM_ZEAL_EVERY`: of how many programs one is run while everything moves, which takes most
//!   of the time;
//! * `COZEN_RANDOM_SURVEY`: if set, all programs run, and a table shows all differences by sort.
//!   Each new sort of difference is also told when it is found;
//! * `COZEN_RANDOM_GUILE`: if set, Guile runs programs whose shapes mean the same to Guile. Where Guile
//!   is not installed, this changes nothing;
//! * `COZEN_COMMAND`: the `cozen` that is tested, from the workspace's folder.

mod compare;
mod datum;
mod modes;
mod program;
mod random;
mod reduce;
mod reference;
mod shapes;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use std::{env, thread};

use compare::{Deviation, Difference, differences};
use modes::{GUILE, MODES, Mode};
use program::Program;
use reduce::reduce;
use reference::Failure;

/// Programs of a run without `COZEN_RANDOM_PROGRAMS`.
const PROGRAMS: u64 = 60;
/// Sections of a program without `COZEN_RANDOM_SECTIONS`.
const SECTIONS: u64 = 3;
/// Long lists are followed, and let go of, by recursion.
const STACK_BYTES: usize = 1 << 29;
/// A long run says every so many programs how far it is.
const PROGRAMS_BETWEEN_NEWS: u64 = 100;

fn number(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{variable} is no number: {text}")),
    )
}

fn wanted_shapes() -> Vec<String> {
    let names = env::var("COZEN_RANDOM_SHAPES").unwrap_or_default();
    let names = names.split(',').filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
}

/// Shape, sort and modes of the differences of a program, and its seed.
type Finding = (String, u64);

struct Search {
    next: AtomicU64,
    first: u64,
    end: u64,
    done: AtomicU64,
    start: Instant,
    seconds_max: u64,
    shapes: Vec<String>,
    sections_max: usize,
    is_survey: bool,
    findings: Mutex<Vec<Finding>>,
    /// Programs that have no reference: they compare nothing.
    skipped: Mutex<BTreeMap<String, u64>>,
    report: Mutex<Option<String>>,
}

impl Search {
    fn run(&self) {
        let modes: Vec<&'static Mode> = MODES.iter().chain([GUILE]).collect();
        loop {
            let seed = self.next.fetch_add(1, Ordering::Relaxed);
            let is_over = self.start.elapsed().as_secs() >= self.seconds_max;
            if seed >= self.end || is_over || self.report.lock().expect("no panic").is_some() {
                return;
            }
            self.say_how_far();
            let program = Program::new(seed, &self.shapes, self.sections_max);
            let wanted = match program.wanted() {
                Ok(wanted) => wanted,
                Err(Failure::NotUnderstood(why)) => {
                    self.tell(format!("seed {seed}: {why}\n{}", program.text()));
                    return;
                }
                Err(failure) => {
                    self.skip(&program, &failure);
                    continue;
                }
            };
            let all = differences(&program, &wanted, seed, &modes);
            match &all[..] {
                [] => {}
                _ if self.is_survey => self.note(&program, seed, &all),
                [first, ..] => self.tell(report(&program, seed, first)),
            }
        }
    }

    /// Ends the search with a report; the first one counts.
    fn tell(&self, report: String) {
        self.report.lock().expect("no panic").get_or_insert(report);
    }

    fn skip(&self, program: &Program, failure: &Failure) {
        let key = format!("{} {failure:?}", program.sections[0].shape);
        *self
            .skipped
            .lock()
            .expect("no panic")
            .entry(key)
            .or_default() += 1;
    }

    /// One finding for each section that differs, or one for a program of which nothing is known.
    fn note(&self, program: &Program, seed: u64, all: &[Difference]) {
        let mut table: BTreeMap<&str, BTreeMap<Deviation, Vec<&str>>> = BTreeMap::new();
        for difference in all {
            let sections = difference.sections();
            let mut shapes: Vec<&str> = sections
                .iter()
                .map(|section| program.sections[*section].shape)
                .collect();
            if shapes.is_empty() {
                shapes.push("(nothing printed)");
            }
            shapes.sort_unstable();
            shapes.dedup();
            for shape in shapes {
                let modes = table.entry(shape).or_default();
                let modes = modes.entry(difference.deviation).or_default();
                modes.push(difference.mode.name);
            }
        }
        for (shape, modes) in table {
            let mut key = shape.to_owned();
            for (deviation, modes) in modes {
                let _ = write!(key, "; {deviation:?}: {}", name_of(&modes));
            }
            self.note_key(key, seed);
        }
    }

    fn note_key(&self, key: String, seed: u64) {
        let mut findings = self.findings.lock().expect("no panic");
        if findings.iter().all(|(other, _)| *other != key) {
            let number = seed - self.first + 1;
            say(&format!("program {number} (seed {seed}) differs: {key}"));
        }
        findings.push((key, seed));
    }

    /// Called before each program.
    fn say_how_far(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed);
        if done > 0 && done.is_multiple_of(PROGRAMS_BETWEEN_NEWS) {
            let differ = self.findings.lock().expect("no panic").len();
            let seconds = self.start.elapsed().as_secs();
            say(&format!(
                "{done} programs in {seconds} s, of which {differ} differ"
            ));
        }
    }
}

/// Whether a program fails in all modes, all native ones or all that optimize fully, or in which.
fn name_of(modes: &[&str]) -> String {
    let all_that = |holds: fn(&str) -> bool| {
        let of_plain = |mode: &&Mode| {
            ["mixed", "late", "zeal"]
                .iter()
                .all(|it| !mode.name.contains(it))
        };
        let mut wanted = MODES
            .iter()
            .filter(of_plain)
            .filter(|mode| holds(mode.name));
        wanted.all(|mode| modes.contains(&mode.name)) && modes.iter().all(|name| holds(name))
    };
    if all_that(|_| true) {
        "all".to_owned()
    } else if all_that(|name| {
        ["native", "mixed", "late"]
            .iter()
            .any(|it| name.contains(it))
    }) {
        "all native".to_owned()
    } else if all_that(|name| name.starts_with("-O2")) {
        "all of -O2".to_owned()
    } else if all_that(|name| !name.starts_with("-O0")) {
        "all but -O0".to_owned()
    } else {
        modes.join(", ")
    }
}

/// Tells something at once, which the test harness would keep to itself until the end.
fn say(news: &str) {
    writeln!(io::stderr(), "{news}").expect("standard error is open");
}

/// The failing program, reduced, and how to get it again.
fn report(program: &Program, seed: u64, difference: &Difference) -> String {
    let modes = [&MODES[0], difference.mode];
    let modes = if difference.mode.name == MODES[0].name {
        &modes[..1]
    } else {
        &modes[..]
    };
    let found = |program: &Program| {
        // What is written of an object is of no use for a comparison.
        let wanted = program
            .wanted()
            .ok()
            .filter(|wanted| !wanted.contains("#<"))?;
        // Where another mode differs too, the smaller program shows something else.
        let [only] = differences(program, &wanted, seed, modes).try_into().ok()?;
        let is_alike = only.mode.name == difference.mode.name
            && only.deviation == difference.deviation
            && (only.deviation != Deviation::End || only.found.end == difference.found.end);
        is_alike.then_some(only)
    };
    let least = reduce(program, |candidate| found(candidate).is_some());
    let least_difference = found(&least);
    let shown = least_difference.as_ref().unwrap_or(difference);
    format!(
        "seed {seed}, {}, {:?}:\n{}\n== wanted\n{}\n== found ({})\n{}\n{}",
        difference.mode.name,
        difference.deviation,
        least.text(),
        shown.wanted,
        shown.found.end,
        shown.found.text,
        shown.found.errors,
    )
}

/// What differs, with the first program of each sort and how many there are.
fn survey(findings: &[Finding], first: u64) -> String {
    let mut table: BTreeMap<&str, (u64, usize)> = BTreeMap::new();
    for (key, seed) in findings {
        let entry = table.entry(key).or_insert((*seed, 0));
        *entry = (entry.0.min(*seed), entry.1 + 1);
    }
    let mut rows: Vec<_> = table.into_iter().collect();
    rows.sort_by_key(|(_, (seed, _))| *seed);
    let mut text = String::new();
    for (key, (seed, count)) in rows {
        let _ = writeln!(
            text,
            "program {} (seed {seed}), {count} in all: {key}",
            seed - first + 1
        );
    }
    text
}

#[test]
fn random_programs_print_what_the_reference_says() {
    let first = number("COZEN_RANDOM_SEED").unwrap_or(1);
    let count = number("COZEN_RANDOM_PROGRAMS").unwrap_or(PROGRAMS);
    let search = Search {
        next: AtomicU64::new(first),
        first,
        end: first + count,
        done: AtomicU64::new(0),
        start: Instant::now(),
        seconds_max: number("COZEN_RANDOM_SECONDS").unwrap_or(u64::MAX),
        shapes: wanted_shapes(),
        sections_max: number("COZEN_RANDOM_SECTIONS").unwrap_or(SECTIONS) as usize,
        is_survey: env::var_os("COZEN_RANDOM_SURVEY").is_some(),
        findings: Mutex::default(),
        skipped: Mutex::default(),
        report: Mutex::default(),
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            let builder = thread::Builder::new().stack_size(STACK_BYTES);
            builder
                .spawn_scoped(scope, || search.run())
                .expect("a thread");
        }
    });
    let report = search.report.into_inner().expect("no panic");
    assert!(report.is_none(), "{}", report.unwrap_or_default());
    let skipped = search.skipped.into_inner().expect("no panic");
    let skipped_count: u64 = skipped.values().sum();
    let findings = search.findings.into_inner().expect("no panic");
    let table = survey(&findings, first);
    assert!(
        findings.is_empty(),
        "{table}\nwithout a reference: {skipped:#?}"
    );
    assert!(
        skipped_count * 20 <= search.done.into_inner(),
        "without a reference: {skipped:#?}"
    );
}
