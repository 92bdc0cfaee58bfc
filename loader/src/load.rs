//! Loading: map, relocate, resolve symbols, seal, register.

use std::borrow::Cow;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use abi::image::{ImageHeader, OwnSymbols};
use gc::{Address, AddressRange, Arena, Charge, ImageDescription, ImageId};

use crate::contents::Contents;
use crate::debug::{CodeOrigin, DebugTables};
use crate::elf::{SectionTable, Sections};
use crate::error::LoadError;
use crate::executable::ExecutablePart;
use crate::image::{ImageView, bytecode};
use crate::kept::KeptFile;
use crate::map::{MappedFile, Mapping, UnsealedMapping, sealed_bytes};
use crate::native_map::Registration;
use crate::options::{LoadOptions, Placement};
use crate::part::LinkedPart;
use crate::relocate::{choose_tiers, relocate, write_symbols};
use crate::trust::{Origin, TrustedImage};

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

    /// Makes the symbols that lie in an image those of the heap, which has none yet.
    ///
    /// The answer is whether the heap has done so. An image whose symbols the heap refuses is not loaded.
    ///
    /// # Safety
    ///
    /// The table says the truth, and the image stays mapped as long as the heap.
    unsafe fn adopt_symbols(&mut self, symbols: OwnSymbolTable) -> bool {
        let _ = symbols;
        false
    }

    /// Registers the image with the collector.
    ///
    /// # Safety
    ///
    /// The description is true: the image lies in chunks that the arena gave for images, and stays mapped until
    /// [`LoadedImage::unload`].
    unsafe fn register(&mut self, description: ImageDescription) -> ImageId;

    /// Where images that are mapped are kept as files, for tools that look for their symbols there.
    fn directory(&self) -> Option<&Path> {
        None
    }
}

/// The symbols that lie in a mapped image; [`OwnSymbols`] says what the table holds.
///
/// The entries are readable, and each leads to a symbol of the image, as long as the image is mapped.
#[derive(Clone, Copy, Debug)]
pub struct OwnSymbolTable {
    /// Where the image starts.
    pub image: Address,
    /// The first entry.
    pub entries: Address,
    /// How many entries there are: a power of two.
    pub entry_count: usize,
}

/// An image in memory, registered with a collector.
///
/// Dropping it leaves the memory mapped as long as the arena; [`LoadedImage::unload`] gives it back.
#[derive(Debug)]
pub struct LoadedImage {
    id: ImageId,
    name: Box<str>,
    pub(crate) header: ImageHeader,
    /// Before `mapping`: dropped first.
    native: Option<Registration>,
    /// Native parts that were linked; before `mapping`, too.
    pub(crate) parts: Vec<LinkedPart>,
    pub(crate) mapping: Mapping,
    /// For what native parts take.
    charges: Vec<Charge>,
    /// The end of the file that is not mapped, where names and lines are.
    tail: Cow<'static, [u8]>,
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
    let view = &match image.origin() {
        Origin::Bytes(file) => ImageView::parse(file)?,
        Origin::Bytecode(file) | Origin::Checked(file) => ImageView::checked_before(file)?,
        Origin::Linked(image) => ImageView::checked_before(image)?,
    };
    let options = if image.is_bytecode_only() {
        options.bytecode_only()
    } else {
        options
    };
    let directory = host
        .directory()
        .filter(|_| options.placement == Placement::Mapped);
    let kept = directory.map(|directory| KeptFile::write(directory, name, view.file));
    let kept = kept.transpose()?;
    let source = match (kept.as_ref(), image.origin()) {
        (Some(kept), _) => MappedFile::Kept(kept.descriptor()),
        (None, Origin::Linked(image)) if options.placement == Placement::Mapped => {
            ExecutablePart::of(image).map_or(MappedFile::Copy(name), MappedFile::Executable)
        }
        (None, _) => MappedFile::Copy(name),
    };
    let unsealed = UnsealedMapping::new(view, host.arena(), options, &source)?;
    relocate(&unsealed);
    let symbols: Vec<u64> = view.symbol_names().map(|name| host.symbol(name)).collect();
    write_symbols(&unsealed, &symbols);
    choose_tiers(&unsealed, unsealed.tier());
    let mut mapping = unsealed.seal()?;
    if let Some(kept) = kept {
        kept.announce(mapping.address(0))?;
    }
    if let Some(symbols) = own_symbols(&mapping, view) {
        // SAFETY: the table was checked, and code that was vouched for goes with true symbols. The image is pinned, and
        // nobody takes the pin back: so the image stays mapped as long as the arena.
        let is_adopted = options.pins > 0 && unsafe { host.adopt_symbols(symbols) };
        if !is_adopted {
            return Err(LoadError::OwnSymbolsRefused);
        }
    }
    let sections = view.sections();
    let sections_bytes = match image.origin() {
        Origin::Bytes(_) | Origin::Bytecode(_) | Origin::Checked(_) => sections.tail.len(),
        Origin::Linked(_) => 0,
    };
    // SAFETY: the image was just mapped into chunks of the host's arena, and `LoadedImage` keeps it mapped.
    let id = unsafe { host.register(describe(&mapping, view, options.pins, sections_bytes)) };
    mapping.keep();
    let native = register_native_code(&mapping, view, options);
    Ok(LoadedImage {
        id,
        name: name.into(),
        header: view.header,
        native,
        parts: Vec::new(),
        mapping,
        charges: Vec::new(),
        tail: match image.origin() {
            Origin::Bytes(_) | Origin::Bytecode(_) | Origin::Checked(_) => {
                Cow::Owned(sections.tail.to_vec())
            }
            Origin::Linked(image) => Cow::Borrowed(&image[sections.tail_offset as usize..]),
        },
        tail_offset: sections.tail_offset,
        section_table: sections.table,
        debug_tables: OnceLock::new(),
    })
}

/// Makes the native code of an image known, if it may run.
fn register_native_code(
    mapping: &Mapping,
    view: &ImageView<'_>,
    options: LoadOptions,
) -> Option<Registration> {
    let header = &view.header;
    if !mapping.may_execute() || options.is_bytecode_only {
        return None;
    }
    // SAFETY: the view was checked, also that its native code has granules of its own. The mapping stays as long as the
    // image, which drops the registration first.
    unsafe {
        Registration::new(
            mapping.address(0),
            header.native_code,
            header.native_returns,
        )
    }
}

/// Where the symbols are that an image brings along.
fn own_symbols(mapping: &Mapping, view: &ImageView<'_>) -> Option<OwnSymbolTable> {
    let table = view.header.own_symbols;
    (table.bytes > 0).then(|| OwnSymbolTable {
        image: mapping.address(0),
        entries: mapping.address(table.start),
        entry_count: table.bytes as usize / OwnSymbols::ENTRY_BYTES,
    })
}

fn describe(
    mapping: &Mapping,
    view: &ImageView<'_>,
    pins: u32,
    sections_bytes: usize,
) -> ImageDescription {
    let header = &view.header;
    ImageDescription {
        range: covered(mapping, header),
        sealed: vec![AddressRange::new(
            mapping.address(0),
            sealed_bytes(view) as usize,
        )],
        cells: mapping.addresses(header.cells),
        constants: mapping.addresses(header.constants),
        pins,
        // The sections for tools, and tables, are held by Rust.
        external_bytes: mapping.taken_bytes() + sections_bytes + size_of::<LoadedImage>(),
        external_mappings: mapping.taken_mappings(),
    }
}

/// The addresses that lead to an image: those of its segments, and of the room for native parts.
fn covered(mapping: &Mapping, header: &ImageHeader) -> AddressRange {
    if mapping.has_room() {
        mapping.range()
    } else {
        mapping.addresses(header.image)
    }
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

    /// All of the image; and the room behind it for native parts, if there is any.
    pub fn range(&self) -> AddressRange {
        covered(&self.mapping, &self.header)
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

    /// As [`Self::debug_tables`], for the code at `address`: those of the native part that it lies in, if it lies in
    /// one.
    pub fn debug_tables_of(&self, address: u32) -> &DebugTables {
        let part = self.parts.iter().find(|part| part.contains(address));
        part.map_or_else(|| self.debug_tables(), LinkedPart::debug_tables)
    }

    /// The procedure and line that the code at `address` comes from.
    ///
    /// A return word is the address after a call: ask for the one before it.
    pub fn origin_of(&self, address: Address) -> Option<CodeOrigin<'_>> {
        let address = self.virtual_address(address)?;
        self.debug_tables_of(address).origin_of(address)
    }

    /// Keeps a charge for what was linked to the image, as long as the image.
    pub fn hold_charge(&mut self, charge: Charge) {
        self.charges.push(charge);
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
        drop((self.native, self.parts));
        // SAFETY: nothing leads into the image, by the contract of this function.
        unsafe { self.mapping.give_back() };
    }
}
