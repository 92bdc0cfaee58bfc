//! `cozen readelf`, `cozen size` and `cozen verify`: what an image holds.

use std::fmt::Write as _;
use std::path::Path;

use cozen::Error;
use cozen::inspect::{ImageView, Sizes, describe, program_in, verify as check};

use crate::arguments::Options;
use crate::compile::image_of;
use crate::output;
use crate::status::Status;

/// How many procedures are listed of an image.
const PROCEDURES_MAX: usize = 40;

/// Prints headers, sections, symbols, relocations, frame maps and arities of an image: of the file itself, of a source
/// file, or in a built executable.
pub(crate) fn read_elf(options: &Options, file: &Path) -> Result<Status, Error> {
    let content = image_of(options, file)?;
    let image = program_in(&content);
    let view = view(image, file)?;
    output::print(&describe(&file.display().to_string(), image, &view))?;
    Ok(Status::SUCCESS)
}

/// Prints what the bytes of an image are for.
pub(crate) fn size(options: &Options, file: &Path) -> Result<Status, Error> {
    let content = image_of(options, file)?;
    let image = program_in(&content);
    let view = view(image, file)?;
    output::print(&sizes(&Sizes::of(image, &view)))?;
    Ok(Status::SUCCESS)
}

/// Checks an image, and says what was checked.
pub(crate) fn verify(file: &Path) -> Result<Status, Error> {
    let content = cozen::read_file(file)?;
    let name = file.display().to_string();
    let verified =
        check(program_in(&content)).map_err(|error| Error::refused_image(&name, error))?;
    let mut text = format!("{name}: content hash {:#018x}\n", verified.header.hash);
    for line in &verified.passed {
        add(&mut text, format_args!("  right      {line}\n"));
    }
    for line in &verified.unchecked {
        add(&mut text, format_args!("  unchecked  {line}\n"));
    }
    output::print(&text)?;
    Ok(Status::SUCCESS)
}

fn view<'image>(image: &'image [u8], file: &Path) -> Result<ImageView<'image>, Error> {
    ImageView::parse(image).map_err(|error| Error::Load {
        name: file.display().to_string(),
        error,
    })
}

fn sizes(sizes: &Sizes) -> String {
    let mut text = format!(
        "{} bytes, of which {} are loaded\n\n    bytes  section\n",
        sizes.file_bytes, sizes.loaded_bytes
    );
    let mut in_sections = 0;
    for section in &sizes.sections {
        let loaded = if section.is_loaded {
            ""
        } else {
            "  (not loaded)"
        };
        add(
            &mut text,
            format_args!("{:>9}  {}{loaded}\n", section.bytes, section.name),
        );
        in_sections += section.bytes;
    }
    let rest = sizes.file_bytes.saturating_sub(in_sections);
    add(
        &mut text,
        format_args!("{rest:>9}  (headers and padding)\n"),
    );
    text.push_str("\n bytecode    native  procedures  library or file\n");
    for library in &sizes.libraries {
        add(
            &mut text,
            format_args!(
                "{:>9} {:>9}  {:>10}  {}\n",
                library.bytecode_bytes, library.native_bytes, library.procedures, library.name
            ),
        );
    }
    text.push_str("\n bytecode    native  procedure\n");
    for procedure in sizes.procedures.iter().take(PROCEDURES_MAX) {
        let place = match procedure.line {
            0 => procedure.library.clone(),
            line => format!("{}:{line}", procedure.library),
        };
        add(
            &mut text,
            format_args!(
                "{:>9} {:>9}  {} at {place}\n",
                procedure.bytecode_bytes, procedure.native_bytes, procedure.name
            ),
        );
    }
    let left = sizes.procedures.len().saturating_sub(PROCEDURES_MAX);
    if left > 0 {
        add(
            &mut text,
            format_args!("                     and {left} smaller ones\n"),
        );
    }
    text
}

fn add(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.write_fmt(arguments)
        .expect("writing to a string does not fail");
}
