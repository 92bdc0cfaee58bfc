//! A source file that is to run: read, looked up in a cache, compiled.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use compiler::expand::SourceText;
use loader::{ImageBytes, TrustedImage};

use crate::cache::{CachedProgram, Choices, Origin, ProgramCache};
use crate::cached_place::{CachedPlace, UNREPEATABLE};
use crate::compiler_report::Listener;
use crate::error::Error;
use crate::files::{ELF_MAGIC, has_native_code, read_contents};
use crate::frontend::Frontend;
use crate::jit::LaterWork;
use crate::libraries::{Needed, Refusal, needed_by, warn};
use crate::recorded_files::UnexpandedProgram;
use crate::recorded_program::Recorded;
use crate::runtime::Runtime;
use crate::whole_program::WholeProgram;

/// A source file that was read.
#[derive(Debug)]
pub struct Program {
    file: PathBuf,
    /// What messages call it.
    name: String,
    bytes: ImageBytes<'static>,
    /// Whether it can be read again.
    is_regular: bool,
    place: Option<CachedPlace>,
    found: Option<Box<CachedProgram>>,
}

impl Program {
    pub(crate) fn read(file: &Path) -> Result<Self, Error> {
        let (bytes, is_regular) = read_contents(file)?;
        Ok(Self {
            file: file.to_owned(),
            name: file.display().to_string(),
            bytes,
            is_regular,
            place: None,
            found: None,
        })
    }

    /// A program that has come some other way than from a file: as its text in UTF-8, or as its image. `name` is for
    /// messages. No cache keeps it.
    pub fn of_bytes(name: &str, bytes: Vec<u8>) -> Self {
        Self {
            file: PathBuf::from(name),
            name: name.to_owned(),
            bytes: bytes.into(),
            is_regular: false,
            place: None,
            found: None,
        }
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
        let Ok(key) = cache.key(&self.file, self.bytes(), choices) else {
            // There is no working directory.
            return Ok(self);
        };
        let place = CachedPlace {
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
        self.bytes().starts_with(ELF_MAGIC)
    }

    /// What the file holds.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.as_slice()
    }

    /// As [`Self::bytes`], given away.
    pub fn into_bytes(self) -> ImageBytes<'static> {
        self.bytes
    }

    /// Whether the image that was found has native code: [`RuntimeBuilder::native_library`] wants to know.
    ///
    /// [`RuntimeBuilder::native_library`]: crate::RuntimeBuilder::native_library
    pub fn has_native_code(&self) -> bool {
        let found = self.found.as_ref();
        found.is_some_and(|found| has_native_code(found.image.as_slice()))
    }

    pub(crate) fn compile(self, runtime: &mut Runtime) -> Result<TrustedImage<'static>, Error> {
        let source = SourceText::decode(&self.name, self.bytes.as_slice());
        let source = source.map_err(|mistake| Error::Syntax(vec![*mistake]))?;
        let source = source.in_file(&self.file).in_turn();
        let cache = self.place.as_ref().map(|place| Arc::clone(&place.cache));
        begin(&mut *runtime.frontend()?, cache);
        let (place, found) = match self.place {
            Some(place) => {
                let frontend = runtime.frontend()?;
                place.in_runtime(self.found, &frontend)?
            }
            None => (None, None),
        };
        match (found, place) {
            (Some(found), Some(place)) => {
                let needed = place.needed(&found, &*runtime.frontend()?)?;
                match needed {
                    Some(needed) => reuse(*found, &needed, &place, source, runtime),
                    None => compile(&source, Some(place), runtime),
                }
            }
            (_, place) => compile(&source, place, runtime),
        }
    }
}

/// A program is to be compiled. The first one of a runtime imports libraries that have images of their own; others
/// find libraries that texts before them have brought along.
fn begin(frontend: &mut Frontend, cache: Option<Arc<ProgramCache>>) {
    if frontend.declared_before_all().is_some() {
        frontend.separate(cache);
    } else {
        frontend.learn_earlier_program();
        frontend.separates = false;
    }
}

impl CachedPlace {
    /// The libraries that the image of a program needs, if they are as the program was compiled for.
    fn needed(
        &self,
        found: &CachedProgram,
        frontend: &Frontend,
    ) -> Result<Option<Vec<Needed>>, Error> {
        let Some(needed) = needed_by(found.image.as_slice()) else {
            return Ok(None);
        };
        let libraries = frontend.ready_libraries();
        libraries.set_memory_bytes(usize::MAX);
        match libraries.are_there(&needed) {
            Ok(true) => return Ok(Some(needed)),
            // If there is a mistake in a library, the compilation of the program finds it, too.
            Ok(false) | Err(Refusal::Open | Refusal::Deep | Refusal::Error(Error::Syntax(_))) => {}
            Err(Refusal::Error(error)) => return Err(error),
        }
        self.tell("not used: a library has changed")?;
        Ok(None)
    }

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
            self.tell("not looked up: it is not the first")?;
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
}

/// The image that was found.
fn reuse(
    found: CachedProgram,
    needed: &[Needed],
    place: &CachedPlace,
    source: SourceText,
    runtime: &mut Runtime,
) -> Result<TrustedImage<'static>, Error> {
    let mut frontend = runtime.frontend()?;
    warn(&place.listener, &frontend.libraries.warnings(needed))?;
    warn(&place.listener, &found.origin.warnings)?;
    if needed.is_empty() {
        // If it imports libraries from files, its image contains them.
        frontend.separates = false;
    } else {
        frontend.later_work = place.whole_program(&source, needed, &frontend);
    }
    if let Some(part) = found.native_part {
        // SAFETY: as for the image below.
        frontend.set_native_part(unsafe { TrustedImage::vouch_checked(part) });
    } else if found.origin.lacks_native_code {
        frontend.put_off_native_code(&source, Arc::clone(&found.files));
        let image = found.image.as_slice().to_vec();
        frontend.keep_native_code(place.keep_native_code(image, found.origin));
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
    place: Option<CachedPlace>,
    runtime: &mut Runtime,
) -> Result<TrustedImage<'static>, Error> {
    let Recorded {
        image,
        dependencies,
        is_unrepeatable,
        warnings,
    } = runtime
        .compile_by(|frontend, memory_bytes| frontend.compile_recorded(source, memory_bytes))?;
    let Some(place) = place else {
        return Ok(image);
    };
    if is_unrepeatable {
        place.tell(UNREPEATABLE)?;
        return Ok(image);
    }
    let mut frontend = runtime.frontend()?;
    let origin = Origin {
        name: source.name.to_string(),
        dependencies,
        warnings,
        lacks_native_code: frontend.has_put_off_native_code(),
    };
    let part = frontend.native_part().map(TrustedImage::bytes);
    place.store(&image, part, &origin)?;
    if let Some(needed) = needed_by(image.bytes()) {
        frontend.later_work = place.whole_program(source, &needed, &frontend);
    }
    if origin.lacks_native_code {
        frontend.keep_native_code(place.keep_native_code(image.bytes().to_vec(), origin));
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

impl CachedPlace {
    /// Compiles the program together with its libraries while it runs, and keeps it there.
    fn whole_program(
        &self,
        source: &SourceText,
        needed: &[Needed],
        frontend: &Frontend,
    ) -> Option<LaterWork> {
        if frontend.has_declared() {
            // Another compiler does not know these variables.
            return None;
        }
        let mut libraries = frontend.libraries.in_order(needed).into_iter();
        // What is there as an image only is expanded nowhere, and a pipe is read once.
        let is_possible = libraries.all(|library| library.has_text && library.is_repeatable);
        if needed.is_empty() || !is_possible {
            return None;
        }
        let place = self.clone();
        let whole = WholeProgram::new(source, move |image, part, origin| {
            place.store_whole(image, part, origin);
        });
        Some(LaterWork(Box::new(move |compiler, is_over, begun| {
            whole.compile(compiler, is_over, begun);
        })))
    }
}
