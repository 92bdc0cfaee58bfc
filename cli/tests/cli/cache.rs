//! The cache of compiled programs: whatever state it is in, a program does what its text says.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;
use std::time::{Duration, SystemTime};

use super::{Scratch, err, out};

/// A folder with programs and a cache of its own.
pub(super) struct Folder(Scratch);

impl Folder {
    pub(super) fn new(name: &str) -> Self {
        Self(Scratch::new(name))
    }

    pub(super) fn file(&self, name: &str, content: &str) -> PathBuf {
        self.0.file(name, content)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0.0
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cozen"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env("XDG_CACHE_HOME", self.path().join("caches"))
            // The tests choose tiers by options.
            .env_remove("COZEN_TIER")
            .env_remove("COZEN_CHECK_FACTS");
        command
    }

    pub(super) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("cozen starts")
    }

    /// Runs a program, which is to print `expected`; what it said of the cache.
    pub(super) fn check(&self, arguments: &[&str], expected: &str) -> String {
        let output = self.run(&[&["--verbose"], arguments].concat());
        assert_eq!(out(&output), expected, "{}", err(&output));
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        err(&output)
    }

    fn directory(&self) -> PathBuf {
        self.path().join("caches/cozen")
    }

    fn entries(&self) -> Vec<PathBuf> {
        let files = fs::read_dir(self.directory()).expect("a cache");
        files.map(|file| file.expect("a file").path()).collect()
    }
}

const COUNTER: &str = "(define-library (my counter) (export next! twice) (import (scheme base))
  (include \"counter.scm\"))";
const NEXT: &str = "(define n 0) (define (next!) (set! n (+ n 1)) n)
(define-syntax twice (syntax-rules () ((_ e) (begin e e))))";
const BY_TENS: &str = "(define-library (my counter) (export next! twice) (import (scheme base))
  (begin (define n 0) (define (next!) (set! n (+ n 10)) n)
    (define-syntax twice (syntax-rules () ((_ e) (begin e e))))))";
const PROGRAM: &str = "(import (scheme base) (scheme write) (scheme eval) (my counter))
(define (show value) (display value) (newline))
(show (twice (next!)))
(show (eval '(twice (next!)) (environment '(my counter))))
(show (next!))
(if (eof-object? 1) (nowhere-defined))";

pub(super) fn with_counter(name: &str) -> Folder {
    let folder = Folder::new(name);
    fs::create_dir_all(folder.path().join("lib/my")).expect("a folder");
    folder.0.file("lib/my/counter.sld", COUNTER);
    folder.0.file("lib/my/counter.scm", NEXT);
    folder.0.file("program.scm", PROGRAM);
    folder
}

#[test]
fn a_program_from_the_cache_does_what_it_does_when_it_is_compiled() {
    let folder = with_counter("cache-same");
    let arguments = ["-L", "lib", "program.scm"];
    let expected = "2\n4\n5\n";
    let first = folder.check(&arguments, expected);
    assert!(
        first.contains("cozen: cache: program.scm: stored as"),
        "{first}"
    );
    let second = folder.check(&arguments, expected);
    assert!(
        second.contains("cozen: cache: program.scm: found as"),
        "{second}"
    );
    let warning = |said: &str| {
        let lines = said
            .lines()
            .filter(|line| !line.starts_with("cozen: cache:"));
        lines.collect::<Vec<_>>().join("\n")
    };
    assert!(warning(&first).contains("unbound variable `nowhere-defined`"));
    assert_eq!(warning(&first), warning(&second));
    for options in [&["-O0"][..], &["--native"], &["--no-native", "-O1"]] {
        let arguments = [options, &arguments].concat();
        assert!(folder.check(&arguments, expected).contains("not found"));
        assert!(folder.check(&arguments, expected).contains("found as"));
    }
}

#[test]
fn forms_from_the_cache_are_known_to_eval() {
    let folder = Folder::new("cache-forms");
    let text = "(define x 1) (define-syntax add! (syntax-rules () ((_ n) (set! x (+ x n)))))
(eval '(add! 2) (interaction-environment)) (display x)
(eval '(define x 10) (interaction-environment)) (add! 5) (display x)";
    folder.0.file("forms.scm", text);
    folder.check(&["forms.scm"], "315");
    assert!(folder.check(&["forms.scm"], "315").contains("found as"));
}

#[test]
fn a_changed_file_is_seen_whatever_its_time() {
    let folder = with_counter("cache-changed");
    let arguments = ["-L", "new", "-L", "lib", "program.scm"];
    folder.check(&arguments, "2\n4\n5\n");
    let included = folder.path().join("lib/my/counter.scm");
    let time = File::open(&included)
        .and_then(|file| file.metadata()?.modified())
        .expect("a time");
    let thrice = NEXT.replace("(begin e e)", "(begin e e e)");
    fs::write(&included, thrice).expect("a file");
    let older = time - Duration::from_secs(1_000_000);
    File::options()
        .write(true)
        .open(&included)
        .and_then(|file| file.set_modified(older))
        .expect("a file");
    let said = folder.check(&arguments, "3\n6\n7\n");
    assert!(said.contains("lib/my/counter.scm has changed"), "{said}");
    // A library that is found earlier now.
    fs::create_dir_all(folder.path().join("new/my")).expect("a folder");
    folder.0.file("new/my/counter.sld", BY_TENS);
    let said = folder.check(&arguments, "20\n40\n50\n");
    assert!(
        said.contains("program.scm: not used: a library has changed"),
        "{said}"
    );
    assert!(
        said.contains("cozen: cache: (my counter): stored as"),
        "{said}"
    );
    fs::remove_file(folder.path().join("new/my/counter.sld")).expect("it was there");
    folder.check(&arguments, "3\n6\n7\n");
}

#[test]
fn a_damaged_entry_is_made_anew() {
    let folder = Folder::new("cache-damaged");
    folder.0.file("hello.scm", "(display \"hello\")");
    folder.check(&["hello.scm"], "hello");
    let entries = folder.entries();
    let [entry] = &entries[..] else {
        panic!("one entry: {entries:?}");
    };
    let whole = fs::read(entry).expect("an entry");
    let elsewhere = folder.path().join("elsewhere");
    let damages: [(&str, &dyn Fn()); 8] = [
        ("empty", &|| fs::write(entry, b"").expect("writes")),
        ("cut", &|| fs::write(entry, &whole[..1000]).expect("writes")),
        ("flipped", &|| {
            let mut bytes = whole.clone();
            bytes[1000] ^= 4;
            fs::write(entry, bytes).expect("writes");
        }),
        ("longer", &|| {
            fs::write(entry, [&whole[..], b"x"].concat()).expect("writes");
        }),
        ("zeros", &|| {
            fs::write(entry, vec![0; whole.len()]).expect("writes");
        }),
        ("another user's to write", &|| {
            let mode = fs::Permissions::from_mode(0o666);
            fs::set_permissions(entry, mode).expect("a mode");
        }),
        ("a link", &|| {
            fs::rename(entry, &elsewhere).expect("moves");
            symlink(&elsewhere, entry).expect("links");
        }),
        ("a pipe", &|| {
            fs::remove_file(entry).expect("removes");
            let made = Command::new("mkfifo").arg(entry).status();
            assert!(made.is_ok_and(|status| status.success()));
        }),
    ];
    for (what, damage) in damages {
        damage();
        let verified = folder.run(&["cache", "verify"]);
        assert_eq!(
            verified.status.code(),
            Some(1),
            "{what}: {}",
            out(&verified)
        );
        assert!(out(&verified).contains("1 of 1 entries damaged"), "{what}");
        let said = folder.check(&["hello.scm"], "hello");
        assert!(said.contains("is not used"), "{what}: {said}");
        let said = folder.check(&["hello.scm"], "hello");
        assert!(said.contains("found as"), "{what}: {said}");
        assert_eq!(
            folder.run(&["cache", "verify"]).status.code(),
            Some(0),
            "{what}"
        );
    }
    fs::remove_file(entry).expect("removes");
    fs::create_dir(entry).expect("a folder");
    folder.check(&["hello.scm"], "hello");
}

#[test]
fn a_cache_that_cannot_be_used_costs_nothing_but_time() {
    let folder = Folder::new("cache-unusable");
    let file = folder.0.file("hello.scm", "(display \"hello\")");
    let shared = folder.path().join("shared");
    fs::create_dir_all(shared.join("cozen")).expect("a folder");
    fs::set_permissions(shared.join("cozen"), fs::Permissions::from_mode(0o777)).expect("a mode");
    let shared = shared.display().to_string();
    for (caches, home, reason) in [
        ("/proc/1", "/", "cannot be used"),
        ("/dev/null", "/", "cannot be used"),
        ("relative", "", "is an absolute path"),
        (&shared, "/", "other users may write to it"),
    ] {
        let mut command = folder.command(&["--verbose", "hello.scm"]);
        let command = command.env("XDG_CACHE_HOME", caches).env("HOME", home);
        let output = command.output().expect("cozen starts");
        assert_eq!(out(&output), "hello", "{caches}");
        assert_eq!(output.status.code(), Some(0), "{caches}");
        assert!(err(&output).contains(reason), "{caches}: {}", err(&output));
    }
    // A limit on the size of files, beyond which the system ends a process.
    let output = Command::new("bash")
        .args([
            "-c",
            "ulimit -f 1; exec \"$0\" --verbose \"$1\"",
            env!("CARGO_BIN_EXE_cozen"),
        ])
        .arg(&file)
        .env("XDG_CACHE_HOME", folder.path().join("caches"))
        .env_remove("COZEN_TIER")
        .env_remove("COZEN_CHECK_FACTS")
        .output()
        .expect("bash starts");
    assert_eq!(out(&output), "hello", "{}", err(&output));
    assert!(
        err(&output).contains("not stored: file too large"),
        "{}",
        err(&output)
    );
    // What goes through a pipe is not kept.
    let output = Command::new("bash")
        .args([
            "-c",
            "exec \"$0\" --verbose <(echo '(display 1)')",
            env!("CARGO_BIN_EXE_cozen"),
        ])
        .env("XDG_CACHE_HOME", folder.path().join("caches"))
        .env_remove("COZEN_TIER")
        .env_remove("COZEN_CHECK_FACTS")
        .output()
        .expect("bash starts");
    assert_eq!((&*out(&output), &*err(&output)), ("1", ""));
}

#[test]
fn the_user_lists_clears_and_goes_without() {
    let folder = Folder::new("cache-commands");
    folder.0.file("a.scm", "(display 1)");
    folder.0.file(
        "b.scm",
        "(define (f n) (if (> n 0) (f (- n 1)))) (f 3) (include \"a.scm\")",
    );
    folder.check(&["a.scm"], "1");
    folder.check(&["--native", "b.scm"], "1");
    let listed = out(&folder.run(&["cache", "list"]));
    assert!(listed.contains(" bytecode a.scm\n"), "{listed}");
    assert!(listed.contains(" native   b.scm\n"), "{listed}");
    assert!(listed.contains(": 2 entries, "), "{listed}");
    folder.0.file("a.scm", "(display 2)");
    let listed = out(&folder.run(&["cache", "list"]));
    assert!(
        listed.contains(" stale    b.scm (a.scm has changed)\n"),
        "{listed}"
    );
    assert_eq!(folder.check(&["--no-cache", "a.scm"], "2"), "");
    assert!(folder.check(&["a.scm"], "2").contains("stored as"));
    assert!(
        folder
            .check(&["--fresh", "a.scm"], "2")
            .contains("stored as")
    );
    assert!(folder.check(&["a.scm"], "2").contains("found as"));
    let cleared = out(&folder.run(&["cache", "clear"]));
    assert!(cleared.contains(": removed 3 files, "), "{cleared}");
    assert_eq!(folder.entries(), [] as [PathBuf; 0]);
    for (arguments, message) in [
        (
            &["--no-cache", "--fresh", "a.scm"][..],
            "--no-cache and --fresh contradict each other",
        ),
        (
            &["--native", "--no-native", "a.scm"],
            "--native and --no-native contradict each other",
        ),
        (&["cache"], "cache: expected one of list, clear, verify"),
        (
            &["cache", "purge"],
            "cache: expected list, clear or verify, found purge",
        ),
    ] {
        let output = folder.run(arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(err(&output).contains(message), "{}", err(&output));
    }
}

#[test]
fn the_oldest_entries_go_first() {
    let folder = Folder::new("cache-bounded");
    let names: Vec<String> = (0..12).map(|number| format!("{number}.scm")).collect();
    for (age, name) in names.iter().rev().enumerate() {
        folder.0.file(name, &format!("(display {age})"));
    }
    let mut before = Vec::new();
    for (age, name) in names.iter().rev().enumerate() {
        folder.check(&["--cache-max=20k", name], &age.to_string());
        let sizes = folder.entries().into_iter().map(|entry| {
            let metadata = fs::metadata(entry).expect("an entry");
            metadata.len()
        });
        assert!(sizes.sum::<u64>() <= 20 << 10);
        // As if each were used an hour after the one before.
        for entry in folder
            .entries()
            .iter()
            .filter(|entry| !before.contains(*entry))
        {
            let time = SystemTime::now() - Duration::from_secs(3600 * (100 - age as u64));
            let file = File::options().write(true).open(entry).expect("an entry");
            file.set_modified(time).expect("a time");
        }
        before = folder.entries();
    }
    assert!(folder.check(&["0.scm"], "11").contains("found as"));
    assert!(folder.check(&["11.scm"], "0").contains("not found"));
    let said = folder.check(&["--cache-max=100", "--fresh", "0.scm"], "11");
    assert!(
        said.contains("not stored: it is larger than the cache may be"),
        "{said}"
    );
}

#[test]
fn many_processes_use_one_cache_while_others_damage_it() {
    let folder = with_counter("cache-many");
    let names: Vec<String> = (0..8).map(|number| format!("{number}.scm")).collect();
    for (number, name) in names.iter().enumerate() {
        folder.0.file(
            name,
            &format!("(display (map (lambda (x) (* x {number})) '(1 2 3)))"),
        );
    }
    let users = 16;
    let damager = |round: usize| {
        for entry in folder.entries().into_iter().skip(round % 3).step_by(3) {
            // In place, cut, or gone.
            let _ = match round % 4 {
                0 => fs::write(&entry, b"\x7fELF"),
                1 => fs::read(&entry).and_then(|mut bytes| {
                    let middle = bytes.len() / 2;
                    bytes
                        .iter_mut()
                        .skip(middle)
                        .take(9)
                        .for_each(|byte| *byte ^= 0x55);
                    fs::write(&entry, bytes)
                }),
                2 => File::options()
                    .write(true)
                    .open(&entry)
                    .and_then(|file| file.set_len(2000)),
                _ => fs::remove_file(&entry),
            };
        }
    };
    folder.check(&["0.scm"], "(0 0 0)");
    thread::scope(|scope| {
        let all: Vec<_> = (0..users)
            .map(|user| {
                let (folder, names) = (&folder, &names);
                scope.spawn(move || {
                    for round in 0..6 {
                        let number = (user + round) % names.len();
                        let expected = format!("({} {} {})", number, 2 * number, 3 * number);
                        folder.check(&[&names[number]], &expected);
                        folder.check(&["-L", "lib", "program.scm"], "2\n4\n5\n");
                    }
                })
            })
            .collect();
        let mut round = 0;
        while all.iter().any(|user| !user.is_finished()) {
            damager(round);
            round += 1;
            thread::sleep(Duration::from_millis(3));
        }
    });
    folder.run(&["-L", "lib", "program.scm"]);
    for name in &names {
        folder.run(&[name]);
        let said = err(&folder.run(&["--verbose", name]));
        assert!(said.contains("found as"), "{said}");
    }
    assert_eq!(folder.run(&["cache", "verify"]).status.code(), Some(0));
}

#[test]
fn the_source_of_an_image_of_another_version_is_run_where_it_is_at_hand() {
    let folder = Folder::new("cache-version");
    folder.0.file("old.scm", "(display \"from source\")");
    folder.run(&["compile", "old.scm", "-o", "old.czo"]);
    let image = folder.path().join("old.czo");
    let mut bytes = fs::read(&image).expect("an image");
    let fingerprint = cozen::inspect::fingerprint::FINGERPRINT.to_le_bytes();
    let mut places = bytes.windows(8).enumerate();
    let (at, _) = places
        .find(|&(_, window)| window == fingerprint)
        .expect("the header has it");
    bytes[at] ^= 1;
    fs::write(&image, bytes).expect("a file");
    for arguments in [&["old.czo"][..], &["run", "old.czo"]] {
        let said = folder.check(arguments, "from source");
        assert!(said.contains("its source old.scm is run"), "{said}");
    }
    // A program of that name in the working directory is another program.
    let elsewhere = folder.path().join("elsewhere");
    fs::create_dir_all(&elsewhere).expect("a folder");
    folder
        .0
        .file("elsewhere/old.scm", "(display \"another program\")");
    let mut command = folder.command(&["../old.czo"]);
    let output = command
        .current_dir(elsewhere)
        .output()
        .expect("cozen starts");
    assert_eq!(out(&output), "from source");
    fs::rename(folder.path().join("old.scm"), folder.path().join("new.scm")).expect("it is there");
    let output = folder.run(&["run", "old.czo"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        err(&output).contains("old.czo is refused"),
        "{}",
        err(&output)
    );
}

#[test]
fn files_that_a_cache_has_not_named_are_left_alone() {
    let folder = Folder::new("cache-others");
    folder.0.file("a.scm", "(display 1)");
    fs::create_dir_all(folder.directory()).expect("a folder");
    fs::set_permissions(folder.directory(), fs::Permissions::from_mode(0o755)).expect("a mode");
    let others = ["mine.czo", "notes.tmp", "0123456789abcdef.czo"];
    let others = others.map(|name| folder.directory().join(name));
    for other in &others {
        fs::write(other, vec![0; 100_000]).expect("a file");
        let time = SystemTime::now() - Duration::from_hours(9);
        let file = File::options().write(true).open(other).expect("a file");
        file.set_modified(time).expect("a time");
    }
    // A folder that others may read, and that has files of others, is no cache.
    let said = folder.check(&["a.scm"], "1");
    assert!(
        said.contains("it holds files that are not a cache's"),
        "{said}"
    );
    let mode = fs::metadata(folder.directory())
        .expect("a folder")
        .permissions();
    assert_eq!(mode.mode() & 0o777, 0o755);
    // In a folder that nobody else may read, they stay.
    fs::set_permissions(folder.directory(), fs::Permissions::from_mode(0o700)).expect("a mode");
    assert!(
        folder
            .check(&["--cache-max=20k", "a.scm"], "1")
            .contains("stored as")
    );
    assert!(out(&folder.run(&["cache", "list"])).contains(": 1 entries, "));
    assert!(out(&folder.run(&["cache", "clear"])).contains(": removed 1 files, "));
    assert!(others.iter().all(|other| other.is_file()));
}

#[test]
fn names_in_a_folder_that_is_no_utf_8_lead_from_there() {
    let folder = Folder::new("cache-no-utf-8");
    let inner = folder.path().join(OsStr::from_bytes(b"d\xff"));
    fs::create_dir_all(inner.join("lib")).expect("a folder");
    let write = |name: &str, text: &str| fs::write(inner.join(name), text).expect("a file");
    write(
        "p.scm",
        "(import (scheme base) (scheme write) (l)) (include \"i.scm\")",
    );
    write("i.scm", "(display (+ l 1))");
    let library = "(define-library (l) (export l) (import (scheme base)) (include \"l.scm\"))";
    write("lib/l.sld", library);
    write("lib/l.scm", "(define l 41)");
    for options in [
        &["--verbose"][..],
        &["--verbose"],
        &["--no-cache"],
        &["--native"],
    ] {
        let mut command = folder.command(options);
        command
            .arg("-L")
            .arg(inner.join("lib"))
            .arg(inner.join("p.scm"));
        let output = command.output().expect("cozen starts");
        assert_eq!(out(&output), "42", "{options:?}: {}", err(&output));
    }
}
