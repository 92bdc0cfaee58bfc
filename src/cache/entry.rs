//! An entry of the cache: the image of a program, its native part, and what it was made from.
//!
//! An entry is a file. The image comes first, so that tools find an ELF file. The native part follows, which may be
//! empty, and the record. The trailer, of [`TRAILER_BYTES`], comes last:
//!
//! ```text
//! 0    hash of the parts before the trailer and of their lengths: 16 bytes
//! 16   length of the image: u64
//! 24   length of the native part: u64
//! 32   length of the record: u64
//! 40   magic: 16 bytes
//! ```
//!
//! A record is a sequence of fields. A field is a length, u32, and bytes. All numbers are little-endian.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use compiler::diagnostic::Diagnostic;

use super::digest::{Digest, Digester};
use crate::recorded_files::{Dependency, Found};

/// Marks the end of an entry, and names the version of the format.
const MAGIC: &[u8; 16] = b"Cozen cache 1\0\0\n";
const TRAILER_BYTES: usize = 56;

/// What goes with an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// The compiler that made the image.
    pub(super) compiler: Digest,
    pub(super) origin: Origin,
}

/// What a program was made from, and what the compiler said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// What messages call the program.
    pub(crate) name: String,
    /// The files that expansion read or looked for.
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) warnings: Vec<Diagnostic>,
    /// Whether there is native code that was still to be made.
    pub(crate) lacks_native_code: bool,
}

/// The bytes of an entry.
pub(super) fn encode(image: &[u8], native_part: &[u8], record: &Record) -> Vec<u8> {
    let record = encode_record(record);
    let parts = [image, native_part, &record];
    let mut bytes = parts.concat();
    bytes.extend_from_slice(&hash(parts).0);
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
    }
    bytes.extend_from_slice(MAGIC);
    bytes
}

/// Where the parts of an entry end, and the record.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Decoded {
    /// The image ends here, and the native part begins.
    pub(super) image_end: usize,
    /// The native part ends here.
    pub(super) native_end: usize,
    pub(super) record: Record,
}

/// The parts of an entry that is whole.
///
/// # Errors
///
/// What is wrong with it.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, &'static str> {
    let Some((contents, trailer)) = bytes.split_last_chunk::<TRAILER_BYTES>() else {
        return Err("it is shorter than a trailer");
    };
    let (expected, rest) = trailer.split_at(Digest::BYTES);
    let (lengths, magic) = rest.split_at(24);
    if magic != MAGIC {
        return Err("it does not end as an entry of this version does");
    }
    let length = |at: usize| {
        let bytes = lengths[at..].first_chunk().expect("three lengths");
        usize::try_from(u64::from_le_bytes(*bytes)).unwrap_or(usize::MAX)
    };
    let image_end = length(0);
    let native_end = image_end.saturating_add(length(8));
    if native_end.saturating_add(length(16)) != contents.len() {
        return Err("its parts are not as long as it says");
    }
    let (parts, record) = contents.split_at(native_end);
    let (image, native_part) = parts.split_at(image_end);
    if hash([image, native_part, record]).0 != *expected {
        return Err("its hash is another one");
    }
    Ok(Decoded {
        image_end,
        native_end,
        record: decode_record(record).ok_or("its record is malformed")?,
    })
}

fn hash(parts: [&[u8]; 3]) -> Digest {
    let mut digester = Digester::default();
    for part in parts {
        digester.add(part);
    }
    digester.finish()
}

const CONTENTS: u8 = 0;
const UNREADABLE: u8 = 1;
const LOOKED_IN_VAIN: u8 = 2;
const LOOKED_AND_FOUND: u8 = 3;

fn encode_record(record: &Record) -> Vec<u8> {
    let mut fields = Writer::default();
    let origin = &record.origin;
    fields.bytes(&record.compiler.0);
    fields.number(origin.lacks_native_code.into());
    fields.bytes(origin.name.as_bytes());
    fields.number(origin.dependencies.len() as u32);
    for dependency in &origin.dependencies {
        fields.bytes(dependency.path.as_os_str().as_bytes());
        match dependency.found {
            Found::Contents(digest) => {
                fields.bytes(&[CONTENTS]);
                fields.bytes(&digest.0);
            }
            Found::Unreadable => fields.bytes(&[UNREADABLE]),
            Found::Looked(false) => fields.bytes(&[LOOKED_IN_VAIN]),
            Found::Looked(true) => fields.bytes(&[LOOKED_AND_FOUND]),
        }
    }
    fields.number(origin.warnings.len() as u32);
    for warning in &origin.warnings {
        for text in [&warning.file, &warning.source_line, &warning.message] {
            fields.bytes(text.as_bytes());
        }
        for number in [warning.line, warning.column, warning.width] {
            fields.number(number);
        }
        fields.number(warning.notes.len() as u32);
        for note in &warning.notes {
            fields.bytes(note.as_bytes());
        }
    }
    fields.0
}

fn decode_record(bytes: &[u8]) -> Option<Record> {
    let mut fields = Reader(bytes);
    let record = Record {
        compiler: fields.digest()?,
        origin: Origin {
            lacks_native_code: match fields.number()? {
                0 => false,
                1 => true,
                _ => return None,
            },
            name: fields.text()?,
            dependencies: fields.list(Reader::dependency)?,
            warnings: fields.list(Reader::warning)?,
        },
    };
    fields.0.is_empty().then_some(record)
}

#[derive(Default)]
struct Writer(Vec<u8>);

impl Writer {
    fn number(&mut self, number: u32) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u32);
        self.0.extend_from_slice(bytes);
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn number(&mut self) -> Option<u32> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_le_bytes(*number))
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.number()? as usize;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    fn text(&mut self) -> Option<String> {
        String::from_utf8(self.bytes()?.to_owned()).ok()
    }

    fn digest(&mut self) -> Option<Digest> {
        self.bytes()?.try_into().ok().map(Digest)
    }

    /// A length, and so many elements.
    fn list<T>(&mut self, element: fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.number()?;
        (0..count).map(|_| element(self)).collect()
    }

    fn dependency(&mut self) -> Option<Dependency> {
        let path: &Path = OsStr::from_bytes(self.bytes()?).as_ref();
        let found = match self.bytes()? {
            [CONTENTS] => Found::Contents(self.digest()?),
            [UNREADABLE] => Found::Unreadable,
            [LOOKED_IN_VAIN] => Found::Looked(false),
            [LOOKED_AND_FOUND] => Found::Looked(true),
            _ => return None,
        };
        Some(Dependency {
            path: PathBuf::from(path),
            found,
        })
    }

    fn warning(&mut self) -> Option<Diagnostic> {
        Some(Diagnostic {
            file: self.text()?,
            source_line: self.text()?,
            message: self.text()?,
            line: self.number()?,
            column: self.number()?,
            width: self.number()?,
            notes: self.list(Self::text)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn record() -> Record {
        let origin = Origin {
            name: "prog.scm".into(),
            lacks_native_code: true,
            dependencies: vec![
                Dependency {
                    path: "lib/a.sld".into(),
                    found: Found::Contents(Digest::of(b"a")),
                },
                Dependency {
                    path: OsStr::from_bytes(b"lib/\xff.sld").into(),
                    found: Found::Unreadable,
                },
                Dependency {
                    path: "b".into(),
                    found: Found::Looked(true),
                },
                Dependency {
                    path: "c".into(),
                    found: Found::Looked(false),
                },
            ],
            warnings: vec![Diagnostic {
                file: "prog.scm".into(),
                line: 3,
                column: 4,
                width: 5,
                source_line: "(f λ)".into(),
                message: "f is not bound".into(),
                notes: vec!["a note".into(), String::new()],
            }],
        };
        Record {
            compiler: Digest::of(b"compiler"),
            origin,
        }
    }

    #[test]
    fn an_entry_comes_back_as_it_was() {
        for native_part in [&b"native"[..], b""] {
            let bytes = encode(b"image", native_part, &record());
            let decoded = Decoded {
                image_end: 5,
                native_end: 5 + native_part.len(),
                record: record(),
            };
            assert_eq!(decode(&bytes), Ok(decoded));
        }
    }

    #[test]
    fn a_flipped_bit_and_a_missing_end_are_found() {
        let bytes = encode(b"image", b"native", &record());
        for at in 0..bytes.len() * 8 {
            let mut bytes = bytes.clone();
            bytes[at / 8] ^= 1 << (at % 8);
            assert!(decode(&bytes).is_err(), "bit {at}");
        }
        for length in 0..bytes.len() {
            assert!(decode(&bytes[..length]).is_err(), "{length} bytes");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_record_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Some(record) = decode_record(&bytes) {
                prop_assert_eq!(encode_record(&record), bytes);
            }
        }
    }
}
