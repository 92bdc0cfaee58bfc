//! The map as a picture of pixels (PNG, RFC 2083).

use super::canvas::Canvas;
use super::colours::{BLACK, Colour, WHITE, colours};
use super::deflate::zlib;
use super::geometry::{Area, Geometry, MARGIN, TOP, page_access};
use super::legend::{self, MARKS, mark_colour};
use super::pieces::{Access, PageMap, access_letters};

const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// Most colours that a pixel of one byte has.
const COLOURS_MAX: usize = 256;

/// Numbers of colours.
const PAPER: u8 = 0;
const INK: u8 = 1;

/// Height of a line of the legend.
const LINE_HEIGHT: u64 = 16;

/// The colours of a picture.
struct Palette(Vec<Colour>);

impl Palette {
    /// The number of a colour; of one that does not fit any more, that of the ink.
    fn number(&mut self, colour: Colour) -> u8 {
        if let Some(number) = self.0.iter().position(|&other| other == colour) {
            return number as u8;
        }
        if self.0.len() == COLOURS_MAX {
            return INK;
        }
        self.0.push(colour);
        (self.0.len() - 1) as u8
    }
}

impl PageMap {
    /// The map as a file in PNG. `name` is what the file is called.
    pub fn png(&self, name: &str) -> Vec<u8> {
        let geometry = Geometry::of(self);
        let lines = legend::lines(self);
        let title = legend::title(self, name);
        let texts = lines.iter().map(|line| Canvas::text_width(&line.text));
        let legend_width = texts
            .max()
            .unwrap_or_default()
            .max(Canvas::text_width(UNMAPPED))
            + 40;
        let width =
            (geometry.legend_left() + legend_width).max(Canvas::text_width(&title) + 2 * MARGIN);
        let legend_height = (lines.len() + MARKS.len() + 2) as u64 * LINE_HEIGHT;
        let height = geometry.bottom().max(TOP + legend_height) + MARGIN;
        let mut canvas = Canvas::new(width, height);
        let mut palette = Palette(vec![WHITE, BLACK]);
        canvas.write(&title, MARGIN, MARGIN / 2, INK);
        self.draw(&mut canvas, geometry, &mut palette);
        draw_legend(&mut canvas, geometry, &lines, &mut palette);
        encode(&canvas, &palette)
    }

    fn draw(&self, canvas: &mut Canvas, geometry: Geometry, palette: &mut Palette) {
        let numbers: Vec<u8> = colours(&self.parts)
            .into_iter()
            .map(|colour| palette.number(colour))
            .collect();
        for piece in &self.pieces {
            for area in geometry.areas(piece) {
                canvas.fill(area, numbers[piece.part]);
                if piece.access.is_none() {
                    canvas.hatch(area, INK);
                }
            }
        }
        for (page, access) in (0..).zip(page_access(self)) {
            if let Some(access) = access {
                canvas.fill(geometry.mark(page), palette.number(mark_colour(access)));
            }
        }
    }
}

const UNMAPPED: &str = "...  hatched: no segment maps it";

fn draw_legend(
    canvas: &mut Canvas,
    geometry: Geometry,
    lines: &[legend::Line],
    palette: &mut Palette,
) {
    let left = geometry.legend_left();
    let mut top = TOP;
    let mut line = |canvas: &mut Canvas, colour: Option<u8>, text: &str| {
        let area = Area {
            left,
            top,
            width: 12,
            height: 12,
        };
        match colour {
            Some(colour) => canvas.fill(area, colour),
            None => canvas.hatch(area, INK),
        }
        canvas.write(text, left + 20, top + 1, INK);
        top += LINE_HEIGHT;
    };
    for entry in lines {
        line(canvas, Some(palette.number(entry.colour)), &entry.text);
    }
    line(canvas, None, UNMAPPED);
    for (bits, letters) in MARKS {
        debug_assert_eq!(letters, access_letters(Some(Access(bits))));
        let text = format!("{letters}  mark in front of a row: the page is mapped so");
        line(
            canvas,
            Some(palette.number(mark_colour(Access(bits)))),
            &text,
        );
    }
}

fn encode(canvas: &Canvas, palette: &Palette) -> Vec<u8> {
    let mut out = SIGNATURE.to_vec();
    let mut header = Vec::new();
    header.extend_from_slice(&(canvas.width as u32).to_be_bytes());
    header.extend_from_slice(&(canvas.height as u32).to_be_bytes());
    // Eight bits for a pixel, numbers of colours; the one compression, the one set of filters, no interlacing.
    header.extend_from_slice(&[8, 3, 0, 0, 0]);
    add_chunk(&mut out, *b"IHDR", &header);
    let colours: Vec<u8> = palette.0.iter().flat_map(|colour| colour.0).collect();
    add_chunk(&mut out, *b"PLTE", &colours);
    add_chunk(&mut out, *b"IDAT", &zlib(&filtered(canvas)));
    add_chunk(&mut out, *b"IEND", &[]);
    out
}

/// Rows as their differences from the row above (filter 2): most are zero.
fn filtered(canvas: &Canvas) -> Vec<u8> {
    const UP: u8 = 2;
    let width = canvas.width as usize;
    let mut above = vec![PAPER; width];
    let mut out = Vec::with_capacity(canvas.pixels.len() + canvas.height as usize);
    for row in canvas.pixels.chunks_exact(width) {
        out.push(UP);
        out.extend(
            row.iter()
                .zip(&above)
                .map(|(here, above)| here.wrapping_sub(*above)),
        );
        above.copy_from_slice(row);
    }
    out
}

fn add_chunk(out: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    out.extend_from_slice(&(data.len() as u32).to_be_bytes());
    let start = out.len();
    out.extend_from_slice(&kind);
    out.extend_from_slice(data);
    let check = crc32(&out[start..]);
    out.extend_from_slice(&check.to_be_bytes());
}

/// The checksum of chunks (RFC 2083, 15).
fn crc32(data: &[u8]) -> u32 {
    let step = |mut check: u32, byte: &u8| {
        check ^= u32::from(*byte);
        for _ in 0..8 {
            check = (check >> 1) ^ (0xedb8_8320 & (check & 1).wrapping_neg());
        }
        check
    };
    !data.iter().fold(u32::MAX, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_data_have_the_known_checksum() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b"IEND"), 0xae42_6082);
    }
}
