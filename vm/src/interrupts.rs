//! The bits by which others interrupt a machine, see [`gc::Interrupt::raise`].

/// Interrupts a run.
pub const INTERRUPT_BIT: u32 = 1;

/// Native parts wait to be linked.
pub(crate) const LINK_BIT: u32 = 2;

/// Somebody wants to know where the machine is.
pub(crate) const SAMPLE_BIT: u32 = 4;
