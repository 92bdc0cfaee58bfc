//! Where a library is: its text, its image in a file, its image in the cache.

use std::path::Path;
use std::rc::Rc;

use abi::image::section;
use abi::library_record;
use compiler::diagnostic::Diagnostic;
use compiler::expand::{COMPILED_EXTENSION, LibrarySource as _, SourceText, library_file};
use compiler::options::UnboundNames;
use loader::{LoadError, TrustedImage};

use super::compile::{CompiledApart, Separately, compiler_of_files};
use super::image_library::{ImageLibrary, section_of};
use super::store::{Libraries, LibrarySettings, Refusal, SharedLibraries};
use crate::cache::{CachedProgram, Choices, Digest, Origin};
use crate::cached_place::{CachedPlace, UNREPEATABLE};
use crate::compiler_report::{CompilerReport, Listener};
use crate::error::Error;
use crate::files::{read_file, verify_image};
use crate::frontend::Frontend;
use crate::jit::{PartListener, Work};
use crate::portable::PortableLibraries;
use crate::recorded_files::RecordedFiles;

type Found = Result<Option<Rc<ImageLibrary>>, Refusal>;

/// The text of a library.
struct Text<'a> {
    library: &'a str,
    source: SourceText,
    /// Its file; none if it is a part of the executable.
    file: Option<&'a Path>,
}

/// Looks for a library: see [`Libraries::find`].
pub(crate) fn find(libraries: &Rc<Libraries>, name: &str, settings: &LibrarySettings) -> Found {
    libraries.find(name, settings)
}

impl Libraries {
    /// Looks for a library as the expander looks for its text: among the texts in the executable, then in folders. In
    /// a folder, an image that is still right counts more than the text.
    fn find(self: &Rc<Self>, name: &str, settings: &LibrarySettings) -> Found {
        let Some(file) = library_file(name) else {
            return Ok(None);
        };
        if let Some(source) = PortableLibraries.library(&file) {
            let library = name;
            let file = None;
            return self.of_text(
                &Text {
                    library,
                    source,
                    file,
                },
                settings,
            );
        }
        for folder in &settings.library_paths {
            let source = folder.join(&file);
            let image = source.with_extension(COMPILED_EXTENSION);
            if image.exists()
                && let Some(found) = self.of_file(name, &image, &source, settings)?
            {
                return Ok(Some(found));
            }
            if !source.is_file() {
                if source.exists() {
                    // What is no file can be read once: not by this.
                    return Ok(None);
                }
                continue;
            }
            let Ok(bytes) = std::fs::read(&source) else {
                continue;
            };
            let Ok(text) = SourceText::decode(&source.display().to_string(), &bytes) else {
                // The unit that imports it tells of the mistake.
                return Ok(None);
            };
            let text = Text {
                library: name,
                source: text.in_file(&source),
                file: Some(&source),
            };
            return self.of_text(&text, settings);
        }
        Ok(None)
    }

    /// The image in a file. `None` if there is a text, and the image is not right for it.
    fn of_file(
        self: &Rc<Self>,
        name: &str,
        file: &Path,
        source: &Path,
        settings: &LibrarySettings,
    ) -> Found {
        let shown = file.display().to_string();
        let has_source = source.is_file();
        let checked = match read_image(file) {
            Ok(bytes) => self.checked(name, bytes, (source, has_source), settings),
            Err(error) => Err(error.into()),
        };
        let checked = match checked {
            Ok(image) => Ok(image),
            Err(Refusal::Error(error)) => Err(error),
            Err(refusal @ (Refusal::Open | Refusal::Deep)) => return Err(refusal),
        };
        match checked {
            Ok(image) => {
                let library = ImageLibrary::new(name, image, shown);
                Ok(library.map(|library| {
                    Rc::new(ImageLibrary {
                        has_text: has_source,
                        ..library
                    })
                }))
            }
            Err(error) if has_source => {
                let news = match error {
                    Error::Library { reason, .. } => format!("{shown} is not used: {reason}"),
                    error => format!("{shown} is not used: {}", error.with_causes()),
                };
                settings.listener.tell(&CompilerReport::Cache(&news))?;
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The image in these bytes, if it is right.
    fn checked(
        self: &Rc<Self>,
        name: &str,
        bytes: Vec<u8>,
        (source, has_source): (&Path, bool),
        settings: &LibrarySettings,
    ) -> Result<TrustedImage<'static>, Refusal> {
        let file = source.with_extension(COMPILED_EXTENSION);
        let shown = file.display().to_string();
        let unbound_names = settings.options.unbound_names;
        if let Some(reason) = self.check_file(name, &bytes, (source, has_source), unbound_names)? {
            return Err(Refusal::Error(Error::Library {
                file: shown,
                library: name.to_owned(),
                reason,
            }));
        }
        if settings.trusts_files {
            // SAFETY: whoever says that files are trusted vouches for them, as for any program.
            return Ok(unsafe { TrustedImage::vouch(bytes) });
        }
        Ok(verify_image(bytes, &shown)?)
    }

    /// Why an image in a file is not right, if it is not.
    fn check_file(
        self: &Rc<Self>,
        name: &str,
        image: &[u8],
        (source, has_source): (&Path, bool),
        unbound_names: UnboundNames,
    ) -> Result<Option<String>, Refusal> {
        let refused = |error| Error::Load {
            name: source
                .with_extension(COMPILED_EXTENSION)
                .display()
                .to_string(),
            error,
        };
        match loader::ImageView::header_of(image) {
            Ok(_) => {}
            Err(LoadError::FingerprintMismatch { .. }) => {
                return Ok(Some(OTHER_VERSION.to_owned()));
            }
            Err(error) => return Err(refused(error).into()),
        }
        let made_from = section_of(image, section::MADE_FROM);
        let Some(made_from) = made_from.and_then(library_record::decode_made_from) else {
            return Ok(Some("it is the image of no library".to_owned()));
        };
        if made_from.library != name {
            let other = made_from.library;
            return Ok(Some(format!("it is the image of {other}")));
        }
        if made_from.compiler != compiler_of_files() {
            return Ok(Some(OTHER_VERSION.to_owned()));
        }
        if has_source {
            let folder = source.parent().unwrap_or(Path::new(""));
            for (index, (path, hash)) in made_from.files.into_iter().enumerate() {
                let (path, now) = if index == 0 {
                    (source.to_owned(), hash_of_text(source))
                } else {
                    let path = folder.join(path);
                    let now = hash_of_included(&path);
                    (path, now)
                };
                if now.as_deref() != Some(hash) {
                    return Ok(Some(format!("{} has changed", path.display())));
                }
            }
        }
        if let (UnboundNames::Refused, Some(unbound)) = (unbound_names, made_from.unbound.first()) {
            return Ok(Some(format!("`{unbound}` is unbound in it")));
        }
        let Some(needed) = super::needed_by(image) else {
            return Ok(Some("what it says of its imports is damaged".to_owned()));
        };
        for each in needed {
            let library = self.resolve(&each.name)?;
            match library {
                None => return Ok(Some(format!("it needs {}, which is not there", each.name))),
                Some(library) if library.hash != each.hash => {
                    return Ok(Some(format!("it was compiled for another {}", each.name)));
                }
                Some(_) => {}
            }
        }
        Ok(None)
    }

    /// The image that the cache has for a text, or a new one.
    fn of_text(self: &Rc<Self>, text: &Text<'_>, settings: &LibrarySettings) -> Found {
        let place = place_of(text, settings);
        let found = match &place {
            Some(place) => place.look_up()?,
            None => None,
        };
        if let Some(found) = found
            && let Some(library) = self.of_cache(*found, text, place.as_ref(), settings)?
        {
            return Ok(Some(Rc::new(library)));
        }
        let mut frontend =
            Frontend::standard(settings.library_paths.clone(), settings.options.clone())
                .with_macro_limits(settings.macro_limits)
                .with_jit(settings.jit, PartListener::default());
        // Procedures of macros call other libraries.
        frontend.libraries = Rc::clone(self);
        frontend.files = Rc::new(RecordedFiles::with_pipes(self.pipes.clone()));
        if let Some(interrupt) = &settings.interrupt {
            frontend.supervise(interrupt.clone());
        }
        let others = Rc::new(SharedLibraries(Rc::clone(self)));
        let memory_bytes = self.memory_bytes();
        let compiled =
            frontend.compile_separately(&text.source, Some(text.library), others, memory_bytes);
        if self.is_too_deep() {
            return Err(Refusal::Deep);
        }
        // What has ended the compilation of a library that this one imports counts more.
        let compiled = self.take_error().map_or(compiled, Err)?;
        match compiled {
            Separately::Compiled(compiled) => {
                let library = keep(*compiled, text, place)?;
                Ok(library.map(Rc::new))
            }
            Separately::Together(reason) => {
                let name = text.library;
                let news = format!("{name} has no image of its own: {reason}");
                settings.listener.tell(&CompilerReport::Cache(&news))?;
                Ok(None)
            }
        }
    }

    /// The library that the cache has, if those that it needs are there.
    fn of_cache(
        self: &Rc<Self>,
        found: CachedProgram,
        text: &Text<'_>,
        place: Option<&CachedPlace>,
        settings: &LibrarySettings,
    ) -> Result<Option<ImageLibrary>, Refusal> {
        let Some(needed) = super::needed_by(found.image.as_slice()) else {
            return Ok(None);
        };
        if !self.are_there(&needed)? {
            return Ok(None);
        }
        let CachedProgram {
            image,
            native_part,
            origin,
            files,
        } = found;
        let work = match native_part {
            // SAFETY: as for the image below.
            Some(part) => Some(Work::Made(unsafe { TrustedImage::vouch_checked(part) })),
            None if origin.lacks_native_code && settings.jit != crate::jit::Jit::Off => {
                let mut work = Work::put_off(&text.source, files);
                work.is_of_library(text.library);
                if let Some(place) = place {
                    work.keep_by(place.keep_native_code(image.as_slice().to_vec(), origin.clone()));
                }
                Some(work)
            }
            None => None,
        };
        // SAFETY: nobody but the user can write to the cache, where the compiler of this executable has put the
        // image: its checks pass. The entry's hash shows that it has not been damaged since.
        let image = unsafe { TrustedImage::vouch_checked(image) };
        let library = ImageLibrary::new(text.library, image, text.source.name.to_string());
        Ok(library.map(|library| ImageLibrary {
            warnings: origin.warnings,
            work: work.into(),
            ..library
        }))
    }
}

const OTHER_VERSION: &str = "another version of cozen has made it";

/// Reads an image. A pipe would be empty the next time.
fn read_image(file: &Path) -> Result<Vec<u8>, Error> {
    if file.is_file() {
        return read_file(file);
    }
    Err(Error::File {
        path: file.display().to_string(),
        error: std::io::Error::other("it is no regular file"),
    })
}

/// The hash of the text of a library, without a mark at its beginning.
fn hash_of_text(path: &Path) -> Option<String> {
    let bytes = regular_bytes(path)?;
    let text = syntax::decode_source(&bytes).map_or(&*bytes, str::as_bytes);
    Some(Digest::of(text).to_string())
}

/// The hash of a file that the text includes.
fn hash_of_included(path: &Path) -> Option<String> {
    Some(Digest::of(&regular_bytes(path)?).to_string())
}

fn regular_bytes(path: &Path) -> Option<Vec<u8>> {
    path.is_file().then(|| std::fs::read(path).ok())?
}

/// Keeps the image that was just compiled, in its place in the cache if it has one.
fn keep(
    compiled: CompiledApart,
    text: &Text<'_>,
    place: Option<CachedPlace>,
) -> Result<Option<ImageLibrary>, Error> {
    let CompiledApart {
        name,
        image,
        dependencies,
        is_unrepeatable,
        warnings,
        mut work,
    } = compiled;
    let shown = text.source.name.to_string();
    if let (Some(place), true) = (&place, is_unrepeatable) {
        place.tell(UNREPEATABLE)?;
    }
    if let Some(place) = place.filter(|_| !is_unrepeatable) {
        let origin = Origin {
            name: shown.clone(),
            dependencies,
            warnings: warnings.clone(),
            lacks_native_code: matches!(work, Some(Work::PutOff(_))),
        };
        let part = match &work {
            Some(Work::Made(part)) => Some(part.bytes()),
            _ => None,
        };
        place.store(&image, part, &origin)?;
        if let Some(work) = &mut work {
            work.keep_by(place.keep_native_code(image.bytes().to_vec(), origin));
        }
    }
    let library = ImageLibrary::new(&name, image, shown);
    Ok(library.map(|library| ImageLibrary {
        is_repeatable: !is_unrepeatable,
        warnings,
        work: work.into(),
        ..library
    }))
}

/// Where the image of a library is kept.
fn place_of(text: &Text<'_>, settings: &LibrarySettings) -> Option<CachedPlace> {
    let cache = settings.cache.clone()?;
    let options = &settings.options;
    let choices = Choices {
        level: options.level,
        tier: Some(options.tier),
        unbound_names: options.unbound_names,
        has_parts: settings.jit != crate::jit::Jit::Off,
        library_paths: match text.file {
            Some(_) => &settings.library_paths,
            None => &[],
        },
    };
    let (library, source) = (text.library, &text.source);
    let key = match text.file {
        Some(file) => cache.key_of_library(library, file, source.text.as_bytes(), &choices),
        None => Ok(cache.key_of_portable(library, source.text.as_bytes(), &choices)),
    };
    Some(CachedPlace {
        cache,
        key: key.ok()?,
        name: text.library.to_owned(),
        listener: settings.listener.clone(),
    })
}

/// Tells what the compiler said of libraries.
pub(crate) fn warn(listener: &Listener, warnings: &[Diagnostic]) -> Result<(), Error> {
    let mut warnings = warnings.iter();
    warnings.try_for_each(|warning| listener.tell(&CompilerReport::Warning(warning)))
}
