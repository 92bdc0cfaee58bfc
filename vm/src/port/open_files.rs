//! The files that ports have open.
//!
//! A port that nothing refers to any more is gone with the next collection. Its output is written then, and
//! its file is closed.

use std::collections::BTreeMap;
use std::os::fd::RawFd;

use gc::Scope;
use syntax::Unsupervised;

use super::file;

/// Open files by their descriptors, with the words of their ports, which keep nothing.
#[derive(Debug, Default)]
pub(crate) struct OpenFiles {
    ports: BTreeMap<RawFd, u64>,
    /// The files whose ports were young at the last look.
    young: Vec<RawFd>,
    abandoned: Vec<Abandoned>,
    /// Whether a collection was asked for because the system has no descriptors left.
    pub(crate) is_collecting: bool,
}

/// A file whose port is gone.
#[derive(Debug)]
struct Abandoned {
    descriptor: RawFd,
    /// Output that waited in the port.
    output: Vec<u8>,
}

impl OpenFiles {
    /// Adds the file of a young port.
    pub(crate) fn add(&mut self, descriptor: RawFd, port: u64) {
        self.ports.insert(descriptor, port);
        self.young.push(descriptor);
    }

    /// The port of `descriptor` is closed, or about to be.
    pub(crate) fn remove(&mut self, descriptor: RawFd) {
        self.ports.remove(&descriptor);
        if self.young.last() == Some(&descriptor) {
            self.young.pop();
        }
    }

    /// The words of the ports.
    pub(crate) fn words(&self) -> impl Iterator<Item = u64> {
        self.ports.values().copied()
    }

    /// Brings words up to date, and sets the files aside whose ports are gone. `waiting_output` answers a copy
    /// of the output that waits in the port with this word.
    pub(crate) fn settle(
        &mut self,
        scope: Scope,
        survivor: &mut dyn FnMut(u64) -> Option<u64>,
        waiting_output: impl Fn(u64) -> Vec<u8>,
    ) {
        let young = std::mem::take(&mut self.young);
        let descriptors = match scope {
            Scope::Minor => young,
            Scope::Full => self.ports.keys().copied().collect(),
        };
        for descriptor in descriptors {
            let Some(word) = self.ports.get_mut(&descriptor) else {
                continue;
            };
            if let Some(moved) = survivor(*word) {
                *word = moved;
            } else {
                let output = waiting_output(*word);
                self.ports.remove(&descriptor);
                self.abandoned.push(Abandoned { descriptor, output });
            }
        }
    }

    /// Writes the output of the files that were set aside, and closes them. Of an error nobody is left to be
    /// told.
    pub(crate) fn close_abandoned(&mut self) {
        for Abandoned { descriptor, output } in self.abandoned.drain(..) {
            let _ = file::write(descriptor, &output, &Unsupervised);
            file::close(descriptor);
        }
    }
}

impl Drop for OpenFiles {
    /// Output that still waits is lost: who wants it flushes before.
    fn drop(&mut self) {
        self.close_abandoned();
        for &descriptor in self.ports.keys() {
            file::close(descriptor);
        }
    }
}
