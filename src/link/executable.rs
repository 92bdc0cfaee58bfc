//! Executables that carry a program.
//!
//! The images go behind the last segment of the executable, as a segment of their own, and each of them is a section,
//! so that `strip` and `objcopy` keep them:
//!
//! ```text
//! executable  ELF header, program headers ── one header of notes becomes that of the new segment
//!             its segments; the slot, filled
//!             .cozen.library   at a granule, if the executable has no library of its own
//!             .cozen.program   at a granule
//!             section table, without what is not loaded: names and lines of the runtime's own code
//! ```
//!
//! The program headers have no room for one more. Those of notes tell debuggers of the build, and a process does
//! without.

use abi::executable::{LIBRARY_SECTION, PROGRAM_SECTION, Place, SLOT_BYTES, SLOT_SECTIONS, Slot};
use abi::fingerprint::FINGERPRINT;
use abi::image::{SEGMENT_ALIGN_BYTES, section};
use abi::library_record;
use abi::native::Tier;
use loader::ImageView;
use object::elf;
use object::{U32, U64};

use super::elf_file::{ENDIAN, ElfFile, ProgramHeader, Section, align};
use super::error::LinkError;
use super::strip::{Debug, Records, keep};
use crate::boot;

/// What an executable that can carry a program has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExecutableKind {
    /// A compiler, and a library of its own.
    WithCompiler,
    /// Neither: the library goes into the executable beside the program.
    WithoutCompiler,
}

/// An executable that is to carry a program.
#[derive(Clone, Copy, Debug)]
pub struct Executable<'image> {
    program: &'image [u8],
    debug: Debug,
    heap_bytes_max: Option<usize>,
    stack_bytes_max: Option<usize>,
}

impl<'image> Executable<'image> {
    /// An executable that runs this image. It keeps what backtraces need ([`Debug::Lines`]).
    pub const fn new(program: &'image [u8]) -> Self {
        Self {
            program,
            debug: Debug::Lines,
            heap_bytes_max: None,
            stack_bytes_max: None,
        }
    }

    /// How much information about texts the images in the executable keep.
    #[must_use]
    pub const fn debug(mut self, debug: Debug) -> Self {
        self.debug = debug;
        self
    }

    /// The limits under which the program runs, if any.
    #[must_use]
    pub const fn limits(mut self, heap_bytes: Option<usize>, stack_bytes: Option<usize>) -> Self {
        self.heap_bytes_max = heap_bytes;
        self.stack_bytes_max = stack_bytes;
        self
    }

    /// What an executable has that is to carry a program.
    ///
    /// # Errors
    ///
    /// [`LinkError`]: the file cannot carry one.
    pub fn kind(file: &[u8]) -> Result<ExecutableKind, LinkError> {
        let (_, slot) = slot(&ElfFile::parse(file)?)?;
        Ok(if slot.has_compiler {
            ExecutableKind::WithCompiler
        } else {
            ExecutableKind::WithoutCompiler
        })
    }

    /// The executable `file` with the program in it.
    ///
    /// # Errors
    ///
    /// [`LinkError`]: the image or the executable cannot be used.
    pub fn write(&self, file: &[u8]) -> Result<Vec<u8>, LinkError> {
        let view = ImageView::parse(self.program)?;
        check_alone(self.program)?;
        let mut file = ElfFile::parse(file)?;
        let (place, mut slot) = slot(&file)?;
        file.sections.retain(Section::is_loaded);
        let segment = Segment::behind(&mut file);
        if !slot.has_compiler {
            let tier = match view.header().native_code.bytes {
                0 => Tier::Bytecode,
                _ => Tier::Native,
            };
            let library = keep(boot::image(tier).bytes(), self.debug, Records::Dropped)?;
            slot.library = segment.add(&mut file, LIBRARY_SECTION, &library, place.address);
        }
        let program = keep(self.program, self.debug, Records::Dropped)?;
        slot.program = segment.add(&mut file, PROGRAM_SECTION, &program, place.address);
        segment.finish(&mut file)?;
        let limit = |bytes: Option<usize>| bytes.map_or(0, |bytes| bytes as u64);
        slot.heap_bytes_max = limit(self.heap_bytes_max);
        slot.stack_bytes_max = limit(self.stack_bytes_max);
        file.loaded[place.offset..place.offset + SLOT_BYTES].copy_from_slice(&slot.encode());
        Ok(file.write())
    }
}

/// Refuses an image that is no program, or needs libraries that have images of their own.
fn check_alone(image: &[u8]) -> Result<(), LinkError> {
    let section = |name: &str| loader::unloaded_section(image, name).ok().flatten();
    if section(section::INTERFACE).is_some() {
        return Err(LinkError::Library);
    }
    let imports = section(section::IMPORTS).and_then(library_record::decode_imports);
    match imports.and_then(|imports| imports.first().map(|&(name, _)| name.to_owned())) {
        Some(library) => Err(LinkError::NeedsLibrary { library }),
        None => Ok(()),
    }
}

/// Where a slot stands.
#[derive(Clone, Copy, Debug)]
struct SlotPlace {
    address: u64,
    offset: usize,
}

/// The empty slot of an executable of this version.
fn slot(file: &ElfFile<'_>) -> Result<(SlotPlace, Slot), LinkError> {
    let called = |name: &&str| file.sections.iter().find(|section| section.is_called(name));
    let section = SLOT_SECTIONS.iter().find_map(called);
    let header = &section.ok_or(LinkError::NoSlot)?.header;
    let damaged = LinkError::Damaged("its slot is damaged");
    let offset = header.sh_offset.get(ENDIAN) as usize;
    let bytes = file.loaded.get(offset..).and_then(<[u8]>::first_chunk);
    let slot = bytes.and_then(Slot::decode).ok_or(damaged)?;
    if slot.fingerprint != FINGERPRINT {
        return Err(LinkError::OtherVersion {
            found: slot.fingerprint,
        });
    }
    if slot.program.bytes != 0 {
        return Err(LinkError::Occupied);
    }
    let address = header.sh_addr.get(ENDIAN);
    Ok((SlotPlace { address, offset }, slot))
}

/// The segment of images.
struct Segment {
    address: u64,
    offset: u64,
}

impl Segment {
    /// A segment that starts in the granule behind all others, in the file and in memory.
    fn behind(file: &mut ElfFile<'_>) -> Self {
        let loaded = (file.segments.iter()).filter(|each| each.p_type.get(ENDIAN) == elf::PT_LOAD);
        let ends = loaded.map(|each| each.p_vaddr.get(ENDIAN) + each.p_memsz.get(ENDIAN));
        let end = ends.max().unwrap_or_default();
        align(&mut file.loaded, SEGMENT_ALIGN_BYTES);
        Self {
            address: end.next_multiple_of(SEGMENT_ALIGN_BYTES),
            offset: file.loaded.len() as u64,
        }
    }

    /// Adds an image, as a section; its place as seen from the slot.
    fn add(&self, file: &mut ElfFile<'_>, name: &'static str, image: &[u8], slot: u64) -> Place {
        align(&mut file.loaded, SEGMENT_ALIGN_BYTES);
        let offset = file.loaded.len() as u64;
        let address = self.address + (offset - self.offset);
        let bytes = image.len() as u64;
        file.loaded.extend_from_slice(image);
        file.sections
            .push(Section::loaded(name, address, offset, bytes));
        Place {
            distance: address.wrapping_sub(slot),
            bytes,
        }
    }

    /// Puts the header of the segment in the place of one of notes, and behind the others that are loaded.
    fn finish(self, file: &mut ElfFile<'_>) -> Result<(), LinkError> {
        let bytes = file.loaded.len() as u64 - self.offset;
        let header = ProgramHeader {
            p_type: U32::new(ENDIAN, elf::PT_LOAD),
            p_flags: U32::new(ENDIAN, elf::PF_R),
            p_offset: U64::new(ENDIAN, self.offset),
            p_vaddr: U64::new(ENDIAN, self.address),
            p_paddr: U64::new(ENDIAN, self.address),
            p_filesz: U64::new(ENDIAN, bytes),
            p_memsz: U64::new(ENDIAN, bytes),
            p_align: U64::new(ENDIAN, SEGMENT_ALIGN_BYTES),
        };
        let is = |kind: u32| move |each: &ProgramHeader| each.p_type.get(ENDIAN) == kind;
        let spare = file.segments.iter().position(is(elf::PT_NOTE));
        file.segments.remove(spare.ok_or(LinkError::NoSpareHeader)?);
        let last = file.segments.iter().rposition(is(elf::PT_LOAD));
        let last = last.ok_or(LinkError::Damaged("nothing of it is loaded"))?;
        file.segments.insert(last + 1, header);
        Ok(())
    }
}
