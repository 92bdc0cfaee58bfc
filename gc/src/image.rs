//! Images as the collector sees them: ranges of memory that are one node of the object graph.

use crate::address::AddressRange;

/// Names a registered image. Never given twice, so that a stale one is found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ImageId {
    pub(crate) index: u32,
    pub(crate) generation: u32,
}

/// From where a full collection has reached an image first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ImageKeeper {
    /// No full collection has looked since the image was registered.
    #[default]
    Unknown,
    /// The image is pinned.
    Pin,
    /// A handle of Rust leads to it.
    Handle,
    /// A root of the embedder leads to it, such as a frame.
    Root,
    /// An object in the heap leads to it.
    Object,
    /// Another image leads to it.
    Image(ImageId),
}

/// What the collector must know of an image.
///
/// The image is reached when a traced reference or a code address leads into `range`, or while it
/// is pinned. Then a full collection traces `cells` and `constants`. Minor collections look only at
/// remembered slots, so that `cells` must hold no young reference when the image is registered, and
/// all later stores go through the barrier.
#[derive(Clone, Debug)]
pub struct ImageDescription {
    /// All of the image; need not be aligned to chunks.
    pub range: AddressRange,
    /// Parts in which the barrier refuses stores.
    pub sealed: Vec<AddressRange>,
    /// Mutable words: each a value or what is not a reference.
    pub cells: AddressRange,
    /// Read-only words, each a value or what is not a reference: they lead only to images and
    /// pinned objects, which never move.
    pub constants: AddressRange,
    /// How many pins the image starts with.
    pub pins: u32,
    /// Bytes that are held for the image: they are charged as long as the image is registered.
    pub external_bytes: usize,
    /// Mappings of the operating system that the image takes, which are charged likewise.
    pub external_mappings: usize,
}
