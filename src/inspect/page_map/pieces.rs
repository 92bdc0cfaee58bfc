//! What the bytes of a file are: pieces, one behind the other, from the first byte to the last.

/// Bytes of a page.
pub const PAGE_BYTES: u64 = 4096;

/// An ELF file, as pieces.
#[derive(Clone, Debug)]
pub struct PageMap {
    pub(super) file_bytes: u64,
    /// What pieces are of: headers, sections and what lies between them.
    pub(super) parts: Vec<Part>,
    /// In order, without holes.
    pub(super) pieces: Vec<Piece>,
    /// What is odd about the file.
    pub(super) notes: Vec<String>,
}

/// A part of the file with a name.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) kind: PartKind,
    /// Address in memory, if it has one.
    pub(super) address: u64,
    /// Size in the file, or in memory if it has no bytes in the file.
    pub(super) bytes: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PartKind {
    /// Tables of the format itself.
    Header,
    Section,
    /// A section that is in memory alone.
    InMemory,
    /// Bytes that no section has.
    Gap,
}

/// A range of bytes that belong to one part, and to one segment or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) start: u64,
    pub(super) end: u64,
    /// Index of the part.
    pub(super) part: usize,
    /// How the system maps the bytes; `None` if no segment has them.
    pub(super) access: Option<Access>,
}

/// What may be done with memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Access(pub(super) u32);

impl Access {
    /// As `ls` shows it: `r-x`.
    pub(super) fn letters(self) -> String {
        let letter = |bit: u32, letter: char| if self.0 & bit == 0 { '-' } else { letter };
        [letter(4, 'r'), letter(2, 'w'), letter(1, 'x')]
            .into_iter()
            .collect()
    }
}

/// The letters for any piece; dots if nothing maps it.
pub(super) fn access_letters(access: Option<Access>) -> String {
    access.map_or_else(|| "...".to_owned(), Access::letters)
}

/// A segment that the system maps, in the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mapped {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) access: Access,
}

/// A range of the file that a part has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) part: usize,
}

impl PageMap {
    /// How many pages the file has.
    pub const fn page_count(&self) -> u64 {
        self.file_bytes.div_ceil(PAGE_BYTES)
    }

    /// What is odd about the file: overlaps, and what reaches past its end.
    pub fn notes(&self) -> impl Iterator<Item = &str> {
        self.notes.iter().map(String::as_str)
    }

    /// How many bytes no segment maps.
    pub fn unmapped_bytes(&self) -> u64 {
        let unmapped = self.pieces.iter().filter(|piece| piece.access.is_none());
        unmapped.map(|piece| piece.end - piece.start).sum()
    }
}

/// Cuts a file into pieces: by parts, of which the first in the file has the bytes that two claim, and by segments.
pub(super) fn cut(
    file_bytes: u64,
    mut ranges: Vec<Range>,
    gap: usize,
    segments: &[Mapped],
) -> (Vec<Piece>, bool) {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut pieces = Vec::new();
    let mut has_overlap = false;
    let mut at = 0;
    for range in ranges {
        has_overlap |= range.start < at;
        let (start, end) = (range.start.max(at), range.end.min(file_bytes));
        if start >= end {
            continue;
        }
        add(&mut pieces, (at, start), gap, segments);
        add(&mut pieces, (start, end), range.part, segments);
        at = end;
    }
    add(&mut pieces, (at, file_bytes), gap, segments);
    (pieces, has_overlap)
}

/// Adds the bytes of one part, cut where segments begin and end.
fn add(pieces: &mut Vec<Piece>, (mut start, end): (u64, u64), part: usize, segments: &[Mapped]) {
    while start < end {
        let inside = segments
            .iter()
            .find(|each| (each.start..each.end).contains(&start));
        let borders = segments.iter().flat_map(|each| [each.start, each.end]);
        let next = borders.filter(|&border| border > start).min();
        let next = next.unwrap_or(end).min(end);
        pieces.push(Piece {
            start,
            end: next,
            part,
            access: inside.map(|segment| segment.access),
        });
        start = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_cover_the_file_and_are_cut_at_parts_and_segments() {
        let range = |start, end, part| Range { start, end, part };
        let segments = [Mapped {
            start: 0,
            end: 30,
            access: Access(5),
        }];
        let ranges = vec![range(20, 40, 2), range(0, 10, 1), range(35, 300, 3)];
        let (pieces, has_overlap) = cut(100, ranges, 0, &segments);
        assert!(has_overlap);
        let found: Vec<_> = pieces
            .iter()
            .map(|piece| {
                (
                    piece.start,
                    piece.end,
                    piece.part,
                    access_letters(piece.access),
                )
            })
            .collect();
        let expected = [
            (0, 10, 1, "r-x"),
            (10, 20, 0, "r-x"),
            (20, 30, 2, "r-x"),
            (30, 40, 2, "..."),
            (40, 100, 3, "..."),
        ];
        let expected =
            expected.map(|(start, end, part, access)| (start, end, part, access.to_owned()));
        assert_eq!(found, expected);
    }
}
