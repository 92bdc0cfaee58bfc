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
