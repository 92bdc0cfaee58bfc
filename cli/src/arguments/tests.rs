//! Command lines, good and bad.

use std::os::unix::ffi::OsStringExt as _;

use super::*;

fn parsed(line: &str) -> Arguments {
    parse(line.split_whitespace().map(OsString::from)).expect("a good command line")
}

#[test]
fn what_follows_the_program_is_the_programs() {
    let arguments = parsed("--zeal=3 --heap-max 64M prog.scm --gc-stats x");
    assert_eq!(
        arguments.options.zeal,
        Some(Zeal::Every(NonZeroU32::new(3).unwrap()))
    );
    assert_eq!(arguments.options.heap_bytes_max, Some(64 << 20));
    assert!(!arguments.options.gc_statistics, "it stands after the file");
    assert_eq!(
        arguments.command,
        Command::RunSource {
            file: "prog.scm".into(),
            arguments: vec!["--gc-stats".into(), "x".into()],
        }
    );
}

#[test]
fn a_program_gets_arguments_of_any_bytes() {
    let word = || OsString::from_vec(b"a\xffb".to_vec());
    for (words, file) in [(&["p.scm"][..], "p.scm"), (&["run", "p.czo"], "p.czo")] {
        let words = words.iter().map(OsString::from).chain([word()]);
        let (Command::RunSource {
            arguments,
            file: found,
        }
        | Command::RunImage {
            arguments,
            file: found,
        }) = parse(words).expect("a good command line").command
        else {
            panic!("a program is run");
        };
        assert_eq!(
            (found, arguments),
            (file.into(), vec!["a\u{fffd}b".to_owned()])
        );
    }
    parse(["-e".into(), word()]).expect_err("an expression is text");
}

#[test]
fn subcommands_take_options_after_their_name() {
    let arguments = parsed("compile a.scm -o a.czo --dump-after=contify --stop-after-rewrite=9");
    assert_eq!(arguments.options.rewrites_max, Some(9));
    assert_eq!(arguments.options.dump_after.as_deref(), Some("contify"));
    assert_eq!(
        arguments.command,
        Command::Compile {
            file: "a.scm".into(),
            output: Some("a.czo".into())
        }
    );
    let arguments = parsed("run --no-mmap a.czo --no-mmap");
    assert!(arguments.options.no_mmap);
    assert_eq!(
        arguments.command,
        Command::RunImage {
            file: "a.czo".into(),
            arguments: vec!["--no-mmap".into()]
        }
    );
}

#[test]
fn the_last_word_about_native_code_counts() {
    assert_eq!(parsed("prog.scm").options.tier, None);
    let options = parsed("--no-native --native --time-passes prog.scm").options;
    assert_eq!(
        (options.tier, options.time_passes),
        (Some(Tier::Native), true)
    );
    assert_eq!(
        parsed("--no-native prog.scm").options.tier,
        Some(Tier::Bytecode)
    );
}

#[test]
fn levels_are_named_by_digits() {
    assert_eq!(parsed("-O0 prog.scm").options.level, Level::None);
    assert_eq!(parsed("prog.scm").options.level, Level::Full);
    let error = parse(["-O3".into()]).expect_err("there are three levels");
    assert_eq!(error.to_string(), "-O: expected 0, 1 or 2, found 3");
}

#[test]
fn zeal_is_counted_or_paced() {
    let zeal = |line| parsed(line).options.zeal;
    assert_eq!(zeal("--zeal x.scm"), Some(Zeal::Every(NonZeroU32::MIN)));
    assert_eq!(zeal("--zeal=paced x.scm"), Some(Zeal::Paced { seed: 0 }));
    assert_eq!(zeal("--zeal=paced:7 x.scm"), Some(Zeal::Paced { seed: 7 }));
    for wrong in ["0", "-1", "paced:", "paced:x", "paced7", "often"] {
        let error = parse([format!("--zeal={wrong}").into()]).expect_err("none of them");
        let expected =
            format!("--zeal: expected a number from 1, paced or paced:SEED, found {wrong:?}");
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn only_compile_writes_a_file() {
    for line in ["-o x prog.scm", "-o x -e 1", "-o x", "-o x run y.czo"] {
        let words = line.split_whitespace().map(OsString::from);
        let error = parse(words).expect_err("nothing would be written");
        assert_eq!(
            error.to_string(),
            "-o: only compile, build, strip and pagemap write a file"
        );
    }
}

#[test]
fn what_is_not_a_size_is_named() {
    let error = parse(["--heap-max=lots".into()]).expect_err("not a number");
    assert_eq!(
        error.to_string(),
        "--heap-max: expected bytes such as 64M, found \"lots\""
    );
}
