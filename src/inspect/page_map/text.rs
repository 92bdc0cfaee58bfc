//! The map as lines of text, for a terminal.

use std::fmt::Write as _;

use super::colours::{Colour, colours};
use super::legend;
use super::pieces::{Access, PAGE_BYTES, PageMap, Piece, access_letters};

/// Characters of a row: each stands for 64 bytes.
const ROW_CHARACTERS: u64 = 64;

/// Letters for sections, in the order of the file.
const LETTERS: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

impl PageMap {
    /// A line for each page: its place in the file, how it is mapped, and for each 64 bytes the letter of the section
    /// that has the first of them. Runs of equal pages are one line. The legend follows.
    pub fn text(&self, name: &str, has_colour: bool) -> String {
        let mut out = legend::title(self, name).replace(" (hatched)", "");
        out.push('\n');
        let colours = colours(&self.parts);
        let mut last: Option<(Vec<usize>, String)> = None;
        let mut repeated = 0_u64;
        let mut pieces = self.pieces.as_slice();
        let mut page = 0;
        while page < self.page_count() {
            let row = self.row(page, &mut pieces);
            let letters = access_letters(access_of(page, pieces));
            // The pages that one piece fills from here on look the same.
            let more = full_pages(page, pieces);
            let is_same = |last: &(Vec<usize>, String)| last.0 == row && last.1 == letters;
            if last.as_ref().is_some_and(is_same) {
                repeated += 1 + more;
            } else {
                add_repeated(&mut out, repeated);
                add(
                    &mut out,
                    format_args!("{:>10x} {letters} ", page * PAGE_BYTES),
                );
                add_row(&mut out, &row, &colours, has_colour);
                repeated = more;
                last = Some((row, letters));
            }
            page += 1 + more;
        }
        add_repeated(&mut out, repeated);
        out.push('\n');
        self.add_legend(&mut out, &colours, has_colour);
        for note in self.notes() {
            add(&mut out, format_args!("note: {note}\n"));
        }
        out
    }

    /// The parts of a page. Afterwards, `pieces` starts with the one that has the first byte.
    fn row(&self, page: u64, pieces: &mut &[Piece]) -> Vec<usize> {
        let start = page * PAGE_BYTES;
        let passed = pieces.iter().take_while(|piece| piece.end <= start).count();
        *pieces = &pieces[passed..];
        let step = PAGE_BYTES / ROW_CHARACTERS;
        let places = (0..ROW_CHARACTERS).map(|place| start + place * step);
        let mut rest = *pieces;
        let part = |at: u64| {
            let passed = rest.iter().take_while(|piece| piece.end <= at).count();
            rest = &rest[passed..];
            // A small part is not hidden by what stands before it.
            let inside = rest.iter().take_while(|piece| piece.start < at + step);
            inside.last().map_or(0, |piece| piece.part)
        };
        places
            .take_while(|&at| at < self.file_bytes)
            .map(part)
            .collect()
    }

    fn add_legend(&self, out: &mut String, colours: &[Colour], has_colour: bool) {
        let parts: Vec<usize> = (0..self.parts.len())
            .filter(|&part| self.parts[part].bytes > 0)
            .collect();
        for (&part, line) in parts.iter().zip(legend::lines(self)) {
            let shown = if line.is_in_file { letter(part) } else { ' ' };
            add_coloured(out, &shown.to_string(), colours[part], has_colour);
            add(out, format_args!("  {}\n", line.text));
        }
        out.push_str("r, w, x: read, write, execute; ... : no segment maps it\n");
    }
}

fn add_row(out: &mut String, row: &[usize], colours: &[Colour], has_colour: bool) {
    let mut start = 0;
    while start < row.len() {
        let part = row[start];
        let run = row[start..]
            .iter()
            .take_while(|&&other| other == part)
            .count();
        let letters = letter(part).to_string().repeat(run);
        add_coloured(out, &letters, colours[part], has_colour);
        start += run;
    }
    out.push('\n');
}

/// How the bytes of a page are mapped. `pieces` starts with the one that has the first of them.
fn access_of(page: u64, pieces: &[Piece]) -> Option<Access> {
    let end = (page + 1) * PAGE_BYTES;
    let inside = pieces.iter().take_while(|piece| piece.start < end);
    let access = inside.filter_map(|piece| piece.access);
    access.reduce(|Access(before), Access(after)| Access(before | after))
}

/// How many pages behind a page have the bytes of one piece alone, if the page has.
fn full_pages(page: u64, pieces: &[Piece]) -> u64 {
    let filling = pieces
        .first()
        .filter(|piece| piece.start <= page * PAGE_BYTES);
    filling.map_or(0, |piece| (piece.end / PAGE_BYTES).saturating_sub(page + 1))
}

fn letter(part: usize) -> char {
    match part.checked_sub(1) {
        None => '.',
        Some(index) => LETTERS.chars().nth(index % LETTERS.len()).unwrap_or('?'),
    }
}

fn add_repeated(out: &mut String, repeated: u64) {
    if repeated > 0 {
        let pages = if repeated == 1 { "page" } else { "pages" };
        add(
            out,
            format_args!("           … {repeated} more {pages} like this\n"),
        );
    }
}

fn add_coloured(
    out: &mut String,
    text: &str,
    Colour([red, green, blue]): Colour,
    has_colour: bool,
) {
    if has_colour {
        add(
            out,
            format_args!("\x1b[48;2;{red};{green};{blue}m\x1b[30m{text}\x1b[0m"),
        );
    } else {
        out.push_str(text);
    }
}

fn add(out: &mut String, arguments: std::fmt::Arguments<'_>) {
    out.write_fmt(arguments)
        .expect("writing to a string does not fail");
}
