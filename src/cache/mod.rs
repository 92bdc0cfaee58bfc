//! A directory of compiled programs, so that a program is compiled once.
//!
//! An entry is found by its [`Key`]: what was to be compiled, by which compiler, and how. Files that a program imports
//! and includes are known only after its expansion. So an entry says what these files were ([`Dependency`]), and is
//! valid as long as all of them are the same: their contents count, not their times.
//!
//! Only the user may read and write the directory. An entry appears by a renaming, whole, and is never changed. So any
//! number of processes may use one cache without locks. Of two that store one entry, the last one counts; both are
//! right. Whatever is wrong with an entry, or with the directory, a program is compiled as without a cache.

mod digest;
mod directory;
mod entry;
mod key;
mod maintenance;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(crate) use digest::{Digest, Digester};
use directory::Directory;
pub(crate) use entry::Origin;
use entry::{Decoded, Record};
pub(crate) use key::{Choices, Key};
pub use maintenance::{CacheEntry, EntryState};

use crate::recorded_files::{Dependency, Found, Kept, KeptFiles};

/// How large a cache may become unless somebody says otherwise, in bytes.
const BYTES_MAX: u64 = 256 << 20;

/// A cache of compiled programs.
#[derive(Debug)]
pub struct ProgramCache {
    directory: Directory,
    bytes_max: u64,
    compiler: Digest,
    is_fresh: bool,
}

/// What a look into the cache found.
#[derive(Debug)]
pub(crate) enum LookUp {
    Hit(Box<CachedProgram>),
    /// There is no entry.
    Miss,
    /// There is one that cannot be used, because of this.
    Unusable(String),
}

/// A program from the cache.
#[derive(Debug)]
pub(crate) struct CachedProgram {
    pub(crate) image: Vec<u8>,
    /// Native code for the image, if it was made.
    pub(crate) native_part: Option<Vec<u8>>,
    pub(crate) origin: Origin,
    /// What it was made from.
    pub(crate) files: Arc<KeptFiles>,
}

impl ProgramCache {
    /// A cache in this directory, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// The directory cannot be made or used; others than the user may write to it, or it belongs to somebody else; or
    /// the system does not tell which executable this is.
    pub fn open(directory: impl Into<PathBuf>) -> io::Result<Self> {
        Ok(Self {
            directory: Directory::open(directory.into())?,
            bytes_max: BYTES_MAX,
            compiler: key::this_compiler()?,
            is_fresh: false,
        })
    }

    /// The entries may take so many bytes together; those that were not used for the longest time go first.
    #[must_use]
    pub const fn bytes_max(mut self, bytes: u64) -> Self {
        self.bytes_max = bytes;
        self
    }

    /// Compile each program anew, and replace its entry.
    #[must_use]
    pub const fn fresh(mut self, is_fresh: bool) -> Self {
        self.is_fresh = is_fresh;
        self
    }

    /// Where it is.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// What identifies a program that is compiled so.
    pub(crate) fn key(&self, file: &Path, text: &[u8], choices: &Choices<'_>) -> io::Result<Key> {
        Key::new(self.compiler, file, text, choices)
    }

    /// What identifies the library `name`, whose text is in `file`.
    pub(crate) fn key_of_library(
        &self,
        name: &str,
        file: &Path,
        text: &[u8],
        choices: &Choices<'_>,
    ) -> io::Result<Key> {
        Key::of_library(self.compiler, name, file, text, choices)
    }

    /// What identifies the library `name`, whose text is in the executable.
    pub(crate) fn key_of_portable(&self, name: &str, text: &[u8], choices: &Choices<'_>) -> Key {
        Key::of_portable(self.compiler, name, text, choices)
    }

    /// The program or the library with this key.
    pub(crate) fn find(&self, key: &Key) -> LookUp {
        if self.is_fresh {
            return LookUp::Miss;
        }
        let mut bytes = match self.directory.read(key) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return LookUp::Miss,
            Err(error) => return LookUp::Unusable(error.to_string()),
        };
        let Decoded {
            image_end,
            native_end,
            record,
        } = match entry::decode(&bytes) {
            Ok(decoded) => decoded,
            Err(reason) => return LookUp::Unusable(reason.to_owned()),
        };
        let mut files = KeptFiles::default();
        for dependency in &record.origin.dependencies {
            let Some(kept) = unchanged(dependency) else {
                let changed = dependency.path.display();
                return LookUp::Unusable(format!("{changed} has changed"));
            };
            files.add(&dependency.path, kept);
        }
        let native_part = bytes[image_end..native_end].to_owned();
        bytes.truncate(image_end);
        LookUp::Hit(Box::new(CachedProgram {
            image: bytes,
            native_part: (!native_part.is_empty()).then_some(native_part),
            origin: record.origin,
            files: Arc::new(files),
        }))
    }

    /// Keeps a program, and lets old ones go.
    ///
    /// # Errors
    ///
    /// The entry cannot be written. An entry of this key is then what it was before.
    pub(crate) fn store(
        &self,
        key: &Key,
        image: &[u8],
        native_part: Option<&[u8]>,
        origin: &Origin,
    ) -> io::Result<()> {
        let compiler = self.compiler;
        let record = Record {
            compiler,
            origin: origin.clone(),
        };
        let entry = entry::encode(image, native_part.unwrap_or_default(), &record);
        if entry.len() as u64 > self.bytes_max {
            return Err(io::Error::other("it is larger than the cache may be"));
        }
        self.directory.write(key, &entry)?;
        self.directory.shrink(self.bytes_max, key)
    }
}

/// What a file was and still is; `None` if it has changed.
fn unchanged(dependency: &Dependency) -> Option<Kept> {
    let path = &dependency.path;
    match dependency.found {
        Found::Contents(digest) => {
            // A pipe would be emptied, and a device might never end.
            let bytes = path.is_file().then(|| fs::read(path).ok())??;
            (Digest::of(&bytes) == digest).then_some(Kept::Bytes(bytes))
        }
        Found::Unreadable => {
            let is_unreadable = match fs::metadata(path) {
                Err(_) => true,
                Ok(metadata) if metadata.is_file() => fs::File::open(path).is_err(),
                Ok(metadata) => metadata.is_dir(),
            };
            is_unreadable.then_some(Kept::Unreadable)
        }
        Found::Looked(is_file) => (path.is_file() == is_file).then_some(Kept::Looked(is_file)),
    }
}
