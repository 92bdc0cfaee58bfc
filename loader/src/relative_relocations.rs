//! Relative relocations in the encoding of `DT_RELR` (gABI, Dynamic Section, "Relative Relocation
//! Table"): the list of words to which the image's address is added.

const BITMAP_WORDS: u64 = 63;

/// The addresses that encoded relocations name, ascending.
///
/// Yields an `Err` with number and value of an entry that is out of order, and then ends.
#[derive(Clone, Debug)]
pub(crate) struct RelativeRelocations<'image> {
    entries: std::iter::Enumerate<std::slice::Iter<'image, [u8; 8]>>,
    /// Where the next bitmap starts; `None` before the first address.
    base: Option<u64>,
    /// One word past the last that was named. A bitmap at the end of a segment reaches past the start of the next one,
    /// if that is near: it names none of the words there.
    named_end: u64,
    /// Words of the current bitmap that are left, and the address of its lowest bit.
    bitmap: u64,
    bitmap_start: u64,
}

impl<'image> RelativeRelocations<'image> {
    /// Reads `bytes`, the relocations extent of an image.
    pub(crate) fn new(bytes: &'image [u8]) -> Self {
        let entries = bytes.as_chunks().0.iter().enumerate();
        Self {
            entries,
            base: None,
            named_end: 0,
            bitmap: 0,
            bitmap_start: 0,
        }
    }

    /// Makes `entry` the current bitmap; an address is one of a single word. `None`: out of order.
    fn start_entry(&mut self, entry: u64) -> Option<()> {
        let (words, bits) = if entry & 1 == 0 {
            let is_ordered = entry.is_multiple_of(8) && entry >= self.named_end;
            self.base = Some(entry).filter(|_| is_ordered);
            (1, 1)
        } else {
            (BITMAP_WORDS, entry >> 1)
        };
        self.bitmap_start = self.base?;
        self.base = Some(self.bitmap_start.checked_add(8 * words)?);
        self.bitmap = bits;
        let named_words = u64::from(u64::BITS - bits.leading_zeros());
        if named_words > 0 {
            self.named_end = self.bitmap_start + 8 * named_words;
        }
        Some(())
    }
}

impl Iterator for RelativeRelocations<'_> {
    type Item = Result<u64, (usize, u64)>;

    // Each start asks for thousands of words.
    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.bitmap != 0 {
                let bit = u64::from(self.bitmap.trailing_zeros());
                self.bitmap &= self.bitmap - 1;
                return Some(Ok(self.bitmap_start + 8 * bit));
            }
            let (index, bytes) = self.entries.next()?;
            let entry = u64::from_le_bytes(*bytes);
            if self.start_entry(entry).is_none() {
                self.entries = [].iter().enumerate();
                return Some(Err((index, entry)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(entries: &[u64]) -> Result<Vec<u64>, (usize, u64)> {
        let bytes: Vec<u8> = entries
            .iter()
            .flat_map(|entry| entry.to_le_bytes())
            .collect();
        RelativeRelocations::new(&bytes).collect()
    }

    #[test]
    fn addresses_and_bitmaps_name_words() {
        assert_eq!(decode(&[0x1000, 0b1011]), Ok(vec![0x1000, 0x1008, 0x1018]));
        let far = 0x1008 + 63 * 8;
        assert_eq!(decode(&[0x1000, 1, 0b11]), Ok(vec![0x1000, far]));
        assert_eq!(decode(&[]), Ok(vec![]));
    }

    #[test]
    fn a_bitmap_may_reach_past_an_address_that_it_does_not_name() {
        assert_eq!(
            decode(&[0xffe0, 0b101, 0x10000, 0b11]),
            Ok(vec![0xffe0, 0xfff0, 0x10000, 0x10008])
        );
    }

    #[test]
    fn entries_out_of_order_are_named() {
        assert_eq!(
            decode(&[0b11]),
            Err((0, 0b11)),
            "no address before the bitmap"
        );
        assert_eq!(
            decode(&[0x1000, 0x1000]),
            Err((1, 0x1000)),
            "relocated twice"
        );
        assert_eq!(
            decode(&[0x1000, 0b11, 0x1008]),
            Err((2, 0x1008)),
            "named by the bitmap"
        );
        assert_eq!(decode(&[0x1004]), Err((0, 0x1004)), "not a word");
        assert_eq!(
            decode(&[u64::MAX - 7]),
            Err((0, u64::MAX - 7)),
            "wraps around"
        );
    }
}
