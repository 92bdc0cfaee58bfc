//! Images of libraries in files.

use std::fs;

use super::cache::with_counter;
use super::err;

#[test]
fn a_library_is_compiled_to_a_file_and_found_there() {
    let folder = with_counter("library-image");
    let library = "lib/my/counter";
    let [source, image] = ["sld", "czo"].map(|end| format!("{library}.{end}"));
    let made = folder.run(&["compile", &source, "-o", &image]);
    assert_eq!(made.status.code(), Some(0), "{}", err(&made));
    for file in [&source, "lib/my/counter.scm"] {
        fs::remove_file(folder.path().join(file)).expect("it was there");
    }
    for options in [
        &[][..],
        &["--no-cache"],
        &["--trust", "--no-cache"],
        &["--jit=off"],
    ] {
        let arguments = [options, &["-L", "lib", "program.scm"]].concat();
        folder.check(&arguments, "2\n4\n5\n");
    }
    fs::write(folder.path().join(&image), "no image").expect("a file");
    let output = folder.run(&["-L", "lib", "program.scm"]);
    assert_eq!(output.status.code(), Some(2), "{}", err(&output));
    let expected = "lib/my/counter.czo is refused: not an ELF file";
    assert!(err(&output).contains(expected), "{}", err(&output));
}

#[test]
fn the_stripped_image_of_a_library_is_still_one() {
    let folder = with_counter("library-strip");
    let image = "lib/my/counter.czo";
    let made = folder.run(&["compile", "lib/my/counter.sld", "-o", image]);
    assert_eq!(made.status.code(), Some(0), "{}", err(&made));
    let bytes = |file: &str| {
        fs::metadata(folder.path().join(file))
            .expect("a file")
            .len()
    };
    let before = bytes(image);
    for debug in ["--debug=lines", "--debug=none"] {
        let stripped = folder.run(&["strip", debug, image]);
        assert_eq!(stripped.status.code(), Some(0), "{}", err(&stripped));
        assert!(bytes(image) < before);
        folder.check(&["--no-cache", "-L", "lib", "program.scm"], "2\n4\n5\n");
    }
    for file in ["lib/my/counter.sld", "lib/my/counter.scm"] {
        fs::remove_file(folder.path().join(file)).expect("it was there");
    }
    folder.check(&["--no-cache", "-L", "lib", "program.scm"], "2\n4\n5\n");
}

#[test]
fn no_executable_is_built_of_a_library() {
    let folder = with_counter("library-build");
    let image = "lib/my/counter.czo";
    let made = folder.run(&["compile", "lib/my/counter.sld", "-o", image]);
    assert_eq!(made.status.code(), Some(0), "{}", err(&made));
    for file in ["lib/my/counter.sld", image] {
        let built = folder.run(&["build", file, "-o", "out"]);
        assert_eq!(built.status.code(), Some(2), "{}", err(&built));
        let expected = format!("{file}: it is the image of a library: there is no program to run");
        assert!(err(&built).contains(&expected), "{}", err(&built));
    }
}

#[test]
fn a_body_that_fails_is_shown_with_its_place_and_what_has_asked_for_it() {
    let folder = with_counter("library-fails");
    let library = "(define-library (my fails) (export x) (import (scheme base))
  (begin
    (define (f l) (+ 1 (car l)))
    (define x (+ 1 (f '())))))";
    fs::write(folder.path().join("lib/my/fails.sld"), library).expect("a file");
    fs::write(folder.path().join("fails.scm"), "(import (my fails))").expect("a file");
    for _ in 0..2 {
        let output = folder.run(&["-L", "lib", "fails.scm"]);
        assert_eq!(output.status.code(), Some(1), "{}", err(&output));
        let said = err(&output);
        let frames = "
  f at lib/my/fails.sld:3:24
  (toplevel) at lib/my/fails.sld:4:20
  import at (cozen)/cozen/system.sld";
        assert!(said.contains(frames), "{said}");
    }
}
