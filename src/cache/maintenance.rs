//! What a user does with a cache: list, verify, clear.

use std::io;
use std::path::PathBuf;
use std::time::SystemTime;

use super::entry::Decoded;
use super::{ProgramCache, directory, entry, unchanged};
use crate::files::has_native_code;

/// An entry of a cache, as [`ProgramCache::entries`] lists it.
#[derive(Debug)]
#[non_exhaustive]
pub struct CacheEntry {
    /// Its file.
    pub path: PathBuf,
    /// How large it is.
    pub bytes: u64,
    /// When it was last used, as exactly as an hour.
    pub used: SystemTime,
    /// What it is worth.
    pub state: EntryState,
}

/// What an entry is worth.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntryState {
    /// The next run of the program uses it, if the text of the program is still the same.
    Usable {
        /// The file of the program, as it was named.
        program: String,
        /// Whether there is native code.
        is_native: bool,
    },
    /// It was made from a file that has changed.
    Stale {
        /// The file of the program, as it was named.
        program: String,
        /// The file that has changed.
        changed: PathBuf,
    },
    /// Another build of the compiler made it.
    Foreign {
        /// The file of the program, as it was named.
        program: String,
    },
    /// It is damaged: this is wrong.
    Damaged(String),
}

impl ProgramCache {
    /// All entries, those used last first.
    ///
    /// # Errors
    ///
    /// The directory cannot be read.
    pub fn entries(&self) -> io::Result<impl Iterator<Item = CacheEntry> + '_> {
        let files = self.directory.entries()?.into_iter();
        Ok(files.map(|file| CacheEntry {
            state: self.state(&file.path),
            path: file.path,
            bytes: file.bytes,
            used: file.used,
        }))
    }

    fn state(&self, path: &std::path::Path) -> EntryState {
        let read = directory::read(path).map_err(|error| error.to_string());
        let decoded = read.and_then(|(_, _, bytes)| {
            let decoded = entry::decode(bytes.as_slice()).map_err(str::to_owned)?;
            Ok((bytes, decoded))
        });
        let (bytes, decoded) = match decoded {
            Ok(parts) => parts,
            Err(reason) => return EntryState::Damaged(reason),
        };
        let Decoded {
            image_end,
            native_end,
            record,
        } = decoded;
        let program = record.origin.name;
        if record.compiler != self.compiler {
            return EntryState::Foreign { program };
        }
        let mut dependencies = record.origin.dependencies.into_iter();
        if let Some(changed) = dependencies.find(|each| unchanged(each).is_none()) {
            let changed = changed.path;
            return EntryState::Stale { program, changed };
        }
        EntryState::Usable {
            program,
            is_native: native_end > image_end || has_native_code(&bytes.as_slice()[..image_end]),
        }
    }

    /// Removes all entries; how many there were, and their bytes.
    ///
    /// # Errors
    ///
    /// The directory cannot be read, or a file not removed.
    pub fn clear(&self) -> io::Result<(usize, u64)> {
        let removed = self.directory.clear()?;
        let bytes = removed.iter().map(|file| file.bytes).sum();
        Ok((removed.len(), bytes))
    }
}
