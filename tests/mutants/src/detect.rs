//! The checks that may notice a fault: which faults each reaches, and which it notices.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::compile::Executable;
use crate::process::{Job, Outcome};

/// How many processes run at a time.
const WORKERS: usize = 2;
/// A check that takes this many times as long as without a fault, and more than the second, hangs.
const SLOWER_MAX: f64 = 8.0;
const SECONDS_MIN: f64 = 5.0;
/// How many random programs a check runs.
const RANDOM_PROGRAMS: u32 = 10;
/// A check that takes longer than this is not used.
const CHECK_SECONDS_MAX: u64 = 60;

/// Something that passes without a fault.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Check {
    /// What the report calls the kind of check.
    pub detector: String,
    pub command: Vec<String>,
    pub environment: Vec<(String, String)>,
    pub directory: String,
    /// The test, of a test executable.
    pub test: Option<String>,
    /// What a program prints.
    pub expected: Vec<u8>,
    pub status: Option<i32>,
    pub seconds: f64,
    /// The mutants whose places it comes by.
    pub reached: Vec<u32>,
}

/// What became of a mutant.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Verdict {
    pub key: String,
    /// `caught`, `hung`, `survived` or `not reached`.
    pub outcome: String,
    /// The kind of check that noticed, or all that did not.
    pub detector: String,
    /// The check that noticed.
    pub by: String,
}

/// All tests of an executable, not run yet.
pub(crate) fn tests_of(executable: &Executable) -> Result<Vec<Check>, String> {
    let job = Job {
        command: vec![&executable.path, "--list", "--format", "terse"],
        directory: &executable.directory,
        keeps_output: true,
        ..Job::default()
    };
    let scratch = std::env::temp_dir().join(format!("mutants-{}", std::process::id()));
    let outcome = job
        .run(Duration::from_secs(60), &scratch)
        .map_err(|error| error.to_string())?;
    let Outcome::Ended(Some(0), printed) = outcome else {
        return Err(format!("{} does not list its tests", executable.path));
    };
    let text = String::from_utf8_lossy(&printed);
    let names = text.lines().filter_map(|line| line.strip_suffix(": test"));
    Ok(names
        .map(|name| Check {
            detector: format!("tests of {}", crate_of(executable)),
            command: vec![executable.path.clone()],
            environment: vec![(
                "CARGO_MANIFEST_DIR".to_owned(),
                executable.directory.clone(),
            )],
            directory: executable.directory.clone(),
            test: Some(name.to_owned()),
            expected: Vec::new(),
            status: Some(0),
            seconds: 0.0,
            reached: Vec::new(),
        })
        .collect())
}

/// The crate that an executable tests.
fn crate_of(executable: &Executable) -> &str {
    let folder = Path::new(&executable.directory).file_name();
    folder
        .and_then(|name| name.to_str())
        .unwrap_or(&executable.name)
}

/// Random programs, some at a time; not run yet. `executable` makes them, `cozen` runs them.
pub(crate) fn random_programs(executable: &Executable, cozen: &Path, count: u32) -> Vec<Check> {
    let cozen = cozen.to_string_lossy().into_owned();
    let starts = (1..=count).step_by(RANDOM_PROGRAMS as usize);
    starts
        .map(|seed| Check {
            detector: "random programs".to_owned(),
            command: vec![executable.path.clone()],
            // With a survey nothing is reduced.
            environment: [
                ("COZEN_COMMAND", cozen.clone()),
                ("COZEN_RANDOM_SEED", seed.to_string()),
                ("COZEN_RANDOM_PROGRAMS", RANDOM_PROGRAMS.to_string()),
                ("COZEN_RANDOM_SURVEY", "1".to_owned()),
            ]
            .map(|(name, value)| (name.to_owned(), value))
            .to_vec(),
            directory: executable.directory.clone(),
            test: Some("random_programs_print_what_the_reference_says".to_owned()),
            expected: Vec::new(),
            status: Some(0),
            seconds: 0.0,
            reached: Vec::new(),
        })
        .collect()
}

/// Programs as `cozen` runs them, not run yet.
pub(crate) fn programs(cozen: &Path, tree: &Path, files: &[PathBuf], options: &str) -> Vec<Check> {
    let (variables, options): (Vec<&str>, Vec<&str>) = options
        .split_whitespace()
        .partition(|word| word.contains('=') && !word.starts_with('-'));
    let environment: Vec<(String, String)> = variables
        .iter()
        .filter_map(|word| word.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let command = |file: &PathBuf| {
        let words = options.iter().map(|&word| word.to_owned());
        let cozen = cozen.to_string_lossy().into_owned();
        let file = file.to_string_lossy().into_owned();
        std::iter::once(cozen).chain(words).chain([file]).collect()
    };
    files
        .iter()
        .map(|file| Check {
            detector: format!(
                "programs {}",
                [&variables[..], &options[..]].concat().join(" ")
            ),
            command: command(file),
            environment: environment.clone(),
            directory: tree.to_string_lossy().into_owned(),
            test: None,
            expected: Vec::new(),
            status: None,
            seconds: 0.0,
            reached: Vec::new(),
        })
        .collect()
}

impl Check {
    fn job<'a>(&'a self, tests: &[&'a str], mutant: String) -> Job<'a> {
        let mut command: Vec<&str> = self.command.iter().map(String::as_str).collect();
        if self.test.is_some() {
            command.extend(["--test-threads=1", "--exact"]);
            command.extend(tests);
        }
        let given = self
            .environment
            .iter()
            .map(|(name, value)| (name.as_str(), value.clone()));
        Job {
            command,
            environment: given.chain([("MUTANT", mutant)]).collect(),
            directory: &self.directory,
            keeps_output: self.test.is_none(),
        }
    }

    /// Runs it without a fault and notes what it reaches. Whether it can be used.
    fn record(&mut self, scratch: &Path) -> std::io::Result<bool> {
        let list = scratch.with_extension("reached");
        let _ = fs::remove_file(&list);
        let test = self.test.clone();
        let tests: Vec<&str> = test.iter().map(String::as_str).collect();
        let mut job = self.job(&tests, "record".to_owned());
        job.environment
            .push(("MUTANT_RECORD", list.to_string_lossy().into_owned()));
        let start = Instant::now();
        let outcome = job.run(Duration::from_secs(CHECK_SECONDS_MAX), scratch)?;
        let seconds = start.elapsed().as_secs_f64();
        let Outcome::Ended(status, printed) = outcome else {
            return Ok(false);
        };
        let is_of_use = match self.test {
            Some(_) => status == Some(0),
            None => status.is_some() && !printed.is_empty(),
        };
        if !is_of_use {
            return Ok(false);
        }
        let text = fs::read_to_string(&list).unwrap_or_default();
        self.reached = text.lines().filter_map(|line| line.parse().ok()).collect();
        (self.status, self.expected, self.seconds) = (status, printed, seconds);
        Ok(true)
    }

    fn name(&self) -> String {
        self.test
            .clone()
            .unwrap_or_else(|| self.command.last().cloned().unwrap_or_default())
    }
}

/// Does `work` for each of `0..count` with as many threads as there are workers.
fn in_parallel(count: usize, work: impl Fn(usize, &Path) + Sync) {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for worker in 0..WORKERS {
            let (next, work) = (&next, &work);
            scope.spawn(move || {
                let name = format!("mutants-{}-{worker}", std::process::id());
                let scratch = std::env::temp_dir().join(name);
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count {
                        return;
                    }
                    work(index, &scratch);
                }
            });
        }
    });
}

/// Runs all checks without a fault; returns those that can be used, with what they reach.
pub(crate) fn record(checks: Vec<Check>) -> Vec<Check> {
    let recorded: Vec<Mutex<Option<Check>>> = checks
        .into_iter()
        .map(|check| Mutex::new(Some(check)))
        .collect();
    in_parallel(recorded.len(), |index, scratch| {
        let mut place = recorded[index].lock().expect("no worker panics");
        if let Some(check) = place.as_mut()
            && !check.record(scratch).unwrap_or(false)
        {
            eprintln!("not used: {} {}", check.detector, check.name());
            *place = None;
        }
    });
    recorded
        .into_iter()
        .filter_map(|place| place.into_inner().expect("no worker panics"))
        .collect()
}

/// Which checks reach each mutant, the fastest first.
pub(crate) fn checks_by_mutant(checks: &[Check]) -> HashMap<u32, Vec<usize>> {
    let mut order: Vec<usize> = (0..checks.len()).collect();
    order.sort_by(|&a, &b| checks[a].seconds.total_cmp(&checks[b].seconds));
    let mut found: HashMap<u32, Vec<usize>> = HashMap::new();
    for index in order {
        for &mutant in &checks[index].reached {
            found.entry(mutant).or_default().push(index);
        }
    }
    found
}

/// Runs the checks in `order` with a mutant switched on until one notices.
fn judge(number: u32, checks: &[Check], order: &[usize], scratch: &Path) -> Option<(bool, usize)> {
    let mut at = 0;
    let mut done_seconds = 0.1;
    while at < order.len() {
        let first = &checks[order[at]];
        let mut seconds = 0.0;
        let mut tests = Vec::new();
        let start = at;
        // As much at once as has been done before: an early failure costs little, and few
        // processes start.
        while at < order.len()
            && checks[order[at]].command == first.command
            && checks[order[at]].environment == first.environment
            && (at == start || first.test.is_some() && seconds < done_seconds)
        {
            seconds += checks[order[at]].seconds;
            tests.extend(checks[order[at]].test.as_deref());
            at += 1;
        }
        done_seconds += seconds;
        let limit = Duration::from_secs_f64((seconds * SLOWER_MAX).max(SECONDS_MIN));
        let outcome = first.job(&tests, number.to_string()).run(limit, scratch);
        let expected = Outcome::Ended(first.status, first.expected.clone());
        match outcome {
            Ok(Outcome::TimedOut) => return Some((true, order[start])),
            Ok(outcome) if outcome != expected => return Some((false, order[start])),
            _ => {}
        }
    }
    None
}

/// Runs each of `mutants`, given with their keys, against each kind of check by itself, unless it
/// is `known`, and calls `tell` with what became of it.
pub(crate) fn run_each_kind(
    mutants: &[(u32, String)],
    checks: &[Check],
    known: &BTreeSet<(String, String)>,
    tell: impl Fn(Verdict) + Sync,
) {
    for detector in crate::table::detectors(checks) {
        let wanted =
            |mutant: &&(u32, String)| !known.contains(&(mutant.1.clone(), detector.to_owned()));
        let mutants: Vec<(u32, String)> = mutants.iter().filter(wanted).cloned().collect();
        let of_kind = |check: &&Check| check.detector == detector;
        let checks: Vec<Check> = checks.iter().filter(of_kind).cloned().collect();
        eprintln!("{detector}: {} mutants", mutants.len());
        run(&mutants, &checks, detector, &tell);
    }
}

/// Runs each of `mutants`, given with their keys, and calls `tell` with what became of it.
pub(crate) fn run(
    mutants: &[(u32, String)],
    checks: &[Check],
    detectors: &str,
    tell: &(impl Fn(Verdict) + Sync),
) {
    let by_mutant = checks_by_mutant(checks);
    in_parallel(mutants.len(), |index, scratch| {
        let (number, key) = &mutants[index];
        let verdict = |outcome: &str, detector: &str, by: String| Verdict {
            key: key.clone(),
            outcome: outcome.to_owned(),
            detector: detector.to_owned(),
            by,
        };
        let Some(order) = by_mutant.get(number) else {
            tell(verdict("not reached", detectors, String::new()));
            return;
        };
        tell(match judge(*number, checks, order, scratch) {
            Some((hung, by)) => {
                let check = &checks[by];
                let outcome = if hung { "hung" } else { "caught" };
                verdict(outcome, &check.detector, check.name())
            }
            None => verdict("survived", detectors, String::new()),
        });
    });
}
