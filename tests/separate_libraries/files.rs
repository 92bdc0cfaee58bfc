//! Images of libraries in files, beside texts or without.

use std::fs;

use super::folder::{Folder, frontend, library, run};

#[test]
fn a_library_that_is_there_as_an_image_only_is_named_where_it_cannot_be_used() {
    let folder = Folder::new("separate-image-only");
    folder.write("x.sld", &library("x", "", "f", "(define (f) 'image)"));
    folder.compile("x");
    fs::remove_file(folder.0.join("x.sld")).expect("a file");
    folder.write(
        "program.scm",
        "(import (scheme base)) (cond-expand ((library (x)) (import (x))) (else (define (f) 'none))) (f)",
    );
    assert_eq!(run(&folder, None).value(), "image");
    let made = frontend(&folder.0).compile_image(&folder.0.join("program.scm"));
    let message = made.expect_err("there is no text").with_causes();
    assert!(
        message.contains("library (x) is there as an image only"),
        "{message}"
    );
    assert!(message.contains("x.czo cannot be used here"), "{message}");
}

#[test]
fn an_image_that_cannot_be_read_is_not_used_where_there_is_a_text() {
    let folder = Folder::new("separate-unreadable");
    folder.write("a.sld", &library("a", "", "f", "(define (f) 'text)"));
    folder.write("program.scm", "(import (scheme base) (a)) (f)");
    fs::create_dir(folder.0.join("a.czo")).expect("a folder");
    let ran = run(&folder, None);
    assert_eq!(ran.value(), "text");
    assert!(ran.told("a.czo is not used: "), "{:?}", ran.news);
    fs::remove_file(folder.0.join("a.sld")).expect("a file");
    let error = run(&folder, None).error();
    assert!(error.contains("a.czo"), "{error}");
}
