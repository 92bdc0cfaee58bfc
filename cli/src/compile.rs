//! `cozen compile FILE -o OUT.czo`.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use cozen::{Error, Frontend};

use crate::arguments::Options;
use crate::output;
use crate::status::Status;
use crate::strip::stripped;
use crate::write_file::{FileKind, write_from};

/// First bytes of every ELF file.
const ELF_MAGIC: [u8; 4] = *b"\x7fELF";

/// Writes the image of a source file, with native code unless the options say otherwise, to `output` or
/// beside the source.
pub(crate) fn compile(
    options: &Options,
    file: &Path,
    output: Option<&Path>,
) -> Result<Status, Error> {
    let output = output.map_or_else(|| file.with_extension("czo"), Path::to_path_buf);
    let mut image = image_of_source(options, file)?;
    if let Some(debug) = options.build.debug {
        image = stripped(&output, &image, debug)?;
    }
    write_from(file, &output, &image, FileKind::Plain)?;
    Ok(Status::SUCCESS)
}

/// The image in a file, or the image of a source file.
pub(crate) fn image_of(options: &Options, file: &Path) -> Result<Vec<u8>, Error> {
    if is_elf(file) {
        cozen::read_file(file)
    } else {
        image_of_source(options, file)
    }
}

/// Whether a file that can be read again is ELF.
fn is_elf(file: &Path) -> bool {
    let mut start = [0; ELF_MAGIC.len()];
    file.is_file()
        && File::open(file).is_ok_and(|mut file| file.read_exact(&mut start).is_ok())
        && start == ELF_MAGIC
}

/// The image of a source file.
fn image_of_source(options: &Options, file: &Path) -> Result<Vec<u8>, Error> {
    let mut frontend = Frontend::standard(options.library_paths.clone(), options.compiler()?)
        .compiler_reports(output::print_report);
    if let Some(prefix) = &options.build.source_prefix {
        frontend = frontend.source_prefix(prefix.clone());
    }
    Ok(frontend.compile_image(file)?.into_bytes())
}
