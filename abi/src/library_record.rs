//! The sections `.cozen.imports` and `.cozen.made-from`: which libraries an image needs, and what the image of a
//! library was made from.
//!
//! A section is a sequence of texts. A text is its length in bytes, of 32 bits, little-endian, and its bytes in UTF-8.
//! Hashes are texts, too.
//!
//! ```text
//! .cozen.imports     for each library: name, hash of its interface
//! .cozen.made-from   name of the library, hash of the compiler, number of unbound names in digits, these names,
//!                    for each file: path as seen from the folder of the library's text, hash of its contents
//! ```
//!
//! The first file is the text of the library itself.

use alloc::string::ToString as _;
use alloc::vec::Vec;

/// A name and a hash.
pub type Hashed<'a> = (&'a str, &'a str);

/// What the image of a library was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeFrom<'a> {
    /// The name of the library.
    pub library: &'a str,
    /// The hash of the compiler.
    pub compiler: &'a str,
    /// The names in it that are not bound.
    pub unbound: Vec<&'a str>,
    /// The files, with the hashes of their contents.
    pub files: Vec<Hashed<'a>>,
}

/// The contents of the section `.cozen.imports`.
pub fn encode_imports<'a>(imports: impl IntoIterator<Item = Hashed<'a>>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, hash) in imports {
        push(&mut bytes, name);
        push(&mut bytes, hash);
    }
    bytes
}

/// The libraries that the section says. `None` if the section is damaged.
pub fn decode_imports(bytes: &[u8]) -> Option<Vec<Hashed<'_>>> {
    pairs(&texts(bytes)?)
}

/// The contents of the section `.cozen.made-from`.
pub fn encode_made_from(made_from: &MadeFrom<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    push(&mut bytes, made_from.library);
    push(&mut bytes, made_from.compiler);
    push(&mut bytes, &made_from.unbound.len().to_string());
    (made_from.unbound.iter()).for_each(|name| push(&mut bytes, name));
    bytes.extend(encode_imports(made_from.files.iter().copied()));
    bytes
}

/// What the section says. `None` if it is damaged.
pub fn decode_made_from(bytes: &[u8]) -> Option<MadeFrom<'_>> {
    let texts = texts(bytes)?;
    let (&[library, compiler, unbound_count], rest) = texts.split_first_chunk()?;
    let (unbound, files) = rest.split_at_checked(unbound_count.parse().ok()?)?;
    Some(MadeFrom {
        library,
        compiler,
        unbound: unbound.to_vec(),
        files: pairs(files)?,
    })
}

fn push(bytes: &mut Vec<u8>, text: &str) {
    let length = u32::try_from(text.len()).expect("names and hashes are short");
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(text.as_bytes());
}

fn texts(mut bytes: &[u8]) -> Option<Vec<&str>> {
    let mut texts = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk() {
        let length = u32::from_le_bytes(*length) as usize;
        let (text, rest) = rest.split_at_checked(length)?;
        texts.push(core::str::from_utf8(text).ok()?);
        bytes = rest;
    }
    bytes.is_empty().then_some(texts)
}

fn pairs<'a>(texts: &[&'a str]) -> Option<Vec<Hashed<'a>>> {
    let (pairs, rest) = texts.as_chunks();
    rest.is_empty()
        .then(|| pairs.iter().map(|&[name, hash]| (name, hash)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made_from() -> MadeFrom<'static> {
        MadeFrom {
            library: "(a b)",
            compiler: "00ff",
            unbound: ["x", "a name"].into(),
            files: [("b.sld", "12"), ("b/body.scm", "34")].into(),
        }
    }

    #[test]
    fn what_was_written_is_read() {
        let imports = [("(scheme λ)", "1f"), ("(c)", "")];
        let bytes = encode_imports(imports);
        assert_eq!(decode_imports(&bytes).as_deref(), Some(&imports[..]));
        assert_eq!(decode_imports(&[]), Some(Vec::new()));
        let bytes = encode_made_from(&made_from());
        assert_eq!(decode_made_from(&bytes), Some(made_from()));
    }

    #[test]
    fn damage_is_never_a_panic() {
        let bytes = encode_made_from(&made_from());
        for end in 0..bytes.len() {
            assert_ne!(decode_made_from(&bytes[..end]), Some(made_from()));
        }
        for index in 0..bytes.len() {
            for change in [0x01, 0x80, 0xff] {
                let mut damaged = bytes.clone();
                damaged[index] ^= change;
                assert_ne!(decode_made_from(&damaged), Some(made_from()));
                let _ = decode_imports(&damaged);
            }
        }
    }
}
