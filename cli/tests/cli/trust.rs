//! Images from anywhere: verified, and run as bytecode, unless the user trusts them.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{IMPORTS, Scratch, cozen, err, out, text};

/// An image that is compiled without claims, which are refused: they are the compiler's.
fn compiled(scratch: &Scratch, option: &str) -> PathBuf {
    let program = "(define (count n) (if (= n 0) 0 (+ 1 (count (- n 1))))) (display (count 42))";
    let file = scratch.file("program.scm", &format!("{IMPORTS}{program}"));
    let image = scratch.0.join("program.czo");
    let status = Command::new(env!("CARGO_BIN_EXE_cozen"))
        .args([option, "compile", text(&file), "-o", text(&image)])
        .env_remove("COZEN_CHECK_FACTS")
        .status();
    assert!(status.expect("cozen starts").success());
    image
}

#[test]
fn an_image_with_native_code_runs_as_bytecode_unless_it_is_trusted() {
    let scratch = Scratch::new("trust-native");
    let image = compiled(&scratch, "--native");
    let notice =
        "program.czo runs as bytecode: its native code, which nobody can verify, takes --trust";
    for (options, is_told) in [
        (&[][..], false),
        (&["--verbose"], true),
        (&["--trust"], false),
        (&["--trust", "--verbose"], false),
    ] {
        let output = cozen(&[options, &["run", text(&image)]].concat());
        assert_eq!(out(&output), "42", "{}", err(&output));
        assert_eq!(err(&output).contains(notice), is_told, "{}", err(&output));
    }
}

#[test]
fn an_image_of_bytecode_runs_without_a_word() {
    let scratch = Scratch::new("trust-bytecode");
    let image = compiled(&scratch, "--no-native");
    for options in [&[][..], &["--verbose"], &["--trust"], &["--no-mmap"]] {
        let output = cozen(&[options, &[text(&image)]].concat());
        assert_eq!((out(&output).as_str(), err(&output).as_str()), ("42", ""));
    }
}

/// Changes the image such that its hash is right, and an opcode is none.
fn with_a_wrong_opcode(image: &Path) {
    use cozen::inspect::{ImageView, isa::Opcode};
    let mut file = fs::read(image).expect("it was just written");
    let original = file.clone();
    let view = ImageView::parse(&original).expect("the compiler makes images that are whole");
    let mut procedures = view.contents().procedures();
    let code = procedures.next().expect("there is an entry").code;
    let at = code.as_ptr() as usize - original.as_ptr() as usize;
    let instruction = at
        + Opcode::from_byte(code[0])
            .expect("an opcode")
            .instruction_bytes();
    let hash_at = file
        .windows(8)
        .position(|window| window == view.header().hash.to_le_bytes())
        .expect("the header has it");
    file[instruction] = 0xff;
    let Err(cozen::Error::Load { error, .. }) = cozen::verify_image(&file, "changed") else {
        panic!("the hash is wrong");
    };
    let cozen::LoadError::HashMismatch { found, .. } = error else {
        panic!("{error}");
    };
    file[hash_at..hash_at + 8].copy_from_slice(&found.to_le_bytes());
    fs::write(image, file).expect("a writable directory");
}

#[test]
fn an_image_that_could_break_memory_is_refused_with_its_place() {
    let scratch = Scratch::new("trust-hostile");
    let image = compiled(&scratch, "--no-native");
    with_a_wrong_opcode(&image);
    let output = cozen(&[text(&image)]);
    assert_eq!((out(&output).as_str(), output.status.code()), ("", Some(2)));
    for part in ["program.czo is refused", "procedure at 0x", "opcode 0xff"] {
        assert!(err(&output).contains(part), "{}", err(&output));
    }
}

/// Runs an image that prints a line and waits for one. Meanwhile, something becomes of its file. The rest of what is
/// printed, and what is complained of.
fn changed_while_it_runs(
    image: &Path,
    options: &[&str],
    change: impl Fn(&Path),
) -> (String, String) {
    let mut process = Command::new(env!("CARGO_BIN_EXE_cozen"))
        .args(options)
        .arg(image)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("cozen starts");
    let mut output = BufReader::new(process.stdout.take().expect("a pipe"));
    let mut line = String::new();
    output.read_line(&mut line).expect("it is read");
    assert_eq!(line, "ready\n");
    change(image);
    let mut input = process.stdin.take().expect("a pipe");
    input.write_all(b"\n").expect("it waits");
    let (mut printed, mut complaint) = (String::new(), String::new());
    output.read_to_string(&mut printed).expect("it is read");
    let mut errors = process.stderr.take().expect("a pipe");
    errors.read_to_string(&mut complaint).expect("it is read");
    process.wait().expect("it ends");
    (printed, complaint)
}

#[test]
fn what_becomes_of_the_file_of_an_image_changes_nothing_for_the_program() {
    let scratch = Scratch::new("trust-changed");
    let strings: Vec<String> = (0..5000)
        .map(|number| format!("\"string {number}\""))
        .collect();
    let strings = strings.join(" ");
    let program = format!(
        "{IMPORTS}(define strings '#({strings}))
        (define (sum index total)
          (if (= index (vector-length strings)) total
              (sum (+ index 1) (+ total (string-length (vector-ref strings index))))))
        (display \"ready\") (newline) (flush-output-port) (read-line)
        (display (sum 0 0)) (newline)
        (define (wrong x) (+ 1 (car x)))
        (wrong 'here)"
    );
    let source = scratch.file("large.scm", &program);
    let image = scratch.0.join("large.czo");
    for compile in ["--no-native", "--native"] {
        let made = cozen(&[compile, "compile", text(&source), "-o", text(&image)]);
        assert!(made.status.success(), "{}", err(&made));
        let bytes = fs::read(&image).expect("it was made");
        for options in [
            &[][..],
            &["--trust"],
            &["--no-mmap"],
            &["--trust", "--native"],
        ] {
            for change in [
                |file: &Path| fs::write(file, "").expect("it is cut"),
                |file: &Path| {
                    let bytes = fs::metadata(file).expect("it is there").len() as usize;
                    let mut opened = fs::OpenOptions::new()
                        .write(true)
                        .open(file)
                        .expect("it is there");
                    opened
                        .write_all(&vec![0; bytes])
                        .expect("it is written over");
                },
                |file: &Path| fs::remove_file(file).expect("it is removed"),
            ] {
                fs::write(&image, &bytes).expect("a writable directory");
                let (printed, complaint) = changed_while_it_runs(&image, options, change);
                assert_eq!(printed, "53890\n", "{compile} {options:?}: {complaint}");
                for part in ["car", "wrong", "large.scm:8"] {
                    assert!(
                        complaint.contains(part),
                        "{compile} {options:?}: {complaint}"
                    );
                }
            }
        }
    }
}
