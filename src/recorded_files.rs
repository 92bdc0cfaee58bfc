//! The files that a program was made from: noted while it is expanded, and shown again as they were.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use compiler::expand::{SourceFiles, SourceText, SystemFiles};

use crate::cache::Digest;

/// What the expander learned about a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dependency {
    /// As the expander named it.
    pub(crate) path: PathBuf,
    pub(crate) found: Found,
}

/// What there was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// It was read, and held these bytes.
    Contents(Digest),
    /// It could not be read.
    Unreadable,
    /// It was looked for only: whether there was a file.
    Looked(bool),
}

/// Bytes that were read before, or the news that nothing could be read.
#[derive(Debug)]
pub(crate) enum Kept {
    Bytes(Vec<u8>),
    Unreadable,
    Looked(bool),
}

/// What the files were that a program in the cache was made from.
#[derive(Debug, Default)]
pub(crate) struct KeptFiles(HashMap<PathBuf, Kept>);

impl KeptFiles {
    /// Adds what was found. A file that was looked for may also have been read: that counts.
    pub(crate) fn add(&mut self, path: &Path, kept: Kept) {
        if !matches!(self.0.get(path), Some(Kept::Bytes(_))) {
            self.0.insert(path.to_owned(), kept);
        }
    }
}

/// A program whose image was made before, as it was then.
#[derive(Debug)]
pub(crate) struct UnexpandedProgram {
    pub(crate) source: SourceText,
    /// What it imports and includes.
    pub(crate) files: Arc<KeptFiles>,
}

/// What was read of pipes by compilers that had no use for it: whoever reads them next gets it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pipes(Rc<RefCell<HashMap<PathBuf, Vec<u8>>>>);

impl Pipes {
    fn take(&self, path: &Path) -> Option<Vec<u8>> {
        self.0.borrow_mut().remove(path)
    }

    /// Gives back what these notes have of pipes.
    pub(crate) fn give_back(&self, notes: Notes) {
        let Notes { pipes, files, .. } = notes;
        let KeptFiles(mut files) = files;
        for path in pipes {
            if let Some(Kept::Bytes(bytes)) = files.remove(&path) {
                self.0.borrow_mut().insert(path, bytes);
            }
        }
    }
}

/// The files of the system, with what was read of them.
#[derive(Debug, Default)]
pub(crate) struct RecordedFiles {
    state: RefCell<State>,
    pipes: Pipes,
    /// Whether anything was asked of the files of the system, since somebody wanted to know.
    was_asked: Cell<bool>,
}

#[derive(Debug, Default)]
struct State {
    /// `None` while nobody asks.
    noted: Option<Notes>,
    /// What is shown in place of the files of the system.
    kept: Option<Arc<KeptFiles>>,
}

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// In the order in which they were read.
    pub(crate) dependencies: Vec<Dependency>,
    /// The same, with what the files held.
    pub(crate) files: KeptFiles,
    /// Something that was read cannot be read again, as a pipe, or procedures of macros have looked at something that
    /// nobody notes: at files, the process, a clock.
    pub(crate) is_unrepeatable: bool,
    /// The pipes among the files.
    pipes: Vec<PathBuf>,
}

impl RecordedFiles {
    /// Files whose pipes may have been read before.
    pub(crate) fn with_pipes(pipes: Pipes) -> Self {
        Self {
            pipes,
            ..Self::default()
        }
    }

    /// Notes that the expansion depends on something that nobody notes.
    pub(crate) fn note_unrepeatable(&self) {
        self.was_asked.set(true);
        if let Some(notes) = &mut self.state.borrow_mut().noted {
            notes.is_unrepeatable = true;
        }
    }

    /// Whether anything was asked of the files of the system since this was asked before.
    pub(crate) fn take_asked(&self) -> bool {
        self.was_asked.take()
    }

    /// Reads the file; whether it is a pipe.
    fn read_system(&self, path: &Path) -> (io::Result<Vec<u8>>, bool) {
        if let Some(bytes) = self.pipes.take(path) {
            return (Ok(bytes), true);
        }
        let read = SystemFiles.read(path);
        let is_pipe = read.is_ok() && !path.is_file();
        (read, is_pipe)
    }

    /// Notes what is read from here on.
    pub(crate) fn start(&self) {
        self.state.borrow_mut().noted = Some(Notes::default());
    }

    /// Stops taking notes: the notes.
    pub(crate) fn stop(&self) -> Notes {
        self.state.borrow_mut().noted.take().unwrap_or_default()
    }

    /// Shows `files` while `work` runs, and no others.
    pub(crate) fn showing<T>(&self, files: Arc<KeptFiles>, work: impl FnOnce() -> T) -> T {
        self.state.borrow_mut().kept = Some(files);
        // Also if the work panics.
        let _until_it_ends = Showing(self);
        work()
    }

    fn note(&self, path: &Path, found: Found, kept: Kept) {
        if let Some(notes) = &mut self.state.borrow_mut().noted {
            notes.dependencies.push(Dependency {
                path: path.to_owned(),
                found,
            });
            notes.files.add(path, kept);
        }
    }
}

/// While it is there, what was kept is shown.
struct Showing<'files>(&'files RecordedFiles);

impl Drop for Showing<'_> {
    fn drop(&mut self) {
        self.0.state.borrow_mut().kept = None;
    }
}

impl SourceFiles for RecordedFiles {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        if let Some(kept) = &self.state.borrow().kept {
            return match kept.0.get(path) {
                Some(Kept::Bytes(bytes)) => Ok(bytes.clone()),
                _ => Err(io::ErrorKind::NotFound.into()),
            };
        }
        self.was_asked.set(true);
        let (read, is_pipe) = self.read_system(path);
        let (found, kept) = match &read {
            _ if self.state.borrow().noted.is_none() => return read,
            Ok(bytes) => (
                Found::Contents(Digest::of(bytes)),
                Kept::Bytes(bytes.clone()),
            ),
            Err(_) => (Found::Unreadable, Kept::Unreadable),
        };
        self.note(path, found, kept);
        if let (true, Some(notes)) = (is_pipe, &mut self.state.borrow_mut().noted) {
            notes.is_unrepeatable = true;
            notes.pipes.push(path.to_owned());
        }
        read
    }

    fn is_file(&self, path: &Path) -> bool {
        if let Some(kept) = &self.state.borrow().kept {
            return match kept.0.get(path) {
                Some(Kept::Looked(is_file)) => *is_file,
                Some(Kept::Bytes(_)) => true,
                _ => false,
            };
        }
        self.was_asked.set(true);
        let is_file = SystemFiles.is_file(path);
        self.note(path, Found::Looked(is_file), Kept::Looked(is_file));
        is_file
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_is_noted_and_shown_again() {
        let files = RecordedFiles::default();
        let here = Path::new(file!());
        let missing = Path::new("/no/such/file");
        files.start();
        let bytes = files.read(here).expect("this file");
        files.read(missing).expect_err("no such file");
        assert!(!files.is_file(missing));
        let notes = files.stop();
        assert!(!notes.is_unrepeatable);
        let found: Vec<_> = notes.dependencies.iter().map(|each| each.found).collect();
        let expected = [
            Found::Contents(Digest::of(&bytes)),
            Found::Unreadable,
            Found::Looked(false),
        ];
        assert_eq!(found, expected);
        let mut kept = KeptFiles::default();
        kept.add(missing, Kept::Bytes(vec![7]));
        kept.add(missing, Kept::Looked(false));
        files.showing(Arc::new(kept), || {
            assert_eq!(files.read(missing).expect("shown"), [7]);
            assert!(files.is_file(missing));
            files.read(here).expect_err("not shown");
        });
        files.read(missing).expect_err("as it is");
        assert_eq!(files.stop().dependencies, [], "nobody asked for notes");
    }
}
