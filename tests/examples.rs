//! The examples print what their `;; expect:` lines say, also when the collector is never at rest.

mod run_cozen;

use run_cozen::{cozen, expected, scheme_files};

fn assert_examples_print_what_they_say(options: &[&str]) {
    for file in scheme_files("examples") {
        let output = cozen(options, &file);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {errors}", file.display());
        let found = String::from_utf8_lossy(&output.stdout);
        assert_eq!(found, expected(&file), "{}: {errors}", file.display());
    }
}

#[test]
fn examples_print_what_they_say() {
    assert_examples_print_what_they_say(&[]);
}

#[test]
fn examples_print_the_same_from_images_that_were_read() {
    assert_examples_print_what_they_say(&["--no-mmap"]);
}

#[test]
fn examples_print_the_same_while_everything_moves() {
    assert_examples_print_what_they_say(&["--zeal"]);
}
