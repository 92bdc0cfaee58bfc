//! What a text says of its procedures beside their parameters: the section `.cozen.properties`, for programs and
//! tools.
//!
//! A sequence of records in the order of the procedures' code addresses, little-endian, unaligned. Most procedures
//! have no record.
//!
//! ```text
//! 0   code: u32            virtual address of the procedure header
//! 4   flags: u32           1: there is documentation; 2: the procedure looks at the number of its arguments itself
//! 8   text_bytes: u32      then the documentation in UTF-8
//! ..  range count: u32     then for each range: first: u32, last: u32 (2^32 - 1: no last number)
//! ```

use alloc::string::String;
use alloc::vec::Vec;

const HAS_DOCUMENTATION: u32 = 1;
const HAS_COUNTS: u32 = 2;
const NO_LAST: u32 = u32::MAX;

/// Numbers of arguments without a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArgumentCounts {
    /// The least.
    pub first: u32,
    /// The greatest; none where all numbers from the first on are accepted.
    pub last: Option<u32>,
}

/// What a text says of a procedure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProcedureProperties {
    /// The string that stands first in the body, before other expressions.
    pub documentation: Option<String>,
    /// Of a procedure that looks at the number of its arguments itself: the numbers that it accepts, ascending.
    pub accepted: Option<Vec<ArgumentCounts>>,
}

/// Appends the record of the procedure whose header is at `code` to `out`.
///
/// # Panics
///
/// If the documentation has 4 GiB or more: no image has as much.
pub fn encode(code: u32, properties: &ProcedureProperties, out: &mut Vec<u8>) {
    let text = properties.documentation.as_deref().unwrap_or_default();
    let accepted = properties.accepted.as_deref().unwrap_or_default();
    let flag = |is_there, flag| if is_there { flag } else { 0 };
    let flags = flag(properties.documentation.is_some(), HAS_DOCUMENTATION)
        | flag(properties.accepted.is_some(), HAS_COUNTS);
    let count = |count: usize| u32::try_from(count).expect("an image has less than 4 GiB");
    let head = [code, flags, count(text.len())];
    out.extend(head.into_iter().flat_map(u32::to_le_bytes));
    out.extend_from_slice(text.as_bytes());
    out.extend(count(accepted.len()).to_le_bytes());
    for range in accepted {
        let last = range.last.unwrap_or(NO_LAST);
        out.extend([range.first, last].into_iter().flat_map(u32::to_le_bytes));
    }
}

/// The record of the procedure whose header is at `code`; `None` if there is none before the end, or before damage.
pub fn find(mut section: &[u8], code: u32) -> Option<ProcedureProperties> {
    loop {
        let record = take_record(&mut section)?;
        if record.code == code {
            return record.decode();
        }
    }
}

/// A record as it lies in the section.
struct Record<'section> {
    code: u32,
    flags: u32,
    text: &'section [u8],
    ranges: &'section [[u8; 8]],
}

impl Record<'_> {
    fn decode(&self) -> Option<ProcedureProperties> {
        let text = str::from_utf8(self.text).ok()?;
        let has = |flag| self.flags & flag != 0;
        Some(ProcedureProperties {
            documentation: has(HAS_DOCUMENTATION).then(|| text.into()),
            accepted: has(HAS_COUNTS).then(|| self.ranges.iter().copied().map(range).collect()),
        })
    }
}

fn range([a, b, c, d, e, f, g, h]: [u8; 8]) -> ArgumentCounts {
    let last = u32::from_le_bytes([e, f, g, h]);
    ArgumentCounts {
        first: u32::from_le_bytes([a, b, c, d]),
        last: (last != NO_LAST).then_some(last),
    }
}

fn take_record<'section>(bytes: &mut &'section [u8]) -> Option<Record<'section>> {
    let code = take_word(bytes)?;
    let flags = take_word(bytes)?;
    let text_bytes = take_word(bytes)?;
    let text = take(bytes, text_bytes as usize)?;
    let ranges_bytes = (take_word(bytes)? as usize).checked_mul(8)?;
    let (ranges, _) = take(bytes, ranges_bytes)?.as_chunks();
    Some(Record {
        code,
        flags,
        text,
        ranges,
    })
}

fn take_word(bytes: &mut &[u8]) -> Option<u32> {
    let (word, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(u32::from_le_bytes(*word))
}

fn take<'section>(bytes: &mut &'section [u8], count: usize) -> Option<&'section [u8]> {
    let (taken, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(taken)
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    #[test]
    fn records_are_found_and_truncations_are_not_there() {
        let first = ProcedureProperties {
            documentation: Some("Says λ.".into()),
            accepted: None,
        };
        let second = ProcedureProperties {
            documentation: None,
            accepted: Some(vec![
                ArgumentCounts {
                    first: 1,
                    last: Some(1),
                },
                ArgumentCounts {
                    first: 3,
                    last: None,
                },
            ]),
        };
        let mut section = Vec::new();
        encode(0x40, &first, &mut section);
        let second_start = section.len();
        encode(0x80, &second, &mut section);
        assert_eq!(find(&section, 0x40).as_ref(), Some(&first));
        assert_eq!(find(&section, 0x80).as_ref(), Some(&second));
        assert_eq!(find(&section, 0x60), None);
        for end in 0..section.len() {
            assert_eq!(find(&section[..end], 0x80), None, "{end}");
            let found = find(&section[..end], 0x40);
            assert_eq!(found.is_some(), second_start <= end, "{end}");
        }
    }

    #[test]
    fn empty_documentation_is_documentation_and_no_count_is_accepted() {
        let properties = ProcedureProperties {
            documentation: Some(String::new()),
            accepted: Some(Vec::new()),
        };
        let mut section = Vec::new();
        encode(8, &properties, &mut section);
        assert_eq!(find(&section, 8), Some(properties));
    }
}
