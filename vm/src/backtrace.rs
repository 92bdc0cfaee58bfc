//! Backtraces: where the frames of a run stand in source text.

use abi::object_layout::chunk;
use abi::written_name::WrittenName;
use gc::{Address, WORD_BYTES};

use crate::chunk::{CapturedPlace, Link};
use crate::ending::SourcePlace;
use crate::frame_walk::{each_captured_frame, return_word};
use crate::interpreter::{Code, Machine};
use crate::mutator::Mutator;
use crate::return_word::StubWords;
use crate::value::Value;

impl Mutator<'_> {
    /// The place of an address in a backtrace: one right after the instruction in question.
    pub fn place_of(&self, address: Address) -> Option<SourcePlace> {
        let before = Address::new(address.raw().checked_sub(1)?);
        let place = self.state().registry.origin_of(before)?;
        Some(SourcePlace {
            name: place.procedure.map(str::to_owned),
            file: place.file.map(str::to_owned),
            line: place.line,
            column: place.column,
        })
    }

    /// What errors of the instruction that ends at `address` name, if its image tells.
    pub(crate) fn written_at(&self, address: Address) -> Option<WrittenName> {
        let before = Address::new(address.raw().checked_sub(1)?);
        Some(self.state().registry.origin_of(before)?.written)
    }

    /// The places of those addresses that have one.
    pub(crate) fn places(&self, addresses: &[Address]) -> Vec<SourcePlace> {
        addresses
            .iter()
            .filter_map(|&address| self.place_of(address))
            .collect()
    }

    /// The name of a procedure, if it is known.
    pub(crate) fn procedure_name(&self, procedure: Value<'_>) -> Option<String> {
        let place = self
            .state()
            .registry
            .origin_of(first_instruction(procedure)?)?;
        place.procedure.map(str::to_owned)
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
