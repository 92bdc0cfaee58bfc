//! Libraries that a program compiles when it imports them: the texts of `lib/portable`, which `build.rs`
//! has packed.
//!
//! They cost a program that does not import them nothing: the boot image does not contain them.

use abi::procedure::LIBRARY_FOLDER;
use compiler::expand::{LibrarySource, SourceText};

/// For each file, in the order of their names: a line with its name and its bytes, and its text.
static ARCHIVE: &str = include_str!(concat!(env!("OUT_DIR"), "/portable.archive"));

/// The libraries in the executable.
#[derive(Debug)]
pub(crate) struct PortableLibraries;

impl LibrarySource for PortableLibraries {
    fn library(&self, file: &str) -> Option<SourceText> {
        files(ARCHIVE)
            .find(|&(name, _)| name == file)
            .map(|(name, text)| SourceText::new(&format!("{LIBRARY_FOLDER}{name}"), text))
    }
}

/// The name and the text of each file in an archive.
fn files(mut rest: &str) -> impl Iterator<Item = (&str, &str)> {
    std::iter::from_fn(move || {
        let (line, texts) = rest.split_once('\n')?;
        let (name, bytes) = line
            .rsplit_once(' ')
            .expect("build.rs writes name and bytes");
        let bytes = bytes.parse().expect("build.rs writes a number");
        let (text, others) = texts.split_at(bytes);
        rest = others;
        Some((name, text))
    })
}

#[cfg(test)]
mod tests {
    use super::{ARCHIVE, files};

    #[test]
    fn files_follow_each_other() {
        let archive = "a/b.sld 4\n(a)\nc 1.sld 0\nd.sld 2\nd\n";
        let expected = [("a/b.sld", "(a)\n"), ("c 1.sld", ""), ("d.sld", "d\n")];
        assert!(files(archive).eq(expected));
    }

    #[test]
    fn each_library_is_in_the_file_that_its_name_says() {
        for (name, text) in files(ARCHIVE) {
            let library = name
                .strip_suffix(".sld")
                .expect("a library")
                .replace('/', " ");
            let define = format!("(define-library ({library})");
            assert!(text.contains(&define), "{name} does not contain {define}");
        }
    }
}
