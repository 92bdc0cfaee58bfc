//! Inlined calls: the section `.debug_cozen_inlined`, from which backtraces tell the frames that inlining removed.
//!
//! The code of a procedure may hold bodies of other procedures. A *row* says which inlined call the code from an
//! address on belongs to. An *inlined call* says whose body it is, and where the call was written. That place may
//! belong to another inlined call. All numbers are in ULEB128 (DWARF 5, section 7.6):
//!
//! ```text
//! count of texts, then for each: bytes, UTF-8
//! count of calls, then for each: kind * 4 + (1 if it has an argument) * 2 + (1 if it is a tail call)
//!                                name, file (numbers of texts), line, column, caller
//!                                argument (number of a text), if it has one
//! count of rows,  then for each: address minus that of the row before,
//!                                call * 2 + (1 if the caller's frame is gone while a call runs there)
//! ```
//!
//! *caller* and *call* are 0 for the procedure itself that the code lies in, else 1 more than the number of a call. A
//! call names earlier calls only.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// The calls that are inlined in an image, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InlinedCalls {
    /// Names of procedures, files and arguments.
    pub texts: Vec<Box<str>>,
    /// The calls. Callers stand in front of their callees.
    pub calls: Vec<InlinedCall>,
    /// Ascending by address. No row: the code belongs to the procedure that it lies in.
    pub rows: Vec<InlinedRow>,
}

/// A call whose procedure's body stands in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InlinedCall {
    /// What the call is to errors and backtraces.
    pub kind: InlinedKind,
    /// The procedure: an index of [`InlinedCalls::texts`].
    pub name: u32,
    /// The variable that is argument 1, if argument 1 is a variable: an index of [`InlinedCalls::texts`].
    pub argument: Option<u32>,
    /// Where the call is.
    pub file: u32,
    /// From 1; 0 if not known.
    pub line: u32,
    /// From 1; 0 if not known.
    pub column: u32,
    /// Whose body the call is in.
    pub caller: InlinedIn,
    /// Whether the callee's frame would take the place of the caller's.
    pub is_tail_call: bool,
}

/// What an inlined call is to errors and backtraces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InlinedKind {
    /// It has a frame with a place.
    Procedure,
    /// It has a frame without a place. Its errors have the name of the procedure.
    RecordProcedure,
    /// It has no frame. Its errors have the name of the procedure.
    RecordOperation,
}

/// Whose body some code is in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InlinedIn {
    /// That of the procedure that the code lies in.
    #[default]
    Procedure,
    /// That of an inlined call: an index of [`InlinedCalls::calls`].
    Call(u32),
}

/// Whose body the code from an address on is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InlinedRow {
    /// Virtual address.
    pub address: u32,
    /// Whose body.
    pub body: InlinedIn,
    /// Whether that procedure's frame would be gone while a call in this code runs.
    pub is_tail_call: bool,
}

impl InlinedIn {
    const fn number(self) -> u64 {
        match self {
            Self::Procedure => 0,
            Self::Call(index) => index as u64 + 1,
        }
    }

    /// `None` if there is no such call yet.
    fn decode(number: u64, call_count: usize) -> Option<Self> {
        match number.checked_sub(1) {
            None => Some(Self::Procedure),
            Some(index) if index < call_count as u64 => Some(Self::Call(index as u32)),
            Some(_) => None,
        }
    }
}

impl InlinedKind {
    const fn decode(number: u64) -> Option<Self> {
        Some(match number {
            0 => Self::Procedure,
            1 => Self::RecordProcedure,
            2 => Self::RecordOperation,
            _ => return None,
        })
    }
}

impl InlinedCalls {
    /// The contents of the section.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        write(self.texts.len() as u64, &mut out);
        for text in &self.texts {
            write(text.len() as u64, &mut out);
            out.extend_from_slice(text.as_bytes());
        }
        write(self.calls.len() as u64, &mut out);
        for call in &self.calls {
            let flags = u64::from(call.argument.is_some()) << 1 | u64::from(call.is_tail_call);
            write((call.kind as u64) << 2 | flags, &mut out);
            for number in [call.name, call.file, call.line, call.column] {
                write(number.into(), &mut out);
            }
            write(call.caller.number(), &mut out);
            if let Some(argument) = call.argument {
                write(argument.into(), &mut out);
            }
        }
        write(self.rows.len() as u64, &mut out);
        let mut before = 0;
        for row in &self.rows {
            write((row.address - before).into(), &mut out);
            before = row.address;
            write(
                row.body.number() << 1 | u64::from(row.is_tail_call),
                &mut out,
            );
        }
        out
    }

    /// What the section says; `None` if it is damaged.
    pub fn decode(mut bytes: &[u8]) -> Option<Self> {
        let bytes = &mut bytes;
        let mut decoded = Self::default();
        for _ in 0..read(bytes)? {
            let length = small(bytes)? as usize;
            let (text, rest) = bytes.split_at_checked(length)?;
            *bytes = rest;
            let text = String::from(core::str::from_utf8(text).ok()?);
            decoded.texts.push(text.into());
        }
        for _ in 0..read(bytes)? {
            let call = decoded.decode_call(bytes)?;
            decoded.calls.push(call);
        }
        let mut address = 0_u32;
        for _ in 0..read(bytes)? {
            address = address.checked_add(small(bytes)?)?;
            let number = read(bytes)?;
            decoded.rows.push(InlinedRow {
                address,
                body: InlinedIn::decode(number >> 1, decoded.calls.len())?,
                is_tail_call: number & 1 != 0,
            });
        }
        Some(decoded)
    }

    fn decode_call(&self, bytes: &mut &[u8]) -> Option<InlinedCall> {
        let flags = read(bytes)?;
        let text =
            |bytes: &mut &[u8]| small(bytes).filter(|&number| (number as usize) < self.texts.len());
        let (name, file) = (text(bytes)?, text(bytes)?);
        Some(InlinedCall {
            kind: InlinedKind::decode(flags >> 2)?,
            name,
            file,
            line: small(bytes)?,
            column: small(bytes)?,
            caller: InlinedIn::decode(read(bytes)?, self.calls.len())?,
            argument: match flags & 2 {
                0 => None,
                _ => Some(text(bytes)?),
            },
            is_tail_call: flags & 1 != 0,
        })
    }

    /// The row of the code at `address`.
    pub fn row_at(&self, address: u32) -> Option<InlinedRow> {
        let after = self.rows.partition_point(|row| row.address <= address);
        Some(self.rows[after.checked_sub(1)?])
    }

    /// The call with this number, which a row or a call of this table names.
    pub fn call(&self, index: u32) -> Option<&InlinedCall> {
        self.calls.get(index as usize)
    }

    /// The text with this number, which a call of this table names.
    pub fn text(&self, index: u32) -> &str {
        self.texts.get(index as usize).map_or("", |text| text)
    }
}

/// Writes a number in ULEB128.
fn write(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Takes a number off the front of `bytes`; `None` if it is truncated or has more than 64 bits.
fn read(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..u64::BITS).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let bits = u64::from(byte & 0x7f);
        if bits << shift >> shift != bits {
            return None;
        }
        number |= bits << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

/// The same for a number of 32 bits.
fn small(bytes: &mut &[u8]) -> Option<u32> {
    read(bytes)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> InlinedCalls {
        let call = InlinedCall {
            kind: InlinedKind::Procedure,
            name: 0,
            argument: None,
            file: 1,
            line: 300,
            column: 7,
            caller: InlinedIn::Procedure,
            is_tail_call: true,
        };
        let row = InlinedRow {
            address: 0x10040,
            body: InlinedIn::Call(0),
            is_tail_call: false,
        };
        InlinedCalls {
            texts: ["width", "a.scm", "point-x", "p"].map(Box::from).to_vec(),
            calls: [
                call,
                InlinedCall {
                    kind: InlinedKind::RecordOperation,
                    name: 2,
                    argument: Some(3),
                    caller: InlinedIn::Call(0),
                    is_tail_call: false,
                    ..call
                },
            ]
            .to_vec(),
            rows: [
                row,
                InlinedRow {
                    address: 0x10100,
                    body: InlinedIn::Call(1),
                    is_tail_call: true,
                },
                InlinedRow {
                    address: 0x10101,
                    body: InlinedIn::Procedure,
                    ..row
                },
            ]
            .to_vec(),
        }
    }

    #[test]
    fn tables_round_trip_and_truncations_are_refused() {
        let table = table();
        let bytes = table.encode();
        assert_eq!(InlinedCalls::decode(&bytes), Some(table));
        for length in 0..bytes.len() {
            assert_eq!(InlinedCalls::decode(&bytes[..length]), None);
        }
    }

    #[test]
    fn rows_reach_to_the_next_one() {
        let table = table();
        assert_eq!(table.row_at(0x1003f), None);
        assert_eq!(table.row_at(0x100ff), Some(table.rows[0]));
        assert_eq!(table.row_at(0x10100), Some(table.rows[1]));
        assert_eq!(table.row_at(u32::MAX), Some(table.rows[2]));
    }

    #[test]
    fn calls_that_name_themselves_or_later_ones_are_refused() {
        let mut wrong = table();
        wrong.calls[0].caller = InlinedIn::Call(0);
        assert_eq!(InlinedCalls::decode(&wrong.encode()), None);
        let mut wrong = table();
        wrong.calls[1].name = 4;
        assert_eq!(InlinedCalls::decode(&wrong.encode()), None);
        let mut wrong = table();
        wrong.rows[0].body = InlinedIn::Call(2);
        assert_eq!(InlinedCalls::decode(&wrong.encode()), None);
    }

    #[test]
    fn numbers_of_more_than_64_bits_are_refused() {
        assert_eq!(read(&mut &[0xff; 20][..]), None);
        let mut largest = Vec::new();
        write(u64::MAX, &mut largest);
        assert_eq!(read(&mut &largest[..]), Some(u64::MAX));
    }
}
