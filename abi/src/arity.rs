//! Arities and argument names: the section `.cozen.arities`, for tools and error messages.
//!
//! A sequence of records in the order of the procedures' code addresses, little-endian, unaligned:
//!
//! ```text
//! 0   code: u32         virtual address of the procedure header
//! 4   line: u32         line of the definition, from 1; 0 if unknown
//! 8   column: u32       its column in characters, from 1; 0 if unknown
//! 12  required: u16
//! 14  optional: u8
//! 15  flags: u8         as in the procedure header
//! 16  name_bytes: u16   then the procedure's name in UTF-8, empty if it has none
//! ..  argument count: u16, then for each argument: u16 bytes, UTF-8
//! ```

use alloc::string::String;
use alloc::vec::Vec;

/// What tools know of a procedure's parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArityRecord {
    /// Virtual address of the procedure header, in bytes from the start of the image.
    pub code: u32,
    /// Line of the definition, from 1; 0 if unknown.
    pub line: u32,
    /// Column of the definition in characters, from 1; 0 if unknown.
    pub column: u32,
    /// Arguments that must be given.
    pub required: u16,
    /// Arguments that may be given.
    pub optional: u8,
    /// As in the procedure header.
    pub flags: u8,
    /// Name of the procedure, empty if it has none.
    pub name: String,
    /// Names of all parameters, the rest parameter last.
    pub parameters: Vec<String>,
}

/// Appends the encoding of `record` to `out`. Names are cut at 65,535 bytes (on a character).
pub fn encode(record: &ArityRecord, out: &mut Vec<u8>) {
    out.extend_from_slice(&record.code.to_le_bytes());
    out.extend_from_slice(&record.line.to_le_bytes());
    out.extend_from_slice(&record.column.to_le_bytes());
    out.extend_from_slice(&record.required.to_le_bytes());
    out.push(record.optional);
    out.push(record.flags);
    encode_name(&record.name, out);
    let count = u16::try_from(record.parameters.len()).unwrap_or(u16::MAX);
    out.extend_from_slice(&count.to_le_bytes());
    for parameter in record.parameters.iter().take(usize::from(count)) {
        encode_name(parameter, out);
    }
}

fn encode_name(name: &str, out: &mut Vec<u8>) {
    let name = &name[..name.floor_char_boundary(usize::from(u16::MAX))];
    let bytes = u16::try_from(name.len()).expect("cut to fit");
    out.extend_from_slice(&bytes.to_le_bytes());
    out.extend_from_slice(name.as_bytes());
}

/// Takes one record off the front of `bytes`; `None` if it is truncated or a name is not UTF-8.
pub fn decode(bytes: &mut &[u8]) -> Option<ArityRecord> {
    let code = u32::from_le_bytes(take(bytes)?);
    let line = u32::from_le_bytes(take(bytes)?);
    let column = u32::from_le_bytes(take(bytes)?);
    let required = u16::from_le_bytes(take(bytes)?);
    let [optional, flags] = take(bytes)?;
    let name = decode_name(bytes)?;
    let count = u16::from_le_bytes(take(bytes)?);
    let parameters = (0..count)
        .map(|_| decode_name(bytes))
        .collect::<Option<_>>()?;
    Some(ArityRecord {
        code,
        line,
        column,
        required,
        optional,
        flags,
        name,
        parameters,
    })
}

/// Takes one record off the front of `bytes`: the procedure's address, and its name, which need not be UTF-8. `None` if
/// the record is truncated.
pub fn outline<'a>(bytes: &mut &'a [u8]) -> Option<(u32, &'a [u8])> {
    let code = u32::from_le_bytes(take(bytes)?);
    take::<12>(bytes)?;
    let name = take_name(bytes)?;
    for _ in 0..u16::from_le_bytes(take(bytes)?) {
        take_name(bytes)?;
    }
    Some((code, name))
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*taken)
}

fn take_name<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::from(u16::from_le_bytes(take(bytes)?));
    let (name, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(name)
}

fn decode_name(bytes: &mut &[u8]) -> Option<String> {
    core::str::from_utf8(take_name(bytes)?)
        .ok()
        .map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_round_trip_and_truncations_are_refused() {
        let record = ArityRecord {
            code: 0x10040,
            line: 7,
            column: 3,
            required: 2,
            optional: 0,
            flags: 1,
            name: "fold".into(),
            parameters: ["f", "initial", "lists"].map(String::from).to_vec(),
        };
        let mut bytes = Vec::new();
        encode(&record, &mut bytes);
        assert_eq!(decode(&mut &bytes[..]), Some(record));
        for length in 0..bytes.len() {
            assert_eq!(decode(&mut &bytes[..length]), None);
        }
    }
}
