//! Parts of the executable that runs, as a file: so that an image which was linked into it is mapped, and not copied.
//!
//! The system tells a process where the program headers of its executable are (`AT_PHDR`, getauxval(3)). They say
//! which bytes of the file lie at an address (gABI, "Program Header"). The file itself is `/proc/self/exe`, also
//! after its name was given to another file. Most kernels let nobody write to a file that is executed (execve(2),
//! ETXTBSY). Where somebody can, the code of the process changes as well.

use std::ffi::c_ulong;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::slice;

use rustix::fs::{Mode, OFlags};

use crate::elf::{PF_R, PF_W};

const AT_PHDR: c_ulong = 3;
const AT_PHNUM: c_ulong = 5;
const AT_PAGESZ: c_ulong = 6;
const PROGRAM_HEADER_BYTES: usize = 56;
const PT_LOAD: u32 = 1;
const PT_PHDR: u32 = 6;

unsafe extern "C" {
    /// getauxval(3): 0 for what is not there.
    safe fn getauxval(kind: c_ulong) -> c_ulong;
}

/// Bytes of the executable, as a place in its file.
#[derive(Debug)]
pub(crate) struct ExecutablePart {
    file: OwnedFd,
    offset: u64,
}

impl ExecutablePart {
    /// Where `bytes` stand in the file of the executable; `None` if they are not known to stand there, or not at a
    /// place that can be mapped.
    pub(crate) fn of(bytes: &'static [u8]) -> Option<Self> {
        let offset = file_offset(program_headers()?, bytes)?;
        if !offset.is_multiple_of(getauxval(AT_PAGESZ).max(1)) {
            return None;
        }
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        let file = rustix::fs::open("/proc/self/exe", flags, Mode::empty()).ok()?;
        // If the program was started by naming its dynamic loader, `/proc/self/exe` is the loader.
        let mut start = [0; COMPARED_BYTES];
        let compared = bytes.first_chunk::<COMPARED_BYTES>()?;
        let read = rustix::io::pread(&file, &mut start, offset).ok()?;
        (read == COMPARED_BYTES && start == *compared).then_some(Self { file, offset })
    }

    /// The file.
    pub(crate) fn descriptor(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }

    /// Where the bytes start in it: a multiple of the page size.
    pub(crate) const fn offset(&self) -> u64 {
        self.offset
    }
}

/// The `bytes` at an address of the executable that runs, if its file has them, and none of them can be written to.
pub fn executable_bytes(address: usize, bytes: usize) -> Option<&'static [u8]> {
    let headers = program_headers()?;
    let header = holding(headers, address as u64, bytes as u64)?;
    if field(header, 0) >> 32 & u64::from(PF_W | PF_R) != u64::from(PF_R) {
        return None;
    }
    let start = std::ptr::with_exposed_provenance(address);
    // SAFETY: the system has mapped the segment from the file of the executable, for reading. Nobody writes to it, and
    // it stays mapped as long as the process runs.
    Some(unsafe { slice::from_raw_parts(start, bytes) })
}

/// An ELF header, the program headers and the image header with the content hash fit.
const COMPARED_BYTES: usize = 512;

/// The program headers of the executable.
fn program_headers() -> Option<&'static [ProgramHeader]> {
    let (start, count) = (getauxval(AT_PHDR), getauxval(AT_PHNUM));
    if start == 0 {
        return None;
    }
    let start = std::ptr::with_exposed_provenance(start as usize);
    // SAFETY: the system says that so many program headers, of this size on all 64-bit systems, are mapped there.
    // Nobody writes to the headers, and they stay mapped as long as the process runs.
    Some(unsafe { slice::from_raw_parts(start, count as usize) })
}

type ProgramHeader = [u8; PROGRAM_HEADER_BYTES];

/// The eight bytes of a program header from `at` on.
fn field(header: &ProgramHeader, at: usize) -> u64 {
    let word = header[at..].first_chunk().expect("a header has more bytes");
    u64::from_le_bytes(*word)
}

/// How far from its addresses the executable was loaded.
fn load_distance(headers: &'static [ProgramHeader]) -> u64 {
    let own = headers
        .iter()
        .find(|header| field(header, 0) as u32 == PT_PHDR);
    own.map_or(0, |header| {
        (headers.as_ptr().addr() as u64).wrapping_sub(field(header, 16))
    })
}

/// The segment whose bytes in the file are those at an address in memory.
fn holding(
    headers: &'static [ProgramHeader],
    address: u64,
    bytes: u64,
) -> Option<&'static ProgramHeader> {
    let start = address.wrapping_sub(load_distance(headers));
    headers.iter().find(|header| {
        let inside = start.checked_sub(field(header, 16));
        let end = inside.and_then(|inside| inside.checked_add(bytes));
        field(header, 0) as u32 == PT_LOAD && end.is_some_and(|end| end <= field(header, 32))
    })
}

/// Where bytes in memory stand in the file.
fn file_offset(headers: &'static [ProgramHeader], bytes: &'static [u8]) -> Option<u64> {
    let address = bytes.as_ptr().addr() as u64;
    let header = holding(headers, address, bytes.len() as u64)?;
    let start = field(header, 16).wrapping_add(load_distance(headers));
    Some(field(header, 8) + (address - start))
}

#[cfg(test)]
mod tests {
    use std::sync::OnceLock;

    use super::*;

    const PAGES: usize = 4 * 4096;

    #[repr(align(65536))]
    struct Aligned([u8; PAGES]);

    static PART: Aligned = {
        let mut bytes = [0; PAGES];
        let mut index = 0;
        while index < bytes.len() {
            bytes[index] = (index % 251) as u8;
            index += 1;
        }
        Aligned(bytes)
    };

    #[test]
    fn a_constant_stands_in_the_file_of_the_executable() {
        let part = ExecutablePart::of(&PART.0).expect("tests are executables");
        let mut found = vec![0; PAGES];
        let read = rustix::io::pread(part.descriptor(), &mut found, part.offset());
        assert_eq!(read, Ok(PAGES));
        assert_eq!(found, PART.0);
    }

    #[test]
    fn what_is_not_aligned_to_a_page_or_not_constant_is_not_found() {
        static HEAP: OnceLock<Vec<u8>> = OnceLock::new();
        assert!(ExecutablePart::of(&PART.0[1..]).is_none());
        let heap = HEAP.get_or_init(|| vec![0; PAGES]);
        assert!(ExecutablePart::of(heap).is_none());
    }
}
