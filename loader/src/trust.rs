//! Who vouches for the code of an image.

use std::borrow::Cow;

/// The bytes of an image of which somebody vouches for the code.
///
/// [`load`](crate::load) checks structure and content hash of any image. It does not look at instructions:
/// bytecode that names slots outside its frame, frame maps that say what is not so, and native code can
/// do anything. So it takes this token. The compiler's output gets one where it is made; for bytes from
/// elsewhere somebody has to promise, as for a shared library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedImage<'file>(Origin<'file>);

/// Where the bytes of an image come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin<'file> {
    /// From anywhere.
    Bytes(Cow<'file, [u8]>),
    /// From anywhere. The native code is not used.
    Bytecode(Cow<'file, [u8]>),
    /// From where bytes are known to be those that a compiler wrote.
    Checked(Cow<'file, [u8]>),
    /// From a build that has checked them.
    Linked(&'static [u8]),
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
        Self(Origin::Bytes(file.into()))
    }

    /// An image whose bytecode and data somebody has verified. It runs as bytecode: native code in it is neither made
    /// executable nor found by anybody.
    ///
    /// # Safety
    ///
    /// The checks of [`ImageView::parse`](crate::ImageView::parse) pass. Its instructions use slots, cells and objects
    /// as the machine and the collector expect it, its frame maps are true, and its data are values and objects.
    pub unsafe fn vouch_bytecode(file: impl Into<Cow<'file, [u8]>>) -> Self {
        Self(Origin::Bytecode(file.into()))
    }

    /// An image that the compiler wrote, and that has not changed since: its checks pass, and are not repeated.
    ///
    /// # Safety
    ///
    /// As for [`Self::vouch`]; and the checks of [`ImageView::parse`](crate::ImageView::parse) pass.
    pub unsafe fn vouch_checked(file: impl Into<Cow<'file, [u8]>>) -> Self {
        Self(Origin::Checked(file.into()))
    }

    /// An image that is a constant of the program, and that the build of the program has checked. It is mapped from
    /// the executable's file if it starts at a page there, and its debug sections are read where they are.
    ///
    /// # Safety
    ///
    /// As for [`Self::vouch`]; and the checks of [`ImageView::parse`](crate::ImageView::parse) pass.
    pub const unsafe fn vouch_linked(image: &'static [u8]) -> Self {
        Self(Origin::Linked(image))
    }

    /// Where the bytes come from.
    pub(crate) const fn origin(&self) -> &Origin<'file> {
        &self.0
    }

    /// Whether the bytes are a constant of the program.
    pub const fn is_linked(&self) -> bool {
        matches!(self.0, Origin::Linked(_))
    }

    /// Whether the image runs as bytecode, whatever native code it has.
    pub const fn is_bytecode_only(&self) -> bool {
        matches!(self.0, Origin::Bytecode(_))
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        match &self.0 {
            Origin::Bytes(file) | Origin::Bytecode(file) | Origin::Checked(file) => file,
            Origin::Linked(image) => image,
        }
    }

    /// The bytes, without anybody who vouches for them.
    pub fn into_bytes(self) -> Vec<u8> {
        match self.0 {
            Origin::Bytes(file) | Origin::Bytecode(file) | Origin::Checked(file) => {
                file.into_owned()
            }
            Origin::Linked(image) => image.to_vec(),
        }
    }
}
