//! A picture of pixels, each the number of a colour.

use super::font;
use super::geometry::Area;

/// Pixels of a dot of a letter.
const DOT: u64 = 2;

/// Pixels in rows.
#[derive(Clone, Debug)]
pub(super) struct Canvas {
    pub(super) width: u64,
    pub(super) height: u64,
    pub(super) pixels: Vec<u8>,
}

impl Canvas {
    /// A picture of colour 0.
    pub(super) fn new(width: u64, height: u64) -> Self {
        Self {
            width,
            height,
            pixels: vec![0; (width * height) as usize],
        }
    }

    /// Fills an area.
    pub(super) fn fill(&mut self, area: Area, colour: u8) {
        self.fill_where(area, colour, |_, _| true);
    }

    /// Draws slanted lines into an area.
    pub(super) fn hatch(&mut self, area: Area, colour: u8) {
        self.fill_where(area, colour, |x, y| (x + y).is_multiple_of(6));
    }

    fn fill_where(&mut self, area: Area, colour: u8, is_wanted: impl Fn(u64, u64) -> bool) {
        let (right, bottom) = (area.left + area.width, area.top + area.height);
        for y in area.top..bottom.min(self.height) {
            for x in area.left..right.min(self.width) {
                if is_wanted(x, y) {
                    self.pixels[(y * self.width + x) as usize] = colour;
                }
            }
        }
    }

    /// Writes a text, whose upper left corner is at (`left`, `top`).
    pub(super) fn write(&mut self, text: &str, mut left: u64, top: u64, colour: u8) {
        for letter in text.chars() {
            for (column, row) in font::dots(letter) {
                let area = Area {
                    left: left + column * DOT,
                    top: top + row * DOT,
                    width: DOT,
                    height: DOT,
                };
                self.fill(area, colour);
            }
            left += font::STEP * DOT;
        }
    }

    /// How wide a text is.
    pub(super) fn text_width(text: &str) -> u64 {
        text.chars().count() as u64 * font::STEP * DOT
    }
}
