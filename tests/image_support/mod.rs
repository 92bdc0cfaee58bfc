//! A small image made by hand, and a heap of the toy model to load it into.

use std::sync::Arc;

use abi::frame_map::{self, SlotState};
use abi::isa::{DataOffset, Instruction, Into, Local, MapOffset, Small};
use abi::procedure::ProcedureHeader;
use compiler::core::ir::SourcePlace;
use compiler::id::Id as _;
use compiler::link::link;
use compiler::link::unit::{
    Constant, ConstantId, ConstantWord, Fixup, FixupTarget, FrameMapId, LineRow, LinkUnit, NameId,
    ProcedureCode,
};
use compiler::options::Purpose;
use compiler::ssa::ir::{CellId, ProcedureId};
use gc::toy::{ToyModel, ToyState};
use gc::{Arena, HeapOptions, ImageDescription, ImageId, Mutator};
use loader::{Host, OwnSymbolTable, TrustedImage};

/// A heap whose interned symbols are fixnums: ten times the length of the name.
pub(crate) struct ToyHost {
    pub(crate) mutator: Mutator<ToyModel>,
    /// The symbols of the first image that brought some.
    pub(crate) adopted: Option<OwnSymbolTable>,
}

impl ToyHost {
    pub(crate) fn new() -> Self {
        let options = HeapOptions {
            arena_bytes: HeapOptions::ARENA_BYTES_MIN,
            ..Default::default()
        };
        Self {
            mutator: Mutator::new(&options, |_| ToyState::default())
                .expect("the smallest arena fits everywhere"),
            adopted: None,
        }
    }
}

// SAFETY: all answers are of one heap; its symbols are integers, which nothing moves or collects.
unsafe impl Host for ToyHost {
    fn arena(&self) -> &Arc<Arena> {
        self.mutator.arena()
    }

    fn symbol(&mut self, name: &str) -> u64 {
        symbol_word(name)
    }

    unsafe fn adopt_symbols(&mut self, symbols: OwnSymbolTable) -> bool {
        let is_first = self.adopted.is_none();
        self.adopted.get_or_insert(symbols);
        is_first
    }

    unsafe fn register(&mut self, description: ImageDescription) -> ImageId {
        // SAFETY: the loader describes an image that it has mapped for this heap; tests unload images only
        // after they were unregistered or reported.
        unsafe { self.mutator.register_image(description) }
    }
}

/// An image for a heap in which nobody runs its code.
pub(crate) fn trusted(file: &[u8]) -> TrustedImage<'_> {
    // SAFETY: a toy heap has no machine: the code is never run, and no frame has a map.
    unsafe { TrustedImage::vouch(file) }
}

/// What [`ToyHost`] answers for a symbol.
pub(crate) fn symbol_word(name: &str) -> u64 {
    abi::tag::fixnum(10 * name.len() as i64).expect("names are short")
}

/// Bytecode with a hole for each of `targets`, from instructions that end with the hole.
pub(crate) fn with_fixups(
    instructions: &[(Instruction, Option<FixupTarget>)],
) -> (Vec<u8>, Vec<Fixup>) {
    let (mut code, mut fixups) = (Vec::new(), Vec::new());
    for (instruction, target) in instructions {
        instruction.encode(&mut code);
        let end = code.len() as u32;
        if let &Some(target) = target {
            fixups.push(Fixup {
                at: end - 4,
                end,
                target,
            });
        }
    }
    (code, fixups)
}

/// The procedure behind the entry.
pub(crate) fn second() -> ProcedureId {
    ProcedureId::new(1)
}

/// Two procedures, every kind of constant, two symbols, two cells.
pub(crate) fn sample_unit() -> LinkUnit {
    LinkUnit {
        procedures: vec![sample_entry(), sample_procedure()].into(),
        frame_maps: vec![map(&[]), map(&[SlotState::Unused, SlotState::Live])].into(),
        constants: vec![
            Constant::String("hello".into()),
            Constant::Closure(second()),
            Constant::Pair(
                ConstantWord::Constant(ConstantId::new(0)),
                ConstantWord::Symbol(NameId::new(0)),
            ),
            Constant::Flonum(1e300),
            Constant::Vector(vec![
                ConstantWord::Symbol(NameId::new(1)),
                ConstantWord::Word(8),
            ]),
            Constant::Bytevector(vec![1, 2, 3]),
            Constant::Bignum {
                negative: true,
                limbs: vec![5, 6],
            },
            Constant::String("λ".into()),
        ]
        .into(),
        symbols: vec!["car".into(), "lambda".into()].into(),
        cells: vec![
            ConstantWord::Word(abi::tag::UNBOUND),
            ConstantWord::Constant(ConstantId::new(2)),
        ]
        .into(),
        files: vec!["main.scm".into(), "lib/fold.scm".into()],
        interface: Some(b"exports".to_vec()),
        purpose: Purpose::File,
        ..LinkUnit::default()
    }
}

/// Refers to one of everything, in the order of the instructions.
fn sample_entry() -> ProcedureCode {
    let load_cell = Instruction::LoadCell {
        dst: Into(1),
        cell: DataOffset(0),
    };
    let load_constant = Instruction::LoadConstant {
        dst: Into(1),
        constant: DataOffset(0),
    };
    let (code, fixups) = with_fixups(&[
        (
            load_constant,
            Some(FixupTarget::Constant(ConstantId::new(2))),
        ),
        (load_cell, Some(FixupTarget::SymbolCell(NameId::new(1)))),
        (load_cell, Some(FixupTarget::Cell(CellId::new(1)))),
        (
            Instruction::Poll { map: MapOffset(0) },
            Some(FixupTarget::FrameMap(FrameMapId::new(1))),
        ),
        (Instruction::ReturnValue { src: Local(1) }, None),
    ]);
    ProcedureCode {
        header: ProcedureHeader {
            frame_bytes: 64,
            ..ProcedureHeader::default()
        },
        entry_map: FrameMapId::new(0),
        code,
        fixups,
        lines: vec![row(0, 0, 1, 1), row(7, 0, 2, 3)],
        ..ProcedureCode::default()
    }
}

fn sample_procedure() -> ProcedureCode {
    let (code, fixups) = with_fixups(&[
        (
            Instruction::LoadSmall {
                dst: Into(2),
                value: Small(42),
            },
            None,
        ),
        (Instruction::ReturnValue { src: Local(2) }, None),
    ]);
    let header = ProcedureHeader {
        frame_bytes: 64,
        required: 1,
        ..ProcedureHeader::default()
    };
    ProcedureCode {
        name: "fold".into(),
        place: place(1, 10, 2),
        parameters: vec!["kons".into()],
        header,
        entry_map: FrameMapId::new(1),
        code,
        fixups,
        lines: vec![row(0, 1, 10, 2), row(5, 1, 11, 4)],
        ..ProcedureCode::default()
    }
}

pub(crate) fn map(states: &[SlotState]) -> Vec<u8> {
    let mut bytes = Vec::new();
    frame_map::encode(states, &mut bytes);
    bytes
}

/// A place in the sample's files.
fn place(file: u16, line: u32, column: u32) -> SourcePlace {
    SourcePlace {
        file,
        line,
        column,
        ..SourcePlace::default()
    }
}

pub(crate) fn row(offset: u32, file: u16, line: u32, column: u32) -> LineRow {
    LineRow::new(offset, place(file, line, column))
}

pub(crate) fn sample_image() -> Vec<u8> {
    link(&sample_unit()).expect("the sample is small")
}
