//! Places in source text, as backtraces name them.

use abi::object_layout::{chunk, closure};
use abi::procedure::PROCEDURE_HEADER_BYTES;
use abi::tag::{self, Kind};
use abi::written_name::WrittenName;
use gc::{Address, WORD_BYTES};

use crate::frame_walk::{each_captured_frame, return_word};
use crate::interpreter::Machine;
use crate::mutator::Mutator;
use crate::object::Object;
use crate::stack::Link;
use crate::stubs::StubWords;
use crate::value::Value;

/// A place in source text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The procedure.
    pub name: Option<String>,
    /// The file.
    pub file: Option<String>,
    /// From 1; 0 if unknown.
    pub line: u32,
    /// From 1; 0 if unknown.
    pub column: u32,
}

impl Mutator<'_> {
    /// The place of an address in a backtrace: one right after the instruction in question.
    pub fn place_of(&self, address: Address) -> Option<Place> {
        let before = Address::new(address.raw().checked_sub(1)?);
        let place = self.state().registry.place_of(before)?;
        Some(Place {
            name: place.procedure.map(str::to_owned),
            file: place.file.map(str::to_owned),
            line: place.line,
            column: place.column,
        })
    }

    /// What errors of the instruction that ends at `address` name, if its image tells.
    pub(crate) fn written_at(&self, address: Address) -> Option<WrittenName> {
        let before = Address::new(address.raw().checked_sub(1)?);
        Some(self.state().registry.place_of(before)?.written)
    }

    /// The places of those addresses that have one.
    pub(crate) fn places(&self, addresses: &[Address]) -> Vec<Place> {
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
            .place_of(first_instruction(procedure)?)?;
        place.procedure.map(str::to_owned)
    }

    /// The end of the instruction at which the machine stands, then return words, innermost first:
    /// those on the stack, and those of captured frames.
    pub(crate) fn return_addresses(&self, s: Machine, count_max: usize) -> Vec<Address> {
        let mut addresses = vec![s.pc_address()];
        let mut fp = s.fp_address();
        for base in self.state().stack.bases.iter().rev() {
            let stubs = self.state().stubs;
            while let Some(word) = return_word(base, stubs, fp) {
                // A callee that was not entered stands at its own return word.
                let is_seen = addresses == [word.address()];
                if !is_seen && !stubs.is_border(word.address().word()) {
                    addresses.push(word.address());
                }
                fp = fp.offset_words(word.words());
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
    while tag::is_object(link.chunk) && addresses.len() < count_max {
        let object = Address::from_word(link.chunk & !tag::TAG_MASK);
        let start = object.offset_bytes(chunk::FRAMES + link.offset * WORD_BYTES);
        // SAFETY: links lead to initialised chunks.
        unsafe {
            each_captured_frame(object, |frame, word| {
                if frame.fp >= start && !stubs.is_border(word.address().word()) {
                    addresses.push(word.address());
                }
            });
        }
        // SAFETY: as above.
        link = unsafe { link_of(object) };
    }
}

/// Where the code of a procedure starts, after its header.
fn first_instruction(procedure: Value<'_>) -> Option<Address> {
    let object = Object::of_kind(procedure, Kind::Closure)?;
    let code = Address::from_word(object.field(closure::CODE).word());
    Some(code.offset_bytes(PROCEDURE_HEADER_BYTES))
}

/// # Safety
///
/// `object` is an initialised chunk.
unsafe fn link_of(object: Address) -> Link {
    // SAFETY: passed on to the caller.
    let next = unsafe { object.offset_bytes(chunk::NEXT).load_word() };
    // SAFETY: passed on to the caller.
    let offset = unsafe { object.offset_bytes(chunk::NEXT_OFFSET).load_word() };
    Link {
        chunk: next,
        offset: tag::fixnum_value(offset) as usize,
    }
}
