//! Linking native parts: native code for an image that is loaded, and that may run.

use std::borrow::Cow;
use std::path::Path;

use abi::image::{Extent, ImageHeader};
use abi::isa::Opcode;
use abi::native::part::{LoopEntry, NativeEntry};
use abi::procedure::{PROCEDURE_HEADER_BYTES, ProcedureHeader};

use crate::error::LoadError;
use crate::executable::ExecutablePart;
use crate::kept::KeptFile;
use crate::load::LoadedImage;
use crate::map::{MappedFile, Mapping};
use crate::native_map::Registration;
use crate::options::Placement;
use crate::part::{LinkedPart, PartTail};
use crate::part_view::PartView;
use crate::trust::{Origin, TrustedImage};

/// A native part that was linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkedBytes {
    /// Bytes of memory that the part takes beside the image: its pages, and what Rust holds of it.
    pub bytes: usize,
    /// How many procedures have native code in the part.
    pub procedures: usize,
    /// How many loops have native entries in the part.
    pub loops: usize,
}

impl LoadedImage {
    /// Checks a native part of this image, and brings it into the room behind the image. No procedure enters its
    /// native code yet: see [`Self::enter_native_code`]. With a `directory`, the part is kept as a file there, and
    /// mapped from it.
    ///
    /// # Errors
    ///
    /// [`LoadError`]: the first check that failed, or what the system refused. The image runs on as before.
    pub fn link_part(
        &mut self,
        part: &TrustedImage<'_>,
        placement: Placement,
        directory: Option<&Path>,
    ) -> Result<LinkedBytes, LoadError> {
        let view = match part.origin() {
            Origin::Bytes(file) => PartView::parse(file, self.contents())?,
            Origin::Bytecode(_) => return Err(LoadError::PartNotVouched),
            Origin::Checked(file) => PartView::checked_before(file, self.contents())?,
            Origin::Linked(file) => PartView::checked_before(file, self.contents())?,
        };
        if let Some(other) = (self.parts.iter()).find(|other| other.touches(view.extent())) {
            return Err(LoadError::PartOverOther {
                start: view.extent().start,
                other: other.extent.start,
            });
        }
        let directory = directory.filter(|_| placement == Placement::Mapped);
        let kept = directory.map(|directory| KeptFile::write(directory, self.name(), view.file));
        let kept = kept.transpose()?;
        let source = match (kept.as_ref(), part.origin()) {
            (Some(kept), _) => MappedFile::Kept(kept.descriptor()),
            (None, Origin::Linked(file)) if placement == Placement::Mapped => {
                ExecutablePart::of(file).map_or(MappedFile::Copy(""), MappedFile::Executable)
            }
            (None, _) => MappedFile::Copy(""),
        };
        // SAFETY: all parts that were linked before have other granules, as was just checked. What was placed and not
        // linked, nobody knows.
        let placed_bytes = unsafe { self.mapping.place_part(&view, &source) }?;
        if let Some(kept) = kept {
            kept.announce(self.mapping.address(0))?;
        }
        let header = view.header;
        // SAFETY: the view was checked, also that its code has granules of its own, behind those of the image, and not
        // those of another part. It was placed, and stays as long as the image, which drops its parts first.
        let native = unsafe {
            Registration::new(self.mapping.address(0), header.code, header.native_returns)
        };
        let sections = view.sections();
        let (bytes, held_bytes) = match part.origin() {
            Origin::Bytes(_) | Origin::Bytecode(_) | Origin::Checked(_) => {
                (Cow::Owned(sections.tail.to_vec()), sections.tail.len())
            }
            Origin::Linked(file) => (Cow::Borrowed(&file[sections.tail_offset as usize..]), 0),
        };
        let tail = PartTail {
            bytes,
            offset: sections.tail_offset,
            section_table: sections.table,
        };
        let entries: Vec<NativeEntry> = view.entries().collect();
        let loops = view.loops();
        let slots = loops.iter().map(|entry| entry.slots.capacity());
        let table_bytes = size_of_val(entries.as_slice())
            + size_of_val(loops.as_slice())
            + size_of::<u16>() * slots.sum::<usize>();
        let linked = LinkedBytes {
            bytes: placed_bytes + held_bytes + table_bytes,
            procedures: entries.len(),
            loops: loops.len(),
        };
        let part = LinkedPart::new((entries, loops), view.extent(), native, tail);
        self.parts.push(part);
        Ok(linked)
    }

    /// Where native code goes on for the loop whose turn ends at the poll at virtual address `poll`, if it does.
    pub fn loop_entry(&self, poll: u32) -> Option<&LoopEntry> {
        let loops = self.parts.iter().rev().flat_map(|part| &part.loops);
        loops.into_iter().find(|entry| entry.poll == poll)
    }

    /// Lets those procedures and loops enter their native code of which `chosen` says so. It is asked by the number
    /// among the procedures of the native parts that were linked, in their order but for the part with all native code,
    /// which comes last; and then the loops.
    ///
    /// # Errors
    ///
    /// [`LoadError::System`]: the bytecode cannot be written. All runs on as before.
    ///
    /// # Safety
    ///
    /// Nobody executes an instruction of the image meanwhile: who does stands at a safepoint, and reads the next
    /// instruction afterwards. So do the frames that stand at the first instruction of a procedure, of which no
    /// operand has been read.
    pub unsafe fn enter_native_code(
        &mut self,
        mut chosen: impl FnMut(usize) -> bool,
    ) -> Result<(), LoadError> {
        if self.parts.is_empty() {
            // Its bytecode may lie in memory that it shares with other images.
            return Ok(());
        }
        let header = self.header;
        let parts = &self.parts;
        self.mapping.rewrite_code(header.code, |mapping| {
            let mut next = 0;
            let mut is_chosen = || {
                next += 1;
                chosen(next - 1)
            };
            // The part with all native code comes last: in the others, fewer calls are direct.
            let is_whole = |part: &&LinkedPart| part.starts_behind(header.image);
            let parts_in_order = || {
                let others = parts.iter().filter(move |part| !is_whole(part));
                others.chain(parts.iter().filter(is_whole))
            };
            let entries = parts_in_order().flat_map(|part| &part.entries);
            for entry in entries.filter(|_| is_chosen()) {
                enter(mapping, header, *entry);
            }
            let loops = parts_in_order().flat_map(|part| &part.loops);
            for entry in loops.filter(|_| is_chosen()) {
                write_opcode(mapping, entry.poll, Opcode::EnterLoop);
            }
        })
    }
}

/// Writes the native entry into the header of a procedure, and `enter_native` over its first instruction.
fn enter(mapping: &Mapping, image: ImageHeader, entry: NativeEntry) {
    // Nothing borrows the code when it is written.
    let before = mapping
        .contents(image)
        .procedure(entry.procedure)
        .map(|it| it.header);
    let header = ProcedureHeader {
        native_entry: entry.entry.wrapping_sub(entry.procedure).cast_signed(),
        native_key: entry.key,
        ..before.expect("the part was checked against the image's procedures")
    };
    let place = mapping.address(entry.procedure);
    for (&word, index) in header.encode().as_chunks::<8>().0.iter().zip(0..) {
        let word_place = place.offset_words(index);
        // SAFETY: procedure headers lie in the code at multiples of 16 bytes, and the code is writable.
        unsafe { word_place.store_word(u64::from_le_bytes(word)) };
    }
    let start = entry.procedure + PROCEDURE_HEADER_BYTES as u32;
    write_opcode(mapping, start, Opcode::EnterNative);
}

/// Writes over the opcode at a virtual address, in bytecode that is writable.
fn write_opcode(mapping: &Mapping, address: u32, opcode: Opcode) {
    const WORD_MASK: u32 = 7;
    let index = (address & WORD_MASK) as usize;
    let word_place = mapping.address(address & !WORD_MASK);
    // SAFETY: the address was checked to be that of an instruction of a procedure, whose code is padded to whole words.
    let mut word = unsafe { word_place.load_word() }.to_le_bytes();
    word[index] = opcode as u8;
    // SAFETY: the word that was just read; the code is writable.
    unsafe { word_place.store_word(u64::from_le_bytes(word)) };
}

impl PartView<'_> {
    /// From the start of the first segment to the end of the last.
    fn extent(&self) -> Extent {
        let start = self.segments[0].extent.start;
        Extent {
            start,
            bytes: (self.segments[1].extent.end() - u64::from(start)) as u32,
        }
    }
}
