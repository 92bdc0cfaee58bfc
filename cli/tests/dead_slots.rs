//! A dead slot keeps nothing alive, and people can see which slots are dead.

#[path = "../../tests/support/runtime.rs"]
mod runtime;

use std::fs;
use std::process::Command;

use runtime::runtime_builder;

/// Holds a flonum, a list that is not used again and a list that is, while the collector runs; answers
/// what the guardian found meanwhile.
const PROGRAM: &str = "\
(import (scheme base) (scheme write) (cozen memory))
(define guardian (make-guardian))
(define (watch object) (guardian object) object)
(define (hold x)
  (let loop ((i 0) (sum 0.0))
    (if (< i x)
        (loop (+ i 1) (+ sum 0.5))
        (let ((dead (watch (list x 'dead)))
              (live (watch (list x 'live))))
          (if (null? dead) (error \"not a list\"))
          (collect-garbage)
          (let ((found (guardian)))
            (list found live (guardian) (+ sum 0.5)))))))
(write (apply hold '(4)))
";

const ANSWER: &str = "((4 dead) (4 live) #f 2.5)";

#[test]
fn a_dead_list_is_collected_while_its_frame_still_runs() {
    let mut runtime = runtime_builder().build().expect("a runtime");
    runtime.enter(|scheme| {
        let forms = PROGRAM.replace("(write (apply hold '(4)))", "(hold 4)");
        scheme.run_text(&forms, "hold.scm").expect("it runs");
        assert_eq!(scheme.heap().written(scheme.value()).unwrap(), ANSWER);
    });
}

/// The frame maps that the disassembly shows for procedure `name`, one string of letters each.
fn frame_maps<'text>(listing: &'text str, name: &str) -> Vec<&'text str> {
    let (_, rest) = listing
        .split_once(&format!("\nprocedure {name} "))
        .unwrap_or_else(|| panic!("no procedure {name} in:\n{listing}"));
    let procedure = rest
        .split("\nprocedure ")
        .next()
        .expect("split answers at least one part");
    let lines = procedure.lines().filter_map(|line| line.strip_suffix(']'));
    lines
        .filter_map(|line| line.rsplit_once('['))
        .map(|(_, letters)| letters)
        .collect()
}

#[test]
fn disassembly_shows_raw_live_dead_and_unused_slots() {
    let file = std::env::temp_dir().join(format!("cozen-dead-slots-{}.scm", std::process::id()));
    fs::write(&file, PROGRAM).expect("a writable temporary directory");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cozen"));
        let output = command
            .args(arguments)
            .arg(&file)
            .output()
            .expect("cozen starts");
        assert!(output.status.success());
        String::from_utf8(output.stdout).expect("cozen writes Unicode")
    };
    let (printed, listing) = (run(&["--zeal"]), run(&["disassemble"]));
    fs::remove_file(&file).expect("it was just written");
    assert_eq!(printed, ANSWER);
    let maps = frame_maps(&listing, "hold");
    let shows = |letter| maps.iter().any(|map| map.contains(letter));
    assert!(
        ['r', 'L', 'd', '-'].into_iter().all(shows),
        "{maps:?} in:\n{listing}"
    );
    let together = |map: &&str| {
        ['r', 'L', 'd']
            .into_iter()
            .all(|letter| map.contains(letter))
    };
    assert!(maps.iter().any(together), "{maps:?} in:\n{listing}");
}
