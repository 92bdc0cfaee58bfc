//! Relative relocations in the encoding of `DT_RELR` (gABI, Dynamic Section, "Relative Relocation
//! Table").
//!
//! An even entry is the address of a word to relocate. Each odd entry after it is a bitmap of the
//! next 63 words.

const BITMAP_WORDS: u64 = 63;

/// Encodes the relocations of one segment. `words` are word indices into it, ascending.
///
/// The number of entries does not depend on `segment_start`, a multiple of 8.
pub(super) fn encode(segment_start: u64, words: &[u64]) -> Vec<u64> {
    let mut entries = Vec::new();
    let mut rest = words.iter().copied().peekable();
    while let Some(first) = rest.next() {
        entries.push(segment_start + 8 * first);
        let mut base = first + 1;
        loop {
            let mut bitmap = 0;
            while let Some(word) = rest.next_if(|&word| word < base + BITMAP_WORDS) {
                bitmap |= 1 << (word - base);
            }
            if bitmap == 0 {
                break;
            }
            entries.push(bitmap << 1 | 1);
            base += BITMAP_WORDS;
        }
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decode(entries: &[u64]) -> Vec<u64> {
        let mut words = Vec::new();
        let mut next = 0;
        for &entry in entries {
            if entry & 1 == 0 {
                words.push(entry / 8);
                next = entry / 8 + 1;
            } else {
                words.extend(
                    (0..BITMAP_WORDS)
                        .filter(|bit| entry >> (bit + 1) & 1 != 0)
                        .map(|bit| next + bit),
                );
                next += BITMAP_WORDS;
            }
        }
        words
    }

    #[test]
    fn neighbours_share_a_bitmap() {
        assert_eq!(encode(0x1000, &[0, 1, 3]), [0x1000, 0b1011]);
        assert_eq!(encode(0, &[0, 64]).len(), 2, "just past the first bitmap");
        assert_eq!(encode(0, &[]), []);
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded(gaps in prop::collection::vec(1_u64..200, 0..100)) {
            let words: Vec<u64> = gaps.iter().scan(0, |word, gap| { *word += gap; Some(*word) }).collect();
            prop_assert_eq!(decode(&encode(0, &words)), words.clone());
            prop_assert_eq!(encode(0x30010, &words).len(), encode(0, &words).len());
        }
    }
}
