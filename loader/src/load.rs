//! Loading: map, relocate, resolve symbols, seal, register.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use abi::image::ImageHeader;
use gc::{Address, AddressRange, Arena, ImageDescription, ImageId};

use crate::contents::Contents;
use crate::debug::{CodeOrigin, DebugTables};
use crate::elf::{SectionTable, Sections};
use crate::error::LoadError;
use crate::image::{ImageView, bytecode};
use crate::kept::KeptFile;
use crate::map::{Mapping, UnsealedMapping, sealed_bytes};
use crate::native_map::Registration;
use crate::options::{LoadOptions, Placement};
use crate::relocate::{choose_tiers, relocate, write_symbols};
use crate::trust::TrustedImage;

/// What loading needs of the heap that an image becomes part of.
///
/// # Safety
///
/// All answers are of one heap: its arena, words of its symbols, and the identity of an image that it
/// registered as described. The loader writes them into memory that code relies on.
pub unsafe trait Host {
    /// The address space of the heap.
    fn arena(&self) -> &Arc<Arena>;

    /// The word of the interned symbol `name`, which never moves and is neither young nor collected
    /// before the image is registered.
    fn symbol(&mut self, name: &str) -> u64;

    /// Registers the image with the collector. The description is true: the image lies in chunks that the arena gave
    /// for images, and stays mapped until [`LoadedImage::unload`].
    fn register(&mut self, description: ImageDescription) -> ImageId;

    /// Where images that are mapped are kept as files, for tools that look for their symbols there.
    fn directory(&self) -> Option<&Path> {
        None
    }
}

/// An image in memory, registered with a collector.
///
/// Dropping it leaves the memory mapped as long as the arena; [`LoadedImage::unload`] gives it back.
#[derive(Debug)]
pub struct LoadedImage {
    id: ImageId,
    name: Box<str>,
    header: ImageHeader,
    /// Before `mapping`: dropped first.
    native: Option<Registration>,
    mapping: Mapping,
    /// The end of the file that is not mapped, where names and lines are.
    tail: Box<[u8]>,
    tail_offset: u64,
    section_table: SectionTable,
    debug_tables: OnceLock<DebugTables>,
}

/// Checks an image, and brings it into the heap of `host`. `name` is for messages, usually a path.
///
/// # Errors
///
/// [`LoadError`]: the first check that failed, or what the system refused; nothing is left behind.
pub fn load(
    image: &TrustedImage<'_>,
    name: &str,
    host: &mut dyn Host,
    options: LoadOptions,
) -> Result<LoadedImage, LoadError> {
    let view = &ImageView::parse(image.bytes())?;
    let directory = host
        .directory()
        .filter(|_| options.placement == Placement::Mapped);
    let kept = directory.map(|directory| KeptFile::write(directory, name, view.file));
    let kept = kept.transpose()?;
    let unsealed = UnsealedMapping::new(view, host.arena(), options, kept.as_ref())?;
    relocate(&unsealed);
    let symbols: Vec<u64> = view.symbol_names().map(|name| host.symbol(name)).collect();
    write_symbols(&unsealed, &symbols);
    choose_tiers(&unsealed, unsealed.tier());
    let mut mapping = unsealed.seal()?;
    if let Some(kept) = kept {
        kept.announce(mapping.address(0))?;
    }
    let sections = view.sections();
    let id = host.register(describe(&mapping, view, options.pins));
    mapping.keep();
    let native = if mapping.may_execute() {
        // SAFETY: the view was checked; the mapping stays as long as the image, which drops the
        // registration first.
        unsafe { Registration::new(mapping.address(0), &view.header) }
    } else {
        None
    };
    Ok(LoadedImage {
        id,
        name: name.into(),
        header: view.header,
        native,
        mapping,
        tail: sections.tail.into(),
        tail_offset: sections.tail_offset,
        section_table: sections.table,
        debug_tables: OnceLock::new(),
    })
}

fn describe(mapping: &Mapping, view: &ImageView<'_>, pins: u32) -> ImageDescription {
    let header = &view.header;
    ImageDescription {
        range: mapping.addresses(header.image),
        sealed: vec![AddressRange::new(
            mapping.address(0),
            sealed_bytes(view) as usize,
        )],
        cells: mapping.addresses(header.cells),
        constants: mapping.addresses(header.constants),
        pins,
        external_bytes: mapping.taken_bytes() + sections_bytes(view),
        external_mappings: mapping.taken_mappings(),
    }
}

/// About how many bytes Rust holds for an image: its sections for tools, and tables.
fn sections_bytes(view: &ImageView<'_>) -> usize {
    view.sections().tail.len() + size_of::<LoadedImage>()
}

impl LoadedImage {
    /// The collector's name for the image.
    pub const fn id(&self) -> ImageId {
        self.id
    }

    /// What the image was called when it was loaded.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The image header.
    pub const fn header(&self) -> &ImageHeader {
        &self.header
    }

    /// All of the image.
    pub fn range(&self) -> AddressRange {
        self.mapping.addresses(self.header.image)
    }

    /// The entry's code address: a procedure without arguments.
    pub fn entry(&self) -> Address {
        self.mapping.address(self.header.entry)
    }

    /// The machine address of a virtual one.
    pub fn address(&self, virtual_address: u32) -> Address {
        self.mapping.address(virtual_address)
    }

    /// The virtual address of a machine address inside the image.
    pub fn virtual_address(&self, address: Address) -> Option<u32> {
        let range = self.range();
        range
            .contains(address)
            .then(|| address.bytes_after(range.start) as u32)
    }

    /// The native code; empty if there is none.
    pub fn native_code(&self) -> AddressRange {
        self.mapping.addresses(self.header.native_code)
    }

    /// Procedures and frame maps, as they are in memory.
    pub fn contents(&self) -> Contents<'_> {
        self.mapping.contents(self.header)
    }

    /// Names and lines, as far as the file has them; read when first asked for.
    pub fn debug_tables(&self) -> &DebugTables {
        self.debug_tables.get_or_init(|| {
            let sections = Sections {
                tail: &self.tail,
                tail_offset: self.tail_offset,
                table: self.section_table,
            };
            DebugTables::parse(&sections, bytecode(&self.header))
        })
    }

    /// The procedure and line that the code at `address` comes from.
    ///
    /// A return word is the address after a call: ask for the one before it.
    pub fn origin_of(&self, address: Address) -> Option<CodeOrigin<'_>> {
        self.debug_tables()
            .origin_of(self.virtual_address(address)?)
    }

    pub(crate) fn arena(&self) -> &Arc<Arena> {
        self.mapping.arena()
    }

    /// Gives the image's memory back.
    ///
    /// # Safety
    ///
    /// The collector has reported the image unreachable, or it was unregistered and nothing leads
    /// into it any more: no value, no return word, no code address.
    pub unsafe fn unload(self) {
        drop(self.native);
        // SAFETY: nothing leads into the image, by the contract of this function.
        unsafe { self.mapping.give_back() };
    }
}
