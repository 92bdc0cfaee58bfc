//! Where things stand in a picture.
//!
//! A page is a row of [`PAGE_WIDTH`] units, with a mark in front that says how the page is mapped. Pages that do not
//! fit into a column go on in the next one. The legend stands behind the last column.

use super::pieces::{Access, PAGE_BYTES, PageMap, Piece};

/// Width of a page.
pub(super) const PAGE_WIDTH: u64 = 256;
/// Height of a row, with the line below it.
pub(super) const ROW_HEIGHT: u64 = 5;
/// Height of what is coloured of a row.
pub(super) const ROW_INK: u64 = 4;
/// Width of the mark in front of a row.
pub(super) const MARK_WIDTH: u64 = 8;
/// Between columns, and around all.
pub(super) const MARGIN: u64 = 24;
/// Above the first row.
pub(super) const TOP: u64 = 40;
/// Most rows of a column.
const ROWS_MAX: u64 = 256;
/// Most pages of a picture: 128 MiB of file. Larger files have more columns than anybody looks at.
pub(super) const PAGES_MAX: u64 = 1 << 15;

/// The picture of a map.
#[derive(Clone, Copy, Debug)]
pub(super) struct Geometry {
    rows: u64,
    pub(super) columns: u64,
}

/// A rectangle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) left: u64,
    pub(super) top: u64,
    pub(super) width: u64,
    pub(super) height: u64,
}

impl Geometry {
    pub(super) fn of(map: &PageMap) -> Self {
        let pages = map.page_count().clamp(1, PAGES_MAX);
        // Columns of one length look tidier than a short last one.
        let columns = pages.div_ceil(ROWS_MAX);
        Self {
            rows: pages.div_ceil(columns),
            columns,
        }
    }

    const fn column_width() -> u64 {
        MARK_WIDTH + PAGE_WIDTH + MARGIN
    }

    /// Where the legend starts.
    pub(super) const fn legend_left(self) -> u64 {
        MARGIN + self.columns * Self::column_width()
    }

    /// Where the columns end.
    pub(super) const fn bottom(self) -> u64 {
        TOP + self.rows * ROW_HEIGHT
    }

    /// The corner of a page's bytes.
    const fn corner(self, page: u64) -> (u64, u64) {
        let (column, row) = (page / self.rows, page % self.rows);
        let left = MARGIN + column * Self::column_width() + MARK_WIDTH;
        (left, TOP + row * ROW_HEIGHT)
    }

    /// The mark in front of a page.
    pub(super) const fn mark(self, page: u64) -> Area {
        let (left, top) = self.corner(page);
        Area {
            left: left - MARK_WIDTH,
            top,
            width: MARK_WIDTH - 2,
            height: ROW_INK,
        }
    }

    /// The rows of a piece: of each page its part.
    pub(super) fn areas(self, piece: &Piece) -> impl Iterator<Item = Area> {
        let (start, end) = (piece.start, piece.end.min(PAGES_MAX * PAGE_BYTES));
        let pages = start / PAGE_BYTES..end.div_ceil(PAGE_BYTES);
        pages.map(move |page| {
            let (left, top) = self.corner(page);
            let first = start.max(page * PAGE_BYTES) - page * PAGE_BYTES;
            let last = end.min((page + 1) * PAGE_BYTES) - page * PAGE_BYTES;
            let x = first * PAGE_WIDTH / PAGE_BYTES;
            // Even a single byte is seen.
            let width = (last * PAGE_WIDTH).div_ceil(PAGE_BYTES).max(x + 1) - x;
            Area {
                left: left + x,
                top,
                width,
                height: ROW_INK,
            }
        })
    }
}

/// How each page is mapped: by the segment that has most of its rights.
pub(super) fn page_access(map: &PageMap) -> Vec<Option<Access>> {
    let pages = map.page_count().min(PAGES_MAX);
    let mut found: Vec<Option<Access>> = vec![None; pages as usize];
    for piece in &map.pieces {
        let Some(Access(access)) = piece.access else {
            continue;
        };
        let last = (piece.end.div_ceil(PAGE_BYTES)).min(pages);
        for page in piece.start / PAGE_BYTES..last {
            let before = found[page as usize].map_or(0, |Access(before)| before);
            found[page as usize] = Some(Access(before | access));
        }
    }
    found
}
