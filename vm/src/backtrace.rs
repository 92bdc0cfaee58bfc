//! Backtraces: where the frames of a run stand in source text.

use abi::native::return_table::FLAG_OPERATION;
use abi::object_layout::chunk;
use abi::procedure::{APPLY_HELPER, LIBRARY_FOLDER};
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

/// The program is searched for frames behind at least so many of the library.
const SEARCHED_MIN: usize = 16;
/// How many frames are looked at in search of the program's.
const SEARCHED_MAX: usize = 1024;

impl Mutator<'_> {
    /// The places of a backtrace: of each address the frames that the text has there, innermost first. Each address is
    /// right after the instruction in question. The first instruction runs, the others wait for calls to return.
    pub fn places(&self, addresses: impl IntoIterator<Item = Address>) -> Vec<SourcePlace> {
        let frames = self.source_frames(addresses);
        frames.into_iter().map(source_place).collect()
    }

    /// As [`Self::places`], with all that the images tell.
    pub(crate) fn source_frames(
        &self,
        addresses: impl IntoIterator<Item = Address>,
    ) -> Vec<SourceFrame<'_>> {
        let mut frames = Vec::new();
        let mut state = FrameState::Running;
        for address in addresses {
            if let Some((tables, before)) = self.debug_tables_before(address) {
                frames.extend(tables.frames_of(before, state));
            }
            state = FrameState::Calling;
        }
        frames
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
    /// those on the stack, and those of captured frames. If all of so many are of the library, those of the program
    /// that come next, not far away, take the place of half of them.
    pub(crate) fn return_addresses(&self, s: Machine, count_max: usize) -> Vec<Address> {
        let mut gathered = Gathered::new(self, count_max + 1);
        self.gather(s, &mut gathered);
        let mut addresses = gathered.addresses;
        if addresses.len() > 1 && self.is_in_helper(addresses[0]) {
            addresses.remove(0);
        }
        addresses.truncate(count_max);
        addresses
    }

    fn gather(&self, s: Machine, gathered: &mut Gathered<'_, '_>) {
        gathered.add(s.pc_address());
        let mut fp = s.fp();
        for base in self.state().stack.bases.iter().rev() {
            let stubs = self.state().stubs;
            while let Some(word) = return_word(base, stubs, fp) {
                // A callee that was not entered stands at its own return word.
                let is_seen = gathered.addresses == [word.address()];
                // An error was raised in place of the frame, which bytecode leaves then.
                let has_raised = word.flags() & FLAG_OPERATION != 0;
                if !is_seen && !has_raised && !stubs.is_border(word.address().word()) {
                    gathered.add(word.address());
                }
                // SAFETY: the frame's return word, barriers apart.
                fp = unsafe { fp.above(word) };
                if gathered.is_full {
                    return;
                }
            }
            add_captured(base.link, stubs, gathered);
            let Some(outer) = self.suspended_outside(base.serial) else {
                return;
            };
            gathered.add(outer.pc.offset_bytes(1));
            fp = outer.fp;
        }
    }

    /// The end of the instruction that an error is about: of the caller, if the machine stands in a procedure that
    /// the compiler has put in the place of an operation.
    pub(crate) fn blamed_address(&self, s: Machine) -> Address {
        let addresses = self.return_addresses(s, 1);
        addresses.first().copied().unwrap_or(s.pc_address())
    }

    /// Whether the instruction that ends at `address` is of a procedure that stands for an operation of its caller.
    fn is_in_helper(&self, address: Address) -> bool {
        let origin = (self.debug_tables_before(address))
            .and_then(|(tables, before)| tables.origin_of(before));
        origin.is_some_and(|origin| origin.procedure == Some(APPLY_HELPER) && origin.file.is_none())
    }

    /// Whether the instruction that ends at `address` was written in the library, as far as is known.
    fn is_in_library(&self, address: Address) -> bool {
        let tables = self.debug_tables_before(address);
        let row = tables.and_then(|(tables, before)| {
            let row = tables.row_at(before)?;
            tables.file(row.file)
        });
        row.is_some_and(|file| file.starts_with(LIBRARY_FOLDER))
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

/// Addresses of frames, innermost first.
struct Gathered<'a, 'm> {
    mutator: &'a Mutator<'m>,
    addresses: Vec<Address>,
    count_max: usize,
    search: Search,
    is_full: bool,
}

/// How far the search for frames of the program is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Search {
    NotDue,
    /// So many frames have been looked at.
    Runs(usize),
    Done,
}

impl<'a, 'm> Gathered<'a, 'm> {
    fn new(mutator: &'a Mutator<'m>, count_max: usize) -> Self {
        Self {
            mutator,
            addresses: Vec::new(),
            count_max,
            search: Search::NotDue,
            is_full: false,
        }
    }

    fn add(&mut self, address: Address) {
        if self.is_full {
            return;
        }
        if let Search::Runs(searched) = self.search {
            if self.mutator.is_in_library(address) {
                self.search = Search::Runs(searched + 1);
                self.is_full = searched + 1 == SEARCHED_MAX;
                return;
            }
            self.search = Search::Done;
            self.addresses.truncate(self.count_max / 2);
        }
        self.addresses.push(address);
        if self.addresses.len() < self.count_max {
            return;
        }
        let mut all = self.addresses.iter();
        if self.search == Search::NotDue
            && self.count_max >= SEARCHED_MIN
            && all.all(|&address| self.mutator.is_in_library(address))
        {
            self.search = Search::Runs(0);
        } else {
            self.is_full = true;
        }
    }
}

/// Adds the return words of captured frames.
fn add_captured(link: Link, stubs: StubWords, gathered: &mut Gathered<'_, '_>) {
    let mut link = link;
    while let Some(CapturedPlace { chunk, offset }) = link.place()
        && !gathered.is_full
    {
        let start = chunk
            .address()
            .offset_bytes(chunk::FRAMES + offset * WORD_BYTES);
        each_captured_frame(chunk, |frame, word| {
            let has_raised = word.flags() & FLAG_OPERATION != 0;
            let is_border = stubs.is_border(word.address().word());
            if frame.fp.address() >= start && !has_raised && !is_border {
                gathered.add(word.address());
            }
        });
        link = chunk.link();
    }
}

/// Where the code of a procedure starts, after its header.
fn first_instruction(procedure: Value<'_>) -> Option<Address> {
    Some(Code::of(procedure)?.first_instruction())
}
