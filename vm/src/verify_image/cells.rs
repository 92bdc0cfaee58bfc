//! Cells: every word a value.

use loader::{ImageView, SegmentKind};

use super::error::{DataProblem, VerifyError};
use super::objects::{Objects, value};
use super::patched_words::PatchedWords;

/// Verifies all cells, where `patched` are the words that the loader writes behind all constants.
pub(super) fn verify(
    view: &ImageView<'_>,
    objects: &Objects<'_>,
    patched: &mut PatchedWords<'_>,
) -> Result<(), VerifyError> {
    let header = view.header();
    let start = header.cells.start;
    let symbols = header.symbol_count;
    let words = view.segment(SegmentKind::Cells).as_chunks::<8>().0;
    for (number, word) in (0..).zip(words) {
        let address = start + 8 * number;
        let refused = |problem| VerifyError::Data { address, problem };
        let patch = patched.take(address);
        // The loader writes the symbols into the first cells.
        if number >= symbols {
            value(objects, u64::from_le_bytes(*word), patch).map_err(refused)?;
        } else if patch.is_some() {
            return Err(refused(DataProblem::SymbolCell));
        }
    }
    // Words that are relocated, and lie at no word of the cells, were left.
    match patched.next_address() {
        u32::MAX => Ok(()),
        address => Err(VerifyError::Data {
            address,
            problem: DataProblem::Relocation,
        }),
    }
}
