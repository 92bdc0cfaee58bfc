//! Data in the format `zlib` (RFC 1950), compressed by runs of equal bytes and the fixed codes of DEFLATE (RFC 1951).
//!
//! Pictures of few colours need no more: a run of up to 258 bytes becomes 12 bits.

/// The longest run of one code.
const RUN_MAX: usize = 258;
/// The shortest that pays.
const RUN_MIN: usize = 3;
/// The code of the end of the data.
const END: u16 = 256;
/// Where the codes of lengths start.
const LENGTHS: u16 = 257;

/// For each code of a length: the least length, and the bits that are added (RFC 1951, 3.2.5).
const LENGTH_CODES: [(usize, u32); 29] = [
    (3, 0),
    (4, 0),
    (5, 0),
    (6, 0),
    (7, 0),
    (8, 0),
    (9, 0),
    (10, 0),
    (11, 1),
    (13, 1),
    (15, 1),
    (17, 1),
    (19, 2),
    (23, 2),
    (27, 2),
    (31, 2),
    (35, 3),
    (43, 3),
    (51, 3),
    (59, 3),
    (67, 4),
    (83, 4),
    (99, 4),
    (115, 4),
    (131, 5),
    (163, 5),
    (195, 5),
    (227, 5),
    (258, 0),
];

/// Compresses.
pub(super) fn zlib(data: &[u8]) -> Vec<u8> {
    let mut out = Bits {
        // A window of 32 KiB; no dictionary; the check bits.
        bytes: vec![0x78, 0x01],
        pending: 0,
        count: 0,
    };
    // The last block, with fixed codes.
    out.add(0b011, 3);
    let mut rest = data;
    while let Some(&byte) = rest.first() {
        out.add_code(byte.into());
        rest = &rest[1..];
        let run = rest.iter().take_while(|&&other| other == byte).count();
        let run = run.min(RUN_MAX);
        if run >= RUN_MIN {
            out.add_run(run);
            rest = &rest[run..];
        }
    }
    out.add_code(END);
    let mut bytes = out.finish();
    bytes.extend_from_slice(&adler32(data).to_be_bytes());
    bytes
}

struct Bits {
    bytes: Vec<u8>,
    pending: u32,
    count: u32,
}

impl Bits {
    /// Adds bits, the lowest first.
    fn add(&mut self, bits: u32, count: u32) {
        self.pending |= bits << self.count;
        self.count += count;
        while self.count >= 8 {
            self.bytes.push(self.pending as u8);
            self.pending >>= 8;
            self.count -= 8;
        }
    }

    /// Adds a code of the fixed table (RFC 1951, 3.2.6), the highest bit first.
    fn add_code(&mut self, symbol: u16) {
        let symbol = u32::from(symbol);
        let (code, count) = match symbol {
            0..=143 => (0x30 + symbol, 8),
            144..=255 => (0x190 + symbol - 144, 9),
            256..=279 => (symbol - 256, 7),
            _ => (0xc0 + symbol - 280, 8),
        };
        self.add(code.reverse_bits() >> (32 - count), count);
    }

    /// Repeats the last byte so often.
    fn add_run(&mut self, run: usize) {
        let code = LENGTH_CODES.iter().rposition(|&(least, _)| least <= run);
        let code = code.expect("a run is no shorter than the shortest");
        let (least, extra) = LENGTH_CODES[code];
        self.add_code(LENGTHS + code as u16);
        self.add((run - least) as u32, extra);
        // A distance of one byte: code 0, of five bits.
        self.add(0, 5);
    }

    fn finish(mut self) -> Vec<u8> {
        if self.count > 0 {
            self.add(0, 8 - self.count);
        }
        self.bytes
    }
}

/// The checksum of RFC 1950.
fn adler32(data: &[u8]) -> u32 {
    const MODULUS: u32 = 65_521;
    /// So many bytes do not overflow the sums.
    const PART: usize = 5552;
    let (mut low, mut high) = (1_u32, 0_u32);
    for part in data.chunks(PART) {
        for &byte in part {
            low += u32::from(byte);
            high += low;
        }
        low %= MODULUS;
        high %= MODULUS;
    }
    high << 16 | low
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What data that `zlib` made stand for: fixed codes, and runs of the last byte.
    fn inflated(data: &[u8]) -> Vec<u8> {
        let mut bits = data[2..]
            .iter()
            .flat_map(|byte| (0..8).map(move |bit| usize::from(byte >> bit & 1)));
        let mut take =
            |count: u32| -> usize { (0..count).map(|at| bits.next().unwrap() << at).sum() };
        assert_eq!(take(3), 0b011);
        let mut out: Vec<u8> = Vec::new();
        loop {
            let mut code = (0..7).fold(0, |code, _| code << 1 | take(1));
            let symbol = if code < 24 {
                256 + code
            } else {
                code = code << 1 | take(1);
                match code {
                    0x30..0xc0 => code - 0x30,
                    0xc0..0xc8 => code - 0xc0 + 280,
                    _ => (code << 1 | take(1)) - 0x190 + 144,
                }
            };
            match symbol {
                0..256 => out.push(symbol as u8),
                256 => return out,
                _ => {
                    let (least, extra) = LENGTH_CODES[symbol - usize::from(LENGTHS)];
                    let run = least + take(extra);
                    assert_eq!(take(5), 0, "a distance of one byte");
                    out.resize(out.len() + run, *out.last().unwrap());
                }
            }
        }
    }

    #[test]
    fn compressed_data_come_back() {
        let mut data: Vec<u8> = (0..=255).collect();
        for run in [1, 2, 3, 4, 10, 11, 12, 257, 258, 259, 260, 1000] {
            data.extend(std::iter::repeat_n(200, run));
            data.push(run as u8);
        }
        let compressed = zlib(&data);
        assert!(compressed.len() < data.len() / 2);
        assert_eq!(inflated(&compressed), data);
        assert_eq!(inflated(&zlib(&[])), []);
    }

    #[test]
    fn known_data_have_the_known_checksum() {
        assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
    }

    #[test]
    fn each_length_has_a_code_that_holds_it() {
        for run in RUN_MIN..=RUN_MAX {
            let code = LENGTH_CODES.iter().rposition(|&(least, _)| least <= run);
            let (least, extra) = LENGTH_CODES[code.expect("there is one")];
            assert!(run - least < 1 << extra, "{run}");
        }
    }
}
