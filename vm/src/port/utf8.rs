//! UTF-8 in pieces: one character from bytes that may end anywhere; lines and columns.

use std::cell::Cell;

/// What the first bytes of a text are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decoded {
    /// This character, in this many bytes; U+FFFD for bytes that are no UTF-8.
    Character(char, usize),
    /// More bytes decide.
    Incomplete,
    /// There are no bytes.
    Nothing,
}

/// What comes after some bytes of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    /// More bytes may come.
    MayFollow,
    /// The text ends.
    End,
}

/// The first character of `bytes`.
pub(crate) fn decode(bytes: &[Cell<u8>], after: After) -> Decoded {
    if let Some(first) = bytes.first().map(Cell::get)
        && first.is_ascii()
    {
        return Decoded::Character(char::from(first), 1);
    }
    let mut copy = [0; char::MAX_LEN_UTF8];
    let length = bytes.len().min(copy.len());
    for (place, byte) in copy.iter_mut().zip(bytes) {
        *place = byte.get();
    }
    let copy = &copy[..length];
    if copy.is_empty() {
        return Decoded::Nothing;
    }
    let valid = match std::str::from_utf8(copy) {
        Ok(text) => text,
        Err(error) if error.valid_up_to() > 0 => {
            std::str::from_utf8(&copy[..error.valid_up_to()]).expect("valid up to there")
        }
        Err(error) => {
            return match error.error_len() {
                Some(wrong) => Decoded::Character(char::REPLACEMENT_CHARACTER, wrong),
                None if after == After::End => {
                    Decoded::Character(char::REPLACEMENT_CHARACTER, length)
                }
                None => Decoded::Incomplete,
            };
        }
    };
    let character = valid.chars().next().expect("the text is not empty");
    Decoded::Character(character, character.len_utf8())
}

/// The characters of `bytes`, which are complete.
pub(crate) fn characters(mut bytes: &[Cell<u8>]) -> impl Iterator<Item = char> + Clone {
    std::iter::from_fn(move || match decode(bytes, After::End) {
        Decoded::Character(character, length) => {
            bytes = &bytes[length..];
            Some(character)
        }
        Decoded::Incomplete | Decoded::Nothing => None,
    })
}

/// A place in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineColumn {
    /// Zero-based.
    pub line: usize,
    /// Zero-based, in characters.
    pub column: usize,
}

impl LineColumn {
    /// The place after `bytes`, which start here.
    pub(crate) fn after(mut self, bytes: &[Cell<u8>]) -> Self {
        for byte in bytes.iter().map(Cell::get) {
            if byte == b'\n' {
                self = Self {
                    line: self.line + 1,
                    column: 0,
                };
            } else if byte & 0xc0 != 0x80 {
                // Continuation bytes are no characters of their own.
                self.column += 1;
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cells(bytes: &[u8]) -> Vec<Cell<u8>> {
        bytes.iter().copied().map(Cell::new).collect()
    }

    #[test]
    fn a_character_is_awaited_until_it_can_no_longer_come() {
        use After::{End, MayFollow};
        let decode = |bytes: &[u8], after| decode(&cells(bytes), after);
        assert_eq!(decode(b"", MayFollow), Decoded::Nothing);
        assert_eq!(decode(b"ab", MayFollow), Decoded::Character('a', 1));
        assert_eq!(
            decode("λx".as_bytes(), MayFollow),
            Decoded::Character('λ', 2)
        );
        assert_eq!(decode(&[0xce], MayFollow), Decoded::Incomplete);
        assert_eq!(decode(&[0xce], End), Decoded::Character('\u{fffd}', 1));
        assert_eq!(
            decode(&[0xff, b'a'], MayFollow),
            Decoded::Character('\u{fffd}', 1)
        );
        assert_eq!(
            decode("😀".as_bytes(), MayFollow),
            Decoded::Character('😀', 4)
        );
    }

    proptest! {
        #[test]
        fn bytes_decode_as_the_standard_library_does_lossily(bytes: Vec<u8>) {
            let found: String = characters(&cells(&bytes)).collect();
            prop_assert_eq!(found, String::from_utf8_lossy(&bytes));
        }
    }
}
