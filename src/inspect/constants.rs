//! The constants of an image, as a reader of Scheme knows them.

use std::collections::HashMap;
use std::fmt::Write as _;

use abi::image::Extent;
use abi::object_layout::{PAYLOAD, WORD_BYTES, closure, pair, string};
use abi::tag::{self, FLAG_NEGATIVE, Header, Kind};
use loader::{DebugTables, ImageView};

/// How long the text of a constant becomes at most, about, in bytes.
const TEXT_BYTES_MAX: usize = 160;

/// Why writing succeeds.
const INTO_STRING: &str = "writing to a string does not fail";

/// How deep data inside data are shown.
const DEPTH_MAX: usize = 8;

/// The constants of an image. Nothing of them is trusted: the text of a damaged constant says so.
#[derive(Debug)]
pub struct Constants<'image> {
    view: ImageView<'image>,
    /// Where symbols go, by address.
    symbols: HashMap<u32, &'image str>,
    /// Names of procedures.
    tables: DebugTables,
}

/// A constant: an object, or a pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConstantObject {
    /// Virtual address.
    pub address: u32,
    /// Size in bytes.
    pub bytes: u32,
    /// What it is: `string`, `pair`.
    pub kind: &'static str,
    /// As `write` shows it, shortened.
    pub text: String,
}

impl<'image> Constants<'image> {
    /// The constants of `view`.
    pub fn new(view: &ImageView<'image>) -> Self {
        let names: Vec<&str> = view.symbol_names().collect();
        let named = |(address, number): (u32, u32)| {
            let name = names.get(number as usize)?;
            Some((address, *name))
        };
        Self {
            view: *view,
            symbols: view.symbol_constants().filter_map(named).collect(),
            tables: view.debug_tables(),
        }
    }

    /// All constants: those without pointers, then those with pointers; in the order of their addresses.
    pub fn objects(&self) -> Vec<ConstantObject> {
        let header = self.view.header();
        let mut objects = Vec::new();
        for extent in [header.read_only_objects, header.constants] {
            self.add_objects(extent, &mut objects);
        }
        objects
    }

    fn add_objects(&self, extent: Extent, objects: &mut Vec<ConstantObject>) {
        let mut address = extent.start;
        while u64::from(address) < extent.end() {
            let Some(word) = self.view.word_at(address) else {
                return;
            };
            let (bytes, kind, reference) = match Header::from_word(word) {
                Some(header) => {
                    let bytes = u32::try_from(header.object_bytes()).unwrap_or(u32::MAX);
                    let kind = header.kind().map_or("unknown object", kind_name);
                    (bytes, kind, u64::from(address) | tag::TAG_OBJECT)
                }
                None => (
                    pair::BYTES as u32,
                    "pair",
                    u64::from(address) | tag::TAG_PAIR,
                ),
            };
            objects.push(ConstantObject {
                address,
                bytes,
                kind,
                text: self.text(reference),
            });
            let Some(next) = address.checked_add(bytes) else {
                return;
            };
            address = next;
        }
    }

    /// The text of a word that is a value or a pointer into this image, shortened.
    pub fn text(&self, word: u64) -> String {
        let mut text = String::new();
        self.write(&mut text, word, 0);
        text
    }

    /// The text of the word that stands at an address.
    fn write_at(&self, text: &mut String, address: u32, depth: usize) {
        if let Some(name) = self.symbols.get(&address) {
            text.push_str(name);
        } else if let Some(word) = self.view.word_at(address) {
            self.write(text, word, depth);
        } else {
            text.push_str("(outside the image)");
        }
    }

    fn write(&self, text: &mut String, word: u64, depth: usize) {
        if text.len() >= TEXT_BYTES_MAX || depth > DEPTH_MAX {
            text.push('…');
            return;
        }
        let address = (word & !tag::TAG_MASK) as u32;
        if tag::is_pair(word) {
            self.write_list(text, address, depth);
        } else if tag::is_object(word) {
            self.write_object(text, address, depth);
        } else {
            write_immediate(text, word);
        }
    }

    fn write_list(&self, text: &mut String, mut address: u32, depth: usize) {
        text.push('(');
        loop {
            self.write_at(text, address, depth + 1);
            let rest = address.saturating_add(pair::CDR as u32);
            let word = self.view.word_at(rest).unwrap_or(tag::NULL);
            if text.len() >= TEXT_BYTES_MAX {
                text.push_str(" …");
                break;
            }
            if self.symbols.contains_key(&rest) || (word != tag::NULL && !tag::is_pair(word)) {
                text.push_str(" . ");
                self.write_at(text, rest, depth + 1);
                break;
            }
            if word == tag::NULL {
                break;
            }
            text.push(' ');
            address = (word & !tag::TAG_MASK) as u32;
        }
        text.push(')');
    }

    fn write_object(&self, text: &mut String, address: u32, depth: usize) {
        let header = self.view.word_at(address).and_then(Header::from_word);
        let Some((header, kind)) = header.and_then(|header| Some((header, header.kind()?))) else {
            text.push_str("(no object)");
            return;
        };
        match kind {
            Kind::Vector => self.write_words(text, "#(", address, depth),
            Kind::Record => self.write_words(text, "#<record ", address, depth),
            Kind::Box | Kind::Location => self.write_words(text, "#<variable ", address, depth),
            Kind::Ratnum | Kind::Compnum => self.write_words(text, "#<number ", address, depth),
            Kind::Bytevector => {
                write_bytes(text, self.payload(address, header).unwrap_or_default());
            }
            Kind::String => self.write_string(text, address),
            Kind::Symbol => self.write_at(text, address + PAYLOAD as u32, depth + 1),
            Kind::Flonum => {
                let bits = self.view.word_at(address + PAYLOAD as u32);
                write_flonum(text, f64::from_bits(bits.unwrap_or_default()));
            }
            Kind::Bignum => write_bignum(text, header, self.payload(address, header)),
            Kind::Closure => self.write_closure(text, address),
            Kind::Units8 | Kind::Units32 => {
                write_text(
                    text,
                    kind,
                    self.payload(address, header).unwrap_or_default(),
                    None,
                );
            }
            _ => add(text, format_args!("#<{}>", kind_name(kind))),
        }
    }

    /// The words of an object, between brackets.
    fn write_words(&self, text: &mut String, open: &str, address: u32, depth: usize) {
        let header = self.view.word_at(address).and_then(Header::from_word);
        let count = header.map_or(0, Header::size);
        text.push_str(open);
        for index in 0..count {
            if index > 0 {
                text.push(' ');
            }
            if text.len() >= TEXT_BYTES_MAX {
                text.push('…');
                break;
            }
            let place = u64::from(address) + (PAYLOAD + WORD_BYTES * index as usize) as u64;
            self.write_at(text, u32::try_from(place).unwrap_or(u32::MAX), depth + 1);
        }
        text.push(if open.starts_with("#<") { '>' } else { ')' });
    }

    fn write_string(&self, text: &mut String, address: u32) {
        let units = self
            .view
            .word_at(address.saturating_add(string::UNITS as u32));
        let length = self
            .view
            .word_at(address.saturating_add(string::LENGTH as u32));
        let units = (units.unwrap_or_default() & !tag::TAG_MASK) as u32;
        let header = self.view.word_at(units).and_then(Header::from_word);
        let bytes = header.and_then(|header| Some((header.kind()?, self.payload(units, header)?)));
        match bytes {
            Some((kind, bytes)) => {
                let length = length.map(|word| tag::fixnum_value(word) as usize);
                write_text(text, kind, bytes, length);
            }
            None => text.push_str("(damaged string)"),
        }
    }

    fn write_closure(&self, text: &mut String, address: u32) {
        let code = self
            .view
            .word_at(address.saturating_add(closure::CODE as u32));
        let code = code.unwrap_or_default() as u32;
        match self
            .tables
            .procedure_name(code)
            .filter(|name| !name.is_empty())
        {
            Some(name) => add(text, format_args!("#<procedure {name}>")),
            None => add(text, format_args!("#<procedure at {code:#x}>")),
        }
    }

    /// The bytes behind a header.
    fn payload(&self, address: u32, header: Header) -> Option<&'image [u8]> {
        let bytes = match header.kind()? {
            kind if kind.size_is_in_bytes() => header.size(),
            _ => header.size().checked_mul(WORD_BYTES as u64)?,
        };
        self.view.bytes_at(Extent {
            start: address.checked_add(PAYLOAD as u32)?,
            bytes: u32::try_from(bytes).ok()?,
        })
    }
}

fn write_immediate(text: &mut String, word: u64) {
    if tag::is_fixnum(word) {
        add(text, format_args!("{}", tag::fixnum_value(word)));
    } else if tag::is_self_tagged_flonum(word) {
        write_flonum(text, tag::flonum_value(word));
    } else if let Some(character) = tag::character_value(word) {
        syntax::write_character(character, text).expect(INTO_STRING);
    } else {
        text.push_str(tag::special_name(word).unwrap_or("#<no value>"));
    }
}

/// The text of a string's content, of which so many characters are used.
fn write_text(text: &mut String, kind: Kind, bytes: &[u8], length: Option<usize>) {
    let length = length.unwrap_or(usize::MAX);
    let characters: String = if kind == Kind::Units8 {
        bytes
            .iter()
            .take(length)
            .map(|&byte| char::from(byte))
            .take(TEXT_BYTES_MAX)
            .collect()
    } else {
        let (units, _) = bytes.as_chunks::<4>();
        let units = units
            .iter()
            .take(length)
            .map(|unit| u32::from_le_bytes(*unit));
        let characters = units.map(|unit| char::from_u32(unit).unwrap_or('\u{fffd}'));
        characters.take(TEXT_BYTES_MAX).collect()
    };
    syntax::write_string(&characters, text).expect(INTO_STRING);
    if characters.chars().count() == TEXT_BYTES_MAX {
        text.push('…');
    }
}

fn write_bytes(text: &mut String, bytes: &[u8]) {
    const BYTES_MAX: usize = 32;
    text.push_str("#u8(");
    for (index, byte) in bytes.iter().take(BYTES_MAX).enumerate() {
        let space = if index > 0 { " " } else { "" };
        add(text, format_args!("{space}{byte}"));
    }
    text.push_str(if bytes.len() > BYTES_MAX {
        " …)"
    } else {
        ")"
    });
}

fn write_bignum(text: &mut String, header: Header, payload: Option<&[u8]>) {
    const LIMBS_MAX: usize = 8;
    if header.has_flags(FLAG_NEGATIVE) {
        text.push('-');
    }
    text.push_str("#x");
    let (limbs, _) = payload.unwrap_or_default().as_chunks::<8>();
    for (index, limb) in limbs.iter().rev().take(LIMBS_MAX).enumerate() {
        let limb = u64::from_le_bytes(*limb);
        if index == 0 {
            add(text, format_args!("{limb:x}"));
        } else {
            add(text, format_args!("{limb:016x}"));
        }
    }
    if limbs.len() > LIMBS_MAX {
        text.push('…');
    }
}

/// What a kind of object is called.
const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Forward => "forwarding word",
        Kind::Vector => "vector",
        Kind::Bytevector => "bytevector",
        Kind::String => "string",
        Kind::Units8 | Kind::Units32 => "characters",
        Kind::Symbol => "symbol",
        Kind::Flonum => "flonum",
        Kind::Bignum => "large integer",
        Kind::Ratnum => "ratio",
        Kind::Compnum => "complex number",
        Kind::Closure => "procedure",
        Kind::Record => "record",
        Kind::Box => "box",
        Kind::Location => "variable",
        Kind::WeakPair => "weak pair",
        Kind::Ephemeron => "ephemeron",
        Kind::Guardian => "guardian",
        Kind::Chunk => "captured frames",
        Kind::CodeAddresses => "code addresses",
        Kind::Port => "port",
        Kind::Environment => "environment",
        Kind::Table => "table",
        Kind::Filler => "filler",
    }
}

fn write_flonum(text: &mut String, value: f64) {
    syntax::number::write_flonum(value, text).expect(INTO_STRING);
}

fn add(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.write_fmt(arguments).expect(INTO_STRING);
}
