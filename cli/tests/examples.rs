//! The examples print what their `;; expect:` lines say, also when the collector is never at rest.

#[path = "support/cozen_command.rs"]
mod cozen_command;
#[path = "support/expected_output.rs"]
mod expected_output;
#[path = "support/scheme_files.rs"]
mod scheme_files;

use cozen_command::cozen_command;
use expected_output::expected_output;
use scheme_files::scheme_files;

fn assert_examples_print_what_they_say(options: &[&str]) {
    for file in scheme_files("examples") {
        let output = cozen_command(options, &file)
            .output()
            .expect("cozen starts");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {errors}", file.display());
        let found = String::from_utf8_lossy(&output.stdout);
        assert_eq!(
            found,
            expected_output(&file),
            "{}: {errors}",
            file.display()
        );
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
