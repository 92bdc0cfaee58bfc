//! Constants: objects one behind the other, each of a kind that constants have, whose pointers lead to objects.

use abi::object_layout::{closure, pair, string};
use abi::tag::{FLAG_LITERAL, FLAG_NEGATIVE, HEADER_KIND_SHIFT, Header, Kind, TAG_HEADER};
use loader::{ImageView, SegmentKind};

use super::error::{DataProblem, VerifyError};
use super::headers::Procedures;
use super::objects::{Found, Objects, Section, value};
use super::patched_words::{Patch, PatchedWords};
use super::{numbers, strings};

/// The lowest byte of a header: its tag and its flags.
const FLAGS_MASK: u64 = (1 << HEADER_KIND_SHIFT) - 1;

const WORD: u32 = 8;

impl<'image> Objects<'image> {
    /// Verifies all constants, and takes what is written there from `patched`.
    pub(super) fn verify(
        view: &ImageView<'image>,
        procedures: &Procedures<'image>,
        patched: &mut PatchedWords<'image>,
    ) -> Result<Self, VerifyError> {
        let header = view.header();
        let read_only = view
            .contents()
            .read_only_bytes(header.read_only_objects)
            .unwrap_or_default();
        let mut objects = Self {
            sections: [
                Section::new(header.constants, view.segment(SegmentKind::Constants)),
                Section::new(header.read_only_objects, read_only),
            ],
        };
        for section in &mut objects.sections {
            walk(section)?;
        }
        // The loader has checked that it writes to constants with pointers and to cells.
        for section in &objects.sections {
            objects.words(section, patched, procedures)?;
        }
        Ok(objects)
    }

    /// Verifies the words of all objects of a section.
    fn words(
        &self,
        section: &Section<'image>,
        patched: &mut PatchedWords<'image>,
        procedures: &Procedures<'image>,
    ) -> Result<(), VerifyError> {
        let start = section.extent.start;
        let end = section.extent.end() as u32;
        let mut object = ObjectWords {
            objects: self,
            section,
            patched,
            procedures,
            address: start,
            end: start,
        };
        while object.end < end {
            if let Err(problem) = object.verify_next() {
                let address = object.address;
                return Err(VerifyError::Data { address, problem });
            }
        }
        Ok(())
    }
}

/// Bytes of the object that starts with this word.
fn object_bytes(first: u64) -> u64 {
    Header::from_word(first).map_or(pair::BYTES as u64, Header::object_bytes)
}

/// Finds where objects start, and verifies headers.
fn walk(section: &mut Section<'_>) -> Result<(), VerifyError> {
    let mut address = section.extent.start;
    let end = section.extent.end();
    // Many objects have the header of the one before.
    let mut verified = 0;
    while u64::from(address) < end {
        let word = section.word(address);
        let bytes = object_bytes(word);
        let left_bytes = end - u64::from(address);
        if word != verified
            && let Some(header) = Header::from_word(word)
        {
            verify_header(header, left_bytes)
                .map_err(|problem| VerifyError::Data { address, problem })?;
            verified = word;
        }
        if bytes > left_bytes {
            let problem = DataProblem::Size {
                header: word,
                bytes,
                left_bytes,
            };
            return Err(VerifyError::Data { address, problem });
        }
        section.starts.add(address);
        address += bytes as u32;
    }
    Ok(())
}

/// Whether constants have objects with such a header.
fn verify_header(header: Header, left_bytes: u64) -> Result<(), DataProblem> {
    let unknown = DataProblem::Kind {
        kind: header.kind_byte(),
    };
    let size = header.size();
    let has_size = match header.kind().ok_or(unknown)? {
        Kind::Vector | Kind::Bytevector | Kind::Units8 => true,
        Kind::Units32 => size.is_multiple_of(4),
        Kind::Bignum | Kind::Closure => size >= 1,
        Kind::String => size == string::WORDS,
        Kind::Flonum => size == 8,
        Kind::Ratnum | Kind::Compnum => size == 2,
        _ => return Err(unknown),
    };
    let sign = match header.kind() {
        Some(Kind::Bignum) => FLAG_NEGATIVE,
        _ => 0,
    };
    if header.word() & FLAGS_MASK & !sign != TAG_HEADER | FLAG_LITERAL {
        return Err(DataProblem::Flags {
            header: header.word(),
        });
    }
    if !has_size {
        return Err(DataProblem::Size {
            header: header.word(),
            bytes: header.object_bytes(),
            left_bytes,
        });
    }
    Ok(())
}

/// The words of one object after the other, from `address` on.
struct ObjectWords<'a, 'image> {
    objects: &'a Objects<'image>,
    section: &'a Section<'image>,
    patched: &'a mut PatchedWords<'image>,
    procedures: &'a Procedures<'image>,
    address: u32,
    end: u32,
}

impl ObjectWords<'_, '_> {
    /// Verifies all words of the object that starts at the end of the one before. If a word is refused, `address` is
    /// where it is.
    fn verify_next(&mut self) -> Result<(), DataProblem> {
        let first = self.section.word(self.end);
        self.address = self.end;
        self.end += object_bytes(first) as u32;
        let Some(header) = Header::from_word(first) else {
            self.value()?;
            self.value()?;
            return Ok(());
        };
        self.unpatched()?;
        let kind = header.kind().expect("headers were verified");
        match kind {
            Kind::Vector => self.values(header.size())?,
            Kind::Closure => {
                self.code()?;
                self.values(header.size() - 1)?;
            }
            Kind::String => self.string()?,
            Kind::Ratnum => {
                let [numerator, denominator] = [self.value()?, self.value()?];
                numbers::ratnum(self.objects, numerator, denominator)?;
            }
            Kind::Compnum => {
                let [real, imaginary] = [self.value()?, self.value()?];
                numbers::compnum(self.objects, real, imaginary)?;
            }
            _ => self.bytes(header, kind)?,
        }
        while self.address < self.end {
            self.unpatched()?;
        }
        Ok(())
    }

    /// The payload of an object without values.
    fn bytes(&mut self, header: Header, kind: Kind) -> Result<(), DataProblem> {
        let offset = (self.address - self.section.extent.start) as usize;
        let payload = &self.section.bytes[offset..][..(self.end - self.address) as usize];
        match kind {
            Kind::Bignum => numbers::bignum(header, payload)?,
            Kind::Flonum => numbers::flonum(payload)?,
            Kind::Units32 => strings::units(&payload[..header.size() as usize])?,
            _ => {}
        }
        if self.patched.next_address() < self.end {
            self.address = self.patched.next_address();
            self.unpatched()?;
        }
        self.address = self.end;
        Ok(())
    }

    fn values(&mut self, count: u64) -> Result<(), DataProblem> {
        for _ in 0..count {
            self.value()?;
        }
        Ok(())
    }

    /// A word that is neither relocated nor a symbol.
    #[inline(always)]
    fn unpatched(&mut self) -> Result<(), DataProblem> {
        match self.patched.take(self.address) {
            None => self.address += WORD,
            Some(Patch::Relocated) => return Err(DataProblem::Relocation),
            Some(Patch::Symbol) => return Err(DataProblem::Symbol),
        }
        Ok(())
    }

    /// A value: an immediate, a pointer to an object or a symbol. The answer is the word; that of a symbol is `#f`.
    #[inline(always)]
    fn value(&mut self) -> Result<u64, DataProblem> {
        let word = self.section.word(self.address);
        let patch = self.patched.take(self.address);
        let word = value(self.objects, word, patch)?;
        self.address += WORD;
        Ok(word)
    }

    /// The same, and the object that it leads to, if it leads to one.
    #[inline]
    fn object(&mut self) -> Result<Option<Found>, DataProblem> {
        let word = self.section.word(self.address);
        let patch = self.patched.take(self.address);
        let found = match patch {
            Some(Patch::Relocated) => {
                let found = self.objects.find(word);
                Some(found.ok_or(DataProblem::Pointer { target: word })?)
            }
            _ => value(self.objects, word, patch).map(|_| None)?,
        };
        self.address += WORD;
        Ok(found)
    }

    /// The code address of a closure.
    fn code(&mut self) -> Result<(), DataProblem> {
        const _: () = assert!(closure::CODE == WORD as usize);
        let target = self.section.word(self.address);
        let is_code = self.patched.take(self.address) == Some(Patch::Relocated)
            && u32::try_from(target)
                .is_ok_and(|target| self.procedures.takes_and_gives_values(target));
        if !is_code {
            return Err(DataProblem::Code { target });
        }
        self.address += WORD;
        Ok(())
    }

    fn string(&mut self) -> Result<(), DataProblem> {
        const _: () = assert!(string::UNITS == 8 && string::LENGTH == 16 && string::HASH == 24);
        let start = self.address;
        let units = self.object()?;
        let [length, hash] = [self.value()?, self.value()?];
        self.address = start;
        strings::string(units, length, hash)?;
        self.address = start + 3 * WORD;
        Ok(())
    }
}
