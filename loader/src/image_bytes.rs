//! The bytes of an image: somebody else's, or its own.

use std::borrow::Cow;

use crate::file_pages::FilePages;

/// The bytes of an image file.
#[derive(Debug)]
pub struct ImageBytes<'file>(Held<'file>);

#[derive(Debug)]
enum Held<'file> {
    Bytes(Cow<'file, [u8]>),
    Pages(FilePages),
}

impl<'file> ImageBytes<'file> {
    /// The bytes.
    pub fn as_slice(&self) -> &[u8] {
        match &self.0 {
            Held::Bytes(bytes) => bytes,
            Held::Pages(pages) => pages.as_slice(),
        }
    }

    /// Forgets all but the first `count` bytes.
    pub fn truncate(&mut self, count: usize) {
        match &mut self.0 {
            Held::Bytes(Cow::Borrowed(bytes)) => *bytes = &bytes[..count.min(bytes.len())],
            Held::Bytes(Cow::Owned(bytes)) => bytes.truncate(count),
            Held::Pages(pages) => pages.truncate(count),
        }
    }

    /// The bytes, copied if they belong to somebody else or are in pages of their own.
    pub fn into_vec(self) -> Vec<u8> {
        match self.0 {
            Held::Bytes(bytes) => bytes.into_owned(),
            Held::Pages(pages) => pages.as_slice().to_vec(),
        }
    }

    /// The pages, if they can become those of a loaded image.
    pub(crate) fn into_pages(self) -> Result<FilePages, Cow<'file, [u8]>> {
        match self.0 {
            Held::Bytes(bytes) => Err(bytes),
            Held::Pages(pages) => Ok(pages),
        }
    }
}

impl Clone for ImageBytes<'_> {
    fn clone(&self) -> Self {
        match &self.0 {
            Held::Bytes(bytes) => bytes.clone().into(),
            Held::Pages(pages) => pages.as_slice().to_vec().into(),
        }
    }
}

impl PartialEq for ImageBytes<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl Eq for ImageBytes<'_> {}

impl<'file> From<Cow<'file, [u8]>> for ImageBytes<'file> {
    fn from(bytes: Cow<'file, [u8]>) -> Self {
        Self(Held::Bytes(bytes))
    }
}

impl<'file> From<&'file [u8]> for ImageBytes<'file> {
    fn from(bytes: &'file [u8]) -> Self {
        Cow::Borrowed(bytes).into()
    }
}

impl<'file, const BYTES: usize> From<&'file [u8; BYTES]> for ImageBytes<'file> {
    fn from(bytes: &'file [u8; BYTES]) -> Self {
        bytes.as_slice().into()
    }
}

impl<'file> From<&'file Vec<u8>> for ImageBytes<'file> {
    fn from(bytes: &'file Vec<u8>) -> Self {
        bytes.as_slice().into()
    }
}

impl From<Vec<u8>> for ImageBytes<'_> {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Held::Bytes(Cow::Owned(bytes)))
    }
}

impl From<FilePages> for ImageBytes<'_> {
    fn from(pages: FilePages) -> Self {
        Self(Held::Pages(pages))
    }
}
