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
use crate::frontend::Frontend;
use crate::jit::Keep;
use crate::recorded_files::UnexpandedProgram;
use crate::recorded_program::Recorded;
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
    /// What messages call the program.
    name: String,
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
        let place = Place {
            cache,
            key,
            name: self.name.clone(),
            listener: listener.clone(),
        };
        self.found = place.look_up()?;
        self.place = Some(place);
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
        let source = source.in_file(&self.file);
        let (place, found) = match self.place {
            Some(place) => {
                let frontend = runtime.frontend()?;
                place.in_runtime(self.found, &frontend)?
            }
            None => (None, None),
        };
        match (found, place) {
            (Some(found), Some(place)) => reuse(*found, place, source, runtime),
            (_, place) => compile(&source, place, runtime),
        }
    }
}

impl Place {
    /// Where the program is kept that is compiled in a runtime, and what is there. `found` was found for a runtime
    /// that knows only its libraries.
    ///
    /// What a text means depends on what else the runtime has compiled: on its libraries, macros and definitions. So
    /// only a program that comes first is kept. Variables that the embedder has defined before are part of the key.
    fn in_runtime(
        mut self,
        found: Option<Box<CachedProgram>>,
        frontend: &Frontend,
    ) -> Result<(Option<Self>, Option<Box<CachedProgram>>), Error> {
        let Some(variables) = frontend.declared_before_all() else {
            let news = format!("{}: not looked up: it is not the first", self.name);
            self.listener.tell(&CompilerReport::Cache(&news))?;
            return Ok((None, None));
        };
        if variables.is_empty() {
            return Ok((Some(self), found));
        }
        self.key = self
            .key
            .with_variables(variables.iter().map(|name| &**name));
        let found = self.look_up()?;
        Ok((Some(self), found))
    }

    /// What is there.
    fn look_up(&self) -> Result<Option<Box<CachedProgram>>, Error> {
        let Self {
            cache,
            key,
            name,
            listener,
        } = self;
        let (found, news) = match cache.find(key) {
            LookUp::Hit(found) => (Some(found), format!("{name}: found as {key}")),
            LookUp::Miss => (None, format!("{name}: not found")),
            LookUp::Unusable(reason) => {
                (None, format!("{name}: entry {key} is not used: {reason}"))
            }
        };
        listener.tell(&CompilerReport::Cache(&news))?;
        Ok(found)
    }
}

/// The image that was found.
fn reuse(
    found: CachedProgram,
    place: Place,
    source: SourceText,
    runtime: &mut Runtime,
) -> Result<TrustedImage<'static>, Error> {
    warn(&place.listener, &found.origin.warnings)?;
    let mut frontend = runtime.frontend()?;
    if let Some(part) = found.native_part {
        // SAFETY: as for the image below.
        frontend.set_native_part(unsafe { TrustedImage::vouch_checked(part) });
    } else if found.origin.lacks_native_code {
        frontend.put_off_native_code(&source, Arc::clone(&found.files));
        frontend.keep_native_code(place.keep(found.image.clone(), found.origin));
    }
    frontend.expand_later(UnexpandedProgram {
        source,
        files: found.files,
    });
    // SAFETY: nobody but the user can write to the cache, where the compiler of this executable has put the image: its
    // checks pass. The entry's hash shows that it has not been damaged since.
    Ok(unsafe { TrustedImage::vouch_checked(found.image) })
}

fn compile(
    source: &SourceText,
    place: Option<Place>,
    runtime: &mut Runtime,
) -> Result<TrustedImage<'static>, Error> {
    let Recorded {
        image,
        dependencies,
        has_pipe,
        warnings,
    } = runtime
        .compile_by(|frontend, memory_bytes| frontend.compile_recorded(source, memory_bytes))?;
    let Some(place) = place.filter(|_| !has_pipe) else {
        return Ok(image);
    };
    let mut frontend = runtime.frontend()?;
    let origin = Origin {
        name: source.name.to_string(),
        dependencies,
        warnings,
        lacks_native_code: frontend.has_put_off_native_code(),
    };
    let part = frontend.native_part().map(TrustedImage::bytes);
    let stored = place.cache.store(&place.key, image.bytes(), part, &origin);
    let (name, key) = (&source.name, place.key);
    let news = match stored {
        Ok(()) => format!("{name}: stored as {key}"),
        Err(error) => format!("{name}: not stored: {error}"),
    };
    place.listener.tell(&CompilerReport::Cache(&news))?;
    if origin.lacks_native_code {
        frontend.keep_native_code(place.keep(image.bytes().to_vec(), origin));
    }
    Ok(image)
}

impl Runtime {
    /// The image of a program: from the cache where the program was looked up and found, else compiled, and put there.
    ///
    /// # Errors
    ///
    /// As [`Self::compile_file`]. A cache that cannot be written to is none: see [`CompilerReport::Cache`].
    ///
    /// [`CompilerReport::Cache`]: crate::CompilerReport::Cache
    pub fn compile_program(&mut self, program: Program) -> Result<TrustedImage<'static>, Error> {
        program.compile(self)
    }
}

impl Place {
    /// Keeps the native code of `image` there.
    fn keep(self, image: Vec<u8>, origin: Origin) -> Keep {
        Keep(Box::new(move |part: &TrustedImage<'static>| {
            let stored = self
                .cache
                .store(&self.key, &image, Some(part.bytes()), &origin);
            let news = match stored {
                Ok(()) => format!("{}: stored with native code as {}", origin.name, self.key),
                Err(error) => format!("{}: native code is not stored: {error}", origin.name),
            };
            // What a listener answers would end a compilation, which is over.
            let _ = self.listener.tell(&CompilerReport::Cache(&news));
        }))
    }
}

/// Says again what the compiler said when the image was made.
fn warn(listener: &Listener, warnings: &[Diagnostic]) -> Result<(), Error> {
    let mut warnings = warnings.iter();
    warnings.try_for_each(|warning| listener.tell(&CompilerReport::Warning(warning)))
}
