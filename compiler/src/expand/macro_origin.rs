//! Which interface a macro is from, and which of its macros.

use abi::interface::MacroNumber;

/// One of the interfaces of a registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct InterfaceId(usize);

impl InterfaceId {
    /// That of the libraries of the runtime.
    pub(super) const RUNTIME: Self = Self(0);

    pub(super) const fn new(index: usize) -> Self {
        Self(index)
    }

    pub(super) const fn index(self) -> usize {
        self.0
    }
}

/// A macro of an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct MacroOrigin {
    pub(crate) interface: InterfaceId,
    pub(crate) number: MacroNumber,
}
