//! Values that embedders keep across runs.

/// A rooted value: kept alive, and up to date, until it is dropped.
#[derive(Debug)]
pub struct Handle(pub(crate) vm::Handle);
