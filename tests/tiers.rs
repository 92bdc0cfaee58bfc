//! Programs do the same as bytecode, as native code, and where a coin chooses for each procedure.

mod run_cozen;

use std::path::PathBuf;
use std::process::Output;

use run_cozen::{cozen_in_tier, scheme_files};

/// `COZEN_TIER`, and the seed of its coin.
const TIERS: [(&str, &str); 4] = [
    ("bytecode", "0"),
    ("native", "0"),
    ("mixed", "1"),
    ("mixed", "2"),
];

/// Programs of `benches/programs` that take no more than a second in a debug build.
const SMALL_BENCHES: [&str; 4] = ["bignums.scm", "closures.scm", "records.scm", "strings.scm"];

fn printed(output: &Output) -> (String, Option<i32>) {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (text, output.status.code())
}

fn assert_tiers_agree(options: &[&str], files: &[PathBuf]) {
    assert!(!files.is_empty());
    let mut failures = Vec::new();
    for file in files {
        let [wanted, others @ ..] = TIERS.map(|(tier, seed)| {
            let output = cozen_in_tier(tier, seed, options, file);
            let errors = String::from_utf8_lossy(&output.stderr).into_owned();
            (tier, seed, printed(&output), errors)
        });
        for (tier, seed, found, errors) in others {
            if found != wanted.2 {
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

#[test]
fn the_checks_of_the_report_print_the_same_in_all_tiers() {
    let mut files = scheme_files("tests/scheme");
    files.retain(|file| !file.ends_with("prelude.scm"));
    assert_tiers_agree(&[], &files);
}

#[test]
fn programs_compared_with_other_schemes_print_the_same_in_all_tiers() {
    assert_tiers_agree(&["-O0"], &scheme_files("tests/differential"));
}

#[test]
fn examples_print_the_same_in_all_tiers_while_everything_moves() {
    assert_tiers_agree(&["--zeal"], &scheme_files("examples"));
}

#[test]
fn small_benches_print_the_same_in_all_tiers() {
    let mut files = scheme_files("benches/programs");
    files.retain(|file| SMALL_BENCHES.iter().any(|name| file.ends_with(name)));
    assert_tiers_agree(&[], &files);
}
