//! Backtraces: where the frames of a run stand in source text.

use abi::object_layout::chunk;
use abi::written_name::WrittenName;
use gc::{Address, WORD_BYTES};
use loader::{DebugTables, FrameState, RecordProcedure, SourceFrame};

use crate::chunk::{CapturedPlace, Link};
use crate::ending::SourcePlace;
use crate::frame_walk::{each_captured_frame, return_word};
use crate::interpreter::{Code, Machine};
use crate::mutator::Mutator;
use crate::return_word::StubWords;
use crate::value::Value;

impl Mutator<'_> {
    /// The places of a backtrace: of each address the frames that the text has there, innermost first. Each address is
    /// right after the instruction in question. The first instruction runs, the others wait for calls to return.
    pub fn places(&self, addresses: impl IntoIterator<Item = Address>) -> Vec<SourcePlace> {
        let mut places = Vec::new();
        let mut state = FrameState::Running;
        for address in addresses {
            if let Some((tables, before)) = self.debug_tables_before(address) {
                let frames = tables.frames_of(before, state);
                places.extend(frames.into_iter().map(source_place));
            }
            state = FrameState::Calling;
        }
        places
    }

    /// The tables of the image that the instruction before `address` lies in, and where it lies there.
    fn debug_tables_before(&self, address: Address) -> Option<(&DebugTables, u32)> {
        let before = Address::new(address.raw().checked_sub(1)?);
        self.state().registry.debug_tables_at(before)
    }

    /// What errors of the instruction that ends at `address` name, if its image tells.
    pub(crate) fn written_at(&self, address: Address) -> Option<WrittenName> {
        let (tables, before) = self.debug_tables_before(address)?;
        Some(tables.origin_of(before)?.written)
    }

    /// The accessor or modifier of a record type that the instruction that ends at `address` does.
    pub(crate) fn record_procedure_at(&self, address: Address) -> Option<RecordProcedure<'_>> {
        let (tables, before) = self.debug_tables_before(address)?;
        tables.record_procedure(before)
    }

    /// The name that the text gives to a procedure, if it is known.
    pub(crate) fn procedure_name(&self, procedure: Value<'_>) -> Option<String> {
        let start = first_instruction(procedure)?;
        let (tables, start) = self.state().registry.debug_tables_at(start)?;
        let name = tables.name_in_text(start)?;
        (!name.is_empty()).then(|| name.to_owned())
    }

    /// The end of the instruction at which the machine stands, then return words, innermost first:
    /// those on the stack, and those of captured frames.
    pub(crate) fn return_addresses(&self, s: Machine, count_max: usize) -> Vec<Address> {
        let mut addresses = vec![s.pc_address()];
        let mut fp = s.fp();
        for base in self.state().stack.bases.iter().rev() {
            let stubs = self.state().stubs;
            while let Some(word) = return_word(base, stubs, fp) {
                // A callee that was not entered stands at its own return word.
                let is_seen = addresses == [word.address()];
                if !is_seen && !stubs.is_border(word.address().word()) {
                    addresses.push(word.address());
                }
                // SAFETY: the frame's return word, barriers apart.
                fp = unsafe { fp.above(word) };
                if addresses.len() >= count_max {
                    return addresses;
                }
            }
            add_captured(base.link, stubs, &mut addresses, count_max);
            let Some(outer) = self.suspended_outside(base.serial) else {
                break;
            };
            addresses.push(outer.pc.offset_bytes(1));
            fp = outer.fp;
        }
        addresses.truncate(count_max);
        addresses
    }

    fn suspended_outside(&self, serial: u64) -> Option<crate::stack::Suspended> {
        let bases = &self.state().stack.bases;
        let index = bases.iter().position(|base| base.serial == serial)?;
        bases.get(index.checked_sub(1)?)?.suspended
    }
}

fn source_place(frame: SourceFrame<'_>) -> SourcePlace {
    SourcePlace {
        name: frame.procedure.map(str::to_owned),
        file: frame.file.map(str::to_owned),
        line: frame.line,
        column: frame.column,
    }
}

/// Adds the return words of captured frames.
fn add_captured(link: Link, stubs: StubWords, addresses: &mut Vec<Address>, count_max: usize) {
    let mut link = link;
    while let Some(CapturedPlace { chunk, offset }) = link.place()
        && addresses.len() < count_max
    {
        let start = chunk
            .address()
            .offset_bytes(chunk::FRAMES + offset * WORD_BYTES);
        each_captured_frame(chunk, |frame, word| {
            if frame.fp.address() >= start && !stubs.is_border(word.address().word()) {
                addresses.push(word.address());
            }
        });
        link = chunk.link();
    }
}

/// Where the code of a procedure starts, after its header.
fn first_instruction(procedure: Value<'_>) -> Option<Address> {
    Some(Code::of(procedure)?.first_instruction())
}
