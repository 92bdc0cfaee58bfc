//! Strings: as many units as characters, each a character, in the shortest encoding.

use abi::tag::{self, Header, Kind, TAG_BITS};

use super::error::DataProblem;
use super::objects::Found;

/// Verifies a string of which the units, the length and the hash are given.
pub(super) fn string(units: Option<Found>, length: u64, hash: u64) -> Result<(), DataProblem> {
    let header = units.and_then(|units| units.header);
    let found = header.map_or(0, Header::word);
    let bytes_per_unit = match header.and_then(Header::kind) {
        Some(Kind::Units8) => 1,
        Some(Kind::Units32) => 4,
        _ => {
            return Err(DataProblem::String {
                length,
                header: found,
            });
        }
    };
    let unit_bytes = header.map_or(0, Header::size);
    let is_right = tag::is_fixnum(length)
        && (length >> TAG_BITS).checked_mul(bytes_per_unit) == Some(unit_bytes)
        && hash == tag::FALSE;
    if is_right {
        Ok(())
    } else {
        Err(DataProblem::String {
            length,
            header: found,
        })
    }
}

/// Verifies units of four bytes.
pub(super) fn units(bytes: &[u8]) -> Result<(), DataProblem> {
    let mut is_wide = false;
    for unit in bytes.as_chunks::<4>().0 {
        let unit = u32::from_le_bytes(*unit);
        if char::from_u32(unit).is_none() {
            return Err(DataProblem::Character { unit });
        }
        is_wide |= unit > u32::from(u8::MAX);
    }
    if is_wide {
        Ok(())
    } else {
        Err(DataProblem::Number {
            what: "text in Latin-1",
        })
    }
}
