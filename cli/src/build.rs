//! `cozen build FILE -o OUT`: an executable that runs a program.

use std::env;
use std::path::{Path, PathBuf};

use cozen::Error;
use cozen::inspect::ImageView;
use cozen::link::{Executable, ExecutableKind, LinkError, uses_compiler};

use crate::arguments::Options;
use crate::compile::image_of;
use crate::output::complain;
use crate::status::Status;
use crate::write_file::{FileKind, write_from};

/// The executable without compiler, beside that of this command.
const RUNTIME: &str = "cozen-runtime";

/// Writes an executable that runs the program of a source file or an image, to `output` or beside the source.
pub(crate) fn build(
    options: &Options,
    file: &Path,
    output: Option<&Path>,
) -> Result<Status, Error> {
    let output = output.map_or_else(|| file.with_extension(""), Path::to_path_buf);
    let image = image_of(options, file)?;
    let view = ImageView::parse(&image).map_err(|error| Error::Load {
        name: file.display().to_string(),
        error,
    })?;
    let carrier = carrier(options, &view)?;
    let mut executable =
        Executable::new(&image).limits(options.heap_bytes_max, options.stack_bytes_max);
    if let Some(debug) = options.build.debug {
        executable = executable.debug(debug);
    }
    let bytes = executable
        .write(&carrier.bytes)
        .map_err(|error| match error {
            LinkError::Library | LinkError::NeedsLibrary { .. } => {
                Error::Setup(format!("{}: {error}", file.display()))
            }
            _ => carrier.refused(&error),
        })?;
    if options.verbose {
        complain(&format!(
            "cozen: {}: {} bytes, of {}",
            output.display(),
            bytes.len(),
            carrier.path.display()
        ));
    }
    write_from(file, &output, &bytes, FileKind::Executable)?;
    Ok(Status::SUCCESS)
}

/// The executable that is to carry a program.
struct Carrier {
    path: PathBuf,
    bytes: Vec<u8>,
}

impl Carrier {
    fn read(path: PathBuf) -> Result<Self, Error> {
        let bytes = cozen::read_file(&path)?;
        Ok(Self { path, bytes })
    }

    fn refused(&self, error: &LinkError) -> Error {
        Error::Setup(format!("{}: {error}", self.path.display()))
    }
}

/// The executable that was named, this one, or the one without compiler beside this one.
fn carrier(options: &Options, image: &ImageView<'_>) -> Result<Carrier, Error> {
    let wanted = options.build.compiler;
    if let Some(path) = &options.build.runtime {
        return named(path, wanted);
    }
    let own = env::current_exe().map_err(|error| Error::File {
        path: "/proc/self/exe".to_owned(),
        error,
    })?;
    if wanted.unwrap_or_else(|| uses_compiler(image)) {
        // Also if this command has been replaced meanwhile: the file that runs.
        return Carrier::read("/proc/self/exe".into());
    }
    let beside = own.with_file_name(RUNTIME);
    if beside.exists() {
        return Carrier::read(beside);
    }
    if wanted == Some(false) {
        return Err(Error::Setup(format!(
            "there is no {}: it comes with cozen, and makes executables without compiler",
            beside.display()
        )));
    }
    complain(&format!(
        "cozen: there is no {}: the executable gets the compiler, too",
        beside.display()
    ));
    Carrier::read("/proc/self/exe".into())
}

/// The executable at `path`, which has a compiler or not, as is wanted.
fn named(path: &Path, wanted: Option<bool>) -> Result<Carrier, Error> {
    let carrier = Carrier::read(path.to_owned())?;
    let kind = Executable::kind(&carrier.bytes).map_err(|error| carrier.refused(&error))?;
    let has_compiler = kind == ExecutableKind::WithCompiler;
    match wanted {
        Some(wanted) if wanted != has_compiler => {
            let says = if has_compiler { "a" } else { "no" };
            Err(Error::Setup(format!(
                "{} has {says} compiler",
                path.display()
            )))
        }
        _ => Ok(carrier),
    }
}
