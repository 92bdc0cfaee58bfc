//! Who vouches for the code of an image.

use std::borrow::Cow;

/// The bytes of an image of which somebody vouches for the code.
///
/// [`load`](crate::load) checks structure and content hash of any image. It does not look at instructions:
/// bytecode that names slots outside its frame, frame maps that say what is not so, and native code can
/// do anything. So it takes this token. The compiler's output gets one where it is made; for bytes from
/// elsewhere somebody has to promise, as for a shared library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedImage<'file> {
    file: Cow<'file, [u8]>,
}

impl<'file> TrustedImage<'file> {
    /// An image of which the code is safe to run.
    ///
    /// # Safety
    ///
    /// If the checks of [`ImageView::parse`](crate::ImageView::parse) pass, `file` is what a compiler of
    /// this version wrote, unchanged: its instructions and native code use slots, cells and objects as
    /// the machine and the collector expect it, and its frame maps are true.
    pub unsafe fn vouch(file: impl Into<Cow<'file, [u8]>>) -> Self {
        Self { file: file.into() }
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.file
    }

    /// The bytes, without anybody who vouches for them.
    pub fn into_bytes(self) -> Vec<u8> {
        self.file.into_owned()
    }
}
