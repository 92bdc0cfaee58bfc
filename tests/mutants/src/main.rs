//! Mutation testing of the workspace with one build for all faults; see README.md.

mod compile;
mod detect;
mod edit;
mod faults;
mod find;
mod operators;
mod process;
mod report;
mod table;
mod tree;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;

use serde::Deserialize;

use compile::{Executable, Target};
use detect::{Check, Verdict};
use faults::{Fault, edit_of, read_faults};
use report::{Equivalent, Listed};
use tree::{Source, Wanted};

const USAGE: &str = "usage:
  mutants check                          every fault of faults.toml fits its source
  mutants build SCRATCH [--sample=N] [FOLDER…]
                                         plant the faults in a copy, or each N-th of them; build its tests
  mutants build-faults SCRATCH           plant those of faults.toml alone; build tests, command line, random programs
  mutants build-cozen SCRATCH [--sample=N] [FOLDER…]
                                         the same for the command line
  mutants record SCRATCH                 run each test once, note what it reaches
  mutants record-programs SCRATCH DIRECTORY OPTIONS…
                                         the same for the programs in a directory
  mutants run SCRATCH [--again] [--seconds=N] [PART…]
                                         run the tests on each mutant without a verdict, or with --again on what
                                         survived, or on those whose key has one of the parts; leave out tests
                                         that take longer than N seconds
  mutants record-random SCRATCH COUNT    the same for random programs; all of these after build-faults
  mutants table SCRATCH [PART…]          run each fault of faults.toml against each kind of check, print the table
  mutants run-programs SCRATCH [PART…]   run the programs on each mutant that survived
  mutants report SCRATCH                 print the table and what survived";

/// What is built to run the tests of a crate.
const TESTS: [(&str, Target); 3] = [
    (
        "compiler",
        &["test", "-p", "cozen-compiler", "--lib", "--no-run"],
    ),
    ("gc", &["test", "-p", "cozen-gc", "--no-run"]),
    (
        "native",
        &["test", "-p", "cozen-native", "--lib", "--no-run"],
    ),
];
/// What is built to run programs.
const COZEN: Target = &["build", "-p", "cozen-cli", "--bins", "--profile", "quick"];
/// What is built to try the faults of `faults.toml` alone: the command line comes with its tests.
const OF_FAULTS: [Target; 4] = [
    TESTS[0].1,
    TESTS[1].1,
    TESTS[2].1,
    &[
        "test",
        "-p",
        "cozen-cli",
        "--test",
        RANDOM_PROGRAMS,
        "--no-run",
    ],
];
const RANDOM_PROGRAMS: &str = "random_programs";
/// A test of what does not compile runs cargo: it says nothing of faults.
const UNUSED_EXECUTABLES: [&str; 1] = ["compile_fail"];

#[derive(Default, Deserialize)]
struct Equivalents {
    #[serde(default)]
    equivalent: Vec<Equivalent>,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match act(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("mutants: {message}");
            ExitCode::FAILURE
        }
    }
}

fn act(words: &[String]) -> Result<(), String> {
    let [command, rest @ ..] = words else {
        return Err(USAGE.to_owned());
    };
    if command == "check" {
        return check();
    }
    let [scratch, rest @ ..] = rest else {
        return Err(USAGE.to_owned());
    };
    let scratch = Path::new(scratch);
    fs::create_dir_all(scratch).map_err(|error| error.to_string())?;
    let scratch = scratch.canonicalize().map_err(|error| error.to_string())?;
    match command.as_str() {
        "build" => build(&scratch, rest),
        "build-faults" => build_faults(&scratch),
        "build-cozen" => build_cozen(&scratch, rest),
        "record" => record_tests(&scratch),
        "record-random" => record_random(&scratch, rest),
        "table" => run_table(&scratch, rest),
        "record-programs" => record_programs(&scratch, rest),
        "run" => run(&scratch, "checks", rest),
        "run-programs" => run(
            &scratch,
            "programs",
            &[rest, &["--again".to_owned()]].concat(),
        ),
        "report" => print_report(&scratch),
        _ => Err(USAGE.to_owned()),
    }
}

fn faults_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("faults.toml")
}

fn check() -> Result<(), String> {
    let faults = read_faults(&faults_file())?;
    let mut problems = Vec::new();
    for fault in &faults {
        let text = fs::read_to_string(tree::workspace().join(&fault.file)).unwrap_or_default();
        match edit_of(fault, &text) {
            Ok(_) => println!("{}: {}", fault.name, fault.says),
            Err(problem) => problems.push(problem),
        }
    }
    let equivalents = equivalents()?;
    println!("{} faults, {} equivalents", faults.len(), equivalents.len());
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems.join("\n"))
    }
}

fn equivalents() -> Result<Vec<Equivalent>, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("equivalent.toml");
    let text = fs::read_to_string(&path).unwrap_or_default();
    let read: Equivalents = toml::from_str(&text).map_err(|error| error.to_string())?;
    if let Some(entry) = read.equivalent.iter().find(|entry| entry.why.is_empty()) {
        return Err(format!(
            "equivalent mutant without a reason: {}",
            entry.plus
        ));
    }
    Ok(read.equivalent)
}

/// The folders of `build`, and of how many faults one is planted.
fn folders(words: &[String]) -> Result<(Vec<String>, usize), String> {
    let (flags, folders): (Vec<&String>, Vec<&String>) =
        words.iter().partition(|word| word.starts_with("--"));
    let mut step = 1;
    for flag in flags {
        let number = flag.strip_prefix("--sample=").ok_or(USAGE)?;
        step = number.parse().map_err(|error| format!("{flag}: {error}"))?;
    }
    if folders.is_empty() {
        return Ok((tree::FOLDERS.map(str::to_owned).to_vec(), step.max(1)));
    }
    Ok((folders.into_iter().cloned().collect(), step.max(1)))
}

/// Faults that do not fit are told and left out.
fn fitting_faults() -> Result<Vec<Fault>, String> {
    let mut faults = read_faults(&faults_file())?;
    faults.retain(|fault| {
        let text = fs::read_to_string(tree::workspace().join(&fault.file)).unwrap_or_default();
        let edit = edit_of(fault, &text);
        if let Err(problem) = &edit {
            eprintln!("left out: {problem}");
        }
        edit.is_ok()
    });
    Ok(faults)
}

fn build(scratch: &Path, words: &[String]) -> Result<(), String> {
    let faults = fitting_faults()?;
    let (folders, step) = folders(words)?;
    let targets: Vec<Target> = TESTS
        .iter()
        .filter(|(name, _)| folders.iter().any(|folder| folder.starts_with(name)))
        .map(|(_, target)| *target)
        .collect();
    let wanted = Wanted {
        folders: &folders,
        faults: &faults,
        step,
    };
    let (sources, executables) = compile::build(scratch, &wanted, &targets)?;
    write_mutants(scratch, &sources)?;
    list_tests(scratch, &executables)
}

fn build_faults(scratch: &Path) -> Result<(), String> {
    let wanted = Wanted {
        folders: &[],
        faults: &fitting_faults()?,
        step: 1,
    };
    let (sources, executables) = compile::build(scratch, &wanted, &OF_FAULTS)?;
    write_mutants(scratch, &sources)?;
    let _ = fs::remove_file(scratch.join("programs.json"));
    let (random, tests): (Vec<Executable>, Vec<Executable>) = executables
        .into_iter()
        .partition(|executable| executable.name == RANDOM_PROGRAMS);
    write_json(&scratch.join("random.json"), &random)?;
    list_tests(scratch, &tests)
}

/// Notes the mutants of a build, and how many were found in each file.
fn write_mutants(scratch: &Path, sources: &[Source]) -> Result<(), String> {
    let found: Vec<(&str, usize)> = sources
        .iter()
        .map(|source| (&*source.path, source.found))
        .collect();
    write_json(&scratch.join("found.json"), &found)?;
    write_json(&scratch.join("mutants.json"), &report::list(sources))
}

fn list_tests(scratch: &Path, executables: &[Executable]) -> Result<(), String> {
    let mut checks = Vec::new();
    for executable in executables {
        if UNUSED_EXECUTABLES.contains(&executable.name.as_str()) {
            continue;
        }
        match detect::tests_of(executable) {
            Ok(tests) => checks.extend(tests),
            Err(problem) => eprintln!("not used: {problem}"),
        }
    }
    write_json(&scratch.join("tests.json"), &checks)
}

fn build_cozen(scratch: &Path, words: &[String]) -> Result<(), String> {
    let faults = fitting_faults()?;
    let (folders, step) = folders(words)?;
    let wanted = Wanted {
        folders: &folders,
        faults: &faults,
        step,
    };
    let (sources, _) = compile::build(scratch, &wanted, &[COZEN])?;
    write_mutants(scratch, &sources)?;
    let _ = fs::remove_file(scratch.join("programs.json"));
    Ok(())
}

fn record_tests(scratch: &Path) -> Result<(), String> {
    let checks: Vec<Check> = read_json(&scratch.join("tests.json"))?;
    let checks = detect::record(checks);
    let seconds: f64 = checks.iter().map(|check| check.seconds).sum();
    eprintln!("{} checks, {seconds:.1} s", checks.len());
    write_json(&scratch.join("checks.json"), &checks)
}

/// The faulty command line: that of `build-faults`, which has its checks, or that of `build-cozen`.
fn cozen_of(scratch: &Path) -> PathBuf {
    let of_faults = scratch.join("random.json").exists();
    scratch.join(if of_faults {
        "target/debug/cozen"
    } else {
        "target/quick/cozen"
    })
}

fn record_random(scratch: &Path, words: &[String]) -> Result<(), String> {
    let count = words.first().and_then(|word| word.parse().ok());
    let count = count.ok_or_else(|| USAGE.to_owned())?;
    let executables: Vec<Executable> = read_json(&scratch.join("random.json"))?;
    let mut checks: Vec<Check> = read_json(&scratch.join("programs.json")).unwrap_or_default();
    for executable in &executables {
        let programs = detect::random_programs(executable, &cozen_of(scratch), count);
        checks.extend(detect::record(programs));
    }
    write_json(&scratch.join("programs.json"), &checks)
}

fn run_table(scratch: &Path, parts: &[String]) -> Result<(), String> {
    let mut listed: Vec<Listed> = read_json(&scratch.join("mutants.json"))?;
    listed.retain(|mutant| mutant.operator.starts_with("fault:"));
    let is_wanted = |mutant: &&Listed| {
        let has = |part: &String| mutant.operator.contains(part.as_str());
        parts.is_empty() || parts.iter().any(has)
    };
    let faults: Vec<(u32, String)> = listed
        .iter()
        .filter(is_wanted)
        .map(|mutant| (mutant.number, mutant.key.clone()))
        .collect();
    let mut checks: Vec<Check> = read_json(&scratch.join("checks.json")).unwrap_or_default();
    let programs: Vec<Check> = read_json(&scratch.join("programs.json")).unwrap_or_default();
    checks.extend(programs);
    let path = scratch.join("table.jsonl");
    let known = if parts.is_empty() {
        table::known(&fs::read_to_string(&path).unwrap_or_default())
    } else {
        BTreeSet::new()
    };
    let file = verdicts_file(&path)?;
    detect::run_each_kind(&faults, &checks, &known, |verdict| note(&file, &verdict));
    let text = fs::read_to_string(&path).map_err(|error| error.to_string())?;
    print!("{}", table::table(&listed, &text));
    Ok(())
}

fn verdicts_file(path: &Path) -> Result<Mutex<fs::File>, String> {
    let file = fs::OpenOptions::new().create(true).append(true).open(path);
    Ok(Mutex::new(file.map_err(|error| error.to_string())?))
}

fn note(file: &Mutex<fs::File>, verdict: &Verdict) {
    let line = serde_json::to_string(verdict).expect("verdicts are plain");
    let mut file = file.lock().expect("no worker panics");
    writeln!(file, "{line}").expect("a writable file for verdicts");
}

fn record_programs(scratch: &Path, words: &[String]) -> Result<(), String> {
    let [directory, options @ ..] = words else {
        return Err(USAGE.to_owned());
    };
    let tree = scratch.join("tree");
    let entries = fs::read_dir(tree.join(directory)).map_err(|error| error.to_string())?;
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "scm"))
        .collect();
    files.sort();
    let cozen = cozen_of(scratch);
    let mut checks: Vec<Check> = read_json(&scratch.join("programs.json")).unwrap_or_default();
    for options in options {
        checks.extend(detect::record(detect::programs(
            &cozen, &tree, &files, options,
        )));
    }
    write_json(&scratch.join("programs.json"), &checks)
}

fn run(scratch: &Path, checks: &str, words: &[String]) -> Result<(), String> {
    let (flags, parts): (Vec<&String>, Vec<&String>) =
        words.iter().partition(|word| word.starts_with("--"));
    let seconds_max = flags
        .iter()
        .find_map(|flag| flag.strip_prefix("--seconds="));
    let seconds_max = seconds_max.map_or(Ok(f64::MAX), str::parse);
    let seconds_max = seconds_max.map_err(|error| error.to_string())?;
    let again = flags.iter().any(|flag| *flag == "--again");
    let listed: Vec<Listed> = read_json(&scratch.join("mutants.json"))?;
    let name = format!("{checks}.json");
    let mut checks: Vec<Check> = read_json(&scratch.join(name))?;
    checks.retain(|check| check.seconds <= seconds_max);
    let path = scratch.join("verdicts.jsonl");
    let known = report::verdicts(&fs::read_to_string(&path).unwrap_or_default());
    let is_wanted = |mutant: &Listed| {
        let has = |part: &&String| {
            mutant.key.contains(part.as_str()) || mutant.operator.contains(part.as_str())
        };
        let is_named = parts.is_empty() || parts.iter().any(has);
        is_named
            && match known.get(&mutant.key) {
                None => !again,
                Some(verdict) => {
                    let lives = matches!(&*verdict.outcome, "survived" | "not reached");
                    if again { lives } else { !parts.is_empty() }
                }
            }
    };
    let mut mutants: Vec<(u32, String)> = listed
        .into_iter()
        .filter(is_wanted)
        .map(|mutant| (mutant.number, mutant.key))
        .collect();
    // What is done of a run that is stopped is a sample of all.
    mutants.sort_by_key(|mutant| mutant.0.reverse_bits());
    let file = verdicts_file(&path)?;
    let detectors = table::detectors(&checks).join(", ");
    eprintln!("{} mutants", mutants.len());
    detect::run(&mutants, &checks, &detectors, &|verdict| {
        note(&file, &verdict);
    });
    Ok(())
}

fn print_report(scratch: &Path) -> Result<(), String> {
    let listed: Vec<Listed> = read_json(&scratch.join("mutants.json"))?;
    let text = fs::read_to_string(scratch.join("verdicts.jsonl")).unwrap_or_default();
    let found: Vec<(String, usize)> = read_json(&scratch.join("found.json")).unwrap_or_default();
    let (verdicts, equivalents) = (report::verdicts(&text), equivalents()?);
    println!(
        "{}",
        report::by_folder(&listed, &found, &verdicts, &equivalents)
    );
    print!("{}", report::report(&listed, &verdicts, &equivalents));
    Ok(())
}

fn write_json(path: &Path, value: &impl serde::Serialize) -> Result<(), String> {
    let text = serde_json::to_vec(value).map_err(|error| error.to_string())?;
    fs::write(path, text).map_err(|error| error.to_string())
}

fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, String> {
    let bytes = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_slice(&bytes).map_err(|error| format!("{}: {error}", path.display()))
}
