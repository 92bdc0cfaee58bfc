//! Linking, step by step.

use std::borrow::Cow;
use std::rc::Rc;

use abi::arity::{self, ArityRecord};
use abi::fingerprint::FINGERPRINT;
use abi::image::{ImageHeader, OwnSymbols, section};
use abi::native::return_table::{ENTRY_BYTES, entry_count};
use abi::object_layout::{OBJECT_ALIGN_BYTES, WORD_BYTES};
use abi::properties;
use abi::tag::FALSE;

use super::constants::{LinkedWord, PlacedConstants, place_constants};
use super::error::LinkError;
use super::frame_maps::PlacedFrameMaps;
use super::layout::{
    Layout, NATIVE_CODE_ALIGN_BYTES, NATIVE_RETURNS_ALIGN_BYTES, TableSizes, UNWIND_ALIGN_BYTES,
    lay_out,
};
use super::unit::{ConstantWord, LinkUnit, NameId};
use super::write_elf::{ElfImage, Section, write_elf};
use super::{
    debug_info, encode_bytecode, encode_native, inlined_calls, library_objects, places, relocation,
    symbols, unwind,
};
use crate::id::IdVec;
use crate::memory;

/// Makes the image of `unit`: a complete ELF file, the same bytes for the same unit.
///
/// # Errors
///
/// [`LinkError`]: the unit exceeds a limit of the format.
///
/// # Panics
///
/// If the unit has no procedure, an index in it leads nowhere, or a cell that is no symbol's holds
/// a symbol: bugs of code generation.
pub fn link(unit: &LinkUnit) -> Result<Vec<u8>, LinkError> {
    link_laid_out(unit).map(|(image, _)| image)
}

/// As [`link`]; also where everything lies.
pub(super) fn link_laid_out(unit: &LinkUnit) -> Result<(Vec<u8>, Layout), LinkError> {
    let mut constants = place_constants(&unit.constants);
    let cells = cell_words(unit);
    if unit.library.is_some() {
        library_objects::own(&mut constants.linked);
    }
    let relocations = Relocations::new(&constants.linked, &cells);
    let fixup_count = symbols::fixup_count(&constants.linked);
    let interned = interned_symbols(unit);
    let sizes = TableSizes {
        relocations: 8 * relocations.apart(0, 0).len() as u64,
        close_relocations: 8 * relocations.close(0).len() as u64,
        symbol_table: symbols::table_bytes(interned.len(), fixup_count),
        symbol_names: symbols::name_bytes(&interned),
        own_symbols: library_objects::table_bytes(unit),
        native_returns: (entry_count(unit.native_return_count()) * ENTRY_BYTES) as u64,
        unwind: unwind::bytes(unit)?,
        cells: (cells.len() * WORD_BYTES) as u64,
        library_objects: library_objects::offsets(unit),
    };
    let frame_maps = PlacedFrameMaps::of(unit);
    let mut layout = lay_out(unit, &constants, &frame_maps, sizes)?;
    let bytes = layout.segments().map(|segment| segment.bytes as usize);
    memory::take_all(bytes.into_iter().sum(), memory::IMAGE_BYTE_BYTES);
    layout.header.fixup_count = u32::try_from(fixup_count).expect("each is a word of the image");
    layout.header.fingerprint = FINGERPRINT;
    let relocations = relocations.at(&layout.header);

    let contents =
        |words: &[LinkedWord]| words_to_bytes(words.iter().map(|&word| resolve(word, &layout)));
    let image = ElfImage {
        segments: [
            read_only_sections(unit, &constants, &layout, relocations, frame_maps.bytes)?,
            vec![
                Section::new(section::CODE, 16, encode_bytecode::encode(unit, &layout)),
                Section::new(
                    section::NATIVE_CODE,
                    NATIVE_CODE_ALIGN_BYTES,
                    encode_native::encode(unit, &layout),
                ),
            ],
            vec![Section::new(
                section::CONSTANTS,
                16,
                contents(&constants.linked),
            )],
            vec![Section::new(section::CELLS, 8, contents(&cells))],
        ],
        tool_sections: tool_sections(unit, &layout)?,
    };
    let image = write_elf(unit, &layout, &image);
    Ok((image, layout))
}

/// The symbols that the loader interns: a library has its own.
fn interned_symbols(unit: &LinkUnit) -> Cow<'_, IdVec<NameId, Rc<str>>> {
    match unit.library {
        Some(_) => Cow::Owned(IdVec::new()),
        None => Cow::Borrowed(&unit.symbols),
    }
}

/// The sections of the read-only segment.
fn read_only_sections(
    unit: &LinkUnit,
    constants: &PlacedConstants,
    layout: &Layout,
    relocations: Vec<u64>,
    frame_maps: Vec<u8>,
) -> Result<Vec<Section>, LinkError> {
    let interned = interned_symbols(unit);
    Ok(vec![
        Section::new(section::IMAGE, 8, layout.header.encode().to_vec()),
        Section::new(section::RELOCATIONS, 8, words_to_bytes(relocations)),
        Section::new(
            section::SYMBOLS,
            4,
            symbols::encode(&interned, &constants.linked, layout),
        ),
        Section::new(
            section::OWN_SYMBOLS,
            OwnSymbols::ENTRY_BYTES as u64,
            library_objects::encode_table(unit, layout),
        ),
        Section::new(section::FRAME_MAPS, 1, frame_maps),
        Section::new(
            section::NATIVE_RETURNS,
            NATIVE_RETURNS_ALIGN_BYTES,
            encode_native::encode_returns(unit, layout),
        ),
        Section::new(
            section::UNWIND,
            UNWIND_ALIGN_BYTES,
            unwind::encode(unit, layout)?,
        ),
        Section::new(section::READ_ONLY, 16, constants.read_only.clone()),
    ])
}

/// The words of constants and cells that are relocated, by their indices.
struct Relocations {
    constants: Vec<u64>,
    cells: Vec<u64>,
    /// Words from the start of the constants to that of the cells, where these follow at once.
    distance: u64,
}

impl Relocations {
    fn new(constants: &[LinkedWord], cells: &[LinkedWord]) -> Self {
        let object_words = OBJECT_ALIGN_BYTES / WORD_BYTES;
        Self {
            constants: relocated_words(constants),
            cells: relocated_words(cells),
            distance: constants.len().next_multiple_of(object_words) as u64,
        }
    }

    /// Encoded for an image whose header says where its segments are.
    fn at(&self, header: &ImageHeader) -> Vec<u64> {
        let [constants_start, cells_start] =
            [header.constants, header.cells].map(|extent| u64::from(extent.start));
        if !header.is_small() {
            self.apart(constants_start, cells_start)
        } else if header.constants.bytes > 0 {
            self.close(constants_start)
        } else {
            self.close(cells_start)
        }
    }

    /// Encoded for segments so far apart that no bitmap of the first reaches into the second.
    fn apart(&self, constants_start: u64, cells_start: u64) -> Vec<u64> {
        let mut entries = relocation::encode(constants_start, &self.constants);
        entries.extend(relocation::encode(cells_start, &self.cells));
        entries
    }

    /// Encoded for a small image, as one run of words.
    fn close(&self, start: u64) -> Vec<u64> {
        let cells = self.cells.iter().map(|word| word + self.distance);
        let words: Vec<u64> = self.constants.iter().copied().chain(cells).collect();
        relocation::encode(start, &words)
    }
}

/// The words of the cells, symbols first, and of the objects that lie behind them.
fn cell_words(unit: &LinkUnit) -> Vec<LinkedWord> {
    if let Some(library) = &unit.library {
        return library_objects::words(unit, library);
    }
    let symbols = unit.symbols.iter().map(|_| LinkedWord::Word(FALSE));
    let others = unit.cells.iter().map(|&word| {
        assert!(
            !matches!(word, ConstantWord::Symbol(_)),
            "symbols have cells of their own"
        );
        word.into()
    });
    symbols.chain(others).collect()
}

fn relocated_words(words: &[LinkedWord]) -> Vec<u64> {
    words
        .iter()
        .zip(0..)
        .filter(|(word, _)| word.is_relocated())
        .map(|(_, index)| index)
        .collect()
}

/// The word as it stands in the file.
fn resolve(word: LinkedWord, layout: &Layout) -> u64 {
    match word {
        LinkedWord::Word(word) => word,
        LinkedWord::Constant(index) => layout.constants[index].into(),
        LinkedWord::Symbol(_) => FALSE,
        LinkedWord::OwnSymbol(symbol) => library_objects::symbol(layout, symbol).into(),
        LinkedWord::Location(index) => library_objects::location(layout, index).into(),
        LinkedWord::Procedure(index) => layout.procedures[index].into(),
        LinkedWord::ReadOnly(offset) => {
            u64::from(layout.read_only_object(offset.0)) | abi::tag::TAG_OBJECT
        }
    }
}

fn words_to_bytes(words: impl IntoIterator<Item = u64>) -> Vec<u8> {
    words.into_iter().flat_map(u64::to_le_bytes).collect()
}

/// Sections that are in no segment.
fn tool_sections(unit: &LinkUnit, layout: &Layout) -> Result<Vec<Section>, LinkError> {
    let mut sections = vec![Section::new(section::ARITIES, 1, arities(unit, layout))];
    if let Some(interface) = &unit.interface {
        sections.push(Section::new(section::INTERFACE, 4, interface.clone()));
    }
    for (name, bytes) in &unit.records {
        sections.push(Section::new(name, 4, bytes.clone()));
    }
    let properties = properties(unit, layout);
    if !properties.is_empty() {
        sections.push(Section::new(section::PROPERTIES, 1, properties));
    }
    if let Some(bytes) = inlined_calls::encode(unit, layout) {
        sections.push(Section::new(section::INLINED, 1, bytes));
    }
    if layout.header.is_small() {
        sections.push(Section::new(
            section::PLACES,
            1,
            places::encode(unit, layout),
        ));
        return Ok(sections);
    }
    for (name, bytes) in debug_info::encode(unit, layout)? {
        sections.push(Section::new(name, 1, bytes));
    }
    Ok(sections)
}

fn arities(unit: &LinkUnit, layout: &Layout) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (procedure, &start) in unit.procedures.iter().zip(&layout.procedures) {
        let record = ArityRecord {
            code: start,
            line: procedure.place.line,
            column: procedure.place.column,
            required: procedure.header.required,
            optional: procedure.header.optional,
            flags: procedure.header.flags,
            name: procedure.name.to_string(),
            parameters: procedure
                .parameters
                .iter()
                .map(ToString::to_string)
                .collect(),
        };
        arity::encode(&record, &mut bytes);
    }
    bytes
}

fn properties(unit: &LinkUnit, layout: &Layout) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (procedure, &start) in unit.procedures.iter().zip(&layout.procedures) {
        if let Some(properties) = &procedure.properties {
            properties::encode(start, properties, &mut bytes);
        }
    }
    bytes
}
