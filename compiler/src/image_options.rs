//! Choices that the linker makes an image by.

/// What an image is made for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// A file: tools read it, and a loader maps it.
    #[default]
    File,
    /// Memory, to be run at once: if it is small, it takes no more memory than its bytes
    /// ([`abi::image::SMALL_IMAGE_BYTES_MAX`]).
    Memory,
    /// A library that a runtime loads first, and keeps: its symbols and global variables lie in the image as
    /// objects, and loading makes none.
    Library,
}

/// Which frames backtraces show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Frames {
    /// Those of the text: inlined procedures have frames, too.
    #[default]
    OfText,
    /// Those on the stack: a procedure shows with all that is inlined in it.
    OnStack,
}
