//! Native code in a listing: machine instructions with source lines, and the frame at each return point.

use std::cell::Cell;
use std::rc::Rc;

use cozen::inspect::Procedure;
use cozen::inspect::native::return_table::FLAG_RECEIVES;
use iced_x86::{
    Code, Decoder, DecoderOptions, Formatter as _, Instruction, IntelFormatter, Register,
};

use super::listing::{Listing, MAP_COLUMN, add};
use super::names::{Function, Names};

const BITS: u32 = 64;

/// The register into which `instruction` copies the mutator's: code often does so just before it uses a
/// word of the mutator.
fn copy_of_context(instruction: &Instruction) -> Register {
    let is_copy =
        instruction.code() == Code::Mov_r64_rm64 || instruction.code() == Code::Mov_rm64_r64;
    if is_copy && instruction.op1_register() == Register::R15 {
        instruction.op0_register()
    } else {
        Register::None
    }
}

impl Listing<'_, '_> {
    /// Lists the native code of a procedure, if it has any.
    pub(super) fn add_native(&mut self, text: &mut String, procedure: &Procedure<'_>) {
        if procedure.header.native_entry == 0 {
            return;
        }
        let entry = procedure
            .address
            .wrapping_add_signed(procedure.header.native_entry);
        for function in self.native.take_up_to(entry) {
            let role = if function.start == entry {
                "general entry"
            } else {
                "body"
            };
            add(
                text,
                format_args!(
                    "\nnative {}  {:#x}  {} bytes  {role}\n",
                    function.name, function.start, function.bytes
                ),
            );
            self.add_machine_instructions(text, &function);
        }
    }

    fn add_machine_instructions(&mut self, text: &mut String, function: &Function) {
        let start = (function.start - self.contents.header().native_code.start) as usize;
        let code = self.contents.native_code();
        let Some(code) = code.get(start..start + function.bytes as usize) else {
            return add(text, format_args!("  (outside the native code)\n"));
        };
        let context = Rc::new(Cell::new(Register::None));
        let names = Names::new(&self.native.view, &self.native.named, function, &context);
        let mut formatter = IntelFormatter::with_options(Some(Box::new(names)), None);
        let options = formatter.options_mut();
        options.set_rip_relative_addresses(false);
        options.set_space_after_operand_separator(true);
        options.set_hex_prefix("0x");
        options.set_hex_suffix("");
        let mut decoder = Decoder::with_ip(BITS, code, function.start.into(), DecoderOptions::NONE);
        let mut last_place = None;
        let mut instruction = Instruction::default();
        while decoder.can_decode() {
            decoder.decode_out(&mut instruction);
            let address = instruction.ip() as u32;
            let place = self.tables.row_at(address).map(|row| (row.file, row.line));
            if place != last_place {
                last_place = place;
                self.add_source_line(text, place);
            }
            let mut line = format!("  {:>6}  ", address - function.start);
            formatter.format(&instruction, &mut line);
            context.set(copy_of_context(&instruction));
            self.add_return_point(&mut line, instruction.next_ip() as u32);
            text.push_str(&line);
            text.push('\n');
        }
    }

    /// The frame that a call which ends at `end` returns into: its words, and the letters of its map.
    fn add_return_point(&self, line: &mut String, end: u32) {
        let offset = end - self.contents.header().native_code.start;
        let Some(point) = self.contents.native_returns().find(offset) else {
            return;
        };
        let width = line.chars().count();
        line.push_str(&" ".repeat(MAP_COLUMN.saturating_sub(width).max(1)));
        line.push_str(&self.map_text(point.map.into()));
        add(line, format_args!(" {} words", point.words));
        if point.flags & FLAG_RECEIVES != 0 {
            line.push_str(", any number of values");
        }
    }
}
