//! The memory of a process, by image: from `/proc/PID/smaps` (proc(5)) and the sections of the executable.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use object::LittleEndian;
use object::elf::{FileHeader64, PT_LOAD};
use object::read::elf::{FileHeader as _, ProgramHeader as _};

use super::sections::{FileSection, sections};

/// What the memory of an image in a file of memory is called.
const IN_MEMORY: &str = "/memfd:cozen-image";

/// A range of a process's memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MappedRegion {
    /// First address.
    pub start: u64,
    /// One past the last.
    pub end: u64,
    /// As the system shows it: `r-xp`.
    pub access: String,
    /// Where the range starts in its file.
    pub offset: u64,
    /// The file, or what stands for it; empty for memory without a name.
    pub path: String,
    /// Bytes that are in memory.
    pub resident_bytes: u64,
    /// The same, where a page that processes share counts as a part.
    pub proportional_bytes: u64,
    /// Bytes that the process has written to, and has for itself.
    pub private_dirty_bytes: u64,
}

/// What some of the memory of a process is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageMemory {
    /// What it is: `library`, `program`, `image NAME`, or the name that the system has.
    pub name: String,
    /// Whether it is an image of Cozen.
    pub is_image: bool,
    /// First address.
    pub start: u64,
    /// One past the last.
    pub end: u64,
    /// Bytes that are mapped.
    pub mapped_bytes: u64,
    /// Bytes that are in memory.
    pub resident_bytes: u64,
    /// The same, where a page that processes share counts as a part.
    pub proportional_bytes: u64,
    /// Bytes that the process has written to, and has for itself.
    pub private_dirty_bytes: u64,
}

/// The memory of a process.
#[derive(Clone, Debug)]
pub struct ProcessMemory {
    /// All ranges, in the order of their addresses.
    pub regions: Vec<MappedRegion>,
    executable: Option<ExecutableFile>,
}

/// What is known of the file that a process executes.
#[derive(Clone, Debug)]
struct ExecutableFile {
    path: String,
    /// Those that are images.
    images: Vec<FileSection>,
    /// The virtual addresses of the segments.
    loaded: Vec<(u64, u64)>,
}

impl ProcessMemory {
    /// Reads what the system tells of a process.
    ///
    /// # Errors
    ///
    /// There is no such process, or it belongs to somebody else.
    pub fn read(process: u32) -> io::Result<Self> {
        let folder = PathBuf::from(format!("/proc/{process}"));
        let text = fs::read_to_string(folder.join("smaps"))?;
        let path = fs::read_link(folder.join("exe")).ok();
        let file = fs::read(folder.join("exe")).ok();
        let executable = path.zip(file);
        Ok(Self {
            regions: parse(&text),
            executable: executable
                .map(|(path, file)| ExecutableFile::of(path.display().to_string(), &file)),
        })
    }

    /// The memory by image, in the order of the addresses: neighbours that belong to the same image are one.
    pub fn images(&self) -> Vec<ImageMemory> {
        let mut images: Vec<ImageMemory> = Vec::new();
        for region in &self.regions {
            // Address space that nobody can use belongs to what stands before it.
            if region.access.starts_with("---") {
                continue;
            }
            let (name, is_image) = self.name(region);
            match images.iter_mut().rfind(|last| last.name == name) {
                Some(last) if !is_image || is_next(last, region) => last.add(region),
                _ => {
                    let mut image = ImageMemory {
                        name,
                        is_image,
                        start: region.start,
                        ..ImageMemory::default()
                    };
                    image.add(region);
                    images.push(image);
                }
            }
        }
        images
    }

    /// What a range is for, and whether it is a part of an image.
    fn name(&self, region: &MappedRegion) -> (String, bool) {
        if let Some(name) = region.path.strip_prefix(IN_MEMORY) {
            let name = name.trim_end_matches(" (deleted)").trim_start_matches(':');
            return (format!("image {name}"), true);
        }
        if let Some(name) = self
            .executable
            .as_ref()
            .and_then(|file| file.image(region, self))
        {
            return (name, true);
        }
        match region.path.as_str() {
            "" => ("(memory without a name)".to_owned(), false),
            path => {
                let is_image = Path::new(path).extension().is_some_and(|end| end == "czo");
                (path.to_owned(), is_image)
            }
        }
    }
}

/// Whether a range follows an image so closely that it is a part of it: segments start in granules of 64 KiB.
const fn is_next(image: &ImageMemory, region: &MappedRegion) -> bool {
    region.start <= image.end.next_multiple_of(abi::image::SEGMENT_ALIGN_BYTES)
}

impl ImageMemory {
    fn add(&mut self, region: &MappedRegion) {
        self.end = region.end;
        self.mapped_bytes += region.end - region.start;
        self.resident_bytes += region.resident_bytes;
        self.proportional_bytes += region.proportional_bytes;
        self.private_dirty_bytes += region.private_dirty_bytes;
    }
}

impl ExecutableFile {
    fn of(path: String, file: &[u8]) -> Self {
        let is_image = |section: &FileSection| {
            let names = [
                ".cozen.library",
                ".cozen.native-library",
                ".cozen.native-part",
                ".cozen.program",
            ];
            names.contains(&section.name.as_str())
        };
        Self {
            path,
            images: sections(file).into_iter().filter(is_image).collect(),
            loaded: loaded(file),
        }
    }

    /// The image that a range is mapped from, unless it is the executable's own segment.
    fn image(&self, region: &MappedRegion, memory: &ProcessMemory) -> Option<String> {
        if region.path != self.path {
            return None;
        }
        let first = memory.regions.iter().find(|each| each.path == self.path)?;
        let lowest = self.loaded.first()?.0 & !0xfff;
        let address = region.start.wrapping_sub(first.start).wrapping_add(lowest);
        let is_own = |&(start, end): &(u64, u64)| (start & !0xfff) <= address && address < end;
        if self.loaded.iter().any(is_own) {
            return None;
        }
        let length = region.end - region.start;
        let holding = self.images.iter().find(|section| {
            section.offset < region.offset + length
                && region.offset < section.offset + section.bytes
        })?;
        Some(
            match holding.name.as_str() {
                ".cozen.program" => "program",
                ".cozen.native-library" => "library with native code",
                ".cozen.native-part" => "native code of the library",
                _ => "library",
            }
            .to_owned(),
        )
    }
}

/// The virtual addresses of the segments of an executable.
fn loaded(file: &[u8]) -> Vec<(u64, u64)> {
    let endian = LittleEndian;
    let header = FileHeader64::<LittleEndian>::parse(file);
    let headers = header.and_then(|header| header.program_headers(endian, file));
    let headers = headers.unwrap_or_default().iter();
    let loaded = headers.filter(|header| header.p_type(endian) == PT_LOAD);
    loaded
        .map(|header| {
            let start = header.p_vaddr(endian);
            (start, start.saturating_add(header.p_memsz(endian)))
        })
        .collect()
}

/// Reads the text of `smaps`. A line that is not understood is left out.
fn parse(text: &str) -> Vec<MappedRegion> {
    let mut regions: Vec<MappedRegion> = Vec::new();
    for line in text.lines() {
        if let Some(region) = parse_region(line) {
            regions.push(region);
            continue;
        }
        let (Some(region), Some((field, value))) = (regions.last_mut(), line.split_once(':'))
        else {
            continue;
        };
        let kilobytes = value
            .trim()
            .strip_suffix(" kB")
            .and_then(|number| number.trim().parse().ok());
        let bytes = kilobytes.map_or(0, |kilobytes: u64| kilobytes << 10);
        match field {
            "Rss" => region.resident_bytes = bytes,
            "Pss" => region.proportional_bytes = bytes,
            "Private_Dirty" => region.private_dirty_bytes = bytes,
            _ => {}
        }
    }
    regions
}

/// The first line of a range: `start-end access offset device inode path`.
fn parse_region(line: &str) -> Option<MappedRegion> {
    let mut words = line.splitn(6, ' ');
    let (start, end) = words.next()?.split_once('-')?;
    let access = words.next()?.to_owned();
    let offset = u64::from_str_radix(words.next()?, 16).ok()?;
    let path = words.nth(2).unwrap_or_default().trim().to_owned();
    Some(MappedRegion {
        start: u64::from_str_radix(start, 16).ok()?,
        end: u64::from_str_radix(end, 16).ok()?,
        access,
        offset,
        path,
        ..MappedRegion::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_with_their_figures() {
        let text = "7f0000000000-7f0000010000 r--p 00010000 fe:00 12    /memfd:cozen-image:a b.czo (deleted)\n\
                    Size:                 64 kB\nRss:                  12 kB\nPss:                   6 kB\n\
                    Private_Dirty:         4 kB\n\
                    7f0000010000-7f0000020000 rw-p 00000000 00:00 0 \n\
                    Rss:                  64 kB\n";
        let memory = ProcessMemory {
            regions: parse(text),
            executable: None,
        };
        let found: Vec<_> = memory
            .images()
            .into_iter()
            .map(|image| {
                (
                    image.name,
                    image.resident_bytes,
                    image.proportional_bytes,
                    image.private_dirty_bytes,
                )
            })
            .collect();
        let expected = [
            ("image a b.czo".to_owned(), 12 << 10, 6 << 10, 4 << 10),
            ("(memory without a name)".to_owned(), 64 << 10, 0, 0),
        ];
        assert_eq!(found, expected);
    }
}
