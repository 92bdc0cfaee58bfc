//! Linking native parts: native code for an image that is loaded, and that may run.

use std::borrow::Cow;
use std::path::Path;

use abi::image::{Extent, ImageHeader};
use abi::isa::Opcode;
use abi::native::part::NativeEntry;
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
        if !self
            .parts
            .iter()
            .all(|before| before.extent.end() <= view.start())
        {
            return Err(LoadError::PartBeyondRoom {
                end: view.segments[1].extent.end(),
                room_end: view.start(),
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
        // SAFETY: all parts that were linked before end in front of this one, as was just checked. What was placed and
        // not linked, nobody knows.
        let placed_bytes = unsafe { self.mapping.place_part(&view, &source) }?;
        if let Some(kept) = kept {
            kept.announce(self.mapping.address(0))?;
        }
        let header = view.header;
        // SAFETY: the view was checked, also that its code has granules of its own, behind those of all else that the
        // image has. It was placed, and stays as long as the image, which drops its parts first.
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
        let linked = LinkedBytes {
            bytes: placed_bytes + held_bytes + size_of_val(entries.as_slice()),
            procedures: entries.len(),
        };
        let part = LinkedPart::new(entries, view.extent(), native, tail);
        self.parts.push(part);
        Ok(linked)
    }

    /// Lets those procedures enter their native code of which `chosen` says so. It is asked by the number of the
    /// procedure among those of the native parts that were linked, in their order.
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
            let entries = parts.iter().flat_map(|part| &part.entries);
            for (entry, _) in entries.zip(0..).filter(|&(_, number)| chosen(number)) {
                enter(mapping, header, *entry);
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
    let start = place.offset_bytes(PROCEDURE_HEADER_BYTES);
    // SAFETY: the procedure has code, of which the part was checked to be for; it is padded to whole words.
    let mut word = unsafe { start.load_word() }.to_le_bytes();
    word[0] = Opcode::EnterNative as u8;
    // SAFETY: the first word of the procedure's code, which was just read; the code is writable.
    unsafe { start.store_word(u64::from_le_bytes(word)) };
}

impl PartView<'_> {
    /// Where the part starts: a virtual address of its image.
    fn start(&self) -> u64 {
        self.segments[0].extent.start.into()
    }

    /// From the start of the first segment to the end of the last.
    fn extent(&self) -> Extent {
        let start = self.segments[0].extent.start;
        Extent {
            start,
            bytes: (self.segments[1].extent.end() - u64::from(start)) as u32,
        }
    }
}
