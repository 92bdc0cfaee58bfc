//! Images from anywhere: verified, and run as bytecode, unless the user trusts them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

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
