//! The map as a vector graphic (SVG 1.1), with titles that show when the pointer rests.

use std::fmt::Write as _;

use super::colours::colours;
use super::geometry::{Area, Geometry, MARGIN, ROW_HEIGHT, ROW_INK, TOP, page_access};
use super::legend::{self, MARKS, mark_colour};
use super::pieces::{Access, PAGE_BYTES, PageMap, Piece, access_letters};

/// Height of a line of the legend, and width of the legend.
const LINE_HEIGHT: u64 = 16;
const LEGEND_WIDTH: u64 = 560;

/// Bytes of output for a piece, about.
const PIECE_BYTES: usize = 200;

impl PageMap {
    /// The map as a document in SVG. `name` is what the file is called.
    pub fn svg(&self, name: &str) -> String {
        let geometry = Geometry::of(self);
        let lines = legend::lines(self);
        let legend_bottom = TOP + (lines.len() as u64 + MARKS.len() as u64 + 3) * LINE_HEIGHT;
        let width = geometry.legend_left() + LEGEND_WIDTH;
        let height = geometry.bottom().max(legend_bottom) + MARGIN;
        let mut out = String::with_capacity(4096 + PIECE_BYTES * self.pieces.len());
        let title = escaped(&legend::title(self, name));
        add(
            &mut out,
            format_args!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"monospace\" font-size=\"12\">\n\
             <title>{title}</title>\n\
             <defs><pattern id=\"unmapped\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">\
             <path d=\"M0 6L6 0\" stroke=\"#000\" stroke-width=\"0.8\" stroke-opacity=\"0.55\"/></pattern></defs>\n\
             <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n\
             <text x=\"{MARGIN}\" y=\"24\">{title}</text>\n"
            ),
        );
        self.add_marks(&mut out, geometry);
        for (piece, colour) in self.coloured() {
            self.add_piece(&mut out, geometry, piece, &colour);
        }
        add_legend(&mut out, geometry, &lines);
        out.push_str("</svg>\n");
        out
    }

    fn coloured(&self) -> impl Iterator<Item = (&Piece, String)> {
        let colours = colours(&self.parts);
        self.pieces
            .iter()
            .map(move |piece| (piece, colours[piece.part].hexadecimal()))
    }

    fn add_piece(&self, out: &mut String, geometry: Geometry, piece: &Piece, colour: &str) {
        let path: String = joined(geometry.areas(piece)).iter().map(path_of).collect();
        if path.is_empty() {
            return;
        }
        let part = &self.parts[piece.part];
        let title = format!(
            "{}: {:#x} to {:#x} in the file, {} bytes, pages {} to {}, {}",
            part.name,
            piece.start,
            piece.end,
            piece.end - piece.start,
            piece.start / PAGE_BYTES,
            (piece.end - 1) / PAGE_BYTES,
            piece.access.map_or_else(
                || "in no segment".to_owned(),
                |access| format!("mapped {}", access.letters())
            ),
        );
        let title = escaped(&title);
        add(
            out,
            format_args!("<g><title>{title}</title><path d=\"{path}\" fill=\"{colour}\"/>"),
        );
        if piece.access.is_none() {
            add(
                out,
                format_args!("<path d=\"{path}\" fill=\"url(#unmapped)\"/>"),
            );
        }
        out.push_str("</g>\n");
    }

    fn add_marks(&self, out: &mut String, geometry: Geometry) {
        for (page, access) in (0..).zip(page_access(self)) {
            let Some(access) = access else { continue };
            let area = geometry.mark(page);
            let title = format!(
                "page {page}, at {:#x} in the file: {}",
                page * PAGE_BYTES,
                access.letters()
            );
            add(
                out,
                format_args!(
                    "<path d=\"{}\" fill=\"{}\"><title>{title}</title></path>\n",
                    path_of(&area),
                    mark_colour(access).hexadecimal()
                ),
            );
        }
    }
}

fn add_legend(out: &mut String, geometry: Geometry, lines: &[legend::Line]) {
    let left = geometry.legend_left();
    let mut top = TOP;
    let mut line = |out: &mut String, fill: &str, text: &str| {
        let (baseline, text_left) = (top + 10, left + 20);
        add(
            out,
            format_args!(
                "<rect x=\"{left}\" y=\"{top}\" width=\"12\" height=\"12\" fill=\"{fill}\" stroke=\"#888\"/>\
             <text x=\"{text_left}\" y=\"{baseline}\" xml:space=\"preserve\">{}</text>\n",
                escaped(text)
            ),
        );
        top += LINE_HEIGHT;
    };
    for entry in lines {
        line(out, &entry.colour.hexadecimal(), &entry.text);
    }
    line(
        out,
        "url(#unmapped)",
        &format!("{}  hatched: no segment maps it", access_letters(None)),
    );
    for (bits, letters) in MARKS {
        let text = format!("{letters}  mark in front of a row: the page is mapped so");
        line(out, &mark_colour(Access(bits)).hexadecimal(), &text);
    }
}

/// Areas of the same width below each other, as one.
fn joined(areas: impl Iterator<Item = Area>) -> Vec<Area> {
    let mut joined: Vec<Area> = Vec::new();
    for area in areas {
        match joined.last_mut() {
            Some(last)
                if last.left == area.left
                    && last.width == area.width
                    && last.top + last.height + (ROW_HEIGHT - ROW_INK) == area.top =>
            {
                last.height += ROW_HEIGHT;
            }
            _ => joined.push(area),
        }
    }
    joined
}

fn path_of(area: &Area) -> String {
    let Area {
        left,
        top,
        width,
        height,
    } = area;
    format!("M{left} {top}h{width}v{height}h-{width}z")
}

/// Text as a document of marks needs it; characters that no document may have become question marks.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            control if control.is_control() || !is_in_xml(control) => out.push('?'),
            other => out.push(other),
        }
    }
    out
}

/// Whether XML 1.0 has the character.
const fn is_in_xml(character: char) -> bool {
    !matches!(character, '\u{fffe}' | '\u{ffff}')
}

fn add(out: &mut String, arguments: std::fmt::Arguments<'_>) {
    out.write_fmt(arguments)
        .expect("writing to a string does not fail");
}
