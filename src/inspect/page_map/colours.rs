//! A colour for each part of a file.

use super::pieces::{Part, PartKind};

/// Red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Colour(pub(super) [u8; 3]);

pub(super) const WHITE: Colour = Colour([255, 255, 255]);
pub(super) const BLACK: Colour = Colour([0, 0, 0]);
/// Headers.
const GREY: Colour = Colour([110, 110, 110]);
/// What no section has.
const PALE: Colour = Colour([226, 226, 226]);

/// Sections that most files have keep their colour from picture to picture.
const USUAL: [(&str, Colour); 10] = [
    (".text", Colour([214, 88, 70])),
    (".text.native", Colour([158, 42, 60])),
    (".rodata", Colour([84, 138, 196])),
    (".data", Colour([92, 172, 84])),
    (".data.rel.ro", Colour([178, 206, 72])),
    (".eh_frame", Colour([170, 130, 200])),
    (".symtab", Colour([240, 196, 88])),
    (".strtab", Colour([226, 158, 60])),
    (".cozen.frame-maps", Colour([46, 150, 150])),
    (".cozen.native-returns", Colour([110, 196, 190])),
];

/// How far the hue of one section is from that of the next: by the golden ratio, so that neighbours differ most.
const HUE_STEP: f64 = 0.618_033_988_749_895;

impl Colour {
    /// As text documents write it.
    pub(super) fn hexadecimal(self) -> String {
        let [red, green, blue] = self.0;
        format!("#{red:02x}{green:02x}{blue:02x}")
    }

    /// A colour of medium lightness; `hue` goes around from 0 to 1.
    fn of_hue(hue: f64, lightness: f64) -> Self {
        const SATURATION: f64 = 0.5;
        let chroma = (1.0 - (2.0 * lightness - 1.0).abs()) * SATURATION;
        let channel = |shift: f64| {
            let place = (hue * 6.0 + shift).rem_euclid(6.0);
            let share = (2.0 - (place - 3.0).abs()).clamp(0.0, 1.0);
            let value = lightness + chroma * (share - 0.5);
            (value * 255.0) as u8
        };
        Self([channel(3.0), channel(1.0), channel(5.0)])
    }
}

/// The colour of each part.
pub(super) fn colours(parts: &[Part]) -> Vec<Colour> {
    let mut others = 0;
    let colour = |part: &Part| match part.kind {
        PartKind::Header => GREY,
        PartKind::Gap => PALE,
        PartKind::InMemory => WHITE,
        PartKind::Section => {
            let usual = USUAL.iter().find(|(name, _)| *name == part.name);
            if let Some(&(_, colour)) = usual {
                return colour;
            }
            others += 1;
            let number = f64::from(others);
            let lightness = if others % 2 == 0 { 0.45 } else { 0.65 };
            Colour::of_hue((number * HUE_STEP).fract(), lightness)
        }
    };
    parts.iter().map(colour).collect()
}
