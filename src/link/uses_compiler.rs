//! Which globals of the library an image uses, and whether one of them needs a compiler.

use std::collections::BTreeSet;

use abi::isa::{self, Instruction};
use abi::primitive::Primitive;
use loader::{ImageView, Procedure};

/// Bytes of a cell.
const CELL_BYTES: u32 = 8;

/// The primitives that ask the compiler.
const OF_COMPILER: [Primitive; 4] = [
    Primitive::Compile,
    Primitive::Load,
    Primitive::LoadNext,
    Primitive::Environment,
];

/// The globals of the library whose procedures use these primitives.
const GLOBALS_OF_COMPILER: [&str; 10] = [
    "%load-forms",
    "%thunk-of",
    "%thunk-of-file",
    "environment",
    "eval",
    "interaction-environment",
    "load",
    "null-environment",
    "scheme-report-environment",
    "system-global-environment",
];

/// Whether a program can come to ask for the compiler: by `eval`, `load`, or environments.
pub fn uses_compiler(image: &ImageView<'_>) -> bool {
    globals_of(image).any(|name| GLOBALS_OF_COMPILER.contains(&name))
        || image
            .contents()
            .procedures()
            .any(|each| asks_compiler(&each))
}

fn asks_compiler(procedure: &Procedure<'_>) -> bool {
    let Ok(code) = isa::decode_all(procedure.code) else {
        return true;
    };
    code.iter().any(|(_, instruction)| {
        let Instruction::CallHost {
            primitive: called, ..
        } = *instruction
        else {
            return false;
        };
        OF_COMPILER.iter().any(|&each| each as u16 == called.0)
    })
}

/// The names of the globals that an image looks up when it starts, sorted. If the code shows of one look-up not which
/// name it is for, all symbols of the image are among them.
pub fn globals_of<'image>(image: &ImageView<'image>) -> impl Iterator<Item = &'image str> {
    let symbols: Vec<&str> = image.symbol_names().collect();
    let cells = image.header().cells.start;
    let mut names = BTreeSet::new();
    for procedure in image.contents().procedures() {
        for place in looked_up(&procedure) {
            let cell = place.and_then(|address| address.checked_sub(cells));
            let number = cell.map(|offset| (offset / CELL_BYTES) as usize);
            match number.and_then(|number| symbols.get(number)) {
                Some(&name) => names.extend([name]),
                None => names.extend(symbols.iter().copied()),
            }
        }
    }
    names.into_iter()
}

/// For each look-up of a global, the address of the cell with its name; `None` where the instruction before does not
/// say.
fn looked_up(procedure: &Procedure<'_>) -> Vec<Option<u32>> {
    let Ok(code) = isa::decode_all(procedure.code) else {
        return vec![None];
    };
    let mut places = Vec::new();
    let mut loaded = None;
    for (offset, instruction) in code {
        let end =
            procedure.code_start() + (offset + instruction.opcode().instruction_bytes()) as u32;
        if let Instruction::Leaf1 { primitive, a, .. } = instruction
            && primitive.0 == Primitive::Location as u16
        {
            let cell = loaded.filter(|&(slot, _)| slot == a.0);
            places.push(cell.map(|(_, address)| address));
        }
        loaded = match instruction {
            Instruction::LoadCell { dst, cell } => Some((dst.0, end.wrapping_add_signed(cell.0))),
            _ => None,
        };
    }
    places
}
