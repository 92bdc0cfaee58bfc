//! A place in a cache: where the image of a program or of a library is kept, or will be.

use std::sync::Arc;

use loader::TrustedImage;

use crate::cache::{CachedProgram, Key, LookUp, Origin, ProgramCache};
use crate::compiler_report::{CompilerReport, Listener};
use crate::error::Error;
use crate::jit::Keep;

/// Why something is not kept that depends on more than files that can be looked at again.
pub(crate) const UNREPEATABLE: &str =
    "not kept: it was made from a pipe, or from what procedures of macros have looked at";

/// A place in a cache. What becomes of it is told.
#[derive(Clone, Debug)]
pub(crate) struct CachedPlace {
    pub(crate) cache: Arc<ProgramCache>,
    pub(crate) key: Key,
    /// What messages call that which is kept.
    pub(crate) name: String,
    pub(crate) listener: Listener,
}

impl CachedPlace {
    /// What is there.
    ///
    /// # Errors
    ///
    /// As the listener answers.
    pub(crate) fn look_up(&self) -> Result<Option<Box<CachedProgram>>, Error> {
        let key = self.key;
        let (found, news) = match self.cache.find(&key) {
            LookUp::Hit(found) => (Some(found), format!("found as {key}")),
            LookUp::Miss => (None, "not found".to_owned()),
            LookUp::Unusable(reason) => (None, format!("entry {key} is not used: {reason}")),
        };
        self.tell(&news)?;
        Ok(found)
    }

    /// Puts an image there, and its native part if it was made. A cache that cannot be written to is none.
    ///
    /// # Errors
    ///
    /// As the listener answers.
    pub(crate) fn store(
        &self,
        image: &TrustedImage<'static>,
        part: Option<&[u8]>,
        origin: &Origin,
    ) -> Result<(), Error> {
        let stored = self.cache.store(&self.key, image.bytes(), part, origin);
        self.tell(&match stored {
            Ok(()) => format!("stored as {}", self.key),
            Err(error) => format!("not stored: {error}"),
        })
    }

    /// Keeps the native code of `image` there.
    pub(crate) fn keep_native_code(&self, image: Vec<u8>, origin: Origin) -> Keep {
        let place = self.clone();
        Keep(Box::new(move |part: &TrustedImage<'static>| {
            let stored = (place.cache).store(&place.key, &image, Some(part.bytes()), &origin);
            place.tell_later(&match stored {
                Ok(()) => format!("stored with native code as {}", place.key),
                Err(error) => format!("native code is not stored: {error}"),
            });
        }))
    }

    /// Keeps a program there that was compiled together with its libraries.
    pub(crate) fn store_whole(
        &self,
        image: &TrustedImage<'static>,
        part: Option<&[u8]>,
        origin: &Origin,
    ) {
        let stored = self.cache.store(&self.key, image.bytes(), part, origin);
        self.tell_later(&match stored {
            Ok(()) => format!("stored with its libraries as {}", self.key),
            Err(error) => format!("with its libraries, it is not stored: {error}"),
        });
    }

    /// Tells what became of it.
    ///
    /// # Errors
    ///
    /// As the listener answers.
    pub(crate) fn tell(&self, news: &str) -> Result<(), Error> {
        let news = format!("{}: {news}", self.name);
        self.listener.tell(&CompilerReport::Cache(&news))
    }

    /// As [`Self::tell`]. What a listener answers would end a compilation, which is over.
    fn tell_later(&self, news: &str) {
        let _ = self.tell(news);
    }
}
