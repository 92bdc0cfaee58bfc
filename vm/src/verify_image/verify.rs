//! The steps of the verifier, in order. Each relies on those before.

use std::borrow::Cow;

use loader::{ImageView, TrustedImage};

use super::cells;
use super::error::VerifyError;
use super::flow::Flow;
use super::headers::Procedures;
use super::objects::Objects;
use super::patched_words::PatchedWords;
use super::step::Surroundings;

/// Verifies the image in `file`: whatever its bytecode does, it breaks no memory. The image runs as bytecode, without
/// the native code that it may have.
///
/// # Errors
///
/// [`VerifyError`]: the first check that failed.
pub fn verify_image<'file>(
    file: impl Into<Cow<'file, [u8]>>,
) -> Result<TrustedImage<'file>, VerifyError> {
    let file = file.into();
    verify(&ImageView::parse(&file)?)?;
    // SAFETY: the checks of the loader have just passed, and those of the verifier, which the docs of this module list
    // with the claims that they prove.
    Ok(unsafe { TrustedImage::vouch_bytecode(file) })
}

/// Verifies bytecode and data of an image that the loader has checked.
fn verify(view: &ImageView<'_>) -> Result<(), VerifyError> {
    let own_symbols = view.header().own_symbols;
    if own_symbols.bytes > 0 {
        return Err(VerifyError::OwnSymbols {
            start: own_symbols.start,
            bytes: own_symbols.bytes,
        });
    }
    let procedures = Procedures::verify(view)?;
    let mut patched = PatchedWords::of(view);
    let objects = Objects::verify(view, &procedures, &mut patched)?;
    cells::verify(view, &objects, &mut patched)?;
    let surroundings = Surroundings {
        procedures,
        objects,
        cells: view.header().cells,
    };
    let mut flow = Flow::new(&surroundings);
    for procedure in view.contents().procedures() {
        flow.verify(&procedure)?;
    }
    Ok(())
}
