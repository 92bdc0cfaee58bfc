//! A source file that is to run: read, looked up in a cache, compiled.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use compiler::diagnostic::Diagnostic;
use compiler::expand::SourceText;
use loader::TrustedImage;

use crate::cache::{CachedProgram, Choices, Key, LookUp, Origin, ProgramCache};
use crate::compiler_report::{CompilerReport, Listener};
use crate::error::Error;
use crate::files::{ELF_MAGIC, has_native_code, read_file_and_kind};
use crate::recorded_program::{Recorded, UnexpandedProgram};
use crate::runtime::Runtime;

/// A source file that was read.
#[derive(Debug)]
pub struct Program {
    file: PathBuf,
    /// What messages call it.
    name: String,
    bytes: Vec<u8>,
    /// Whether it can be read again.
    is_regular: bool,
    place: Option<Place>,
    found: Option<Box<CachedProgram>>,
}

/// Where a program is kept, or will be.
#[derive(Debug)]
struct Place {
    cache: Arc<ProgramCache>,
    key: Key,
    listener: Listener,
}

impl Program {
    pub(crate) fn read(file: &Path) -> Result<Self, Error> {
        let (bytes, is_regular) = read_file_and_kind(file)?;
        Ok(Self {
            file: file.to_owned(),
            name: file.display().to_string(),
            bytes,
            is_regular,
            place: None,
            found: None,
        })
    }

    /// As the cache has it.
    pub(crate) fn looked_up(
        mut self,
        cache: Arc<ProgramCache>,
        choices: &Choices<'_>,
        listener: &Listener,
    ) -> Result<Self, Error> {
        if !self.is_regular || self.is_image() {
            return Ok(self);
        }
        let Ok(key) = cache.key(&self.file, &self.bytes, choices) else {
            // There is no working directory.
            return Ok(self);
        };
        let news = match cache.find(&key) {
            LookUp::Hit(found) => {
                self.found = Some(found);
                format!("{}: found as {key}", self.name)
            }
            LookUp::Miss => format!("{}: not found", self.name),
            LookUp::Unusable(reason) => format!("{}: entry {key} is not used: {reason}", self.name),
        };
        listener.tell(&CompilerReport::Cache(&news))?;
        self.place = Some(Place {
            cache,
            key,
            listener: listener.clone(),
        });
        Ok(self)
    }

    /// Whether the file holds no text, but an image.
    pub fn is_image(&self) -> bool {
        self.bytes.starts_with(ELF_MAGIC)
    }

    /// What the file holds.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether the image that was found has native code: [`RuntimeBuilder::native_library`] wants to know.
    ///
    /// [`RuntimeBuilder::native_library`]: crate::RuntimeBuilder::native_library
    pub fn has_native_code(&self) -> bool {
        let found = self.found.as_ref();
        found.is_some_and(|found| has_native_code(&found.image))
    }

    pub(crate) fn compile(self, runtime: &mut Runtime) -> Result<TrustedImage<'static>, Error> {
        let source = SourceText::decode(&self.name, &self.bytes);
        let source = source.map_err(|mistake| Error::Syntax(vec![*mistake]))?;
        if let Some(found) = self.found {
            let listener = self.place.map(|place| place.listener).unwrap_or_default();
            warn(&listener, &found.warnings)?;
            runtime.frontend().expand_later(UnexpandedProgram {
                source,
                files: found.files,
            });
            // SAFETY: nobody but the user can write to the cache, where the compiler of this executable has put the
            // image: its checks pass. The entry's hash shows that it has not been damaged since.
            return Ok(unsafe { TrustedImage::vouch_checked(found.image) });
        }
        let Recorded {
            image,
            notes,
            warnings,
        } = runtime.compile_by(|frontend, memory_bytes| {
            frontend.compile_recorded(&source, memory_bytes)
        })?;
        if let Some(Place {
            cache,
            key,
            listener,
        }) = self.place
            && !notes.has_pipe
        {
            let origin = Origin {
                name: self.name.clone(),
                dependencies: notes.dependencies,
                warnings,
            };
            let stored = cache.store(&key, image.bytes(), origin);
            let news = match stored {
                Ok(()) => format!("{}: stored as {key}", self.name),
                Err(error) => format!("{}: not stored: {error}", self.name),
            };
            listener.tell(&CompilerReport::Cache(&news))?;
        }
        Ok(image)
    }
}

/// Says again what the compiler said when the image was made.
fn warn(listener: &Listener, warnings: &[Diagnostic]) -> Result<(), Error> {
    let mut warnings = warnings.iter();
    warnings.try_for_each(|warning| listener.tell(&CompilerReport::Warning(warning)))
}
