//! Programs are right after any number of the compiler's rewrites.

#[path = "support/cozen_command.rs"]
mod cozen_command;

use std::path::Path;

use cozen_command::cozen_command;

/// What a program prints after `count` rewrites, and how many the compiler says that it did.
fn printed(count: u64, file: &Path) -> (String, u64) {
    let output = cozen_command(&[&format!("--stop-after-rewrite={count}")], file)
        .output()
        .expect("cozen starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{count}: {errors}");
    let done = errors
        .strip_prefix("cozen: ")
        .and_then(|rest| rest.split(' ').next()?.parse().ok());
    (text, done.expect("the number of rewrites is printed"))
}

fn assert_right_after_any_rewrite(name: &str, wanted: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/rewrites")
        .join(name);
    let (text, total) = printed(u64::MAX, &file);
    assert_eq!(text, wanted);
    assert!((20..500).contains(&total), "{name}: {total} rewrites");
    for count in 0..total {
        let (text, done) = printed(count, &file);
        assert_eq!((text.as_str(), done), (wanted, count), "{name}");
    }
}

#[test]
fn closures_and_loops_are_right_after_any_rewrite() {
    assert_right_after_any_rewrite("procedures.scm", "(1 2 6 24) (c d f z) 6 (3 1 2)\n");
}

#[test]
fn arithmetic_is_right_after_any_rewrite() {
    assert_right_after_any_rewrite("numbers.scm", "17.0 926 1342177280 (#t . 3)\n");
}
