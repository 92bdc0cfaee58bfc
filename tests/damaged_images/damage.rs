//! Damage to an image: flips, splices, cuts, and edits of what its parts mean.

use std::ops::Range;

use abi::isa::{Instruction, Opcode, decode_all};
use abi::procedure::PROCEDURE_HEADER_BYTES;
use cozen::inspect::ImageView;
use loader::fuzzing::load_image::{part, repair};

use crate::random::Random;

/// Whether fingerprint and content hash are made right afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    AsItIs,
    Repaired,
}

/// Damages a whole image in one to three places.
pub(crate) fn damage(random: &mut Random, file: &mut Vec<u8>, hash: Hash) {
    for _ in 0..=random.below(8) / 6 {
        match random.below(16) {
            0..=1 => flip(random, file),
            2 => splice(random, file),
            3 => cut(random, file),
            4..=8 => edit_part(random, file),
            _ => edit_instruction(random, file),
        }
    }
    if hash == Hash::Repaired {
        repair(file);
    }
}

fn flip(random: &mut Random, file: &mut [u8]) {
    if !file.is_empty() {
        let at = random.below(file.len());
        file[at] ^= 1 << random.below(8);
    }
}

/// Copies some bytes to another place.
fn splice(random: &mut Random, file: &mut [u8]) {
    let bytes = 1 + random.below(64);
    if file.len() > bytes {
        let (from, to) = (
            random.below(file.len() - bytes),
            random.below(file.len() - bytes),
        );
        file.copy_within(from..from + bytes, to);
    }
}

fn cut(random: &mut Random, file: &mut Vec<u8>) {
    file.truncate(random.below(file.len() + 1));
}

/// Numbers that are often the first or the last of something.
const NUMBERS: [u32; 16] = [
    0,
    1,
    2,
    3,
    4,
    7,
    8,
    15,
    16,
    64,
    255,
    0x1000,
    0x7fff,
    0xffff,
    0x7fff_ffff,
    u32::MAX,
];

/// Edits a part of the file that the loader or the verifier looks at.
fn edit_part(random: &mut Random, file: &mut [u8]) {
    if let Some(range) = part(file, random.word() as u32) {
        edit(random, file, range);
    }
}

/// Edits a number in a range, of one, two, four or eight bytes.
fn edit(random: &mut Random, file: &mut [u8], range: Range<usize>) {
    let width = *random.choose(&[1, 2, 4, 8]);
    if range.len() < width {
        return;
    }
    let at = range.start + random.below(range.len() - width + 1);
    let at = if random.below(4) == 0 {
        at
    } else {
        range.start + (at - range.start) / width * width
    };
    let mut bytes = [0; 8];
    bytes[..width].copy_from_slice(&file[at..at + width]);
    let old = u64::from_le_bytes(bytes);
    let new = match random.below(6) {
        0 => u64::from(*random.choose(&NUMBERS)),
        1 => old.wrapping_add(1 << random.below(8 * width)),
        2 => old.wrapping_sub(1 << random.below(8 * width)),
        3 => old ^ 1 << random.below(8 * width),
        4 => random.word(),
        _ => {
            let from = range.start + random.below(range.len() - width + 1);
            bytes[..width].copy_from_slice(&file[from..from + width]);
            u64::from_le_bytes(bytes)
        }
    };
    file[at..at + width].copy_from_slice(&new.to_le_bytes()[..width]);
}

/// Edits an opcode or an operand of an instruction.
fn edit_instruction(random: &mut Random, file: &mut [u8]) {
    let Some((at, code)) = some_code(random, file) else {
        return;
    };
    let Ok(instructions) = decode_all(&code) else {
        return edit(random, file, at..at + code.len());
    };
    if instructions.is_empty() {
        return;
    }
    let (offset, instruction) = *random.choose(&instructions);
    let bytes = instruction.opcode().instruction_bytes();
    let place = at + offset..at + offset + bytes;
    match random.below(8) {
        0 | 1 => {
            let fitting = |opcode: &&Opcode| opcode.instruction_bytes() == bytes;
            let opcodes: Vec<&Opcode> = Opcode::ALL.iter().filter(fitting).collect();
            file[place.start] = **random.choose(&opcodes) as u8;
        }
        2 => {
            let (_, other) = *random.choose(&instructions);
            file[place].copy_from_slice(&resized(other, bytes));
        }
        3 => {
            let (_, other) = *random.choose(&instructions);
            let opcode = file[place.start];
            file[place.clone()].copy_from_slice(&resized(other, bytes));
            file[place.start] = opcode;
        }
        // Slots are complemented: small numbers are stored as large ones.
        4 if bytes >= 3 => {
            let slot = !(random.below(12) as u16);
            let operand = place.start + 1 + random.below((bytes - 1) / 2) * 2;
            if operand + 2 <= place.end {
                file[operand..operand + 2].copy_from_slice(&slot.to_le_bytes());
            }
        }
        _ if bytes > 1 => edit(random, file, place.start + 1..place.end),
        _ => {}
    }
}

/// The encoding of an instruction, cut or lengthened by traps.
fn resized(instruction: Instruction, bytes: usize) -> Vec<u8> {
    let mut encoded = Vec::new();
    instruction.encode(&mut encoded);
    encoded.resize(bytes, Opcode::Trap as u8);
    encoded
}

/// The code of one of the procedures, and where it stands in the file.
fn some_code(random: &mut Random, file: &[u8]) -> Option<(usize, Vec<u8>)> {
    // Which procedure, by its header, which the fuzzer of the loader finds too.
    const PROCEDURE_HEADERS: u32 = 11;
    let header = part(file, PROCEDURE_HEADERS + 16 * random.below(10_000) as u32)?;
    let start = header.start + PROCEDURE_HEADER_BYTES;
    let bytes = u32::from_le_bytes(*file.get(header.start + 20..)?.first_chunk()?) as usize;
    Some((start, file.get(start..start + bytes)?.to_vec()))
}

/// Whether an image is whole.
pub(crate) fn is_whole(file: &[u8]) -> bool {
    ImageView::parse(file).is_ok()
}
