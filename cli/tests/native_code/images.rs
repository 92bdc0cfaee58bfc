//! Images with much native code: stock tools are content with them, and the same source makes the same
//! bytes, however many threads made them.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::tools::{COZEN, Scratch};

/// So much that several threads make its native code.
fn large_program() -> String {
    let mut text = String::from("(import (scheme base) (scheme write))\n");
    let mut names = String::new();
    for number in 0..200 {
        let _ = writeln!(
            text,
            "(define (f{number} x v)
               (let loop ((i 0) (s (* x 1.5)) (all '()))
                 (cond ((= i (vector-length v)) (cons s all))
                       ((pair? (vector-ref v i)) (loop (+ i 1) (+ s {number}) (car (vector-ref v i))))
                       (else (loop (+ i 1) (+ s (* i (vector-ref v i))) (cons i all))))))"
        );
        let _ = write!(names, " f{number}");
    }
    text + "(write (length (list" + &names + ")))"
}

/// The image that `command` makes of `program`; `None` if there is no such command.
fn compiled(command: &[&str], scratch: &Scratch, program: &Path) -> Option<Vec<u8>> {
    let image = scratch.0.join("out.czo");
    let status = Command::new(command[0])
        .args(&command[1..])
        .args(["--native", "compile"])
        .arg(program)
        .arg("-o")
        .arg(&image)
        .status()
        .ok()?;
    assert!(status.success(), "{command:?}");
    Some(fs::read(image).expect("it was just written"))
}

#[test]
fn native_code_is_the_same_from_one_thread_and_from_several() {
    let scratch = Scratch::new("threads");
    let program = scratch.write("large.scm", &large_program());
    let several = compiled(&[COZEN], &scratch, &program).expect("cozen is here");
    let again = compiled(&[COZEN], &scratch, &program).expect("cozen is here");
    assert!(several == again);
    // Standard libraries count the processors that a process may use.
    if let Some(one) = compiled(&["taskset", "-c", "0", COZEN], &scratch, &program) {
        assert!(one == several);
    }
}

#[test]
fn stock_tools_have_no_complaint_of_compiled_programs() {
    let scratch = Scratch::new("tools");
    let program = scratch.write("large.scm", &large_program());
    let image = compiled(&[COZEN], &scratch, &program).expect("cozen is here");
    let path = scratch.0.join("image.czo");
    fs::write(&path, image).expect("a writable directory");
    let commands: [&[&str]; 3] = [
        &["readelf", "-aW"],
        &["readelf", "--debug-dump=info,decodedline,frames"],
        &["eu-elflint"],
    ];
    for command in commands {
        let output = Command::new(command[0])
            .args(&command[1..])
            .arg(&path)
            .output();
        let Ok(output) = output else { continue };
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).to_lowercase();
        let complaint = text
            .lines()
            .find(|line| line.contains("warning") || line.contains("error:"));
        assert!(
            output.status.success() && complaint.is_none(),
            "{command:?}: {complaint:?}"
        );
    }
    let symbols = Command::new("readelf").arg("-sW").arg(&path).output();
    if let Ok(symbols) = symbols {
        let symbols = String::from_utf8_lossy(&symbols.stdout).into_owned();
        assert!(
            symbols.lines().any(|line| line.ends_with(" f199")),
            "{symbols}"
        );
    }
}
