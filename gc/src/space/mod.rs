//! The spaces that objects and images live in, one file each.

pub(crate) mod block;
pub(crate) mod evacuation;
mod hole;
pub(crate) mod image;
mod kept;
pub(crate) mod large;
pub(crate) mod metadata;
pub(crate) mod nursery;
pub(crate) mod old;
pub(crate) mod pinned;
