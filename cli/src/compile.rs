//! `cozen compile FILE -o OUT.czo`.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use cozen::{Error, Frontend};

use crate::arguments::Options;
use crate::output;
use crate::status::Status;

/// Writes the image of a source file, with native code unless the options say otherwise, to `output` or
/// beside the source. A regular file appears whole
/// or not at all.
pub(crate) fn compile(
    options: &Options,
    file: &Path,
    output: Option<&Path>,
) -> Result<Status, Error> {
    let output = output.map_or_else(|| file.with_extension("czo"), Path::to_path_buf);
    if is_same_file(file, &output) {
        return Err(Error::Setup(format!(
            "{} is the source: the image would take its place",
            output.display()
        )));
    }
    let mut frontend = Frontend::standard(options.library_paths.clone(), options.compiler()?)
        .compiler_reports(output::print_report);
    let image = frontend.compile_image(file)?;
    write_whole(&output, image.bytes()).map_err(|error| Error::File {
        path: output.display().to_string(),
        error,
    })?;
    Ok(Status::SUCCESS)
}

/// Whether two names lead to one file. A device may be both read and written.
fn is_same_file(a: &Path, b: &Path) -> bool {
    let identity = |path: &Path| {
        let metadata = fs::metadata(path).ok().filter(Metadata::is_file)?;
        Some((metadata.dev(), metadata.ino()))
    };
    identity(a).is_some_and(|a| identity(b) == Some(a))
}

fn write_whole(output: &Path, bytes: &[u8]) -> std::io::Result<()> {
    // What a link leads to is replaced, not the link; and a device is written to.
    let output = &fs::canonicalize(output).unwrap_or_else(|_| output.to_owned());
    if fs::metadata(output).is_ok_and(|metadata| !metadata.is_file()) {
        return fs::write(output, bytes);
    }
    let mut temporary = output.as_os_str().to_owned();
    temporary.push(format!(".{}.tmp", std::process::id()));
    let temporary = PathBuf::from(temporary);
    let written = fs::write(&temporary, bytes).and_then(|()| fs::rename(&temporary, output));
    if written.is_err() {
        // The error that matters is the first one.
        let _ = fs::remove_file(&temporary);
    }
    written
}
