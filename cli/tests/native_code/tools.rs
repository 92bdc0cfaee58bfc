//! `gdb` and `perf` find their way through native code; skipped where they are not installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub(crate) const COZEN: &str = env!("CARGO_BIN_EXE_cozen");

/// A directory of its own, removed in the end.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("cozen-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).expect("a writable temporary directory");
        Self(path)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).expect("a writable directory");
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).expect("it was made above");
    }
}

/// Native frames below a bytecode one (`map`'s), of a program that makes pairs in its innermost one.
const NESTED: &str = "(import (scheme base) (scheme write))
(define kept '())
(define (descend n)
  (if (= n 0)
      (let loop ((i 0))
        (if (< i 3000000) (begin (set! kept (cons i '())) (loop (+ i 1))) i))
      (+ 1 (descend (- n 1)))))
(define (outer n) (+ 1 (descend n)))
(write (map outer '(2 3)))
";

/// What `gdb` prints when it runs `script` on a program whose images are kept; `None` without `gdb`.
fn gdb(scratch: &Scratch, program: &Path, script: &str) -> Option<String> {
    let script = scratch.write("commands", script);
    let output = Command::new("gdb")
        .args(["-batch", "-nx", "-x"])
        .arg(&script)
        .args(["--args", COZEN, "--native"])
        .arg(format!("--keep-images={}", scratch.0.display()))
        .arg(program)
        .output()
        .ok()?;
    let Output { stdout, stderr, .. } = output;
    let text = [stdout, stderr].concat();
    Some(String::from_utf8_lossy(&text).into_owned())
}

/// Frames of a backtrace: each line from its name on.
fn frames(text: &str) -> Vec<&str> {
    let frames = text.lines().filter(|line| line.starts_with('#'));
    frames
        .map(|line| {
            let line = line.split_once(' ').map_or(line, |(_, rest)| rest.trim());
            line.split_once(" in ")
                .filter(|(address, _)| address.starts_with("0x"))
                .map_or(line, |(_, name)| name)
        })
        .collect()
}

#[test]
fn gdb_walks_from_rust_through_native_frames_to_main() {
    let scratch = Scratch::new("gdb");
    let program = scratch.write("nested.scm", NESTED);
    let all = scratch.0.join("all");
    let script = format!(
        "set pagination off\nset confirm off\nset debuginfod enabled off\n\
         tbreak {2}\nrun\n\
         shell cat {0}/*.gdb > {1}\nsource {1}\n\
         echo from-rust\\n\nbt\n\
         delete\ntbreak descend\ncontinue\necho from-native\\n\nbt\n",
        scratch.0.display(),
        all.display(),
        line_of("slow_path.rs", "poll")
    );
    let Some(text) = gdb(&scratch, &program, &script) else {
        return;
    };
    let parts: Vec<&str> = text.split("from-rust\n").collect();
    let (rust, native) = parts
        .get(1)
        .and_then(|rest| rest.split_once("from-native\n"))
        .expect(&text);
    let walked = frames(rust);
    let of_scheme: Vec<&str> = walked
        .iter()
        .filter_map(|frame| {
            Some(frame.split_once(" () at ")?).filter(|(_, at)| at.contains("nested.scm:"))
        })
        .map(|(name, _)| name)
        .collect();
    assert_eq!(
        of_scheme,
        ["descend", "descend", "descend", "outer"],
        "{text}"
    );
    assert!(
        walked
            .iter()
            .take(2)
            .any(|frame| frame.starts_with("poll ()")),
        "{text}"
    );
    let reaches_main = |frames: &[&str]| {
        let below = frames
            .iter()
            .skip_while(|frame| !frame.starts_with("outer ()"));
        below.clone().any(|frame| frame.starts_with("main ()"))
    };
    assert!(reaches_main(&walked), "{text}");
    let walked = frames(native);
    assert!(walked[0].starts_with("descend ()"), "{text}");
    assert!(reaches_main(&walked), "{text}");
}

/// One procedure for each stub that does something with a call or a continuation, after collections that have
/// put a barrier below their caller.
const CONTROL: &str = "(import (scheme base) (scheme write))
(define kept '())
(define (mark n) (if (= n 0) 0 (+ 1 (mark (quotient n 10)))))
(define (collect-often)
  (let loop ((i 0))
    (if (< i 3000000) (begin (set! kept (cons i '())) (loop (+ i 1))) (+ 1 (mark i)))))
(define (collect first . all) (cons first all))
(define (call-it) (+ 1 (length ((car (list collect car)) 1 2 3))))
(define (keep k) 1)
(define (capture-it) (+ 1 (call/cc keep)))
(define (pass-one k) (+ 1 (k 1)))
(define (pass-two k) (+ 1 (k 1 2)))
(define (descend n thunk) (if (= n 0) (thunk) (+ 1 (descend (- n 1) thunk))))
(define (outer n)
  (let* ((first (descend n collect-often)) (a (descend n call-it)) (b (descend n capture-it))
         (c (+ 1 (call/cc pass-one))))
    (+ first a b c (call-with-values (lambda () (call/cc pass-two)) +))))
(write (map outer '(2)))
";

/// Where the function `name` of a file of `vm/src/native` starts, as a place that `gdb` can stop at: of
/// functions that nothing of Rust calls, its index has the lines only.
fn line_of(file: &str, name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../vm/src/native")
        .join(file);
    let text = fs::read_to_string(path).expect("a source file");
    let head = format!("fn {name}(");
    let line = text.lines().position(|line| line.contains(&head));
    format!("native/{file}:{}", line.expect("a function") + 1)
}

#[test]
fn gdb_walks_on_from_what_calls_captures_and_resumes() {
    let scratch = Scratch::new("gdb-control");
    let program = scratch.write("control.scm", CONTROL);
    let all = scratch.0.join("all");
    // What is captured is on the stack no longer.
    let stops: [(&str, &str, &[&str]); 5] = [
        (
            "",
            "mark",
            &["mark", "collect-often", "descend", "descend", "outer"],
        ),
        (
            "arrange.rs",
            "call",
            &["call-it", "descend", "descend", "outer"],
        ),
        (
            "control.rs",
            "capture",
            &["capture-it", "descend", "descend", "outer"],
        ),
        ("control.rs", "resume", &["pass-one"]),
        ("control.rs", "reinstate", &["pass-two"]),
    ];
    let at_stops = stops.map(|(file, name, _)| {
        let place = if file.is_empty() {
            name.into()
        } else {
            line_of(file, name)
        };
        format!("tbreak {place}\ncontinue\necho stopped\\n\nbt\n")
    });
    let script = format!(
        "set pagination off\nset confirm off\nset debuginfod enabled off\n\
         tbreak {0}\nrun\nshell cat {1}/*.gdb > {2}\nsource {2}\n\
         delete\n{3}",
        line_of("slow_path.rs", "poll"),
        scratch.0.display(),
        all.display(),
        at_stops.concat()
    );
    let Some(text) = gdb(&scratch, &program, &script) else {
        return;
    };
    let backtraces: Vec<&str> = text.split("stopped\n").skip(1).collect();
    assert_eq!(backtraces.len(), stops.len(), "{text}");
    for (backtrace, (_, name, expected)) in backtraces.iter().zip(stops) {
        let walked = frames(backtrace);
        let own = walked.iter().take_while(|frame| !frame.starts_with('<'));
        assert!(
            own.clone().any(|frame| frame.starts_with(name)),
            "{name}: {text}"
        );
        let of_scheme: Vec<&str> = (walked.iter())
            .filter(|frame| frame.contains("control.scm:"))
            .filter_map(|frame| Some(frame.split_once(" () at ")?.0))
            .filter(|&procedure| procedure != "??")
            .collect();
        assert_eq!(of_scheme, expected, "{name}: {text}");
        let reaches_main = walked.iter().any(|frame| frame.starts_with("main ()"));
        assert!(reaches_main, "{name}: {text}");
    }
}

#[test]
fn perf_names_native_procedures() {
    let scratch = Scratch::new("perf");
    let program = scratch.write(
        "busy.scm",
        "(import (scheme base) (scheme write))
         (define (busy n) (let loop ((i 0)) (if (eq? i n) i (loop (+ i 1)))))
         (write (map busy '(100000000 100000000)))",
    );
    let data = scratch.0.join("data");
    let recorded = Command::new("perf")
        .args(["record", "-e", "cpu-clock", "-o"])
        .arg(&data)
        .args(["--", COZEN, "--native"])
        .arg(format!("--keep-images={}", scratch.0.display()))
        .arg(&program)
        .output();
    // Not installed, or the system does not let us.
    let Some(recorded) = recorded.ok().filter(|output| output.status.success()) else {
        return;
    };
    assert_eq!(recorded.stdout, b"(100000000 100000000)");
    let report = Command::new("perf")
        .args(["report", "--stdio", "--sort", "dso,symbol", "-i"])
        .arg(&data)
        .output()
        .expect("it was there just now");
    let report = String::from_utf8_lossy(&report.stdout).into_owned();
    let is_named = |line: &str| line.contains("busy.czo") && line.ends_with("busy");
    assert!(
        report
            .lines()
            .any(|line| is_named(line.trim_end_matches([' ', '-']))),
        "{report}"
    );
}

#[test]
fn images_are_kept_where_the_user_says_or_not_at_all() {
    let scratch = Scratch::new("kept");
    let program = scratch.write("one.scm", "(import (scheme base) (scheme write)) (write 1)");
    let run = |directory: &Path| {
        Command::new(COZEN)
            .arg(format!("--keep-images={}", directory.display()))
            .arg(&program)
            .output()
            .expect("cozen starts")
    };
    let output = run(&scratch.0);
    assert_eq!(output.stdout, b"1");
    let names = fs::read_dir(&scratch.0).expect("a directory");
    let names: Vec<String> = names
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    assert!(
        names.iter().any(|name| name.ends_with("-one.czo")),
        "{names:?}"
    );
    let output = run(&scratch.0.join("missing"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && errors.contains("--keep-images: expected a directory"),
        "{errors}"
    );
}
