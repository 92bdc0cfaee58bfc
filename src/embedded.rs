//! The program that an executable carries ([`abi::executable`]).

use abi::executable::{Place, SLOT_BYTES, Slot};
use abi::fingerprint::FINGERPRINT;
use loader::TrustedImage;

use crate::error::Error;

/// The slot of an executable that compiles texts. A linker keeps it where [`EmbeddedProgram::of_executable`] is used.
#[cfg(feature = "compiler")]
#[unsafe(link_section = ".cozen.slot")]
static SLOT: [u8; SLOT_BYTES] = Slot::empty(true).encode();

/// The slot of an executable that runs images alone. A linker keeps it where [`EmbeddedProgram::of_runtime`] is used.
#[unsafe(link_section = ".cozen.runtime-slot")]
static RUNTIME_SLOT: [u8; SLOT_BYTES] = Slot::empty(false).encode();

/// The program that `cozen build` has put into the executable that runs.
///
/// Nobody checks the images: they are parts of the executable, as its machine code is.
#[derive(Clone, Debug)]
pub struct EmbeddedProgram {
    program: TrustedImage<'static>,
    library: Option<TrustedImage<'static>>,
    heap_bytes_max: Option<usize>,
    stack_bytes_max: Option<usize>,
}

impl EmbeddedProgram {
    /// The program in this executable, which compiles texts; `None` if it has none. Calling this makes the executable
    /// one that a program can be put into.
    ///
    /// # Errors
    ///
    /// [`Error::Setup`]: a tool has removed the program from the executable.
    #[cfg(feature = "compiler")]
    pub fn of_executable() -> Result<Option<Self>, Error> {
        Self::read(&SLOT)
    }

    /// As [`Self::of_executable`], for an executable that makes runtimes by
    /// [`RuntimeBuilder::build_without_compiler`](crate::RuntimeBuilder::build_without_compiler) only.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn of_runtime() -> Result<Option<Self>, Error> {
        Self::read(&RUNTIME_SLOT)
    }

    fn read(bytes: &'static [u8; SLOT_BYTES]) -> Result<Option<Self>, Error> {
        // SAFETY: a constant is initialized and aligned. What the compiler knows of its value need not be so any more:
        // hence the volatile read.
        let read = unsafe { std::ptr::read_volatile(bytes) };
        let damaged = || Error::Setup("the program in this executable is damaged".to_owned());
        let slot = Slot::decode(&read).ok_or_else(damaged)?;
        if slot.program.bytes == 0 {
            return Ok(None);
        }
        if slot.fingerprint != FINGERPRINT {
            return Err(damaged());
        }
        let start = bytes.as_ptr().expose_provenance();
        let limit = |bytes: u64| (bytes > 0).then_some(bytes as usize);
        Ok(Some(Self {
            program: image(start, slot.program)?,
            library: match slot.library.bytes {
                0 => None,
                _ => Some(image(start, slot.library)?),
            },
            heap_bytes_max: limit(slot.heap_bytes_max),
            stack_bytes_max: limit(slot.stack_bytes_max),
        }))
    }

    /// The program, for [`Scheme::run_image`](crate::Scheme::run_image).
    pub const fn image(&self) -> &TrustedImage<'static> {
        &self.program
    }

    /// The library that the program brings along.
    pub(crate) fn library(&self) -> Result<&TrustedImage<'static>, Error> {
        let missing =
            || Error::Setup("the executable has no library beside its program".to_owned());
        self.library.as_ref().ok_or_else(missing)
    }

    /// The limit of the heap, if the program was built with one.
    pub const fn heap_bytes_max(&self) -> Option<usize> {
        self.heap_bytes_max
    }

    /// The limit of the stack, if the program was built with one.
    pub const fn stack_bytes_max(&self) -> Option<usize> {
        self.stack_bytes_max
    }
}

/// The image at a place of the executable whose slot is at `slot`.
fn image(slot: usize, place: Place) -> Result<TrustedImage<'static>, Error> {
    let bytes = loader::executable_bytes(
        slot.wrapping_add(place.distance as usize),
        place.bytes as usize,
    );
    let bytes = bytes.ok_or_else(|| {
        Error::Setup(
            "a tool has removed the program from this executable: build it anew".to_owned(),
        )
    })?;
    // SAFETY: who made the executable has put the image there, as the code of the executable, and checked it before.
    Ok(unsafe { TrustedImage::vouch_linked(bytes) })
}
