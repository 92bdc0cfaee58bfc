//! `cozen build` and `cozen strip`: executables that carry a program, and images without names and lines.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use cozen::link::{Executable, ExecutableKind};

use super::{Scratch, cozen, err, out, text};

const IMPORTS: &str = "(import (scheme base) (scheme write) (scheme process-context))\n";

/// A program that uses `eval`.
const EVALUATES: &str = "(import (scheme base) (scheme write) (scheme eval))
    (write (guard (e (#t (error-object-message e))) (eval '(* 6 7) (environment '(scheme base)))))";

/// Builds a program, with options.
fn build(scratch: &Scratch, program: &str, options: &[&str]) -> PathBuf {
    let (source, executable) = (scratch.file("app.scm", program), scratch.0.join("app"));
    let words = [&["build", text(&source), "-o", text(&executable)], options].concat();
    let output = cozen(&words);
    assert!(output.status.success(), "{}", err(&output));
    assert_eq!(err(&output), "");
    executable
}

fn run(executable: &Path, arguments: &[&str]) -> Output {
    Command::new(executable)
        .args(arguments)
        .output()
        .expect("it starts")
}

/// Whether a command ends well; a command that is not installed does not.
fn succeeds(words: &[&str]) -> bool {
    let status = Command::new(words[0]).args(&words[1..]).output();
    status.is_ok_and(|output| output.status.success())
}

#[test]
fn a_built_program_gets_its_arguments_and_gives_its_status() {
    let scratch = Scratch::new("build-arguments");
    let program = format!("{IMPORTS}(write (cdr (command-line))) (exit 7)");
    let app = build(&scratch, &program, &[]);
    let output = run(&app, &["one", "--help", "-e"]);
    assert_eq!(out(&output), "(\"one\" \"--help\" \"-e\")");
    assert_eq!(output.status.code(), Some(7));
}

#[test]
fn tools_look_into_the_image_of_a_built_program() {
    let scratch = Scratch::new("build-tools");
    let program =
        format!("{IMPORTS}(define (twice-of-it x) (* 2 x))\n(write (map twice-of-it '(1)))");
    let app = build(&scratch, &program, &[]);
    for tool in ["size", "readelf", "disassemble"] {
        let output = cozen(&[tool, text(&app)]);
        assert!(output.status.success(), "{tool}: {}", err(&output));
        assert!(out(&output).contains("twice-of-it"), "{tool}");
    }
    assert!(out(&cozen(&["verify", text(&app)])).contains("right      bytecode"));
}

#[test]
fn a_built_program_reports_what_it_raises_as_a_program_that_cozen_runs() {
    let scratch = Scratch::new("build-raises");
    let program = format!("{IMPORTS}(define (f x)\n  (+ 1 (car x)))\n(display (map f '(5)))\n");
    let app = build(&scratch, &program, &[]);
    let built = run(&app, &[]);
    let source = scratch.0.join("app.scm");
    let ran = cozen(&[text(&source)]);
    assert!(err(&built).contains("app.scm:3:"), "{}", err(&built));
    assert_eq!(err(&built), err(&ran));
    assert_eq!(built.status.code(), Some(1));
}

#[test]
fn a_built_program_runs_where_there_is_nothing_else() {
    let scratch = Scratch::new("build-alone");
    let program = format!("{IMPORTS}(write (cdr (command-line)))");
    let app = build(&scratch, &program, &[]);
    let is_static = !String::from_utf8_lossy(&fs::read(&app).unwrap()).contains("/lib64/ld-");
    let as_root = ["unshare", "--user", "--map-root-user"];
    if !is_static || !succeeds(&[&as_root[..], &["true"]].concat()) {
        return;
    }
    let root = scratch.0.join("root");
    fs::create_dir(&root).unwrap();
    fs::rename(&app, root.join("app")).unwrap();
    let output = Command::new(as_root[0])
        .args(&as_root[1..])
        .args(["chroot", text(&root), "/app", "x"])
        .output()
        .unwrap();
    assert_eq!(out(&output), "(\"x\")", "{}", err(&output));
}

#[test]
fn a_program_that_uses_eval_gets_the_compiler_and_others_do_not() {
    let scratch = Scratch::new("build-eval");
    let kind = |program: &str| {
        let image = scratch.0.join("app.czo");
        let source = scratch.file("app.scm", program);
        assert!(
            cozen(&["compile", text(&source), "-o", text(&image)])
                .status
                .success()
        );
        let image = fs::read(image).unwrap();
        let view = cozen::inspect::ImageView::parse(&image).unwrap();
        cozen::link::uses_compiler(&view)
    };
    for program in [
        EVALUATES,
        "(import (scheme base) (scheme load)) (define (f) (load \"x\")) (f)",
        "(import (scheme base) (scheme repl) (scheme write)) (write (interaction-environment))",
        "(import (scheme r5rs)) (write (null-environment 5))",
    ] {
        assert!(kind(program), "{program}");
    }
    for program in [
        "(import (scheme base) (scheme eval)) 'eval",
        "(import (scheme base) (scheme write)) (define (eval load) (display '(eval load))) (eval 1)",
    ] {
        assert!(!kind(program), "{program}");
    }
    let app = build(&scratch, EVALUATES, &[]);
    assert_eq!(out(&run(&app, &[])), "42");
    let small = build(&scratch, EVALUATES, &["--without-compiler"]);
    let said = out(&run(&small, &[]));
    assert!(said.contains("no compiler"), "{said}");
}

#[test]
fn the_word_about_the_compiler_counts() {
    let scratch = Scratch::new("build-with");
    let program = format!("{IMPORTS}(display 1)");
    let small = fs::read(build(&scratch, &program, &[])).unwrap();
    let app = build(&scratch, &program, &["--with-compiler"]);
    assert!(fs::metadata(&app).unwrap().len() > 2 * small.len() as u64);
    assert_eq!(out(&run(&app, &[])), "1");
    let output = cozen(&["build", "--with-compiler", "--without-compiler", "x.scm"]);
    assert!(err(&output).contains("contradict"), "{}", err(&output));
    let (file, own) = (scratch.0.join("app.scm"), env!("CARGO_BIN_EXE_cozen"));
    let runtime = format!("--runtime={own}");
    let output = cozen(&["build", text(&file), &runtime, "--without-compiler"]);
    assert!(err(&output).contains("has a compiler"), "{}", err(&output));
    let kind = Executable::kind(&fs::read(own).unwrap()).unwrap();
    assert_eq!(kind, ExecutableKind::WithCompiler);
}

#[test]
fn the_same_program_gives_the_same_executable_in_any_directory() {
    let scratch = Scratch::new("build-same");
    let program = format!("{IMPORTS}(define (f x) (* x 3)) (display (map f '(1 2 3)))");
    let mut built = Vec::new();
    for name in ["one", "another"] {
        let folder = scratch.0.join(name);
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("app.scm"), &program).unwrap();
        let status = Command::new(env!("CARGO_BIN_EXE_cozen"))
            .args(["build", "app.scm"])
            .current_dir(&folder)
            .status()
            .unwrap();
        assert!(status.success());
        assert_eq!(out(&run(&folder.join("app"), &[])), "(3 6 9)");
        built.push(fs::read(folder.join("app")).unwrap());
    }
    assert!(built[0] == built[1]);
}

#[test]
fn a_prefix_of_source_files_can_be_renamed() {
    let scratch = Scratch::new("build-prefix");
    let mut built = Vec::new();
    for name in ["one", "another"] {
        let folder = scratch.0.join(name);
        fs::create_dir(&folder).unwrap();
        let source = folder.join("app.scm");
        fs::write(&source, format!("{IMPORTS}(car (command-line))\n(car 5)")).unwrap();
        let app = folder.join("app");
        let option = format!("--source-prefix={}/={}", text(&folder), "src/");
        let output = cozen(&["build", &option, text(&source), "-o", text(&app)]);
        assert!(output.status.success(), "{}", err(&output));
        let said = err(&run(&app, &[]));
        assert!(said.starts_with("src/app.scm:3:"), "{said}");
        built.push(fs::read(app).unwrap());
    }
    assert!(built[0] == built[1]);
    let output = cozen(&["build", "--source-prefix=x", "app.scm"]);
    assert!(
        err(&output).contains("expected OLD=NEW"),
        "{}",
        err(&output)
    );
}

#[test]
fn an_image_can_be_built_and_bytecode_brings_the_library_of_bytecode() {
    let scratch = Scratch::new("build-image");
    let program = format!(
        "{IMPORTS}(define (sum n s) (if (= n 0) s (sum (- n 1) (+ s n))))
        (write (map (lambda (n) (sum n 0)) (map length (list '(1) (command-line)))))"
    );
    let source = scratch.file("app.scm", &program);
    let image = scratch.0.join("app.czo");
    let words = ["compile", "--no-native", text(&source), "-o", text(&image)];
    assert!(cozen(&words).status.success());
    let (app, native) = (scratch.0.join("app"), scratch.0.join("native"));
    assert!(
        cozen(&["build", text(&image), "-o", text(&app)])
            .status
            .success()
    );
    assert!(
        cozen(&["build", "--native", text(&source), "-o", text(&native)])
            .status
            .success()
    );
    let bytes = |path: &Path| fs::metadata(path).unwrap().len();
    assert!(bytes(&app) < bytes(&native));
    for path in [app, native] {
        assert_eq!(out(&run(&path, &["x"])), "(1 3)");
    }
}

#[test]
fn strip_leaves_an_executable_that_runs_and_a_program_that_is_gone_is_told() {
    let scratch = Scratch::new("build-strip");
    let app = build(&scratch, &format!("{IMPORTS}(display 'kept)"), &[]);
    if !succeeds(&["strip", text(&app)]) {
        return;
    }
    assert_eq!(out(&run(&app, &[])), "kept");
    for section in [".cozen.program", ".cozen.library"] {
        let cut = scratch.0.join("cut");
        let option = ["objcopy", "-R", section, text(&app), text(&cut)];
        assert!(succeeds(&option), "{section}");
        let output = run(&cut, &[]);
        // The tool may leave the bytes where they are, without a name.
        let is_told = err(&output).contains("program") && output.status.code() == Some(2);
        assert!(
            is_told || out(&output) == "kept",
            "{section}: {}",
            err(&output)
        );
    }
}

#[test]
fn limits_of_the_build_hold_for_the_program() {
    let scratch = Scratch::new("build-limits");
    let program = format!(
        "{IMPORTS}(display (guard (e (#t 'limited)) (vector-length (make-vector 10000000 0))))"
    );
    let app = build(&scratch, &program, &["--heap-max=16M"]);
    assert_eq!(out(&run(&app, &[])), "limited");
    let app = build(&scratch, &program, &[]);
    assert_eq!(out(&run(&app, &[])), "10000000");
}

#[test]
fn what_cannot_carry_a_program_is_named() {
    let scratch = Scratch::new("build-carriers");
    let source = scratch.file("app.scm", "(import (scheme base)) 1");
    let app = build(&scratch, "(import (scheme base)) 1", &[]);
    let text_file = scratch.file("text", "no ELF");
    let short = scratch.0.join("short");
    fs::write(&short, &fs::read(&app).unwrap()[..1000]).unwrap();
    let cases = [
        (text(&app), "carries a program already"),
        (text(&text_file), "no ELF file"),
        (text(&short), "the ELF file is damaged"),
        ("/proc/self/maps", "no ELF file"),
        ("/bin/true", "no slot"),
        ("/nonexistent", "/nonexistent cannot be used"),
        ("/", "cannot be used"),
    ];
    for (runtime, message) in cases {
        let option = format!("--runtime={runtime}");
        let target = scratch.0.join("new");
        let output = cozen(&["build", text(&source), &option, "-o", text(&target)]);
        assert_eq!(output.status.code(), Some(2), "{runtime}");
        assert!(
            err(&output).contains(message),
            "{runtime}: {}",
            err(&output)
        );
        assert!(!target.exists(), "{runtime}");
    }
    let output = cozen(&["build", text(&source), "-o", text(&source)]);
    assert!(err(&output).contains("is the source"), "{}", err(&output));
    let runtime = Command::new(env!("CARGO_BIN_EXE_cozen-runtime"))
        .output()
        .unwrap();
    assert!(
        err(&runtime).contains("carries no program"),
        "{}",
        err(&runtime)
    );
    assert_eq!(runtime.status.code(), Some(2));
}

#[test]
fn a_stripped_image_runs_the_same_and_keeps_as_much_as_it_is_told() {
    let scratch = Scratch::new("strip");
    let program = format!("{IMPORTS}(define (fail x)\n  (car x))\n(display (fail 5))");
    let source = scratch.file("app.scm", &program);
    let image = scratch.0.join("app.czo");
    assert!(
        cozen(&["compile", text(&source), "-o", text(&image)])
            .status
            .success()
    );
    let whole = err(&cozen(&["run", text(&image)]));
    let mut sizes = vec![fs::metadata(&image).unwrap().len()];
    for (debug, shown) in [
        ("full", &*whole),
        ("lines", &whole),
        ("none", "cozen: car: "),
    ] {
        let stripped = scratch.0.join("stripped.czo");
        let option = format!("--debug={debug}");
        let output = cozen(&["strip", &option, text(&image), "-o", text(&stripped)]);
        assert!(output.status.success(), "{}", err(&output));
        let found = err(&cozen(&["run", text(&stripped)]));
        assert!(found.starts_with(shown), "{debug}: {found}");
        sizes.push(fs::metadata(&stripped).unwrap().len());
        let compiled = scratch.0.join("compiled.czo");
        let output = cozen(&["compile", &option, text(&source), "-o", text(&compiled)]);
        assert!(output.status.success(), "{}", err(&output));
        let [compiled, stripped] = [compiled, stripped].map(|image| fs::read(image).unwrap());
        assert!(compiled == stripped, "compiled with {option}");
    }
    assert!(sizes.is_sorted_by(|a, b| a >= b), "{sizes:?}");
    let output = cozen(&["strip", text(&image)]);
    assert!(output.status.success(), "{}", err(&output));
    assert_eq!(fs::metadata(&image).unwrap().len(), sizes[3]);
    for file in [text(&source), "/nonexistent", "/"] {
        assert_eq!(cozen(&["strip", file]).status.code(), Some(2), "{file}");
    }
}
