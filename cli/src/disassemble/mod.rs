//! `cozen disassemble FILE`: instructions with source lines and the frame map of each safepoint.
//!
//! ```text
//! procedure fill (n)  0x10040  arguments 1  frame 96 bytes  entry [-L]
//!   program.scm:2            (define (fill n) ...
//!       0  load_small s2 0
//!       5  jump_poll ->0 map:…                [-dLr]
//! ```
//!
//! A map has a letter for each slot from slot 0: `L` live, `r` raw, `d` dead, `-` unused. Native code
//! follows the bytecode of its procedure; of a source file, the SSA that both come from precedes it. Constants,
//! symbols and relocations follow the procedures.

mod listing;
mod machine_instructions;
mod names;
mod native_functions;

use std::path::Path;

use cozen::inspect::isa::{self, Instruction, OperandValue};
use cozen::inspect::procedure::{ProcedureHeader, TOP_LEVEL};
use cozen::inspect::{Description, ImageView, Procedure, program_in};
use cozen::{Error, Frontend};

use self::listing::{Listing, MAP_COLUMN, add};
use self::native_functions::NativeFunctions;
use crate::arguments::Options;
use crate::output;
use crate::source_lines::SourceLines;
use crate::status::Status;

/// First bytes of every ELF file.
const ELF_MAGIC: &[u8] = b"\x7fELF";

/// Prints the instructions of an image, or of the image that a source file is compiled to.
pub(crate) fn disassemble(options: &Options, file: &Path) -> Result<Status, Error> {
    let name = file.display().to_string();
    let content = std::fs::read(file).map_err(|error| Error::File {
        path: name.clone(),
        error,
    })?;
    let (image, ssa) = if content.starts_with(ELF_MAGIC) {
        (program_in(&content).to_vec(), String::new())
    } else {
        let compiler = options.compiler()?;
        Frontend::standard(options.library_paths.clone(), compiler)
            .compiler_reports(output::print_report)
            .compile_with_ssa(file)?
    };
    let view = ImageView::parse(&image).map_err(|error| Error::Load { name, error })?;
    let tables = view.debug_tables();
    let mut listing = Listing {
        description: Description::new(&image, &view),
        contents: view.contents(),
        native: NativeFunctions::new(&view, &tables),
        tables,
        sources: SourceLines::default(),
        ssa: procedures_of(&ssa),
    };
    let text = listing.text();
    output::print(&format!("{text}\n{}", listing.description.data()))?;
    Ok(Status::SUCCESS)
}

/// The SSA of each procedure, in their order, which is that of the image.
fn procedures_of(ssa: &str) -> Vec<&str> {
    let starts = ssa.match_indices("\n(procedure ").map(|(at, _)| at + 1);
    let starts: Vec<usize> = ssa
        .starts_with("(procedure ")
        .then_some(0)
        .into_iter()
        .chain(starts)
        .collect();
    let ends = starts.iter().copied().skip(1).chain([ssa.len()]);
    let ranges = starts.iter().zip(ends);
    ranges
        .map(|(&start, end)| ssa[start..end].trim_end())
        .collect()
}

impl Listing<'_, '_> {
    fn text(&mut self) -> String {
        let header = self.contents.header();
        let mut text = format!(
            "entry {:#x}, {} bytes of bytecode, {} of native code, {} of constants, {} of cells, {} of frame maps\n",
            header.entry,
            header.code.bytes - header.native_code.bytes,
            header.native_code.bytes,
            header.constants.bytes,
            header.cells.bytes,
            header.frame_maps.bytes
        );
        for (number, procedure) in self.contents.procedures().enumerate() {
            self.add_procedure(&mut text, &procedure, number);
            self.add_native(&mut text, &procedure);
        }
        text
    }

    fn add_procedure(&mut self, text: &mut String, procedure: &Procedure<'_>, number: usize) {
        let name = match self.tables.procedure_name(procedure.address) {
            None => "(anonymous)",
            Some("") => TOP_LEVEL,
            Some(name) => name,
        };
        let parameters = self
            .tables
            .arity(procedure.address)
            .map(|arity| arity.parameters.join(" "))
            .unwrap_or_default();
        let map = i64::from(procedure.address) + i64::from(procedure.header.entry_map);
        add(
            text,
            format_args!(
                "\nprocedure {name} ({parameters})  {:#x}  {}  frame {} bytes  entry {}\n",
                procedure.address,
                arity_text(&procedure.header),
                procedure.header.frame_bytes,
                self.map_text(map)
            ),
        );
        for line in self.ssa.get(number).into_iter().flat_map(|ssa| ssa.lines()) {
            add(text, format_args!("  ; {line}\n"));
        }
        self.add_instructions(text, procedure);
    }

    fn add_instructions(&mut self, text: &mut String, procedure: &Procedure<'_>) {
        let lines = match isa::disassemble(procedure.code) {
            Ok(lines) => lines,
            Err(error) => return add(text, format_args!("  {error}\n")),
        };
        let mut last_place = None;
        for line in lines {
            let address = procedure.code_start() + line.offset as u32;
            let place = self.tables.row_at(address).map(|row| (row.file, row.line));
            if place != last_place {
                last_place = place;
                self.add_source_line(text, place);
            }
            let start = text.len();
            add(
                text,
                format_args!("  {:>6}  {}", line.offset, shown(&line.text)),
            );
            if let Some(distance) = map_distance(&line.instruction) {
                let end = address + line.instruction.opcode().instruction_bytes() as u32;
                let width = text[start..].chars().count();
                text.push_str(&" ".repeat(MAP_COLUMN.saturating_sub(width).max(1)));
                text.push_str(&self.map_text(i64::from(end) + i64::from(distance)));
            }
            if let Some(distance) = data_distance(&line.instruction) {
                let end = address + line.instruction.opcode().instruction_bytes() as u32;
                let name = self
                    .description
                    .data_name(end.wrapping_add_signed(distance));
                add(text, format_args!("  ; {name}"));
            }
            text.push('\n');
        }
    }
}

fn arity_text(header: &ProcedureHeader) -> String {
    let mut text = format!("arguments {}", header.required);
    if header.optional > 0 {
        add(&mut text, format_args!("+{}", header.optional));
    }
    if header.has_rest() {
        text.push_str("+rest");
    }
    text
}

/// The instruction without the place of its map, which is printed as letters.
fn shown(text: &str) -> &str {
    text.rsplit_once(" map:").map_or(text, |(before, _)| before)
}

/// From the end of the instruction to the constant or cell that it names.
fn data_distance(instruction: &Instruction) -> Option<i32> {
    let mut distance = None;
    instruction.each_operand(|_, value| {
        if let OperandValue::DataOffset(offset) = value {
            distance = Some(offset.0);
        }
    });
    distance
}

fn map_distance(instruction: &Instruction) -> Option<i32> {
    let mut distance = None;
    instruction.each_operand(|_, value| {
        if let OperandValue::MapOffset(offset) = value {
            distance = Some(offset.0);
        }
    });
    distance
}
