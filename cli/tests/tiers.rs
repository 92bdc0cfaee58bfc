//! Programs do the same as bytecode, as native code, where a coin chooses for each procedure, and where native code is
//! linked to them while they run, where a coin chooses when procedures and loops are entered.

#[path = "support/cozen_command.rs"]
mod cozen_command;
#[path = "support/expected_output.rs"]
mod expected_output;
#[path = "support/scheme_files.rs"]
mod scheme_files;

use std::path::{Path, PathBuf};
use std::process::Output;

use cozen_command::cozen_command;
use expected_output::expected_output;
use scheme_files::scheme_files;

/// `COZEN_TIER`, and the seed of its coin.
const TIERS: [(&str, &str); 6] = [
    ("bytecode", "0"),
    ("native", "0"),
    ("mixed", "1"),
    ("mixed", "2"),
    ("late", "1"),
    ("late", "2"),
];
/// Those for programs with large libraries of their own, which take seconds to compile in a debug build.
const FEW_TIERS: [(&str, &str); 3] = [TIERS[0], TIERS[1], TIERS[4]];
/// Each of them once.
const EACH_TIER: [(&str, &str); 4] = [TIERS[0], TIERS[1], TIERS[2], TIERS[4]];
/// Those in which the claims of a program can be checked: code that checks them is not linked while a program runs.
const TIERS_WITH_CLAIMS: [(&str, &str); 4] = [TIERS[0], TIERS[1], TIERS[2], TIERS[3]];

fn cozen_in_tier(tier: &str, seed: &str, options: &[&str], file: &Path) -> Output {
    cozen_command(options, file)
        .env("COZEN_TIER", tier)
        .env("COZEN_TIER_SEED", seed)
        .output()
        .expect("cozen starts")
}

fn printed(output: &Output) -> (String, Option<i32>) {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (text, output.status.code())
}

fn assert_tiers_agree(options: &[&str], files: &[PathBuf]) {
    assert_agree(TIERS, options, files);
}

fn assert_agree<const COUNT: usize>(
    tiers: [(&str, &str); COUNT],
    options: &[&str],
    files: &[PathBuf],
) {
    assert!(!files.is_empty());
    let mut failures = Vec::new();
    for file in files {
        let runs = tiers.map(|(tier, seed)| {
            let output = cozen_in_tier(tier, seed, options, file);
            let errors = String::from_utf8_lossy(&output.stderr).into_owned();
            (tier, seed, printed(&output), errors)
        });
        let (wanted, others) = runs.split_first().expect("there are tiers");
        for (tier, seed, found, errors) in others {
            if *found != wanted.2 {
                failures.push(format!(
                    "{} as {tier} {seed}: {found:?}\n{errors}instead of {:?}\n{}",
                    file.display(),
                    wanted.2,
                    wanted.3
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The programs of `directory` print in every tier what their `;; expect:` lines say.
fn assert_all_tiers_print_what_is_expected(options: &[&str], directory: &str) {
    assert_print_what_is_expected(&TIERS, options, directory);
}

fn assert_print_what_is_expected(tiers: &[(&str, &str)], options: &[&str], directory: &str) {
    for file in scheme_files(directory) {
        for (tier, seed) in tiers {
            let output = cozen_in_tier(tier, seed, options, &file);
            let errors = String::from_utf8_lossy(&output.stderr);
            let wanted = (expected_output(&file), Some(0));
            let file = file.display();
            assert_eq!(
                printed(&output),
                wanted,
                "{file} as {tier} {seed}: {errors}"
            );
        }
    }
}

/// The checks of the language and its core, and those of portable libraries.
fn checks_of_the_report() -> (Vec<PathBuf>, Vec<PathBuf>) {
    let mut files = scheme_files("tests/scheme");
    files.retain(|file| !file.ends_with("prelude.scm"));
    let is_portable =
        |file: &PathBuf| (file.components()).any(|part| part.as_os_str() == "portable");
    files.into_iter().partition(|file| !is_portable(file))
}

#[test]
fn the_checks_of_the_report_print_the_same_in_all_tiers() {
    let (core, portable) = checks_of_the_report();
    assert_tiers_agree(&[], &core);
    assert_agree(FEW_TIERS, &[], &portable);
}

#[test]
fn the_checks_of_the_report_print_the_same_in_all_tiers_without_optimization() {
    let (core, _) = checks_of_the_report();
    assert_agree(EACH_TIER, &["-O0"], &core);
}

#[test]
fn programs_compared_with_other_schemes_print_the_same_in_all_tiers() {
    for level in ["-O0", "-O2"] {
        assert_tiers_agree(&[level], &scheme_files("tests/differential"));
    }
}

#[test]
fn programs_that_bisect_rewrites_print_the_same_in_all_tiers() {
    assert_tiers_agree(&[], &scheme_files("tests/rewrites"));
}

#[test]
fn examples_print_what_they_say_in_all_tiers_while_everything_moves() {
    assert_all_tiers_print_what_is_expected(&["--zeal"], "examples");
}

#[test]
fn the_checks_of_the_machine_pass_in_all_tiers_while_much_moves() {
    let mut files = scheme_files("tests/scheme/machine");
    // What takes long without that would take hours.
    files.retain(|file| !file.components().any(|part| part.as_os_str() == "large"));
    files.push(PathBuf::from("tests/scheme/library/weak-tables.scm"));
    assert_tiers_agree(&["--zeal=5"], &files);
}

#[test]
fn programs_of_which_each_claim_is_checked_print_the_same_in_all_tiers() {
    let mut files = scheme_files("tests/scheme/compiler");
    files.extend(scheme_files("tests/scheme/machine"));
    for level in ["-O1", "-O2"] {
        assert_agree(TIERS_WITH_CLAIMS, &["--check-facts", level], &files);
    }
    assert_print_what_is_expected(&TIERS_WITH_CLAIMS, &["--check-facts"], "examples");
}

#[test]
fn benches_print_what_they_say_in_all_tiers() {
    assert_all_tiers_print_what_is_expected(&[], "benches/programs");
}

#[test]
fn guard_passes_many_values_in_any_mixture() {
    let file = std::env::temp_dir().join(format!("cozen-{}-values.scm", std::process::id()));
    let program = "(import (scheme base) (scheme write))\
        (write (call-with-values (lambda () (guard (e (#t #f)) (values 1 2))) list))";
    std::fs::write(&file, program).expect("a writable temporary directory");
    for seed in ["0", "1", "2", "3", "4", "5", "6", "7", "8"] {
        let output = cozen_in_tier("mixed", seed, &[], &file);
        assert_eq!(
            printed(&output),
            ("(1 2)".to_owned(), Some(0)),
            "seed {seed}"
        );
    }
    std::fs::remove_file(&file).expect("it was just written");
}
