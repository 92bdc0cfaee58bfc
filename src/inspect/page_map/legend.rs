//! What the colours of a picture mean.

use super::colours::{Colour, WHITE, colours};
use super::geometry::PAGES_MAX;
use super::pieces::{Access, PageMap, PartKind, access_letters};

/// A line of the legend.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) colour: Colour,
    pub(super) text: String,
    /// Whether the part has bytes in the file.
    pub(super) is_in_file: bool,
}

/// Most sections that a legend has; a file of a compiler may have thousands.
const LINES_MAX: usize = 120;

/// The legend: parts in the order of the file, and then those that are in memory alone.
pub(super) fn lines(map: &PageMap) -> Vec<Line> {
    let mut access: Vec<Option<Access>> = vec![None; map.parts.len()];
    for piece in &map.pieces {
        access[piece.part] = access[piece.part].or(piece.access);
    }
    let all = map.parts.iter().zip(colours(&map.parts)).zip(access);
    let mut lines: Vec<Line> = all
        .filter(|((part, _), _)| part.bytes > 0)
        .map(|((part, colour), access)| {
            let is_in_file = part.kind != PartKind::InMemory;
            let place = match (part.kind, part.address) {
                (PartKind::InMemory, address) => format!("  in memory alone, at {address:#x}"),
                (_, 0) => String::new(),
                (_, address) => format!("  at {address:#x}"),
            };
            let name = shortened(&part.name);
            let letters = access_letters(access.filter(|_| is_in_file));
            Line {
                colour,
                text: format!("{letters}  {name:<24} {:>9}{place}", part.bytes),
                is_in_file,
            }
        })
        .collect();
    if map.page_count() > PAGES_MAX {
        lines.push(remark(format!(
            "only the first {PAGES_MAX} pages are drawn"
        )));
    }
    lines.extend(map.notes().map(|note| remark(note.to_owned())));
    if lines.len() > LINES_MAX {
        let left = lines.len() - LINES_MAX;
        lines.truncate(LINES_MAX);
        lines.push(remark(format!("and {left} more")));
    }
    lines
}

/// A line without a colour.
const fn remark(text: String) -> Line {
    Line {
        colour: WHITE,
        text,
        is_in_file: false,
    }
}

/// The text above a picture.
pub(super) fn title(map: &PageMap, name: &str) -> String {
    format!(
        "{name}: {} bytes, {} pages of 4096; no segment maps {} bytes (hatched)",
        map.file_bytes,
        map.page_count(),
        map.unmapped_bytes()
    )
}

/// The legend of the marks in front of rows.
pub(super) const MARKS: [(u32, &str); 4] = [(4, "r--"), (5, "r-x"), (6, "rw-"), (7, "rwx")];

/// The colour of a mark; a page that nothing maps has none.
pub(super) const fn mark_colour(access: Access) -> Colour {
    match access.0 & 7 {
        5 => Colour([200, 40, 40]),
        6 => Colour([40, 140, 40]),
        7 => Colour([120, 0, 120]),
        _ => Colour([60, 90, 170]),
    }
}

fn shortened(name: &str) -> String {
    const LENGTH_MAX: usize = 24;
    if name.chars().count() <= LENGTH_MAX {
        return name.to_owned();
    }
    let mut text: String = name.chars().take(LENGTH_MAX - 1).collect();
    text.push('…');
    text
}
