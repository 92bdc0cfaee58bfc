//! Exact and inexact arithmetic against Python's, on random numbers of many sizes.
//!
//! Skipped where there is no `python3`.

use std::process::Command;
use std::{env, fs, process};

/// Whether the programs of these seeds pass their checks.
fn assert_agreement(options: &[&str], seeds: std::ops::Range<u32>) {
    for seed in seeds {
        let generated = Command::new("python3")
            .arg(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/tests/number_oracle/generate.py"
            ))
            .arg(seed.to_string())
            .output();
        let Ok(generated) = generated else { return };
        let errors = String::from_utf8_lossy(&generated.stderr);
        assert!(generated.status.success(), "the generator failed: {errors}");
        let name = format!("cozen-number-oracle-{}-{seed}.scm", process::id());
        let program = env::temp_dir().join(name);
        fs::write(&program, &generated.stdout).expect("a writable temporary directory");
        let output = Command::new(env!("CARGO_BIN_EXE_cozen"))
            .args(options)
            .arg(&program)
            .output()
            .expect("cozen starts");
        fs::remove_file(&program).expect("the program was written");
        let text = String::from_utf8_lossy(&output.stdout);
        let start: String = text.chars().take(2000).collect();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && text.starts_with("passed"),
            "seed {seed}: {start}{errors}"
        );
    }
}

#[test]
fn arithmetic_agrees_with_that_of_python() {
    assert_agreement(&[], 1..4);
}

#[test]
fn arithmetic_agrees_with_that_of_python_under_stress() {
    assert_agreement(&["--zeal=25", "-O0"], 4..5);
}
