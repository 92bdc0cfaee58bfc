//! The spaces that objects and images live in, one file each.

pub(crate) mod image;
mod kept;
pub(crate) mod large;
pub(crate) mod nursery;
pub(crate) mod old;
pub(crate) mod pinned;
