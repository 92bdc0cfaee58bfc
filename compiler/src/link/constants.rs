//! Constants: the segment and the words of each object.
//!
//! An object without pointers is encoded at once and lies in the read-only segment, where equal
//! objects are stored once. The other objects become words whose final values depend on the layout.
//! All objects are marked as literals.

use std::collections::HashMap;
use std::rc::Rc;

use abi::object_layout::OBJECT_ALIGN_BYTES;
use abi::tag::{self, FALSE, FLAG_LITERAL, FLAG_NEGATIVE, Header, Kind, TAG_OBJECT, TAG_PAIR};

use super::unit::{Constant, ConstantId, ConstantWord, NameId};
use crate::checkpoint;
use crate::id::IdVec;
use crate::ssa::ir::ProcedureId;

/// A word of the constants or cells before the layout is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LinkedWord {
    /// Known already.
    Word(u64),
    /// A reference to a constant.
    Constant(ConstantId),
    /// An interned symbol: written by the loader.
    Symbol(NameId),
    /// A symbol that lies in the image.
    OwnSymbol(NameId),
    /// A global variable that lies in the image, by index into the library's.
    Location(usize),
    /// The code address of a procedure.
    Procedure(ProcedureId),
    /// A reference to an object of the read-only segment.
    ReadOnly(ReadOnlyOffset),
}

impl LinkedWord {
    /// Whether the loader has to add the image's address to the word.
    pub(super) const fn is_relocated(self) -> bool {
        matches!(
            self,
            Self::Constant(_)
                | Self::OwnSymbol(_)
                | Self::Location(_)
                | Self::Procedure(_)
                | Self::ReadOnly(_)
        )
    }
}

impl From<ConstantWord> for LinkedWord {
    fn from(word: ConstantWord) -> Self {
        match word {
            ConstantWord::Word(word) => Self::Word(word),
            ConstantWord::Constant(index) => Self::Constant(index),
            ConstantWord::Symbol(index) => Self::Symbol(index),
        }
    }
}

/// Bytes from the start of the read-only objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ReadOnlyOffset(pub(super) u64);

/// Where a constant lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Home {
    /// Among the read-only objects.
    ReadOnly(ReadOnlyOffset),
    /// At this word of the constants segment.
    Linked(u64),
}

/// Where a constant lies, and the tag of references to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ConstantPlace {
    pub(super) home: Home,
    pub(super) tag: u64,
}

/// All constants of a unit.
#[derive(Debug, Default)]
pub(super) struct PlacedConstants {
    /// Of each.
    pub(super) places: IdVec<ConstantId, ConstantPlace>,
    /// The objects without pointers.
    pub(super) read_only: Vec<u8>,
    /// The words of the objects with pointers.
    pub(super) linked: Vec<LinkedWord>,
    read_only_by_content: HashMap<Vec<u8>, ReadOnlyOffset>,
    strings_by_content: HashMap<Rc<str>, u64>,
}

/// Gives every constant its place.
pub(super) fn place_constants(constants: &IdVec<ConstantId, Constant>) -> PlacedConstants {
    let mut placed = PlacedConstants::default();
    for constant in constants {
        checkpoint::step();
        let place = placed.place(constant);
        placed.places.push(place);
    }
    placed
}

impl PlacedConstants {
    fn place(&mut self, constant: &Constant) -> ConstantPlace {
        match constant {
            Constant::Pair(car, cdr) => self.place_words(None, &[*car, *cdr]),
            Constant::Vector(items) => {
                self.place_words(Some(literal(Kind::Vector, items.len() as u64)), items)
            }
            Constant::Ratnum(numerator, denominator) => {
                self.place_words(Some(literal(Kind::Ratnum, 2)), &[*numerator, *denominator])
            }
            Constant::Compnum(real, imaginary) => {
                self.place_words(Some(literal(Kind::Compnum, 2)), &[*real, *imaginary])
            }
            Constant::String(text) => self.place_string(text),
            Constant::Bytevector(bytes) => self.place_bytes(Kind::Bytevector, bytes),
            Constant::Flonum(value) => self.place_bytes(Kind::Flonum, &value.to_le_bytes()),
            Constant::Bignum { negative, limbs } => self.place_bignum(*negative, limbs),
            Constant::Closure(procedure) => {
                let header = LinkedWord::Word(literal(Kind::Closure, 1).word());
                self.place_linked(TAG_OBJECT, &[header, LinkedWord::Procedure(*procedure)])
            }
        }
    }

    fn place_words(&mut self, header: Option<Header>, words: &[ConstantWord]) -> ConstantPlace {
        let tag = if header.is_some() {
            TAG_OBJECT
        } else {
            TAG_PAIR
        };
        let header = header.map(|header| LinkedWord::Word(header.word()));
        let words: Vec<LinkedWord> = header
            .into_iter()
            .chain(words.iter().map(|&word| word.into()))
            .collect();
        let known: Option<Vec<u8>> = words.iter().try_fold(Vec::new(), |mut bytes, word| {
            let LinkedWord::Word(word) = word else {
                return None;
            };
            bytes.extend_from_slice(&word.to_le_bytes());
            Some(bytes)
        });
        match known {
            Some(bytes) => ConstantPlace {
                home: Home::ReadOnly(self.add_read_only(bytes)),
                tag,
            },
            None => self.place_linked(tag, &words),
        }
    }

    fn place_linked(&mut self, tag: u64, words: &[LinkedWord]) -> ConstantPlace {
        let home = Home::Linked(self.linked.len() as u64);
        self.linked.extend_from_slice(words);
        let object_words = OBJECT_ALIGN_BYTES / 8;
        let padded = self.linked.len().next_multiple_of(object_words);
        self.linked.resize(padded, LinkedWord::Word(0));
        ConstantPlace { home, tag }
    }

    fn place_string(&mut self, text: &Rc<str>) -> ConstantPlace {
        if let Some(&word) = self.strings_by_content.get(text) {
            return ConstantPlace {
                home: Home::Linked(word),
                tag: TAG_OBJECT,
            };
        }
        let mut length = 0;
        let mut is_latin1 = true;
        for character in text.chars() {
            length += 1;
            is_latin1 &= u8::try_from(character).is_ok();
        }
        let units = if is_latin1 {
            let bytes = text
                .chars()
                .map(|character| character as u8)
                .collect::<Vec<_>>();
            encode_bytes(literal(Kind::Units8, bytes.len() as u64), &bytes)
        } else {
            let bytes: Vec<u8> = text
                .chars()
                .flat_map(|character| (character as u32).to_le_bytes())
                .collect();
            encode_bytes(literal(Kind::Units32, bytes.len() as u64), &bytes)
        };
        let units = self.add_read_only(units);
        let length = tag::fixnum(length).expect("a text in memory has fewer than 2^60 characters");
        let place = self.place_linked(
            TAG_OBJECT,
            &[
                LinkedWord::Word(literal(Kind::String, abi::object_layout::string::WORDS).word()),
                LinkedWord::ReadOnly(units),
                LinkedWord::Word(length),
                LinkedWord::Word(FALSE),
            ],
        );
        if let Home::Linked(word) = place.home {
            self.strings_by_content.insert(Rc::clone(text), word);
        }
        place
    }

    fn place_bignum(&mut self, negative: bool, limbs: &[u64]) -> ConstantPlace {
        let flags = if negative { FLAG_NEGATIVE } else { 0 };
        let header = literal(Kind::Bignum, limbs.len() as u64).with_flags(flags);
        let payload: Vec<u8> = limbs.iter().flat_map(|limb| limb.to_le_bytes()).collect();
        let offset = self.add_read_only(encode_bytes(header, &payload));
        ConstantPlace {
            home: Home::ReadOnly(offset),
            tag: TAG_OBJECT,
        }
    }

    fn place_bytes(&mut self, kind: Kind, payload: &[u8]) -> ConstantPlace {
        let offset = self.add_read_only(encode_bytes(literal(kind, payload.len() as u64), payload));
        ConstantPlace {
            home: Home::ReadOnly(offset),
            tag: TAG_OBJECT,
        }
    }

    /// Adds an encoded object, unless there is an equal one.
    fn add_read_only(&mut self, object: Vec<u8>) -> ReadOnlyOffset {
        if let Some(&offset) = self.read_only_by_content.get(&object) {
            return offset;
        }
        let offset = ReadOnlyOffset(self.read_only.len() as u64);
        self.read_only.extend_from_slice(&object);
        let padded = self.read_only.len().next_multiple_of(OBJECT_ALIGN_BYTES);
        self.read_only.resize(padded, 0);
        self.read_only_by_content.insert(object, offset);
        offset
    }
}

fn literal(kind: Kind, size: u64) -> Header {
    Header::new(kind, size).with_flags(FLAG_LITERAL)
}

fn encode_bytes(header: Header, payload: &[u8]) -> Vec<u8> {
    let mut bytes = header.word().to_le_bytes().to_vec();
    bytes.extend_from_slice(payload);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Id;

    fn word(value: i64) -> ConstantWord {
        ConstantWord::Word(tag::fixnum(value).unwrap())
    }

    fn place_all<const N: usize>(constants: [Constant; N]) -> PlacedConstants {
        place_constants(&constants.into_iter().collect())
    }

    #[test]
    fn equal_constants_without_pointers_are_stored_once() {
        let placed = place_all([
            Constant::Flonum(1e300),
            Constant::Pair(word(1), word(2)),
            Constant::Flonum(1e300),
            Constant::Pair(word(1), word(2)),
            Constant::Vector(vec![word(1), word(2)]),
        ]);
        assert_eq!(
            placed.places[ConstantId::new(0)],
            placed.places[ConstantId::new(2)]
        );
        assert_eq!(
            placed.places[ConstantId::new(1)],
            placed.places[ConstantId::new(3)]
        );
        assert_eq!(placed.places[ConstantId::new(1)].tag, TAG_PAIR);
        assert_ne!(
            placed.places[ConstantId::new(1)],
            placed.places[ConstantId::new(4)]
        );
        assert_eq!(placed.read_only.len(), 16 + 16 + 32);
        assert!(placed.linked.is_empty());
    }

    #[test]
    fn zeros_of_either_sign_stay_apart() {
        let placed = place_all([Constant::Flonum(0.0), Constant::Flonum(-0.0)]);
        assert_ne!(
            placed.places[ConstantId::new(0)],
            placed.places[ConstantId::new(1)]
        );
    }

    #[test]
    fn strings_take_one_byte_a_character_where_latin_1_suffices() {
        let placed = place_all([
            Constant::String("café".into()),
            Constant::String("λx".into()),
            Constant::String("café".into()),
        ]);
        assert_eq!(
            placed.places[ConstantId::new(0)],
            placed.places[ConstantId::new(2)],
            "equal strings are one literal"
        );
        let header = |at: usize| {
            let bytes = placed.read_only[at..at + 8].try_into().unwrap();
            Header::from_word(u64::from_le_bytes(bytes)).unwrap()
        };
        assert_eq!(
            (header(0).kind(), header(0).size()),
            (Some(Kind::Units8), 4)
        );
        assert_eq!(&placed.read_only[8..12], b"caf\xe9");
        assert_eq!(
            (header(16).kind(), header(16).size()),
            (Some(Kind::Units32), 8)
        );
        assert!(header(16).has_flags(FLAG_LITERAL));
        assert_eq!(placed.linked[2], LinkedWord::Word(tag::fixnum(4).unwrap()));
    }

    #[test]
    fn objects_with_pointers_keep_them_symbolic() {
        let placed = place_all([
            Constant::Pair(
                ConstantWord::Symbol(NameId::new(3)),
                ConstantWord::Constant(ConstantId::new(1)),
            ),
            Constant::Closure(ProcedureId::new(7)),
        ]);
        assert_eq!(
            placed.linked[..2],
            [
                LinkedWord::Symbol(NameId::new(3)),
                LinkedWord::Constant(ConstantId::new(1))
            ]
        );
        assert_eq!(placed.linked[3], LinkedWord::Procedure(ProcedureId::new(7)));
        assert_eq!(placed.places[ConstantId::new(1)].home, Home::Linked(2));
        assert!(placed.read_only.is_empty());
    }

    #[test]
    fn bignums_carry_their_sign_in_the_header() {
        let bignum = |negative| Constant::Bignum {
            negative,
            limbs: vec![1, 2],
        };
        let placed = place_all([bignum(false), bignum(true)]);
        assert_ne!(
            placed.places[ConstantId::new(0)],
            placed.places[ConstantId::new(1)]
        );
        assert_eq!(placed.read_only.len(), 64);
        assert_ne!(placed.read_only[32] & FLAG_NEGATIVE as u8, 0);
    }
}
