//! Tools that show what images, ELF files and processes hold.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::{Scratch, cozen, err, out, text};

const PROGRAM: &str = "(import (scheme base) (scheme write) (scheme process-context))
(define (fact n) (if (= n 0) 1 (* n (fact (- n 1)))))
(define table '((a . \"some text\") (b #(1 2.5 #\\x))))
(write (list table (fact (length (command-line)))))
";

/// An image of the program, and its file.
fn image(scratch: &Scratch) -> (PathBuf, Vec<u8>) {
    let source = scratch.file("fact.scm", PROGRAM);
    let image = scratch.0.join("fact.czo");
    let output = cozen(&["compile", "--native", text(&source), "-o", text(&image)]);
    assert!(output.status.success(), "{}", err(&output));
    let bytes = fs::read(&image).expect("an image was written");
    (image, bytes)
}

fn assert_contains(output: &Output, parts: &[&str]) {
    assert!(output.status.success(), "{}", err(output));
    for part in parts {
        assert!(
            out(output).contains(part),
            "{part:?} is missing in:\n{}",
            out(output)
        );
    }
}

#[test]
fn the_sizes_of_sections_and_padding_are_that_of_the_file() {
    let scratch = Scratch::new("size");
    let (image, bytes) = image(&scratch);
    let output = cozen(&["size", text(&image)]);
    assert_contains(&output, &["fact at ", "(toplevel) at ", ".text.native"]);
    let said = out(&output);
    let lines = said
        .lines()
        .skip_while(|line| !line.ends_with("section"))
        .skip(1);
    let figures = lines.take_while(|line| !line.is_empty());
    let sum: usize = figures
        .map(|line| {
            line.split_whitespace()
                .next()
                .unwrap()
                .parse::<usize>()
                .unwrap()
        })
        .sum();
    assert_eq!(sum, bytes.len());
    // Of a source file, the image that it is compiled to.
    let source = scratch.0.join("fact.scm");
    assert_eq!(out(&cozen(&["size", "--native", text(&source)])), said);
}

#[test]
fn an_image_is_described_in_plain_words() {
    let scratch = Scratch::new("readelf");
    let (image, _) = image(&scratch);
    let output = cozen(&["readelf", text(&image)]);
    let parts = [
        "made by this version",
        ".cozen.frame-maps",
        ", interned when the image is loaded",
        "relocations: the image's address is added to",
        "\"some text\"",
        "L  live    a value that is used later",
        "fact (n): 1 argument",
    ];
    assert_contains(&output, &parts);
    let output = cozen(&["disassemble", text(&image)]);
    let parts = ["symbol write", "constants", "#(1 2.5 #\\x)", "relocations:"];
    assert_contains(&output, &parts);
}

#[test]
fn constants_are_shown_as_they_are_written() {
    let scratch = Scratch::new("constants");
    let datum = r#"#(1e100 0.0000001 +inf.0 #\space #\x7f #\λ "a\nλ" #!optional #!default #!eof)"#;
    let source = scratch.file("data.scm", &format!("(write '{datum})"));
    let written = out(&cozen(&[text(&source)]));
    let shown = cozen(&["disassemble", text(&source)]);
    assert_contains(&shown, &[&written]);
}

#[test]
fn verify_says_what_was_checked_and_refuses_a_damaged_image() {
    let scratch = Scratch::new("verify");
    let (image, mut bytes) = image(&scratch);
    let output = cozen(&["verify", text(&image)]);
    assert_contains(
        &output,
        &["right      content hash", "unchecked  native code"],
    );
    bytes[0x200] ^= 1;
    fs::write(&image, &bytes).unwrap();
    let output = cozen(&["verify", text(&image)]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("is refused"), "{}", err(&output));
}

#[test]
fn pictures_of_pages_name_every_section() {
    let scratch = Scratch::new("pagemap");
    let (image, _) = image(&scratch);
    let names = [
        ".cozen.image",
        ".text.native",
        ".data.rel.ro",
        "(ELF header)",
        ".symtab",
    ];
    assert_contains(&cozen(&["pagemap", text(&image)]), &names);
    let (svg, png) = (scratch.0.join("map.svg"), scratch.0.join("map.png"));
    for picture in [&svg, &png] {
        let output = cozen(&["pagemap", text(&image), "-o", text(picture)]);
        assert!(output.status.success(), "{}", err(&output));
    }
    let svg = fs::read_to_string(svg).unwrap();
    for name in names {
        let title = format!("<title>{name}: 0x");
        assert!(svg.contains(&title), "{title} in {svg}");
    }
    assert!(svg.contains("hatched: no segment maps it"), "{svg}");
    assert_eq!(svg.matches("<g>").count(), svg.matches("</g>").count());
    let png = fs::read(png).unwrap();
    assert!(png.starts_with(b"\x89PNG\r\n\x1a\n") && png.ends_with(b"IEND\xae\x42\x60\x82"));
}

#[test]
fn other_elf_files_have_pages_too() {
    let scratch = Scratch::new("pagemap-other");
    // 32 bits, big-endian, without sections and segments (gABI, "ELF Header").
    let mut old = b"\x7fELF\x01\x02\x01".to_vec();
    old.resize(16, 0);
    old.extend_from_slice(&[0, 2, 0, 8, 0, 0, 0, 1]);
    old.resize(40, 0);
    old.extend_from_slice(&[0, 52, 0, 32, 0, 0, 0, 40, 0, 0, 0, 0]);
    let path = scratch.0.join("old");
    fs::write(&path, &old).unwrap();
    assert_contains(
        &cozen(&["pagemap", text(&path)]),
        &["52 bytes, 1 pages", "(ELF header)"],
    );
    // A terabyte without contents is no reason to wait.
    let file = fs::File::options().write(true).open(&path).unwrap();
    file.set_len(1 << 40).unwrap();
    let parts = ["268435456 pages", "more pages like this"];
    assert_contains(&cozen(&["pagemap", text(&path)]), &parts);
    let own = env!("CARGO_BIN_EXE_cozen-runtime");
    assert_contains(
        &cozen(&["pagemap", own]),
        &[".cozen.runtime-slot", "in memory alone"],
    );
}

#[test]
fn what_has_no_pages_is_named() {
    let scratch = Scratch::new("pagemap-bad");
    let (image, bytes) = image(&scratch);
    let cut = scratch.0.join("cut");
    fs::write(&cut, &bytes[..100]).unwrap();
    let wild = scratch.0.join("wild");
    let mut other = bytes;
    other[0x28..0x30].fill(0xff);
    fs::write(&wild, &other).unwrap();
    let source = scratch.0.join("fact.scm");
    let empty = scratch.file("empty", "");
    let fifo = scratch.0.join("fifo");
    let has_fifo = Command::new("mkfifo")
        .arg(&fifo)
        .status()
        .is_ok_and(|status| status.success());
    let mut cases: Vec<(&Path, &str)> = vec![
        (&cut, "program headers reach past"),
        (&wild, "section headers reach past"),
        (&source, "no ELF file"),
        (&empty, "no ELF file"),
        (Path::new("/"), "it is a directory"),
        (Path::new("/dev/zero"), "it is a device"),
        (Path::new("/nonexistent"), "cannot be used"),
    ];
    if has_fifo {
        cases.push((&fifo, "it is a pipe"));
    }
    for (path, message) in cases {
        let output = cozen(&["pagemap", text(path)]);
        assert_eq!(output.status.code(), Some(2), "{path:?}");
        assert!(err(&output).contains(message), "{path:?}: {}", err(&output));
    }
    let output = cozen(&["pagemap", text(&image), "-o", "map.gif"]);
    assert!(
        err(&output).contains("a picture is called .svg or .png"),
        "{}",
        err(&output)
    );
}

#[test]
fn tools_for_images_refuse_other_files_by_name() {
    let scratch = Scratch::new("tools-bad");
    let (_, bytes) = image(&scratch);
    let mut narrow = bytes.clone();
    narrow[4] = 1;
    let mut turned = bytes.clone();
    turned[5] = 2;
    for (name, bytes, message) in [
        ("cut", &bytes[..200], "needs"),
        ("narrow", &narrow, "class"),
        ("turned", &turned, "byte order"),
    ] {
        let path = scratch.0.join(name);
        fs::write(&path, bytes).unwrap();
        for tool in ["size", "readelf", "verify", "strip", "disassemble"] {
            let output = cozen(&[tool, text(&path)]);
            assert_eq!(
                output.status.code(),
                Some(2),
                "{tool} {name}: {}",
                err(&output)
            );
            assert!(
                err(&output).contains(message),
                "{tool} {name}: {}",
                err(&output)
            );
        }
    }
    for tool in ["size", "readelf", "verify", "strip", "pagemap", "build"] {
        let output = cozen(&[tool]);
        assert!(
            err(&output).contains("expected a file"),
            "{tool}: {}",
            err(&output)
        );
        assert_eq!(cozen(&[tool, "/"]).status.code(), Some(2), "{tool}");
    }
    for tool in ["smaps", "images"] {
        assert!(
            err(&cozen(&[tool])).contains("expected the number of a process"),
            "{tool}"
        );
        assert!(err(&cozen(&[tool, "x"])).contains("found x"), "{tool}");
        assert_eq!(
            cozen(&[tool, "4294967295"]).status.code(),
            Some(2),
            "{tool}"
        );
    }
}

#[test]
fn the_memory_of_a_process_is_told_by_image() {
    let scratch = Scratch::new("smaps");
    let program = "(import (scheme base) (scheme write))
        (define (loop n) (if (> n 0) (loop (- n 1)) n))
        (write (loop 9)) (newline) (flush-output-port) (read-line)";
    let source = scratch.file("wait.scm", program);
    let image = scratch.0.join("wait.czo");
    assert!(
        cozen(&["compile", "--native", text(&source), "-o", text(&image)])
            .status
            .success()
    );
    let mut process = Command::new(env!("CARGO_BIN_EXE_cozen"))
        .args(["run", "--native", text(&image)])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert_eq!(line, "0\n");
    let number = process.id().to_string();
    let images = cozen(&["images", &number]);
    let all = cozen(&["smaps", &number]);
    process.stdin.take().unwrap().write_all(b"\n").unwrap();
    assert!(process.wait().unwrap().success());
    assert_contains(
        &images,
        &["library with native code", "wait.czo", "2 images"],
    );
    assert_contains(
        &all,
        &["library with native code", "wait.czo", "[stack]", "  all\n"],
    );
}
