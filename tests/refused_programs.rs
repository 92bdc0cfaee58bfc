//! Programs of embedders that would break memory do not compile: `tests/compile_fail` has them, and what is said.
//!
//! The programs are compiled against the library that these tests are built with, by `rustc` itself. So nothing is
//! built twice. `COZEN_BLESS=1` writes anew what the compiler says.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A program that compiles. It shows that the libraries which were found are those of this build.
const ACCEPTED: &str = "
    fn main() {
        let mut runtime = cozen::Runtime::new().unwrap();
        runtime.enter(|scheme| drop(scheme.evaluate::<i64>(\"1\")));
        let _ = (vm::Value::NULL, loader::LoadOptions::default(), gc::CHUNK_BYTES);
    }
";

/// Where cargo puts the libraries that tests are linked with: beside the test.
fn libraries() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a file");
    test.parent().expect("files lie in folders").to_owned()
}

/// The libraries of this name, the newest first: other features have made others.
fn versions(name: &str) -> Vec<PathBuf> {
    let prefix = format!("lib{name}-");
    let entries = fs::read_dir(libraries()).expect("a readable folder");
    let mut found: Vec<_> = entries
        .map(|entry| entry.expect("a readable entry"))
        .filter(|entry| {
            let file = entry.file_name();
            let file = file.to_string_lossy();
            file.starts_with(&prefix) && file.ends_with(".rlib")
        })
        .map(|entry| {
            let time = entry.metadata().and_then(|metadata| metadata.modified());
            (time.expect("files have a time"), entry.path())
        })
        .collect();
    found.sort();
    found.into_iter().rev().map(|(_, path)| path).collect()
}

/// The compiler, told of a library with the interface for embedders. The libraries below it are the newest ones.
struct Compiler {
    cozen: PathBuf,
}

impl Compiler {
    /// With the newest libraries that go together.
    fn of_this_build() -> Self {
        let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("accepted_program.rs");
        fs::write(&program, ACCEPTED).expect("a writable folder");
        let mut said = Vec::new();
        for cozen in versions("cozen") {
            let compiler = Self { cozen };
            match compiler.compile(&program) {
                Ok(()) => return compiler,
                Err(errors) => said.push(errors),
            }
        }
        panic!("a right program is refused with all libraries beside this test: {said:#?}");
    }

    /// Checks a program.
    ///
    /// # Errors
    ///
    /// What the compiler says: a line for each error, with its place.
    fn compile(&self, program: &Path) -> Result<(), String> {
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let mut command = Command::new(rustc);
        command
            .args(["--edition=2024", "--crate-type=bin", "--error-format=short"])
            .args(["--emit=metadata", "--out-dir"])
            .arg(env!("CARGO_TARGET_TMPDIR"))
            .arg(format!("-Ldependency={}", libraries().display()))
            .arg(format!("--extern=cozen={}", self.cozen.display()));
        for name in ["gc", "loader", "vm"] {
            let newest = &versions(name)[0];
            command.arg(format!("--extern={name}={}", newest.display()));
        }
        let output = command
            .arg(program)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("the compiler starts");
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let lines = said.split_inclusive('\n');
        Err(lines.filter(|line| line.contains(": error")).collect())
    }
}

#[test]
fn what_would_break_memory_does_not_compile() {
    let compiler = Compiler::of_this_build();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compile_fail");
    let mut programs: Vec<_> = fs::read_dir(folder)
        .expect("a readable folder")
        .map(|entry| entry.expect("a readable entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    programs.sort();
    assert!(programs.len() >= 12, "{programs:?}");
    for program in programs {
        let name = program.file_name().expect("it has a name");
        let errors = compiler.compile(&Path::new("tests/compile_fail").join(name));
        let errors = errors.expect_err(&format!("{} compiles", program.display()));
        let expected = program.with_extension("stderr");
        if std::env::var_os("COZEN_BLESS").is_some() {
            fs::write(&expected, &errors).expect("a writable folder");
        }
        let expected = fs::read_to_string(&expected).expect("a text for each program");
        assert_eq!(errors, expected, "{}", program.display());
    }
}
