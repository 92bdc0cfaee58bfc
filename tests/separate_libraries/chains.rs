//! Libraries that import each other, one behind the other.

use super::folder::{Folder, cache, frontend, library, run};

/// A program, and so many libraries behind it, each of which imports the next.
fn chain(name: &str, count: usize) -> Folder {
    let folder = Folder::new(name);
    for number in 0..count {
        let (imports, body) = match number + 1 {
            last if last == count => (String::new(), "(define (f) 1)".to_owned()),
            next => (
                format!("(prefix (l{next}) p:)"),
                "(define (f) (+ 1 (p:f)))".to_owned(),
            ),
        };
        let text = library(&format!("l{number}"), &imports, "f", &body);
        folder.write(&format!("l{number}.sld"), &text);
    }
    folder.write("program.scm", "(import (scheme base) (l0)) (f)");
    folder
}

#[test]
fn a_long_chain_of_libraries_has_images() {
    let folder = chain("separate-chain", 600);
    let cache = cache(&folder);
    for _ in 0..2 {
        assert_eq!(run(&folder, Some(&cache)).value(), "600");
    }
}

#[test]
fn a_chain_that_ends_where_it_began_is_named() {
    for (count, back) in [(40, 0), (40, 5), (40, 20), (17, 16), (16, 0)] {
        let folder = chain("separate-circle", count);
        let last = count - 1;
        let imports = format!("(prefix (l{back}) p:)");
        let text = library(
            &format!("l{last}"),
            &imports,
            "f",
            "(define (f) (+ 1 (p:f)))",
        );
        folder.write(&format!("l{last}.sld"), &text);
        let error = run(&folder, None).error();
        assert!(error.contains("imports itself"), "{count}, {back}: {error}");
    }
}

#[test]
fn a_chain_that_is_expanded_into_one_image_ends_at_a_depth_that_is_named() {
    let folder = chain("separate-deep", 1000);
    let made = frontend(&folder.0).compile_image(&folder.0.join("program.scm"));
    let message = made.expect_err("too deep").with_causes();
    let expected = "l299.sld:2:33: libraries import each other more than 300 deep";
    assert!(message.contains(expected), "{message}");
    folder.write("program.scm", "(import (scheme base) (l720)) (f)");
    let made = frontend(&folder.0).compile_image(&folder.0.join("program.scm"));
    made.expect("not too deep");
}
