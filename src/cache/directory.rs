//! The directory of a cache: who may use it, how entries appear and go.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _, MetadataExt as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use rustix::fs::OFlags;
use rustix::process::Resource;

use super::key::Key;

/// What the names of entries end with.
const ENTRY_EXTENSION: &str = "czo";
/// What the names of files end with that are being written.
const UNFINISHED_EXTENSION: &str = "tmp";

/// Only the user may read, write and search the directory, and read and write the files.
const DIRECTORY_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;
/// Others may write.
const WRITABLE_BY_OTHERS: u32 = 0o022;

/// An entry may not be larger than this, in bytes.
const ENTRY_BYTES_MAX: u64 = 1 << 30;

/// There may be about so many entries.
const ENTRIES_MAX: usize = 4096;
/// So many files are always looked at, and more from time to time.
const FEW_FILES: usize = 64;
const SHRINK_PERIOD: u64 = 16;

/// An unfinished file this old belongs to a process that has ended.
const UNFINISHED_AGE_MAX: Duration = Duration::from_hours(1);
/// The time of an entry says when it was last used, as exactly as this.
const USE_PRECISION: Duration = Duration::from_hours(1);

/// Numbers the files that the process writes.
static COUNT: AtomicU32 = AtomicU32::new(0);

/// A directory that nobody else can write to.
#[derive(Debug)]
pub(super) struct Directory(PathBuf);

/// A file of the directory.
#[derive(Debug)]
pub(super) struct StoredFile {
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
    /// When it was last used.
    pub(super) used: SystemTime,
}

impl Directory {
    pub(super) fn open(path: PathBuf) -> io::Result<Self> {
        let path = std::path::absolute(path)?;
        let metadata = match fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let mut builder = DirBuilder::new();
                builder.recursive(true).mode(DIRECTORY_MODE).create(&path)?;
                fs::metadata(&path)?
            }
            metadata => metadata?,
        };
        let mode = metadata.mode();
        if !metadata.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        if metadata.uid() != rustix::process::geteuid().as_raw() {
            return Err(io::Error::other("it belongs to another user"));
        }
        if mode & WRITABLE_BY_OTHERS != 0 {
            return Err(io::Error::other("other users may write to it"));
        }
        if mode & 0o777 != DIRECTORY_MODE {
            if holds_other_files(&path)? {
                return Err(io::Error::other("it holds files that are not a cache's"));
            }
            fs::set_permissions(&path, fs::Permissions::from_mode(DIRECTORY_MODE))?;
        }
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    fn path_of(&self, key: &Key) -> PathBuf {
        self.0.join(key.to_string()).with_extension(ENTRY_EXTENSION)
    }

    /// The bytes of the entry with this key, which is used now.
    pub(super) fn read(&self, key: &Key) -> io::Result<Vec<u8>> {
        let (file, metadata, bytes) = read(&self.path_of(key))?;
        let now = SystemTime::now();
        let age = now.duration_since(metadata.modified()?);
        if age.is_ok_and(|age| age > USE_PRECISION) {
            // Nothing is lost if the time cannot be set: the entry seems older than it is.
            let _ = file.set_modified(now);
        }
        Ok(bytes)
    }

    /// Writes the entry with this key. It appears whole, or not at all.
    pub(super) fn write(&self, key: &Key, bytes: &[u8]) -> io::Result<()> {
        let limit = rustix::process::getrlimit(Resource::Fsize).current;
        if limit.is_some_and(|limit| limit < bytes.len() as u64) {
            // The system would end the process.
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let process = std::process::id();
        let name = format!("{key}-{process}-{number}.{UNFINISHED_EXTENSION}");
        let unfinished = self.0.join(name);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(FILE_MODE);
        let written = options
            .open(&unfinished)
            .and_then(|mut file| file.write_all(bytes))
            .and_then(|()| fs::rename(&unfinished, self.path_of(key)));
        if written.is_err() {
            // The error that matters is the first one.
            let _ = fs::remove_file(&unfinished);
        }
        written
    }

    /// The entries, those used last first.
    pub(super) fn entries(&self) -> io::Result<Vec<StoredFile>> {
        let mut entries = self.files(ENTRY_EXTENSION)?;
        entries.sort_by(|a, b| b.used.cmp(&a.used).then_with(|| a.path.cmp(&b.path)));
        Ok(entries)
    }

    /// The files that a cache names so. What somebody else removes meanwhile is none.
    fn files(&self, extension: &str) -> io::Result<Vec<StoredFile>> {
        let mut files = Vec::new();
        for file in fs::read_dir(&self.0)? {
            let path = file?.path();
            if extension_of_own(&path) != Some(extension) {
                continue;
            }
            if let Ok(metadata) = fs::symlink_metadata(&path)
                && !metadata.is_dir()
            {
                files.push(StoredFile {
                    bytes: metadata.len(),
                    used: metadata.modified()?,
                    path,
                });
            }
        }
        Ok(files)
    }

    /// Removes entries that were not used for the longest time, until all take at most `bytes_max`, and are at most
    /// [`ENTRIES_MAX`]; that of `key`, which is new, stays. Removes what processes that have ended left unfinished.
    ///
    /// Looking at many files takes time. So many entries are looked at when one in [`SHRINK_PERIOD`] is stored.
    pub(super) fn shrink(&self, bytes_max: u64, key: &Key) -> io::Result<()> {
        if fs::read_dir(&self.0)?.count() > FEW_FILES && !key.number().is_multiple_of(SHRINK_PERIOD)
        {
            return Ok(());
        }
        let new = self.path_of(key);
        let now = SystemTime::now();
        let is_old = |file: &StoredFile| {
            let age = now.duration_since(file.used);
            age.is_ok_and(|age| age > UNFINISHED_AGE_MAX)
        };
        for file in self
            .files(UNFINISHED_EXTENSION)?
            .iter()
            .filter(|file| is_old(file))
        {
            remove(&file.path)?;
        }
        let entries = self.entries()?;
        let mut bytes: u64 = entries.iter().map(|entry| entry.bytes).sum();
        for (before, entry) in entries.iter().enumerate().rev() {
            if bytes <= bytes_max && before < ENTRIES_MAX {
                break;
            }
            if entry.path != new {
                remove(&entry.path)?;
                bytes -= entry.bytes;
            }
        }
        Ok(())
    }

    /// Removes all entries, and what was left unfinished; what was removed.
    pub(super) fn clear(&self) -> io::Result<Vec<StoredFile>> {
        let mut files = self.entries()?;
        files.extend(self.files(UNFINISHED_EXTENSION)?);
        for file in &files {
            remove(&file.path)?;
        }
        Ok(files)
    }
}

/// The extension of a file that a cache has named: after its key, if it is an entry, or after its key, a process and a
/// number.
fn extension_of_own(path: &Path) -> Option<&str> {
    let extension = path.extension()?.to_str()?;
    let mut parts = path.file_stem()?.to_str()?.split('-');
    let is_key = parts.next().is_some_and(Key::is_spelling);
    let is_number = |part: &str| part.parse::<u32>().is_ok();
    let rest: Vec<&str> = parts.collect();
    let is_own = match extension {
        ENTRY_EXTENSION => rest.is_empty(),
        UNFINISHED_EXTENSION => rest.len() == 2 && rest.iter().copied().all(is_number),
        _ => false,
    };
    (is_key && is_own).then_some(extension)
}

/// Whether there is a file in the directory that no cache has named.
fn holds_other_files(path: &Path) -> io::Result<bool> {
    for file in fs::read_dir(path)? {
        if extension_of_own(&file?.path()).is_none() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The file of an entry, what the system says of it, and its bytes, if it is one that the user has written.
pub(super) fn read(path: &Path) -> io::Result<(File, Metadata, Vec<u8>)> {
    let no_links = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(no_links)
        .open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let is_own = metadata.uid() == rustix::process::geteuid().as_raw();
    if !is_own || metadata.mode() & WRITABLE_BY_OTHERS != 0 {
        return Err(io::Error::other("other users may write to it"));
    }
    if metadata.len() > ENTRY_BYTES_MAX {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let mut bytes = vec![0; metadata.len() as usize];
    file.read_exact_at(&mut bytes, 0)?;
    Ok((file, metadata, bytes))
}

/// Removes a file, which may be gone.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
