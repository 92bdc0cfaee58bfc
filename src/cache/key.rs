//! What an entry of the cache is found by.

use std::fmt;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use abi::fingerprint::FINGERPRINT;
use abi::native::Tier;
use compiler::options::{Level, UnboundNames};

use super::digest::{Digest, Digester};
use crate::boot;

/// How a program is compiled, as far as the image depends on it.
#[derive(Debug)]
pub(crate) struct Choices<'a> {
    pub(crate) level: Level,
    /// `None` if the user has chosen none.
    pub(crate) tier: Option<Tier>,
    pub(crate) unbound_names: UnboundNames,
    /// Whether native code can be linked to the image.
    pub(crate) has_parts: bool,
    pub(crate) library_paths: &'a [PathBuf],
}

impl Choices<'_> {
    /// Adds all but the folders.
    fn add_to(&self, key: &mut Digester) {
        let Self {
            level,
            tier,
            unbound_names,
            has_parts,
            library_paths: _,
        } = self;
        key.add(format!("{level:?} {tier:?} {unbound_names:?} {has_parts}").as_bytes());
    }
}

/// What keys of libraries have and no key of a program has.
const LIBRARY: &str = " library";

/// Identifies a program, or a library, the compiler, and how it was compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key(pub(super) Digest);

impl Key {
    /// The key of the program `text` in `file`.
    ///
    /// The name of the file counts, since the image has it for messages, and where the file is: names in the text lead
    /// from there to others.
    pub(super) fn new(
        compiler: Digest,
        file: &Path,
        text: &[u8],
        choices: &Choices<'_>,
    ) -> io::Result<Self> {
        let mut key = Digester::default();
        key.add(&compiler.0);
        for path in std::iter::once(file).chain(choices.library_paths.iter().map(PathBuf::as_path))
        {
            key.add(path.as_os_str().as_bytes());
            key.add(std::path::absolute(path)?.as_os_str().as_bytes());
        }
        choices.add_to(&mut key);
        key.add(text);
        Ok(Self(key.finish()))
    }

    /// The key of the library `name`, whose text is in `file`.
    pub(super) fn of_library(
        compiler: Digest,
        name: &str,
        file: &Path,
        text: &[u8],
        choices: &Choices<'_>,
    ) -> io::Result<Self> {
        let key = Self::new(compiler, file, text, choices)?;
        Ok(key.with_variables([LIBRARY, name]))
    }

    /// The key of the library `name`, whose text is in the executable.
    pub(super) fn of_portable(
        compiler: Digest,
        name: &str,
        text: &[u8],
        choices: &Choices<'_>,
    ) -> Self {
        let mut key = Digester::default();
        key.add(&compiler.0);
        choices.add_to(&mut key);
        key.add(text);
        Self(key.finish()).with_variables([LIBRARY, name])
    }

    /// The key of the program in a runtime that has these variables besides those of its libraries.
    pub(crate) fn with_variables<'a>(self, variables: impl IntoIterator<Item = &'a str>) -> Self {
        let mut key = Digester::default();
        key.add(&self.0.0);
        for variable in variables {
            key.add(variable.as_bytes());
        }
        Self(key.finish())
    }
}

impl Key {
    /// Whether a text is how some key is shown.
    pub(super) fn is_spelling(text: &str) -> bool {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        text.len() == 2 * size_of::<Digest>() && text.bytes().all(is_digit)
    }

    /// A number that any key may have with the same chance.
    pub(super) fn number(self) -> u64 {
        let bytes = self.0.0.first_chunk().expect("a hash has more bytes");
        u64::from_le_bytes(*bytes)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// How many bytes of the images of the library are looked at: their headers with the hashes of their contents.
const COMPARED_BYTES: usize = 512;

/// Identifies the compiler: the version, what images say, the library as it was compiled, and the executable's file.
/// Another build of one version has another file.
pub(super) fn this_compiler() -> io::Result<Digest> {
    let mut compiler = Digester::default();
    compiler.add(env!("CARGO_PKG_VERSION").as_bytes());
    compiler.add(&FINGERPRINT.to_le_bytes());
    for image in boot::images() {
        compiler.add(&image[..COMPARED_BYTES]);
    }
    let executable = fs::metadata("/proc/self/exe")?;
    for number in [executable.dev(), executable.ino(), executable.size()] {
        compiler.add(&number.to_le_bytes());
    }
    let times = [
        executable.mtime(),
        executable.mtime_nsec(),
        executable.ctime(),
        executable.ctime_nsec(),
    ];
    for time in times {
        compiler.add(&time.to_le_bytes());
    }
    Ok(compiler.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(file: &str, text: &str, choices: &Choices<'_>) -> Key {
        let compiler = this_compiler().expect("a system with /proc");
        Key::new(compiler, file.as_ref(), text.as_bytes(), choices).expect("a working directory")
    }

    #[test]
    fn each_thing_that_an_image_depends_on_makes_another_key() {
        let plain = || Choices {
            level: Level::Full,
            tier: None,
            unbound_names: UnboundNames::Warned,
            has_parts: false,
            library_paths: &[],
        };
        let first = key("a.scm", "(f)", &plain());
        assert_eq!(first, key("a.scm", "(f)", &plain()));
        let paths = [PathBuf::from("lib")];
        let others = [
            key("b.scm", "(f)", &plain()),
            key("./a.scm", "(f)", &plain()),
            key("a.scm", "(g)", &plain()),
            key(
                "a.scm",
                "(f)",
                &Choices {
                    level: Level::Basic,
                    ..plain()
                },
            ),
            key(
                "a.scm",
                "(f)",
                &Choices {
                    tier: Some(Tier::Bytecode),
                    ..plain()
                },
            ),
            key(
                "a.scm",
                "(f)",
                &Choices {
                    unbound_names: UnboundNames::Refused,
                    ..plain()
                },
            ),
            key(
                "a.scm",
                "(f)",
                &Choices {
                    has_parts: true,
                    ..plain()
                },
            ),
            key(
                "a.scm",
                "(f)",
                &Choices {
                    library_paths: &paths,
                    ..plain()
                },
            ),
        ];
        assert!(others.iter().all(|&other| other != first));
    }
}
